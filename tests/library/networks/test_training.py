"""Training: against scikit-learn and the library's own descent, by what must not matter."""

import numpy as np
import pytest
from library.networks.drawn import NAMES, gradient, problem
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier

from mlmath_lib.networks import (
    Dense,
    backward,
    flatten_layers,
    forward,
    initial_layers,
    network_loss,
    predict_probabilities,
    train,
    train_step,
    unflatten_layers,
)
from mlmath_lib.optimization import stochastic_gradient_descent


@pytest.mark.parametrize("name", NAMES)
def test_a_step_is_scikit_learns(name):
    X, y = load_iris(return_X_y=True)
    X = X - X.mean(axis=0)
    layers = initial_layers([4, 6, 5, 3], activation=name, rng=3)
    model = MLPClassifier(
        (6, 5),
        activation=name,
        solver="sgd",
        alpha=0,
        momentum=0,
        nesterovs_momentum=False,
        learning_rate_init=0.3,
        batch_size=150,
    )
    model.partial_fit(X, y, classes=[0, 1, 2])
    model.coefs_ = [layer.W.T.copy() for layer in layers]
    model.intercepts_ = [layer.b.copy() for layer in layers]
    for _ in range(3):
        np.testing.assert_allclose(
            predict_probabilities(layers, X), model.predict_proba(X), rtol=1e-9
        )
        loss = network_loss(layers, X, y)
        layers = train_step(layers, X, y, 0.3)
        model.partial_fit(X, y)
        assert model.loss_ == pytest.approx(loss, rel=1e-9)
        for layer, W, b in zip(layers, model.coefs_, model.intercepts_, strict=True):
            np.testing.assert_allclose(layer.W, W.T, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(layer.b, b, rtol=1e-9, atol=1e-12)


def test_train_takes_the_steps_of_stochastic_gradient_descent():
    layers, X, y = problem([3, 5, 4, 3], seed=8, n_samples=23)

    def batch_gradient(w, X, y):
        moved = unflatten_layers(w, layers)
        return flatten_layers(backward(moved, forward(moved, X), y))

    path = stochastic_gradient_descent(
        batch_gradient, flatten_layers(layers), X, y, batch_size=6, step_size=0.2, n_epochs=4, rng=5
    )
    result = train(layers, X, y, batch_size=6, step_size=0.2, n_epochs=4, rng=5)
    np.testing.assert_allclose(flatten_layers(result.layers), path.points[-1], rtol=1e-12)
    assert result.completed


def test_train_reports_the_loss_before_each_step():
    layers, X, y = problem([3, 4, 2], seed=1, n_samples=9)
    result = train(layers, X, y, batch_size=9, step_size=0.1, n_epochs=3, rng=0)
    for loss in result.losses:
        assert loss == pytest.approx(network_loss(layers, X, y), rel=1e-12)
        layers = train_step(layers, X, y, 0.1)
    np.testing.assert_allclose(flatten_layers(layers), flatten_layers(result.layers), rtol=1e-12)


def test_the_loss_of_an_epoch_counts_every_row_once():
    layers, X, y = problem([3, 4, 2], seed=1, n_samples=9)
    result = train(layers, X, y, batch_size=4, step_size=1e-12, n_epochs=1, rng=0)
    assert result.losses[0] == pytest.approx(network_loss(layers, X, y), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_train_learns_a_border_that_is_no_line(name):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(300, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    layers = initial_layers([2, 12, 2], activation=name, rng=2)
    result = train(layers, X, y, batch_size=20, step_size=1.0, n_epochs=150, rng=0)
    classes = predict_probabilities(result.layers, X).argmax(axis=1)
    assert np.mean(classes == y) > 0.95
    assert result.losses[-1] < result.losses[0] / 2
    assert [layer.activation for layer in result.layers] == [name, "identity"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("step_size", [1e306, 1.7e308])
def test_a_diverging_walk_ends_with_the_last_finite_layers(step_size):
    layers, X, y = problem([3, 4, 2], seed=1, activation="relu", n_samples=9)
    whole = train(layers, 1e3 * X, y, batch_size=3, step_size=step_size, n_epochs=9, rng=0)
    assert not whole.completed
    assert len(whole.losses) < 9
    assert np.isfinite(whole.losses).all()
    assert np.isfinite(flatten_layers(whole.layers)).all()


def test_weights_that_overflow_in_the_last_step_end_the_walk():
    # The loss of the only batch is finite; the step that follows it is not.
    layers, X, y = [Dense(np.ones((2, 1)), np.zeros(2))], [[1e10]], [0]
    result = train(layers, X, y, batch_size=1, step_size=1e306, n_epochs=1, rng=0)
    assert not result.completed
    assert result.losses.tolist() == []
    np.testing.assert_array_equal(flatten_layers(result.layers), flatten_layers(layers))


def test_layers_given_are_left_as_they_are():
    layers, X, y = problem([3, 4, 2], seed=1)
    before = flatten_layers(layers)
    train_step(layers, X, y, 0.5)
    train(layers, X, y, batch_size=2, step_size=0.5, n_epochs=2, rng=0)
    gradient(layers, X, y)
    np.testing.assert_array_equal(flatten_layers(layers), before)


def test_equal_hidden_units_stay_equal():
    layers, X, y = problem([3, 4, 3], seed=2, n_samples=20)
    equal = [
        Dense(np.tile(layers[0].W[:1], (4, 1)), np.full(4, 0.3), "tanh"),
        Dense(np.tile(layers[1].W[:, :1], (1, 4)), layers[1].b),
    ]
    result = train(equal, X, y, batch_size=5, step_size=0.5, n_epochs=20, rng=0)
    assert np.ptp(result.layers[0].W, axis=0).max() < 1e-12
    assert np.ptp(result.layers[1].W, axis=1).max() < 1e-12


LAYERS = [Dense(np.ones((4, 3)), np.ones(4), "tanh"), Dense(np.ones((2, 4)), np.ones(2))]
X, Y = np.ones((5, 3)), np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: train_step(LAYERS, X, Y, 0), ValueError, "step_size must be a finite number > 0"),
        (lambda: train_step(LAYERS, X, Y, "big"), TypeError, "step_size must be a finite number"),
        (lambda: train_step(LAYERS, X[:, :2], Y, 1), ValueError, "X must have .*, 3"),
        (lambda: train_step(LAYERS, X, Y + 1, 1), ValueError, "y must hold whole .*; got 2"),
        (lambda: train_step([(W, b) for W, b, _ in LAYERS], X, Y, 1), TypeError,
         "got tuple. A pair .* does not tell its activation"),
        (lambda: train(LAYERS, X, Y, batch_size=6, step_size=1, n_epochs=1), ValueError,
         "batch_size must be at most the number of rows, 5; got 6"),
        (lambda: train(LAYERS, X, Y, batch_size=0, step_size=1, n_epochs=1), ValueError,
         "batch_size must be a whole number >= 1; got 0"),
        (lambda: train(LAYERS, X, Y, batch_size=1, step_size=1, n_epochs=1.5), TypeError,
         "n_epochs must be a whole number"),
        (lambda: train(LAYERS, X, Y, batch_size=1, step_size=-1, n_epochs=1), ValueError,
         "step_size must be a finite number > 0; got -1"),
        (lambda: train(LAYERS, X, Y / 2, batch_size=1, step_size=1, n_epochs=1), ValueError,
         "y must hold whole .*; got 0.5"),
        (lambda: train(LAYERS, X, Y + 1, batch_size=1, step_size=1, n_epochs=1), ValueError,
         "y must hold whole .*; got 2"),
        (lambda: train(LAYERS, X[0], Y, batch_size=1, step_size=1, n_epochs=1), ValueError,
         "X must have shape"),
    ],
)  # fmt: skip
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
