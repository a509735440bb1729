"""What makes a chapter's exercises complete."""

import re
from collections import Counter

from mlmath_lib.workshop.chapter import read_exercises
from mlmath_lib.workshop.rules.text import labels_of_calls

EXERCISES = range(4, 9)
WRONG_ANSWERS = 2


def _directives(chapter):
    """Return number of the cell, kind and label of exercises and solutions, in order."""
    return [
        (number, directive.kind, directive.label)
        for number, directive in chapter.directives
        if directive.kind.startswith(("exercise", "solution"))
    ]


def its_exercises_have_solutions(chapter):
    directives = _directives(chapter)
    exercises = [label for _, kind, label in directives if kind.startswith("exercise")]
    solved = Counter()
    for number, kind, label in directives:
        if kind.startswith("exercise"):
            if not label.startswith("ex-"):
                yield f"cell {number}: an exercise needs the line :label: ex-topic-what"
            if exercises.count(label) > 1:
                yield f"cell {number}: exercise label {label} stands twice: rename one"
        elif kind == "solution-end":
            yield f"cell {number}: a solution ends with its check: drop {{solution-end}}"
        else:
            solved[label] += 1
            places = [n for n, what, name in directives if name == label and what[0] == "e"]
            if not places or places[0] > number:
                yield f"cell {number}: solution {label} must follow its exercise"
            if solved[label] > 1:
                yield f"cell {number}: exercise {label} has a second solution: join them"
    for label in exercises:
        if label not in solved:
            yield f"exercise {label} has no solution: add {{solution-start}} {label}"
    if len(exercises) not in EXERCISES:
        yield f"it has {len(exercises)} exercises; {EXERCISES[0]} to {EXERCISES[-1]} are needed"


def its_code_answers_are_checked(chapter):
    checks = labels_of_calls(chapter, "check")
    checking = {number for number, _ in checks}
    directives = _directives(chapter)
    exercises = {label for _, kind, label in directives if kind.startswith("exercise")}
    for number, cell in chapter.code:
        tagged = "solution" in cell.metadata.get("tags", [])
        if tagged and number in checking:
            yield f"cell {number}: check stands in a cell of its own, without the tag solution"
        if tagged and number not in chapter.in_solutions:
            yield f"cell {number}: the tag solution belongs between {{solution-start}} and check"
        if number in chapter.solution_ends and number not in checking:
            yield f"cell {number}: code of a solution must carry the tag solution"
    for label in [label for _, kind, label in directives if kind == "solution-start"]:
        if label not in {label for _, label in checks}:
            yield f'exercise {label} has code and no check: add check("{label}", ...)'
    for number, label in checks:
        if label not in exercises:
            yield f"cell {number}: check({label!r}) belongs to no exercise"


def its_exercises_make_an_assignment(chapter):
    try:
        exercises = read_exercises(chapter.notebook)
    except ValueError as error:
        yield str(error)
        return
    asked = Counter(exercise.answer for exercise in exercises if exercise.by_machine)
    for name, times in asked.items():
        if times > 1:
            yield f"two exercises ask for {name}, and one would overwrite the other: rename one"


def its_wrong_answers_are_written(chapter):
    if chapter.is_template:
        return
    place = f"tests/wrong_answers/{chapter.name}.md"
    path = chapter.book.root / place
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.findall(r"^## (ex-[\w-]+): ", text, re.MULTILINE)
    if len(found) < WRONG_ANSWERS:
        yield (
            f"{place} has {len(found)} wrong answers; at least {WRONG_ANSWERS} are needed: write "
            "realistic mistakes there, in the form of its neighbours"
        )
    labels = {label for _, kind, label in _directives(chapter) if kind == "exercise"}
    for label in found:
        if label not in labels:
            yield f"{place} answers {label}, which is no exercise of the chapter: correct its label"
