"""Canonical SVG: the same figure gives the same short text on every machine."""

import io
import re
from hashlib import blake2b
from itertools import groupby
from types import NoneType
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib.pyplot as plt
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.layout_engine import PlaceHolderLayoutEngine

INK = "#1f2328"  # book.mplstyle's neutral; stored as currentColor
SIZE_LIMIT = 150_000  # bytes of one figure

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_NO_ROTATION = re.compile(r"^rotate\(-?0(?:\.0+)? [^)]*\)$")
# matrix() and scale() hold factors, which a tenth of a point would destroy.
_COORDINATES = {"x", "y", "x1", "y1", "x2", "y2", "width", "height", "points"}
_DROPPED_STYLES = {"font-family", "stroke-linejoin"}
_XLINK = "{http://www.w3.org/1999/xlink}href"


def canonical_svg(fig, description, *, caption=None, metadata=None):
    """Draw a figure as a short, reproducible SVG.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure; it stays open.
    description : str
        What is seen: the text alternative, stored as ``aria-label``.
    caption : str, optional
        What it means: stored as ``<desc>``.
    metadata : str, optional
        Data that travels in ``<metadata>``, without line breaks.

    Returns
    -------
    str
        One element per line. Coordinates are rounded to a tenth of a point, the
        neutral ink is ``currentColor``, white is the page's ground, and only
        referenced elements keep an ``id``, which follows from what they hold.

    Raises
    ------
    ValueError
        If the drawing, without `metadata`, exceeds 150 kB.

    References
    ----------
    W3C, *Scalable Vector Graphics (SVG) 2*, Candidate Recommendation (2018),
    chapters 5 and 13. https://www.w3.org/TR/SVG2/
    """
    root = ElementTree.fromstring(_drawn(fig))
    names = _names(root, description)
    body = [line for child in root for line in _lines(child, names)]

    width, height = (_rounded(size) for size in root.get("viewBox").split()[2:])
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label={_quoted(description)} '
        'fill="currentColor" stroke-linejoin="round" font-family="Verdana, DejaVu Sans, '
        f'sans-serif" style="color:{INK};background:#fff">'
    ]
    size = sum(len(line) + 1 for line in body)
    if size > SIZE_LIMIT:
        raise ValueError(
            f"a figure must be at most {SIZE_LIMIT // 1000} kB as SVG; got {size // 1000} kB. "
            "Draw fewer points, or pass rasterized=True to the artist with thousands of them"
        )
    if metadata is not None:
        head.append(f"<metadata><![CDATA[{metadata}]]></metadata>")
    if caption is not None:
        head.append(f"<desc>{escape(caption)}</desc>")
    return "\n".join([*head, *body, "</svg>"])


def _drawn(fig):
    """Return Matplotlib's SVG of a figure."""
    buffer = io.StringIO()
    # Without date and creator the text does not depend on day or version.
    options = {"metadata": {"Date": None, "Creator": None}}
    if not isinstance(fig.get_layout_engine(), NoneType | PlaceHolderLayoutEngine):
        fig.savefig(buffer, format="svg", **options)
        return buffer.getvalue()
    # An explorer's frame has its layout, for which savefig would draw everything once more.
    canvas, dpi, wanted = fig.canvas, fig.dpi, plt.rcParams["savefig.dpi"]
    fig.dpi = dpi if wanted == "figure" else wanted
    try:
        FigureCanvasSVG(fig).print_svg(buffer, **options)
    finally:
        fig.set_canvas(canvas)
        fig.dpi = dpi
    return buffer.getvalue()


def body_lines(svg):
    """Return the drawing of a canonical SVG: its lines without root, metadata and desc."""
    return [
        line
        for line in svg.split("\n")
        if not line.startswith(("<svg", "<metadata>", "<desc>", "</svg>"))
    ]


