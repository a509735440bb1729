"""Integrals by sums: of a function at chosen points, or of a table of values.

`riemann_sum`, `trapezoid` and `simpson` cut the interval from ``a`` to ``b`` into strips of
one width ``h`` and weigh the values of the function; `integrate_samples` does the same
with values that somebody measured, at places that need not be evenly spaced. For a
function with enough continuous derivatives their errors fall with the orders 1 (left
and right end), 2 (midpoint, trapezoid) and 4 (Simpson). They are derived in the chapter
"Integral calculus".
"""

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_count,
    require_function,
    require_number,
)

POINTS = {"left": 0.0, "midpoint": 0.5, "right": 1.0}
RULES = ("left", "right", "trapezoid", "simpson")


def riemann_sum(function, a, b, n_strips, *, point="midpoint"):
    """Approximate an integral by strips, each as high as the function at one point.

    ``h (f(x_1) + ... + f(x_n))`` with ``h = (b - a) / n`` and ``x_k`` the left end, the middle
    or the right end of strip ``k``. The integral minus the sum is about
    ``h (f(b) - f(a)) / 2`` for left ends, minus that for right ends, if the derivative of
    ``f`` is continuous, and ``h^2 (f'(b) - f'(a)) / 24`` for midpoints, if the second is.

    Parameters
    ----------
    function : callable
        Maps an array of shape (n,) to an array of shape (n,), or (n, ...) to integrate
        several functions at once.
    a, b : float
        The ends of the interval. ``b < a`` gives minus the integral from `b` to `a`.
    n_strips : int
        The number of strips.
    point : {"left", "midpoint", "right"}, default "midpoint"
        Where the height of a strip is taken.

    Returns
    -------
    float or ndarray
        The sum, in units of the function times units of x; of the shape of one value.

    Raises
    ------
    TypeError
        If `function` is not callable, or a number is not numeric.
    ValueError
        If an end is not finite, `n_strips` is below 1, `point` is unknown, or `function`
        returns the wrong shape or a value that is not finite.

    References
    ----------
    Spivak, *Calculus*, 4th ed. (2008), chapter 13.
    Davis and Rabinowitz, *Methods of Numerical Integration*, 2nd ed. (1984), section 2.1.
    https://doi.org/10.1016/C2013-0-10566-1
    Derived in the chapter "Integral calculus".

    Examples
    --------
    >>> for point in ("left", "midpoint", "right"):
    ...     print(f"{riemann_sum(np.square, 0, 1, 10, point=point):.4f}")
    0.2850
    0.3325
    0.3850
    """
    a, b, n_strips = _require_strips(a, b, n_strips)
    if not isinstance(point, str) or point not in POINTS:
        raise ValueError(f"point must be left, midpoint or right; got {point!r:.80}")
    middle = (np.arange(n_strips) + POINTS[point]) / n_strips
    return _weigh(function, a + (b - a) * middle, np.full(n_strips, (b - a) / n_strips))


def trapezoid(function, a, b, n_strips):
    """Approximate an integral by strips under the chords of the graph.

    ``h (f(x_0) / 2 + f(x_1) + ... + f(x_(n-1)) + f(x_n) / 2)`` with ``h = (b - a) / n``. Exact
    for polynomials of degree 1. If the second derivative is continuous and at most ``M`` in
    size, the error is at most ``(b - a) h^2 M / 12``; for a smooth function over a whole
    period it falls faster than any power of ``h``.

    False friend: `numpy.trapezoid` takes a table of values; here that is
    `integrate_samples`.

    Parameters
    ----------
    function : callable
        Maps an array of shape (n,) to an array of shape (n,), or (n, ...) to integrate
        several functions at once.
    a, b : float
        The ends of the interval. ``b < a`` gives minus the integral from `b` to `a`.
    n_strips : int
        The number of strips; the function is evaluated once more.

    Returns
    -------
    float or ndarray
        The sum, in units of the function times units of x; of the shape of one value.

    Raises
    ------
    TypeError
        If `function` is not callable, or a number is not numeric.
    ValueError
        If an end is not finite, `n_strips` is below 1, or `function` returns the wrong
        shape or a value that is not finite.

    References
    ----------
    Trefethen and Weideman, "The Exponentially Convergent Trapezoidal Rule", *SIAM Review* 56
    (2014), 385-458. https://doi.org/10.1137/130932132
    Derived in the chapter "Integral calculus".

    Examples
    --------
    >>> for n_strips in (10, 20):
    ...     print(f"{trapezoid(np.square, 0, 1, n_strips) - 1 / 3:.6f}")
    0.001667
    0.000417
    """
    a, b, n_strips = _require_strips(a, b, n_strips)
    weights = np.ones(n_strips + 1)
    weights[[0, -1]] = 1 / 2
    return _weigh(function, np.linspace(a, b, n_strips + 1), weights * (b - a) / n_strips)


