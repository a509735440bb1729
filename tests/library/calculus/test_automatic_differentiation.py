"""Automatic differentiation against hand derivatives, complex steps, differences and SciPy."""

# ruff: noqa: ARG005  some functions of x are constants

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen, rosen_der
from scipy.special import expit, logsumexp, softmax

from mlmath_lib.calculus import (
    Dual,
    Tape,
    check_gradient,
    gradient,
    jacobian_vector_product,
    value_and_gradient,
)
from mlmath_lib.calculus.automatic_differentiation import Variable

seeds = st.integers(0, 2**32 - 1)


RNG = np.random.default_rng(4)


def gradient_of(function):
    return lambda *x: value_and_gradient(function)(*x).gradient


def test_a_neuron_on_all_rows_has_the_gradient_derived_by_hand():
    rows, target = RNG.normal(size=(40, 3)), RNG.integers(2, size=40)
    w = RNG.normal(size=3)
    p = expit(rows @ w)
    by_hand = rows.T @ (2 * (p - target) * p * (1 - p)) / 40
    found = value_and_gradient(lambda w: np.mean((1 / (1 + np.exp(-(rows @ w))) - target) ** 2))(w)
    assert found.value == pytest.approx(np.mean((p - target) ** 2), rel=1e-14)
    np.testing.assert_allclose(found.gradient, by_hand, rtol=1e-13)


