"""Grade an answer beside the worked solution, within the kernel of a submission."""

import contextlib
import copy
import functools
import io
import json
import os
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np

from mlmath_lib import exercises
from mlmath_lib.exercises import CheckFailed, check

REFERENCE = "reference.json"
N_FRESH = 20
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


def _limit_memory():
    """Let Python refuse what is too much (not on Windows), before the system ends a process."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        import psutil

        _, highest = resource.getrlimit(resource.RLIMIT_AS)
        taken = psutil.Process().memory_info().vms  # grows with the processors
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, highest))


def grade(label, answers, *, fresh):
    """Check one answer of a submission against the worked solution.

    Parameters
    ----------
    label : str
        The exercise's label.
    answers : dict
        The names of the submission and what they are.
    fresh : bool
        Whether to use cases that the students did not see, instead of those shown.

    Raises
    ------
    CheckFailed
        If the answer is missing or wrong; the message helps to find the mistake.

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
    with contextlib.redirect_stdout(io.StringIO()), _usual_warnings():
        if fresh:
            options = fresh_options(label, solution, options, seed=reference.seed)
        check(label, answers[name], **options)


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
    """Run a chapter's own code and return its solutions and checks.

    It runs in a namespace of its own, so that nothing a submission overwrites, whether a
    function, a data set or `check` itself, changes what its answers are compared with.

    Parameters
    ----------
    path : str
        A JSON file with ``seed`` and ``cells``, the sources of the chapter's code.

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
        for cell in stored["cells"]:
            try:
                exec(compile(cell["source"], "<chapter>", "exec"), namespace)
            except Exception as error:
                if not cell["fails"]:
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
        What `mlmath_lib.exercises.check` takes.

    References
    ----------
    NumPy, "Parallel Random Number Generation", on seeds that are sequences.
    https://numpy.org/doc/stable/reference/random/parallel.html
    """
    draw, word = options["fresh"], zlib.crc32(label.encode())
    cases = [draw(np.random.default_rng([seed, word, k])) for k in range(N_FRESH)]
    options = options | {"on": cases}
    if "equals" in options:
        options["equals"] = [solution(*copy.deepcopy(case)) for case in cases]
    return options
