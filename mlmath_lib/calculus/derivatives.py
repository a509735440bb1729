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

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_callable,
    require_count,
    require_positive,
)

EPSILON = np.finfo(float).eps
# By the order of the error, for x near 1: 1.5e-08, 6.1e-06, 7.4e-04 and 1.2e-04, 2.5e-03.
STEPS = {1: np.sqrt(EPSILON), 2: np.cbrt(EPSILON), 4: EPSILON ** (1 / 5)}
SECOND_STEPS = {2: EPSILON ** (1 / 4), 4: EPSILON ** (1 / 6)}
ROUNDINGS = 100  # of one function value, which check_gradient forgives


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
        small to move `x`, or if `function` returns the wrong shape or a value that is not
        finite.

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
    require_callable("function", function, "returns one value for each entry of x")
    x = _require_points(x)
    step = _require_step(x, step, STEPS, order)

    def quotient(left, right):
        rise = _evaluate("function", function, right) - _evaluate("function", function, left)
        return rise / (right - left)  # the distance as it was rounded

    slope = quotient(x if order == 1 else x - step, x + step)
    if order == 4:
        slope = slope + (slope - quotient(x - 2 * step, x + 2 * step)) / 3
    return slope if x.ndim else float(slope)


def second_derivative(function, x, *, order=2, step=None):
    """Approximate the second derivative of a function of one variable by differences.

    - order 2: ``S(h) = (f(x + h) - 2 f(x) + f(x - h)) / h^2``, off by ``h^2 f^(4)(z) / 12``
      for some ``z`` between ``x - h`` and ``x + h`` if the fourth derivative is continuous;
    - order 4: ``(4 S(h) - S(2h)) / 3``, off by about ``h^4 f^(6)(x) / 90``;

    and by rounding, which the square of the step divides: about eight right digits are
    left with order 2 and ten with order 4.

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
        to move `x`, or if `function` returns the wrong shape or a value that is not finite.

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
    require_callable("function", function, "returns one value for each entry of x")
    x = _require_points(x)
    step = _require_step(x, step, SECOND_STEPS, order)
    middle = _evaluate("function", function, x)

    def bend(reach):
        left, right = x - reach, x + reach
        slope_left = (middle - _evaluate("function", function, left)) / (x - left)
        slope_right = (_evaluate("function", function, right) - middle) / (right - x)
        return 2 * (slope_right - slope_left) / (right - left)

    curvature = bend(step)
    if order == 4:
        curvature = curvature + (curvature - bend(2 * step)) / 3
    return curvature if x.ndim else float(curvature)


def gradient(function, x, *, step=None):
    """Approximate the gradient of a function of several variables, one at a time.

    Entry ``j`` is the central difference ``(f(x + h e_j) - f(x - h e_j)) / 2h``, with the
    error that `derivative` states. It costs ``2 d`` values of the function, which is why
    models are trained with a formula and only checked with this.

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
        to move `x`, or `function` returns anything but one finite number.

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
    require_callable("function", function, "returns one number for a point of shape (d,)")
    return _differences(function, require_array("x", x, ("d",)), step)[0]


def check_gradient(function, gradient, x, *, step=None, tolerance=1e-6):
    """Compare a gradient that somebody derived with central differences.

    They agree if no entry differs by more than `tolerance` times the largest entry of the
    two gradients, plus what a hundred roundings of the function's values can do to a
    difference; without that allowance no gradient would pass at a minimum. An entry that
    is far smaller than the largest is therefore checked less strictly: scale the
    variables alike. Check at a point in general position, not at zeros or kinks.

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
        If a shape does not fit, a value is not finite, or `step` or `tolerance` is not a
        finite number above zero.

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
    require_callable("function", function, "returns one number for a point of shape (d,)")
    require_callable("gradient", gradient, "returns the gradient at a point of shape (d,)")
    x = require_array("x", x, ("d",))
    tolerance = require_positive("tolerance", tolerance)
    claimed = require_array("what gradient returns", gradient(x.copy()), x.shape)
    numerical, rounding = _differences(function, x, step)
    difference = np.abs(claimed - numerical)
    largest = max(np.abs(claimed).max(), np.abs(numerical).max())
    return GradientCheck(
        agrees=bool((difference <= tolerance * largest + ROUNDINGS * rounding).all()),
        error=float(difference.max() / largest) if largest > 0 else 0.0,
        claimed=claimed,
        numerical=numerical,
    )


def _differences(function, x, step):
    """Return the central differences, (d,), and what one rounding does to each, (d,)."""
    step = _require_step(x, step, STEPS)
    left, right = x - step, x + step
    ends = np.empty((2, len(x)))
    for side, moved in enumerate((left, right)):
        for j in range(len(x)):
            point = x.copy()  # a function that changes its argument must not change ours
            point[j] = moved[j]
            ends[side, j] = _one_number(function(point))
    width = right - left
    return (ends[1] - ends[0]) / width, EPSILON * np.abs(ends).max(axis=0) / width


def _require_step(x, step, defaults, order=2):
    """Return the step, which must move `x`; one for each entry of `x` if it is chosen here."""
    if require_count("order", order) not in defaults:
        *others, last = defaults
        raise ValueError(
            f"order must be {', '.join(map(str, others))} or {last}; got {order}. It is the power "
            "of the step in the error. For a higher one use richardson on the differences"
        )
    if step is None:
        step = defaults[order] * np.maximum(1, np.abs(x))
    else:
        step = require_positive("step", step)
    if not ((x - step < x) & (x < x + step)).all():
        raise ValueError(
            f"step must be large enough to move x; got {step:g} for x as large as "
            f"{np.abs(x).max():g}. Leave it out, and it is chosen for the size of x"
        )
    return step


def _require_points(x):
    """Return `x` as a finite float array of whatever shape it has."""
    shape = x.shape if isinstance(x, np.ndarray) else np.asarray(x, dtype=object).shape
    return require_array("x", x, shape)


def _evaluate(name, function, x, *, constant=False):
    """Return finite values of the shape of `x`; a single number counts if `constant`."""
    require_callable(name, function, "returns one value for each entry of x")
    # A copy: a function that changes its argument must not change ours.
    values = np.asarray(function(x.copy()), dtype=float)
    if values.shape != x.shape and not (constant and values.ndim == 0):
        raise ValueError(
            f"{name} must return one value for each entry of x, shape {x.shape}; got shape "
            f"{values.shape}. For a function of several variables use gradient"
        )
    if not np.isfinite(values).all():
        raise ValueError(
            f"{name} must be finite around x; got {np.count_nonzero(~np.isfinite(values))} NaN "
            "or infinite values. Look for the edge of its domain"
        )
    return np.broadcast_to(values, x.shape)


def _one_number(value):
    if np.ndim(value) != 0:
        raise ValueError(
            "function must return one number for a point of shape (d,); got shape "
            f"{np.shape(value)}. Sum or average it, or for entry by entry use derivative"
        )
    if not np.isfinite(value):
        raise ValueError(
            f"function must be finite around x; got {value}. Look for the edge of its domain"
        )
    return float(value)
