"""The search: what is found first, on a phone and under the field, from disk and offline."""

import gzip
import json
import re
from urllib.parse import unquote, urlsplit

import pytest
from docutils import nodes
from workshop.browsing import NOTEBOOKS, Visit

from mlmath_lib.workshop.site import search

# What a reader types, and the first result: its title, and the page it leads to.
FIRST = {
    "law of large numbers": ("The law of large numbers", "law_of_large_numbers.html"),
    "large numbers": ("The law of large numbers", "law_of_large_numbers.html"),
    "learning rate": ("learning rate", "optimization/index.html"),
    "stochastic gradient": ("Stochastic gradient descent", "stochastic_gradient_descent.html"),
    "SGD": ("stochastic gradient descent, SGD", "optimization/index.html"),
    "sigmoid": ("logistic function, sigmoid", "foundations/index.html"),
    "iid": ("independent and identically distributed, iid, i.i.d.", "probability/index.html"),
    "log-sum-exp": ("log-sum-exp", "foundations/index.html"),
    "logsumexp": ("log-sum-exp", "foundations/index.html"),
    "95 %": (None, "sample_size_determination.html"),
    "k-means": ("k-means clustering", "k_means_clustering.html"),
    "k means": ("k-means clustering", "k_means_clustering.html"),
    "Euler's number": ("Euler’s number", "eulers_number.html"),
    "chain rule": ("The chain rule", "chain_rule.html"),
    "backprop": ("Backpropagation", "backpropagation.html"),
    "gradients": ("Gradients", "gradients.html"),
}
# A term's chapter comes right after the term.
SECOND = {
    "learning rate": "stochastic_gradient_descent.html",
    "SGD": "stochastic_gradient_descent.html",
    "sigmoid": "eulers_number.html",
    "iid": "law_of_large_numbers.html",
}
BUDGET = 40  # kilobytes, gzipped: what one query loads besides the lines of text


@pytest.fixture(scope="module")
def phone(site, browser):
    visit = Visit(browser, site / "search.html")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    yield visit
    visit.context.close()


def results(page, query):
    """Type a query and return the links that are found."""
    # Nothing is found for this, so what stands there afterwards belongs to the query.
    page.fill("input[name=q]", "qqqqq")
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('qqqqq')")
    page.fill("input[name=q]", "")
    page.locator("input[name=q]").press_sequentially(query)
    page.locator(".hits a").first.wait_for()
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('found')")
    return page.locator(".hits a")


@pytest.mark.parametrize("query", FIRST)
def test_the_page_that_is_meant_comes_first(phone, query):
    links = results(phone.page, query)
    title, address = FIRST[query]
    assert title is None or links.first.locator("strong").inner_text() == title
    assert address in links.first.get_attribute("href")
    if query in SECOND:
        assert SECOND[query] in links.nth(1).get_attribute("href")
    assert links.first.locator(".context").inner_text().strip(), "a hit shows a line of its text"
    assert "\\" not in phone.page.locator("#found").inner_text(), "mathematics stands there as TeX"
    assert links.first.bounding_box()["width"] <= 390


def test_the_first_result_leads_to_its_section(site, browser):
    visit = Visit(browser, site / "chapters/intro.html")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.locator(".search-link").click()
    results(visit.page, "385").first.click()
    visit.page.wait_for_url("**/sample_size_determination.html#*")
    anchor = unquote(urlsplit(visit.page.url).fragment)
    assert visit.page.locator(f'[id="{anchor}"]').count() == 1
    assert all(url.startswith("file:") for url in visit.requests)
    assert visit.errors == []
    visit.context.close()


def test_results_under_the_field_answer_the_keyboard(site, browser):
    visit = Visit(browser, site / f"{NOTEBOOKS[0]}.html")
    page, field = visit.page, visit.page.locator(".search input")
    assert not any("/search" in url for url in visit.requests), "the index waits for the field"
    field.press_sequentially("gradient")
    first, second = (page.locator(".found .hits a").nth(n) for n in (0, 1))
    second.wait_for()
    box = page.locator(".found").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert box["y"] + box["height"] <= 900
    focused = "link => link === document.activeElement"
    field.press("ArrowDown")
    assert first.evaluate(focused)
    first.press("ArrowDown")
    assert second.evaluate(focused)
    second.press("ArrowUp")
    first.press("ArrowUp")
    assert field.evaluate(focused)
    field.press("Escape")
    assert not page.locator(".found").is_visible()
    field.press("Enter")
    page.wait_for_url("**/search.html?q=gradient")
    assert "Gradients" in page.locator(".hits a").first.inner_text()
    visit.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_results_are_accessible(phone, theme):
    results(phone.page, "gradient").nth(7).locator(".context").wait_for()
    phone.set_theme(theme)
    assert phone.accessibility_violations() == []
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert phone.page.evaluate(overflow) <= 0


def read(path):
    return json.loads(re.fullmatch(r"takeSearch\(\"[\w-]+\",(.*)\);\n", path.read_text("utf-8"))[1])


def test_everything_that_is_found_has_its_anchor_on_its_page(site):
    for address, _, entries in read(site / "search/titles.js")["pages"]:
        html = (site / address).read_text("utf-8")
        for anchor, kind, title, _ in entries:
            assert title, f"{address}#{anchor}: a {kind} without a title"
            assert not anchor or f'id="{anchor}"' in html, f"{address}#{anchor} is no place"


def test_solutions_are_not_found(site):
    texts = " ".join(path.read_text("utf-8") for path in (site / "search").glob("text-*.js"))
    assert "Solution to" not in texts
    assert "Duplicate implicit target" not in texts
    assert not re.search(r"\beq-\w", texts), "a label stands in place of a number"


def test_a_query_loads_little(site):
    def size(path):
        return len(gzip.compress(path.read_bytes())) / 1000

    letters = sorted(map(size, (site / "search").glob("words-*.js")))
    script = size(site / "_static/search.js")
    assert script + size(site / "search/titles.js") + sum(letters[-2:]) <= BUDGET


def test_words_are_compared_without_their_ends():
    assert search.words("Eigenvalues of a matrix") == {"eigenvalue", "matrix"}
    assert search.words("classes and the loss") == {"class", "loss"}
    assert search.words("L'Hôpital’s rule") >= {"lhopital", "rule"}
    assert search.words("k-means") == {"kmean", "mean"}


def test_a_page_is_read_as_what_can_be_found_in_it():
    page = nodes.document(None, None)
    proof = nodes.admonition("", nodes.paragraph("", "By parts."), classes=["proof", "dropdown"])
    hint = nodes.admonition("", nodes.paragraph("", "Look left."), classes=["dropdown"])
    words = nodes.paragraph("", "", nodes.Text("Let "), nodes.math("", r"x_1\ne0"), nodes.Text("."))
    inner = nodes.section("", nodes.title("", "Inside"), words, proof, hint, ids=["inside"])
    page += nodes.section(
        "", nodes.title("", "Whole"), nodes.paragraph("", "Why?"), inner, ids=["whole"]
    )
    assert search.records(page) == [
        ["", "section", "Whole", "", "Why?"],
        ["inside", "section", "Inside", "", "Let x₁≠0. By parts."],
    ]
