"""The rules of the book: functions that say what a chapter breaks, and the remedy.

A rule takes a `Chapter` and yields one sentence for each thing that breaks it.
`test_book.py` applies all of them to all chapters and shows that each can fail.
"""

import ast
import copy
import gzip
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import yaml

from mlmath_lib.display import read_explorer
from mlmath_lib.display.svg import SIZE_LIMIT
from mlmath_lib.workshop.assignments import read_exercises
from mlmath_lib.workshop.notebooks import normalise

PICTURES_LIMIT = 210_000  # bytes of a page's figures, gzipped: 250 kB less 40 for the text
SET_UP_LINES = 8
ALT_WORDS = 5
EXERCISES = range(4, 9)
TAGS = {"hide-input", "raises-exception", "solution", "nbval-ignore-output"}
MIME_TYPES = {"image/svg+xml", "text/plain", "text/html", "text/latex", "text/markdown"}
PACKAGES = {"matplotlib", "mlmath_lib", "mpmath", "networkx", "numpy", "pandas", "scipy"}
PACKAGES |= {"sklearn", "sympy"} | sys.stdlib_module_names
NETWORK = {"ftplib", "http", "smtplib", "socket", "ssl", "urllib", "webbrowser"}
GENERATOR_NAMES = {"BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng"}
SNAKE_CASE = re.compile(r"_?[a-z]+(_[a-z]+)*|__init__")
VAGUE_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
TRACES = re.compile(
    r"(?<![\w.])/(?:home|tmp|work|root)\b|site-[p]ackages|ipykernel[_]\w*|\bat 0x[0-9a-f]{4,}"
    r"|\bas an [A]I\b|\bsub-?[a]gents?\b|\bissues [s]how\b"
)

_EQUATION = re.compile(
    r"\$\$[ \t]*\(([^()\s]+)\)[ \t]*$"
    r"|\{math\}[^\n]*\n(?:[ \t]*:[\w-]+:[^\n]*\n)*?[ \t]*:label:[ \t]*(\S+)"
    r"|\\label\{([^}]*)\}",
    re.MULTILINE,
)
_FENCE = re.compile(r"[ \t]*(`{3,}|:{3,}|~{3,})(.*)")
_DIRECTIVE = re.compile(
    r"^(?:`{3,}|:{3,})\{(exercise|exercise-start|solution|solution-start|solution-end)\}"
    r"[ \t]*([^\n]*)((?:\n:[\w-]+:[^\n]*)*)",
    re.MULTILINE,
)
_RAW = re.compile(r"^\[?<|^\w+\(children=|<(?:Figure|Axes)\b|\bobject at 0x|matplotlib\.|Line2D\(")
_RASTER = re.compile(r"base64,[\w+/=\s]+")


@dataclass(frozen=True)
class Book:
    """What chapters refer to in one another."""

    root: Path

    @property
    def notebooks(self):
        paths = sorted((self.root / "chapters").rglob("*.ipynb"))
        return [path for path in paths if ".ipynb_checkpoints" not in path.parts]

    @cached_property
    def chapters(self):
        return [Chapter(path, self) for path in self.notebooks]

    @cached_property
    def equations(self):
        return Counter(label for chapter in self.chapters for _, label in chapter.equations)

    @cached_property
    def terms(self):
        text = self._text("glossary.md")
        blocks = re.findall(r"^(`{3,}|:{3,})\{glossary\}\n(.*?)^\1", text, re.M | re.S)
        lines = [line for _, block in blocks for line in block.splitlines()]
        return {line.strip().lower() for line in lines if re.match(r"[^\s:]", line)}

    @cached_property
    def sources(self):
        return set(re.findall(r"^@\w+\{([^,\s]+),", self._text("references.bib"), re.M))

    @cached_property
    def contents(self):
        """The files of ``_toc.yml`` in their order."""
        return list(_files(yaml.safe_load((self.root / "_toc.yml").read_text())))

    def _text(self, name):
        path = self.root / "chapters" / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def _files(entry):
    """Yield the files of a table of contents, depth first."""
    if isinstance(entry, list):
        for item in entry:
            yield from _files(item)
    elif isinstance(entry, dict):
        yield from (entry[key] for key in ("root", "file") if key in entry)
        for key in ("parts", "chapters", "sections"):
            yield from _files(entry.get(key, []))


