"""Assignments, by use: right, empty and wrong answers, for some chapters through otter-grader."""

import contextlib
import csv
import json
import multiprocessing
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlmath_lib import exercises
from mlmath_lib.exercises import CheckFailed
from mlmath_lib.workshop.assignments import read_exercises, students_notebook
from mlmath_lib.workshop.assignments.grading import (
    REFERENCE,
    fresh_options,
    grade,
    load_reference,
)

pytest.importorskip("otter", reason="otter-grader is not installed: make test installs it")

from otter.test_files.exception_test import ExceptionTestFile

from mlmath_lib.workshop.assignments.folder import main as write_main
from mlmath_lib.workshop.assignments.folder import sheet, write_assignment
from mlmath_lib.workshop.assignments.marking import main as mark_main
from mlmath_lib.workshop.assignments.marking import mark, mark_folder

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*/*.ipynb"))
FASTEST = next(path for path in CHAPTERS if path.stem == "compound_growth")


def name(chapter):
    return f"{chapter.parent.name}/{chapter.stem}"


each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=name)
# One that is quick, one with answers that do not end, one with a long reference.
through_otter = pytest.mark.parametrize(
    "path",
    [path for path in CHAPTERS if path.stem in {FASTEST.stem, "k_means_clustering", "chain_rule"}],
    ids=name,
)


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
        if "hide-input" not in cell.metadata.get("tags", ()):  # nothing else is folded
            assert "source_hidden" not in str(cell.metadata)
        if cell.cell_type == "code":
            compile(cell.source, path.stem, "exec")


def in_a_fork(function):
    """Return what a function returns in a copy of this process, which ends with it."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(function()))
    process.start()
    sender.close()  # so that a copy that dies is an end of the pipe, not a wait for ever
    returned = receiver.recv()
    process.join()
    return returned


class Tried(NamedTuple):
    """What otter-grader's test file says of one answer."""

    score: float
    passes_shown: bool
    said: str


def try_answer(label, answers, seconds=(exercises.SECONDS, exercises.SECONDS)):
    """Run the autograder's test of one exercise here, without a kernel.

    `seconds` is for a call on the cases shown, and on a fresh one.
    """
    test = ExceptionTestFile.from_file(f"../tests/{label}.py")
    score, said, passed = 0, "", []
    for case in test.test_cases:
        exercises.SECONDS = seconds[case.hidden]
        test.test_cases = [case]
        test.run(answers)
        score += test.score
        passed += [result.passed for result in test.test_case_results]
        said += "".join(result.message for result in test.test_case_results if not result.passed)
    return Tried(score, passed[0], said)


@pytest.fixture
def tried(path, tmp_path):
    """What the worked solutions, the mistakes and the stubs of a chapter get, by label.

    The worked solutions are loaded once, as in a submission's kernel, and each answer is
    tried in a fork of that process.
    """
    folder = write_assignment(path, tmp_path, seed=0)
    with zipfile.ZipFile(folder / "autograder.zip") as file:
        file.extractall(tmp_path / "autograder")
    student = read(folder / "student" / path.name)
    wrong = wrong_answers(path)

    def answer(checks, label, code):
        solution, _ = checks[label]
        names = dict(solution.__globals__)  # what the chapter's code made
        exec(code, names)
        return {solution.__name__: names[solution.__name__]}

    def wrong_one(checks, label):
        # A loop without end costs what it is given; what ends gets all the time it needs.
        mistake = wrong[label]
        seconds = [exercises.SECONDS, exercises.SECONDS]
        if "does not end" in mistake.message:
            seconds = [exercises.SECONDS if mistake.passes_shown else 0.2, 0.2]
        return try_answer(label, answer(checks, label, mistake.code), seconds)

    def all_of_them():
        os.chdir(tmp_path / "autograder" / "files")
        checks = load_reference(str(Path(REFERENCE).resolve())).checks
        right = {
            label: try_answer(label, {solution.__name__: solution})
            for label, (solution, _) in checks.items()
        }
        stubs = {
            label: try_answer(label, answer(checks, label, stub(student, solution.__name__)))
            for label, (solution, _) in checks.items()
        }
        mistakes = {
            label: in_a_fork(lambda label=label: wrong_one(checks, label)) for label in wrong
        }
        return right, mistakes, stubs

    return in_a_fork(all_of_them)


def stub(student, name):
    """Return the code of the cell in which a function is to be written."""
    [source] = [
        cell.source
        for cell in student.cells
        if cell.cell_type == "code" and re.search(rf"^def {name}\(", cell.source, re.M)
        if cell.source.rstrip().endswith("...")
    ]
    return source


@each_chapter
def test_each_check_works_alone(path, capfd):
    """In a fresh kernel, after nothing but the function to be written."""
    notebook = read(path)
    student = students_notebook(notebook)
    checks = {
        exercise.label: [
            stub(student, exercise.answer),
            *(
                cell.source
                for cell in student.cells
                if cell.cell_type == "code"
                and re.search(rf'check\(\s*"{exercise.label}"', cell.source)
            ),
        ]
        for exercise in read_exercises(notebook)
        if exercise.by_machine
    }

    def run_all():
        for sources in checks.values():
            names = {}
            for source in sources:
                exec(source, names)

    in_a_fork(run_all)
    said = capfd.readouterr().out
    assert said.splitlines() == [f"{label}: not answered yet" for label in checks]


def test_the_students_notebook_runs_to_its_end(capfd):
    student = students_notebook(read(FASTEST))

    def run_all():
        names = {}
        for cell in student.cells:
            if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", ()):
                exec(cell.source, names)

    in_a_fork(run_all)
    assert capfd.readouterr().out.count("not answered yet") == len(points(read(FASTEST)))


@each_chapter
def test_right_and_wrong_answers_get_their_marks(path, tried):
    """The worked solutions get all points, mistakes what is said of them, stubs nothing."""
    full, wrong = points(read(path)), wrong_answers(path)
    right, mistakes, stubs = tried
    assert {label: entry.score for label, entry in right.items()} == full, right
    for label, mistake in wrong.items():
        entry = mistakes[label]
        assert entry.passes_shown == mistake.passes_shown, (mistake.what, entry.said)
        assert entry.score < full[label], f"{mistake.what}: no fresh case finds it"
        assert re.search(mistake.message, entry.said), (mistake.what, entry.said)
    assert {label: entry.score for label, entry in stubs.items()} == dict.fromkeys(full, 0)


@through_otter
def test_otter_grader_gives_the_same_marks(path, tried, tmp_path):
    """One submission with the worked solutions, one with mistakes, one untouched."""
    folder = write_assignment(path, tmp_path, seed=0, seconds_per_call=4)
    submissions = tmp_path / "handed in"
    submissions.mkdir()
    shutil.copy(folder / "instructor" / path.name, submissions / "instructor.ipynb")
    shutil.copy(folder / "student" / path.name, submissions / "untouched.ipynb")
    codes = {label: mistake.code for label, mistake in wrong_answers(path).items()}
    student = answered(read(folder / "student" / path.name), codes)
    nbformat.write(student, submissions / "wrong.ipynb")

    marked = mark_folder(submissions, folder / "autograder.zip", tmp_path, jobs=1)
    right, mistakes, stubs = tried
    assert {entry.status for entry in marked.values()} == {"graded"}
    for name, expected in (
        ("instructor", right),
        ("wrong", stubs | mistakes),
        ("untouched", stubs),
    ):
        scores = {label: entry.score for label, entry in expected.items()}
        assert marked[name].scores == scores, marked[name].messages
    assert not any(marked["instructor"].messages.values())
    for label, mistake in wrong_answers(path).items():
        assert re.search(mistake.message, marked["wrong"].messages[label]), mistake.what


def test_a_folder_of_submissions_makes_one_table(tmp_path, capsys):
    folder = write_assignment(FASTEST, tmp_path, seed=1)
    right = read(folder / "instructor" / FASTEST.name)
    submissions = tmp_path / "submissions"
    (submissions / "late").mkdir(parents=True)
    for number in range(6):
        nbformat.write(right, submissions / f"student {number:02}.ipynb")
    (submissions / "broken.ipynb").write_text('{"cells": [')
    (submissions / "late" / "empty.ipynb").write_text('{"notes": 1}')
    (submissions / "late" / "printed.html").write_text("<p>My answers</p>")
    (submissions / "._student 00.ipynb").write_bytes(b"a Mac's note")

    def with_cell(source, name):
        cells = [*right.cells, new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata=right.metadata), submissions / name)

    with_cell("import time\n\nwhile True:\n    time.sleep(1)", "endless.ipynb")
    with_cell("import os\n\nos._exit(1)", "killed.ipynb")

    failed = mark_main([str(submissions), str(folder / "autograder.zip")])
    with open(submissions / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert len(rows) == 10
    by_machine = "A logarithm from a wrong sum (of 8)"
    assert failed == 3
    assert [name for name, row in rows.items() if row[by_machine] == ""] == [
        "broken",
        "killed",
        "late/empty",
    ]
    assert {row[by_machine] for row in rows.values() if row["status"] == "graded"} == {"8"}
    assert rows["endless"]["status"] == "graded"
    assert "cannot be read as a notebook" in rows["broken"]["status"]
    assert rows["late/empty"]["status"] == "not graded: it is no notebook"
    assert rows["killed"]["status"].startswith("not graded: its kernel died")
    said = capsys.readouterr().out
    assert "Not graded: broken, killed, late/empty" in said
    assert "No notebook, so passed over: late/printed.html\n" in said
    feedback = (submissions / "feedback" / "student 00.md").read_text()
    assert "- **A logarithm from a wrong sum**: 8 of 8\n" in feedback
    assert "- **Two sequences around $e$**: not marked yet\n" in feedback
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
        # A page never sees these widgets, and nbclient's stand-in for one trips over them.
        "from ipywidgets import Output\n\nfirst, second = Output(), Output()\n"
        "first.__enter__(), second.__enter__(), first.__exit__(None, None, None)\nfirst",
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


def test_what_takes_too_long_is_given_up(tmp_path, monkeypatch):
    """Nothing is left of it, even where no signal can stop its kernel."""
    monkeypatch.setenv("MLMATH_TEST", str(tmp_path))
    folder = write_assignment(FASTEST, tmp_path, seed=3, seconds_per_cell=600)
    student = read(folder / "student" / FASTEST.name)
    student.cells.insert(0, new_code_cell("import itertools\n\nsum(itertools.repeat(0))"))
    nbformat.write(student, tmp_path / "asleep.ipynb")
    marked = mark(tmp_path / "asleep.ipynb", folder / "autograder.zip", minutes=0.15)
    assert marked.status == "not graded: it did not end within 0.15 minutes"
    assert marked.scores == {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process != psutil.Process():
                assert process.environ().get("MLMATH_TEST") != str(tmp_path), process.cmdline()


def test_an_old_notebook_is_upgraded(tmp_path):
    folder = write_assignment(FASTEST, tmp_path, seed=4)
    right = nbformat.convert(read(folder / "instructor" / FASTEST.name), 3)
    (tmp_path / "old.ipynb").write_text(json.dumps(right), encoding="utf-8")
    marked = mark(tmp_path / "old.ipynb", folder / "autograder.zip")
    assert marked.scores == marked.possible != {}, marked


def test_a_submission_cannot_read_the_worked_solutions(tmp_path):
    """The file is gone before the first cell of a submission runs."""
    folder = write_assignment(FASTEST, tmp_path, seed=4)
    student = read(folder / "student" / FASTEST.name)
    student.cells.insert(
        0,
        new_code_cell(
            "import pathlib, json\nfor path in pathlib.Path('..').rglob('reference.json'):\n"
            "    exec('\\n'.join(json.loads(path.read_text())['cells']))"
        ),
    )
    nbformat.write(student, tmp_path / "reads.ipynb")
    marked = mark(tmp_path / "reads.ipynb", folder / "autograder.zip")
    assert set(marked.scores.values()) == {0}


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
        solution_cells=[5, 6, 7],
        code_cells=[6],
        check_cell=7,
        answer="size",
    )


def test_a_stub_keeps_imports_signature_and_docstring():
    sources = [cell.source for cell in students_notebook(small_chapter()).cells]
    assert sources[4] == 'import math\n\n\ndef size(x):\n    """Return the size of x."""\n    ...'
    assert sources[5].startswith('from mlmath_lib.exercises import check\n\ncheck("ex-small-size"')
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
    cells = [cell.source for cell in small_chapter().cells if cell.cell_type == "code"]
    path = tmp_path / "reference.json"
    path.write_text(json.dumps({"seed": 4, "cells": cells}))
    return path


@pytest.mark.usefixtures("reference")
def test_fresh_cases_catch_what_the_shown_ones_let_through():
    grade("ex-small-size", {"size": abs})
    grade("ex-small-size", {"size": abs}, share=1)
    grade("ex-small-size", {"size": lambda x: x})
    with pytest.raises(CheckFailed, match=r"right but for its sign"):
        grade("ex-small-size", {"size": lambda x: x}, share=1)


@pytest.mark.parametrize(
    ("right", "quarters"), [(9, 0), (10, 1), (14, 1), (15, 2), (19, 2), (20, 3)]
)
def test_marks_go_by_the_share_of_fresh_cases(reference, right, quarters):
    """A quarter each for half, three quarters and all of them."""
    _, options = load_reference(str(reference)).checks["ex-small-size"]
    cases = fresh_options("ex-small-size", abs, options, seed=4)["on"]
    known = {case: abs(*case) for case in cases[:right]}

    def size(x):
        return known.get((x,), -1)

    earned = 0
    for share in (1 / 2, 3 / 4, 1):
        with contextlib.suppress(CheckFailed):
            grade("ex-small-size", {"size": size}, share=share)
            earned += 1
    assert earned == quarters


@pytest.mark.usefixtures("reference")
def test_who_does_not_end_is_not_waited_for_again(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.1)
    calls = []

    def size(x):
        calls.append(x)
        while True:
            pass

    for share in (1 / 2, 1):
        with pytest.raises(CheckFailed, match="does not end within"):
            grade("ex-small-size", {"size": size}, share=share)
    assert len(calls) == 1


def test_a_case_on_which_the_worked_solution_does_not_end_is_passed_over(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.1)
    options = {"fresh": lambda rng: (rng.normal(),), "equals": []}
    drawn = fresh_options("ex-a", float, options, seed=0)
    [endless] = drawn["on"][3]

    def solution(x):
        while x == endless:
            pass
        return x

    again = fresh_options("ex-a", solution, options, seed=0)
    assert len(again["on"]) == len(drawn["on"])
    assert again["on"][:-1] == drawn["on"][:3] + drawn["on"][4:]
    assert again["equals"] == [x for (x,) in again["on"]]
    with pytest.raises(RuntimeError, match=r"ex-a: the worked solution fails .*ZeroDivision"):
        fresh_options("ex-a", lambda x: x / 0, options, seed=0)


@pytest.mark.usefixtures("reference")
def test_a_missing_answer_is_named():
    with pytest.raises(CheckFailed, match=r"there is no function size: was it renamed"):
        grade("ex-small-size", {})


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
    path.write_text(json.dumps({"seed": 0, "cells": ["import nowhere"]}))
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
