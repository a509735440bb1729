"""Each unfit argument is told the requirement, what came, and a remedy."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmath_lib._validation import (
    require_array,
    require_callable,
    require_count,
    require_number,
    require_positive,
)

SHAPE = ("n_samples", "n_features")


class TestArray:
    @pytest.mark.parametrize(
        "value", [[[1, 2]], np.ones((1, 2), dtype=np.float32), pd.DataFrame({"a": [1], "b": [2]})]
    )
    def test_it_returns_floats(self, value):
        array = require_array("X", value, SHAPE)
        assert array.dtype == float
        assert array.shape == (1, 2)

    def test_it_copies_nothing_that_fits(self):
        X = np.ones((2, 3))
        assert require_array("X", X, SHAPE) is X

    @given(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    def test_a_shape_of_names_takes_every_array_with_as_many_axes(self, shape):
        names = tuple("abc"[: len(shape)])
        assert require_array("X", np.zeros(shape), names).shape == tuple(shape)
        assert require_array("X", np.zeros(shape), tuple(shape)).shape == tuple(shape)

    @pytest.mark.parametrize(
        ("value", "shape", "error", "message"),
        [
            ("abc", SHAPE, TypeError, "X must be an array of numbers; got 'abc'"),
            ([[1], [1, 2]], SHAPE, TypeError, r"X must be an array of numbers; got \[\[1\]"),
            ([[1, "a"]], SHAPE, TypeError, "X must be an array of numbers"),
            ([[1j]], SHAPE, TypeError, "X must be an array of numbers"),
            ([["1"]], SHAPE, TypeError, "X must be an array of numbers"),
            ([1, 2], SHAPE, ValueError, r"got shape \(2,\). For one feature use X\[:, np.newaxis"),
            (np.zeros((2, 2)), ("n",), ValueError, r"X must have shape \(n,\); got shape \(2, 2\)"),
            (np.zeros((0, 2)), SHAPE, ValueError, r"\(n_samples, n_features\); got shape \(0, 2\)"),
            (np.zeros((2, 3)), ("n", 2), ValueError, r"shape \(n, 2\); got shape \(2, 3\)$"),
            (3.0, ("n",), ValueError, r"got shape \(\)"),
            ([[1, np.nan], [np.inf, 0]], SHAPE, ValueError, "X must be finite; got 2 NaN or inf"),
        ],
    )
    def test_an_unfit_array_is_named(self, value, shape, error, message):
        with pytest.raises(error, match=message):
            require_array("X", value, shape)

    def test_a_complex_array_is_not_cut_to_its_real_part(self):
        with pytest.raises(TypeError, match="X must be an array of numbers"):
            require_array("X", np.array([[1 + 1j]]), SHAPE)


class TestNumbers:
    @pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2), np.array(2)])
    def test_a_number_of_any_kind_becomes_a_float(self, value):
        for require in (require_number, require_positive):
            number = require("step_size", value)
            assert type(number) is float
            assert number == 2

    @pytest.mark.parametrize(
        "value", ["2", True, np.True_, [2], np.ones(1), None, 1j, np.complex64(1)]
    )
    def test_another_kind_is_named(self, value):
        with pytest.raises(TypeError, match="step_size must be a finite number; got "):
            require_number("step_size", value)
        with pytest.raises(TypeError, match="step_size must be a finite number > 0; got "):
            require_positive("step_size", value)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_no_finite_number_is_named(self, value):
        with pytest.raises(ValueError, match=f"step_size must be a finite number; got {value}"):
            require_number("step_size", value)
        with pytest.raises(ValueError, match="step_size must be a finite number > 0"):
            require_positive("step_size", value)

    @pytest.mark.parametrize("value", [0, -0.0, -1])
    def test_no_positive_number_is_named(self, value):
        with pytest.raises(ValueError, match=f"must be a finite number > 0; got {value}"):
            require_positive("step_size", value)

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_every_finite_number_comes_back(self, value):
        assert require_number("x", value) == value


class TestCount:
    @pytest.mark.parametrize("value", [1, np.int8(1), np.uint64(1)])
    def test_a_whole_number_becomes_an_int(self, value):
        assert type(require_count("n", value)) is int

    @pytest.mark.parametrize("value", [2.0, "2", True, np.True_, [2], None])
    def test_another_kind_is_named(self, value):
        with pytest.raises(TypeError, match="n must be a whole number >= 1; got "):
            require_count("n", value)

    @given(st.integers(-5, 5), st.integers(-5, 5))
    def test_the_minimum_is_the_least_that_passes(self, value, minimum):
        if value >= minimum:
            assert require_count("n", value, minimum=minimum) == value
        else:
            with pytest.raises(ValueError, match=f"whole number >= {minimum}; got {value}"):
                require_count("n", value, minimum=minimum)


class TestCallable:
    def test_a_function_comes_back(self):
        assert require_callable("f", abs, "returns a loss") is abs

    @pytest.mark.parametrize("value", [None, 3, "abs"])
    def test_anything_else_is_named(self, value):
        message = f"f must be a function that returns a loss; got {value!r}"
        with pytest.raises(TypeError, match=message):
            require_callable("f", value, "returns a loss")
