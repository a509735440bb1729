"""Stored figures and explorers on the page."""

import json

from workshop.browsing import NOTEBOOKS, ROOT

from mlmath_lib.display import read_explorer
from mlmath_lib.workshop.site import figures


def test_a_narrow_figure_keeps_the_scale_of_the_others():
    root = '<svg width="{0}pt" height="90pt" viewBox="0 0 {0} 90" role="img">'
    narrow, _, _ = figures.inline_svg(root.format(201.6))
    assert narrow == '<svg style="--width: 201.6" viewBox="0 0 201.6 90" role="img">'
    wide, _, _ = figures.inline_svg(root.format(403.2))
    assert wide == '<svg viewBox="0 0 403.2 90" role="img">'


def test_stored_explorers_are_what_is_published(site):
    """The page carries the sentences that the notebook stores."""
    for name in NOTEBOOKS:
        notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                svg = "".join(output.get("data", {}).get("image/svg+xml", ""))
                explorer = read_explorer(svg) if svg else None
                if explorer:
                    encoded = json.dumps(explorer["sentences"][-1], ensure_ascii=False)
                    assert encoded.replace("</", r"<\/") in html
