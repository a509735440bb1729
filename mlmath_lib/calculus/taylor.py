"""Taylor polynomials: their coefficients, their values, and a bound for what they miss.

The coefficients come from the derivatives at the centre, given as numbers
(`taylor_coefficients`) or found by SymPy (`symbolic_taylor_coefficients`);
`taylor_polynomial` evaluates them and `taylor_error_bound` says how far the function can be
from there. They are derived in the chapter "Taylor series".
"""

import numpy as np

from mlmath_lib._validation import (
    require_array,
    require_broadcastable,
    require_count,
    require_each,
    require_fitting_shapes,
    require_number,
)


def taylor_coefficients(derivatives):
    """Divide the derivatives at the centre by the factorials.

    ``c_k = f^(k)(a) / k!``: the only coefficients with which ``sum of c_k (x - a)^k`` has the
    same derivatives at ``a`` as the function.

    Parameters
    ----------
    derivatives : array_like of shape (degree + 1, ...)
        The value, the first, the second derivative and so on, all at the centre; further
        axes hold several functions side by side.

    Returns
    -------
    ndarray of shape (degree + 1, ...)
        The coefficients, from the constant on.

    Raises
    ------
    TypeError
        If `derivatives` is not numeric.
    ValueError
        If there is no derivative at all, or one is not finite.

    References
    ----------
    Rudin, *Principles of Mathematical Analysis*, 3rd ed. (1976), theorem 5.15.
    Derived in the chapter "Taylor series".

    Examples
    --------
    >>> print(taylor_coefficients([0, 1, 0, -1, 0, 1]).round(6))
    [ 0.        1.        0.       -0.166667  0.        0.008333]
    """
    derivatives = require_array("derivatives", derivatives, ("degree + 1", ...))
    falling = np.cumprod([1.0, *(1 / np.arange(1, len(derivatives)))])
    return (derivatives.T * falling).T


def symbolic_taylor_coefficients(expression, center, degree):
    """Find Taylor coefficients by differentiating with SymPy.

    The expression is differentiated `degree` times; each derivative is evaluated at the
    centre with 30 digits, divided by ``k!`` and rounded once. The expressions grow: a dozen
    derivatives of ``tan x`` take seconds, thirty of ``log(1 + x)`` nearly no time.

    Parameters
    ----------
    expression : sympy expression
        A function of one symbol, or a constant, with `degree` derivatives at the centre.
    center : float or sympy number
        Where the derivatives are taken; give ``sympy.Rational(1, 3)`` or ``sympy.pi`` to have
        it exact.
    degree : int
        The highest power, at least 0.

    Returns
    -------
    ndarray of shape (degree + 1,)
        The coefficients of ``(x - center)^k``, from the constant on.

    Raises
    ------
    TypeError
        If `expression` is not a SymPy expression, or a number is not numeric.
    ValueError
        If the expression has several symbols, `degree` is below 0, or a derivative is not
        a finite real number at the centre.

    References
    ----------
    Meurer et al., "SymPy: symbolic computing in Python", *PeerJ Computer Science* 3 (2017),
    e103. https://doi.org/10.7717/peerj-cs.103

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> print(symbolic_taylor_coefficients(1 / (1 + x**2), 0, 6))
    [ 1.  0. -1.  0.  1.  0. -1.]
    """
    import sympy as sp

    if not isinstance(expression, sp.Expr):
        raise TypeError(f"expression must be a SymPy expression; got {expression!r:.80}")
    symbols = sorted(expression.free_symbols, key=str)
    if len(symbols) > 1:
        raise ValueError(
            f"expression must have one symbol; got {', '.join(map(str, symbols))}. Put numbers "
            "in for the others"
        )
    degree = require_count("degree", degree, minimum=0)
    center = (
        center if isinstance(center, sp.Expr) else sp.Float(require_number("center", center), 30)
    )
    symbol = symbols[0] if symbols else sp.Symbol("x")
    coefficients = []
    for k in range(degree + 1):
        value = (expression.subs(symbol, center) / sp.factorial(k)).evalf(30)
        if not (value.is_real and value.is_finite):
            raise ValueError(
                f"expression must have {degree} derivatives at center; number {k} is {value} at "
                f"{symbol} = {sp.N(center, 6)}. Move the center, or simplify the expression"
            )
        coefficients.append(float(value))
        expression = sp.diff(expression, symbol)
    return np.array(coefficients)


def taylor_polynomial(coefficients, x, *, center=0.0):
    """Evaluate a polynomial in powers of ``x - center`` by Horner's scheme.

    ``c_0 + d (c_1 + d (c_2 + ...))`` with ``d = x - center``: one multiplication and one
    addition for each degree.

    False friend: `numpy.polyval` wants the highest power first, and no centre.

    Parameters
    ----------
    coefficients : array_like of shape (degree + 1, ...)
        From the constant on; further axes hold several polynomials side by side, and
        must fit the shape of `x`.
    x : float or array_like
        Where to evaluate; any shape.
    center : float, default 0.0
        The centre ``a`` of the powers ``(x - a)^k``, in units of `x`.

    Returns
    -------
    float or ndarray
        The values; a float for a single number.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If there are no coefficients, a number is not finite, or the shapes do not broadcast.

    References
    ----------
    Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. (2002), chapter 5.
    https://doi.org/10.1137/1.9780898718027

    Examples
    --------
    >>> print(taylor_polynomial([1, 1, 1 / 2], [0.0, 0.1, 1.0]))
    [1.    1.105 2.5  ]
    """
    coefficients = require_array("coefficients", coefficients, ("degree + 1", ...))
    distance = require_array("x", x, ...) - require_number("center", center)
    require_fitting_shapes(**{"each of coefficients": coefficients[0], "x": distance})
    value = np.zeros(np.broadcast_shapes(distance.shape, coefficients.shape[1:]))
    for coefficient in coefficients[::-1]:
        value = coefficient + distance * value
    return value if value.ndim else float(value)


def taylor_error_bound(largest, distance, degree):
    """Bound what a Taylor polynomial of the given degree can miss.

    Lagrange's bound ``M |x - a|^(n + 1) / (n + 1)!``. It holds if the derivative number
    ``n + 1`` is continuous between ``a`` and ``x`` and at most ``M`` in size there, ``n`` being
    the degree. It bounds the polynomial, not the rounding of its evaluation.

    Parameters
    ----------
    largest : float or array_like
        The ``M`` of the formula, at least 0.
    distance : float or array_like
        ``x - a`` or its size.
    degree : int
        The degree of the polynomial, at least 0.

    Returns
    -------
    float or ndarray
        The bound, in units of the function; infinite where it overflows.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If `largest` is negative, `degree` is below 0, a number is not finite, or the shapes
        do not broadcast.

    References
    ----------
    Rudin, *Principles of Mathematical Analysis*, 3rd ed. (1976), theorem 5.15.
    Derived in the chapter "Taylor series".

    Examples
    --------
    >>> print(f"{taylor_error_bound(1.0, 0.5, 4):.6f}")
    0.000260
    """
    largest, distance = require_broadcastable(largest=largest, distance=distance)
    degree = require_count("degree", degree, minimum=0)
    require_each("largest", largest, largest >= 0, ">= 0, to bound the size of a derivative")
    bound = largest + 0.0 * distance
    for k in range(1, degree + 2):  # factor by factor: neither power nor factorial overflows
        bound = bound * (np.abs(distance) / k)
    return bound if bound.ndim else float(bound)
