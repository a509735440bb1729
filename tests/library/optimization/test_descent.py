"""Gradient descent against closed forms, the theory of quadratics, and SciPy."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from mlmath_lib.optimization import gradient_descent


def quadratic(curvatures, seed=0):
    """Return a symmetric matrix with these eigenvalues, and its eigenvectors."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    return Q @ np.diag(curvatures) @ Q.T, Q


@given(st.floats(0.01, 1.2), st.floats(-100, 100), st.integers(1, 30))
def test_descent_on_a_square_has_a_closed_form(step_size, start, n_steps):
    path = gradient_descent(
        lambda x: 2 * x, [start], step_size, tolerance=1e-300, max_steps=n_steps
    )
    steps = np.arange(len(path.points))
    expected = (1 - 2 * step_size) ** steps * start
    np.testing.assert_allclose(path.points[:, 0], expected, rtol=1e-9, atol=1e-12)


def test_descent_is_the_power_of_a_matrix_in_several_dimensions():
    H, _ = quadratic([0.5, 2.0, 7.0])
    minimum, start = np.array([1.0, -2.0, 3.0]), np.array([4.0, 4.0, 4.0])
    path = gradient_descent(lambda x: H @ (x - minimum), start, 0.2, max_steps=12)
    shrink = np.eye(3) - 0.2 * H
    expected = [minimum + np.linalg.matrix_power(shrink, k) @ (start - minimum) for k in range(13)]
    np.testing.assert_allclose(path.points, expected, atol=1e-10)


