"""NumPy's operations with the derivatives of each, for both modes of differentiation.

An `Operand` stands for an array. Each operation with one is written once, as `Link` objects
from its operands to its result: a link pushes a slope forward and pulls a sensitivity back.
`mlmath_lib.calculus.automatic_differentiation` says what is done with the links.

Known operations: ``+ - * / ** @``, comparisons, the functions in ``SLOPES`` below,
``np.where``, ``sum``, ``mean``, ``max``, ``reshape``, ``ravel``, ``T``, ``transpose``,
``np.stack``, ``np.concatenate`` and indexing. Everything else, and every change in place,
is refused.
"""

# ruff: noqa: ARG005  every slope is a function of y and all operands

import copy
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlmath_lib._validation import require_array

# The slope of y = function(a, b) in each operand. At a kink: the mean of the two sides.
SLOPES = {
    "positive": [lambda y, a: 1.0],
    "negative": [lambda y, a: -1.0],
    "add": [lambda y, a, b: 1.0, lambda y, a, b: 1.0],
    "subtract": [lambda y, a, b: 1.0, lambda y, a, b: -1.0],
    "multiply": [lambda y, a, b: b, lambda y, a, b: a],
    "divide": [lambda y, a, b: 1 / b, lambda y, a, b: -y / b],
    "power": [lambda y, a, b: _slope_in_base(a, b), lambda y, a, b: _slope_in_exponent(y, a)],
    "reciprocal": [lambda y, a: -(y**2)],
    "square": [lambda y, a: 2 * a],
    "sqrt": [lambda y, a: 0.5 / y],
    "exp": [lambda y, a: y],
    "expm1": [lambda y, a: y + 1],
    "log": [lambda y, a: 1 / a],
    "log2": [lambda y, a: 1 / (a * np.log(2))],
    "log10": [lambda y, a: 1 / (a * np.log(10))],
    "log1p": [lambda y, a: 1 / (1 + a)],
    "logaddexp": [lambda y, a, b: np.exp(a - y), lambda y, a, b: np.exp(b - y)],
    "sin": [lambda y, a: np.cos(a)],
    "cos": [lambda y, a: -np.sin(a)],
    "tan": [lambda y, a: 1 + y**2],
    "arcsin": [lambda y, a: 1 / np.sqrt(1 - a**2)],
    "arccos": [lambda y, a: -1 / np.sqrt(1 - a**2)],
    "arctan": [lambda y, a: 1 / (1 + a**2)],
    "sinh": [lambda y, a: np.cosh(a)],
    "cosh": [lambda y, a: np.sinh(a)],
    "tanh": [lambda y, a: 1 - y**2],
    "expit": [lambda y, a: y * (1 - y)],  # scipy.special.expit, the logistic function
    "absolute": [lambda y, a: np.sign(a)],
    "maximum": [lambda y, a, b: _share(a - b), lambda y, a, b: _share(b - a)],
    "minimum": [lambda y, a, b: _share(b - a), lambda y, a, b: _share(a - b)],
}
# Functions whose results are no real numbers: they choose branches and entries.
CHOICES = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
CHOICES |= {"isfinite", "isnan", "argmax", "argmin", "shape", "ndim", "size"}
METHODS = {"sum", "mean", "max", "amax", "reshape", "ravel", "transpose"}


class Link(NamedTuple):
    """How a result depends on one operand: two linear maps, each the other's transpose."""

    operand: "Operand"
    push: Callable
    pull: Callable


