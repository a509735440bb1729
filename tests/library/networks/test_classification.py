"""Probabilities and losses: against SciPy, at the edges, by each error."""

import numpy as np
import pytest
from library.networks.drawn import problem
from scipy.special import log_softmax

from mlmath_lib.networks import Dense, backward, forward, network_loss, predict_probabilities


@pytest.mark.parametrize("name", ["tanh", "relu", "logistic"])
def test_losses_and_probabilities_are_scipys_softmax(name):
    layers, X, y = problem([4, 5, 3], seed=6, activation=name)
    expected = log_softmax(forward(layers, X)[-1], axis=1)
    np.testing.assert_allclose(predict_probabilities(layers, X), np.exp(expected), rtol=1e-12)
    loss = network_loss(layers, X, y)
    assert type(loss) is float
    assert loss == pytest.approx(-expected[range(5), y].mean(), rel=1e-12)


def test_huge_scores_neither_overflow_nor_lose_the_loss():
    layers = [Dense(np.array([[1e4], [0.0], [-1e4]]), np.zeros(3))]
    X, y = np.array([[1.0], [2.0]]), [2, 0]
    assert network_loss(layers, X, y) == 1e4
    np.testing.assert_array_equal(predict_probabilities(layers, X), [[1, 0, 0], [1, 0, 0]])
    assert np.isfinite(backward(layers, forward(layers, X), y)[0].W).all()


def test_no_loss_is_below_zero():
    layers = [Dense(np.array([[1e4], [-1e4]]), np.zeros(2))]
    loss = network_loss(layers, [[1.0]], [0])
    assert loss == 0
    assert not np.signbit(loss)


LAYERS = [Dense(np.ones((4, 3)), np.ones(4), "tanh"), Dense(np.ones((2, 4)), np.ones(2))]
X, Y = np.ones((5, 3)), np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: network_loss(LAYERS, X, Y[:4]), ValueError, r"y must have shape \(5,\)"),
        (lambda: network_loss(LAYERS, X, Y + 1), ValueError, "numbers from 0 to 1, .*; got 2"),
        (lambda: network_loss(LAYERS, X, Y - 1), ValueError, "numbers from 0 to 1, .*; got -1"),
        (lambda: network_loss(LAYERS, X, Y / 2), ValueError, "y must hold .*; got 0.5. Number"),
        (lambda: network_loss(LAYERS, X, list("abcab")), TypeError, "y must be an array of"),
        (lambda: network_loss([], X, Y), ValueError, "at least one layer"),
        (lambda: predict_probabilities(LAYERS, X[0]), ValueError, "X must have shape"),
    ],
)
def test_errors_name_the_requirement(call, error, message):
    with pytest.raises(error, match=message):
        call()
