"""A part's map: its chapters and what each builds on, drawn from the chapters' own words.

Every chapter says under **You need** which chapters it builds on, with links. The
directive ``{part-map}`` on a part's introduction draws them as dots in the order of reading,
with lines at their side, so that no line is ever behind a title. Nothing about them is written
twice.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from mlmath_lib.workshop.chapter import read_chapter
from mlmath_lib.workshop.needs import circle, last_steps
from mlmath_lib.workshop.site import pages

__all__ = ["PartMap", "builds_on", "opening", "question"]

WIDTH = 400  # of the drawing, in its own units: letters stay readable on a phone
ROW, DOTS, LETTER = 26, 96, 7.0  # height of a row, place of the dots, width of a letter
CAPTION = (
    "The chapters in the order of reading. A line leads from what is needed to the chapter that "
    "needs it; a ring is a chapter of another part."
)


class PartMap(nodes.General, nodes.Element):
    """The place of a map; attribute ``part`` is the page on which it stands."""


class PartMapDirective(SphinxDirective):
    """``{part-map}`` on the introduction of a part."""

    def run(self) -> list[nodes.Node]:
        """Leave a place; it is filled when all chapters are read."""
        return [PartMap(part=self.env.docname)]


def note_chapter(app: Sphinx, doctree: nodes.document) -> None:
    """Remember a chapter's question and the chapters that it needs."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix == ".ipynb":
        question = opening(pages.describe(doctree, length=600))
        needs = [f"chapters/{name}" for name in read_chapter(source).needs]
        _chapters(app.env)[app.env.docname] = (question, needs)


def opening(text: str) -> str:
    """Return a chapter's question with what leads to it, or else its first two sentences.

    Parameters
    ----------
    text : str
        The chapter's first paragraph.

    Returns
    -------
    str
        Its beginning.
    """
    question, mark, _ = text.partition("?")
    if mark:
        return question + mark
    return " ".join(re.split(r"(?<=[.!])\s+(?=[A-Z])", text)[:2])


def question(env, docname: str) -> str:
    """Return the question of a chapter.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        What Sphinx knows of the book.
    docname : str
        The chapter.

    Returns
    -------
    str
        Its words; empty for a page that is no chapter.
    """
    return _chapters(env).get(docname, ("",))[0]


def builds_on(env, docname: str) -> list[str]:
    """Return the chapters on which a chapter builds, less those behind others of them.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        What Sphinx knows of the book.
    docname : str
        The chapter.

    Returns
    -------
    list of str
        The chapters.
    """
    return list(_needs(env).get(docname, ()))


def _chapters(env) -> dict[str, tuple[str, list[str]]]:
    if not hasattr(env, "mlmath_chapters"):
        env.mlmath_chapters = {}
    return env.mlmath_chapters


def forget_chapter(_app: Sphinx, env, docname: str) -> None:
    """Drop what was remembered of a page that is read anew."""
    _chapters(env).pop(docname, None)


def merge_chapters(_app: Sphinx, env, docnames, other) -> None:
    """Take over what a parallel reader has remembered."""
    _chapters(env).update({k: v for k, v in _chapters(other).items() if k in docnames})


def reread_maps(_app: Sphinx, env) -> list[str]:
    """Return the introductions to write again, because a chapter's words have changed."""
    now = dict(_chapters(env))
    before, env.mlmath_mapped = getattr(env, "mlmath_mapped", None), now
    return (
        [] if before in (None, now) else [part for part in env.titles if pages.chapters(env, part)]
    )


def drawing(env, part: str) -> str:
    """Return the map of a part as SVG: its chapters in order, a line to each from its needs."""
    inside = pages.chapters(env, part)
    needs = _needs(env)
    outside = {need for name in inside for need in needs.get(name, ())} - set(inside)
    rows = [*(name for name in _reading_order(env) if name in outside), *inside]
    heights = {name: ROW * (number + 0.5) for number, name in enumerate(rows)}
    lines, signs = [], []
    for name in inside:
        for need in needs.get(name, ()):
            top, bottom = heights[need], heights[name]
            # The farther a line leads, the wider its bow: no two lie on each other.
            bow = 8 + (DOTS - 12) * abs(bottom - top) / (ROW * len(rows))
            left = DOTS - bow / 0.75  # a curve of degree 3 goes three quarters of the way there
            lines.append(
                f'<path d="M{DOTS} {top:.0f}C{left:.0f} {top:.0f} {left:.0f} {bottom:.0f} '
                f'{DOTS} {bottom:.0f}"/>'
            )
    for name, height in heights.items():
        kind = "" if name in inside else ' class="elsewhere"'
        title = env.titles[name].astext()
        fitted = WIDTH - DOTS - 16
        narrow = (
            f' textLength="{fitted}" lengthAdjust="spacingAndGlyphs"'
            if LETTER * len(title) > fitted
            else ""
        )
        signs.append(
            f'<circle{kind} cx="{DOTS}" cy="{height:.0f}" r="4.5"/>'
            f'<text{kind} x="{DOTS + 14}" y="{height + 5:.0f}"{narrow}>{escape(title)}</text>'
        )
    titles = {name: env.titles[name].astext() for name in rows}
    said = "; ".join(
        f"{titles[name]} builds on {', '.join(titles[need] for need in needs[name])}"
        for name in inside
        if needs.get(name)
    )
    label = (
        f"Map of the part {env.titles[part].astext()}. "
        f"{said or 'Its chapters need no other chapter.'}"
    )
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {ROW * len(rows)}" aria-label="{escape(label)}">'
        f"{''.join(lines + signs)}</svg>"
    )


def _needs(env) -> dict[str, list[str]]:
    """Return the last steps to each chapter; chapters that are no page are left out."""
    known = {name: needs for name, (_, needs) in _chapters(env).items()}
    needs = {name: [need for need in above if need in env.titles] for name, above in known.items()}
    # The rules of the book name a circle; until it is broken, the map shows all that is said.
    return needs if circle(needs) else last_steps(needs)


def _reading_order(env) -> list[str]:
    return [name.removesuffix(".md").removesuffix(".ipynb") for name in env.external_site_map]


def visit_map(self: HTML5Translator, node: PartMap) -> None:
    """Write the drawing."""
    picture = drawing(self.builder.env, node["part"])
    caption = f"<figcaption>{escape(CAPTION)}</figcaption>"
    self.body.append(f'<figure class="plot map">{picture}{caption}</figure>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directive and follow what the chapters say."""
    app.add_node(PartMap, html=(visit_map, None))
    app.add_directive("part-map", PartMapDirective)
    app.connect("doctree-read", note_chapter)
    app.connect("env-purge-doc", forget_chapter)
    app.connect("env-merge-info", merge_chapters)
    app.connect("env-updated", reread_maps)
