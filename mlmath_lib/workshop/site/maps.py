"""A part's map: its chapters and what each builds on, drawn from the chapters' own words.

Every chapter says under **You need** which chapters it builds on, with links. The
directive ``{part-map}`` on a part's introduction draws them, and lists the chapters with
their questions; nothing about them is written twice.
"""

import re
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from mlmath_lib.workshop.site import pages

__all__ = ["PartMap", "direct", "layers", "opening"]

WIDTH = 420  # of the drawing, in its own units: letters stay readable on a phone
BOX, GAP, RISE, LETTER = 34, 14, 42, 7.4


class PartMap(nodes.General, nodes.Element):
    """The place of a map; attribute ``part`` is the page on which it stands."""


class PartMapDirective(SphinxDirective):
    """``{part-map}`` on the introduction of a part."""

    def run(self) -> list[nodes.Node]:
        """Leave a place; it is filled when all chapters are read."""
        return [PartMap(part=self.env.docname)]


def note_chapter(app: Sphinx, doctree: nodes.document) -> None:
    """Remember a chapter's question and the chapters that it needs."""
    for paragraph in doctree.findall(nodes.paragraph):
        if paragraph.astext().startswith("You need"):
            needs = [
                target.removesuffix(".ipynb")
                for link in paragraph.findall(addnodes.pending_xref)
                if link.get("refdomain") == "doc" and (target := link["reftarget"].strip("/"))
            ]
            question = opening(pages.describe(doctree, length=600))
            _chapters(app.env)[app.env.docname] = (question, needs)
            return


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


def layers(chapters: list[str], needs: dict[str, list[str]]) -> list[list[str]]:
    """Order a part's chapters so that each stands below what it needs.

    Parameters
    ----------
    chapters : list of str
        The chapters of the part.
    needs : dict of str to list of str
        What each chapter needs; chapters of other parts come first.

    Returns
    -------
    list of list of str
        The layers, top to bottom.
    """
    outside = {need for name in chapters for need in needs.get(name, ()) if need not in chapters}
    depth = dict.fromkeys(sorted(outside), 0)
    waiting = list(chapters)
    while waiting:
        ready = [
            name
            for name in waiting
            if all(need in depth for need in needs.get(name, ()) if need != name)
        ]
        # Chapters that need each other would wait for ever: the first breaks the circle.
        for name in ready or waiting[:1]:
            above = [depth[need] for need in needs.get(name, ()) if need in depth]
            depth[name] = 1 + max(above, default=0)
            waiting.remove(name)
    rows = [[name for name in depth if depth[name] == level] for level in range(len(depth) + 1)]
    return [row for row in rows if row]


def direct(needs: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out what a chapter needs by way of another: the map shows the last steps.

    Parameters
    ----------
    needs : dict of str to list of str
        What each chapter needs.

    Returns
    -------
    dict of str to list of str
        The needs that no other need of the same chapter leads to.
    """

    def reached(name: str, seen: set[str]) -> set[str]:
        for need in needs.get(name, ()):
            if need not in seen:
                seen.add(need)
                reached(need, seen)
        return seen

    return {
        name: [
            need
            for need in dict.fromkeys(above)
            if not any(
                need in reached(other, {other}) - {other} for other in above if other != need
            )
        ]
        for name, above in needs.items()
    }


def drawing(env, part: str) -> str:
    """Return the map of a part as SVG."""
    inside = pages.chapters(env, part)
    known = {name: above for name, (_, above) in _chapters(env).items()}
    needs = {name: above for name, above in direct(known).items() if name in inside}
    titles = {name: env.titles[name].astext() for name in env.titles}
    rows, corner, boxes = layers(inside, needs), 0.0, {}
    lines = [line for row in rows for line in _wrapped(row, titles)]
    for line in lines:
        spare = WIDTH - sum(map(_width, (titles[name] for name in line))) - GAP * (len(line) - 1)
        left = spare / 2
        for name in line:
            boxes[name] = (left, corner, _width(titles[name]))
            left += boxes[name][2] + GAP
        corner += BOX + RISE
    edges = [(need, name) for name in inside for need in needs.get(name, ()) if need in boxes]
    parts = [_arrow(boxes[need], boxes[name]) for need, name in edges]
    for name, (left, top, width) in boxes.items():
        kind = "" if name in inside else ' class="elsewhere"'
        parts.append(
            f'<rect{kind} x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{BOX}" rx="6"/>'
            f'<text x="{left + width / 2:.0f}" y="{top + BOX / 2 + 5:.0f}">'
            f"{escape(titles[name])}</text>"
        )
    said = "; ".join(
        f"{titles[name]} builds on {', '.join(titles[need] for need in needs[name])}"
        for name in inside
        if needs.get(name)
    )
    label = f"Map of the part {titles[part]}. {said or 'Its chapters need no other chapter.'}"
    return (
        f'<svg role="img" viewBox="-2 -2 {WIDTH + 4} {corner - RISE + 4:.0f}" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _width(title: str) -> float:
    return LETTER * len(title) + 24


def _wrapped(row: list[str], titles: dict[str, str]) -> list[list[str]]:
    """Break a layer into lines that fit the drawing."""
    lines, room = [[]], WIDTH
    for name in row:
        width = _width(titles[name]) + GAP
        if lines[-1] and width > room:
            lines.append([])
            room = WIDTH
        lines[-1].append(name)
        room -= width
    return lines


def _arrow(source, target) -> str:
    """Draw a line from the bottom of one box to the top of another, with a dot at its end."""
    x1, y1 = source[0] + source[2] / 2, source[1] + BOX
    x2, y2 = target[0] + target[2] / 2, target[1]
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} '
        f'{x2:.0f} {y2 - 3:.0f}"/><circle cx="{x2:.0f}" cy="{y2 - 3:.0f}" r="3"/>'
    )


def visit_map(self: HTML5Translator, node: PartMap) -> None:
    """Write the drawing, and the chapters with their questions."""
    env, part = self.builder.env, node["part"]
    inside = pages.chapters(env, part)
    self.body.append(f'<figure class="plot map">{drawing(env, part)}</figure>\n')
    self.body.append('<ul class="chapters">\n')
    for name in inside:
        address = escape(self.builder.get_relative_uri(part, name))
        title, question = escape(env.titles[name].astext()), _chapters(env).get(name, ("",))[0]
        self.body.append(f'<li><a href="{address}">{title}</a>: {escape(question)}</li>\n')
    self.body.append("</ul>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directive and follow what the chapters say."""
    app.add_node(PartMap, html=(visit_map, None))
    app.add_directive("part-map", PartMapDirective)
    app.connect("doctree-read", note_chapter)
    app.connect("env-purge-doc", forget_chapter)
    app.connect("env-merge-info", merge_chapters)
    app.connect("env-updated", reread_maps)
