"""Quadrature against SciPy, closed forms and polynomials, with measured orders."""

import numpy as np
import pytest
import scipy.integrate
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from mlmath_lib.calculus import integrate_samples, riemann_sum, simpson, trapezoid

SYMBOL = sp.Symbol("x", real=True)
# Each with a formula that np and sp share; none is special at the ends of [0, 1.5].
CURVES = {
    "exponential": lambda x, m: m.exp(x / 2),
    "rational": lambda x, _: 1 / (1 + x**2),
    "wave": lambda x, m: m.sin(3 * x + 1),
    "root": lambda x, m: m.sqrt(2 + x),
}
numbers = st.floats(-5, 5, allow_nan=False)


def left(function, a, b, n_strips):
    return riemann_sum(function, a, b, n_strips, point="left")


def right(function, a, b, n_strips):
    return riemann_sum(function, a, b, n_strips, point="right")


# The order of the error, the derivative whose difference at the ends leads it, the constant.
LEADING = [
    (left, 1, 0, 1 / 2),
    (right, 1, 0, -1 / 2),
    (riemann_sum, 2, 1, 1 / 24),
    (trapezoid, 2, 1, -1 / 12),
    (simpson, 4, 3, -1 / 180),
]
RULES = [rule for rule, *_ in LEADING]


def curve(name):
    return lambda x: CURVES[name](x, np)


def exact(name, a, b):
    return float(sp.integrate(CURVES[name](SYMBOL, sp), (SYMBOL, a, b)))


@pytest.mark.parametrize("name", CURVES)
def test_simpson_is_sympys_integral_and_scipys(name):
    expected = exact(name, 0, sp.Rational(3, 2))
    found = simpson(curve(name), 0, 1.5, 400)
    assert type(found) is float
    assert found == pytest.approx(expected, abs=1e-9)
    assert found == pytest.approx(scipy.integrate.quad(curve(name), 0, 1.5)[0], abs=1e-9)
    assert riemann_sum(curve(name), 0, 1.5, 4000) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(("rule", "order", "derivative", "constant"), LEADING)
def test_each_rule_has_the_order_and_the_error_it_claims(rule, order, derivative, constant, name):
    # Enough strips for one power to rule, few enough for rounding not to matter.
    n_strips = {1: 400, 2: 50, 4: 12}[order] * np.array([1, 2, 4])
    integral = exact(name, 0, sp.Rational(3, 2))
    errors = np.array([integral - rule(curve(name), 0, 1.5, n) for n in n_strips])
    measured = -np.polyfit(np.log(n_strips), np.log(np.abs(errors)), 1)[0]
    assert measured == pytest.approx(order, abs=0.05)
    slope = sp.lambdify(SYMBOL, sp.diff(CURVES[name](SYMBOL, sp), SYMBOL, derivative))
    leading = constant * (slope(1.5) - slope(0)) * (1.5 / n_strips[-1]) ** order
    assert errors[-1] == pytest.approx(leading, rel=0.02)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), numbers, numbers, st.integers(1, 6))
def test_rules_are_exact_for_polynomials_up_to_their_degree(coefficients, a, b, half):
    polynomial = np.polynomial.Polynomial(coefficients)
    expected = polynomial.integ()(b) - polynomial.integ()(a)
    exact_up_to = {riemann_sum: 1, trapezoid: 1, simpson: 3, left: 0, right: 0}
    for rule, degree in exact_up_to.items():
        if len(coefficients) - 1 <= degree:
            # Rounding grows with the largest of the summed values.
            scale = 1e-12 * (1 + sum(9 * 5.0**k for k in range(len(coefficients) + 1)))
            assert rule(polynomial, a, b, 2 * half) == pytest.approx(expected, abs=scale)


@pytest.mark.parametrize(
    ("rule", "degree"), [(left, 1), (right, 1), (riemann_sum, 2), (trapezoid, 2), (simpson, 4)]
)
def test_the_degree_above_is_not_exact(rule, degree):
    assert abs(rule(lambda x: x**degree, 0, 1, 2) - 1 / (degree + 1)) > 1e-3


@given(numbers, numbers, numbers, st.integers(1, 20))
def test_orientation_linearity_and_the_middle_end(a, b, factor, half):
    for rule in RULES:
        forward = rule(np.cos, a, b, 2 * half)
        mirrored = {left: right, right: left}.get(rule, rule)
        assert mirrored(np.cos, b, a, 2 * half) == pytest.approx(-forward, abs=1e-12)
        both = rule(lambda x: factor * np.cos(x) + x, a, b, 2 * half)
        line = rule(lambda x: x, a, b, 2 * half)
        assert both == pytest.approx(factor * forward + line, abs=1e-10)
        assert rule(np.cos, a, a, 2 * half) == 0


@given(st.integers(1, 40))
def test_the_rules_are_made_of_each_other(half):
    function = curve("wave")
    chords = trapezoid(function, 0, 1.5, 2 * half)
    mean = (left(function, 0, 1.5, 2 * half) + right(function, 0, 1.5, 2 * half)) / 2
    assert chords == pytest.approx(mean, abs=1e-13)
    pairs = 2 / 3 * riemann_sum(function, 0, 1.5, half) + trapezoid(function, 0, 1.5, half) / 3
    assert simpson(function, 0, 1.5, 2 * half) == pytest.approx(pairs, abs=1e-13)


def test_the_trapezoid_is_nearly_exact_over_a_period():
    expected = 2 * np.pi * scipy.special.i0(1)
    errors = [
        abs(trapezoid(lambda x: np.exp(np.cos(x)), 0, 2 * np.pi, n) - expected) for n in (4, 8, 16)
    ]
    assert errors[0] < 0.1
    assert errors[1] < 1e-5
    assert errors[2] < 1e-13


