"""What a piece of code needs of the code before it."""

import pytest

from mlmath_lib.workshop.assignments.dependencies import needed

CHAPTER = [
    "import math\nimport numpy as np",
    "rate = 0.05",
    "def grown(years):\n    return start * (1 + rate) ** years",
    "start = 100",
    "amounts = []\nfor year in range(3):\n    amounts.append(grown(year))",
    "fig = draw(amounts)\nprint(fig)",
    "rate = 0.07",
]
GROWN = CHAPTER[2]


@pytest.mark.parametrize(
    ("wanted", "statements"),
    [
        ("1 + 1", []),
        ("np.sqrt(2)", ["import numpy as np"]),
        ("[rate for rate in ()]", []),
        ("lambda rate: rate", []),
        ("rate = 1\nrate + 1", []),
        # The last value before it; both for a function that is called now and was called before.
        ("rate", ["rate = 0.07"]),
        ("grown(2)", ["rate = 0.05", GROWN, "start = 100", "rate = 0.07"]),
        # A function in the wanted code reads its names when it is called.
        ("def later():\n    return start", ["start = 100"]),
        (
            "amounts",
            ["rate = 0.05", GROWN, "start = 100", *CHAPTER[4].split("\n", 1), "rate = 0.07"],
        ),
    ],
)
def test_statements_are_followed_by_name(wanted, statements):
    assert needed(CHAPTER, wanted) == statements


@pytest.mark.parametrize(
    "change", ["x.append(1)", "x[0] = 1", "x.y = 1", "x += [1]", "del x[0]", "if x:\n    x = [1]"]
)
def test_what_changes_a_value_is_kept_with_it(change):
    assert needed(["x = [0]", change, "y = x"], "x") == ["x = [0]", change]
    assert needed([change, "x = [0]"], "x") == ["x = [0]"]


def test_a_cell_that_shows_a_mistake_is_passed_over():
    assert needed(["x = 1", "x = = 2"], "x") == ["x = 1"]
