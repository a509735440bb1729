"""The part of MathJax that the book uses, served from the site itself.

The package sphinx-mathjax-offline carries MathJax 3, but its own extension copies all
24 MB of it, and MathJax's ready-made bundle holds a menu that is 40 % of its weight.
Here the components that typeset TeX are joined into one script: 165 kB compressed,
instead of 262 kB. Small TeX extensions and fonts are copied beside it; MathJax fetches
one when a formula needs it.
"""

import re
import shutil
from importlib import resources
from pathlib import Path

from sphinx.application import Sphinx

__all__ = ["copy_mathjax", "reserve_space"]

FOLDER = "mathjax"
SCRIPT = f"{FOLDER}/book-mathjax.js"
FONTS = "output/chtml/fonts/woff-v2"
# Joined in this order, after the book's settings (theme/mathjax-settings.js).
COMPONENTS = (
    "startup",
    "core",
    "input/tex",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)
# TeX extensions that no page can need, for they change how MathJax itself runs,
# or are too large for what they give.
LEFT_OUT = {"all-packages.js", "mhchem.js", "physics.js", "bussproofs.js"}

_FORMULA = re.compile(
    r'<(span|div) class="((?:amsmath )?math notranslate nohighlight)"([^>]*)>(.*?)</\1>', re.DOTALL
)
_NO_GLYPH = re.compile(
    r"\\(?:left|right|mathbb|mathbf|boldsymbol|mathrm|text|operatorname)\b|[{}\s^_&]|\\[()]"
)
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)")
_TALL = re.compile(r"\\(?:d?frac|sum|int|prod|lim|binom|max|min)\b")


def reserve_space(body: str) -> str:
    """Give every formula about the place that it will take once it is typeset.

    Without this the text below jumps while the page loads.

    Parameters
    ----------
    body : str
        A page's HTML.

    Returns
    -------
    str
        The same with an estimated width (inline) or height (display) on each formula,
        which ``book.css`` uses until MathJax has come.
    """

    def formula(match: re.Match) -> str:
        tag, classes, attributes, tex = match.groups()
        if tag == "span":
            glyphs = len(_COMMAND.sub("x", _NO_GLYPH.sub("", tex)))
            size = f"--width:{max(1, round(0.55 * glyphs)):d}em"
        else:
            rows = tex.count(r"\\") + 1
            size = f"--height:{rows * (3.2 if _TALL.search(tex) else 1.6):.1f}em"
        return f'<{tag} class="{classes}"{attributes} style="{size}">{tex}</{tag}>'

    return _FORMULA.sub(formula, body)


def copy_mathjax(app: Sphinx) -> None:
    """Write the joined script, TeX extensions and fonts below ``_static/mathjax``.

    Parameters
    ----------
    app : Sphinx
        The application; does nothing for builders other than HTML.
    """
    if app.builder.format != "html":
        return
    settings = Path(__file__).parent / "theme" / "mathjax-settings.js"
    target = Path(app.outdir, "_static", SCRIPT)
    if target.exists() and target.stat().st_mtime >= settings.stat().st_mtime:
        return
    # The package's name has hyphens: it can be asked for, but not written in an import.
    with resources.as_file(resources.files("sphinx-mathjax-offline") / "static/mathjax") as source:
        parts = [(source / f"{name}.js").read_text("utf-8") for name in COMPONENTS]
        for folder in ("input/tex/extensions", FONTS):
            shutil.copytree(
                source / folder,
                target.parent / folder,
                ignore=lambda _, names: LEFT_OUT.intersection(names),
                dirs_exist_ok=True,
            )
    target.write_text("\n".join([settings.read_text("utf-8"), *parts]), "utf-8")


def configure(_app: Sphinx, config) -> None:
    """Point Sphinx to the joined script, which pages without mathematics do not load."""
    config.mathjax_path = SCRIPT
    config.mathjax_options = {"defer": "defer"}


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_mathjax)
