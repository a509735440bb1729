"""The one reader of a chapter: what stands in its cells, however it is fenced.

Rules, assignments, questions, the normaliser, maps and the site read chapters through
this module, and nothing else parses MyST. Cells are numbered from 1, as messages name
them; lines of a cell's source from 0, as slices do.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import NamedTuple

import nbformat

__all__ = ["Chapter", "Directive", "Piece", "Size", "read_chapter", "read_markdown", "reading_time"]

# What a section is for, by its title; everything else is the main path.
MAIN, FURTHER, EXERCISES, END = "main path", "going further", "exercises", "end"
END_TITLES = {"summary", "sources"}

# Directives whose body is no Markdown, and those whose argument is a label or an address.
LITERAL = {"bibliography", "code", "code-block", "code-cell", "math", "mermaid", "part-map", "raw"}
UNTITLED = LITERAL | {"figure", "image", "include", "solution", "solution-start", "solution-end"}

# Words: the rate of those who read in order to learn, of Carver, "Reading Rate: A Review of
# Research and Theory" (1990). The others are this book's own, chosen so that a main path of
# the greatest size allowed takes about half an hour.
WORDS_PER_MINUTE = 200
SECONDS_PER_FORMULA = 2  # in a line of text
SECONDS_PER_EQUATION = 15  # displayed
SECONDS_PER_LINE_OF_CODE = 4
SECONDS_PER_FIGURE = 20


class Directive(NamedTuple):
    """A directive of MyST and its lines in the cell, with both fences."""

    kind: str
    argument: str
    options: dict
    body: str
    first: int
    end: int
    inside: tuple = ()

    @property
    def label(self):
        """Its label, or the label that it is for."""
        return self.options.get("label", "" if self.kind.startswith("exercise") else self.argument)

    @property
    def folded(self):
        """Whether it is shown folded."""
        return "dropdown" in self.options.get("class", "").split() or self.kind == "dropdown"


class Piece(NamedTuple):
    """A directive, or a token of markdown-it, with the directives around it."""

    what: object
    kind: str
    inside: tuple
    first: int


class Heading(NamedTuple):
    """A heading outside directives, and its place."""

    cell: int
    first: int
    level: int
    title: str


class Size(NamedTuple):
    """How much there is to read."""

    words: int
    formulas: int
    equations: int
    lines_of_code: int
    figures: int
    cells: int


@functools.cache
def _parser():
    """Return the parser with the extensions of `_config.yml`."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin
    from mdit_py_plugins.myst_blocks import myst_block_plugin
    from mdit_py_plugins.myst_role import myst_role_plugin

    parser = MarkdownIt("commonmark").enable("table")
    for plugin in (
        front_matter_plugin,
        myst_block_plugin,
        myst_role_plugin,
        dollarmath_plugin,
        colon_fence_plugin,
        amsmath_plugin,
        deflist_plugin,
    ):
        parser.use(plugin)
    return parser


@functools.lru_cache(maxsize=4096)  # a chapter has some forty cells, which many readers ask for
def read_markdown(text):
    r"""Read MyST Markdown into a flat sequence of pieces.

    Parameters
    ----------
    text : str
        The text of a cell or a page.

    Returns
    -------
    tuple of Piece
        Directives, blocks and what stands in their lines, in order; what stands in a
        directive follows it, with the directive in ``inside``.

    References
    ----------
    MyST, "Roles and directives".
    https://myst-parser.readthedocs.io/en/latest/syntax/roles-and-directives.html

    Examples
    --------
    >>> [piece.kind for piece in read_markdown(":::{hint} Think\n$x$\n:::")]
    ['directive', 'inline', 'text', 'paragraph_open', 'inline', 'math_inline', 'paragraph_close']
    """
    return tuple(_pieces(text, (), 0))


def _pieces(text, inside, offset) -> Iterator[Piece]:
    for token in _parser().parse(text):
        first = offset + (token.map[0] if token.map else 0)
        if token.type in {"fence", "colon_fence"}:
            name = re.match(r"\s*\{([^}\s]+)\}[ \t]*(.*)", token.info)
            if name is None:
                yield Piece(token, "code", inside, first)
                continue
            options, body, skipped = _options(token.content)
            directive = Directive(
                kind=name[1],
                argument=name[2].strip(),
                options=options,
                body=body.strip(),
                first=first,
                end=offset + token.map[1],
                inside=inside,
            )
            yield Piece(directive, "directive", inside, first)
            if name[1] not in UNTITLED and name[2].strip():
                yield from _inline(_parser().parseInline(name[2])[0], (*inside, directive), first)
            if name[1] not in LITERAL:
                yield from _pieces(body, (*inside, directive), first + 1 + skipped)
        elif token.type == "inline":
            yield from _inline(token, inside, first)
        else:
            yield Piece(token, token.type, inside, first)


