"""Geometry: surfaces as functions of two parameters, and distances along them.

A surface maps arrays ``u`` and ``v`` to points of shape ``(..., 3)``. `tangent_vectors`
and `metric_tensor` take any such function, in any number of dimensions.
`great_circle_distance` measures along a sphere, `swiss_roll_arc_length` unrolls the swiss
roll, and `geodesic_distances` estimates distances along a surface of which nothing is known
but points. All are derived in the chapter "Manifolds".
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_callable,
    require_count,
    require_positive,
)
from mlmath_lib.calculus import derivative

EARTH_RADIUS = 6371.0088  # km, the mean radius (2 a + b) / 3 of the ellipsoid GRS 80


class GraphGeodesics(NamedTuple):
    """What `geodesic_distances` returns."""

    distances: np.ndarray
    pieces: np.ndarray
    connected: bool


def sphere(u, v, radius=1.0):
    """Place points on a sphere around the origin by longitude and latitude.

    ``radius (cos u cos v, sin u cos v, sin v)``. One-to-one for ``-pi < u < pi`` and
    ``-pi/2 < v < pi/2``; what is left out is half a meridian with the poles.

    Parameters
    ----------
    u, v : array_like
        Longitude and latitude in radians; their shapes broadcast.
    radius : float, default 1.0
        Radius, above zero; its unit is the unit of the points.

    Returns
    -------
    ndarray of shape (..., 3)
        The points, on a new last axis.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not broadcast, an angle is not finite, or `radius` is not above zero.

    References
    ----------
    do Carmo, *Differential Geometry of Curves and Surfaces* (1976), section 2-2.
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(sphere(0.0, [0.0, np.pi / 2], radius=2).round(6))
    [[2. 0. 0.]
     [0. 0. 2.]]
    """
    u, v = _require_parameters(u=u, v=v)
    radius = require_positive("radius", radius)
    return radius * np.stack([np.cos(u) * np.cos(v), np.sin(u) * np.cos(v), np.sin(v)], axis=-1)


def torus(u, v, major=2.0, minor=1.0):
    """Place points on a torus, a tube bent to a ring.

    ``((major + minor cos v) cos u, (major + minor cos v) sin u, minor sin v)``. One-to-one
    for ``-pi < u, v < pi`` if ``minor < major``; otherwise the tube runs into itself.

    Parameters
    ----------
    u, v : array_like
        Angle around the ring and around the tube in radians; their shapes broadcast.
    major : float, default 2.0
        Distance of the tube's centre from the axis, larger than `minor`.
    minor : float, default 1.0
        Radius of the tube, above zero, in the same unit.

    Returns
    -------
    ndarray of shape (..., 3)
        The points, on a new last axis.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not broadcast, an angle is not finite, or not
        ``0 < minor < major``.

    References
    ----------
    do Carmo, *Differential Geometry of Curves and Surfaces* (1976), section 2-2.
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(torus(0.0, [0.0, np.pi], major=3, minor=1).round(6))
    [[4. 0. 0.]
     [2. 0. 0.]]
    """
    u, v = _require_parameters(u=u, v=v)
    major, minor = require_positive("major", major), require_positive("minor", minor)
    if minor >= major:
        raise ValueError(
            f"minor must be smaller than major, or the tube runs into itself; got minor={minor:g} "
            f"and major={major:g}. Are they swapped?"
        )
    ring = major + minor * np.cos(v)
    return np.stack([ring * np.cos(u), ring * np.sin(u), minor * np.sin(v)], axis=-1)


def boy_surface(u, v):
    """Place points on Boy's surface, the projective plane immersed in space.

    With ``w = u exp(iv)`` and ``a = w^6 + sqrt(5) w^3 - 1`` the formula of Bryant and Kusner
    is ``g / |g|^2`` for ``g = (-3/2 Im(w (1 - w^4) / a), -3/2 Re(w (1 + w^4) / a),
    Im((1 + w^6) / a) - 1/2)``. The parameters ``w`` and ``-1 / conj(w)`` give one point, so
    the disc ``u <= 1`` covers the surface, and opposite points of its rim coincide. At the
    three zeros of ``a`` in the disc ``g`` is infinite and the point is the origin: there
    three sheets of the surface cross.

    Parameters
    ----------
    u : array_like
        Modulus of ``w``, at least 0.
    v : array_like
        Argument of ``w`` in radians; the shapes of `u` and `v` broadcast.

    Returns
    -------
    ndarray of shape (..., 3)
        The points, on a new last axis; the third coordinate lies along the axis about
        which a turn by 120 degrees maps the surface to itself.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not broadcast, a parameter is not finite, or `u` is negative.

    References
    ----------
    Kusner, "Conformal geometry and complete minimal surfaces", *Bulletin of the American
    Mathematical Society* 17 (1987), 291-295.
    https://doi.org/10.1090/S0273-0979-1987-15564-9
    Drawn in the chapter "Manifolds".

    Examples
    --------
    >>> print(boy_surface([0.0, 1.0, 1.0], [0.0, 0.5, 0.5 + np.pi]).round(4) + 0.0)
    [[ 0.      0.     -2.    ]
     [ 0.7479 -0.4802 -0.6323]
     [ 0.7479 -0.4802 -0.6323]]
    """
    u, v = _require_parameters(u=u, v=v)
    if (u < 0).any():
        raise ValueError(f"u must be at least 0, a modulus; got {u.min():g}. Add pi to v instead")
    # The antipode -1/conj(w) of a w outside the disc gives the same point, without overflow.
    outside = u > 1
    w = np.where(outside, -1.0, 1.0) * np.where(outside, 1 / np.maximum(u, 1), u) * np.exp(1j * v)
    a = w**6 + np.sqrt(5) * w**3 - 1
    size = np.abs(a)
    turn = np.conj(a) / np.maximum(size, np.finfo(float).tiny)  # |a| / a
    scaled = [  # |a| g, which stays finite where a is zero
        -1.5 * (w * (1 - w**4) * turn).imag,
        -1.5 * (w * (1 + w**4) * turn).real,
        ((1 + w**6) * turn).imag - 0.5 * size,
    ]
    scaled = np.stack(scaled, axis=-1)
    square = (scaled**2).sum(axis=-1)
    return scaled * (size / np.where(size > 0, square, 1))[..., np.newaxis]


def swiss_roll(angle, height):
    """Place points on a swiss roll, a strip rolled up along an Archimedean spiral.

    ``(angle cos(angle), height, angle sin(angle))``: scikit-learn's `make_swiss_roll`
    without noise, which draws `angle` from 1.5 pi to 4.5 pi and `height` from 0 to 21.

    Parameters
    ----------
    angle : array_like
        Angle along the spiral in radians, at least 0; also the distance from the axis.
    height : array_like
        Position along the axis, in the unit of the distance; the shapes broadcast.

    Returns
    -------
    ndarray of shape (..., 3)
        The points, on a new last axis.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not broadcast, a parameter is not finite, or `angle` is negative.

    References
    ----------
    Tenenbaum, de Silva and Langford, "A Global Geometric Framework for Nonlinear
    Dimensionality Reduction", *Science* 290 (2000), 2319-2323.
    https://doi.org/10.1126/science.290.5500.2319
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(swiss_roll(2 * np.pi, [0.0, 21.0]).round(4) + 0.0)
    [[ 6.2832  0.      0.    ]
     [ 6.2832 21.      0.    ]]
    """
    angle, height = _require_parameters(angle=angle, height=height)
    _require_spiral(angle)
    return np.stack([angle * np.cos(angle), height, angle * np.sin(angle)], axis=-1)


def swiss_roll_arc_length(angle):
    """Measure the spiral of the swiss roll from its centre to an angle.

    ``(t sqrt(1 + t^2) + arsinh t) / 2`` for the angle ``t``, the integral of
    ``sqrt(1 + t^2)``. With the height it is the unrolled coordinate: the roll bends the
    plane of ``(arc length, height)`` without stretching it, so distances along a roll
    that unrolls to a convex piece of the plane are straight distances there.

    Parameters
    ----------
    angle : array_like
        Angle along the spiral in radians, at least 0; any shape.

    Returns
    -------
    float or ndarray
        The length, in the unit of the distance from the axis; the shape of `angle`.

    Raises
    ------
    TypeError
        If `angle` is not numeric.
    ValueError
        If `angle` is not finite or negative.

    References
    ----------
    do Carmo, *Differential Geometry of Curves and Surfaces* (1976), section 1-3.
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(f"{swiss_roll_arc_length(1.5 * np.pi):.4f}")
    12.4778
    """
    (angle,) = _require_parameters(angle=angle)
    _require_spiral(angle)
    length = (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2
    return length if angle.ndim else float(length)


def tangent_vectors(surface, u, v):
    """Differentiate a surface with respect to each of its two parameters.

    By central differences, with the error that `mlmath_lib.calculus.derivative` states.
    The surface must be smooth around the parameters.

    Parameters
    ----------
    surface : callable
        ``surface(u, v)`` returns points of shape (..., d) for parameters of shape (...).
    u, v : array_like
        The parameters; their shapes broadcast.

    Returns
    -------
    ndarray of shape (..., 2, d)
        The derivatives along u, ``[..., 0, :]``, and along v, ``[..., 1, :]``.

    Raises
    ------
    TypeError
        If `surface` is not callable or a parameter is not numeric.
    ValueError
        If shapes do not broadcast, a parameter or a point is not finite, or `surface`
        returns points of another shape.

    References
    ----------
    do Carmo, *Differential Geometry of Curves and Surfaces* (1976), section 2-4.
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(np.round(tangent_vectors(sphere, 0.0, 0.0), 6))
    [[0. 1. 0.]
     [0. 0. 1.]]
    """
    require_callable("surface", surface, "returns points of shape (..., d) for u and v")
    u, v = _require_parameters(u=u, v=v)
    shape = np.shape(surface(u, v))
    if len(shape) != u.ndim + 1 or shape[:-1] != u.shape:
        wanted = ", ".join([*map(str, u.shape), "d"])
        raise ValueError(
            f"surface must return points of shape ({wanted}); got shape {shape}. Stack the "
            "coordinates with np.stack([x, y, z], axis=-1)"
        )
    along_u = [derivative(partial(_coordinate, surface, i, v=v), u) for i in range(shape[-1])]
    along_v = [derivative(partial(_coordinate, surface, i, u), v) for i in range(shape[-1])]
    return np.stack([np.stack(along_u, axis=-1), np.stack(along_v, axis=-1)], axis=-2)


def metric_tensor(surface, u, v):
    """Compute the metric tensor (first fundamental form) of a surface.

    The matrix ``[[E, F], [F, G]]`` of the dot products of the two `tangent_vectors`. A
    small step ``(du, dv)`` has the length ``sqrt(E du^2 + 2 F du dv + G dv^2)``, a small
    rectangle the area ``sqrt(E G - F^2) du dv``. Where the determinant is zero the
    parameters are no coordinates, as at the poles of a sphere.

    Parameters
    ----------
    surface : callable
        ``surface(u, v)`` returns points of shape (..., d) for parameters of shape (...).
    u, v : array_like
        The parameters; their shapes broadcast.

    Returns
    -------
    ndarray of shape (..., 2, 2)
        Symmetric matrices, in squared units of the points per unit of the parameters.

    Raises
    ------
    TypeError
        If `surface` is not callable or a parameter is not numeric.
    ValueError
        If shapes do not broadcast, a parameter or a point is not finite, or `surface`
        returns points of another shape.

    References
    ----------
    do Carmo, *Differential Geometry of Curves and Surfaces* (1976), section 2-5.
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(np.round(metric_tensor(torus, 0.3, 0.0), 6) + 0.0)
    [[9. 0.]
     [0. 1.]]
    """
    tangents = tangent_vectors(surface, u, v)
    return tangents @ np.swapaxes(tangents, -1, -2)


def great_circle_distance(latitude1, longitude1, latitude2, longitude2, *, radius=EARTH_RADIUS):
    """Measure the shortest way between points along a sphere.

    With the haversine ``h = sin^2((p2 - p1)/2) + cos p1 cos p2 sin^2((l2 - l1)/2)`` of
    latitudes ``p`` and longitudes ``l`` the angle between the points is
    ``2 atan2(sqrt h, sqrt(1 - h))``. Here ``1 - h`` is computed as the haversine of the
    antipode, ``sin^2((p1 + p2)/2) + cos p1 cos p2 cos^2((l2 - l1)/2)``, so nearby points and
    nearly antipodal ones both keep their digits. The earth is no sphere: against its
    ellipsoid the result is off by up to about half a per cent.

    Parameters
    ----------
    latitude1, longitude1 : array_like
        The first point: degrees north of the equator, from -90 to 90, and degrees east,
        where any turn counts: 190 is -170.
    latitude2, longitude2 : array_like
        The second point; all shapes broadcast.
    radius : float, default 6371.0088
        Radius of the sphere; the default is the earth's mean radius in kilometres.

    Returns
    -------
    float or ndarray
        The distance in the unit of `radius`.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If shapes do not broadcast, a number is not finite, a latitude is beyond 90
        degrees, or `radius` is not above zero.

    References
    ----------
    Sinnott, "Virtues of the Haversine", *Sky and Telescope* 68 (1984), 159.
    Moritz, "Geodetic Reference System 1980", *Journal of Geodesy* 74 (2000), 128-133, for
    the radius. https://doi.org/10.1007/s001900050278
    Derived in the chapter "Manifolds".

    Examples
    --------
    >>> print(f"{great_circle_distance(0, 0, 90, 0):.3f} km")
    10007.557 km
    """
    latitude1, longitude1, latitude2, longitude2 = _require_arrays(
        latitude1=latitude1, longitude1=longitude1, latitude2=latitude2, longitude2=longitude2
    )
    radius = require_positive("radius", radius)
    for name, latitude in [("latitude1", latitude1), ("latitude2", latitude2)]:
        if (np.abs(latitude) > 90).any():
            worst = latitude.flat[np.abs(latitude).argmax()]
            raise ValueError(
                f"{name} must be within -90 and 90 degrees; got {worst:g}. Are latitude and "
                "longitude swapped?"
            )
    first, second = np.radians(latitude1), np.radians(latitude2)
    half = np.radians(longitude2 - longitude1) / 2
    cosines = np.cos(first) * np.cos(second)
    near = np.sin((second - first) / 2) ** 2 + cosines * np.sin(half) ** 2
    far = np.sin((second + first) / 2) ** 2 + cosines * np.cos(half) ** 2
    distance = 2 * radius * np.arctan2(np.sqrt(near), np.sqrt(far))
    return distance if np.ndim(distance) else float(distance)


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


def _coordinate(surface, index, u, v):
    return np.asarray(surface(u, v), dtype=float)[..., index]


def _require_spiral(angle):
    if (angle < 0).any():
        raise ValueError(f"angle must be at least 0; got {angle.min():g}")


def _require_parameters(**parameters):
    """Return finite float arrays of one shape."""
    return np.broadcast_arrays(*_require_arrays(**parameters))


def _require_arrays(**parameters):
    """Return finite float arrays whose shapes broadcast."""
    arrays = []
    for name, value in parameters.items():
        shape = value.shape if isinstance(value, np.ndarray) else np.asarray(value, object).shape
        arrays.append(require_array(name, value, shape))
    try:
        np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError as error:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(
            f"{', '.join(parameters)} must have shapes that broadcast; got {shapes}"
        ) from error
    return arrays
