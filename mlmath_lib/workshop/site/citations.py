"""Citations on the page: worded by sphinxcontrib-bibtex, as links to the page of references."""

from sphinx.application import Sphinx

from mlmath_lib.workshop.citations import notebook_with_roles

__all__ = ["setup"]


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Hand a chapter to the parser with bibtex's roles."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        source[0] = notebook_with_roles(source[0])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("source-read", read)
