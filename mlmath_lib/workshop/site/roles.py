"""Citations and references to other chapters: links in a notebook, roles on the page.

sphinxcontrib-bibtex words the citations and leads to the page of references; Sphinx numbers
equations and theorems.
"""

from sphinx.application import Sphinx

from mlmath_lib.workshop import citations, cross_references
from mlmath_lib.workshop.site.stored import change_when_read, changed

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
    return changed(source, _with_roles)


def _with_roles(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = citations.as_roles(cross_references.as_roles(cell.source))
    return notebook


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    change_when_read(app, notebook_with_roles)