@dataclass(frozen=True)
class Chapter:
    """A notebook, read once; cells are numbered from 1."""

    path: Path
    book: Book

    @cached_property
    def text(self):
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def notebook(self):
        return nbformat.reads(self.text, as_version=4)

    @cached_property
    def cells(self):
        return list(enumerate(self.notebook.cells, start=1))

    @cached_property
    def code(self):
        return [(number, cell) for number, cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def prose(self):
        """Number and text of the Markdown cells, without blocks of code."""
        return [
            (number, _without_code(cell.source))
            for number, cell in self.cells
            if cell.cell_type == "markdown"
        ]

    @cached_property
    def trees(self):
        """Number and syntax tree of the code cells that can be read."""
        return [(number, _tree(cell.source)) for number, cell in self.code if _tree(cell.source)]

    @cached_property
    def outputs(self):
        return [(number, output) for number, cell in self.code for output in cell.outputs]

    @cached_property
    def pictures(self):
        kind = "image/svg+xml"
        found = [(number, output.get("data", {})) for number, output in self.outputs]
        return [(number, data[kind]) for number, data in found if kind in data]

    @cached_property
    def equations(self):
        return self.found(_EQUATION)

    @cached_property
    def directives(self):
        """Number, kind and label of exercises and solutions, in order."""
        found = []
        for number, text in self.prose:
            for kind, argument, options in _DIRECTIVE.findall(text):
                label = re.search(r":label:[ \t]*(\S+)", options)
                named = label[1] if label else argument.strip()
                found.append((number, kind, "" if kind.startswith("e") and not label else named))
        return found

    def found(self, pattern):
        """Return number and first group of each place in the prose that fits."""
        return [
            (number, next(group for group in match.groups() if group is not None))
            for number, text in self.prose
            for match in pattern.finditer(text)
        ]

    def calls(self, name):
        """Return number and node of each call of a function in the code."""
        return [
            (number, node)
            for number, tree in self.trees
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and _last_name(node.func) == name
        ]

    def labels(self, name):
        """Return number and label (None if it is no literal) of each call."""
        return [(number, _literal(node)) for number, node in self.calls(name)]


def _without_code(text):
    """Drop fenced code; keep what stands inside directives, which are fenced too."""
    kept, fences = [], []
    for line in text.split("\n"):
        fence = _FENCE.fullmatch(line)
        if fence and not fence[2].strip() and fences and fence[1].startswith(fences[-1][0]):
            closed = fences.pop()
            if closed[1]:
                kept.append(line)
        elif fence and not (fences and not fences[-1][1]):
            directive = fence[2].startswith("{")
            fences.append((fence[1], directive))
            if directive:
                kept.append(line)
        elif not fences or fences[-1][1]:
            kept.append(line)
    return "\n".join(kept)


def _tree(source):
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _last_name(function):
    return getattr(function, "attr", getattr(function, "id", None))


def _literal(call):
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) else None


RULES = {}


def rule(function):
    """Enter a function into the rules under its name in words."""
    RULES[function.__name__.replace("_", " ")] = function
    return function


@rule
def its_name_is_snake_case_without_numbers(chapter):
    if not SNAKE_CASE.fullmatch(chapter.path.stem):
        yield f"the file name {chapter.path.name} must be words in snake_case: rename it"


@rule
def it_is_stored_in_normal_form(chapter):
    normal = nbformat.writes(normalise(copy.deepcopy(chapter.notebook))) + "\n"
    if chapter.text != normal:
        yield "it holds what differs between machines: run `make notebooks CHAPTER=...`"


@rule
def its_cells_are_executed_in_order(chapter):
    for count, (number, cell) in enumerate(chapter.code, start=1):
        if cell.execution_count != count:
            yield (
                f"cell {number}: execution count {cell.execution_count} must be {count}, or nbval "
                "skips its outputs: run `make notebooks`"
            )
            return  # the cells after it are off as well


@rule
def its_code_is_plain_python(chapter):
    for number, cell in chapter.code:
        if _tree(cell.source) is None:
            yield f"cell {number}: must be Python without magics; rewrite what does not parse"
        if not cell.source.strip():
            yield f"cell {number}: is empty: delete it"


