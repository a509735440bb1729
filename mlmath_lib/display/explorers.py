"""Figures that move: sliders with a kernel, stored frames without one."""

import gzip
import html
import json
import os
import re
from collections.abc import Sequence
from contextlib import ExitStack
from difflib import SequenceMatcher
from hashlib import blake2b
from itertools import product
from math import prod

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.getipython import get_ipython
from IPython.display import display

from mlmath_lib._validation import require_callable
from mlmath_lib.display.figures import marked_up, publish, require_figure, require_sentence
from mlmath_lib.display.svg import body_lines, canonical_svg

PARAMETER_LIMIT = 3
FRAME_LIMIT = 150
PAYLOAD_LIMIT = 80_000  # bytes of all frames, gzipped: a page holds two or three explorers

# JupyterLab says "Error displaying widget" in place of one without a kernel: not beside the image.
_NO_ERROR = (
    "<style>.jp-OutputArea-child:has(.NAME) + .jp-OutputArea-child "
    "> .jp-OutputArea-output:not(:has(*)) {display:none}</style>"
)
_METADATA = re.compile(r"^<metadata><!\[CDATA\[(.*)\]\]></metadata>$", re.MULTILINE)


def explore(draw, *, describe, caption=None, **values):
    """Let the reader move a figure's parameters.

    Parameters
    ----------
    draw : callable
        ``draw(**parameters)`` returns a new Matplotlib figure. Fix the axis limits
        in it: all frames share the first one's layout, so nothing jumps.
    describe : callable
        ``describe(**parameters)`` returns the sentence that says what this frame
        shows, with its numbers. Screen readers announce it.
    caption : str, optional
        What the whole explorer shows; may hold ``$mathematics$``.
    **values : sequence
        One to three parameters of `draw`, each with the values it can take, such
        as ``n=[1, 2, 4]``. Three or more numbers that only rise, or only fall, get a
        play button.

    Raises
    ------
    TypeError
        If `draw` or `describe` is not callable or returns the wrong kind.
    ValueError
        If a parameter has no values, there are none or more than three parameters,
        or the frames are more than a page can carry.

    References
    ----------
    W3C, *ARIA Authoring Practices Guide*, slider pattern.
    https://www.w3.org/WAI/ARIA/apg/patterns/slider/

    Examples
    --------
    >>> def line(slope):
    ...     fig, ax = plt.subplots()
    ...     ax.axline((0, 0), slope=slope)
    ...     return fig
    >>> explore(line, slope=[1, 2], describe=lambda slope: f"The line rises {slope} per unit.")
    Explorer: The line rises 1 per unit.
    """
    require_callable("draw", draw, "returns a figure for each frame")
    require_callable("describe", describe, "returns a sentence for each frame")
    if caption is not None:
        require_sentence("caption", caption, "says what the explorer shows")
    parameters = _require_values(values)

    if os.environ.get("MLMATH_FRAMES") == "0":
        return
    if get_ipython() is None or os.environ.get("MLMATH_FRAMES") == "1":
        svg, sentence = _stored(draw, describe, caption, parameters)
        publish(svg, f"Explorer: {sentence}")
    else:
        _display_live(draw, describe, caption, parameters)


def read_explorer(svg):
    """Read a stored explorer back, frame by frame.

    Parameters
    ----------
    svg : str
        The ``image/svg+xml`` output of `explore`.

    Returns
    -------
    dict or None
        ``parameters`` (name, values as text, play), ``sentences`` and ``frames``
        (each the whole drawing as text), frames in row-major order of the
        parameters. None if the SVG is a plain figure.

    References
    ----------
    W3C, *Scalable Vector Graphics (SVG) 2* (2018), the ``metadata`` element.
    https://www.w3.org/TR/SVG2/struct.html#MetadataElement

    Examples
    --------
    >>> read_explorer("<svg></svg>") is None
    True
    """
    found = _METADATA.search(svg)
    if found is None:
        return None
    explorer = json.loads(found[1])
    base = body_lines(svg)
    explorer["frames"] = ["\n".join(_patched(base, patches)) for patches in explorer["frames"]]
    return explorer


