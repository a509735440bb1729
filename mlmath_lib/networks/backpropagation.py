"""The two passes through a network: values forward, gradients backward."""

from mlmath_lib._validation import require_array
from mlmath_lib.networks._layers import (
    pass_backward,
    pass_forward,
    require_layers,
    require_samples,
)
from mlmath_lib.networks._loss import cross_entropy_of_scores, require_classes


def forward(layers, X):
    """Compute the activations of every layer, from the inputs to the scores.

    ``A_0 = X``, ``A_l = g_l(A_(l-1) W_l^T + b_l)`` with the activation ``g_l`` that layer l
    carries. The last layer has none, and gives the scores, whose softmax are the
    probabilities.

    Parameters
    ----------
    layers : sequence of Dense
        The network, as `initial_layers` draws it.
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.

    Returns
    -------
    list of ndarray
        One array (n_samples, n_units) more than there are layers; the first is `X`, the
        last holds the scores (n_samples, n_classes).

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, or an activation is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), algorithm 6.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> from mlmath_lib.networks import Dense
    >>> layers = [Dense([[1.0, -1.0]], [0.5], "relu"), Dense([[2.0], [0.0]], [0.0, 1.0])]
    >>> [A.tolist() for A in forward(layers, [[3.0, 1.0]])]
    [[[3.0, 1.0]], [[2.5]], [[5.0, 1.0]]]
    """
    layers, shapes = require_layers(layers)
    return pass_forward(layers, require_samples(X, shapes))


def backward(layers, activations, y):
    """Compute the gradient of the mean cross-entropy for every layer by backpropagation.

    With one row per sample, ``D_L = (softmax(scores) - Y) / n_samples``, where ``Y`` has
    a 1 in the column of the class; then backwards ``D_l = (D_(l+1) W_(l+1)) * g_l'(Z_l)``.
    The gradients are ``D_l^T A_(l-1)`` for ``W_l`` and the sum of the rows of ``D_l`` for
    ``b_l``. They are exact where ``g_l`` is differentiable; the slope of "relu" at 0 is
    taken as 0.

    Parameters
    ----------
    layers : sequence of Dense
        The network.
    activations : list of ndarray
        What `forward` returned for these layers.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.

    Returns
    -------
    list of DenseGradient
        For each layer the gradients with respect to ``W`` and ``b``, in their shapes.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, an activation is unknown, or `y`
        holds anything but classes.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning Representations by Back-Propagating
    Errors", *Nature* 323 (1986), 533-536. https://doi.org/10.1038/323533a0

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_lib.networks import Dense
    >>> layers = [Dense(np.zeros((2, 3)), np.zeros(2))]
    >>> gradients = backward(layers, forward(layers, [[1.0, 2.0, 4.0]]), [0])
    >>> gradients[0].W.tolist(), gradients[0].b.tolist()
    ([[-0.5, -1.0, -2.0], [0.5, 1.0, 2.0]], [-0.5, 0.5])
    """
    layers, shapes = require_layers(layers)
    activations = _require_activations(activations, shapes)
    y = require_classes(y, *activations[-1].shape)
    _, gradient = cross_entropy_of_scores(activations[-1], y)
    return pass_backward(layers, activations, gradient)


def _require_activations(activations, shapes):
    """Return the activations as arrays of the shapes that `forward` gives them."""
    if not isinstance(activations, list | tuple) or len(activations) != len(shapes):
        count = len(activations) if isinstance(activations, list | tuple) else "no list"
        raise ValueError(
            f"activations must be the list of {len(shapes)} arrays that forward returns "
            f"for these {len(shapes) - 1} layers; got {count}"
        )
    n_samples = len(activations[0]) or "n_samples"
    return [
        require_array(f"activations[{k}]", A, (n_samples, *shape))
        for k, (A, shape) in enumerate(zip(activations, shapes, strict=True))
    ]
