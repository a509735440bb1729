"""Verify that an equation of the text holds: symbolically, in numbers, or by chance."""

import numpy as np
import sympy as sp

from mlmath_lib._validation import holds_masked

RANDOM_POINTS = 8
STANDARD_ERRORS = 4  # a true "~" fails with probability 6e-5 for a Gaussian mean
_RELATIONS = ("=", "<=", ">=", "->", "~")


def verify(label, left, right, *, relation="=", tolerance=1e-9, share=1.0):
    """Compare the two sides of a labelled equation and print one line, or raise.

    What counts as holding depends on the relation:

    - ``"="`` for SymPy expressions: the simplified difference is zero, and both
      sides agree at eight random points. For numbers and arrays:
      ``|left - right| <= tolerance * max(1, |right|)`` everywhere.
    - ``"<="`` and ``">="``: the inequality holds in at least `share` of the cases,
      up to rounding of ``tolerance * max(1, |right|)``.
    - ``"->"``: `left` is a sequence of numbers that approaches `right`. Its error
      shrinks from each term to the next, and the last is at most
      ``tolerance * max(1, |right|)``.
    - ``"~"``: `left` is a sample of independent estimates, and their mean lies
      within four standard errors of `right`.

    Parameters
    ----------
    label : str
        The equation's label in the text, ``eq-<topic>-<what>``.
    left, right : sympy expression, or array_like of numbers
        The two sides, computed in different ways.
    relation : {"=", "<=", ">=", "->", "~"}, default "="
        What the equation claims.
    tolerance : float, default 1e-9
        Relative above 1, absolute below.
    share : float in (0, 1], default 1.0
        For inequalities that hold with a probability: how often, at least.

    Raises
    ------
    AssertionError
        If the equation does not hold; the message shows both sides.
    ValueError
        If `label`, `relation`, `tolerance`, `share` or the shapes are unfit, or if
        both sides are so small that the tolerance would hide any difference.

    References
    ----------
    Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002),
    section 1.2, on relative error. https://doi.org/10.1137/1.9780898718027

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> verify("eq-demo-square", (x + 1) ** 2, x**2 + 2 * x + 1)
    eq-demo-square: both sides agree, symbolically and at 8 random points
    >>> verify("eq-demo-root", np.sqrt([4.0, 9.0]), [2, 3])
    eq-demo-root: both sides agree within 1e-09 in 2 cases
    """
    if not isinstance(label, str) or not label.startswith("eq-"):
        raise ValueError(f'label must be text such as "eq-topic-what"; got {label!r}')
    if relation not in _RELATIONS:
        raise ValueError(f"relation must be one of {', '.join(_RELATIONS)}; got {relation!r}")
    _require_bounds(relation, tolerance, share)
    if _is_symbolic(left) or _is_symbolic(right):
        if relation != "=":
            raise ValueError(
                f'relation "{relation}" needs numbers; got a SymPy expression. '
                "Evaluate it first, for example with sympy.lambdify"
            )
        print(_symbolic(label, left, right))
        return
    left, right = _numbers(label, "left", left), _numbers(label, "right", right)
    if relation != "=" and (np.iscomplexobj(left) or np.iscomplexobj(right)):
        raise ValueError(f'{label}: relation "{relation}" needs real numbers; got complex ones')
    if relation == "=":
        print(_equal(label, left, right, tolerance))
    elif relation == "->":
        print(_limit(label, left, right, tolerance))
    elif relation == "~":
        print(_mean(label, left, right))
    else:
        print(_inequality(label, left, right, relation, tolerance, share))


def _require_bounds(relation, tolerance, share):
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float | np.number):
        raise ValueError(f"tolerance must be a finite number >= 0; got {tolerance!r}")
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"tolerance must be a finite number >= 0; got {tolerance!r}")
    if not 0 < share <= 1:
        raise ValueError(f"share must be a number above 0 and at most 1; got {share!r}")
    if share != 1 and relation not in {"<=", ">="}:
        raise ValueError(f'share belongs to the relations "<=" and ">="; got "{relation}"')


def _is_symbolic(side):
    return isinstance(side, sp.Basic | sp.MatrixBase)


def _symbolic(label, left, right):
    left, right = sp.sympify(left), sp.sympify(right)
    shapes = [getattr(side, "shape", ()) for side in (left, right)]
    for side in (left, right):
        scalar = isinstance(side, sp.Expr) and not isinstance(side, sp.MatrixExpr | sp.Lambda)
        if not (scalar or isinstance(side, sp.MatrixBase)):
            raise ValueError(
                f"{label}: each side must be a SymPy expression or a Matrix of them; got "
                f"{type(side).__name__}"
            )
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"{label}: left and right must have matching shapes; got {shapes[0]} and {shapes[1]}"
        )
    difference = (left - right).doit()
    entries = list(difference) if isinstance(difference, sp.MatrixBase) else [difference]
    if any(sp.simplify(entry) != 0 for entry in entries):
        raise AssertionError(
            f"{label} does not hold:\n  left  = {left}\n  right = {right}\n"
            f"  left - right simplifies to {sp.simplify(difference)}"
        )
    symbols = sorted(difference.free_symbols | left.free_symbols | right.free_symbols, key=str)
    rng = np.random.default_rng(20)
    for _ in range(RANDOM_POINTS if symbols else 1):
        point = {symbol: _random_value(symbol, rng) for symbol in symbols}
        for entry in entries:
            value = complex(entry.evalf(30, subs=point))
            if not abs(value) <= 1e-12:
                raise AssertionError(
                    f"{label} simplifies to an identity but fails at {point}: left - right = "
                    f"{value}. Check the assumptions of its symbols"
                )
    where = f"at {RANDOM_POINTS} random points" if symbols else "in numbers"
    return f"{label}: both sides agree, symbolically and {where}"


