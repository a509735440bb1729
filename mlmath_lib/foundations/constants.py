"""Sequences that converge to the constants of mathematics, and how fast they do.

`pi_by_polygons`, `root_by_averaging`, `phi_by_fibonacci` and `gamma_by_harmonic` return
the successive values; beside them stand `e_by_limit` and `e_by_series` of compound
growth. `correct_digits` measures how close they are, `extrapolate` and `aitken` speed
them up. Derived in the chapter "Mathematical constants".
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_count,
    require_counts,
    require_number,
    require_positive,
)

_CHUNK = 1_000_000  # reciprocals that are held in memory at a time


class PolygonBounds(NamedTuple):
    """What `pi_by_polygons` returns; one entry for each polygon."""

    sides: np.ndarray
    inside: np.ndarray
    outside: np.ndarray


def pi_by_polygons(n_steps):
    """Enclose pi between half the perimeters of polygons inside and outside a unit circle.

    From the hexagon on, each step doubles the number of sides. With ``h`` the distance of
    the inner polygon's sides from the centre, ``h' = sqrt((1 + h) / 2)``, and half the
    inner perimeter ``p`` becomes ``p' = p / h'``; the outer polygon has ``p / h``. Nothing
    is subtracted, so no digits cancel. The gap shrinks by a factor that approaches 1/4.

    Parameters
    ----------
    n_steps : int
        How often to double, from the hexagon on.

    Returns
    -------
    PolygonBounds
        ``sides``, ``inside`` and ``outside`` have the shape ``(n_steps + 1,)``. Rounding
        moves the bounds by at most ``n_steps + 3`` units in the last place.

    Raises
    ------
    TypeError
        If `n_steps` is no whole number.
    ValueError
        If `n_steps` is below 0 or above 60, where the sides no longer fit into an integer
        (25 doublings give all digits).

    References
    ----------
    Archimedes, *Measurement of a Circle*, proposition 3, with four doublings.
    Borwein and Borwein, *Pi and the AGM* (1987), chapter 11, on his method.

    Examples
    --------
    >>> bounds = pi_by_polygons(4)
    >>> print(f"{bounds.sides[4]} sides: {bounds.inside[4]:.6f} to {bounds.outside[4]:.6f}")
    96 sides: 3.141032 to 3.142715
    """
    n_steps = require_count("n_steps", n_steps, minimum=0)
    if n_steps > 60:
        raise ValueError(f"n_steps must be <= 60; got {n_steps}. 25 give all digits of a double")
    distances = [np.sqrt(0.75)]
    inside = [3.0]
    for _ in range(n_steps):
        distances.append(np.sqrt((1 + distances[-1]) / 2))
        inside.append(inside[-1] / distances[-1])
    sides = 6 * 2 ** np.arange(n_steps + 1)
    return PolygonBounds(sides, np.array(inside), np.array(inside) / distances)


def root_by_averaging(number, n_steps, *, start=1.0):
    """Approach the square root of a number by averages of x and number / x.

    ``x_(k+1) = (x_k + number / x_k) / 2``. The error satisfies
    ``x_(k+1) - root = (x_k - root)^2 / (2 x_k)``: close to the root each step doubles the
    number of correct digits.

    Parameters
    ----------
    number : float
        The number whose root is wanted, above zero.
    n_steps : int
        How many averages to take.
    start : float, default 1.0
        The first guess, above zero.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        The guesses, `start` first; from the second on they are not below the root, but
        for rounding.

    Raises
    ------
    TypeError
        If an argument is not a number, or `n_steps` no whole number.
    ValueError
        If `number` or `start` is not a finite number above zero, `n_steps` is below 0, or
        ``number / start`` is beyond the largest double.

    References
    ----------
    Rudin, *Principles of Mathematical Analysis*, 3rd ed. (1976), chapter 3, exercise 16.

    Examples
    --------
    >>> print(root_by_averaging(2, 3).round(9))
    [1.         1.5        1.41666667 1.41421569]
    """
    number = require_positive("number", number)
    start = require_positive("start", start)
    n_steps = require_count("n_steps", n_steps, minimum=0)
    if np.isinf(number / start):
        raise ValueError(
            f"number / start must stay below 1.8e308; got {number:g} / {start:g}. Start nearer to "
            "the root"
        )
    guesses = [start]
    for _ in range(n_steps):
        guesses.append((guesses[-1] + number / guesses[-1]) / 2)
    return np.array(guesses)


def phi_by_fibonacci(n_steps):
    """Approach the golden ratio by quotients of neighbouring Fibonacci numbers.

    ``F_1 = F_2 = 1`` and ``F_(k+1) = F_k + F_(k-1)``. The quotients ``F_(k+1) / F_k`` lie
    below and above phi in turn, and the error shrinks by a factor that approaches
    ``1 / phi^2 = 0.382``.

    Parameters
    ----------
    n_steps : int
        How many quotients to take after the first.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        ``1/1, 2/1, 3/2, 5/3, ...``, each rounded once.

    Raises
    ------
    TypeError
        If `n_steps` is no whole number.
    ValueError
        If `n_steps` is below 0.

    References
    ----------
    Knuth, *The Art of Computer Programming*, volume 1, 3rd ed. (1997), section 1.2.8.

    Examples
    --------
    >>> print(phi_by_fibonacci(4).round(4))
    [1.     2.     1.5    1.6667 1.6   ]
    """
    n_steps = require_count("n_steps", n_steps, minimum=0)
    smaller, larger = 1, 1
    quotients = [1.0]
    for _ in range(n_steps):
        smaller, larger = larger, smaller + larger
        quotients.append(larger / smaller)
    return np.array(quotients)


def gamma_by_harmonic(n, *, shift=0.0):
    """Approach Euler's constant gamma by ``1 + 1/2 + ... + 1/n - ln(n + shift)``.

    With shift 0 the error is about ``1 / (2 n)``, and ten times the terms give one more
    digit. With shift 1/2 it is about ``1 / (24 n^2)``, and they give two.

    Parameters
    ----------
    n : int or array_like of int
        The numbers of terms, from 1 on. Time grows with the largest.
    shift : float, default 0.0
        What is added to n in the logarithm, above -1.

    Returns
    -------
    float or ndarray
        The values, in the shape of `n`, with a rounding error of a few units in the last
        place of ``ln n``: below 1e-14.

    Raises
    ------
    TypeError
        If `n` holds anything but whole numbers, or `shift` is not a number.
    ValueError
        If a value of `n` is below 1, or `shift` is not a finite number above -1.

    References
    ----------
    DeTemple, "A Quicker Convergence to Euler's Constant", *The American Mathematical
    Monthly* 100 (1993), 468-470, on the shift by 1/2. https://doi.org/10.2307/2324300

    Examples
    --------
    >>> print(f"{gamma_by_harmonic(1000):.6f} {gamma_by_harmonic(1000, shift=0.5):.9f}")
    0.577716 0.577215707
    """
    counts = require_counts("n", n).astype(int)
    shift = require_number("shift", shift, "a finite number > -1")
    if not shift > -1:
        raise ValueError(f"shift must be a finite number > -1; got {shift:g}")
    return _harmonic_numbers(counts) - np.log(counts + shift)


def correct_digits(values, limit):
    """Count how many decimal digits of the values are right, as ``-log10 |value - limit|``.

    An error of 0.001 counts as 3. The count is a real number, so that its growth from
    step to step can be measured; for an error above 1 it is negative.

    Parameters
    ----------
    values : float or array_like
        The approximations.
    limit : float
        What they approach.

    Returns
    -------
    float or ndarray
        The counts, in the shape of `values`; ``inf`` where a value equals the limit.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is NaN or infinite.

    References
    ----------
    Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002),
    section 1.2, on what "correct digits" can mean. https://doi.org/10.1137/1.9780898718027

    Examples
    --------
    >>> print(correct_digits([3.0, 3.14, 3.1416], np.pi).round(2))
    [0.85 2.8  5.13]
    """
    values = require_array("values", values, ...)
    limit = require_number("limit", limit)
    with np.errstate(divide="ignore"):  # an exact value has infinitely many right digits
        return -np.log10(np.abs(values - limit))[()]


def extrapolate(values, ratio):
    """Cancel an error that shrinks by a known ratio from each value to the next.

    If ``x_(k+1) - L`` is ``ratio`` times ``x_k - L``, then
    ``L = x_(k+1) + (x_(k+1) - x_k) ratio / (1 - ratio)``. If it is so only for the leading
    part of the error, the rest remains: apply the function again with the ratio of the
    rest. A rounding error in `values` grows by ``(1 + |ratio|) / |1 - ratio|`` at most.

    Parameters
    ----------
    values : array_like of shape (n_values,)
        Successive approximations.
    ratio : float
        By what the leading error is multiplied at each step: 1/2, say, where it is
        proportional to 1/n and n is doubled. Not 1.

    Returns
    -------
    ndarray of shape (n_values - 1,)
        The better approximations.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If `values` is not one row of at least two finite numbers, or `ratio` is 1 or not
        finite.

    References
    ----------
    Richardson and Gaunt, "The Deferred Approach to the Limit", *Philosophical Transactions
    of the Royal Society A* 226 (1927), 299-361. https://doi.org/10.1098/rsta.1927.0008

    Examples
    --------
    >>> inside = pi_by_polygons(4).inside
    >>> print(f"{inside[4]:.6f} {extrapolate(inside, 1 / 4)[-1]:.6f}")
    3.141032 3.141593
    """
    values = _require_row(values, 2)
    ratio = require_number("ratio", ratio)
    if ratio == 1:
        raise ValueError("ratio must differ from 1, or the error never shrinks; got 1")
    return values[1:] + np.diff(values) * (ratio / (1 - ratio))


def aitken(values):
    """Cancel an error that shrinks by an unknown but constant ratio.

    Three values determine the ratio and the limit:
    ``L = x_(k+2) - (x_(k+2) - x_(k+1))^2 / (x_(k+2) - 2 x_(k+1) + x_k)``. Where the ratio
    only approaches a constant of magnitude below 1, the result approaches the limit
    faster than the values do.

    Parameters
    ----------
    values : array_like of shape (n_values,)
        Successive approximations.

    Returns
    -------
    ndarray of shape (n_values - 2,)
        The better approximations. Where the second difference is 0, three values in a
        line, they say nothing about a limit, and ``x_(k+2)`` is returned as it is.

    Raises
    ------
    TypeError
        If `values` is not numeric.
    ValueError
        If `values` is not one row of at least three finite numbers.

    References
    ----------
    Aitken, "On Bernoulli's Numerical Solution of Algebraic Equations", *Proceedings of the
    Royal Society of Edinburgh* 46 (1927), 289-305.
    https://doi.org/10.1017/S0370164600022070

    Examples
    --------
    >>> print(aitken([1.0, 1.5, 1.75]))
    [2.]
    """
    values = _require_row(values, 3)
    steps = np.diff(values)
    turns = np.diff(steps)
    corrections = np.divide(steps[1:] ** 2, turns, out=np.zeros_like(turns), where=turns != 0)
    return values[2:] - corrections


def _require_row(values, minimum):
    values = require_array("values", values, ("n_values",))
    if len(values) < minimum:
        raise ValueError(f"values must hold at least {minimum} numbers; got {len(values)}")
    return values


def _harmonic_numbers(counts):
    """Return 1 + 1/2 + ... + 1/n for each n, adding each reciprocal once."""
    ends, places = np.unique(counts, return_inverse=True)
    sums = [_reciprocal_sum(low, high) for low, high in pairwise([0, *ends.tolist()])]
    return np.cumsum(sums)[places].reshape(counts.shape)


def _reciprocal_sum(low, high):
    """Return 1/(low + 1) + ... + 1/high, added in pieces that fit into memory."""
    starts = range(low + 1, high + 1, _CHUNK)
    return sum(np.sum(1.0 / np.arange(k, min(k + _CHUNK, high + 1))) for k in reversed(starts))
