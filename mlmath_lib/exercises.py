"""Check an exercise's answer and name the mistake in a sentence."""

import contextlib
import copy
import re
import signal
import threading
import time
import traceback

import numpy as np
from IPython.core.getipython import get_ipython

from mlmath_lib._validation import holds_masked

SECONDS = 20  # that one call of an answer may take

_MISSING = object()


class CheckFailed(AssertionError):
    """An answer does not meet its requirement; the message says what to look at."""

    def _render_traceback_(self):
        # IPython shows this in place of a traceback through the library's code.
        return [str(self)]


class TimeUp(BaseException):
    """A call takes too long; no ``except Exception`` in an answer can catch it."""


def check(
    label,
    answer,
    equals=_MISSING,
    *,
    on=None,
    holds=None,
    otherwise=None,
    tolerance=1e-6,
    fresh=None,
):
    """Check an answer against a value, cases, or a property.

    - A value: ``check("ex-…", years, equals=9.006, tolerance=0.01)``.
    - A function: ``on`` lists the arguments of each case, `equals` the results.
    - A property: ``holds`` takes the answer and says whether it is right; for a
      function it takes each result and that case's arguments.

    A call of the answer that does not end within 20 seconds counts as wrong. Of an answer
    that is still ``...`` it is said that it is not answered yet, and the notebook runs on.

    Parameters
    ----------
    label : str
        The exercise's label in the text, ``ex-<topic>-<what>``.
    answer : number, array_like, str, bool or callable
        What the reader made.
    equals : number, array_like, str or bool, or a list of them for `on`
        What is required.
    on : list of tuple, optional
        The arguments of each case; `answer` is then a function.
    holds : callable, optional
        Returns True for a right answer.
    otherwise : str, optional
        With `holds`: the requirement in words, shown when it is not met.
    tolerance : float, default 1e-6
        Relative above 1, absolute below.
    fresh : callable, optional
        Takes a `numpy.random.Generator` and draws the arguments of one more case, as
        a tuple. Not used here: when the exercise is graded, the answer must agree on
        such cases with the worked solution (see `mlmath_lib.workshop.assignments`).

    Raises
    ------
    CheckFailed
        If the answer does not meet the requirement; the message helps to find the
        mistake and does not give the answer away.
    ValueError
        If the check itself is unfit: neither or both of `equals` and `holds`, not one
        result for each case, or a `fresh` that is no function or has no cases beside it.

    References
    ----------
    Hattie and Timperley, "The Power of Feedback", *Review of Educational
    Research* 77 (2007), 81-112. https://doi.org/10.3102/003465430298487

    Examples
    --------
    >>> check("ex-demo-double", lambda x: 2 * x, on=[(1,), (2.5,)], equals=[2, 5])
    ex-demo-double: correct in 2 cases
    >>> check("ex-demo-half", 50, equals=0.5)
    Traceback (most recent call last):
    mlmath_lib.exercises.CheckFailed: ex-demo-half: your answer is 100 times too large: ...
    """
    _require_fit(label, equals, holds, otherwise, tolerance)
    if fresh is not None and (on is None or not callable(fresh)):
        raise ValueError(
            f"{label}: fresh must be a function of a random generator, beside the cases in on; "
            f"got {fresh!r:.80}"
        )
    if (unread := _unread_cell()) is not None:
        _fail_if(f"{unread}: correct it and run that cell again, then this one", label)
    if is_unanswered(answer):
        print(f"{label}: not answered yet")
        return
    if on is None:
        _require_finite(label, equals)
        _fail_if(_mistake("your answer", answer, equals, holds, otherwise, tolerance), label)
        print(f"{label}: correct")
        return
    if not callable(answer):
        _fail_if(f"a function is needed; your answer is {_named(answer)}", label)
    required = _require_cases(label, on, equals)
    name = getattr(answer, "__name__", "")
    name = name if name.isidentifier() else "your function"
    for arguments, result in zip(on, required, strict=True):
        call = f"{name}({', '.join(_short(argument) for argument in arguments)})"
        try:
            # A copy: a function that changes its arguments must not change the check's.
            with time_limit(SECONDS):
                given = answer(*copy.deepcopy(arguments))
        except TimeUp:
            _fail_if(f"{call} does not end within {SECONDS} seconds: does its loop end?", label)
        except (Exception, SystemExit) as error:  # whatever it raises is the finding
            said = " ".join(f"{error!s:.500}".split())
            words = f" ({said})" if said else ""
            line = _line_of(answer, error)
            _fail_if(f"{call} raised {type(error).__name__}{words}{line}", label)
        mistake = _mistake(call, given, result, holds, otherwise, tolerance, arguments)
        _fail_if(mistake, label)
    print(f"{label}: correct in {len(on)} case{'s' if len(on) > 1 else ''}")


