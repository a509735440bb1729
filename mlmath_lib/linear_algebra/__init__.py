"""The part *Linear algebra*: one file per concept."""

from mlmath_lib.linear_algebra.eigenvalues import PowerIterationResult, power_iteration

__all__ = [
    "PowerIterationResult",
    "power_iteration",
]
