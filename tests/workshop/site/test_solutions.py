"""The site for a class, without results and solutions."""

import pytest
from workshop.browsing import NOTEBOOKS, build

from mlmath_lib.workshop.site import solutions


def test_a_site_for_a_class_gives_nothing_away(site, tmp_path):
    """Hints and checks stay; results, solutions, their outputs and ways to them go."""
    build(
        tmp_path / "_build",
        MLMATH_SOLUTIONS="no",
        MLMATH_REPOSITORY="https://github.com/someone/fork",
    )
    output = tmp_path / "_build" / "html"
    for name in NOTEBOOKS:
        full = (site / f"{name}.html").read_text(encoding="utf-8")
        page = (output / f"{name}.html").read_text(encoding="utf-8")
        kept, gone = '<details class="admonition hint', '<details class="admonition solution'
        assert page.count(kept) == full.count(kept) >= 4
        assert full.count(gone) >= 4
        for trace in (gone, "Result</summary>", "github.com", "mybinder"):
            assert trace not in page, (name, trace)
        assert page.count(">check<") >= 1
        assert f"{name.rpartition('/')[2]}.ipynb" in page  # the download
        given = (output / "_sources" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "{solution" not in given
        assert "Result\\n:class" not in given
    for text in (output / "search").glob("*.js"):
        assert "Solution to" not in text.read_text(encoding="utf-8")


def test_another_word_for_the_switch_is_refused():
    with pytest.raises(ValueError, match="MLMATH_SOLUTIONS must be yes or no; got 'false'"):
        solutions.shown("false")
