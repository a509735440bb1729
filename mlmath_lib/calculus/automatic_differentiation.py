"""Automatic differentiation: forward by dual numbers, backward along a tape.

A function written with NumPy's operators and functions is run once on objects that stand
for arrays. A `Dual` carries a slope along with its value; `jacobian_vector_product` returns
it. A `Variable` writes each operation on a `Tape`, which is then read backward;
`value_and_gradient` does both. The derivatives are those of the operations that were run,
right up to rounding. They are derived in the chapter "Automatic differentiation".

Both modes know the operations of `mlmath_lib.calculus.differentiable_operations`, and
refuse all others, every change in place, and derivatives of derivatives.
"""

from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array, require_callable
from mlmath_lib.calculus.differentiable_operations import Operand


class JacobianVectorProduct(NamedTuple):
    """What `jacobian_vector_product` returns."""

    value: np.ndarray
    product: np.ndarray


class ValueAndGradient(NamedTuple):
    """What the function made by `value_and_gradient` returns."""

    value: float
    gradient: np.ndarray


class Dual(Operand):
    """Array of dual numbers ``value + slope eps`` with ``eps^2 = 0``.

    A function applied to it returns ``f(value) + (J slope) eps``, where ``J`` holds the
    partial derivatives: it is differentiated along the direction `slope`. It holds where
    each operation is differentiable at the value that reaches it.

    Parameters
    ----------
    value : float or array_like
        Where to differentiate; any shape.
    slope : float or array_like
        The direction, of the shape of `value`, in its units per unit of what changes it.

    Raises
    ------
    TypeError
        If an argument is not numeric; if an operation has no rule, changes it in place or
        mixes it with a `Variable` or with the dual numbers of another derivative.
    ValueError
        If the shapes differ or a number is not finite, or an operation's shapes do not fit.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), section 3.1.
    https://doi.org/10.1137/1.9780898717761

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> x * x + 2 / x
    Dual(9.666666666666666, 5.777777777777778)
    """

    def __init__(self, value, slope):
        value = require_array("x", value, ...).copy()
        super().__init__(value)
        self.slope = require_array("slope", slope, value.shape).copy()
        self._run = None  # the call that it belongs to: two calls have two different eps

    def __repr__(self):
        return f"Dual({self.value.tolist()}, {self.slope.tolist()})"

    def _result(self, name, value, links):
        if any(link.operand._run is not self._run for link in links):
            raise TypeError(
                f"the operands of {name} must be dual numbers of one derivative; got two. A "
                "derivative inside a function that is being differentiated is not carried along"
            )
        result = object.__new__(Dual)
        Operand.__init__(result, value)
        result._run = self._run
        pushed = [link.push(link.operand.slope) for link in links]
        result.slope = np.broadcast_to(sum(pushed), result.shape)
        return result


