"""Taylor polynomials against SymPy's series, NumPy's polynomials and closed forms."""

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import approximate_taylor_polynomial

from mlmath_lib.calculus import (
    symbolic_taylor_coefficients,
    taylor_coefficients,
    taylor_error_bound,
    taylor_polynomial,
)

X = sp.Symbol("x", real=True)
EXPRESSIONS = {
    "nested": sp.exp(sp.sin(X)),
    "rational": 1 / (1 + X**2),
    "logistic": 1 / (1 + sp.exp(-X)),
    "root": sp.sqrt(2 + X),
}
numbers = st.floats(-4, 4, allow_nan=False)


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("center", [0, sp.Rational(1, 3), -1])
def test_coefficients_are_those_of_sympys_series(name, center):
    expression = EXPRESSIONS[name]
    found = symbolic_taylor_coefficients(expression, center, 6)
    series = sp.series(expression, X, center, 7).removeO().subs(X, X + center)
    expected = [float(series.expand().coeff(X, k)) for k in range(7)]
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-16)
    exact = [float(sp.diff(expression, X, k).subs(X, center)) for k in range(7)]
    np.testing.assert_allclose(taylor_coefficients(exact), expected, rtol=1e-13, atol=1e-16)


def test_scipys_fit_of_a_taylor_polynomial_agrees_roughly():
    fitted = approximate_taylor_polynomial(lambda x: np.exp(np.sin(x)), 0.5, 4, 0.5, order=8)
    found = symbolic_taylor_coefficients(EXPRESSIONS["nested"], 0.5, 4)
    np.testing.assert_allclose(found, fitted.coeffs[::-1], atol=5e-4)


def test_known_series_to_the_last_digit():
    factorials = [1 / math.factorial(k) for k in range(20)]
    np.testing.assert_allclose(taylor_coefficients(np.ones(20)), factorials, rtol=1e-15)
    np.testing.assert_array_equal(symbolic_taylor_coefficients(sp.exp(X), 0, 19), factorials)
    harmonic = [0.0, *((-1) ** (k + 1) / k for k in range(1, 25))]
    np.testing.assert_array_equal(symbolic_taylor_coefficients(sp.log(1 + X), 0, 24), harmonic)
    np.testing.assert_array_equal(symbolic_taylor_coefficients(sp.Integer(3), 1.5, 2), [3, 0, 0])
    # Beyond 170! no float holds the factorial; the coefficient is zero, not an error.
    assert taylor_coefficients(np.ones(200))[-1] == 0


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 4])
def test_the_remainder_has_order_degree_plus_one(name, degree):
    function = sp.lambdify(X, EXPRESSIONS[name])
    coefficients = symbolic_taylor_coefficients(EXPRESSIONS[name], 0.45, degree)
    distances = 0.005 * np.array([1, 2, 4])
    errors = function(0.45 + distances) - taylor_polynomial(
        coefficients, 0.45 + distances, center=0.45
    )
    order = np.polyfit(np.log(distances), np.log(np.abs(errors)), 1)[0]
    assert order == pytest.approx(degree + 1, abs=0.25)
    next_one = symbolic_taylor_coefficients(EXPRESSIONS[name], 0.45, degree + 1)[-1]
    assert errors[0] == pytest.approx(next_one * 0.005 ** (degree + 1), rel=0.2)


@given(numbers, st.integers(0, 12))
def test_the_bound_holds_for_exponential_and_sine_and_is_not_wasteful(x, degree):
    centre = 0.5
    largest = np.exp(max(x, centre))
    derivatives = np.full(degree + 1, np.exp(centre))
    value = taylor_polynomial(taylor_coefficients(derivatives), x, center=centre)
    bound = taylor_error_bound(largest, x - centre, degree)
    error = abs(np.exp(x) - value)
    assert error <= bound + 1e-12
    smallest = np.exp(min(x, centre))
    assert error >= bound * smallest / largest - 1e-12  # Lagrange: it is f^(n+1) somewhere
    turning = np.array([np.sin(centre + k * np.pi / 2) for k in range(degree + 1)])
    value = taylor_polynomial(taylor_coefficients(turning), x, center=centre)
    assert abs(np.sin(x) - value) <= taylor_error_bound(1.0, x - centre, degree) + 1e-12


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=7), numbers, numbers)
def test_a_polynomial_is_its_own_taylor_polynomial_around_any_centre(coefficients, center, x):
    polynomial = np.polynomial.Polynomial(coefficients)
    derivatives = [
        polynomial.deriv(k)(center) if k else polynomial(center) for k in range(len(coefficients))
    ]
    value = taylor_polynomial(taylor_coefficients(derivatives), x, center=center)
    assert value == pytest.approx(polynomial(x), abs=1e-11 * 9 * 8.0 ** len(coefficients))