def simpson(function, a, b, n_strips):
    """Approximate an integral by parabolas, each over two strips.

    ``h / 3 (f(x_0) + 4 f(x_1) + 2 f(x_2) + ... + 4 f(x_(n-1)) + f(x_n))`` with
    ``h = (b - a) / n``. Exact for polynomials of degree 3. If the fourth derivative is
    continuous and at most ``M`` in size, the error is at most ``(b - a) h^4 M / 180``.

    False friend: `scipy.integrate.simpson` takes a table of values; here that is
    `integrate_samples`.

    Parameters
    ----------
    function : callable
        Maps an array of shape (n,) to an array of shape (n,), or (n, ...) to integrate
        several functions at once.
    a, b : float
        The ends of the interval. ``b < a`` gives minus the integral from `b` to `a`.
    n_strips : int
        The number of strips, even; the function is evaluated once more.

    Returns
    -------
    float or ndarray
        The sum, in units of the function times units of x; of the shape of one value.

    Raises
    ------
    TypeError
        If `function` is not callable, or a number is not numeric.
    ValueError
        If an end is not finite, `n_strips` is below 2 or odd, or `function` returns the
        wrong shape or a value that is not finite.

    References
    ----------
    Davis and Rabinowitz, *Methods of Numerical Integration*, 2nd ed. (1984), section 2.2.
    https://doi.org/10.1016/C2013-0-10566-1
    Derived in the chapter "Integral calculus".

    Examples
    --------
    >>> print(f"{simpson(lambda x: x**3, 0, 2, 2):.12f}")
    4.000000000000
    >>> print(f"{simpson(np.exp, 0, 1, 10) - (np.e - 1):.1e}")
    9.5e-07
    """
    a, b, n_strips = _require_strips(a, b, n_strips)
    _require_even("n_strips", n_strips, "Each parabola spans two strips: add one")
    weights = np.ones(n_strips + 1)
    weights[1:-1:2] = 4
    weights[2:-1:2] = 2
    return _weigh(function, np.linspace(a, b, n_strips + 1), weights * (b - a) / (3 * n_strips))


def integrate_samples(values, x, *, rule="trapezoid"):
    """Approximate an integral from values at places that need not be evenly spaced.

    Each strip between neighbouring places counts as high as its left or right end
    (`rule` "left", "right"), as the mean of both ("trapezoid"), or two strips together
    as the area under the parabola through their three points ("simpson"). The values
    are taken as exact: noise in them stays in the integral.

    Parameters
    ----------
    values : array_like of shape (n_places, ...)
        The function at each place; further axes are integrated side by side.
    x : array_like of shape (n_places,)
        The places, at least two, increasing or decreasing.
    rule : {"left", "right", "trapezoid", "simpson"}, default "trapezoid"
        How a strip is filled; "simpson" needs an odd number of places.

    Returns
    -------
    float or ndarray
        The sum, in units of the values times units of x; of the shape of one value.

    Raises
    ------
    TypeError
        If an array is not numeric.
    ValueError
        If the lengths differ, there are fewer than two places, they are not in order,
        `rule` is unknown, "simpson" gets an odd number of strips, or a value is not finite.

    References
    ----------
    Davis and Rabinowitz, *Methods of Numerical Integration*, 2nd ed. (1984), chapter 2.
    https://doi.org/10.1016/C2013-0-10566-1

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 3.0])
    >>> print(integrate_samples(2 * x, x))
    9.0
    >>> print(f"{integrate_samples(x**2, x, rule='simpson'):.6f}")
    9.000000
    """
    x = require_array("x", x, ("n_places",))
    widths = np.diff(x)
    if len(x) < 2 or not ((widths > 0).all() or (widths < 0).all()):
        raise ValueError(
            f"x must hold at least two places in order; got {len(x)} with steps from "
            f"{widths.min(initial=0):g} to {widths.max(initial=0):g}. Sort x, and values with it"
        )
    values = require_array("values", values, (len(x), ...))
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}; got {rule!r:.80}")
    if rule == "simpson":
        _require_even("the number of strips", len(widths), "Leave one place out or use trapezoid")
    return _total(_weights(widths, rule), values)


def _weights(widths, rule):
    """Return the weight of each place, given the widths of the strips between them."""
    weights = np.zeros(len(widths) + 1)
    if rule == "simpson":
        first, second = widths[::2], widths[1::2]
        both = first + second
        weights[:-1:2] += both / 6 * (2 - second / first)
        weights[1::2] += both**3 / (6 * first * second)
        weights[2::2] += both / 6 * (2 - first / second)
        return weights
    share = {"left": 1.0, "right": 0.0, "trapezoid": 0.5}[rule]
    weights[:-1] += share * widths
    weights[1:] += (1 - share) * widths
    return weights


def _require_strips(a, b, n_strips):
    return (
        require_number("a", a),
        require_number("b", b),
        require_count("n_strips", n_strips),
    )


def _require_even(name, count, remedy):
    if count % 2:
        raise ValueError(f"{name} must be even for Simpson's rule; got {count}. {remedy}")


def _weigh(function, points, weights):
    """Return the weighted sum of a function's finite values at the points."""
    function = require_function(
        "function",
        function,
        f"one value for each entry of x, shape {points.shape} or ({len(points)}, ...)",
        (len(points), ...),
        remedy="For a constant return np.full(len(x), c)",
        where="from a to b",
    )
    return _total(weights, function(points))


def _total(weights, values):
    total = np.tensordot(weights, values, axes=1)
    return total if total.ndim else float(total)
