"""Bounds for the probability that a mean lies far from its expectation.

Derived in the chapter "Law of large numbers".
"""

import numpy as np

from mlmath_lib._validation import require_broadcastable, require_counts, require_each


def chebyshev_bound(variance, distance, *, n_values=1):
    """Bound the probability that a mean lies far from its expectation.

    For the mean ``M`` of `n_values` uncorrelated random variables that share a finite
    variance, ``P(|M - E M| >= distance) <= variance / (n_values * distance**2)``. Where
    the fraction exceeds 1 it says nothing, and 1 is returned. The bound holds for every
    distribution and is loose for most.

    All three arguments broadcast against each other.

    Parameters
    ----------
    variance : float or array_like
        Variance of a single value, at least 0, in squared units of `distance`.
    distance : float or array_like
        Distance from the expectation, above 0.
    n_values : int or array_like of int, default 1
        How many values are averaged.

    Returns
    -------
    float or ndarray
        The bound, between 0 and 1.

    Raises
    ------
    TypeError
        If an argument is not numeric or `n_values` is not whole.
    ValueError
        If `variance` is negative, `distance` not above 0, `n_values` below 1, a value is
        not finite, or the shapes do not broadcast.

    References
    ----------
    Tchébychef, "Des valeurs moyennes", *Journal de mathématiques pures et appliquées*,
    2nd series, 12 (1867), 177-184.
    Derived in the chapter "The law of large numbers".

    Examples
    --------
    >>> print(f"{chebyshev_bound(35 / 12, 0.1, n_values=1000):.4f}")
    0.2917
    >>> print(chebyshev_bound(1, [1, 2, 3]).round(4))  # within k standard deviations
    [1.     0.25   0.1111]
    """
    variance, distance, n_values = require_broadcastable(
        variance=variance, distance=distance, n_values=require_counts("n_values", n_values)
    )
    require_each("variance", variance, variance >= 0, ">= 0")
    require_each("distance", distance, distance > 0, "> 0")
    with np.errstate(over="ignore"):  # an infinite fraction is a bound of 1
        return np.minimum(1.0, variance / distance / distance / n_values)
