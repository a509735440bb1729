"""Networks against SymPy, scikit-learn, differences and what must not matter."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier

from mlmath_lib.calculus import check_gradient
from mlmath_lib.networks import (
    Layer,
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

NAMES = ["tanh", "relu", "logistic"]
architectures = st.lists(st.integers(1, 6), min_size=2, max_size=5)
names = st.sampled_from(NAMES)
seeds = st.integers(0, 2**32 - 1)


def problem(sizes, seed, n_samples=5):
    """Return a network with biases, rows and classes, all at random."""
    rng = np.random.default_rng(seed)
    layers = [Layer(W, rng.normal(size=b.shape)) for W, b in initial_layers(sizes, rng=rng)]
    return layers, rng.normal(size=(n_samples, sizes[0])), rng.integers(sizes[-1], size=n_samples)


def gradient(layers, X, y, activation):
    return backward(layers, forward(layers, X, activation=activation), y, activation=activation)


@given(architectures, names, seeds)
@settings(max_examples=80, deadline=None)
def test_backward_agrees_with_central_differences(sizes, name, seed):
    layers, X, y = problem(sizes, seed)
    if name == "relu":  # differences across a kink measure no slope
        Z = X
        for W, b in layers[:-1]:
            Z = np.maximum(Z, 0) @ W.T + b if Z is not X else X @ W.T + b
            if np.abs(Z).min() < 1e-3:
                return
    report = check_gradient(
        lambda w: network_loss(unflatten_layers(w, sizes), X, y, activation=name),
        lambda w: flatten_layers(gradient(unflatten_layers(w, sizes), X, y, name)),
        flatten_layers(layers),
    )
    assert report.agrees, report.error


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_sympys_derivative_on_a_small_network(name):
    sizes = [2, 3, 2, 3]
    layers, X, y = problem(sizes, seed=4, n_samples=2)
    symbols = np.array(sp.symbols(f"w:{len(flatten_layers(layers))}", real=True))
    function = {
        "tanh": sp.tanh,
        "relu": lambda z: sp.Max(z, 0),
        "logistic": lambda z: 1 / (1 + sp.exp(-z)),
    }[name]
    total, first = 0, 0
    parts = []
    for W, b in layers:
        parts.append((symbols[first : first + W.size].reshape(W.shape), first + W.size))
        first += W.size + b.size
    for row, label in zip(X, y, strict=True):
        a = [sp.Float(x, 30) for x in row]
        for k, (W, bias) in enumerate(parts):
            z = [
                sum(W[i, j] * a[j] for j in range(len(a))) + symbols[bias + i]
                for i in range(len(W))
            ]
            a = z if k == len(parts) - 1 else [function(entry) for entry in z]
        total += sp.log(sum(sp.exp(entry) for entry in a)) - a[label]
    slopes = sp.lambdify(symbols, [sp.diff(total / 2, symbol) for symbol in symbols], cse=True)
    exact = slopes(*flatten_layers(layers))
    computed = flatten_layers(gradient(layers, X, y, name))
    np.testing.assert_allclose(computed, exact, rtol=1e-10, atol=1e-13)


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
            predict_probabilities(layers, X, activation=name), model.predict_proba(X), rtol=1e-9
        )
        loss = network_loss(layers, X, y, activation=name)
        layers = train_step(layers, X, y, 0.3, activation=name)
        model.partial_fit(X, y)
        assert model.loss_ == pytest.approx(loss, rel=1e-9)
        for layer, W, b in zip(layers, model.coefs_, model.intercepts_, strict=True):
            np.testing.assert_allclose(layer.W, W.T, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(layer.b, b, rtol=1e-9, atol=1e-12)


def test_train_takes_the_steps_of_stochastic_gradient_descent():
    sizes = [3, 5, 4, 3]
    layers, X, y = problem(sizes, seed=8, n_samples=23)

    def batch_gradient(w, X, y):
        layers = unflatten_layers(w, sizes)
        return flatten_layers(backward(layers, forward(layers, X), y))

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
    result = train(layers, X, y, batch_size=20, step_size=1.0, n_epochs=150, activation=name, rng=0)
    classes = predict_probabilities(result.layers, X, activation=name).argmax(axis=1)
    assert np.mean(classes == y) > 0.95
    assert result.losses[-1] < result.losses[0] / 2


def test_a_diverging_walk_ends_with_the_last_finite_layers():
    layers, X, y = problem([3, 4, 2], seed=1, n_samples=9)
    result = train(
        layers, 1e3 * X, y, batch_size=3, step_size=1e306, n_epochs=9, activation="relu", rng=0
    )
    assert not result.completed
    assert len(result.losses) < 9
    assert np.isfinite(flatten_layers(result.layers)).all()


def test_layers_given_are_left_as_they_are():
    layers, X, y = problem([3, 4, 2], seed=1)
    before = flatten_layers(layers)
    train_step(layers, X, y, 0.5)
    train(layers, X, y, batch_size=2, step_size=0.5, n_epochs=2, rng=0)
    backward(layers, forward(layers, X), y)
    np.testing.assert_array_equal(flatten_layers(layers), before)


@given(architectures.filter(lambda sizes: len(sizes) > 2), names, seeds)
@settings(max_examples=60, deadline=None)
def test_permuting_hidden_units_changes_no_score_and_permutes_the_gradient(sizes, name, seed):
    layers, X, y = problem(sizes, seed)
    order = np.random.default_rng(seed).permutation(sizes[1])

    def permuted(layers):
        first, second, *rest = layers
        moved = [Layer(first.W[order], first.b[order]), Layer(second.W[:, order], second.b)]
        return [*moved, *rest]

    scores = forward(layers, X, activation=name)[-1]
    np.testing.assert_allclose(
        forward(permuted(layers), X, activation=name)[-1], scores, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        flatten_layers(gradient(permuted(layers), X, y, name)),
        flatten_layers(permuted(gradient(layers, X, y, name))),
        rtol=1e-9,
        atol=1e-12,
    )


@given(architectures, names, seeds)
@settings(max_examples=60, deadline=None)
def test_the_gradient_is_the_mean_of_the_rows_gradients(sizes, name, seed):
    layers, X, y = problem(sizes, seed, n_samples=4)
    rows = [flatten_layers(gradient(layers, X[i : i + 1], y[i : i + 1], name)) for i in range(4)]
    computed = flatten_layers(gradient(layers, X, y, name))
    np.testing.assert_allclose(computed, np.mean(rows, axis=0), rtol=1e-9, atol=1e-12)


def test_equal_hidden_units_stay_equal():
    layers, X, y = problem([3, 4, 3], seed=2, n_samples=20)
    equal = [
        Layer(np.tile(layers[0].W[:1], (4, 1)), np.full(4, 0.3)),
        Layer(np.tile(layers[1].W[:, :1], (1, 4)), layers[1].b),
    ]
    result = train(equal, X, y, batch_size=5, step_size=0.5, n_epochs=20, rng=0)
    assert np.ptp(result.layers[0].W, axis=0).max() < 1e-12
    assert np.ptp(result.layers[1].W, axis=1).max() < 1e-12


def test_huge_scores_neither_overflow_nor_lose_the_loss():
    layers = [Layer(np.array([[1e4], [0.0], [-1e4]]), np.zeros(3))]
    X, y = np.array([[1.0], [2.0]]), [2, 0]
    assert network_loss(layers, X, y) == 1e4
    np.testing.assert_array_equal(predict_probabilities(layers, X), [[1, 0, 0], [1, 0, 0]])
    assert np.isfinite(gradient(layers, X, y, "tanh")[0].W).all()


def test_losses_and_probabilities_are_scipys_softmax():
    layers, X, y = problem([4, 5, 3], seed=6)
    expected = log_softmax(forward(layers, X)[-1], axis=1)
    np.testing.assert_allclose(predict_probabilities(layers, X), np.exp(expected), rtol=1e-12)
    np.testing.assert_allclose(network_loss(layers, X, y), -expected[range(5), y].mean())


def test_the_logistic_function_does_not_overflow():
    layers = [([[1.0]], [0.0]), ([[1.0]], [0.0])]
    hidden = forward(layers, [[-1e4], [0.0], [1e4], [2.0]], activation="logistic")[1].ravel()
    np.testing.assert_allclose(hidden, [0, 0.5, 1, 1 / (1 + np.exp(-2))], rtol=1e-15)


def test_relu_takes_the_slope_0_at_0():
    layers = [([[1.0]], [0.0]), ([[1.0], [0.0]], [0.0, 0.0])]
    assert gradient(layers, [[0.0]], [0], "relu")[0].b.tolist() == [0]


@pytest.mark.parametrize(("name", "variance"), [("tanh", 1), ("relu", 2), ("logistic", 1)])
def test_initial_layers_have_the_stated_variance(name, variance):
    first, second = initial_layers([50, 400, 100], activation=name, rng=1)
    assert first.W.var() * 50 == pytest.approx(variance, rel=0.05)
    assert second.W.var() * 400 == pytest.approx(variance, rel=0.05)
    assert not first.b.any()
    assert not second.b.any()


def test_the_seed_decides_the_layers():
    weights = [flatten_layers(initial_layers([3, 2, 4], rng=seed)).tolist() for seed in (1, 1, 2)]
    assert weights[0] == weights[1] != weights[2]


@given(architectures, seeds)
def test_unflatten_reverses_flatten(sizes, seed):
    layers = problem(sizes, seed)[0]
    again = unflatten_layers(flatten_layers(layers), sizes)
    for layer, copy in zip(layers, again, strict=True):
        np.testing.assert_array_equal(layer.W, copy.W)
        np.testing.assert_array_equal(layer.b, copy.b)


GOOD = [Layer(np.ones((4, 3)), np.ones(4)), Layer(np.ones((2, 4)), np.ones(2))]
X, Y = np.ones((5, 3)), np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: initial_layers([3]), ValueError, r"sizes must list at least .*; got \[3\]"),
        (lambda: initial_layers([3, 2.5]), TypeError, r"sizes\[1\] must be a whole number >= 1"),
        (lambda: initial_layers([3, 0, 2]), ValueError, r"sizes\[1\] must be a whole number >= 1"),
        (lambda: initial_layers([3, 2], activation="swish"), ValueError,
         'activation must be one of "tanh", "relu", "logistic"; got \'swish\''),
        (lambda: forward(GOOD, X, activation=np.tanh), ValueError, "activation must be one of"),
        (lambda: forward([], X), ValueError, "at least one layer .* Draw them by initial_layers"),
        (lambda: forward([np.ones((2, 3))], X), TypeError, r"layers\[0\] must be a pair \(W, b\)"),
        (lambda: forward([(np.ones((4, 3)), np.ones(3))], X), ValueError,
         r"b of layers\[0\] must have shape \(4,\); got shape \(3,\)"),
        (lambda: forward([GOOD[0], GOOD[0]], X), ValueError,
         r"W of layers\[1\] must have shape \(n_out, 4\); got shape \(4, 3\)"),
        (lambda: forward(GOOD, X[:, :2]), ValueError, r"X must have shape \(n_samples, 3\)"),
        (lambda: forward(GOOD, X * np.nan), ValueError, "X must be finite"),
        (lambda: forward([("a", "b")], X), TypeError, r"W of layers\[0\] must be an array"),
        (lambda: network_loss(GOOD, X, Y[:4]), ValueError, r"y must have shape \(5,\)"),
        (lambda: network_loss(GOOD, X, Y + 1), ValueError, "whole numbers from 0 to 1, .*; got 2"),
        (lambda: network_loss(GOOD, X, Y / 2), ValueError, "y must hold whole .*; got 0.5. Number"),
        (lambda: network_loss(GOOD, X, list("abcab")), TypeError, "y must be an array of"),
        (lambda: backward(GOOD, [X], Y), ValueError, "list of 3 arrays .* these 2 layers; got 1"),
        (lambda: backward(GOOD, X, Y), ValueError, "list of 3 arrays .*; got no list"),
        (lambda: backward(GOOD, [X, X, X], Y), ValueError, r"activations\[1\] must have shape"),
        (lambda: backward(GOOD, forward(GOOD, X), Y - 1), ValueError, "got -1"),
        (lambda: backward(GOOD, forward(GOOD, X), Y, activation=""), ValueError, "activation must"),
        (lambda: train_step(GOOD, X, Y, 0), ValueError, "step_size must be a finite number > 0"),
        (lambda: train_step(GOOD, X, Y, "big"), TypeError, "step_size must be a finite number"),
        (lambda: train(GOOD, X, Y, batch_size=6, step_size=1, n_epochs=1), ValueError,
         "batch_size must be at most the number of rows, 5; got 6"),
        (lambda: train(GOOD, X, Y, batch_size=0, step_size=1, n_epochs=1), ValueError,
         "batch_size must be a whole number >= 1; got 0"),
        (lambda: train(GOOD, X, Y, batch_size=1, step_size=1, n_epochs=1.5), TypeError,
         "n_epochs must be a whole number"),
        (lambda: train(GOOD, X, Y, batch_size=1, step_size=-1, n_epochs=1), ValueError,
         "step_size must be a finite number > 0; got -1"),
        (lambda: predict_probabilities(GOOD, X[0]), ValueError, "X must have shape"),
        (lambda: flatten_layers([]), ValueError, "at least one layer"),
        (lambda: unflatten_layers(np.ones(7), [2, 2]), ValueError,
         r"weights must have shape \(6,\); got shape \(7,\)"),
        (lambda: unflatten_layers(np.ones(7), [2]), ValueError, "sizes must list at least"),
    ],
)  # fmt: skip
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
