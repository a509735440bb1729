"""The questions of the chapters as banks: what a learning platform gets is what a chapter asks."""

import html
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

pytest.importorskip("text2qti", reason="text2qti is not installed: make test installs it")

from mlmath_lib.workshop.chapter import Chapter, read_chapter, read_markdown, read_questions
from mlmath_lib.workshop.questions import bank, main, write_bank

CHAPTERS = [
    chapter
    for path in sorted((Path(__file__).parents[2] / "chapters").rglob("*.ipynb"))
    if read_questions(chapter := read_chapter(path))
]
HOSTILE = r"""# Signs & <tags>

`````{admonition} Predict
:class: question

1. Is $a<b$ & "c" > {term}`d <e>`, as in [k-means](../models/k_means_clustering.ipynb)?

$$
\frac{a_1}{b_1}
= \lvert x\rvert
$$ (eq-signs)

% is a sign, `code_with_ $x` is code, and *this* stays.

````{admonition} $x_1*x_2*x_3$, at 50 %
:class: dropdown

Right. Two

paragraphs of $\mathbf a_i$.
````

:::{admonition} b) no
:class: dropdown
*No*: it is.
:::
`````
"""


class Reader(HTMLParser):
    """Collects the formulas and the words of what a platform shows."""

    def __init__(self, text):
        super().__init__()
        self.formulas, self.words = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.formulas.append(dict(attrs)["data-equation-content"])

    def handle_data(self, data):
        self.words += data


def questions_of(path):
    """Read a package without text2qti: text, choices and feedback of each question as HTML."""
    with zipfile.ZipFile(path) as package:
        [name] = [name for name in package.namelist() if re.fullmatch(r"(.+)/\1\.xml", name)]
        tree = ElementTree.fromstring(package.read(name))
    for element in tree.iter():
        element.tag = element.tag.partition("}")[2]
    found = []
    for item in tree.iter("item"):
        text = item.find("presentation/material/mattext").text
        labels = {
            label.get("ident"): label.find("material/mattext").text
            for label in item.iter("response_label")
        }
        feedback = {
            entry.get("ident"): entry.find(".//mattext").text for entry in item.iter("itemfeedback")
        }
        right = [
            condition.find("conditionvar/varequal").text
            for condition in item.iter("respcondition")
            if condition.find("setvar") is not None
        ]
        choices = [(text, feedback[f"{key}_fb"], key in right) for key, text in labels.items()]
        found.append((item.get("title"), text, choices))
    return found


def formulas(markdown):
    """Return the formulas of a text, as the book's own reader finds them."""
    kinds = {"math_inline", "math_block", "math_block_label"}
    pieces = [piece for piece in read_markdown(markdown) if piece.kind in kinds]
    return [" ".join(piece.what.content.split()) for piece in pieces]


def hostile():
    return Chapter(
        new_notebook(cells=[new_markdown_cell(HOSTILE)]), Path("chapters/part/signs.ipynb")
    )


@pytest.mark.parametrize("chapter", [*CHAPTERS, hostile()], ids=lambda chapter: chapter.name)
def test_a_platform_gets_what_the_chapter_asks(chapter, tmp_path):
    asked = read_questions(chapter)
    path = tmp_path / "part" / "bank.zip"
    assert write_bank([chapter], chapter.title, path) == len(asked)
    got = questions_of(path)
    assert len(got) == len(asked)
    for question, (title, text, choices) in zip(asked, got, strict=True):
        assert html.unescape(title) == chapter.title
        assert Reader(text).formulas == formulas(question.text)
        assert len(choices) == len(question.choices)
        for choice, (label, feedback, is_right) in zip(question.choices, choices, strict=True):
            assert is_right == choice.is_right
            assert Reader(label).formulas == formulas(choice.text)
            assert Reader(feedback).formulas == formulas(choice.feedback)
            # A formula that comes first has no words.
            first = re.match(r"\W*(\w+)", Reader(feedback).words)[1]
            assert is_right == (first == "Right")


def test_what_markdown_and_xml_could_break_arrives(tmp_path):
    write_bank([hostile()], "Signs & <tags>", tmp_path / "bank.zip")
    [(title, text, choices)] = questions_of(tmp_path / "bank.zip")
    read = Reader(text)
    assert title == "Signs & <tags>"
    assert "& “c” > d, as in k-means?" in read.words
    assert read.formulas == ["a<b", r"\frac{a_1}{b_1} = \lvert x\rvert"]
    assert "% is a sign, code_with_ $x is code, and this stays." in " ".join(read.words.split())
    (right, feedback, _), (wrong, _, _) = choices
    assert Reader(right).words == ", at 50 %"
    assert Reader(feedback).words.split() == ["Right.", "Two", "paragraphs", "of", "."]
    assert Reader(wrong).words == "b) no"


def test_a_question_without_an_answer_is_refused_by_its_chapter(tmp_path):
    text = HOSTILE.replace("Right", "Wrong")
    chapter = Chapter(new_notebook(cells=[new_markdown_cell(text)]))
    with pytest.raises(ValueError, match=r"^Signs: .*The rules of form name the question"):
        write_bank([chapter], "Signs", tmp_path / "bank.zip")


def test_no_question_no_bank(tmp_path):
    chapter = Chapter(new_notebook(cells=[new_markdown_cell("# T")]))
    assert bank([chapter], "T") == ""
    assert write_bank([chapter], "T", tmp_path / "bank.zip") == 0
    assert list(tmp_path.iterdir()) == []


def test_the_book_is_one_bank(tmp_path, capsys):
    assert main(["--output", str(tmp_path)]) == 0
    expected = sum(len(read_questions(c)) for c in CHAPTERS if not c.is_template)
    assert len(questions_of(tmp_path / "book.zip")) == expected > 0
    assert f"{expected} questions in " in capsys.readouterr().out
