"""Find the statements of a chapter on which a piece of its code depends.

A grader then need not run a chapter's experiments to have its worked solutions, and a check
cell can carry what it needs.
"""

import ast
import builtins
import symtable
from typing import NamedTuple


class _Statement(NamedTuple):
    source: str
    sets: set  # names that it gives a value
    changes: set  # names whose value it may change in place
    reads: set  # names that it reads when it runs
    reads_later: set  # names that its functions read when they are called
    final: bool  # whether the names that it sets hold nothing of their former values


def needed(sources, wanted):
    r"""Return the statements that must run before some code, in their order.

    It follows names: the last statement that sets one, and those that change its value
    after that by a method or an index.

    Parameters
    ----------
    sources : list of str
        The cells that come before.
    wanted : str
        The code that is to run.

    Returns
    -------
    list of str
        The statements as they are written, without comments between them.

    References
    ----------
    Weiser, "Program Slicing", *IEEE Transactions on Software Engineering* 10 (1984),
    352-357. https://doi.org/10.1109/TSE.1984.5010248

    Examples
    --------
    >>> needed(["import math", "x = 1\nprint(x)", "x = 2", "y = [x]\ny.append(3)"], "sum(y)")
    ['x = 2', 'y = [x]', 'y.append(3)']
    """
    statements = [entry for source in sources for entry in _statements(source)]
    start = len(statements)
    statements += _statements(wanted)
    end = len(statements)
    kept, asked, open_questions = set(), set(), []
    for number in range(start, end):
        _ask(open_questions, statements[number], number, end)
    while open_questions:
        if (question := open_questions.pop()) in asked:
            continue
        asked.add(question)
        name, before = question
        for number in reversed(range(before)):
            entry = statements[number]
            if name not in entry.sets | entry.changes:
                continue
            if number < start and number not in kept:
                kept.add(number)
                _ask(open_questions, entry, number, end)
            if name in entry.sets and entry.final:
                break
    return [statements[number].source for number in sorted(kept)]


def _ask(open_questions, entry, number, end):
    """Note which names a statement reads, and before which place they must have been set."""
    open_questions += [(name, number) for name in entry.reads]
    # A function reads a name when it is called: at once, or at the end.
    open_questions += [(name, place) for name in entry.reads_later for place in (number, end)]


def _statements(source):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell that shows one
        return []
    lines = source.splitlines()
    return [_statement(node, lines) for node in tree.body]


def _statement(node, lines):
    start = min([node.lineno, *(entry.lineno for entry in getattr(node, "decorator_list", ()))])
    source = "\n".join(lines[start - 1 : node.end_lineno])
    table = symtable.symtable(ast.unparse(node), "<chapter>", "exec")
    symbols = table.get_symbols()
    sets = {entry.get_name() for entry in symbols if entry.is_assigned() or entry.is_imported()}
    reads = {entry.get_name() for entry in symbols if entry.is_referenced()}
    simple = ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom
    return _Statement(
        source=source,
        sets=sets,
        changes=_changed(node),
        reads=reads - set(dir(builtins)),
        reads_later=_global_reads(table) - set(dir(builtins)),
        final=isinstance(node, simple | ast.FunctionDef | ast.ClassDef),
    )


def _global_reads(table):
    """Return the names of the module that its functions and classes read."""
    found = set()
    for child in table.get_children():
        symbols = child.get_symbols()
        found |= {entry.get_name() for entry in symbols if entry.is_global()}
        found |= _global_reads(child)
    return found


def _changed(node):
    """Return the names that are assigned into, or whose method is called for its effect."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript | ast.Attribute) and not isinstance(part.ctx, ast.Load):
            found.add(_base(part))
        elif (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Call)
            and isinstance(part.value.func, ast.Attribute)
        ):
            found.add(_base(part.value.func))
    return found - {None}


def _base(node):
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
