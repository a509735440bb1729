"""What the extension writes into each page."""

import shutil

import nbformat
import pytest
import yaml
from workshop.browsing import NOTEBOOKS, ROOT, build

from mlmath_lib.workshop.site import pages


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"4.9t^2", "4.9t²"),
        (r"\frac{t^2}2", "t²/2"),
        (r"(1+r/n)^{nt}", "(1+r/n)ⁿᵗ"),
        (r"8t\,e^{-t/2}", "8t e^(-t/2)"),
        (r"\sqrt2=1.414\ldots", "√2=1.414…"),
        (r"\sin\theta\approx\theta", "sin θ≈θ"),
        (r"n\to\infty", "n→∞"),
        (r"\mathbf v\ne\mathbf 0", "𝐯≠0"),
        (r"-\sum_kp_k\log p_k", "-∑ₖpₖlog pₖ"),
        (r"\frac1{1+e^{-z}}", "1/(1+e^(-z))"),
        (r"\frac{x_{i+1}-a}{2h}", "(xᵢ₊₁-a)/(2h)"),
        (r"\left(\frac pq\right)^2", "(p/q)²"),
    ],
)
def test_a_formula_in_a_title_is_plain_text(tex, text):
    assert pages.plain_formula(tex) == text


def test_addresses_come_from_one_place(site, tmp_path):
    """Without an address there are no dead buttons; with one they lead to the fork."""
    page = f"{NOTEBOOKS[0]}.html"
    plain = (site / page).read_text(encoding="utf-8")
    assert "mybinder" not in plain
    assert "github.com" not in plain
    assert "og:image" not in plain
    # A book of this chapter alone, without its words, which refer to others.
    book = tmp_path / "book"
    notebook = nbformat.read(ROOT / f"{NOTEBOOKS[0]}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = [nbformat.v4.new_markdown_cell("# A chapter\n\nWhat?"), *code]
    (book / NOTEBOOKS[0]).parent.mkdir(parents=True)
    nbformat.write(notebook, book / f"{NOTEBOOKS[0]}.ipynb")
    toc = {
        "format": "jb-book",
        "root": "chapters/home",
        "parts": [
            {
                "caption": "Chapters",
                "numbered": 2,
                "chapters": [{"file": "chapters/part", "sections": [{"file": NOTEBOOKS[0]}]}],
            }
        ],
    }
    (book / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    for name in ("home", "part"):
        (book / "chapters" / f"{name}.md").write_text(f"# {name}\n\nWords.\n", encoding="utf-8")
    for name in ("_config.yml", "chapters/references.bib"):
        shutil.copy(ROOT / name, book / name)
    build(
        tmp_path / "_build",
        source=book,
        MLMATH_REPOSITORY="https://github.com/someone/fork",
        MLMATH_SITE_URL="https://someone.example/book",
    )
    published = tmp_path / "_build" / "html"
    linked = (published / page).read_text(encoding="utf-8")
    path = f"{NOTEBOOKS[0]}.ipynb"
    binder = f"/v2/gh/someone/fork/main?urlpath=lab%2Ftree%2F{path.replace('/', '%2F')}"
    assert binder in linked
    assert f"colab.research.google.com/github/someone/fork/blob/main/{path}" in linked
    assert "%pip install" in linked, "Colab opens the repository's notebook, without the line"
    assert f"https://github.com/someone/fork/blob/main/{path}" in linked
    picture = f"{NOTEBOOKS[0].replace('chapters', 'pictures')}-1.png"
    address = f"https://someone.example/book/{picture}"
    assert f'<meta property="og:image" content="{address}">' in linked
    assert (published / picture).read_bytes().startswith(b"\x89PNG")
