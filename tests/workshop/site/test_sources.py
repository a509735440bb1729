"""Sources: in full at the end of each chapter, named on one page."""

import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from workshop.browsing import ROOT, build

from mlmath_lib.workshop.site import sources

MACQUEEN, LLOYD = "[M (1967)](../references.bib#macqueen)", "[L (1982)](../references.bib#lloyd)"
BIBLIOGRAPHY = """
@article{macqueen, author = {MacQueen, J.}, title = {Some methods}, journal = {B}, year = {1967}}
@book{lloyd, author = {Lloyd, S.}, title = {The {PCM}}, publisher = {C}, year = {1982}}
@book{nobody, author = {Nobody, N.}, title = {Not cited}, publisher = {C}, year = {1900}}
"""
TOC = """format: jb-book
root: chapters/home
parts:
  - numbered: 2
    chapters:
      - file: chapters/part/index
        sections:
          - file: chapters/part/first
          - file: chapters/part/second
  - caption: Reference
    chapters:
      - file: chapters/all
"""
FILES = {
    "_toc.yml": TOC,
    "chapters/references.bib": BIBLIOGRAPHY,
    "chapters/home.md": "# Home\n\nWords.\n",
    "chapters/part/index.md": "# Part\n\nWords.\n",
    "chapters/all.md": "# All\n\n```{gathered} sources\n```\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two chapters that share a source."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "chapters" / "part").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", folder)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    write(folder, "first", f"By {MACQUEEN} and {LLOYD}.\n\nNext: more.")
    write(folder, "second", f"By {LLOYD}.")
    build(folder / "_build", source=folder)
    return folder


def write(folder, name, words):
    cells = [f"# {name.title()}\n\nWhat?", f"## Sources\n\n{words}"]
    notebook = new_notebook(
        cells=[new_markdown_cell(text, id=text[:8].strip("# \n")) for text in cells]
    )
    nbformat.write(notebook, folder / "chapters" / "part" / f"{name}.ipynb")


def page(book, name):
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def test_a_citation_leads_to_the_entry_on_the_page(book):
    text = page(book, "part/first")
    assert '<a class="reference internal" href="#source-lloyd">L (1982)</a>' in text
    [last] = re.findall(r'<section id="sources">.*?</section>', text, re.DOTALL)
    assert re.findall(r'<li id="source-(\w+)"', last) == ["lloyd", "macqueen"], "sorted by names"
    assert "<em>The PCM</em>. C, 1982." in last
    assert last.index("L (1982)") < last.index("<li id") < last.index("Next: more")
    second = page(book, "part/second")
    assert "source-macqueen" not in second
    assert second.index("By <a") < second.index("<li id"), "no word on the next chapter"


def test_one_page_names_every_source_and_leads_to_the_chapters(book):
    items = re.findall(r'<li><p><a [^>]*href="part.*?</li>', page(book, "all"), re.DOTALL)
    links = [re.findall(r'href="([^"]+)">([^<]+)', item) for item in items]
    assert links == [
        [
            ("part/first.html#source-lloyd", "Lloyd (1982)"),
            ("part/second.html#source-lloyd", "1.2"),
        ],
        [("part/first.html#source-macqueen", "MacQueen (1967)")],
    ]
    assert "<em>The PCM</em>" in items[0]


def test_a_change_reaches_the_pages_that_cite(book):
    path = book / "chapters" / "references.bib"
    path.write_text(BIBLIOGRAPHY.replace("Some methods", "Other methods"))
    build(book / "_build", source=book)
    assert "Other methods" in page(book, "part/first")
    assert "Other methods" in page(book, "all")
    write(book, "first", f"By {LLOYD}.")
    build(book / "_build", source=book)
    assert "MacQueen" not in page(book, "all"), "nobody cites it any more"


def test_a_citation_of_nothing_is_an_error(book):
    write(book, "first", "By [A](../references.bib#abel).")
    with pytest.raises(AssertionError, match="source-abel"):
        build(book / "_build", source=book)


def test_only_a_link_to_the_bibliography_changes():
    assert sources.with_anchors(LLOYD) == "[L (1982)](#source-lloyd)"
    assert sources.with_anchors("[a](b.bib#c)") == "[a](b.bib#c)"
