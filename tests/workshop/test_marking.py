"""The desk of whoever marks: sheets for answers by hand, totals, tables for platforms."""

import csv
import importlib.util
import json
import re
import shlex
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlmath_lib.workshop.assignments import gradebooks, hand, likeness
from mlmath_lib.workshop.checkout import root

pytest.importorskip("otter", reason="otter-grader is not installed: make test installs it")

from mlmath_lib.workshop.assignments import marking

ASKED = "*Your answer (8 points, graded by hand):*"
BY_MACHINE = {
    "label": "ex-a-slope",
    "title": "The slope",
    "points": 4,
    "by_machine": True,
    "answer": "slope",
    "marks": "",
    "statement": "",
    "solution": "def slope(x):\n    return 2 * x",
}
BY_HAND = {
    "label": "ex-a-proof",
    "title": "A proof",
    "points": 8,
    "by_machine": False,
    "answer": "",
    "marks": "8 for all",
    "statement": "```{exercise} A proof\n:label: ex-a-proof\n\nProve it.\n```",
    "solution": "By the definition.",
}
EXERCISES = [BY_MACHINE, BY_HAND]


def submission(proof="", code="def slope(x):\n    return x"):
    """Return what a student hands in."""
    cells = [
        new_markdown_cell("```{exercise} The slope\n:label: ex-a-slope\n```"),
        new_code_cell(code),
        new_markdown_cell(BY_HAND["statement"]),
        new_markdown_cell(f"{ASKED}\n\n{proof}".strip()),
        new_markdown_cell("## Summary"),
        new_markdown_cell("What we have learnt."),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder of submissions, an autograder, and a machine that gives two points of four."""
    runs = []

    def mark(path, _autograder, **_options):
        runs.append(path.stem)
        return marking.Marked("graded", {"ex-a-slope": 2}, {"ex-a-slope": 4}, {"ex-a-slope": "2"})

    monkeypatch.setattr(marking, "mark", mark)
    folder = tmp_path / "handed in"
    folder.mkdir()
    grader = tmp_path / "autograder.zip"
    with zipfile.ZipFile(grader, "w") as file:
        stored = {"title": "Slopes", "seed": 3, "cells": [], "exercises": EXERCISES}
        file.writestr("files/reference.json", json.dumps(stored))

    def hand_in(name, **answers):
        nbformat.write(submission(**answers), folder / f"{name}.ipynb")

    def grade(*options):
        runs.clear()
        assert marking.main([str(folder), str(grader), *options]) == 0
        return list(runs)

    hand_in.folder, hand_in.grade = folder, grade
    return hand_in


def sheet(desk):
    return desk.folder / "by_hand" / "ex-a-proof.ipynb"


def fill_in(desk, **marks):
    """Write into the sheet as a person does, by the words of the answers."""
    notebook = nbformat.read(sheet(desk), as_version=4)
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "raw" and before.source in marks:
            cell.source = marks[before.source]
    nbformat.write(notebook, sheet(desk))


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def totals(desk):
    return {row["submission"]: row["total (of 12)"] for row in table(desk.folder / "grades.csv")}


def test_all_answers_of_an_exercise_stand_on_one_sheet(desk):
    desk("ada", proof="Clear.")
    desk("bob")
    desk.grade()
    cells = nbformat.read(sheet(desk), as_version=4).cells
    assert [cell.source for cell in cells[1:]] == [
        BY_HAND["statement"],
        "**Worked solution**\n\nBy the definition.",
        "## ada",
        "Clear.",
        "marks: \ncomment: ",
        "## bob",
        "*No answer.*",
        "marks: 0\ncomment: ",
    ]
    assert totals(desk) == {"ada": "", "bob": "2"}


def test_marks_by_hand_reach_totals_and_feedback_and_stay(desk, capsys):
    desk("ada", proof="Clear.")
    desk("bob", proof="Hard.")
    assert sorted(desk.grade()) == ["ada", "bob"]
    assert "Still to be marked by hand: 2 answers" in capsys.readouterr().out
    fill_in(
        desk,
        **{"Clear.": "marks: 5,5\ncomment: But why?\nSay more.", "Hard.": "marks: 3\ncomment:"},
    )
    assert desk.grade() == []  # the machine has nothing new to do
    assert totals(desk) == {"ada": "7.5", "bob": "5"}
    feedback = (desk.folder / "feedback" / "ada.md").read_text()
    assert feedback == (
        "7.5 of 12 points\n\n- **The slope**: 2 of 4\n  2\n"
        "- **A proof**: 5.5 of 8\n  But why?\n  Say more.\n"
    )
    (desk.folder / "ada.ipynb").unlink()
    desk.grade()
    assert totals(desk) == {"bob": "5"}
    desk("ada", proof="Clear.")
    assert desk.grade() == ["ada"]
    assert totals(desk) == {"ada": "7.5", "bob": "5"}


def test_an_answer_that_changes_keeps_its_marks_and_is_named(desk):
    desk("ada", proof="Clear.")
    desk.grade()
    fill_in(desk, **{"Clear.": "marks: 5\ncomment:"})
    desk("ada", proof="Clearer.")
    assert desk.grade() == ["ada"]
    assert "This answer has changed since it was marked" in sheet(desk).read_text()
    assert totals(desk) == {"ada": "7"}


def test_an_answer_that_comes_late_is_not_worth_nothing(desk):
    desk("ada")
    desk.grade()
    assert totals(desk) == {"ada": "2"}
    desk("ada", proof="At last.")
    desk.grade()
    assert totals(desk) == {"ada": ""}


@pytest.mark.parametrize("marks", ["9", "-1", "five", "nan"])
def test_impossible_marks_are_named_and_do_not_count(desk, capsys, marks):
    desk("ada", proof="Clear.")
    desk.grade()
    fill_in(desk, **{"Clear.": f"marks: {marks}\ncomment:"})
    desk.grade()
    said = capsys.readouterr().out
    assert f"ada: marks must be a number from 0 to 8; got '{marks}'" in said
    assert totals(desk) == {"ada": ""}


def test_names_can_be_hidden_while_marking(desk):
    desk("lovelace", proof="Clear.")
    desk("noether", proof="Hard.")
    for name in ("abel", "bernoulli", "cauchy"):
        desk(name)
    desk.grade("--anonymous")
    text = sheet(desk).read_text()
    assert "lovelace" not in text
    assert "noether" not in text
    shown = re.findall(r"## Answer (\w+)", text)
    assert shown == sorted(row["code"] for row in table(desk.folder / "grades.csv"))
    assert len(shown) == 5
    fill_in(desk, **{"Clear.": "marks: 5\ncomment:"})
    desk.grade()  # with names again
    assert totals(desk)["lovelace"] == "7"
    assert "## lovelace" in sheet(desk).read_text()


def test_what_begins_like_a_formula_is_none(desk):
    for name in ("=1+1", "+1", "-1", "@sum", "plain"):
        desk(name, proof="")
    desk.grade()
    names = [row["submission"] for row in table(desk.folder / "grades.csv")]
    assert sorted(names) == ["'+1", "'-1", "'=1+1", "'@sum", "plain"]


def test_answers_are_found_in_cells_below_and_with_pictures():
    notebook = submission("Look:")
    picture = new_markdown_cell("![](attachment:a.png)", attachments={"a.png": {"image/png": "AA"}})
    notebook.cells[4:4] = [picture, new_code_cell("1 + 1"), new_markdown_cell(" ")]
    cells = hand.answer_cells(notebook, "ex-a-proof")
    assert [cell.source for cell in cells] == ["Look:", "![](attachment:a.png)", "1 + 1"]
    assert cells[1].attachments == {"a.png": {"image/png": "AA"}}
    assert hand.answer_cells(new_notebook(), "ex-a-proof") == []


CANVAS_ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,Old (1)
    Points Possible,,,,,10
"Lovelace, Ada",101,S-77,ada7,A,
"Noether, Emmy",102,S-78,emmy7,A,
"Euler, Leonhard",103,S-79,leo7,A,
"""
MOODLE_ROSTER = """Identifier,Full name,Email address,Status,Grade
Participant 101,Ada Lovelace,ada@uni.example,Submitted,
Participant 102,Emmy Noether,emmy@uni.example,Submitted,
"""


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("lovelaceada_101_9001_slopes", {"Student": "lovelaceada", "ID": "101"}),
        ("lovelaceada_LATE_101_9001_slopes", {"Student": "lovelaceada", "ID": "101"}),
        (
            "Ada Lovelace_101_assignsubmission_file/slopes",
            {"Identifier": "Participant 101", "Full name": "Ada Lovelace"},
        ),
        (
            "Ada Lovelace_101_assignsubmission_file_slopes",
            {"Identifier": "Participant 101", "Full name": "Ada Lovelace"},
        ),
        ("slopes_ada_lovelace", {}),
    ],
)
def test_platforms_name_their_students_in_the_file(name, identity):
    assert gradebooks.identify(name) == identity


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("x_102_y", "102"),
        ("S-78", "102"),
        ("late/emmy7", "102"),
        ("Emmy Noether slopes", "102"),
        ("noetheremmy", None),
        ("101 and 102", None),
        ("1020", None),
    ],
)
def test_a_roster_finds_ids_and_names(tmp_path, name, student):
    (tmp_path / "roster.csv").write_text(CANVAS_ROSTER, encoding="utf-8-sig")
    roster = gradebooks.read_roster(tmp_path / "roster.csv")
    assert len(roster) == 3
    assert gradebooks.identify(name, roster).get("ID") == student


