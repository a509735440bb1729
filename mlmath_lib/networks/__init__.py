"""The part *Networks*: a network is a list of layers, and functions on it.

Each layer carries its parameters and its activation; data come one sample per row. The
last layer has no activation: it gives scores, and the loss is the cross-entropy of their
softmax. All is derived in the chapter "Backpropagation".
"""

from mlmath_lib.networks.backpropagation import backward, forward
from mlmath_lib.networks.classification import network_loss, predict_probabilities
from mlmath_lib.networks.dense import Dense, DenseGradient, initial_layers
from mlmath_lib.networks.training import Training, train, train_step
from mlmath_lib.networks.weights import flatten_layers, unflatten_layers

__all__ = [
    "Dense",
    "DenseGradient",
    "Training",
    "backward",
    "flatten_layers",
    "forward",
    "initial_layers",
    "network_loss",
    "predict_probabilities",
    "train",
    "train_step",
    "unflatten_layers",
]
