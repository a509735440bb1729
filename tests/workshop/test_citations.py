"""Citations are links in a notebook, and lead to entries on the site."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlmath_lib.workshop.citations import as_links
from mlmath_lib.workshop.site.roles import notebook_with_roles

LLOYD = "[Lloyd (1982)](../references.bib#lloyd1982)"


@pytest.mark.parametrize(
    ("role", "link"),
    [
        ("{cite:t}`lloyd1982`", LLOYD),
        ("{cite:p}`lloyd1982`", "([Lloyd, 1982](../references.bib#lloyd1982))"),
        (
            "{cite:p}`arthur2007,aloise2009`",
            "([Arthur and Vassilvitskii, 2007](../references.bib#arthur2007); "
            "[Aloise et al., 2009](../references.bib#aloise2009))",
        ),
        ("{cite:t}`docarmo1976`", "[do Carmo (1976)](../references.bib#docarmo1976)"),
        ("{cite:t}`gurbuzbalaban2021`", "[Gürbüzbalaban et al. (2021)]"
         "(../references.bib#gurbuzbalaban2021)"),
    ],
)  # fmt: skip
def test_a_citation_is_worded_and_stays(role, link):
    text = "Some {}, which $f(x)$ shows, [here](demo.ipynb) (and (there)).\n{}"
    assert as_links(text.format(role, role)) == text.format(link, link)
    assert as_links(text.format(link, link)) == text.format(link, link)


def test_a_link_is_worded_anew():
    assert as_links("[Loyd\n(1928)](../references.bib#lloyd1982)") == LLOYD


@pytest.mark.parametrize("text", ["{cite:t}`nobody1900`", "`{cite:t}` is a role", "[a](b.bib#c)"])
def test_what_is_no_known_citation_stays(text):
    assert as_links(text) == text


def test_the_site_reads_anchors_in_text_and_leaves_code_alone():
    cells = [new_markdown_cell(f"By {LLOYD}."), new_code_cell(f"print('{LLOYD}')")]
    source = nbformat.writes(new_notebook(cells=cells))
    read = nbformat.reads(notebook_with_roles(source), as_version=4)
    assert [cell.source for cell in read.cells] == [
        "By [Lloyd (1982)](#source-lloyd1982).",
        cells[1].source,
    ]
