r"""Formulas as MathML, with a font of the characters that the book uses.

Browsers set MathML themselves: formulas are there at the first paint, without a script, and
in an e-book too. math-core converts the TeX while the book is built. The style sheet
``mathematics.css`` carries STIX Two Math, cut down to the book's characters. The font is
part of that file, and no file beside it, so that no page is laid out twice: once with
another font and once with this one.
"""

import re
import zlib
from base64 import b64encode
from functools import cache
from html import escape, unescape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

__all__ = ["STYLE_SHEET", "characters", "font", "to_mathml"]

STYLE_SHEET = "mathematics.css"
# Commands that math-core does not know.
MACROS = {"substack": r"\begin{subarray}{c}#1\end{subarray}"}
CONVERTER = LatexToMathML(macros=MACROS, fancy_error=False)

_NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|alignat|gather|multline)\}")
_LINE_END = re.compile(r"(?<!\\)\\\n")  # TeX reads it as a space, math-core as a command
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin\{).)*?\\end\{\1\}", re.DOTALL)
_GROUP = re.compile(r"\{[^{}]*\}")
# XML knows five names; HTML's others become the characters themselves.
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;|apos;)\w+;")
_ROW_SPACE = re.compile(r"\\\\\s*\[[\d.]+\s*\w+\]")  # printed as text if it stays
# TeX sets the sign that begins a row as the sum's, a browser as the sign of a number.
_SIGN_OF_A_ROW = re.compile(
    r'(<mtd style="text-align: left[^"]*">(?:<mspace[^>]*/>|<mrow></mrow>)*)<mo>([+−±∓])</mo>'
)
# Chromium stretches a bracket to its size in a row, and not where it carries a superscript.
_BRACKET_WITH_SCRIPT = re.compile(r"(<m(?:sup|sub|subsup)>)(<mo [^>]*minsize[^>]*>[^<]*</mo>)")
_ROOT = re.compile(r"<m(?:sqrt|root)\b[^>]*>")
_LONE_LETTER = re.compile(r"<mi>(.)</mi>")
# Chromium hangs the sign of a root from its bar: a strut puts the bar as high as TeX does.
STRUT = '<mspace height="0.72em"/>'
_ROOT_START = re.compile(r"<msqrt>|<mroot><mrow>")
PRIMES = "\u2032\u2033\u2034\u2057"
# What a browser draws for a lone letter: the mathematical italic, which has a place of its own.
ITALIC = {
    normalize("NFKC", character): character
    for character in map(chr, [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6E2, 0x1D71C)])
}

logger = logging.getLogger(__name__)


@cache
def to_mathml(tex: str, *, display: bool = False) -> str:
    r"""Convert a formula to MathML.

    Parameters
    ----------
    tex : str
        The formula in TeX, without dollars.
    display : bool, default False
        Whether it stands on a line of its own.

    Returns
    -------
    str
        A ``<math>`` element, which is XML as well as HTML. Its annotation holds the TeX,
        for copying.

    Raises
    ------
    ValueError
        If math-core cannot convert the formula.
    """
    tex = tex.strip()
    rows = _ROW_SPACE.sub(r"\\\\", _LINE_END.sub(r"\\ ", tex))
    rows = _NUMBERED.sub(r"\\\1{\2*}", rows)  # numbers are Sphinx's
    if r"\\" in _outside(rows):
        rows = rf"\begin{{aligned}}{rows}\end{{aligned}}"
    try:
        mathml = CONVERTER.convert_with_local_state(rows, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"the formula {tex!r} cannot be converted: {error}") from None
    mathml = _ENTITY.sub(lambda entity: unescape(entity[0]), mathml)
    mathml = _BRACKET_WITH_SCRIPT.sub(r"\1<mrow>\2</mrow>", mathml)
    mathml = _SIGN_OF_A_ROW.sub(r'\1<mo form="infix">\2</mo>', mathml)
    mathml = _ROOT_START.sub(rf"\g<0>{STRUT}", mathml)
    start, content = re.fullmatch(r"(<math[^>]*>)(.*)</math>", mathml, re.DOTALL).groups()
    return (
        f"{start}<semantics><mrow>{content}</mrow>"
        f'<annotation encoding="application/x-tex">{escape(tex, quote=False)}</annotation>'
        "</semantics></math>"
    )


def _outside(tex: str) -> str:
    """Return what stands in no environment and no group: there a line break needs rows."""
    for pattern in (_ENVIRONMENT, _GROUP):
        while (less := pattern.sub("", tex)) != tex:
            tex = less
    return tex


def characters(mathml: str) -> set[str]:
    """Return the characters that a browser draws for a formula.

    Parameters
    ----------
    mathml : str
        What `to_mathml` returned.

    Returns
    -------
    set of str
        The characters, with the italic form of each letter that stands alone, and the
        sign of a root.
    """
    drawn = _ROOT.sub("√", mathml.partition("<annotation")[0])
    found = set(unescape(re.sub(r"<[^>]*>", "", drawn)))
    return found | {ITALIC[letter] for letter in _LONE_LETTER.findall(drawn) if letter in ITALIC}


