"""Citations and references to other chapters: links in a notebook, roles on the page.

sphinxcontrib-bibtex words the citations and leads to the page of references; Sphinx numbers
equations and theorems.
"""

import nbformat
from sphinx.application import Sphinx

from mlmath_lib.workshop import citations, cross_references

__all__ = ["notebook_with_roles", "setup"]


def notebook_with_roles(source):
    """Return a stored notebook with roles where it has links to sources and labels.

    Parameters
    ----------
    source : str
        A notebook's JSON.

    Returns
    -------
    str
        The same notebook with roles, as JSON.
    """
    notebook = nbformat.reads(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = citations.as_roles(cross_references.as_roles(cell.source))
    return nbformat.writes(notebook) + "\n"


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Hand a chapter to the parser with roles."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        source[0] = notebook_with_roles(source[0])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("source-read", read)
