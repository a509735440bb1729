"""Grade an answer beside the worked solution, within the kernel of a submission."""

import contextlib
import copy
import functools
import io
import itertools
import json
import os
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import comm
import numpy as np

from mlmath_lib import exercises
from mlmath_lib.exercises import CheckFailed, TimeUp, check

REFERENCE = "reference.json"
N_FRESH = 20
N_PASSED_OVER = 2  # cases on which the worked solution may fail
MEMORY = 4 * 2**30  # bytes that a submission may take for itself

_NO_FUNCTION = "was it renamed, or does its cell end with an error?"


def prepare(seconds_per_cell, seconds_per_call):
    """Make a kernel fit for grading: limits of time and memory, no figures, no early end.

    The worked solutions are read first, before the submission can get in their way.

    Parameters
    ----------
    seconds_per_cell : float
        After which a cell of the submission is stopped; the next one runs.
    seconds_per_call : float
        After which `mlmath_lib.exercises.check` gives up a call of an answer.

    References
    ----------
    The events of IPython.
    https://ipython.readthedocs.io/en/stable/config/callbacks.html
    """
    from IPython import get_ipython

    os.environ["MLMATH_FRAMES"] = "0"
    exercises.SECONDS = seconds_per_call
    # Widgets talk to nobody here, and nbclient's stand-in for a page can trip over them.
    comm.create_comm = comm.DummyComm
    _limit_memory()
    shell, home, limits = get_ipython(), Path.cwd(), contextlib.ExitStack()

    def start(cell):
        if "GradingResults(" not in cell.raw_cell:
            limits.enter_context(exercises.time_limit(seconds_per_cell))
        else:  # otter's last cell, which does the grading
            os.chdir(home)
            shell.user_ns.pop("open", None)

    shell.ask_exit = lambda: None  # what exit() calls
    shell.events.register("pre_run_cell", start)
    shell.events.register("post_run_cell", lambda _: limits.close())
    load_reference(str(Path(REFERENCE).resolve()))
    for path in (Path(REFERENCE), Path("..", "source", "files", REFERENCE)):
        path.unlink(missing_ok=True)


