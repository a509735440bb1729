"""Surfaces as functions of two parameters, and the swiss roll unrolled.

A surface maps arrays ``u`` and ``v`` to points of shape ``(..., 3)``. Derived in the chapter
"Manifolds".
"""

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_broadcastable,
    require_each,
    require_positive,
)


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
    u, v = np.broadcast_arrays(*require_broadcastable(u=u, v=v))
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
    u, v = np.broadcast_arrays(*require_broadcastable(u=u, v=v))
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
    u, v = np.broadcast_arrays(*require_broadcastable(u=u, v=v))
    require_each("u", u, u >= 0, ">= 0, a modulus", remedy="Add pi to v instead")
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
    angle, height = np.broadcast_arrays(*require_broadcastable(angle=angle, height=height))
    require_each("angle", angle, angle >= 0, ">= 0")
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
    angle = require_array("angle", angle, ...)
    require_each("angle", angle, angle >= 0, ">= 0")
    length = (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2
    return length if angle.ndim else float(length)
