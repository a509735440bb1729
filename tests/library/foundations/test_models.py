"""Tests of the module of part 1: a line fitted to points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mlmath_lib.datasets import load_penguins
from mlmath_lib.foundations import Line, fit_line

PENGUINS = load_penguins()


@pytest.mark.parametrize("feature", [0, 1, 2])
def test_fit_line_agrees_with_numpy_on_each_feature(feature):
    x, mass = PENGUINS.X[:, feature], PENGUINS.X[:, 3]
    slope, intercept = np.polyfit(x, mass, 1)
    assert fit_line(x, mass) == pytest.approx(Line(slope, intercept), rel=1e-9)


def test_fit_line_agrees_with_scikit_learn():
    from sklearn.linear_model import LinearRegression

    x, y = PENGUINS.X[:, 0], PENGUINS.X[:, 1]
    fitted = LinearRegression().fit(x[:, np.newaxis], y)
    assert fit_line(x, y) == pytest.approx(Line(fitted.coef_[0], fitted.intercept_), rel=1e-9)


def test_fit_line_keeps_its_digits_far_from_zero():
    x = 1e8 + np.arange(5)
    assert fit_line(x, 3 * np.arange(5)).slope == pytest.approx(3, rel=1e-12)


def test_fit_line_accepts_lists_and_integers():
    assert fit_line([0, 1, 2], [1, 3, 5]) == pytest.approx(Line(2, 1))


def test_fit_line_leaves_its_arguments_alone():
    x, y = np.array([1.0, 2, 4]), np.array([3.0, 1, 5])
    fit_line(x, y)
    assert np.array_equal(x, [1, 2, 4])
    assert np.array_equal(y, [3, 1, 5])


@st.composite
def points(draw):
    n_samples = draw(st.integers(2, 20))
    values = st.floats(-100, 100).map(lambda value: round(value, 3))
    x = draw(arrays.arrays(float, n_samples, elements=values, unique=True))
    return x, draw(arrays.arrays(float, n_samples, elements=values))


@given(points())
def test_fit_line_has_misses_that_add_to_zero_and_do_not_lean(sample):
    x, y = sample
    line = fit_line(x, y)
    misses = y - line.intercept - line.slope * x
    scale = 1 + abs(line.slope) * np.abs(x).max() + np.abs(y).max()
    assert abs(misses.sum()) <= 1e-9 * len(x) * scale
    assert abs(misses @ (x - x.mean())) <= 1e-9 * len(x) * scale * (1 + np.abs(x).max())


@given(points(), st.floats(-1, 1), st.floats(-100, 100))
def test_no_other_line_misses_by_less(sample, turn, lift):
    x, y = sample
    line = fit_line(x, y)

    def squares(slope, intercept):
        return np.sum((y - intercept - slope * x) ** 2)

    best = squares(line.slope, line.intercept)
    assert best <= squares(line.slope + turn, line.intercept + lift) + 1e-9 * (1 + np.sum(y**2))


@given(points(), st.floats(0.01, 100), st.floats(-100, 100))
def test_other_units_change_the_slope_and_no_prediction(sample, unit, shift):
    x, y = sample
    before, after = fit_line(x, y), fit_line(unit * x + shift, y)
    predictions = before.intercept + before.slope * x
    again = after.intercept + after.slope * (unit * x + shift)
    scale = 1 + abs(before.slope) * (np.abs(x).max() + abs(shift) / unit) + np.abs(y).max()
    assert np.allclose(again, predictions, rtol=0, atol=1e-7 * scale)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([2, 2, 2], [1, 2, 3], ValueError, "got 3 times 2. Predict the mean of y instead"),
        ([5], [1], ValueError, "x must hold two different values"),
        ([1, 2], [1, 2, 3], ValueError, r"y must have shape \(2,\); got shape \(3,\)"),
        ([[1], [2]], [1, 2], ValueError, r"x must have shape \(n_samples,\)"),
        ([1, np.nan], [1, 2], ValueError, "x must be finite; got 1 NaN"),
        ([1, 2], ["a", "b"], TypeError, "y must be an array of real numbers"),
    ],
)
def test_fit_line_says_what_it_needs(x, y, error, message):
    with pytest.raises(error, match=message):
        fit_line(x, y)
