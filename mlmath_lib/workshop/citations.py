"""Citations: links that every reader of a notebook can follow, and bibtex's on the site.

An author writes ``{cite:t}`lloyd1982```. JupyterLab shows that as a warning, so the
normaliser makes it ``[Lloyd (1982)](../references.bib#lloyd1982)``, with the names and the
year of `references.bib`, and renews them when the file changes. On the site the link leads
to the entry, at the end of the chapter.
"""

import functools
import re

from pybtex.database import parse_file
from pybtex.richtext import Text

from mlmath_lib.workshop.checkout import root

__all__ = ["FILE", "as_links", "names_and_year"]

FILE = "../references.bib"  # as seen from a chapter

_ROLE = re.compile(r"(?<!`)\{cite:([tp])\}`([^`]+)`")
_LINK = re.compile(rf"\[[^\[\]]*\]\({re.escape(FILE)}#([^\s()]+)\)")
_LINKS = re.compile(rf"\({_LINK.pattern}(?:;\s+{_LINK.pattern})*\)")


def as_links(text):
    """Return a cell's Markdown with links to `references.bib` in place of bibtex's roles.

    Parameters
    ----------
    text : str
        The cell's source, with roles or with links.

    Returns
    -------
    str
        The same with links, worded as `references.bib` says today. A key that is not
        there stays as it is.
    """
    return _ROLE.sub(_linked, _as_roles(text))


def _as_roles(text):
    """Return a cell's Markdown with roles in place of links; several in brackets are one role."""
    text = _LINKS.sub(lambda found: f"{{cite:p}}`{','.join(_LINK.findall(found[0]))}`", text)
    return _LINK.sub(r"{cite:t}`\1`", text)


def _linked(role):
    kind, keys = role[1], [key.strip() for key in role[2].split(",")]
    sources = _sources()
    if not set(keys) <= set(sources):
        return role[0]
    words = "{} ({})" if kind == "t" else "{}, {}"
    links = [f"[{words.format(*sources[key])}]({FILE}#{key})" for key in keys]
    return ", ".join(links) if kind == "t" else f"({'; '.join(links)})"


@functools.cache
def _sources():
    """Return names and year of each source, by its key."""
    entries = parse_file(str(root() / "chapters" / "references.bib")).entries
    return {key: names_and_year(entry) for key, entry in entries.items()}


def names_and_year(entry):
    """Return the words by which a source is cited.

    Parameters
    ----------
    entry : pybtex.database.Entry
        The source.

    Returns
    -------
    tuple of str
        One or two authors, and of more the first; the year.
    """
    people = entry.persons.get("author") or entry.persons["editor"]
    names = [
        str(Text.from_latex(" ".join([*person.prelast_names, *person.last_names])))
        for person in people
    ]
    words = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return words, entry.fields["year"]
