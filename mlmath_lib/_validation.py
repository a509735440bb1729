"""Argument checks with one voice: the requirement, what came, the remedy."""

import numpy as np


def require_array(name, value, shape):
    """Return `value` as a finite float array whose shape matches `shape`.

    Parameters
    ----------
    name : str
        The argument's name, as the caller wrote it.
    value : array_like
        What the caller passed.
    shape : tuple of str or int
        One entry per axis: a number that the axis must equal, or a name such as
        ``"n_samples"`` for any length of at least one.

    Returns
    -------
    ndarray
        A float array; the caller's own array where no conversion is needed.

    Raises
    ------
    TypeError
        If `value` does not convert to numbers.
    ValueError
        If the shape does not match, an axis is empty, or a value is not finite.

    Examples
    --------
    >>> require_array("X", [[1, 2], [3, 4]], ("n_samples", "n_features")).shape
    (2, 2)
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"{array.dtype} holds no real numbers")
        array = array.astype(float, copy=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of numbers; got {value!r:.80}") from error
    wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    fits = array.ndim == len(shape) and all(
        length == size if isinstance(size, int) else length > 0
        for length, size in zip(array.shape, shape, strict=True)
    )
    if not fits:
        remedy = ""
        if array.ndim == 1 and len(shape) == 2:
            remedy = f". For one feature use {name}[:, np.newaxis]"
        raise ValueError(f"{name} must have shape ({wanted}); got shape {array.shape}{remedy}")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} must be finite; got {np.count_nonzero(~np.isfinite(array))} NaN or "
            "infinite values. Drop or fill them first"
        )
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
    >>> require_number("rate", "5%")
    Traceback (most recent call last):
    TypeError: rate must be a finite number; got '5%'
    """
    if isinstance(value, str | bool | np.bool) or np.ndim(value) != 0 or np.iscomplexobj(value):
        raise TypeError(f"{name} must be {requirement}; got {value!r:.80}")
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be {requirement}; got {value!r:.80}") from error
    if not np.isfinite(number):
        raise ValueError(f"{name} must be {requirement}; got {value!r}")
    return number


def require_count(name, value, *, minimum=1):
    """Return `value` as an int, which must be a whole number >= `minimum`.

    Examples
    --------
    >>> require_count("n_clusters", 2.5)
    Traceback (most recent call last):
    TypeError: n_clusters must be a whole number >= 1; got 2.5
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number >= {minimum}; got {value!r:.80}")
    if value < minimum:
        raise ValueError(f"{name} must be a whole number >= {minimum}; got {value}")
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
        raise TypeError(f"{name} must be a function that {purpose}; got {value!r:.80}")
    return value