def is_ordered(values):
    """Say whether a parameter can be played through, from its first value to its last.

    Parameters
    ----------
    values : sequence
        The values, as numbers or as the text of numbers.

    Returns
    -------
    bool
        Whether they are three or more numbers that only rise, or only fall.

    References
    ----------
    W3C, *Web Content Accessibility Guidelines 2.1*, criterion 2.2.2: what moves can be stopped.
    https://www.w3.org/TR/WCAG21/#pause-stop-hide

    Examples
    --------
    >>> is_ordered([1, 0.5, 0.25]), is_ordered([1, 4, 2]), is_ordered(["mean", "median", "mode"])
    (True, False, False)
    """
    try:
        steps = np.diff([float(value) for value in values])
    except (TypeError, ValueError):
        return False
    return len(steps) > 1 and bool(np.all(steps > 0) or np.all(steps < 0))


def _require_values(values):
    if not 1 <= len(values) <= PARAMETER_LIMIT:
        raise ValueError(
            f"explore needs 1 to {PARAMETER_LIMIT} parameters with their values, such as "
            f"n=[1, 2, 4]; got {len(values)}"
        )
    for name, choices in values.items():
        ordered = isinstance(choices, Sequence) or np.ndim(choices) == 1
        if isinstance(choices, str) or not ordered:
            raise TypeError(f"{name} must be a list of the values it can take; got {choices!r:.80}")
        if len(choices) == 0:
            raise ValueError(f"{name} must have at least one value; got an empty list")
    counts = [len(choices) for choices in values.values()]
    if prod(counts) > FRAME_LIMIT:
        raise ValueError(
            f"an explorer can hold at most {FRAME_LIMIT} frames; got "
            f"{' x '.join(map(str, counts))} = {prod(counts)}. Give fewer values"
        )
    return values


def _stored(draw, describe, caption, values):
    """Return the SVG that carries every frame, and its first sentence."""
    combinations = [dict(zip(values, choice, strict=True)) for choice in product(*values.values())]
    sentences = [_sentence(describe, combination) for combination in combinations]
    with ExitStack() as figures:
        first = _frame(draw, combinations[0])
        figures.callback(plt.close, first)
        layout = _layout(first, combinations[0])
        base = body_lines(canonical_svg(first, sentences[0]))
        patches = [[]]
        for combination in combinations[1:]:
            fig = _frame(draw, combination)
            figures.callback(plt.close, fig)
            if fig is first:
                raise ValueError(
                    "draw must return a new figure each time; got the same one. "
                    "Call plt.subplots() in it"
                )
            _take_layout(fig, layout, combination)
            patches.append(_difference(base, body_lines(canonical_svg(fig, sentences[0]))))
            plt.close(fig)
        metadata = _metadata(values, sentences, patches)
        svg = canonical_svg(first, sentences[0], caption=caption, metadata=metadata)
    return svg, sentences[0]


def _layout(first, combination):
    """Run the first frame's layout, once, and return where its axes stand."""
    first.canvas.draw()
    layout = [ax.get_position() for ax in first.axes]
    _take_layout(first, layout, combination)  # a second run would move the axes again
    return layout


def _take_layout(fig, layout, combination):
    if len(fig.axes) != len(layout):
        raise ValueError(
            f"draw must return figures with the same axes; got {len(layout)} axes for the first "
            f"frame and {len(fig.axes)} for {combination}"
        )
    fig.set_layout_engine("none")
    for ax, position in zip(fig.axes, layout, strict=True):
        ax.set_position(position)


