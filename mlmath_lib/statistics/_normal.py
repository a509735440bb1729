"""What sample sizes and intervals take from the normal curve."""

from scipy.special import ndtri

from mlmath_lib._validation import require_number


def two_sided_quantile(confidence):
    """Return z with probability `confidence` between -z and z under the normal curve."""
    requirement = "a number between 0 and 1, such as 0.95"
    confidence = require_number("confidence", confidence, requirement)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be {requirement}; got {confidence:g}")
    return -ndtri((1 - confidence) / 2)
