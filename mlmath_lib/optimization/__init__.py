"""The part *Optimization*: walks that go downhill, and the paths they leave.

The walks return every point they visited, because the book draws and measures paths; the
answer is the path's last point.

One word per idea: the learning rate of the field is `step_size` here, a factor on the
gradient. The length of a step in the space of parameters is ``step_size * |gradient|``.

A walk with too large a step grows without bound. It ends at its last finite point and
says so in its result, instead of filling an array with NaN.
"""

from mlmath_lib.optimization.descent import DescentPath, gradient_descent
from mlmath_lib.optimization.stochastic_descent import StochasticPath, stochastic_gradient_descent

__all__ = [
    "DescentPath",
    "StochasticPath",
    "gradient_descent",
    "stochastic_gradient_descent",
]
