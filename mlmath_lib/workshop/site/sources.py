"""The sources of a chapter, in full, in its section "Sources".

A citation is a link to `references.bib` in a notebook. On the page it leads to the entry,
which stands on the same page, so that a chapter is complete on paper and in an e-book. The
page of references names them all and leads to the chapters.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from pybtex.database import Entry, parse_file
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style
from pybtex_docutils import Backend
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from mlmath_lib.workshop import citations

__all__ = ["ANCHOR", "SourcesTransform", "chapters_of", "entries", "named", "with_anchors"]

ANCHOR = "source-"  # and the key
SECTION = "sources"
LINK = f"]({citations.FILE}#"


def with_anchors(text: str) -> str:
    """Return a cell's Markdown whose citations lead to the entries on the page.

    Parameters
    ----------
    text : str
        The cell's source, with links to `references.bib`.

    Returns
    -------
    str
        The same with links to anchors.
    """
    return text.replace(LINK, f"](#{ANCHOR}")


class SourcesTransform(SphinxTransform):
    """Put the entries below the words on sources, and remember which page cites them."""

    default_priority = 400  # before MyST looks for the anchors

    def apply(self, **_options) -> None:
        """Change the links of a chapter."""
        links = [
            node
            for node in self.document.findall(nodes.reference)
            if node.get("refuri", "").startswith(f"#{ANCHOR}")
        ]
        keys = {node["refuri"].removeprefix(f"#{ANCHOR}") for node in links}
        if not keys:
            return
        found = entries(self.app.srcdir, keys)
        _cited(self.env)[self.env.docname] = _words(found)
        for node in links:
            anchor = node["refuri"].removeprefix("#")
            if anchor.removeprefix(ANCHOR) in found:  # else MyST says that nothing is there
                del node["refuri"], node["id_link"]
                node["refid"], node["internal"] = anchor, True
        items = [nodes.list_item("", text, ids=[ANCHOR + key]) for key, text in found.items()]
        sections = list(self.document.findall(nodes.section))
        end = next((section for section in sections if SECTION in section["names"]), sections[0])
        # A last paragraph without a source names the next chapter.
        next_chapter = not any(end[-1] in _above(node) for node in links)
        end.insert(len(end) - next_chapter, nodes.bullet_list("", *items, classes=["sources"]))


def _above(node: nodes.Node):
    """Yield what a node stands in."""
    while node := node.parent:
        yield node


def entries(folder: str, keys) -> dict[str, nodes.paragraph]:
    """Return entries of the bibliography, in the order of their authors' names.

    Parameters
    ----------
    folder : str
        The folder of the book.
    keys : iterable of str
        Keys; those that are not in the bibliography are left out.

    Returns
    -------
    dict
        A paragraph for each key.
    """
    everything, style = _bibliography(folder), _style()
    wanted = [everything[key] for key in keys if key in everything]
    formatted = style.format_entries(style.sort(wanted))
    return {
        entry.key: nodes.paragraph("", "", *entry.text.render(Backend())) for entry in formatted
    }


def named(folder: str, keys) -> dict[str, tuple[str, str]]:
    """Return what a source is found by, in the order of its authors' names.

    Parameters
    ----------
    folder : str
        The folder of the book.
    keys : iterable of str
        Keys of the bibliography.

    Returns
    -------
    dict
        The authors' names with the year, and the title.
    """
    everything, style = _bibliography(folder), _style()
    return {
        entry.key: (
            "{} ({})".format(*citations.names_and_year(entry)),
            str(Text.from_latex(entry.fields["title"])),
        )
        for entry in style.sort([everything[key] for key in keys])
    }


def chapters_of(env) -> dict[str, list[str]]:
    """Return which pages cite each source.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        The environment, with all pages read.

    Returns
    -------
    dict
        For each key the names of pages, in the order of the book.
    """
    found = {}
    for docname in sorted(
        _cited(env), key=lambda name: env.toc_secnumbers.get(name, {}).get("", ())
    ):
        for key in _cited(env)[docname]:
            found.setdefault(key, []).append(docname)
    return found


def _bibliography(folder: str) -> Mapping[str, Entry]:
    path = Path(folder, "chapters", "references.bib")
    return _parsed(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1)
def _parsed(path: Path, _changed: int) -> Mapping[str, Entry]:
    return parse_file(str(path)).entries


@functools.cache
def _style() -> Style:
    return Style()


def _words(found: dict[str, nodes.paragraph]) -> dict[str, str]:
    return {key: text.astext() for key, text in found.items()}


def _cited(env) -> dict[str, dict[str, str]]:
    """Return what each page cites: keys, and the words of the entries."""
    if not hasattr(env, "mlmath_cited"):
        env.mlmath_cited = {}
    return env.mlmath_cited


def outdated(app: Sphinx, env, *_changes) -> list[str]:
    """Return the pages whose entries have changed in the bibliography."""
    return [
        docname for docname, old in _cited(env).items() if _words(entries(app.srcdir, old)) != old
    ]


def forget(_app: Sphinx, env, docname: str) -> None:
    """Forget what a page cites before it is read again."""
    _cited(env).pop(docname, None)


def merge(_app: Sphinx, env, docnames, other) -> None:
    """Take over what a parallel reader has found."""
    _cited(env).update({name: _cited(other)[name] for name in docnames if name in _cited(other)})


def setup(app: Sphinx) -> None:
    """Register the transform and what it remembers."""
    app.add_transform(SourcesTransform)
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
