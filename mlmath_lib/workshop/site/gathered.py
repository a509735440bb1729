"""The book's symbols, terms and sources, gathered from its parts and chapters.

A part's introduction holds its symbols and its terms, each once; a chapter ends with its
sources. The directive ``{gathered}`` shows on one page what all of them hold: the symbols with
their meanings, the names of the terms, which lead to the parts, and the names and titles of the
sources, which lead to the chapters. With 120 chapters they take 36, 12 and 26 kB, gzipped; with
the sentences of the terms, and the sources in full, it would be 56 and 52.
"""

from itertools import takewhile

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from mlmath_lib.workshop.site import pages, sources
from mlmath_lib.workshop.site.maps import PartMap

__all__ = ["Gathered", "GatheredDirective", "GatheredTransform", "HeadingsTransform"]

SYMBOLS, TERMS = "symbols", "terms"  # also the anchors on a part's page
SOURCES = "sources"
IN_CODE = 1  # the column that only a part's own table shows


class Gathered(nodes.General, nodes.Element):
    """The place of what is gathered; attribute ``what`` is one of the three words."""


class GatheredDirective(SphinxDirective):
    """``{gathered} symbols``, ``{gathered} terms`` or ``{gathered} sources``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a place; it is filled when all pages are read."""
        [what] = self.arguments
        if what not in {SYMBOLS, TERMS, SOURCES}:
            raise self.error(f"gathered must be symbols, terms or sources; got {what}")
        _gathering(self.env).add(self.env.docname)
        return [Gathered(what=what)]


class HeadingsTransform(SphinxTransform):
    """Make headings of a part's symbols and terms that have no number.

    As sections they would be counted with the part's chapters.
    """

    default_priority = 500

    def apply(self, **_options) -> None:
        """Replace the sections of a part's introduction."""
        if next(self.document.findall(PartMap), None) is None:
            return
        for section in list(self.document.findall(nodes.section)):
            if {SYMBOLS, TERMS} & set(section["ids"]):
                title, *content = section.children
                heading = nodes.rubric("", "", *title.children, ids=section["ids"])
                heading["level"] = 2  # as MyST marks a heading that is no section
                section.replace_self([heading, *content])


class GatheredTransform(SphinxPostTransform):
    """Fill the places, before references are resolved."""

    default_priority = 5
    formats = ("html",)

    def run(self, **_options) -> None:
        """Replace every place by what the parts hold."""
        make = {SYMBOLS: self._symbols, TERMS: self._terms, SOURCES: self._sources}
        for node in list(self.document.findall(Gathered)):
            node.replace_self(make[node["what"]]())

    def _symbols(self) -> list[nodes.Node]:
        """Return a section for each part: its table, without the names in code."""
        found = []
        for part in _parts(self.env):
            for heading in self._headings(part):
                if SYMBOLS not in heading["ids"]:
                    continue
                title = nodes.title("", "", self._link(part, SYMBOLS, self.env.titles[part]))
                name = nodes.make_id(self.env.titles[part].astext())
                siblings = heading.parent.children
                after = siblings[siblings.index(heading) + 1 :]
                tables = takewhile(lambda node: isinstance(node, nodes.table), after)
                found.append(nodes.section("", title, *map(self._copied, tables), ids=[name]))
        return found

    def _headings(self, part: str) -> list[nodes.rubric]:
        return list(self.env.get_doctree(part).findall(nodes.rubric))

    def _copied(self, table: nodes.table) -> nodes.table:
        table = table.deepcopy()
        for row in table.findall(nodes.row):
            del row[IN_CODE]
        for group in table.findall(nodes.tgroup):
            group.remove(list(group.findall(nodes.colspec))[IN_CODE])
            group["cols"] -= 1
        for link in table.findall(addnodes.pending_xref):
            link["refdoc"] = self.env.docname
        return table

    def _terms(self) -> list[nodes.Node]:
        """Return the names of all terms, which lead to the parts' pages."""
        objects = self.env.get_domain("std").objects
        terms = {name: place for (kind, name), place in objects.items() if kind == "term"}
        items = [
            nodes.list_item(
                "", nodes.paragraph("", "", self._link(*terms[name], nodes.Text(name))),
                # The name's old address is on this page.
                ids=[terms[name][1]],
            )
            for name in sorted(terms, key=str.lower)
        ]  # fmt: skip
        return [nodes.bullet_list("", *items, classes=["names"])]

    def _sources(self) -> list[nodes.Node]:
        """Return the names of all sources with their titles and the chapters that cite them."""
        chapters, items = sources.chapters_of(self.env), []
        for key, (names, title) in sources.named(self.app.srcdir, chapters).items():
            anchor = f"{sources.ANCHOR}{key}"
            first, *others = chapters[key]
            text = nodes.paragraph("", "", self._link(first, anchor, nodes.Text(names)))
            text += [nodes.Text(" "), nodes.emphasis("", title)]
            for other in others:
                number = ".".join(map(str, self.env.toc_secnumbers[other][""]))
                text += [nodes.Text(", "), self._link(other, anchor, nodes.Text(number))]
            items.append(nodes.list_item("", text))
        return [nodes.bullet_list("", *items, classes=["sources"])]

    def _link(self, docname: str, anchor: str, text: nodes.Node) -> nodes.reference:
        address = self.app.builder.get_relative_uri(self.env.docname, docname)
        children = [text] if isinstance(text, nodes.Text) else text.deepcopy().children
        return nodes.reference("", "", *children, internal=True, refuri=f"{address}#{anchor}")


def _parts(env) -> list[str]:
    """Return the introductions of the parts in their order."""
    listed = map(pages.docname_of, env.external_site_map)
    return [docname for docname in listed if pages.chapters(env, docname)]


def _gathering(env) -> set[str]:
    if not hasattr(env, "mlmath_gathering"):
        env.mlmath_gathering = set()
    return env.mlmath_gathering


def merge_gathering(_app: Sphinx, env, docnames, other) -> None:
    """Take over what a parallel reader has remembered."""
    _gathering(env).update(_gathering(other) & set(docnames))


def gather_again(_app: Sphinx, env) -> list[str]:
    """Return the pages to write again: those that gather, since a part may have changed."""
    return sorted(_gathering(env) & set(env.found_docs))


def setup(app: Sphinx) -> None:
    """Register the directive and what fills it."""
    app.add_node(Gathered)
    app.add_directive("gathered", GatheredDirective)
    app.add_transform(HeadingsTransform)
    app.add_post_transform(GatheredTransform)
    app.connect("env-merge-info", merge_gathering)
    app.connect("env-updated", gather_again)
