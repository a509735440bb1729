"""The book's website: a Sphinx extension and its theme.

Everything that only the site needs is here; chapters and the rest of the library
do not import it. One module for each concern:

- ``figures``: stored SVG figures and explorers become inline HTML;
- ``downloads``: the library's wheel, and a line that installs it in each notebook;
- ``epub``: the same pages as an e-book;
- ``dropdowns``: solutions and hidden code become native ``<details>``;
- ``first_screen``: a chapter's needs, aims and reading time in one strip;
- ``pages``: what surrounds a chapter (contents, links, description, scripts);
- ``maps``: a part's chapters and what each builds on, drawn;
- ``gallery``: cards, small pictures and indexes, drawn from the chapters;
- ``search``: what the search looks into;
- ``stored``: a notebook's JSON, read, changed and written again;
- ``roles``: links to labels of other chapters become roles, those to sources anchors;
- ``sources``: what a chapter cites, in full at its end;
- ``gathered``: the symbols, the terms and the sources of the book, each on one page;
- ``solutions``: where each solution ends, and the switch that leaves them out;
- ``mathematics``: formulas as MathML, and the font that they are set in.
"""

import zlib
from pathlib import Path

from sphinx.application import Sphinx

from mlmath_lib.workshop.site import (
    downloads,
    dropdowns,
    epub,
    figures,
    first_screen,
    gallery,
    gathered,
    maps,
    mathematics,
    pages,
    roles,
    search,
    solutions,
    sources,
    take_along,
)

__all__ = ["setup"]

THEME = Path(__file__).parent / "theme"


def setup(app: Sphinx) -> dict[str, object]:
    """Register the theme and the extension's parts with Sphinx.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.

    Returns
    -------
    dict
        The extension's metadata: reading and writing pages in parallel is safe.
    """
    app.add_html_theme("mlmath_book", THEME)
    for part in (
        figures,
        dropdowns,
        epub,
        first_screen,
        mathematics,
        pages,
        search,
        maps,
        gallery,
        gathered,
        solutions,
        downloads,
        roles,
        sources,
        take_along,
    ):
        part.setup(app)
    # Pages that were built by other code than this must be built again.
    files = Path(__file__).parent.rglob("*")
    code_files = sorted(file for file in files if file.is_file() and file.suffix != ".pyc")
    code = zlib.crc32(b"".join(file.read_bytes() for file in code_files))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": code}
