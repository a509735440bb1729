"""The pages of the built site, in a real browser with the network off."""

import gzip
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from workshop.browsing import NOTEBOOKS, Visit, every_chapter, every_page

# Kilobytes, gzipped; the first two are the page's HTML, the last is all it loads.
HTML_BUDGET, EXPLORER_HTML_BUDGET, FIRST_VIEW_BUDGET = 40, 250, 700
STEP_BUDGET = 50  # milliseconds from a key press to the new frame


@every_page
def test_page_loads_without_error_or_foreign_request(visit):
    foreign = [url for url in visit.requests if not url.startswith(("file://", "data:"))]
    assert foreign == [], "pages must not leave the site"
    assert visit.errors == []


@every_page
def test_page_has_no_stock_machinery(visit):
    scripts = " ".join(url.lower() for url in visit.requests)
    for name in ("thebe", "require.js", "fontawesome", "widget", "jquery", "mermaid"):
        assert name not in scripts, f"{name} is loaded: the site must not need it"


@every_page
def test_page_says_what_it_is(visit):
    for selector in (
        "html[lang]",
        'meta[name="description"]:not([content=""])',
        'meta[property="og:title"]:not([content=""])',
        'meta[property="og:description"]:not([content=""])',
        'meta[property="og:site_name"]',
        'link[rel~="icon"]',
    ):
        assert visit.page.locator(selector).count() == 1, f"{selector} must be there once"
    assert visit.page.locator("h1").count() == 1


@every_page
def test_mathematics_is_typeset(visit):
    formulas, bare, fonts = visit.page.evaluate(
        """async () => {
            const formulas = document.querySelectorAll("math").length;
            if (formulas) await document.fonts.ready;
            return [formulas,
                    [...document.querySelectorAll("main .math")]
                        .filter(box => !box.querySelector("math")).map(box => box.outerHTML),
                    [...document.fonts].map(font => `${font.family} ${font.status}`)];
        }"""
    )
    assert bare == []
    assert fonts == (["Mathematics loaded"] if formulas else []), "the font comes with formulas"
    text = visit.page.locator("main").inner_text()
    for trace in (r"\(", r"\[", "$$", "{eq}", "{ref}", "{term}", "{cite", ":label:"):
        assert trace not in text, f"{trace} stands raw on the page"


@every_page
def test_a_copied_page_has_its_formulas_as_tex(visit):
    copied, formulas = visit.page.evaluate(
        """() => {
            let copied = getSelection().toString();
            const note = event => { copied = event.clipboardData.getData("text/plain"); };
            document.addEventListener("copy", note);
            document.execCommand("selectAll");
            document.execCommand("copy");
            document.removeEventListener("copy", note);
            const shown = [...document.querySelectorAll("main math")].filter(formula =>
                formula.checkVisibility({contentVisibilityAuto: true}));
            return [copied, shown.map(formula => formula.querySelector("annotation").textContent)];
        }"""
    )
    visit.page.evaluate("getSelection().empty()")
    rest = " ".join(copied.split())
    for formula in formulas:
        before, found, rest = rest.partition(" ".join(formula.split()))
        assert found, f"{formula} is not copied, or not in its place: {before[:200]}"
    assert not {"Copy", "#", "¶"} & set(copied.split("\n")), "buttons are no text"


@every_page
def test_images_have_text_alternatives(visit):
    unnamed = visit.page.evaluate(
        """() => [...document.querySelectorAll('main img, main svg[role="img"], main figure svg')]
            .filter(image => !(image.getAttribute("alt") ?? image.getAttribute("aria-label") ?? "")
                .trim().includes(" "))
            .map(image => image.outerHTML.slice(0, 200))"""
    )
    assert unnamed == [], "write an alt text: what is seen, with its numbers"


@every_page
@pytest.mark.parametrize("mode", ["light", "dark", "phone"])
def test_page_is_accessible(visit, mode):
    width = 390 if mode == "phone" else 1280
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.set_theme("dark" if mode == "dark" else "light")
    visit.page.wait_for_timeout(150)  # boxes that scroll are marked after a resize
    # The contrast of every word takes three quarters of the time, and does not hang on the width.
    assert visit.accessibility_violations(colours=mode != "phone") == []
    overflow = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"the page scrolls sideways by {overflow} px at {width} px"


