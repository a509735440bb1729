"""The built site, a browser, and a page opened in it."""

import os
import shutil

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


def browser_path():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


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


@pytest.fixture(scope="module")
def visit(request, site, browser):
    """Open the page of this test; tests of the same page share it."""
    opened = Visit(browser, site / request.param)
    yield opened
    opened.context.close()
