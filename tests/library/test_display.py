"""Figures and explorers: canonical, readable in light and dark, told in words."""

import contextlib
import json
import os
import re
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import mlmath_lib
from mlmath_lib.display import canonical_svg, explore, read_explorer, show
from mlmath_lib.display.explorers import FRAME_LIMIT, _stored, is_ordered
from mlmath_lib.display.svg import INK, body_lines

STYLE = (Path(mlmath_lib.__file__).parent / "workshop/site/theme/static/book.css").read_text()


def page_colours(name):
    """Return a colour of the site's pages in light and in dark mode."""
    light, *dark = re.findall(rf"--{name}: (#\w+)", STYLE)
    return {"light": light, "dark": dark[0]}


GROUNDS, INKS = page_colours("ground"), page_colours("ink")
AWKWARD = "a <b> & \"c\" 'd' ]]> ]] e"


def line(slope=1.0, **options):
    fig, ax = plt.subplots()
    ax.plot([0, 1], [0, slope], **options)
    ax.set_ylim(-5, 5)
    return fig


def drawn(decorate):
    fig, ax = plt.subplots()
    decorate(ax)
    return canonical_svg(fig, "A figure")


def tree(svg):
    return ElementTree.fromstring(svg)


class TestCanonicalSvg:
    def test_the_same_figure_gives_the_same_text(self):
        assert canonical_svg(line(), "A line") == canonical_svg(line(), "A line")

    def test_it_leaves_the_figure_open_and_unchanged(self):
        fig = line()
        assert canonical_svg(fig, "A line") == canonical_svg(fig, "A line")
        assert plt.fignum_exists(fig.number)

    def test_it_is_short(self):
        assert len(canonical_svg(line(), "A line")) < 4000

    def test_coordinates_have_at_most_one_decimal_and_no_minus_zero(self):
        svg = drawn(lambda ax: ax.plot(np.linspace(0, 1, 50), np.linspace(0, 1, 50) ** 2))
        for name in ("d", "x", "y"):
            for value in re.findall(rf' {name}="([^"]*)"', svg):
                assert not re.search(r"\.\d\d|-0(?![.\d])", value), value

    def test_every_id_is_referenced_and_every_reference_leads_to_an_id(self):
        svg = drawn(lambda ax: (ax.plot([1, 2], "o-"), ax.scatter([1, 2], [2, 1], c=[1, 2])))
        references = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)
        names = re.findall(r' id="([^"]+)"', svg)
        assert len(set(names)) == len(names) > 0
        assert set(names) == {first or second for first, second in references}

    def test_an_id_follows_from_figure_and_content(self):
        def ids(description, *markers):
            fig, ax = plt.subplots()
            for marker in markers:
                ax.plot([1, 2], marker, color="C0")
            return set(re.findall(r' id="([^"]+)"', canonical_svg(fig, description)))

        assert ids("A line", "o") < ids("A line", "s", "o")
        assert not ids("A line", "o") & ids("Another line", "o")

    def test_elements_that_are_equal_once_rounded_become_one(self):
        svg = drawn(lambda ax: [ax.scatter(*np.eye(2), size, "C0") for size in (40, 40.0001)])
        points = re.findall(r'<use href="#(\w+)"[^>]*style="fill:#', svg)
        assert (len(points), len(set(points))) == (4, 1)

    def test_a_hatch_keeps_its_pattern(self):
        svg = drawn(lambda ax: ax.bar([1, 2], [1, 2], hatch="/", facecolor="C0"))
        names = re.findall(r'<pattern id="([^"]+)"', svg)
        assert len(names) == 1
        assert f"fill:url(#{names[0]})" in svg

    def test_neutral_ink_becomes_the_page_s_colour(self):
        svg = drawn(lambda ax: ax.plot([0, 1], [0, 1], color="C4"))
        assert "stroke:currentColor" in svg
        body = "\n".join(body_lines(svg))
        assert INK not in body
        assert "#000000" not in body

    def test_black_becomes_the_page_s_colour(self):
        assert "#000" not in drawn(lambda ax: ax.plot([0, 1], [0, 1], color="black"))

    def test_white_becomes_the_page_s_ground(self):
        svg = drawn(lambda ax: ax.plot([0, 1], [0, 1], "o", mfc="white"))
        assert "fill:var(--ground,#fff)" in svg
        assert "#ffffff" not in svg

    def test_other_colours_stay(self):
        assert "stroke:#0072b2" in canonical_svg(line(), "A line")

    def test_it_bears_no_trace_of_day_machine_or_version(self):
        svg = canonical_svg(line(), "A line")
        assert not re.search(r"metadata|matplotlib|20\d\d-|DOCTYPE|<\?xml|<style", svg, re.I)

    def test_text_stays_text(self):
        texts = [element.text for element in tree(drawn(lambda ax: ax.set_xlabel("time"))).iter()]
        assert "time" in texts

    def test_a_formula_keeps_its_glyphs_in_one_text(self):
        svg = drawn(lambda ax: ax.set_xlabel("time $t^2$ in years"))
        spans = [
            "".join(element.itertext()) for element in tree(svg).iter() if "text" in element.tag
        ]
        assert any("time" in span and "t" in span and "years" in span for span in spans)

    @pytest.mark.parametrize("place", ["description", "caption", "label"])
    def test_awkward_characters_survive(self, place):
        texts = {"description": "A line", "caption": "What", "label": "x"} | {place: AWKWARD}
        fig = line()
        fig.axes[0].set_xlabel(texts["label"])
        root = tree(canonical_svg(fig, texts["description"], caption=texts["caption"]))
        found = {"description": root.get("aria-label"), "caption": root[0].text}
        found["label"] = next(e.text for e in root.iter() if e.text == texts["label"])
        assert found == texts

    @pytest.mark.parametrize("decorate", ["imshow", "contourf", "pcolormesh"])
    def test_artists_of_all_kinds_are_well_formed(self, decorate):
        svg = drawn(lambda ax: getattr(ax, decorate)(np.outer(np.arange(4), np.arange(4))))
        assert tree(svg).get("role") == "img"

    def test_the_root_says_what_the_contract_says(self):
        root = tree(canonical_svg(line(), "A line"))
        assert root.get("width") == "403.2pt"
        assert root.get("viewBox") == "0 0 403.2 244.8"
        assert root.get("aria-label") == "A line"
        assert root.get("style") == "color:#1f2328;background:#fff"

    def test_one_element_stands_on_one_line(self):
        svg = canonical_svg(line(), "A line", caption="What it means")
        lines = svg.split("\n")
        assert lines[0].startswith("<svg ")
        assert lines[1] == "<desc>What it means</desc>"
        assert lines[-1] == "</svg>"
        assert lines[2:-1] == body_lines(svg)


