"""The home page: an explorer that plays, doors and cards, and where the reader was."""

import pytest
from workshop.browsing import NOTEBOOKS, TOC, Visit

HOME = "chapters/intro.html"
PLAYED = "Number(document.querySelector('figure[data-plays] .plays input').value)"


def parts():
    book = next(part for part in TOC["parts"] if part.get("numbered"))
    return [entry["file"] for entry in book["chapters"]]


@pytest.fixture
def home(site, browser):
    visit = Visit(browser, site / HOME)
    yield visit
    visit.context.close()


def test_the_explorer_plays_until_the_reader_takes_over(home):
    home.page.locator("figure[data-plays] svg").scroll_into_view_if_needed()
    home.page.wait_for_function(f"{PLAYED} > 0")
    button = home.page.locator("figure[data-plays] button")
    assert button.inner_text() == "Pause"
    home.page.locator("figure[data-plays] input").first.press("ArrowRight")
    assert button.inner_text() == "Play"


def test_it_stays_still_for_those_who_ask(site, browser):
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / HOME).as_uri())
    page.locator("figure[data-plays] svg").scroll_into_view_if_needed()
    # Longer than the first step would take, in the page's own time.
    page.evaluate("new Promise(done => setTimeout(done, 1500))")
    assert page.evaluate(PLAYED) == 0
    assert page.locator("figure[data-plays] button").inner_text() == "Play"
    context.close()


def test_it_waits_until_it_is_seen(site, browser):
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 300})
    page = context.new_page()
    page.goto((site / HOME).as_uri())
    page.evaluate("new Promise(done => setTimeout(done, 1500))")
    assert page.evaluate(PLAYED) == 0
    page.locator("figure[data-plays] svg").evaluate("svg => svg.scrollIntoView({block: 'center'})")
    page.wait_for_function(f"{PLAYED} > 0")
    context.close()


def test_doors_and_cards_are_links_as_a_whole(home):
    # At the lower corner of each card, away from its words.
    targets = home.page.evaluate(
        """() => [...document.querySelectorAll(".doors li, .card")].map(card => {
            card.scrollIntoView({block: "center"});
            const {right, bottom} = card.getBoundingClientRect();
            const hit = document.elementFromPoint(right - 8, bottom - 8).closest("a");
            return hit && card.contains(hit) ? hit.getAttribute("href") : null;
        })"""
    )
    assert targets[:3] == [
        "foundations/mathematics_of_machine_learning.html",
        "#run-a-chapter",
        "teaching.html",
    ]
    assert targets[3:] == [f"{part.removeprefix('chapters/')}.html" for part in parts()]


def test_next_leads_to_the_first_chapter(home):
    following = home.page.locator('.prev-next [rel="next"]')
    assert f"chapters/{following.get_attribute('href')}" == f"{NOTEBOOKS[0]}.html"


def test_the_browser_remembers_what_was_read(site, browser):
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((site / HOME).as_uri())
    assert page.locator(".go-on").count() == 0
    page.goto((site / f"{NOTEBOOKS[1]}.html").as_uri())
    chapter = page.locator(".here span").first.inner_text()
    assert page.locator(".tick").count() == 0
    page.goto((site / HOME).as_uri())
    assert page.locator(".go-on a").inner_text() == f"Continue with {chapter}"
    page.locator(".go-on a").click()
    page.wait_for_url(f"**/{NOTEBOOKS[1]}.html")
    page.locator(".prev-next").scroll_into_view_if_needed()
    page.locator('.contents [aria-current="page"] .tick').wait_for(state="attached")
    following = page.locator('.prev-next [rel="next"]').get_attribute("data-chapter")
    page.goto((site / HOME).as_uri())
    assert page.locator(".go-on a").inner_text() == f"Continue with {following}"
    page.locator(".go-on button").click()
    page.reload()
    assert page.locator(".go-on, .tick").count() == 0
    context.close()


def test_a_phone_says_where_you_are(site, browser):
    visit = Visit(browser, site / f"{NOTEBOOKS[0]}.html")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    here = visit.page.locator(".here span")
    assert here.first.is_visible()
    assert here.first.inner_text().startswith("1.1 ")
    heading = visit.page.locator("article h2").nth(1)
    heading.evaluate("heading => heading.scrollIntoView()")
    visit.page.wait_for_function("document.getElementById('section-in-view').textContent !== ''")
    title = heading.evaluate("heading => heading.firstChild.textContent")
    assert here.nth(1).inner_text() == title
    visit.context.close()
