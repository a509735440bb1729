"""The k-means algorithm: k centres stand in for many points with the least squared error.

`k_means` alternates two steps from a start: every point goes to its nearest centre,
every centre moves to the mean of its points. Derived in the chapter "k-means
clustering".

The nearest centre is found through the expanded square, ``|x|^2 - 2 x.c + |c|^2``,
because a matrix product is the fastest loop that NumPy has. That form subtracts large
numbers. So the functions here move the origin into the data first, and where two centres
are so nearly equally far that rounding could decide between them, they compare the
differences ``x - c`` themselves. All distances are right to 1e-15 of the extent of the
data.
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count

STARTS = ("k-means++", "random")
# A centre whose distance is beyond the range of doubles is infinitely far: no cause to warn.
FAR_IS_FAR = np.errstate(over="ignore", invalid="ignore")
ROUNDINGS = 8 * np.finfo(float).eps  # of a product and a sum, for each feature, with room


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
    every point to its nearest centre. No step raises the inertia but by rounding, and the
    run stops when no label changes. Where it stops depends on the start and need not be
    the global minimum.

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
        and after each step, of which ``inertia`` is the smallest; ``n_steps``;
        ``converged``, False if `max_steps` ran out first, in which case the centres are
        not yet the means of their points. An inertia beyond the range of doubles is inf
        or 0, although centres and labels are right.

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
    cloud = _cloud(X)
    best = None
    for _ in range(n_starts):
        if fixed is not None:
            centers = _placed(cloud, fixed)
        elif start == "random":
            centers = cloud.points[rng.choice(len(X), size=n_clusters, replace=False)]
        else:
            centers = cloud.points[_plus_plus(cloud.points, n_clusters, rng)]
        run = _lloyd(cloud, centers, max_steps)
        if best is None or run.inertia < best.inertia:
            best = run
    with np.errstate(over="ignore"):
        path = np.ldexp(best.inertia_path, 2 * cloud.exponent)
    return best._replace(
        centers=np.ldexp(best.centers + cloud.origin, cloud.exponent),
        inertia=float(path.min()),
        inertia_path=path,
    )


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
    return X[_plus_plus(_cloud(X).points, n_clusters, np.random.default_rng(rng))]


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
    cloud = _cloud(X, centers)
    return _nearest(cloud, _placed(cloud, centers)).astype(np.intp)


class _Cloud(NamedTuple):
    """Points of size 1 around their middle: those of the caller, ``/ 2**exponent - origin``."""

    points: np.ndarray  # one a row
    columns: np.ndarray  # one a column, with a 1 below
    reach: float  # the longest of them
    origin: np.ndarray
    exponent: int


def _cloud(X, centers=None):
    """Scale and centre the points, so that their squares neither overflow nor vanish."""
    size = np.abs(X).max()
    if centers is not None:  # one at least must not be out of sight
        size = max(size, np.abs(centers).max(axis=1).min())
    exponent = int(np.frexp(size)[1])
    X = np.ldexp(X, -exponent)
    # Medians of some hundred points: none far out can move them, and as values of the data
    # they are exact to subtract where the points lie on a grid, so that ties stay ties.
    some = X[:: len(X) // 100 + 1]
    origin = np.sort(some, axis=0)[len(some) // 2]
    points = X - origin
    columns = np.vstack([points.T, np.ones(len(X))])
    reach = np.sqrt(np.einsum("ij,ij->i", points, points).max())
    return _Cloud(points, columns, reach, origin, exponent)


@FAR_IS_FAR
def _placed(cloud, centers):
    """Return the caller's centres in the coordinates of the cloud."""
    return np.ldexp(centers, -cloud.exponent) - cloud.origin


def _lloyd(cloud, centers, max_steps):
    """Run Lloyd's steps and return the best state, in the coordinates of the cloud."""
    labels = _nearest(cloud, centers)
    inertia = _inertia(cloud.points, centers, labels)
    best, path = (inertia, centers, labels), [inertia]
    seen, converged = {hash(labels.tobytes())}, False
    while not converged and len(path) <= max_steps:
        centers = _moved_centers(cloud.points, labels, len(centers))
        labels = _nearest(cloud, centers)
        inertia = _inertia(cloud.points, centers, labels)
        path.append(inertia)
        if inertia <= best[0]:
            best = inertia, centers, labels
        # Labels that come back after one step are those that no longer change. After
        # several, rounding has led around a cycle, and would for ever.
        fingerprint = hash(labels.tobytes())
        converged = fingerprint in seen
        seen.add(fingerprint)
    inertia, centers, labels = best
    n_clusters = np.count_nonzero(np.bincount(labels))
    # Each empty cluster got a point of its own, unless they are equal, or are by rounding.
    if converged and n_clusters < len(centers):
        raise _too_few_distinct(n_clusters, len(centers))
    n_steps = len(path) - 1
    return KMeansResult(
        centers, labels.astype(np.intp), inertia, np.array(path), n_steps, converged
    )


@FAR_IS_FAR
def _nearest(cloud, centers):
    """Return the row of each point's nearest centre, the first of several."""
    squares = np.einsum("ij,ij->i", centers, centers)
    # |x - c|^2 = |x|^2 - 2 (x.c - |c|^2 / 2): the nearest centre has the largest
    # x.c - |c|^2 / 2, and the row of ones makes that one matrix product.
    scores = np.column_stack([centers, -squares / 2]) @ cloud.columns
    rounding = ROUNDINGS * centers.shape[1] * (cloud.reach + np.sqrt(squares.max())) ** 2
    close = scores >= scores.max(axis=0) - rounding
    # A maximum of small whole numbers is many times as fast as argmax along an axis.
    numbers = np.arange(len(centers), dtype=np.min_scalar_type(len(centers)))
    labels = (close * numbers[:, np.newaxis]).max(axis=0)
    if np.count_nonzero(close) != len(labels):
        doubtful = np.count_nonzero(close, axis=0) != 1
        points = cloud.points[doubtful]
        distances = [((points - center) ** 2).sum(axis=1) for center in centers]
        labels[doubtful] = np.argmin(distances, axis=0)
    return labels


def _inertia(points, centers, labels):
    difference = np.take(centers, labels, axis=0)
    np.subtract(points, difference, out=difference)
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
            centers[cluster] = X[farthest]
            distances = np.minimum(distances, ((X - X[farthest]) ** 2).sum(axis=1))
    return centers


def _plus_plus(X, n_clusters, rng):
    """Return the rows of the chosen points."""
    rows = [rng.integers(len(X))]
    squared = ((X - X[rows[0]]) ** 2).sum(axis=1)
    while len(rows) < n_clusters:
        if squared.sum() == 0:
            raise _too_few_distinct(len(rows), n_clusters)
        rows.append(rng.choice(len(X), p=squared / squared.sum()))
        squared = np.minimum(squared, ((X - X[rows[-1]]) ** 2).sum(axis=1))
    return rows


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


def _too_few_distinct(distinct, n_clusters):
    return ValueError(
        f"X must have at least n_clusters distinct points; got {distinct} for "
        f"n_clusters = {n_clusters}. Ask for at most {distinct} clusters"
    )
