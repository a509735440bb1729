"""What every test runs with: one thread, every explorer's frame, tolerant pictures.

`pyproject.toml` makes plain ``pytest`` run the tests, the library's doctests and
every cell of every chapter. ``pytest -k compound_growth`` does so for one chapter.
It stands beside `pyproject.toml`, so that it also holds for one notebook named alone.
"""

import os
import re
from importlib.util import find_spec

# Set before NumPy starts its threads; kernels and xdist's workers inherit it.
os.environ.update(MLMATH_FRAMES="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import hypothesis
import matplotlib
import matplotlib.pyplot as plt
import pytest
from nbval.plugin import IPyNbCell
from xdist.scheduler import LoadScopeScheduling

from mlmath_lib.display.figures import as_image
from mlmath_lib.workshop import warm
from mlmath_lib.workshop.svg_comparison import svg_difference

SVG = "image/svg+xml"

# Without the extra "teach", what needs it is left out. (Doctest's own option for it passes over
# every test file that cannot be imported, too.)
NEEDS_TEACH = ("assignments/folder.py", "assignments/limits.py", "questions.py")
collect_ignore = [] if find_spec("otter") else [f"mlmath_lib/workshop/{it}" for it in NEEDS_TEACH]

matplotlib.use("agg")
plt.style.use("mlmath_lib.book")

hypothesis.settings.register_profile("book", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("book")

compare_exactly = IPyNbCell.compare_outputs


def compare_tolerantly(cell, fresh, stored, skip_compare=None):
    """Compare a cell's outputs: SVG by what it shows, everything else exactly."""
    old, new = (
        [output["data"] for output in outputs if SVG in output.get("data", {})]
        for outputs in (stored, fresh)
    )
    for was, now in zip(old, new, strict=False):  # nbval says it if their number differs
        if difference := svg_difference(was[SVG], now[SVG]):
            cell.comparison_traceback = [difference]
            return False
        now |= {SVG: was[SVG], "text/html": as_image(was[SVG])}
    return compare_exactly(cell, fresh, stored, skip_compare)


IPyNbCell.compare_outputs = compare_tolerantly

if warm.CAN_FORK:  # two seconds of imports for each notebook less
    warm.start_kernels_warm()


def pytest_itemcollected(item):
    """Let a busy machine deliver a cell's output late; nbval gives it five seconds."""
    if isinstance(item, IPyNbCell):
        item.output_timeout = item.config.option.nbval_cell_timeout


class KeepTogether(LoadScopeScheduling):
    """Send to one worker what shares something costly: a notebook's kernel, an opened page.

    Pages and chapters are spread over all workers; everything else goes by file.
    """

    def _split_scope(self, nodeid):
        costly = re.search(r"\[([\w/]+\.html|\w+/\w+)\]$", nodeid)
        return costly[1] if costly else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config, log):
    """Spread the pages of the site over all workers; everything else goes by file."""
    return KeepTogether(config, log)


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    plt.close("all")