class TestColours:
    """WCAG 2.1, success criterion 1.4.11: graphics need a contrast of 3 to 1."""

    @pytest.mark.parametrize("ground", GROUNDS)
    def test_the_cycle_stands_out_from_the_page(self, ground):
        inks = {INK: INKS[ground]}
        for colour in plt.rcParams["axes.prop_cycle"].by_key()["color"]:
            shown = inks.get(f"#{colour.lstrip('#')}", f"#{colour.lstrip('#')}")
            assert contrast(shown, GROUNDS[ground]) >= 3, (colour, ground)

    def test_black_on_white_has_the_contrast_of_the_standard(self):
        assert contrast("#000000", "#ffffff") == pytest.approx(21)

    def test_the_neutral_is_the_last_of_the_cycle(self):
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"][4].lstrip("#") == INK[1:]


def contrast(colour, ground):
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


class TestShow:
    def test_a_plain_interpreter_prints_the_text(self, capsys):
        show(line(), alt="A line rises to 1")
        assert capsys.readouterr().out == "Figure: A line rises to 1\n"

    def test_a_kernel_displays_picture_and_text(self):
        module = "mlmath_lib.display.figures"
        with mock.patch(f"{module}.get_ipython"), mock.patch(f"{module}.display") as display:
            show(line(), alt="A line rises", caption="Growth $x$")
        (bundle,), options = display.call_args
        assert options == {"raw": True}
        assert bundle["text/plain"] == "Figure: A line rises"
        assert "<desc>Growth $x$</desc>" in bundle["image/svg+xml"]

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            (
                {"alt": ""},
                ValueError,
                "alt must be text that says what the figure shows; got an em",
            ),
            ({"alt": "  "}, ValueError, "alt must be text .* Some readers have only this text"),
            (
                {"alt": None},
                TypeError,
                "alt must be text that says what the figure shows; got None",
            ),
            ({"alt": "a\nb"}, ValueError, "alt must be .*text on one line"),
            ({"caption": ""}, ValueError, "caption must be text that says what the figure means"),
            ({"caption": 3}, TypeError, "caption must be text that says what the figure means"),
            ({"fig": None}, TypeError, "fig must be a Matplotlib figure; got NoneType. Take the f"),
            ({"fig": plt}, TypeError, "fig must be a Matplotlib figure; got module"),
        ],
    )
    def test_an_unfit_argument_is_named(self, change, error, message):
        arguments = {"fig": line(), "alt": "A line rises", "caption": None} | change
        with pytest.raises(error, match=message):
            show(arguments.pop("fig"), **arguments)

    def test_axes_in_place_of_the_figure_are_named(self):
        with pytest.raises(TypeError, match=r"got Axes\. Take the first of `fig, ax = plt"):
            show(plt.subplots()[1], alt="A line rises")

    def test_a_figure_over_the_limit_is_named_with_its_size(self):
        with pytest.raises(ValueError, match=r"at most 150 kB as SVG; got \d+ kB\. Draw fewer"):
            show(dots(5000), alt="A cloud of dots")

    def test_a_raster_brings_a_heavy_figure_under_the_limit(self, capsys):
        show(dots(5000, rasterized=True), alt="A cloud of dots")
        assert "cloud" in capsys.readouterr().out

    @pytest.mark.parametrize("alt", ["A line", ""])
    @pytest.mark.parametrize("count", [2, 5000])
    def test_no_figure_stays_open(self, alt, count):
        other = plt.figure()
        with contextlib.suppress(ValueError):
            show(dots(count), alt=alt)
        assert plt.get_fignums() == [other.number]


