"""Every chapter keeps the rules of the book, and every rule can fail."""

import copy
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from mlmath_lib.workshop.notebooks import normalise
from mlmath_lib.workshop.rules import (
    RULES,
    Book,
    contents_problems,
    import_problems,
    layout_problems,
    name_problems,
    needs_problems,
    once_problems,
    source_problems,
    trace_problems,
)

BOOK = Book(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("chapter", "name"),
    [
        pytest.param(chapter, name, id=f"{chapter.name}-{name}")
        for chapter in BOOK.chapters
        for name in RULES
    ],
)
def test_chapter(chapter, name):
    problems = list(RULES[name](chapter))
    assert not problems, _report(f"{chapter.path.relative_to(BOOK.root)}: {name}", problems)


def test_contents_list_every_chapter_once():
    problems = list(contents_problems(BOOK))
    assert not problems, _report("_toc.yml", problems)


def test_chapters_need_what_comes_before():
    problems = list(needs_problems(BOOK))
    assert not problems, _report("You need", problems)


def test_sources_are_cited():
    problems = list(source_problems(BOOK))
    assert not problems, _report("references.bib", problems)


def test_symbols_and_terms_stand_once():
    problems = list(once_problems(BOOK))
    assert not problems, _report("chapters/*/index.md", problems)


def test_modules_import_only_earlier_parts():
    problems = list(import_problems(BOOK))
    assert not problems, _report("mlmath_lib", problems)


def test_parts_are_packages_and_tests_mirror_the_library():
    problems = list(layout_problems(BOOK))
    assert not problems, _report("mlmath_lib and tests/library", problems)


def test_files_have_names_that_say_something():
    problems = list(name_problems(BOOK))
    assert not problems, _report("file names", problems)


def test_pages_and_modules_bear_no_trace_of_a_machine():
    problems = list(trace_problems(BOOK))
    assert not problems, _report("traces", problems)


def _report(what, problems):
    return "\n  ".join([what, *problems])


# From here on: a chapter that keeps every rule, and one way to break each.

SET_UP = """import matplotlib.pyplot as plt
import numpy as np
from mlmath_lib.verify import verify
plt.style.use("mlmath_lib.book")
rng = np.random.default_rng(7)"""
EXPLORER = {
    "parameters": [{"name": "n", "values": ["1"], "play": False}],
    "sentences": ["The line rises by one"],
    "frames": [[]],
}
HINT = "\n\n```{hint}\n:class: dropdown\nThink.\n```"
RESULT = "```{admonition} Result\n:class: dropdown\nIt is.\n```\n\n"
PROOFS = {
    n: f"```{{exercise}}\n:label: ex-demo-{n}\nProve it.\n\n*4 points*\n```{HINT}\n\n{RESULT}"
    f"```{{solution}} ex-demo-{n}\n:class: dropdown\nSo.\n\n**Marks.** 3 for a; 1 for b.\n```"
    for n in ("one", "two", "three")
}
QUESTION = """`````{admonition} Predict
:class: question

Which?

````{admonition} One
:class: dropdown

No: more.
````

````{admonition} Two
:class: dropdown

Right. So it is.
````
`````"""
CODE_EXERCISE = f"```{{exercise}} Double\n:label: ex-demo-code\nDouble it.\n\n*8 points*\n```{HINT}"
CODE_CELLS = ("exercise", "start", "solution", "check")
CHECK = """check(
    "ex-demo-code", double, on=[(1,)], equals=[2], fresh=lambda rng: (3,)
)"""


def code(source, *outputs, tags=()):
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def svg(alt, body="", metadata=None):
    stored = f"<metadata><![CDATA[{json.dumps(metadata)}]]></metadata>\n" if metadata else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg" aria-label="{alt}">\n{stored}{body}</svg>'


def picture(alt, kind="Figure", **options):
    data = {"image/svg+xml": svg(alt, **options), "text/plain": f"{kind}: {alt}"}
    return new_output("display_data", data)


def text(name, value):
    return new_output("stream", name=name, text=value)


