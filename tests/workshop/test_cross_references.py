"""References to other chapters are links in a notebook, and numbered roles on the site."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from mlmath_lib.workshop.checkout import root
from mlmath_lib.workshop.cross_references import as_links, as_roles, target
from mlmath_lib.workshop.site.roles import notebook_with_roles

POWER_RULE = root() / "chapters" / "calculus" / "power_rule.ipynb"
EQUATION = (
    "[(multiply exponents, in Basic operations)]"
    "(../foundations/basic_operations.ipynb#eq-basic-operations-multiply-exponents)"
)


@pytest.mark.parametrize(
    ("role", "link"),
    [
        ("{eq}`eq-basic-operations-multiply-exponents`", EQUATION),
        (
            "{prf:ref}`thm-product-rule-derivative`",
            "[(Product rule, in The product rule)](product_rule.ipynb#thm-product-rule-derivative)",
        ),
    ],
)
def test_a_reference_becomes_a_link_and_comes_back(role, link):
    text = "By {} and [this](product_rule.ipynb), $f(x)$."
    assert as_links(text.format(role), POWER_RULE) == text.format(link)
    assert as_roles(text.format(link)) == text.format(role)


def test_a_link_is_worded_anew():
    assert as_links(EQUATION.replace("[(multiply", "[(add"), POWER_RULE) == EQUATION


@pytest.mark.parametrize(
    "text", ["{eq}`eq-power-rule`", "{eq}`eq-nowhere-at-all`", "`{eq}` is a role", "{term}`limit`"]
)
def test_what_leads_to_no_other_chapter_stays(text):
    assert as_links(text, POWER_RULE) == as_roles(text) == text


def test_the_site_reads_roles():
    source = nbformat.writes(new_notebook(cells=[new_markdown_cell(f"By {EQUATION}.")]))
    read = nbformat.reads(notebook_with_roles(source), as_version=4)
    assert read.cells[0].source == "By {eq}`eq-basic-operations-multiply-exponents`."


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("a/b.ipynb#thm-b-c", ("a/b.ipynb", "thm-b-c")),
        ("b.ipynb", None),
        ("b.ipynb#sources", None),
        ("../references.bib#lloyd-1982", None),
    ],
)
def test_a_label_is_told_from_other_targets(link, found):
    assert target(link) == found
