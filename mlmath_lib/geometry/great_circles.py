"""Distances along a sphere. Derived in the chapter "Manifolds"."""

import numpy as np

from mlmath_lib._validation import require_broadcastable, require_positive

EARTH_RADIUS = 6371.0088  # km, the mean radius (2 a + b) / 3 of the ellipsoid GRS 80


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
    latitude1, longitude1, latitude2, longitude2 = require_broadcastable(
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
