"""Stored notebooks on their way to the parser: read, changed, written again."""

from collections.abc import Callable

import nbformat
from sphinx.application import Sphinx

__all__ = ["change_when_read", "changed"]

Notebook = nbformat.NotebookNode


def changed(source: str, change: Callable[[Notebook], Notebook]) -> str:
    """Return a notebook's JSON after a change.

    Parameters
    ----------
    source : str
        A notebook's JSON.
    change : callable
        It gets the notebook and returns it, or another one.

    Returns
    -------
    str
        The new notebook's JSON.
    """
    return nbformat.writes(change(nbformat.reads(source, as_version=4))) + "\n"


def change_when_read(
    app: Sphinx, change: Callable[[str], str], wanted: Callable[[object], bool] = lambda _: True
) -> None:
    """Hand another version of each chapter to the parser.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.
    change : callable
        It gets a chapter's JSON and returns the version's.
    wanted : callable, optional
        It gets the configuration and says whether the version is wanted.
    """

    def read(app: Sphinx, docname: str, source: list[str]) -> None:
        if wanted(app.config) and app.env.doc2path(docname).endswith(".ipynb"):
            source[0] = change(source[0])

    app.connect("source-read", read)
