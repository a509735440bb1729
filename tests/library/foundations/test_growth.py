"""Tests of the module of part 1: compound growth and Euler's number."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from mlmath_lib.foundations import compound_amount, e_by_limit, e_by_series

rates = st.floats(-0.9, 2.0)
times = st.floats(0.0, 30.0)
periods = st.one_of(st.integers(1, 10**12), st.just(np.inf))


def exact_amount(principal, rate, years, periods_per_year):
    """The definition in 60 digits, for the binary numbers that are passed."""
    with mp.workdps(60):
        r, t = mp.mpf(float(rate)), mp.mpf(float(years))
        if np.isinf(periods_per_year):
            return float(principal * mp.exp(r * t))
        n = mp.mpf(float(periods_per_year))
        return float(principal * (1 + r / n) ** (n * t))


def test_compound_amount_is_what_the_bank_writes_in_its_book():
    for principal, rate, years, n in [(100, 0.05, 3, 12), (7, -0.4, 2, 4), (1, 1, 1, 365)]:
        balance = Fraction(principal)
        for _ in range(years * n):
            balance += balance * Fraction(rate) / n
        assert compound_amount(principal, rate, years, n) == pytest.approx(
            float(balance), rel=1e-14
        )


@pytest.mark.parametrize("n", [1, 2, 12, 365, 10**6, 10**9, 10**12, 10**15, 10**18, np.inf])
@pytest.mark.parametrize("rate", [-0.9, -1e-9, 0.0, 1e-300, 1e-9, 0.05, 1.0, 3.0])
def test_compound_amount_agrees_with_sixty_digits(rate, n):
    amount = compound_amount(250.0, rate, 7.5, n)
    assert amount == pytest.approx(exact_amount(250, rate, 7.5, n), rel=2e-14)


def test_the_direct_formula_does_not_reach_that_accuracy():
    direct = (1 + 1e-9) ** 1e9
    assert abs(direct / exact_amount(1, 1, 1, 1e9) - 1) > 5e-8
    assert compound_amount(1, 1, 1, 1e9) == pytest.approx(exact_amount(1, 1, 1, 1e9), rel=1e-15)


@given(rates, times, times, periods)
def test_growing_twice_is_growing_for_both_times(rate, first, second, n):
    halfway = compound_amount(3.0, rate, first, n)
    assert compound_amount(halfway, rate, second, n) == pytest.approx(
        compound_amount(3.0, rate, first + second, n), rel=1e-12
    )


@given(rates, times, st.integers(1, 10**6))
def test_more_periods_never_give_less_and_continuous_growth_gives_most(rate, years, n):
    amounts = compound_amount(1.0, rate, years, [n, n + 1, 2 * n + 1, np.inf])
    assert np.all(np.diff(amounts) >= -1e-13 * amounts[:-1])


def test_the_gap_to_continuous_growth_has_order_one():
    n = 2.0 ** np.arange(4, 20)
    gaps = np.exp(0.3 * 5) - compound_amount(1, 0.3, 5, n)
    slope = np.polyfit(np.log(n[6:]), np.log(gaps[6:]), 1)[0]
    assert slope == pytest.approx(-1, abs=1e-3)
    assert gaps[-1] * n[-1] == pytest.approx(np.exp(1.5) * 0.3**2 * 5 / 2, rel=1e-4)


def test_arguments_broadcast_and_years_may_look_back():
    amounts = compound_amount([[100.0], [200.0]], 0.1, 2, [1, 4, np.inf])
    assert amounts.shape == (2, 3)
    assert amounts[1] == pytest.approx(2 * amounts[0])
    assert compound_amount(121, 0.1, -2, 1) == pytest.approx(100)
    assert compound_amount(1, -5.0, 1, np.inf) == pytest.approx(math.exp(-5))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("ten", 0.1, 1, 1), TypeError, "principal must be an array of real numbers; got 'ten'"),
        (
            ([1, 2], 1, 1, [1, 2, 3]),
            ValueError,
            r"years and periods_per_year must have shapes .*; got \(2,\), \(\), \(\) and \(3,\)",
        ),
        ((1, 1, 1, "5"), TypeError, r"periods_per_year must be an .*numbers written as text"),
        ((1, 0.1, 1, "monthly"), TypeError, "periods_per_year must be an array of real numbers"),
        ((1, np.nan, 1, 1), ValueError, "rate must be finite; got 1 NaN"),
        ((1, 0.1, np.inf, 1), ValueError, "years must be finite; got 1 NaN or infinite"),
        (
            (1, 0.1, 1, 0),
            ValueError,
            "periods_per_year must be > 0, or np.inf for the .*; got 0",
        ),
        ((1, 0.1, 1, [4, -2]), ValueError, "periods_per_year must be > 0, .*; got -2"),
        ((1, 0.1, 1, np.nan), ValueError, "periods_per_year must be > 0, .*; got nan"),
        (
            (1, [0.1, -3], 1, [1, 2]),
            ValueError,
            "rate must be > -periods_per_year, .*; got -3 with 2 periods. Credit more often",
        ),
        ((1, -1, 1, 1), ValueError, "or a period leaves nothing; got -1 with 1 periods"),
    ],
)
def test_compound_amount_says_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        compound_amount(*arguments)


def test_e_by_limit_is_exact_in_small_cases_and_at_infinity():
    assert e_by_limit([1, 2, 4]) == pytest.approx([2, 2.25, 1.25**4], rel=1e-15)
    assert e_by_limit(np.inf) == pytest.approx(math.e, rel=1e-15)


def test_e_by_limit_agrees_with_sixty_digits_for_every_n():
    n = [float(f"{digit}e{power}") for digit in (1, 3, 7) for power in range(0, 19)]
    exact = [exact_amount(1, 1, 1, value) for value in n]
    assert e_by_limit(n) == pytest.approx(exact, rel=1e-15)


@given(st.integers(1, 10**6))
def test_e_by_limit_lies_within_its_two_bounds(n):
    gap = math.e - e_by_limit(n)
    assert math.e / (2 * n + 3) <= gap * (1 + 1e-8)
    assert gap * (1 - 1e-8) <= math.e / (2 * n)


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "n must be > 0, or np.inf for the limit; got 0"),
        ([1, -4], ValueError, "n must be > 0, .*; got -4"),
        ("many", TypeError, "n must be an array of real numbers; got 'many'"),
    ],
)
def test_e_by_limit_says_what_is_wrong(n, error, message):
    with pytest.raises(error, match=message):
        e_by_limit(n)


@pytest.mark.parametrize("n_terms", [1, 2, 3, 10, 18, 25, 200])
def test_e_by_series_agrees_with_fractions(n_terms):
    exact = sum(Fraction(1, math.factorial(k)) for k in range(n_terms))
    assert e_by_series(n_terms) == pytest.approx(float(exact), rel=2.3e-16)


@pytest.mark.parametrize("m", range(1, 14))
def test_e_by_series_errs_by_less_than_its_bound(m):
    assert 0 < math.e - e_by_series(m + 1) < 1 / (m * math.factorial(m))


@pytest.mark.parametrize(
    ("n_terms", "error", "message"),
    [
        (0, ValueError, "n_terms must be a whole number >= 1; got 0"),
        (2.5, TypeError, "n_terms must be a whole number >= 1; got 2.5"),
    ],
)
def test_e_by_series_says_what_is_wrong(n_terms, error, message):
    with pytest.raises(error, match=message):
        e_by_series(n_terms)
