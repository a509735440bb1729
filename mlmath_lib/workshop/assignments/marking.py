"""Grade a folder of submissions with one autograder, into tables, sheets and feedback.

``python -m mlmath_lib.workshop.assignments.marking SUBMISSIONS AUTOGRADER.zip`` writes
``grades.csv``, a file of feedback for each submission, ``by_hand/``, a notebook for each
exercise that a person marks, and files for Canvas and Moodle.
"""

import argparse
import contextlib
import hashlib
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

from mlmath_lib.workshop.assignments import gradebooks, hand, likeness
from mlmath_lib.workshop.assignments.grading import REFERENCE

MINUTES = 10  # for one submission, after which it is given up

WRITTEN = [
    "grades.csv", "canvas.csv", "moodle.csv", "alike.md", "machine.json", "by_hand", "feedback",
]  # fmt: skip
_ALIKE = """# Answers that are nearly the same

More alike than two right answers have to be, since both are less like the worked solution. A
reason to read both, and to ask; no proof."""

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
        notebook = read_submission(submission)
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


def read_submission(path):
    """Read a notebook that was handed in, in any format.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    nbformat.NotebookNode
        It in today's format.

    Raises
    ------
    ValueError
        If it is no notebook; the message says why.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        stored = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it cannot be read as a notebook ({error})") from None
    if not isinstance(stored, dict) or not {"cells", "worksheets"} & stored.keys():
        raise ValueError("it is no notebook")
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # a format of the future, cells that are none
        raise ValueError(f"it is no notebook that can be upgraded ({error!s:.200})") from None


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


def mark_folder(
    submissions, autograder, output, *, jobs=None, minutes=MINUTES, roster=None, anonymous=False
):
    """Grade every notebook of a folder; one that is broken does not stop the others.

    What the machine found is kept in ``machine.json``, so that grading again, after marks
    were given by hand, runs only what is new.

    Parameters
    ----------
    submissions : Path
        A folder with notebooks, in subfolders too, as learning platforms pack them.
    autograder : Path
        The ``autograder.zip`` of the assignment.
    output : Path
        Where the tables, ``by_hand/`` and ``feedback/`` go.
    jobs : int, optional
        How many at once; by default one for each processor.
    minutes : float, default 10
        After which a submission is given up.
    roster : Path, optional
        A list of the students, see `gradebooks.read_roster`.
    anonymous : bool, default False
        Whether the sheets for marking by hand show codes in place of names.

    Returns
    -------
    dict
        What each submission got, a `Marked` for each name.

    Raises
    ------
    ValueError
        If there is no notebook, no autograder or no roster; the message names the remedy.

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
    students = gradebooks.read_roster(roster) if roster else []
    output.mkdir(parents=True, exist_ok=True)
    names = {path: path.relative_to(submissions).with_suffix("").as_posix() for path in paths}
    marked = _mark_all(names, autograder, output / "machine.json", jobs, minutes)
    if others:
        print(f"No notebook, so passed over: {', '.join(others)}")
    with zipfile.ZipFile(autograder) as file:
        assignment = json.loads(file.read(f"files/{REFERENCE}"))
    notebooks = {}
    for path, name in names.items():
        with contextlib.suppress(OSError, ValueError):
            notebooks[name] = read_submission(path)
    results = _with_marks_by_hand(marked, notebooks, assignment, output / "by_hand", anonymous)
    _write(results, assignment, output, students, anonymous)
    _compare(notebooks, assignment, output / "alike.md")
    return marked


def _mark_all(names, autograder, kept, jobs, minutes):
    """Mark what is new or was not graded; take the rest from an earlier time."""
    stored = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    grader = hashlib.sha256(Path(autograder).read_bytes()).hexdigest()
    digests = {
        name: hashlib.sha256(path.read_bytes() + grader.encode()).hexdigest()
        for path, name in names.items()
    }
    marked = {name: Marked(*stored[digest]) for name, digest in digests.items() if digest in stored}
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        running = {
            pool.submit(mark, path, autograder, minutes=minutes): name
            for path, name in names.items()
            if name not in marked
        }
        for done, future in enumerate(as_completed(running), start=1):
            name = running[future]
            marked[name] = future.result()
            print(f"[{done}/{len(running)}] {name}: {_in_words(marked[name])}", flush=True)
    graded = {digests[name]: entry for name, entry in marked.items() if entry.status == "graded"}
    kept.write_text(json.dumps(graded), encoding="utf-8")
    return marked


def _handed_in(submissions, output):
    """Return the notebooks of a folder and the names of the other files."""
    ours = {output / name for name in WRITTEN}
    paths, others = [], []
    for path in sorted(submissions.rglob("*")):
        name = path.relative_to(submissions)
        hidden = any(part.startswith(".") for part in name.parts)  # checkpoints, a Mac's notes
        if hidden or ours & {path, *path.parents}:
            continue
        if path.suffix == ".ipynb":
            paths.append(path)
        elif path.is_file():
            others.append(name.as_posix())
    return paths, others


