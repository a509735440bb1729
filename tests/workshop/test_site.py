"""The built site, in a real browser with the network off."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import axe_playwright_python
import pytest
import yaml
from filelock import FileLock
from playwright.sync_api import sync_playwright

from mlmath_lib.workshop.site import figures, maps, pages, solutions

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))


def documents(entries):
    """List the files of a table of contents in their order."""
    for entry in entries:
        if "file" in entry:
            yield entry["file"]
        yield from documents([*entry.get("chapters", ()), *entry.get("sections", ())])


DOCUMENTS = [TOC["root"], *documents(TOC["parts"])]
PAGES = [f"{document}.html" for document in DOCUMENTS] + ["index.html", "search.html", "404.html"]
NOTEBOOKS = [name for name in DOCUMENTS if (ROOT / f"{name}.ipynb").exists()]

# Kilobytes, gzipped; the first two are the page's HTML, the last is all it loads.
HTML_BUDGET, EXPLORER_HTML_BUDGET, FIRST_VIEW_BUDGET = 40, 250, 700
STEP_BUDGET = 50  # milliseconds from a key press to the new frame


def browser_path():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the site once for all workers; a warning is an error."""
    lock = tmp_path_factory.getbasetemp().parent / "site.lock"
    done = lock.with_suffix(".built")
    with FileLock(lock):
        if not (done.exists() and os.environ.get("PYTEST_XDIST_WORKER")):
            build(ROOT / "_build")
            done.touch()
    return SITE


def build(output, **environment):
    command = [Path(sys.executable).with_name("jupyter-book"), "build", str(ROOT)]
    options = ["-W", "-n", "--keep-going", "--path-output", str(output.parent)]
    result = subprocess.run(
        [*command, *options], env=os.environ | environment, capture_output=True, text=True
    )
    assert result.returncode == 0, f"the site does not build:\n{result.stdout}{result.stderr}"


@pytest.fixture(scope="session")
def browser():
    path = browser_path()
    if path is None:
        message = "no Chromium found: apt install chromium, and the site is tested too"
        if os.environ.get("MLMATH_BROWSER_REQUIRED"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


# The colour of a token of code hangs on its class alone; axe takes as long for each of thousands.
ONE_TOKEN_OF_EACH_KIND = """() => {
    const seen = new Set();
    for (const token of document.querySelectorAll("div.highlight span[class]:not(:has(*))")) {
        if (seen.has(token.className)) token.replaceWith(token.textContent);
        seen.add(token.className);
    }
}"""


class Visit:
    """One page, opened from disk with the network off, and what its opening caused."""

    def __init__(self, browser, path):
        self.context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.errors, self.requests = [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        self.page.goto(path.as_uri())
        if self.page.locator("script[src*=mathjax]").count():
            self.page.wait_for_function("window.MathJax?.startup?.promise !== undefined")
            self.page.evaluate("MathJax.startup.promise")

    def _note(self, message):
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def set_theme(self, theme):
        self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)

    def accessibility_violations(self, *, colours=True):
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.add_script_tag(path=AXE)
            self.page.evaluate(ONE_TOKEN_OF_EACH_KIND)
        found = self.page.evaluate(
            """colours => {
                document.querySelectorAll("details").forEach(box => { box.open = true });
                return axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
                                          rules: {"color-contrast": {enabled: colours}},
                                          resultTypes: ["violations"]});
            }""",
            colours,
        )
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary']})"
            for rule in found["violations"]
            for node in rule["nodes"][:3]
        ]


@pytest.fixture(scope="module")
def visit(request, site, browser):
    """Open the page of this test; tests of the same page share it."""
    opened = Visit(browser, site / request.param)
    yield opened
    opened.context.close()


every_page = pytest.mark.parametrize("visit", PAGES, indirect=True)
every_chapter = pytest.mark.parametrize(
    "visit", [f"{name}.html" for name in NOTEBOOKS], indirect=True
)


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
    page = visit.page
    # MathJax prints an unknown command in red instead of an error.
    broken = 'mjx-merror, [data-mjx-error], mjx-mtext[style*="color: red"]'
    assert page.locator(broken).count() == 0
    assert page.locator("mjx-container").count() == page.locator("mjx-assistive-mml").count()
    written = page.locator("main .math").count()
    assert page.locator("main .math mjx-container").count() >= written
    loaded = page.locator("script[src*=mathjax]").count() > 0
    assert loaded == (written > 0), "a page loads MathJax if and only if it has a formula"
    text = page.locator("main").inner_text()
    for trace in (r"\(", r"\[", "$$", "{eq}", "{ref}", "{term}", "{cite", ":label:"):
        assert trace not in text, f"{trace} stands raw on the page"


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