def _limit_memory():
    """Let Python refuse what is too much (not on Windows), before the system ends a process."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        import psutil

        _, highest = resource.getrlimit(resource.RLIMIT_AS)
        taken = psutil.Process().memory_info().vms  # grows with the processors
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, highest))


def grade(label, answers, *, share=None):
    """Check one answer of a submission against the worked solution.

    Parameters
    ----------
    label : str
        The exercise's label.
    answers : dict
        The names of the submission and what they are.
    share : float, optional
        The share of the fresh cases, which students did not see, that must be right.
        By default the cases shown are checked instead, all of them.

    Raises
    ------
    CheckFailed
        If the answer is missing or wrong; the message helps to find the mistake.
    RuntimeError
        If the worked solution itself fails on several fresh cases.

    References
    ----------
    otter-grader, "Exception-Based Test Files".
    https://otter-grader.readthedocs.io/en/latest/test_files/python_format.html
    """
    reference = load_reference(str(Path(REFERENCE).resolve()))
    solution, options = reference.checks[label]
    name = solution.__name__
    if name not in answers:
        raise CheckFailed(f"{label}: there is no function {name}: {_NO_FUNCTION}")
    if exercises.is_unanswered(answers[name]):
        raise CheckFailed(f"{label}: not answered yet")
    with contextlib.redirect_stdout(io.StringIO()), _usual_warnings():
        if share is None:
            check(label, answers[name], **options)
        else:
            right, mistake = _try_fresh(label, answers[name], reference)
            if right < share:
                raise mistake


# The tests of an exercise ask for several shares, and the answer is tried once.
_tried = {}


def _try_fresh(label, answer, reference):
    """Return the share of fresh cases that an answer gets right, and its first mistake."""
    if label not in _tried or _tried[label][0] is not answer:
        solution, options = reference.checks[label]
        options = fresh_options(label, solution, options, seed=reference.seed)
        _tried[label] = answer, _share_right(label, answer, options)
    return _tried[label][1]


def _share_right(label, answer, options):
    cases, mistakes = options["on"], []
    for number, case in enumerate(cases):
        one = options | {"on": [case]}
        if "equals" in options:
            one["equals"] = [options["equals"][number]]
        try:
            check(label, answer, **one)
        except CheckFailed as error:
            mistakes.append(error)
            if isinstance(error.__context__, TimeUp):
                return 0, error  # nobody waits for the other cases
    return 1 - len(mistakes) / len(cases), next(iter(mistakes), None)


@contextlib.contextmanager
def _usual_warnings():
    """Undo what a submission made of warnings, such as ``np.seterr(all="raise")``."""
    with np.errstate(all="warn", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Reference(NamedTuple):
    """The worked solutions of a chapter; ``checks`` has (solution, options) for each label."""

    seed: int
    checks: dict


@functools.cache
def load_reference(path):
    """Run a chapter's worked solutions and return them with their checks.

    It runs in a namespace of its own, so that nothing a submission overwrites, whether a
    function, a data set or `check` itself, changes what its answers are compared with.

    Parameters
    ----------
    path : str
        A JSON file with ``seed`` and ``cells``, the sources of the worked solutions, their
        checks and what both depend on.

    Returns
    -------
    Reference
        The seed, and for each label the function that solves the exercise and the
        options of its check.

    Raises
    ------
    RuntimeError
        If the chapter's code does not run here.

    References
    ----------
    otter-grader, "Exception-Based Test Files".
    https://otter-grader.readthedocs.io/en/latest/test_files/python_format.html
    """
    stored, checks = json.loads(Path(path).read_text(encoding="utf-8")), {}

    def record(label, answer, equals=None, **options):
        checks[label] = answer, options if equals is None else options | {"equals": equals}

    namespace = {"__name__": "__main__"}
    quiet = contextlib.redirect_stdout(io.StringIO())
    undrawn = mock.patch.dict(os.environ, MLMATH_FRAMES="0")
    with quiet, undrawn, mock.patch.object(exercises, "check", record):
        for source in stored["cells"]:
            try:
                exec(compile(source, "<chapter>", "exec"), namespace)
            except Exception as error:
                raise RuntimeError(
                    f"the chapter's own code does not run here: {type(error).__name__}: {error}"
                ) from error
    return Reference(stored["seed"], checks)


def fresh_options(label, solution, options, *, seed):
    """Return the options of a check with fresh cases in place of those shown.

    Parameters
    ----------
    label : str
        The exercise's label; each exercise has its own stream of random numbers.
    solution : callable
        The worked solution; it gives the results, unless a property decides.
    options : dict
        The options of the chapter's check, among them ``fresh``.
    seed : int
        The assignment's seed: the same cases for everybody.

    Returns
    -------
    dict
        What `mlmath_lib.exercises.check` takes. A case on which the worked solution
        fails or does not end is passed over.

    Raises
    ------
    RuntimeError
        If that happens with more than two cases.

    References
    ----------
    NumPy, "Parallel Random Number Generation", on seeds that are sequences.
    https://numpy.org/doc/stable/reference/random/parallel.html
    """
    draw, word = options["fresh"], zlib.crc32(label.encode())
    cases, results, failures = [], [], []
    for k in itertools.count():
        case = draw(np.random.default_rng([seed, word, k]))
        try:
            with exercises.time_limit(exercises.SECONDS):
                results.append(solution(*copy.deepcopy(case)) if "equals" in options else None)
        except (Exception, TimeUp) as error:  # such a case is nobody's mistake
            failures.append("it does not end" if isinstance(error, TimeUp) else repr(error))
            if len(failures) > N_PASSED_OVER:
                raise RuntimeError(
                    f"{label}: the worked solution fails on {len(failures)} fresh cases "
                    f"({failures[-1]:.200}): mend it, or draw other cases"
                ) from None
            continue
        cases.append(case)
        if len(cases) == N_FRESH:
            break
    options = options | {"on": cases}
    return options | {"equals": results} if "equals" in options else options
