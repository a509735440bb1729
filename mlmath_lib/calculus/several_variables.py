"""Derivatives of functions of several variables, by central differences.

`jacobian` collects the slopes of a function that returns a vector, `hessian` the second
derivatives of one that returns a number, and `directional_derivative` the change along a
direction, of either kind, for few values of the function. `check_jacobian` compares a
formula with differences; a Hessian is the Jacobian of a gradient, so it checks Hessians
too. They are derived in the chapters "Gradients" and "Jacobian and Hessian".

All have an error of order ``h^2`` from the curve and one from rounding, of size
``eps / h`` for first and ``eps / h^2`` for second derivatives. The default steps balance
the two, as in `mlmath_lib.calculus.derivatives`: about ten right digits for first and
eight for second derivatives of a function whose values and derivatives are moderate.
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
    require_number_at_points,
    require_step,
    scale,
    settled,
)

_FLATTEN = "Flatten more axes with ravel()"


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
    It costs two values of the function, however many variables there are, and as many again
    to see whether a default step fits. The error is
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
        zero or too small to move `x`, it is left out and does not fit the function, or
        `function` returns what is not finite or has more than one axis.

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
    x = require_array("x", x, ("d",))
    returns = "one number or an array of shape (m,) for a point of shape (d,)"
    function = require_function(
        "function", function, returns, [(), ("m",)], remedy=_FLATTEN, where="around x"
    )
    direction = require_array("direction", direction, x.shape)
    if not direction.any():
        raise ValueError(
            f"direction must not be zero; got {direction}. Along it nothing changes, and the "
            "derivative is 0 for every function"
        )

    def estimate(step):
        # Each variable is moved by its own step at most, so that none is moved too far.
        shares = np.abs(direction) / step
        j = np.argmax(shares)
        left, right = x - direction / shares[j], x + direction / shares[j]
        run = (right[j] - left[j]) / direction[j]  # 2 t, as it was rounded
        below, above = function(left), function(right)
        return (above - below) / run, EPSILON * np.maximum(np.abs(below), np.abs(above)) / run

    used = require_step(x, step, STEPS)
    floor = np.max(np.abs(direction) / scale(x))
    slope = settled(estimate, used, floor) if step is None else estimate(used)[0]
    return slope if slope.ndim else float(slope)


def jacobian(function, x, *, step=None):
    """Approximate the Jacobian matrix of a function that returns a vector.

    Column ``j`` is the central difference ``(F(x + h e_j) - F(x - h e_j)) / 2h``; row
    ``i`` is the gradient of the ``i``-th component. The error of an entry is
    ``h^2 d^3 F_i / dx_j^3 / 6``, taken at some point between, if that derivative is
    continuous, and rounding. It costs ``2 d`` values of the function, and as many again to see
    whether a default step fits.

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
        move `x`, it is left out and does not fit the function, or `function` returns anything
        but finite arrays (m,) of one length.

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
    x = require_array("x", x, ("d",))
    estimate = partial(central_differences, _require_vector("function", function), x)
    used = require_step(x, step, STEPS)
    return settled(estimate, used, 1 / scale(x)) if step is None else estimate(used)[0]


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
        If a shape does not fit, a value is not finite, `step` or `tolerance` is not a finite
        number above zero, or `step` is left out and does not fit the function.

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
    x = require_array("x", x, ("d",))
    function = _require_vector("function", function)
    shape = (len(function(x)), len(x))
    returns = f"an array of shape (m, d), here {shape}, for a point of shape (d,)"
    claimed = require_function("jacobian", jacobian, returns, shape)(x)
    tolerance = require_positive("tolerance", tolerance)
    estimate = partial(central_differences, function, x)
    return JacobianCheck(*compare(claimed, estimate, x, step, tolerance))


def hessian(function, x, *, step=None):
    """Approximate the Hessian matrix of a function by central second differences.

    With ``+-`` for ``f(x + h_i e_i - h_j e_j)`` and so on, the entry in row ``i``, column
    ``j`` is ``(++ - +- - -+ + --) / (4 h_i h_j)``. If the fourth derivatives are
    continuous, its error is about ``(h_i^2 f_iiij + h_j^2 f_ijjj) / 6``, and rounding.
    It costs ``2 d (d + 1)`` values of the function, and as many again to see whether a default
    step fits.

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
        to move `x`, it is left out and does not fit the function, or `function` returns
        anything but one finite number.

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
    x = require_array("x", x, ("d",))
    function = require_number_at_points("function", function)
    used = require_step(x, step, SECOND_STEPS)

    def estimate(step):
        step = (x + step) - x  # as it is rounded
        moves = np.diag(step)
        second, largest = np.empty((len(x), len(x))), 0.0
        for i in range(len(x)):
            for j in range(i + 1):
                ahead, back = x + moves[i], x - moves[i]
                corners = [ahead + moves[j], ahead - moves[j], back + moves[j], back - moves[j]]
                pp, pm, mp, mm = (function(corner) for corner in corners)
                second[i, j] = second[j, i] = (pp - pm - (mp - mm)) / (4 * step[i] * step[j])
                largest = max(largest, abs(pp), abs(pm), abs(mp), abs(mm))
        return second, EPSILON * largest / np.outer(step, step)

    floor = 1 / np.outer(scale(x), scale(x))
    return settled(estimate, used, floor) if step is None else estimate(used)[0]


def _require_vector(name, value):
    returns = "an array of shape (m,) for a point of shape (d,)"
    remedy = f"For one number use gradient. {_FLATTEN}"
    return require_function(name, value, returns, ("m",), remedy=remedy, where="around x")