def test_a_list_that_is_no_roster_is_refused(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"is no roster: it needs one of the columns ID, Ident"):
        gradebooks.read_roster(tmp_path / "list.csv")


def test_canvas_gets_what_it_imports(desk, tmp_path, capsys):
    """As `gradebook_importer.rb` reads it: these columns first, a row of possible points."""
    (tmp_path / "roster.csv").write_text(CANVAS_ROSTER)
    desk("lovelaceada_101_9001_a")
    desk("noetheremmy_102_9002_a", proof="Not marked yet.")
    desk.grade("--roster", str(tmp_path / "roster.csv"))
    assert "Nothing handed in by: Euler, Leonhard" in capsys.readouterr().out
    with open(desk.folder / "canvas.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Slopes"],
        ["    Points Possible", "", "", "", "", "12"],
        ["Lovelace, Ada", "101", "S-77", "ada7", "A", "2"],
    ]
    assert not (desk.folder / "moodle.csv").exists()


def test_moodle_gets_what_it_imports(desk, tmp_path):
    """As `importgradeslib.php` reads it: the number after "Participant " is the student."""
    (tmp_path / "roster.csv").write_text(MOODLE_ROSTER)
    desk("Ada Lovelace_101_assignsubmission_file_a")
    for options in (), ("--roster", str(tmp_path / "roster.csv")):
        desk.grade(*options)
        [row] = table(desk.folder / "moodle.csv")
        assert row == {
            "Identifier": "Participant 101",
            "Full name": "Ada Lovelace",
            "Email address": "ada@uni.example" if options else "",
            "Grade": "2",
            "Maximum Grade": "12",
            "Last modified (grade)": "-",
        }


