"""Formulas become MathML, and the font has what they are made of."""

import re
from base64 import b64decode
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from mlmath_lib.workshop.site.mathematics import characters, font, to_mathml


def tags(tex, **options):
    return [element.tag for element in ElementTree.fromstring(to_mathml(tex, **options)).iter()]


def test_a_formula_is_mathml_with_its_tex():
    formula = ElementTree.fromstring(to_mathml(r"x < \frac12", display=True))
    assert formula.get("display") == "block"
    assert formula.find(".//mfrac/mn").text == "1"
    assert formula.find(".//annotation").text == r"x < \frac12"


@pytest.mark.parametrize(
    ("tex", "rows"),
    [
        (r"a&=b\\c&=d", 2),
        ("a\\\\\nb\\\\\nc", 3),
        (r"\begin{align}a&=b\\c&=d\end{align}", 2),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", 2),
        (r"x=\begin{pmatrix}1\\2\end{pmatrix}", 2),
        (r"\sum_{\substack{a\\b}}c", 2),
        (r"\begin{gathered}a\\[4pt]b\end{gathered}", 2),
        ("a\\\nb", 0),
    ],
)
def test_rows_stay_rows(tex, rows):
    assert tags(tex, display=True).count("mtr") == rows


def test_numbers_are_left_to_sphinx():
    assert "(1)" not in to_mathml(r"\begin{align}a&=b\\c&=d\end{align}", display=True)


def test_a_formula_that_cannot_be_converted_is_named():
    with pytest.raises(ValueError, match=r"the formula .*nosuch.* cannot be converted: .*Unknown"):
        to_mathml(r"x + \nosuch")


def test_a_row_with_space_above_prints_no_number():
    assert "4pt" not in to_mathml(r"\begin{gathered}a\\[4pt]b\end{gathered}").partition("<anno")[0]


@pytest.mark.parametrize("row", ["+c", r"\qquad+c", r"\qquad{}-c"])
def test_a_row_may_begin_with_plus(row):
    formula = ElementTree.fromstring(to_mathml(rf"\begin{{aligned}}a&=b\\&{row}\end{{aligned}}"))
    assert [sign.get("form") for sign in formula.iter("mo")] == [None, "infix"]


def test_a_large_bracket_with_a_superscript_stands_in_a_row():
    """Else Chromium draws it small."""
    formula = ElementTree.fromstring(to_mathml(r"\Bigl[x\Bigr]_0^1"))
    assert formula.find(".//msubsup/mrow/mo").text == "]"


def test_the_sign_of_a_root_is_drawn():
    assert "√" in characters(to_mathml(r"\sqrt x"))
    assert "√" in characters(to_mathml(r"\sqrt[3]x"))


def test_a_lone_letter_is_drawn_in_italics():
    assert characters(to_mathml(r"x + \max h")) == set("x𝑥+maxhℎ") | {"\u2061"}


def test_a_root_leaves_little_room_behind_it():
    whole = TTFont(BytesIO(font({"√"})))
    variants = whole["MATH"].table.MathVariants
    [signs] = [
        construction.MathGlyphVariantRecord
        for name, construction in zip(
            variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True
        )
        if name == whole.getBestCmap()[ord("√")]
    ]
    first, *taller = [whole["hmtx"][sign.VariantGlyph][0] for sign in signs]
    assert len(taller) >= 3
    assert max(taller) < 1.1 * first


def test_the_font_keeps_what_mathematics_needs():
    whole = TTFont(BytesIO(font(set("x𝑥(∑′"))))
    assert {ord(character) for character in "x𝑥(∑′"} <= set(whole.getBestCmap())
    assert "MATH" in whole
    prime = whole["glyf"][whole.getBestCmap()[ord("′")]]
    assert prime.yMin < 100, "the prime for superscripts, which stands low and is large"
    vertical = whole["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
    assert {"parenleft", "summation"} <= set(vertical), "brackets and sums grow"
    assert ord("y") not in whole.getBestCmap()


@pytest.fixture
def book(tmp_path):
    """A book of seven pages (with less, Sphinx does not read in parallel) and a way to build it."""
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "mlmath_lib.workshop.site.mathematics"]\n'
        'myst_enable_extensions = ["dollarmath"]\n'
    )
    pages = "\n".join(f"page{number}" for number in range(6))
    (tmp_path / "index.md").write_text(f"# Book\n\n$a$\n\n```{{toctree}}\n{pages}\n```\n")
    for number in range(6):
        (tmp_path / f"page{number}.md").write_text(f"# Page\n\n${'bcdefg'[number]}$\n")

    def build(parallel=1, **changed):
        for name, text in changed.items():
            (tmp_path / f"{name}.md").write_text(f"# Page\n\n{text}\n")
        warnings = StringIO()
        output = tmp_path / "out"
        folders = tmp_path, tmp_path, output, tmp_path / "trees"
        with docutils_namespace():
            Sphinx(*folders, "html", None, None, warnings, parallel=parallel).build()
        sheet = (output / "_static/mathematics.css").read_text()
        data = b64decode(re.search(r"base64,([^)]+)", sheet)[1])
        letters = {chr(code) for code in TTFont(BytesIO(data)).getBestCmap() if code < 128}
        return "".join(sorted(letters)), warnings.getvalue()

    return build


@pytest.mark.parametrize("parallel", [1, 2])
def test_the_font_depends_on_all_pages_however_they_are_built(book, parallel):
    assert book(parallel) == ("abcdefg", "")
    assert book(parallel, page1="$z$") == ("abdefgz", "")
    assert book(parallel) == ("abdefgz", "")


def test_a_faulty_formula_names_page_and_formula(book):
    _, warnings = book(page3=r"What is $x + \nosuch$?")
    assert re.search(r"page3\.md:3: ERROR: the formula .*nosuch.* cannot be converted", warnings)
