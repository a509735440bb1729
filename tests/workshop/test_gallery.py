"""Cards, small pictures and indexes: everything of the chapters, and nothing else."""

import gzip
import re
from io import BytesIO

import matplotlib.pyplot as plt
import nbformat
import pytest
from workshop.browsing import NOTEBOOKS, ROOT, Visit

from mlmath_lib.workshop.chapter import read_chapter, read_exercises
from mlmath_lib.workshop.site import gallery

PARTS = sorted({name.rpartition("/")[0] for name in NOTEBOOKS})
SVG = "image/svg+xml"
CHAPTERS = 120  # of the book to come; pages that list all chapters must stay within 40 kB then


def stored(name):
    """Return the stored SVG pictures of a chapter."""
    cells = nbformat.read(ROOT / f"{name}.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return [output["data"][SVG] for output in outputs if SVG in output.get("data", {})]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_shows_its_chapters_and_all_their_pictures(site, part):
    html = (site / f"{part}/index.html").read_text("utf-8")
    chapters = [name for name in NOTEBOOKS if name.startswith(f"{part}/")]
    cards = re.findall(r'<li class="card">.*?href="([^"]+)">.*?(\d+) minutes', html)
    assert [card[0] for card in cards] == [f"{name.rpartition('/')[2]}.html" for name in chapters]
    assert all(int(minutes) >= 5 for _, minutes in cards)
    links = re.findall(r'<li><a href="(\w+\.html#picture-\d+)"><img src="([^"]+)"', html)
    wanted = {name: len(stored(name)) for name in chapters}
    assert len(links) == sum(wanted.values())
    for link, picture in links:
        page, anchor = link.split("#")
        assert f'id="{anchor}"' in (site / part / page).read_text("utf-8")
        assert (site / part / picture).is_file()


def test_the_gallery_shows_every_explorer_by_its_first_frame(site):
    html = (site / "chapters/gallery.html").read_text("utf-8")
    shown = re.findall(r'<img src="([^"]+)" loading="lazy" width="\d+" height="\d+" alt="', html)
    explorers = [svg for name in NOTEBOOKS for svg in stored(name) if "<metadata>" in svg]
    assert len(shown) == len(explorers)
    for picture in shown:
        svg = (site / "chapters" / picture).read_text("utf-8")
        assert "<metadata>" not in svg, "only the first frame"
        assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="')


def test_small_pictures_follow_the_theme(site, browser):
    visit = Visit(browser, site / "chapters/gallery.html")
    picture = visit.page.locator(".thumbnails img").first
    picture.scroll_into_view_if_needed()
    # Large, so that a line is as dark as its ink.
    large = "position: fixed; inset: 0; z-index: 9; width: 1200px"
    picture.evaluate(
        "(image, large) => { image.style.cssText = large; return image.decode(); }", large
    )
    shades = {}
    for theme in ("light", "dark"):
        visit.set_theme(theme)
        shades[theme] = plt.imread(BytesIO(picture.screenshot()), format="png")[..., :3]
    visit.context.close()
    # The ink and the ground, each a picture's own: dark on light, and light on dark.
    assert shades["light"].max(axis=2).min() < 0.4
    assert shades["dark"].min(axis=2).max() > 0.7
    assert shades["dark"][2, 2].max() < 0.2


def test_indexes_list_every_exercise_with_its_points(site):
    html = (site / "chapters/indexes.html").read_text("utf-8")
    rows = re.findall(r'<td><a href="[^"]+#([^"]+)">[^<]+</a></td><td[^>]*>(\d+)</td>', html)
    chapters = [read_chapter(ROOT / f"{name}.ipynb") for name in NOTEBOOKS]
    exercises = [one for chapter in chapters for one in read_exercises(chapter.notebook)]
    assert rows == [(one.label, str(one.points)) for one in exercises]


def test_indexes_give_theorems_their_numbers(site):
    html = (site / "chapters/indexes.html").read_text("utf-8")
    found = re.findall(r'<a href="([^"#]+)#([^"]+)">([^<]+)</a> \((\w+) ([\d.]*)\)', html)
    assert len(found) > len(NOTEBOOKS)
    for page, anchor, title, kind, number in found:
        chapter = (site / "chapters" / page).read_text("utf-8")
        place = chapter[chapter.index(f'id="{anchor}"') :][:400]
        assert f"{kind.title()} {number} " in place, f"{title} is not {kind} {number}"


@pytest.mark.parametrize("page", ["gallery", "indexes", "intro"])
def test_lists_stay_light_when_the_book_is_whole(site, page):
    kilobytes = len(gzip.compress((site / f"chapters/{page}.html").read_bytes())) / 1000
    if page != "intro":  # which grows with the parts, and they are all there
        kilobytes *= CHAPTERS / len(NOTEBOOKS)
    assert kilobytes <= 40


def test_a_label_is_cut_between_words():
    assert gallery.shortened("One two, three", 10) == "One two…"
    assert gallery.shortened("One two") == "One two"


def test_a_picture_in_a_file_has_a_size_and_colours():
    svg = gallery.standalone('<svg style="--width: 200" viewBox="0 0 200 90"><path/></svg>')
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="90" viewBox')
    assert "--width" not in svg
    assert svg.index("<style>") < svg.index("<path/>")


def test_a_picture_to_share_is_a_png_in_the_figures_colours():
    svg = gallery.standalone(
        '<svg viewBox="0 0 200 90"><path d="M0 0H200V90H0z" fill="red"/></svg>'
    )
    image = plt.imread(BytesIO(gallery.raster(svg)), format="png")
    assert image.shape[:2] == (540, 1200)
    assert image[270, 600].tolist()[:3] == [1, 0, 0]
