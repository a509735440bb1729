"""What a chapter's file may hold: its normal form, its outputs, its imports."""

import ast
import copy
import re
import sys
from collections import Counter

import nbformat

from mlmath_lib.workshop.chapter import tree_of
from mlmath_lib.workshop.notebooks import normalise
from mlmath_lib.workshop.rules.book import SNAKE_CASE, TRACES, imported_modules

TAGS = {"hide-input", "raises-exception", "solution", "nbval-ignore-output"}
MIME_TYPES = {"image/svg+xml", "text/plain", "text/html", "text/latex", "text/markdown"}
PACKAGES = {"matplotlib", "mlmath_lib", "mpmath", "networkx", "numpy", "pandas", "scipy"}
PACKAGES |= {"sklearn", "sympy"} | sys.stdlib_module_names
NETWORK = {"ftplib", "http", "smtplib", "socket", "ssl", "urllib", "webbrowser"}
GENERATOR_NAMES = {"BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng"}

_RAW = re.compile(r"^\[?<|^\w+\(children=|<(?:Figure|Axes)\b|\bobject at 0x|matplotlib\.|Line2D\(")
_RASTER = re.compile(r"base64,[\w+/=\s]+")


def outputs(chapter):
    """Return number of the cell and output, of all stored outputs."""
    return [(number, output) for number, cell in chapter.code for output in cell.outputs]


def its_name_is_snake_case_without_numbers(chapter):
    if not SNAKE_CASE.fullmatch(chapter.path.stem):
        yield f"the file name {chapter.path.name} must be words in snake_case: rename it"


def it_is_stored_in_normal_form(chapter):
    normal = nbformat.writes(normalise(copy.deepcopy(chapter.notebook), chapter.path)) + "\n"
    if chapter.path.read_text(encoding="utf-8") != normal:
        yield "it holds what differs between machines: run `make notebooks CHAPTER=...`"


def its_cells_are_executed_in_order(chapter):
    for count, (number, cell) in enumerate(chapter.code, start=1):
        if cell.execution_count != count:
            yield (
                f"cell {number}: execution count {cell.execution_count} must be {count}, or nbval "
                "skips its outputs: run `make notebooks`"
            )
            return  # the cells after it are off as well


def its_code_is_plain_python(chapter):
    for number, cell in chapter.code:
        if tree_of(cell.source) is None:
            yield f"cell {number}: must be Python without magics; rewrite what does not parse"
        if not cell.source.strip():
            yield f"cell {number}: is empty: delete it"


def it_stores_no_error_or_warning(chapter):
    for number, output in outputs(chapter):
        tags = chapter.notebook.cells[number - 1].metadata.get("tags", [])
        if output.output_type == "error" and "raises-exception" not in tags:
            yield f"cell {number}: stores {output.ename}: fix it, or tag it raises-exception"
        if output.get("name") == "stderr":
            yield f"cell {number}: stores a warning: fix its cause: {output.text.strip()[:80]}"
    failed = {number for number, output in outputs(chapter) if output.output_type == "error"}
    for number, cell in chapter.code:
        if "raises-exception" in cell.metadata.get("tags", []) and number not in failed:
            yield f"cell {number}: is tagged raises-exception and raises nothing: drop the tag"


def its_tags_are_known(chapter):
    used = Counter()
    for number, cell in chapter.cells:
        tags = cell.metadata.get("tags", [])
        used.update(tags)
        for tag in sorted(set(tags) - TAGS):
            yield f"cell {number}: tag {tag} is not one of {', '.join(sorted(TAGS))}: drop it"
        if "NBVAL_" in cell.source or "PYTEST_VALIDATE" in cell.source:
            yield f"cell {number}: a comment switches nbval off: drop it"
    if used["nbval-ignore-output"] > 1:
        yield "nbval-ignore-output stands at more than one cell: print what does not vary"


def its_outputs_are_for_readers(chapter):
    for number, output in outputs(chapter):
        data = output.get("data", {})
        for kind in sorted(set(data) - MIME_TYPES):
            yield f"cell {number}: output of type {kind}: use show, explore or print"
        plain = data.get("text/plain", "")
        if "image/svg+xml" in data:
            if not plain.startswith(("Figure: ", "Explorer: ")):
                yield f"cell {number}: an SVG that show or explore did not make: use them"
        elif _RAW.search(plain):
            yield f"cell {number}: ends on an object, {plain[:40]!r}: print what it says, or _ ="


def it_bears_no_trace_of_a_machine(chapter):
    texts = [(number, cell.source) for number, cell in chapter.cells]
    for number, output in outputs(chapter):
        texts.extend((number, str(value)) for value in output.get("data", {}).values())
        texts.extend((number, str(output.get(key, ""))) for key in ("text", "evalue", "traceback"))
    for number, text in texts:
        if found := TRACES.search(_RASTER.sub("", text)):
            yield f"cell {number}: holds {found[0]!r}, a trace of the machine: remove its cause"


def it_imports_what_the_book_uses(chapter):
    for number, tree in chapter.trees:
        for name in imported_modules(tree):
            package = name.partition(".")[0]
            if package not in PACKAGES:
                yield f"cell {number}: imports {package}, which is not in the book's packages"
            elif package in NETWORK:
                yield f"cell {number}: imports {package}: a chapter uses no network"


def its_randomness_is_seeded(chapter):
    for number, tree in chapter.trees:
        for node in ast.walk(tree):
            path = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            module, _, name = path.rpartition(".")
            if module in {"np.random", "numpy.random"} and name not in GENERATOR_NAMES:
                yield f"cell {number}: {path} shares hidden state: use a generator, rng.{name}"
    for number, node in chapter.calls("default_rng"):
        if not node.args and not node.keywords:
            yield f"cell {number}: default_rng() differs at each run: give it a seed"
