"""What a distribution costs, and what a wrong one adds.

`entropy`, `cross_entropy` and `kl_divergence` work along the last axis: an array of shape
(n_samples, n_outcomes) holds one distribution in each row, and they return one number for
each row. They count in bits unless `base` says otherwise; ``base=np.e`` gives nats, the unit
of the losses of machine learning. Derived in the chapter "Cross-entropy".
"""

import numpy as np

from mlmath_lib._validation import require_array, require_each, require_number

SUM_TOLERANCE = 1e-8  # a distribution in double precision misses 1 by far less
SUM_ROUNDINGS = 8  # by which one in single or half precision may miss it


def entropy(p, *, base=2):
    """Compute the entropy of a distribution: its mean surprise.

    ``H(p) = -sum_k p_k log p_k``, where an outcome with ``p_k = 0`` adds nothing. It is
    0 if one outcome is certain, and ``log n_outcomes`` at most, if all are equally
    likely.

    Parameters
    ----------
    p : array_like of shape (..., n_outcomes)
        Probabilities that sum to 1 along the last axis.
    base : float, default 2
        Base of the logarithm, above 1: 2 counts in bits, ``np.e`` in nats.

    Returns
    -------
    float or ndarray of shape (...)
        The entropy of each distribution, in the unit that `base` sets.

    Raises
    ------
    TypeError
        If `p` or `base` is not numeric.
    ValueError
        If `p` holds a negative number or does not sum to 1 along its last axis,
        within 1e-8 (9.5e-7 in float32, 0.0078 in float16), or `base` is not above 1.

    References
    ----------
    Shannon, "A Mathematical Theory of Communication", *Bell System Technical Journal*
    27 (1948), section 6. https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> print(entropy([[1/2, 1/4, 1/8, 1/8], [1, 0, 0, 0]]).round(4))
    [1.75 0.  ]
    """
    p = _require_probabilities("p", p)
    return _mean_surprise(p, p) / _require_unit(base)


def cross_entropy(p, q, *, base=2):
    """Compute the mean surprise of who believes q when outcomes come from p.

    ``H(p, q) = -sum_k p_k log q_k``. An outcome with ``p_k = 0`` adds nothing, whatever
    q says; one with ``p_k > 0`` and ``q_k = 0`` makes the result infinite. For a fixed p
    the smallest value is ``H(p, p) = entropy(p)``, not 0.

    The two arguments do not commute. As a loss, p is the label (a row of zeros with
    a single 1, or any distribution) and q the prediction.

    Parameters
    ----------
    p : array_like of shape (..., n_outcomes)
        Probabilities with which the outcomes occur.
    q : array_like of shape (..., n_outcomes)
        Probabilities that are believed. The leading axes of `p` and `q` broadcast: one
        p against many q, for instance.
    base : float, default 2
        Base of the logarithm, above 1: 2 counts in bits, ``np.e`` in nats.

    Returns
    -------
    float or ndarray of shape (...)
        One number for each pair of distributions, ``inf`` where q excludes what p
        allows.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If `p` or `q` holds a negative number or does not sum to 1 along its last axis,
        within 1e-8 (9.5e-7 in float32, 0.0078 in float16), the shapes do not fit, or `base`
        is not above 1.

    References
    ----------
    Cover and Thomas, *Elements of Information Theory*, 2nd ed. (2006), theorem 5.4.3.
    https://doi.org/10.1002/047174882X

    Examples
    --------
    >>> p, q = [1/2, 1/4, 1/8, 1/8], [1/8, 1/8, 1/4, 1/2]
    >>> print(f"{cross_entropy(p, q):.3f} bits, and {cross_entropy(p, p):.3f} at least")
    2.625 bits, and 1.750 at least
    >>> print(f"{cross_entropy([0, 1, 0], [0, 1/4, 3/4]):.3f}")
    2.000
    """
    p, q = _require_pair(p, q)
    return _mean_surprise(p, q) / _require_unit(base)


