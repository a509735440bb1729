"""The book at a glance: cards of parts and chapters, pictures, theorems, exercises.

Each directive leaves a place that is filled when all chapters are read, so nothing is
written twice. Pictures are the notebooks' own: a figure, or the first frame of an explorer,
in a file beside the pages that the browser loads when it comes into view.

- ``{part-cards}``: the parts, on the home page;
- ``{chapter-cards}``: the chapters of a part, on its introduction;
- ``{gallery}``: all pictures of a part, on its introduction; elsewhere all explorers;
- ``{theorem-index}`` and ``{exercise-index}``: for those who plan a course;
- ``{explorer} part/topic``: a chapter's first explorer, which plays once.
"""

import re
import shutil
from html import escape
from pathlib import Path

import nbformat
from docutils import nodes
from matplotlib import get_data_path
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from mlmath_lib.workshop.chapter import read_chapter, read_exercises
from mlmath_lib.workshop.site import maps, pages
from mlmath_lib.workshop.site.figures import Figure, inline_svg

__all__ = ["Collection", "raster", "shortened", "standalone"]

FOLDER = "pictures"
LABEL_LENGTH = 110  # of the text in place of a small picture
SHARED_WIDTH = 1200  # pixels, of the picture that other sites show of a page
SVG = "image/svg+xml"

_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LABEL = re.compile(r'aria-label="([^"]*)"')
# An SVG in a file takes its colours from itself; the page's theme reaches it as this query.
COLOURS = (
    "<style>:root{color:#1f2328;background:#fff;--ground:#fff}"
    "@media (prefers-color-scheme:dark)"
    "{:root{color:#e3e7ec;background:#14181d;--ground:#14181d}}</style>"
)


class Collection(nodes.General, nodes.Element):
    """A place of the kind ``kind``, filled when all chapters are read."""


class CollectionDirective(SphinxDirective):
    """One of the directives without argument."""

    def run(self) -> list[nodes.Node]:
        """Leave a place."""
        self.env.metadata[self.env.docname]["collects"] = True
        return [Collection(kind=self.name)]


class ExplorerDirective(SphinxDirective):
    """``{explorer} part/topic``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the chapter's first explorer, without its caption."""
        source = Path(self.env.srcdir, "chapters", f"{self.arguments[0]}.ipynb")
        self.env.note_dependency(str(source))
        for cell in nbformat.read(source, as_version=4).cells:
            for output in cell.get("outputs", ()):
                svg = output.get("data", {}).get(SVG, "")
                if "<metadata>" in svg:
                    svg, _, explorer = inline_svg(svg.strip())
                    return [Figure(svg=svg, data=explorer, plays=True)]
        raise self.error(f"{self.arguments[0]} has no explorer")


