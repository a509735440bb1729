"""The theme's colours: every text on every ground that the style sheet can put together.

So that axe need not measure each word of each page: pages take all their colours from the
tokens of `book.css`, and the tokens are proved here.
"""

import re

import pytest
from workshop.browsing import ROOT

STYLES = ROOT / "mlmath_lib" / "workshop" / "site" / "theme" / "static" / "book.css"
TEXT, EDGE = 4.5, 3  # WCAG 2.1, success criteria 1.4.3 and 1.4.11
KEYWORDS = {"inherit", "initial", "none", "transparent", "currentcolor"}

# The browser reads the sheet, and says what each declaration of a colour is written as.
DECLARED = """() => {
    const found = [];
    const read = rules => [...rules].forEach(rule => {
        if (rule.cssRules?.length && !rule.style) read(rule.cssRules);
        else if (rule.style) for (const name of [...rule.style, "color", "background"]) {
            if (/^(color|background|background-color|--[\\w-]+)$/.test(name))
                found.push([rule.selectorText, name, rule.style.getPropertyValue(name).trim()]);
        }
    });
    read(document.styleSheets[0].cssRules);
    return found.filter(([, , value]) => value);
}"""


@pytest.fixture(scope="module")
def sheet(browser):
    """Open an empty page with the theme's style sheet."""
    page = browser.new_page()
    page.set_content("<!doctype html><html lang=en><body>")
    page.add_style_tag(path=STYLES)
    yield page
    page.close()


@pytest.fixture(scope="module")
def declared(sheet):
    """Return the tokens that texts, and those that grounds, are coloured with."""
    rules = sheet.evaluate(DECLARED)
    custom = {}
    for _, name, value in rules:
        if name.startswith("--"):
            custom.setdefault(name, set()).add(value)

    def tokens(value):
        for name in re.findall(r"var\((--[\w-]+)", value):
            indirect = [inner for inner in custom.get(name, ()) if "var(" in inner]
            yield from (token for inner in indirect for token in tokens(inner))
            if not indirect:
                yield name

    texts, grounds = set(), set()
    for selector, name, value in rules:
        if name.startswith("--") or value.lower() in KEYWORDS:
            continue
        assert "var(" in value, f"{selector} has the colour {value}: take one of the tokens"
        (texts if name == "color" else grounds).update(tokens(value))
    return texts, grounds


def luminance(colour):
    """WCAG 2.1's relative luminance of ``#rrggbb`` or ``#rgb``."""
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return sum(
        weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(colour, ground):
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("more", ["no-preference", "more"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(sheet, declared, theme, more):
    texts, grounds = declared
    assert {"--ink", "--link", "--comment", "--good"} <= texts
    assert {"--ground", "--panel"} == grounds
    sheet.emulate_media(contrast=more)
    sheet.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)

    def value(token):
        return sheet.evaluate(
            "token => getComputedStyle(document.documentElement).getPropertyValue(token).trim()",
            token,
        )

    wanted = dict.fromkeys(texts, TEXT) | {"--control": EDGE}
    for ground in grounds:
        for token, least in wanted.items():
            measured = contrast(value(token), value(ground))
            assert measured >= least, f"{token} on {ground}: {measured:.2f}, at least {least}"
