"""Dice, running means and Chebyshev's bound against enumeration, SciPy and fsum."""

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from mlmath_lib.probability import (
    chebyshev_bound,
    dice_sum_probabilities,
    roll_dice,
    running_mean,
)

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
VALUES = arrays(float, array_shapes(max_dims=3, max_side=6), elements=NUMBERS)


def enumerate_sums(n_rolls, n_sides):
    """Count every outcome; the probabilities are fractions without rounding."""
    counts = Counter(map(sum, product(range(1, n_sides + 1), repeat=n_rolls)))
    return {total: Fraction(count, n_sides**n_rolls) for total, count in counts.items()}


class TestRollDice:
    """Fair, independent, whole numbers, and the same again from the same source."""

    def test_shape_and_range(self):
        rolls = roll_dice(400, n_paths=3, n_sides=4, rng=0)
        assert rolls.shape == (3, 400)
        assert rolls.dtype.kind == "i"
        assert set(rolls.flat) == {1, 2, 3, 4}
        assert roll_dice(5).shape == (1, 5)

    @pytest.mark.parametrize("n_sides", [2, 6, 20])
    def test_sides_are_equally_likely(self, n_sides):
        # Of 40 seeds, a fair die gives a p-value below 1 % for 0.4 on average, and for
        # more than 4 with a probability of 6e-5.
        p_values = []
        for seed in range(40):
            rolls = roll_dice(6000, n_sides=n_sides, rng=seed)
            p_values.append(stats.chisquare(np.bincount(rolls[0])[1:]).pvalue)
        assert sum(p < 0.01 for p in p_values) <= 4

    def test_rolls_and_paths_are_uncorrelated(self):
        rolls = roll_dice(2, n_paths=40_000, rng=3)
        assert abs(np.corrcoef(rolls[:, 0], rolls[:, 1])[0, 1]) < 4 / math.sqrt(40_000)
        paths = roll_dice(40_000, n_paths=2, rng=3)
        assert abs(np.corrcoef(paths)[0, 1]) < 4 / math.sqrt(40_000)

    def test_mean_and_variance_of_the_docstring(self):
        for n_sides in (2, 6, 11):
            sides = [Fraction(side) for side in range(1, n_sides + 1)]
            mean = sum(sides) / n_sides
            variance = sum((side - mean) ** 2 for side in sides) / n_sides
            assert mean == Fraction(n_sides + 1, 2)
            assert variance == Fraction(n_sides**2 - 1, 12)

    def test_same_source_same_rolls(self):
        assert_array_equal(roll_dice(9, n_paths=2, rng=5), roll_dice(9, n_paths=2, rng=5))
        rng = np.random.default_rng(5)
        first, second = roll_dice(20, rng=rng), roll_dice(20, rng=rng)
        assert (first != second).any()

    def test_errors(self):
        with pytest.raises(ValueError, match=r"n_rolls must be a whole number >= 1; got 0"):
            roll_dice(0)
        with pytest.raises(TypeError, match=r"n_paths must be a whole number >= 1; got 2\.5"):
            roll_dice(3, n_paths=2.5)
        with pytest.raises(ValueError, match=r"n_sides must be a whole number >= 2; got 1"):
            roll_dice(3, n_sides=1)


