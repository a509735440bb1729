"""Lengths and angles on a surface: its tangent vectors and their dot products.

Both functions take any surface, in any number of dimensions. Derived in the chapter
"Manifolds".
"""

import numpy as np

from mlmath_lib._validation import require_broadcastable, require_function, written_shape
from mlmath_lib.calculus import derivative


def tangent_vectors(surface, u, v, *, step=None):
    """Differentiate a surface with respect to each of its two parameters.

    By central differences, with the error that `mlmath_lib.calculus.derivative` states.
    The surface must be smooth around the parameters.

    Parameters
    ----------
    surface : callable
        ``surface(u, v)`` returns points of shape (..., d) for parameters of shape (...).
    u, v : array_like
        The parameters; their shapes broadcast.
    step : float, optional
        The step of the differences, in units of the parameters, as in
        `mlmath_lib.calculus.derivative`.

    Returns
    -------
    ndarray of shape (..., 2, d)
        The derivatives along u, ``[..., 0, :]``, and along v, ``[..., 1, :]``.

    Raises
    ------
    TypeError
        If `surface` is not callable or a parameter is not numeric.
    ValueError
        If shapes do not broadcast, a parameter or a point is not finite, `surface` returns
        points of another shape, or `step` is left out and does not fit it.

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
    # Entry by entry in all coordinates at once, each with its own copy of the parameter.
    n_coordinates = surface(u, v).shape[-1]
    many_u, many_v = (np.repeat(w[..., np.newaxis], n_coordinates, axis=-1) for w in (u, v))
    along_u = derivative(lambda many: surface(many[..., 0], v), many_u, step=step)
    along_v = derivative(lambda many: surface(u, many[..., 0]), many_v, step=step)
    return np.stack([along_u, along_v], axis=-2)


def metric_tensor(surface, u, v, *, step=None):
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
    step : float, optional
        The step of the differences, in units of the parameters, as in
        `mlmath_lib.calculus.derivative`.

    Returns
    -------
    ndarray of shape (..., 2, 2)
        Symmetric matrices, in squared units of the points per unit of the parameters.

    Raises
    ------
    TypeError
        If `surface` is not callable or a parameter is not numeric.
    ValueError
        If shapes do not broadcast, a parameter or a point is not finite, `surface` returns
        points of another shape, or `step` is left out and does not fit it.

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
    tangents = tangent_vectors(surface, u, v, step=step)
    return tangents @ np.swapaxes(tangents, -1, -2)
