"""Write a chapter's assignment: two notebooks, an autograder and a sheet.

``python -m mlmath_lib.workshop.assignments.folder models/k_means_clustering`` or ``… all``.
"""

import argparse
import ast
import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from otter.generate import main as generate

from mlmath_lib.exercises import SECONDS
from mlmath_lib.workshop.assignments.dependencies import needed
from mlmath_lib.workshop.assignments.grading import REFERENCE
from mlmath_lib.workshop.assignments.students import students_notebook
from mlmath_lib.workshop.chapter import Chapter, read_exercises, reading_time
from mlmath_lib.workshop.checkout import root

ROOT = root()
CHAPTERS = ROOT / "chapters"
OUTPUT = ROOT / "_build" / "assignments"
ON_GRADESCOPE = "/autograder/source/files"  # where otter-grader unpacks what it carries

LIMITS = "mlmath_lib.workshop.assignments.limits.Limits"

# Each test is worth a quarter of the points.
TEST = """\
OK_FORMAT = False

from otter.test_files import test_case

from mlmath_lib.workshop.assignments.grading import grade

name = "{label}"
points = {points}


@test_case(name="the cases shown", points={quarter})
def test_shown(env):
    grade("{label}", env)


@test_case(name="half of the fresh cases", points={quarter}, hidden=True)
def test_half(env):
    grade("{label}", env, share=1 / 2)


@test_case(name="three quarters of the fresh cases", points={quarter}, hidden=True)
def test_three_quarters(env):
    grade("{label}", env, share=3 / 4)


@test_case(name="all fresh cases", points={quarter}, hidden=True)
def test_all(env):
    grade("{label}", env, share=1)
"""


def write_assignment(
    chapter, output=OUTPUT, *, seed=None, wheel=None, seconds_per_cell=60, seconds_per_call=SECONDS
):
    """Write the folder of one assignment from its chapter.

    Parameters
    ----------
    chapter : Path
        The chapter's notebook.
    output : Path
        The folder of all assignments; this one goes to ``<part>/<topic>`` in it.
    seed : int, optional
        Decides the fresh cases; by default a new one is drawn for each assignment.
    wheel : Path, optional
        The library as a wheel, which the autograder carries to other machines.
    seconds_per_cell : float, default 60
        After which a cell of a submission is stopped.
    seconds_per_call : float, default 20
        After which a call of an answer counts as wrong, as in the student's own check.

    Returns
    -------
    Path
        The folder, with ``student/`` and ``instructor/`` (a notebook each),
        ``autograder.zip`` and ``sheet.md``.

    Raises
    ------
    ValueError
        If an exercise of the chapter is incomplete.

    References
    ----------
    otter-grader, "Otter Generate".
    https://otter-grader.readthedocs.io/en/latest/otter_generate/index.html
    """
    notebook = nbformat.read(chapter, as_version=4)
    exercises = read_exercises(notebook)
    folder = Path(output) / chapter.parent.name / chapter.stem
    for kind, content in (
        ("student", _introduced(students_notebook(notebook), exercises)),
        ("instructor", notebook),
    ):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        nbformat.write(_detached(content), folder / kind / chapter.name)
    (folder / "sheet.md").write_text(sheet(notebook, exercises), encoding="utf-8")
    seed = secrets.randbits(32) if seed is None else seed
    seconds = {"seconds_per_cell": seconds_per_cell, "seconds_per_call": seconds_per_call}
    config = {"plugins": [{LIMITS: seconds}]}
    _write_autograder(folder / "autograder.zip", notebook, exercises, seed, config, wheel)
    return folder


def sheet(notebook, exercises):
    """Return the assignment's sheet: objectives, prerequisites, time and points.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The chapter.
    exercises : list of Exercise
        What `read_exercises` found in it.

    Returns
    -------
    str
        Markdown.
    """
    chapter = Chapter(notebook)
    lines = [f"# {chapter.title}: assignment", "", _detach(notebook.cells[1].source), ""]
    lines += [f"Reading time: {reading_time(chapter)} minutes.", "", "## Points", ""]
    lines += ["| exercise | label | points | graded |", "|---|---|---|---|"]
    for exercise in exercises:
        how = "by the autograder" if exercise.by_machine else "by hand"
        lines.append(f"| {exercise.title} | `{exercise.label}` | {exercise.points} | {how} |")
    lines += ["", _summary(exercises), ""]
    by_hand = [exercise for exercise in exercises if not exercise.by_machine]
    if by_hand:
        lines += ["## Marks for what is graded by hand", ""]
        lines += [
            f"- **{exercise.title}** ({exercise.label}): {exercise.marks}" for exercise in by_hand
        ]
    return "\n".join(lines) + "\n"


def _summary(exercises):
    total = sum(exercise.points for exercise in exercises)
    by_machine = sum(exercise.points for exercise in exercises if exercise.by_machine)
    return (
        f"{total} points: {by_machine} by the autograder, a quarter of each exercise for the "
        f"cases shown and the rest for fresh ones; {total - by_machine} by hand."
    )


