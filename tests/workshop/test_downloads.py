"""A downloaded notebook runs where the book is not installed."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from workshop.browsing import NOTEBOOKS

from mlmath_lib.workshop.site import downloads

CHAPTER = "chapters/calculus/product_rule"
RUN = """\
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell("import mlmath_lib; print(mlmath_lib.__file__)"))
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": sys.argv[2]}}).execute()
print(notebook.cells[-1].outputs[0].text)
"""


@pytest.fixture
def elsewhere(tmp_path):
    """A fresh environment that sees this one's packages, but not the book's library."""
    venv.create(tmp_path / "elsewhere", with_pip=False)
    [python] = (tmp_path / "elsewhere").glob("*/python*3")
    others = tmp_path / "others"
    others.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if "mlmath" not in package.name:
            (others / package.name).symlink_to(package)
    [site] = (tmp_path / "elsewhere").glob("lib/*/site-packages")
    (site / "others.pth").write_text(f"{others}\n", encoding="utf-8")
    return python


def test_a_downloaded_notebook_runs_in_a_fresh_environment(site, elsewhere, tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    notebook = folder / "chapter.ipynb"
    notebook.write_bytes((site / f"_sources/{CHAPTER}.ipynb").read_bytes())
    [wheel] = (site / "downloads").iterdir()
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "MLMATH_FRAMES": "0"}
    result = subprocess.run(
        [elsewhere, "-c", RUN, notebook, folder], env=clean, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.startswith(str(elsewhere.parents[1])), "it ran with another library"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_download_begins_with_the_line(site, name):
    cells = json.loads((site / f"_sources/{name}.ipynb").read_text("utf-8"))["cells"]
    assert "".join(cells[0]["source"]).splitlines()[-1] == f"%pip install --quiet {wheel()}"
    assert "".join(cells[1]["source"]).startswith("(")
    page = (site / f"{name}.html").read_text("utf-8")
    assert f'downloads/{wheel()}" download' in page


def wheel():
    return downloads.wheel_name()


def test_the_line_leads_to_the_nearest_place():
    given = {"site": "", "repository": "https://github.com/a/book", "branch": "main"}
    archive = '"mlmath_lib @ https://github.com/a/book/archive/main.zip"'
    assert downloads.install_line(**given) == f"%pip install --quiet {archive}"
    given["site"] = "https://a.github.io/book/"
    address = f'"https://a.github.io/book/downloads/{wheel()}"'
    assert downloads.install_line(**given) == f"%pip install --quiet {address}"


def test_the_line_is_written_once():
    source = nbformat.writes(nbformat.v4.new_notebook())
    once = downloads.with_install_cell(source, "%pip install --quiet a")
    assert downloads.with_install_cell(once, "%pip install --quiet a") == once
    again = downloads.with_install_cell(once, "%pip install --quiet b")
    assert [cell.source.splitlines()[-1] for cell in nbformat.reads(again, 4).cells] == [
        "%pip install --quiet b"
    ]


def test_the_wheel_holds_what_chapters_load(site):
    listing = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", site / "downloads" / wheel()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in ("book.mplstyle", "mlmath_lib/data/", "mlmath_lib/verify.py", "METADATA"):
        assert name in listing