@given(st.floats(0.05, 0.95), st.floats(1.5, 30))
def test_the_rate_is_that_of_the_worst_direction(fraction, condition):
    H, Q = quadratic([1.0, (1 + condition) / 2, condition])
    step_size = fraction * 2 / condition
    start = Q @ np.ones(3)  # something of every direction
    path = gradient_descent(lambda x: H @ x, start, step_size, tolerance=1e-300, max_steps=400)
    factors = np.sort(np.abs(1 - step_size * np.linalg.eigvalsh(H)))
    distances = np.linalg.norm(path.points, axis=1)
    k = np.flatnonzero(distances > 1e-120)[-1]
    k = min(k, 400)
    measured = (distances[k] / distances[k // 2]) ** (1 / (k - k // 2))
    # Directions with nearly the same factor still share the distance at step k / 2.
    assert factors[-1] * (1 - 2 / k) <= measured <= factors[-1] * (1 + 1e-9)


def test_best_constant_step_contracts_by_kappa_minus_one_over_kappa_plus_one():
    H, Q = quadratic([1.0, 9.0])
    path = gradient_descent(lambda x: H @ x, Q @ [9.0, 1.0], 2 / 10, max_steps=20)
    distances = np.linalg.norm(path.points, axis=1)
    np.testing.assert_allclose(distances[1:] / distances[:-1], 0.8, rtol=1e-10)


@pytest.mark.parametrize(("step_size", "descends"), [(1.98, True), (2.02, False)])
def test_two_over_the_curvature_is_the_edge(step_size, descends):
    H, Q = quadratic([0.1, 1.0])
    path = gradient_descent(lambda x: H @ x, Q @ [1.0, 1.0], step_size, max_steps=2000)
    assert path.converged is descends


def test_small_steps_follow_the_flow_to_first_order():
    """Over a fixed time, the gap to x' = -grad f(x) shrinks like the step size."""
    time, errors = 1.0, []
    for n_steps in (50, 100, 200, 400):
        path = gradient_descent(lambda x: 2 * x, [1.0], time / n_steps, max_steps=n_steps)
        errors.append(abs(path.points[-1, 0] - np.exp(-2 * time)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 1, atol=0.02)


def test_descent_agrees_with_least_squares_on_ten_features(patients):
    X, y = patients
    largest = np.linalg.eigvalsh(X.T @ X / len(y))[-1]
    path = gradient_descent(
        lambda w: X.T @ (X @ w - y) / len(y), np.zeros(11), 1 / largest, max_steps=20_000
    )
    assert path.converged
    np.testing.assert_allclose(path.points[-1], np.linalg.lstsq(X, y)[0], atol=1e-5)


def test_descent_agrees_with_scipy_on_a_smooth_convex_function():
    def value(x):
        return np.log(np.exp(x @ [1, 2]) + np.exp(-x @ [2, 1]) + np.exp(x @ [0.5, -1]))

    def gradient(x):
        rows = np.array([[1, 2], [-2, -1], [0.5, -1]])
        weights = np.exp(rows @ x)
        return weights @ rows / weights.sum()

    path = gradient_descent(gradient, [1.0, -1.0], 0.3)
    reference = minimize(value, [1.0, -1.0], tol=1e-12)
    assert path.converged
    np.testing.assert_allclose(path.points[-1], reference.x, atol=1e-5)


def test_descent_never_climbs_below_two_over_the_lipschitz_constant():
    """f(x) = log(1 + x^2) has |f''| <= 2."""
    for start in np.linspace(-8, 8, 9):
        path = gradient_descent(lambda x: 2 * x / (1 + x**2), [start], 0.99, max_steps=100)
        assert (np.diff(np.log1p(path.points[:, 0] ** 2)) <= 1e-15).all()


def test_converged_means_a_small_gradient_at_the_last_point():
    done = gradient_descent(lambda x: 2 * x, [1.0], 0.25, tolerance=2 * 0.5**10)
    assert done.converged
    assert len(done.points) == 11
    one_too_few = gradient_descent(lambda x: 2 * x, [1.0], 0.25, tolerance=2 * 0.5**10, max_steps=9)
    just_enough = gradient_descent(
        lambda x: 2 * x, [1.0], 0.25, tolerance=2 * 0.5**10, max_steps=10
    )
    assert (one_too_few.converged, len(one_too_few.points)) == (False, 10)
    assert (just_enough.converged, len(just_enough.points)) == (True, 11)


def test_a_start_at_the_minimum_stays_there():
    path = gradient_descent(lambda x: 2 * x, [0.0, 0.0], 0.1)
    assert path.converged
    assert path.points.tolist() == [[0.0, 0.0]]


def test_a_diverging_descent_ends_at_a_finite_point_without_a_warning():
    with warnings.catch_warnings(action="error"):
        path = gradient_descent(lambda x: 4 * x**3, [3.0], 1.0)
    assert not path.converged
    assert np.isfinite(path.points).all()
    assert 2 < len(path.points) < 20


def test_the_callers_start_is_left_alone():
    start = np.array([3.0])
    path = gradient_descent(lambda x: 2 * x, start, 0.5)
    path.points[0] = -1
    assert start[0] == 3


def test_a_gradient_that_changes_its_argument_does_no_harm():
    def gradient(x):
        x *= 2
        return x

    start = np.array([1.0])
    path = gradient_descent(gradient, start, 0.25, max_steps=2)
    assert path.points.ravel().tolist() == [1, 0.5, 0.25]
    assert start[0] == 1


def test_a_gradient_that_changes_its_result_in_place_does_no_harm():
    store = np.zeros(1)

    def gradient(x):
        store[:] = 2 * x
        return store

    path = gradient_descent(gradient, [1.0], 0.25, max_steps=2)
    assert path.points.ravel().tolist() == [1, 0.5, 0.25]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"gradient": 3},
            TypeError,
            r"^gradient must be a function that returns an array .*, \(1,\); got 3",
        ),
        (
            {"gradient": lambda _: [1.0, 2.0]},
            ValueError,
            r"shape of start, \(1,\); got shape \(2,\)",
        ),
        (
            {"gradient": lambda _: "down"},
            TypeError,
            r"^gradient must return an array of the shape of start, .*; got 'down'",
        ),
        ({"gradient": lambda _: None}, TypeError, r"^gradient must .*None. Is a return missing\?"),
        ({"gradient": lambda x: x * 1j}, TypeError, r"^gradient must .* Take the real part first"),
        ({"start": 1.0}, ValueError, r"^start must have shape \(d,\); got shape \(\)"),
        ({"start": [np.nan]}, ValueError, r"^start must be finite"),
        ({"start": ["a"]}, TypeError, r"^start must be an array of real numbers"),
        ({"step_size": 0}, ValueError, r"^step_size must be a finite number > 0; got 0"),
        ({"step_size": "0.1"}, TypeError, r"^step_size must be a finite number > 0"),
        ({"tolerance": -1}, ValueError, r"^tolerance must be a finite number > 0; got -1"),
        ({"max_steps": 0}, ValueError, r"^max_steps must be a whole number >= 1; got 0"),
        ({"max_steps": 1.5}, TypeError, r"^max_steps must be a whole number >= 1; got 1.5"),
    ],
)
def test_descent_names_the_mistake(change, error, message):
    arguments = {"gradient": lambda x: 2 * x, "start": [1.0], "step_size": 0.1} | change
    with pytest.raises(error, match=message):
        gradient_descent(**arguments)
