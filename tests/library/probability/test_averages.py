"""Running means against fractions, fsum and pandas."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from mlmath_lib.probability import (
    roll_dice,
    running_mean,
)

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)


VALUES = arrays(float, array_shapes(max_dims=3, max_side=6), elements=NUMBERS)


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
        with pytest.raises(ValueError, match=r"X must be an array of real numbers; got masked"):
            running_mean(np.ma.masked_equal([1.0, 999.0], 999.0))
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
