"""Optimisers against closed forms, the theory of quadratics, SciPy, and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.datasets import load_diabetes
from sklearn.linear_model import SGDRegressor

from mlmath_lib.optimization import gradient_descent, stochastic_gradient_descent


def quadratic(curvatures, seed=0):
    """Return a symmetric matrix with these eigenvalues, and its eigenvectors."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    return Q @ np.diag(curvatures) @ Q.T, Q


def loss_gradient(w, X, y):
    """The gradient of the mean of (X w - y)^2 / 2."""
    return X.T @ (X @ w - y) / len(y)


@pytest.fixture(scope="module")
def patients():
    """Ten standardised features, a column of ones, and the target, for 442 patients."""
    X, y = load_diabetes(return_X_y=True, scaled=False)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.column_stack([np.ones(len(X)), X]), y


# gradient descent


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
        lambda w: loss_gradient(w, X, y), np.zeros(11), 1 / largest, max_steps=20_000
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
    path = gradient_descent(lambda x: 4 * x**3, [3.0], 1.0)
    assert not path.converged
    assert np.isfinite(path.points).all()
    assert 2 < len(path.points) < 20


def test_the_callers_start_is_left_alone():
    start = np.array([3.0])
    path = gradient_descent(lambda x: 2 * x, start, 0.5)
    path.points[0] = -1
    assert start[0] == 3


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
        ({"gradient": 3}, TypeError, r"^gradient must be a function that maps a point"),
        (
            {"gradient": lambda _: [1.0, 2.0]},
            ValueError,
            r"shape of start, \(1,\); got shape \(2,\)",
        ),
        ({"gradient": lambda _: "down"}, TypeError, r"^gradient must return an array of numbers"),
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


# stochastic gradient descent


def test_a_batch_of_all_rows_is_gradient_descent(patients):
    X, y = patients
    whole = gradient_descent(
        lambda w: loss_gradient(w, X, y), np.zeros(11), 0.1, tolerance=1e-12, max_steps=50
    )
    path = stochastic_gradient_descent(
        loss_gradient, np.zeros(11), X, y, batch_size=442, step_size=0.1, n_epochs=50, rng=3
    )
    assert path.steps_per_epoch == 1
    np.testing.assert_allclose(path.points, whole.points, atol=1e-9)


@pytest.mark.parametrize("step_size", [0.01, "invscaling"])
def test_single_rows_in_the_same_order_agree_with_scikit_learn(patients, step_size):
    X, y = patients
    n_epochs, power = 3, 0.25
    order_rng = np.random.default_rng(11)
    learning_rate = "constant" if step_size == 0.01 else "invscaling"
    reference = SGDRegressor(
        penalty=None, learning_rate=learning_rate, eta0=0.01, power_t=power, shuffle=False
    )
    for _ in range(n_epochs):
        order = order_rng.permutation(len(X))
        reference.partial_fit(X[order, 1:], y[order])
    schedule = 0.01 if step_size == 0.01 else (lambda k: 0.01 / (k + 1) ** power)
    path = stochastic_gradient_descent(
        loss_gradient,
        np.zeros(11),
        X,
        y,
        batch_size=1,
        step_size=schedule,
        n_epochs=n_epochs,
        rng=11,
    )
    weights = np.append(reference.intercept_, reference.coef_)
    np.testing.assert_allclose(path.points[-1], weights, rtol=1e-9, atol=1e-9)


def test_decreasing_steps_come_close_to_least_squares(patients):
    X, y = patients
    X = X[:, [0, 3, 4, 9]]
    path = stochastic_gradient_descent(
        loss_gradient,
        np.zeros(4),
        X,
        y,
        batch_size=10,
        step_size=lambda k: 2 / (k + 20),
        n_epochs=60,
        rng=0,
    )
    solution = np.linalg.lstsq(X, y)[0]
    np.testing.assert_allclose(path.points[-1], solution, atol=0.5)
    assert np.linalg.norm(path.points[0] - solution) > 150


