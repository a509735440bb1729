"""Print a chapter for a class, without solutions: the built page as a PDF, by Chromium.

``python -m mlmath_lib.workshop.handout models/k_means_clustering --exercises`` writes
``_build/handouts/models/k_means_clustering-exercises.pdf`` from the site that
``make book SOLUTIONS=no`` built.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from mlmath_lib.workshop.checkout import root

SITE = root() / "_build" / "class" / "_build" / "html"
OUTPUT = root() / "_build" / "handouts"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome", "msedge"]


def for_paper(html, *, exercises_only=False):
    """Return a page as a handout has it.

    Parameters
    ----------
    html : str
        A page of the site without solutions.
    exercises_only : bool, default False
        Whether to keep the title and the exercises alone.

    Returns
    -------
    str
        The page without the cells that check an answer, which nobody runs on paper.

    Raises
    ------
    ValueError
        If the page has solutions, or no exercises where only these are asked for.
    """
    page = BeautifulSoup(html, "html.parser")
    if page.select_one("div.solution"):
        raise ValueError("this page has solutions: build it with `make book SOLUTIONS=no`")
    for cell in page.select("div.cell"):
        if 'check("ex-' in "".join(cell.get_text().split()):
            cell.decompose()
    if exercises_only:
        section, title = page.find(id="exercises"), page.find("h1")
        if section is None or title is None:
            raise ValueError("this page has no section of exercises")
        article = page.find("article") or page.find("main")
        kept = [title.extract(), section.extract()]
        article.clear()
        article.extend(kept)
    return str(page)


def print_page(html, folder, path, browser=None):
    """Print a page as a PDF.

    Parameters
    ----------
    html : str
        The page.
    folder : Path
        Where it belongs: its links to styles and fonts are relative to it.
    path : Path
        The PDF.
    browser : str, optional
        Chromium's or Chrome's program; by default the first that is found.

    Raises
    ------
    RuntimeError
        If no browser is found, or it writes nothing.

    References
    ----------
    Chrome for Developers, "Chrome Headless mode".
    https://developer.chrome.com/docs/chromium/headless
    """
    browser = next(filter(None, map(shutil.which, [browser] if browser else BROWSERS)), None)
    if browser is None:
        raise RuntimeError(
            f"printing needs Chromium or Chrome, and none of {', '.join(BROWSERS)} was found: "
            "install one, or say where it is with --browser"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    page = folder / f"{path.stem}-handout.html"
    page.write_text(html, encoding="utf-8")
    try:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--print-to-pdf={path.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        page.unlink()
    if not path.is_file():
        raise RuntimeError(f"{browser} wrote no PDF: {said.stderr.strip():.200}")


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.handout", description=__doc__
    )
    parser.add_argument("chapter", metavar="part/topic")
    parser.add_argument("--exercises", action="store_true", help="the exercises alone")
    parser.add_argument("--site", type=Path, default=SITE, help="a site without solutions")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the PDF goes")
    parser.add_argument("--browser", help="the program of Chromium or Chrome")
    options = parser.parse_args(arguments)
    page = options.site / "chapters" / f"{options.chapter}.html"
    if not page.is_file():
        parser.error(f"no page {page}: run `make book SOLUTIONS=no` first, and look at the name")
    kind = "-exercises" if options.exercises else ""
    path = options.output / f"{options.chapter}{kind}.pdf"
    try:
        html = for_paper(page.read_text(encoding="utf-8"), exercises_only=options.exercises)
        print_page(html, page.parent, path, options.browser)
    except (ValueError, RuntimeError) as error:
        parser.error(str(error))
    print(f"Wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
