"""The part *Models*: algorithms that its chapters derive, one file per concept."""

from mlmath_lib.models.k_means import (
    KMeansResult,
    assign_to_nearest,
    k_means,
    k_means_plus_plus,
)

__all__ = ["KMeansResult", "assign_to_nearest", "k_means", "k_means_plus_plus"]
