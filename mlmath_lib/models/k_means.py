"""The k-means algorithm: k centres stand in for many points with the least squared error.

`k_means` alternates two steps from a start: every point goes to its nearest centre,
every centre moves to the mean of its points. Derived in the chapter "k-means
clustering".

The nearest centre is found through the expanded square, ``|x|^2 - 2 x.c + |c|^2``,
because a matrix product is the fastest loop that NumPy has. Far from the origin that
form subtracts two huge numbers, so the functions here move the origin into the data
first. What remains is an error of about 1e-16 of the squared extent of the data:
centres closer together than 1e-8 of that extent are beyond this form. The inertia is
summed from the differences themselves and has no such limit.
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count

STARTS = ("k-means++", "random")


class KMeansResult(NamedTuple):
    """What `k_means` returns."""

    centers: np.ndarray
    labels: np.ndarray
    inertia: float
    inertia_path: np.ndarray
    n_steps: int
    converged: bool


def k_means(X, n_clusters, *, rng=None, start="k-means++", n_starts=1, max_steps=300):
    """Group points around k centres by Lloyd's two alternating steps.

    Minimises the inertia ``sum_i |x_i - c_(z_i)|^2`` over the centres ``c_j`` and the
    labels ``z_i``. One step moves every centre to the mean of its points, then assigns
    every point to its nearest centre. No step raises the inertia, and the run stops
    when no label changes. Where it stops depends on the start and need not be the
    global minimum.

    A point that is equally near to several centres goes to the one listed first. A
    cluster that loses all its points gets a new centre: the point that lies farthest
    from its own centre.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
        The points. Features count by their squared differences, so they must share a
        unit or be standardised first.
    n_clusters : int
        The number of centres, at most the number of distinct points.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness of the starts; unused if `start` is an array.
    start : {"k-means++", "random"} or array_like of shape (n_clusters, n_features)
        How the first centres are chosen: by `k_means_plus_plus`, as points drawn
        without replacement, or as given.
    n_starts : int, default 1
        How many starts to try; the run with the smallest inertia is returned.
    max_steps : int, default 300
        Upper limit on the steps of one run.

    Returns
    -------
    KMeansResult
        ``centers`` (n_clusters, n_features); ``labels`` (n_samples,), for each point
        the row of its nearest centre; ``inertia``, the squared distances summed, in
        squared units of `X`; ``inertia_path`` (n_steps + 1,), the inertia at the start
        and after each step; ``n_steps``; ``converged``, False if `max_steps` ran out
        first, in which case the centres are not yet the means of their points.

    Raises
    ------
    TypeError
        If `X` or `start` is not numeric, or a count is no whole number.
    ValueError
        If a shape does not fit, a value is not finite, `X` has fewer distinct points
        than `n_clusters`, `start` is an unknown name, or several starts are asked for
        from given centres.

    References
    ----------
    Lloyd, "Least Squares Quantization in PCM", *IEEE Transactions on Information
    Theory* 28 (1982), 129-137. https://doi.org/10.1109/TIT.1982.1056489
    Derived in the chapter "k-means clustering".

    Examples
    --------
    >>> roads = [[1], [2], [4], [7], [8], [12]]
    >>> result = k_means(roads, 2, start=[[1], [2]])
    >>> result.labels.tolist(), result.n_steps, result.converged
    ([0, 0, 0, 1, 1, 1], 3, True)
    >>> print(f"{result.inertia:.3f}")
    18.667
    """
    X, n_clusters = _require_points(X, n_clusters)
    require_count("n_starts", n_starts)
    require_count("max_steps", max_steps)
    fixed = None if isinstance(start, str) else _require_start(X, n_clusters, start, n_starts)
    if fixed is None and start not in STARTS:
        names = " or ".join(f'"{name}"' for name in STARTS)
        raise ValueError(f"start must be {names}, or an array of centers; got {start!r}")

    rng = np.random.default_rng(rng)
    origin = X.mean(axis=0)
    centered = X - origin
    best = None
    for _ in range(n_starts):
        if fixed is not None:
            centers = fixed - origin
        elif start == "random":
            centers = centered[rng.choice(len(X), size=n_clusters, replace=False)]
        else:
            centers = _plus_plus(centered, n_clusters, rng)
        run = _lloyd(centered, centers, max_steps)
        if best is None or run.inertia < best.inertia:
            best = run
    return best._replace(centers=best.centers + origin)


def k_means_plus_plus(X, n_clusters, *, rng=None):
    """Choose k of the points as centres, each far from those before it.

    The first centre is any point, all equally likely. Each further one is point i with
    probability ``D_i^2 / sum_j D_j^2``, where ``D_i`` is its distance to the nearest
    centre so far. The inertia of the chosen centres is then, in expectation over the
    draws, at most ``8 (ln k + 2)`` times the smallest one possible.

    Not to be confused with the greedy variant of scikit-learn, which draws several
    candidates for each centre and keeps the best.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
        The points, in features that share a unit or are standardised.
    n_clusters : int
        How many to choose, at most the number of distinct points.
    rng : int, numpy.random.Generator or None, optional
        Source of randomness.

    Returns
    -------
    ndarray of shape (n_clusters, n_features)
        Distinct rows of `X`, in the order in which they were drawn.

    Raises
    ------
    TypeError
        If `X` is not numeric or `n_clusters` is no whole number.
    ValueError
        If `X` is not a finite two-dimensional array or has fewer distinct points than
        `n_clusters`.

    References
    ----------
    Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding",
    *Proceedings of SODA* (2007), 1027-1035, theorem 1.1.

    Examples
    --------
    >>> centers = k_means_plus_plus([[0, 0], [0, 0], [9, 9]], 2, rng=0)
    >>> sorted(centers.tolist())
    [[0.0, 0.0], [9.0, 9.0]]
    """
    X, n_clusters = _require_points(X, n_clusters)
    return _plus_plus(X, n_clusters, np.random.default_rng(rng))


def assign_to_nearest(X, centers):
    """Find each point's nearest centre in Euclidean distance.

    A point that is equally near to several centres goes to the one listed first, as
    far as rounding lets a tie be seen.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
        The points.
    centers : array_like of shape (n_clusters, n_features)
        The centres, in the same features.

    Returns
    -------
    ndarray of shape (n_samples,)
        For each point the row of its nearest centre, an integer from 0.

    Raises
    ------
    TypeError
        If `X` or `centers` is not numeric.
    ValueError
        If the shapes do not fit or a value is not finite.

    References
    ----------
    Aurenhammer, "Voronoi Diagrams", *ACM Computing Surveys* 23 (1991), 345-405.
    https://doi.org/10.1145/116873.116880

    Examples
    --------
    >>> assign_to_nearest([[1, 1], [6, 5], [2, 0]], [[0, 0], [6, 6]]).tolist()
    [0, 1, 0]
    """
    X = require_array("X", X, ("n_samples", "n_features"))
    centers = require_array("centers", centers, ("n_clusters", X.shape[1]))
    origin = centers.mean(axis=0)
    return _nearest(_extended(X - origin), centers - origin)


def _lloyd(X, centers, max_steps):
    """Run Lloyd's steps on points whose origin lies among them."""
    extended = _extended(X)
    labels = _nearest(extended, centers)
    inertia_path = [_inertia(X, centers, labels)]
    converged = False
    for _ in range(max_steps):
        centers = _moved_centers(X, labels, len(centers))
        previous, labels = labels, _nearest(extended, centers)
        inertia_path.append(_inertia(X, centers, labels))
        # The second condition ends what rounding could prolong: tied points that
        # change sides for ever, which leaves the inertia where it was.
        if np.array_equal(labels, previous) or inertia_path[-1] >= inertia_path[-2]:
            converged = True
            break
    n_steps = len(inertia_path) - 1
    return KMeansResult(
        centers, labels, inertia_path[-1], np.array(inertia_path), n_steps, converged
    )