def test_several_functions_at_once():
    powers = np.arange(4)
    for rule in RULES:
        together = rule(lambda x: x[:, np.newaxis] ** powers, 0.5, 2.0, 6)
        assert together.shape == (4,)
        for power in powers:
            assert together[power] == pytest.approx(
                rule(lambda x, k=power: x**k, 0.5, 2.0, 6), rel=1e-14
            )


def test_the_function_may_change_its_argument():
    def spoiling(x):
        x *= x
        return x

    for rule in RULES:
        assert rule(spoiling, 0, 1, 10) == rule(np.square, 0, 1, 10)


# Uneven places


@given(
    st.lists(st.floats(0.1, 2), min_size=1, max_size=9), st.lists(st.integers(-9, 9), max_size=3)
)
def test_samples_agree_with_scipy_on_uneven_places(widths, coefficients):
    x = np.concatenate([[-1.0], -1.0 + np.cumsum(widths)])
    values = np.polynomial.Polynomial([1, *coefficients])(x)
    scale = 1e-12 * (1 + np.abs(values).max() * np.ptp(x))
    chords = integrate_samples(values, x)
    assert chords == pytest.approx(scipy.integrate.trapezoid(values, x), abs=scale)
    if len(widths) % 2 == 0:
        parabolas = integrate_samples(values, x, rule="simpson")
        # Narrow beside wide strips: large weights of both signs.
        assert parabolas == pytest.approx(scipy.integrate.simpson(values, x=x), abs=1e3 * scale)


def test_samples_on_an_even_grid_are_the_rules_for_functions():
    x = np.linspace(0, 1.5, 13)
    values = curve("wave")(x)
    for rule, function in {
        "left": left,
        "right": right,
        "trapezoid": trapezoid,
        "simpson": simpson,
    }.items():
        found = integrate_samples(values, x, rule=rule)
        assert type(found) is float
        assert found == pytest.approx(function(curve("wave"), 0, 1.5, 12), rel=1e-13)
        assert integrate_samples(values[::-1], x[::-1], rule="simpson") == pytest.approx(
            -integrate_samples(values, x, rule="simpson"), rel=1e-13
        )


def test_parabolas_over_uneven_places_are_exact_and_columns_are_independent():
    x = np.array([-1.0, -0.7, 0.4, 0.5, 2.0])
    values = np.column_stack([np.ones(5), x, x**2, np.cos(x)])
    found = integrate_samples(values, x, rule="simpson")
    np.testing.assert_allclose(found[:3], [3, 1.5, 3], atol=1e-13)
    assert found[3] == pytest.approx(integrate_samples(np.cos(x), x, rule="simpson"))
    assert integrate_samples(values.reshape(5, 2, 2), x).shape == (2, 2)


# Errors


def test_rules_name_each_mistake():
    for rule in RULES:
        with pytest.raises(TypeError, match="function must be a function that returns one value"):
            rule(3.0, 0, 1, 2)
        with pytest.raises(TypeError, match="a must be a finite number; got 'zero'"):
            rule(np.sin, "zero", 1, 2)
        with pytest.raises(ValueError, match="b must be a finite number; got inf"):
            rule(np.sin, 0, np.inf, 2)
        with pytest.raises(ValueError, match="n_strips must be a whole number >= 1; got 0"):
            rule(np.sin, 0, 1, 0)
        with pytest.raises(TypeError, match=r"n_strips must be a whole number >= 1; got 2\.0"):
            rule(np.sin, 0, 1, 2.0)
        with pytest.raises(ValueError, match=r"got shape \(\). For a constant return np.full"):
            rule(lambda _: 1.0, 0, 1, 2)
    with pytest.raises(ValueError, match="function must be finite from a to b; got 1 NaN"):
        trapezoid(lambda x: np.where(x == 0, np.inf, x), 0, 1, 4)
    with pytest.raises(ValueError, match="point must be left, midpoint or right; got 'centre'"):
        riemann_sum(np.sin, 0, 1, 2, point="centre")
    with pytest.raises(ValueError, match=r"n_strips must be even for Simpson's rule; got 3\. Each"):
        simpson(np.sin, 0, 1, 3)


def test_samples_name_each_mistake():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="at least two places in order; got 1 with steps"):
        integrate_samples([1.0], [0.0])
    for places in ([0.0, 1.0, 1.0, 2.0], [0.0, 2.0, 1.0, 3.0]):
        with pytest.raises(ValueError, match="Sort x, and values with it"):
            integrate_samples(x, places)
    with pytest.raises(ValueError, match=r"values must have shape \(4, \.\.\.\); got shape \(3,\)"):
        integrate_samples(x[:3], x)
    with pytest.raises(ValueError, match=r"x must have shape \(n_places,\)"):
        integrate_samples(x, x[:, np.newaxis])
    with pytest.raises(ValueError, match="values must be finite; got 1 NaN"):
        integrate_samples([0.0, np.nan, 1.0, 2.0], x)
    with pytest.raises(TypeError, match="values must be an array of real numbers"):
        integrate_samples(["a", "b", "c", "d"], x)
    with pytest.raises(ValueError, match="rule must be one of left, right, trapezoid, simpson; g"):
        integrate_samples(x, x, rule="midpoint")
    with pytest.raises(ValueError, match="the number of strips must be even for Simpson's rule"):
        integrate_samples(x, x, rule="simpson")
