"""Dense layers: how they are drawn, and what they refuse."""

import numpy as np
import pytest
from library.networks.drawn import NAMES

from mlmath_lib.networks import Dense, flatten_layers, forward, initial_layers


@pytest.mark.parametrize(("name", "variance"), [("tanh", 1), ("relu", 2), ("logistic", 1)])
def test_initial_layers_have_the_stated_variance(name, variance):
    first, second = initial_layers([50, 400, 100], activation=name, rng=1)
    assert first.W.var() * 50 == pytest.approx(variance, rel=0.05)
    assert second.W.var() * 400 == pytest.approx(variance, rel=0.05)
    assert first.W.mean() == pytest.approx(0, abs=4 / np.sqrt(50 * 50 * 400))
    assert not first.b.any()
    assert not second.b.any()


@pytest.mark.parametrize("name", NAMES)
def test_hidden_layers_carry_the_activation_and_the_last_has_none(name):
    layers = initial_layers([3, 4, 5, 2], activation=name, rng=0)
    assert [layer.activation for layer in layers] == [name, name, "identity"]
    assert initial_layers([3, 2], activation=name, rng=0)[0].activation == "identity"


def test_the_seed_decides_the_layers():
    weights = [flatten_layers(initial_layers([3, 2, 4], rng=seed)).tolist() for seed in (1, 1, 2)]
    assert weights[0] == weights[1] != weights[2]


def test_sums_of_standard_inputs_have_the_stated_variance():
    X = np.random.default_rng(0).normal(size=(4000, 60))
    for name, variance in [("identity", 1), ("relu", 2)]:
        first, _ = initial_layers([60, 80, 2], activation=name, rng=2)
        sums = forward([first._replace(activation="identity")], X)[-1]
        assert sums.var() == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("identity", lambda z: z),
        ("tanh", lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)),
        ("relu", lambda z: np.where(z > 0, z, 0)),
        ("logistic", lambda z: 1 / (1 + np.exp(-z))),
    ],
)
def test_a_layer_is_its_formula(name, function):
    rng = np.random.default_rng(1)
    W, b, X = rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=(6, 4))
    sums = np.array([[sum(W[i] * x) + b[i] for i in range(3)] for x in X])
    computed = forward([Dense(W, b, name)], X)[1]
    np.testing.assert_allclose(computed, function(sums), rtol=1e-12, atol=1e-15)


def test_the_logistic_function_does_not_overflow():
    (A,) = forward([Dense([[1.0]], [0.0], "logistic")], [[-1e4], [0.0], [1e4], [2.0]])[1:]
    np.testing.assert_allclose(A.ravel(), [0, 0.5, 1, 1 / (1 + np.exp(-2))], rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: initial_layers([3]), ValueError, r"sizes must list at least .*; got \[3\]"),
        (lambda: initial_layers([3, 2.5]), TypeError, r"sizes\[1\] must be a whole number >= 1"),
        (lambda: initial_layers([3, 0, 2]), ValueError, r"sizes\[1\] must be a whole number >= 1"),
        (lambda: initial_layers([3, 2], activation="swish"), ValueError,
         'activation must be one of "identity", "tanh", "relu", "logistic"; got \'swish\''),
        (lambda: initial_layers([3, 2], activation=np.tanh), ValueError, "activation must be one"),
        (lambda: forward([Dense(np.ones((4, 3)), np.ones(3))], np.ones((5, 3))), ValueError,
         r"b of layers\[0\] must have shape \(4,\); got shape \(3,\)"),
        (lambda: forward([Dense("a", "b")], np.ones((5, 3))), TypeError,
         r"W of layers\[0\] must be an array"),
        (lambda: forward([Dense(np.ones((2, 3)), [1, np.nan])], np.ones((5, 3))), ValueError,
         r"b of layers\[0\] must be finite"),
        (lambda: forward([Dense(np.ones((2, 3)), np.ones(2), None)], np.ones((5, 3))), ValueError,
         r"activation of layers\[0\] must be one of .*; got None"),
    ],
)  # fmt: skip
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