def _unread_cell():
    """Say whether Python could not read the cell that was run before this one.

    Its names are then those of an earlier cell, and what they hold is not the answer.
    """
    result = getattr(get_ipython(), "last_execution_result", None)
    error = getattr(result, "error_before_exec", None)
    if not isinstance(error, SyntaxError):
        return None
    line = f", line {error.lineno}" if error.lineno else ""
    return f"Python cannot read the cell before ({error.msg}{line})"


def _line_of(answer, error):
    """Return the last line of the answer's own cell that led to an error, in words."""
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    own = [step for step in traceback.extract_tb(error.__traceback__) if step.filename == file]
    return f", in line {own[-1].lineno} of its cell: {own[-1].line}" if own and own[-1].line else ""


def is_unanswered(answer):
    """Say whether an answer is still ``...``, or a function with nothing else in its body.

    Parameters
    ----------
    answer : object
        What the reader made.

    Returns
    -------
    bool
        Whether there is nothing to check.

    Examples
    --------
    >>> def years(rate):
    ...     "Return the years in which a capital doubles."
    ...     ...
    >>> is_unanswered(years), is_unanswered(lambda rate: 70 / rate)
    (True, False)
    """
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is ...
    return code.co_code in _EMPTY and {*code.co_consts} <= {answer.__doc__, None}


def _stub(): ...


def _stub_with_docstring():
    """Say what to do."""
    ...


_EMPTY = {stub.__code__.co_code for stub in (_stub, _stub_with_docstring)}


