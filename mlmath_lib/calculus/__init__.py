"""The part *Calculus*: one file per concept."""

from mlmath_lib.calculus.derivatives import (
    ChainDerivative,
    GradientCheck,
    check_gradient,
    derivative,
    differentiate_chain,
    gradient,
)

__all__ = [
    "ChainDerivative",
    "GradientCheck",
    "check_gradient",
    "derivative",
    "differentiate_chain",
    "gradient",
]