RIGHT = """def spread(values):
    total = 0.0
    for value in values:
        total += (value - sum(values) / len(values)) ** 2
    return total / len(values)
"""
WRONG = """def spread(values):
    middle, result = sorted(values)[len(values) // 2], []
    for k in range(1, len(values)):
        result.append(abs(values[k] - middle) / (k + 1))
    return max(result) - min(result)
"""


def test_a_copied_answer_is_named_and_two_right_ones_are_not():
    renamed = (
        WRONG.replace("middle", "m").replace("result", "r").replace("    return", "\n    return")
    )
    answers = {"ada": RIGHT, "bob": WRONG, "cyd": "# My own work\n" + renamed, "dee": RIGHT}
    tokens = {name: likeness.code_tokens(code, "spread") for name, code in answers.items()}
    solution = likeness.code_tokens(RIGHT, "spread")
    [pair] = likeness.alike("Spread", tokens, solution)
    assert (pair.first, pair.second, pair.share) == ("bob", "cyd", 1.0)


def test_short_and_unanswered_ones_are_alike_by_themselves():
    stub = 'def slope(x):\n    """Return the slope."""\n    ...'
    tokens = dict.fromkeys(["ada", "bob"], likeness.code_tokens(stub, "slope"))
    assert likeness.alike("Slope", tokens, []) == []
    assert likeness.code_tokens("def slope(", "slope") == []
    assert likeness.code_tokens("slope = 2", "slope") == []


def test_alike_answers_are_written_down(desk, capsys):
    proof = " ".join(f"word{number}" for number in range(40))
    desk("ada", proof=proof)
    desk("bob", proof=proof.replace("word7 ", "another "))
    desk.grade()
    assert "Nearly the same answers, 1 pairs" in capsys.readouterr().out
    text = (desk.folder / "alike.md").read_text()
    assert "- A proof: `ada` and `bob`, 98%" in text


TEACHING = (root() / "chapters" / "teaching.md").read_text(encoding="utf-8")
MAKEFILE = (root() / "Makefile").read_text(encoding="utf-8")


def test_the_page_for_instructors_names_commands_that_are_there():
    """Each target with the variables that its recipe reads, and each module that it runs."""
    recipes = dict(re.findall(r"^([a-z]+):[^=\n]*\n((?:\t.*\n)+)", MAKEFILE, re.M))
    commands = re.findall(r"(?:`|^)make ([a-z]+[^`\n]*)", TEACHING, re.M)
    assert {"assignment", "grade", "handout", "plan", "questions"} <= {
        command.split()[0] for command in commands
    }
    for command in commands:
        target, *variables = shlex.split(command)
        for variable in variables:
            assert f"$({variable.partition('=')[0]})" in recipes[target].replace(
                "$(WITHOUT)", "$(SOLUTIONS)"
            ), command
    rows = re.findall(r"^\| `make ([a-z]+)` \| `(python -m ([\w.]+)[^`]*)`", TEACHING, re.M)
    assert len(rows) == 5
    for target, command, module in rows:
        assert f"-m {module} " in " ".join(recipes[target].split()) + " ", command
        source = Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8")
        for option in re.findall(r"--[a-z]+", command):
            assert f'"{option}"' in source, command
