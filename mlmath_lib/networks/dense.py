"""Dense layers: every output is a weighted sum of every input, through an activation."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count
from mlmath_lib.networks._activations import ACTIVATIONS, require_activation
from mlmath_lib.networks._layers import layer_backward, layer_forward, require_layer


class Dense(NamedTuple):
    """A layer that computes ``g(X W^T + b)``, with one sample in each row of ``X``.

    Parameters
    ----------
    W : ndarray of shape (n_out, n_in)
        The weights: row i holds those that lead into output i.
    b : ndarray of shape (n_out,)
        The biases.
    activation : {"identity", "tanh", "relu", "logistic"}, default "identity"
        The activation function ``g``, entry by entry; "identity" is none.

    Examples
    --------
    >>> layer = Dense(np.array([[1.0, -1.0]]), np.array([0.5]), "relu")
    >>> layer.W.shape, layer.b.shape, layer.activation
    ((1, 2), (1,), 'relu')
    """

    W: np.ndarray
    b: np.ndarray
    activation: str = "identity"


class DenseGradient(NamedTuple):
    """The gradient with respect to the parameters of a `Dense` layer, in their shapes."""

    W: np.ndarray
    b: np.ndarray


def initial_layers(sizes, *, activation="tanh", rng=None):
    """Draw dense layers at random, scaled to the number of their inputs.

    Weights are Gaussian with mean 0 and variance ``1 / n_in``, for "relu" ``2 / n_in``;
    biases are zero. Inputs of mean square 1 then give sums of variance 1, for "relu" 2,
    half of which it cuts off. The last layer gives scores and has no activation.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, of the units of each hidden layer, and of classes.
    activation : {"tanh", "relu", "logistic", "identity"}, default "tanh"
        The activation function of the hidden layers.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness.

    Returns
    -------
    list of Dense
        ``W`` (n_out, n_in) and ``b`` (n_out,) for each pair of neighbours in `sizes`.

    Raises
    ------
    TypeError
        If a size is no whole number.
    ValueError
        If there are fewer than two sizes, one is below 1, or `activation` is unknown.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", *IEEE International
    Conference on Computer Vision* (2015), 1026-1034, section 2.2.
    https://doi.org/10.1109/ICCV.2015.123

    Examples
    --------
    >>> for layer in initial_layers([64, 32, 10], rng=7):
    ...     print(layer.W.shape, layer.activation)
    (32, 64) tanh
    (10, 32) identity
    """
    sizes = [require_count(f"sizes[{k}]", size) for k, size in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must list at least inputs and classes; got {sizes}")
    require_activation("activation", activation)
    gain = 2 if activation == "relu" else 1
    rng = np.random.default_rng(rng)
    names = [activation] * (len(sizes) - 2) + ["identity"]
    return [
        Dense(rng.normal(scale=np.sqrt(gain / n_in), size=(n_out, n_in)), np.zeros(n_out), name)
        for (n_in, n_out), name in zip(pairwise(sizes), names, strict=True)
    ]


@require_layer.register
def _require_dense(layer: Dense, name, shape):
    n_in = "n_in" if shape is None else shape[0]
    W = require_array(f"W of {name}", layer.W, ("n_out", n_in))
    b = require_array(f"b of {name}", layer.b, (len(W),))
    require_activation(f"activation of {name}", layer.activation)
    return Dense(W, b, layer.activation), (W.shape[1],), (len(W),)


@layer_forward.register
def _dense_forward(layer: Dense, X):
    g, _ = ACTIVATIONS[layer.activation]
    return g(X @ layer.W.T + layer.b)


@layer_backward.register
def _dense_backward(layer: Dense, X, A, gradient):
    _, slope = ACTIVATIONS[layer.activation]
    delta = gradient * slope(A)
    return delta @ layer.W, DenseGradient(delta.T @ X, delta.sum(axis=0))