def _random_value(symbol, rng):
    """Return a number that fits the symbol's assumptions."""
    size = sp.Rational(int(rng.integers(100, 3000)), 1000)
    if symbol.is_integer:
        size = sp.Integer(int(rng.integers(1, 10)))
    if symbol.is_nonnegative:
        return size
    return -size if symbol.is_nonpositive or rng.random() < 0.5 else size


def _numbers(label, name, side):
    try:
        array = np.asarray(side)
        if array.dtype.kind not in "biufcO" or any(entry is None for entry in array.flat):
            raise TypeError("neither numbers nor expressions")
        array = array.astype(complex if np.iscomplexobj(array) else float)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{label}: {name} must be numbers or a SymPy expression; got {side!r:.80}"
        ) from error
    if array.size == 0 or holds_masked(side) or not np.isfinite(array).all():
        what = "masked entries" if holds_masked(side) else "NaN or infinity"
        what = what if array.size else "no numbers"
        raise AssertionError(f"{label} cannot be verified: {name} holds {what}")
    return array


def _aligned(label, left, right):
    """Give both sides one shape: they have it, or one of them is a single number."""
    if left.shape != right.shape and left.ndim > 0 and right.ndim > 0:
        raise ValueError(
            f"{label}: left and right must have matching shapes; got {left.shape} and {right.shape}"
        )
    return np.broadcast_arrays(left, right)


def _slack(right, tolerance):
    return tolerance * np.maximum(1, np.abs(right))


def _require_size(label, left, right, tolerance):
    """Refuse sides that the tolerance takes for 0, unless the claim is that left is 0."""
    largest = max(np.abs(left).max(), np.abs(right).max())
    if largest <= tolerance and np.any(right):
        raise ValueError(
            f"{label}: both sides are below the tolerance {tolerance:g}, which would hide any "
            f"difference; the largest is {largest:.1e}. Divide both by their size, or set a "
            "smaller tolerance"
        )


def _worst(label, left, right, excess):
    worst = np.unravel_index(np.argmax(excess), excess.shape)
    where = f" at index {tuple(map(int, worst))}" if excess.ndim else ""
    return f"{label} does not hold{where}:\n  left  = {left[worst]}\n  right = {right[worst]}"


def _equal(label, left, right, tolerance):
    left, right = _aligned(label, left, right)
    _require_size(label, left, right, tolerance)
    excess = np.abs(left - right) - _slack(right, tolerance)
    if not (excess <= 0).all():
        raise AssertionError(f"{_worst(label, left, right, excess)}\n  tolerance {tolerance:g}")
    count = f" in {left.size} cases" if left.size > 1 else ""
    return f"{label}: both sides agree within {tolerance:g}{count}"


def _inequality(label, left, right, relation, tolerance, share):
    left, right = _aligned(label, left, right)
    _require_size(label, left, right, tolerance)
    excess = (left - right if relation == "<=" else right - left) - _slack(right, tolerance)
    holds = int(np.count_nonzero(excess <= 0))
    if holds < share * left.size - 1e-9:  # 0.07 * 100 is above 7
        raise AssertionError(
            f"{_worst(label, left, right, excess)}\n  left {relation} right holds in {holds} of "
            f"{left.size} cases, {100 * share:g} % required"
        )
    if left.size == 1:
        return f"{label}: left {relation} right holds"
    required = "" if share == 1 else f", at least {100 * share:g} % required"
    return f"{label}: left {relation} right holds in {holds} of {left.size} cases{required}"


def _limit(label, left, right, tolerance):
    if left.ndim != 1 or left.size < 3 or right.ndim != 0:
        raise ValueError(
            f"{label}: a limit needs a sequence of at least 3 numbers and the one they approach; "
            f"got shapes {left.shape} and {right.shape}"
        )
    errors = np.abs(left - right)
    if not (np.diff(errors) < 0).all() or errors[-1] > _slack(right, tolerance):
        raise AssertionError(
            f"{label} does not hold:\n  terms = {left}\n  limit = {right}\n  errors = {errors}\n"
            f"  they must shrink at each term, to at most {tolerance:g}"
        )
    return f"{label}: {left.size} terms approach the limit, the last within {tolerance:g}"


def _mean(label, left, right):
    if left.ndim != 1 or left.size < 30 or right.ndim != 0:
        raise ValueError(
            f"{label}: a statistical claim needs at least 30 estimates in one array and one "
            f"number; got shapes {left.shape} and {right.shape}"
        )
    if np.ptp(left) == 0:
        raise ValueError(f"{label}: estimates must vary; got {left.size} equal numbers")
    standard_error = left.std(ddof=1) / np.sqrt(left.size)
    if not abs(left.mean() - right) <= STANDARD_ERRORS * standard_error:
        raise AssertionError(
            f"{label} does not hold:\n  mean of {left.size} estimates = {left.mean()}\n"
            f"  right = {right}\n  standard error = {standard_error}"
        )
    return (
        f"{label}: the mean of {left.size} estimates lies within {STANDARD_ERRORS} standard errors "
        f"of {standard_error:.0e} each"
    )
