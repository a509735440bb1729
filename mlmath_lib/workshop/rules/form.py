"""The form of a chapter that is clear at first reading: sizes, order, pictures, questions."""

from itertools import pairwise
from math import ceil

from mlmath_lib.workshop.chapter import END, EXERCISES, FURTHER, MAIN, read_questions
from mlmath_lib.workshop.rules.pictures import pictures

MAIN_WORDS, MAIN_CELLS, MAIN_LINES = 2000, 35, 120
WORDS, CELLS = 3200, 55  # before the exercises
COLUMNS = 80
FIRST_PICTURE = 5
IDEAS = 3
CHOICES = range(2, 5)
PROOF_LINES, LINE = 8, 100  # a line is as long as one of the source


def its_main_path_is_short(chapter):
    size = chapter.size(MAIN, folded=False)
    for count, most, what in (
        (size.words, MAIN_WORDS, "words"),
        (size.cells, MAIN_CELLS, "cells"),
        (size.lines_of_code, MAIN_LINES, "visible lines of code"),
    ):
        if count > most:
            yield (
                f"the main path has {count} {what}; at most {most}: fold, move to a section "
                '"Going further: …", split the chapter, or cut'
            )


def it_is_short(chapter):
    size = chapter.size(MAIN, FURTHER, folded=True)
    for count, most, what in ((size.words, WORDS, "words"), (size.cells, CELLS, "cells")):
        if count > most:
            yield f"it has {count} {what} before the exercises; at most {most}: split it, or cut"


def its_second_reading_comes_last(chapter):
    sections = [heading for heading in chapter.headings if heading.level == 2]
    zones = [chapter.zone(heading.cell, heading.first) for heading in sections]
    order = [MAIN, FURTHER, EXERCISES, END]
    for (_, before), (heading, zone) in pairwise(zip(sections, zones, strict=True)):
        if order.index(zone) < order.index(before):
            yield (
                f'cell {heading.cell}: the section "{heading.title}" must stand before what is '
                f"for the {before}: the order is {', '.join(order)}"
            )
    for heading, zone in zip(sections, zones, strict=True):
        if zone == FURTHER and not heading.title.startswith("Going further: "):
            yield f'cell {heading.cell}: write the title as "Going further: what it is about"'
    further = chapter.size(FURTHER, folded=True).words
    whole = chapter.size(MAIN, FURTHER, folded=True).words
    if 3 * further > whole:
        yield (
            f"what goes further has {further} of {whole} words before the exercises; at most a "
            "third: make it a chapter, or cut"
        )


def its_long_proofs_are_folded(chapter):
    for number, proof in chapter.directives:
        around = (proof, *proof.inside)
        if proof.kind != "prf:proof" or any(directive.folded for directive in around):
            continue
        lines = 0
        for _, piece in chapter.pieces:
            if proof not in piece.inside:
                continue
            if piece.kind == "inline":
                lines += ceil(len(piece.what.content) / LINE)
            elif piece.kind in {"math_block", "math_block_label", "amsmath"}:
                lines += 1 + piece.what.content.count(r"\\")
        if lines > PROOF_LINES:
            yield (
                f"cell {number}: a proof of {lines} lines; one of more than {PROOF_LINES} is "
                "folded: add :class: dropdown, and say before it in a sentence why it is true"
            )


def its_code_fits_a_narrow_column(chapter):
    for number, cell in chapter.code:
        for line in cell.source.splitlines():
            if len(line) > COLUMNS:
                yield (
                    f"cell {number}: a line of {len(line)} columns; at most {COLUMNS}: break "
                    f"{line.strip()[:40]!r}"
                )


def its_first_screen_has_a_picture(chapter):
    first = next((number for number, _ in pictures(chapter)), None)
    if first is None or first > FIRST_PICTURE:
        yield (
            f"its first picture is in cell {first}; at the latest in cell {FIRST_PICTURE}: open "
            "with one, right after the set-up, and leave the question open"
        )


def its_drawing_code_is_folded(chapter):
    drawing = {number for name in ("show", "explore") for number, _ in chapter.calls(name)}
    for number, cell in chapter.code:
        tags = cell.metadata.get("tags", ())
        if number in drawing and not {"hide-input", "solution"} & set(tags):
            yield f"cell {number}: draws a picture: tag it hide-input"


def it_has_at_most_three_main_ideas(chapter):
    ideas = _ideas(chapter)
    if len(ideas) > IDEAS:
        titles = "; ".join(heading.title for heading in ideas)
        yield (
            f"{len(ideas)} sections of the main path state a definition or theorem ({titles}); "
            f"at most {IDEAS}: join what is one idea, or move one out"
        )


def it_asks_a_question_for_each_main_idea(chapter):
    questions = read_questions(chapter)
    asked = sum(chapter.zone(question.cell, question.first) == MAIN for question in questions)
    needed = max(1, len(_ideas(chapter)))
    if asked < needed:
        yield (
            f"the main path asks {asked} questions and has {needed} main ideas: add an admonition "
            "of class question, with two to four dropdowns (see the template), for each"
        )


def its_questions_have_one_right_answer(chapter):
    for question in read_questions(chapter):
        right = sum(choice.is_right for choice in question.choices)
        if len(question.choices) not in CHOICES:
            yield (
                f"cell {question.cell}: a question with {len(question.choices)} choices; "
                f"{CHOICES[0]} to {CHOICES[-1]} are needed, each a dropdown inside the question"
            )
        elif right != 1:
            yield (
                f"cell {question.cell}: {right} choices of the question begin their feedback with "
                '"Right"; exactly one must'
            )
        if not question.text:
            yield f"cell {question.cell}: the question has no text before its choices: ask it there"
        for choice in question.choices:
            if not choice.text or not choice.feedback:
                yield (
                    f"cell {question.cell}: a choice needs its text as the dropdown's title, and "
                    "a sentence of feedback in it"
                )


def _ideas(chapter):
    """Return the sections of the main path that state a definition or theorem."""
    sections = [heading for heading in chapter.headings if heading.level == 2]
    stating = set()
    for number, directive in chapter.directives:
        if directive.kind.startswith("prf:") and directive.kind != "prf:proof":
            above = [h for h in sections if (h.cell, h.first) <= (number, directive.first)]
            if above and chapter.zone(number, directive.first) == MAIN:
                stating.add(above[-1])
    return [heading for heading in sections if heading in stating]