def _in_words(marked):
    if marked.status != "graded":
        return marked.status
    return f"{sum(marked.scores.values()):g} of {sum(marked.possible.values()):g} points"


def _with_marks_by_hand(marked, notebooks, assignment, folder, anonymous):
    """Renew the sheets for marking by hand; return the results with the marks in them."""
    seed, given = assignment["seed"], {name: {} for name in marked}
    missing = 0
    for exercise in assignment["exercises"]:
        if exercise["by_machine"]:
            continue
        label, path = exercise["label"], folder / f"{exercise['label']}.ipynb"
        hand.write_sheet(path, exercise, notebooks, seed=seed, anonymous=anonymous)
        marks = hand.read_marks(path, exercise["points"])
        for name in notebooks:
            given[name][label] = marks.get(hand.code_of(name, seed), hand.Given())
            missing += given[name][label].points is None
            if given[name][label].problem:
                who = f"answer {hand.code_of(name, seed)}" if anonymous else name
                print(f"{path.name}, {who}: {given[name][label].problem}")
    if missing:
        print(f"Still to be marked by hand: {missing} answers, in {folder}")
    return {name: gradebooks.Result(entry, given[name]) for name, entry in marked.items()}


def _write(results, assignment, output, students, anonymous):
    """Write the tables and what each student reads."""
    exercises, seed = assignment["exercises"], assignment["seed"]
    codes = {name: hand.code_of(name, seed) for name in results} if anonymous else None
    gradebooks.write_grades(output / "grades.csv", results, exercises, codes)
    for name, result in results.items():
        path = output / "feedback" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(gradebooks.feedback(result, exercises), encoding="utf-8")
    who = {name: gradebooks.identify(name, students) for name in results}
    unknown = sorted(name for name in results if not who[name])
    if unknown and len(unknown) < len(results):
        print(f"Nobody on the list is named by: {', '.join(unknown)}")
    handed_in = [row for row in who.values() if row]
    if absent := [next(iter(row.values())) for row in students if row not in handed_in]:
        print(f"Nothing handed in by: {', '.join(absent)}")
    for name, count in (
        (
            "canvas.csv",
            gradebooks.write_canvas(
                output / "canvas.csv", assignment["title"], results, exercises, who
            ),
        ),
        ("moodle.csv", gradebooks.write_moodle(output / "moodle.csv", results, exercises, who)),
    ):
        if count:
            print(f"Wrote {output / name}, with {count} totals")


def _compare(notebooks, assignment, path):
    """Name the answers that are nearly the same."""
    pairs = []
    for exercise in assignment["exercises"]:
        if exercise["by_machine"]:
            tokens = {
                name: likeness.code_tokens(_code(notebook, exercise["answer"]), exercise["answer"])
                for name, notebook in notebooks.items()
            }
            solution = likeness.code_tokens(exercise["solution"], exercise["answer"])
        else:
            tokens = {
                name: likeness.words(
                    "\n".join(
                        cell.source for cell in hand.answer_cells(notebook, exercise["label"])
                    )
                )
                for name, notebook in notebooks.items()
            }
            solution = likeness.words(exercise["solution"])
        pairs += likeness.alike(exercise["title"], tokens, solution)
    lines = [
        f"- {pair.title}: `{pair.first}` and `{pair.second}`, {pair.share:.0%}" for pair in pairs
    ]
    path.write_text("\n".join([_ALIKE, "", *(lines or ["None."])]) + "\n", encoding="utf-8")
    if pairs:
        print(f"Nearly the same answers, {len(pairs)} pairs: read {path}")


def _code(notebook, name):
    """Return the last cell of a notebook that defines a function."""
    found = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and f"def {name}(" in cell.source
    ]
    return found[-1] if found else ""


def main(arguments=None):
    """Run the command line; return how many submissions could not be graded."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.assignments.marking", description=__doc__
    )
    parser.add_argument("submissions", type=Path, help="a folder of notebooks")
    parser.add_argument("autograder", type=Path, help="the assignment's autograder.zip")
    parser.add_argument("--output", type=Path, help="default: the folder of the submissions")
    parser.add_argument("--roster", type=Path, help="the students, as Canvas or Moodle export them")
    parser.add_argument(
        "--anonymous", action="store_true", help="codes in place of names, for marking by hand"
    )
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
            roster=options.roster,
            anonymous=options.anonymous,
        )
    except (OSError, ValueError) as error:
        parser.error(str(error))
    failed = [name for name, entry in marked.items() if entry.status != "graded"]
    print(f"Wrote {output / 'grades.csv'} and {output / 'feedback'}")
    if failed:
        print(f"Not graded: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    main()  # what could not be graded is named; the table is there
