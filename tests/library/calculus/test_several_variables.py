"""Derivatives in several variables against SymPy, closed forms, complex steps and SciPy."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.differentiate import hessian as scipy_hessian
from scipy.differentiate import jacobian as scipy_jacobian
from scipy.optimize import approx_fprime, rosen, rosen_der, rosen_hess, rosen_hess_prod

from mlmath_lib.calculus import (
    check_jacobian,
    derivative,
    directional_derivative,
    gradient,
    hessian,
    jacobian,
    second_derivative,
)

SYMBOLS = sp.symbols("x y z", real=True)
seeds = st.integers(0, 2**32 - 1)


def surface(x, m=np):
    """Return a number for three variables, with no symmetry among them."""
    return m.exp(x[0] / 2) * m.sin(x[1] * x[2]) + x[0] * x[1] ** 3 - x[2] ** 4 / 3


def curved(x, m=np):
    """Return four numbers for three variables."""
    return [x[0] * m.cos(x[1]), x[0] * m.sin(x[1]) + x[2] ** 2, m.exp(x[1] * x[2]), x[0] ** 3]


SURFACE = surface(SYMBOLS, sp)
exact_gradient = sp.lambdify([SYMBOLS], [sp.diff(SURFACE, x) for x in SYMBOLS])
exact_hessian = sp.lambdify([SYMBOLS], sp.hessian(SURFACE, SYMBOLS))
exact_jacobian = sp.lambdify([SYMBOLS], sp.Matrix(curved(SYMBOLS, sp)).jacobian(SYMBOLS))
POINTS = np.random.default_rng(11).uniform(-2, 2, size=(12, 3))
DIRECTIONS = np.random.default_rng(12).normal(size=(12, 3))


def array_of(function):
    return lambda x: np.array(function(x))


@pytest.mark.parametrize("x", POINTS)
def test_jacobian_is_sympys_and_the_complex_steps(x):
    found = jacobian(curved, x)
    assert found.shape == (4, 3)
    np.testing.assert_allclose(found, exact_jacobian(x), rtol=1e-8, atol=2e-9)
    by_complex_steps = np.array([np.imag(curved(x + 1e-30j * e)) / 1e-30 for e in np.eye(3)]).T
    np.testing.assert_allclose(found, by_complex_steps, rtol=1e-8, atol=2e-9)


@pytest.mark.parametrize("x", POINTS[:4])
def test_jacobian_and_hessian_are_scipys(x):
    np.testing.assert_allclose(
        jacobian(curved, x), scipy_jacobian(array_of(curved), x).df, rtol=1e-7, atol=1e-8
    )
    np.testing.assert_allclose(jacobian(curved, x), approx_fprime(x, curved), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        hessian(surface, x), scipy_hessian(surface, x).ddf, rtol=1e-6, atol=2e-6
    )


@pytest.mark.parametrize("x", POINTS)
def test_hessian_is_sympys_and_the_jacobian_of_the_gradient(x):
    found = hessian(surface, x)
    assert found.shape == (3, 3)
    np.testing.assert_allclose(found, exact_hessian(x), rtol=1e-6, atol=2e-6)
    of_gradient = jacobian(exact_gradient, x)
    np.testing.assert_allclose(of_gradient, exact_hessian(x), rtol=1e-8, atol=2e-9)


@pytest.mark.parametrize("x", np.random.default_rng(3).normal(size=(3, 7)))
def test_the_rosenbrock_function_in_seven_variables(x):
    vector = np.arange(7.0) - 2
    np.testing.assert_allclose(hessian(rosen, x), rosen_hess(x), rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(jacobian(rosen_der, x), rosen_hess(x), rtol=1e-8, atol=1e-6)
    product = directional_derivative(rosen_der, x, vector)
    np.testing.assert_allclose(product, rosen_hess_prod(x, vector), rtol=1e-7, atol=1e-5)
    slope = directional_derivative(rosen, x, vector)
    assert slope == pytest.approx(rosen_der(x) @ vector, rel=1e-8, abs=1e-6)


@pytest.mark.parametrize(("x", "u"), list(zip(POINTS, DIRECTIONS, strict=True)))
def test_directional_derivative_is_sympys(x, u):
    slope = directional_derivative(surface, x, u)
    assert type(slope) is float
    assert slope == pytest.approx(exact_gradient(x) @ u, rel=1e-8, abs=2e-9)
    t = sp.Symbol("t")
    line = {symbol: start + t * part for symbol, start, part in zip(SYMBOLS, x, u, strict=True)}
    along = sp.diff(SURFACE.subs(line), t).subs(t, 0)
    assert slope == pytest.approx(float(along), rel=1e-8, abs=2e-9)
    np.testing.assert_allclose(
        directional_derivative(curved, x, u), exact_jacobian(x) @ u, rtol=1e-8, atol=5e-9
    )
    np.testing.assert_allclose(
        directional_derivative(exact_gradient, x, u), exact_hessian(x) @ u, rtol=1e-8, atol=5e-9
    )


def test_directional_derivatives_where_no_formula_of_the_gradient_holds():
    def creased(x):
        return x[0] ** 2 * x[1] / (x @ x) if x.any() else 0.0

    for angle in np.arange(0, 6, 0.5):
        u = np.array([np.cos(angle), np.sin(angle)])
        assert directional_derivative(creased, [0, 0], u) == pytest.approx(u[0] ** 2 * u[1])
    np.testing.assert_array_equal(gradient(creased, [0, 0]), [0, 0])


def order(errors, steps):
    """Return the measured order of convergence of each entry."""
    errors = np.reshape(errors, (len(steps), -1))
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


def test_first_derivatives_have_order_two():
    x, u = np.array([0.7, -1.2, 0.9]), np.array([0.5, -1.0, 0.3])
    steps = np.array([0.04, 0.02, 0.01])
    errors = np.array([np.abs(jacobian(curved, x, step=h) - exact_jacobian(x)) for h in steps])
    bent = errors[0] > 1e-10  # the others are linear or quadratic, and exact
    assert bent.sum() == 5
    np.testing.assert_allclose(order(errors[:, bent], steps), 2, atol=0.02)
    slope = exact_gradient(x) @ u
    errors = [abs(directional_derivative(surface, x, u, step=step) - slope) for step in steps]
    np.testing.assert_allclose(order(errors, steps), 2, atol=0.02)


def test_hessian_has_order_two_and_the_constant_that_it_states():
    x, steps = POINTS[1], np.array([0.04, 0.02, 0.01])
    errors = np.array([hessian(surface, x, step=step) - exact_hessian(x) for step in steps])
    np.testing.assert_allclose(order(np.abs(errors), steps), 2, atol=0.03)
    bound = sp.Matrix(3, 3, lambda i, j: sum(
        sp.diff(SURFACE, *entry)
        for entry in [(SYMBOLS[i], 3, SYMBOLS[j]), (SYMBOLS[i], SYMBOLS[j], 3)]
    ))  # fmt: skip
    constant = np.array(sp.lambdify([SYMBOLS], bound)(x), dtype=float) / 6
    np.testing.assert_allclose(errors[-1] / steps[-1] ** 2, constant, rtol=0.01)


@given(seed=seeds, d=st.integers(1, 4), m=st.integers(1, 4))
def test_first_derivatives_of_a_linear_map_are_its_matrix(seed, d, m):
    rng = np.random.default_rng(seed)
    A, b, x, u = rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=d), rng.normal(size=d)
    np.testing.assert_allclose(jacobian(lambda x: A @ x + b, x), A, atol=1e-9)
    along = directional_derivative(lambda x: A @ x + b, x, u)
    np.testing.assert_allclose(along, A @ u, rtol=1e-8, atol=1e-8)


@given(seed=seeds, d=st.integers(1, 4))
def test_hessian_of_a_quadratic_form_is_its_matrix(seed, d):
    rng = np.random.default_rng(seed)
    A, b, x = rng.normal(size=(d, d)), rng.normal(size=d), rng.normal(size=d)
    found = hessian(lambda x: x @ A @ x / 2 + b @ x, x)
    np.testing.assert_allclose(found, (A + A.T) / 2, atol=1e-5)
    np.testing.assert_array_equal(found, found.T)


@given(seed=seeds)
def test_all_of_them_are_linear_in_the_function(seed):
    rng = np.random.default_rng(seed)
    x, u, (a, b) = rng.uniform(-1.5, 1.5, 3), rng.normal(size=3), rng.normal(size=2)

    def other(x):
        return np.cos(x[0] - 2 * x[1]) * x[2]

    def combined(x):
        return a * surface(x) + b * other(x)

    together = a * hessian(surface, x) + b * hessian(other, x)
    np.testing.assert_allclose(hessian(combined, x), together, atol=2e-5)
    together = a * directional_derivative(surface, x, u) + b * directional_derivative(other, x, u)
    assert directional_derivative(combined, x, u) == pytest.approx(together, abs=1e-7)
    rows = jacobian(lambda x: np.array([surface(x), other(x), combined(x)]), x)
    np.testing.assert_allclose(rows[2], a * rows[0] + b * rows[1], atol=1e-7)


@given(seed=seeds)
def test_the_chain_rule_is_the_product_of_jacobians(seed):
    x = np.random.default_rng(seed).uniform(-1.5, 1.5, 3)

    def outer(v):
        return np.array([v[0] * v[1], np.sin(v[2] - v[3])])

    found = jacobian(lambda x: outer(np.array(curved(x))), x)
    product = jacobian(outer, curved(x)) @ jacobian(curved, x)
    np.testing.assert_allclose(found, product, rtol=1e-7, atol=1e-6)


@given(seed=seeds, factor=st.floats(-5, 5).filter(lambda c: abs(c) > 0.1))
def test_the_derivative_along_a_multiple_is_the_multiple(seed, factor):
    rng = np.random.default_rng(seed)
    x, u = rng.normal(size=(2, 3))
    expected = factor * directional_derivative(surface, x, u)
    assert directional_derivative(surface, x, factor * u) == pytest.approx(
        expected, rel=1e-7, abs=1e-7
    )


def test_one_variable_gives_derivative_and_second_derivative():
    assert jacobian(np.sin, [0.7])[0, 0] == derivative(np.sin, 0.7)
    assert hessian(lambda x: np.sin(x[0]), [0.7])[0, 0] == pytest.approx(
        second_derivative(np.sin, 0.7), abs=1e-6
    )
    assert directional_derivative(lambda x: np.sin(x[0]), [0.7], [1]) == derivative(np.sin, 0.7)


def test_steps_follow_the_size_of_each_variable():
    x = np.array([1e6, 1.0, 1e-6])
    square = jacobian(lambda x: x**2, x)
    np.testing.assert_allclose(np.diag(square), 2 * x, rtol=1e-8, atol=1e-10)
    curvature = hessian(lambda x: x[0] ** 2 * x[1] + x[2] ** 2, x)
    np.testing.assert_allclose(curvature[:2, :2], [[2, 2e6], [2e6, 0]], rtol=1e-6, atol=1e4)
    assert hessian(lambda x: x[2] ** 2, x)[2, 2] == pytest.approx(2)
    slope = directional_derivative(lambda x: x[0] ** 2, x, [1.0, 0.0, 0.0])
    assert slope == pytest.approx(2e6, rel=1e-9)


def test_each_variable_is_moved_by_its_own_step_at_most():
    # A step that suits the first variable, 6, would move the second by a whole wave.
    def wavy(x):
        return x[0] + np.sin(x[1])

    for sign in (1.0, -1.0):
        slope = directional_derivative(wavy, [1e6, 1.0], [1.0, sign])
        assert slope == pytest.approx(1 + sign * np.cos(1), abs=1e-3)


@pytest.mark.parametrize("offset", [1e9, -1e9])
def test_roundings_of_large_values_are_forgiven_whatever_their_sign(offset):
    def far(x):
        return offset + np.sin(x)

    x = [0.5, 1.0]
    np.testing.assert_allclose(jacobian(far, x), np.diag(np.cos(x)), atol=0.2)
    slopes = directional_derivative(far, x, [1.0, -1.0])
    np.testing.assert_allclose(slopes, [np.cos(0.5), -np.cos(1)], atol=0.2)
    bent = hessian(lambda x: offset + x @ x, x)
    np.testing.assert_allclose(bent, 2 * np.eye(2), atol=50)


def test_a_cubic_at_its_inflection_is_flat_in_every_direction():
    for direction in ([1.0, 1.0], [-1.0, -1.0], [0.0, -1e-6]):
        slope = directional_derivative(lambda x: np.sum(x**3), [0.0, 0.0], direction)
        assert slope == pytest.approx(0, abs=1e-9)


def test_default_steps_that_do_not_fit_are_refused_and_others_help():
    unfit = "step must be given for this function: the default, 6.1e-06, gives 115905, and 0.6 of"
    x = [1e-5, 1.0]
    with pytest.raises(ValueError, match=unfit):
        jacobian(np.log, x)
    np.testing.assert_allclose(jacobian(np.log, x, step=1e-8), np.diag([1e5, 1]), atol=0.1)
    with pytest.raises(ValueError, match=unfit):
        directional_derivative(np.log, x, [1.0, 1.0])
    slopes = directional_derivative(np.log, x, [1.0, 1.0], step=1e-8)
    np.testing.assert_allclose(slopes, [1e5, 1], rtol=1e-5)
    far = r"step must be given for this function: the default, 6\.1e\+04, gives"
    for differentiate in (jacobian, lambda f, x: directional_derivative(f, x, [1.0])):
        with pytest.raises(ValueError, match=far):
            differentiate(np.sin, [1e10])
    with pytest.raises(ValueError, match=far):
        gradient(lambda x: np.sin(x[0]), [1e10])
    with pytest.raises(ValueError, match=r"step must be given .* the default, 1\.2e\+06, gives"):
        hessian(lambda x: np.sin(x[0]), [1e10])
    with pytest.raises(ValueError, match=r"step must be given .* the default, 0\.00012, gives"):
        hessian(lambda x: np.sin(x[0] * x[1]), [1.0, 1e3])
    np.testing.assert_allclose(
        hessian(lambda x: np.sin(300 * x[0]) + x[1] ** 2, [0.1, 1.0], step=1e-5),
        [[-9e4 * np.sin(30), 0], [0, 2]],
        atol=1,
    )
    with pytest.raises(ValueError, match=unfit):
        check_jacobian(np.log, lambda x: np.diag(1 / x), x)
    assert check_jacobian(np.log, lambda x: np.diag(1 / x), x, step=1e-9).agrees
    assert not check_jacobian(np.log, lambda x: np.diag([1 / x[0], 3.0]), x).agrees


def test_functions_that_change_their_argument_or_reuse_their_answer_do_no_harm():
    x, u = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    answer = np.empty(2)

    def spoil(x):
        answer[:] = x**2
        x[:] = 99
        return answer

    def spoil_one(x):
        return spoil(x)[0]

    np.testing.assert_allclose(jacobian(spoil, x), [[2, 0], [0, 4]], atol=1e-9)
    np.testing.assert_allclose(directional_derivative(spoil, x, u), [6, 16], atol=1e-8)
    np.testing.assert_allclose(hessian(spoil_one, x), [[2, 0], [0, 0]], atol=1e-6)
    assert check_jacobian(spoil, lambda x: np.diag(2 * x), x).agrees
    assert x.tolist() == [1, 2]
    assert u.tolist() == [3, 4]


@pytest.mark.parametrize("x", POINTS)
def test_check_jacobian_passes_the_right_one(x):
    check = check_jacobian(curved, exact_jacobian, x)
    assert check.agrees
    assert check.error < 1e-6
    np.testing.assert_array_equal(check.claimed, exact_jacobian(x))
    np.testing.assert_array_equal(check.numerical, jacobian(curved, x))
    assert check_jacobian(exact_gradient, exact_hessian, x).agrees


@pytest.mark.parametrize(
    "mistake",
    [
        lambda J: -J,
        lambda J: 2 * J,
        lambda J: J[::-1],
        lambda J: J[:, ::-1],
        lambda J: J + 1e-4 * np.eye(4, 3),
        np.zeros_like,
    ],
    ids=["sign", "factor", "rows", "columns", "one diagonal", "zero"],
)
@pytest.mark.parametrize("scale", [1e-8, 1, 1e8])
def test_check_jacobian_finds_each_mistake_at_each_scale(mistake, scale):
    check = check_jacobian(
        lambda x: scale * np.array(curved(x)),
        lambda x: scale * mistake(np.array(exact_jacobian(x), dtype=float)),
        [0.3, -0.4, 0.9],
    )
    assert not check.agrees
    assert check.error > 1e-5


def test_check_jacobian_finds_a_transposed_one_and_passes_a_constant():
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert check_jacobian(lambda x: A @ x, lambda _: A, [0.3, 0.7]).agrees
    assert not check_jacobian(lambda x: A @ x, lambda _: A.T, [0.3, 0.7]).agrees
    constant = check_jacobian(lambda _: np.array([7.0, 8.0]), lambda _: np.zeros((2, 2)), [1, 2])
    assert constant.agrees
    assert constant.error == 0


def test_directional_derivative_names_each_mistake():
    with pytest.raises(
        TypeError, match="function must be a function that returns one number or an"
    ):
        directional_derivative(1.0, [1.0], [1.0])
    with pytest.raises(ValueError, match=r"x must have shape \(d,\); got shape \(\)"):
        directional_derivative(np.sum, 1.0, [1.0])
    with pytest.raises(ValueError, match=r"direction must have shape \(2,\); got shape \(3,\)"):
        directional_derivative(np.sum, [1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"direction must not be zero; got \[0. 0.\]"):
        directional_derivative(np.sum, [1.0, 2.0], [0, 0])
    with pytest.raises(TypeError, match="direction must be an array of real numbers; got 'north'"):
        directional_derivative(np.sum, [1.0, 2.0], "north")
    with pytest.raises(ValueError, match="step must be a finite number > 0; got -1"):
        directional_derivative(np.sum, [1.0, 2.0], [1, 0], step=-1)
    with pytest.raises(ValueError, match="step must be large enough to move x; got 1e-10"):
        directional_derivative(np.sum, [1e8, 2.0], [1, 0], step=1e-10)
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        directional_derivative(lambda _: np.nan, [1.0], [1.0])
    with pytest.raises(ValueError, match=r"shape \(m,\).*got shape \(1, 2\). Flatten more axes"):
        directional_derivative(lambda x: x[np.newaxis], [1.0, 2.0], [1, 0])


def test_jacobian_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function that returns an array"):
        jacobian(None, [1.0])
    with pytest.raises(ValueError, match=r"x must have shape \(d,\); got shape \(1, 1\)"):
        jacobian(np.sin, [[1.0]])
    with pytest.raises(ValueError, match=r"got shape \(\). For one number use gradient"):
        jacobian(np.sum, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"got shape \(2, 2\). .*Flatten more axes with ravel"):
        jacobian(lambda x: np.outer(x, x), [1.0, 2.0])
    with pytest.raises(ValueError, match=r"got shape \(0,\)"):
        jacobian(lambda x: x[:0], [1.0, 2.0])
    with pytest.raises(ValueError, match="one length at all points; got lengths 1 and 2"):
        jacobian(lambda x: x[: 1 + (x[0] > 1)], [1.0, 2.0])
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        jacobian(lambda x: np.append(x, np.inf), [1.0, 2.0])
    with pytest.raises(ValueError, match="step must be a finite number > 0; got 0"):
        jacobian(np.sin, [1.0], step=0)
    with pytest.raises(ValueError, match="step must be large enough to move x"):
        jacobian(np.sin, [1.0, 1e20], step=1e-3)


def test_check_jacobian_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function"):
        check_jacobian(None, np.diag, [1.0])
    with pytest.raises(TypeError, match="jacobian must be a function that returns an array"):
        check_jacobian(np.sin, np.eye(1), [1.0])
    with pytest.raises(
        ValueError, match=r"jacobian must return an array of .* here \(2, 3\), .*; got"
    ):
        check_jacobian(lambda x: x[:2], lambda _: np.eye(3), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="jacobian must be finite where"):
        check_jacobian(np.sin, lambda _: [[np.nan]], [1.0])
    with pytest.raises(ValueError, match="tolerance must be a finite number > 0; got 0"):
        check_jacobian(np.sin, lambda x: np.diag(np.cos(x)), [1.0], tolerance=0)


def test_hessian_names_each_mistake():
    with pytest.raises(TypeError, match="function must be a function that returns one number"):
        hessian("f", [1.0])
    with pytest.raises(ValueError, match=r"x must have shape \(d,\); got shape \(\)"):
        hessian(np.sum, 1.0)
    with pytest.raises(ValueError, match=r"one number.*got shape \(2,\). Sum or average"):
        hessian(np.sin, [1.0, 2.0])
    with pytest.raises(ValueError, match="function must be finite around x; got 1 NaN"):
        hessian(lambda _: np.inf, [1.0])
    with pytest.raises(ValueError, match="step must be a finite number > 0; got 0"):
        hessian(np.sum, [1.0], step=0)
    with pytest.raises(ValueError, match="step must be large enough to move x"):
        hessian(np.sum, [1.0, 1e20], step=1e-3)