@rule
def it_stores_no_error_or_warning(chapter):
    for number, output in chapter.outputs:
        tags = chapter.notebook.cells[number - 1].metadata.get("tags", [])
        if output.output_type == "error" and "raises-exception" not in tags:
            yield f"cell {number}: stores {output.ename}: mend it, or tag it raises-exception"
        if output.get("name") == "stderr":
            yield f"cell {number}: stores a warning: mend its cause: {output.text.strip()[:80]}"
    failed = {number for number, output in chapter.outputs if output.output_type == "error"}
    for number, cell in chapter.code:
        if "raises-exception" in cell.metadata.get("tags", []) and number not in failed:
            yield f"cell {number}: is tagged raises-exception and raises nothing: drop the tag"


@rule
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


@rule
def it_opens_with_label_and_title(chapter):
    first = chapter.notebook.cells[0].source
    label = f"({chapter.path.stem})="
    if not re.match(rf"{re.escape(label)}\n+# \S", first):
        yield f"cell 1: must start with the lines {label} and # Title"
    titles = [number for number, level in _headings(chapter) if level == 1]
    for number in titles[1:]:
        yield f"cell {number}: a second # Title; use ## for sections"


@rule
def it_says_what_you_need_and_will_be_able_to_do(chapter):
    second = chapter.notebook.cells[1]
    for phrase in ("**You need**", "**You will be able to**"):
        if second.cell_type != "markdown" or phrase not in second.source:
            yield f"cell 2: must hold {phrase}"


@rule
def its_third_cell_sets_up(chapter):
    cell = chapter.notebook.cells[2]
    tree = _tree(cell.source) if cell.cell_type == "code" else None
    if tree is None:
        yield "cell 3: must be the set-up in code"
        return
    lines = sum(1 for line in cell.source.splitlines() if line.strip())
    if lines > SET_UP_LINES:
        yield f"cell 3: the set-up has {lines} lines; at most {SET_UP_LINES}"
    if cell.metadata.get("tags"):
        yield "cell 3: the set-up is shown: drop its tags"
    statements = {ast.unparse(statement) for statement in tree.body}
    for needed in ("plt.style.use('mlmath_lib.book')", "rng = np.random.default_rng(7)"):
        if needed not in statements:
            yield f"cell 3: the set-up must hold the line {needed}"


@rule
def its_headings_skip_no_level(chapter):
    before = 0
    for number, level in _headings(chapter):
        if level > before + 1:
            yield f"cell {number}: a heading of level {level} follows level {before}: use fewer #"
        before = level


def _headings(chapter):
    headings = re.compile(r"^(#+) \S", re.MULTILINE)
    return [(number, len(signs)) for number, signs in chapter.found(headings)]


@rule
def its_prose_does_not_vanish(chapter):
    for number, text in chapter.prose:
        for line in text.splitlines():
            if line.lstrip().startswith("%"):
                yield f"cell {number}: MyST drops a line that begins with %: {line.strip()[:60]}"


@rule
def its_equations_are_verified(chapter):
    verified = chapter.labels("verify")
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


@rule
def its_references_exist(chapter):
    for number, label in chapter.found(re.compile(r"(?<!`)\{eq\}`([^`]+)`")):
        if label not in chapter.book.equations:
            yield f"cell {number}: no equation has the label {label}"
    for number, term in chapter.found(re.compile(r"(?<!`)\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")):
        if term.strip().lower() not in chapter.book.terms:
            yield f"cell {number}: {term} is missing in chapters/glossary.md: add it"
    for number, keys in chapter.found(re.compile(r"(?<!`)\{cite(?::\w+)?\}`([^`]+)`")):
        for key in map(str.strip, keys.split(",")):
            if key not in chapter.book.sources:
                yield f"cell {number}: source {key} is missing in chapters/references.bib: add it"
    for number, text in chapter.prose:
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"\$[^$]*\$", "", text)):
            file = link.partition("#")[0]
            if not re.match(r"\w+:|$", file) and not (chapter.path.parent / file).is_file():
                yield f"cell {number}: the link {link} leads to no file"


