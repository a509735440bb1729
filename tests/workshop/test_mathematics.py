"""A chapter without JavaScript: everything is there but sliders and search."""

import pytest
from workshop.browsing import NOTEBOOKS


@pytest.fixture
def plain_page(request, site, browser):
    """A page on a narrow screen with scripts switched off."""
    context = browser.new_context(
        offline=True, java_script_enabled=False, viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    page.goto((site / f"{request.param}.html").as_uri())
    yield page
    context.close()


@pytest.mark.parametrize("plain_page", NOTEBOOKS, indirect=True)
def test_a_chapter_needs_no_script(plain_page):
    found = plain_page.evaluate(
        """() => {
            const shown = box => box.getBoundingClientRect().height > 0;
            const explorers = [...document.querySelectorAll("figure.explorer")];
            return {
                ran: "theme" in document.documentElement.dataset,
                fonts: [...document.fonts].map(font => font.family),
                overflow: document.documentElement.scrollWidth - innerWidth,
                explorers: explorers.length,
                frames: explorers.filter(box => shown(box.querySelector("svg"))
                    && box.querySelector(".explorer-sentence").textContent.length > 20).length,
                controls: [...document.querySelectorAll("button, .explorer-controls")]
                    .filter(box => shown(box) && !box.closest("form")).map(box => box.outerHTML),
            };
        }"""
    )
    assert not found["ran"]
    assert found["fonts"] == ["Mathematics"]
    assert found["overflow"] <= 0, "wide formulas scroll in their own boxes"
    assert found["frames"] == found["explorers"] >= 1
    assert found["controls"] == [], "what needs a script is not shown without one"


@pytest.mark.parametrize("plain_page", ["chapters/calculus/hessian"], indirect=True)
def test_a_wide_formula_is_reached_by_keyboard(plain_page):
    wide = plain_page.evaluate_handle(
        """() => {
            const wide = [...document.querySelectorAll(".formula")].find(box =>
                box.scrollWidth > box.clientWidth && box.checkVisibility());
            [...document.querySelectorAll("main a[href]")].filter(link =>
                link.compareDocumentPosition(wide) & Node.DOCUMENT_POSITION_FOLLOWING
                && link.checkVisibility()).at(-1).focus();
            return wide;
        }"""
    )
    plain_page.keyboard.press("Tab")
    assert wide.evaluate("box => box === document.activeElement")
