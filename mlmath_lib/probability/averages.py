"""Averages of the first one, two, three, ... values.

Used in the chapter "Law of large numbers".
"""

import numpy as np

from mlmath_lib._validation import require_array, require_axis


def running_mean(X, *, axis=-1):
    """Average the first one, two, three, ... values along an axis.

    Entry ``k`` of the result is ``(x_1 + ... + x_k) / k``. The rounding error of every
    addition is recovered exactly and added back, so the result is as accurate as if the
    sums had been carried in twice the precision: an offset of a billion, or a single
    huge value as a Cauchy variable brings it, costs no digits afterwards.

    Not to be confused with a moving average, which forgets old values.

    Parameters
    ----------
    X : array_like of shape (..., n_values, ...)
        The values, finite, in any unit.
    axis : int, default -1
        The axis along which they come one after another.

    Returns
    -------
    ndarray of the shape of `X`
        The running means, in the unit of `X`.

    Raises
    ------
    TypeError
        If `X` is not numeric or `axis` is no whole number.
    ValueError
        If `X` is a single number, is empty, or holds NaN or infinite values; if `axis`
        is not an axis of `X`; if a sum would overflow.

    References
    ----------
    Ogita, Rump and Oishi, "Accurate Sum and Dot Product", *SIAM Journal on Scientific
    Computing* 26 (2005), 1955-1988, algorithms 3.1 and 4.4.
    https://doi.org/10.1137/030601818

    Examples
    --------
    >>> print(running_mean([6, 1, 2, 3]))
    [6.  3.5 3.  3. ]
    >>> print(running_mean([[1e16, 1, -1e16], [2, 4, 6]])[:, -1])
    [0.33333333 4.        ]
    """
    X = require_array("X", X, (..., "n_values"))
    X = np.moveaxis(X, require_axis("axis", axis, X), -1)
    n_values = X.shape[-1]
    if not np.abs(X).max() < np.finfo(float).max / (4 * n_values):
        raise ValueError(
            f"X must be small enough to add {n_values} values; the largest is "
            f"{np.abs(X).max():.3g}. Divide X by a larger unit first"
        )
    sums = np.cumsum(X, axis=-1)
    # What rounding lost in before + value = after, without error of its own
    # (Knuth's TwoSum); in place, because each new array costs as much as the addition.
    before, after = sums[..., :-1], sums[..., 1:]
    added = after - before
    lost = X[..., 1:] - added
    np.subtract(after, added, out=added)
    np.subtract(before, added, out=added)
    lost += added
    after += np.cumsum(lost, axis=-1, out=lost)
    sums /= np.arange(1.0, n_values + 1)
    return np.moveaxis(sums, -1, axis)