def test_softmax_regression_has_the_gradient_derived_by_hand():
    X, classes = RNG.normal(size=(30, 4)), RNG.integers(3, size=30)
    W, b = RNG.normal(size=(4, 3)), RNG.normal(size=3)

    def loss(W, b):
        scores = X @ W + b
        powers = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        p = powers / np.sum(powers, axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(30), classes]))

    value, (by_W, by_b) = value_and_gradient(loss)(W, b)
    back = (softmax(X @ W + b, axis=1) - np.eye(3)[classes]) / 30
    scores = X @ W + b
    assert value == pytest.approx(
        np.mean(logsumexp(scores, axis=1) - scores[np.arange(30), classes]), rel=1e-13
    )
    np.testing.assert_allclose(by_W, X.T @ back, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(by_b, back.sum(axis=0), rtol=1e-11, atol=1e-15)


def test_scipy_minimises_with_it():
    def valley(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    start = np.linspace(0.4, 1.6, 6)
    value, slopes = value_and_gradient(valley)(start)
    assert value == pytest.approx(rosen(start), rel=1e-14)
    np.testing.assert_allclose(slopes, rosen_der(start), rtol=1e-12, atol=1e-11)
    found = minimize(value_and_gradient(valley), start, jac=True)
    np.testing.assert_allclose(found.x, np.ones(6), atol=1e-4)
    assert check_gradient(valley, gradient_of(valley), start).agrees


def random_expression(rng, x, depth):
    """Return an expression of the numbers in x, for NumPy or SymPy by its arguments' kind."""
    if depth == 0:
        return x[rng.integers(len(x))] if rng.random() < 0.8 else float(rng.uniform(-2, 2))
    names = ["sin", "exp", "tanh", "arctan", "+", "-", "*", "/"]
    name = names[rng.integers(len(names))]
    first = random_expression(rng, x, depth - 1)
    if name in ("+", "-", "*", "/"):
        second = random_expression(rng, x, depth - 1)
        if name == "/":
            return first / (1.5 + second * second)
        return {"+": first + second, "-": first - second, "*": first * second}[name]
    if isinstance(first, sp.Basic):
        return {"sin": sp.sin, "exp": sp.exp, "tanh": sp.tanh, "arctan": sp.atan}[name](first)
    bound = (lambda u: u) if name != "exp" else np.tanh  # else e^(e^(e^x))
    return getattr(np, name)(bound(first))


@settings(max_examples=60)
@given(seed=seeds, depth=st.integers(1, 6))
def test_random_expressions_forward_is_backward_is_a_complex_step(seed, depth):
    x = np.random.default_rng(seed).uniform(-1.5, 1.5, size=3)
    vector = np.random.default_rng(seed + 1).normal(size=3)

    def function(x):
        return random_expression(np.random.default_rng(seed), x, depth)

    value, slopes = value_and_gradient(function)(x)
    assert value == pytest.approx(float(function(x)), rel=1e-14)
    # A step along the imaginary axis differentiates without a difference.
    exact = np.array([np.imag(function(x + 1e-30j * unit)) / 1e-30 for unit in np.eye(3)])
    scale = max(1, np.abs(exact).max())
    np.testing.assert_allclose(slopes, exact, rtol=1e-10, atol=1e-12 * scale)
    product = jacobian_vector_product(function, x, vector).product
    assert product == pytest.approx(slopes @ vector, rel=1e-10, abs=1e-12 * scale)


@settings(max_examples=25)
@given(seed=seeds)
def test_the_gradient_is_linear_and_obeys_product_and_chain_rule(seed):
    rng = np.random.default_rng(seed)
    x, A = rng.normal(size=4), rng.normal(size=(4, 4))
    a, b = rng.normal(size=2)

    def f(x):
        return np.sum(np.sin(A @ x) * x)

    def g(x):
        return np.mean(np.exp(x / 2)) + x[0] * x[3]

    (f_x, f_slopes), (g_x, g_slopes) = value_and_gradient(f)(x), value_and_gradient(g)(x)
    close = {"rtol": 1e-11, "atol": 1e-11}
    np.testing.assert_allclose(
        gradient_of(lambda x: a * f(x) + b * g(x))(x), a * f_slopes + b * g_slopes, **close
    )
    np.testing.assert_allclose(
        gradient_of(lambda x: f(x) * g(x))(x), g_x * f_slopes + f_x * g_slopes, **close
    )
    np.testing.assert_allclose(
        gradient_of(lambda x: np.tanh(f(x)))(x), (1 - np.tanh(f_x) ** 2) * f_slopes, **close
    )
    inner = gradient_of(lambda u: g(np.cos(u) + u**2))(x)
    outer = gradient_of(g)(np.cos(x) + x**2)
    np.testing.assert_allclose(inner, outer * (2 * x - np.sin(x)), **close)


@given(seed=seeds)
def test_polynomials_of_dual_numbers(seed):
    rng = np.random.default_rng(seed)
    polynomial = np.polynomial.Polynomial(rng.normal(size=rng.integers(1, 8)))
    a, b = rng.uniform(-2, 2, size=2)
    result = sum(c * Dual(a, b) ** k for k, c in enumerate(polynomial.coef))
    assert result.value == pytest.approx(polynomial(a), rel=1e-9, abs=1e-9)
    assert result.slope == pytest.approx(polynomial.deriv()(a) * b, rel=1e-9, abs=1e-9)


def test_loops_and_branches_are_differentiated_as_they_run():
    def debt(rate):
        left = 1000.0
        for month in range(24):
            left = left * (1 + rate / 12) - (30 if month < 12 else 50)
            if left < 700:
                left = left - 1
        return left

    def plain(rate):
        return np.array([debt(float(r)) for r in np.atleast_1d(rate)]).reshape(np.shape(rate))

    exact = gradient_of(debt)(0.05)
    assert exact == pytest.approx(gradient(lambda r: plain(r[0]), [0.05])[0], rel=1e-8)
    assert exact == pytest.approx(float(jacobian_vector_product(debt, 0.05, 1.0).product))


def test_constants_have_the_slope_zero():
    value, slopes = value_and_gradient(lambda x: 3.0 if x[0] == 0 else x[0])([0.0, 1.0])
    assert (value, slopes.tolist()) == (3.0, [0, 0])
    np.testing.assert_array_equal(gradient_of(lambda x, y: x @ x)([1.0, 2.0], [5.0])[1], [0])
    product = jacobian_vector_product(lambda x: np.ones((2, 2)), [1.0], [1.0]).product
    np.testing.assert_array_equal(product, np.zeros((2, 2)))


def test_dual_numbers_keep_their_own_copies():
    value, slope = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    x = Dual(value, slope)
    value[0] = slope[0] = 9.0
    assert repr(x) == "Dual([1.0, 2.0], [3.0, 4.0])"


def test_arguments_are_neither_changed_nor_aliased():
    x = np.array([1.0, 2.0])
    held = []

    def function(x):
        held.append(x.value)
        return x @ x

    slopes = gradient_of(function)(x)
    slopes[0] = x[0] = 7
    assert x.tolist() == [7, 2]
    assert held[0].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        held[0][0] = 1


def test_the_tape_is_short_and_freed():
    tapes, lengths = [], []
    for n in (10, 1000):
        X = RNG.normal(size=(n, 3))

        def loss(w, X=X):
            result = np.mean((X @ w) ** 2)
            tapes.append(result.tape)
            lengths.append(len(result.tape))
            return result

        value_and_gradient(loss)(np.ones(3))
    assert lengths[0] == lengths[1] <= 6
    assert [len(tape) for tape in tapes] == [0, 0]


def test_a_tape_used_by_hand():
    tape = Tape()
    x, y = tape.variable(3.0), tape.variable(2.0)
    z = x * y
    unused = np.exp(x)
    output = np.sin(z) + x
    assert list(tape) == ["a variable", "a variable", "multiply", "exp", "sin", "add"]
    by_x, by_y, by_z, by_unused = tape.gradient(output, [x, y, z, unused])
    assert by_x == pytest.approx(2 * np.cos(6) + 1)
    assert by_y == pytest.approx(3 * np.cos(6))
    assert by_z == pytest.approx(np.cos(6))
    assert by_unused == 0
    assert tape.gradient(output, [output]) == [1]


@pytest.mark.parametrize("function", [lambda x: 2 * x, lambda x: x[:1], lambda x: np.ones(2)])
def test_reverse_mode_wants_one_number(function):
    with pytest.raises(ValueError, match=r"must return one number, shape \(\); got shape \((1|2),"):
        value_and_gradient(function)([1.0, 2.0])


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: np.sqrt(np.sum(x**2)), "sqrt"),
        (lambda x: np.sum(x**0.5), "power"),
        (lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)), "sqrt"),
        (lambda x: np.sum(np.sqrt(x) ** 2), "sqrt"),
        (lambda x: np.sum(np.arcsin(x - 1)), "arcsin"),
    ],
)
def test_an_infinite_slope_is_an_error_that_names_its_operation(function, name):
    with pytest.raises(ValueError, match=rf"slopes must be finite.* back through {name} \(entry"):
        value_and_gradient(function)([0.0, 0.0])
    with pytest.raises(ValueError, match=r"slopes must be finite; got"):
        jacobian_vector_product(function, [0.0, 0.0], [1.0, 1.0])


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_value_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match=r"must return a finite number; got 1 NaN or infinite"):
        value_and_gradient(np.log)(0.0)
    with pytest.raises(ValueError, match=r"must return finite values; got 1 NaN or infinite"):
        jacobian_vector_product(np.log, [0.0, 1.0], [1.0, 1.0])


