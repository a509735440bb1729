"""Scores as probabilities of classes, and what the wrong ones cost."""

from mlmath_lib.information_theory import softmax
from mlmath_lib.networks._loss import cross_entropy_of_scores, require_classes
from mlmath_lib.networks.backpropagation import forward


def network_loss(layers, X, y):
    """Compute the mean cross-entropy of a network's predictions.

    The mean over the rows of ``-ln p[y]``, where ``p`` is the softmax of the scores.

    Parameters
    ----------
    layers : sequence of Dense
        The network.
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.
    y : array_like of shape (n_samples,)
        The class of each row, a whole number from 0 to n_classes - 1.

    Returns
    -------
    float
        The loss in nats per sample, at least 0.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, an activation is unknown, or `y`
        holds anything but classes.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_lib.networks import Dense
    >>> layers = [Dense(np.zeros((4, 2)), np.zeros(4))]
    >>> print(f"{network_loss(layers, [[1.0, 2.0]], [3]):.4f}")
    1.3863
    """
    scores = forward(layers, X)[-1]
    loss, _ = cross_entropy_of_scores(scores, require_classes(y, *scores.shape))
    return float(loss)


def predict_probabilities(layers, X):
    """Compute the probability that a network gives to each class: the softmax of its scores.

    Parameters
    ----------
    layers : sequence of Dense
        The network.
    X : array_like of shape (n_samples, n_inputs)
        The data, one row per sample.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Each row sums to 1; its ``argmax`` is the predicted class.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers, or an array is not numeric.
    ValueError
        If a shape does not fit, a value is not finite, or an activation is unknown.

    References
    ----------
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2.3.
    https://www.deeplearningbook.org

    Examples
    --------
    >>> import numpy as np
    >>> from mlmath_lib.networks import Dense
    >>> layers = [Dense(np.zeros((2, 1)), [np.log(3), 0])]
    >>> predict_probabilities(layers, [[5.0]]).round(2).tolist()
    [[0.75, 0.25]]
    """
    return softmax(forward(layers, X)[-1])
