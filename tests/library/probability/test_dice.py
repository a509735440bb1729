"""Dice against enumeration and SciPy."""

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from mlmath_lib.probability import (
    dice_sum_probabilities,
    roll_dice,
)


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