def _introduced(notebook, exercises):
    """Put a cell under the title that says what to do."""
    text = (
        "**Assignment.** Work through the chapter. In the exercises, put your code in place of "
        "each `...`, keep the function's name, and run the cell after it, which calls `check`: "
        "it says `correct`, or what to look at. Proofs and explanations go into the cells that "
        "say *Your answer*. Hand in this notebook under its name. " + _summary(exercises)
    )
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(text, id="assignment"))
    return notebook


def _detached(notebook):
    """Make a notebook that can leave its folder: no link to a neighbour's file."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _detach(cell.source)
    return notebook


def _detach(text):
    """Turn relative links to chapters into links to the site, if its address is known."""
    site = os.environ.get("MLMATH_SITE_URL", "").rstrip("/")

    def replace(match):
        if not site:
            return match[1]
        page = re.sub(r"^(\.\./)*", "", match[2])
        return f"[{match[1]}]({site}/chapters/{page}.html)"

    return re.sub(r"\[([^\]]+)\]\((\.\./[\w/]+|\w+)\.(?:ipynb|md)\)", replace, text)


def _write_autograder(path, notebook, exercises, seed, config, wheel):
    """Write the tests, the worked solutions and the library as otter-grader's zip file."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "tests").mkdir()
        for exercise in exercises:
            if exercise.by_machine:
                text = TEST.format(quarter=exercise.points // 4, **exercise._asdict())
                (folder / "tests" / f"{exercise.label}.py").write_text(text, encoding="utf-8")
        stored = {
            "title": Chapter(notebook).title,
            "seed": seed,
            "cells": _solutions(notebook, exercises),
            "exercises": [_for_markers(notebook, exercise) for exercise in exercises],
        }
        (folder / REFERENCE).write_text(json.dumps(stored), encoding="utf-8")
        files = [folder / REFERENCE]
        requirements = folder / "requirements.txt"
        requirements.touch()
        if wheel:
            files.append(Path(shutil.copy(wheel, folder)))
            requirements.write_text(f"{ON_GRADESCOPE}/{wheel.name}\n")
        (folder / "otter_config.json").write_text(json.dumps(config), encoding="utf-8")
        path = path.resolve()
        with contextlib.chdir(folder):  # otter takes the names of files from where it runs
            generate(
                tests_dir="tests",
                output_path=str(path),
                config="otter_config.json",
                requirements=requirements.name,
                files=[file.name for file in files],
                python_version="{}.{}".format(*sys.version_info),
            )


def _solutions(notebook, exercises):
    """Return the worked solutions and their checks, after what they depend on."""
    solved = [exercise for exercise in exercises if exercise.by_machine]
    gates = {number for exercise in exercises for number in exercise.solution_cells}
    before = [
        cell.source
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and number not in gates
        if "raises-exception" not in cell.metadata.get("tags", ())
    ]
    after = []
    for exercise in solved:
        after += [_definitions(notebook.cells[number - 1].source) for number in exercise.code_cells]
        after.append(notebook.cells[exercise.check_cell - 1].source)
    return [*needed(before, "\n".join(after)), *after]


def _for_markers(notebook, exercise):
    """Return what marking needs of an exercise: its statement and its solution as text."""
    cells = exercise.code_cells if exercise.by_machine else exercise.solution_cells
    kept = ("label", "title", "points", "by_machine", "answer", "marks")
    return {key: getattr(exercise, key) for key in kept} | {
        "statement": notebook.cells[exercise.statement_cell - 1].source,
        "solution": "\n\n".join(notebook.cells[number - 1].source for number in cells),
    }


def _definitions(source):
    """Return a solution without the experiments that follow its function."""
    kept = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return ast.unparse([node for node in ast.parse(source).body if isinstance(node, kept)])


def build_wheel(folder):
    """Build the library as a wheel for machines that do not have it.

    Parameters
    ----------
    folder : Path
        Where to put it.

    Returns
    -------
    Path
        The wheel.
    """
    with tempfile.TemporaryDirectory() as copy:  # a build leaves its traces where it runs
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        shutil.copytree(ROOT / "mlmath_lib", Path(copy, "mlmath_lib"))
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", copy]
        subprocess.run([*command, "--wheel-dir", str(folder)], check=True)
    return next(Path(folder).glob("mlmath_lib-*.whl"))


def main(arguments=None):
    """Run the command line; return how many assignments could not be written."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.assignments.folder", description=__doc__
    )
    parser.add_argument("chapters", nargs="+", metavar="part/topic", help="or: all")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the folders go")
    parser.add_argument("--seed", type=int, help="decides the fresh cases (default: drawn anew)")
    options = parser.parse_args(arguments)
    names = options.chapters
    if names == ["all"]:
        names = [f"{path.parent.name}/{path.stem}" for path in sorted(CHAPTERS.glob("*/*.ipynb"))]
    missing = [name for name in names if not (CHAPTERS / f"{name}.ipynb").is_file()]
    if missing:
        parser.error(f"no such chapter: {', '.join(missing)}. Try models/k_means_clustering")
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(folder)
        for name in names:
            try:
                path = CHAPTERS / f"{name}.ipynb"
                print(write_assignment(path, options.output, seed=options.seed, wheel=wheel))
            except ValueError as error:
                failures += 1
                print(f"{name}: not written. {error}")
    return failures


if __name__ == "__main__":
    sys.exit(min(main(), 1))