class Tape:
    """Record of operations in their order, read backward for the derivatives.

    Each entry holds an operation's name and its links to earlier entries. The pass back
    goes from the last entry to the first. When it reaches an entry, all later ones, which
    alone can use it, have handed on what they had; so its sensitivity is complete. It holds
    where each operation is differentiable at the value that reaches it.

    Raises
    ------
    TypeError
        If an operation with a variable has no rule, changes it in place or mixes it with
        another tape's.
    ValueError
        If the shapes of an operation's operands do not fit.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), section 3.2.
    https://doi.org/10.1137/1.9780898717761

    Examples
    --------
    >>> tape = Tape()
    >>> x, y = tape.variable(3.0), tape.variable(2.0)
    >>> z = x * y + np.square(x)
    >>> [float(slope) for slope in tape.gradient(z, [x, y])], len(tape)
    ([8.0, 3.0], 5)
    """

    def __init__(self):
        self._entries = []

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        """Go through the names of the operations in their order."""
        return (name for name, _ in self._entries)

    def variable(self, value):
        """Start a new variable on this tape.

        Parameters
        ----------
        value : float or array_like
            Its value, which is copied; any shape.

        Returns
        -------
        Variable
            It stands for the value in NumPy's operations.

        Raises
        ------
        TypeError
            If `value` is not numeric.
        ValueError
            If a number in it is not finite.
        """
        return self._record("a variable", require_array("x", value, ...).copy(), [])

    def gradient(self, output, variables):
        """Differentiate one number with respect to variables, by one pass back.

        Parameters
        ----------
        output : Variable
            The number, of shape ().
        variables : sequence of Variable
            With respect to what; all of this tape.

        Returns
        -------
        list of ndarray
            The sensitivity of `output` to each variable, of that variable's shape.

        Raises
        ------
        TypeError
            If `output` or a variable is not a Variable of this tape.
        ValueError
            If `output` has more than one entry, or a sensitivity is not finite.
        """
        for variable in (output, *variables):
            if not isinstance(variable, Variable) or variable.tape is not self:
                raise TypeError(f"a Variable of this tape is needed; got {variable!r:.80}")
        if output.shape != ():
            raise ValueError(
                f"function must return one number, shape (); got shape {output.shape}. Reverse "
                "mode takes one pass for each number: sum them, or use jacobian_vector_product"
            )
        back = {output.position: np.float64(1.0)}  # 0 for all entries that are not in it
        wanted = {variable.position for variable in variables}
        for position in reversed(range(output.position + 1)):
            if position not in back:
                continue
            for link in self._entries[position][1]:
                pulled = self._pulled(position, link, back[position])
                operand = link.operand.position
                back[operand] = back[operand] + pulled if operand in back else pulled
            if position not in wanted:
                del back[position]  # nobody asks again
        return [
            np.array(back.get(variable.position, np.zeros(variable.shape)))
            for variable in variables
        ]

    def _pulled(self, position, link, sensitivity):
        with np.errstate(all="ignore"):  # what is not finite is an error below
            pulled = link.pull(sensitivity)
        if not np.isfinite(pulled).all():
            raise ValueError(
                f"slopes must be finite; got {np.count_nonzero(~np.isfinite(pulled))} NaN or "
                f"infinite ones on the way back through {self._entries[position][0]} (entry "
                f"{position} of the tape). Keep such operands away from it, with np.where before it"
            )
        return pulled

    def _record(self, name, value, links):
        variable = object.__new__(Variable)
        Operand.__init__(variable, value)
        variable.tape, variable.position = self, len(self._entries)
        self._entries.append((name, links))
        return variable


class Variable(Operand):
    """Stands for an array and records on its tape what is done with it.

    Made by `Tape.variable` and by every operation with one. Its ``value`` is the array,
    read only; ``tape`` and ``position`` say where it stands.

    Raises
    ------
    TypeError
        If it is made in another way, or its operands stand on two tapes.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), section 3.2.
    https://doi.org/10.1137/1.9780898717761

    Examples
    --------
    >>> Tape().variable([1.0, 2.0]) * 3
    Variable([3.0, 6.0])
    """

    def __init__(self):
        raise TypeError("a Variable must belong to a tape. Write Tape().variable(value)")

    def __repr__(self):
        return f"Variable({self.value.tolist()})"

    def _result(self, name, value, links):
        for link in links:
            if link.operand.tape is not self.tape:
                raise TypeError(
                    f"the operands of {name} must be variables of one tape; got two tapes. A "
                    "gradient inside a function that is being differentiated is not recorded"
                )
            if link.operand.position >= len(self.tape):
                raise TypeError(
                    f"the operands of {name} must stand on their tape; value_and_gradient has "
                    "emptied it. Use a function's variables inside it only, or write Tape()"
                )
        return self.tape._record(name, value, links)


