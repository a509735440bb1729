"""Distances along a surface of which nothing is known but points.

Derived in the chapter "Manifolds".
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_count


class GraphGeodesics(NamedTuple):
    """What `geodesic_distances` returns."""

    distances: np.ndarray
    pieces: np.ndarray
    connected: bool


def geodesic_distances(X, n_neighbors):
    """Estimate distances along a surface from points on it, by paths through neighbours.

    Joins each point to its `n_neighbors` nearest others by edges as long as their straight
    distance, usable both ways, and finds the shortest path between every two points
    (Dijkstra). Where the points lie densely on a smooth surface and no edge leaves it, this
    approximates the geodesic distance. Too many neighbours make edges that jump across
    (distances far too small); with too few the graph falls apart.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
        The points, at least two.
    n_neighbors : int
        Neighbours of each point, itself not counted; from 1 to ``n_samples - 1``.

    Returns
    -------
    GraphGeodesics
        ``distances`` (n_samples, n_samples), symmetric, in the unit of `X`, infinite
        between points that no path joins; ``pieces`` (n_samples,), the number of the
        connected piece of each point, from 0; ``connected``, True if there is one piece
        and so all distances are finite.

    Raises
    ------
    TypeError
        If `X` is not numeric or `n_neighbors` is no whole number.
    ValueError
        If `X` has another shape or is not finite, or `n_neighbors` is out of range.

    References
    ----------
    Tenenbaum, de Silva and Langford, "A Global Geometric Framework for Nonlinear
    Dimensionality Reduction", *Science* 290 (2000), 2319-2323.
    https://doi.org/10.1126/science.290.5500.2319
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> line = [[0.0], [1.0], [2.5], [10.0], [11.0]]
    >>> result = geodesic_distances(line, 1)
    >>> print(result.distances[0], result.pieces, result.connected)
    [0.  1.  2.5 inf inf] [0 0 0 1 1] False
    """
    from scipy.sparse import coo_matrix, csgraph
    from scipy.spatial import cKDTree

    X = require_array("X", X, ("n_samples", "n_features"))
    n_neighbors = require_count("n_neighbors", n_neighbors)
    n_points = len(X)
    if n_neighbors >= n_points:
        raise ValueError(
            f"n_neighbors must be smaller than the number of points, {n_points}; got {n_neighbors}"
        )
    lengths, ends = cKDTree(X).query(X, n_neighbors + 1)
    itself = ends == np.arange(n_points)[:, np.newaxis]
    itself[~itself.any(axis=1), -1] = True  # crowded out by copies of itself
    starts = np.repeat(np.arange(n_points), n_neighbors)
    low, high = np.minimum(starts, ends[~itself]), np.maximum(starts, ends[~itself])
    # Each edge once, or the matrix would add up the two lengths.
    _, chosen = np.unique(low * n_points + high, return_index=True)
    low, high, lengths = low[chosen], high[chosen], lengths[~itself][chosen]
    pairs = (np.concatenate([low, high]), np.concatenate([high, low]))
    graph = coo_matrix((np.tile(lengths, 2), pairs), shape=(n_points, n_points)).tocsr()
    distances = csgraph.dijkstra(graph)
    distances = np.minimum(distances, distances.T)  # the two ways differ by a rounding
    n_pieces, pieces = csgraph.connected_components(graph, directed=False)
    return GraphGeodesics(distances, pieces.astype(int), n_pieces == 1)
