"""Dice: rolls, and the exact probabilities of their sums.

Used in the chapter "Law of large numbers".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_count


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
