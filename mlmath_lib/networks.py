"""Feed-forward networks that classify: a list of layers, and functions on it.

A network is a list of `Layer`, each a matrix ``W`` (n_out, n_in) and a vector ``b``
(n_out,). `forward` computes every layer's activations, `backward` the gradient of the
loss with respect to every weight by backpropagation, and `train` walks downhill with
it. All are derived in the chapter "Backpropagation".

Data come one sample per row, so a layer computes ``A_prev @ W.T + b``. The hidden layers
apply an activation function that is named by a keyword. The last layer applies none: it
gives scores, and the loss is the cross-entropy of their softmax.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count, require_positive
from mlmath_lib.information_theory import log_softmax, softmax

# Each function with its derivative, the latter as a function of the former's value.
_ACTIVATIONS = {
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),  # at 0 the slope is taken as 0
    "logistic": (lambda z: (1 + np.tanh(z / 2)) / 2, lambda a: a * (1 - a)),
}


class Layer(NamedTuple):
    """One layer of a network, or the gradient with respect to it."""

    W: np.ndarray
    b: np.ndarray


class Training(NamedTuple):
    """What `train` returns."""

    layers: list
    losses: np.ndarray
    completed: bool


def initial_layers(sizes, *, activation="tanh", rng=None):
    """Draw the layers of a network at random, scaled to the number of their inputs.

    Weights are Gaussian with mean 0 and variance ``1 / n_in``, for "relu" ``2 / n_in``;
    biases are zero. Inputs of mean square 1 then give sums of variance 1, for "relu" 2,
    half of which it cuts off.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, of the units of each hidden layer, and of classes.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness.

    Returns
    -------
    list of Layer
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
    >>> [layer.W.shape for layer in initial_layers([64, 32, 10], rng=7)]
    [(32, 64), (10, 32)]
    """
    sizes = [require_count(f"sizes[{k}]", size) for k, size in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must list at least inputs and classes; got {sizes}")
    _require_activation(activation)
    gain = 2 if activation == "relu" else 1
    rng = np.random.default_rng(rng)
    return [
        Layer(rng.normal(scale=np.sqrt(gain / n_in), size=(n_out, n_in)), np.zeros(n_out))
        for n_in, n_out in pairwise(sizes)
    ]


def forward(layers, X, *, activation="tanh"):
    """Compute the activations of every layer, from the inputs to the scores.

    ``A_0 = X``, ``A_l = g(A_(l-1) W_l^T + b_l)`` for the hidden layers, and for the last
    one the scores ``A_(L-1) W_L^T + b_L``, whose softmax are the probabilities.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network: ``W`` (n_out, n_in), ``b`` (n_out,).
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function ``g`` of the hidden layers.

    Returns
    -------
    list of ndarray
        One array (n_samples, n_units) more than there are layers; the first is `X`, the
        last holds the scores (n_samples, n_classes).

    Raises
    ------
    TypeError
        If `X` or a layer is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, or `activation` is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), algorithm 6.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> layers = [([[1.0, -1.0]], [0.5]), ([[2.0], [0.0]], [0.0, 1.0])]
    >>> [A.tolist() for A in forward(layers, [[3.0, 1.0]], activation="relu")]
    [[[3.0, 1.0]], [[2.5]], [[5.0, 1.0]]]
    """
    _require_activation(activation)
    layers = _require_layers(layers)
    X = require_array("X", X, ("n_samples", layers[0].W.shape[1]))
    return _forward(layers, X, activation)


def network_loss(layers, X, y, *, activation="tanh"):
    """Compute the mean cross-entropy of a network's predictions.

    The mean over the rows of ``-ln p[y]``, where ``p`` is the softmax of the scores.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network: ``W`` (n_out, n_in), ``b`` (n_out,).
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.

    Returns
    -------
    float
        The loss in nats per sample, at least 0.

    Raises
    ------
    TypeError
        If an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `y` holds anything but classes,
        or `activation` is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> print(f"{network_loss([(np.zeros((4, 2)), np.zeros(4))], [[1.0, 2.0]], [3]):.4f}")
    1.3863
    """
    scores = forward(layers, X, activation=activation)[-1]
    y = _require_classes(y, scores.shape)
    return float(-np.mean(log_softmax(scores)[np.arange(len(y)), y]))


def backward(layers, activations, y, *, activation="tanh"):
    """Compute the gradient of the mean cross-entropy for every layer by backpropagation.

    With one row per sample, ``D_L = (softmax(scores) - Y) / n_samples``, where ``Y`` has
    a 1 in the column of the class; then backwards ``D_l = (D_(l+1) W_(l+1)) * g'(Z_l)``.
    The gradients are ``D_l^T A_(l-1)`` for ``W_l`` and the sum of the rows of ``D_l`` for
    ``b_l``. They are exact where ``g`` is differentiable; the slope of "relu" at 0 is
    taken as 0.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network: ``W`` (n_out, n_in), ``b`` (n_out,).
    activations : list of ndarray
        What `forward` returned for these layers with the same `activation`.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.

    Returns
    -------
    list of Layer
        For each layer the gradients with respect to ``W`` and ``b``, in their shapes.

    Raises
    ------
    TypeError
        If an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `y` holds anything but classes,
        or `activation` is unknown.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning Representations by Back-Propagating
    Errors", *Nature* 323 (1986), 533-536. https://doi.org/10.1038/323533a0

    Examples
    --------
    >>> layers = [(np.zeros((2, 3)), np.zeros(2))]
    >>> gradients = backward(layers, forward(layers, [[1.0, 2.0, 4.0]]), [0])
    >>> gradients[0].W.tolist(), gradients[0].b.tolist()
    ([[-0.5, -1.0, -2.0], [0.5, 1.0, 2.0]], [-0.5, 0.5])
    """
    _require_activation(activation)
    layers = _require_layers(layers)
    activations = _require_activations(layers, activations)
    y = _require_classes(y, activations[-1].shape)
    return _backward(layers, activations, y, activation)[0]


def train_step(layers, X, y, step_size, *, activation="tanh"):
    """Take one step of gradient descent on the mean cross-entropy of these rows.

    All gradients are computed at the old weights; then every weight moves by
    ``-step_size`` times its gradient.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network, which is left as it is.
    X : array_like of shape (n_samples, n_inputs)
        The rows of the step, all of the data or a batch.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    step_size : float
        The learning rate, above zero.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.

    Returns
    -------
    list of Layer
        The network after the step.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `y` holds anything but classes,
        `step_size` is not above zero, or `activation` is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), sections 6.5 and 8.1.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> layer, = train_step([(np.zeros((2, 1)), np.zeros(2))], [[1.0]], [0], 0.5)
    >>> layer.W.ravel().tolist(), layer.b.tolist()
    ([0.25, -0.25], [0.25, -0.25])
    """
    step_size = require_positive("step_size", step_size)
    layers = _require_layers(layers)
    activations = forward(layers, X, activation=activation)
    y = _require_classes(y, activations[-1].shape)
    return _moved(layers, _backward(layers, activations, y, activation)[0], step_size)


def train(layers, X, y, *, batch_size, step_size, n_epochs, activation="tanh", rng=None):
    """Train a network by stochastic gradient descent on shuffled batches.

    An epoch shuffles the rows, cuts them into batches and takes a `train_step` for each;
    the last batch holds the rows that are left. The same `rng` draws the same batches as
    `mlmath_lib.optimization.stochastic_gradient_descent`, which keeps every point of the
    walk; this function keeps only the last.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network at the start, which is left as it is. Layers with equal units stay
        that way: draw them by `initial_layers`.
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.
    batch_size : int
        Rows per step, from 1 to n_samples.
    step_size : float
        The learning rate, above zero.
    n_epochs : int
        Passes through the data.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.
    rng : int, numpy.random.Generator or None, optional
        Source of the shuffles.

    Returns
    -------
    Training
        ``layers``, the network at the end; ``losses`` (n_epochs,), the mean loss of the
        rows of each epoch, each measured just before its step; ``completed``, False if
        a loss or a weight was not finite: ``layers`` and ``losses`` then end with the
        last epoch in which all were.

    Raises
    ------
    TypeError
        If a count is no whole number, or another argument is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, `y` holds anything but classes,
        `batch_size` exceeds the number of rows, `step_size` is not above zero, or
        `activation` is unknown.

    References
    ----------
    Bottou, Curtis and Nocedal, "Optimization Methods for Large-Scale Machine Learning",
    *SIAM Review* 60 (2018), 223-311. https://doi.org/10.1137/16M1080173

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> start = initial_layers([2, 8, 2], rng=1)
    >>> result = train(start, X, y, batch_size=4, step_size=1.0, n_epochs=200, rng=1)
    >>> predict_probabilities(result.layers, X).argmax(axis=1).tolist(), result.completed
    ([0, 1, 1, 0], True)
    """
    _require_activation(activation)
    layers = _require_layers(layers)
    X = require_array("X", X, ("n_samples", layers[0].W.shape[1]))
    y = _require_classes(y, (len(X), len(layers[-1].b)))
    step_size = require_positive("step_size", step_size)
    batch_size = require_count("batch_size", batch_size)
    if batch_size > len(X):
        raise ValueError(
            f"batch_size must be at most the number of rows, {len(X)}; got {batch_size}"
        )
    rng, losses, now = np.random.default_rng(rng), [], layers
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging walk ends below
        for _ in range(require_count("n_epochs", n_epochs)):
            now, loss = _epoch(
                now, X, y, rng.permutation(len(X)), batch_size, step_size, activation
            )
            if not (np.isfinite(loss) and all(np.isfinite(part).all() for part in sum(now, ()))):
                return Training(layers, np.array(losses), completed=False)
            layers = now
            losses.append(loss)
    return Training(layers, np.array(losses), completed=True)


def predict_probabilities(layers, X, *, activation="tanh"):
    """Compute the probability that a network gives to each class: the softmax of its scores.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network: ``W`` (n_out, n_in), ``b`` (n_out,).
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    activation : {"tanh", "relu", "logistic"}, default "tanh"
        The activation function of the hidden layers.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Each row sums to 1; its ``argmax`` is the predicted class.

    Raises
    ------
    TypeError
        If `X` or a layer is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, or `activation` is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> predict_probabilities([(np.zeros((2, 1)), [np.log(3), 0])], [[5.0]]).round(2).tolist()
    [[0.75, 0.25]]
    """
    return softmax(forward(layers, X, activation=activation)[-1])


def flatten_layers(layers):
    """Write all weights of a network, or all its gradients, into one vector.

    Layer after layer, the rows of ``W`` and then ``b``; `unflatten_layers` reverses it.
    It joins networks to functions of one vector, such as
    `mlmath_lib.calculus.check_gradient`.

    Parameters
    ----------
    layers : sequence of (W, b)
        The network: ``W`` (n_out, n_in), ``b`` (n_out,).

    Returns
    -------
    ndarray of shape (n_weights,)
        A copy of the weights.

    Raises
    ------
    TypeError
        If a layer is not numeric.
    ValueError
        If a shape does not fit or a value is not finite.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1, on
    gradients as vectors. https://doi.org/10.1007/978-0-387-40065-5

    Examples
    --------
    >>> flatten_layers([([[1, 2], [3, 4]], [5, 6])]).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    return np.concatenate([part.ravel() for part in sum(_require_layers(layers), ())])


