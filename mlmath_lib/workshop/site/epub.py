"""The book as an EPUB 3: the pages with their figures and formulas, for a reader without a network.

Sphinx's builder makes the book; here it learns which of its files hold MathML and SVG, as the
standard asks, and moves the solutions of a chapter to its end.
"""

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlmath_lib.workshop.site.dropdowns import Dropdown

__all__ = ["BookEpub", "SolutionsLast", "as_xml"]

THEME = Path(__file__).parent / "theme_epub"
STATIC = {"book.css", "mathematics.css", "mathematics-font-licence.txt"}
# What a page holds, the property that the list of the book's files must then name, and the
# vocabulary, which XML asks for and HTML knows.
PROPERTIES = {"math": "mathml", "svg": "svg"}
VOCABULARIES = {
    "math": "http://www.w3.org/1998/Math/MathML",
    "svg": "http://www.w3.org/2000/svg",
}


_EMPTY = re.compile(r"""<(br|hr|img|col|input)\b((?:[^>"']|"[^"]*"|'[^']*')*?)\s*/?>""")
HEADING = {"heading-level": 2}
STYLES = ("displaystyle", "scriptlevel")


class BookEpub(Epub3Builder):
    """Sphinx's EPUB builder with complete properties, and without the site's scripts."""

    media_types = Epub3Builder.media_types | {".txt": "text/plain"}

    def handle_page(self, pagename, addctx, *arguments, **options) -> None:
        """Write a page as XML."""
        if "body" in addctx:
            addctx["body"] = as_xml(addctx["body"])
        super().handle_page(pagename, addctx, *arguments, **options)

    def handle_finish(self) -> None:
        """Delete what only the site needs before the book is put together."""
        Path(self.outdir, "index.html").unlink(missing_ok=True)  # sphinx-external-toc's
        for file in Path(self.outdir, "_static").iterdir():
            if file.name not in STATIC:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        super().handle_finish()

    def build_content(self) -> None:
        """Write the list of files, each with the properties of its content."""
        super().build_content()
        package = Path(self.outdir, "content.opf")

        def item(match: re.Match) -> str:
            page = Path(self.outdir, match[1])
            text = page.read_text("utf-8") if page.suffix == self.out_suffix else ""
            found = " ".join(name for tag, name in PROPERTIES.items() if f"<{tag} " in text)
            return f'{match[0]} properties="{found}"' if found else match[0]

        listed = re.sub(r'<item id="epub-\d+" href="([^"]+)"', item, package.read_text("utf-8"))
        package.write_text(listed, encoding="utf-8")


def as_xml(body: str) -> str:
    """Return a page's HTML as XML.

    Parameters
    ----------
    body : str
        HTML whose elements are closed, except those without content.

    Returns
    -------
    str
        The same with every element closed, and the vocabularies of formulas and drawings named.
    """
    body = re.sub(r"<math\b.*?</math>", lambda formula: _styled(formula[0]), body, flags=re.DOTALL)
    for tag, address in VOCABULARIES.items():
        body = re.sub(rf"<{tag}\b(?![^>]*xmlns=)", f'<{tag} xmlns="{address}"', body)
    return _EMPTY.sub(r"<\1\2 />", body)


def _styled(formula: str) -> str:
    """Say the style of a fraction or table as MathML 3 does, by an element around it.

    E-books are checked against MathML 3; browsers know the attributes on every element.
    """
    if "scriptlevel" not in formula and "displaystyle" not in formula:
        return formula
    tree = ElementTree.fromstring(formula)
    for parent in list(tree.iter()):
        for place, child in enumerate(parent):
            names = STYLES[1:] if child.tag == "mtable" else STYLES  # a table may say displaystyle
            style = {name: child.attrib.pop(name) for name in names if name in child.attrib}
            if style and child.tag != "mstyle":
                parent[place] = ElementTree.Element("mstyle", style)
                parent[place].append(child)
    return ElementTree.tostring(tree, "unicode")


class SolutionsLast(SphinxPostTransform):
    """Move the solutions of a chapter behind it: on paper nothing folds."""

    default_priority = 910  # after dropdowns are made
    builders = ("epub",)

    def run(self, **_options) -> None:
        """Gather the solutions below a heading of their own."""
        solutions = [
            node for node in self.document.findall(Dropdown) if "solution" in node["classes"]
        ]
        if not solutions:
            return
        chapter = next(self.document.findall(nodes.section))
        chapter += nodes.rubric("", "Solutions", ids=["solutions-of-the-exercises"], **HEADING)
        for node in solutions:
            node.parent.remove(node)
            summary, *rest = node.children
            title = nodes.paragraph("", "", *summary.children, classes=["admonition-title"])
            chapter += nodes.container("", title, *rest, ids=node["ids"], classes=node["classes"])


def setup(app: Sphinx) -> None:
    """Register the builder, its theme and the transform."""
    app.add_html_theme("mlmath_epub", THEME)
    app.add_builder(BookEpub, override=True)
    app.add_post_transform(SolutionsLast)
