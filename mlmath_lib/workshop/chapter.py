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

__all__ = [
    "Chapter",
    "Directive",
    "Exercise",
    "Piece",
    "Question",
    "Size",
    "plain_markdown",
    "read_chapter",
    "read_exercises",
    "read_markdown",
    "read_questions",
    "reading_time",
]

# What a section is for, by its title; everything else is the main path.
MAIN, FURTHER, EXERCISES, END = "main path", "going further", "exercises", "end"
END_TITLES = {"summary", "sources"}

# Directives whose body is no Markdown, and those whose argument is a label or an address.
LITERAL = {"bibliography", "code", "code-block", "code-cell", "math", "mermaid", "part-map", "raw"}
UNTITLED = LITERAL | {"figure", "image", "include", "solution", "solution-start", "solution-end"}
SOLUTION_END = re.compile(r"\s*(`{3,}|:{3,}|~{3,})\{solution-end\}\s*\1\s*")

# Words: the rate of those who read in order to learn, of Carver, "Reading Rate: A Review of
# Research and Theory" (1990). The others are this book's own, chosen so that a main path of
# the greatest size allowed takes about half an hour.
WORDS_PER_MINUTE = 200
SECONDS_PER_FORMULA = 2  # in a line of text
SECONDS_PER_EQUATION = 15  # displayed
SECONDS_PER_LINE_OF_CODE = 4
SECONDS_PER_FIGURE = 20


_POINTS = re.compile(r"^\*(\d+) points\*$", re.MULTILINE)
_MARKS = re.compile(r"\*\*Marks\.\*\*(.*)", re.DOTALL)
_MARK = re.compile(r"(?:^|;)\s*(\d+) for ")


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

    @property
    def is_answer(self):
        """Whether it gives an exercise's answer away."""
        return self.kind.startswith("solution") or (
            self.kind == "admonition" and self.argument == "Result"
        )


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


class Choice(NamedTuple):
    """One answer of a question, and what is said to who takes it."""

    text: str
    feedback: str

    @property
    def is_right(self):
        """Whether it is the answer."""
        return bool(re.match(r"\W*Right\b", self.feedback))


class Question(NamedTuple):
    """A question to predict before reading on; text and choices are Markdown."""

    cell: int
    first: int
    title: str
    text: str
    choices: list


class Exercise(NamedTuple):
    """One exercise of a chapter; cells are numbered from 1."""

    label: str
    title: str
    points: int
    by_machine: bool
    hint: str
    result: str
    marks: str
    statement_cell: int
    solution_cells: list
    code_cells: list
    check_cell: int | None
    answer: str


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
        """Part and topic, as in ``calculus/chain_rule``; a chapter of no part is the template."""
        topic = self.path.stem
        return topic if self.is_template else f"{self.path.parent.name}/{topic}"

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

    def directives_of(self, number):
        """Return the directives of one cell."""
        return [directive for cell, directive in self.directives if cell == number]

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
        """Numbers of the cells from a solution's start to its check, which ends it."""
        found, opened = set(), False
        for number, cell in self.cells:
            if cell.cell_type == "markdown":
                for directive in self.directives_of(number):
                    if directive.kind.startswith(("exercise", "solution")):
                        opened = directive.kind == "solution-start"
            if opened:
                found.add(number)
            opened = opened and not ends_solution(cell)
        return found

    @cached_property
    def solution_ends(self):
        """Numbers of the checks that end a solution which begins with ``{solution-start}``."""
        return [number for number in sorted(self.in_solutions) if ends_solution(self.cell(number))]

    def cell(self, number):
        """Return a cell by its number."""
        return self.notebook.cells[number - 1]

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

    @property
    def is_template(self):
        """Whether it is the template, which belongs to no part."""
        return self.path.parent.name == "chapters"

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


def ends_solution(cell):
    """Say whether a cell that follows a solution's start ends it, as its check does.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        The cell.

    Returns
    -------
    bool
        Whether it is code that is not the solution's own.
    """
    return cell.cell_type == "code" and "solution" not in cell.metadata.get("tags", ())


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


def plain_markdown(text):
    r"""Write MyST as Markdown for other programs, which do not know the book.

    Parameters
    ----------
    text : str
        The text of a question, a title.

    Returns
    -------
    str
        The same text with roles and links to chapters reduced to their words, and displayed
        formulas in the line.

    Examples
    --------
    >>> plain_markdown("The {term}`mean <average>` of [it](a.ipynb)\n\n$$ x $$ (eq-x)")
    'The mean of it\n\n$x$'
    """
    text = re.sub(r"\{[\w:-]+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\((?!\w+:)[^)\s]*\)", r"\1", text)

    def in_line(found):
        return f"${' '.join(found[1].split())}$"

    return re.sub(r"\$\$(.+?)\$\$(?:[ \t]*\([^()\s]+\))?", in_line, text, flags=re.DOTALL)


def read_questions(chapter):
    """Read the questions of a chapter, which are answered by opening a dropdown.

    Parameters
    ----------
    chapter : Chapter
        The chapter.

    Returns
    -------
    list of Question
        In the chapter's order.

    Examples
    --------
    >>> read_questions(Chapter(nbformat.v4.new_notebook()))
    []
    """
    found = []
    for number, directive in chapter.directives:
        if "question" not in directive.options.get("class", "").split():
            continue
        choices = [
            choice
            for choice in chapter.directives_of(number)
            if choice.inside[-1:] == (directive,) and choice.folded
        ]
        lines = chapter.notebook.cells[number - 1].source.splitlines()
        hidden = {line for choice in choices for line in range(choice.first, choice.end)}
        inner = range(directive.first + 1, directive.end - 1)
        _, text, _ = _options("\n".join(lines[line] for line in inner if line not in hidden))
        choices = [Choice(choice.argument, choice.body) for choice in choices]
        question = Question(number, directive.first, directive.argument, text.strip(), choices)
        found.append(question)
    return found


