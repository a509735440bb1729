"""Each unfit argument is told the requirement, what came, and a remedy."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmath_lib._validation import (
    require_array,
    require_axis,
    require_broadcastable,
    require_callable,
    require_count,
    require_counts,
    require_each,
    require_function,
    require_number,
    require_positive,
)

SHAPE = ("n_samples", "n_features")

MASKED = np.ma.masked_values([[1.0], [999.0]], 999.0)
NOT_NUMBERS = [  # the value, the error, and what the message says after the requirement
    (None, TypeError, r"got None\. Is a return missing\?"),
    ("5", TypeError, r"got '5'\. If it is numbers written as text, read it with np\.asarray"),
    (b"5", TypeError, "got b'5'. If it is numbers"),
    ([["1"], ["2"]], TypeError, r"got \[\['1'\], .*numbers written as text"),
    ([[1], ["a"]], TypeError, "numbers written as text"),
    (np.array([1, "2"], dtype=object), TypeError, "numbers written as text"),
    (pd.DataFrame({"a": ["1", "2", "30"]}), TypeError, "numbers written as text"),
    (pd.DataFrame({"a": [1.5, 2.5], "b": ["1", "2"]}), TypeError, "numbers written as text"),
    ([[1], [1, 2]], TypeError, r"got \[\[1\], \[1, 2\]\]\. Its rows must have one length"),
    ([[1, None]], TypeError, r"got \[\[1, None\]\]\. Drop or fill in what is missing first"),
    (pd.DataFrame({"a": [1, pd.NA]}, dtype=object), TypeError, "<NA>"),
    (np.array([1.0, np.ma.masked], dtype=object), TypeError, "fill in what is missing first"),
    (MASKED, ValueError, r"got masked ones among them\. .*with compressed\(\) or filled\(\)"),
    ([MASKED[:, 0], [1.0, 2.0]], ValueError, "got masked ones among them"),
    ((1.0, [np.ma.masked]), ValueError, "got masked ones among them"),
    (np.ma.masked, ValueError, "got masked ones among them"),
    (1j, TypeError, r"got 1j\. Take the real part first, if the imaginary one is rounding"),
    ([[1 + 0j]], TypeError, "Take the real part first"),
    (np.ones(2, dtype=np.complex64), TypeError, "Take the real part first"),
    (np.array([1.0, np.complex64(1j)], dtype=object), TypeError, "Take the real part first"),
    (np.array(["2020-01-01"], dtype="datetime64[D]"), TypeError, r"got array\(\['2020-01-01'\]"),
    ({1.0, 2.0}, TypeError, r"got \{1\.0, 2\.0\}$"),
    ([10**400], TypeError, r"got \[10000"),
]


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
        "value",
        [
            [Fraction(1, 2), Decimal("1.5")],
            np.array([0.5, 1.5], dtype=object),
            np.ma.array([0.5, 1.5]),  # nothing is masked
            [True, 0.5],
        ],
    )
    def test_other_real_numbers_pass(self, value):
        assert require_array("x", value, ("n",)).dtype == float

    @pytest.mark.parametrize(("value", "error", "message"), NOT_NUMBERS)
    def test_what_is_no_array_of_real_numbers_is_named_with_a_remedy(self, value, error, message):
        with pytest.raises(error, match=f"X must be an array of real numbers; .*{message}"):
            require_array("X", value, ...)

    @pytest.mark.parametrize(
        ("shape", "fits", "misfits"),
        [
            (("n",), [(1,), (3,)], [(), (0,), (1, 1)]),
            ((2, "n"), [(2, 1), (2, 3)], [(2,), (3, 2), (2, 0)]),
            (("n", "n"), [(1, 1), (3, 3)], [(2, 3), (0, 0)]),
            (("n", "m", "n"), [(2, 3, 2)], [(2, 2, 3), (2, 2)]),
            (("layers", 3, "rows", 2), [(1, 3, 4, 2)], [(1, 3, 4), (1, 2, 4, 2)]),
            ((..., "n"), [(3,), (1, 2), (4, 5, 6)], [(), (2, 0), (0, 2)]),
            ((3, ...), [(3,), (3, 1), (3, 4, 5)], [(), (2,), (4, 3), (3, 0)]),
            (("n", ..., "n"), [(2, 2), (2, 5, 6, 2)], [(2,), (2, 3), (2, 5, 3)]),
            ((), [()], [(1,), (0,)]),
            (..., [(), (0,), (3,), (2, 0, 4)], []),
            ([(), ("n",)], [(), (2,)], [(0,), (1, 1)]),
        ],
    )
    def test_a_shape_takes_what_it_says_and_nothing_else(self, shape, fits, misfits):
        for found in fits:
            assert require_array("X", np.zeros(found), shape).shape == found
        for found in misfits:
            with pytest.raises(ValueError, match="X must have shape"):
                require_array("X", np.zeros(found), shape)

    @pytest.mark.parametrize(
        ("value", "shape", "message"),
        [
            ([1, 2], SHAPE, r"got shape \(2,\)\. For one feature use X\[:, np\.newaxis\]$"),
            ([1, 2], ("n", 2), r"X must have shape \(n, 2\); got shape \(2,\)$"),
            (np.zeros((2, 2)), ("n",), r"X must have shape \(n,\); got shape \(2, 2\)$"),
            (np.zeros((0, 2)), SHAPE, r"\(n_samples, n_features\); got shape \(0, 2\)$"),
            (np.zeros((2, 3)), ("n", "n"), r"shape \(n, n\); got shape \(2, 3\)$"),
            (3.0, (..., "n"), r"X must have shape \(\.\.\., n\); got shape \(\)$"),
            ([[3.0]], [(), ("m",)], r"X must have shape \(\) or \(m,\); got shape \(1, 1\)$"),
            ([[1, np.nan], [np.inf, 0]], SHAPE, "finite; got 2 NaN or infinite values. Drop or"),
        ],
    )
    def test_an_unfit_array_is_named(self, value, shape, message):
        with pytest.raises(ValueError, match=message):
            require_array("X", value, shape)

    def test_what_is_not_finite_passes_where_it_has_a_meaning(self):
        values = np.array([np.nan, np.inf, -np.inf])
        assert require_array("X", values, ("n",), finite=False) is values


class TestBroadcastable:
    def test_they_keep_their_own_shapes(self):
        u, v = require_broadcastable(u=[[1], [2]], v=np.float32(3))
        assert (u.shape, v.shape, v.dtype) == ((2, 1), (), float)

    def test_shapes_that_do_not_fit_are_named(self):
        message = r"a, b and c must have shapes that broadcast; got \(2,\), \(\) and \(3,\)"
        with pytest.raises(ValueError, match=message):
            require_broadcastable(a=[1, 2], b=1, c=[1, 2, 3])

    def test_each_is_checked_by_its_own_name(self):
        with pytest.raises(ValueError, match="v must be finite"):
            require_broadcastable(u=1, v=[1, np.nan])


class TestNumbers:
    @pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2), np.array(2)])
    def test_a_number_of_any_kind_becomes_a_float(self, value):
        for require in (require_number, require_positive):
            number = require("step_size", value)
            assert type(number) is float
            assert number == 2

    @pytest.mark.parametrize(
        "value",
        ["2", np.array("2"), True, np.True_, [2], [[1], [1, 2]], np.ones(1), None, 1j]
        + [np.complex64(1), np.array(True), {}, 10**400],
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

    def test_a_masked_number_is_named(self):
        with pytest.raises(ValueError, match="step_size must be a finite number; got masked"):
            require_number("step_size", np.ma.masked)

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


class TestCounts:
    @pytest.mark.parametrize(
        "value", [3, [1, 2], np.array([[3]], dtype=np.uint8), np.array([], int)]
    )
    def test_whole_numbers_keep_their_shape_and_become_floats(self, value):
        counts = require_counts("n", value)
        assert counts.dtype == float
        np.testing.assert_array_equal(counts, value)

    @pytest.mark.parametrize("value", [2.0, [1.5, 2], True, [True, False]])
    def test_another_kind_is_named(self, value):
        with pytest.raises(
            TypeError, match=r"n must be whole numbers >= 1; got .* Round them first"
        ):
            require_counts("n", value)

    @pytest.mark.parametrize(("value", "error", "message"), NOT_NUMBERS)
    def test_what_is_no_number_is_named_with_a_remedy(self, value, error, message):
        with pytest.raises(error, match=f"n must be whole numbers >= 1; .*{message}"):
            require_counts("n", value)

    def test_the_first_one_below_the_minimum_is_named(self):
        assert require_counts("n", [0, 5], minimum=0).tolist() == [0, 5]
        with pytest.raises(ValueError, match=r"n must be whole numbers >= 0; got -2$"):
            require_counts("n", [3, -2, -7], minimum=0)


class TestEach:
    def test_entries_that_hold_come_back(self):
        array = np.array([0.0, 2.0])
        assert require_each("shares", array, array >= 0, ">= 0") is array

    def test_the_first_that_does_not_hold_is_named_with_the_remedy(self):
        array = np.array([[0.5, -0.25], [-3.0, np.nan]])
        with pytest.raises(ValueError, match=r"^shares must be >= 0; got -0\.25$"):
            require_each("shares", array, array >= 0, ">= 0")
        with pytest.raises(ValueError, match=r"shares must be >= 0; got nan\. Drop them$"):
            require_each("shares", array[1, 1], array[1, 1] >= 0, ">= 0", remedy="Drop them")


class TestAxis:
    def test_every_axis_passes_from_either_end(self):
        array = np.zeros((2, 3))
        assert [require_axis("axis", k, array) for k in (-2, -1, 0, np.int8(1))] == [-2, -1, 0, 1]

    @pytest.mark.parametrize("value", [1.0, True, "rows", None, (0, 1)])
    def test_another_kind_is_named(self, value):
        with pytest.raises(
            TypeError, match=r"axis must be a whole number from -2 to 1, for shape \(2, 3\)"
        ):
            require_axis("axis", value, np.zeros((2, 3)))

    @pytest.mark.parametrize("value", [2, -3])
    def test_an_axis_that_is_not_there_is_named(self, value):
        with pytest.raises(ValueError, match=rf"-2 to 1, for shape \(2, 3\); got {value}"):
            require_axis("axis", value, np.zeros((2, 3)))


class TestFunction:
    """A user's function meets copies, and what it returns is checked."""

    def test_it_returns_floats(self):
        count = require_function("count", lambda x: [len(x), 1], "two numbers", (2,))
        values = count(np.ones(3))
        assert values.dtype == float
        assert values.tolist() == [3, 1]

    def test_a_function_that_changes_its_arguments_changes_nothing_of_ours(self):
        def halve(x, y, k):
            x /= 2
            y[:] = 0
            return x[0] + y[0] + k

        x, y = np.ones(2), np.ones(2)
        assert require_function("f", halve, "one number", ())(x, y, 3) == 3.5
        assert x.tolist() == y.tolist() == [1, 1]

    def test_a_function_that_returns_one_array_again_and_again_is_safe(self):
        kept = np.zeros(1)

        def f(x):
            kept[0] = x[0]
            return kept

        checked = require_function("f", f, "an array", ("m",))
        first, second = checked(np.array([1.0])), checked(np.array([2.0]))
        assert (first, second) == (1, 2)

    @pytest.mark.parametrize(("value", "error", "message"), NOT_NUMBERS)
    def test_what_is_no_array_of_real_numbers_is_named_with_a_remedy(self, value, error, message):
        checked = require_function("gradient", lambda _: value, "an array of shape (2,)", ...)
        with pytest.raises(
            error, match=rf"gradient must return an array of shape \(2,\); .*{message}"
        ):
            checked(np.ones(2))

    def test_another_shape_is_named_with_the_remedy(self):
        checked = require_function("f", np.exp, "one number", (), remedy="Sum them")
        with pytest.raises(
            ValueError, match=r"f must return one number; got shape \(2,\)\. Sum them$"
        ):
            checked(np.ones(2))
        checked = require_function("f", np.exp, "one number", ())
        with pytest.raises(ValueError, match=r"f must return one number; got shape \(2,\)$"):
            checked(np.ones(2))

    def test_what_is_not_finite_is_refused_unless_it_has_a_meaning(self):
        message = (
            "f must be finite where it is called; got 1 NaN or infinite values. Look for the edge"
        )
        with pytest.raises(ValueError, match=message):
            require_function("f", lambda _: np.nan, "a number", ())(np.float64(1))
        ending = require_function("f", lambda _: np.inf, "a number", (), finite=False)
        assert ending(np.ones(1)) == np.inf

    @pytest.mark.parametrize("value", [None, 3, "abs"])
    def test_what_is_no_function_is_named(self, value):
        with pytest.raises(
            TypeError, match=f"f must be a function that returns one number; got {value!r}"
        ):
            require_function("f", value, "one number", ())


class TestCallable:
    def test_a_function_comes_back(self):
        assert require_callable("f", abs, "returns a loss") is abs

    @pytest.mark.parametrize("value", [None, 3, "abs"])
    def test_anything_else_is_named(self, value):
        message = f"f must be a function that returns a loss; got {value!r}"
        with pytest.raises(TypeError, match=message):
            require_callable("f", value, "returns a loss")
