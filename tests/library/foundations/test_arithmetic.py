"""Tests of sums and products that keep their digits."""

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mpmath import mp

from mlmath_lib.foundations import add_exactly, compensated_sum, log_product, log_sum_exp

UNIT = Fraction(1, 2**53)
doubles = st.floats(-1e300, 1e300)
logarithms = st.one_of(st.floats(-1e4, 1e4), st.just(-np.inf))


@given(doubles, doubles)
def test_total_and_loss_are_the_exact_sum(a, b):
    result = add_exactly(a, b)
    assert result.total == a + b
    assert Fraction(float(result.total)) + Fraction(float(result.lost)) == Fraction(a) + Fraction(b)


def test_the_exact_sum_holds_where_exponents_differ_little_and_much():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 5000)) * 2.0 ** rng.integers(-60, 60, size=(2, 5000))
    a[:10], b[:5] = 5e-324, 2.0**-1074 * 7
    result = add_exactly(a, b)
    for x, y, total, lost in zip(a, b, result.total, result.lost, strict=True):
        assert Fraction(total) + Fraction(lost) == Fraction(x) + Fraction(y)


def test_add_exactly_broadcasts_and_does_not_care_for_the_order():
    result = add_exactly([[1e16], [1.0]], [1.0, 3.0])
    assert result.total.shape == (2, 2)
    assert result.lost[0].tolist() == [1.0, -1.0]
    swapped = add_exactly([1.0, 3.0], [[1e16], [1.0]])
    assert np.array_equal(result.lost, swapped.lost)


@pytest.mark.parametrize(
    ("a", "b", "error", "message"),
    [
        ("x", 1, TypeError, "a must be an array of real numbers; got 'x'"),
        (1, [np.nan], ValueError, "b must be finite; got 1 NaN or infinite values"),
        (1.7e308, 1.7e308, ValueError, r"a \+ b must stay below 1.8e308, .*; got an overflow"),
    ],
)
def test_add_exactly_says_what_is_wrong(a, b, error, message):
    with pytest.raises(error, match=message):
        add_exactly(a, b)


def error_bound(values):
    """What the docstring promises, as an exact fraction."""
    exact = sum(map(Fraction, values))
    halvings = max(1, math.ceil(math.log2(max(len(values), 1))))
    return UNIT * abs(exact) + 4 * halvings**2 * UNIT**2 * sum(abs(Fraction(v)) for v in values)


@given(hnp.arrays(float, st.integers(0, 70), elements=st.floats(-1e200, 1e200)))
def test_compensated_sum_errs_by_less_than_its_bound(values):
    exact = sum(map(Fraction, values.tolist()))
    error = abs(Fraction(float(compensated_sum(values))) - exact)
    # No double lies closer to an exact sum than half the smallest one.
    assert error <= error_bound(values.tolist()) + Fraction(1, 2**1075)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 1000, 99_999])
def test_compensated_sum_agrees_with_fsum(n):
    rng = np.random.default_rng(n)
    values = rng.normal(size=n) * 10.0 ** rng.uniform(-8, 8, n)
    assert compensated_sum(values) == pytest.approx(math.fsum(values), rel=4e-16)


def test_compensated_sum_survives_cancellation_that_plain_summation_does_not():
    rng = np.random.default_rng(3)
    large = rng.normal(size=500) * 1e12
    values = rng.permutation(np.concatenate([large, -large, [0.1] * 10]))
    assert abs(np.sum(values) - 1) > 1e-7
    assert compensated_sum(values) == pytest.approx(math.fsum(values), rel=1e-13)


def test_compensated_sum_works_along_each_axis():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(4, 5, 6))
    kept = values.copy()
    for axis in (0, 1, 2, -1):
        moved = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
        exact = [math.fsum(column) for column in moved.T]
        assert compensated_sum(values, axis=axis).ravel() == pytest.approx(exact, rel=1e-15)
    assert np.array_equal(values, kept)


def test_an_empty_sum_is_zero():
    assert compensated_sum([]) == 0
    assert compensated_sum(np.zeros((0, 3)), axis=0).tolist() == [0, 0, 0]


@given(hnp.arrays(float, st.integers(1, 40), elements=st.floats(-1e6, 1e6)), st.integers(-40, 40))
def test_compensated_sum_scales_with_a_power_of_two(values, power):
    scaled = compensated_sum(values * 2.0**power)
    assert scaled == pytest.approx(compensated_sum(values) * 2.0**power, rel=1e-15, abs=1e-280)


@pytest.mark.parametrize(
    ("values", "axis", "error", "message"),
    [
        ("sum", None, TypeError, "values must be an array of real numbers; got 'sum'"),
        ([1, np.inf], None, ValueError, "values must be finite; got 1 NaN or infinite values"),
        ([1e308, 1e308], None, ValueError, "the sum of values must stay below 1.8e308"),
        ([1.0], 1, ValueError, "axis must be a whole number from -1 to .*; got 1"),
        ([[1.0]], -3, ValueError, "axis must be a whole number from -2 to .*; got -3"),
        ([1.0], 0.0, TypeError, "axis must be a whole number from -1 to 0, .*; got 0.0"),
        ([1.0], True, TypeError, "axis must be a whole number from -1 to 0, .*; got True"),
    ],
)
def test_compensated_sum_says_what_is_wrong(values, axis, error, message):
    with pytest.raises(error, match=message):
        compensated_sum(values, axis=axis)


