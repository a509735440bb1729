"""Richardson extrapolation: what an approximation with a step tends to as the step shrinks.

Two values of an approximation, at a step and at half of it, reveal the leading term of its
error, which can then be taken away; the rest can be treated in the same way. It is the
tool behind differences of higher order (chapter "Differential calculus") and serves
wherever the error is a sum of known powers of a step.
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_function, require_positive


class Extrapolation(NamedTuple):
    """What `richardson` returns."""

    limit: float | np.ndarray
    error: float | np.ndarray
    table: np.ndarray


def richardson(approximate, step, *, powers=(2, 4, 6)):
    """Extrapolate an approximation with a step to the step zero.

    Let ``A(h) = L + c_1 h^p_1 + c_2 h^p_2 + ...`` with increasing powers. With one halving of
    the step for each power, column 0 of the table holds ``A(h), A(h / 2), A(h / 4), ...``,
    and each further column takes one term of the error away::

        T[i, j] = T[i, j - 1] + (T[i, j - 1] - T[i - 1, j - 1]) / (2^p_j - 1)

    The last entry of the last column is the limit. If the error has other powers than
    those given, the result still tends to ``L`` but no faster than the first power missed.

    Parameters
    ----------
    approximate : callable
        Maps a step to a number or an array of one shape.
    step : float
        The first and largest step ``h``, in the units that `approximate` expects.
    powers : sequence of float, default (2, 4, 6)
        The powers of the step in the error, increasing and above zero: (2, 4, 6) for central
        differences and for the trapezoidal rule, (1, 2, 3) for forward differences.

    Returns
    -------
    Extrapolation
        ``limit``, of the shape that `approximate` returns; ``error``, the distance of the last
        two entries of the last row, an estimate that is usually too large and no bound;
        ``table`` (n_powers + 1, n_powers + 1, ...), NaN above the diagonal.

    Raises
    ------
    TypeError
        If `approximate` is not callable or a number is not numeric.
    ValueError
        If `step` is not a finite number above zero, `powers` is empty, not increasing or not
        above zero, or `approximate` returns values of several shapes or not finite.

    References
    ----------
    Richardson and Gaunt, "The Deferred Approach to the Limit", *Philosophical Transactions
    of the Royal Society A* 226 (1927), 299-361. https://doi.org/10.1098/rsta.1927.0008

    Examples
    --------
    >>> rough = lambda h: (np.exp(h) - np.exp(-h)) / (2 * h)
    >>> result = richardson(rough, 0.4)
    >>> print(f"{rough(0.05):.9f}, extrapolated {result.limit:.9f}")
    1.000416719, extrapolated 1.000000000
    """
    approximate = require_function("approximate", approximate, "an approximation for a step", ...)
    step = require_positive("step", step)
    powers = require_array("powers", powers, ("n_powers",))
    if powers[0] <= 0 or (np.diff(powers) <= 0).any():
        raise ValueError(
            f"powers must increase and be above 0; got {powers.tolist()}. They are the powers of "
            "the step in the error, the leading one first"
        )
    rough = [approximate(step / 2**k) for k in range(len(powers) + 1)]
    shape = rough[0].shape
    for value in rough:
        require_array("what approximate returns", value, shape)
    table = np.full((len(rough), len(rough), *shape), np.nan)
    table[:, 0] = rough
    for j, power in enumerate(powers, start=1):
        change = table[j:, j - 1] - table[j - 1 : -1, j - 1]
        table[j:, j] = table[j:, j - 1] + change / (2**power - 1)
    limit, error = table[-1, -1], np.abs(table[-1, -1] - table[-1, -2])
    return Extrapolation(limit if shape else float(limit), error if shape else float(error), table)
