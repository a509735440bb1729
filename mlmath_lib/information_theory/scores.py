"""Scores, which may be any numbers, turned into probabilities and their logarithms.

Both functions work along the last axis: an array of shape (n_samples, n_outcomes) holds the
scores of one sample in each row. Derived in the chapter "Cross-entropy".
"""

import numpy as np

from mlmath_lib._validation import require_array
from mlmath_lib.foundations import log_sum_exp


def softmax(z):
    """Turn scores into probabilities that are proportional to their exponentials.

    ``softmax(z)_k = e^(z_k) / sum_l e^(z_l)``. Adding a number to all scores of a row
    changes nothing, so the largest is subtracted first, and no exponential overflows. A
    score that lies 746 or more below the largest gets the probability 0.

    Parameters
    ----------
    z : array_like of shape (..., n_outcomes)
        Scores, also called logits. ``-inf`` excludes an outcome; each row needs a
        finite score.

    Returns
    -------
    ndarray of shape (..., n_outcomes)
        Probabilities that sum to 1 along the last axis.

    Raises
    ------
    TypeError
        If `z` is not numeric.
    ValueError
        If `z` has no last axis with entries, or the largest score of a row is not
        finite.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax
    functions", *IMA Journal of Numerical Analysis* 41 (2021), 2311-2330.
    https://doi.org/10.1093/imanum/draa038

    Examples
    --------
    >>> print(softmax([[0, np.log(3)], [1000, 1000]]).round(4))
    [[0.25 0.75]
     [0.5  0.5 ]]
    """
    powers = _shifted_scores(z)
    np.exp(powers, out=powers)
    powers /= np.einsum("...k->...", powers)[..., np.newaxis]  # faster than sum on short rows
    return powers


def log_softmax(z):
    """Compute the natural logarithms of the probabilities that `softmax` returns.

    ``log_softmax(z)_k = z_k - m - ln sum_l e^(z_l - m)`` with m the largest score, the
    logarithm of the sum by `mlmath_lib.foundations.log_sum_exp`. It stays finite where the
    probability itself is too small for a double, so the loss of a classifier is taken from
    here: ``-log_softmax(z)[rows, labels]``.

    Parameters
    ----------
    z : array_like of shape (..., n_outcomes)
        Scores, also called logits. ``-inf`` excludes an outcome; each row needs a
        finite score.

    Returns
    -------
    ndarray of shape (..., n_outcomes)
        Logarithms of probabilities, in nats. That of the most probable outcome, too, keeps
        its digits where the probability is within a rounding of 1.

    Raises
    ------
    TypeError
        If `z` is not numeric.
    ValueError
        If `z` has no last axis with entries, or the largest score of a row is not
        finite.

    References
    ----------
    Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax
    functions", *IMA Journal of Numerical Analysis* 41 (2021), 2311-2330.
    https://doi.org/10.1093/imanum/draa038

    Examples
    --------
    >>> print(log_softmax([1000, 0]))
    [    0. -1000.]
    """
    shifted = _shifted_scores(z)
    shifted -= log_sum_exp(shifted, axis=-1)[..., np.newaxis]
    return shifted


def _shifted_scores(z):
    """Return a new array of scores whose largest is 0 in each row."""
    scores = require_array("z", z, (..., "n_outcomes"), finite=False)
    largest = scores.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError(
            "z must hold no NaN and no +inf, and a finite score in each row; got "
            f"{largest[~np.isfinite(largest)][0]} as the largest score of a row"
        )
    with np.errstate(over="ignore"):  # -inf is right: no double lies so far below
        return scores - largest
