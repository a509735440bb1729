"""A chapter in a real JupyterLab."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from workshop.browsing import NOTEBOOKS, PATIENCE, ROOT

END_SESSIONS = """async () => {
    const headers = {"X-XSRFToken": document.cookie.match(/_xsrf=([^;]+)/)[1]};
    for (const session of await (await fetch("/api/sessions")).json())
        await fetch(`/api/sessions/${session.id}`, {method: "DELETE", headers});
}"""


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
        address = f"http://127.0.0.1:{port}"
        while not answers(address):
            assert server.poll() is None, "JupyterLab does not start"
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # its idle threads can outlive its loop
            server.kill()
            server.wait()


def answers(address):
    """Say whether a server is ready, after a moment if it is not."""
    try:
        with urlopen(f"{address}/api", timeout=PATIENCE / 1000):
            return True
    except OSError:
        time.sleep(0.2)
        return False


@pytest.fixture
def opened(lab, browser):
    """The chapter, opened, when its kernel is connected."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab}/lab/tree/chapter.ipynb")
    # The status bar says so only when the kernel is connected; before, Run would be lost.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    yield page
    page.close()


def save(page):
    """Save the notebook, and wait until it is."""
    with page.expect_response(lambda response: response.request.method == "PUT"):
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.get_by_text("Save Notebook", exact=True).click()


def shown(page):
    """Return the text alternatives of the figures that are seen, once all are drawn."""
    page.wait_for_function(
        """() => [...document.querySelectorAll(".jp-OutputArea figure img")].every(
            image => image.complete && image.naturalWidth > 0)"""
    )
    assert "untrusted" not in page.locator(".jp-Notebook").inner_text()
    assert "Error displaying widget" not in page.locator(".jp-Notebook").inner_text()
    images = page.locator(".jp-OutputArea figure img").all()
    return [image.get_attribute("alt") for image in images if image.is_visible()]


def stored(path):
    """Return the text alternatives of a notebook's figures."""
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.get("outputs", ())]
    told = [out.data["text/plain"] for out in outputs if "image/svg+xml" in out.get("data", ())]
    return [text.partition(": ")[2] for text in told]


def test_whoever_opens_a_chapter_sees_each_figure_and_saves_what_was_there(opened, tmp_path):
    chapter = tmp_path / "chapters/chapter.ipynb"
    before = chapter.read_text(encoding="utf-8")
    assert shown(opened) == stored(chapter) != []  # nobody has trusted it
    save(opened)
    texts = [before, chapter.read_text(encoding="utf-8")]
    old, new = (re.sub(r'\n *"version": "3\.[\d.]+"', "", text) for text in texts)
    assert new == old


def test_chapter_runs_in_jupyterlab(opened, tmp_path):
    """Run all cells of a chapter in a real JupyterLab, move a slider, see the figure change."""
    page = opened
    figures = stored(tmp_path / "chapters/chapter.ipynb")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    slider = page.locator(".widget-slider .noUi-handle").first
    slider.wait_for(state="attached")
    page.wait_for_function(  # each cell that is not folded has its number: it has run
        """() => [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].every(
            prompt => /^(\\[\\d+\\]:)?$/.test(prompt.textContent.trim()))"""
    )
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
    assert len(shown(page)) < len(figures)  # widgets stand in the place of images

    save(page)
    page.evaluate(END_SESSIONS)
    page.reload()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.wait_for_function("!document.body.textContent.includes('Loading widget')")
    assert shown(page) == figures
