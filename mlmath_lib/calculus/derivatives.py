"""Derivatives by differences of one variable or several.

`derivative`, `second_derivative` and `gradient` know nothing of a function but its
values, so they are the second opinion on every formula, and `check_gradient` asks for
it. The differences are derived in the chapter "Differential calculus", the check in
"The chain rule".

A difference of order ``p`` has an error of order ``h^p`` from the curve and of ``eps / h``
from rounding (``eps / h^2`` for the second derivative). The default steps balance the
two. For the central difference, which is the default, that is the cube root of the
machine epsilon times ``max(1, |x|)``; it leaves about ten right digits of a function whose
value and third derivative are moderate.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_function, require_positive
from mlmath_lib.calculus._differences import (
    EPSILON,
    SECOND_STEPS,
    STEPS,
    central_differences,
    compare,
    require_entrywise,
    require_number_at_points,
    require_step,
    scale,
    settled,
)


class GradientCheck(NamedTuple):
    """What `check_gradient` returns."""

    agrees: bool
    error: float
    claimed: np.ndarray
    numerical: np.ndarray


def derivative(function, x, *, order=2, step=None):
    """Approximate the derivative of a function of one variable by differences.

    - order 1, forward: ``(f(x + h) - f(x)) / h``, off by ``h f''(z) / 2``;
    - order 2, central: ``D(h) = (f(x + h) - f(x - h)) / 2h``, off by ``h^2 f'''(z) / 6``;
    - order 4, two central ones: ``(4 D(h) - D(2h)) / 3``, off by about ``h^4 f^(5)(x) / 30``;

    for some ``z`` between the points used, if the derivative in the error is continuous
    there; and off by rounding. At a kink it returns a number too, which is no derivative.
    At the edge of a domain only order 1 stays on one side, the right.

    The default step fits a function that bends over a distance of about ``max(1, |x|)``. To see
    whether it does, the derivative is computed again with 0.6 of it; two that do not agree
    within a thousandth and a hundred roundings are refused (below 1 per ``max(1, |x|)``: a
    thousandth of that). A step of your own is taken as it is.

    False friends: `order` is that of the error, not of the derivative (for the second
    derivative use `second_derivative`); `numpy.gradient` differentiates a table of values.

    Parameters
    ----------
    function : callable
        Maps an array to an array of the same shape, entry by entry.
    x : float or array_like
        Where to differentiate; any shape.
    order : {1, 2, 4}, default 2
        The power of the step with which the error falls.
    step : float, optional
        The ``h`` of the formula, in units of `x`; by default ``max(1, |x|)`` times 1.49e-08,
        6.06e-06 or 7.40e-04 for the orders 1, 2, 4.

    Returns
    -------
    float or ndarray
        The derivative at each entry of `x`; a float if `x` is one number.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x`, `order` or `step` is not numeric.
    ValueError
        If `order` is not 1, 2 or 4, if `step` is not a finite number above zero or too
        small to move `x`, if it is left out and does not fit the function, or if `function`
        returns the wrong shape or a value that is not finite.

    References
    ----------
    Fornberg, "Generation of Finite Difference Formulas on Arbitrarily Spaced Grids",
    *Mathematics of Computation* 51 (1988), 699-706.
    https://doi.org/10.1090/S0025-5718-1988-0935077-0
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    Derived in the chapter "Differential calculus".

    Examples
    --------
    >>> print(f"{derivative(np.sin, 0.0):.6f}")
    1.000000
    >>> print(np.round(derivative(lambda x: x**3, [1.0, 2.0]), 6))
    [ 3. 12.]
    >>> for order in (1, 2, 4):
    ...     print(f"{derivative(np.exp, 0.0, order=order, step=0.1) - 1:.7f}")
    0.0517092
    0.0016675
    -0.0000033
    """
    x = require_array("x", x, ...)
    function = require_entrywise("function", function, x)

    def quotient(left, right):
        below, above = function(left), function(right)
        width = right - left  # as it was rounded
        return (above - below) / width, EPSILON * np.maximum(np.abs(below), np.abs(above)) / width

    def estimate(step):
        slope, rounding = quotient(x if order == 1 else x - step, x + step)
        if order == 4:
            slope = slope + (slope - quotient(x - 2 * step, x + 2 * step)[0]) / 3
        return slope, rounding

    used = require_step(x, step, STEPS, order)
    slope = settled(estimate, used, 1 / scale(x)) if step is None else estimate(used)[0]
    return slope if x.ndim else float(slope)


def second_derivative(function, x, *, order=2, step=None):
    """Approximate the second derivative of a function of one variable by differences.

    - order 2: ``S(h) = (f(x + h) - 2 f(x) + f(x - h)) / h^2``, off by ``h^2 f^(4)(z) / 12``
      for some ``z`` between ``x - h`` and ``x + h`` if the fourth derivative is continuous;
    - order 4: ``(4 S(h) - S(2h)) / 3``, off by about ``h^4 f^(6)(x) / 90``;

    and by rounding, which the square of the step divides: about eight right digits are
    left with order 2 and ten with order 4. A default step that does not fit the function is
    refused, as by `derivative`.

    Parameters
    ----------
    function : callable
        Maps an array to an array of the same shape, entry by entry.
    x : float or array_like
        Where to differentiate; any shape.
    order : {2, 4}, default 2
        The power of the step with which the error falls; not the order of the derivative.
    step : float, optional
        The ``h`` of the formula, in units of `x`; by default ``max(1, |x|)`` times 1.22e-04 or
        2.46e-03 for the orders 2, 4.

    Returns
    -------
    float or ndarray
        The second derivative at each entry of `x`, in units of the function per unit of
        `x` squared; a float if `x` is one number.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x`, `order` or `step` is not numeric.
    ValueError
        If `order` is not 2 or 4, if `step` is not a finite number above zero or too small
        to move `x`, if it is left out and does not fit the function, or if `function` returns
        the wrong shape or a value that is not finite.

    References
    ----------
    Fornberg, "Generation of Finite Difference Formulas on Arbitrarily Spaced Grids",
    *Mathematics of Computation* 51 (1988), 699-706.
    https://doi.org/10.1090/S0025-5718-1988-0935077-0
    Derived in the chapter "Differential calculus".

    Examples
    --------
    >>> print(np.round(second_derivative(lambda x: x**3, [1.0, 2.0]), 6))
    [ 6. 12.]
    """
    x = require_array("x", x, ...)
    function = require_entrywise("function", function, x)
    used = require_step(x, step, SECOND_STEPS, order)
    middle = function(x)

    def bend(reach):
        left, right = x - reach, x + reach
        below, above = function(left), function(right)
        slope_left, slope_right = (middle - below) / (x - left), (above - middle) / (right - x)
        rounding = 4 * EPSILON * np.maximum(np.abs(below), np.abs(above)) / reach**2
        return 2 * (slope_right - slope_left) / (right - left), rounding

    def estimate(step):
        curvature, rounding = bend(step)
        if order == 4:
            curvature = curvature + (curvature - bend(2 * step)[0]) / 3
        return curvature, rounding

    curvature = settled(estimate, used, 1 / scale(x) ** 2) if step is None else estimate(used)[0]
    return curvature if x.ndim else float(curvature)


def gradient(function, x, *, step=None):
    """Approximate the gradient of a function of several variables, one at a time.

    Entry ``j`` is the central difference ``(f(x + h e_j) - f(x - h e_j)) / 2h``, with the
    error that `derivative` states. It costs ``2 d`` values of the function, and as many again
    to see whether a default step fits, which is why models are trained with a formula and only
    checked with this.

    False friend: `numpy.gradient` differentiates a table of values.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to one number.
    x : array_like of shape (d,)
        Where to differentiate.
    step : float, optional
        The ``h`` of the formula, in units of `x`; by default 6.06e-06 ``max(1, |x_j|)``.

    Returns
    -------
    ndarray of shape (d,)
        The partial derivatives, in units of the function per unit of `x`.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x` or `step` is not numeric.
    ValueError
        If `x` has another shape, `step` is not a finite number above zero or too small
        to move `x`, it is left out and does not fit the function, or `function` returns
        anything but one finite number.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    The difference is derived in the chapter "Differential calculus", and taken one variable at
    a time in "The chain rule".

    Examples
    --------
    >>> print(np.round(gradient(lambda x: x[0] ** 2 * x[1], [3.0, 2.0]), 6))
    [12.  9.]
    """
    x = require_array("x", x, ("d",))
    estimate = partial(central_differences, require_number_at_points("function", function), x)
    used = require_step(x, step, STEPS)
    return settled(estimate, used, 1 / scale(x)) if step is None else estimate(used)[0]


def check_gradient(function, gradient, x, *, step=None, tolerance=1e-6):
    """Compare a gradient that somebody derived with central differences.

    They agree if no entry differs by more than `tolerance` times the largest entry of the
    two gradients, plus what a hundred roundings of the function's values can do to a
    difference; without that allowance no gradient would pass at a minimum. An entry that
    is far smaller than the largest is therefore checked less strictly: scale the
    variables alike. Check at a point in general position, not at zeros or kinks. Where they do
    not agree, and differences with 0.6 of a default step do not agree with the first ones
    either, the step is refused and not the gradient.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to one number.
    gradient : callable
        Maps a point of shape (d,) to the gradient there, shape (d,).
    x : array_like of shape (d,)
        Where to compare.
    step : float, optional
        The step of the differences, in units of `x`; by default 6.06e-06 ``max(1, |x_j|)``.
    tolerance : float, default 1e-6
        The difference, relative to the largest entry, that counts as agreement.

    Returns
    -------
    GradientCheck
        ``agrees``; ``error``, the largest difference divided by the largest entry (0 if
        both gradients are zero); ``claimed`` and ``numerical``, both (d,), to see which
        entry is wrong.

    Raises
    ------
    TypeError
        If `function` or `gradient` is not callable, or a number is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `step` or `tolerance` is not a finite
        number above zero, or `step` is left out and does not fit the function.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    Introduced in the chapter "The chain rule", with differences from "Differential calculus".

    Examples
    --------
    >>> check = check_gradient(lambda x: x @ x, lambda x: 2 * x, [1.0, -3.0])
    >>> check.agrees
    True
    >>> check = check_gradient(lambda x: x @ x, lambda x: x, [1.0, -3.0])
    >>> check.agrees, check.claimed.tolist(), np.round(check.numerical, 6).tolist()
    (False, [1.0, -3.0], [2.0, -6.0])
    """
    x = require_array("x", x, ("d",))
    estimate = partial(central_differences, require_number_at_points("function", function), x)
    returns = f"an array of the shape of x, {x.shape}"
    claimed = require_function("gradient", gradient, returns, x.shape)(x)
    tolerance = require_positive("tolerance", tolerance)
    return GradientCheck(*compare(claimed, estimate, x, step, tolerance))