def dots(count, **options):
    fig, ax = plt.subplots()
    ax.plot(np.random.default_rng(7).random(count), "o", **options)
    return fig


def sentence(**parameters):
    return "Here " + ", ".join(f"{name} is {value}" for name, value in parameters.items())


def published(draw, **arguments):
    """Return the SVG and the text that `explore` displays in a notebook's kernel."""
    with mock.patch("mlmath_lib.display.explorers.publish") as publish:
        explore(draw, **{"describe": sentence} | arguments)
    return publish.call_args[0]


class TestExplore:
    def test_a_plain_interpreter_prints_the_first_sentence(self, capsys):
        explore(line, slope=[1, 2], describe=sentence)
        assert capsys.readouterr().out == "Explorer: Here slope is 1\n"

    def test_what_is_stored_reads_back(self):
        svg, text = published(line, slope=[1, 2.5], caption="Slopes $a$")
        explorer = read_explorer(svg)
        assert explorer["parameters"] == [{"name": "slope", "values": ["1", "2.5"], "play": False}]
        assert explorer["sentences"] == ["Here slope is 1", "Here slope is 2.5"]
        assert text == "Explorer: Here slope is 1"
        assert svg.split("\n")[1].startswith("<metadata><![CDATA[{")
        assert svg.split("\n")[2] == "<desc>Slopes $a$</desc>"
        assert tree(svg).get("aria-label") == "Here slope is 1"

    def test_a_range_gets_a_play_button(self):
        parameters = read_explorer(published(line, slope=range(3))[0])["parameters"]
        assert parameters == [{"name": "slope", "values": ["0", "1", "2"], "play": True}]

    def test_a_plain_figure_is_no_explorer(self):
        assert read_explorer(canonical_svg(line(), "A line")) is None

    def test_awkward_characters_survive(self):
        svg, _ = published(
            lambda name: line(len(name)), name=[AWKWARD, "b"], describe=lambda name: name + AWKWARD
        )
        assert read_explorer(svg)["sentences"] == [AWKWARD * 2, "b" + AWKWARD]
        assert read_explorer(svg)["parameters"][0]["values"] == [AWKWARD, "b"]
        stored = next(e for e in tree(svg) if e.tag.endswith("metadata"))
        assert json.loads(stored.text)["sentences"] == [AWKWARD * 2, "b" + AWKWARD]

    # A frame takes 50 ms, so there are few examples and no search for the smallest.
    # A layout would move the axes of each figure drawn directly.
    @plt.rc_context({"figure.constrained_layout.use": False})
    @settings(max_examples=6, phases=[Phase.generate])
    @given(
        st.lists(st.integers(-4, 4), min_size=1, max_size=2, unique=True),
        st.lists(st.floats(0.5, 4), min_size=1, max_size=2, unique=True),
        st.lists(st.booleans(), min_size=1, max_size=2, unique=True),
    )
    def test_every_frame_is_the_figure_drawn_directly(self, slopes, widths, marked):
        def draw(slope, width, mark):
            fig = line(slope, linewidth=width)
            if mark:  # the number of lines in the SVG changes
                fig.axes[0].plot([0.5], [slope / 2], "o")
            return fig

        grid = {"slope": slopes, "width": widths, "mark": marked}
        explorer = read_explorer(_stored(draw, sentence, None, grid)[0])
        combinations = [(s, w, m) for s in slopes for w in widths for m in marked]
        assert len(explorer["frames"]) == len(explorer["sentences"]) == len(combinations)
        for frame, told, (slope, width, mark) in zip(
            explorer["frames"], explorer["sentences"], combinations, strict=True
        ):
            fig = draw(slope, width, mark)
            assert frame.split("\n") == body_lines(canonical_svg(fig, explorer["sentences"][0]))
            assert told == sentence(slope=slope, width=width, mark=mark)
            plt.close(fig)

    def test_all_frames_share_the_first_layout(self):
        def draw(power):
            fig, ax = plt.subplots()
            ax.plot([0, 10**power])  # wider tick labels need a wider margin
            return fig

        frames = read_explorer(published(draw, power=[0, 6])[0])["frames"]
        edges = [re.search(r'<path d="(M[\d.]+) ', frame)[1] for frame in frames]
        assert edges[0] == edges[1]

    def test_a_frame_stores_only_what_changes(self):
        one, _ = published(line, slope=[1])
        ten, _ = published(line, slope=list(np.linspace(1, 2, 10)))
        assert len(ten) - len(one) < 10 * 400

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"draw": None}, TypeError, "draw must be a function that returns a figure for each"),
            (
                {"draw": lambda **_: 1},
                TypeError,
                r"draw returns for {'n': 1} must be a .*; got int",
            ),
            (
                {"draw": lambda **_: None},
                TypeError,
                "draw returns for .* must be a .*; got NoneType",
            ),
            ({"draw": lambda **_: plt.subplots()[1]}, TypeError, "got Axes. Take the first of"),
            ({"describe": None}, TypeError, "describe must be a function that returns a sentence"),
            ({"describe": lambda **_: 1}, TypeError, r"describe returns for {'n': 1} must be text"),
            ({"describe": lambda **_: ""}, ValueError, r"describe returns for .* got an empty str"),
            ({"describe": lambda **_: "a\nb"}, ValueError, "text on one line; got 'a"),
            ({"caption": " "}, ValueError, "caption must be text that says what the explorer"),
            ({"n": []}, ValueError, "n must have at least one value; got an empty list"),
            ({"n": range(0)}, ValueError, "n must have at least one value"),
            ({"n": 3}, TypeError, "n must be a list of the values it can take; got 3"),
            ({"n": "abc"}, TypeError, "n must be a list of the values it can take; got 'abc'"),
            ({"n": iter([1])}, TypeError, "n must be a list of the values it can take; got <list"),
            ({"n": np.array(3)}, TypeError, "n must be a list of the values it can take; got arr"),
            ({"n": {1, 2}}, TypeError, "n must be a list of the values it can take; got {1, 2}"),
            ({"m": [1], "k": [1], "j": [1]}, ValueError, "1 to 3 parameters .*; got 4"),
            (
                {"n": range(16), "m": range(10)},
                ValueError,
                rf"at most {FRAME_LIMIT} frames; got 16 x 10 = 160. Give fewer values",
            ),
        ],
    )
    def test_an_unfit_argument_is_named(self, change, error, message):
        arguments = {"draw": lambda **_: line(), "n": [1, 2], "describe": sentence} | change
        with pytest.raises(error, match=message):
            explore(arguments.pop("draw"), **arguments)

    def test_no_parameter_is_an_error(self):
        with pytest.raises(ValueError, match=r"needs 1 to 3 parameters .* such as n=.*; got 0"):
            explore(line, describe=sentence)

    def test_describe_is_required(self):
        with pytest.raises(TypeError, match="describe"):
            explore(line, slope=[1])

    def test_a_changing_number_of_axes_is_named(self):
        with pytest.raises(ValueError, match=r"same axes; got 1 axes for .* and 2 for {'n': 2}"):
            explore(lambda n: plt.subplots(n)[0], n=[1, 2], describe=sentence)

    def test_frames_that_weigh_too_much_are_an_error_with_numbers(self):
        with pytest.raises(
            ValueError, match=r"at most 80 kB compressed; got \d+ kB for 20 frames. Give fewer"
        ):
            explore(noise, seed=range(20), describe=sentence)

    def test_a_figure_used_again_is_an_error(self):
        fig, ax = plt.subplots()

        def draw(n):
            ax.clear()
            ax.plot([0, n], [0, n**2])
            return fig

        with pytest.raises(ValueError, match="draw must return a new figure"):
            explore(draw, n=[1, 2], describe=sentence)

    @pytest.mark.parametrize(
        "draw",
        [
            lambda n: line(n),
            lambda n: line(1 / (n - 2)),
            lambda n: line() if n == 1 else None,
            lambda n: plt.subplots(n)[0],
        ],
        ids=["no error", "raises later", "no figure later", "other axes"],
    )
    def test_no_figure_stays_open_and_no_other_is_closed(self, draw):
        other = plt.figure()
        with contextlib.suppress(TypeError, ValueError, ZeroDivisionError):
            explore(draw, n=[1, 2], describe=sentence)
        assert plt.get_fignums() == [other.number]

    def test_no_figure_stays_open_when_the_frames_weigh_too_much(self):
        with pytest.raises(ValueError, match="compressed"):
            explore(noise, seed=range(20), describe=sentence)
        assert plt.get_fignums() == []