def kl_divergence(p, q, *, base=2):
    """Compute the Kullback-Leibler divergence: what believing q instead of p costs.

    ``KL(p || q) = sum_k p_k log(p_k / q_k)``, which is ``H(p, q) - H(p)``. It is 0 if
    the two are equal and positive otherwise, up to rounding of about 1e-15 and to how
    far the sums miss 1. It is no distance: it is not symmetric and breaks the triangle
    inequality.

    Parameters
    ----------
    p : array_like of shape (..., n_outcomes)
        Probabilities with which the outcomes occur.
    q : array_like of shape (..., n_outcomes)
        Probabilities that are believed. The leading axes of `p` and `q` broadcast.
    base : float, default 2
        Base of the logarithm, above 1: 2 counts in bits, ``np.e`` in nats.

    Returns
    -------
    float or ndarray of shape (...)
        One number for each pair of distributions, ``inf`` where q excludes what p
        allows.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If `p` or `q` holds a negative number or does not sum to 1 along its last axis,
        within 1e-8 (9.5e-7 in float32, 0.0078 in float16), the shapes do not fit, or `base`
        is not above 1.

    References
    ----------
    Kullback and Leibler, "On Information and Sufficiency", *Annals of Mathematical
    Statistics* 22 (1951), 79-86. https://doi.org/10.1214/aoms/1177729694

    Examples
    --------
    >>> print(f"{kl_divergence([1/2, 1/2], [1/4, 3/4]):.4f} bits")
    0.2075 bits
    >>> print(kl_divergence([[1, 0], [0, 1]], [1, 0]))
    [ 0. inf]
    """
    p, q = _require_pair(p, q)
    unit = _require_unit(base)
    with np.errstate(divide="ignore"):  # an excluded outcome is infinitely surprising
        # Where p is 0 both logarithms are those of 1. The difference of logarithms
        # is safe where the quotient p / q would overflow.
        gain = np.log(np.where(p > 0, p, 1.0)) - np.log(np.where(p > 0, q, 1.0))
    return np.einsum("...k,...k->...", p, gain) / unit


def _mean_surprise(p, q):
    """Return -sum p ln q along the last axis; what p excludes adds nothing."""
    with np.errstate(divide="ignore"):  # an excluded outcome is infinitely surprising
        logarithms = np.log(np.where(p > 0, q, 1.0))
    return 0.0 - np.einsum("...k,...k->...", p, logarithms)  # 0.0 - 0.0 has no minus sign


def _require_probabilities(name, value):
    """Return `value` as a float array whose last axis holds distributions."""
    array = require_array(name, value, (..., "n_outcomes"), finite=False)
    sums = np.einsum("...k->...", array)  # faster than sum on short rows
    # NaN and infinity spoil the sum, so one pass finds them as well.
    if not (np.abs(sums - 1) <= _sum_tolerance(value)).all() or array.min() < 0:
        require_array(name, array, ...)
        require_each(name, array, array >= 0, "probabilities >= 0")
        worst = sums.flat[np.argmax(np.abs(sums - 1))]
        raise ValueError(
            f"{name} must sum to 1 along its last axis; got {worst:.10g}. Divide counts by "
            f"{name}.sum(axis=-1, keepdims=True), or pass scores through softmax"
        )
    return array


def _sum_tolerance(value):
    """Return by how much a sum may miss 1 in the type in which the numbers were computed."""
    dtype = np.asarray(value).dtype
    return max(SUM_TOLERANCE, SUM_ROUNDINGS * np.finfo(dtype).eps if dtype.kind == "f" else 0)


def _require_pair(p, q):
    p, q = _require_probabilities("p", p), _require_probabilities("q", q)
    fits = p.shape[-1] == q.shape[-1] and all(
        1 in lengths or lengths[0] == lengths[1]
        for lengths in zip(p.shape[-2::-1], q.shape[-2::-1], strict=False)
    )
    if not fits:
        raise ValueError(
            "p and q must have the same outcomes along the last axis, and leading axes that "
            f"broadcast; got shapes {p.shape} and {q.shape}"
        )
    return p, q


def _require_unit(base):
    """Return the natural logarithm of the base: so many nats are one unit."""
    base = require_number("base", base, "a finite number > 1")
    if not base > 1:
        raise ValueError(
            f"base must be a finite number > 1; got {base:g}. Use 2 for bits, np.e for nats"
        )
    return np.log(base)
