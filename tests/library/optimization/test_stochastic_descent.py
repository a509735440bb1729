"""Stochastic gradient descent against gradient descent, scikit-learn and running means."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import SGDRegressor

from mlmath_lib.optimization import gradient_descent, stochastic_gradient_descent


def loss_gradient(w, X, y):
    """The gradient of the mean of (X w - y)^2 / 2."""
    return X.T @ (X @ w - y) / len(y)


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


def test_a_gradient_that_changes_its_arguments_does_no_harm(patients):
    X, y = patients
    before = X.copy(), y.copy()

    def spoil(w, X, y):
        slope = loss_gradient(w, X, y)
        w[:], X[:], y[:] = 7, 8, 9
        return slope

    options = {"batch_size": 32, "step_size": 0.05, "n_epochs": 2, "rng": 5}
    spoilt = stochastic_gradient_descent(spoil, np.zeros(11), X, y, **options)
    clean = stochastic_gradient_descent(loss_gradient, np.zeros(11), X, y, **options)
    assert np.array_equal(spoilt.points, clean.points)
    assert np.array_equal(X, before[0])
    assert np.array_equal(y, before[1])


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
    options = {"batch_size": 442, "step_size": 5.0, "n_epochs": 1000, "rng": 0}
    with warnings.catch_warnings(action="error"):
        path = stochastic_gradient_descent(loss_gradient, np.zeros(11), X, y, **options)
    assert not path.completed
    assert np.isfinite(path.points).all()
    assert 100 < len(path.points) < 1000


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"gradient": None},
            TypeError,
            r"^gradient must be a function that returns an array of the",
        ),
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
