"""Each operation against SymPy and differences, in both modes; what has no rule is refused."""

# ruff: noqa: ARG005  some functions of x are constants

import math

import numpy as np
import pytest
import sympy as sp
from scipy.special import expit

from mlmath_lib.calculus import (
    Tape,
    gradient,
    jacobian,
    jacobian_vector_product,
    value_and_gradient,
)
from mlmath_lib.calculus.differentiable_operations import SLOPES

RNG = np.random.default_rng(4)


def gradient_of(function):
    return lambda *x: value_and_gradient(function)(*x).gradient


def slopes_of(function, x):
    """Return the slope of an entry-by-entry function at each entry, by both modes."""
    forward = jacobian_vector_product(function, x, np.ones(np.shape(x))).product
    backward = gradient_of(lambda x: np.sum(function(x)))(x)
    np.testing.assert_allclose(forward, backward, rtol=1e-14, atol=1e-300)
    return forward


ONE_OPERAND = {
    "positive": (lambda x: +x, -2, 2),
    "negative": (lambda x: -x, -2, 2),
    "reciprocal": (lambda x: 1 / x, 0.2, 3),
    "square": (lambda x: x**2, -2, 2),
    "sqrt": (sp.sqrt, 0.2, 4),
    "exp": (sp.exp, -3, 3),
    "expm1": (lambda x: sp.exp(x) - 1, -3, 3),
    "log": (sp.log, 0.1, 5),
    "log2": (lambda x: sp.log(x, 2), 0.1, 5),
    "log10": (lambda x: sp.log(x, 10), 0.1, 5),
    "log1p": (lambda x: sp.log(1 + x), -0.8, 5),
    "sin": (sp.sin, -4, 4),
    "cos": (sp.cos, -4, 4),
    "tan": (sp.tan, -1.4, 1.4),
    "arcsin": (sp.asin, -0.9, 0.9),
    "arccos": (sp.acos, -0.9, 0.9),
    "arctan": (sp.atan, -4, 4),
    "sinh": (sp.sinh, -3, 3),
    "cosh": (sp.cosh, -3, 3),
    "tanh": (sp.tanh, -3, 3),
    "expit": (lambda x: 1 / (1 + sp.exp(-x)), -6, 6),
    "absolute": (sp.Abs, -2, 2),
}


TWO_OPERANDS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "logaddexp": lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
    "maximum": sp.Max,
    "minimum": sp.Min,
}


def numpy_function(name):
    return expit if name == "expit" else getattr(np, name)


def test_each_rule_is_tested():
    assert ONE_OPERAND.keys() | TWO_OPERANDS.keys() == SLOPES.keys()


@pytest.mark.parametrize("name", ONE_OPERAND)
def test_slopes_of_one_operand_are_sympys(name):
    symbolic, low, high = ONE_OPERAND[name]
    x = sp.Symbol("x", real=True)
    exact = sp.lambdify(x, sp.diff(symbolic(x), x) + 0 * x, "numpy")
    points = np.linspace(low, high, 12).reshape(3, 4)
    np.testing.assert_allclose(
        slopes_of(numpy_function(name), points), exact(points) * np.ones((3, 4)), rtol=1e-12
    )


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_slopes_of_two_operands_are_sympys_and_broadcast(name):
    x, y = sp.symbols("x y", positive=True)
    symbolic = TWO_OPERANDS[name](x, y)
    function = getattr(np, name)
    a, b = RNG.uniform(0.3, 3, size=(4, 1)), RNG.uniform(0.3, 3, size=(2, 1, 3))
    weights = RNG.normal(size=(2, 4, 3))
    found = gradient_of(lambda a, b: np.sum(weights * function(a, b)))(a, b)
    for variable, slopes, shape in [(x, found[0], a.shape), (y, found[1], b.shape)]:
        exact = sp.lambdify([x, y], sp.diff(symbolic, variable), "numpy")
        full = weights * np.vectorize(exact)(*np.broadcast_arrays(a, b))
        summed = full.sum((0, 2))[:, None] if shape == a.shape else full.sum(1, keepdims=True)
        np.testing.assert_allclose(slopes, summed, rtol=1e-12)


@pytest.mark.parametrize("other", [2, 2.5, np.float64(1.5), np.array([1.0, 2.0]), [3, 1]])
def test_operators_with_constants_on_either_side(other):
    x, other_array = np.array([0.7, 1.3]), np.asarray(other)
    np.testing.assert_allclose(slopes_of(lambda x: other + x - other, x), [1, 1])
    np.testing.assert_allclose(slopes_of(lambda x: other - x, x), [-1, -1])
    np.testing.assert_allclose(slopes_of(lambda x: other * x * other, x), other_array**2 + 0 * x)
    np.testing.assert_allclose(slopes_of(lambda x: other / x, x), -other_array / x**2)
    np.testing.assert_allclose(slopes_of(lambda x: x / other, x), 1 / other_array + 0 * x)
    power = slopes_of(lambda x: x**other, x)
    np.testing.assert_allclose(power, other_array * x ** (other_array - 1.0))
    exponential = slopes_of(lambda x: other**x, x)
    np.testing.assert_allclose(exponential, other_array**x * np.log(other_array))