def good_cells():
    return {
        "title": new_markdown_cell("(demo)=\n# Demo\n\nA question."),
        "needs": new_markdown_cell("**You need** nothing. **You will be able to** double."),
        "set-up": code(SET_UP, tags=["hide-input"]),
        "figure": code("show(fig)", picture("A line rises from one to two"), tags=["hide-input"]),
        "theory": new_markdown_cell(
            "## Theory\n\n$$\n1 + 1 = 2\n$$ (eq-demo-sum)\n\nBy {eq}`eq-demo-sum`, {term}`inertia` "
            "and {cite:t}`lloyd1982`, see [itself](demo.ipynb#theory), "
            "[the web](https://example.org).\n\n```python\n# no heading\n```\n\n"
            f"```{{prf:theorem}} One\n:label: thm-demo\n\nIt is.\n```\n\n{QUESTION}"
        ),
        "verify": code('verify("eq-demo-sum", 1 + 1, 2)', text("stdout", "eq-demo-sum: agree\n")),
        "explorer": code(
            "explore(draw)",
            picture("The line rises by one", "Explorer", metadata=EXPLORER),
            tags=["hide-input"],
        ),
        "further": new_markdown_cell("## Going further: more\n\nMore."),
        "exercises": new_markdown_cell("## Exercises"),
        **{n: new_markdown_cell(proof) for n, proof in PROOFS.items()},
        "exercise": new_markdown_cell(CODE_EXERCISE),
        "start": new_markdown_cell(
            f"{RESULT}```{{solution-start}} ex-demo-code\n:class: dropdown\n```"
        ),
        "solution": code(
            'def double(x):\n    """Double x."""\n    return 2 * x', tags=["solution"]
        ),
        "check": code(CHECK),
        "summary": new_markdown_cell("## Summary\n\nSo.\n\n## Sources\n\nBooks."),
    }


def write_book(folder, cells, name="demo", edit=None, exercises="ex-demo-code"):
    """Write a small book of one chapter; `edit` works after the normal form."""
    chapters = folder / "chapters"
    (chapters / "basics").mkdir(parents=True)
    glossary = "````{glossary}\ninertia\n  A sum of squares.\n````\n"
    (chapters / "basics" / "index.md").write_text(f"# Basics\n\n{glossary}")
    (chapters / "references.bib").write_text("@article{lloyd1982,\n  year = 1982,\n}\n")
    (folder / "mlmath_lib").mkdir()
    wrong = folder / "tests" / "wrong_answers" / "basics" / f"{name}.md"
    wrong.parent.mkdir(parents=True)
    wrong.write_text(f"# Wrong answers\n\n## {exercises}: off\n\n## {exercises}: on\n")
    entries = "\n".join(f"  - file: chapters/{page}" for page in ("basics/index", f"basics/{name}"))
    (folder / "_toc.yml").write_text(f"format: jb-book\nchapters:\n{entries}\n")
    notebook = normalise(new_notebook(cells=list(cells.values())))
    if edit:
        edit(notebook)
    path = chapters / "basics" / f"{name}.ipynb"
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    book = Book(folder)
    return next(chapter for chapter in book.chapters if chapter.path == path)


@pytest.mark.parametrize("name", RULES)
def test_a_good_chapter_breaks_no_rule(tmp_path, name):
    assert list(RULES[name](write_book(tmp_path, good_cells()))) == []


@pytest.mark.parametrize("name", RULES)
def test_fences_of_colons_are_as_good(tmp_path, name):
    assert list(RULES[name](write_book(tmp_path, with_colons(good_cells())))) == []


def with_colons(cells):
    """Return the cells with colons in place of backticks, and options as YAML."""
    for cell in cells.values():
        if cell.cell_type == "markdown":
            cell.source = re.sub(
                r"```python.*?```|^(`{3,})",
                lambda found: ":" * len(found[1]) if found[1] else found[0],
                cell.source,
                flags=re.M | re.S,
            )
            cell.source = re.sub(
                r"((?:^:[a-z]+:.*\n)+)",
                lambda found: "---\n" + re.sub("(?m)^:", "", found[1]) + "---\n",
                cell.source,
                flags=re.M,
            )
    return cells


def source(cell, old, new):
    """Break a chapter by a change in the source of one cell."""

    def change(cells):
        assert old in cells[cell].source
        cells[cell].source = cells[cell].source.replace(old, new)

    return change


def output(cell, *outputs):
    """Break a chapter by other stored outputs of one cell."""
    return lambda cells: cells[cell].update(outputs=list(outputs))


def tags(cell, *names):
    return lambda cells: cells[cell].metadata.update(tags=list(names))


IDEA = "## Idea {0}\n\n```{{prf:theorem}} T\n:label: thm-demo-{0}\nIt is.\n```"


def _insert(cells, before, *texts):
    """Insert Markdown cells before one of the cells."""
    after = dict(cells)
    after = {name: after[name] for name in list(after)[list(after).index(before) :]}
    for name in after:
        cells.pop(name)
    cells.update({f"inserted {n}": new_markdown_cell(text) for n, text in enumerate(texts)})
    cells.update(after)


