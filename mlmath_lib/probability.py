"""The part *Probability*: dice, running means and what bounds their distance from the mean."""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_axis, require_count, require_counts


class DiceSums(NamedTuple):
    """What `dice_sum_probabilities` returns; both arrays have one entry per sum."""

    sums: np.ndarray
    probabilities: np.ndarray


def roll_dice(n_rolls, *, n_paths=1, n_sides=6, rng=None):
    """Roll a fair die many times, on several independent paths.

    Every side 1, 2, ..., `n_sides` comes up with probability ``1 / n_sides``, so a roll
    has mean ``(n_sides + 1) / 2`` and variance ``(n_sides**2 - 1) / 12``.

    Parameters
    ----------
    n_rolls : int
        How often the die is rolled on each path.
    n_paths : int, default 1
        How many paths, independent of each other.
    n_sides : int, default 6
        The number of sides, at least 2.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness.

    Returns
    -------
    ndarray of shape (n_paths, n_rolls)
        Whole numbers from 1 to `n_sides`, one path in each row, also for one path.

    Raises
    ------
    TypeError
        If a count is no whole number.
    ValueError
        If `n_rolls` or `n_paths` is below 1, or `n_sides` below 2.

    References
    ----------
    Lemire, "Fast Random Integer Generation in an Interval", *ACM Transactions on
    Modeling and Computer Simulation* 29 (2019), 3. https://doi.org/10.1145/3230636

    Examples
    --------
    >>> rolls = roll_dice(1000, n_paths=3, rng=7)
    >>> rolls.shape, int(rolls.min()), int(rolls.max())
    ((3, 1000), 1, 6)
    """
    n_rolls = require_count("n_rolls", n_rolls)
    n_paths = require_count("n_paths", n_paths)
    n_sides = require_count("n_sides", n_sides, minimum=2)
    return np.random.default_rng(rng).integers(1, n_sides + 1, size=(n_paths, n_rolls))


def dice_sum_probabilities(n_rolls, *, n_sides=6):
    """Find the exact probability of every sum of independent rolls of a fair die.

    The probabilities of a sum of two independent parts are the convolution of those of
    the parts, ``P(S + T = k) = sum_j P(S = j) P(T = k - j)``; rolls are doubled and
    added by that rule until there are `n_rolls`. All terms are positive, so nothing
    cancels; a probability below 1e-308 becomes 0.

    Parameters
    ----------
    n_rolls : int
        How many rolls are added. The work grows as ``(n_rolls * n_sides)**2``: some
        milliseconds for a thousand rolls of six sides.
    n_sides : int, default 6
        The number of sides, at least 2.

    Returns
    -------
    DiceSums
        ``sums``, the whole numbers from `n_rolls` to ``n_rolls * n_sides``, and their
        ``probabilities``, which add up to 1.

    Raises
    ------
    TypeError
        If a count is no whole number.
    ValueError
        If `n_rolls` is below 1 or `n_sides` below 2.

    References
    ----------
    Grinstead and Snell, *Introduction to Probability*, 2nd ed. (1997), section 7.1.
    https://math.dartmouth.edu/~prob/prob/prob.pdf

    Examples
    --------
    >>> two = dice_sum_probabilities(2)
    >>> print(two.sums)
    [ 2  3  4  5  6  7  8  9 10 11 12]
    >>> print((36 * two.probabilities).round(9))
    [1. 2. 3. 4. 5. 6. 5. 4. 3. 2. 1.]
    """
    n_rolls = require_count("n_rolls", n_rolls)
    n_sides = require_count("n_sides", n_sides, minimum=2)
    probabilities, doubled = np.ones(1), np.full(n_sides, 1 / n_sides)
    remaining = n_rolls
    while remaining:
        remaining, odd = divmod(remaining, 2)
        if odd:
            probabilities = np.convolve(probabilities, doubled)
        if remaining:
            doubled = np.convolve(doubled, doubled)
    return DiceSums(np.arange(n_rolls, n_rolls * n_sides + 1), probabilities)


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


def chebyshev_bound(variance, distance, *, n_values=1):
    """Bound the probability that a mean lies far from its expectation.

    For the mean ``M`` of `n_values` uncorrelated random variables that share a finite
    variance, ``P(|M - E M| >= distance) <= variance / (n_values * distance**2)``. Where
    the fraction exceeds 1 it says nothing, and 1 is returned. The bound holds for every
    distribution and is loose for most.

    All three arguments broadcast against each other.

    Parameters
    ----------
    variance : float or array_like
        Variance of a single value, at least 0, in squared units of `distance`.
    distance : float or array_like
        Distance from the expectation, above 0.
    n_values : int or array_like of int, default 1
        How many values are averaged.

    Returns
    -------
    float or ndarray
        The bound, between 0 and 1.

    Raises
    ------
    TypeError
        If an argument is not numeric or `n_values` is not whole.
    ValueError
        If `variance` is negative, `distance` not above 0, `n_values` below 1, or a
        value is not finite.

    References
    ----------
    Tchébychef, "Des valeurs moyennes", *Journal de mathématiques pures et appliquées*,
    2nd series, 12 (1867), 177-184.
    Derived in the chapter "The law of large numbers".

    Examples
    --------
    >>> print(f"{chebyshev_bound(35 / 12, 0.1, n_values=1000):.4f}")
    0.2917
    >>> print(chebyshev_bound(1, [1, 2, 3]).round(4))  # within k standard deviations
    [1.     0.25   0.1111]
    """
    variance = _require_each("variance", variance, "finite numbers >= 0", lambda v: v >= 0)
    distance = _require_each("distance", distance, "finite numbers > 0", lambda v: v > 0)
    n_values = require_counts("n_values", n_values)
    with np.errstate(over="ignore"):  # an infinite fraction is a bound of 1
        return np.minimum(1.0, variance / distance / distance / n_values)


def _require_each(name, value, requirement, holds):
    """Return `value` as a float array of its own shape, each entry as required."""
    array = require_array(name, value, ...)
    if not holds(array).all():
        raise ValueError(f"{name} must be {requirement}; got {array[~holds(array)][0]:g}")
    return array
