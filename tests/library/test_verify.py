"""An equation that does not hold raises, whatever form it comes in."""

import re
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from mlmath_lib.verify import verify

LABEL = "eq-demo-claim"
x, y = sp.symbols("x y")
n = sp.Symbol("n", integer=True)
p = sp.Symbol("p", positive=True)
g = sp.Symbol("g", negative=True)
k = sp.Symbol("k", integer=True, positive=True)
MATRIX = sp.Matrix([[x, y], [0, 1]])

finite = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 0.1)


def told(capsys, *arguments, **options):
    verify(LABEL, *arguments, **options)
    return capsys.readouterr().out.removeprefix(f"{LABEL}: ").removesuffix("\n")


def refused(message, *arguments, error=AssertionError, **options):
    with pytest.raises(error, match=message):
        verify(LABEL, *arguments, **options)


class TestSymbols:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((x + 1) ** 2, x**2 + 2 * x + 1),
            (sp.sin(x) ** 2 + sp.cos(x) ** 2, 1),
            (sp.sqrt(p**2), p),
            (sp.log(g**2), 2 * sp.log(-g)),
            (sp.cos(sp.pi * n), (-1) ** n),
            (sp.Derivative(x**3, x), 3 * x**2),
            (sp.Sum(k, (k, 1, n)), n * (n + 1) / 2),
            (MATRIX * MATRIX.adjugate(), MATRIX.det() * sp.eye(2)),
            (
                sp.diff(sp.Function("f")(x) * x, x),
                sp.Function("f")(x).diff(x) * x + sp.Function("f")(x),
            ),
        ],
    )
    def test_equal_sides_agree(self, capsys, left, right):
        assert told(capsys, left, right) == "both sides agree, symbolically and at 8 random points"

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (sp.Integral(sp.exp(-(x**2)), (x, -sp.oo, sp.oo)), sp.sqrt(sp.pi)),
            (sp.Limit((1 + 1 / x) ** x, x, sp.oo), sp.E),
            (sp.Sum(1 / sp.factorial(k), (k, 0, sp.oo)), sp.E),
        ],
    )
    def test_sides_without_symbols_agree_in_numbers(self, capsys, left, right):
        assert told(capsys, left, right) == "both sides agree, symbolically and in numbers"

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (x, y),
            (x, x + sp.Float(1e-13)),
            (sp.sqrt(x**2), x),  # holds for positive x only
            (sp.log(x**2), 2 * sp.log(x)),
            (sp.Abs(x), x),
            (sp.Piecewise((x, x < 100), (0, True)), x),  # differs outside of the random points
            (sp.Rational(1, 3), sp.Float(0.3333333)),
            (MATRIX, MATRIX.T),
            (sp.nan, sp.nan),
            (sp.oo, sp.oo),
            (1 / sp.Integer(0), x),
        ],
    )
    def test_unequal_sides_are_both_shown(self, left, right):
        refused(re.escape(f"left  = {left}\n  right = {right}\n  left - right simp"), left, right)

    @pytest.mark.parametrize(
        ("left", "right", "message"),
        [
            (MATRIX, sp.Matrix([x, y]), r"matching shapes; got \(2, 2\) and \(2, 1\)"),
            (MATRIX, x, r"matching shapes; got \(2, 2\) and \(\)"),
            (sp.Eq(x, 1), sp.true, "each side must be a SymPy expression or a Matrix of them"),
            (sp.Lambda(x, x**2), x, "got Lambda"),
            (sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("A", 2, 2), "got MatrixSymbol"),
            (sp.Tuple(x), sp.Tuple(x), "got Tuple"),
            (sp.Matrix([1, 2]), np.array([1, 2]), "got|matching shapes"),
        ],
    )
    def test_unfit_sides_are_named(self, left, right, message):
        refused(message, left, right, error=ValueError)

    @pytest.mark.parametrize("relation", ["<=", ">=", "->", "~"])
    def test_other_relations_need_numbers(self, relation):
        refused("needs numbers; got a SymPy", x, x, relation=relation, error=ValueError)

    @settings(max_examples=10)
    @given(st.lists(st.integers(-5, 5), min_size=2, max_size=4))
    def test_a_product_of_roots_expands_and_another_root_does_not(self, roots):
        product = sp.prod(x - root for root in roots)
        verify(LABEL, product, sp.expand(product))
        refused("does not hold", product * (x - 1), sp.expand(product * (x - 2)))


