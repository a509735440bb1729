"""What the book's files must keep together: contents, imports, names, traces."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import yaml

from mlmath_lib.workshop.chapter import Chapter, read_markdown
from mlmath_lib.workshop.needs import circle

SNAKE_CASE = re.compile(r"_?[a-z]+(_[a-z]+)*|__init__")
VAGUE_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
TRACES = re.compile(
    r"(?<![\w.])/(?:home|tmp|work|root)\b|site-[p]ackages|ipykernel_\d+|\bat 0x[0-9a-f]{4,}"
    r"|\bas an [A]I\b|\bsub-?[a]gents?\b|\bissues [s]how\b"
)


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
        read = [(path, path.read_text(encoding="utf-8")) for path in self.notebooks]
        return [Chapter(nbformat.reads(text, as_version=4), path, self) for path, text in read]

    @cached_property
    def equations(self):
        return Counter(label for chapter in self.chapters for _, label in chapter.equations)

    @cached_property
    def labels(self):
        """The notebook of each label of an equation or a directive."""
        return {
            label: chapter.path.resolve()
            for chapter in self.chapters
            for label in (
                *(label for _, label in chapter.equations),
                *(directive.label for _, directive in chapter.directives),
            )
        }

    @property
    def introductions(self):
        """The text of each part's introduction, under its file's name."""
        paths = sorted((self.root / "chapters").glob("*/index.md"))
        return {str(path.relative_to(self.root)): path.read_text("utf-8") for path in paths}

    @cached_property
    def terms(self):
        """The introductions that hold each term of the book, in lower case."""
        found = {}
        for name, text in self.introductions.items():
            for piece in read_markdown(text):
                if piece.kind == "directive" and piece.what.kind == "glossary":
                    for line in piece.what.body.splitlines():
                        if re.match(r"[^\s:]", line):
                            found.setdefault(line.strip().lower(), []).append(name)
        return found

    @cached_property
    def sources(self):
        path = self.root / "chapters" / "references.bib"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.M))

    @cached_property
    def contents(self):
        """The files of ``_toc.yml`` in their order."""
        return list(_files(yaml.safe_load((self.root / "_toc.yml").read_text())))


def _files(entry):
    """Yield the files of a table of contents, depth first."""
    if isinstance(entry, list):
        for item in entry:
            yield from _files(item)
    elif isinstance(entry, dict):
        yield from (entry[key] for key in ("root", "file") if key in entry)
        for key in ("parts", "chapters", "sections"):
            yield from _files(entry.get(key, []))


def imported_modules(tree, package=""):
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


def once_problems(book):
    """Say which terms and symbols stand twice in the parts' introductions.

    A letter may mean something else in another chapter, and then has a row there.
    """
    for term, places in book.terms.items():
        if len(places) > 1:
            yield f"the term {term} stands in {' and '.join(places)}: once is enough"
    rows = [
        (symbol, meaning, chapter, name)
        for name, text in book.introductions.items()
        for symbols, _, meaning, chapter in _rows(text)
        for symbol in re.findall(r"\$[^$]+\$", symbols)
    ]
    for what, place in (("meaning", 1), ("chapter", 2)):
        seen = {}
        for row in rows:
            seen.setdefault((row[0], row[place]), []).append(row[3])
        for (symbol, same), places in seen.items():
            if len(places) > 1:
                yield (
                    f"the symbol {symbol} stands in {' and '.join(places)} with the same {what}, "
                    f"{same}: once is enough"
                )


def _rows(text):
    """Return the cells of the rows of a part's symbols."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in row] for row in rows if len(row) == 4]


def needs_problems(book):
    """Say which chapters need each other, or one that comes later in their part."""
    needs = {chapter.name: chapter.needs for chapter in book.chapters if not chapter.is_template}
    if found := circle(needs):
        steps = [
            f"{name} needs {need}" for need, name in zip(found, [*found[1:], found[0]], strict=True)
        ]
        yield (
            f"{'; '.join(reversed(steps))}: nobody can begin to read. Name in words, without a "
            "link, what one of them can do without"
        )
    places = {name.removeprefix("chapters/"): n for n, name in enumerate(book.contents)}
    for name, above in needs.items():
        for need in above:
            same_part = need.split("/")[0] == name.split("/")[0]
            if same_part and places.get(need, 0) > places.get(name, 0):
                yield f"_toc.yml lists {name} before {need}, which it needs: put it after"


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
        imported = set(imported_modules(ast.parse(path.read_text(encoding="utf-8")), package))
        for name in sorted({".".join(name.split(".")[:2]) for name in imported}):
            if part_of.get(name, -1) > own:
                yield f"{relative} imports {name}, a later part: move what it needs to an earlier"


def layout_problems(book):
    """Say where the library is not a package a part, or its tests do not mirror it."""
    library, tests = book.root / "mlmath_lib", book.root / "tests" / "library"
    parts = {name.split("/")[1] for name in book.contents if name.count("/") > 1}
    tested = set()
    for module in sorted(path.relative_to(library) for path in library.rglob("*.py")):
        part = module.parts[0]
        if part == "workshop":
            continue
        if module.stem in parts and len(module.parts) == 1:
            yield f"mlmath_lib/{module}: a part is a package; move it to {module.stem}/<concept>.py"
        if part in parts:
            yield from _borrowed(library, module)
        # A package that is no part is tested as one; a part's private modules by their users.
        own = module.parts[:1] if part not in parts else module.parts
        if own[-1].startswith("__") or (part in parts and own[-1].startswith("_")):
            continue
        name = f"test_{Path(own[-1]).stem.removeprefix('_')}.py"
        tested.add(tests.joinpath(*own[:-1], name))
    for path in sorted(tested):
        if not path.is_file():
            yield f"{path.relative_to(book.root)} is missing: the tests mirror the library"
    for path in sorted(set(tests.rglob("test_*.py")) - tested):
        yield f"{path.relative_to(book.root)} has no module of its name: move its tests to theirs"


def _borrowed(library, module):
    """Say which private names a part's module takes from a module that is not private."""
    tree = ast.parse((library / module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1][:1] != "_":
            for name in (alias.name for alias in node.names if alias.name.startswith("_")):
                yield (
                    f"mlmath_lib/{module} takes {name} from {node.module}: what modules share "
                    f"stands in {module.parts[0]}/_<what>.py, with no underscore of its own"
                )


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
