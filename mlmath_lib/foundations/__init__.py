"""The part *Foundations*: one file per concept."""

from mlmath_lib.foundations.growth import compound_amount, e_by_limit, e_by_series

__all__ = ["compound_amount", "e_by_limit", "e_by_series"]
