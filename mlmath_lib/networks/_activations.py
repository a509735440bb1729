"""Activation functions by their names, each with its slope as a function of its value.

A function that rises or falls everywhere takes no value twice, so the value tells the
slope, and the sums before it need not be kept. One that does not, such as swish, cannot
stand here: it is a kind of layer of its own, which sees the sums come in.
"""

import numpy as np

ACTIVATIONS = {
    "identity": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),  # at 0 the slope is taken as 0
    "logistic": (lambda z: (1 + np.tanh(z / 2)) / 2, lambda a: a * (1 - a)),
}


def require_activation(name, value):
    """Return `value`, which must be the name of an activation function."""
    if not isinstance(value, str) or value not in ACTIVATIONS:
        names = ", ".join(f'"{known}"' for known in ACTIVATIONS)
        raise ValueError(f"{name} must be one of {names}; got {value!r:.80}")
    return value