def _inline(token, inside, first):
    yield Piece(token, "inline", inside, first)
    for child in token.children or ():
        yield Piece(child, child.type, inside, first)


def _options(content):
    """Split a directive's content into options, body and the number of lines before the body."""
    lines = content.splitlines()
    taken, skipped = [], 0
    if lines and lines[0].startswith("---"):
        end = next((n for n, line in enumerate(lines[1:], 1) if line.startswith("---")), len(lines))
        taken, skipped = lines[1:end], min(end + 1, len(lines))
    else:
        while skipped < len(lines) and re.match(r"\s*:(?!::)", lines[skipped]):
            taken.append(lines[skipped].strip()[1:])
            skipped += 1
    pairs = [line.partition(":") for line in taken if ":" in line]
    options = {key.strip(): value.strip().strip("'\"") for key, _, value in pairs}
    return options, "\n".join(lines[skipped:]), skipped


@dataclass(frozen=True)
class Chapter:
    """A notebook and what its cells hold; `book` is what other chapters hold."""

    notebook: nbformat.NotebookNode
    path: Path | None = None
    book: object = None

    @property
    def name(self):
        """Part and topic, as in ``calculus/chain_rule``."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @cached_property
    def cells(self):
        """Number and cell."""
        return list(enumerate(self.notebook.cells, start=1))

    @cached_property
    def code(self):
        """Number and cell, of code only."""
        return [(number, cell) for number, cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def pieces(self):
        """Number of the cell and `Piece`, of all Markdown cells."""
        return [
            (number, piece)
            for number, cell in self.cells
            if cell.cell_type == "markdown"
            for piece in read_markdown(cell.source)
        ]

    def of_kind(self, *kinds):
        """Return number of the cell and token of all pieces of some kinds."""
        return [(number, piece.what) for number, piece in self.pieces if piece.kind in kinds]

    @cached_property
    def directives(self):
        """Number of the cell and `Directive`, in order, nested ones too."""
        return self.of_kind("directive")

    @cached_property
    def headings(self):
        """The headings outside directives."""
        found = []
        for (number, piece), (_, following) in zip(self.pieces, self.pieces[1:], strict=False):
            if piece.kind == "heading_open" and not piece.inside:
                level = int(piece.what.tag[1:])
                found.append(Heading(number, piece.first, level, following.what.content))
        return found

    @property
    def title(self):
        """The title, in Markdown."""
        return next((heading.title for heading in self.headings if heading.level == 1), "")

    @cached_property
    def equations(self):
        """Number of the cell and label, of all labelled equations."""
        found = []
        for number, piece in self.pieces:
            token = piece.what
            if piece.kind == "math_block_label":
                found.append((number, token.info))
            elif piece.kind == "directive" and token.kind == "math" and "label" in token.options:
                found.append((number, token.options["label"]))
            if piece.kind in {"math_block", "math_block_label", "amsmath"}:
                found += [(number, name) for name in _tex_labels(token.content)]
            elif piece.kind == "directive" and token.kind == "math":
                found += [(number, name) for name in _tex_labels(token.body)]
        return found

    def roles(self, *names):
        """Return number of the cell and text of all roles of some names."""
        return [
            (number, token.content)
            for number, token in self.of_kind("myst_role")
            if token.meta["name"] in names
        ]

    @cached_property
    def links(self):
        """Number of the cell and address, of all links."""
        return [(number, str(token.attrs["href"])) for number, token in self.of_kind("link_open")]

    @cached_property
    def needs(self):
        """What the paragraph **You need** links to, as part and topic."""
        opened, found = False, []
        for number, piece in self.pieces:
            if piece.kind == "inline" and not piece.inside and number == 2:
                opened = piece.what.content.startswith("**You need**")
            elif opened and piece.kind == "link_open":
                target = re.fullmatch(
                    r"(?:\.\./([\w-]+)/)?([\w-]+)\.ipynb", piece.what.attrs["href"]
                )
                if target:
                    part = target[1] or (self.path.parent.name if self.path else "")
                    found.append(f"{part}/{target[2]}")
        return list(dict.fromkeys(found))

    def zone(self, number, line=0):
        """Return the kind of section in which a line of a cell lies."""
        above = [
            heading
            for heading in self.headings
            if heading.level == 2 and (heading.cell, heading.first) <= (number, line)
        ]
        return _zone(above[-1].title) if above else MAIN

    @cached_property
    def in_solutions(self):
        """Numbers of the cells that lie between a solution's start and its end, or at its start."""
        found, opened = set(), False
        for number, cell in self.cells:
            if cell.cell_type == "markdown":
                for piece in read_markdown(cell.source):
                    if piece.kind == "directive" and piece.what.kind.startswith("solution-"):
                        opened = piece.what.kind == "solution-start"
            if opened:
                found.add(number)
        return found

    def size(self, *zones, folded):
        """Count what there is to read in some kinds of sections.

        Parameters
        ----------
        *zones : str
            Kinds of sections: ``MAIN``, ``FURTHER``, ``EXERCISES``, ``END``.
        folded : bool
            Whether to count what is folded, too.

        Returns
        -------
        Size
            A cell counts if something in it counts.
        """
        words = formulas = equations = lines = figures = 0
        cells = set()
        for number, piece in self.pieces:
            hidden = any(directive.folded for directive in piece.inside)
            if (hidden and not folded) or self.zone(number, piece.first) not in zones:
                continue
            if piece.kind in {"text", "code_inline"}:
                words += len(re.findall(r"\w[\w’'.,-]*", piece.what.content))
                cells.add(number)
            elif piece.kind == "math_inline":
                formulas += 1
                cells.add(number)
            elif _is_displayed(piece):
                equations += 1
                cells.add(number)
        for number, cell in self.code:
            if self.zone(number) not in zones:
                continue
            if folded or "hide-input" not in cell.metadata.get("tags", ()):
                lines += sum(1 for line in cell.source.splitlines() if line.strip())
                cells.add(number)
            if any("image/svg+xml" in output.get("data", ()) for output in cell.outputs):
                figures += 1
                cells.add(number)
        return Size(words, formulas, equations, lines, figures, len(cells))

    @cached_property
    def trees(self):
        """Number and syntax tree of the code cells that can be read."""
        read = [(number, tree_of(cell.source)) for number, cell in self.code]
        return [(number, tree) for number, tree in read if tree]

    def calls(self, name):
        """Return number and node of each call of a function in the code."""
        return [
            (number, node)
            for number, tree in self.trees
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", None)) == name
        ]


