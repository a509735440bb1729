"""Gradient descent on the weights of a network, in single steps and in epochs."""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_count, require_positive
from mlmath_lib.networks._layers import (
    parameters,
    pass_backward,
    pass_forward,
    require_layers,
    require_samples,
    with_parameters,
)
from mlmath_lib.networks._loss import cross_entropy_of_scores, require_classes


class Training(NamedTuple):
    """What `train` returns."""

    layers: list
    losses: np.ndarray
    completed: bool


def train_step(layers, X, y, step_size):
    """Take one step of gradient descent on the mean cross-entropy of these rows.

    All gradients are computed at the old weights; then every weight moves by
    ``-step_size`` times its gradient.

    Parameters
    ----------
    layers : sequence of Dense
        The network, which is left as it is.
    X : array_like of shape (n_samples, n_inputs)
        The rows of the step, all of the data or a batch.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    step_size : float
        The learning rate, above zero.

    Returns
    -------
    list of Dense
        The network after the step.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or another argument is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, an activation is unknown, `y` holds
        anything but classes, or `step_size` is not above zero.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), sections 6.5 and 8.1.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> from mlmath_lib.networks import Dense
    >>> layer, = train_step([Dense(np.zeros((2, 1)), np.zeros(2))], [[1.0]], [0], 0.5)
    >>> layer.W.ravel().tolist(), layer.b.tolist()
    ([0.25, -0.25], [0.25, -0.25])
    """
    step_size = require_positive("step_size", step_size)
    layers, shapes = require_layers(layers)
    X = require_samples(X, shapes)
    y = require_classes(y, len(X), *shapes[-1])
    return _step(layers, pass_forward(layers, X), y, step_size)[0]


def train(layers, X, y, *, batch_size, step_size, n_epochs, rng=None):
    """Train a network by stochastic gradient descent on shuffled batches.

    An epoch shuffles the rows, cuts them into batches and takes a `train_step` for each;
    the last batch holds the rows that are left. The same `rng` draws the same batches as
    `mlmath_lib.optimization.stochastic_gradient_descent`, which keeps every point of the
    walk; this function keeps only the last.

    Parameters
    ----------
    layers : sequence of Dense
        The network at the start, which is left as it is. Layers with equal units stay
        that way: draw them by `initial_layers`.
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    batch_size : int
        Rows per step, from 1 to n_samples.
    step_size : float
        The learning rate, above zero.
    n_epochs : int
        Passes through the data.
    rng : int, numpy.random.Generator or None, optional
        Source of the shuffles.

    Returns
    -------
    Training
        ``layers``, the network at the end; ``losses`` (n_epochs,), the mean loss of the
        rows of each epoch, each measured just before its step; ``completed``, False if
        a loss or a weight was not finite: ``layers`` and ``losses`` then end with the
        last epoch in which all were.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, a count is no whole number, or another
        argument is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, an activation is unknown, `y` holds
        anything but classes, `batch_size` exceeds the number of rows, or `step_size` is
        not above zero.

    References
    ----------
    Bottou, Curtis and Nocedal, "Optimization Methods for Large-Scale Machine Learning",
    *SIAM Review* 60 (2018), 223-311. https://doi.org/10.1137/16M1080173

    Examples
    --------
    >>> from mlmath_lib.networks import initial_layers, predict_probabilities
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> start = initial_layers([2, 8, 2], rng=1)
    >>> result = train(start, X, y, batch_size=4, step_size=1.0, n_epochs=200, rng=1)
    >>> predict_probabilities(result.layers, X).argmax(axis=1).tolist(), result.completed
    ([0, 1, 1, 0], True)
    """
    layers, shapes = require_layers(layers)
    X = require_samples(X, shapes)
    y = require_classes(y, len(X), *shapes[-1])
    step_size = require_positive("step_size", step_size)
    batch_size = require_count("batch_size", batch_size)
    if batch_size > len(X):
        raise ValueError(
            f"batch_size must be at most the number of rows, {len(X)}; got {batch_size}"
        )
    rng, losses, now = np.random.default_rng(rng), [], layers
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging walk ends below
        for _ in range(require_count("n_epochs", n_epochs)):
            now, loss = _epoch(now, X, y, rng.permutation(len(X)), batch_size, step_size)
            weights = [array for layer in now for array in parameters(layer)]
            if not (np.isfinite(loss) and all(np.isfinite(array).all() for array in weights)):
                return Training(layers, np.array(losses), completed=False)
            layers = now
            losses.append(loss)
    return Training(layers, np.array(losses), completed=True)


def _epoch(layers, X, y, order, batch_size, step_size):
    """Return the layers after one pass through the shuffled rows, and its mean loss."""
    total = 0.0
    for first in range(0, len(X), batch_size):
        batch = order[first : first + batch_size]
        activations = pass_forward(layers, X[batch])
        if not np.isfinite(activations[-1]).all():
            return layers, np.inf
        layers, loss = _step(layers, activations, y[batch], step_size)
        total += loss * len(batch)
    return layers, total / len(X)


def _step(layers, activations, y, step_size):
    """Return the layers after one step, and the loss before it, which costs nothing more."""
    loss, gradient = cross_entropy_of_scores(activations[-1], y)
    gradients = pass_backward(layers, activations, gradient)
    moved = [
        with_parameters(
            layer,
            [W - step_size * slope for W, slope in zip(parameters(layer), slopes, strict=True)],
        )
        for layer, slopes in zip(layers, gradients, strict=True)
    ]
    return moved, loss