def without(cell):
    return lambda cells: cells.pop(cell)


def shown(**data):
    return new_output(
        "execute_result", {kind.replace("_", "/"): value for kind, value in data.items()}
    )


def another_code_exercise():
    """Return a second exercise that asks for a function of the same name."""
    cells = copy.deepcopy([good_cells()[name] for name in CODE_CELLS])
    for cell in cells:
        cell.source = cell.source.replace("ex-demo-code", "ex-demo-again")
    return cells


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["ValueError: no"])
HEAVY = "".join(f"<path d='M{n} {n * n}'/>" for n in range(9000))

BROKEN = [
    ("its tags are known", tags("figure", "hide-cell"), "tag hide-cell is not one of"),
    ("its tags are known", source("figure", "show", "# NBVAL_SKIP\nshow"), "switches nbval off"),
    (
        "its tags are known",
        lambda cells: [tags(cell, "nbval-ignore-output")(cells) for cell in ("figure", "verify")],
        "at more than one cell",
    ),
    ("its code is plain python", source("figure", "show(fig)", "%matplotlib"), "without magics"),
    ("its code is plain python", source("figure", "show(fig)", ""), "is empty"),
    ("it stores no error or warning", output("verify", ERROR), "stores ValueError"),
    (
        "it stores no error or warning",
        output("verify", text("stderr", "RuntimeWarning")),
        "stores a warning: fix its cause: RuntimeWarning",
    ),
    ("it stores no error or warning", tags("figure", "raises-exception"), "raises nothing"),
    ("it opens with label and title", source("title", "(demo)=", "(other)="), r"\(demo\)="),
    ("it opens with label and title", source("title", "# Demo", "Demo"), "# Title"),
    ("it opens with label and title", source("theory", "## T", "# T"), "a second # Title"),
    (
        "its prose does not vanish",
        source("needs", "nothing. ", "a growth of 6\n% a year. "),
        "MyST drops a line that begins with %: % a year",
    ),
    (
        "it says what you need and will be able to do",
        source("needs", "**You need**", "You need"),
        r"must hold \*\*You need",
    ),
    (
        "it says what you need and will be able to do",
        source("needs", "able to**", "glad to**"),
        r"must hold \*\*You will be able to",
    ),
    (
        "it says what you need and will be able to do",
        source("needs", "double.", "double.\n\nReading time: 5 minutes."),
        "the reading time is computed",
    ),
    (
        "its third cell sets up",
        lambda cells: [without("set-up")(cells), without("figure")(cells)],
        "must be the set-up in code",
    ),
    ("its third cell sets up", source("set-up", "(7)", "(8)"), "must hold the line rng ="),
    ("its third cell sets up", source("set-up", "plt.style", "# "), "must hold the line plt"),
    (
        "its third cell sets up",
        source("set-up", "\nrng", "\nx = 1\nx = 2\nx = 3\nx = 4\nrng"),
        "has 9 lines; at most 8",
    ),
    ("its third cell sets up", tags("set-up"), "tag it hide-input"),
    ("its headings skip no level", source("theory", "## T", "### T"), "level 3 follows level 1"),
    ("its equations are verified", without("verify"), "eq-demo-sum is not verified"),
    (
        "its equations are verified",
        source("verify", 'verify("eq-demo-sum", 1 + 1, 2)', '"verify(eq-demo-sum)"'),
        "eq-demo-sum is not verified",
    ),
    ("its equations are verified", source("theory", "eq-d", "d"), "demo-sum must start with eq-"),
    (
        "its equations are verified",
        source("theory", "## T", "```{math}\n:label: eq-demo-new\n1\n```\n## T"),
        "eq-demo-new is not verified",
    ),
    (
        "its equations are verified",
        source("theory", "## T", "$$ 1 $$ (eq-demo-sum)\n## T"),
        "stands twice in the book",
    ),
    ("its equations are verified", source("verify", "sum", "s"), "'eq-demo-s'.* has no equation"),
    ("its equations are verified", source("verify", '"eq-demo-sum"', "x"), "None.* no equation"),
    ("its equations are verified", source("verify", "1 + 1", "2"), "compares a side with itself"),
    ("its references exist", source("theory", "{eq}`eq-demo-sum", "{eq}`eq-x"), "label eq-x"),
    (
        "its references exist",
        source("theory", "`inertia`", "`mass`"),
        "term mass stands in no part's index.md: add it to chapters/basics/index.md",
    ),
    (
        "its references exist",
        source("theory", "lloyd1982", "lloyd1983"),
        "lloyd1983 is missing",
    ),
    ("its references exist", source("theory", "demo.ipynb", "x.ipynb"), "leads to no file"),
    ("its figures say what is seen", output("figure", picture("A line")), "alt text 'A line'"),
    (
        "its figures say what is seen",
        output("figure", picture("The line rises by one")),
        "another figure has the same alt text",
    ),
    (
        "its figures keep their ids apart",
        output(
            "figure",
            picture("A line rises from one to two", body='<path id="i1"/>'),
            picture("A line falls from two to one", body='<path id="i1"/>'),
        ),
        "the id i1 leads to the figure of cell 4",
    ),
    (
        "its outputs are for readers",
        output("figure", shown(image_png="iVBO", text_plain="<Figure size 1x1>")),
        "output of type image/png",
    ),
    (
        "its outputs are for readers",
        output("figure", shown(text_plain="[<matplotlib.lines.Line2D at 0x7f00aa>]")),
        "ends on an object",
    ),
    (
        "its outputs are for readers",
        output("figure", new_output("display_data", {"image/svg+xml": svg("A line")})),
        "an SVG that show or explore did not make",
    ),
    (
        "its exercises have solutions",
        source("one", "{solution} ex-demo-one", "{note} ex-demo-one"),
        "exercise ex-demo-one has no solution",
    ),
    (
        "its exercises have solutions",
        source("one", "{solution} ex-demo-one", "{solution} ex-demo-zero"),
        "solution ex-demo-zero must follow its exercise",
    ),
    (
        "its exercises have solutions",
        source("one", "{solution} ex-demo-one", "{solution} ex-demo-two"),
        "ex-demo-two has a second solution",
    ),
    (
        "its exercises have solutions",
        source("summary", "## Summary", "```{solution-end}\n```\n\n## Summary"),
        "a solution ends with its check: drop {solution-end}",
    ),
    (
        "its exercises have solutions",
        source("one", ":label: ex-demo-one", ":name: ex-demo-one"),
        "needs the line :label:",
    ),
    (
        "its exercises have solutions",
        source("one", ":label: ex-demo-one", ":label: ex-demo-two"),
        "label ex-demo-two stands twice",
    ),
    ("its exercises have solutions", without("one"), "it has 3 exercises"),
    ("its code answers are checked", without("check"), "ex-demo-code has code and no check"),
    ("its code answers are checked", source("check", "demo", "no"), "belongs to no exercise"),
    ("its code answers are checked", tags("check", "solution"), "check stands in a cell of its"),
    ("its code answers are checked", tags("solution"), "must carry the tag solution"),
    ("its code answers are checked", tags("figure", "solution"), "belongs between"),
    ("its exercises make an assignment", source("one", "*4 points*", ""), "it has no points"),
    ("its exercises make an assignment", source("one", "*4", "*6"), "a multiple of 4.* got 6"),
    ("its exercises make an assignment", source("one", HINT, ""), "it has no hint"),
    (
        "its exercises make an assignment",
        source(
            "one", "```{exercise}", ":::{exercise-start}\n:label: ex-demo-nil\n:::\n```{exercise}"
        ),
        "ex-demo-nil: write the exercise as one directive",
    ),
    (
        "its exercises make an assignment",
        lambda cells: [with_colons(cells), source("one", "*4 points*", "")(cells)],
        "it has no points",
    ),
    ("its exercises make an assignment", source("one", RESULT, ""), "it has no result"),
    ("its exercises make an assignment", source("one", "{solution}", "{note}"), "no solution"),
    ("its exercises make an assignment", source("one", "**Marks.**", ""), r"\*\*Marks"),
    ("its exercises make an assignment", source("one", "3 for", "1 for"), "add up to 2, .* are 4"),
    (
        "its exercises make an assignment",
        lambda cells: cells["one"].update(source=PROOFS["one"] + "\n\n" + cells.pop("two").source),
        "ex-demo-two: .* cell of its own",
    ),
    ("its exercises make an assignment", source("check", "double,", "lambda x: x,"), "name of a"),
    ("its exercises make an assignment", source("check", "fresh=lambda", "f=lambda"), "fresh="),
    ("its exercises make an assignment", source("check", "ex-demo-code", "ex-demo"), "must begin"),
    ("its exercises make an assignment", source("check", CHECK, f"{CHECK}\n{CHECK}"), "got 2"),
    ("its exercises make an assignment", source("solution", "double", "twice"), "must be double"),
    (
        "its exercises make an assignment",
        source("solution", '    """Double x."""\n', ""),
        "needs a docstring",
    ),
    ("its exercises make an assignment", tags("solution"), "must be one cell tagged solution"),
    ("its exercises make an assignment", without("check"), "cell without a tag must"),
    (
        "its exercises make an assignment",
        lambda cells: cells.update(
            {f"again {n}": cell for n, cell in enumerate(another_code_exercise())}
        ),
        "two exercises ask for double",
    ),
    (
        "its wrong answers are written",
        source("exercise", "ex-demo-code", "ex-demo-other"),
        "answers ex-demo-code, which is no exercise of the chapter",
    ),
    (
        "it ends with exercises summary and sources",
        source("summary", "## Sources", "## Books"),
        r"must be ## Exercises, ## Summary, ## Sources; got .*'Books'",
    ),
    (
        "its labels bear its name",
        source("one", "ex-demo-one", "ex-template-one"),
        "label ex-template-one must go on, after its kind, with .* ex-demo-…",
    ),
    (
        "its labels bear its name",
        source("one", "ex-demo-one", "ex-demonstration-one"),
        r"begin in 2 ways \(eq-demo-sum, ex-demonstration-one\)",
    ),
    (
        "its template is filled in",
        source("title", "# Demo", "# Template of a chapter"),
        "the title is still the template's",
    ),
    (
        "its template is filled in",
        source("one", "Prove it", "*For authors: a remark.* Prove it"),
        "cell 10: holds a remark of the template",
    ),
    (
        "its main path is short",
        source("theory", "## T", "word " * 2000 + "\n\n## T"),
        r"the main path has 20\d\d words; at most 2000: fold,",
    ),
    (
        "its main path is short",
        source("verify", "1 + 1", "(\n" + "1 +\n" * 120 + "1)"),
        r"the main path has 12\d visible lines of code; at most 120",
    ),
    (
        "its main path is short",
        lambda cells: _insert(cells, "further", *(["Words."] * 35)),
        r"the main path has 4\d cells; at most 35",
    ),
    (
        "it is short",
        source("theory", "## T", "word " * 3200 + "\n\n## T"),
        r"has 32\d\d words before the exercises; at most 3200",
    ),
    (
        "it is short",
        lambda cells: _insert(cells, "exercises", *(["Words."] * 55)),
        r"has 6\d cells before the exercises; at most 55",
    ),
    (
        "its second reading comes last",
        source("exercises", "## E", "## One more\n\nWords.\n\n## E"),
        'the section "One more" must stand before what is for the going further',
    ),
    (
        "its second reading comes last",
        source("further", "Going further: more", "Going further"),
        'write the title as "Going further: what it is about"',
    ),
    (
        "its second reading comes last",
        source("further", "More.", "word " * 50),
        r"what goes further has 5\d of \d\d words before the exercises; at most a third",
    ),
    (
        "its long proofs are folded",
        source("theory", QUESTION, "```{prf:proof}\n" + "word " * 170 + "\n```"),
        "a proof of 9 lines; one of more than 8 is folded",
    ),
    (
        "its long proofs are folded",
        source("theory", QUESTION, "```{prf:proof}\n$$\n" + r"1 &= 1 \\ " * 9 + "1\n$$\n```"),
        "a proof of 10 lines",
    ),
    (
        "its code fits a narrow column",
        source("verify", "1 + 1", "1" + " + 1" * 20),
        r"a line of 1\d\d columns; at most 80: break 'verify",
    ),
    (
        "its first screen has a picture",
        lambda cells: cells.update(later=cells.pop("figure")),
        "its first picture is in cell 6; at the latest in cell 5",
    ),
    ("its drawing code is folded", tags("figure"), "cell 4: draws a picture: tag it hide-input"),
    ("its drawing code is folded", tags("explorer"), "draws a picture: tag it hide-input"),
    (
        "it has at most three main ideas",
        lambda cells: _insert(cells, "further", *map(IDEA.format, "123")),
        r"4 sections of the main path .* \(Theory; Idea 1; Idea 2; Idea 3\); at most 3",
    ),
    (
        "it asks a question for each main idea",
        lambda cells: _insert(cells, "further", IDEA.format("1")),
        "asks 1 questions and has 2 main ideas: add an admonition",
    ),
    (
        "it asks a question for each main idea",
        lambda cells: [
            source("theory", QUESTION, "")(cells),
            source("exercises", "## E", QUESTION + "\n\n## E")(cells),
        ],
        "asks 0 questions and has 1 main ideas",
    ),
    (
        "its questions have one right answer",
        source("theory", "No: more", "Right: more"),
        '2 choices of the question begin their feedback with "Right"',
    ),
    (
        "its questions have one right answer",
        source("theory", "Right. So", "So"),
        '0 choices of the question begin their feedback with "Right"',
    ),
    (
        "its questions have one right answer",
        source("theory", ":class: dropdown\n\nNo", "\nNo"),
        "a question with 1 choices; 2 to 4 are needed",
    ),
    (
        "its questions have one right answer",
        source("theory", "Which?", ""),
        "the question has no text before its choices",
    ),
    (
        "its questions have one right answer",
        source("theory", "No: more.", ""),
        "a choice needs its text",
    ),
    ("it has an explorer", without("explorer"), "has no explorer"),
    (
        "its explorers work to the end",
        lambda cells: [
            source("set-up", "\nrng", "\nslope = 1\ndef height(x): return slope * x\nrng")(cells),
            source("explorer", "(draw)", "(lambda n: plt.plot(height(n)))")(cells),
            source("solution", "def double", "slope = 2\n\n\ndef double")(cells),
        ],
        "gives slope another value, and the explorer in cell 7 draws with it",
    ),
    (
        "its pictures fit the page",
        output("figure", picture("A line", body=HEAVY)),
        r"cell 4: a figure of \d+ kB; at most 150 kB",
    ),
    (
        "it bears no trace of a machine",
        output("verify", text("stdout", "read /home/ada/data.csv")),
        "cell 6: holds '/home', a trace of the machine",
    ),
    ("it bears no trace of a machine", source("figure", "fig", "'/tmp/a'"), "holds '/tmp'"),
    (
        "it bears no trace of a machine",
        output("verify", text("stdout", "<function f at 0x7f01ab>")),
        "holds 'at 0x7f01ab'",
    ),
    ("it imports what the book uses", source("set-up", "import numpy", "import torch"), "torch"),
    ("it imports what the book uses", source("figure", "show", "import socket\nshow"), "network"),
    (
        "its randomness is seeded",
        source("figure", "show", "np.random.seed(1)\nshow"),
        r"np.random.seed shares hidden state: use a generator",
    ),
    (
        "its randomness is seeded",
        source("figure", "show", "np.random.default_rng()\nshow"),
        "differs at each run: give it a seed",
    ),
]


