"""The students' notebook: a chapter without its answers."""

import ast
import copy
import re

import nbformat

from mlmath_lib.workshop.assignments.dependencies import needed
from mlmath_lib.workshop.chapter import ends_solution, read_exercises, read_markdown


def students_notebook(notebook):
    """Return the notebook of a chapter without its results and solutions.

    A function that is asked for keeps its signature and docstring, with ``...`` for its
    body; the checks stay, each with the imports and data that it needs, so that it works
    in a fresh kernel. Exercises that are graded by hand get a cell for the answer.

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
    code = {number for exercise in exercises for number in exercise.code_cells}
    checks = {
        exercise.check_cell: _check(notebook, exercise, code)
        for exercise in exercises
        if exercise.by_machine
    }
    by_hand = {
        max(exercise.solution_cells): exercise for exercise in exercises if not exercise.by_machine
    }
    kept, opened = [], False
    for number, cell in enumerate(notebook.cells, start=1):
        opened = opened and not ends_solution(cell)
        if number in code:
            kept.append(_unrun(cell, _stub(cell.source)))
        elif number in checks:
            kept.append(_unrun(cell, checks[number]))
        elif cell.cell_type == "code":
            kept.append(cell)
        else:
            text, opened = _without_answers(cell.source, opened)
            if text == cell.source:
                kept.append(cell)
            elif text:
                cell.metadata.pop("jupyter", None)  # what is left is not folded
                cell.source = text
                kept.append(cell)
        if number in by_hand:
            points = f"*Your answer ({by_hand[number].points} points, graded by hand):*"
            kept.append(nbformat.v4.new_markdown_cell(points, id=f"{cell.id}-answer"))
    notebook.cells = kept
    return notebook


def _without_answers(text, opened):
    """Return a cell's text without answers, and whether a solution is open after it."""
    lines = text.splitlines()
    hidden, start = set(), 0
    for piece in read_markdown(text):
        directive = piece.what
        if piece.kind != "directive" or not directive.is_answer:
            continue
        if directive.kind == "solution-start":
            opened, start = True, directive.first
        hidden.update(range(directive.first, directive.end))
    if opened:
        hidden.update(range(start, len(lines)))
    if not hidden:
        return text, opened
    left = "\n".join(line for number, line in enumerate(lines) if number not in hidden)
    return re.sub(r"\n{3,}", "\n\n", left).strip(), opened


def _check(notebook, exercise, code):
    """Return a check with what it needs of the cells before it, and the answer's usual imports."""
    before = [
        cell.source
        for number, cell in enumerate(notebook.cells[: exercise.check_cell - 1], start=1)
        if cell.cell_type == "code" and number not in code
        if "raises-exception" not in cell.metadata.get("tags", ())
    ]
    check = notebook.cells[exercise.check_cell - 1].source
    solution = "\n".join(notebook.cells[number - 1].source for number in exercise.code_cells)
    usual = [line for line in needed(before, solution) if line.startswith("import ")]
    task = "\n".join([*(_stub(solution).splitlines()), check])
    own = [line for line in needed(before, task) if line not in usual]
    imports = [line for line in own if line.startswith(("import ", "from "))]
    data = [line for line in own if line not in imports]
    lines = [*(line for line in usual if line not in check.splitlines()), *imports]
    if data:
        lines += ["", "# From the chapter:", *data]
    return "\n".join([*lines, "", check] if lines else [check])


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