@rule
def its_figures_say_what_is_seen(chapter):
    descriptions = Counter()
    for number, svg in chapter.pictures:
        found = re.search(r'<svg[^>]* aria-label=("([^"]*)"|\'([^\']*)\')', svg)
        alt = (found[2] or found[3]) if found else ""
        descriptions[alt] += 1
        if len(alt.split()) < ALT_WORDS:
            yield f"cell {number}: alt text {alt!r}: say in {ALT_WORDS} words or more what is seen"
        elif descriptions[alt] > 1:
            yield f"cell {number}: another figure has the same alt text {alt!r}: say what differs"


@rule
def its_outputs_are_for_readers(chapter):
    for number, output in chapter.outputs:
        data = output.get("data", {})
        for kind in sorted(set(data) - MIME_TYPES):
            yield f"cell {number}: output of type {kind}: use show, explore or print"
        plain = data.get("text/plain", "")
        if "image/svg+xml" in data:
            if not plain.startswith(("Figure: ", "Explorer: ")):
                yield f"cell {number}: an SVG that show or explore did not make: use them"
        elif _RAW.search(plain):
            yield f"cell {number}: ends on an object, {plain[:40]!r}: print what it says, or _ ="


@rule
def its_exercises_have_solutions(chapter):
    exercises = [label for _, kind, label in chapter.directives if kind.startswith("exercise")]
    solved, opened = Counter(), None
    for number, kind, label in chapter.directives:
        if opened and kind != "solution-end":
            yield f"cell {number}: the solution {opened} is not closed: add {{solution-end}} before"
            opened = None
        if kind.startswith("exercise"):
            if not label.startswith("ex-"):
                yield f"cell {number}: an exercise needs the line :label: ex-topic-what"
            if exercises.count(label) > 1:
                yield f"cell {number}: exercise label {label} stands twice: rename one"
        elif kind == "solution-end":
            if opened is None:
                yield f"cell {number}: {{solution-end}} closes nothing: drop it"
            opened = None
        else:
            opened = label if kind == "solution-start" else None
            solved[label] += 1
            places = [n for n, what, name in chapter.directives if name == label and what[0] == "e"]
            if not places or places[0] > number:
                yield f"cell {number}: solution {label} must follow its exercise"
            if solved[label] > 1:
                yield f"cell {number}: exercise {label} has a second solution: join them"
    if opened:
        yield f"the solution {opened} is not closed: add {{solution-end}}"
    for label in exercises:
        if label not in solved:
            yield f"exercise {label} has no solution: add {{solution-start}} {label}"
    if len(exercises) not in EXERCISES:
        yield f"it has {len(exercises)} exercises; {EXERCISES[0]} to {EXERCISES[-1]} are needed"


@rule
def its_code_answers_are_checked(chapter):
    checks = chapter.labels("check")
    checking = {number for number, _ in checks}
    exercises = {label for _, kind, label in chapter.directives if kind.startswith("exercise")}
    gated = {}
    opened = None
    gates = {number: (kind, label) for number, kind, label in chapter.directives}
    for number, cell in chapter.cells:
        kind, label = gates.get(number, ("", ""))
        opened = {"solution-start": label, "solution-end": None}.get(kind, opened)
        if cell.cell_type != "code":
            continue
        tagged = "solution" in cell.metadata.get("tags", [])
        if opened:
            gated.setdefault(opened, []).append(number)
        if tagged and number in checking:
            yield f"cell {number}: check stands in a cell of its own, without the tag solution"
        if tagged and not opened:
            yield f"cell {number}: the tag solution belongs between solution-start and -end"
        if opened and not tagged and number not in checking:
            yield f"cell {number}: code of a solution must carry the tag solution"
    for label in gated:
        if label not in {label for _, label in checks}:
            yield f'exercise {label} has code and no check: add check("{label}", ...)'
    for number, label in checks:
        if label not in exercises:
            yield f"cell {number}: check({label!r}) belongs to no exercise"


@rule
def its_exercises_make_an_assignment(chapter):
    try:
        exercises = read_exercises(chapter.notebook)
    except ValueError as error:
        yield str(error)
        return
    asked = Counter(exercise.answer for exercise in exercises if exercise.by_machine)
    for name, times in asked.items():
        if times > 1:
            yield f"two exercises ask for {name}, and one would overwrite the other: rename one"


@rule
def it_has_an_explorer(chapter):
    if not any(read_explorer(svg) for _, svg in chapter.pictures):
        yield "it has no explorer with stored frames: add explore(...), run `make notebooks`"