def jacobian_vector_product(function, x, vector):
    """Differentiate a function along a direction, exactly, by one pass forward.

    ``J v``, where ``J`` holds the partial derivatives of the function at `x`; the function
    is run once on dual numbers ``x + v eps``. It takes one run for each direction, however
    many values the function returns. It is right up to rounding where each operation is
    differentiable at the value that reaches it; at kinks see the chapter.

    Parameters
    ----------
    function : callable
        Maps an array of the shape of `x` to a number or an array of any shape, with
        NumPy's operations.
    x : float or array_like
        Where to differentiate; any shape.
    vector : float or array_like
        The direction, of the shape of `x`. It is not scaled.

    Returns
    -------
    JacobianVectorProduct
        ``value``, the function at `x`, and ``product``, of the same shape, in units of the
        function per `vector`.

    Raises
    ------
    TypeError
        If `function` is not callable, uses an operation that has no rule, changes a value
        in place or takes a derivative of what it is given; if `x` or `vector` is not
        numeric.
    ValueError
        If a shape does not fit, or a value or a slope is not finite.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), section 3.1.
    https://doi.org/10.1137/1.9780898717761
    Derived in the chapter "Automatic differentiation".

    Examples
    --------
    >>> result = jacobian_vector_product(lambda x: x[0] * x, [3.0, 2.0], [1.0, 0.0])
    >>> result.value.tolist(), result.product.tolist()
    ([9.0, 6.0], [6.0, 2.0])
    """
    require_callable("function", function, "returns a number or an array for an array")
    x = require_array("x", x, ...)
    start = Dual(x, require_array("vector", vector, x.shape))
    start._run = object()
    with np.errstate(all="ignore"):  # what is not finite is an error below
        output = function(start)
    if not isinstance(output, Dual) or output._run is not start._run:  # a constant
        output = _constant(output)
        output = Dual(output, np.zeros(output.shape))
    _require_finite("function must return finite values", output.value)
    _require_finite("slopes must be finite", output.slope)
    return JacobianVectorProduct(output.value[()], output.slope[()])


def value_and_gradient(function):
    """Make a function that returns a value and its exact gradient, by one pass back.

    The function is run once, on a tape that records its operations, and the tape is read
    backward. It takes a small multiple of the operations of `function`, however many
    parameters there are, and memory for every value in between. The gradient is right up
    to rounding where each operation is differentiable at the value that reaches it; at
    kinks see the chapter.

    Parameters
    ----------
    function : callable
        Maps one array, or several, to one number, with NumPy's operations.

    Returns
    -------
    callable
        Takes the arguments of `function`, floats or array_like of any shape, and returns a
        `ValueAndGradient`: ``value``, a float, and ``gradient``, an array of the shape of
        the argument, or a tuple of them if there are several arguments. It can be handed
        to ``scipy.optimize.minimize`` with ``jac=True``.

    Raises
    ------
    TypeError
        If `function` is not callable, uses an operation that has no rule, changes a value
        in place or takes a derivative of what it is given; if an argument is not numeric.
    ValueError
        If a shape does not fit, `function` returns more than one number, or a value or a
        slope is not finite; the message names the operation.

    References
    ----------
    Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), sections 3.2 and 3.3.
    https://doi.org/10.1137/1.9780898717761
    Derived in the chapter "Automatic differentiation".

    Examples
    --------
    >>> def miss(w, b):
    ...     return np.mean((np.array([[1.0, 2.0], [3.0, 4.0]]) @ w + b - [1.0, 0.0]) ** 2)
    >>> value, (slopes, slope) = value_and_gradient(miss)([1.0, -1.0], 0.5)
    >>> value, slopes.tolist(), slope.tolist()
    (1.25, [-3.0, -5.0], -2.0)
    """
    require_callable("function", function, "returns one number for an array")

    def evaluate(*parameters):
        tape = Tape()
        variables = [tape.variable(parameter) for parameter in parameters]
        output = function(*variables)
        if not isinstance(output, Variable):  # a constant
            output = tape.variable(_constant(output))
        _require_finite("function must return a finite number", output.value)
        gradients = tape.gradient(output, variables)
        tape._entries.clear()  # frees the memory now: tape and variables refer to each other
        return ValueAndGradient(
            float(output.value), gradients[0] if len(gradients) == 1 else tuple(gradients)
        )

    return evaluate


def _require_finite(requirement, array):
    if not np.isfinite(array).all():
        raise ValueError(
            f"{requirement}; got {np.count_nonzero(~np.isfinite(array))} NaN or infinite ones. "
            "Look for the edge of an operation's domain: 1 / 0, log or a root of 0, an overflow"
        )


def _constant(output):
    return require_array("what function returns", output, ...)
