"""Sample sizes and margins against SciPy, enumeration and exact arithmetic."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from mlmath_lib.statistics import (
    finite_population_correction,
    margin_of_error,
    sample_size,
)

SPREADS = st.floats(1e-3, 1e3)


MARGINS = st.floats(1e-2, 1e3)


CONFIDENCES = st.floats(0.5, 0.999)


class TestSampleSize:
    """The formula, rounded up where it must be and nowhere else."""

    @pytest.mark.parametrize(
        ("confidence", "margin", "size"),
        [(0.90, 0.05, 271), (0.95, 0.05, 385), (0.99, 0.05, 664), (0.95, 0.03, 1068)],
    )
    def test_known_sizes(self, confidence, margin, size):
        assert sample_size(0.5, margin, confidence=confidence) == size
        assert type(sample_size(0.5, margin)) is int

    @given(SPREADS, MARGINS, CONFIDENCES)
    def test_scipy_and_smallest(self, spread, margin, confidence):
        size = sample_size(spread, margin, confidence=confidence)
        z = stats.norm.interval(confidence)[1]
        assert z * spread / math.sqrt(size) <= margin * (1 + 1e-11)
        assert size == 1 or z * spread / math.sqrt(size - 1) > margin * (1 - 1e-11)

    @given(st.integers(2, 3000), st.floats(0.01, 1), st.floats(0.01, 0.5))
    def test_population_smallest_by_counting(self, population, spread, margin):
        every = np.arange(1, population + 1)
        margins = margin_of_error(spread, every, population=population)
        first = every[np.argmax(margins <= margin * (1 + 1e-12))]
        assert sample_size(spread, margin, population=population) == first

    @given(st.integers(1, 10**7), SPREADS, CONFIDENCES)
    def test_round_trip_costs_no_answer(self, n, spread, confidence):
        margin = margin_of_error(spread, n, confidence=confidence)
        assert sample_size(spread, margin, confidence=confidence) == n

    @given(st.integers(2, 10**7), SPREADS, st.data())
    def test_round_trip_in_a_population(self, population, spread, data):
        n = data.draw(st.integers(1, population - 1))
        margin = margin_of_error(spread, n, population=population)
        assert sample_size(spread, margin, population=population) == n

    def test_a_hair_above_a_whole_number_is_one_more(self):
        margin = margin_of_error(0.5, 400)
        assert sample_size(0.5, margin * (1 - 1e-9)) == 401
        assert sample_size(0.5, margin * (1 + 1e-9)) == 400

    @given(SPREADS, MARGINS, CONFIDENCES)
    def test_half_the_margin_four_times_the_sample(self, spread, margin, confidence):
        size = sample_size(spread, margin, confidence=confidence)
        half = sample_size(spread, margin / 2, confidence=confidence)
        assert 4 * size - 3 <= half <= 4 * size or size == 1

    @given(MARGINS, MARGINS, st.integers(2, 10**9))
    def test_monotone(self, first, second, population):
        small, large = sorted([first, second])
        assert sample_size(1, small) >= sample_size(1, large)
        assert sample_size(1, small, confidence=0.99) >= sample_size(1, small, confidence=0.9)
        limited = sample_size(1, small, population=population)
        assert limited <= min(sample_size(1, small), population)
        assert limited <= sample_size(1, small, population=2 * population)

    def test_population_limits(self):
        assert sample_size(0.5, 0.05, population=10**15) == 385
        assert sample_size(0.5, 1e-12, population=1000) == 1000
        assert sample_size(1e200, 1e-200, population=1000) == 1000
        assert sample_size(1e-200, 1e200, population=1000) == 1
        assert sample_size(1e-200, 1e200) == 1

    def test_broadcasts(self):
        sizes = sample_size([[0.5], [0.3]], [0.1, 0.05, 0.01], population=5000)
        assert sizes.shape == (2, 3)
        assert sizes.dtype.kind == "i"
        assert sizes[1, 2] == sample_size(0.3, 0.01, population=5000)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"margin must be > 0; got 0"):
            sample_size(0.5, 0)
        with pytest.raises(ValueError, match=r"standard_deviation must be > 0; got -1"):
            sample_size([0.5, -1], 0.05)
        with pytest.raises(TypeError, match=r"margin must be an array of real numbers; got '5 %'"):
            sample_size(0.5, "5 %")
        with pytest.raises(ValueError, match=r"margin must be finite; got 1 NaN"):
            sample_size(0.5, np.nan)
        with pytest.raises(ValueError, match=r"confidence must be a number between 0 and 1.*95"):
            sample_size(0.5, 0.05, confidence=95)
        with pytest.raises(TypeError, match=r"confidence must be a number between 0 and 1.*'95 %'"):
            sample_size(0.5, 0.05, confidence="95 %")
        with pytest.raises(TypeError, match=r"population must be a whole number >= 2; got 1000\.0"):
            sample_size(0.5, 0.05, population=1e3)
        with pytest.raises(ValueError, match=r"population must be a whole number >= 2; got 1"):
            sample_size(0.5, 0.05, population=1)
        with pytest.raises(ValueError, match=r"margin must be large enough .* got 1e-10 with"):
            sample_size(0.5, 1e-10)


class TestMarginOfError:
    """What a sample of a given size promises."""

    @given(SPREADS, st.integers(1, 10**6), CONFIDENCES)
    def test_scipy(self, spread, n, confidence):
        reference = stats.norm(0, spread / math.sqrt(n)).interval(confidence)[1]
        assert_allclose(margin_of_error(spread, n, confidence=confidence), reference, rtol=1e-12)

    def test_normal_means_are_covered(self):
        # The mean of n normal values is normal, so the coverage is exact, up to chance:
        # 4 standard errors of a share of 0.9 in 20 000.
        values = np.random.default_rng(1).normal(10, 3, size=(20_000, 16))
        inside = np.abs(values.mean(axis=1) - 10) <= margin_of_error(3, 16, confidence=0.9)
        assert abs(inside.mean() - 0.9) < 4 * math.sqrt(0.09 / 20_000)

    def test_population(self):
        margins = margin_of_error(0.5, [1, 10, 100], population=100)
        assert_allclose(margins[0], margin_of_error(0.5, 1))
        assert margins[2] == 0
        assert_allclose(margin_of_error(0.5, 50, population=10**12), margin_of_error(0.5, 50))

    def test_errors(self):
        with pytest.raises(TypeError, match=r"n must be whole numbers >= 1; got 10\.5"):
            margin_of_error(0.5, 10.5)
        with pytest.raises(ValueError, match=r"n must be whole numbers >= 1; got 0"):
            margin_of_error(0.5, [5, 0])
        with pytest.raises(ValueError, match=r"n must be at most the population.*n = 7 of 6"):
            margin_of_error(0.5, [5, 7], population=6)
        with pytest.raises(ValueError, match=r"standard_deviation must be > 0; got 0"):
            margin_of_error(0, 10)
        with pytest.raises(ValueError, match=r"confidence must be .* such as 0\.95; got 1"):
            margin_of_error(0.5, 10, confidence=1)


class TestFinitePopulationCorrection:
    """Every sample listed; and the limits."""

    @pytest.mark.parametrize("members", [[0, 1, 1, 0, 1], [1, 2, 4, 8, 16, 32, 64], [3, 5]])
    def test_enumeration(self, members):
        exact = [Fraction(member) for member in members]
        size, mean = len(exact), sum(exact) / len(exact)
        variance = sum((member - mean) ** 2 for member in exact) / size
        for n in range(1, size + 1):
            means = [sum(sample) / n for sample in combinations(exact, n)]
            spread = sum((value - mean) ** 2 for value in means) / len(means)
            square = finite_population_correction(n, size) ** 2
            assert_allclose(square, float(spread / (variance / n)), rtol=1e-14, atol=1e-15)

    @given(st.integers(2, 10**6), st.data())
    def test_hypergeometric(self, population, data):
        n = data.draw(st.integers(1, population))
        successes = data.draw(st.integers(1, population - 1))
        with np.errstate(all="ignore"):  # SciPy computes the kurtosis too
            with_return = stats.binom(n, successes / population).std()
            without = stats.hypergeom(population, successes, n).std()
        factor = finite_population_correction(n, population)
        assert_allclose(factor, without / with_return, rtol=1e-9)

    @given(st.integers(2, 10**9))
    def test_limits(self, population):
        assert finite_population_correction(1, population) == 1
        assert finite_population_correction(population, population) == 0
        assert_allclose(finite_population_correction(1000, 10**15), 1, rtol=1e-12)

    def test_broadcasts_and_falls(self):
        factors = finite_population_correction(np.arange(1, 51), [[50], [500]])
        assert factors.shape == (2, 50)
        assert (np.diff(factors) < 0).all()
        assert (factors[1, 1:] > factors[0, 1:]).all()

    def test_errors(self):
        with pytest.raises(ValueError, match=r"n must be at most the population.*n = 11 of 10"):
            finite_population_correction(11, 10)
        with pytest.raises(ValueError, match=r"population must be whole numbers >= 2; got 1"):
            finite_population_correction(1, 1)
        with pytest.raises(TypeError, match=r"population must be whole numbers >= 2; got 99\.0"):
            finite_population_correction(10, 99.0)
        with pytest.raises(TypeError, match=r"n must be whole numbers >= 1; got True"):
            finite_population_correction(True, 10)
        with pytest.raises(TypeError, match=r"n must be whole numbers >= 1; got \[\[1\]"):
            finite_population_correction([[1], [1, 2]], 10)


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ValueError, match="standard_deviation and margin must have shapes that"):
        sample_size([0.5, 0.4], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="standard_deviation and n must have shapes that"):
        margin_of_error([0.5, 0.4], [10, 20, 30])
    with pytest.raises(ValueError, match="n and population must have shapes that broadcast"):
        finite_population_correction([1, 2], [5, 6, 7])
