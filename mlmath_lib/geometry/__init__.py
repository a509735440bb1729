"""The part *Geometry*: one file per concept."""

from mlmath_lib.geometry.graph_geodesics import GraphGeodesics, geodesic_distances
from mlmath_lib.geometry.great_circles import EARTH_RADIUS, great_circle_distance
from mlmath_lib.geometry.metric import metric_tensor, tangent_vectors
from mlmath_lib.geometry.surfaces import (
    boy_surface,
    sphere,
    swiss_roll,
    swiss_roll_arc_length,
    torus,
)

__all__ = [
    "EARTH_RADIUS",
    "GraphGeodesics",
    "boy_surface",
    "geodesic_distances",
    "great_circle_distance",
    "metric_tensor",
    "sphere",
    "swiss_roll",
    "swiss_roll_arc_length",
    "tangent_vectors",
    "torus",
]