@pytest.mark.parametrize(("name", "change", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_broken_chapter_breaks_its_rule(tmp_path, name, change, message):
    cells = good_cells()
    change(cells)
    problems = list(RULES[name](write_book(tmp_path, cells)))
    with pytest.raises(AssertionError, match=message):
        assert not problems, _report(name, problems)


def _uncounted(notebook):
    notebook.cells[3].execution_count = None


def _noisy(notebook):
    notebook.metadata["widgets"] = {}


@pytest.mark.parametrize(
    ("name", "edit", "message"),
    [
        ("its cells are executed in order", _uncounted, "count None must be 2, or nbval skips"),
        ("it is stored in normal form", _noisy, "run `make notebooks"),
    ],
)
def test_a_badly_stored_chapter_breaks_its_rule(tmp_path, name, edit, message):
    problems = list(RULES[name](write_book(tmp_path, good_cells(), edit=edit)))
    assert message in problems[0]


def test_a_numbered_name_breaks_its_rule(tmp_path):
    chapter = write_book(tmp_path, good_cells(), name="demo_2")
    (problem,) = RULES["its name is snake case without numbers"](chapter)
    assert problem == "the file name demo_2.ipynb must be words in snake_case: rename it"


@pytest.mark.parametrize(
    ("text", "number"), [("", 0), ("## ex-demo-code: off\n", 1)], ids=["none", "one"]
)
def test_missing_wrong_answers_break_their_rule(tmp_path, text, number):
    chapter = write_book(tmp_path, good_cells())
    path = tmp_path / "tests" / "wrong_answers" / "basics" / "demo.md"
    path.write_text(text)
    [problem] = RULES["its wrong answers are written"](chapter)
    assert problem.startswith(f"tests/wrong_answers/basics/demo.md has {number} wrong answers")
    path.unlink()
    [problem] = RULES["its wrong answers are written"](chapter)
    assert "write realistic mistakes there" in problem


def test_the_template_fails_what_it_should_until_it_is_filled_in(tmp_path):
    """A copy under another name breaks these rules and no others."""
    template = nbformat.read(BOOK.root / "chapters" / "template.ipynb", as_version=4)
    cells = {str(number): cell for number, cell in enumerate(template.cells)}
    chapter = write_book(tmp_path, cells, name="halving", exercises="ex-template-none")
    broken = {name: list(RULES[name](chapter)) for name in RULES}
    assert {name for name, problems in broken.items() if problems} == {
        "it opens with label and title",
        "its labels bear its name",
        "its template is filled in",
        "its wrong answers are written",
    }
    remarks = sum("*For authors:" in cell.source for cell in template.cells)
    assert remarks > 10
    assert len(broken["its template is filled in"]) == 1 + remarks  # and the title


def test_every_remark_of_the_template_is_for_authors():
    """Italics of more than a few words would stay unnoticed in a copy."""
    [template] = [chapter for chapter in BOOK.chapters if chapter.is_template]
    opened = False
    for number, piece in template.pieces:
        if opened:
            text = piece.what.content
            assert text.startswith("For authors:") or len(text.split()) < 4, (number, text)
        opened = piece.kind == "em_open"


def test_pictures_too_heavy_together_break_their_rule(tmp_path, monkeypatch):
    monkeypatch.setattr("mlmath_lib.workshop.rules.pictures.PICTURES_LIMIT", 100)
    (problem,) = RULES["its pictures fit the page"](write_book(tmp_path, good_cells()))
    assert "kB compressed; at most 0 kB: store fewer frames" in problem


def test_every_rule_is_shown_to_fail():
    elsewhere = {
        "its cells are executed in order",
        "it is stored in normal form",
        "its name is snake case without numbers",
    }
    assert set(RULES) == {name for name, _, _ in BROKEN} | elsewhere


@pytest.fixture
def book(tmp_path):
    write_book(tmp_path, good_cells())
    (tmp_path / "chapters" / "later").mkdir()
    (tmp_path / "chapters" / "later" / "more.md").write_text("# More\n")
    with (tmp_path / "_toc.yml").open("a") as contents:
        contents.write("  - file: chapters/later/more\n")
    return Book(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - file: chapters/later/more\n", "", "_toc.yml does not list chapters/later/more"),
        ("later/more", "later/less", "_toc.yml lists chapters/later/less, which does not exist"),
        ("chapters/basics/index", "chapters/later/more", "lists chapters/later/more 2 times"),
    ],
)
def test_wrong_contents_are_found(book, old, new, message):
    assert list(contents_problems(book)) == []
    path = book.root / "_toc.yml"
    path.write_text(path.read_text().replace(old, new))
    assert any(message in problem for problem in contents_problems(Book(book.root)))


def test_a_source_that_nobody_cites_is_found(book):
    assert list(source_problems(book)) == []
    with (book.root / "chapters" / "references.bib").open("a", encoding="utf-8") as file:
        file.write("@book{nobody1900,\n  title = {Unread},\n}\n")
    (problem,) = source_problems(Book(book.root))
    assert "no chapter cites nobody1900" in problem


SYMBOLS = r"""
| symbol | in code | meaning | introduced in |
|---|---|---|---|
| $\mathbf x$, $P(A\|B)$ | `x` | a point, a share | [Demo](demo.ipynb) |
| $n$ | `n` | their number | [Demo](demo.ipynb) |
"""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| $n$ | `n` | rows | [Other](other.ipynb) |", ""),
        ("| $n$ | `n` | rows | [Demo](demo.ipynb) |", "the symbol .n. stands in .* same chapter"),
        ("| $k$, $n$ | | their number | [Other](other.ipynb) |", "symbol .n. .* same meaning"),
        (r"| $P(A\|B)$ | | b | [Demo](demo.ipynb) |", r"the symbol .P\(A.{5} stands"),
        ("````{glossary}\nscatter\n  A sum.\n````", ""),
        ("````{glossary}\nscatter\nInertia\n  A sum.\n````", "the term inertia stands in "),
    ],
)
def test_a_symbol_or_term_that_stands_twice_is_found(book, row, message):
    part = book.root / "chapters" / "basics" / "index.md"
    part.write_text(part.read_text() + SYMBOLS)
    other = book.root / "chapters" / "later" / "index.md"
    other.write_text(f"# Later\n\n{row}\n")
    problems = list(once_problems(Book(book.root)))
    assert len(problems) == bool(message)
    assert all(re.search(message, problem) for problem in problems)
    assert all("basics/index.md and chapters/later/index.md" in problem for problem in problems)


