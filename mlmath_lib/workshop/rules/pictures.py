"""What a chapter's figures and explorers must keep."""

import ast
import gzip
import re
from collections import Counter

from mlmath_lib.display import read_explorer
from mlmath_lib.display.svg import SIZE_LIMIT

PICTURES_LIMIT = 210_000  # bytes of a page's figures, gzipped: 250 kB less 40 for the text
ALT_WORDS = 5


def pictures(chapter):
    """Return number of the cell and SVG, of all stored figures."""
    return [
        (number, output["data"]["image/svg+xml"])
        for number, cell in chapter.code
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", ())
    ]


def its_figures_say_what_is_seen(chapter):
    descriptions = Counter()
    for number, svg in pictures(chapter):
        found = re.search(r'<svg[^>]* aria-label=("([^"]*)"|\'([^\']*)\')', svg)
        alt = (found[2] or found[3]) if found else ""
        descriptions[alt] += 1
        if len(alt.split()) < ALT_WORDS:
            yield f"cell {number}: alt text {alt!r}: say in {ALT_WORDS} words or more what is seen"
        elif descriptions[alt] > 1:
            yield f"cell {number}: another figure has the same alt text {alt!r}: say what differs"


def its_figures_keep_their_ids_apart(chapter):
    """JupyterLab shows all explorers in one document, where an id leads to its first bearer."""
    bearers = {}
    for number, svg in pictures(chapter):
        for name in sorted(set(re.findall(r'\bid=\\?"([^"\\]+)', svg))):
            if name in bearers:
                yield (
                    f"cell {number}: the id {name} leads to the figure of cell {bearers[name]}: "
                    "run `make notebooks CHAPTER=...`"
                )
            bearers.setdefault(name, number)


def it_has_an_explorer(chapter):
    if not any(read_explorer(svg) for _, svg in pictures(chapter)):
        yield "it has no explorer with stored frames: add explore(...), run `make notebooks`"


def its_explorers_work_to_the_end(chapter):
    """With a kernel an explorer draws again after the last cell, with the names as of then."""
    for number, call in chapter.calls("explore"):
        for later, tree in chapter.trees:
            changed = _bound(tree) & _needed(call, chapter, number) if later > number else ()
            for name in sorted(changed):
                yield (
                    f"cell {later}: gives {name} another value, and the explorer in cell {number} "
                    "draws with it: take another name"
                )


def _needed(call, chapter, number):
    """Return what an explorer's functions use, with what these use in their turn."""
    functions = {
        node.name: node
        for earlier, tree in chapter.trees
        if earlier <= number
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    needed = set()
    new = set().union(*map(_free, [*call.args, *(keyword.value for keyword in call.keywords)]))
    while new:
        needed |= new
        new = set().union(*(_free(functions[name]) for name in new & set(functions))) - needed
    return needed


def _free(node):
    """Return the names that a function, or another expression, takes from outside."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    own |= {name.id for name in names if not isinstance(name.ctx, ast.Load)}
    return {name.id for name in names} - own


def _bound(node):
    """Return the names to which a cell gives a value, outside its functions."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return set()
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Load) else {node.id}
    return set().union(*map(_bound, ast.iter_child_nodes(node)))


def its_pictures_fit_the_page(chapter):
    for number, svg in pictures(chapter):
        size = len(re.sub(r"<metadata>.*?</metadata>", "", svg).encode())
        if size > SIZE_LIMIT:
            yield f"cell {number}: a figure of {size // 1000} kB; at most {SIZE_LIMIT // 1000} kB"
    size = len(gzip.compress("".join(svg for _, svg in pictures(chapter)).encode(), mtime=0))
    if size > PICTURES_LIMIT:
        yield (
            f"its pictures take {size // 1000} kB compressed; at most {PICTURES_LIMIT // 1000} kB: "
            "store fewer frames"
        )