def test_horner_is_numpys_and_keeps_shapes():
    coefficients = np.array([0.5, -1.0, 2.0, 0.25])
    x = np.linspace(-2, 3, 12).reshape(3, 4)
    expected = np.polynomial.polynomial.polyval(x - 1.5, coefficients)
    np.testing.assert_allclose(taylor_polynomial(coefficients, x, center=1.5), expected)
    assert type(taylor_polynomial([1, 2], 3)) is float
    assert taylor_polynomial([1.0], np.zeros((0,))).shape == (0,)
    two = np.column_stack([coefficients, coefficients[::-1]])
    together = taylor_polynomial(two, 0.3)
    for n in range(2):
        assert together[n] == pytest.approx(taylor_polynomial(two[:, n], 0.3))
    np.testing.assert_allclose(taylor_coefficients(two)[:, 0], taylor_coefficients(coefficients))


def test_the_bound_is_the_formula_and_does_not_overflow():
    distances = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_allclose(
        taylor_error_bound(2.0, distances, 4), 2 * np.abs(distances) ** 5 / 120
    )
    assert type(taylor_error_bound(1, 1, 0)) is float
    assert 0 < taylor_error_bound(1.0, 100.0, 300) < 1e-10
    assert taylor_error_bound(np.ones(3), 0.5, 2).shape == (3,)


def test_taylor_functions_name_each_mistake():
    with pytest.raises(
        ValueError, match=r"derivatives must have shape \(degree \+ 1, \.\.\.\); got shape \(0,"
    ):
        taylor_coefficients([])
    with pytest.raises(ValueError, match="derivatives must be finite; got 1 NaN"):
        taylor_coefficients([1.0, np.inf])
    with pytest.raises(TypeError, match="derivatives must be an array of real numbers"):
        taylor_coefficients(["a"])
    with pytest.raises(
        ValueError, match=r"coefficients must have shape \(degree \+ 1, \.\.\.\); got shape \(\)"
    ):
        taylor_polynomial(1.0, 0.0)
    with pytest.raises(ValueError, match="x must be finite"):
        taylor_polynomial([1.0], np.nan)
    with pytest.raises(TypeError, match="center must be a finite number"):
        taylor_polynomial([1.0], 0.0, center=[0.0])
    with pytest.raises(
        ValueError, match=r"largest must be >= 0, to bound the size of a derivative; got -1"
    ):
        taylor_error_bound(-1.0, 0.5, 2)
    with pytest.raises(ValueError, match="degree must be a whole number >= 0; got -1"):
        taylor_error_bound(1.0, 0.5, -1)
    with pytest.raises(ValueError, match="distance must be finite"):
        taylor_error_bound(1.0, np.inf, 2)


def test_symbolic_coefficients_name_each_mistake():
    with pytest.raises(TypeError, match="expression must be a SymPy expression; got <ufunc 'sin'"):
        symbolic_taylor_coefficients(np.sin, 0, 3)
    with pytest.raises(
        ValueError, match=r"expression must have one symbol; got a, x\. Put numbers"
    ):
        symbolic_taylor_coefficients(sp.Symbol("a") * X, 0, 3)
    with pytest.raises(TypeError, match=r"degree must be a whole number >= 0; got 2\.5"):
        symbolic_taylor_coefficients(sp.sin(X), 0, 2.5)
    with pytest.raises(TypeError, match="center must be a finite number; got 'zero'"):
        symbolic_taylor_coefficients(sp.sin(X), "zero", 2)
    with pytest.raises(ValueError, match=r"must have 2 derivatives at center; number 1 is .* at x"):
        symbolic_taylor_coefficients(sp.sqrt(X), 0, 2)
    with pytest.raises(ValueError, match="must have 2 derivatives at center; number 0 is nan"):
        symbolic_taylor_coefficients(sp.sin(X) / X, 0, 2)
    with pytest.raises(ValueError, match=r"number 0 is .*I at x = -1"):
        symbolic_taylor_coefficients(sp.log(X), -1, 2)


def test_polynomials_that_do_not_fit_the_places_are_named():
    message = r"each of coefficients and x must have shapes that broadcast; got \(3,\) and \(2,\)"
    with pytest.raises(ValueError, match=message):
        taylor_polynomial(np.ones((2, 3)), np.ones(2))
    with pytest.raises(ValueError, match="largest and distance must have shapes that broadcast"):
        taylor_error_bound([1.0, 2.0], [1.0, 2.0, 3.0], 1)