def font(wanted: set[str]) -> bytes:
    """Cut STIX Two Math down to some characters.

    Parameters
    ----------
    wanted : set of str
        The characters.

    Returns
    -------
    bytes
        A WOFF2 font with these and their larger variants.
    """
    options = subset.Options(
        flavor="woff2",
        layout_features=[],  # variants for superscripts, which Chromium does not use
        hinting=False,  # a third of the size
        name_IDs=[0, 1, 2, 13, 14],
    )
    package = Path(find_spec("ziamath").origin).parent  # found, and not imported
    whole = TTFont(package / "fonts" / "STIXTwoMath-Regular.ttf", recalcTimestamp=False)
    # A prime is a superscript: it gets the form for them, where it is large enough.
    drawn = whole.getBestCmap()
    primes = {ord(prime): f"{drawn[ord(prime)]}.ssty" for prime in PRIMES}
    for table in whole["cmap"].tables:
        table.cmap |= {code: glyph for code, glyph in primes.items() if code in table.cmap}
    _narrow_roots(whole, drawn[ord("√")])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, wanted))
    cutter.subset(whole)
    file = BytesIO()
    subset.save_font(whole, file, options)
    return file.getvalue()


def _narrow_roots(whole: TTFont, root: str) -> None:
    """Make the taller signs of a root nearly as narrow as the first.

    Chromium leaves room for the widest of them after every root.
    """
    variants = whole["MATH"].table.MathVariants
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    names = {record.VariantGlyph for record in construction.MathGlyphVariantRecord}
    names |= {part.glyph for part in construction.GlyphAssembly.PartRecords}
    widest = 1.06 * whole["hmtx"][root][0]
    for name in names:
        width, start = whole["hmtx"][name]
        if width > widest:
            glyph = whole["glyf"][name]
            glyph.coordinates.scale((widest / width, 1))
            glyph.coordinates.toInt()
            glyph.recalcBounds(whole["glyf"])
            whole["hmtx"][name] = round(widest), round(start * widest / width)


def _used(env) -> dict[str, set[str]]:
    """Return the characters of every page's formulas."""
    if not hasattr(env, "mlmath_characters"):
        env.mlmath_characters = {}
    return env.mlmath_characters


def note_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Convert a page's formulas: remember their characters, report what cannot be converted."""
    found = _used(app.env).setdefault(app.env.docname, set())
    for node in doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block)):
        try:
            mathml = to_mathml(node.astext(), display=isinstance(node, nodes.math_block))
        except ValueError as error:
            logger.error("%s", error, location=node, type="mathematics")
        else:
            found |= characters(mathml)


def forget_formulas(_app: Sphinx, env, docname: str) -> None:
    """Drop what was remembered of a page that is read anew."""
    _used(env).pop(docname, None)


def merge_formulas(_app: Sphinx, env, docnames, other) -> None:
    """Take over what a parallel reader has remembered."""
    _used(env).update({name: found for name, found in _used(other).items() if name in docnames})


def write_font(app: Sphinx, env) -> list[str]:
    """Write the style sheet with the font, if another character has come or one has gone.

    Pages name it with a checksum (Sphinx does so for every style sheet). A page that is not
    written anew keeps the checksum of a font that had all of its own characters.
    """
    if app.builder.format == "html":
        wanted = "".join(sorted(set().union(*_used(env).values())))
        checksum = zlib.crc32(Path(__file__).read_bytes() + wanted.encode())
        note = f"/* STIX Two Math, cut down ({checksum:08x}); see mathematics-font-licence.txt */\n"
        sheet = Path(app.outdir, "_static", STYLE_SHEET)
        if not sheet.exists() or not sheet.read_text("utf-8").startswith(note):
            data = b64encode(font(set(wanted))).decode()
            rule = f"font-family: Mathematics; src: url(data:font/woff2;base64,{data})"
            sheet.parent.mkdir(parents=True, exist_ok=True)
            sheet.write_text(f"{note}@font-face {{ {rule} }}\n", encoding="utf-8")
    return []


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    self.body.append(f"{_written(node)}</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own: the formula scrolls, its number stays in view."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate"))
    self.body.append(f'<div class="formula">{_written(node, display=True)}</div>')
    if node["number"] and not node["nowrap"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _written(node: nodes.Element, *, display: bool = False) -> str:
    """Return a formula's MathML, or its TeX where reading the page has reported an error."""
    try:
        return to_mathml(node.astext(), display=display)
    except ValueError:
        return f"<code>{escape(node.astext())}</code>"


def setup(app: Sphinx) -> dict[str, object]:
    """Register the renderer and follow which characters the pages use.

    Parameters
    ----------
    app : Sphinx
        The application that builds the book.

    Returns
    -------
    dict
        The metadata, so that a book can be built with this module alone.
    """
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("doctree-read", note_formulas)
    app.connect("env-purge-doc", forget_formulas)
    app.connect("env-merge-info", merge_formulas)
    app.connect("env-updated", write_font)
    app.add_css_file(STYLE_SHEET)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