def noise(seed):
    fig, ax = plt.subplots()
    ax.plot(np.random.default_rng(seed).random(1500))
    return fig


LIVE = """
import matplotlib.pyplot as plt
from mlmath_lib.display import explore

def draw(n, rate):
    fig, ax = plt.subplots()
    ax.plot([0, n * rate])
    return fig

explore(draw, n=range(1, 4), rate=[0.5, 1.0], describe=lambda n, rate: f"n is {n} at <{rate}>")
"""
MOVE = """
import gc
import ipywidgets
widgets = [one for one in gc.get_objects() if isinstance(one, ipywidgets.Widget)]
(picture,) = [one for one in widgets if type(one) is ipywidgets.HTML]
sliders = [one for one in widgets if isinstance(one, ipywidgets.SelectionSlider)]
(play,) = [one for one in widgets if isinstance(one, ipywidgets.Play)]
sliders.sort(key=lambda slider: slider.description)
print([slider.description for slider in sliders])
sliders[0].index = 2
print("n is 3 at &lt;0.5&gt;" in picture.value, picture.value.count("<svg"))
play.value = 1
sliders[1].index = 1
print("n is 2 at &lt;1.0&gt;" in picture.value, len(plt.get_fignums()))
"""


@pytest.fixture(scope="module")
def live():
    """Run an explorer as a reader does: with a kernel, and no frames asked for."""
    notebook = new_notebook(cells=[new_code_cell(LIVE), new_code_cell(MOVE)])
    environment = {key: value for key, value in os.environ.items() if key != "MLMATH_FRAMES"}
    NotebookClient(notebook, kernel_name="python3").execute(env=environment)
    return [nbformat.from_dict(cell.outputs) for cell in notebook.cells]


def test_a_grader_draws_nothing(monkeypatch, capsys):
    monkeypatch.setenv("MLMATH_FRAMES", "0")
    fig, _ = plt.subplots()
    show(fig, alt="An empty plot that nobody looks at")
    explore(lambda n: fig / n, describe=lambda n: fig / n, n=[1, 2])
    assert capsys.readouterr().out == ""
    assert not plt.get_fignums()


class TestLiveExplorer:
    def test_the_output_is_a_widget(self, live):
        assert any(
            "application/vnd.jupyter.widget-view+json" in output.get("data", {})
            for output in live[0]
        )

    def test_moving_a_slider_draws_and_tells_another_frame(self, live):
        told = "".join(output.get("text", "") for output in live[1])
        assert told.splitlines() == ["['n', 'rate']", "True 1", "True 0"]


def test_what_is_ordered_plays():
    assert is_ordered(range(3))
    assert is_ordered([1, 0.5, 0.25])
    assert is_ordered(["0.1", "1", "10"])  # as stored
    assert not is_ordered([1, 4, 2])
    assert not is_ordered([1, 1, 2])
    assert not is_ordered([0, 1])  # a switch
    assert not is_ordered(["mean", "median", "mode"])