@given(st.lists(st.floats(1e-300, 1e300), max_size=60))
def test_log_product_agrees_with_the_exact_product(factors):
    with mp.workdps(40):
        exact = float(mp.log(mp.fprod([mp.mpf(x) for x in factors])))
    size = sum(abs(math.log(x)) for x in factors)
    assert log_product(factors) == pytest.approx(exact, rel=0, abs=1e-15 + 1e-14 * size)


def test_log_product_works_along_axes_and_takes_zero():
    factors = np.array([[0.5, 0.25], [0.0, 3.0]])
    assert log_product(factors, axis=1) == pytest.approx([np.log(0.125), -np.inf])
    assert log_product(factors, axis=0) == pytest.approx([-np.inf, np.log(0.75)])
    assert log_product([]) == 0


def test_log_product_turns_products_into_sums():
    rng = np.random.default_rng(5)
    a, b = rng.uniform(0.01, 2, size=(2, 30, 4))
    both = log_product(np.concatenate([a, b]), axis=0)
    assert both == pytest.approx(log_product(a, axis=0) + log_product(b, axis=0))


@pytest.mark.parametrize(
    ("factors", "axis", "error", "message"),
    [
        ([0.5, -0.1], None, ValueError, "factors must be >= 0, .*; got -0.1"),
        ([np.nan], None, ValueError, "factors must be finite; got 1 NaN"),
        (["half"], None, TypeError, "factors must be an array of real numbers"),
        ([0.5], 2, ValueError, "axis must be a whole number from -1 to .*; got 2"),
    ],
)
def test_log_product_says_what_is_wrong(factors, axis, error, message):
    with pytest.raises(error, match=message):
        log_product(factors, axis=axis)


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0, 3000.0])
def test_log_sum_exp_agrees_with_scipy(axis, scale):
    rng = np.random.default_rng(6)
    values = scale * rng.normal(size=(3, 4, 5))
    values[0, 0] = -np.inf
    values[:, :, 2] = -np.inf
    ours, theirs = log_sum_exp(values, axis=axis), scipy.special.logsumexp(values, axis=axis)
    assert np.shape(ours) == np.shape(theirs)
    assert ours == pytest.approx(theirs, rel=1e-14, abs=1e-14)


@given(st.lists(logarithms, min_size=1, max_size=30))
def test_log_sum_exp_agrees_with_fifty_digits(values):
    with mp.workdps(50):
        total = mp.fsum([mp.exp(v) if np.isfinite(v) else mp.mpf(0) for v in values])
        exact = float(mp.log(total)) if total > 0 else -math.inf
    assert log_sum_exp(values) == pytest.approx(exact, rel=1e-15, abs=1e-15)


@given(st.lists(st.floats(-700, 700), min_size=1, max_size=30))
def test_log_sum_exp_lies_between_its_bounds_and_shifts(values):
    result = log_sum_exp(values)
    assert max(values) <= result <= max(values) + math.log(len(values)) + 1e-12
    shifted = log_sum_exp([value + 5000 for value in values])
    assert shifted == pytest.approx(result + 5000, rel=1e-14)


def test_log_sum_exp_keeps_a_term_that_is_small_beside_one():
    assert log_sum_exp([0.0, -40.0]) == pytest.approx(math.log1p(math.exp(-40)), rel=1e-15)


def test_log_sum_exp_of_zeros_or_nothing_is_minus_infinity():
    assert log_sum_exp([-np.inf, -np.inf]) == -np.inf
    assert log_sum_exp([]) == -np.inf
    assert log_sum_exp(np.zeros((0, 2)), axis=0).tolist() == [-np.inf, -np.inf]
    assert log_sum_exp([-1.7e308, 1.7e308]) == 1.7e308


@pytest.mark.parametrize(
    ("values", "axis", "error", "message"),
    [
        ([0, np.nan], None, ValueError, "values must be finite, or -inf for .* 0; got nan"),
        ([[0, np.inf, -np.inf]], 1, ValueError, "or -inf for the logarithm of 0; got inf"),
        ("log", None, TypeError, "values must be an array of real numbers; got .*'log'"),
        ([1j], None, TypeError, "values must be an array of real numbers"),
        ([0.0], 1, ValueError, "axis must be a whole number from -1 to .*; got 1"),
        ([0.0], "0", TypeError, "axis must be a whole number from -1 to 0, .*; got '0'"),
    ],
)
def test_log_sum_exp_says_what_is_wrong(values, axis, error, message):
    with pytest.raises(error, match=message):
        log_sum_exp(values, axis=axis)
