"""The two passes: against SymPy, differences and what must not matter."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from library.networks.drawn import NAMES, architectures, gradient, names, problem, seeds

from mlmath_lib.calculus import check_gradient
from mlmath_lib.networks import (
    Dense,
    backward,
    flatten_layers,
    forward,
    network_loss,
    unflatten_layers,
)
from mlmath_lib.networks._layers import layer_backward, layer_forward, require_layer


def agrees_with_differences(layers, X, y):
    """Compare the gradient with central differences of the loss."""
    return check_gradient(
        lambda w: network_loss(unflatten_layers(w, layers), X, y),
        lambda w: flatten_layers(gradient(unflatten_layers(w, layers), X, y)),
        flatten_layers(layers),
    )


@given(architectures, names, seeds)
@settings(max_examples=80)
def test_backward_agrees_with_central_differences(sizes, name, seed):
    layers, X, y = problem(sizes, seed, activation=name)
    if name == "relu":  # differences across a kink measure no slope
        for k, layer in enumerate(layers[:-1]):
            sums = forward([*layers[:k], layer._replace(activation="identity")], X)[-1]
            if np.abs(sums).min() < 1e-3:
                return
    report = agrees_with_differences(layers, X, y)
    assert report.agrees, report.error


def test_each_layer_has_its_own_activation():
    rng = np.random.default_rng(5)
    sizes, activations = [3, 5, 4, 3, 2], ["relu", "logistic", "tanh", "tanh"]
    layers = [
        Dense(rng.normal(size=(n_out, n_in)), rng.normal(size=n_out), name)
        for (n_in, n_out), name in zip(pairwise(sizes), activations, strict=True)
    ]
    X, y = rng.normal(size=(6, 3)), [0, 1, 1, 0, 1, 0]
    A = np.maximum(X @ layers[0].W.T + layers[0].b, 0)
    A = 1 / (1 + np.exp(-(A @ layers[1].W.T + layers[1].b)))
    A = np.tanh(np.tanh(A @ layers[2].W.T + layers[2].b) @ layers[3].W.T + layers[3].b)
    np.testing.assert_allclose(forward(layers, X)[-1], A, rtol=1e-12)
    assert agrees_with_differences(layers, X, y).agrees


class Masked(NamedTuple):
    """A kind of layer without parameters, whose mask is drawn from a seed."""

    seed: int


def mask_of(layer, shape):
    return np.random.default_rng(layer.seed).random(shape) < 0.5


@require_layer.register
def require_masked(layer: Masked, _name, shape):
    return layer, shape, shape


@layer_forward.register
def masked_forward(layer: Masked, X):
    return X * mask_of(layer, X.shape)


@layer_backward.register
def masked_backward(layer: Masked, X, _A, gradient):
    return gradient * mask_of(layer, X.shape), ()


def test_another_kind_of_layer_needs_three_functions_and_no_more():
    dense, X, y = problem([3, 6, 4, 2], seed=3, n_samples=7)
    layers = [dense[0], Masked(seed=1), dense[1], Masked(seed=2), dense[2]]
    hidden, masked = forward(layers, X)[1:3]
    assert 0 < np.count_nonzero(masked) < hidden.size
    assert agrees_with_differences(layers, X, y).agrees
    with pytest.raises(NotImplementedError):
        layer_forward(object(), X)
    with pytest.raises(NotImplementedError):
        layer_backward(object(), X, X, X)


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_sympys_derivative_on_a_small_network(name):
    layers, X, y = problem([2, 3, 2, 3], seed=4, activation=name, n_samples=2)
    symbols = np.array(sp.symbols(f"w:{len(flatten_layers(layers))}", real=True))
    function = {
        "tanh": sp.tanh,
        "relu": lambda z: sp.Max(z, 0),
        "logistic": lambda z: 1 / (1 + sp.exp(-z)),
    }[name]
    total, first = 0, 0
    parts = []
    for W, b, _ in layers:
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
    computed = flatten_layers(gradient(layers, X, y))
    np.testing.assert_allclose(computed, exact, rtol=1e-10, atol=1e-13)


@given(architectures.filter(lambda sizes: len(sizes) > 2), names, seeds)
@settings(max_examples=60)
def test_permuting_hidden_units_changes_no_score_and_permutes_the_gradient(sizes, name, seed):
    layers, X, y = problem(sizes, seed, activation=name)
    order = np.random.default_rng(seed).permutation(sizes[1])

    def permuted(layers):
        first, second, *rest = layers
        moved = [first._replace(W=first.W[order], b=first.b[order])]
        return [*moved, second._replace(W=second.W[:, order]), *rest]

    scores = forward(layers, X)[-1]
    np.testing.assert_allclose(forward(permuted(layers), X)[-1], scores, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        flatten_layers(gradient(permuted(layers), X, y)),
        flatten_layers(permuted(gradient(layers, X, y))),
        rtol=1e-9,
        atol=1e-12,
    )


@given(architectures, names, seeds)
@settings(max_examples=60)
def test_the_gradient_is_the_mean_of_the_rows_gradients(sizes, name, seed):
    layers, X, y = problem(sizes, seed, activation=name, n_samples=4)
    rows = [flatten_layers(gradient(layers, X[i : i + 1], y[i : i + 1])) for i in range(4)]
    computed = flatten_layers(gradient(layers, X, y))
    np.testing.assert_allclose(computed, np.mean(rows, axis=0), rtol=1e-9, atol=1e-12)


def test_relu_takes_the_slope_0_at_0():
    layers = [Dense([[1.0]], [0.0], "relu"), Dense([[1.0], [0.0]], [0.0, 0.0])]
    assert gradient(layers, [[0.0]], [0])[0].b.tolist() == [0]


LAYERS = [Dense(np.ones((4, 3)), np.ones(4), "tanh"), Dense(np.ones((2, 4)), np.ones(2))]
X, Y = np.ones((5, 3)), np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: forward([], X), ValueError, "at least one layer; got none. Draw by initial_la"),
        (lambda: forward([np.ones((2, 3))], X), TypeError,
         r"layers\[0\] must be a layer such as Dense\(W, b, \"tanh\"\); got ndarray$"),
        (lambda: forward([LAYERS[0], (np.ones((2, 4)), np.ones(2))], X), TypeError,
         r"layers\[1\] must be .*; got tuple. A pair \(W, b\) does not tell its activation"),
        (lambda: forward([(1, 2, 3)], X), TypeError, "got tuple$"),
        (lambda: forward([LAYERS[0], LAYERS[0]], X), ValueError,
         r"W of layers\[1\] must have shape \(n_out, 4\); got shape \(4, 3\)"),
        (lambda: forward(LAYERS, X[:, :2]), ValueError, r"X must have shape \(n_samples, 3\)"),
        (lambda: forward(LAYERS, X * np.nan), ValueError, "X must be finite"),
        (lambda: backward(LAYERS, [X], Y), ValueError,
         "list of 3 arrays .* these 2 layers; got 1"),
        (lambda: backward(LAYERS, X, Y), ValueError, "list of 3 arrays .*; got no list"),
        (lambda: backward(LAYERS, [X, X, X], Y), ValueError,
         r"activations\[1\] must have shape \(5, 4\)"),
        (lambda: backward(LAYERS, [X[:0], X[:0], X[:0]], Y), ValueError,
         r"activations\[0\] must have shape \(n_samples, 3\)"),
        (lambda: backward(LAYERS, [X, np.ones((5, 4)), np.ones((4, 2))], Y), ValueError,
         r"activations\[2\] must have shape \(5, 2\)"),
        (lambda: backward(LAYERS, forward(LAYERS, X), Y - 1), ValueError, "got -1"),
    ],
)  # fmt: skip
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
