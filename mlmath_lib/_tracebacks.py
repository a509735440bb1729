"""Tracebacks that show a reader's own lines, and not the library's inside.

An error that a reader's function raises within `gradient_descent`, or an interrupt within
`k_means`, comes from lines that the reader has not written. In a notebook IPython then shows
the cell's line and those of the reader's functions. ``%xmode Verbose`` shows everything.
"""

import os
import sys
import sysconfig
from pathlib import Path
from types import TracebackType

LIBRARY = f"{Path(__file__).parent}{os.sep}"
INSTALLED = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))


def shorten_tracebacks():
    """Let the notebook that runs, if one does, leave the library's lines out."""
    ipython = sys.modules.get("IPython")  # it has been imported where a notebook runs
    shell = ipython and ipython.get_ipython()
    if shell is None:
        return
    report = shell.InteractiveTB
    whole = getattr(report, "get_records", None)
    if whole is None:  # another IPython than the ones this was written for
        return

    def get_records(steps, *options):
        return whole(steps if report.mode == "Verbose" else _own(steps), *options)

    report.get_records = get_records


def _own(steps):
    """Return a traceback without the library's steps and what they call of other packages."""
    kept, inside = [], False
    step = steps
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        ours = file.startswith(LIBRARY)
        inside = ours or (inside and file.startswith(INSTALLED))
        if not inside:
            kept.append(step)
        step = step.tb_next
    shortened = None
    for step in reversed(kept):
        shortened = TracebackType(shortened, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return shortened or steps