def _extended(X):
    return np.column_stack([X, np.ones(len(X))])


def _nearest(extended, centers):
    # |x - c|^2 = |x|^2 - 2 (x.c - |c|^2 / 2): the nearest centre has the largest
    # x.c - |c|^2 / 2, and the column of ones makes that one matrix product.
    return np.argmax(extended @ np.vstack([centers.T, -(centers**2).sum(axis=1) / 2]), axis=1)


def _inertia(X, centers, labels):
    difference = np.take(centers, labels, axis=0)
    np.subtract(X, difference, out=difference)
    return float(np.vdot(difference, difference))


def _moved_centers(X, labels, n_clusters):
    """Return the mean of each cluster; an empty one gets the farthest point."""
    from scipy.sparse import csc_array  # heavy to import, and needed only here

    n_samples = len(X)
    # Column i holds a single 1, in the row of the point's cluster.
    membership = csc_array(
        (np.ones(n_samples), labels, np.arange(n_samples + 1)), shape=(n_clusters, n_samples)
    )
    counts = np.bincount(labels, minlength=n_clusters)
    centers = (membership @ X) / np.maximum(counts, 1)[:, np.newaxis]
    empty = np.flatnonzero(counts == 0)
    if empty.size:
        distances = ((X - centers[labels]) ** 2).sum(axis=1)
        for cluster in empty:
            farthest = np.argmax(distances)
            if distances[farthest] == 0:
                raise _too_few_distinct(X, n_clusters)
            centers[cluster] = X[farthest]
            distances = np.minimum(distances, ((X - X[farthest]) ** 2).sum(axis=1))
    return centers


def _plus_plus(X, n_clusters, rng):
    centers = [X[rng.integers(len(X))]]
    squared = ((X - centers[0]) ** 2).sum(axis=1)
    while len(centers) < n_clusters:
        if squared.sum() == 0:
            raise _too_few_distinct(X, n_clusters)
        centers.append(X[rng.choice(len(X), p=squared / squared.sum())])
        squared = np.minimum(squared, ((X - centers[-1]) ** 2).sum(axis=1))
    return np.array(centers)


def _require_points(X, n_clusters):
    X = require_array("X", X, ("n_samples", "n_features"))
    n_clusters = require_count("n_clusters", n_clusters)
    if n_clusters > len(X):
        raise ValueError(
            f"n_clusters must be at most the number of points, {len(X)}; got {n_clusters}"
        )
    return X, n_clusters


def _require_start(X, n_clusters, start, n_starts):
    if n_starts > 1:
        raise ValueError(
            f"n_starts must be 1 when start is an array, since every run would be the same; "
            f'got {n_starts}. For several starts use start="k-means++"'
        )
    return require_array("start", start, (n_clusters, X.shape[1]))


def _too_few_distinct(X, n_clusters):
    distinct = len(np.unique(X, axis=0))
    return ValueError(
        f"X must have at least n_clusters distinct points; got {distinct} for "
        f"n_clusters = {n_clusters}. Ask for at most {distinct} clusters"
    )
