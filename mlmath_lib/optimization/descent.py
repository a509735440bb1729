"""Gradient descent: a walk that follows the whole gradient of a function downhill.

Derived in the chapter "Stochastic gradient descent".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count, require_positive
from mlmath_lib.optimization._gradients import require_gradient


class DescentPath(NamedTuple):
    """What `gradient_descent` returns."""

    points: np.ndarray
    converged: bool


def gradient_descent(gradient, start, step_size, *, tolerance=1e-8, max_steps=1000):
    """Walk downhill on a smooth function by following its negative gradient.

    Each step moves from ``x`` to ``x - step_size * gradient(x)``. The walk stops when
    the gradient's Euclidean norm is at most `tolerance`, or after `max_steps`. If the
    gradient is L-Lipschitz, a step with ``0 < step_size < 2 / L`` never goes uphill;
    if the function is convex too and has a minimum, the walk converges to one. On
    other functions it may end at any point where the gradient is nearly zero.

    Parameters
    ----------
    gradient : callable
        Maps a point of shape (d,) to the gradient there, shape (d,).
    start : array_like of shape (d,)
        Where the walk begins.
    step_size : float
        The learning rate: length of a step per unit of gradient, above zero.
    tolerance : float, default 1e-8
        Gradient norm that counts as zero, in units of the function per unit of x.
    max_steps : int, default 1000
        Upper limit on the number of steps.

    Returns
    -------
    DescentPath
        ``points`` (n_steps + 1, d), beginning with `start`; ``converged``, True if the
        last point's gradient is within `tolerance`. It is False if `max_steps` ran out,
        or if the next point or gradient would not be finite, which ends the walk early.

    Raises
    ------
    TypeError
        If `gradient` is not callable, `max_steps` is no whole number, or another
        argument is not numeric.
    ValueError
        If `step_size` or `tolerance` is not a finite number above zero, `start` is not
        a finite vector, or `gradient` does not return the shape of `start`.

    References
    ----------
    Nesterov, *Lectures on Convex Optimization*, 2nd ed. (2018), sections 1.2.3 and
    2.1.5. https://doi.org/10.1007/978-3-319-91578-4
    Derived in the chapter "Stochastic gradient descent".

    Examples
    --------
    >>> path = gradient_descent(lambda x: 2 * x, start=[2.0], step_size=0.25, max_steps=3)
    >>> path.points.ravel().tolist(), path.converged
    ([2.0, 1.0, 0.5, 0.25], False)
    """
    point = require_array("start", start, ("d",))
    gradient = require_gradient(gradient, point.shape)
    step_size = require_positive("step_size", step_size)
    tolerance = require_positive("tolerance", tolerance)
    max_steps = require_count("max_steps", max_steps)

    points = [point]
    slope = gradient(point)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging walk ends below
        for _ in range(max_steps):
            if np.linalg.norm(slope) <= tolerance:
                break
            point = points[-1] - step_size * slope
            if not np.isfinite(point).all():
                break
            points.append(point)
            slope = gradient(point)
        converged = bool(np.linalg.norm(slope) <= tolerance)
    return DescentPath(np.array(points), converged)
