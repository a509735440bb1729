"""Symbols and terms: each in its part, all of them on one page."""

import re
import shutil

import pytest
from workshop.browsing import ROOT, build

CALCULUS = """# Calculus

```{part-map}
```

## Symbols

| symbol | in code | meaning | introduced in |
|---|---|---|---|
| $f'$ | `slope` | slope of $f$ | [Rates](rates.md) |

## Terms

:::{glossary}
slope
gradient of a line
  How steep a [line](rates.md) is.
:::
"""
MODELS = """# Models

```{part-map}
```

## Symbols

| symbol | in code | meaning | introduced in |
|---|---|---|---|
| $k$ | `n_clusters` | number of clusters, after {term}`slope` | [Clusters](clusters.md) |
"""
FILES = {
    "_toc.yml": "format: jb-book\nroot: chapters/home\nparts:\n  - numbered: 2\n    chapters:\n"
    "      - file: chapters/calculus/index\n        sections:\n"
    "          - file: chapters/calculus/rates\n"
    "      - file: chapters/models/index\n        sections:\n"
    "          - file: chapters/models/clusters\n"
    "  - caption: Reference\n    chapters:\n      - file: chapters/all\n",
    "chapters/home.md": "# Home\n\nWords.\n",
    "chapters/calculus/index.md": CALCULUS,
    "chapters/calculus/rates.md": "# Rates\n\n{term}`slope`.\n",
    "chapters/models/index.md": MODELS,
    "chapters/models/clusters.md": "# Clusters\n\nWords.\n",
    "chapters/all.md": "# All\n\n```{gathered} symbols\n```\n\n```{gathered} terms\n```\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two parts."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "chapters").mkdir()
    for name in ("_config.yml", "chapters/references.bib"):
        shutil.copy(ROOT / name, folder / name)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    build(folder / "_build", source=folder)
    return folder


def page(book, name):
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def test_one_page_gathers_what_the_parts_hold(book):
    text = page(book, "all")
    assert re.findall(r'<h2><a [^>]*href="([^"]+)">([^<]+)', text) == [
        ("calculus/index.html#symbols", "Calculus"),
        ("models/index.html#symbols", "Models"),
    ]
    assert "slope of" in text
    assert "n_clusters" not in text, "the names in code stand in the part alone"
    assert 'href="calculus/rates.html"' in text
    for term in ("slope", "gradient-of-a-line"):
        assert f'<li id="term-{term}">' in text, "the old address"
        assert f'href="calculus/index.html#term-{term}"' in text


def test_parts_hold_them_without_a_number(book):
    text = page(book, "calculus/index")
    assert re.findall(r'<h2 class="rubric" id="([^"]+)">([^<]+)</h2>', text) == [
        ("symbols", "Symbols"),
        ("terms", "Terms"),
    ]
    assert "n_clusters" in page(book, "models/index")
    rates = page(book, "calculus/rates")
    assert '<span class="section-number">1.1. </span>Rates' in rates
    assert 'href="index.html#term-slope"' in rates


def test_a_change_in_a_part_reaches_the_page_that_gathers(book):
    path = book / "chapters" / "models" / "index.md"
    assert "number of groups" not in page(book, "all")
    path.write_text(MODELS.replace("number of clusters", "number of groups"))
    build(book / "_build", source=book)
    assert "number of groups" in page(book, "all")
