"""What tests of the built site share: its pages, and a visit to one with the network off."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import axe_playwright_python
import pytest
import yaml

ROOT = Path(__file__).parents[2]
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
PATIENCE = 600_000  # milliseconds: waits are for a state, and only something stuck takes so long


def sample(pages, number):
    """Choose some pages: the same ones for the same book, others once anything in it changes."""
    book = hashlib.sha256()
    theme = ROOT / "mlmath_lib" / "workshop" / "site" / "theme"
    for path in sorted([*ROOT.glob("chapters/**/*.ipynb"), *theme.rglob("*.*")]):
        book.update(path.read_bytes())
    drawn = {page: hashlib.sha256(book.digest() + page.encode()).digest() for page in pages}
    return sorted(pages, key=drawn.get)[:number]


def build(output, *arguments, source=ROOT, **environment):
    """Build the site of a book into a folder; a warning is an error."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", str(source)]
    options = ["-W", "-n", "--keep-going", "--path-output", str(output.parent)]
    result = subprocess.run(
        [*command, *options, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"the site does not build:\n{result.stdout}{result.stderr}"


# They look at the colour of every word, which takes nine tenths of axe's time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
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
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.errors, self.requests = [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        self.page.goto(path.as_uri())
        if path.name == "index.html" and path.parent.name == "html":  # leads to the home page
            self.page.wait_for_url("**/chapters/intro.html")

    def _note(self, message):
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def set_theme(self, theme):
        self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)

    def set_width(self, width):
        """Make the window so wide, and wait until the boxes that scroll then are marked."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.wait_for_function(
            """() => [...document.querySelectorAll("pre, table, .math, .formula, .drawing")].every(
                box => !box.checkVisibility()
                    || box.scrollWidth > box.clientWidth === box.hasAttribute("tabindex"))"""
        )

    def accessibility_violations(self, *, colours=True):
        """Open all that folds and ask axe."""
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.add_script_tag(path=AXE)
            self.page.evaluate(ONE_TOKEN_OF_EACH_KIND)
        found = self.page.evaluate(
            """async rules => {
                document.querySelectorAll("details").forEach(box => { box.open = true });
                // What scrolls in them is marked in the next frame.
                for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
                return axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
                                          rules, resultTypes: ["violations"]});
            }""",
            {rule: {"enabled": colours} for rule in COLOUR_RULES},
        )
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary']})"
            for rule in found["violations"]
            for node in rule["nodes"][:3]
        ]


every_page = pytest.mark.parametrize("visit", PAGES, indirect=True)
every_chapter = pytest.mark.parametrize(
    "visit", [f"{name}.html" for name in NOTEBOOKS], indirect=True
)
