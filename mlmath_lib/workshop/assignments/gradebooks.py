"""Write the tables of an assignment: grades, what each student reads, and files for platforms."""

import csv
import re
from pathlib import PurePosixPath
from typing import NamedTuple

# How the platforms name what they pack; see `identify`.
_CANVAS = re.compile(r"^[^_/]+(?:_LATE)?_(?P<id>\d+)_\d+_")
_MOODLE = re.compile(r"(?:^|/)(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_file")
# What a roster, exported by either platform, may know a student by.
_IDS = ["ID", "Identifier", "SIS User ID", "SIS Login ID", "Email address", "ID number", "Username"]
_NAMES = ["Student", "Full name"]
CANVAS_STUDENT = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE_STUDENT = ["Identifier", "Full name", "Email address"]


class Result(NamedTuple):
    """What one submission got: by the machine (a `Marked`), and by hand (`Given` by label)."""

    marked: object
    given: dict


def points_of(result, exercise):
    """Return what a submission got for one exercise, or None if that is not known.

    Parameters
    ----------
    result : Result
        Of the submission.
    exercise : dict
        Its ``label``, and ``by_machine``.

    Returns
    -------
    float or None
        The points.
    """
    if exercise["by_machine"]:
        return result.marked.scores.get(exercise["label"])
    given = result.given.get(exercise["label"])
    return given.points if given else None


def total_of(result, exercises):
    """Return the sum of all exercises, or None while one of them is not marked.

    Parameters
    ----------
    result : Result
        Of the submission.
    exercises : list of dict
        All of the assignment's.

    Returns
    -------
    float or None
        The sum.
    """
    points = [points_of(result, exercise) for exercise in exercises]
    return None if None in points else sum(points)


def write_grades(path, results, exercises, codes=None):
    """Write the table: a row for each submission, a column for each exercise, and the total.

    Parameters
    ----------
    path : Path
        The file.
    results : dict
        A `Result` for each submission, by name.
    exercises : list of dict
        All of the assignment's, with ``title``, ``points``, ``by_machine``.
    codes : dict, optional
        The codes that stand for the submissions where names are hidden.
    """
    columns = [
        f"{exercise['title']} ({'' if exercise['by_machine'] else 'by hand, '}"
        f"of {exercise['points']})"
        for exercise in exercises
    ]
    most = sum(exercise["points"] for exercise in exercises)
    header = ["submission", *(["code"] if codes else []), *columns, f"total (of {most})", "status"]
    rows = [
        [
            name,
            *([codes[name]] if codes else []),
            *(_number(points_of(result, exercise)) for exercise in exercises),
            _number(total_of(result, exercises)),
            result.marked.status,
        ]
        for name, result in sorted(results.items())
    ]
    # A spreadsheet takes the mark at the start for UTF-8, and names keep their accents.
    _write(path, [header, *rows], encoding="utf-8-sig")


def feedback(result, exercises):
    """Return what a student reads, in the chapter's order.

    Parameters
    ----------
    result : Result
        Of the submission.
    exercises : list of dict
        All of the assignment's.

    Returns
    -------
    str
        Markdown.
    """
    if not result.marked.scores:
        return f"{result.marked.status}\n"
    open_ = [entry["title"] for entry in exercises if points_of(result, entry) is None]
    known = sum(points_of(result, entry) or 0 for entry in exercises)
    most = sum(entry["points"] for entry in exercises)
    lines = [f"{known:g} of {most} points" + (" so far" if open_ else ""), ""]
    for exercise in exercises:
        points = points_of(result, exercise)
        got = "not marked yet" if points is None else f"{points:g} of {exercise['points']}"
        lines.append(f"- **{exercise['title']}**: {got}")
        label = exercise["label"]
        said = (
            result.marked.messages.get(label, "")
            if exercise["by_machine"]
            else getattr(result.given.get(label), "comment", "")
        )
        if said:
            lines += ["  " + line for line in said.splitlines()]
    return "\n".join(lines) + "\n"


