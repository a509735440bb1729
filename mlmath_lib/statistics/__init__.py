"""The part *Statistics*: one file per concept."""

from mlmath_lib.statistics.intervals import Interval, wald_interval, wilson_interval
from mlmath_lib.statistics.sample_sizes import (
    finite_population_correction,
    margin_of_error,
    sample_size,
)

__all__ = [
    "Interval",
    "finite_population_correction",
    "margin_of_error",
    "sample_size",
    "wald_interval",
    "wilson_interval",
]
