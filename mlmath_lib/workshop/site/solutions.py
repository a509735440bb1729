"""Solutions on the site: where each ends, and a site for a class without them.

In a notebook a solution ends with its check, while sphinx-exercise waits for
``{solution-end}``, which JupyterLab would show as an empty box.

Set ``MLMATH_SOLUTIONS=no`` (``make book SOLUTIONS=no``), and each page is built from what
students get: the exercise, its hint, the function to write, its check. The students' notebook is
also what such a site offers for download.
"""

import os
from pathlib import Path

import nbformat
from sphinx.application import Sphinx

from mlmath_lib.workshop.assignments import students_notebook
from mlmath_lib.workshop.chapter import SOLUTION_END, Chapter
from mlmath_lib.workshop.site.stored import change_when_read, changed

__all__ = ["shown", "with_ends", "without_solutions"]

CHOICES = {"": True, "yes": True, "no": False}


def shown(value: str) -> bool:
    """Say whether solutions are shown.

    Parameters
    ----------
    value : str
        ``yes``, ``no``, or empty for yes.

    Returns
    -------
    bool
        Whether they are.

    Raises
    ------
    ValueError
        If it is another word.
    """
    if value not in CHOICES:
        raise ValueError(f"MLMATH_SOLUTIONS must be yes or no; got {value!r}")
    return CHOICES[value]


def without_solutions(source: str) -> str:
    """Return the students' version of a stored notebook.

    Parameters
    ----------
    source : str
        A notebook's JSON.

    Returns
    -------
    str
        The same notebook without results and solutions, as JSON.
    """
    return changed(source, students_notebook)


def with_ends(source: str) -> str:
    """Return a stored notebook whose solutions are closed as sphinx-exercise wants it.

    Parameters
    ----------
    source : str
        A notebook's JSON.

    Returns
    -------
    str
        The same notebook with ``{solution-end}`` after each check that ends a solution, as
        JSON.
    """
    return changed(source, _end_solutions)


def _end_solutions(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook.cells = [cell for cell in notebook.cells if not SOLUTION_END.fullmatch(cell.source)]
    for number in reversed(Chapter(notebook).solution_ends):
        end = nbformat.v4.new_markdown_cell("```{solution-end}\n```", id=f"solution-end-{number}")
        notebook.cells.insert(number, end)
    return notebook


def take_choice(_app: Sphinx, config) -> None:
    """Read the switch from the environment."""
    config.mlmath_solutions = shown(os.environ.get("MLMATH_SOLUTIONS", ""))


def strip_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Offer the students' version for download, too."""
    if exception is None and not app.config.mlmath_solutions:
        for copy in Path(app.outdir, "_sources").rglob("*.ipynb"):
            copy.write_text(without_solutions(copy.read_text("utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.add_config_value("mlmath_solutions", True, "env", bool)
    app.connect("config-inited", take_choice)
    change_when_read(app, without_solutions, lambda config: not config.mlmath_solutions)
    change_when_read(app, with_ends, lambda config: config.mlmath_solutions)
    app.connect("build-finished", strip_downloads)
