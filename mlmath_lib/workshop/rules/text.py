"""What a chapter's text must hold: title, needs, set-up, verified equations, references."""

import ast
import re
from urllib.parse import unquote

from mlmath_lib.workshop import citations, cross_references
from mlmath_lib.workshop.chapter import tree_of

SET_UP_LINES = 8
LAST_SECTIONS = ["Exercises", "Summary", "Sources"]
TEMPLATE_TITLE = "Template of a chapter"
FOR_AUTHORS = "For authors:"  # how the template's remarks begin, in italics
CITATIONS = ("cite", "cite:p", "cite:t", "cite:ps", "cite:ts", "cite:alp", "cite:year")


def labels_of_calls(chapter, name):
    """Return number of the cell and label (None if it is no literal) of each call."""
    found = []
    for number, call in chapter.calls(name):
        first = call.args[0] if call.args else None
        found.append((number, first.value if isinstance(first, ast.Constant) else None))
    return found


def it_opens_with_label_and_title(chapter):
    first = chapter.notebook.cells[0].source
    label = f"({chapter.path.stem})="
    if not re.match(rf"{re.escape(label)}\n+# \S", first):
        yield f"cell 1: must start with the lines {label} and # Title"
    for heading in [heading for heading in chapter.headings if heading.level == 1][1:]:
        yield f"cell {heading.cell}: a second # Title; use ## for sections"


def it_says_what_you_need_and_will_be_able_to_do(chapter):
    second = chapter.notebook.cells[1]
    for phrase in ("**You need**", "**You will be able to**"):
        if second.cell_type != "markdown" or phrase not in second.source:
            yield f"cell 2: must hold {phrase}"
    if "Reading time" in second.source:
        yield "cell 2: the reading time is computed (reading_time): drop the one that is typed"


def its_third_cell_sets_up(chapter):
    cell = chapter.notebook.cells[2]
    tree = tree_of(cell.source) if cell.cell_type == "code" else None
    if tree is None:
        yield "cell 3: must be the set-up in code"
        return
    lines = sum(1 for line in cell.source.splitlines() if line.strip())
    if lines > SET_UP_LINES:
        yield f"cell 3: the set-up has {lines} lines; at most {SET_UP_LINES}"
    if cell.metadata.get("tags") != ["hide-input"]:
        yield "cell 3: the set-up is folded on the page: tag it hide-input, and nothing else"
    statements = {ast.unparse(statement) for statement in tree.body}
    for needed in ("plt.style.use('mlmath_lib.book')", "rng = np.random.default_rng(7)"):
        if needed not in statements:
            yield f"cell 3: the set-up must hold the line {needed}"


def its_headings_skip_no_level(chapter):
    before = 0
    for heading in chapter.headings:
        if heading.level > before + 1:
            yield (
                f"cell {heading.cell}: a heading of level {heading.level} follows level {before}: "
                "use fewer #"
            )
        before = heading.level


def it_ends_with_exercises_summary_and_sources(chapter):
    titles = [heading.title for heading in chapter.headings if heading.level == 2]
    if titles[-3:] != LAST_SECTIONS:
        yield f"its last sections must be ## {', ## '.join(LAST_SECTIONS)}; got {titles[-3:]}"


def its_labels_bear_its_name(chapter):
    labels = [(number, label) for number, label in chapter.equations]
    labels += [
        (number, directive.options["label"])
        for number, directive in chapter.directives
        if "label" in directive.options and directive.kind != "math"
    ]
    starts = {word[:3] for word in chapter.path.stem.split("_")}
    names = {}
    for number, label in labels:
        name = label.split("-")[1] if "-" in label else ""
        if name[:3] not in starts:
            yield (
                f"cell {number}: label {label} must go on, after its kind, with a word of the "
                f"chapter's name: {label.split('-')[0]}-{chapter.path.stem.split('_')[0]}-…"
            )
        names.setdefault(name, label)
    if len(names) > 1:
        yield f"its labels begin in {len(names)} ways ({', '.join(names.values())}): choose one"


def its_template_is_filled_in(chapter):
    if chapter.is_template:
        return
    if chapter.title == TEMPLATE_TITLE:
        yield "cell 1: the title is still the template's: write # and the chapter's title"
    for number, cell in chapter.cells:
        if cell.cell_type == "markdown" and f"*{FOR_AUTHORS}" in cell.source:
            yield f"cell {number}: holds a remark of the template (*{FOR_AUTHORS} …*): delete it"


def its_prose_does_not_vanish(chapter):
    for number, token in chapter.of_kind("myst_line_comment"):
        yield f"cell {number}: MyST drops a line that begins with %: % {token.content.strip()[:60]}"


def its_equations_are_verified(chapter):
    verified = labels_of_calls(chapter, "verify")
    for number, label in chapter.equations:
        if not label.startswith("eq-"):
            yield f"cell {number}: equation label {label} must start with eq-"
        if chapter.book.equations[label] > 1:
            yield f"cell {number}: equation label {label} stands twice in the book: rename one"
        if label not in {label for _, label in verified}:
            yield f'cell {number}: equation {label} is not verified: add verify("{label}", ...)'
    for number, label in verified:
        if label not in {label for _, label in chapter.equations}:
            yield f"cell {number}: verify({label!r}) has no equation in the text: add its label"
    for number, node in chapter.calls("verify"):
        if len(node.args) > 2 and ast.dump(node.args[1]) == ast.dump(node.args[2]):
            yield f"cell {number}: verify compares a side with itself: compute it in another way"


def its_references_exist(chapter):
    for number, label in chapter.roles("eq"):
        if label not in chapter.book.equations:
            yield f"cell {number}: no equation has the label {label}"
    for number, text in chapter.roles("term"):
        term = re.sub(r"^.*<(.*)>$", r"\1", text).strip()
        if term.lower() not in chapter.book.terms:
            yield (
                f"cell {number}: the term {term} stands in no part's index.md: add it to "
                f"chapters/{chapter.path.parent.name}/index.md, under Terms"
            )
    for number, keys in chapter.roles(*CITATIONS):
        for key in map(str.strip, keys.split(",")):
            if key not in chapter.book.sources:
                yield f"cell {number}: source {key} is missing in chapters/references.bib: add it"
    for number, link in chapter.links:
        file, _, key = unquote(link).partition("#")
        if file == citations.FILE:
            if key not in chapter.book.sources:
                yield f"cell {number}: source {key} is missing in chapters/references.bib: add it"
        elif not re.match(r"\w+:|$", file) and not (chapter.path.parent / file).is_file():
            yield f"cell {number}: the link {link} leads to no file"
        elif found := cross_references.target(link):
            there = (chapter.path.parent / found[0]).resolve()
            if chapter.book.labels.get(found[1]) != there:
                yield (
                    f"cell {number}: {found[0]} has no label {found[1]}: write the role, such as "
                    f"{{eq}}`{found[1]}`, and run `make notebooks`"
                )


def source_problems(book):
    """Say which entries of the bibliography no chapter cites."""
    cited = {
        key.strip()
        for chapter in book.chapters
        for _, keys in chapter.roles(*CITATIONS)
        for key in keys.split(",")
    }
    links = (unquote(link) for chapter in book.chapters for _, link in chapter.links)
    cited |= {link.partition("#")[2] for link in links if link.startswith(citations.FILE)}
    for key in sorted(book.sources - cited):
        yield f"chapters/references.bib: no chapter cites {key}: cite it, or drop it"
