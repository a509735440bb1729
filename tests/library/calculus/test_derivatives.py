"""Derivatives against SymPy, closed forms, complex steps, Fornberg's weights and SciPy."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.differentiate import derivative as scipy_derivative
from scipy.optimize import approx_fprime, rosen, rosen_der

from mlmath_lib.calculus import (
    check_gradient,
    derivative,
    gradient,
    second_derivative,
)

SYMBOL = sp.Symbol("x", real=True)
# Each with a formula that np and sp share.
CURVES = {
    "polynomial": lambda x, _: x**5 - 3 * x**2 + 2,
    "nested": lambda x, m: m.exp(-((m.sin(x)) ** 2)),
    "rational": lambda x, _: 1 / (1 + x**2),
    "root": lambda x, m: m.sqrt(2 + m.cos(x)),
}
reals = st.floats(-3, 3, allow_nan=False)


def exact(name, order=1):
    """Return the derivative of a curve as a NumPy function, by SymPy."""
    return sp.lambdify(SYMBOL, sp.diff(CURVES[name](SYMBOL, sp), SYMBOL, order))


@pytest.mark.parametrize("name", CURVES)
def test_derivative_is_sympys_scipys_and_the_complex_steps(name):
    x = np.linspace(-2, 2, 41)

    def function(x):
        return CURVES[name](x, np)

    slopes = derivative(function, x)
    assert slopes.shape == x.shape
    np.testing.assert_allclose(slopes, exact(name)(x), atol=2e-9)
    np.testing.assert_allclose(slopes, function(x + 1e-30j).imag / 1e-30, atol=2e-9)
    np.testing.assert_allclose(slopes, scipy_derivative(function, x).df, atol=2e-9)


# The power of the step, the derivative and the constant in the leading error: each formula
# is measured against what its docstring says.
ERRORS = [(1, 2, 1 / 2), (2, 3, 1 / 6), (4, 5, -1 / 30)]
SECOND_ERRORS = [(2, 4, 1 / 12), (4, 6, -1 / 90)]


def assert_leading_error(differentiate, name, nth, order, higher, constant):
    """Measure the order of convergence at 0.7 and the constant in front of the power."""
    # Small enough for one power to rule, too large for rounding to matter.
    steps = {1: 4e-4, 2: 0.005, 4: 0.01 * nth}[order] * np.array([4, 2, 1])
    errors = np.array(
        [
            differentiate(lambda x: CURVES[name](x, np), 0.7, order=order, step=step)
            - exact(name, nth)(0.7)
            for step in steps
        ]
    )
    measured = np.polyfit(np.log(steps), np.log(np.abs(errors)), 1)[0]
    assert measured == pytest.approx(order, abs=0.06)
    expected = constant * exact(name, higher)(0.7) * steps[-1] ** order
    assert errors[-1] == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("order", "higher", "constant"), ERRORS)
@pytest.mark.parametrize("name", CURVES)
def test_derivative_has_the_order_and_the_error_it_claims(name, order, higher, constant):
    assert_leading_error(derivative, name, 1, order, higher, constant)


@pytest.mark.parametrize(("order", "higher", "constant"), SECOND_ERRORS)
@pytest.mark.parametrize("name", ["nested", "rational", "root"])  # a quintic has no such error
def test_second_derivative_has_the_order_and_the_error_it_claims(name, order, higher, constant):
    assert_leading_error(second_derivative, name, 2, order, higher, constant)


@pytest.mark.parametrize(
    ("differentiate", "order", "nth"),
    [(derivative, 1, 1), (derivative, 2, 1), (derivative, 4, 1)]
    + [(second_derivative, 2, 2), (second_derivative, 4, 2)],
)
def test_differences_have_the_weights_that_sympy_computes_by_fornbergs_method(
    differentiate, order, nth
):
    reach = 1 if differentiate is second_derivative and order == 2 else (order + 1) // 2
    stencil = [0, 1] if order == 1 else list(range(-reach, reach + 1))
    weights = sp.finite_diff_weights(nth, stencil, 0)[nth][-1]
    for offset, weight in zip(stencil, weights, strict=True):
        hat = differentiate(
            lambda x, offset=offset: np.where(x == 0.5 * offset, 1.0, 0.0),
            0.0,
            order=order,
            step=0.5,
        )
        assert hat == pytest.approx(float(weight) / 0.5**nth, abs=1e-15)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=6), st.integers(-3, 3))
def test_differences_are_exact_for_polynomials_of_low_degree(coefficients, x):
    # The coefficients and the step are small whole numbers: no rounding at all.
    polynomial = np.polynomial.Polynomial(coefficients)
    slope, bend = polynomial.deriv()(x), polynomial.deriv(2)(x)
    degree = len(coefficients) - 1
    for order in (1, 2, 4):
        if degree <= order:
            assert derivative(polynomial, x, order=order, step=1) == pytest.approx(slope, abs=1e-9)
    for order in (2, 4):
        if degree <= order + 1:
            found = second_derivative(polynomial, x, order=order, step=1)
            assert found == pytest.approx(bend, abs=1e-9)


def test_each_order_is_more_accurate_than_the_one_before_at_its_own_step():
    x = np.linspace(-2, 2, 41)
    for name in CURVES:
        worst = [
            np.abs(derivative(lambda x, n=name: CURVES[n](x, np), x, order=order) - exact(name)(x))
            for order in (1, 2, 4)
        ]
        rough, usual, fine = (error.max() for error in worst)
        assert fine < usual / 10 < rough / 100
        assert rough < 5e-6


@pytest.mark.parametrize("name", CURVES)
def test_second_derivative_is_sympys_and_the_derivative_of_the_derivative(name):
    x = np.linspace(-2, 2, 41)

    def function(x):
        return CURVES[name](x, np)

    np.testing.assert_allclose(second_derivative(function, x), exact(name, 2)(x), atol=1e-5)
    fine = second_derivative(function, x, order=4)
    np.testing.assert_allclose(fine, exact(name, 2)(x), atol=1e-7)
    twice = derivative(lambda x: derivative(function, x, order=4), x, order=4)
    np.testing.assert_allclose(fine, twice, atol=1e-6)


def test_second_derivative_keeps_shapes_and_grows_its_step_with_x():
    assert type(second_derivative(np.sin, 1)) is float
    for shape in [(3,), (2, 3), (0,)]:
        assert second_derivative(np.sin, np.zeros(shape), order=4).shape == shape
    x = np.array([1e-8, 1.0, 1e6, 1e12])
    np.testing.assert_allclose(second_derivative(np.square, x), 2, rtol=1e-6)


def test_a_forward_difference_stays_on_the_right():
    assert derivative(np.sqrt, 0.0, order=1, step=0.25) == 2
    assert derivative(np.abs, 0.0, order=1) == 1
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="edge of its domain"):
        derivative(np.sqrt, 0.0)


def test_the_slope_of_the_identity_is_exact_since_its_width_is_the_rounded_one():
    x = 2.0 ** np.arange(-2, 9)  # below a power of two doubles lie closer than above it
    for order in (1, 2):
        np.testing.assert_array_equal(derivative(lambda x: x, x, order=order), 1)


def test_the_step_grows_on_both_sides_of_zero():
    assert derivative(np.square, -1e6) == -derivative(np.square, 1e6)


def test_derivative_of_a_cubic_errs_by_exactly_the_square_of_the_step():
    assert derivative(lambda x: x**3, 2.0, step=0.5) == 12 + 0.5**2


def test_the_default_step_is_near_the_best_and_grows_with_x():
    steps = np.logspace(-12, -1, 111)
    errors = [abs(derivative(np.exp, 1.0, step=step) - np.e) for step in steps]
    assert abs(derivative(np.exp, 1.0) - np.e) < 1e-9 < min(errors[0], errors[-1])
    assert 1e-7 < steps[np.argmin(errors)] < 1e-4
    x = np.array([1e-8, 1.0, 1e6, 1e12])
    np.testing.assert_allclose(derivative(np.square, x), 2 * x, rtol=1e-9, atol=1e-10)


@given(a=reals, b=reals, x=reals)
def test_derivative_is_linear(a, b, x):
    def combined(t):
        return a * np.sin(t) + b * t**2

    expected = a * derivative(np.sin, x) + b * derivative(np.square, x)
    assert derivative(combined, x) == pytest.approx(expected, abs=1e-8)


def test_derivative_returns_a_float_for_one_number_and_keeps_every_shape():
    assert type(derivative(np.sin, 1)) is float
    assert type(derivative(np.sin, np.float64(1))) is float
    for shape in [(3,), (2, 3), (0,), (1, 1, 2)]:
        assert derivative(np.sin, np.zeros(shape)).shape == shape


def test_gradient_is_scipys_and_the_closed_form_in_seven_variables():
    x = np.random.default_rng(3).normal(size=7)
    slopes = gradient(rosen, x)
    np.testing.assert_allclose(slopes, rosen_der(x), rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(slopes, approx_fprime(x, rosen), rtol=1e-3, atol=1e-3)


@given(st.lists(reals, min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_gradient_of_a_quadratic_form_is_exact_but_for_rounding(x, seed):
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(len(x), len(x))), rng.normal(size=len(x))
    slopes = gradient(lambda x: x @ A @ x + b @ x, x)
    np.testing.assert_allclose(slopes, (A + A.T) @ x + b, atol=1e-7)


def test_gradient_has_order_two():
    x, steps = np.array([0.3, -0.8, 1.1]), np.array([0.04, 0.02, 0.01])

    def function(x):
        return np.exp(x[0]) * np.sin(x[1] * x[2]) + x[2] ** 4

    best = gradient(function, x)
    errors = np.array([np.abs(gradient(function, x, step=step) - best) for step in steps])
    orders = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    np.testing.assert_allclose(orders, 2, atol=0.02)


def test_what_is_no_real_number_is_refused():
    with pytest.raises(TypeError, match=r"function must return one value.* Take the real part"):
        derivative(lambda x: np.exp(1j * x), 0.5)
    with pytest.raises(TypeError, match=r"function must return one number .*Is a return missing"):
        gradient(lambda _: None, [1.0, 2.0])
    with pytest.raises(ValueError, match="x must be an array of real numbers; got masked ones"):
        derivative(np.sin, np.ma.masked_equal([1.0, 999.0], 999.0))
    with pytest.raises(TypeError, match=r"x must be an array of real numbers.*written as text"):
        gradient(np.sum, ["1", "2"])


def test_a_function_that_changes_its_argument_does_no_harm():
    def spoil(x):
        value = x @ x
        x[:] = 99
        return value

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(gradient(spoil, x), [2, 4])
    assert check_gradient(spoil, lambda x: 2 * x, x).agrees
    assert x.tolist() == [1, 2]

    def double_in_place(x):
        x *= 2
        return x

    np.testing.assert_allclose(derivative(double_in_place, x), [2, 2])
    assert x.tolist() == [1, 2]


def log_loss(w):
    """Return the mean logistic loss of a fixed data set with three features."""
    return np.mean(np.logaddexp(0, -LABELS * (POINTS @ w)))


def log_loss_gradient(w):
    return POINTS.T @ (-LABELS / (1 + np.exp(LABELS * (POINTS @ w)))) / len(POINTS)


POINTS = np.random.default_rng(5).normal(size=(40, 3))
LABELS = np.where(POINTS @ [1, -2, 0.5] + np.random.default_rng(6).normal(size=40) > 0, 1, -1)


@given(st.lists(reals, min_size=3, max_size=3))
def test_check_gradient_passes_the_right_gradient(w):
    check = check_gradient(log_loss, log_loss_gradient, w)
    assert check.agrees
    assert check.error < 1e-6
    np.testing.assert_array_equal(check.claimed, log_loss_gradient(np.array(w)))
    np.testing.assert_array_equal(check.numerical, gradient(log_loss, w))


@pytest.mark.parametrize(
    "mistake",
    [
        lambda slopes: -slopes,
        lambda slopes: 2 * slopes,
        lambda slopes: slopes[::-1],
        lambda slopes: slopes + np.array([0, 0, 1e-4]),
        lambda slopes: slopes * [1, 1.001, 1],
        lambda _: np.zeros(3),
    ],
    ids=["sign", "factor", "order", "one entry", "0.1 %", "zero"],
)
@pytest.mark.parametrize("scale", [1e-8, 1, 1e8])
def test_check_gradient_finds_each_mistake_at_each_scale(mistake, scale):
    check = check_gradient(
        lambda w: scale * log_loss(w),
        lambda w: scale * mistake(log_loss_gradient(w)),
        [0.3, -0.4, 0.9],
    )
    assert not check.agrees
    assert check.error > 1e-5


def test_check_gradient_at_a_minimum_and_of_a_constant():
    c = np.array([0.1, 0.2])
    at_minimum = check_gradient(lambda x: np.sum(np.exp(x - c) - x), lambda x: np.exp(x - c) - 1, c)
    assert at_minimum.agrees
    assert at_minimum.error == 1  # all of the numerical gradient is rounding
    constant = check_gradient(lambda _: 7.0, np.zeros_like, c)
    assert constant.agrees
    assert constant.error == 0


def test_check_gradient_measures_by_the_larger_of_the_two_whatever_its_sign():
    for slope in (3.0, -3.0):

        def line(x, slope=slope):
            return slope * x[0]

        def its_slope(x, slope=slope):
            return np.full_like(x, slope)

        forgotten = check_gradient(line, np.zeros_like, [1.0])
        invented = check_gradient(lambda _: 1.0, its_slope, [1.0])
        right = check_gradient(line, its_slope, [1.0])
        assert forgotten.error == invented.error == pytest.approx(1)
        assert right.agrees
        assert 0 <= right.error < 1e-9
    # Beside a large value of either sign a slope of 0 is known to some roundings only.
    for value in (1e6, -1e6):

        def bowl(x, value=value):
            return value + x @ x

        assert check_gradient(bowl, lambda x: 2 * x, [1e-9, -1e-9]).agrees
        assert not check_gradient(bowl, lambda x: x, [1.0, -1.0]).agrees


def test_a_slow_but_right_gradient_needs_a_looser_tolerance():
    def check(tolerance):
        return check_gradient(
            lambda x: np.sum(x**4), lambda x: 4 * x**3, [1.0, 2.0], step=0.01, tolerance=tolerance
        ).agrees

    assert not check(1e-6)
    assert check(1e-3)


# Steps that do not fit the function

UNFIT = "step must be given for this function: the default, "


@pytest.mark.parametrize(
    ("differentiate", "function", "x", "options", "remedy", "slope"),
    [
        (derivative, np.log, 1e-5, {}, 1e-9, 1e5),
        (derivative, np.log, 1e-8, {"order": 1}, 1e-14, 1e8),
        (derivative, np.log, 2e-3, {"order": 4}, 1e-5, 500),
        (derivative, np.sin, 1e10, {}, 1e-3, np.cos(1e10)),
        (derivative, np.sin, 1e10, {"order": 1}, 1e-4, np.cos(1e10)),
        (derivative, np.sin, 1e10, {"order": 4}, 1e-2, np.cos(1e10)),
        (second_derivative, np.log, 1e-3, {}, 1e-5, -1e6),
        (second_derivative, np.cos, 1e10, {"order": 4}, 1e-1, -np.cos(1e10)),
    ],
)
def test_a_default_step_that_does_not_fit_is_refused_and_another_helps(
    differentiate, function, x, options, remedy, slope
):
    with pytest.raises(ValueError, match=UNFIT):
        differentiate(function, x, **options)
    assert differentiate(function, x, step=remedy, **options) == pytest.approx(slope, rel=2e-3)


def test_the_refusal_names_the_worst_entry_its_step_and_the_remedy():
    message = (
        r"the default, 6\.1e-06, gives 115905, and 0\.6 of it gives 104\d+\. Choose about a "
        r"thousandth of the distance .*; at a jump there is no derivative$"
    )
    with pytest.raises(ValueError, match=message):
        derivative(np.log, [1.0, 1e-5, 2.0])
    with pytest.raises(ValueError, match=f"{UNFIT}6.1e-06, gives 165140, and"):
        derivative(np.sign, 0.0)
    message = rf"{UNFIT}0\.061, gives .*"
    with pytest.raises(ValueError, match=message):
        gradient(lambda x: x[0] + np.sin(3 * x[1]), [1.0, 1e4])


def test_ordinary_functions_are_not_refused():
    ordinary = [
        *(lambda x, n=n: x**n for n in range(11)),
        lambda x: np.exp(-x),
        lambda x: np.tanh(10 * x),
        lambda x: np.exp(-((10 * x) ** 2)),
        lambda x: 1 / (1 + 25 * x**2),
        lambda x: np.logaddexp(0, 10 * x),
        lambda x: np.arctan(x) + 1e6,
        lambda x: 1e-12 * np.cos(x),
        lambda x: 1e12 * np.cos(x),
        lambda x: x - np.sin(x),
        lambda x: np.sqrt(1 + x**2),
        lambda x: np.full_like(x, 3.0),
        lambda x: np.log(x**2 + 1e-2),
    ]
    sizes = np.logspace(-8, 1.5, 77)
    x = np.concatenate([-sizes, [0.0], sizes])
    for function in ordinary:
        for order in (1, 2, 4):
            derivative(function, x, order=order)
        for order in (2, 4):
            second_derivative(function, x, order=order)
    for sign in (1, -1):
        derivative(lambda x, sign=sign: sign * np.log(x), np.logspace(-3.5, 8))
        derivative(lambda x, sign=sign: sign * np.sqrt(x), np.logspace(-3.5, 8))


def test_a_cubic_at_its_inflection_has_the_slope_zero_within_the_square_of_the_step():
    # Any two steps give quite another slope there, both far too small to matter.
    assert derivative(lambda x: x**3, 0.0) == pytest.approx(0, abs=1e-10)
    np.testing.assert_allclose(gradient(lambda x: np.sum(x**3), [0.0, 0.0]), 0, atol=1e-10)
    with pytest.raises(ValueError, match=UNFIT):
        derivative(lambda x: (x / 1e-5) ** 3, 0.0)


def test_check_gradient_refuses_the_step_and_not_the_gradient():
    def function(x):
        return np.log(x[0]) + x[1] ** 2

    def right(x):
        return np.array([1 / x[0], 2 * x[1]])

    with pytest.raises(ValueError, match=f"{UNFIT}6.1e-06, gives 1000"):
        check_gradient(function, right, [1e-3, 1e3])
    assert check_gradient(function, right, [1e-3, 1e3], step=1e-7).agrees
    # An entry whose differences settle is wrong, whatever another one does.
    assert not check_gradient(
        lambda x: function(x), lambda x: right(x) * [1, 2], [1e-3, 1e3]
    ).agrees
    # Nothing is refused where the differences agree with the gradient.
    assert check_gradient(function, right, [1e-3, 1e3], tolerance=7e-6).agrees


def test_derivative_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function that returns one value"):
        derivative(3, 1.0)
    with pytest.raises(TypeError, match="x must be an array of real numbers; got 'one'"):
        derivative(np.sin, "one")
    with pytest.raises(TypeError, match="x must be an array of real numbers"):
        derivative(np.sin, [[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="x must be finite; got 1 NaN"):
        derivative(np.sin, [1.0, np.nan])
    with pytest.raises(ValueError, match="step must be a finite number > 0; got 0"):
        derivative(np.sin, 1.0, step=0)
    with pytest.raises(TypeError, match="step must be a finite number"):
        derivative(np.sin, 1.0, step="small")
    with pytest.raises(ValueError, match="step must be large enough to move x; got 1e-10"):
        derivative(np.sin, 1e8, step=1e-10)
    with pytest.raises(ValueError, match=r"shape \(3,\); got shape \(\).*use gradient"):
        derivative(np.sum, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        derivative(lambda x: np.where(x < 0, np.nan, x), [0.0, 1.0])


def test_the_orders_name_each_mistake():
    with pytest.raises(ValueError, match="order must be 1, 2 or 4; got 3"):
        derivative(np.sin, 1.0, order=3)
    with pytest.raises(TypeError, match="order must be a whole number >= 1; got 'two'"):
        derivative(np.sin, 1.0, order="two")
    with pytest.raises(ValueError, match="order must be 2 or 4; got 1"):
        second_derivative(np.sin, 1.0, order=1)
    with pytest.raises(TypeError, match="function must be a function that returns one value"):
        second_derivative(3, 1.0)
    with pytest.raises(ValueError, match="step must be a finite number > 0; got -1"):
        second_derivative(np.sin, 1.0, step=-1)
    with pytest.raises(ValueError, match="step must be large enough to move x"):
        second_derivative(np.sin, 1e8, step=1e-10)
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        second_derivative(lambda x: np.where(x < 0, np.nan, x), [0.0, 1.0])
    with pytest.raises(ValueError, match=r"shape \(2,\); got shape \(\)"):
        second_derivative(np.sum, [1.0, 2.0])


def test_gradient_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function that returns one number"):
        gradient("f", [1.0])
    with pytest.raises(ValueError, match=r"x must have shape \(d,\); got shape \(\)"):
        gradient(np.sum, 1.0)
    with pytest.raises(ValueError, match="step must be a finite number > 0; got -1"):
        gradient(np.sum, [1.0], step=-1)
    with pytest.raises(ValueError, match="step must be large enough to move x"):
        gradient(np.sum, [1.0, 1e20], step=1e-3)
    with pytest.raises(ValueError, match=r"one number.*got shape \(2,\). Sum or average"):
        gradient(np.sin, [1.0, 2.0])
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        gradient(lambda _: np.inf, [1.0])


def test_check_gradient_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function"):
        check_gradient(None, np.cos, [1.0])
    with pytest.raises(TypeError, match="gradient must be a function that returns an array of"):
        check_gradient(np.sum, np.ones(2), [1.0, 2.0])
    with pytest.raises(ValueError, match=r"x must have shape \(d,\)"):
        check_gradient(np.sum, np.ones_like, [[1.0]])
    with pytest.raises(
        ValueError, match=r"gradient must return an array of the shape of x, \(2,\); got"
    ):
        check_gradient(np.sum, lambda _: 1.0, [1.0, 2.0])
    with pytest.raises(ValueError, match="gradient must be finite where"):
        check_gradient(np.sum, lambda x: x * np.nan, [1.0])
    with pytest.raises(ValueError, match="tolerance must be a finite number > 0; got 0"):
        check_gradient(np.sum, np.ones_like, [1.0], tolerance=0)
    with pytest.raises(ValueError, match="step must be a finite number > 0; got 0"):
        check_gradient(np.sum, np.ones_like, [1.0], step=0)
