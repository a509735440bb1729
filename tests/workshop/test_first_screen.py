"""A chapter in the book's form, built alone: its first screen, its questions, its proofs."""

import json
import re
import shutil

import nbformat
import pytest
from workshop.browsing import NOTEBOOKS, ROOT, Visit, build

TOC = """\
format: jb-book
root: chapters/home
parts:
  - caption: Chapters
    numbered: 2
    chapters:
      - file: chapters/part
        sections:
          - file: chapters/before
          - file: chapters/chapter
"""
NEEDS = """\
**You need**: a slope from [what came before](before.ipynb), and once more [its end](before.ipynb).

**You will be able to**

- see it,
- prove it.
"""
PROOF = """\
```{prf:proof}
:class: dropdown

By *induction*, of course.
```

```{prf:lemma} It *helps*
:label: lem-chapter-it-helps
:class: dropdown

It holds.
```
"""
QUESTION = """\
`````{admonition} Predict
:class: question

Which is larger?

````{admonition} The first, $x$
:class: dropdown

No: it is smaller.
````

````{admonition} The second
:class: dropdown

Right. It grows.
````
`````
"""


def explorer_cell():
    """Return a chapter's first cell that stores an explorer, folded."""
    for cell in nbformat.read(ROOT / f"{NOTEBOOKS[0]}.ipynb", as_version=4).cells:
        if "Explorer:" in json.dumps(cell.get("outputs", "")):
            cell.metadata["tags"] = ["hide-input"]
            return cell
    raise AssertionError(f"{NOTEBOOKS[0]} has no explorer")


@pytest.fixture(scope="session")
def chapter(tmp_path_factory):
    """Build a book of two chapters; return the page of the second."""
    book = tmp_path_factory.mktemp("book")
    (book / "_toc.yml").write_text(TOC, encoding="utf-8")
    pages = book / "chapters"
    pages.mkdir()
    (pages / "home.md").write_text("# Home\n\nSome words.\n", encoding="utf-8")
    (pages / "part.md").write_text("# Part\n\n```{part-map}\n```\n", encoding="utf-8")
    for name in ("_config.yml", "chapters/references.bib"):
        shutil.copy(ROOT / name, book / name)
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    question = "Revenue grows by 20 a week. " * 8 + "How fast does it grow?"
    setup = code("import numpy as np\n" * 8, metadata={"tags": ["hide-input"]})
    cells = {
        "before": [text("(before)=\n# What came before\n\nWhat?"), text("It came.")],
        "chapter": [
            text(f"(chapter)=\n# A chapter\n\n{question}"),
            text(NEEDS),
            setup,
            explorer_cell(),
            text(f"{PROOF}\n{QUESTION}"),
        ],
    }
    for name, inside in cells.items():
        language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
        notebook = nbformat.v4.new_notebook(cells=inside, metadata=language)
        nbformat.write(notebook, pages / f"{name}.ipynb")
    build(book / "_build", source=book)
    return book / "_build" / "html" / "chapters" / "chapter.html"


@pytest.fixture
def opened(chapter, browser):
    visit = Visit(browser, chapter)
    yield visit
    visit.context.close()


def test_the_first_figure_stands_on_the_first_screen(opened):
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    strip = opened.page.locator(".strip")
    assert strip.bounding_box()["height"] <= 110
    assert opened.page.locator("figure").first.bounding_box()["y"] < 700
    assert opened.page.locator("figure svg").first.bounding_box()["height"] <= 420


def test_the_strip_links_each_need_once_and_computes_the_minutes(opened):
    line = opened.page.locator(".strip > p")
    assert line.inner_text().partition(" minutes · ")[2] == "You need What came before"
    assert int(line.inner_text().partition(" ")[0]) > 0
    assert line.get_by_role("link").get_attribute("href") == "before.html"
    words = opened.page.get_by_text("prove it.")
    assert not words.is_visible()
    opened.page.locator(".strip summary").press("Enter")
    assert words.is_visible()


def test_set_up_is_folded_and_said_to_be_one(opened):
    prompts = opened.page.locator(".hidden-code > summary").all_inner_texts()
    assert prompts == ["Set-up", "Show the code"]


def test_a_question_needs_no_script(chapter, browser):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(chapter.as_uri())
    choices = page.locator(".question summary")
    assert choices.count() == 2
    right = page.get_by_text("Right. It grows.")
    assert not right.is_visible()
    choices.nth(1).press("Enter")
    assert right.is_visible()
    assert not page.get_by_text("No: it is smaller.").is_visible()
    assert page.locator(".question .right").inner_text().startswith("The second")
    context.close()


def test_on_paper_proofs_unfold_and_questions_stay_open(opened):
    opened.page.locator(".question summary").nth(0).click()
    opened.page.emulate_media(media="print")
    assert opened.page.get_by_text("By induction, of course.").is_visible()
    assert opened.page.get_by_text("prove it.").is_visible()
    assert opened.page.locator(".question summary").nth(1).is_visible()
    for feedback in ("No: it is smaller.", "Right. It grows."):
        assert not opened.page.get_by_text(feedback).is_visible()


def test_a_folded_proof_says_once_that_it_is_one(opened):
    proof = opened.page.locator("details.proof:not(.lemma)")
    assert proof.locator("summary").inner_text() == "Proof"
    proof.locator("summary").click()
    assert proof.inner_text().split() == ["Proof", "By", "induction,", "of", "course."]


def test_a_folded_lemma_shows_its_number_and_title(opened):
    lemma = opened.page.locator("details.lemma")
    assert re.fullmatch(r"Lemma [\d.]*1 \(It helps\)", lemma.locator("summary").inner_text())
    lemma.locator("summary").click()
    assert lemma.inner_text().split()[-2:] == ["It", "holds."]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_strip_and_question_are_accessible(opened, theme):
    opened.set_theme(theme)
    opened.page.set_viewport_size({"width": 390, "height": 844})
    assert opened.accessibility_violations() == []