def read_roster(path):
    """Read a list of students, as Canvas (Export Gradebook) or Moodle (grading worksheet) write it.

    Parameters
    ----------
    path : Path
        A CSV file with one of the columns ``ID``, ``SIS Login ID``, ``Identifier``,
        ``Email address``, …

    Returns
    -------
    list of dict
        Its rows.

    Raises
    ------
    ValueError
        If it has none of these columns.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [*_IDS, *_NAMES]
    if not rows or not set(known) & rows[0].keys():
        raise ValueError(f"{path} is no roster: it needs one of the columns {', '.join(known)}")
    return [row for row in rows if "Points Possible" not in (row.get("Student") or "")]


def identify(name, roster=()):
    """Say whose submission a file is.

    Parameters
    ----------
    name : str
        The submission's name: its path in the folder, without the ending.
    roster : list of dict, optional
        From `read_roster`.

    Returns
    -------
    dict
        The platform's columns and their values: the one row of the roster whose id or
        name stands in the file's name, or else the id that Canvas or Moodle put there.
        Empty if nobody is found.

    References
    ----------
    Canvas, ``lib/content_zipper.rb``. https://github.com/instructure/canvas-lms
    Moodle, ``mod/assign/locallib.php``, `download_submissions`.
    https://github.com/moodle/moodle
    """
    for columns, plain in ((_IDS, _words), (_NAMES, _letters)):
        rows = [
            row
            for row in roster
            if any(row.get(column) and plain(row[column]) <= plain(name) for column in columns)
        ]
        if len(rows) == 1:
            return dict(rows[0])
    if roster:
        return {}
    if found := _MOODLE.search(name):
        return {"Identifier": f"Participant {found['id']}", "Full name": found["name"]}
    if found := _CANVAS.match(PurePosixPath(name).name):
        return {"Student": name.split("_")[0], "ID": found["id"]}
    return {}


def _words(text):
    """Return the ids that stand in a text: its words with a digit, and addresses."""
    return {word for word in re.split(r"[\s_/]+", text.lower()) if re.search(r"[\d@]", word)} or {
        text.lower()
    }


def _letters(text):
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def write_canvas(path, title, results, exercises, identities):
    """Write the file that Canvas imports: Gradebook, Import.

    Parameters
    ----------
    path : Path
        The file.
    title : str
        The assignment's name in Canvas.
    results : dict
        A `Result` for each submission, by name.
    exercises : list of dict
        All of the assignment's.
    identities : dict
        From `identify`, by the submission's name.

    Returns
    -------
    int
        How many students it names; nothing is written if there are none.

    References
    ----------
    Canvas, ``lib/gradebook_importer.rb``: the first columns must be these, a row may hold
    the points possible, and students are found by ID, SIS ids or name.
    https://github.com/instructure/canvas-lms
    """
    most = sum(exercise["points"] for exercise in exercises)
    rows = [
        [*(identities[name].get(column, "") for column in CANVAS_STUDENT), _number(total)]
        for name, result in sorted(results.items())
        if identities[name].keys() & {"ID", "SIS Login ID"}
        if (total := total_of(result, exercises)) is not None
    ]
    if rows:
        possible = ["    Points Possible", "", "", "", "", most]
        _write(path, [[*CANVAS_STUDENT, title], possible, *rows])
    return len(rows)


def write_moodle(path, results, exercises, identities):
    """Write the file that Moodle imports: the assignment's offline grading worksheet.

    Parameters
    ----------
    path : Path
        The file.
    results : dict
        A `Result` for each submission, by name.
    exercises : list of dict
        All of the assignment's.
    identities : dict
        From `identify`, by the submission's name.

    Returns
    -------
    int
        How many students it names; nothing is written if there are none.

    References
    ----------
    Moodle, ``mod/assign/feedback/offline/importgradeslib.php``: it needs Identifier, Grade
    and Last modified (grade). https://github.com/moodle/moodle
    """
    most = sum(exercise["points"] for exercise in exercises)
    rows = [
        [
            *(identities[name].get(column, "") for column in MOODLE_STUDENT),
            _number(total),
            most,
            "-",
        ]
        for name, result in sorted(results.items())
        if identities[name].keys() & {"Identifier", "Email address"}
        if (total := total_of(result, exercises)) is not None
    ]
    if rows:
        header = [*MOODLE_STUDENT, "Grade", "Maximum Grade", "Last modified (grade)"]
        _write(path, [header, *rows])
    return len(rows)


def _number(value):
    return "" if value is None else f"{value:g}"


def _write(path, rows, encoding="utf-8"):
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([_plain(cell) for cell in row] for row in rows)


def _plain(value):
    """Return what a spreadsheet shows as it is, and does not take for a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = str(value)
    if text == "-" or not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    return f"'{text}"
