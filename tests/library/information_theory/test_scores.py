"""Softmax and its logarithm against SciPy and fifty digits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from mlmath_lib.information_theory import (
    log_softmax,
    softmax,
)

SCORES = arrays(
    float, array_shapes(min_dims=1, max_dims=3, max_side=6), elements=st.floats(-700, 700)
)


def test_arguments_stay_as_they_were():
    z = np.random.default_rng(3).normal(size=(5, 3))
    before = z.copy()
    softmax(z), log_softmax(z)
    assert_array_equal(z, before)


def test_softmax_agrees_with_scipy():
    z = 20 * np.random.default_rng(2).normal(size=(4, 50, 9))
    assert_allclose(softmax(z), special.softmax(z, axis=-1), rtol=1e-13)
    assert_allclose(log_softmax(z), special.log_softmax(z, axis=-1), rtol=1e-13, atol=1e-14)


def test_softmax_agrees_with_fifty_digits():
    z = [800.0, 0.0, -3.5, 799.0]
    with mp.workdps(50):
        total = sum(mp.exp(score) for score in z)
        shares = [mp.exp(score) / total for score in z]
        expected = [float(share) for share in shares]
        logarithms = [float(mp.log(share)) for share in shares]
    assert_allclose(softmax(z), expected, rtol=1e-13)
    assert_allclose(log_softmax(z), logarithms, rtol=1e-15)


@given(SCORES, st.floats(-1e3, 1e3))
def test_softmax_gives_distributions_and_ignores_a_shift(z, shift):
    shares = softmax(z)
    assert np.all(shares >= 0)
    assert_allclose(shares.sum(axis=-1), 1, rtol=1e-14)
    assert_allclose(softmax(z + shift), shares, rtol=1e-11, atol=1e-300)
    assert_allclose(np.exp(log_softmax(z)), shares, rtol=1e-12, atol=1e-300)


def test_gradient_of_the_loss_is_prediction_minus_label():
    rng = np.random.default_rng(4)
    z, label = rng.normal(size=6), np.eye(6)[2]
    step = 1e-5 * np.eye(6)
    slopes = [(log_softmax(z - h)[2] - log_softmax(z + h)[2]) / 2e-5 for h in step]
    assert_allclose(slopes, softmax(z) - label, atol=1e-10)


def test_the_likeliest_outcome_keeps_its_digits():
    with mp.workdps(50):
        expected = float(-mp.log1p(mp.exp(-40)))  # -4.2e-18, lost in the logarithm of a sum near 1
    assert log_softmax([40.0, 0.0])[0] == pytest.approx(expected, rel=1e-14)
    assert log_softmax([[40.0, 0.0], [1e4, 1e4 - 40]])[1, 0] == pytest.approx(expected, rel=1e-12)


def test_extreme_scores():
    assert_array_equal(softmax([1e308, -1e308]), [1, 0])
    assert_array_equal(log_softmax([1000, 0]), [0, -1000])
    assert_array_equal(softmax([0, -np.inf]), [1, 0])
    assert_array_equal(log_softmax([0, -np.inf]), [0, -np.inf])
    assert_array_equal(softmax([3]), [1])


@pytest.mark.parametrize("nothing", [1.0, [], np.ones((2, 0))])
def test_what_has_no_outcomes_is_refused(nothing):
    for function in (softmax, log_softmax):
        with pytest.raises(ValueError, match=r"z must have shape \(\.\.\., n_outcomes\)"):
            function(nothing)


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_scores_without_a_largest_are_refused(function):
    for row in ([0, np.nan], [0, np.inf], [-np.inf, -np.inf]):
        with pytest.raises(ValueError, match=r"z must hold no NaN and no \+inf, and a finite"):
            function([[1, 2], row])
