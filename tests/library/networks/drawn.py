"""Networks drawn at random, for the tests of this part."""

import numpy as np
from hypothesis import strategies as st

from mlmath_lib.networks import backward, forward, initial_layers

NAMES = ["tanh", "relu", "logistic"]
architectures = st.lists(st.integers(1, 6), min_size=2, max_size=5)
names = st.sampled_from(NAMES)
seeds = st.integers(0, 2**32 - 1)


def problem(sizes, seed, *, activation="tanh", n_samples=5):
    """Return a network with biases, rows and classes, all at random."""
    rng = np.random.default_rng(seed)
    layers = [
        layer._replace(b=rng.normal(size=len(layer.b)))
        for layer in initial_layers(sizes, activation=activation, rng=rng)
    ]
    return layers, rng.normal(size=(n_samples, sizes[0])), rng.integers(sizes[-1], size=n_samples)


def gradient(layers, X, y):
    """Return the gradients by one pass forward and one backward."""
    return backward(layers, forward(layers, X), y)