def test_addresses_come_from_one_place(site, tmp_path):
    """Without an address there are no dead buttons; with one they lead to the fork."""
    page = f"{NOTEBOOKS[0]}.html"
    plain = (site / page).read_text(encoding="utf-8")
    assert "mybinder" not in plain
    assert "github.com" not in plain
    build(tmp_path / "_build", MLMATH_REPOSITORY="https://github.com/someone/fork")
    linked = (tmp_path / "_build" / "html" / page).read_text(encoding="utf-8")
    path = f"{NOTEBOOKS[0]}.ipynb"
    binder = f"/v2/gh/someone/fork/main?urlpath=lab%2Ftree%2F{path.replace('/', '%2F')}"
    assert binder in linked
    assert f"https://github.com/someone/fork/blob/main/{path}" in linked


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
    words = (output / "searchindex.js").read_text(encoding="utf-8")
    assert "Solution to" not in words


def test_another_word_for_the_switch_is_refused():
    with pytest.raises(ValueError, match="MLMATH_SOLUTIONS must be yes or no; got 'false'"):
        solutions.shown("false")


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"4.9t^2", "4.9t²"),
        (r"\frac{t^2}2", "t²/2"),
        (r"(1+r/n)^{nt}", "(1+r/n)ⁿᵗ"),
        (r"8t\,e^{-t/2}", "8t e^(-t/2)"),
        (r"\sqrt2=1.414\ldots", "√2=1.414…"),
        (r"\sin\theta\approx\theta", "sin θ≈θ"),
        (r"n\to\infty", "n→∞"),
    ],
)
def test_a_formula_in_a_title_is_plain_text(tex, text):
    assert pages.plain_formula(tex) == text


def test_a_narrow_figure_keeps_the_scale_of_the_others():
    root = '<svg width="{0}pt" height="90pt" viewBox="0 0 {0} 90" role="img">'
    narrow, _, _ = figures.inline_svg(root.format(201.6), "a-")
    assert narrow == '<svg style="--width: 201.6" viewBox="0 0 201.6 90" role="img">'
    wide, _, _ = figures.inline_svg(root.format(403.2), "a-")
    assert wide == '<svg viewBox="0 0 403.2 90" role="img">'


def test_a_map_draws_only_the_last_steps():
    needs = {"sum": ["limit"], "chain": ["sum", "limit"], "gradient": ["limit", "chain", "sum"]}
    assert maps.direct(needs) == {"sum": ["limit"], "chain": ["sum"], "gradient": ["chain"]}
    circle = {"a": ["b"], "b": ["a"]}
    assert maps.direct(circle) == circle


def test_a_map_opens_with_the_question():
    assert maps.opening("A stone falls. How fast? So fast.") == "A stone falls. How fast?"
    assert maps.opening("One. Two, 3.5 m. Three.") == "One. Two, 3.5 m."


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """A JupyterLab server on a copy of one chapter."""
    chapters, config = tmp_path / "chapters", tmp_path / "config"
    chapters.mkdir()
    shutil.copy(ROOT / f"{NOTEBOOKS[0]}.ipynb", chapters / "chapter.ipynb")
    # All cells stand in the page, not only those near the window.
    settings = config / "lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "MLMATH_FRAMES"}
    environment |= {"JUPYTER_CONFIG_DIR": str(config), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    server = subprocess.Popen(
        [Path(sys.executable).with_name("jupyter"), "lab", "--no-browser", "--allow-root",
         f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password=",
         f"--ServerApp.root_dir={chapters}"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/api", timeout=2).read()
                break
            except OSError:
                assert time.monotonic() < deadline, "JupyterLab does not start"
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def test_chapter_runs_in_jupyterlab(lab, browser):
    """Run all cells of a chapter in a real JupyterLab, move a slider, see the figure change."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/lab/tree/chapter.ipynb")
    # The status bar says so only when the kernel is connected; before, Run would be lost.
    idle = page.get_by_text("Python 3 (ipykernel) | Idle")
    idle.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    slider = page.locator(".widget-slider .noUi-handle").first
    slider.wait_for(state="attached")
    idle.wait_for()
    assert page.locator(".jp-RenderedText[data-mime-type*=error], .jp-mod-error").count() == 0
    assert page.locator(".jp-Notebook mjx-merror").count() == 0

    box = page.locator(".widget-vbox", has=slider).first
    before = box.locator("svg").inner_html()
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([box, before]) => box.querySelector('svg').innerHTML !== before",
        arg=[box.element_handle(), before],
    )
    page.close()


def test_stored_explorers_are_what_is_published(site):
    """The page carries the sentences that the notebook stores."""
    from mlmath_lib.display import read_explorer

    for name in NOTEBOOKS:
        notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                svg = "".join(output.get("data", {}).get("image/svg+xml", ""))
                explorer = read_explorer(svg) if svg else None
                if explorer:
                    encoded = json.dumps(explorer["sentences"][-1], ensure_ascii=False)
                    assert encoded.replace("</", r"<\/") in html
