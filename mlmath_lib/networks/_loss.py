"""The loss of a network that classifies, as a function of its scores alone."""

import numpy as np

from mlmath_lib._validation import require_array
from mlmath_lib.information_theory import log_softmax


def cross_entropy_of_scores(scores, y):
    """Return the mean cross-entropy of the softmax, and its gradient ``(P - Y) / n_samples``."""
    rows = np.arange(len(y))
    log_probabilities = log_softmax(scores)
    gradient = np.exp(log_probabilities)
    gradient[rows, y] -= 1
    gradient /= len(y)
    return 0.0 - log_probabilities[rows, y].mean(), gradient  # 0.0 - 0.0 has no minus sign


def require_classes(y, n_samples, n_classes):
    """Return the labels as integers, which must number the columns of the scores."""
    labels = require_array("y", y, (n_samples,))
    wrong = (labels != np.floor(labels)) | (labels < 0) | (labels >= n_classes)
    if wrong.any():
        raise ValueError(
            f"y must hold whole numbers from 0 to {n_classes - 1}, one class for each score; "
            f"got {labels[wrong][0]:g}. Number the classes by np.unique(y, return_inverse=True)"
        )
    return labels.astype(int)
