"""References to other chapters and sources: a notebook's links become what the page needs.

Sphinx numbers equations and theorems, which it knows by roles; the entry of a source stands
on the page that cites it.
"""

from sphinx.application import Sphinx

from mlmath_lib.workshop import cross_references
from mlmath_lib.workshop.site.sources import with_anchors
from mlmath_lib.workshop.site.stored import change_when_read, changed

__all__ = ["notebook_with_roles", "setup"]


def notebook_with_roles(source):
    """Return a stored notebook with roles for labels and anchors for sources, in place of links.

    Parameters
    ----------
    source : str
        A notebook's JSON.

    Returns
    -------
    str
        The same notebook for the parser, as JSON.
    """
    return changed(source, _with_roles)


def _with_roles(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_anchors(cross_references.as_roles(cell.source))
    return notebook


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    change_when_read(app, notebook_with_roles)