def needing(tmp_path, **needs):
    """Write a book of a few chapters, in this order, each with links to what it needs."""
    folder = tmp_path / "chapters" / "basics"
    folder.mkdir(parents=True)
    entries = [f"  - file: chapters/basics/{name}" for name in needs]
    (tmp_path / "_toc.yml").write_text("\n".join(["format: jb-book", "chapters:", *entries]))
    for name, above in needs.items():
        links = ", ".join(f"[{need}]({need}.ipynb)" for need in above)
        cells = [new_markdown_cell(f"# {name}"), new_markdown_cell(f"**You need** {links}.")]
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    return Book(tmp_path)


def test_chapters_that_need_each_other_are_named(tmp_path):
    book = needing(tmp_path, a=["c"], b=["a"], c=["b"])
    circle, order = needs_problems(book)
    assert circle.startswith(
        "basics/a needs basics/c; basics/c needs basics/b; basics/b needs basics/a: nobody can "
    )
    assert order == "_toc.yml lists basics/a before basics/c, which it needs: put it after"


def test_chapters_in_the_order_of_their_needs_are_fine(tmp_path):
    assert list(needs_problems(needing(tmp_path, a=[], b=["a"], c=["b", "a"]))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import mlmath_lib.later",
        "from mlmath_lib import later",
        "from mlmath_lib.later.more import f",
        "from . import later",
        "def f():\n    from .later import g",
    ],
)
def test_an_import_of_a_later_part_is_found(book, line):
    library = book.root / "mlmath_lib"
    (library / "later.py").write_text("from mlmath_lib.basics import f\n")
    assert list(import_problems(book)) == []
    (library / "basics.py").write_text(line)
    (problem,) = import_problems(book)
    assert problem.startswith("mlmath_lib/basics.py imports mlmath_lib.later, a later part")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tests/library/test_shared.py": None}, "library/test_shared.py is missing: the tests mi"),
        ({"tests/library/later/test_lines.py": None}, "library/later/test_lines.py is missing"),
        ({"tests/library/test_figures.py": None}, "tests/library/test_figures.py is missing"),
        ({"tests/library/later/test_points.py": ""}, "test_points.py has no module of its name"),
        ({"tests/library/test_lines.py": ""}, "library/test_lines.py has no module of its name"),
        (
            {"mlmath_lib/later.py": ""},
            "later.py: a part is a package; move it to later/<concept>.py",
        ),
        (
            {"mlmath_lib/later/lines.py": "from mlmath_lib.later.points import _norm"},
            "later/lines.py takes _norm from mlmath_lib.later.points: what modules share stands in",
        ),
    ],
)
def test_a_library_without_order_is_found(book, changes, message):
    files = {
        "mlmath_lib/_shared.py": "",
        "mlmath_lib/__init__.py": "",
        "mlmath_lib/figures/lines.py": "",
        "mlmath_lib/later/__init__.py": "from mlmath_lib.later.lines import line",
        "mlmath_lib/later/_norms.py": "",
        "mlmath_lib/later/lines.py": "from mlmath_lib.later._norms import norm",
        "mlmath_lib/workshop/site.py": "",
        "tests/library/conftest.py": "",
        "tests/library/test_shared.py": "",
        "tests/library/test_figures.py": "",
        "tests/library/later/test_lines.py": "",
    }
    for path in (book.root / "mlmath_lib").rglob("*.py"):
        path.unlink()
    assert list(layout_problems(_written(book, files))) == []
    (problem, *_) = layout_problems(_written(book, files | changes))
    assert message in problem


def _written(book, files):
    for name, text in files.items():
        path = book.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
    return book


@pytest.mark.parametrize("name", ["utils.py", "misc/line.py", "Line.py", "part_2.py"])
def test_a_name_that_says_nothing_is_found(book, name):
    assert list(name_problems(book)) == []
    path = book.root / "mlmath_lib" / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    (problem,) = name_problems(book)
    assert problem.startswith(f"mlmath_lib/{name}: a name ")


@pytest.mark.parametrize("line", ["see /home/ada", "in /tmp/x", "object at 0x7f00ab12"])
def test_a_trace_of_a_machine_is_found(book, line):
    assert list(trace_problems(book)) == []
    (book.root / "README.md").write_text(f"# Book\n\n{line}\n")
    (problem,) = trace_problems(book)
    assert problem.startswith("README.md, line 3: holds")