def _names(root, description):
    """Map the ids that something refers to onto ids that follow from figure and content.

    JupyterLab puts all explorers of a notebook into one document, where an id must lead
    each of them to its own element. Two elements that are equal once their numbers are
    rounded become one: the second leaves the tree.
    """
    used = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if name == _XLINK and value.startswith("#"):
                used.add(value[1:])
    names = {}
    for parent in list(root.iter()):
        for element in list(parent):
            name = element.get("id")
            if name not in used:
                continue
            content = "\n".join([description, *_lines(element, names)])
            digest = blake2b(content.encode(), digest_size=4).hexdigest()
            if f"i{digest}" in names.values():
                parent.remove(element)
            names[name] = f"i{digest}"
    return names


def _lines(element, names):
    """Yield one line per element; groups and styles that carry nothing disappear."""
    tag = element.tag.rpartition("}")[2]
    if tag in {"metadata", "style"}:
        return
    attributes = _attributes(element, names)
    children = [line for child in _merged(element, tag) for line in _lines(child, names)]
    if tag in {"g", "defs"} and not children:
        return
    if tag == "g" and not attributes:
        yield from children
        return
    if tag == "path" and attributes.get("style") == "fill:none":
        return  # a transparent ground
    opening = f"<{tag}" + "".join(f" {name}={_quoted(v)}" for name, v in attributes.items())
    if tag == "text":
        yield f"{opening}>{escape(element.text.strip() if element.text else '')}" + (
            "".join(children) + "</text>"
        )
    elif tag == "tspan":
        yield f"{opening}>{escape(element.text or '')}</tspan>"
    elif children:
        yield f"{opening}>"
        yield from children
        yield f"</{tag}>"
    else:
        yield f"{opening}/>"


def _merged(element, tag):
    """Join a formula's glyphs that share a line and a style into one tspan."""
    if tag != "text" or not len(element):
        return list(element)
    runs = []
    for (y, style), glyphs in groupby(element, key=lambda span: (span.get("y"), span.get("style"))):
        glyphs = list(glyphs)
        run = ElementTree.Element("tspan", x=" ".join(glyph.get("x") for glyph in glyphs))
        run.attrib.update(y=y, style=style)
        run.text = "".join(glyph.text or "" for glyph in glyphs)
        runs.append(run)
    return runs


def _attributes(element, names):
    attributes = {}
    for name, value in element.attrib.items():
        if name == "id":
            if value in names:
                attributes["id"] = names[value]
        elif name == _XLINK:
            attributes["href"] = f"#{names[value[1:]]}" if value.startswith("#") else value
        elif name == "style":
            if style := _style(_renamed(value, names)):
                attributes["style"] = style
        elif name in {"fill", "stroke"}:  # the tile of a hatch
            attributes["style"] = _style(f"{attributes.get('style', '')};{name}:{value}")
        elif name == "transform":
            if not _NO_ROTATION.match(value):
                whole = "matrix" in value or "scale" in value
                attributes["transform"] = value if whole else _coordinates(value)
        elif name == "d":
            attributes[name] = _COMMAND.sub(r"\1", _coordinates(value).strip())
        elif name in _COORDINATES:
            attributes[name] = _coordinates(value)
        else:
            attributes[name] = _renamed(value, names)
    return attributes


def _renamed(value, names):
    return _REFERENCE.sub(lambda found: f"url(#{names[found[1]]})", value)


def _style(text):
    """Return a style without what the root says already, in the page's colours."""
    kept = []
    for declaration in text.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if not name or name in _DROPPED_STYLES:
            continue
        if value in {INK, "#000000"}:
            value = "currentColor"
        elif value == "#ffffff":
            value = "var(--ground,#fff)"
        if (name, value) != ("fill", "currentColor"):  # the root's fill is inherited
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _coordinates(text):
    return _NUMBER.sub(lambda found: _rounded(found[0]), text)


def _rounded(text):
    shortened = f"{float(text):z.1f}"
    return shortened.removesuffix(".0")


def _quoted(value):
    return '"' + escape(value, {'"': "&quot;"}) + '"'
