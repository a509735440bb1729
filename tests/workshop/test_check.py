"""`make check` runs what there is for one chapter, and says what to do about a failure."""

import subprocess
import sys

import pytest
from nbformat import write
from nbformat.v4 import new_markdown_cell, new_notebook

from mlmath_lib.workshop import check

CHAPTER = "calculus/power_rule"


@pytest.mark.parametrize("step", check.STEPS, ids=lambda step: step[0])
def test_each_step_runs_this_chapter_and_no_other(step):
    arguments = [argument.format(chapter=CHAPTER) for argument in step[1]]
    command = [sys.executable, "-m", "pytest", *arguments, "-n", "0", "-q", "--collect-only"]
    result = subprocess.run(command, cwd=check.root(), capture_output=True, text=True)
    tests = [line for line in result.stdout.splitlines() if "::" in line]
    assert tests, result.stdout + result.stderr
    assert all(CHAPTER in line for line in tests)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with one empty chapter, which is not listed, and two tests."""
    monkeypatch.setattr(check, "root", lambda: tmp_path)
    (tmp_path / "_toc.yml").write_text("root: chapters/intro\n")
    chapter = tmp_path / "chapters" / "part" / "topic.ipynb"
    chapter.parent.mkdir(parents=True)
    cells = [new_markdown_cell(text) for text in ("# Topic", "**You need** nothing.", "## End")]
    write(new_notebook(cells=cells), chapter)
    (tmp_path / "test_it.py").write_text(
        "def test_right():\n    assert True\n\n\ndef test_wrong():\n    assert 1 == 2, 'so'\n"
    )
    return tmp_path


def test_rules_are_named_with_their_remedies(book):
    problems = check.broken_rules("part/topic")
    assert "cell 3: must be the set-up in code" in problems
    assert "_toc.yml does not list chapters/part/topic: add it" in problems
    assert any(line.startswith("tests/wrong_answers/part/topic.md has 0") for line in problems)
    assert any("its first picture is in cell None" in line for line in problems)
    (book / "chapters" / "part" / "other.ipynb").write_bytes(
        (book / "chapters" / "part" / "topic.ipynb").read_bytes()
    )
    assert check.broken_rules("part/topic") == problems  # another's are not this one's


@pytest.mark.usefixtures("book")
def test_reports_are_reduced_to_what_failed():
    assert check.run_tests("part/topic", ["test_it.py", "-k", "right"]) == []
    said = "\n".join(check.run_tests("part/topic", ["test_it.py"]))
    assert "AssertionError: so" in said
    assert "test_right" not in said
    assert check.run_tests("part/topic", ["test_it.py", "-k", "{chapter}"]) == [
        "there is nothing to run"
    ]


@pytest.mark.usefixtures("book")
def test_the_command_says_which_step_failed_and_what_to_do(monkeypatch, capsys):
    steps = (
        ("first", ["test_it.py", "-k", "right"], "nothing to do"),
        ("second", ["test_it.py"], "correct chapters/{chapter}.ipynb"),
    )
    monkeypatch.setattr(check, "STEPS", steps)
    assert check.main(["chapters/part/topic.ipynb"]) == 2
    said = capsys.readouterr().out
    assert "rules    FAILED" in said
    assert "first    ok" in said
    assert "second   FAILED" in said
    assert "→ correct chapters/part/topic.ipynb" in said
    assert "nothing to do" not in said
    with pytest.raises(SystemExit):
        check.main(["part/none"])
    assert "no such chapter: part/none" in capsys.readouterr().err
