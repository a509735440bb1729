"""Weights as one vector: back and forth without loss."""

import numpy as np
import pytest
from hypothesis import given
from library.networks.drawn import architectures, gradient, names, problem, seeds

from mlmath_lib.networks import Dense, flatten_layers, forward, unflatten_layers

LAYERS = [Dense(np.ones((2, 3)), np.ones(2), "tanh"), Dense(np.ones((1, 2)), np.ones(1))]


@given(architectures, names, seeds)
def test_unflatten_reverses_flatten(sizes, name, seed):
    layers = problem(sizes, seed, activation=name)[0]
    other = problem(sizes, seed + 1, activation=name)[0]
    again = unflatten_layers(flatten_layers(layers), other)
    for layer, copy in zip(layers, again, strict=True):
        np.testing.assert_array_equal(layer.W, copy.W)
        np.testing.assert_array_equal(layer.b, copy.b)
        assert layer.activation == copy.activation


def test_the_order_is_rows_then_biases_layer_after_layer():
    layers = unflatten_layers(np.arange(11), LAYERS)
    assert layers[0].W.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert layers[0].b.tolist() == [6, 7]
    assert layers[1].W.tolist() == [[8, 9]]
    assert layers[1].b.tolist() == [10]
    assert flatten_layers(layers).tolist() == list(range(11))


def test_gradients_flatten_in_the_order_of_their_layers():
    layers, X, y = problem([3, 4, 2], seed=0)
    slopes = gradient(layers, X, y)
    expected = np.concatenate([part.ravel() for pair in slopes for part in (pair.W, pair.b)])
    np.testing.assert_array_equal(flatten_layers(slopes), expected)
    np.testing.assert_array_equal(flatten_layers([tuple(pair) for pair in slopes]), expected)
    assert flatten_layers([(np.array([[1, 2]]), [3])]).tolist() == [1, 2, 3]


def test_flatten_copies_and_unflatten_gives_views():
    weights = np.arange(11.0)
    layers = unflatten_layers(weights, LAYERS)
    assert all(np.shares_memory(weights, part) for layer in layers for part in layer[:2])
    flatten_layers(layers[:1])[:] = -1
    flatten_layers([(layers[1].W,)])[:] = -1
    np.testing.assert_array_equal(weights, np.arange(11))
    assert LAYERS[0].W.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_weights_of_another_type_are_read():
    layer = Dense([[1, 2]], [3], "relu")
    assert flatten_layers([layer]).tolist() == [1, 2, 3]
    moved = unflatten_layers([4, 5, 6], [layer])
    assert forward(moved, [[1, 1]])[-1].tolist() == [[15]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: flatten_layers([]), ValueError, "at least one layer"),
        (lambda: flatten_layers([np.ones((2, 2))]), TypeError,
         r"layers\[0\] must be a layer, or the tuple of its gradients; got ndarray"),
        (lambda: flatten_layers([(np.ones(2), "b")]), TypeError,
         r"layers\[0\]\[1\] must be an array of real numbers"),
        (lambda: flatten_layers([(np.ones(2), [np.inf])]), ValueError, "must be finite"),
        (lambda: flatten_layers([*LAYERS, (np.ones((1, 1)), np.ones(1))]), TypeError,
         r"layers\[2\] must be a layer"),
        (lambda: unflatten_layers(np.ones(7), LAYERS), ValueError,
         r"weights must have shape \(11,\); got shape \(7,\)"),
        (lambda: unflatten_layers(np.ones(6), [2, 2]), TypeError,
         r"layers\[0\] must be a layer such as Dense\(W, b, \"tanh\"\); got int"),
        (lambda: unflatten_layers(np.ones(7), []), ValueError, "at least one layer"),
    ],
)  # fmt: skip
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
