"""What the functions on networks ask of a layer, of whatever kind it is.

A kind of layer is a `NamedTuple`: its arrays are its parameters, in the order in which the
gradient lists them, and the rest describes it. For each kind three functions are
registered, `require_layer`, `layer_forward` and `layer_backward`; the others here work for
all kinds.

On the way back a layer is given what entered it and what left it, and no more. So a
forward pass is a plain list of arrays. Whatever else a kind needs it computes again, and
one that draws at random carries the seed of its draw: a pass is a function of the layers
and the data alone, which differences can check.
"""

from functools import singledispatch

import numpy as np

from mlmath_lib._validation import require_array


@singledispatch
def require_layer(layer, name, _shape):
    """Return the layer with its arrays checked, and the shapes of a sample before and after.

    The last argument is the shape of a sample that arrives, None at the first layer.
    """
    remedy = ""
    if isinstance(layer, tuple | list) and len(layer) == 2:
        remedy = ". A pair (W, b) does not tell its activation"
    raise TypeError(
        f'{name} must be a layer such as Dense(W, b, "tanh"); got {type(layer).__name__}{remedy}'
    )


def is_layer(value):
    """Tell whether functions are registered for a value's type."""
    return require_layer.dispatch(type(value)) is not require_layer.dispatch(object)


@singledispatch
def layer_forward(layer, X):
    """Return what leaves the layer when `X` enters it, one sample per row."""
    raise NotImplementedError(type(layer))


@singledispatch
def layer_backward(layer, X, A, gradient):
    """Return the gradients with respect to `X` and to the parameters.

    `A` is what left the layer when `X` entered it, `gradient` that of the loss with respect
    to `A`, in its shape. The gradients of the parameters are a tuple.
    """
    raise NotImplementedError(type(layer))


def require_layers(layers):
    """Return checked layers that fit together, and a sample's shape before and after each."""
    layers, fitting, shapes = list(layers), [], [None]
    if not layers:
        raise ValueError("layers must hold at least one layer; got none. Draw by initial_layers")
    for k, layer in enumerate(layers):
        checked, shapes[k], after = require_layer(layer, f"layers[{k}]", shapes[k])
        fitting.append(checked)
        shapes.append(after)
    return fitting, shapes


def require_samples(X, shapes):
    """Return `X` as samples that the first layer can take."""
    return require_array("X", X, ("n_samples", *shapes[0]))


def pass_forward(layers, X):
    """List what enters the first layer and what leaves each."""
    activations = [X]
    for layer in layers:
        activations.append(layer_forward(layer, activations[-1]))
    return activations


def pass_backward(layers, activations, gradient):
    """List the gradients of each layer's parameters, given that of what leaves the last."""
    gradients = []
    for k in reversed(range(len(layers))):
        gradient, of_parameters = layer_backward(
            layers[k], activations[k], activations[k + 1], gradient
        )
        gradients.append(of_parameters)
    return gradients[::-1]


def parameters(layer):
    """List the arrays of a layer."""
    return [part for part in layer if isinstance(part, np.ndarray)]


def with_parameters(layer, arrays):
    """Return the layer with other arrays in place of its own."""
    arrays = iter(arrays)
    return layer._make(next(arrays) if isinstance(part, np.ndarray) else part for part in layer)
