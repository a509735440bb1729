"""A chapter's first screen: what it needs and gives, and how long it takes, in one strip.

A chapter's second cell says under **You need** and **You will be able to** what an author
has to say. The page shows of it the chapters that are linked and the reading time, which
is computed, and folds the words: the first figure is to stand on the first screen.
"""

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from mlmath_lib.workshop.chapter import read_chapter, reading_time
from mlmath_lib.workshop.site.dropdowns import Dropdown, Summary

__all__ = ["make_strip"]

NEEDS, GIVES = "You need", "You will be able to"


def make_strip(app: Sphinx, doctree: nodes.document) -> None:
    """Put a chapter's needs, aims and reading time into one strip.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.
    doctree : docutils.nodes.document
        The page; one without **You need** stays as it is.
    """
    first = next(
        (node for node in doctree.findall(nodes.paragraph) if node.astext().startswith(NEEDS)),
        None,
    )
    source = Path(app.env.doc2path(app.env.docname))
    if first is None or source.suffix != ".ipynb":
        return
    siblings = first.parent.children
    folded = [first]
    for node in siblings[siblings.index(first) + 1 :]:
        if not isinstance(node, nodes.paragraph | nodes.bullet_list):
            break
        folded.append(node)
    minutes = reading_time(read_chapter(source))
    app.env.metadata[app.env.docname]["minutes"] = minutes
    line = nodes.paragraph("", "", nodes.strong("", f"{minutes} minutes"))
    line += _needs(first)
    strip = nodes.container("", line, classes=["strip"])
    first.replace_self(strip)
    for node in folded[1:]:
        node.parent.remove(node)
    strip += Dropdown("", Summary("", "Needs and objectives in full"), *folded)


def _needs(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """Return links to the chapters that a paragraph links, each once and by its title."""
    targets = {
        node["reftarget"]: node
        for node in paragraph.findall(addnodes.pending_xref)
        if node.get("refdomain") == "doc"
    }
    links = []
    for node in targets.values():
        link = node.deepcopy()
        link.children = [nodes.inline()]
        link["refexplicit"] = False  # the reference gets the title of its target
        links += [nodes.Text(", " if links else " · You need "), link]
    return links


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    # After maps.note_chapter, which reads the words where they stood.
    app.connect("doctree-read", make_strip, priority=600)
