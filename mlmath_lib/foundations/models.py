"""Foundations: the smallest model that is fitted to data, a straight line.

`fit_line` finds the line with the least sum of squared misses. Derived, by completing
two squares, in the chapter "The mathematics of machine learning".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array


class Line(NamedTuple):
    """What `fit_line` returns: the line ``intercept + slope x``."""

    slope: float
    intercept: float


def fit_line(x, y):
    """Fit a straight line to points by the least sum of squared misses.

    With ``d = x - mean(x)`` the sum of ``(y - intercept - slope x)^2`` is smallest for
    ``slope = sum(d y) / sum(d^2)`` and ``intercept = mean(y) - slope mean(x)``: the line
    runs through the point of the two means. The misses that are squared are those in y,
    so that swapping x and y gives another line.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        What is known of each sample, in any unit. At least two of the values differ.
    y : array_like, shape (n_samples,)
        What is to be predicted, in any unit.

    Returns
    -------
    Line
        ``slope`` in units of y for each unit of x, and ``intercept``, the line's value
        at ``x = 0`` in units of y.

    Raises
    ------
    TypeError
        If `x` or `y` is not numeric.
    ValueError
        If the shapes do not match, a value is not finite, or all values of `x` are equal.

    References
    ----------
    Stigler, *The History of Statistics: The Measurement of Uncertainty before 1900*
    (1986), chapter 1, on Legendre's method of least squares.

    Examples
    --------
    >>> line = fit_line([190, 195, 200, 205, 210], [3650, 3250, 4050, 4300, 4000])
    >>> print(f"{line.slope:.1f} {line.intercept:.1f}")
    35.0 -3150.0
    """
    x = require_array("x", x, ("n_samples",))
    y = require_array("y", y, (len(x),))
    if np.ptp(x) == 0:
        raise ValueError(
            f"x must hold two different values, or no slope is better than another; got "
            f"{len(x)} times {x[0]:g}. Predict the mean of y instead"
        )
    from_mean = x - np.mean(x)  # before the squares: large x would lose the digits of the slope
    slope = float(from_mean @ (y - np.mean(y)) / (from_mean @ from_mean))
    return Line(slope, float(np.mean(y) - slope * np.mean(x)))
