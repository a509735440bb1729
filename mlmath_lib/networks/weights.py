"""All weights of a network as one vector, and back."""

import numpy as np

from mlmath_lib._validation import require_array
from mlmath_lib.networks._layers import is_layer, parameters, require_layers, with_parameters


def flatten_layers(layers):
    """Write all weights of a network, or all its gradients, into one vector.

    Layer after layer, the rows of ``W`` and then ``b``; `unflatten_layers` reverses it.
    It joins networks to functions of one vector, such as
    `mlmath_lib.calculus.check_gradient`.

    Parameters
    ----------
    layers : sequence of Dense, or of pairs of array_like
        The network; or its gradients, as `backward` returns them.

    Returns
    -------
    ndarray of shape (n_weights,)
        A copy of the weights.

    Raises
    ------
    TypeError
        If an entry is neither a layer nor a tuple of arrays, or not numeric.
    ValueError
        If `layers` is empty, a shape does not fit or a value is not finite.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1, on
    gradients as vectors. https://doi.org/10.1007/978-0-387-40065-5

    Examples
    --------
    >>> from mlmath_lib.networks import Dense
    >>> flatten_layers([Dense([[1, 2], [3, 4]], [5, 6], "tanh")]).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    layers = list(layers)
    if not layers or any(map(is_layer, layers)):
        arrays = [array for layer in require_layers(layers)[0] for array in parameters(layer)]
    else:
        arrays = _require_gradients(layers)
    return np.concatenate([array.ravel() for array in arrays])


def unflatten_layers(weights, layers):
    """Give a network the weights of a vector: the inverse of `flatten_layers`.

    Parameters
    ----------
    weights : array_like of shape (n_weights,)
        The weights, layer after layer, the rows of ``W`` and then ``b``.
    layers : sequence of Dense
        A network of the same sizes and activations, which is left as it is.

    Returns
    -------
    list of Dense
        The layers with the new weights, views of `weights` where it is a float array.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or an array is not numeric.
    ValueError
        If `weights` has not as many entries as the layers have, a shape does not fit, a
        value is not finite, or an activation is unknown.

    References
    ----------
    Nocedal and Wright, *Numerical Optimization*, 2nd ed. (2006), section 8.1, on
    gradients as vectors. https://doi.org/10.1007/978-0-387-40065-5

    Examples
    --------
    >>> from mlmath_lib.networks import initial_layers
    >>> layer, = unflatten_layers([1, 2, 3, 4, 5, 6], initial_layers([2, 2], rng=0))
    >>> layer.W.tolist(), layer.b.tolist()
    ([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
    """
    layers, _ = require_layers(layers)
    old = [array for layer in layers for array in parameters(layer)]
    weights = require_array("weights", weights, (sum(array.size for array in old),))
    ends = np.cumsum([array.size for array in old])
    pieces = np.split(weights, ends[:-1])
    new = iter([piece.reshape(array.shape) for piece, array in zip(pieces, old, strict=True)])
    return [with_parameters(layer, new) for layer in layers]


def _require_gradients(layers):
    """List the arrays of gradients, one tuple of them for each layer."""
    arrays = []
    for k, gradient in enumerate(layers):
        if not isinstance(gradient, tuple | list):
            raise TypeError(
                f"layers[{k}] must be a layer, or the tuple of its gradients; "
                f"got {type(gradient).__name__}"
            )
        for number, array in enumerate(gradient):
            arrays.append(require_array(f"layers[{k}][{number}]", array, ...))
    return arrays