class TestDiceSumProbabilities:
    """Every sum's probability, against enumeration and SciPy."""

    @pytest.mark.parametrize(("n_rolls", "n_sides"), [(1, 6), (2, 6), (3, 6), (6, 6), (5, 4)])
    def test_enumeration(self, n_rolls, n_sides):
        exact = enumerate_sums(n_rolls, n_sides)
        found = dice_sum_probabilities(n_rolls, n_sides=n_sides)
        assert list(found.sums) == sorted(exact)
        assert_allclose(found.probabilities, [float(exact[s]) for s in found.sums], rtol=1e-14)

    @pytest.mark.parametrize("n_rolls", [1, 7, 64, 1000])
    def test_two_sides_are_binomial(self, n_rolls):
        found = dice_sum_probabilities(n_rolls, n_sides=2)
        reference = stats.binom.pmf(found.sums - n_rolls, n_rolls, 0.5)
        assert_allclose(found.probabilities, reference, rtol=1e-9)

    @given(n_rolls=st.integers(1, 200), n_sides=st.integers(2, 12))
    def test_total_symmetry_mean_variance(self, n_rolls, n_sides):
        sums, probabilities = dice_sum_probabilities(n_rolls, n_sides=n_sides)
        assert_allclose(probabilities.sum(), 1, rtol=1e-12)
        assert_allclose(probabilities, probabilities[::-1], rtol=1e-12)
        mean = n_rolls * (n_sides + 1) / 2
        assert_allclose(sums @ probabilities, mean, rtol=1e-12)
        variance = n_rolls * (n_sides**2 - 1) / 12
        assert_allclose((sums - mean) ** 2 @ probabilities, variance, rtol=1e-10)

    @given(st.integers(1, 60), st.integers(1, 60))
    def test_adding_rolls_convolves(self, first, second):
        parts = [dice_sum_probabilities(n).probabilities for n in (first, second)]
        together = dice_sum_probabilities(first + second).probabilities
        assert_allclose(together, np.convolve(*parts), rtol=1e-12)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"n_rolls must be a whole number >= 1; got -3"):
            dice_sum_probabilities(-3)
        with pytest.raises(TypeError, match=r"n_rolls must be a whole number >= 1; got '6'"):
            dice_sum_probabilities("6")
        with pytest.raises(ValueError, match=r"n_sides must be a whole number >= 2; got 1"):
            dice_sum_probabilities(2, n_sides=1)


def exact_running_means(values):
    """Sum exactly with fsum, then divide: right to the last bit but one."""
    return [math.fsum(values[:k]) / k for k in range(1, len(values) + 1)]


class TestRunningMean:
    """Against fsum, pandas and the definition, on awkward values too."""

    @pytest.mark.parametrize("offset", [0, 1e3, 1e9, -1e15])
    def test_large_offsets(self, offset):
        values = offset + np.random.default_rng(1).normal(size=2000)
        assert_allclose(running_mean(values), exact_running_means(values), rtol=3e-16)

    def test_huge_values_are_forgotten(self):
        values = np.random.default_rng(2).standard_cauchy(3000)
        values[[5, 700]] = 1e17, -1e17
        assert_allclose(running_mean(values), exact_running_means(values), rtol=1e-14)
        naive = np.cumsum(values) / np.arange(1, 3001)
        assert abs(naive[-1] - exact_running_means(values)[-1]) > 1e-4

    def test_pandas(self):
        X = np.random.default_rng(3).normal(50, 8, size=(300, 5))
        assert_allclose(running_mean(X, axis=0), pd.DataFrame(X).expanding().mean(), rtol=1e-14)

    @given(VALUES, st.data())
    def test_definition_on_every_axis(self, X, data):
        axis = data.draw(st.integers(-X.ndim, X.ndim - 1))
        means = running_mean(X, axis=axis)
        assert means.shape == X.shape
        for k in range(X.shape[axis]):
            first = np.take(X, range(k + 1), axis=axis)
            assert_allclose(np.take(means, k, axis=axis), first.mean(axis=axis), atol=1e-9)

    @given(arrays(float, st.integers(1, 60), elements=NUMBERS), st.integers(1, 60))
    def test_later_values_change_nothing(self, values, k):
        assert_array_equal(running_mean(values[:k]), running_mean(values)[:k])

    @given(arrays(float, st.integers(1, 60), elements=NUMBERS))
    def test_stays_between_the_extremes(self, values):
        means = running_mean(values)
        slack = 1e-15 * np.abs(values).max()
        assert (means >= np.minimum.accumulate(values) - slack).all()
        assert (means <= np.maximum.accumulate(values) + slack).all()

    @given(arrays(float, st.integers(1, 60), elements=NUMBERS))
    def test_fsum(self, values):
        smallest = 1e-15 * np.abs(values).max()
        assert_allclose(running_mean(values), exact_running_means(values), rtol=0, atol=smallest)

    def test_whole_numbers_and_the_argument_stay(self):
        rolls = roll_dice(50, n_paths=2, rng=1)
        before = rolls.copy()
        assert_allclose(running_mean(rolls)[:, -1], rolls.mean(axis=1), rtol=1e-15)
        assert_array_equal(rolls, before)
        values = np.array([1.0, 2.0])
        running_mean(values)
        assert_array_equal(values, [1.0, 2.0])

    def test_single_values(self):
        assert_array_equal(running_mean([4.5]), [4.5])
        assert running_mean(np.ones((3, 1))).shape == (3, 1)

    def test_errors(self):
        with pytest.raises(
            ValueError, match=r"X must have shape \(\.\.\., n_values\); got shape \(\)"
        ):
            running_mean(3.5)
        with pytest.raises(
            ValueError, match=r"X must have shape \(\.\.\., n_values\); got shape \(0,\)"
        ):
            running_mean([])
        with pytest.raises(TypeError, match=r"X must be an array of real numbers; got 'six'"):
            running_mean("six")
        with pytest.raises(TypeError, match=r"X must be an array of real numbers; got \[\[1, 2\]"):
            running_mean([[1, 2], [3]])
        with pytest.raises(ValueError, match=r"X must be finite; got 1 NaN or infinite values"):
            running_mean([1.0, np.nan])
        with pytest.raises(
            ValueError, match=r"axis must be a whole number from -1 to 0, for shape \(2,\)"
        ):
            running_mean([1.0, 2.0], axis=1)
        with pytest.raises(
            TypeError, match=r"axis must be a whole number from -1 to 0.*; got None"
        ):
            running_mean([1.0, 2.0], axis=None)
        with pytest.raises(ValueError, match=r"X must be small enough to add 2 values; .* 1e\+308"):
            running_mean([1e308, 1e308])


