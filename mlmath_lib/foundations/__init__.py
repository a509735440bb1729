"""The part *Foundations*: one file per concept."""

from mlmath_lib.foundations.arithmetic import (
    ExactSum,
    add_exactly,
    compensated_sum,
    log_product,
    log_sum_exp,
)
from mlmath_lib.foundations.constants import (
    PolygonBounds,
    aitken,
    correct_digits,
    extrapolate,
    gamma_by_harmonic,
    phi_by_fibonacci,
    pi_by_polygons,
    root_by_averaging,
)
from mlmath_lib.foundations.growth import compound_amount, e_by_limit, e_by_series
from mlmath_lib.foundations.models import Line, fit_line

__all__ = [
    "ExactSum",
    "Line",
    "PolygonBounds",
    "add_exactly",
    "aitken",
    "compensated_sum",
    "compound_amount",
    "correct_digits",
    "e_by_limit",
    "e_by_series",
    "extrapolate",
    "fit_line",
    "gamma_by_harmonic",
    "log_product",
    "log_sum_exp",
    "phi_by_fibonacci",
    "pi_by_polygons",
    "root_by_averaging",
]