def _tex_labels(tex):
    return re.findall(r"\\label\{([^}]*)\}", tex)


def _is_displayed(piece):
    return piece.kind in {"math_block", "math_block_label", "amsmath"} or (
        piece.kind == "directive" and piece.what.kind == "math"
    )


def _zone(title):
    words = title.lower()
    if words.startswith("going further"):
        return FURTHER
    if words == "exercises":
        return EXERCISES
    return END if words in END_TITLES else MAIN


def tree_of(source):
    """Return the syntax tree of some code, or None if it cannot be read.

    Parameters
    ----------
    source : str
        The code.

    Returns
    -------
    ast.Module or None
        The tree.
    """
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def read_chapter(path):
    """Read a stored chapter.

    Parameters
    ----------
    path : Path
        Its notebook.

    Returns
    -------
    Chapter
        The chapter.
    """
    return Chapter(nbformat.reads(Path(path).read_text(encoding="utf-8"), as_version=4), Path(path))


def reading_time(chapter):
    """Estimate how long a first reading takes: the main path, without folds and exercises.

    Parameters
    ----------
    chapter : Chapter
        The chapter.

    Returns
    -------
    int
        Minutes, a multiple of 5.

    References
    ----------
    R. P. Carver, *Reading Rate: A Review of Research and Theory* (Academic Press, 1990).
    """
    size = chapter.size(MAIN, folded=False)
    seconds = (
        60 * size.words / WORDS_PER_MINUTE
        + SECONDS_PER_FORMULA * size.formulas
        + SECONDS_PER_EQUATION * size.equations
        + SECONDS_PER_LINE_OF_CODE * size.lines_of_code
        + SECONDS_PER_FIGURE * size.figures
    )
    return 5 * max(1, ceil(seconds / 60 / 5 - 0.5))