@pytest.mark.parametrize("batch_size", [1, 7, 20])
def test_a_batch_is_unbiased_with_the_variance_of_a_sample_without_replacement(
    patients, batch_size
):
    """The first step of many walks is a sample of batch gradients at the start."""
    X, y = patients[0][:40, [0, 3, 9]], patients[1][:40]
    start, rng, steps = np.array([100.0, 20.0, -5.0]), np.random.default_rng(batch_size), []
    for _ in range(2000):
        path = stochastic_gradient_descent(
            loss_gradient, start, X, y, batch_size=batch_size, step_size=1.0, n_epochs=1, rng=rng
        )
        steps.append(path.points[0] - path.points[1])
    rows = X * (X @ start - y)[:, np.newaxis]
    variance = rows.var(axis=0) / batch_size * (40 - batch_size) / 39
    bias = np.mean(steps, axis=0) - rows.mean(axis=0)
    assert (np.abs(bias) < 4 * np.sqrt(variance / 2000)).all()
    np.testing.assert_allclose(np.var(steps, axis=0), variance, rtol=0.15)


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 10_000))
def test_an_epoch_uses_every_row_once(batch_size, n_epochs, seed):
    """With the identity as data, the gradient counts the rows of its batch."""
    X, y = np.eye(12), np.zeros(12)
    path = stochastic_gradient_descent(
        lambda _w, X, _y: -X.sum(axis=0),
        np.zeros(12),
        X,
        y,
        batch_size=batch_size,
        step_size=1.0,
        n_epochs=n_epochs,
        rng=seed,
    )
    ends = path.points[:: path.steps_per_epoch]
    assert path.steps_per_epoch == int(np.ceil(12 / batch_size))
    np.testing.assert_array_equal(ends, np.outer(np.arange(n_epochs + 1), np.ones(12)))


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30), st.floats(-10, 10), st.integers(0, 99)
)
def test_steps_of_one_over_k_are_the_running_mean(values, start, seed):
    path = stochastic_gradient_descent(
        lambda w, _, y: w - y.mean(),
        [start],
        np.ones((len(values), 1)),
        values,
        batch_size=1,
        step_size=lambda k: 1 / (k + 1),
        n_epochs=1,
        rng=seed,
    )
    order = np.random.default_rng(seed).permutation(len(values))
    means = np.cumsum(np.array(values)[order]) / np.arange(1, len(values) + 1)
    np.testing.assert_allclose(path.points[1:, 0], means, atol=1e-9)


def test_the_schedule_counts_steps_through_all_epochs():
    seen = []

    def schedule(k):
        seen.append(k)
        return 0.1

    stochastic_gradient_descent(
        loss_gradient,
        [0.0],
        np.ones((5, 1)),
        np.arange(5),
        batch_size=2,
        step_size=schedule,
        n_epochs=2,
        rng=0,
    )
    assert seen == list(range(6))


def test_the_same_rng_gives_the_same_path(patients):
    X, y = patients
    paths = [
        stochastic_gradient_descent(
            loss_gradient, np.zeros(11), X, y, batch_size=32, step_size=0.05, n_epochs=2, rng=seed
        ).points
        for seed in (5, 5, 6)
    ]
    assert np.array_equal(paths[0], paths[1])
    assert not np.array_equal(paths[0], paths[2])


def test_a_diverging_walk_is_cut_at_its_last_finite_point(patients):
    X, y = patients
    path = stochastic_gradient_descent(
        loss_gradient, np.zeros(11), X, y, batch_size=442, step_size=5.0, n_epochs=1000, rng=0
    )
    assert not path.completed
    assert np.isfinite(path.points).all()
    assert 100 < len(path.points) < 1000


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"gradient": None}, TypeError, r"^gradient must be a function that returns the gradient"),
        (
            {"gradient": lambda w, X, y: np.append(w, X @ w - y)},
            ValueError,
            r"shape of start, \(1,\); got shape \(2,\)",
        ),
        ({"start": [[0.0]]}, ValueError, r"^start must have shape \(d,\)"),
        ({"X": [1, 2, 3]}, ValueError, r"For one feature use X\[:, np.newaxis\]"),
        ({"X": [[1.0], [np.inf], [2.0]]}, ValueError, r"^X must be finite"),
        ({"y": [1, 2]}, ValueError, r"^y must have shape \(3,\); got shape \(2,\)"),
        (
            {"batch_size": 4},
            ValueError,
            r"^batch_size must be at most the number of rows, 3; got 4",
        ),
        ({"batch_size": 0}, ValueError, r"^batch_size must be a whole number >= 1; got 0"),
        ({"n_epochs": 2.0}, TypeError, r"^n_epochs must be a whole number >= 1; got 2.0"),
        ({"step_size": -0.1}, ValueError, r"^step_size must be a finite number > 0; got -0.1"),
        (
            {"step_size": lambda k: 1 - k},
            ValueError,
            r"^step_size\(1\) must be a finite number > 0; got 0",
        ),
    ],
)
def test_stochastic_descent_names_the_mistake(change, error, message):
    arguments = {
        "gradient": loss_gradient,
        "start": [0.0],
        "X": np.ones((3, 1)),
        "y": [1, 2, 3],
        "batch_size": 1,
        "step_size": 0.1,
        "n_epochs": 1,
    } | change
    with pytest.raises(error, match=message):
        stochastic_gradient_descent(**arguments)