class TestEqual:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (1, 1),
            (np.float32(0.5), 0.5),
            (np.int64(3), True * 3),
            ([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]])),
            ([2.0, 2.0], 2),
            (np.array(2.0), [2.0][0]),
            (1 + 1j, 1 + 1j),
            ([sp.Rational(1, 2), Fraction(1, 4)], [0.5, 0.25]),
            (1e20, 1e20 + 1e5),
        ],
    )
    def test_equal_numbers_agree(self, capsys, left, right):
        assert told(capsys, left, right).startswith("both sides agree within 1e-09")

    def test_it_counts_the_cases(self, capsys):
        assert told(capsys, np.zeros((2, 3)), 0) == "both sides agree within 1e-09 in 6 cases"

    def test_the_worst_case_is_shown(self):
        message = r"at index \(1, 0\):\n  left  = 9.0\n  right = 3.0\n  tolerance 1e-09"
        refused(message, [[1, 2.5], [9, 4]], [[1, 2], [3, 4]])

    @pytest.mark.parametrize(
        ("left", "right"),
        [(1, 2), (1j, -1j), (1 + 1e-8j, 1), ([1, 2], 1)],
    )
    def test_unequal_numbers_do_not_hold(self, left, right):
        refused("does not hold", left, right)

    @pytest.mark.parametrize(
        ("left", "right", "message"),
        [
            (np.nan, np.nan, "cannot be verified: left holds NaN or infinity"),
            (1.0, [np.nan], "cannot be verified: right holds NaN or infinity"),
            (np.inf, np.inf, "cannot be verified: left holds NaN or infinity"),
            ([1, -np.inf], [1, 2], "cannot be verified: left holds NaN or infinity"),
            (1.0, np.ma.masked_equal([1, 9], 9), "be verified: right holds masked entries"),
            ([], [], "cannot be verified: left holds no numbers"),
            (1.0, np.zeros((0, 3)), "cannot be verified: right holds no numbers"),
        ],
    )
    def test_nothing_to_compare_does_not_hold(self, left, right, message):
        refused(message, left, right)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (np.zeros((3, 1)), np.zeros(3)),
            (np.zeros(3), np.zeros((3, 1))),
            (np.zeros(3), np.zeros(1)),
            (np.zeros(3), np.zeros(2)),
            (np.zeros((2, 3)), np.zeros((3, 2))),
        ],
    )
    @pytest.mark.parametrize("relation", ["=", "<=", ">="])
    def test_other_shapes_are_not_broadcast(self, left, right, relation):
        refused("must have matching shapes; got", left, right, relation=relation, error=ValueError)

    @pytest.mark.parametrize(
        "side",
        ["1.5", ["1"], None, [1, None], {1}, {}, iter([1]), [[1, 2], [3]], object(), [x, 1]],
        ids=lambda side: type(side).__name__,
    )
    def test_what_is_no_number_is_named(self, side):
        refused("left must be numbers or a SymPy expression; got", side, 1, error=ValueError)
        refused("right must be numbers or a SymPy expression; got", 1, side, error=ValueError)

    @given(finite, st.floats(1e-12, 1e-2))
    def test_the_tolerance_is_relative_above_one_and_absolute_below(self, right, tolerance):
        bound = tolerance * max(1, abs(right))
        verify(LABEL, right + 0.9 * bound, right, tolerance=tolerance)
        refused("does not hold", right + 1.1 * bound + 1e-9, right, tolerance=tolerance)


class TestInequalities:
    @given(st.lists(finite, min_size=2), st.floats(0, 10))
    def test_both_directions_mirror_each_other(self, right, margin):
        right = np.array(right)
        verify(LABEL, right - margin, right, relation="<=")
        verify(LABEL, right + margin, right, relation=">=")
        refused("left <= right holds in 0 of", right + margin + 1, right, relation="<=")

    def test_one_number_bounds_many(self, capsys):
        assert told(capsys, 0, [0, 1, 2], relation="<=") == "left <= right holds in 3 of 3 cases"
        assert told(capsys, [0, 1, 2], 0, relation=">=") == "left >= right holds in 3 of 3 cases"

    def test_equality_up_to_rounding_is_within_the_bound(self, capsys):
        assert told(capsys, 0.1 + 0.2, 0.3, relation="<=") == "left <= right holds"

    def test_the_worst_case_is_shown(self):
        message = r"index \(2,\):\n  left  = 9.0\n  right = 3.0\n  left <= right holds in 1 of 3"
        refused(message, [1, 2.5, 9], [1, 2, 3], relation="<=")

    @pytest.mark.parametrize(("cases", "required"), [(95, 0.95), (7, 0.07), (29, 0.29), (57, 0.57)])
    def test_a_share_is_required_of_the_cases_to_the_last(self, capsys, cases, required):
        left = np.r_[np.zeros(cases), np.full(100 - cases, 2.0)]
        expected = f"holds in {cases} of 100 cases, at least {100 * required:g} % required"
        assert expected in told(capsys, left, 1, relation="<=", share=required)
        left[0] = 2
        message = f"holds in {cases - 1} of 100 cases, {100 * required:g} % required"
        refused(message, left, 1, relation="<=", share=required)

    def test_a_share_is_printed_as_it_was_required(self, capsys):
        shown = told(capsys, np.arange(1000), 998, relation="<=", share=0.995)
        assert shown.endswith("in 999 of 1000 cases, at least 99.5 % required")


