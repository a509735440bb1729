"""Intervals for a proportion against SciPy, enumeration and exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from mlmath_lib.statistics import (
    margin_of_error,
    wald_interval,
    wilson_interval,
)

CONFIDENCES = st.floats(0.5, 0.999)


COUNTS = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


class TestIntervals:
    """Wald from its formula, Wilson against SciPy and its definition."""

    @given(COUNTS, CONFIDENCES)
    def test_wilson_scipy(self, counts, confidence):
        reference = stats.binomtest(*counts).proportion_ci(confidence, method="wilson")
        interval = wilson_interval(*counts, confidence=confidence)
        assert_allclose(interval, reference, rtol=1e-12, atol=1e-14)

    @given(COUNTS, CONFIDENCES)
    def test_wilson_ends_solve_the_equation(self, counts, confidence):
        successes, n = counts
        z = stats.norm.ppf((1 + confidence) / 2)
        for end in wilson_interval(successes, n, confidence=confidence):
            distance = (successes / n - end) ** 2
            assert_allclose(distance, z**2 * end * (1 - end) / n, rtol=1e-9, atol=1e-15)

    @given(COUNTS, CONFIDENCES)
    def test_yes_and_no_are_mirror_images(self, counts, confidence):
        successes, n = counts
        for interval in (wald_interval, wilson_interval):
            yes = interval(successes, n, confidence=confidence)
            no = interval(n - successes, n, confidence=confidence)
            assert_allclose([yes.low, yes.high], [1 - no.high, 1 - no.low], atol=1e-14)

    @given(COUNTS)
    def test_wald_is_estimate_and_margin(self, counts):
        successes, n = counts
        low, high = wald_interval(successes, n)
        spread = np.array([1] * successes + [0] * (n - successes)).std()
        assert_allclose((low + high) / 2, successes / n, atol=1e-14)
        margin = margin_of_error(spread, n) if spread > 0 else 0
        assert_allclose((high - low) / 2, margin, atol=1e-14)

    def test_wald_agrees_with_wilson_for_many_answers(self):
        wald, wilson = (f(3 * 10**9, 10**10) for f in (wald_interval, wilson_interval))
        assert_allclose(wald, wilson, rtol=1e-9)

    def test_ends(self):
        for n in (1, 7, 100, 10**6):
            assert wilson_interval(0, n).low == 0
            assert wilson_interval(n, n).high == 1
            assert wald_interval(0, n) == (0, 0)
        assert wald_interval(1, 10).low < 0

    @pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.99])
    def test_no_end_is_above_one(self, confidence):
        n = np.arange(1, 60)  # for some of them the formula's last rounding is upward
        assert (wilson_interval(n, n, confidence=confidence).high <= 1).all()

    def test_small_rates_keep_their_digits(self):
        # Solved with fractions: 1 success in 10^9; the low end is about 1.8e-10.
        z = Fraction(float(stats.norm.ppf(0.975)))
        low = Fraction(float(wilson_interval(1, 10**9).low))
        n = 10**9
        residual = (1 - n * low) ** 2 - z**2 * n * low * (1 - low)
        assert abs(float(residual)) < 1e-13

    def test_the_low_end_keeps_its_digits_far_out(self):
        # 1 of 10^9 with z = 7: z^2 + 2 and the root of z^4 + 4 z^2 agree in three digits.
        confidence = 1 - 2**-39
        with mp.workdps(40):
            z = mp.sqrt(2) * mp.erfinv(confidence)
            n = mp.mpf(10) ** 9
            spread = z * mp.sqrt(z**2 + 4 * (n - 1) / n)
            expected = float((2 + z**2 - spread) / (2 * (n + z**2)))
        low = wilson_interval(1, 10**9, confidence=confidence).low
        assert_allclose(low, expected, rtol=5e-15)

    def test_broadcasts(self):
        counts = np.array([[0, 3], [5, 10]])
        interval = wilson_interval(counts, [10, 20])
        assert interval.low.shape == (2, 2)
        assert_array_equal(interval.low[1, 1], wilson_interval(10, 20).low)
        assert wald_interval(counts, 10).high.shape == (2, 2)

    @pytest.mark.parametrize("interval", [wald_interval, wilson_interval])
    def test_errors(self, interval):
        with pytest.raises(ValueError, match=r"successes and n must have shapes that broadcast"):
            interval([1, 2], [5, 6, 7])
        with pytest.raises(ValueError, match=r"successes must be at most n; got 11 of 10"):
            interval([10, 11], 10)  # all of them is no mistake
        with pytest.raises(ValueError, match=r"successes must be whole numbers >= 0; got -1"):
            interval(-1, 10)
        with pytest.raises(TypeError, match=r"successes must be whole numbers >= 0; got 0\.4"):
            interval(0.4, 10)
        with pytest.raises(ValueError, match=r"n must be whole numbers >= 1; got 0"):
            interval(0, 0)
        with pytest.raises(ValueError, match=r"confidence must be a number between 0 and 1.*got 0"):
            interval(4, 10, confidence=0)
