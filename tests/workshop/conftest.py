"""The built site, a browser, and a page opened in it."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright
from workshop.browsing import ROOT, Visit, build


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the site once for all workers; a warning is an error."""
    lock = tmp_path_factory.getbasetemp().parent / "site.lock"
    done = lock.with_suffix(".built")
    with FileLock(lock):
        if not (done.exists() and os.environ.get("PYTEST_XDIST_WORKER")):
            build(ROOT / "_build")
            done.touch()
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser():
    """Start the system's Chromium, or the one that `playwright install` brought."""
    names = ("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
        if not Path(path).exists():
            message = "no Chromium found: apt install chromium, and the site is tested too"
            if os.environ.get("MLMATH_BROWSER_REQUIRED"):
                pytest.fail(message)
            pytest.skip(message)
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def visit(request, site, browser):
    """Open the page of this test; tests of the same page share it."""
    opened = Visit(browser, site / request.param)
    yield opened
    opened.context.close()
