"""What all derivatives by differences share: steps, quotients, and the doubt about a step.

A step is right if it is small beside the distance over which the function bends, and large
beside its roundings. The default steps take ``max(1, |x|)`` for that distance, for want of
anything better. Where the function bends over less, ``log x`` near 0 or ``sin x`` far out, the
difference is wrong, and nothing in it shows; but a shorter step then gives something else.
So a default step is always compared with a shorter one.
"""

import numpy as np

from mlmath_lib._validation import require_count, require_function, require_positive

EPSILON = np.finfo(float).eps
# By the order of the error, for x near 1: 1.5e-08, 6.1e-06, 7.4e-04 and 1.2e-04, 2.5e-03.
STEPS = {1: np.sqrt(EPSILON), 2: np.cbrt(EPSILON), 4: EPSILON ** (1 / 5)}
SECOND_STEPS = {2: EPSILON ** (1 / 4), 4: EPSILON ** (1 / 6)}
ROUNDINGS = 100  # of one function value, which a comparison forgives
AGREEMENT = 1e-3  # of a difference with that of a shorter step: three digits
SHORTER = 0.6  # no simple fraction, with which two steps could meet a wave at the same phase


def require_entrywise(name, value, x, *, constant=False):
    """Return a function of one variable; one number for all of x will do if `constant`."""
    return require_function(
        name,
        value,
        f"one value for each entry of x, shape {x.shape}",
        [x.shape, ()] if constant else x.shape,
        remedy="For a function of several variables use gradient",
        where="around x",
    )


def require_number_at_points(name, value):
    """Return a function that maps a point to one number."""
    return require_function(
        name,
        value,
        "one number for a point of shape (d,)",
        (),
        remedy="Sum or average it, or for entry by entry use derivative",
        where="around x",
    )


def require_step(x, step, defaults, order=2):
    """Return the step, which must move `x`; one for each entry of `x` if it is chosen here."""
    if require_count("order", order) not in defaults:
        *others, last = defaults
        raise ValueError(
            f"order must be {', '.join(map(str, others))} or {last}; got {order}. It is the power "
            "of the step in the error. For a higher one use richardson on the differences"
        )
    step = defaults[order] * scale(x) if step is None else require_positive("step", step)
    if not ((x - step < x) & (x < x + step)).all():
        raise ValueError(
            f"step must be large enough to move x; got {step:g} for x as large as "
            f"{np.abs(x).max():g}. Leave it out, and it is chosen for the size of x"
        )
    return step


def scale(x):
    """Return the distance over which a function is taken to bend, if nothing is known."""
    return np.maximum(1, np.abs(x))


def settled(estimate, step, floor):
    """Return a derivative with a default step, if a shorter one gives nearly the same.

    `estimate` maps a step to the derivative and to what one rounding of the function's
    values does to it. Below `floor` a derivative counts as zero.
    """
    slope, rounding = estimate(step)
    finer, finer_rounding = estimate(SHORTER * step)
    size = np.maximum(np.maximum(np.abs(slope), np.abs(finer)), floor)
    _require_settled(slope, finer, step, AGREEMENT * size + ROUNDINGS * (rounding + finer_rounding))
    return slope


def compare(claimed, estimate, x, step, tolerance):
    """Return whether a claimed derivative agrees with differences, the error, and both.

    Where it does not agree and the step was chosen here, it is the claim that is wrong only
    if a shorter step gives the same differences.
    """
    used = require_step(x, step, STEPS)
    numerical, rounding = estimate(used)
    largest = max(np.abs(claimed).max(), np.abs(numerical).max())
    difference = np.abs(claimed - numerical)
    wrong = difference > tolerance * largest + ROUNDINGS * rounding
    if wrong.any() and step is None:
        finer, finer_rounding = estimate(SHORTER * used)
        # Half of what is forgiven: the step's error is 1 / (1 - 0.6^2) times the change.
        allowed = (tolerance * largest + ROUNDINGS * (rounding + finer_rounding)) / 2
        if not (wrong & (np.abs(finer - numerical) <= allowed)).any():
            _require_settled(numerical, finer, used, allowed)
    error = float(difference.max() / largest) if largest > 0 else 0.0
    return bool(not wrong.any()), error, claimed, numerical


def central_differences(function, x, step):
    """Return the difference for each variable, last axis, and what one rounding does to it.

    `function` returns a number, or a vector whose entries come first in the result.
    """
    left, right = x - step, x + step
    ends = []
    for moved in (left, right):
        for j in range(len(x)):
            point = x.copy()
            point[j] = moved[j]
            ends.append(function(point))
    lengths = {end.size for end in ends}
    if len(lengths) > 1:
        raise ValueError(
            "function must return arrays of one length at all points; got lengths "
            f"{min(lengths)} and {max(lengths)}"
        )
    below, above = np.reshape(ends, (2, len(x), *ends[0].shape))
    width = right - left
    rounding = EPSILON * np.maximum(np.abs(below), np.abs(above)).T / width
    return (above - below).T / width, rounding


def _require_settled(slope, finer, step, allowed):
    excess = np.abs(slope - finer) - allowed
    if (excess > 0).any():
        worst = np.unravel_index(np.argmax(excess), excess.shape)
        raise ValueError(
            "step must be given for this function: the default, "
            f"{np.broadcast_to(step, excess.shape)[worst]:.2g}, gives {slope[worst]:.6g}, and "
            f"{SHORTER:g} of it gives {finer[worst]:.6g}. Choose about a thousandth of the "
            "distance over which the function bends; at a jump there is no derivative"
        )
