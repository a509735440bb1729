"""Argument checks with one voice: the requirement, what came, the remedy.

A shape is written as a tuple with one entry per axis: a number that the axis must equal, or
a name such as ``"n_samples"`` for any length of at least one. A name that stands twice means
one length. One ``...`` stands for any number of axes, none of them empty:
``(..., "n_outcomes")`` asks for one axis or more. Without a tuple around it, ``...`` takes
every shape, of a single number and of no numbers too. A list holds several shapes that will do.
"""

import numpy as np


def require_array(name, value, shape, *, remedy="", finite=True):
    """Return `value` as a float array whose shape matches `shape`.

    Parameters
    ----------
    name : str
        The argument's name, as the caller wrote it.
    value : array_like
        What the caller passed.
    shape : tuple, list of tuples, or ...
        What its shape must be, as the module's docstring says.
    remedy : str, optional
        What to do about another shape.
    finite : bool, default True
        Whether NaN and infinity are refused. If not, the caller looks for those that have
        no meaning.

    Returns
    -------
    ndarray
        A float array; the caller's own array where no conversion is needed.

    Raises
    ------
    TypeError
        If `value` holds anything but real numbers: text, complex numbers, None, rows of
        different lengths.
    ValueError
        If an entry is masked, the shape does not match, or a value is not finite.

    Examples
    --------
    >>> require_array("X", [[1, 2], [3, 4]], ("n_samples", "n_features")).shape
    (2, 2)
    """
    array = _real_numbers(f"{name} must be an array of real numbers", value)
    if not _fits(array.shape, shape):
        if array.ndim == 1 and not remedy and _fits((*array.shape, 1), shape):
            remedy = f"For one feature use {name}[:, np.newaxis]"
        raise ValueError(_misfit(f"{name} must have shape {written_shape(shape)}", array, remedy))
    if finite and not _all_finite(array):
        raise ValueError(
            f"{name} must be finite; {_not_finite(array)} values. Drop or fill them first"
        )
    return array


def require_broadcastable(**values):
    """Return finite float arrays of any shapes that NumPy can broadcast to one.

    Examples
    --------
    >>> [array.shape for array in require_broadcastable(u=[1, 2, 3], v=0.5)]
    [(3,), ()]
    """
    arrays = {name: require_array(name, value, ...) for name, value in values.items()}
    require_fitting_shapes(**arrays)
    return list(arrays.values())


def require_fitting_shapes(**arrays):
    """Raise unless NumPy can broadcast the shapes of these arrays to one.

    Examples
    --------
    >>> require_fitting_shapes(successes=np.zeros(2), n=np.zeros(3))
    Traceback (most recent call last):
    ValueError: successes and n must have shapes that broadcast; got (2,) and (3,)
    """
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        *others, last = arrays
        *shapes, last_shape = (str(array.shape) for array in arrays.values())
        raise ValueError(
            f"{', '.join(others)} and {last} must have shapes that broadcast; got "
            f"{', '.join(shapes)} and {last_shape}"
        ) from error


def require_each(name, array, holds, requirement, *, remedy=""):
    """Return `array`, for each entry of which `holds` must be true.

    Examples
    --------
    >>> factors = np.array([0.5, -0.25])
    >>> require_each("factors", factors, factors >= 0, ">= 0", remedy="Add them up instead")
    Traceback (most recent call last):
    ValueError: factors must be >= 0; got -0.25. Add them up instead
    """
    if not np.all(holds):
        sentence = f". {remedy}" if remedy else ""
        raise ValueError(f"{name} must be {requirement}; got {array[~holds][0]:g}{sentence}")
    return array


def require_positive(name, value):
    """Return `value` as a float, which must be a finite number above zero.

    Examples
    --------
    >>> require_positive("step_size", 0)
    Traceback (most recent call last):
    ValueError: step_size must be a finite number > 0; got 0
    """
    number = require_number(name, value, "a finite number > 0")
    if not number > 0:
        raise ValueError(f"{name} must be a finite number > 0; got {value!r}")
    return number


