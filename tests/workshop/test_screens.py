"""Every page on every screen: narrow, zoomed, in high contrast, on paper."""

import re

import pytest
from workshop.browsing import NOTEBOOKS, every_chapter, every_page


@every_page
def test_nothing_hangs_over_the_edge(visit):
    """A phone of 320 px is also a page zoomed to 400 %; between 769 and 992 px all must fit."""
    for width in (320, 390, 780, 990):
        visit.page.set_viewport_size({"width": width, "height": 800})
        overflow, header, code = visit.page.evaluate(
            """() => [
                document.documentElement.scrollWidth - document.documentElement.clientWidth,
                document.querySelector("header.top")?.offsetHeight ?? 0,
                [...document.querySelectorAll(".cell_input pre")].filter(code =>
                    code.clientHeight && code.scrollWidth > code.clientWidth).length,
            ]"""
        )
        assert overflow <= 0, f"the page scrolls sideways by {overflow} px at {width} px"
        assert header <= 60, f"the header has more than one row at {width} px"
        assert code == 0 or width > 768, "code wraps on a phone"


@every_page
def test_the_drawer_leaves_the_header_free(visit):
    visit.page.set_viewport_size({"width": 780, "height": 800})
    if not visit.page.locator("#contents-button").count():
        return  # the page of an unknown address stands alone
    visit.page.locator("#contents-button").click()
    covered = visit.page.evaluate(
        """() => [...document.querySelectorAll("header.top :is(button, a, input)")].filter(item => {
            const box = item.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            return box.width && !item.contains(document.elementFromPoint(x, y));
        }).map(item => item.outerHTML)"""
    )
    visit.page.locator("#contents-button").click()
    assert covered == []


@every_page
def test_high_contrast_shows_icons_and_the_place(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    visit.page.emulate_media(forced_colors="active")
    empty, unmarked = visit.page.evaluate(
        """() => {
            const ground = getComputedStyle(document.body).backgroundColor;
            const icons = [...document.querySelectorAll('[class*="icon-"]')];
            const places = [...document.querySelectorAll('.contents a[aria-current="page"]')];
            const empty = icons.filter(
                icon => getComputedStyle(icon, "::before").backgroundColor === ground);
            const unmarked = places.filter(
                place => getComputedStyle(place).outlineStyle === "none");
            return [empty, unmarked].map(found => found.map(item => item.outerHTML));
        }"""
    )
    visit.page.emulate_media(forced_colors="none")
    assert empty == [], "an icon in the ground's colour is an empty box"
    assert unmarked == []


def luminance(colour):
    """Return the relative luminance of a computed colour, such as ``rgb(20, 24, 29)``."""
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@every_chapter
def test_words_in_figures_can_be_read(visit):
    """WCAG 2.1, criterion 1.4.3: axe does not look into drawings."""
    for theme in ("light", "dark"):
        visit.set_theme(theme)
        ground, *inks = visit.page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor,
                      ...new Set([...document.querySelectorAll(".plot svg text")]
                          .map(word => getComputedStyle(word).fill))]"""
        )
        for ink in inks:
            dark, light = sorted(map(luminance, (ink, ground)))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {ground}, {theme}"
    visit.set_theme("light")
    visit.page.set_viewport_size({"width": 390, "height": 800})
    sizes = visit.page.evaluate(
        """() => [...document.querySelectorAll(".plot svg text")]
            .filter(word => word.checkVisibility()).map(word => {
                const scale = word.getScreenCTM();
                return parseFloat(getComputedStyle(word).fontSize) * Math.hypot(scale.a, scale.b);
            })"""
    )
    assert min(sizes) >= 12, "letters in a figure are at least 12 px on a phone"


@every_chapter
def test_lines_have_a_readable_length(visit):
    """65 to 72 characters, and some that a line has room for after its last word."""
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    lengths = visit.page.evaluate(
        """() => [...document.querySelectorAll("section > p")].flatMap(text => {
            if (text.querySelector("math, code") || !text.checkVisibility()) return [];
            const range = document.createRange();
            range.selectNodeContents(text);
            const width = [...range.getClientRects()].reduce((sum, line) => sum + line.width, 0);
            const length = text.textContent.length * text.clientWidth / width;
            return width < text.clientWidth ? [] : [length];
        })"""
    )
    assert len(lengths) < 10 or 65 <= sum(lengths) / len(lengths) <= 74


@every_page
def test_printed_tables_keep_their_words_whole(visit):
    visit.page.set_viewport_size({"width": 673, "height": 900})  # A4 less the margins
    visit.page.emulate_media(media="print")
    split = visit.page.evaluate(
        """() => [...document.querySelectorAll("table")].flatMap(table => {
            const words = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
            const range = document.createRange();
            const found = [];
            while (words.nextNode()) {
                const {data} = words.currentNode;
                for (const word of data.matchAll(/[\\p{L}\\d_.]+/gu)) {
                    range.setStart(words.currentNode, word.index);
                    range.setEnd(words.currentNode, word.index + word[0].length);
                    if (new Set([...range.getClientRects()].map(line => line.top)).size > 1)
                        found.push(word[0]);
                }
            }
            if (table.getBoundingClientRect().right > innerWidth + 1) found.push("too wide");
            return found;
        })"""
    )
    visit.page.emulate_media(media="screen")
    assert split == []


@pytest.mark.parametrize("visit", [f"{NOTEBOOKS[0]}.html"], indirect=True)
def test_a_page_shown_again_has_the_theme_of_today(visit):
    """Back shows a page as it was left; the browser says so by this event."""
    for theme in ("dark", "light"):
        visit.page.evaluate(
            """theme => {
                localStorage.setItem("theme", theme);
                dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
            }""",
            theme,
        )
        assert visit.page.evaluate("document.documentElement.dataset.theme") == theme