@every_chapter
def test_explorers_answer_the_keyboard(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    explorers = visit.page.locator("figure.explorer")
    assert explorers.count() >= 1
    for number in range(explorers.count()):
        explorer = explorers.nth(number)
        live = explorer.locator('[aria-live="polite"]')
        first = live.inner_text(), explorer.locator("svg").inner_html()
        sliders = explorer.locator("input[type=range]").all()
        for slider in sliders:
            sentence = live.inner_text()
            slider.press("ArrowRight")
            assert live.inner_text() != sentence, "the sentence must change at each step"
            assert slider.get_attribute("aria-valuetext")
            slider.press("End")
        assert explorer.locator("svg").inner_html() != first[1], "the picture must change too"
        for slider in sliders:
            slider.press("Home")
        assert (live.inner_text(), explorer.locator("svg").inner_html()) == first


@every_chapter
def test_explorers_are_quick(visit):
    milliseconds = visit.page.evaluate(
        """() => [...document.querySelectorAll("figure.explorer input[type=range]")].map(slider => {
            const times = [];
            for (let value = slider.max; value >= 0; value--) {
                const start = performance.now();
                slider.value = value;
                slider.dispatchEvent(new Event("input", {bubbles: true}));
                slider.closest("figure").getBoundingClientRect(); // lays the new frame out
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
        })"""
    )
    assert max(milliseconds) < STEP_BUDGET


@every_chapter
def test_play_button_plays_to_the_end(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    for row in visit.page.locator("figure.explorer .explorer-row:has(button)").all():
        slider, button = row.locator("input"), row.locator("button")
        last = int(slider.get_attribute("max"))
        slider.evaluate("(slider, value) => { slider.value = value }", max(last - 1, 0))
        button.focus()
        visit.page.keyboard.press("Enter")
        assert button.inner_text() == "Pause"
        slider.evaluate(
            "slider => new Promise(done => { const wait = () => slider.value === slider.max"
            " ? done() : setTimeout(wait, 50); wait(); })"
        )
        assert button.inner_text() == "Play"


@every_page
def test_page_weight(visit, site):
    path = site / unquote(urlsplit(visit.page.url).path).removeprefix(f"{site.as_posix()}/")
    html = compressed(path)
    has_explorer = visit.page.locator("figure.explorer").count() > 0
    budget = EXPLORER_HTML_BUDGET if has_explorer else HTML_BUDGET
    assert html <= budget, f"{path.name} is {html:.0f} kB gzipped; at most {budget}"
    loaded = {unquote(urlsplit(url).path) for url in visit.requests if url.startswith("file:")}
    everything = sum(compressed(Path(name)) for name in loaded if Path(name).is_file())
    assert everything <= FIRST_VIEW_BUDGET, f"a first view loads {everything:.0f} kB gzipped"


def compressed(path):
    return len(gzip.compress(path.read_bytes())) / 1000


@pytest.mark.parametrize("page", ["chapters/intro.html", f"{NOTEBOOKS[0]}.html"])
def test_page_prints_as_a_handout(page, site, browser, tmp_path):
    visit = Visit(browser, site / page)
    visit.page.emulate_media(media="print")
    hidden = visit.page.evaluate(
        """() => [...document.querySelectorAll("nav, header, button, .explorer-controls")]
            .filter(part => part.getClientRects().length > 0)
            .map(part => part.outerHTML.slice(0, 120))"""
    )
    visit.page.pdf(path=tmp_path / "page.pdf")
    visit.context.close()
    assert hidden == [], "paper has no navigation and no buttons"
    assert (tmp_path / "page.pdf").stat().st_size > 20_000


class Anchors(HTMLParser):
    """Collect a page's ids and links."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        for name in ("href", "src"):
            if tag != "base" and attributes.get(name):
                self.links.append(attributes[name])


def test_internal_links_and_anchors_resolve(site):
    pages = {path: Anchors(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        twice = [name for name, times in Counter(page.ids).items() if times > 1]
        broken += [f"{path.relative_to(site)}: the id {name} stands twice" for name in twice]
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue  # 404.html is served from any depth, and is tested on its own
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{path.relative_to(site)} -> {link}: no such file")
            elif anchor and target in pages and anchor not in pages[target].ids:
                broken.append(f"{path.relative_to(site)} -> {link}: no such anchor")
    assert broken == []


def test_site_carries_no_unused_machinery(site):
    """Only what a page loads is published."""
    total = sum(path.stat().st_size for path in (site / "_static").rglob("*") if path.is_file())
    assert total < 4_000_000, "something large has come into _static"
    names = [path.name for path in site.rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith(".map") or "fontawesome" in name]


def test_search_finds_a_chapter(site, browser):
    visit = Visit(browser, site / "search.html")
    visit.page.goto(f"{(site / 'search.html').as_uri()}?q=Voronoi")
    visit.page.wait_for_selector("#search-results li a")
    assert "k_means_clustering" in visit.page.locator("#search-results").inner_html()
    assert visit.errors == []
    visit.context.close()