def unflatten_layers(weights, sizes):
    """Cut a vector into the layers of a network: the inverse of `flatten_layers`.

    Parameters
    ----------
    weights : array_like of shape (n_weights,)
        The weights, layer after layer, the rows of ``W`` and then ``b``.
    sizes : sequence of int
        The number of inputs, of the units of each hidden layer, and of classes.

    Returns
    -------
    list of Layer
        Views of `weights` where it is a float array.

    Raises
    ------
    TypeError
        If `weights` is not numeric or a size is no whole number.
    ValueError
        If `weights` has not as many entries as the sizes need, or there are fewer than
        two sizes.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1, on
    gradients as vectors. https://doi.org/10.1007/978-0-387-40065-5

    Examples
    --------
    >>> layer, = unflatten_layers([1, 2, 3, 4, 5, 6], [2, 2])
    >>> layer.W.tolist(), layer.b.tolist()
    ([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
    """
    sizes = [require_count(f"sizes[{k}]", size) for k, size in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must list at least inputs and classes; got {sizes}")
    needed = sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))
    weights = require_array("weights", weights, (needed,))
    layers, first = [], 0
    for n_in, n_out in pairwise(sizes):
        bias = first + n_out * n_in
        W = weights[first:bias].reshape(n_out, n_in)
        first = bias + n_out
        layers.append(Layer(W, weights[bias:first]))
    return layers


