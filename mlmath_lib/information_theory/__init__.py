"""The part *Information theory*: one file per concept."""

from mlmath_lib.information_theory.entropies import cross_entropy, entropy, kl_divergence
from mlmath_lib.information_theory.scores import log_softmax, softmax

__all__ = [
    "cross_entropy",
    "entropy",
    "kl_divergence",
    "log_softmax",
    "softmax",
]
