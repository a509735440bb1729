"""Notebooks that run where they land: the site carries the library, and says how to install it.

A downloaded notebook begins with one line that installs the book's library: from the
published site, else from the repository, else from the file that the page offers beside it.
The line is the same in JupyterLab, VS Code and Colab, on Linux, macOS and Windows.
"""

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat
from sphinx.application import Sphinx

import mlmath_lib
from mlmath_lib.workshop.site.stored import changed

__all__ = ["install_line", "wheel_name", "with_install_cell"]

ROOT = Path(mlmath_lib.__file__).parents[1]
FOLDER = "downloads"
CELL = "install-the-library"  # the id of the first cell


def wheel_name() -> str:
    """Return the name of the library's wheel.

    Returns
    -------
    str
        A file name.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def install_line(*, site: str, repository: str, branch: str) -> str:
    """Return the line of a notebook that installs the library.

    Parameters
    ----------
    site, repository : str
        Their addresses; empty if there are none. The site's ends with a slash.
    branch : str
        The branch of the repository.

    Returns
    -------
    str
        A line that begins with ``%pip``.
    """
    if site:
        return f'%pip install --quiet "{site}{FOLDER}/{wheel_name()}"'
    if repository:
        return f'%pip install --quiet "mlmath_lib @ {repository}/archive/{branch}.zip"'
    return f"%pip install --quiet {wheel_name()}"


def line_of(config) -> str:
    """Return the line for the site that is being built."""
    options = config.html_theme_options
    return install_line(
        site=config.html_baseurl,
        # A class does not get the address of a repository that shows solutions.
        repository=options["repository_url"] if config.mlmath_solutions else "",
        branch=options.get("repository_branch") or "main",
    )


def with_install_cell(source: str, line: str) -> str:
    """Put the line into a first cell of its own.

    Parameters
    ----------
    source : str
        A notebook's JSON.
    line : str
        The line that installs the library.

    Returns
    -------
    str
        The notebook's JSON; unchanged if it begins with that cell.
    """
    words = "# Run this cell first: it installs the book's library and what it needs.\n"
    if line.endswith(wheel_name()):
        words += (
            "# Before, save the library, which the chapter's page offers, beside this notebook.\n"
        )
    cell = nbformat.v4.new_code_cell(f"{words}{line}", id=CELL)

    def with_cell(notebook):
        others = [other for other in notebook.cells if other.get("id") != CELL]
        notebook.cells = [cell, *others]
        return notebook

    return changed(source, with_cell)


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Write the wheel, and the line into each notebook that the site offers."""
    if exception is not None or app.builder.format != "html":
        return
    write_wheel(Path(app.outdir, FOLDER))
    line = line_of(app.config)
    for copy in Path(app.outdir, "_sources").rglob("*.ipynb"):
        source = copy.read_text("utf-8")
        changed = with_install_cell(source, line)
        if changed != source:
            copy.write_text(changed, encoding="utf-8")


def write_wheel(folder: Path) -> None:
    """Build the library's wheel, if the library is newer."""
    wheel = folder / wheel_name()
    files = [file for file in (ROOT / "mlmath_lib").rglob("*") if "__pycache__" not in file.parts]
    newest = max(file.stat().st_mtime for file in [*files, ROOT / "pyproject.toml"])
    if wheel.is_file() and wheel.stat().st_mtime >= newest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as copy:  # setuptools leaves files beside what it builds
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        shutil.copytree(
            ROOT / "mlmath_lib",
            Path(copy, "mlmath_lib"),
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
        command = [sys.executable, "-c", build, str(folder.resolve())]
        result = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"the library's wheel cannot be built:\n{result.stdout}{result.stderr}")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("build-finished", write_downloads, priority=600)  # after solutions are taken out