class TestChebyshevBound:
    """The formula, and that no distribution beats it."""

    def test_exact_fractions(self):
        exact = Fraction(35, 12) / (1000 * Fraction(1, 10) ** 2)
        assert_allclose(chebyshev_bound(35 / 12, 0.1, n_values=1000), float(exact), rtol=1e-14)
        assert exact == Fraction(7, 24)

    @pytest.mark.parametrize(
        "distribution",
        [stats.norm(2, 3), stats.expon(), stats.uniform(-1, 5), stats.t(3), stats.binom(9, 0.2)],
        ids=lambda frozen: frozen.dist.name,
    )
    def test_never_below_the_truth(self, distribution):
        distances = np.linspace(0.1, 20, 60)
        low = distribution.cdf(distribution.mean() - distances)
        high = distribution.sf(distribution.mean() + distances)
        assert (low + high <= chebyshev_bound(distribution.var(), distances) + 1e-12).all()

    @given(n_rolls=st.integers(1, 40), distance=st.floats(0.01, 3))
    def test_never_below_the_truth_for_dice(self, n_rolls, distance):
        sums, probabilities = dice_sum_probabilities(n_rolls)
        outside = probabilities[np.abs(sums / n_rolls - 3.5) >= distance].sum()
        assert outside <= chebyshev_bound(35 / 12, distance, n_values=n_rolls) + 1e-12

    @given(st.floats(1.5, 100), st.floats(0.1, 10))
    def test_reached_by_three_values(self, k, scale):
        # -d and d with probability 1 / (2 k^2) each, else 0: P(|X| >= d) equals the bound.
        tail = 1 / (2 * k**2)
        distance = k * scale
        variance = 2 * tail * distance**2
        assert_allclose(chebyshev_bound(variance, distance), 2 * tail, rtol=1e-12)

    def test_broadcasts_and_is_at_most_one(self):
        bounds = chebyshev_bound([[1.0], [4.0]], [1.0, 2.0, 4.0], n_values=[1, 2, 4])
        assert_allclose(bounds, [[1, 1 / 8, 1 / 64], [1, 1 / 2, 1 / 16]])
        assert chebyshev_bound(9, 1) == 1
        assert chebyshev_bound(0, 1) == 0
        assert chebyshev_bound(1, 1e-300) == 1
        assert chebyshev_bound(1, 1e200) == 0

    def test_errors(self):
        with pytest.raises(ValueError, match=r"variance must be finite numbers >= 0; got -1"):
            chebyshev_bound(-1, 1)
        with pytest.raises(ValueError, match=r"distance must be finite numbers > 0; got 0"):
            chebyshev_bound(1, [1, 0])
        with pytest.raises(ValueError, match=r"distance must be finite; got 1 NaN or infinite"):
            chebyshev_bound(1, np.inf)
        with pytest.raises(
            TypeError, match=r"variance must be an array of real numbers; got 'one'"
        ):
            chebyshev_bound("one", 1)
        with pytest.raises(TypeError, match=r"n_values must be whole numbers >= 1; got 10\.5"):
            chebyshev_bound(1, 1, n_values=10.5)
        with pytest.raises(ValueError, match=r"n_values must be whole numbers >= 1; got 0"):
            chebyshev_bound(1, 1, n_values=[3, 0])
