"""References to other chapters: links that JupyterLab can follow, and numbers on the site.

An author writes ``{eq}`eq-basic-operations-bernoulli```. JupyterLab knows the labels of one
notebook and shows a label of another one raw, so the normaliser makes of it a link to that
notebook, worded from the equation's label or the theorem's title. On the site the link is
the role again, and Sphinx numbers it.
"""

import functools
import os
import re
from pathlib import Path

from mlmath_lib.workshop.chapter import read_chapter
from mlmath_lib.workshop.checkout import root

__all__ = ["as_links", "as_roles", "target"]

_LABEL = r"[a-z]+-[\w-]+"
_ROLE = re.compile(rf"(?<!`)\{{(?:eq|prf:ref)\}}`({_LABEL})`")
_LINK = re.compile(rf"\[[^\[\]]*\]\((?:\.\./\w+/)?\w+\.ipynb#({_LABEL})\)")
_ADDRESS = re.compile(rf"(.+\.ipynb)#({_LABEL})")


def as_links(text, path):
    """Return a cell's Markdown with links in place of roles that lead to other chapters.

    Parameters
    ----------
    text : str
        The cell's source, with roles or with links.
    path : pathlib.Path
        The notebook that the cell is from.

    Returns
    -------
    str
        The same with links, worded anew. A label that no other chapter has stays a role.
    """

    def linked(role):
        found = _place(role[1])
        if found is None or found[0] == path.resolve():
            return role[0]
        file, words = found
        way = Path(os.path.relpath(file, path.resolve().parent)).as_posix()
        return f"[({words})]({way}#{role[1]})"

    return _ROLE.sub(linked, as_roles(text))


def as_roles(text):
    """Return a cell's Markdown with roles in place of links to labels of other chapters.

    Parameters
    ----------
    text : str
        The cell's source, with links.

    Returns
    -------
    str
        The same with roles, which Sphinx numbers.
    """
    return _LINK.sub(lambda link: f"{{{_role(link[1])}}}`{link[1]}`", text)


def target(link):
    """Return the notebook and the label that a link leads to, or None.

    Parameters
    ----------
    link : str
        A link's address, such as ``basic_operations.ipynb#eq-basic-operations-sum``.

    Returns
    -------
    tuple of str, or None
        Path and label; None for a link that leads to no label.
    """
    found = _ADDRESS.fullmatch(link)
    return found and found.groups()


def _role(label):
    return "eq" if label.startswith("eq-") else "prf:ref"


@functools.cache
def _place(label):
    """Return the notebook that has a label, and words for what the label names."""
    for path in sorted((root() / "chapters").glob("*/*.ipynb")):
        if label not in path.read_text(encoding="utf-8"):
            continue
        chapter = read_chapter(path)
        place = _without_brackets(chapter.title)
        if label in {name for _, name in chapter.equations}:
            topic = chapter.path.stem.split("_")
            own = [part for part in label.split("-")[1:] if part not in topic]
            return path.resolve(), f"{' '.join(own) or 'equation'}, in {place}"
        for _, directive in chapter.directives:
            if directive.label == label:
                return path.resolve(), f"{_without_brackets(directive.argument)}, in {place}"
    return None


def _without_brackets(title):
    return re.sub(r"[\[\]]", "", title)