def read_exercises(notebook):
    """Read the exercises of a chapter, each with its points, steps and cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A chapter.

    Returns
    -------
    list of Exercise
        In the chapter's order. ``by_machine`` says whether a check grades it; then
        ``answer`` is the name of the function that is asked for, and ``check_cell``
        its check. Otherwise ``marks`` says what a marker gives points for.

    Raises
    ------
    ValueError
        If an exercise lacks points, a hint, a result or a solution, if its check does not
        say how to draw fresh cases, or if its marks do not add up to its points. The
        message begins with its label and names the remedy.

    References
    ----------
    The directives of sphinx-exercise. https://ebp-sphinx-exercise.readthedocs.io

    Examples
    --------
    >>> read_exercises(nbformat.v4.new_notebook())
    []
    """
    read = Chapter(notebook)
    entries, opened = [], None
    for number, cell in read.cells:
        if cell.cell_type == "code":
            if opened:
                opened["checks" if ends_solution(cell) else "code"].append(number)
                opened["gate"].add(number)
                opened = None if ends_solution(cell) else opened
            continue
        before = opened
        for directive in read.directives_of(number):
            opened = _collect(directive, number, entries, opened)
        for entry in (before, opened):
            if entry:
                entry["gate"].add(number)
    return [_exercise(entry, notebook) for entry in entries]


def _collect(directive, number, entries, opened):
    """Enter one directive; return the entry whose solution is open after it."""
    kind, body = directive.kind, directive.body
    if kind == "exercise-start":
        raise ValueError(f"{directive.label}: write the exercise as one directive, {{exercise}}")
    if kind == "exercise":
        label = directive.label
        if entries and entries[-1]["cell"] == number:
            raise ValueError(f"{label}: an exercise needs a cell of its own")
        entry = {"label": label, "title": directive.argument, "cell": number, "statement": body}
        entries.append(entry | {"code": [], "checks": [], "gate": set()})
        return None
    if entries:
        entry = entries[-1]
        if kind == "hint":
            entry["hint"] = body
        elif directive.is_answer:
            entry["gate"].add(number)
            if kind == "admonition":
                entry["result"] = body
            else:
                entry["solution"] = body
                return entry if kind == "solution-start" else opened
    return opened


def _exercise(entry, notebook):
    """Return the exercise of a collected entry, or say what it lacks."""
    label = entry["label"]

    def require(condition, remedy):
        if not condition:
            raise ValueError(f"{label}: {remedy}")

    points = _POINTS.search(entry["statement"])
    require(points, "it has no points: end the exercise with a line such as *4 points*")
    points = int(points[1])
    require(
        points > 0 and points % 4 == 0,
        f"points must be a multiple of 4, a quarter for the cases shown; got {points}",
    )
    require(entry.get("hint"), "it has no hint: add a {hint} after the exercise")
    require(entry.get("result"), "it has no result: add {admonition} Result before the solution")
    require("solution" in entry, "it has no solution")
    by_machine, marks, answer = bool(entry["code"] or entry["checks"]), "", ""
    if by_machine:
        require(len(entry["checks"]) == 1, "one cell without a tag must hold its check")
        require(len(entry["code"]) == 1, "its solution must be one cell tagged solution")
        answer = _answer(notebook.cells[entry["checks"][0] - 1].source, label, require)
        functions = _functions(notebook.cells[entry["code"][0] - 1].source)
        require(
            functions and functions[0].name == answer,
            f"the first function of its solution must be {answer}, which is checked",
        )
        require(ast.get_docstring(functions[0]), f"{answer} needs a docstring: it states the task")
    else:
        marks = _MARKS.search(entry["solution"])
        require(marks, "a solution graded by hand must end with **Marks.** 2 for ...; 2 for ...")
        marks = " ".join(marks[1].split())
        given = sum(map(int, _MARK.findall(marks)))
        require(given == points, f"its marks add up to {given}, its points are {points}")
    return Exercise(
        label=label,
        title=entry["title"],
        points=points,
        by_machine=by_machine,
        hint=entry["hint"],
        result=entry["result"],
        marks=marks,
        statement_cell=entry["cell"],
        solution_cells=sorted(entry["gate"]),
        code_cells=entry["code"],
        check_cell=entry["checks"][0] if by_machine else None,
        answer=answer,
    )


def _answer(source, label, require):
    """Return the name that a check cell hands to `check`."""
    calls = [
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "check"
    ]
    require(len(calls) == 1, f"its check cell must hold one check(...); got {len(calls)}")
    [call] = calls
    given = getattr(call.args[0], "value", "") if call.args else ""
    require(given == label, f'its check must begin with "{label}"; got {given!r}')
    require(
        len(call.args) > 1 and isinstance(call.args[1], ast.Name),
        "its check must take the name of a function: ask for a function of the givens",
    )
    keywords = {keyword.arg for keyword in call.keywords}
    require(
        {"on", "fresh"} <= keywords,
        "its check needs on=[...], the cases shown, and fresh=lambda rng: (...), one more case",
    )
    return call.args[1].id


def _functions(source):
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
