"""Grade a folder of submissions with one autograder, into one table.

``python -m mlmath_lib.workshop.assignments.marking SUBMISSIONS AUTOGRADER.zip`` writes
``grades.csv`` and one file of feedback for each submission.
"""

import argparse
import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil

from mlmath_lib.workshop.assignments.grading import REFERENCE

MINUTES = 10  # for one submission, after which it is given up

_DIED = "its kernel died: did a cell end it, or use up the memory?"
_COMMAND = [sys.executable, "-m", "otter", "run", "--no-logo"]


class Marked(NamedTuple):
    """What one submission got."""

    status: str
    scores: dict
    possible: dict
    messages: dict


def mark(submission, autograder, *, minutes=MINUTES):
    """Run an autograder on one submission, in a process of its own.

    Parameters
    ----------
    submission : Path
        A notebook.
    autograder : Path
        The ``autograder.zip`` of the assignment.
    minutes : float, default 10
        After which the submission is given up.

    Returns
    -------
    Marked
        ``status``, "graded" or the reason why not; ``scores``, ``possible`` and
        ``messages`` by exercise, empty if it could not be graded.

    References
    ----------
    otter-grader, "Otter Run".
    https://otter-grader.readthedocs.io/en/latest/otter_run.html
    """
    try:
        notebook = _read(submission)
    except (OSError, ValueError) as error:
        return Marked(f"not graded: {error}", {}, {}, {})
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "submission.ipynb")
        nbformat.write(notebook, copy)
        process = subprocess.Popen(
            [*_COMMAND, "--autograder", str(autograder), "--output-dir", folder, str(copy)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        try:
            said, _ = process.communicate(timeout=60 * minutes)
        except subprocess.TimeoutExpired:
            _end(process)
            return Marked(f"not graded: it did not end within {minutes:g} minutes", {}, {}, {})
        result = Path(folder, "results.json")
        if process.returncode or not result.is_file():
            last = (said.strip().splitlines() or ["no output"])[-1]
            last = _DIED if "DeadKernelError" in last else last
            return Marked(f"not graded: {last:.200}", {}, {}, {})
        tests = json.loads(result.read_text(encoding="utf-8"))["tests"]
    tests = {test["name"]: test for test in tests if "max_score" in test}
    if not tests:
        return Marked("not graded: it kept the grader from ending", {}, {}, {})
    return Marked(
        "graded",
        {name: test["score"] for name, test in tests.items()},
        {name: test["max_score"] for name, test in tests.items()},
        {name: _message(name, test["output"]) for name, test in tests.items()},
    )


def _read(submission):
    """Return a notebook in today's format; say why a file is none."""
    try:
        text = submission.read_text(encoding="utf-8-sig")
        stored = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it cannot be read as a notebook ({error})") from None
    if not isinstance(stored, dict) or not {"cells", "worksheets"} & stored.keys():
        raise ValueError("it is no notebook")
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # a format of the future, cells that are none
        raise ValueError(f"it is no notebook that can be upgraded ({error:.200})") from None


def _end(process):
    """End a process and its children: the kernel has a group of its own."""
    children = psutil.Process(process.pid).children(recursive=True)
    for child in (process, *children):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    process.wait()


def _message(name, output):
    """Return what the first check that failed says, without otter's frame."""
    lines = [line.strip() for line in output.splitlines()]
    found = [line.partition(f"{name}: ")[2] for line in lines if f"CheckFailed: {name}: " in line]
    found += [line for line in lines if "Error: " in line and "CheckFailed" not in line]
    return next(iter(found), "")


def mark_folder(submissions, autograder, output, *, jobs=None, minutes=MINUTES):
    """Grade every notebook of a folder; one that is broken does not stop the others.

    Parameters
    ----------
    submissions : Path
        A folder with notebooks, in subfolders too, as learning platforms pack them.
    autograder : Path
        The ``autograder.zip`` of the assignment.
    output : Path
        Where ``grades.csv`` and ``feedback/`` go.
    jobs : int, optional
        How many at once; by default one for each processor.
    minutes : float, default 10
        After which a submission is given up.

    Returns
    -------
    dict
        What each submission got, a `Marked` for each name.

    Raises
    ------
    ValueError
        If there is no notebook or no autograder; the message names the remedy.

    References
    ----------
    otter-grader, "Otter Run".
    https://otter-grader.readthedocs.io/en/latest/otter_run.html
    """
    submissions, output = Path(submissions), Path(output)
    paths, others = _handed_in(submissions, output)
    if not paths:
        raise ValueError(f"no notebook in {submissions}: put what was handed in there")
    if not zipfile.is_zipfile(autograder):
        raise ValueError(f"{autograder} is no autograder: write it with `make assignment`")
    marked = {}
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        running = {pool.submit(mark, path, autograder, minutes=minutes): path for path in paths}
        for done, future in enumerate(as_completed(running), start=1):
            name = running[future].relative_to(submissions).with_suffix("").as_posix()
            marked[name] = future.result()
            print(f"[{done}/{len(paths)}] {name}: {_in_words(marked[name])}", flush=True)
    if others:
        print(f"No notebook, so passed over: {', '.join(others)}")
    _write(marked, _points(autograder), output)
    return marked


def _handed_in(submissions, output):
    """Return the notebooks of a folder and the names of the other files."""
    paths, others = [], []
    for path in sorted(submissions.rglob("*")):
        name = path.relative_to(submissions)
        hidden = any(part.startswith(".") for part in name.parts)  # checkpoints, a Mac's notes
        written = path == output / "grades.csv" or output / "feedback" in path.parents
        if path.suffix == ".ipynb" and not hidden:
            paths.append(path)
        elif path.is_file() and not (hidden or written):
            others.append(name.as_posix())
    return paths, others


def _points(autograder):
    """Return the points of each exercise: graded by the machine, and by hand."""
    with zipfile.ZipFile(autograder) as file:
        stored = json.loads(file.read(f"files/{REFERENCE}"))
    return stored["by_machine"], stored["by_hand"]


def _in_words(marked):
    if marked.status != "graded":
        return marked.status
    return f"{sum(marked.scores.values()):g} of {sum(marked.possible.values()):g} points"


def _write(marked, points, output):
    """Write the table, with columns for what is graded by hand, and the feedback."""
    by_machine, by_hand = points
    hand = [f"{label} (by hand, of {most})" for label, most in by_hand.items()]
    output.mkdir(parents=True, exist_ok=True)
    before = _filled_in(output / "grades.csv")
    # A spreadsheet takes the mark at the start for UTF-8, and names keep their accents.
    with open(output / "grades.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        columns = [f"{label} (of {most})" for label, most in by_machine.items()]
        automatic = f"automatic (of {sum(by_machine.values())})"
        table.writerow(["submission", *columns, automatic, *hand, "status"])
        for name, entry in sorted(marked.items()):
            scores = [f"{entry.scores[label]:g}" if entry.scores else "" for label in by_machine]
            total = f"{sum(entry.scores.values()):g}" if entry.scores else ""
            kept = [before.get(name, {}).get(column) for column in hand]
            table.writerow(map(_plain, [name, *scores, total, *kept, entry.status]))
    for name, entry in marked.items():
        path = output / "feedback" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_feedback(entry, points), encoding="utf-8")


def _plain(value):
    """Return what a spreadsheet shows as it is, and does not take for a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _filled_in(path):
    """Return the rows of an earlier table by submission: marks given by hand are kept."""
    if not path.is_file():
        return {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row.get("submission"): row for row in csv.DictReader(file)}


def _feedback(entry, points):
    """Return what a student reads, in the chapter's order."""
    by_machine, by_hand = points
    lines = [f"{_in_words(entry)}", ""]
    if entry.scores:
        for label in by_machine:
            lines.append(f"- `{label}`: {entry.scores[label]:g} of {entry.possible[label]:g}")
            if entry.messages[label]:
                lines.append(f"  {entry.messages[label]}")
        lines += [f"- `{label}`: graded by hand, of {most}" for label, most in by_hand.items()]
    return "\n".join(lines) + "\n"


def main(arguments=None):
    """Run the command line; return how many submissions could not be graded."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.assignments.marking", description=__doc__
    )
    parser.add_argument("submissions", type=Path, help="a folder of notebooks")
    parser.add_argument("autograder", type=Path, help="the assignment's autograder.zip")
    parser.add_argument("--output", type=Path, help="default: the folder of the submissions")
    parser.add_argument("--jobs", type=int, help="how many at once")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for one submission")
    options = parser.parse_args(arguments)
    output = options.output or options.submissions
    try:
        marked = mark_folder(
            options.submissions,
            options.autograder,
            output,
            jobs=options.jobs,
            minutes=options.minutes,
        )
    except ValueError as error:
        parser.error(str(error))
    failed = [name for name, entry in marked.items() if entry.status != "graded"]
    print(f"Wrote {output / 'grades.csv'} and {output / 'feedback'}")
    if failed:
        print(f"Not graded: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    main()  # what could not be graded is named; the table is there
