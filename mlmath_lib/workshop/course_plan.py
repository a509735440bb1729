"""Put dates to a course plan of the page *Teaching*: a text, and a file for calendars.

``python -m mlmath_lib.workshop.course_plan semester 2027-02-15`` prints the plan
and writes ``_build/plans/semester.ics``.
"""

import argparse
import datetime
import re
import sys
from pathlib import Path
from typing import NamedTuple

from icalendar import Calendar, Event

from mlmath_lib.workshop.chapter import read_markdown
from mlmath_lib.workshop.checkout import root

OUTPUT = root() / "_build" / "plans"
SECTION = "Three course plans"
# The plans' first columns: how many days lie between one number and the next.
DAYS = {"day": 1, "session": 7, "weeks": 7}


class Row(NamedTuple):
    """A row of a plan: its number, and the other cells as text by their heading."""

    number: int
    cells: dict


def read_plans(text):
    """Read the course plans of the page for instructors.

    Parameters
    ----------
    text : str
        The page's Markdown.

    Returns
    -------
    dict
        For each plan's title the heading of its first column and a list of `Row`.

    References
    ----------
    GitHub Flavored Markdown, "Tables". https://github.github.com/gfm/#tables-extension-
    """
    plans, title, rows, inside, heading = {}, "", [], False, ""
    for piece in read_markdown(text):
        if piece.kind == "heading_open":
            heading = piece.what.tag
        elif piece.kind == "inline" and heading:
            inside = piece.what.content == SECTION if heading == "h2" else inside
            title, heading = piece.what.content, ""
        elif piece.kind == "tr_open":
            rows.append([])
        elif piece.kind == "inline" and rows:
            rows[-1].append(_plain(piece.what))
        elif piece.kind == "table_close":
            if inside:
                first, *others = rows[0]
                numbered = [
                    Row(int(number), dict(zip(others, cells, strict=True)))
                    for number, *cells in rows[1:]
                ]
                plans[title] = first, numbered
            rows = []
    return plans


def _plain(token):
    """Return what is read of a piece of Markdown."""
    return "".join(child.content for child in token.children or () if child.content)


def dated(plan, start):
    """Give each row of a plan its date.

    Parameters
    ----------
    plan : tuple
        The heading of the first column and the rows, from `read_plans`.
    start : datetime.date
        The day of the first row.

    Returns
    -------
    list of tuple
        Each row's date and its `Row`.
    """
    column, rows = plan
    step = datetime.timedelta(days=DAYS[column])
    return [(start + (row.number - 1) * step, row) for row in rows]


def as_text(title, rows):
    """Return a plan with its dates as text.

    Parameters
    ----------
    title : str
        The plan's title.
    rows : list of tuple
        From `dated`.

    Returns
    -------
    str
        A line for each date, and one below it for each further cell.
    """
    lines = [title, ""]
    for date, row in rows:
        cells = [f"{heading}: {text}" for heading, text in row.cells.items() if text]
        lines += [f"{date:%a %Y-%m-%d}  {cells[0]}", *(f"{'':16}{cell}" for cell in cells[1:])]
    return "\n".join(lines) + "\n"


def as_calendar(title, rows, *, stamp):
    """Return a plan with its dates as a file for calendars.

    Parameters
    ----------
    title : str
        The plan's title.
    rows : list of tuple
        From `dated`.
    stamp : datetime.datetime
        When the file is written.

    Returns
    -------
    bytes
        iCalendar, an event that lasts all day for each row.

    References
    ----------
    RFC 5545, "Internet Calendaring and Scheduling". https://www.rfc-editor.org/rfc/rfc5545
    """
    calendar = Calendar()
    calendar.add("prodid", "-//The Mathematics of Machine Learning//course plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    for date, row in rows:
        summary, *others = [f"{key}: {text}" for key, text in row.cells.items() if text]
        event = Event()
        event.add("uid", f"{date:%Y%m%d}-{row.number}-{_slug(title)}@mlmath")
        event.add("dtstamp", stamp)
        event.add("dtstart", date)
        event.add("summary", summary)
        if others:
            event.add("description", "\n".join(others))
        event.add("transp", "TRANSPARENT")  # the day stays free
        calendar.add_component(event)
    return calendar.to_ical()


def _slug(title):
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.course_plan", description=__doc__
    )
    parser.add_argument("plan", help="a word of the plan's title, such as semester")
    parser.add_argument("start", type=datetime.date.fromisoformat, help="the first day, YYYY-MM-DD")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the calendar goes")
    options = parser.parse_args(arguments)
    plans = read_plans((root() / "chapters" / "teaching.md").read_text(encoding="utf-8"))
    found = [title for title in plans if options.plan.lower() in title.lower()]
    if len(found) != 1:
        parser.error(f"no plan or several with {options.plan!r}; the plans are: {'; '.join(plans)}")
    [title] = found
    rows = dated(plans[title], options.start)
    print(as_text(title, rows))
    path = options.output / f"{options.plan.lower()}.ics"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_calendar(title, rows, stamp=datetime.datetime.now(datetime.UTC)))
    print(f"Wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
