"""Assignments, by use: right, empty and wrong answers through otter-grader itself."""

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlmath_lib.exercises import CheckFailed
from mlmath_lib.workshop.assignments import read_exercises, students_notebook
from mlmath_lib.workshop.assignments.grading import fresh_options, grade, load_reference

pytest.importorskip("otter", reason="otter-grader is not installed: make test installs it")

from mlmath_lib.workshop.assignments.folder import main as write_main
from mlmath_lib.workshop.assignments.folder import sheet, write_assignment
from mlmath_lib.workshop.assignments.marking import main as mark_main
from mlmath_lib.workshop.assignments.marking import mark, mark_folder

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*/*.ipynb"))
FASTEST = next(path for path in CHAPTERS if path.stem == "compound_growth")
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: f"{path.stem}.assignment")


class WrongAnswer(NamedTuple):
    """A realistic mistake, and what must happen to it."""

    what: str
    code: str
    passes_shown: bool
    message: str


def wrong_answers(chapter):
    """Read ``wrong_answers/<part>/<topic>.md`` by the labels of the exercises."""
    folder = Path(__file__).parents[1] / "wrong_answers"
    text = (folder / chapter.parent.name / f"{chapter.stem}.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^## (ex-[\w-]+): ([^\n]+)\n\n```python\n(.+?)\n```\n\n"
        r"Fails on: (cases shown|fresh cases)\. Says: `([^\n]+)`$",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert len(found) == text.count("\n## ") >= 2
    return {
        label: WrongAnswer(what, code, part == "fresh cases", message)
        for label, what, code, part, message in found
    }


def read(path):
    return nbformat.read(path, as_version=4)


def answered(student, answers):
    """Return a student's notebook with other code in place of the stubs, by label."""
    student = nbformat.from_dict(json.loads(json.dumps(student)))
    names = {label: re.search(r"^def (\w+)", code, re.M)[1] for label, code in answers.items()}
    for label, code in answers.items():
        [cell] = [
            cell
            for cell in student.cells
            if cell.cell_type == "code" and re.search(rf"^def {names[label]}\(", cell.source, re.M)
            if cell.source.rstrip().endswith("...")
        ]
        cell.source = code
    return student


def points(notebook):
    """Return the points of what the machine marks, by label."""
    return {
        exercise.label: exercise.points
        for exercise in read_exercises(notebook)
        if exercise.by_machine
    }


@each_chapter
def test_the_students_notebook_gives_nothing_away(path):
    notebook = read(path)
    student = students_notebook(notebook)
    texts = "\n".join(cell.source for cell in student.cells)
    outputs = [output for cell in student.cells for output in cell.get("outputs", ())]
    for exercise in read_exercises(notebook):
        assert f":label: {exercise.label}\n" in texts
        assert exercise.hint in texts
        assert exercise.result not in texts
        given_away = {notebook.cells[number - 1].source for number in exercise.solution_cells}
        if exercise.by_machine:
            given_away.discard(notebook.cells[exercise.check_cell - 1].source)
            assert f"def {exercise.answer}(" in texts
            assert f'"{exercise.label}"' in texts  # the check
            for number in exercise.code_cells:
                for output in notebook.cells[number - 1].outputs:
                    assert output not in outputs
        else:
            assert f"({exercise.points} points, graded by hand)" in texts
            assert exercise.marks not in texts
        assert not any(source in texts for source in given_away)
    for cell in student.cells:
        assert "source_hidden" not in str(cell.metadata)
        if cell.cell_type == "code":
            compile(cell.source, path.stem, "exec")


@each_chapter
def test_right_and_wrong_answers_get_their_marks(path, tmp_path):
    """One submission with the worked solutions; one with mistakes, and nothing elsewhere."""
    notebook = read(path)
    folder = write_assignment(path, tmp_path, seed=0, seconds_per_call=4)
    submissions = tmp_path / "submissions"
    submissions.mkdir()
    shutil.copy(folder / "instructor" / path.name, submissions / "instructor.ipynb")
    wrong = wrong_answers(path)
    codes = {label: mistake.code for label, mistake in wrong.items()}
    student = answered(read(folder / "student" / path.name), codes)
    nbformat.write(student, submissions / "wrong.ipynb")

    marked = mark_folder(submissions, folder / "autograder.zip", tmp_path, jobs=1)
    full = points(notebook)
    assert {entry.status for entry in marked.values()} == {"graded"}
    assert marked["instructor"].scores == full, marked["instructor"].messages
    assert not any(marked["instructor"].messages.values())
    partial = {
        label: full[label] // 4 if mistake.passes_shown else 0 for label, mistake in wrong.items()
    }
    assert marked["wrong"].scores == dict.fromkeys(full, 0) | partial, marked["wrong"].messages
    for label, mistake in wrong.items():
        assert re.search(mistake.message, marked["wrong"].messages[label]), mistake.what
    for label in full.keys() - wrong.keys():
        assert "is None" in marked["wrong"].messages[label]


@pytest.mark.parametrize("topic", ["compound_growth", "k_means_clustering"])
def test_an_untouched_notebook_gets_nothing(topic, tmp_path):
    [path] = [path for path in CHAPTERS if path.stem == topic]
    folder = write_assignment(path, tmp_path, seed=0)
    marked = mark_folder(folder / "student", folder / "autograder.zip", tmp_path, jobs=1)
    full = points(read(path))
    assert marked[topic].status == "graded"
    assert marked[topic].scores == dict.fromkeys(full, 0)
    feedback = (tmp_path / "feedback" / f"{topic}.md").read_text()
    assert re.findall(r"^- `(ex-[\w-]+)`: 0", feedback, re.M) == list(full)  # the chapter's order


def test_twenty_submissions_make_one_table(tmp_path, capsys):
    folder = write_assignment(FASTEST, tmp_path, seed=1, seconds_per_cell=3)
    right = read(folder / "instructor" / FASTEST.name)
    submissions = tmp_path / "submissions"
    (submissions / "late").mkdir(parents=True)
    for number in range(16):
        nbformat.write(right, submissions / f"student {number:02}.ipynb")
    (submissions / "broken.ipynb").write_text('{"cells": [')
    (submissions / "late" / "empty.ipynb").write_text('{"notes": 1}')
    (submissions / "late" / "printed.html").write_text("<p>My answers</p>")
    (submissions / "._student 00.ipynb").write_bytes(b"a Mac's note")

    def with_cell(source, name):
        cells = [*right.cells, new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata=right.metadata), submissions / name)

    with_cell("while True:\n    pass", "endless.ipynb")
    with_cell("import os\n\nos._exit(1)", "killed.ipynb")

    (submissions / "grades.csv").write_text(
        'submission,"ex-compound-growth-sandwich (by hand, of 8)"\nstudent 01,7.5\n'
    )
    failed = mark_main([str(submissions), str(folder / "autograder.zip"), "--minutes", "2"])
    with open(submissions / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert len(rows) == 20
    total = "automatic (of 24)"
    assert failed == 3
    assert [name for name, row in rows.items() if row[total] == ""] == [
        "broken",
        "killed",
        "late/empty",
    ]
    assert {row[total] for name, row in rows.items() if row["status"] == "graded"} == {"24"}
    assert rows["endless"]["status"] == "graded"
    assert "cannot be read as a notebook" in rows["broken"]["status"]
    assert rows["late/empty"]["status"] == "not graded: it is no notebook"
    assert rows["killed"]["status"].startswith("not graded: its kernel died")
    assert rows["student 00"]["ex-compound-growth-sandwich (by hand, of 8)"] == ""
    assert rows["student 01"]["ex-compound-growth-sandwich (by hand, of 8)"] == "7.5"
    said = capsys.readouterr().out
    assert "Not graded: broken, killed, late/empty" in said
    assert "No notebook, so passed over: late/printed.html\n" in said
    feedback = (submissions / "feedback" / "student 00.md").read_text()
    assert "- `ex-compound-growth-sandwich`: graded by hand, of 8" in feedback
    feedback = (submissions / "feedback" / "late" / "empty.md").read_text()
    assert feedback.startswith("not graded: it is no notebook")


def test_a_careless_notebook_is_graded(tmp_path):
    """It ends the kernel, eats the memory, moves, makes warnings errors, is from elsewhere."""
    folder = write_assignment(FASTEST, tmp_path, seed=2)
    right = read(folder / "instructor" / FASTEST.name)
    right.metadata["kernelspec"] = {"name": "conda-env-ml", "display_name": "ML"}
    careless = [
        "exit()",
        "everything = np.empty(2**30)\ndel log_one_plus",  # 8 GiB: refused, so nothing is deleted
        "import os, tempfile\n\nos.chdir(tempfile.mkdtemp())",
        "open, high, low, close = 1, 2, 3, 4",
        "import warnings\n\nnp.seterr(all='raise')\nwarnings.simplefilter('error')",
    ]
    right.cells += map(new_code_cell, careless)
    path = tmp_path / "Jürgens Größen [2].ipynb"
    path.write_text(nbformat.writes(right), encoding="utf-8-sig", newline="\r\n")
    marked = mark(path, folder / "autograder.zip")
    assert marked.status == "graded"
    assert marked.scores == marked.possible, marked.messages


def test_writing_again_replaces_all_and_keeps_what_lies_beside(tmp_path):
    chapter = tmp_path / "part" / "small.ipynb"
    chapter.parent.mkdir()
    for label in ("ex-small-size", "ex-small-renamed"):
        notebook = small_chapter()
        for cell in notebook.cells:
            cell.source = cell.source.replace("ex-small-size", label)
        nbformat.write(notebook, chapter)
        folder = write_assignment(chapter, tmp_path / "assignments", seed=2)
        (folder / "student" / "data.csv").touch()
    assert (folder / "student" / "data.csv").exists()
    with zipfile.ZipFile(folder / "autograder.zip") as file:
        tests = [name for name in file.namelist() if name.startswith("tests/ex-")]
    assert tests == ["tests/ex-small-renamed.py"]
    for name in ("sheet.md", "student/small.ipynb", "instructor/small.ipynb"):
        assert "ex-small-size" not in (folder / name).read_text()


def test_a_submission_cannot_overwrite_what_it_is_compared_with(tmp_path):
    """A student's own `check`, data and helper functions do not reach the worked solution."""
    folder = write_assignment(FASTEST, tmp_path, seed=2)
    student = read(folder / "student" / FASTEST.name)
    student.cells.append(new_code_cell("def check(*args, **kwargs):\n    print('correct')"))
    student.cells.append(
        new_code_cell(
            "import mlmath_lib.exercises\n\nmlmath_lib.exercises.check = check\n"
            "e_by_limit = np.log = None"
        )
    )
    nbformat.write(student, tmp_path / "cheat.ipynb")
    marked = mark(tmp_path / "cheat.ipynb", folder / "autograder.zip")
    assert sum(marked.scores.values()) == 0


def test_what_takes_too_long_is_given_up(tmp_path):
    folder = write_assignment(FASTEST, tmp_path, seed=3, seconds_per_cell=600)
    student = read(folder / "student" / FASTEST.name)
    student.cells.append(new_code_cell("import time\n\ntime.sleep(600)"))
    nbformat.write(student, tmp_path / "asleep.ipynb")
    marked = mark(tmp_path / "asleep.ipynb", folder / "autograder.zip", minutes=0.15)
    assert marked.status == "not graded: it did not end within 0.15 minutes"
    assert marked.scores == {}


def small_chapter():
    """Return a chapter with an exercise whose fresh cases are of both signs."""
    cells = [
        new_markdown_cell("# Small"),
        new_markdown_cell("**You need** [doubling](../basics/doubling.ipynb)."),
        new_code_cell("from mlmath_lib.exercises import check"),
        new_markdown_cell(
            "```{exercise} Size\n:label: ex-small-size\n\nWrite `size`.\n\n*4 points*\n```\n\n"
            "```{hint}\n:class: dropdown\n\nTwo cases.\n```"
        ),
        new_markdown_cell(
            "```{admonition} Result\n:class: dropdown\n\nOf -3 it is 3.\n```\n\n"
            "```{solution-start} ex-small-size\n:class: dropdown\n```\n\nBy its sign."
        ),
        new_code_cell(
            'import math\n\n\ndef size(x):\n    """Return the size of x."""\n'
            "    return math.sqrt(x**2)\n\n\nprint(size(-3))",
            metadata={"tags": ["solution"]},
        ),
        new_code_cell(
            'check("ex-small-size", size, on=[(2.0,), (3.0,)], equals=[2.0, 3.0],\n'
            "    fresh=lambda rng: (rng.normal(),))"
        ),
        new_markdown_cell("```{solution-end}\n```"),
        new_markdown_cell("## Summary"),
    ]
    return new_notebook(cells=cells)


def test_an_exercise_is_read_with_its_steps():
    [exercise] = read_exercises(small_chapter())
    assert exercise == exercise._replace(
        label="ex-small-size",
        title="Size",
        points=4,
        by_machine=True,
        hint="Two cases.",
        result="Of -3 it is 3.",
        marks="",
        statement_cell=4,
        solution_cells=[5, 6, 7, 8],
        code_cells=[6],
        check_cell=7,
        answer="size",
    )


def test_a_stub_keeps_imports_signature_and_docstring():
    sources = [cell.source for cell in students_notebook(small_chapter()).cells]
    assert sources[4] == 'import math\n\n\ndef size(x):\n    """Return the size of x."""\n    ...'
    assert sources[5].startswith('check("ex-small-size"')
    assert sources[6] == "## Summary"


def test_the_sheet_says_what_is_needed_and_given():
    text = sheet(small_chapter(), read_exercises(small_chapter()))
    assert text.startswith("# Small: assignment")
    assert "**You need** doubling." in text  # the link leads nowhere outside the book
    assert "Reading time: 5 minutes." in text
    assert "| Size | `ex-small-size` | 4 | by the autograder |" in text
    assert "4 points: 4 by the autograder" in text


def test_links_lead_to_the_site_once_it_has_an_address(monkeypatch):
    monkeypatch.setenv("MLMATH_SITE_URL", "https://book.example/")
    text = sheet(small_chapter(), read_exercises(small_chapter()))
    assert "[doubling](https://book.example/chapters/basics/doubling.html)" in text


@pytest.fixture
def reference(tmp_path, monkeypatch):
    """Store the small chapter's code where a submission's kernel finds it."""
    monkeypatch.chdir(tmp_path)
    cells = [
        {"source": cell.source, "fails": False}
        for cell in small_chapter().cells
        if cell.cell_type == "code"
    ]
    path = tmp_path / "reference.json"
    path.write_text(json.dumps({"seed": 4, "cells": cells}))
    return path


@pytest.mark.usefixtures("reference")
def test_fresh_cases_catch_what_the_shown_ones_let_through():
    for answer, shown_only in ((abs, False), (lambda x: x, True)):
        grade("ex-small-size", {"size": answer}, fresh=False)
        if shown_only:
            with pytest.raises(CheckFailed, match=r"right but for its sign"):
                grade("ex-small-size", {"size": answer}, fresh=True)
        else:
            grade("ex-small-size", {"size": answer}, fresh=True)


@pytest.mark.usefixtures("reference")
def test_a_missing_answer_is_named():
    with pytest.raises(CheckFailed, match=r"there is no function size: was it renamed"):
        grade("ex-small-size", {}, fresh=False)


def test_fresh_cases_depend_on_seed_and_exercise(reference):
    _, options = load_reference(str(reference)).checks["ex-small-size"]
    drawn = {
        (label, seed): fresh_options(label, abs, options, seed=seed)
        for label in ("ex-a", "ex-b")
        for seed in (1, 2)
    }
    assert len({str(case["on"]) for case in drawn.values()}) == 4
    again = fresh_options("ex-a", abs, options, seed=1)
    assert again["on"] == drawn["ex-a", 1]["on"]
    assert again["equals"] == [abs(x) for (x,) in again["on"]]


def test_a_chapter_that_does_not_run_is_named(tmp_path):
    path = tmp_path / "reference.json"
    cells = [{"source": "1 / 0", "fails": True}, {"source": "import nowhere", "fails": False}]
    path.write_text(json.dumps({"seed": 0, "cells": cells}))
    with pytest.raises(RuntimeError, match=r"does not run here: ModuleNotFoundError"):
        load_reference(str(path))


def test_a_typed_command_names_the_remedy(tmp_path, capsys):
    with pytest.raises(SystemExit):
        write_main(["models/nothing", "--output", str(tmp_path)])
    assert "no such chapter: models/nothing. Try models/k_means" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        mark_main([str(tmp_path), str(tmp_path / "autograder.zip")])
    assert "no notebook in" in capsys.readouterr().err
    nbformat.write(new_notebook(), tmp_path / "empty.ipynb")
    with pytest.raises(SystemExit):
        mark_main([str(tmp_path), str(tmp_path / "autograder.zip")])
    assert "write it with `make assignment`" in capsys.readouterr().err


def test_the_command_writes_what_other_machines_need(tmp_path, capsys):
    """The autograder carries the library, and otter's set-up installs it."""
    assert write_main(["foundations/compound_growth", "--output", str(tmp_path)]) == 0
    folder = tmp_path / "foundations" / "compound_growth"
    assert capsys.readouterr().out.strip() == str(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    notebooks = {f"{kind}/compound_growth.ipynb" for kind in ("student", "instructor")}
    assert names == notebooks | {"autograder.zip", "sheet.md"}
    with zipfile.ZipFile(folder / "autograder.zip") as file:
        [wheel] = [name for name in file.namelist() if name.endswith(".whl")]
        assert f"/autograder/source/{wheel}" in file.read("environment.yml").decode()
        (tmp_path / "wheel.whl").write_bytes(file.read(wheel))
    with zipfile.ZipFile(tmp_path / "wheel.whl") as file:
        assert {"mlmath_lib/book.mplstyle", "mlmath_lib/data/penguins.csv"} <= set(file.namelist())