class Operand(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array in NumPy's operations; what `Dual` and `Variable` share.

    Parameters
    ----------
    value : ndarray
        The array, which nobody may change any more.
    """

    def __init__(self, value):
        self.value = np.asarray(value)
        self.value.setflags(write=False)

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    T = property(lambda self: self.transpose())

    def sum(self, axis=None, keepdims=False):
        """Add the entries, all or along axes, as ``np.sum``."""
        return self._weighted_sum("sum", 1.0, self.value.sum(axis, keepdims=keepdims), axis)

    def mean(self, axis=None, keepdims=False):
        """Average the entries, all or along axes, as ``np.mean``."""
        total = self.sum(axis, keepdims)
        return total / (self.size / total.size)

    def max(self, axis=None, keepdims=False):
        """Find the largest entry, as ``np.max``; equal ones share the slope equally."""
        chosen = self.value == self.value.max(axis, keepdims=True)
        weights = chosen / chosen.sum(axis, keepdims=True)
        return self._weighted_sum("max", weights, self.value.max(axis, keepdims=keepdims), axis)

    def reshape(self, *shape):
        """Arrange the entries in another shape, as ``ndarray.reshape``."""
        return self._one(
            "reshape", lambda a: a.reshape(*shape), lambda back: back.reshape(self.shape)
        )

    def ravel(self):
        """Arrange the entries in one row, as ``np.ravel``."""
        return self.reshape(-1)

    def transpose(self, axes=None):
        """Reverse the axes, or order them anew, as ``np.transpose``."""
        order = None if axes is None else np.argsort(np.mod(axes, self.ndim))
        return self._one(
            "transpose", lambda a: np.transpose(a, axes), lambda back: np.transpose(back, order)
        )

    def __getitem__(self, index):
        index = copy.deepcopy(index)

        def pull(back):
            spread = np.zeros(self.shape)
            np.add.at(spread, index, back)  # an entry that is taken twice counts twice
            return spread

        return self._one("an index", lambda a: a[index], pull)

    def _one(self, name, push, pull):
        return self._result(name, push(self.value), [Link(self, push, pull)])

    def _weighted_sum(self, name, weights, value, axis):
        kept = np.sum(self.value, axis, keepdims=True).shape

        def push(slope):
            return np.sum(weights * slope, axis).reshape(value.shape)

        def pull(back):
            return np.broadcast_to(weights * np.reshape(back, kept), self.shape)

        return self._result(name, value, [Link(self, push, pull)])

    def _result(self, name, value, links):
        raise NotImplementedError

    def __array_ufunc__(self, ufunc, method, *operands, out=None, **options):
        name = ufunc.__name__
        if out is not None:
            _refuse_change()
        if method != "__call__" or options:
            raise TypeError(
                f"{name} must be called with its operands alone; got method {method!r}, options "
                f"{sorted(options)}. Use sum, mean or max to reduce, np.where to choose"
            )
        if name in CHOICES:
            return ufunc(*map(_value, operands))
        if name == "matmul":
            return _matmul(self, *operands)
        if name not in SLOPES:
            _refuse(name)
        return _entry_by_entry(self, name, ufunc, SLOPES[name], operands)

    def __array_function__(self, function, types, operands, options):
        name = function.__name__
        if name in CHOICES:
            return function(*map(_value, operands), **options)
        if name in METHODS:
            return getattr(operands[0], name.removeprefix("a"))(*operands[1:], **options)
        if name == "where" and len(operands) == 3 and not options:
            chosen = np.array(_value(operands[0]), dtype=bool)
            slopes = [lambda y, a, b: 1.0 * chosen, lambda y, a, b: 1.0 * ~chosen]
            return _entry_by_entry(
                self, name, lambda a, b: np.where(chosen, a, b), slopes, operands[1:]
            )
        if name in ("concatenate", "stack"):
            return _join(self, name, function, *operands, **options)
        return _refuse(name)

    def __setitem__(self, index, value):
        _refuse_change()

    def __array__(self, *_, **__):
        raise TypeError(
            f"a {type(self).__name__} must not become a plain array, which has no derivative. For "
            "np.array([x, y]) write np.stack([x, y]); where you want the value alone, x.value"
        )

    def __float__(self):
        raise TypeError(
            f"a {type(self).__name__} must not become a plain float, which has no derivative. For "
            "math.exp(x) write np.exp(x); where you want the value alone, x.value"
        )

    def __len__(self):
        return len(self.value)

    def __iter__(self):  # without it Python takes a single number for an empty sequence
        return (self[k] for k in range(len(self)))

    def __bool__(self):
        return bool(self.value)


def _entry_by_entry(tracked, name, function, slopes, operands):
    values = [_constant(name, operand) for operand in operands]
    value = _fitting(name, function, values)
    links = []
    for operand, slope in zip(operands, slopes, strict=True):
        if isinstance(operand, Operand):

            def push(change, slope=slope):
                return slope(value, *values) * change

            def pull(back, slope=slope, shape=operand.shape):
                return _summed_to(shape, slope(value, *values) * back)

            links.append(Link(_same_kind(tracked, operand), push, pull))
    return tracked._result(name, value, links)


def _matmul(tracked, left, right):
    a, b = _constant("matmul", left), _constant("matmul", right)
    value = _fitting("matmul", np.matmul, [a, b])
    # A vector on the left is a row, one on the right a column.
    rows = a[np.newaxis, :] if a.ndim == 1 else a
    columns = b[:, np.newaxis] if b.ndim == 1 else b
    full = np.matmul(rows, columns).shape

    def pull_left(back):
        pulled = back.reshape(full) @ np.swapaxes(columns, -1, -2)
        return _summed_to(rows.shape, pulled).reshape(a.shape)

    def pull_right(back):
        pulled = np.swapaxes(rows, -1, -2) @ back.reshape(full)
        return _summed_to(columns.shape, pulled).reshape(b.shape)

    links = []
    if isinstance(left, Operand):
        links.append(Link(_same_kind(tracked, left), lambda change: change @ b, pull_left))
    if isinstance(right, Operand):
        links.append(Link(_same_kind(tracked, right), lambda change: a @ change, pull_right))
    return tracked._result("matmul", value, links)


def _join(tracked, name, function, arrays, axis=0):
    values = [_constant(name, array) for array in arrays]
    value = _fitting(name, lambda *parts: function(parts, axis), values)
    links = []
    for k, array in enumerate(arrays):
        if isinstance(array, Operand):

            def push(change, k=k):
                parts = [np.zeros(part.shape) for part in values]
                parts[k] = change
                return function(parts, axis)

            def pull(back, k=k):
                if name == "stack":
                    return np.take(back, k, axis)
                lengths = [part.size if axis is None else part.shape[axis] for part in values]
                shares = np.split(back, np.cumsum(lengths)[:-1], axis or 0)
                return shares[k].reshape(values[k].shape)

            links.append(Link(_same_kind(tracked, array), push, pull))
    return tracked._result(name, value, links)


def _summed_to(shape, back):
    """Add over the axes along which an operand of this shape was repeated."""
    back = np.asarray(back)
    back = back.sum(axis=tuple(range(back.ndim - len(shape))))
    repeated = tuple(n for n, length in enumerate(shape) if length == 1 != back.shape[n])
    return back.sum(axis=repeated, keepdims=True) if repeated else back


def _slope_in_base(a, b):
    return b * a ** np.where(b == 0, 0.0, b - 1)  # also for 0**0


def _slope_in_exponent(y, a):
    return np.where(y == 0, 0.0, y * np.log(np.where(y == 0, 1.0, a)))


def _share(lead):
    return 0.5 * (1 + np.sign(lead))


def _value(operand):
    return operand.value if isinstance(operand, Operand) else operand


def _constant(name, operand):
    """Return an operand's values; a plain array is copied, since its owner may change it."""
    if isinstance(operand, Operand):
        return operand.value
    return require_array(f"an operand of {name}", operand, ..., finite=False).copy()


def _fitting(name, function, values):
    try:
        return function(*values)
    except ValueError as error:
        shapes = " and ".join(str(value.shape) for value in values)
        raise ValueError(
            f"the operands of {name} must have shapes that fit; got {shapes}. Reshape one of them"
        ) from error


def _same_kind(tracked, operand):
    if type(operand) is not type(tracked):
        raise TypeError(
            "Dual and Variable must not meet in one operation. Differentiate in one mode at a time"
        )
    return operand


def _refuse_change():
    raise TypeError(
        "a recorded value must not be changed in place, or its derivative would be that of "
        "another value. Write x = x + step for x += step, and np.where or np.stack for x[0] = y"
    )


def _refuse(name):
    raise TypeError(
        f"{name} has no rule for its derivative; there are rules for "
        f"{', '.join(sorted(SLOPES.keys() | METHODS - {'amax'}))}, concatenate, matmul, stack and "
        "where. Write the function with these"
    )