def require_number(name, value, requirement="a finite number"):
    """Return `value` as a float, which must be a finite real scalar.

    Examples
    --------
    >>> require_number("rate", [0.05])
    Traceback (most recent call last):
    TypeError: rate must be a finite number; got [0.05]
    """
    array = _real_numbers(f"{name} must be {requirement}", value)
    if array.ndim != 0 or np.asarray(value).dtype.kind == "b":
        raise TypeError(f"{name} must be {requirement}; got {_short(value)}")
    if not np.isfinite(array):
        raise ValueError(f"{name} must be {requirement}; got {value!r}")
    return float(array)


def require_count(name, value, *, minimum=1):
    """Return `value` as an int, which must be a whole number >= `minimum`.

    Examples
    --------
    >>> require_count("n_clusters", 2.5)
    Traceback (most recent call last):
    TypeError: n_clusters must be a whole number >= 1; got 2.5
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number >= {minimum}; got {_short(value)}")
    if value < minimum:
        raise ValueError(f"{name} must be a whole number >= {minimum}; got {value}")
    return int(value)


def require_counts(name, value, *, minimum=1):
    """Return whole numbers, each >= `minimum`, as a float array of any shape.

    Examples
    --------
    >>> require_counts("n", [100, 0])
    Traceback (most recent call last):
    ValueError: n must be whole numbers >= 1; got 0
    """
    requirement = f"{name} must be whole numbers >= {minimum}"
    counts = _real_numbers(requirement, value)
    if np.asarray(value).dtype.kind not in "iu":
        raise TypeError(f"{requirement}; got {_short(value)}. Round them first if they count")
    if not (counts >= minimum).all():
        raise ValueError(f"{requirement}; got {counts[counts < minimum][0]:.0f}")
    return counts


def require_axis(name, value, array):
    """Return `value` as an int, which must be one of the axes of `array`.

    Examples
    --------
    >>> require_axis("axis", 2, np.zeros((3, 4)))
    Traceback (most recent call last):
    ValueError: axis must be a whole number from -2 to 1, for shape (3, 4); got 2
    """
    n_axes = array.ndim
    requirement = f"a whole number from {-n_axes} to {n_axes - 1}, for shape {array.shape}"
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be {requirement}; got {_short(value)}")
    if not -n_axes <= value < n_axes:
        raise ValueError(f"{name} must be {requirement}; got {value}")
    return int(value)


def require_callable(name, value, purpose):
    """Return `value`, which must be callable; `purpose` says what it is called for.

    Examples
    --------
    >>> require_callable("describe", "n = 3", "returns a sentence for each frame")
    Traceback (most recent call last):
    TypeError: describe must be a function that returns a sentence for each frame; got 'n = 3'
    """
    if not callable(value):
        raise TypeError(f"{name} must be a function that {purpose}; got {_short(value)}")
    return value


def require_function(
    name, value, returns, shape, *, remedy="", finite=True, where="where it is called"
):
    """Return a function that calls `value` safely: the one way to call a user's function.

    It passes copies of arrays, so that a function that changes its arguments changes nothing
    of ours, and returns a new array, since a function may return one array again and again.

    Parameters
    ----------
    name : str
        The argument's name, as the caller wrote it.
    value : callable
        What the caller passed.
    returns : str
        What it must return, with the shape: "one number for a point of shape (d,)".
    shape : tuple, list of tuples, or ...
        The shape of what it must return, as the module's docstring says.
    remedy : str, optional
        What to do about another shape.
    finite : bool, default True
        Whether NaN and infinity are refused.
    where : str, optional
        Where it is called, for that message: "around x".

    Returns
    -------
    callable
        Takes what `value` takes and returns a float array. It raises a TypeError if
        `value` returns anything but real numbers, None included; and a ValueError if the
        shape does not match, an entry is masked or a value is not finite.

    Raises
    ------
    TypeError
        If `value` is not callable.

    Examples
    --------
    >>> loss = require_function("loss", lambda w: print(w @ w), "one number", ())
    >>> loss(np.ones(2))
    Traceback (most recent call last):
    TypeError: loss must return one number; got None. Is a return missing?
    """
    require_callable(name, value, f"returns {returns}")
    requirement = f"{name} must return {returns}"

    def checked(*arguments):
        copies = [item.copy() if isinstance(item, np.ndarray) else item for item in arguments]
        array = _real_numbers(requirement, value(*copies))
        if array.shape != shape and not _fits(array.shape, shape):
            raise ValueError(_misfit(requirement, array, remedy))
        if finite and not _all_finite(array):
            raise ValueError(
                f"{name} must be finite {where}; {_not_finite(array)} values. Look for the edge of "
                "its domain"
            )
        return array.copy()

    return checked


def _real_numbers(requirement, value):
    """Return `value` as a float array of its own shape, or say why it is none."""
    if value is None:
        raise TypeError(f"{requirement}; got None. Is a return missing?")
    if holds_masked(value):
        raise ValueError(
            f"{requirement}; got masked ones among them. Leave them out or fill them in first, "
            "with compressed() or filled()"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        remedy = ". Its rows must have one length: pad or cut them"
        raise TypeError(f"{requirement}; got {_short(value)}{remedy}") from error
    except TypeError as error:  # what stands for an array and may not become one
        raise TypeError(f"{requirement}; got {_short(value)}: {error}") from error
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    objects = array.dtype.kind == "O"  # fractions, SymPy's numbers, or something else
    remedy = next(filter(None, map(_remedy, array.flat if objects else array.flat[:1])), "")
    if objects and not remedy:
        try:
            return array.astype(float)
        except (TypeError, ValueError, OverflowError) as error:
            raise TypeError(f"{requirement}; got {_short(value)}") from error
    raise TypeError(f"{requirement}; got {_short(value)}{remedy}")


def _remedy(entry):
    """Say what to do about an entry that NumPy would turn into a float, or cut to one."""
    if isinstance(entry, str | bytes):
        return ". If it is numbers written as text, read it with np.asarray(..., dtype=float)"
    if isinstance(entry, complex | np.complexfloating):
        return ". Take the real part first, if the imaginary one is rounding"
    if entry is None or isinstance(entry, np.ma.MaskedArray):
        return ". Drop or fill in what is missing first"
    return ""


def holds_masked(value):
    """Say whether an entry is masked, in an array or in a list of them."""
    if isinstance(value, list | tuple):
        nested = (item for item in value if isinstance(item, list | tuple | np.ma.MaskedArray))
        return any(map(holds_masked, nested))
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def _fits(shape, wanted):
    if isinstance(wanted, list):
        return any(_fits(shape, one) for one in wanted)
    if wanted is ...:
        return True
    if ... in wanted:
        first = wanted.index(...)
        free = len(shape) - (len(wanted) - 1)  # axes that it stands for
        if free < 0 or 0 in shape[first : first + free]:
            return False
        shape = shape[:first] + shape[first + free :]
        wanted = wanted[:first] + wanted[first + 1 :]
    lengths = {}
    return len(shape) == len(wanted) and all(
        length == (lengths.setdefault(size, length or 1) if isinstance(size, str) else size)
        for length, size in zip(shape, wanted, strict=True)
    )


def _misfit(requirement, array, remedy):
    return f"{requirement}; got shape {array.shape}" + (f". {remedy}" if remedy else "")


def written_shape(shape):
    """Return a shape as messages show it: ``(n_samples, 3)`` or ``(..., n_outcomes)``."""
    if isinstance(shape, list):
        return " or ".join(map(written_shape, shape))
    sizes = ", ".join("..." if size is ... else str(size) for size in shape)
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"


def _short(value):
    return f"{' '.join(repr(value).split()):.80}"  # a table's lines in one


def _all_finite(array):
    finite = np.isfinite(array)
    return finite.all() if array.ndim else finite  # all() of one number takes ten times as long


def _not_finite(array):
    return f"got {np.count_nonzero(~np.isfinite(array))} NaN or infinite"
