"""Sums and products that keep their digits.

`add_exactly` returns a sum and what its rounding lost, `compensated_sum` adds many numbers
and puts the losses back, `log_product` and `log_sum_exp` multiply and add numbers of which
only logarithms fit into a double. Derived in the chapter "Basic operations".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_axis, require_broadcastable, require_each


class ExactSum(NamedTuple):
    """What `add_exactly` returns: ``total + lost`` is the sum without any rounding."""

    total: float | np.ndarray
    lost: float | np.ndarray


def add_exactly(a, b):
    """Add two doubles and find what the rounding of their sum lost.

    Let ``s`` be the rounded sum, ``x`` the number of larger magnitude and ``y`` the other. Then
    ``y - (s - x)`` is computed without rounding and equals ``x + y - s``. The arguments
    broadcast.

    Parameters
    ----------
    a, b : float or array_like
        Numbers, which are taken as doubles.

    Returns
    -------
    ExactSum
        ``total`` is ``a + b`` as the machine rounds it, ``lost`` what has to be added to
        it for the exact sum; both in the shape to which `a` and `b` broadcast.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If a value is NaN or infinite, a sum is beyond 1.8e308, or the shapes do not broadcast.

    References
    ----------
    Dekker, "A Floating-Point Technique for Extending the Available Precision",
    *Numerische Mathematik* 18 (1971), 224-242. https://doi.org/10.1007/BF01397083

    Examples
    --------
    >>> print(*add_exactly(1e16, 1.0))
    1e+16 1.0
    """
    a, b = require_broadcastable(a=a, b=b)
    total, lost = _add_pairs(a, b)
    _require_no_overflow("a + b", total)
    return ExactSum(total[()], lost[()])


def compensated_sum(values, *, axis=None):
    """Add numbers and put back what the roundings lost.

    Halves of the array are added entry by entry, again and again, until one number is
    left. Each addition also yields its loss (`add_exactly`); the losses are added up
    beside and join the total at the end. With ``u = 2^-53`` and ``m`` the number of
    halvings, about ``log2 n``, the error is at most

        ``u |sum| + 4 m^2 u^2 (|x_1| + ... + |x_n|)``

    where ``m u`` is small: the last rounding, and a term that matters only where the sum
    cancels to a 1e-13th of its terms or less. Ordinary summation in the given order has
    ``n u`` in place of ``4 m^2 u^2``.

    Parameters
    ----------
    values : array_like
        The numbers to add, of any shape and in any order.
    axis : int, optional
        The axis along which to add. By default all entries are added.

    Returns
    -------
    float or ndarray
        The sums; 0 where there is nothing to add.

    Raises
    ------
    TypeError
        If `values` is not numeric or `axis` is no whole number.
    ValueError
        If a value is NaN or infinite, a partial sum is beyond 1.8e308, or `values` has no
        such axis.

    References
    ----------
    Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
    *Zeitschrift fuer Angewandte Mathematik und Mechanik* 54 (1974), 39-51, whose method
    takes one number after the other. https://doi.org/10.1002/zamm.19740540106
    Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002), sections 4.1
    to 4.3, on sums by halves and on compensation. https://doi.org/10.1137/1.9780898718027

    Examples
    --------
    >>> print(sum([1e100, 1.0, -1e100]), compensated_sum([1e100, 1.0, -1e100]))
    0.0 1.0
    >>> print(compensated_sum([[0.1] * 10, [0.3] * 10], axis=1))
    [1. 3.]
    """
    total = _along_first(require_array("values", values, ...), axis)
    lost = np.zeros_like(total)
    while len(total) > 1:
        half = len(total) // 2
        rest = slice(2 * half, None)  # one row if their number is odd
        first, second = slice(half), slice(half, 2 * half)
        pairs, pair_losses = _add_pairs(total[first], total[second])
        total = np.concatenate([pairs, total[rest]])
        lost = np.concatenate([lost[first] + lost[second] + pair_losses, lost[rest]])
    _require_no_overflow("the sum of values", total)
    return (total.sum(axis=0) + lost.sum(axis=0))[()]  # of one row, or of none


def log_product(factors, *, axis=None):
    """Compute the natural logarithm of a product as the sum of logarithms.

    ``ln(x_1 x_2 ... x_n) = ln x_1 + ln x_2 + ... + ln x_n``. The product itself may be far
    below 5e-324 or above 1.8e308.

    Parameters
    ----------
    factors : array_like
        Numbers from 0 on, such as probabilities.
    axis : int, optional
        The axis along which to multiply. By default all entries are multiplied.

    Returns
    -------
    float or ndarray
        The logarithms; 0 for a product of no factors, ``-inf`` where a factor is 0.

    Raises
    ------
    TypeError
        If `factors` is not numeric or `axis` is no whole number.
    ValueError
        If a factor is negative, NaN or infinite, or `factors` has no such axis.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning* (2006), section 1.2.4, on the
    logarithm of a product of many small probabilities.

    Examples
    --------
    >>> print(np.prod(np.full(400, 0.1)), f"{log_product(np.full(400, 0.1)):.4f}")
    0.0 -921.0340
    """
    factors = require_array("factors", factors, ...)
    require_each("factors", factors, factors >= 0, ">= 0, or there is no logarithm")
    with np.errstate(divide="ignore"):  # the logarithm of 0 is -inf here, on purpose
        return np.log(_along_first(factors, axis)).sum(axis=0)[()]


def log_sum_exp(values, *, axis=None):
    """Compute ``ln(e^v_1 + ... + e^v_n)``: add numbers of which the logarithms are known.

    With ``m`` the largest value it is ``m + ln(e^(v_1 - m) + ... + e^(v_n - m))``, where no
    exponential exceeds 1 and one of them is 1. That one is taken out of the sum, and
    ``log1p`` puts it back without rounding.

    Parameters
    ----------
    values : array_like
        Natural logarithms; ``-inf`` stands for the logarithm of 0.
    axis : int, optional
        The axis along which to add. By default all entries are used.

    Returns
    -------
    float or ndarray
        The logarithms of the sums, between the largest value ``m`` and ``m + ln n``;
        ``-inf`` where every value is, or where there is none.

    Raises
    ------
    TypeError
        If `values` is not numeric or `axis` is no whole number.
    ValueError
        If a value is NaN or ``+inf``, or `values` has no such axis.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax
    functions", *IMA Journal of Numerical Analysis* 41 (2021), 2311-2330.
    https://doi.org/10.1093/imanum/draa038

    Examples
    --------
    >>> print(f"{log_sum_exp([-1000.0, -1000.0]):.6f}")
    -999.306853
    """
    values = _along_first(require_array("values", values, ..., finite=False), axis)
    if len(values) == 0:
        return np.full(values.shape[1:], -np.inf)[()]
    shape = values.shape[1:]
    rows = np.moveaxis(values, 0, -1).reshape(-1, len(values))
    largest_of_each = np.arange(len(rows)), rows.argmax(axis=1)
    largest = rows[largest_of_each]
    if not (largest < np.inf).all():
        raise ValueError(
            f"values must be finite, or -inf for the logarithm of 0; got {largest.max():g}"
        )
    with np.errstate(over="ignore"):  # -inf is right: no double lies so far below
        others = np.exp(rows - np.where(np.isfinite(largest), largest, 0.0)[:, np.newaxis])
    others[largest_of_each] = 0.0
    return (largest + np.log1p(others.sum(axis=1))).reshape(shape)[()]


def _add_pairs(a, b):
    """Return the rounded sums and their losses, entry by entry."""
    with np.errstate(over="ignore", invalid="ignore"):  # the callers look for overflow
        total = a + b
        larger = np.abs(a) >= np.abs(b)
        lost = np.where(larger, b, a) - (total - np.where(larger, a, b))
    return total, lost


def _along_first(array, axis):
    """Return the array with `axis` in front, or flat if `axis` is None."""
    if axis is None:
        return array.ravel()
    axis = require_axis("axis", axis, array)
    return np.moveaxis(array, axis, 0)


def _require_no_overflow(name, total):
    if not np.isfinite(total).all():
        raise ValueError(
            f"{name} must stay below 1.8e308, partial sums included; got an overflow. Divide the "
            "numbers by a common factor first"
        )
