"""Stochastic gradient descent: each step follows the gradient of a few rows of data.

Derived in the chapter "Stochastic gradient descent".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count, require_positive
from mlmath_lib.optimization._gradients import require_gradient


class StochasticPath(NamedTuple):
    """What `stochastic_gradient_descent` returns."""

    points: np.ndarray
    steps_per_epoch: int
    completed: bool


def stochastic_gradient_descent(
    gradient, start, X, y, *, batch_size, step_size, n_epochs, rng=None
):
    """Walk downhill on a mean loss by the gradients of small batches of rows.

    Step k moves from ``w`` to ``w - step_size_k * gradient(w, X_batch, y_batch)``. An
    epoch shuffles the rows and cuts them into batches of `batch_size`, so that every
    row is used once; its last batch holds the rows that are left, each of which counts
    for more. If ``gradient`` is the mean of its rows' gradients, the first batch of an
    epoch has the gradient of all rows as its expectation; later ones depend on it. With
    ``batch_size`` equal to ``n_samples`` the walk is gradient descent.

    Parameters
    ----------
    gradient : callable
        ``gradient(w, X_batch, y_batch)`` returns the gradient of the mean loss of these
        rows at ``w``, shape (d,).
    start : array_like of shape (d,)
        The parameters where the walk begins.
    X : array_like of shape (n_samples, n_features)
        The data, one row per sample. An intercept is a column of ones.
    y : array_like of shape (n_samples,)
        The target of each row.
    batch_size : int
        Rows per step, from 1 to n_samples.
    step_size : float or callable
        The learning rate, above zero; or a schedule that maps the number of the step,
        0, 1, 2, ..., to it.
    n_epochs : int
        Passes through the data.
    rng : int, numpy.random.Generator or None, optional
        Source of the shuffles.

    Returns
    -------
    StochasticPath
        ``points`` (n_epochs * steps_per_epoch + 1, d), beginning with `start`;
        ``steps_per_epoch``, so that ``points[::steps_per_epoch]`` are the ends of the
        epochs; ``completed``, False if a point was not finite: ``points`` then ends at
        the last finite one. Whether the walk is near a minimum is not known to it.

    Raises
    ------
    TypeError
        If `gradient` is not callable, a count is no whole number, or another argument
        is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `batch_size` exceeds the number
        of rows, a step size is not above zero, or `gradient` does not return the shape
        of `start`.

    References
    ----------
    Robbins and Monro, "A Stochastic Approximation Method", *The Annals of Mathematical
    Statistics* 22 (1951), 400-407. https://doi.org/10.1214/aoms/1177729586
    Bottou, Curtis and Nocedal, "Optimization Methods for Large-Scale Machine Learning",
    *SIAM Review* 60 (2018), 223-311. https://doi.org/10.1137/16M1080173
    Derived in the chapter "Stochastic gradient descent".

    Examples
    --------
    >>> def to_mean(w, X, y):  # the gradient of the mean of (w - y)**2 / 2
    ...     return w - y.mean()
    >>> path = stochastic_gradient_descent(
    ...     to_mean, [0.0], np.ones((4, 1)), [1, 2, 3, 6], batch_size=1,
    ...     step_size=lambda k: 1 / (k + 1), n_epochs=1, rng=7)
    >>> print(f"{path.points[-1, 0]:.4f}", path.steps_per_epoch, path.completed)
    3.0000 4 True
    """
    start = require_array("start", start, ("d",))
    gradient = require_gradient(gradient, start.shape)
    X = require_array("X", X, ("n_samples", "n_features"))
    y = require_array("y", y, (len(X),))
    batch_size = require_count("batch_size", batch_size)
    if batch_size > len(X):
        raise ValueError(
            f"batch_size must be at most the number of rows, {len(X)}; got {batch_size}"
        )
    steps_per_epoch = -(-len(X) // batch_size)
    n_steps = require_count("n_epochs", n_epochs) * steps_per_epoch
    step_sizes = _require_step_sizes(step_size, n_steps)

    rng = np.random.default_rng(rng)
    points = np.empty((n_steps + 1, len(start)))
    points[0] = start
    step = 0
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging walk is cut below
        while step < n_steps and np.isfinite(points[step]).all():
            order = rng.permutation(len(X))
            X_shuffled, y_shuffled = X[order], y[order]
            for first in range(0, len(X), batch_size):
                batch = slice(first, first + batch_size)
                slope = gradient(points[step], X_shuffled[batch], y_shuffled[batch])
                points[step + 1] = points[step] - step_sizes[step] * slope
                step += 1
    finite = np.isfinite(points[: step + 1]).all(axis=1)
    completed = bool(finite.all())
    return StochasticPath(
        points if completed else points[: np.argmin(finite)], steps_per_epoch, completed
    )


def _require_step_sizes(step_size, n_steps):
    if not callable(step_size):
        return np.full(n_steps, require_positive("step_size", step_size))
    return np.array([require_positive(f"step_size({k})", step_size(k)) for k in range(n_steps)])
