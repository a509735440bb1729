"""Foundations: compound growth and the number that it leads to.

`compound_amount` grows a sum at a yearly rate, credited any number of times a year or
at every instant. `e_by_limit` and `e_by_series` compute Euler's number in the two ways
that define it. Derived in the chapter "Compound growth".

None of the functions forms ``1 + r / n`` and raises it to a power: for a large ``n``
that sum keeps only the first digits of ``r / n``, and the power multiplies the loss by
``n``. ``log1p`` works from ``r / n`` itself.
"""

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_count,
    require_each,
    require_fitting_shapes,
)


def compound_amount(principal, rate, years, periods_per_year):
    """Grow a principal at a nominal rate that is credited several times a year.

    Computes ``F = I (1 + r / n)^(n t)``, and its limit ``F = I e^(r t)`` where the
    number of periods is infinite. The four arguments broadcast against one another.
    A time that is no whole number of periods follows the same formula: half a period
    multiplies by the square root of a whole period's factor.

    Parameters
    ----------
    principal : float or array_like
        The sum at the start, in any unit.
    rate : float or array_like
        Nominal rate per year as a fraction: 0.05 for 5 %. Negative for decay. It must
        exceed ``-periods_per_year``, so that a period leaves something.
    years : float or array_like
        Time in years. A negative time looks back: what the principal was.
    periods_per_year : float or array_like
        How often a year the growth is credited; ``np.inf`` for continuous growth.

    Returns
    -------
    float or ndarray
        The amounts, in the unit of `principal`, in the shape that the arguments
        broadcast to.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If a value is NaN, anything but `periods_per_year` is infinite,
        `periods_per_year` is not above zero, `rate` is not above ``-periods_per_year``,
        or the shapes do not broadcast.

    References
    ----------
    Goldberg, "What Every Computer Scientist Should Know About Floating-Point
    Arithmetic", *ACM Computing Surveys* 23 (1991), 5-48, on compound interest by
    ``log1p``. https://doi.org/10.1145/103162.103163

    Examples
    --------
    >>> print(f"{compound_amount(100, 0.05, 1, 12):.4f}")
    105.1162
    >>> print(compound_amount(1, 1, 1, [1, 2, 365, np.inf]).round(6))
    [2.       2.25     2.714567 2.718282]
    """
    principal = require_array("principal", principal, ...)
    rate = require_array("rate", rate, ...)
    years = require_array("years", years, ...)
    periods = _require_periods("periods_per_year", periods_per_year)
    require_fitting_shapes(principal=principal, rate=rate, years=years, periods_per_year=periods)
    if not np.all(rate > -periods):
        rates, counts = np.broadcast_arrays(rate, periods)
        worst = np.argmin(rates + counts)
        raise ValueError(
            "rate must be > -periods_per_year, or a period leaves nothing; got "
            f"{rates.flat[worst]:g} with {counts.flat[worst]:g} periods. Credit more often"
        )
    share = rate / periods  # of the amount, in one period; zero if growth is continuous
    # ln(1 + x) / x, which is 1 at x = 0: this one limit covers rate 0 and n = infinity.
    nonzero = np.where(share == 0, 1.0, share)
    slowing = np.where(share == 0, 1.0, np.log1p(nonzero) / nonzero)
    return principal * np.exp(rate * years * slowing)


def e_by_limit(n):
    """Compute ``(1 + 1/n)^n``, which approaches Euler's number from below.

    For a whole n the gap to e lies between ``e / (2 n + 3)`` and ``e / (2 n)``: ten
    times the periods give one more digit.

    Parameters
    ----------
    n : float or array_like
        The number of periods, above zero; ``np.inf`` gives e itself.

    Returns
    -------
    float or ndarray
        The values, in the shape of `n`, with a relative error of a few 1e-16
        for every n.

    Raises
    ------
    TypeError
        If `n` is not numeric.
    ValueError
        If a value of `n` is not above zero.

    References
    ----------
    Rudin, *Principles of Mathematical Analysis*, 3rd ed. (1976), theorem 3.31.
    Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002),
    chapter 1, on the error of the direct formula.
    https://doi.org/10.1137/1.9780898718027

    Examples
    --------
    >>> print(f"{e_by_limit(10**9):.12f}, not {(1 + 1e-9) ** 1e9:.12f}")
    2.718281827100, not 2.718282052012
    """
    return compound_amount(1.0, 1.0, 1.0, _require_periods("n", n))


def e_by_series(n_terms):
    """Add the first terms of ``1 + 1 + 1/2! + 1/3! + ...``, whose sum is e.

    After the term ``1/m!`` the gap to e is below ``1 / (m m!)``: 18 terms give all
    digits of double precision.

    Parameters
    ----------
    n_terms : int
        How many terms to add, from ``1/0!`` on.

    Returns
    -------
    float
        The partial sum, added from its smallest term to its largest.

    Raises
    ------
    TypeError
        If `n_terms` is no whole number.
    ValueError
        If `n_terms` is below 1.

    References
    ----------
    Rudin, *Principles of Mathematical Analysis*, 3rd ed. (1976), definition 3.30 and
    the proof of theorem 3.32.

    Examples
    --------
    >>> print(f"{e_by_series(5):.6f} {e_by_series(18):.14f}")
    2.708333 2.71828182845905
    """
    n_terms = require_count("n_terms", n_terms)
    terms = np.cumprod(np.concatenate([[1.0], 1 / np.arange(1, n_terms)]))
    return float(np.sum(terms[::-1]))


def _require_periods(name, value):
    """Return `value` as a float array of numbers above zero, infinity among them."""
    array = require_array(name, value, ..., finite=False)
    return require_each(name, array, array > 0, "> 0, or np.inf for the limit")
