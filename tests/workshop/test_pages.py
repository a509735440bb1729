"""The pages of the built site, in a real browser with the network off."""

import gzip
import json
from collections import Counter
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from workshop.browsing import NOTEBOOKS, PAGES, ROOT, Visit, every_chapter, every_page, sample

from mlmath_lib.display import read_explorer

# Kilobytes, gzipped; the first two are the page's HTML, the last is all it loads.
HTML_BUDGET, EXPLORER_HTML_BUDGET, FIRST_VIEW_BUDGET = 40, 250, 700

CHAPTERS = [f"{name}.html" for name in NOTEBOOKS]
SAMPLE = sample(CHAPTERS, 2) + sample([page for page in PAGES if page not in CHAPTERS], 2)


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
def test_page_is_accessible(visit):
    """In one view and without colours, which test_colours proves; a sample stands for the rest."""
    visit.set_width(1280)
    assert visit.accessibility_violations(colours=False) == []


@every_page
def test_page_takes_its_colours_from_the_theme(visit):
    """Those of figures are the display's, and tested there."""
    own = visit.page.evaluate(
        """() => [...document.querySelectorAll('[style*="color"], [style*="background"], font')]
            .filter(box => !box.closest("svg")).map(box => box.outerHTML.slice(0, 200))"""
    )
    assert own == []


@pytest.mark.parametrize("visit", SAMPLE, indirect=True)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sample_is_accessible_in_every_view(visit, theme, width):
    visit.set_theme(theme)
    visit.set_width(width)
    assert visit.accessibility_violations() == []


@every_page
@pytest.mark.parametrize("width", [1280, 390])
def test_page_does_not_scroll_sideways(visit, width):
    visit.set_width(width)
    overflow = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"the page scrolls sideways by {overflow} px at {width} px"


@every_chapter
def test_explorers_answer_the_keyboard(visit):
    visit.set_width(1280)
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
            slider.press("End")
        assert explorer.locator("svg").inner_html() != first[1], "the picture must change too"
        for slider in sliders:
            slider.press("Home")
        assert (live.inner_text(), explorer.locator("svg").inner_html()) == first


# What a frame should show is parsed as the page is; the page's ids carry a prefix.
WRONG_FRAMES = """([number, frames]) => {
    const figure = document.querySelectorAll("figure.explorer")[number];
    const sliders = [...figure.querySelectorAll("input[type=range]")];
    const svg = figure.querySelector("svg"), wanted = svg.cloneNode(false);
    const move = positions => {
        sliders.forEach((slider, i) => { slider.value = positions[i]; });
        sliders[0].dispatchEvent(new Event("input"));
    };
    const wrong = frames.flatMap(([positions, values, sentence, drawing]) => {
        move(positions);
        wanted.innerHTML = drawing;
        const shown = svg.innerHTML.replace(/(\\bid="|href="#|url\\(#)f\\d+-\\d+-/g, "$1");
        const same = [
            ["drawing", shown.trim() === wanted.innerHTML.trim()],
            ["sentence", figure.querySelector(".explorer-sentence").textContent === sentence],
            ["text alternative", svg.getAttribute("aria-label") === sentence],
            ["values", sliders.every((slider, i) =>
                slider.getAttribute("aria-valuetext") === values[i]
                && figure.querySelector(`output[for="${slider.id}"]`).value === values[i])],
        ];
        return same.filter(([, equal]) => !equal).map(([what]) => `${what} of ${values}`);
    });
    move(sliders.map(() => 0));
    return wrong;
}"""


@every_chapter
def test_every_frame_is_what_the_notebook_stores(visit):
    """The sliders' positions count through the frames, the last one fastest."""
    explorers = stored_explorers(visit.page.url)
    assert visit.page.locator("figure.explorer").count() == len(explorers)
    for number, explorer in enumerate(explorers):
        values = [parameter["values"] for parameter in explorer["parameters"]]
        positions = product(*(range(len(choices)) for choices in values))
        frames = zip(
            positions, product(*values), explorer["sentences"], explorer["frames"], strict=True
        )
        wrong = visit.page.evaluate(WRONG_FRAMES, [number, list(frames)])
        assert wrong == [], f"explorer {number + 1} of the page differs from the notebook"


def stored_explorers(url):
    """Read the explorers that a page's notebook stores."""
    name = url.rpartition("/html/")[2].removesuffix(".html")
    notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
    stored = [
        read_explorer("".join(output.get("data", {}).get("image/svg+xml", "")))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
    ]
    return [explorer for explorer in stored if explorer]


@every_chapter
def test_play_button_plays_to_the_end(visit):
    visit.set_width(1280)
    visit.page.clock.install(time=0)
    visit.page.clock.pause_at(1)
    for row in visit.page.locator("figure.explorer .explorer-row:has(button)").all():
        slider, button = row.locator("input"), row.locator("button")
        last = int(slider.get_attribute("max"))
        slider.evaluate("(slider, value) => { slider.value = value }", max(last - 1, 0))
        button.press("Enter")
        assert button.inner_text() == "Pause"
        visit.page.clock.run_for(1000)
        assert slider.input_value() == str(last)
        assert button.inner_text() == "Play"
    visit.page.clock.resume()


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


def test_old_addresses_lead_on(site, browser):
    moved = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["mlmath_moved"]
    page = browser.new_page()
    for old, new in moved.items():
        page.goto((site / f"{old}.html").as_uri())
        page.wait_for_url((site / f"{new}.html").as_uri())
    page.close()


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
