"""Notebooks come back executed, in one normal form, and stay so."""

import copy
import difflib
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mlmath_lib.workshop.notebooks import execute, main, normalise

VIEW = "application/vnd.jupyter.widget-view+json"
FIGURE = """import matplotlib.pyplot as plt
from mlmath_lib.display import explore

def draw(n):
    fig, ax = plt.subplots()
    ax.plot([0, n])
    return fig

explore(draw, n=[1, 2], describe=lambda n: f"The line rises by {n}")"""


def write(path, *sources, tags=()):
    cells = [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def outputs(path):
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def untidy():
    """A notebook as an editor leaves it."""
    return new_notebook(
        metadata={
            "kernelspec": {"name": "my-env", "display_name": "Mine"},
            "widgets": {"state": {}},
            "author": "Ada",
        },
        cells=[
            new_markdown_cell("# Title  \n\n", metadata={"collapsed": True}, id="f00"),
            new_code_cell("x = 1\n", execution_count=17, metadata={"tags": ["hide-input"], "a": 1}),
            new_code_cell(
                "x",
                execution_count=3,
                outputs=[
                    new_output("stream", name="stdout", text="a\n"),
                    new_output("stream", name="stdout", text="b\n"),
                    new_output("stream", name="stderr", text="c\n"),
                    new_output("stream", name="stdout", text="d\n"),
                    new_output(
                        "execute_result",
                        {VIEW: {"model_id": "1f2e"}, "text/plain": "1"},
                        metadata={"isolated": True},
                        execution_count=3,
                    ),
                    new_output(
                        "error", ename="E", evalue="v", traceback=["/home/ada/x.py", "\x1b[31mE"]
                    ),
                ],
            ),
        ],
    )


class TestNormalise:
    def test_it_keeps_what_readers_see(self, untidy):
        cells = normalise(untidy).cells
        assert [cell.source for cell in cells] == ["# Title", "x = 1", "x"]
        assert [dict(cell.metadata) for cell in cells] == [{}, {"tags": ["hide-input"]}, {}]

    def test_it_counts_code_cells_from_one(self, untidy):
        normalise(untidy)
        assert [cell.get("execution_count") for cell in untidy.cells] == [None, 1, 2]
        assert untidy.cells[2].outputs[3].execution_count == 2

    def test_it_joins_streams_that_follow_each_other(self, untidy):
        streams = normalise(untidy).cells[2].outputs[:3]
        assert [(out.name, out.text) for out in streams] == [
            ("stdout", "a\nb\n"),
            ("stderr", "c\n"),
            ("stdout", "d\n"),
        ]

    def test_it_removes_every_trace_of_widgets_and_machine(self, untidy):
        text = json.dumps(normalise(untidy))
        for trace in (VIEW, "model_id", "widgets", "my-env", "Ada", "isolated", "/home", "\\u001b"):
            assert trace not in text

    def test_it_reduces_a_traceback_to_its_last_line(self, untidy):
        assert normalise(untidy).cells[2].outputs[-1].traceback == ["E: v"]

    def test_it_folds_solutions_and_leaves_their_checks_open(self):
        notebook = new_notebook(
            cells=[
                new_markdown_cell("```{exercise}\n```"),
                new_markdown_cell("```{solution-start} ex-demo\n```\nSo."),
                new_code_cell("def f(): ...", metadata={"tags": ["solution"]}),
                new_code_cell("check(f)", metadata={"jupyter": {"source_hidden": True}}),
                new_code_cell("after", metadata={"tags": ["solution"]}),
            ]
        )
        folded = ["jupyter" in cell.metadata for cell in normalise(notebook).cells]
        assert folded == [False, True, True, False, False]

    @pytest.mark.parametrize("fence", ["```", ":::", "~~~~"])
    def test_it_drops_the_end_of_a_solution_which_jupyterlab_shows_empty(self, fence):
        end = f"{fence}{{solution-end}}\n{fence}\n"
        cells = [new_markdown_cell(source) for source in ("Before", end, f"After\n\n{end}")]
        left = [cell.source for cell in normalise(new_notebook(cells=cells)).cells]
        assert left == ["Before", f"After\n\n{end}".rstrip()]

    def test_it_folds_drawing_code_and_leaves_the_set_up_open(self):
        cells = [new_code_cell(source, metadata={"tags": ["hide-input"]}) for source in "ab"]
        set_up, drawing = normalise(new_notebook(cells=cells)).cells
        assert set_up.metadata == {"tags": ["hide-input"]}
        assert drawing.metadata == {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}

    def test_a_new_cell_changes_no_other(self):
        cells = [new_markdown_cell(f"Paragraph {number}") for number in range(30)]
        before = nbformat.writes(normalise(new_notebook(cells=cells))).splitlines()
        cells.insert(10, new_markdown_cell("New"))
        after = nbformat.writes(normalise(new_notebook(cells=cells))).splitlines()
        changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
        assert len(changed) < 12
        assert all(line.startswith("+") for line in changed)

    def test_a_copied_cell_gets_an_id_that_follows_from_its_source(self):
        def ids():
            notebook = new_notebook(cells=[new_code_cell("x"), new_code_cell("x")])
            for cell in notebook.cells:
                cell.id = "one"
            return [cell.id for cell in normalise(notebook).cells]

        assert ids()[0] == "one" != ids()[1]
        assert ids() == ids()

    def test_each_figure_is_an_image_too(self, untidy):
        svg = '<svg aria-label="A line">\n<desc>It `rises` by $x<1$</desc>\n<path d="M0 0"/></svg>'
        untidy.cells[1].outputs = [new_output("display_data", {"image/svg+xml": svg})]
        image = normalise(untidy).cells[1].outputs[0].data["text/html"]
        assert '<img alt="A line" src=\'data:image/svg+xml,&lt;svg' in image
        assert "<figcaption>It <code>rises</code> by $x&lt;1$</figcaption>" in image

    def test_the_version_of_python_may_differ(self, untidy):
        untidy.metadata.language_info = {"name": "python", "version": "3.99.1"}
        assert normalise(untidy).metadata.language_info.version == "3.99.1"

    def test_it_is_idempotent(self, untidy):
        once = copy.deepcopy(normalise(untidy))
        assert normalise(untidy) == once

    def test_what_it_makes_is_valid(self, untidy):
        nbformat.validate(normalise(untidy))


class TestExecute:
    @pytest.fixture(autouse=True)
    def _plain_environment(self, monkeypatch):
        for name in ("MLMATH_FRAMES", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            monkeypatch.delenv(name)

    def test_twice_changes_nothing_the_second_time(self, tmp_path):
        path = write(tmp_path / "a.ipynb", "print(1)\nprint(2)", FIGURE)
        assert execute(path) is True
        stored = path.read_bytes()
        assert execute(path) is False
        assert path.read_bytes() == stored

    def test_explorers_are_stored_with_all_frames_and_no_widget(self, tmp_path):
        path = write(tmp_path / "a.ipynb", FIGURE)
        execute(path)
        (output,) = outputs(path)[0]
        assert set(output.data) == {"image/svg+xml", "text/html", "text/plain"}
        assert output.data["text/plain"] == "Explorer: The line rises by 1"
        assert "The line rises by 2" in output.data["image/svg+xml"]

    def test_it_runs_in_the_notebook_s_folder_with_one_thread(self, tmp_path):
        source = 'import os\nprint(open("data.txt").read(), os.environ["OMP_NUM_THREADS"])'
        (tmp_path / "data.txt").write_text("read")
        path = write(tmp_path / "a.ipynb", source)
        execute(path)
        assert outputs(path)[0][0].text == "read 1\n"

    def test_a_failure_that_is_wanted_is_stored_in_one_line(self, tmp_path):
        path = write(tmp_path / "a.ipynb", "1 / 0", "print(2)", tags=["raises-exception"])
        execute(path)
        assert outputs(path)[0][0].traceback == ["ZeroDivisionError: division by zero"]
        assert outputs(path)[1][0].text == "2\n"


class TestCommandLine:
    def test_it_reports_each_notebook_and_counts_failures(self, tmp_path, capsys):
        good = write(tmp_path / "good.ipynb", "print(1)")
        bad = write(tmp_path / "bad.ipynb", "print(1)", "1 / 0")
        before = bad.read_bytes()
        assert main([str(good), str(bad), "--jobs", "2"]) == 1
        told = capsys.readouterr().out
        assert "good.ipynb  stored" in told
        assert "bad.ipynb  FAILED" in told
        assert "division by zero" in told
        assert "[2/2]" in told
        assert bad.read_bytes() == before

    def test_a_file_that_is_no_notebook_fails_and_the_others_run(self, tmp_path, capsys):
        (tmp_path / "no.ipynb").write_text("no notebook")
        good = write(tmp_path / "good.ipynb", "print(1)")
        assert main([str(tmp_path / "no.ipynb"), str(good)]) == 1
        assert "good.ipynb  stored" in capsys.readouterr().out

    def test_a_missing_path_is_named(self, tmp_path, capsys):
        with pytest.raises(SystemExit) as left:
            main([str(tmp_path / "none.ipynb")])
        assert left.value.code == 2
        assert "no such notebook: " in capsys.readouterr().err


def test_a_timing_keeps_its_stored_output(tmp_path):
    """A cell whose output nbval ignores would change the file at each run."""
    source = "import time; print(time.perf_counter_ns())"
    path = write(tmp_path / "timing.ipynb", source, tags=["nbval-ignore-output"])
    execute(path)
    stored = outputs(path)
    assert not execute(path)
    assert outputs(path) == stored
