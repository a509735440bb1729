"""The chain rule: one pass forward through the links of a composition, one backward."""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array
from mlmath_lib.calculus._differences import require_entrywise


class ChainDerivative(NamedTuple):
    """What `differentiate_chain` returns; the first axis counts along the chain."""

    values: np.ndarray
    slopes: np.ndarray
    sensitivities: np.ndarray


def differentiate_chain(functions, derivatives, x):
    """Differentiate a composition of functions by one pass forward and one backward.

    The chain is ``v_0 = x``, ``v_k = f_k(v_(k-1))``. The pass forward stores the values,
    at which the local slopes ``f_k'(v_(k-1))`` are taken; the pass backward multiplies
    them, ``s_n = 1`` and ``s_(k-1) = s_k f_k'(v_(k-1))``. So ``s_k`` is the derivative of
    the last value with respect to ``v_k``, and ``s_0`` that of the whole composition. It
    holds where each link is differentiable at the value that reaches it.

    Parameters
    ----------
    functions : sequence of callable
        The links, the innermost first; each maps an array to one of the same shape,
        entry by entry.
    derivatives : sequence of callable
        Their derivatives in the same order; one may return a single number.
    x : float or array_like
        Where to differentiate; any shape.

    Returns
    -------
    ChainDerivative
        For ``n`` links: ``values`` (n + 1, ...), beginning with `x`; ``slopes`` (n, ...);
        ``sensitivities`` (n + 1, ...), whose entry 0 is the derivative of the chain and
        whose last entry is 1. The further axes are those of `x`.

    Raises
    ------
    TypeError
        If `x` is not numeric or a link is not callable.
    ValueError
        If there is no link, the two sequences differ in length, or a link returns the
        wrong shape or a value that is not finite; the message names the link.

    References
    ----------
    Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation in Machine
    Learning: a Survey", *Journal of Machine Learning Research* 18 (2018), no. 153,
    section 3.2. https://jmlr.org/papers/v18/17-468.html
    Derived in the chapter "The chain rule".

    Examples
    --------
    >>> chain = differentiate_chain(
    ...     [lambda x: x**2 + 1, lambda u: u**3], [lambda x: 2 * x, lambda u: 3 * u**2], x=1.0
    ... )
    >>> chain.values.tolist(), chain.slopes.tolist(), chain.sensitivities.tolist()
    ([1.0, 2.0, 8.0], [2.0, 12.0], [24.0, 12.0, 1.0])
    """
    x = require_array("x", x, ...)
    functions, derivatives = list(functions), list(derivatives)
    if not functions or len(functions) != len(derivatives):
        raise ValueError(
            "functions and derivatives must have the same length, at least 1; "
            f"got {len(functions)} and {len(derivatives)}"
        )
    values, slopes = [x], []
    for k, (function, slope) in enumerate(zip(functions, derivatives, strict=True)):
        function = require_entrywise(f"functions[{k}]", function, x)
        slope = require_entrywise(f"derivatives[{k}]", slope, x, constant=True)
        slopes.append(np.broadcast_to(slope(values[k]), x.shape))
        values.append(function(values[k]))
    sensitivities = [np.ones(x.shape)]
    for slope in reversed(slopes):
        sensitivities.append(sensitivities[-1] * slope)
    return ChainDerivative(np.array(values), np.array(slopes), np.array(sensitivities[::-1]))
