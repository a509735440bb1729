"""The library beside scikit-learn, SciPy and pandas on the same work, in one run.

Not part of the tests; ``make benchmark`` prints one table for each piece of work, with
the ratio to the fastest in parentheses.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import pandas as pd
import pytest
import scipy.special
import scipy.stats
from sklearn.cluster import KMeans
from sklearn.neural_network import MLPClassifier

from mlmath_lib.information_theory import cross_entropy, entropy, kl_divergence, log_softmax
from mlmath_lib.models import k_means
from mlmath_lib.networks import initial_layers, train_step
from mlmath_lib.probability import running_mean

rng = np.random.default_rng(7)
P, Q = rng.dirichlet(np.ones(10), size=(2, 10_000))
SCORES = 5 * rng.normal(size=(10_000, 10))
PATHS = rng.normal(size=(1000, 1000))
POINTS = rng.normal(size=(10_000, 8)) + 4 * rng.integers(0, 2, size=(10_000, 8))
IMAGES, DIGITS = rng.uniform(size=(200, 64)), np.arange(200) % 10

WORK = {
    "entropy, 10 000 rows": {
        "library": lambda: entropy(P),
        "scipy": lambda: scipy.stats.entropy(P, base=2, axis=1),
    },
    "relative entropy, 10 000 rows": {
        "library": lambda: kl_divergence(P, Q),
        "scipy": lambda: scipy.stats.entropy(P, Q, base=2, axis=1),
    },
    "cross-entropy, 10 000 rows": {
        "library": lambda: cross_entropy(P, Q),
        "scipy": lambda: -scipy.special.xlogy(P, Q).sum(axis=1) / np.log(2),
    },
    "log-softmax, 10 000 rows": {
        "library": lambda: log_softmax(SCORES),
        "scipy": lambda: scipy.special.log_softmax(SCORES, axis=1),
    },
    "running mean, 1000 paths of 1000": {
        "library": lambda: running_mean(PATHS),
        "pandas": lambda: pd.DataFrame(PATHS.T).expanding().mean(),
        "numpy": lambda: np.cumsum(PATHS, axis=1) / np.arange(1, 1001),
    },
    "k-means, 10 000 points, 8 features, 8 clusters": {
        "library": lambda: k_means(POINTS, 8, start=POINTS[:8], max_steps=20),
        "scikit-learn": lambda: KMeans(
            8, init=POINTS[:8], n_init=1, max_iter=20, tol=0, algorithm="lloyd"
        ).fit(POINTS),
    },
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("work", "whose"), [(work, whose) for work, ways in WORK.items() for whose in ways]
)
def test_speed(benchmark, work, whose):
    benchmark.group = work
    benchmark(WORK[work][whose])


def steps_of_the_library():
    layers = initial_layers([64, 32, 10], rng=np.random.default_rng(7))
    return lambda: train_step(layers, IMAGES, DIGITS, 0.1)


def steps_of_scikit_learn():
    network = MLPClassifier(
        (32,), activation="tanh", solver="sgd", alpha=0, momentum=0, batch_size=200
    )
    network.partial_fit(IMAGES, DIGITS, classes=np.arange(10))
    return lambda: network.partial_fit(IMAGES, DIGITS)


@pytest.mark.parametrize("make", [steps_of_the_library, steps_of_scikit_learn])
def test_speed_of_a_training_step(benchmark, make):
    benchmark.group = "one training step, 200 images, 64-32-10"
    benchmark(make())