@rule
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


@rule
def its_pictures_fit_the_page(chapter):
    for number, svg in chapter.pictures:
        size = len(re.sub(r"<metadata>.*?</metadata>", "", svg).encode())
        if size > SIZE_LIMIT:
            yield f"cell {number}: a figure of {size // 1000} kB; at most {SIZE_LIMIT // 1000} kB"
    size = len(gzip.compress("".join(svg for _, svg in chapter.pictures).encode(), mtime=0))
    if size > PICTURES_LIMIT:
        yield (
            f"its pictures take {size // 1000} kB compressed; at most {PICTURES_LIMIT // 1000} kB: "
            "store fewer frames"
        )


@rule
def it_bears_no_trace_of_a_machine(chapter):
    texts = [(number, cell.source) for number, cell in chapter.cells]
    for number, output in chapter.outputs:
        texts.extend((number, str(value)) for value in output.get("data", {}).values())
        texts.extend((number, str(output.get(key, ""))) for key in ("text", "evalue", "traceback"))
    for number, text in texts:
        if found := TRACES.search(_RASTER.sub("", text)):
            yield f"cell {number}: holds {found[0]!r}, a trace of the machine: remove its cause"


@rule
def it_imports_what_the_book_uses(chapter):
    for number, tree in chapter.trees:
        for name in _imported(tree):
            package = name.partition(".")[0]
            if package not in PACKAGES:
                yield f"cell {number}: imports {package}, which is not in the book's packages"
            elif package in NETWORK:
                yield f"cell {number}: imports {package}: a chapter uses no network"


@rule
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


def _imported(tree, package=""):
    """Yield the full names of modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def contents_problems(book):
    """Say what is wrong with the table of contents."""
    listed = Counter(book.contents)
    folder = book.root / "chapters"
    pages = [*book.notebooks, *sorted(folder.rglob("*.md"))]
    names = {path.relative_to(book.root).with_suffix("").as_posix() for path in pages}
    names.discard("chapters/template")
    for name in sorted(names - set(listed)):
        yield f"_toc.yml does not list {name}: add it"
    for name, times in listed.items():
        if name not in names:
            yield f"_toc.yml lists {name}, which does not exist"
        if times > 1:
            yield f"_toc.yml lists {name} {times} times: once is enough"


def import_problems(book):
    """Say which library module imports what comes later in the book."""
    parts = list(dict.fromkeys(name.split("/")[1] for name in book.contents if name.count("/") > 1))
    library = book.root / "mlmath_lib"
    part_of = {f"mlmath_lib.{part}": number for number, part in enumerate(parts)}
    for path in sorted(library.rglob("*.py")):
        relative = path.relative_to(book.root)
        module = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        own = part_of.get(".".join(module.split(".")[:2]), -1)
        package = module if path.stem == "__init__" else module.rpartition(".")[0]
        imported = set(_imported(ast.parse(path.read_text(encoding="utf-8")), package))
        for name in sorted({".".join(name.split(".")[:2]) for name in imported}):
            if part_of.get(name, -1) > own:
                yield f"{relative} imports {name}, a later part: move what it needs to an earlier"


def name_problems(book):
    """Say which files have a name that says nothing, or numbers, or capitals."""
    for folder in ("chapters", "mlmath_lib", "tests"):
        for path in sorted((book.root / folder).rglob("*")):
            if path.suffix not in {".py", ".ipynb", ".md"} or any(
                part.startswith((".", "__pycache__")) for part in path.parts
            ):
                continue
            name = path.relative_to(book.root)
            if VAGUE_NAMES & {path.stem, *name.parts[:-1]}:
                yield f"{name}: a name that says nothing; name what it holds"
            if not SNAKE_CASE.fullmatch(path.stem):
                yield f"{name}: a name must be words in snake_case"


def trace_problems(book):
    """Say which text files outside the notebooks bear traces of a machine."""
    paths = [*book.root.glob("*.md"), *(book.root / "chapters").rglob("*.md")]
    paths += [*(book.root / "mlmath_lib").rglob("*.py"), *book.root.glob("*.yml")]
    for path in sorted(paths):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if found := TRACES.search(line):
                yield f"{path.relative_to(book.root)}, line {number}: holds {found[0]!r}: remove it"
