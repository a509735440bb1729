"""Chebyshev's bound against exact probabilities."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from mlmath_lib.probability import (
    chebyshev_bound,
    dice_sum_probabilities,
)


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
        with pytest.raises(ValueError, match=r"and n_values must have shapes that broadcast; got"):
            chebyshev_bound([1, 2], 1, n_values=[1, 2, 3])
        with pytest.raises(ValueError, match=r"variance must be >= 0; got -1"):
            chebyshev_bound(-1, 1)
        with pytest.raises(ValueError, match=r"distance must be > 0; got 0"):
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
