"""How large a sample must be, and how far its mean can be from the truth.

`sample_size` and `margin_of_error` are one formula, solved for either side;
`finite_population_correction` is what drawing without replacement changes in it. Derived in
the chapter "Sample size determination".
"""

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_count,
    require_counts,
    require_each,
    require_fitting_shapes,
)
from mlmath_lib.statistics._normal import two_sided_quantile

ROUNDING = 1e-12  # a size this close to a whole number, relatively, is that number


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
        If a value is outside its range, the size exceeds 9e18, or the shapes do not
        broadcast.

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
    require_fitting_shapes(standard_deviation=standard_deviation, margin=margin)
    z = two_sided_quantile(confidence)
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
        If a value is outside its range, or the shapes do not broadcast.

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
    require_fitting_shapes(standard_deviation=standard_deviation, n=counts)
    margin = two_sided_quantile(confidence) * standard_deviation / np.sqrt(counts)
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
        If `n` is below 1 or above `population`, `population` is below 2, or the shapes do
        not broadcast.

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
    require_fitting_shapes(n=n, population=population)
    if np.any(n > population):
        sizes, limits = np.broadcast_arrays(n, population)
        first = np.argmax(sizes > limits)
        raise ValueError(
            f"n must be at most the population, since no member is drawn twice; got n = "
            f"{sizes.flat[first]:.0f} of {limits.flat[first]:.0f}"
        )
    return np.sqrt((population - n) / (population - 1))


def _require_above_zero(name, value):
    array = require_array(name, value, ...)
    return require_each(name, array, array > 0, "> 0")
