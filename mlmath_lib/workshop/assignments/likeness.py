"""Name answers that are more alike than two right answers have to be."""

import ast
import difflib
import itertools
import re
from typing import NamedTuple

ALIKE = 0.9  # of two answers, from 0 to 1
BEYOND = 0.15  # how much more alike they must be than each is to the worked solution
SHORTEST = 30  # tokens or words: shorter answers are alike by themselves


class Pair(NamedTuple):
    """Two submissions whose answers to one exercise are nearly the same."""

    title: str
    first: str
    second: str
    share: float


def code_tokens(source, name):
    """Return the tokens of a function, with names in the order in which they come.

    Other names, comments, layout and docstrings make no difference.

    Parameters
    ----------
    source : str
        A cell's code, or several.
    name : str
        The function's name.

    Returns
    -------
    list of str
        Empty if there is no such function.

    Examples
    --------
    >>> code_tokens("def f(a): return a + 1", "f") == code_tokens("def f(b): return b+1", "f")
    True
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    found = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not found:
        return []
    function = found[-1]
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    own = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)} | {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    order = {}
    return [
        f"n{order.setdefault(token, len(order))}" if token in own else token
        for token in re.findall(r"\w+|[^\w\s]", ast.unparse(function))
    ]


def words(text):
    """Return the words and numbers of a text.

    Parameters
    ----------
    text : str
        An answer in words and formulas.

    Returns
    -------
    list of str
        In lower case.
    """
    return re.findall(r"\w+|[+\-*/=^<>]", text.lower())


def alike(title, answers, solution):
    """Return the pairs of answers that are nearly the same, and not because both are right.

    Two right answers to a small exercise resemble each other since both resemble the
    worked solution. So a pair is named only if it is much more alike than that.

    Parameters
    ----------
    title : str
        The exercise's.
    answers : dict
        The tokens of each submission's answer, by the submission's name.
    solution : list of str
        The tokens of the worked solution.

    Returns
    -------
    list of Pair
        The most alike first.

    References
    ----------
    Python, "difflib", the method of Ratcliff and Obershelp.
    https://docs.python.org/3/library/difflib.html

    Examples
    --------
    >>> text = "the sum telescopes so only the ends are left " * 5
    >>> alike("Proof", {"Ada": words(text), "Bob": words(text), "Eve": words("No.")}, [])
    [Pair(title='Proof', first='Ada', second='Bob', share=1.0)]
    """
    long = {name: tokens for name, tokens in answers.items() if len(tokens) >= SHORTEST}
    inevitable = {name: _ratio(tokens, solution) for name, tokens in long.items()}
    pairs = []
    for first, second in itertools.combinations(sorted(long), 2):
        least = max(ALIKE, max(inevitable[first], inevitable[second]) + BEYOND)
        if least <= 1 and (share := _ratio(long[first], long[second], least)) >= least:
            pairs.append(Pair(title, first, second, share))
    return sorted(pairs, key=lambda pair: -pair.share)


def _ratio(first, second, least=0.0):
    """Return how much two sequences agree, from 0 to 1; 0 if that is less than needed."""
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()
