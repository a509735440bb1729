"""The part *Calculus*: one file per concept."""

from mlmath_lib.calculus.automatic_differentiation import (
    Dual,
    JacobianVectorProduct,
    Tape,
    ValueAndGradient,
    jacobian_vector_product,
    value_and_gradient,
)
from mlmath_lib.calculus.chain_rule import ChainDerivative, differentiate_chain
from mlmath_lib.calculus.derivatives import (
    GradientCheck,
    check_gradient,
    derivative,
    gradient,
    second_derivative,
)
from mlmath_lib.calculus.extrapolation import Extrapolation, richardson
from mlmath_lib.calculus.integration import (
    integrate_samples,
    riemann_sum,
    simpson,
    trapezoid,
)
from mlmath_lib.calculus.several_variables import (
    JacobianCheck,
    check_jacobian,
    directional_derivative,
    hessian,
    jacobian,
)
from mlmath_lib.calculus.taylor import (
    symbolic_taylor_coefficients,
    taylor_coefficients,
    taylor_error_bound,
    taylor_polynomial,
)

__all__ = [
    "ChainDerivative",
    "Dual",
    "Extrapolation",
    "GradientCheck",
    "JacobianCheck",
    "JacobianVectorProduct",
    "Tape",
    "ValueAndGradient",
    "check_gradient",
    "check_jacobian",
    "derivative",
    "differentiate_chain",
    "directional_derivative",
    "gradient",
    "hessian",
    "integrate_samples",
    "jacobian",
    "jacobian_vector_product",
    "richardson",
    "riemann_sum",
    "second_derivative",
    "simpson",
    "symbolic_taylor_coefficients",
    "taylor_coefficients",
    "taylor_error_bound",
    "taylor_polynomial",
    "trapezoid",
    "value_and_gradient",
]
