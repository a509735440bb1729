"""Tests of the sequences that converge to the constants of mathematics."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from mlmath_lib.foundations import (
    aitken,
    correct_digits,
    extrapolate,
    gamma_by_harmonic,
    phi_by_fibonacci,
    pi_by_polygons,
    root_by_averaging,
)

PHI = (1 + math.sqrt(5)) / 2


def test_polygons_agree_with_sine_and_tangent():
    bounds = pi_by_polygons(25)
    assert bounds.sides.tolist() == [6 * 2**k for k in range(26)]
    n = bounds.sides
    assert bounds.inside == pytest.approx(n * np.sin(np.pi / n), rel=28 * 2.3e-16)
    assert bounds.outside == pytest.approx(n * np.tan(np.pi / n), rel=28 * 2.3e-16)


def test_archimedes_bounds_hold():
    bounds = pi_by_polygons(4)
    assert 3 + 10 / 71 < bounds.inside[-1] < math.pi < bounds.outside[-1] < 3 + 1 / 7


def test_the_polygons_close_in_by_a_factor_that_approaches_four():
    bounds = pi_by_polygons(18)
    gap = bounds.outside - bounds.inside
    assert (np.diff(bounds.inside) > 0).all()
    assert (np.diff(bounds.outside) < 0).all()
    assert gap[1:9] / gap[:8] == pytest.approx(0.25, rel=0.15)
    assert gap[12] / gap[11] == pytest.approx(0.25, rel=1e-6)


def test_polygons_lose_no_digits_however_many_sides():
    bounds = pi_by_polygons(60)
    assert bounds.inside[-1] == pytest.approx(math.pi, rel=63 * 2.3e-16)
    assert bounds.outside[-1] == pytest.approx(math.pi, rel=63 * 2.3e-16)


@pytest.mark.parametrize("number", [2.0, 0.01, 1e-200, 123456.789, 1e300])
def test_averages_reach_the_root(number):
    guesses = root_by_averaging(number, 600)
    assert guesses[-1] == pytest.approx(math.sqrt(number), rel=3e-16)


def test_averages_of_the_largest_doubles_do_not_overflow():
    largest = np.finfo(float).max
    for start in (1.0, largest):
        guesses = root_by_averaging(largest, 1100, start=start)
        assert guesses[-1] == pytest.approx(math.sqrt(largest), rel=3e-16)


@given(st.floats(0.01, 100), st.floats(0.05, 50))
def test_an_average_errs_by_the_square_of_the_error_before(number, start):
    guesses = root_by_averaging(number, 4, start=start)
    root = math.sqrt(number)
    claimed = (guesses[:-1] - root) ** 2 / (2 * guesses[:-1])
    assert guesses[1:] - root == pytest.approx(claimed, rel=1e-6, abs=1e-14 * max(start, number))
    assert (guesses[1:] >= root * (1 - 1e-15)).all()


def test_averages_are_heron_s_fractions():
    exact = [Fraction(1)]
    for _ in range(4):
        exact.append((exact[-1] + 2 / exact[-1]) / 2)
    assert root_by_averaging(2, 4) == pytest.approx([float(x) for x in exact], rel=1e-15)
    with mp.workdps(60):
        digits = [
            float(-mp.log10(abs(mp.mpf(x.numerator) / x.denominator - mp.sqrt(2)))) for x in exact
        ]
    assert np.diff(digits)[1:] == pytest.approx(digits[1:4], abs=0.5)


def test_fibonacci_quotients_obey_binet():
    quotients = phi_by_fibonacci(38)
    k = np.arange(1, 40)
    psi = 1 - PHI
    binet = (PHI ** (k + 1) - psi ** (k + 1)) / (PHI**k - psi**k)
    assert quotients == pytest.approx(binet, rel=1e-14)
    errors = quotients[:18] - PHI
    assert (errors[1:] * errors[:-1] < 0).all()
    assert errors[17] / errors[16] == pytest.approx(-(PHI**-2), rel=1e-5)


def test_fibonacci_numbers_do_not_overflow():
    assert phi_by_fibonacci(3000)[-1] == PHI


@pytest.mark.parametrize("n", [1, 2, 3, 10, 999, 10**6, 2_500_001])
def test_harmonic_values_agree_with_thirty_digits(n):
    with mp.workdps(30):
        harmonic = mp.digamma(n + 1) + mp.euler
        plain, shifted = float(harmonic - mp.log(n)), float(harmonic - mp.log(mp.mpf(n) + 0.5))
    assert gamma_by_harmonic(n) == pytest.approx(plain, rel=0, abs=1e-14)
    assert gamma_by_harmonic(n, shift=0.5) == pytest.approx(shifted, rel=0, abs=1e-14)


def test_harmonic_values_keep_their_shape_and_order():
    n = np.array([[100, 1], [7, 100]])
    values = gamma_by_harmonic(n)
    assert values.shape == (2, 2)
    assert values[0, 0] == values[1, 1] == pytest.approx(gamma_by_harmonic(100), rel=1e-15)


@given(st.integers(1, 10**5))
def test_gamma_lies_between_the_bounds_of_young_and_detemple(n):
    assert 1 / (2 * (n + 1)) <= gamma_by_harmonic(n) - np.euler_gamma + 1e-14
    assert gamma_by_harmonic(n) - np.euler_gamma <= 1 / (2 * n) + 1e-14
    shifted = gamma_by_harmonic(n, shift=0.5) - np.euler_gamma
    assert 1 / (24 * (n + 1) ** 2) - 1e-14 <= shifted <= 1 / (24 * n**2) + 1e-14


def test_the_orders_of_the_two_harmonic_sequences_are_one_and_two():
    n = 2 ** np.arange(4, 14)
    for shift, order in [(0.0, 1), (0.5, 2)]:
        digits = correct_digits(gamma_by_harmonic(n, shift=shift), np.euler_gamma)
        slope = np.polyfit(np.log10(n), digits, 1)[0]
        assert slope == pytest.approx(order, abs=0.02)


def test_digits_count_powers_of_ten():
    assert correct_digits([1.001, 0.9, 11.0], 1) == pytest.approx([3, 1, -1])
    assert correct_digits(1.0, 1.0) == np.inf
    assert correct_digits(np.full((2, 3), 2.5), 2).shape == (2, 3)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-0.95, 0.95), st.integers(3, 8))
def test_a_purely_geometric_error_vanishes(limit, error, ratio, length):
    values = limit + error * ratio ** np.arange(length)
    assert extrapolate(values, ratio) == pytest.approx(np.full(length - 1, limit), abs=1e-12)


@given(st.floats(-5, 5), st.floats(0.5, 5), st.floats(0.1, 0.8))
def test_aitken_finds_ratio_and_limit(limit, error, ratio):
    values = limit + error * ratio ** np.arange(4)
    assert aitken(values) == pytest.approx(np.full(2, limit), abs=1e-11)


def test_extrapolation_in_turn_gives_pi_from_few_polygons():
    values = pi_by_polygons(6).inside
    for power in range(1, 7):
        values = extrapolate(values, 0.25**power)
    assert values.shape == (1,)
    assert correct_digits(values[0], np.pi) > 13


def test_aitken_speeds_up_what_is_only_nearly_geometric():
    inside = pi_by_polygons(8).inside
    gained = correct_digits(aitken(inside), np.pi) - correct_digits(inside[2:], np.pi)
    assert (gained > 1.5).all()


def test_aitken_leaves_values_in_a_line_alone():
    assert aitken([1.0, 1.0, 1.0, 1.0]).tolist() == [1.0, 1.0]
    assert aitken([1, 2, 3]).tolist() == [3.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pi_by_polygons(-1), ValueError, "n_steps must be a whole number >= 0; got -1"),
        (lambda: pi_by_polygons(61), ValueError, "n_steps must be <= 60; got 61. 25 give all"),
        (lambda: pi_by_polygons(2.0), TypeError, "n_steps must be a whole number >= 0; got 2.0"),
        (lambda: phi_by_fibonacci(-2), ValueError, "n_steps must be a whole number >= 0; got -2"),
        (lambda: phi_by_fibonacci("3"), TypeError, "n_steps must be a whole number .*; got '3'"),
        (lambda: root_by_averaging(0, 3), ValueError, "number must be a finite number > 0; got 0"),
        (lambda: root_by_averaging(2, 3, start=-1), ValueError, "start must be a finite number"),
        (lambda: root_by_averaging(2, -1), ValueError, "n_steps must be a whole number >= 0"),
        (
            lambda: root_by_averaging(1e200, 3, start=1e-200),
            ValueError,
            r"number / start must stay below 1.8e308; got 1e\+200 / 1e-200. Start nearer",
        ),
        (lambda: gamma_by_harmonic(0), ValueError, "n must be whole numbers >= 1; got 0"),
        (lambda: gamma_by_harmonic([1.5]), TypeError, "n must be whole numbers >= 1; got"),
        (lambda: gamma_by_harmonic(3, shift=-1), ValueError, "shift must be a finite number > -1"),
        (lambda: gamma_by_harmonic(3, shift="half"), TypeError, "shift must be a finite number"),
        (lambda: correct_digits([np.nan], 1), ValueError, "values must be finite; got 1 NaN"),
        (lambda: correct_digits([1.0], "pi"), TypeError, "limit must be a finite number"),
        (lambda: extrapolate([1.0], 0.5), ValueError, "values must hold at least 2 numbers; got 1"),
        (lambda: extrapolate([1.0, 2.0], 1), ValueError, "ratio must differ from 1, .*; got 1"),
        (lambda: extrapolate([[1.0]], 0.5), ValueError, r"values must have shape \(n_values,\)"),
        (lambda: aitken([1.0, 2.0]), ValueError, "values must hold at least 3 numbers; got 2"),
        (lambda: aitken("abc"), TypeError, "values must be an array of real numbers"),
    ],
)
def test_errors_say_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