def _forward(layers, X, activation):
    function, _ = _ACTIVATIONS[activation]
    activations = [X]
    for W, b in layers[:-1]:
        activations.append(function(activations[-1] @ W.T + b))
    W, b = layers[-1]
    activations.append(activations[-1] @ W.T + b)
    return activations


def _backward(layers, activations, y, activation):
    """Return the gradients and the mean loss, which costs nothing more."""
    _, slope = _ACTIVATIONS[activation]
    rows = np.arange(len(y))
    log_probabilities = log_softmax(activations[-1])
    loss = -log_probabilities[rows, y].mean()
    delta = np.exp(log_probabilities)
    delta[rows, y] -= 1
    delta /= len(y)
    gradients = [Layer(delta.T @ activations[-2], delta.sum(axis=0))]
    for k in range(len(layers) - 2, -1, -1):
        delta = (delta @ layers[k + 1].W) * slope(activations[k + 1])
        gradients.append(Layer(delta.T @ activations[k], delta.sum(axis=0)))
    return gradients[::-1], loss


def _moved(layers, gradients, step_size):
    return [
        Layer(layer.W - step_size * gradient.W, layer.b - step_size * gradient.b)
        for layer, gradient in zip(layers, gradients, strict=True)
    ]


def _epoch(layers, X, y, order, batch_size, step_size, activation):
    """Return the layers after one pass through the shuffled rows, and its mean loss."""
    total = 0.0
    for first in range(0, len(X), batch_size):
        batch = order[first : first + batch_size]
        activations = _forward(layers, X[batch], activation)
        if not np.isfinite(activations[-1]).all():
            return layers, np.inf
        gradients, loss = _backward(layers, activations, y[batch], activation)
        layers = _moved(layers, gradients, step_size)
        total += loss * len(batch)
    return layers, total / len(X)


