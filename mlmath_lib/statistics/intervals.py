"""Intervals that enclose a proportion once the sample is there.

Derived in the chapter "Sample size determination".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_counts, require_fitting_shapes
from mlmath_lib.statistics._normal import two_sided_quantile


class Interval(NamedTuple):
    """Both ends of an interval; numbers, or arrays of one shape."""

    low: np.ndarray
    high: np.ndarray


def wald_interval(successes, n, *, confidence=0.95):
    """Enclose a proportion by its estimate plus or minus the estimated margin.

    The ends are ``p -+ z sqrt(p (1 - p) / n)`` with ``p = successes / n``. They are not
    cut off at 0 and 1. At 0 or n successes the interval is a single point; near these
    its true coverage falls far below `confidence`: use `wilson_interval` there.

    Parameters
    ----------
    successes : int or array_like of int
        How many of the answers are yes, from 0 to `n`.
    n : int or array_like of int
        How many answers, independent with the same proportion; at least 1.
    confidence : float, default 0.95
        Between 0 and 1.

    Returns
    -------
    Interval
        ``low`` and ``high``, in the shape that the arguments broadcast to.

    Raises
    ------
    TypeError
        If an argument is not numeric, or `successes` or `n` is not whole.
    ValueError
        If a value is outside its range, or the shapes do not broadcast.

    References
    ----------
    Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion",
    *Statistical Science* 16 (2001), 101-133. https://doi.org/10.1214/ss/1009213286

    Examples
    --------
    >>> low, high = wald_interval(40, 100)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.3040 to 0.4960
    """
    successes, n = _require_successes(successes, n)
    share = successes / n
    half_width = two_sided_quantile(confidence) * np.sqrt(share * (1 - share) / n)
    return Interval(share - half_width, share + half_width)


def wilson_interval(successes, n, *, confidence=0.95):
    """Enclose a proportion by all values that the sample does not contradict.

    These are the p with ``|successes / n - p| <= z sqrt(p (1 - p) / n)``: the margin is
    that of the supposed proportion, not of the estimate. They form an interval within
    0 and 1, also at 0 or n successes.

    Parameters
    ----------
    successes : int or array_like of int
        How many of the answers are yes, from 0 to `n`.
    n : int or array_like of int
        How many answers, independent with the same proportion; at least 1.
    confidence : float, default 0.95
        Between 0 and 1.

    Returns
    -------
    Interval
        ``low`` and ``high``, in the shape that the arguments broadcast to.

    Raises
    ------
    TypeError
        If an argument is not numeric, or `successes` or `n` is not whole.
    ValueError
        If a value is outside its range, or the shapes do not broadcast.

    References
    ----------
    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    *Journal of the American Statistical Association* 22 (1927), 209-212.
    https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = wilson_interval(0, 100)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.0000 to 0.0370
    """
    successes, n = _require_successes(successes, n)
    z = two_sided_quantile(confidence)
    # The roots of (k - n p)^2 = z^2 n p (1 - p): the larger one is a sum of positive
    # terms, the smaller one follows from their product, so that no digits cancel.
    spread = z * np.sqrt(z**2 + 4 * successes * (n - successes) / n)
    high = np.minimum(1, (2 * successes + z**2 + spread) / (2 * (n + z**2)))
    return Interval(successes**2 / (n * (n + z**2) * high), high)


def _require_successes(successes, n):
    successes = require_counts("successes", successes, minimum=0)
    n = require_counts("n", n, minimum=1)
    require_fitting_shapes(successes=successes, n=n)
    if np.any(successes > n):
        counts, sizes = np.broadcast_arrays(successes, n)
        first = np.argmax(counts > sizes)
        raise ValueError(
            f"successes must be at most n; got {counts.flat[first]:.0f} of {sizes.flat[first]:.0f}"
        )
    return successes, n
