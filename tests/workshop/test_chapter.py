"""The reader of a chapter finds the same in every form that MyST allows."""

import itertools
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mlmath_lib.workshop.assignments import students_notebook
from mlmath_lib.workshop.chapter import (
    EXERCISES,
    FURTHER,
    MAIN,
    Chapter,
    read_exercises,
    read_markdown,
    read_questions,
    reading_time,
)

FENCES = ["```", "````", ":::", "::::::", "~~~"]
COLONS = ":label: ex-a\n:class: dropdown\n"
YAML = "---\nlabel: ex-a\nclass: dropdown\n---\n"


def chapter(*cells, path=None):
    cells = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return Chapter(new_notebook(cells=cells), path)


@pytest.mark.parametrize(("fence", "options"), list(itertools.product(FENCES, [COLONS, YAML])))
def test_a_directive_is_the_same_in_every_fence(fence, options):
    text = f"Before.\n\n{fence}{{exercise}} Add *two*\n{options}\nOne line.\n\n$x$\n{fence}\nAfter."
    [(number, found)] = chapter(text).directives
    assert (number, found.kind, found.argument) == (1, "exercise", "Add *two*")
    assert found.options == {"label": "ex-a", "class": "dropdown"}
    assert found.body == "One line.\n\n$x$"
    assert found.folded
    assert found.label == "ex-a"
    lines = text.splitlines()[found.first : found.end]
    assert lines[0].startswith(fence)
    assert lines[-1] == fence


@pytest.mark.parametrize("outer", ["`````", "::::"])
@pytest.mark.parametrize("inner", ["````", ":::"])
def test_directives_within_directives_are_found_with_their_lines(outer, inner):
    text = (
        f"# T\n\n{outer}{{admonition}} Predict\n:class: question\n\nWhich?\n\n"
        f"{inner}{{admonition}} This\n:class: dropdown\n\n- Right.\n{inner}\n{outer}"
    )
    (_, question), (_, choice) = chapter(text).directives
    assert choice.inside == (question,)
    assert text.splitlines()[choice.first : choice.end][1] == ":class: dropdown"
    assert choice.body == "- Right."
    [right] = [
        piece for piece in read_markdown(text) if getattr(piece.what, "content", "") == "Right."
    ][:1]
    assert right.inside == (question, choice)
    assert text.splitlines()[right.first] == "- Right."


def test_code_is_no_text():
    text = "```python\n# {eq}`no`\n$$ 1 $$ (eq-no)\n```\n\n`{eq}` and ``{eq}`no` ``, {eq}`yes`"
    assert chapter(text).roles("eq") == [(1, "yes")]
    assert chapter(text).equations == []


@pytest.mark.parametrize(
    "text",
    [
        "$$\n1\n$$ (eq-a)",
        "$$ 1 $$ (eq-a)",
        "```{math}\n:label: eq-a\n\n1\n```",
        ":::{math}\n---\nlabel: eq-a\n---\n1\n:::",
        "\\begin{equation}\n1 \\label{eq-a}\n\\end{equation}",
        "> in a list:\n>\n> - $$\n>   1\n>   $$ (eq-a)",
        ":::{prf:theorem} T\n:label: thm-a\n\n$$\n1\n$$ (eq-a)\n:::",
    ],
)
def test_an_equation_is_found_in_every_form(text):
    assert chapter(text).equations == [(1, "eq-a")]


def test_you_need_is_what_its_paragraph_links_to():
    needs = (
        "**You need**: [a](a.ipynb), [again](a.ipynb#s), [b](../other/b.ipynb),\n"
        "[c](https://c.org).\n\n**You will be able to** read [d](d.ipynb)."
    )
    read = chapter("# T\n\n[x](x.ipynb)", needs, path=Path("chapters/part/topic.ipynb"))
    assert read.needs == ["part/a", "other/b"]
    assert read.name == "part/topic"


def figure():
    return new_output("display_data", {"image/svg+xml": "<svg/>"})


