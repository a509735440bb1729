"""A course plan with its dates: as text, and as a calendar reads it."""

import datetime

import pytest

pytest.importorskip("icalendar", reason="icalendar is not installed: make test installs it")

import icalendar

from mlmath_lib.workshop.checkout import root
from mlmath_lib.workshop.course_plan import DAYS, as_text, dated, main, read_plans

TEACHING = (root() / "chapters" / "teaching.md").read_text(encoding="utf-8")
PAGE = """
## The parts

| part | hours |
|---|---|
| One | 2 |

## Three course plans

### A term

| weeks | chapters | assignment |
|---|---|---|
| 1 | [Sums](a/sums.ipynb), products | |
| 3 | the *rest*, about $e^x$ | Sums |

## Assign
"""
MONDAY = datetime.date(2027, 2, 15)


def test_a_plan_is_read_from_its_table():
    assert read_plans(PAGE) == {
        "A term": (
            "weeks",
            [
                (1, {"chapters": "Sums, products", "assignment": ""}),
                (3, {"chapters": "the rest, about e^x", "assignment": "Sums"}),
            ],
        )
    }


def test_rows_get_dates():
    plan = read_plans(PAGE)["A term"]
    assert [date for date, _ in dated(plan, MONDAY)] == [MONDAY, datetime.date(2027, 3, 1)]
    assert as_text("A term", dated(plan, MONDAY)) == (
        "A term\n\n"
        "Mon 2027-02-15  chapters: Sums, products\n"
        "Mon 2027-03-01  chapters: the rest, about e^x\n"
        "                assignment: Sums\n"
    )


def test_the_page_has_three_plans_that_can_be_dated():
    plans = read_plans(TEACHING)
    assert len(plans) == 3
    for column, rows in plans.values():
        assert column in DAYS
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))


def test_the_command_prints_and_writes_a_calendar(tmp_path, capsys):
    assert main(["semester", "2027-02-15", "--output", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Mon 2027-02-15  chapters: " in said
    calendar = icalendar.Calendar.from_ical((tmp_path / "semester.ics").read_bytes())
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [
        MONDAY + datetime.timedelta(weeks=week) for week in range(len(events))
    ]
    assert len({event["uid"] for event in events}) == len(events) > 10
    for event in events:
        assert str(event["summary"]).removeprefix("chapters: ") in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", "2027-02-15"], "the plans are: "),
        (["a", "2027-02-15"], "no plan or several with 'a'"),
        (["semester", "15.2.2027"], "invalid fromisoformat value: '15.2.2027'"),
    ],
)
def test_a_typed_command_names_the_remedy(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err
