"""A curve changed by hand turns nbval red; another processor's last digit does not."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from mlmath_lib.display import canonical_svg
from mlmath_lib.display.explorers import _stored
from mlmath_lib.display.figures import as_image
from mlmath_lib.workshop.notebooks import execute
from mlmath_lib.workshop.svg_comparison import svg_difference

REPOSITORY = Path(__file__).parents[2]


def figure(slope=1.0, colour="C0", label="growth", pixel=0.0):
    fig, ax = plt.subplots()
    ax.plot([0, 1, 2], [0, slope, 2], color=colour)
    ax.set_ylim(0, 3)
    ax.set_xlabel(label)
    ax.imshow([[0.0, pixel], [0.5, 1.0]], extent=(1, 2, 0, 1), aspect="auto", vmin=0, vmax=1)
    return fig


@cache
def drawing(**options):
    return canonical_svg(figure(**options), "A line rises")


@cache
def explorer(slopes=(1.0, 2.0), verb="rises"):
    return _stored(figure, lambda slope: f"The line {verb} by {slope}", None, {"slope": slopes})[0]


def moved(svg, pattern, by):
    """Return the SVG with the first number that `pattern` finds moved."""
    return re.sub(
        pattern,
        lambda found: f"{found[1]}{float(found[2]) + by:.1f}",
        svg,
        count=1,
        flags=re.DOTALL,
    )


class TestFigures:
    def test_two_drawings_of_the_same_figure_agree(self):
        assert svg_difference(drawing(), drawing()) is None

    @pytest.mark.parametrize("by", [0.1, -0.1, 0.2, -0.2])
    @pytest.mark.parametrize("pattern", [r'( d="M)([\d.]+)', r'(<text[^>]* x=")([\d.]+)'])
    def test_the_last_digit_of_a_coordinate_passes(self, pattern, by):
        changed = moved(drawing(), pattern, by)
        assert changed != drawing()
        assert svg_difference(drawing(), changed) is None

    @pytest.mark.parametrize("by", [0.3, -0.3, 50.0])
    @pytest.mark.parametrize("pattern", [r'( d="M)([\d.]+)', r'(<text[^>]* x=")([\d.]+)'])
    def test_a_coordinate_moved_further_does_not(self, pattern, by):
        assert "in the stored output" in svg_difference(drawing(), moved(drawing(), pattern, by))

    def test_minus_a_tenth_and_zero_are_the_same_place(self):
        svg = '<svg aria-label="a"><path d="M{} 0L1 1"/></svg>'
        assert svg_difference(svg.format("-0.1"), svg.format("0")) is None

    def test_a_scale_is_a_factor_and_no_coordinate(self):
        svg = '<svg aria-label="a"><g transform="scale({})"/></svg>'
        assert svg_difference(svg.format("1.1"), svg.format("1.1000001")) is None
        assert "1.2 now" in svg_difference(svg.format("1.1"), svg.format("1.2"))

    def test_the_message_names_figure_element_attribute_and_both_values(self):
        message = svg_difference(drawing(), drawing(slope=1.5))
        assert re.fullmatch(
            r'"A line rises": element \d+, <path>, attribute d: '
            r"number \d+ is [\d.]+ in the stored output and [\d.]+ now",
            message,
        )

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"colour": "C1"}, r"attribute style: stored '.*#0072b2.*', now '.*#d55e00.*'"),
            ({"label": "decay"}, r"<text>, text: stored 'growth', now 'decay'"),
            ({"pixel": 0.3}, r"raster: pixel \(\d+, \d+\) is \[.*\] in the stored output"),
        ],
    )
    def test_colour_text_and_pixels_count(self, change, message):
        assert re.search(message, svg_difference(drawing(), drawing(**change)))

    def test_a_colour_is_compared_to_its_last_digit(self):
        changed = drawing().replace("#0072b2", "#0072b3")
        assert "#0072b3" in svg_difference(drawing(), changed)

    def test_a_raster_may_differ_by_a_shade(self):
        assert svg_difference(drawing(), drawing(pixel=0.004)) is None

    def test_an_id_counts_by_the_place_of_what_it_leads_to(self):
        svg = (
            '<svg aria-label="a"><path id="{0}"/><path id="{1}"/><use href="#{2}"/>'
            '<g clip-path="url(#{1})" style="fill:url(#{0})"/></svg>'
        )
        assert svg_difference(svg.format("a", "b", "a"), svg.format("c", "d", "c")) is None
        assert "stored '#i0', now '#i1'" in svg_difference(
            svg.format("a", "b", "a"), svg.format("a", "b", "b")
        )

    def test_the_alternative_text_counts(self):
        changed = drawing().replace("A line rises", "A line falls")
        assert "attribute aria-label" in svg_difference(drawing(), changed)

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("<path/>", "", "children: stored 1, now 0"),
            ("<path/>", "<use/>", "stored <path>, now <use>"),
            ("<path/>", '<path x="1"/>', "attributes: stored [], now ['x']"),
            ('<path d="M0 0L1 1"/>', '<path d="M0 0"/>', "stored 'M0 0L1 1', now 'M0 0'"),
            ("<path/>a", "<path/>b", "text: stored 'a', now 'b'"),
        ],
    )
    def test_the_structure_counts(self, old, new, message):
        frame = '<svg aria-label="a">{}</svg>'
        assert message in svg_difference(frame.format(old), frame.format(new))


class TestExplorers:
    def test_the_last_digit_of_a_later_frame_passes(self):
        changed = _renamed(explorer(slopes=(1.0, 2.001)), "2.001", "2")
        assert changed != explorer()
        assert svg_difference(explorer(), changed) is None

    def test_a_changed_curve_in_a_later_frame_is_named(self):
        first, second = explorer(), _renamed(explorer(slopes=(1.0, 1.2)), "1.2", "2")
        assert "frame slope = 2: element" in svg_difference(first, second)

    def test_a_changed_sentence_is_named(self):
        assert svg_difference(explorer(), explorer(verb="falls")) == (
            '"The line rises by 1.0": sentence of slope = 1: '
            "stored 'The line rises by 1.0', now 'The line falls by 1.0'"
        )

    def test_changed_values_are_named(self):
        assert "parameters: stored" in svg_difference(explorer(), explorer(slopes=(1.0, 3.0)))

    def test_an_explorer_is_no_figure(self):
        assert "stored an explorer, now a figure" in svg_difference(explorer(), drawing())


def _renamed(svg, old, new):
    """Return an explorer with other values on its slider and in its sentences."""
    return svg.replace(f'"{old}"', f'"{new}"').replace(f"by {old}", f"by {new}.0")


SET_UP = """
import matplotlib.pyplot as plt
from mlmath_lib.display import explore, show

