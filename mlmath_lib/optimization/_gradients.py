"""How the walks call a user's gradient."""

from mlmath_lib._validation import require_function


def require_gradient(value, shape):
    """Return a gradient that may overflow: the walk then ends at its last finite point."""
    returns = f"an array of the shape of start, {shape}"
    return require_function("gradient", value, returns, shape, finite=False)
