"""The part *Statistics*: how large a sample must be, and how sure an estimate is.

`sample_size` and `margin_of_error` are one formula, solved for either side;
`finite_population_correction` is what drawing without replacement changes in it.
`wald_interval` and `wilson_interval` enclose a proportion once the sample is there.
Derived in the chapter "Sample size determination".
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from mlmath_lib._validation import (
    require_array,
    require_count,
    require_counts,
    require_number,
)

ROUNDING = 1e-12  # a size this close to a whole number, relatively, is that number


class Interval(NamedTuple):
    """Both ends of an interval; numbers, or arrays of one shape."""

    low: np.ndarray
    high: np.ndarray


def sample_size(standard_deviation, margin, *, confidence=0.95, population=None):
    """Find how many independent answers give a mean to within a margin.

    Solves ``margin = z d / sqrt(s)`` for ``s = (z d / margin)^2`` and rounds up, with
    the standard deviation ``d`` of one answer and the normal quantile ``z`` of
    `confidence`. For a share ``p`` of yes and no, ``d = sqrt(p (1 - p))``, at most 0.5.
    From a population of size N without replacement, ``s / (1 + (s - 1) / N)`` suffice.

    It holds for a random sample that is large enough for its mean to be nearly normal.

    Parameters
    ----------
    standard_deviation : float or array_like
        Of a single answer, in any unit, above 0. For a finite population, that of its
        members, with divisor N.
    margin : float or array_like
        The distance allowed between estimate and truth, in the same unit, above 0.
    confidence : float, default 0.95
        How often, over many samples, the distance is to be kept: between 0 and 1.
    population : int, optional
        Size of the population, at least 2, if it is finite.

    Returns
    -------
    int, or ndarray of int
        The smallest size whose margin is at most `margin`. A margin that is exceeded
        by less than a part in 10^12 counts as kept, so that rounding errors cost no
        answer: ``sample_size(d, margin_of_error(d, n))`` is n.

    Raises
    ------
    TypeError
        If an argument is not numeric or `population` is no whole number.
    ValueError
        If a value is outside its range, or the size exceeds 9e18.

    References
    ----------
    Cochran, *Sampling Techniques*, 3rd ed. (1977), chapter 4.
    Derived in the chapter "Sample size determination".

    Examples
    --------
    >>> sample_size(0.5, 0.05), sample_size(0.5, 0.05, population=2000)
    (385, 323)
    >>> print(sample_size(0.5, [0.1, 0.05, 0.025]))
    [  97  385 1537]
    """
    standard_deviation = _require_above_zero("standard_deviation", standard_deviation)
    margin = _require_above_zero("margin", margin)
    z = _two_sided_quantile(confidence)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        size = (z * standard_deviation / margin) ** 2
        if population is not None:
            population = require_count("population", population, minimum=2)
            # s / (1 + (s - 1) / N), written so that an infinite s gives N
            size = 1 / ((1 - 1 / population) / size + 1 / population)
    if not np.all(size < 9e18):
        raise ValueError(
            f"margin must be large enough for a size below 9e18; got {margin.min():g} with "
            f"standard_deviation {standard_deviation.max():g}. Give the population if it is finite"
        )
    nearest = np.rint(size)
    whole = np.where(np.abs(size - nearest) <= ROUNDING * size, nearest, np.ceil(size))
    whole = np.maximum(whole, 1).astype(np.int64)
    return int(whole) if whole.ndim == 0 else whole


def margin_of_error(standard_deviation, n, *, confidence=0.95, population=None):
    """Find how far the mean of a sample is from the truth at most.

    Computes ``z d / sqrt(n)``, times the finite population correction if there is a
    population. `confidence` is the share of samples, to the accuracy of the normal
    approximation, for which that holds: whose mean is no further from the truth.

    Parameters
    ----------
    standard_deviation : float or array_like
        Of a single answer, in any unit, above 0.
    n : int or array_like of int
        Sample size, at least 1.
    confidence : float, default 0.95
        Between 0 and 1.
    population : int, optional
        Size of the population, at least `n` and 2, if it is finite.

    Returns
    -------
    float or ndarray
        The margin, in the unit of `standard_deviation`; 0 if `n` is the population.

    Raises
    ------
    TypeError
        If an argument is not numeric, or `n` or `population` is not whole.
    ValueError
        If a value is outside its range.

    References
    ----------
    Cochran, *Sampling Techniques*, 3rd ed. (1977), chapters 2 and 3.
    Derived in the chapter "Sample size determination".

    Examples
    --------
    >>> print(f"{margin_of_error(0.5, 385):.4f}")
    0.0499
    >>> print(margin_of_error(0.5, [100, 400, 1600]).round(4))
    [0.098  0.049  0.0245]
    """
    standard_deviation = _require_above_zero("standard_deviation", standard_deviation)
    counts = require_counts("n", n, minimum=1)
    margin = _two_sided_quantile(confidence) * standard_deviation / np.sqrt(counts)
    if population is None:
        return margin
    return margin * finite_population_correction(n, population)


def finite_population_correction(n, population):
    """Find the factor by which a finite population narrows the spread of a mean.

    The mean of `n` members, drawn at random without replacement from N, has the standard
    deviation ``d / sqrt(n)`` times ``sqrt((N - n) / (N - 1))``, where ``d`` is that of
    the population, with divisor N. The factor is 1 for n = 1 and 0 for n = N.

    Not to be confused with its square, which multiplies the variance, nor with
    ``sqrt(1 - n / N)``, which belongs to a standard deviation with divisor N - 1.

    Parameters
    ----------
    n : int or array_like of int
        Sample size, from 1 to `population`.
    population : int or array_like of int
        Population size N, at least 2.

    Returns
    -------
    float or ndarray
        The factor, between 0 and 1.

    Raises
    ------
    TypeError
        If an argument is not whole.
    ValueError
        If `n` is below 1 or above `population`, or `population` is below 2.

    References
    ----------
    Cochran, *Sampling Techniques*, 3rd ed. (1977), chapter 2.
    Derived in the chapter "Sample size determination".

    Examples
    --------
    >>> print(finite_population_correction([1, 50, 100], 100).round(4))
    [1.     0.7107 0.    ]
    """
    n = require_counts("n", n, minimum=1)
    population = require_counts("population", population, minimum=2)
    if np.any(n > population):
        sizes, limits = np.broadcast_arrays(n, population)
        first = np.argmax(sizes > limits)
        raise ValueError(
            f"n must be at most the population, since no member is drawn twice; got n = "
            f"{sizes.flat[first]:.0f} of {limits.flat[first]:.0f}"
        )
    return np.sqrt((population - n) / (population - 1))


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
        If a value is outside its range.

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
    half_width = _two_sided_quantile(confidence) * np.sqrt(share * (1 - share) / n)
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
        If a value is outside its range.

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
    z = _two_sided_quantile(confidence)
    # The roots of (k - n p)^2 = z^2 n p (1 - p): the larger one is a sum of positive
    # terms, the smaller one follows from their product, so that no digits cancel.
    spread = z * np.sqrt(z**2 + 4 * successes * (n - successes) / n)
    high = np.minimum(1, (2 * successes + z**2 + spread) / (2 * (n + z**2)))
    return Interval(successes**2 / (n * (n + z**2) * high), high)


def _two_sided_quantile(confidence):
    """Return z with probability `confidence` between -z and z under the normal curve."""
    requirement = "a number between 0 and 1, such as 0.95"
    confidence = require_number("confidence", confidence, requirement)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be {requirement}; got {confidence:g}")
    return -ndtri((1 - confidence) / 2)


def _require_above_zero(name, value):
    """Return `value` as a float array of its own shape, each entry above zero."""
    array = require_array(name, value, ...)
    if not (array > 0).all():
        raise ValueError(f"{name} must be above 0; got {array[~(array > 0)][0]:g}")
    return array


def _require_successes(successes, n):
    successes = require_counts("successes", successes, minimum=0)
    n = require_counts("n", n, minimum=1)
    if np.any(successes > n):
        counts, sizes = np.broadcast_arrays(successes, n)
        first = np.argmax(counts > sizes)
        raise ValueError(
            f"successes must be at most n; got {counts.flat[first]:.0f} of {sizes.flat[first]:.0f}"
        )
    return successes, n