def _metadata(values, sentences, patches):
    """Return the JSON that travels in the SVG, within its budget."""
    metadata = json.dumps(
        {
            "parameters": [
                {
                    "name": name,
                    "values": [_label(value) for value in choices],
                    "play": isinstance(choices, range),
                }
                for name, choices in values.items()
            ],
            "sentences": sentences,
            "frames": patches,
        },
        separators=(",", ":"),
    ).replace("]]>", "]]\\u003e")  # would close CDATA
    size = len(gzip.compress(metadata.encode(), mtime=0))
    if size > PAYLOAD_LIMIT:
        raise ValueError(
            f"an explorer's frames must take at most {PAYLOAD_LIMIT // 1000} kB compressed; got "
            f"{size // 1000} kB for {len(sentences)} frames. Give fewer values, or draw "
            "fewer points"
        )
    return metadata


def _display_live(draw, describe, caption, values):
    """Display ipywidgets controls over a figure that is drawn anew at each step.

    The first frame stands before them as an image. While the widgets live they hide it;
    whoever opens the notebook later, trusted or not, sees it in their place.
    """
    import ipywidgets as widgets

    combination = {name: choices[0] for name, choices in values.items()}
    sentence = _sentence(describe, combination)
    first = _frame(draw, combination)
    try:
        layout = _layout(first, combination)
        svg = canonical_svg(first, sentence, caption=caption)
    finally:
        plt.close(first)
    image = f"explorer-{blake2b(svg.encode(), digest_size=4).hexdigest()}"
    hide = f"<style>.{image}{{display:none}}</style>"

    sliders = {
        name: widgets.SelectionSlider(
            options=[(_label(value), value) for value in choices],
            description=name.replace("_", " "),
            style={"description_width": "initial"},
            layout={"width": "28em"},
        )
        for name, choices in values.items()
    }
    picture = widgets.HTML(f"{hide}{svg}<p>{html.escape(sentence)}</p>")

    def update(_):
        combination = {name: slider.value for name, slider in sliders.items()}
        sentence = _sentence(describe, combination)
        fig = _frame(draw, combination)
        try:
            _take_layout(fig, layout, combination)
            svg = canonical_svg(fig, sentence)
        finally:
            plt.close(fig)
        picture.value = f"{hide}{svg}<p>{html.escape(sentence)}</p>"

    rows = []
    for name, slider in sliders.items():
        slider.observe(update, "index")
        if is_ordered(values[name]):
            play = widgets.Play(min=0, max=len(values[name]) - 1, interval=800)
            widgets.link((play, "value"), (slider, "index"))
            rows.append(widgets.HBox([play, slider]))
        else:
            rows.append(slider)
    if caption is not None:
        rows.append(widgets.HTMLMath(marked_up(caption)))
    publish(svg, f"Explorer: {sentence}", name=image, style=_NO_ERROR.replace("NAME", image))
    view = widgets.VBox([picture, *rows])._repr_mimebundle_()
    # Where the widget is not trusted, nothing: the image says it all.
    display({**view, "text/html": "", "text/plain": ""}, raw=True)


def _frame(draw, combination):
    return require_figure(f"what draw returns for {combination}", draw(**combination))


def _sentence(describe, combination):
    return require_sentence(
        f"what describe returns for {combination}", describe(**combination), "says what it shows"
    )


def _label(value):
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    return str(value)


def _difference(base, lines):
    """Return the patches ``[start, stop, lines]`` that turn `base` into `lines`."""
    if len(base) == len(lines):  # the usual case, and far quicker than a full comparison
        return [
            [n, n + 1, [new]]
            for n, (old, new) in enumerate(zip(base, lines, strict=True))
            if old != new
        ]
    matcher = SequenceMatcher(None, base, lines, autojunk=False)
    return [
        [start, stop, lines[low:high]]
        for tag, start, stop, low, high in matcher.get_opcodes()
        if tag != "equal"
    ]


def _patched(base, patches):
    lines = list(base)
    for start, stop, replacement in reversed(patches):
        lines[start:stop] = replacement
    return lines