class TestLimits:
    def test_a_sequence_that_approaches_its_limit_holds(self, capsys):
        terms = 2.0 ** -np.arange(40)
        expected = "40 terms approach the limit, the last within 1e-09"
        assert told(capsys, terms, 0, relation="->") == expected

    @pytest.mark.parametrize(
        "terms",
        [
            [1, 1, 1, 1],  # is there from the start
            [1.5, 1, 1],  # arrives and stays
            [1.5, 1.1, 1.2, 1 + 1e-12],  # goes back once
            [1.5, 1.4, 1.3],  # approaches something else
            [1, 2, 3],  # goes away
        ],
    )
    def test_a_sequence_that_does_not_approach_is_shown(self, terms):
        refused("limit = 1.0\n  errors = .*\n  they must shrink", terms, 1, relation="->")

    @pytest.mark.parametrize(
        ("terms", "limit"), [([1, 0.1], 0), (1, 0), ([[1, 0.5, 0.1]], 0), ([1, 0.5, 0.1], [0])]
    )
    def test_unfit_shapes_are_named(self, terms, limit):
        refused("a limit needs a sequence of", terms, limit, relation="->", error=ValueError)


class TestSamples:
    def test_a_true_mean_holds(self, capsys):
        sample = np.random.default_rng(7).normal(3, 1, size=400)
        expected = "the mean of 400 estimates lies within 4 standard errors of 5e-02 each"
        assert told(capsys, sample, 3, relation="~") == expected

    def test_a_false_mean_is_shown(self):
        sample = np.random.default_rng(7).normal(3, 1, size=400)
        refused(r"mean of 400 .*\n  right = 3.3\n  standard error = ", sample, 3.3, relation="~")

    def test_it_fails_a_true_mean_about_as_often_as_four_standard_errors_say(self):
        samples = np.random.default_rng(7).normal(size=(2000, 100))
        failures = 0
        for sample in samples:
            try:
                verify(LABEL, sample, 0, relation="~")
            except AssertionError:
                failures += 1
        assert failures <= 3

    @pytest.mark.parametrize("value", [0.1, 3])
    def test_equal_estimates_are_no_sample(self, value):
        refused("estimates must vary", np.full(40, value), value, relation="~", error=ValueError)

    @pytest.mark.parametrize(
        ("sample", "mean"), [(np.arange(29.0), 14), (np.eye(30), 0), (np.arange(40.0), [19.5])]
    )
    def test_unfit_shapes_are_named(self, sample, mean):
        refused("needs at least 30 estimates", sample, mean, relation="~", error=ValueError)


@pytest.mark.parametrize("label", ["", "sum", "ex-demo", None, 3])
def test_an_unfit_label_is_named(label):
    with pytest.raises(ValueError, match='label must be text such as "eq-topic-what"; got '):
        verify(label, 1, 1)


@pytest.mark.parametrize("relation", ["==", "<", None, ["="]])
def test_an_unknown_relation_is_named(relation):
    refused(
        "relation must be one of =, <=, >=, ->, ~; got", 1, 1, relation=relation, error=ValueError
    )


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf, "a", None, True])
def test_a_tolerance_that_passes_everything_or_nothing_is_refused(tolerance):
    refused("tolerance must be a finite number >= 0", 1, 2, tolerance=tolerance, error=ValueError)


@pytest.mark.parametrize("share", [0, -1, 95, np.nan])
def test_a_share_outside_of_zero_to_one_is_refused(share):
    refused("share must be a number above 0", 3, 1, relation="<=", share=share, error=ValueError)


def test_a_share_belongs_to_an_inequality():
    refused('share belongs to the relations "<=" and ">="', 1, 1, share=0.5, error=ValueError)


@pytest.mark.parametrize("relation", ["<=", ">=", "->", "~"])
def test_complex_numbers_have_no_order(relation):
    refused("needs real numbers; got complex", [1j] * 40, 1, relation=relation, error=ValueError)


class TestSmallSides:
    @pytest.mark.parametrize("relation", ["=", "<="])
    def test_a_difference_that_the_tolerance_would_hide_is_refused(self, relation):
        remedy = r"both sides are below the tolerance 1e-09.* 2\.0e-13\. Divide both by their size"
        refused(remedy, [1e-13, 0], [2e-13, 0], relation=relation, error=ValueError)

    def test_zero_is_a_claim(self, capsys):
        assert "both sides agree" in told(capsys, [1e-13, -1e-14], 0)

    def test_a_smaller_tolerance_sees_it(self):
        refused("does not hold", 1e-13, 2e-13, tolerance=1e-15)
