"""Derivatives of functions of several variables, by central differences.

`jacobian` collects the slopes of a function that returns a vector, `hessian` the second
derivatives of one that returns a number, and `directional_derivative` the change along a
direction, of either kind, for two values of the function. `check_jacobian` compares a
formula with differences; a Hessian is the Jacobian of a gradient, so it checks Hessians
too. They are derived in the chapters "Gradients" and "Jacobian and Hessian".

All have an error of order ``h^2`` from the curve and one from rounding, of size
``eps / h`` for first and ``eps / h^2`` for second derivatives. The default steps balance
the two, as in `mlmath_lib.calculus.derivatives`: about ten right digits for first and
eight for second derivatives of a function whose values and derivatives are moderate.
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_callable, require_positive
from mlmath_lib.calculus.derivatives import (
    EPSILON,
    ROUNDINGS,
    SECOND_STEPS,
    STEPS,
    _one_number,
    _require_step,
)


class JacobianCheck(NamedTuple):
    """What `check_jacobian` returns."""

    agrees: bool
    error: float
    claimed: np.ndarray
    numerical: np.ndarray


def directional_derivative(function, x, direction, *, step=None):
    """Approximate the derivative of a function along a direction.

    The central difference ``(f(x + t u) - f(x - t u)) / 2t``. For a function that returns
    a number and is differentiable at `x` it approaches ``gradient . u``; for one that
    returns a vector, the Jacobian times ``u``; for a gradient, the Hessian times ``u``.
    It costs two values of the function, however many variables there are. The error is
    ``t^2 / 6`` times the third derivative along ``u`` if that is continuous, and rounding.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to one number, or to an array of shape (m,).
    x : array_like of shape (d,)
        Where to differentiate.
    direction : array_like of shape (d,)
        The ``u`` of the formula, not zero. It is not scaled: for a slope per unit of
        length give it the length 1.
    step : float, optional
        How far the variable that moves most is moved, in units of `x`; by default each is
        moved by at most 6.06e-06 ``max(1, |x_j|)``.

    Returns
    -------
    float or ndarray of shape (m,)
        The derivative along `direction`, in units of the function per `direction`.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x`, `direction` or `step` is not numeric.
    ValueError
        If a shape does not fit, `direction` is zero, `step` is not a finite number above
        zero or too small to move `x`, or `function` returns what is not finite or has
        more than one axis.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    Derived in the chapter "Gradients".

    Examples
    --------
    >>> slope = directional_derivative(lambda x: x[0] ** 2 * x[1], [3.0, 2.0], [0.6, 0.8])
    >>> print(f"{slope:.6f}")
    14.400000
    >>> print(np.round(directional_derivative(lambda x: 2 * x, [3.0, 2.0], [0.6, 0.8]), 6))
    [1.2 1.6]
    """
    require_callable("function", function, "returns a number or a vector for a point (d,)")
    x = require_array("x", x, ("d",))
    direction = require_array("direction", direction, x.shape)
    if not direction.any():
        raise ValueError(
            f"direction must not be zero; got {direction}. Along it nothing changes, and the "
            "derivative is 0 for every function"
        )
    # Each variable is moved by its own step at most, so that none is moved too far.
    shares = np.abs(direction) / _require_step(x, step, STEPS)
    j = np.argmax(shares)
    left, right = x - direction / shares[j], x + direction / shares[j]
    run = (right[j] - left[j]) / direction[j]  # 2 t, as it was rounded
    slope = (_number_or_vector(function, right) - _number_or_vector(function, left)) / run
    return slope if slope.ndim else float(slope)


def jacobian(function, x, *, step=None):
    """Approximate the Jacobian matrix of a function that returns a vector.

    Column ``j`` is the central difference ``(F(x + h e_j) - F(x - h e_j)) / 2h``; row
    ``i`` is the gradient of the ``i``-th component. The error of an entry is
    ``h^2 d^3 F_i / dx_j^3 / 6``, taken at some point between, if that derivative is
    continuous, and rounding. It costs ``2 d`` values of the function.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to an array of shape (m,).
    x : array_like of shape (d,)
        Where to differentiate.
    step : float, optional
        The ``h`` of the formula, in units of `x`; by default 6.06e-06 ``max(1, |x_j|)``.

    Returns
    -------
    ndarray of shape (m, d)
        The entry in row ``i``, column ``j`` is the slope of component ``i`` in variable
        ``j``. Times a small step ``d`` it is the change of the function, but for a
        remainder that is small compared with the length of ``d``.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x` or `step` is not numeric.
    ValueError
        If `x` has another shape, `step` is not a finite number above zero or too small to
        move `x`, or `function` returns anything but finite arrays (m,) of one length.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    Derived in the chapter "Jacobian and Hessian".

    Examples
    --------
    >>> print(np.round(jacobian(lambda x: np.array([x[0] * x[1], x[0], 5.0]), [3.0, 2.0]), 6))
    [[2. 3.]
     [1. 0.]
     [0. 0.]]
    """
    require_callable("function", function, "returns an array of shape (m,) for a point (d,)")
    return _vector_differences(function, require_array("x", x, ("d",)), step)[0]


def check_jacobian(function, jacobian, x, *, step=None, tolerance=1e-6):
    """Compare a Jacobian that somebody derived with central differences.

    They agree if no entry differs by more than `tolerance` times the largest entry of the
    two matrices, plus what a hundred roundings of the function's values can do to a
    difference. An entry that is far smaller than the largest is therefore checked less
    strictly: scale variables and components alike. Check at a point in general position.

    With a gradient as `function` and a Hessian as `jacobian` this checks a Hessian.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to an array of shape (m,).
    jacobian : callable
        Maps a point of shape (d,) to the Jacobian there, shape (m, d).
    x : array_like of shape (d,)
        Where to compare.
    step : float, optional
        The step of the differences, in units of `x`; by default 6.06e-06 ``max(1, |x_j|)``.
    tolerance : float, default 1e-6
        The difference, relative to the largest entry, that counts as agreement.

    Returns
    -------
    JacobianCheck
        ``agrees``; ``error``, the largest difference divided by the largest entry (0 if
        both matrices are zero); ``claimed`` and ``numerical``, both (m, d), to see which
        entry is wrong.

    Raises
    ------
    TypeError
        If `function` or `jacobian` is not callable, or a number is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, or `step` or `tolerance` is not a
        finite number above zero.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1.
    https://doi.org/10.1007/978-0-387-40065-5
    Derived in the chapter "Jacobian and Hessian".

    Examples
    --------
    >>> swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> check_jacobian(lambda x: x[::-1], lambda x: swap, [1.0, -3.0]).agrees
    True
    >>> check = check_jacobian(lambda x: x[0] * x, lambda x: x[0] * np.eye(2), [1.0, -3.0])
    >>> check.agrees, np.round(check.numerical, 6).tolist()
    (False, [[2.0, 0.0], [-3.0, 1.0]])
    """
    require_callable("function", function, "returns an array of shape (m,) for a point (d,)")
    require_callable("jacobian", jacobian, "returns an array of shape (m, d) for a point (d,)")
    x = require_array("x", x, ("d",))
    tolerance = require_positive("tolerance", tolerance)
    numerical, rounding = _vector_differences(function, x, step)
    claimed = require_array("what jacobian returns", jacobian(x.copy()), numerical.shape)
    difference = np.abs(claimed - numerical)
    largest = max(np.abs(claimed).max(), np.abs(numerical).max())
    return JacobianCheck(
        agrees=bool((difference <= tolerance * largest + ROUNDINGS * rounding).all()),
        error=float(difference.max() / largest) if largest > 0 else 0.0,
        claimed=claimed,
        numerical=numerical,
    )


def hessian(function, x, *, step=None):
    """Approximate the Hessian matrix of a function by central second differences.

    With ``+-`` for ``f(x + h_i e_i - h_j e_j)`` and so on, the entry in row ``i``, column
    ``j`` is ``(++ - +- - -+ + --) / (4 h_i h_j)``. If the fourth derivatives are
    continuous, its error is about ``(h_i^2 f_iiij + h_j^2 f_ijjj) / 6``, and rounding.
    It costs ``2 d (d + 1)`` values of the function.

    The matrix is symmetric by its formula. The Hessian of a function is symmetric where
    its second derivatives are continuous; where they are not, this returns a symmetric
    matrix all the same, which need not be the Hessian. If you have the gradient, use
    `jacobian` on it: two more digits, and the symmetry becomes a check.

    Parameters
    ----------
    function : callable
        Maps a point of shape (d,) to one number.
    x : array_like of shape (d,)
        Where to differentiate.
    step : float, optional
        The ``h`` of the formula, in units of `x`; by default 1.22e-04 ``max(1, |x_j|)``.

    Returns
    -------
    ndarray of shape (d, d)
        The second partial derivatives, in units of the function per two units of `x`.

    Raises
    ------
    TypeError
        If `function` is not callable, or `x` or `step` is not numeric.
    ValueError
        If `x` has another shape, `step` is not a finite number above zero or too small
        to move `x`, or `function` returns anything but one finite number.

    References
    ----------
    Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), section 25.3.
    Derived in the chapter "Jacobian and Hessian".

    Examples
    --------
    >>> print(np.round(hessian(lambda x: x[0] ** 2 * x[1], [3.0, 2.0]), 5))
    [[4. 6.]
     [6. 0.]]
    """
    require_callable("function", function, "returns one number for a point of shape (d,)")
    x = require_array("x", x, ("d",))
    step = (x + _require_step(x, step, SECOND_STEPS)) - x  # as it is rounded
    moves = np.diag(step)

    def value(point):
        return _one_number(function(point))

    second = np.empty((len(x), len(x)))
    for i in range(len(x)):
        for j in range(i + 1):
            ahead, back = x + moves[i], x - moves[i]
            change_ahead = value(ahead + moves[j]) - value(ahead - moves[j])
            change_back = value(back + moves[j]) - value(back - moves[j])
            second[i, j] = second[j, i] = (change_ahead - change_back) / (4 * step[i] * step[j])
    return second


def _vector_differences(function, x, step):
    """Return the central differences, (m, d), and what one rounding does to each."""
    step = _require_step(x, step, STEPS)
    left, right = x - step, x + step
    ends = []
    for moved in (left, right):
        for j in range(len(x)):
            point = x.copy()  # a function that changes its argument must not change ours
            point[j] = moved[j]
            ends.append(_vector(function(point)))
    lengths = {len(end) for end in ends}
    if len(lengths) > 1:
        raise ValueError(
            "function must return arrays of one length at all points; got lengths "
            f"{min(lengths)} and {max(lengths)}"
        )
    below, above = np.array(ends).reshape(2, len(x), -1)
    width = right - left
    rounding = EPSILON * np.maximum(np.abs(below), np.abs(above)).T / width
    return (above - below).T / width, rounding


def _number_or_vector(function, x):
    value = function(x.copy())
    return np.float64(_one_number(value)) if np.ndim(value) == 0 else _vector(value)


def _vector(value):
    # A copy: a function may return one array again and again.
    values = np.array(value, dtype=float)
    if values.ndim != 1 or values.size == 0:
        remedy = "For a function that returns one number use gradient"
        if values.ndim > 1:
            remedy = "Flatten it with ravel()"
        raise ValueError(
            "function must return an array of shape (m,) for a point of shape (d,); got shape "
            f"{values.shape}. {remedy}"
        )
    if not np.isfinite(values).all():
        raise ValueError(
            f"function must be finite around x; got {np.count_nonzero(~np.isfinite(values))} NaN "
            "or infinite values. Look for the edge of its domain"
        )
    return values
