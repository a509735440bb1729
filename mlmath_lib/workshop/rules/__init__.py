"""The rules of the book: functions that say what a chapter breaks, and the remedy.

A rule takes a `Chapter` and yields one sentence for each thing that breaks it; its name says
the rule. `tests/workshop/test_rules.py` applies all of them to all chapters and shows that
each can fail. One module for each subject:

- ``stored``: what the file may hold: normal form, outputs, imports;
- ``text``: title, needs, set-up, equations, references;
- ``pictures``: figures and explorers;
- ``exercises``: exercises, solutions, checks, wrong answers;
- ``form``: sizes, order, questions: what makes a chapter clear at first reading;
- ``book``: what the files of the book must keep together.
"""

from mlmath_lib.workshop.rules import exercises, form, pictures, stored, text
from mlmath_lib.workshop.rules.book import (
    Book,
    contents_problems,
    import_problems,
    layout_problems,
    name_problems,
    needs_problems,
    once_problems,
    trace_problems,
)
from mlmath_lib.workshop.rules.text import source_problems

__all__ = [
    "RULES",
    "Book",
    "contents_problems",
    "import_problems",
    "layout_problems",
    "name_problems",
    "needs_problems",
    "once_problems",
    "source_problems",
    "trace_problems",
]


def _rules(*modules):
    """Return the rules of some modules under their names in words."""
    return {
        name.replace("_", " "): function
        for module in modules
        for name, function in vars(module).items()
        if name.startswith(("it_", "its_"))
    }


RULES = _rules(stored, text, pictures, exercises, form)
