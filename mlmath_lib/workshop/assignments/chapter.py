"""Read the exercises of a chapter, and take the answers out of it."""

import ast
import copy
import re
from typing import NamedTuple

import nbformat

# A directive with its options and body; a longer fence may hold shorter ones.
_DIRECTIVE = re.compile(
    r"^(?P<fence>`{3,})\{(?P<kind>exercise|hint|admonition|solution|solution-start|solution-end)\}"
    r"[ \t]*(?P<argument>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_OPTIONS = re.compile(r"(?::[\w-]+:[^\n]*\n)+")
_LABEL = re.compile(r"^:label:[ \t]*(\S+)", re.MULTILINE)
_POINTS = re.compile(r"^\*(\d+) points\*$", re.MULTILINE)
_MARKS = re.compile(r"\*\*Marks\.\*\*(.*)", re.DOTALL)
_MARK = re.compile(r"(?:^|;)\s*(\d+) for ")


class Exercise(NamedTuple):
    """One exercise of a chapter; cells are numbered from 0."""

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
    entries, opened = [], None
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            if opened:
                opened["gate"].append(number)
                tagged = "solution" in cell.metadata.get("tags", ())
                opened["code" if tagged else "checks"].append(number)
            continue
        before = opened
        for match in _DIRECTIVE.finditer(cell.source):
            opened = _collect(match, number, entries, opened)
        for entry in (before, opened):
            if entry:
                entry["gate"].append(number)
    return [_exercise(entry, notebook) for entry in entries]


def _collect(match, number, entries, opened):
    """Enter one directive; return the entry whose solution is open after it."""
    kind, argument = match["kind"], match["argument"].strip()
    body = _OPTIONS.sub("", match["body"], count=1).strip()
    if kind == "exercise":
        label = (_LABEL.search(match["body"]) or ["", ""])[1]
        if entries and entries[-1]["cell"] == number:
            raise ValueError(f"{label}: an exercise needs a cell of its own")
        entry = {"label": label, "title": argument, "cell": number, "statement": body}
        entries.append(entry | {"code": [], "checks": [], "gate": []})
    elif kind == "solution-end":
        return None
    elif entries:
        entry = entries[-1]
        if kind == "hint":
            entry["hint"] = body
        elif kind != "admonition":
            entry["solution"] = body
            entry["gate"].append(number)
            return entry if kind == "solution-start" else opened
        elif argument == "Result":
            entry["result"] = body
            entry["gate"].append(number)
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
        answer = _answer(notebook.cells[entry["checks"][0]].source, label, require)
        functions = _functions(notebook.cells[entry["code"][0]].source)
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
        solution_cells=sorted({*entry["gate"]}),
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


def students_notebook(notebook):
    """Return the notebook of a chapter without its results and solutions.

    A function that is asked for keeps its signature and docstring, with ``...`` for its
    body; the checks stay. Exercises that are graded by hand get a cell for the answer.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A chapter; it is not changed.

    Returns
    -------
    nbformat.NotebookNode
        The students' notebook.

    Raises
    ------
    ValueError
        If an exercise is incomplete (see `read_exercises`).

    References
    ----------
    The directives of sphinx-exercise. https://ebp-sphinx-exercise.readthedocs.io

    Examples
    --------
    >>> students_notebook(nbformat.v4.new_notebook()).cells
    []
    """
    notebook = copy.deepcopy(notebook)
    exercises = read_exercises(notebook)
    replaced = {}
    for exercise in exercises:
        cells = notebook.cells
        replaced |= {number: [] for number in exercise.solution_cells}
        kept = _without_answers(cells[exercise.statement_cell].source)
        cells[exercise.statement_cell].source = kept
        replaced[exercise.statement_cell] = [cells[exercise.statement_cell]]
        if exercise.by_machine:
            [code] = exercise.code_cells
            stub = _unrun(cells[code], _stub(cells[code].source))
            check = _unrun(cells[exercise.check_cell], cells[exercise.check_cell].source)
            replaced[code], replaced[exercise.check_cell] = [stub], [check]
        else:
            points = f"*Your answer ({exercise.points} points, graded by hand):*"
            last = max(exercise.solution_cells)
            answer = nbformat.v4.new_markdown_cell(points, id=f"{cells[last].id}-answer")
            replaced[last] = [*replaced[last], answer]
    notebook.cells = [
        kept for number, cell in enumerate(notebook.cells) for kept in replaced.get(number, [cell])
    ]
    return notebook


def _without_answers(text):
    """Return a cell's text without its results and solutions."""

    def keep(match):
        is_result = match["kind"] == "admonition" and match["argument"].strip() == "Result"
        return "" if is_result or match["kind"].startswith("solution") else match[0]

    return re.sub(r"\n{3,}", "\n\n", _DIRECTIVE.sub(keep, text)).strip()


def _unrun(cell, source):
    """Return a code cell with another source, as if it had never run."""
    cell = copy.deepcopy(cell)
    cell.source, cell.outputs, cell.execution_count = source, [], None
    for key in ("tags", "jupyter"):
        cell.metadata.pop(key, None)
    return cell


def _stub(source):
    """Return the imports of a solution, and its function with ``...`` for a body."""
    lines, tree = source.splitlines(), ast.parse(source).body
    function = next(node for node in tree if isinstance(node, ast.FunctionDef))
    imports = [
        line
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in lines[node.lineno - 1 : node.end_lineno]
    ]
    start = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    head = lines[start - 1 : function.body[0].end_lineno]  # to the end of the docstring
    return "\n".join([*imports, *([""] * 2 if imports else []), *head, "    ..."])
