"""The part *Probability*: one file per concept."""

from mlmath_lib.probability.averages import running_mean
from mlmath_lib.probability.dice import DiceSums, dice_sum_probabilities, roll_dice
from mlmath_lib.probability.inequalities import chebyshev_bound

__all__ = [
    "DiceSums",
    "chebyshev_bound",
    "dice_sum_probabilities",
    "roll_dice",
    "running_mean",
]
