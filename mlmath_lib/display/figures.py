"""Show one figure: in the kernel, on the page and in print."""

import os
import re
from html import escape, unescape

import matplotlib.pyplot as plt
from IPython.core.getipython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from mlmath_lib.display.svg import canonical_svg

_LABEL = re.compile(r'<svg[^>]* aria-label="([^"]*)"')
_CAPTION = re.compile(r"^<desc>(.*)</desc>\n", re.MULTILINE)
_FRAMES = re.compile(r"^<metadata>.*</metadata>\n", re.MULTILINE)
_MARK_UP = re.compile(r"\$[^$]+\$|`(?P<code>[^`]+)`|\*(?P<em>\S(?:[^*]*\S)?)\*")


def show(fig, *, alt, caption=None):
    """Show a Matplotlib figure with its text alternative, and close it.

    The output is an SVG that follows the page's light or dark mode, and the text
    ``Figure: <alt>`` for those who cannot see it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        What ``plt.subplots`` returned first.
    alt : str
        What is seen, with the trend or the numbers that a reader takes from it.
    caption : str, optional
        What it means, in one or two sentences; may hold ``$mathematics$``.

    Raises
    ------
    TypeError
        If `fig` is not a figure.
    ValueError
        If `alt` is empty, or the SVG is larger than 150 kB.

    References
    ----------
    W3C, *Web Content Accessibility Guidelines 2.1* (2018), success criterion
    1.1.1. https://www.w3.org/TR/WCAG21/#non-text-content

    Examples
    --------
    >>> fig, ax = plt.subplots()
    >>> _ = ax.plot([0, 5], [1, 12])
    >>> show(fig, alt="A line rises from 1 to 12 in 5 years")
    Figure: A line rises from 1 to 12 in 5 years
    """
    require_figure("fig", fig)
    try:
        require_sentence("alt", alt, "says what the figure shows")
        if caption is not None:
            require_sentence("caption", caption, "says what the figure means")
        if os.environ.get("MLMATH_FRAMES") == "0":
            return
        svg = canonical_svg(fig, alt, caption=caption)
    finally:
        plt.close(fig)
    publish(svg, f"Figure: {alt}")


def publish(svg, text, **options):
    """Display an SVG with its text alternative; a plain interpreter prints the text."""
    if get_ipython() is None:
        print(text)
    else:
        data = {"image/svg+xml": svg, "text/html": as_image(svg, **options), "text/plain": text}
        display(data, raw=True)


def as_image(svg, *, name=None, style=""):
    """Return the HTML of a figure for viewers that show no SVG of others.

    JupyterLab hides an SVG, scripts and widgets until it trusts a notebook, and shows an
    image and text. An explorer shows its first frame and its sentence.

    Parameters
    ----------
    svg : str
        A canonical SVG.
    name : str, optional
        A class for the whole.
    style : str, default ""
        A style sheet to go with it.

    Returns
    -------
    str
        The HTML.
    """
    label, caption, frames = (pattern.search(svg) for pattern in (_LABEL, _CAPTION, _FRAMES))
    drawing = _CAPTION.sub("", _FRAMES.sub("", svg)).replace("\n", "")
    for character, code in {"%": "%25", "#": "%23"}.items():  # they mean something in an address
        drawing = drawing.replace(character, code)
    told = [label[1]] if frames or name else []
    if caption:
        told.append(marked_up(unescape(caption[1])))
    named = f' class="{name}"' if name else ""
    # Its many double quotes stay as they are: the address stands between single ones.
    drawing = escape(drawing, quote=False).replace("'", "&#x27;")
    return "\n".join(
        [
            f'{style}<figure{named} style="margin:0">',
            f"<img alt=\"{label[1]}\" src='data:image/svg+xml,{drawing}'>",
            *([f"<figcaption>{'<br>'.join(told)}</figcaption>"] if told else []),
            "</figure>",
        ]
    )


def marked_up(caption):
    """Return the HTML of a caption: code, emphasis, and mathematics as it is."""

    def mark(found):
        tags = (f"<{tag}>{text}</{tag}>" for tag, text in found.groupdict().items() if text)
        return next(tags, found[0])

    return _MARK_UP.sub(mark, escape(caption, quote=False))


def require_figure(name, value):
    """Return `value`, which must be a Matplotlib figure."""
    if not isinstance(value, Figure):
        raise TypeError(
            f"{name} must be a Matplotlib figure; got {type(value).__name__}. "
            "Take the first of `fig, ax = plt.subplots()`"
        )
    return value


def require_sentence(name, value, purpose):
    """Return `value`, which must be text for a reader, on one line."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text that {purpose}; got {value!r:.80}")
    if not value.strip():
        raise ValueError(
            f"{name} must be text that {purpose}; got an empty string. Some readers have "
            "only this text"
        )
    if not value.isprintable():
        raise ValueError(f"{name} must be printable text on one line; got {value!r:.80}")
    return value