def _require_activation(activation):
    if not isinstance(activation, str) or activation not in _ACTIVATIONS:
        names = ", ".join(f'"{name}"' for name in _ACTIVATIONS)
        raise ValueError(f"activation must be one of {names}; got {activation!r:.80}")


def _require_layers(layers):
    """Return the layers as finite float arrays whose sizes fit together."""
    layers = list(layers)
    if not layers:
        raise ValueError(
            "layers must hold at least one layer (W, b); got none. Draw them by initial_layers"
        )
    fitting, n_in = [], "n_in"
    for k, layer in enumerate(layers):
        if not isinstance(layer, tuple | list) or len(layer) != 2:
            raise TypeError(f"layers[{k}] must be a pair (W, b); got {type(layer).__name__}")
        W = require_array(f"W of layers[{k}]", layer[0], ("n_out", n_in))
        fitting.append(Layer(W, require_array(f"b of layers[{k}]", layer[1], (len(W),))))
        n_in = len(W)
    return fitting


def _require_activations(layers, activations):
    """Return the activations as arrays of the shapes that `forward` gives them."""
    if not isinstance(activations, list | tuple) or len(activations) != len(layers) + 1:
        count = len(activations) if isinstance(activations, list | tuple) else "no list"
        raise ValueError(
            f"activations must be the list of {len(layers) + 1} arrays that forward returns "
            f"for these {len(layers)} layers; got {count}"
        )
    sizes = [layers[0].W.shape[1], *(len(layer.b) for layer in layers)]
    n_samples = len(activations[0]) or "n_samples"
    return [
        require_array(f"activations[{k}]", A, (n_samples, size))
        for k, (A, size) in enumerate(zip(activations, sizes, strict=True))
    ]


def _require_classes(y, shape):
    """Return the labels as integers, which must number the columns of the scores."""
    n_samples, n_classes = shape
    labels = require_array("y", y, (n_samples,))
    wrong = (labels != np.floor(labels)) | (labels < 0) | (labels >= n_classes)
    if wrong.any():
        raise ValueError(
            f"y must hold whole numbers from 0 to {n_classes - 1}, one class for each score; "
            f"got {labels[wrong][0]:g}. Number the classes by np.unique(y, return_inverse=True)"
        )
    return labels.astype(int)
