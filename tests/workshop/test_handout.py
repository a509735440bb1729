"""A chapter on paper, without solutions."""

import pytest

pytest.importorskip("bs4", reason="Beautiful Soup is not installed: make test installs it")

from mlmath_lib.workshop import handout

PAGE = """<html><head><link rel="stylesheet" href="../_static/book.css"></head><body>
<nav>Contents</nav>
<main><article><section id="sums"><h1>Sums</h1><p>Read this.</p>
<section id="exercises"><h2>Exercises</h2><p>Add.</p>
<div class="cell"><pre><span>def</span> <span>add</span>(a, b): ...</pre></div>
<div class="cell"><pre><span>check</span><span>(</span>
<span>"ex-sums-add"</span>, add)</pre></div></section>
<section id="summary"><h2>Summary</h2></section></section></article></main></body></html>"""


def test_checks_are_left_out():
    html = handout.for_paper(PAGE)
    assert "Read this." in html
    assert "add" in html
    assert "ex-sums-add" not in html


def test_exercises_stand_alone_under_the_title():
    html = handout.for_paper(PAGE, exercises_only=True)
    assert "<h1>Sums</h1><section" in html.replace("\n", "")
    assert "Add." in html
    assert "book.css" in html
    for word in ("Read this.", "Summary", "ex-sums-add"):
        assert word not in html


def test_solutions_are_not_printed():
    with pytest.raises(ValueError, match="make book SOLUTIONS=no"):
        handout.for_paper(PAGE.replace("<p>Add.</p>", '<div class="solution">3</div>'))
    with pytest.raises(ValueError, match="no section of exercises"):
        handout.for_paper("<h1>Sums</h1>", exercises_only=True)


def test_the_page_becomes_a_pdf(tmp_path, capsys):
    if not any(map(handout.shutil.which, handout.BROWSERS)):
        pytest.skip("no browser to print with")
    page = tmp_path / "chapters" / "part" / "sums.html"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, encoding="utf-8")
    options = ["part/sums", "--exercises", "--site", str(tmp_path), "--output", str(tmp_path)]
    assert handout.main(options) == 0
    path = tmp_path / "part" / "sums-exercises.pdf"
    assert capsys.readouterr().out == f"Wrote {path}\n"
    assert path.read_bytes().startswith(b"%PDF-")
    assert [entry.name for entry in page.parent.iterdir()] == ["sums.html"]


def test_a_typed_command_names_the_remedy(tmp_path, capsys, monkeypatch):
    with pytest.raises(SystemExit):
        handout.main(["part/sums", "--site", str(tmp_path)])
    assert "run `make book SOLUTIONS=no` first" in capsys.readouterr().err
    monkeypatch.setattr(handout, "BROWSERS", ["no-such-browser"])
    with pytest.raises(RuntimeError, match="needs Chromium or Chrome, and none of no-such-browser"):
        handout.print_page("", tmp_path, tmp_path / "a.pdf")