def test_tapes_and_modes_do_not_mix():
    def nested(x):
        return value_and_gradient(lambda u: np.sum(u * x))([1.0, 2.0]).value

    with pytest.raises(TypeError, match=r"must be variables of one tape; got two tapes"):
        value_and_gradient(nested)([1.0, 2.0])
    x = Tape().variable(1.0)
    with pytest.raises(TypeError, match="Dual and Variable must not meet in one operation"):
        _ = x + Dual(1.0, 1.0)
    with pytest.raises(TypeError, match="Dual and Variable must not meet in one operation"):
        _ = np.stack([Dual(1.0, 1.0), x])
    with pytest.raises(TypeError, match=r"a Variable of this tape is needed; got Variable\(1.0\)"):
        Tape().gradient(x, [x])
    with pytest.raises(TypeError, match=r"a Variable of this tape is needed; got 2.0"):
        x.tape.gradient(2.0, [x])
    with pytest.raises(TypeError, match=r"must belong to a tape. Write Tape\(\).variable\(value\)"):
        Variable()


def test_a_derivative_inside_a_derivative_is_refused_and_not_confused_with_it():
    def inner_slope(x, y=1.0):
        return jacobian_vector_product(lambda u: x + u, y, 1.0).product

    # d/dx of x d/du (x + u) is 1; were both slopes the same eps, it would be 2.
    with pytest.raises(TypeError, match=r"operands of add must be dual numbers of one derivative"):
        jacobian_vector_product(lambda x: x * inner_slope(x), 1.0, 1.0)
    with pytest.raises(TypeError, match=r"what function returns must be an array of real numbers"):
        jacobian_vector_product(
            lambda x: x * jacobian_vector_product(lambda u: x, 1.0, 1.0).product, 2.0, 1.0
        )
    with pytest.raises(TypeError, match=r"must not become a plain array"):
        jacobian_vector_product(lambda x: inner_slope(1.0, x), 1.0, 1.0)
    outer = jacobian_vector_product(lambda x: x * inner_slope(2.0), 3.0, 1.0)
    assert (outer.value, outer.product) == (3.0, 1.0)


def test_a_variable_is_not_used_after_its_tape_was_emptied():
    held = []
    value_and_gradient(lambda x: held.append(x) or x * x)(1.0)
    with pytest.raises(TypeError, match=r"operands of multiply must stand on their tape; .*Tape()"):
        _ = held[0] * 3


def test_unfit_arguments_are_refused():
    with pytest.raises(TypeError, match="function must be a function that returns one number"):
        value_and_gradient(3)
    with pytest.raises(TypeError, match="function must be a function that returns a number or"):
        jacobian_vector_product(3, 1.0, 1.0)
    with pytest.raises(ValueError, match=r"vector must have shape \(2,\); got shape \(3,\)"):
        jacobian_vector_product(np.sin, [1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"slope must have shape \(2,\); got shape \(\)"):
        Dual([1.0, 2.0], 1.0)
    with pytest.raises(ValueError, match=r"x must be finite; got 1 NaN"):
        value_and_gradient(np.sin)(np.nan)
    with pytest.raises(TypeError, match=r"x must be an array of real numbers"):
        value_and_gradient(np.sin)("one")