def test_sizes_are_counted_by_section_and_fold():
    cells = (
        "(topic)=\n# Three title words\n\nTwo words and $x$.",
        new_code_cell("a = 1\n\nb = 2", metadata={"tags": ["hide-input"]}),
        "## One\n\n$$\nx\n$$\n\n```{prf:proof}\n:class: dropdown\n\nFolded words $y$.\n```",
        new_code_cell("show()", outputs=[figure()]),
        "## Going further: more\n\nEven `more` words.\n\n## Exercises\n\nMany more words here.",
        new_code_cell("a = 2"),
        "## Summary\n\nEnd.",
    )
    read = chapter(*cells)
    main = read.size(MAIN, folded=False)
    assert main == (3 + 3 + 1, 1, 1, 1, 1, 3)
    assert read.size(MAIN, folded=True) == (3 + 3 + 1 + 2, 2, 1, 3, 1, 4)
    assert read.size(FURTHER, folded=False) == (3 + 3, 0, 0, 0, 0, 1)
    assert read.size(EXERCISES, folded=False).lines_of_code == 1
    assert read.title == "Three title words"


def test_the_reading_time_grows_with_what_is_read_first():
    short = ["# T\n\n" + "word " * 100]
    assert reading_time(chapter(*short)) == 5
    long = reading_time(chapter("# T\n\n" + "word " * 2000))
    assert long == 10
    code = new_code_cell("x = 1\n" * 150)
    assert reading_time(chapter("# T\n\n" + "word " * 2000, code)) == 20
    assert reading_time(chapter("# T\n\n" + "word " * 2000 + "\n\n## Exercises\n", code)) == long
    hidden = new_code_cell("x = 1\n" * 150, metadata={"tags": ["hide-input"]})
    assert reading_time(chapter("# T\n\n" + "word " * 2000, hidden)) == long


SOLVED = """
{f}{{exercise}} Double
:label: ex-a
*4 points*
{f}

{f}{{hint}}
Think.
{f}

{f}{{admonition}} Result
SECRET
{f}

{f}{{solution}} ex-a
SECRET **Marks.** 4 for all.
{f}
"""
BY_CODE = """
{f}{{exercise}} Double
:label: ex-a
*4 points*
{f}

{f}{{hint}}
Think.
{f}

{f}{{admonition}} Result
SECRET
{f}

{f}{{solution-start}} ex-a
{f}

SECRET
"""
CHECK = 'check("ex-a", double, on=[(1,)], fresh=lambda rng: (1,))'
CODE = [
    new_code_cell('def double(x):\n    """Double."""\n    SECRET', metadata={"tags": ["solution"]}),
    new_code_cell(CHECK),
]


@pytest.mark.parametrize("fence", FENCES)
@pytest.mark.parametrize("text", [SOLVED, BY_CODE])
@pytest.mark.parametrize(
    "around", ["{}", "``````{{div}}\n{}\n``````", "````````{{note}}\n{}\n````````"]
)
def test_no_fence_lets_a_solution_through(fence, text, around):
    text = around.format(text.format(f=fence))
    cells = [new_markdown_cell(text)]
    if "solution-start" in text:
        cells += [new_markdown_cell("SECRET"), *CODE, new_markdown_cell("After.")]
    notebook = new_notebook(cells=cells)
    [exercise] = read_exercises(notebook)
    assert exercise.label == "ex-a"
    assert exercise.by_machine == ("solution-start" in text)
    left = "\n".join(cell.source for cell in students_notebook(notebook).cells)
    assert "SECRET" not in left
    assert "Think." in left
    assert ("After." in left) == exercise.by_machine


@pytest.mark.parametrize("fence", ["`", ":", "~"])
def test_a_question_has_its_text_and_its_choices(fence):
    text = (
        "Before.\n\n{5}{{admonition}} Predict\n:class: question\n\nWhich of $a$ and $b$?\n\n"
        "{4}{{admonition}} $a$\n:class: dropdown\n\nNo: **less**.\n{4}\n\nStill asking.\n\n"
        "{4}{{admonition}} $b$\n---\nclass: dropdown\n---\nRight. $b>a$.\n{4}\n{5}\n"
    ).format(*(fence * n for n in range(6)))
    [question] = read_questions(chapter("# T", text))
    assert (question.cell, question.first, question.title) == (2, 2, "Predict")
    assert " ".join(question.text.split()) == "Which of $a$ and $b$? Still asking."
    first, second = question.choices
    assert (first.text, first.feedback, first.is_right) == ("$a$", "No: **less**.", False)
    assert (second.text, second.feedback, second.is_right) == ("$b$", "Right. $b>a$.", True)