SHAPES = [((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4))]


@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_products_of_matrices_agree_with_differences(left, right):
    a, b = RNG.normal(size=left), RNG.normal(size=right)
    weights = RNG.normal(size=(a @ b).shape)
    found = gradient_of(lambda a, b: np.sum(weights * (a @ b)))(a, b)
    assert [slopes.shape for slopes in found] == [left, right]
    by_a = gradient(lambda x: np.sum(weights * (x.reshape(left) @ b)), a.ravel())
    by_b = gradient(lambda x: np.sum(weights * (a @ x.reshape(right))), b.ravel())
    np.testing.assert_allclose(found[0].ravel(), by_a, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(found[1].ravel(), by_b, rtol=1e-7, atol=1e-8)


REARRANGED = {
    "sum": lambda x: x.sum() ** 2,
    "sum of rows": lambda x: np.sum(x, axis=1) ** 2,
    "sum kept": lambda x: x / np.sum(x**2, axis=0, keepdims=True),
    "sum of two axes": lambda x: np.sum(x.reshape(2, 3, 2), axis=(0, 2)) ** 3,
    "mean": lambda x: np.mean(x) * x,
    "mean of columns": lambda x: (x - x.mean(axis=0)) ** 2,
    "max": lambda x: np.max(x) * x,
    "max of rows": lambda x: x.max(axis=1, keepdims=True) - np.amax(x, axis=1).reshape(3, 1) * x,
    "reshape": lambda x: x.reshape(4, 3) @ x,
    "reshape, written otherwise": lambda x: np.reshape(x, (2, 6)) ** 2,
    "ravel": lambda x: np.ravel(x) ** 2,
    "transpose": lambda x: x.T @ x,
    "transpose of three axes": lambda x: np.transpose(x.reshape(2, 3, 2), (2, 0, -2)) ** 2,
    "row": lambda x: x[1] * x,
    "entry": lambda x: x[1, -1] * x[0, 0],
    "slice": lambda x: x[1:, ::2] ** 2,
    "rows, one twice": lambda x: x[[0, 2, 0]] ** 2,
    "mask": lambda x: x[np.arange(12).reshape(3, 4) % 5 < 2] ** 2,
    "entries of rows": lambda x: np.exp(x[np.arange(3), [3, 0, 1]]),
    "new axis": lambda x: x[:, np.newaxis] - x[np.newaxis],
    "stack": lambda x: np.stack([x[0], x[1] * x[2], np.ones(4)], axis=1) ** 2,
    "concatenate": lambda x: np.concatenate([x, np.ones((3, 1)), x[:, :2] ** 2], axis=1) ** 2,
    "concatenate, flattened": lambda x: np.concatenate([x, x[0] ** 2], axis=None) ** 2,
    "where": lambda x: np.where(x > 0, x**2, 3 * x),
    "where, a constant": lambda x: np.where(x > 0, np.exp(x), 0),
    "iteration": lambda x: sum(row * x[0] for row in x),
}


@pytest.mark.parametrize("name", REARRANGED)
def test_rearrangements_agree_with_differences_in_both_modes(name):
    function, x = REARRANGED[name], RNG.normal(size=(3, 4))
    value = np.asarray(function(x))
    weights, vector = RNG.normal(size=value.shape), RNG.normal(size=x.shape)

    def flat(x):
        return np.ravel(function(x.reshape(3, 4)))

    by_differences = jacobian(flat, x.ravel())
    forward = jacobian_vector_product(function, x, vector)
    np.testing.assert_allclose(forward.value, value, rtol=1e-14)
    expected = (by_differences @ vector.ravel()).reshape(value.shape)
    np.testing.assert_allclose(forward.product, expected, rtol=1e-7, atol=1e-8)
    backward = gradient_of(lambda x: np.sum(weights * function(x)))(x)
    assert backward.shape == x.shape
    expected = by_differences.T @ weights.ravel()
    np.testing.assert_allclose(backward.ravel(), expected, rtol=1e-7, atol=1e-8)
    # Each mode is the transpose of the other.
    assert np.sum(weights * forward.product) == pytest.approx(np.sum(backward * vector), rel=1e-12)


def test_values_at_kinks_are_the_mean_of_both_sides():
    zero = np.zeros(1)
    assert slopes_of(np.abs, zero) == 0
    assert slopes_of(lambda x: np.maximum(0, x), zero) == 0.5
    assert slopes_of(lambda x: np.minimum(x, 0), zero) == 0.5
    assert slopes_of(lambda x: np.where(x > 0, x, 0), zero) == 0
    np.testing.assert_allclose(gradient_of(np.max)([1.0, 3, 3, 3]), [0, 1 / 3, 1 / 3, 1 / 3])


def test_powers_at_zero_where_they_have_a_slope():
    np.testing.assert_array_equal(slopes_of(lambda x: x**2, [0.0]), [0])
    np.testing.assert_array_equal(slopes_of(lambda x: x**1, [0.0]), [1])
    np.testing.assert_array_equal(slopes_of(lambda x: x**0, [0.0]), [0])
    np.testing.assert_array_equal(slopes_of(lambda x: x**1.5, [0.0]), [0])
    assert gradient_of(lambda x: 0.0**x)(2.0) == 0


def test_a_constant_that_changes_later_changes_no_derivative():
    def function(x):
        A = np.array([2.0, 3.0])
        y = np.sum(A * x) ** 2
        A *= 100
        index = np.array([0])
        z = x[index]
        index[0] = 1
        return y + np.sum(z)

    np.testing.assert_allclose(gradient_of(function)([1.0, 1.0]), [21, 30])


def test_what_stands_for_an_array_tells_its_shape():
    x = Tape().variable(np.ones((2, 3)))
    assert (x.shape, x.ndim, x.size, len(x), np.shape(x), np.ndim(x)) == (
        (2, 3),
        2,
        6,
        2,
        (2, 3),
        2,
    )
    assert (x == 1).all()
    assert np.argmax(x) == 0
    assert bool(x[0, 0])
    assert repr(x[0]) == "Variable([1.0, 1.0, 1.0])"


PLAIN = np.zeros(2)


def in_place(x):
    x += 1


def entry_in_place(x):
    x[0] = 1.0


def into_a_plain_array(x):
    PLAIN.__iadd__(x)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda x: np.floor(x).sum(), TypeError, r"floor has no rule .*there are rules for absol"),
        (np.linalg.norm, TypeError, r"norm has no rule .* Write the function with these"),
        (lambda x: np.add.reduce(x), TypeError, r"add must be called with its operands alone"),
        (lambda x: np.exp(x, where=[True, False]), TypeError, r"alone; .* options \['where'\]"),
        (in_place, TypeError, r"must not be changed in place.* Write x = x \+ step for x \+= step"),
        (entry_in_place, TypeError, r"must not be changed in place.*np.where or np.stack"),
        (into_a_plain_array, TypeError, r"must not be changed in place"),
        (lambda x: math.exp(x[0]), TypeError, r"must not become a plain float.*write np.exp\(x\)"),
        (lambda x: np.array(x), TypeError, r"must not become a plain array.*x\.value"),
        (lambda x: np.array([x, x]), TypeError, r"For np.array\(\[x, y\]\) write np.stack"),
        (lambda x: (x + np.ones(3)).sum(), ValueError, r"of add must .*got \(2,\) and \(3,\)"),
        (lambda x: np.ones((4, 3)) @ x, ValueError, r"of matmul .*got \(4, 3\) and \(2,\)"),
        (lambda x: np.stack([x, x[:1]]), ValueError, r"of stack .*got \(2,\) and \(1,\)"),
        (lambda x: x * 1j, TypeError, r"an operand of multiply .* Take the real part"),
        (lambda x: x * np.ma.masked_equal([1.0, 9.0], 9.0), ValueError, r"got masked ones"),
        (lambda x: x * "2", TypeError, r"an operand of multiply .* got '2'"),
        (
            lambda x: None,
            TypeError,
            r"what function returns must .* got None. Is a return missing\?",
        ),
        (lambda x: "text", TypeError, r"what function returns must be an array of real numbers"),
    ],
)
def test_what_cannot_be_differentiated_is_refused_in_both_modes(function, error, message):
    with pytest.raises(error, match=message):
        value_and_gradient(function)([1.0, 2.0])
    with pytest.raises(error, match=message):
        jacobian_vector_product(function, [1.0, 2.0], [1.0, 0.0])


def test_a_single_number_is_not_an_empty_sequence():
    with pytest.raises(TypeError, match="unsized"):
        value_and_gradient(lambda x: sum(row for row in x) + 0.0)(3.0)
    rows = value_and_gradient(lambda x: sum(np.sum(row) * k for k, row in enumerate(x)))
    np.testing.assert_array_equal(rows(np.ones((2, 2))).gradient, [[0, 0], [1, 1]])
