"""Lengths and angles on a surface: its tangent vectors and their dot products.

Both functions take any surface, in any number of dimensions. Derived in the chapter
"Manifolds".
"""

from functools import partial

import numpy as np

from mlmath_lib._validation import require_broadcastable, require_function, written_shape
from mlmath_lib.calculus import derivative


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
    >>> from mlmath_lib.geometry import sphere
    >>> print(np.round(tangent_vectors(sphere, 0.0, 0.0), 6))
    [[0. 1. 0.]
     [0. 0. 1.]]
    """
    u, v = np.broadcast_arrays(*require_broadcastable(u=u, v=v))
    shape = (*u.shape, "d")
    surface = require_function(
        "surface",
        surface,
        f"points of shape {written_shape(shape)} for u and v",
        shape,
        remedy="Stack the coordinates with np.stack([x, y, z], axis=-1)",
    )
    n_coordinates = surface(u, v).shape[-1]
    along_u = [derivative(partial(_coordinate, surface, i, v=v), u) for i in range(n_coordinates)]
    along_v = [derivative(partial(_coordinate, surface, i, u), v) for i in range(n_coordinates)]
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
    >>> from mlmath_lib.geometry import torus
    >>> print(np.round(metric_tensor(torus, 0.3, 0.0), 6) + 0.0)
    [[9. 0.]
     [0. 1.]]
    """
    tangents = tangent_vectors(surface, u, v)
    return tangents @ np.swapaxes(tangents, -1, -2)


def _coordinate(surface, index, u, v):
    return surface(u, v)[..., index]