def note_chapter(app: Sphinx, doctree: nodes.document) -> None:
    """Remember a chapter's pictures, theorems and exercises."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb":
        return
    seen = app.env.metadata[app.env.docname]
    seen["pictures"] = [
        (shortened(_LABEL.search(figure["svg"])[1]), figure["data"] is not None, size.groups())
        for figure in doctree.findall(Figure)
        if (size := _SIZE.search(figure["svg"]))
    ]
    seen["theorems"] = [
        (node["realtype"], node["ids"][0], pages.plain(node[0]).strip(" ()"))
        for node in doctree.findall(nodes.Element)
        if "realtype" in node
    ]
    try:
        exercises = read_exercises(read_chapter(source).notebook)
    except ValueError as problem:
        logging.getLogger(__name__).warning(str(problem), location=app.env.docname)
        exercises = []
    seen["exercises"] = [(one.label, one.title, one.points, one.by_machine) for one in exercises]


def shortened(text: str, length: int = LABEL_LENGTH) -> str:
    """Cut a text between words.

    Parameters
    ----------
    text : str
        The text, which may hold entities of HTML.
    length : int, default 110
        The most characters.

    Returns
    -------
    str
        The text, with an ellipsis if it was cut.
    """
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def standalone(svg: str) -> str:
    """Return a page's figure as a file of its own.

    Parameters
    ----------
    svg : str
        The figure as `inline_svg` returns it.

    Returns
    -------
    str
        The SVG with its namespace, its size and colours for light and dark.
    """
    width, height = _SIZE.search(svg).groups()
    root, rest = svg.split(">", 1)
    root = re.sub(r' style="--width: [\d.]+"', "", root)
    root = root.replace(
        "<svg", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"', 1
    )
    return f"{root}>{COLOURS}{rest}"


def raster(svg: str) -> bytes:
    """Return a picture as PNG, on white: what other sites show of a page is no SVG.

    Parameters
    ----------
    svg : str
        The picture as `standalone` returns it.

    Returns
    -------
    bytes
        The file.
    """
    import resvg_py  # only a published site needs it

    svg = re.sub(r"var\(--[\w-]+,([^)]*)\)", r"\1", svg.replace(COLOURS, "", 1))
    svg = svg.replace("<svg", '<svg color="#1f2328"', 1)
    font = str(Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf"))
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=SHARED_WIDTH,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[font],
    )
    return bytes(drawn)


def show_picture(app: Sphinx, pagename: str, _templatename, context, _doctree) -> None:
    """Give a published page the address of the picture that other sites show of it."""
    names = _notebooks(app.env)
    if pagename != app.config.root_doc:
        names = [name for name in names if name in {pagename, *pages.chapters(app.env, pagename)}]
    pictured = next((name for name in names if _pictures(app.env, name)), None)
    if app.config.html_baseurl and pictured:
        file = _picture_file(pictured, 1).replace(".svg", ".png")
        context["picture_url"] = f"{app.config.html_baseurl}{file}"


def write_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Write the pictures of the chapters that were read anew, and drop those of others."""
    if exception is not None or app.builder.name != "html":
        return
    folder, wanted = Path(app.outdir, FOLDER), set()
    for docname in _notebooks(app.env):
        doctree = Path(app.doctreedir, f"{docname}.doctree")
        pictures = _pictures(app.env, docname)
        files = [Path(app.outdir, _picture_file(docname, n + 1)) for n in range(len(pictures))]
        wanted.update(files)
        if all(file.is_file() and file.stat().st_mtime > doctree.stat().st_mtime for file in files):
            continue
        figures = app.env.get_doctree(docname).findall(Figure)
        for figure, file in zip(figures, files, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(standalone(figure["svg"]), encoding="utf-8")
    for file in wanted if app.config.html_baseurl else ():
        if file.stem.endswith("-1"):
            file.with_suffix(".png").write_bytes(raster(file.read_text("utf-8")))
    for file in folder.rglob("*.svg"):
        if file not in wanted:
            file.unlink()
    if not wanted:
        shutil.rmtree(folder, ignore_errors=True)


def _notebooks(env) -> list[str]:
    """Return the chapters in the order of the book."""
    return [name for part in _parts(env) for name in pages.chapters(env, part)]


def _pictures(env, docname: str) -> list:
    return env.metadata[docname].get("pictures", [])


def _picture_file(docname: str, number: int) -> str:
    return f"{FOLDER}/{docname.removeprefix('chapters/')}-{number}.svg"


class _Page:
    """The page that is being written: links from it, and what the book says of others."""

    def __init__(self, translator: HTML5Translator):
        self.builder, self.env = translator.builder, translator.builder.env
        self.docname = translator.builder.current_docname
        self.up = self.builder.get_relative_uri(self.docname, "x").removesuffix("x.html")

    def link(self, docname: str, anchor: str = "") -> str:
        address = self.builder.get_relative_uri(self.docname, docname)
        return escape(f"{address}#{anchor}" if anchor else address)

    def picture(self, docname: str, number: int, label: str | None = None) -> str:
        if self.builder.name != "html":
            return ""  # an e-book has each picture once, in its chapter
        known = _pictures(self.env, docname)
        if len(known) < number:
            return '<span class="no-picture"></span>'
        alt, _, (width, height) = known[number - 1]
        return (
            f'<img src="{self.up}{escape(_picture_file(docname, number))}" loading="lazy" '
            f'width="{float(width):.0f}" height="{float(height):.0f}" alt="{label or alt}">'
        )

    def number(self, docname: str, kind: str, anchor: str) -> str:
        found = self.env.toc_fignumbers.get(docname, {}).get(kind, {}).get(anchor, ())
        return ".".join(map(str, found))


def _card(page: _Page, docname: str, picture: str, text: str, note: str) -> str:
    return (
        f'<li class="card">{picture}<p><a href="{page.link(docname)}">'
        f"{pages.titled(page.env, docname)}</a></p>"
        f'<p>{escape(text)}</p><p class="note">{note}</p></li>'
    )


def part_cards(page: _Page) -> str:
    """Return the parts, each with a picture of one of its chapters."""
    cards = []
    for part in _parts(page.env):
        inside = pages.chapters(page.env, part)
        pictured = next((name for name in inside if _pictures(page.env, name)), inside[0])
        about = page.env.metadata[part].get("description", "")
        count = f"{len(inside)} chapters" if len(inside) > 1 else "1 chapter"
        cards.append(_card(page, part, page.picture(pictured, 1), about, count))
    return f'<ul class="cards">{"".join(cards)}</ul>\n'


def _parts(env) -> list[str]:
    """Return the introductions of the parts in the order of the book."""
    order = [pages.docname_of(item) for item in env.external_site_map]
    return sorted((name for name in env.titles if pages.chapters(env, name)), key=order.index)


def chapter_cards(page: _Page) -> str:
    """Return the chapters of the part, each with its picture, question and minutes."""
    cards = []
    for docname in pages.chapters(page.env, page.docname):
        minutes = page.env.metadata[docname].get("minutes")
        needs = ", ".join(
            pages.titled(page.env, need) for need in maps.builds_on(page.env, docname)
        )
        note = [f"{minutes} minutes" if minutes else "", f"builds on {needs}" if needs else ""]
        about = maps.question(page.env, docname)
        picture = page.picture(docname, 1)
        cards.append(_card(page, docname, picture, about, " · ".join(filter(None, note))))
    return f'<ul class="cards">{"".join(cards)}</ul>\n'


def gallery(page: _Page) -> str:
    """Return the pictures of the part, or the explorers of all parts."""
    inside = pages.chapters(page.env, page.docname)
    if inside:
        # A heading of its own would number the chapters from 2.
        return f'<h2 id="pictures">Pictures</h2>\n{_thumbnails(page, inside)}'
    return "".join(
        f'<h2 id="{escape(part.split("/")[-2])}">{pages.titled(page.env, part)}</h2>\n'
        f"{_thumbnails(page, pages.chapters(page.env, part), explorers_only=True)}"
        f'<p><a href="{page.link(part, "pictures")}">All pictures of this part</a></p>\n'
        for part in _parts(page.env)
    )


def _thumbnails(page: _Page, chapters: list[str], *, explorers_only: bool = False) -> str:
    note = "" if explorers_only else " (moves)"
    items = [
        f'<li><a href="{page.link(docname, f"picture-{number}")}">{page.picture(docname, number)}'
        f"<span>{pages.titled(page.env, docname)}{note * moves}</span></a></li>"
        for docname in chapters
        for number, (_, moves, _) in enumerate(_pictures(page.env, docname), 1)
        if moves or not explorers_only
    ]
    return f'<ul class="thumbnails">{"".join(items)}</ul>\n'


def theorem_index(page: _Page) -> str:
    """Return the named theorems and definitions, chapter by chapter."""
    rows = []
    for docname in _notebooks(page.env):
        named = [
            f'<li><a href="{page.link(docname, anchor)}">{escape(title)}</a> '
            f"({kind} {page.number(docname, kind, anchor)})</li>"
            for kind, anchor, title in page.env.metadata[docname].get("theorems", ())
            if title
        ]
        if named:
            rows.append(
                f"<dt>{pages.titled(page.env, docname)}</dt><dd><ul>{''.join(named)}</ul></dd>"
            )
    return f'<dl class="index">{"".join(rows)}</dl>\n'


def exercise_index(page: _Page) -> str:
    """Return a table of the exercises with their points."""
    rows = [
        f"<tr><td>{'.'.join(map(str, page.env.toc_secnumbers[docname]['']))}</td>"
        f'<td><a href="{page.link(docname, label)}">{escape(title)}</a></td>'
        f'<td class="text-right">{points}</td><td>{"code" if by_machine else "by hand"}</td></tr>'
        for docname in _notebooks(page.env)
        for label, title, points, by_machine in page.env.metadata[docname].get("exercises", ())
    ]
    return (
        '<table class="exercise-index"><thead><tr><th>chapter</th><th>exercise</th>'
        '<th class="text-right">points</th><th>graded</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>\n"
    )


KINDS = {
    "part-cards": part_cards,
    "chapter-cards": chapter_cards,
    "gallery": gallery,
    "theorem-index": theorem_index,
    "exercise-index": exercise_index,
}


def visit_collection(self: HTML5Translator, node: Collection) -> None:
    """Fill a place."""
    if self.builder.name == "html" or node["kind"] != "gallery":
        self.body.append(KINDS[node["kind"]](_Page(self)))
    raise nodes.SkipNode


def rewrite_collections(_app: Sphinx, env) -> list[str]:
    """Return the pages with collections, because a chapter's words or pictures have changed."""
    now = {name: (env.titles[name].astext(), dict(env.metadata[name])) for name in env.titles}
    before, env.mlmath_collected = getattr(env, "mlmath_collected", None), now
    if before in (None, now):
        return []
    return [name for name in env.titles if env.metadata[name].get("collects")]


def setup(app: Sphinx) -> None:
    """Register the directives and follow what the chapters hold."""
    app.add_node(Collection, html=(visit_collection, None))
    for kind in KINDS:
        app.add_directive(kind, CollectionDirective)
    app.add_directive("explorer", ExplorerDirective)
    app.connect("doctree-read", note_chapter)
    app.connect("env-updated", rewrite_collections)
    app.connect("html-page-context", show_picture)
    app.connect("build-finished", write_pictures)