@contextlib.contextmanager
def time_limit(seconds):
    """Raise `TimeUp` in what takes too long, where the system can (not on Windows).

    Parameters
    ----------
    seconds : float
        What the body of the ``with`` statement may take. An outer limit goes on.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(_signal, _frame):
        raise TimeUp

    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: an answer may swallow the first one.
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        remaining = max(left - (time.monotonic() - start), 1e-3) if left else 0
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, remaining, again)


def _require_fit(label, equals, holds, otherwise, tolerance):
    if not isinstance(label, str) or not label.startswith("ex-"):
        raise ValueError(f'label must be text such as "ex-topic-what"; got {label!r}')
    if (equals is _MISSING) == (holds is None):
        raise ValueError(f"{label}: give either equals or holds")
    if holds is not None and not callable(holds):
        raise ValueError(f"{label}: holds must be a function of the answer; got {holds!r:.80}")
    if holds is not None and not otherwise:
        raise ValueError(f"{label}: otherwise must say what holds requires")
    if not isinstance(tolerance, int | float) or not 0 <= tolerance < np.inf:
        raise ValueError(f"{label}: tolerance must be a finite number >= 0; got {tolerance!r}")


def _require_finite(label, value):
    """Refuse a required value that every answer, or none, would meet."""
    if value is _MISSING or isinstance(value, str):
        return
    array = np.asarray(value)
    if (
        holds_masked(value)
        or array.dtype.kind not in "biufcU"
        or (array.dtype.kind in "fc" and not np.isfinite(array).all())
    ):
        raise ValueError(f"{label}: equals must be finite numbers or text; got {value!r:.80}")


def _require_cases(label, on, equals):
    """Return the required result of each case."""
    if not isinstance(on, list) or not on or not all(isinstance(case, tuple) for case in on):
        raise ValueError(
            f"{label}: on must be a list of tuples of arguments, such as [(0.05,), (0.1,)]; "
            f"got {on!r:.80}"
        )
    if equals is _MISSING:
        return [_MISSING] * len(on)
    if not isinstance(equals, list | tuple | np.ndarray) or len(equals) != len(on):
        raise ValueError(
            f"{label}: equals must list one result for each of the {len(on)} cases; "
            f"got {equals!r:.80}"
        )
    for result in equals:
        _require_finite(label, result)
    return list(equals)


def _fail_if(mistake, label):
    if mistake is not None:
        # "from None": the reader's own error is in the sentence already.
        raise CheckFailed(f"{label}: {mistake}") from None


def _mistake(what, given, required, holds, otherwise, tolerance, arguments=()):
    """Return what is wrong with one answer, or None."""
    if given is Ellipsis:
        return f"{what} is still `...`: put your answer in its place"
    if given is None:
        return f"{what} is None: is the `...` still there, or a `return` missing?"
    if callable(given):
        return f"{what} is a function: call it with its arguments"
    if (unusable := _not_finite(what, given)) is not None:
        return unusable
    if holds is None:
        return _difference(what, given, required, tolerance)
    try:
        met = bool(holds(given, *arguments))
    except Exception as error:  # an answer of the wrong kind breaks the property's code
        return f"{what} is {_named(given)}, which cannot be checked ({error}): {otherwise}"
    return None if met else f"{what} does not meet the requirement: {otherwise}"


def _not_finite(what, given):
    if holds_masked(given):
        return f"{what} holds masked entries: leave them out, or fill them in"
    array = _numbers(given)
    if array is None:
        return None
    if np.isnan(array).any():
        return f"{what} holds NaN (not a number): look for 0/0, log of a negative, or missing data"
    if np.isinf(array).any():
        return f"{what} is infinite somewhere: look for a division by zero or an overflow"
    return None


def _numbers(value):
    """Return an array of numbers, or None for text, truth values and everything else."""
    try:
        array = np.asarray(value)
    except ValueError:  # ragged lists
        return None
    if array.dtype.kind == "O":  # SymPy numbers and fractions, or something else
        try:
            return array.astype(float)
        except (TypeError, ValueError):
            return None
    return array if array.dtype.kind in "iufc" else None


def _difference(what, given, required, tolerance):
    wanted = _numbers(required)
    if wanted is None:
        return _other_text(what, given, required)
    found = _numbers(given)
    if found is None or (found.ndim == 0) != (wanted.ndim == 0):
        return f"{what} is {_named(given)}; {_kind(required)} is needed"
    if found.shape != wanted.shape:
        transposed = ": is it transposed?" if found.T.shape == wanted.shape else ""
        return f"{what} has shape {found.shape}; shape {wanted.shape} is needed{transposed}"
    if np.iscomplexobj(found) and not np.iscomplexobj(wanted):
        return f"{what} is complex; real numbers are needed"
    wrong = np.abs(found - wanted) > tolerance * np.maximum(1, np.abs(wanted))
    if not wrong.any():
        return None
    if found.ndim == 0:
        return f"{what} is {_direction(found[()], wanted[()])}"
    first = tuple(map(int, np.argwhere(wrong)[0]))
    where = first[0] if len(first) == 1 else first
    return (
        f"{what} is wrong in {np.count_nonzero(wrong)} of {wrong.size} entries; the entry at "
        f"index {where} is {_direction(found[first], wanted[first])}"
    )


def _other_text(what, given, required):
    """Compare texts and truth values, alone or in arrays, exactly."""
    if _kind(given) != _kind(required):
        return f"{what} is {_named(given)}; {_kind(required)} is needed"
    found, wanted = np.asarray(given), np.asarray(required)
    if found.dtype.kind != wanted.dtype.kind:
        return f"{what} is {_named(given)}: {_short(required[0])} is an entry of the right kind"
    if (found == wanted).all():
        return None
    if found.ndim == 0:
        return f"{what} is {_short(given)}, which is not right"
    return f"{what} is wrong in {np.count_nonzero(found != wanted)} of {found.size} entries"


def _direction(found, wanted):
    """Say how a number is off, without giving the right one away."""
    if np.iscomplexobj(wanted):
        return f"not right: {found:g}"
    found, wanted = float(found), float(wanted)
    if wanted and np.isclose(found, -wanted, rtol=1e-6):
        return f"right but for its sign: {found:g}"
    for factor in (100, 10, 2):
        usual = {100: ": per cent or fraction?", 10: "", 2: ": is a factor of 2 missing?"}[factor]
        if wanted and np.isclose(found, factor * wanted, rtol=1e-6):
            return f"{factor} times too large{usual}"
        if wanted and np.isclose(found, wanted / factor, rtol=1e-6):
            return f"{factor} times too small{usual}"
    if np.isclose(found, wanted, rtol=1e-2) and found == round(found) and wanted == round(wanted):
        return f"close, but not right: {found:g}. Is a count off by one, or rounded the wrong way?"
    if np.isclose(found, wanted, rtol=1e-2):
        return f"close, but not within the tolerance: {found:.9g}. Was it rounded?"
    return f"too {'large' if found > wanted else 'small'}: {found:g}"


def _named(value):
    return f"{_kind(value)} ({_short(value)})"


def _kind(value):
    if isinstance(value, bool | np.bool):
        return "True or False"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | float | complex | np.number):
        return "a number"
    if isinstance(value, np.ndarray | list | tuple):
        try:
            return f"an array of shape {np.shape(value)}"
        except ValueError:
            return "a list whose rows differ in length"
    return f"a {type(value).__name__}"


def _short(value):
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"array of shape {value.shape}"
    if callable(value):
        name = getattr(value, "__name__", "<lambda>")
        return name if name.isidentifier() else "a function"
    if isinstance(value, list | tuple) and any(map(_is_nested, value)):
        text = f"[{', '.join(map(_short, value))}]"
        return text if len(text) <= 60 else f"[{len(value)} items]"
    text = re.sub(r" at 0x[0-9a-f]+", "", " ".join(repr(value).split()))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_nested(item):
    return callable(item) or isinstance(item, np.ndarray | list | tuple)
