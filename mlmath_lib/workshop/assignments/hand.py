"""Answers that a person marks: one notebook for each exercise, with all of its answers.

Whoever marks reads the answers one below the other, typeset as their authors saw them, and
writes the marks into the cell below each. Grading again keeps what was written there.
"""

import copy
import hashlib
import re
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook, new_raw_cell

_KEY = "mlmath"  # in a cell's metadata: whose answer it belongs to, and what it is
_HOW = """# {title}: {points} points by hand

Write the marks of each answer after `marks:` in the cell below it, and after `comment:` what the
student is to read, if anything. Save, and run `make grade` again: the totals and the feedback
then hold what you wrote here."""
_GONE = "# No longer handed in\n\nThe marks of these answers are kept in case they come back."
_NONE = "*No answer.*"


class Given(NamedTuple):
    """What a person gave for one answer; ``points`` is None until there are marks."""

    points: float | None = None
    comment: str = ""
    problem: str = ""


def answer_cells(notebook, label):
    """Return the cells of a submission that answer an exercise.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        What a student handed in.
    label : str
        The exercise's label.

    Returns
    -------
    list of nbformat.NotebookNode
        What stands between its statement and the next exercise or section, and is not
        empty. The line that asks for the answer is left out.
    """
    found, inside = [], False
    for cell in notebook.cells:
        source = cell.source.strip()
        if f":label: {label}\n" in f"{source}\n":
            inside = True
        elif (
            inside and cell.cell_type == "markdown" and re.search(r"^## |:label: ex-", source, re.M)
        ):
            break
        elif inside:
            kept = copy.deepcopy(cell)
            kept.source = re.sub(r"^\*Your answer \(\d+ points?, graded by hand\):\*", "", source)
            kept.source = kept.source.strip()
            if kept.source:
                found.append(kept)
    return found


def code_of(name, seed):
    """Return the word that stands for a submission where names are not to be seen.

    Parameters
    ----------
    name : str
        The submission's name.
    seed : int
        The assignment's seed: another assignment has other words.

    Returns
    -------
    str
        Six letters and digits.
    """
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()[:6]


def read_marks(path, points):
    """Read what a person wrote into the notebook of one exercise.

    Parameters
    ----------
    path : Path
        The notebook; it need not exist.
    points : int
        The most that an answer can get.

    Returns
    -------
    dict
        A `Given` for each answer, by the code of its submission.
    """
    if not path.is_file():
        return {}
    return {
        code: _read(cells[-1].source, points)
        for code, cells in _blocks(nbformat.read(path, as_version=4)).items()
    }


def _read(source, points):
    """Read one cell of marks."""
    marks, _, comment = source.partition("comment:")
    text = marks.partition("marks:")[2].strip()
    comment = comment.strip()
    if not text:
        return Given(None, comment)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1
    if not 0 <= number <= points:
        return Given(None, comment, f"marks must be a number from 0 to {points}; got {text!r}")
    return Given(number, comment)


def _blocks(notebook):
    """Return the cells of each answer by the code of its submission; the last holds the marks."""
    blocks = {}
    for cell in notebook.cells:
        if code := cell.metadata.get(_KEY):
            blocks.setdefault(code, []).append(cell)
    return {code: cells for code, cells in blocks.items() if cells[-1].cell_type == "raw"}


def write_sheet(path, exercise, submissions, *, seed, anonymous=False):
    """Write or renew the notebook of one exercise; marks that stand in it are kept.

    Parameters
    ----------
    path : Path
        The notebook.
    exercise : dict
        Its ``label``, ``title``, ``points``, ``statement`` and ``solution``.
    submissions : dict
        The notebooks that were handed in, by name.
    seed : int
        The assignment's seed, for `code_of`.
    anonymous : bool, default False
        Whether to show codes in place of names, and in their order.
    """
    old = _blocks(nbformat.read(path, as_version=4)) if path.is_file() else {}
    cells = [
        new_markdown_cell(_HOW.format(**exercise), id="how"),
        new_markdown_cell(exercise["statement"], id="statement"),
        new_markdown_cell(f"**Worked solution**\n\n{exercise['solution']}", id="solution"),
    ]
    codes = {code_of(name, seed): name for name in sorted(submissions)}
    for code in sorted(codes) if anonymous else codes:
        name = codes[code]
        title = f"## Answer {code}" if anonymous else f"## {name}"
        answers = answer_cells(submissions[name], exercise["label"])
        marks = f"marks: {'' if answers else 0}\ncomment: "
        if code in old and not (_is_empty(old[code]) and answers):
            marks = old[code][-1].source
        answers = answers or [new_markdown_cell(_NONE)]
        changed = code in old and _texts(old[code][1:-1]) != _texts(answers)
        if changed and _read(marks, exercise["points"]).points is not None:
            title += "\n\n**This answer has changed since it was marked.**"
        block = [new_markdown_cell(title), *answers, new_raw_cell(marks)]
        cells += [_tagged(cell, code, number) for number, cell in enumerate(block)]
    gone = [cell for code in old.keys() - codes.keys() for cell in old[code]]
    if gone:
        cells += [new_markdown_cell(_GONE, id="gone"), *gone]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


def _is_empty(block):
    return _texts(block[1:-1]) == [_NONE]


def _texts(cells):
    return [cell.source for cell in cells]


def _tagged(cell, code, number):
    cell.metadata = nbformat.from_dict({_KEY: code})
    cell.id = f"{code}-{number}"
    return cell
