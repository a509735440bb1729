"""Write the questions of all chapters as banks that learning platforms import.

``python -m mlmath_lib.workshop.questions`` (``make questions``) writes, for the book and for
each chapter, a text that people can read and edit, and a QTI package made of it by text2qti.
"""

import argparse
import sys
from pathlib import Path

from text2qti.config import Config
from text2qti.err import Text2qtiError
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from mlmath_lib.workshop.chapter import plain_markdown, read_chapter, read_questions
from mlmath_lib.workshop.checkout import root

MARKERS = "abcd"


def bank(chapters, title):
    """Return the questions of some chapters in text2qti's form.

    Parameters
    ----------
    chapters : list of Chapter
        The chapters.
    title : str
        The title of the bank.

    Returns
    -------
    str
        The text; empty if no chapter asks anything.

    References
    ----------
    text2qti. https://github.com/gpoore/text2qti
    """
    blocks = []
    for chapter in chapters:
        for question in read_questions(chapter):
            number = len(blocks) + 1
            lines = [f"Title: {plain_markdown(chapter.title)}", *_item(f"{number}.", question.text)]
            for marker, choice in zip(MARKERS, question.choices, strict=False):
                lines += _item(f"{'*' if choice.is_right else ''}{marker})", choice.text)
                lines += _item("...", choice.feedback)
            blocks.append("\n".join(lines))
    return "\n\n".join([f"Quiz title: {title}", *blocks]) + "\n" if blocks else ""


def _item(marker, text):
    """Return an item's lines: what follows its marker's line is indented as far."""
    first, *others = plain_markdown(text).splitlines() or [""]
    margin = " " * (len(marker) + 1)
    return [f"{marker} {first}", *(f"{margin}{line}" if line.strip() else "" for line in others)]


def write_bank(chapters, title, path):
    """Write the questions of some chapters as text and as a QTI package.

    Parameters
    ----------
    chapters : list of Chapter
        The chapters.
    title : str
        The title of the bank.
    path : Path
        The package, which ends in ``.zip``; the text stands beside it.

    Returns
    -------
    int
        The number of questions; without any, nothing is written.

    Raises
    ------
    ValueError
        If text2qti refuses a question, for example because it has no right answer.

    References
    ----------
    IMS Global, "Question and Test Interoperability", version 1.2.
    https://www.imsglobal.org/question/index.html
    """
    text = bank(chapters, title)
    if not text:
        return 0
    try:
        quiz = Quiz(text, config=Config(), source_name=title)
    except Text2qtiError as error:
        said = " ".join(str(error).split())
        raise ValueError(f"{title}: {said}. The rules of form name the question") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    QTI(quiz).save(path)
    return len(quiz.questions_and_delims)


def main(arguments=None):
    """Run the command line; return 0, or raise an error that names the chapter."""
    parser = argparse.ArgumentParser(
        prog="python -m mlmath_lib.workshop.questions", description=__doc__
    )
    output = root() / "_build" / "questions"
    parser.add_argument("--output", type=Path, default=output, help="where the banks go")
    options = parser.parse_args(arguments)
    paths = sorted((root() / "chapters").glob("*/*.ipynb"))
    chapters = [read_chapter(path) for path in paths]
    for chapter in chapters:
        count = write_bank([chapter], chapter.title, options.output / f"{chapter.name}.zip")
        print(f"{chapter.name}: {count} questions")
    title = "The Mathematics of Machine Learning"
    count = write_bank(chapters, title, options.output / "book.zip")
    print(f"{count} questions in {options.output}, as text and as QTI packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