def line(slope):
    fig, ax = plt.subplots()
    ax.plot([0, 1, 2], [0, slope, 2])
    ax.set_ylim(0, 3)
    return fig
"""
FIGURE = 'show(line(1.5), alt="A line with a bend")'
EXPLORER = 'explore(line, slope=[1, 2], describe=lambda slope: f"The slope is {slope}")'
TEXT = 'print("one line")'


@pytest.fixture(scope="module")
def nbval_report(tmp_path_factory):
    """Run nbval once over outputs that were stored and then changed by hand."""
    path = tmp_path_factory.mktemp("book") / "changed.ipynb"
    sources = [SET_UP, FIGURE, FIGURE, FIGURE, EXPLORER, EXPLORER, TEXT, TEXT]
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    execute(path)
    notebook = nbformat.read(path, as_version=4)

    def edit(cell, change):
        data = notebook.cells[cell].outputs[0].data
        data["image/svg+xml"] = change(data["image/svg+xml"])
        data["text/html"] = as_image(data["image/svg+xml"])

    edit(2, lambda svg: moved(svg, r"(M[\d. ]+L[\d.]+ )([\d.]+)", 0.1))
    edit(3, lambda svg: moved(svg, r"(#i\w+.*? d=\"M[\d. ]+L[\d.]+ )([\d.]+)", 5.0))
    edit(5, lambda svg: svg.replace("slope is 2", "slope is two"))
    notebook.cells[7].outputs[0].text = "another line\n"
    nbformat.write(notebook, path)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-n0", "-rA"]
        + ["-c", REPOSITORY / "pyproject.toml", "--rootdir", path.parent, path],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


@pytest.mark.parametrize("cell", [0, 1, 2, 4, 6])
def test_nbval_passes_what_shows_the_same(nbval_report, cell):
    assert re.search(rf"^PASSED .*::Cell {cell}\b", nbval_report, re.MULTILINE)


@pytest.mark.parametrize("cell", [3, 5, 7])
def test_nbval_fails_what_was_changed_by_hand(nbval_report, cell):
    assert re.search(rf"^FAILED .*::Cell {cell}\b", nbval_report, re.MULTILINE)


def test_nbval_says_where_a_picture_differs(nbval_report):
    assert '"A line with a bend": element' in nbval_report
    assert "stored 'The slope is two', now 'The slope is 2'" in nbval_report


def test_nbval_holds_for_one_notebook_called_from_anywhere():
    """Frames and tolerance come with the checkout, whatever names the notebook."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-n0", "-q", "power_rule.ipynb"],
        cwd=REPOSITORY / "chapters" / "calculus",
        env={name: value for name, value in os.environ.items() if name != "MLMATH_FRAMES"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_rasters_of_another_size_are_named():
    def dots(width):
        fig, ax = plt.subplots(figsize=(width, 3))
        ax.scatter(np.arange(3), np.arange(3), rasterized=True)
        return re.search(r'<image href="[^"]*"', canonical_svg(fig, "a"))[0]

    old, new = (f'<svg aria-label="a">{dots(width)}/></svg>' for width in (4, 5))
    assert "pixels, now" in svg_difference(old, new)
