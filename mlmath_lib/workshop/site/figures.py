"""Stored figures and explorers, inline on the page.

A notebook stores an SVG whose root carries a size, a ground and an ink for viewers
that show it as a picture. On the site the SVG stands inline in a ``<figure>``: it
follows the page's colours, its text can be selected, and an explorer's script can
exchange its lines.
"""

import json
import re
from html import escape, unescape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from mlmath_lib.display.explorers import is_ordered

__all__ = ["Caption", "Figure", "FigureRenderer", "inline_svg"]

FULL_WIDTH = 400  # points; wider figures fill the column

_ROOT = re.compile(r"<svg\b[^>]*>")
_METADATA = re.compile(r"<metadata>\s*<!\[CDATA\[(.*?)\]\]>\s*</metadata>\n?", re.DOTALL)
_DESCRIPTION = re.compile(r"<desc>(.*?)</desc>\n?", re.DOTALL)
_OUTSIDE_ONLY = re.compile(r'\s(?:style|width|height|xmlns)="[^"]*"')
_WIDTH = re.compile(r'viewBox="0 0 ([\d.]+)')


class Figure(nodes.Element):
    """A figure or explorer: attribute ``svg``, attribute ``data`` or None, a caption.

    With the attribute ``plays`` an explorer plays once when it comes into view.
    """


class Caption(nodes.TextElement):
    """The caption of a `Figure`; its children are parsed Markdown."""


class FigureRenderer:
    """MyST-NB's plug-in that renders the book's stored SVG outputs for HTML."""

    mime_priority_overrides = (("html", "image/svg+xml", 5), ("epub", "image/svg+xml", 5))

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Turn one stored SVG into a figure.

        Parameters
        ----------
        renderer : myst_nb.core.render.NbElementRenderer
            MyST-NB's renderer of the notebook.
        data : myst_nb.core.render.MimeData
            The stored output.
        inline : bool
            Whether the output stands within a line of text.

        Returns
        -------
        list of docutils.nodes.Node or None
            The figure; None leaves the output to MyST-NB: another type, another
            builder than HTML, or an SVG that is not the book's.
        """
        environment = renderer.renderer.sphinx_env
        if inline or data.mime_type != "image/svg+xml" or environment is None:
            return None
        if environment.app.builder.format != "html":
            return None
        svg = data.string.strip()
        if 'role="img"' not in svg[:2000]:
            return None
        svg, caption, explorer = inline_svg(svg)
        figure = Figure(svg=svg, data=explorer)
        if caption:
            node = Caption()
            with renderer.renderer.current_node_context(node):
                renderer.renderer.nested_render_text(caption, data.line or 0, inline=True)
            figure += node
        return [figure]


def inline_svg(svg: str) -> tuple[str, str, dict | None]:
    """Split a stored SVG into what the page needs of it.

    Parameters
    ----------
    svg : str
        The stored SVG; see `mlmath_lib.display`.

    Returns
    -------
    svg : str
        The SVG without ground, ink, caption and frames. The page sets its size; a
        narrow one says how wide it is, in points, so that its text is no larger.
    caption : str
        The caption's Markdown; empty without one.
    explorer : dict or None
        An explorer's parameters, sentences and frames; None for a plain figure.
    """
    svg = svg[svg.index("<svg") :]
    metadata = _METADATA.search(svg)
    description = _DESCRIPTION.search(svg)
    svg = _DESCRIPTION.sub("", _METADATA.sub("", svg, count=1), count=1)
    svg = _ROOT.sub(_page_root, svg, count=1)
    explorer = json.loads(metadata.group(1)) if metadata else None
    return svg, unescape(description.group(1)).strip() if description else "", explorer


def _page_root(root: re.Match) -> str:
    """Return the root element without what a page knows better."""
    tag = _OUTSIDE_ONLY.sub("", root.group())
    width = _WIDTH.search(tag)
    if width is None or float(width.group(1)) >= FULL_WIDTH:
        return tag
    return tag.replace("<svg", f'<svg style="--width: {width.group(1)}"', 1)


def _controls(explorer: dict, name: str) -> str:
    """Return the HTML of an explorer's sliders and buttons."""
    rows = []
    for index, parameter in enumerate(explorer["parameters"]):
        identifier = f"{name}-{index}"
        label = escape(parameter["name"].replace("_", " "))
        first = escape(parameter["values"][0])
        row = (
            f'<label for="{identifier}">{label}</label>'
            f'<input type="range" id="{identifier}" min="0" max="{len(parameter["values"]) - 1}"'
            f' step="1" value="0" aria-valuetext="{first}" autocomplete="off">'
            # An output is a live region by nature; the slider says its value already.
            f'<output for="{identifier}" aria-live="off">{first}</output>'
        )
        plays = ""
        if is_ordered(parameter["values"]):
            row += '<button type="button">Play</button>'
            plays = " plays"
        rows.append(f'<div class="explorer-row{plays}">{row}</div>')
    return "\n".join(rows)


def visit_figure(self: HTML5Translator, node: Figure) -> None:
    """Write a figure; an explorer with its controls, its sentence and its frames."""
    explorer = node["data"]
    number = self.document.setdefault("mlmath_figures", 0) + 1
    self.document["mlmath_figures"] = number
    # The first one is to stand on the first screen: book.css keeps it low.
    opening = f'<figure id="picture-{number}" class="plot{" first" if number == 1 else ""}'
    drawing = f'<div class="drawing">\n{node["svg"]}\n</div>'  # scrolls on a phone
    if explorer is None:
        self.body.append(f'{opening}">\n{drawing}\n')
        return
    sentence = escape(explorer["sentences"][0])
    if self.builder.name != "html":  # an e-book shows the first frame
        self.body.append(
            f'{opening} explorer">\n{drawing}\n<p class="explorer-sentence">{sentence}</p>\n'
        )
        return
    count = self.document.setdefault("mlmath_explorers", 0) + 1
    self.document["mlmath_explorers"] = count
    # Within a script element only "</" could end the data before its end.
    data = json.dumps(explorer, ensure_ascii=False, separators=(",", ":")).replace("</", r"<\/")
    self.body.append(
        f'{opening} explorer"{" data-plays" if node.get("plays") else ""}>\n{drawing}\n'
        f'<div class="explorer-controls needs-script" role="group" '
        f'aria-label="Explorer {count}">\n{_controls(explorer, f"explorer-{count}")}\n</div>\n'
        f'<p class="explorer-sentence" aria-live="polite">{sentence}</p>\n'
        f'<script type="application/json">{data}</script>\n'
    )


def depart_figure(self: HTML5Translator, _node: Figure) -> None:
    """Close a figure."""
    self.body.append("</figure>\n")


def visit_caption(self: HTML5Translator, _node: Caption) -> None:
    """Open a figure's caption."""
    self.body.append("<figcaption>")


def depart_caption(self: HTML5Translator, _node: Caption) -> None:
    """Close a figure's caption."""
    self.body.append("</figcaption>\n")


def setup(app: Sphinx) -> None:
    """Register the nodes; MyST-NB finds `FigureRenderer` by its entry point."""
    app.add_node(Figure, html=(visit_figure, depart_figure))
    app.add_node(Caption, html=(visit_caption, depart_caption))
