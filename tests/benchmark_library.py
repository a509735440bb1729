"""The library beside scikit-learn, SciPy and pandas on the same work; ``make benchmark`` runs it.

Not part of the tests. Each piece of work states how many times its peer's time the library
may take. The two run in turn on one processor, and the shortest processor times are compared,
so that a busy machine changes little.
"""

import time

import numpy as np
import pandas as pd
import pytest
import scipy.special
import scipy.stats
from sklearn.cluster import KMeans
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from mlmath_lib.information_theory import cross_entropy, entropy, kl_divergence, log_softmax
from mlmath_lib.models import k_means
from mlmath_lib.networks import initial_layers, train_step
from mlmath_lib.probability import running_mean

ROUNDS = 50
rng = np.random.default_rng(7)
P, Q = rng.dirichlet(np.ones(10), size=(2, 10_000))
SCORES = 5 * rng.normal(size=(10_000, 10))
PATHS = rng.normal(size=(1000, 1000))
POINTS = rng.normal(size=(10_000, 8)) + 4 * rng.integers(0, 2, size=(10_000, 8))
IMAGES, DIGITS = rng.uniform(size=(200, 64)), np.arange(200) % 10
LAYERS = initial_layers([64, 32, 10], rng=7)
CLASSIFIER = MLPClassifier(
    (32,), activation="tanh", solver="sgd", alpha=0, momentum=0, batch_size=200
)
CLASSIFIER.partial_fit(IMAGES, DIGITS, classes=np.arange(10))

WORK = {  # the bound, the library, the peer
    "entropy of 10 000 rows, SciPy": (
        1.0,
        lambda: entropy(P),
        lambda: scipy.stats.entropy(P, base=2, axis=1),
    ),
    "relative entropy of 10 000 rows, SciPy": (
        1.0,
        lambda: kl_divergence(P, Q),
        lambda: scipy.stats.entropy(P, Q, base=2, axis=1),
    ),
    "cross-entropy of 10 000 rows, SciPy": (
        1.0,
        lambda: cross_entropy(P, Q),
        lambda: -scipy.special.xlogy(P, Q).sum(axis=1) / np.log(2),
    ),
    "log-softmax of 10 000 rows, SciPy": (
        2.0,  # keeps the digits of a probability near 1, which SciPy loses
        lambda: log_softmax(SCORES),
        lambda: scipy.special.log_softmax(SCORES, axis=1),
    ),
    "running mean of 1000 paths of 1000, pandas": (
        1.0,
        lambda: running_mean(PATHS),
        lambda: pd.DataFrame(PATHS.T).expanding().mean(),
    ),
    "k-means, 10 000 points, 8 features, 8 clusters, scikit-learn": (
        1.5,
        lambda: k_means(POINTS, 8, start=POINTS[:8], max_steps=20),
        lambda: KMeans(8, init=POINTS[:8], n_init=1, max_iter=20, tol=0, algorithm="lloyd").fit(
            POINTS
        ),
    ),
    "a training step, 200 images, 64-32-10, scikit-learn": (
        1.0,
        lambda: train_step(LAYERS, IMAGES, DIGITS, 0.1),
        lambda: CLASSIFIER.partial_fit(IMAGES, DIGITS),
    ),
}


def processor_seconds(work):
    """Return the processor time that one call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("bound", "library", "peer"), WORK.values(), ids=WORK.keys())
def test_the_library_keeps_up(bound, library, peer):
    with threadpool_limits(1):
        rounds = [(processor_seconds(library), processor_seconds(peer)) for _ in range(ROUNDS)]
    ours, theirs = np.min(rounds, axis=0)
    print(f"{1000 * ours:.2f} ms, {ours / theirs:.2f} times {1000 * theirs:.2f} ms; bound {bound}")
    assert ours <= bound * theirs
