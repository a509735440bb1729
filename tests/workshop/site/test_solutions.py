"""Solutions on the site, and the site for a class, without results and solutions."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from workshop.browsing import NOTEBOOKS, ROOT, build

from mlmath_lib.workshop.chapter import read_chapter
from mlmath_lib.workshop.site import solutions


def test_a_site_for_a_class_gives_nothing_away(site, tmp_path):
    """Hints and checks stay; results, solutions, their outputs and ways to them go."""
    build(
        tmp_path / "_build",
        MLMATH_SOLUTIONS="no",
        MLMATH_REPOSITORY="https://github.com/someone/fork",
    )
    output = tmp_path / "_build" / "html"
    for name in NOTEBOOKS:
        full = (site / f"{name}.html").read_text(encoding="utf-8")
        page = (output / f"{name}.html").read_text(encoding="utf-8")
        kept, gone = '<details class="admonition hint', '<details class="admonition solution'
        assert page.count(kept) == full.count(kept) >= 4
        assert full.count(gone) >= 4
        for trace in (gone, "Result</summary>", "github.com", "mybinder"):
            assert trace not in page, (name, trace)
        assert page.count(">check<") >= 1
        assert f"{name.rpartition('/')[2]}.ipynb" in page  # the download
        given = (output / "_sources" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "{solution" not in given
        assert "Result\\n:class" not in given
    for text in (output / "search").glob("*.js"):
        assert "Solution to" not in text.read_text(encoding="utf-8")


def test_each_solution_by_code_ends_with_its_check():
    end = "```{solution-end}\n```"
    cells = [
        new_markdown_cell("```{solution-start} ex-demo\n```"),
        new_code_cell("def f(): ...", metadata={"tags": ["solution"]}),
        new_code_cell("check(f)"),
        new_markdown_cell("## Summary"),
    ]
    stored = [new_notebook(cells=some) for some in (cells, [*cells[:3], new_markdown_cell(end)])]
    for notebook in stored:
        closed = nbformat.reads(solutions.with_ends(nbformat.writes(notebook)), 4).cells
        assert [n for n, cell in enumerate(closed) if cell.source == end] == [3]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_folds_each_solution_with_its_code_and_check(name, site):
    directives = [one for _, one in read_chapter(ROOT / f"{name}.ipynb").directives]
    solutions_of = [one.kind for one in directives if one.kind in {"solution", "solution-start"}]
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    folded = [part for part in _details(page) if part.startswith('<details class="admonition sol')]
    assert len(folded) == len(solutions_of) >= 4
    with_check = [part for part in folded if ">check<" in part]
    assert len(with_check) == solutions_of.count("solution-start")


def _details(page):
    """Return each outermost or inner ``<details>`` of a page, with all that it holds."""
    opened, found = [], []
    for tag in re.finditer(r"<details|</details>", page):
        if tag[0] == "<details":
            opened.append(tag.start())
        else:
            found.append(page[opened.pop() : tag.end()])
    return found


def test_another_word_for_the_switch_is_refused():
    with pytest.raises(ValueError, match="MLMATH_SOLUTIONS must be yes or no; got 'false'"):
        solutions.shown("false")
