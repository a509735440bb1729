"""What the search page and the search field look into.

Sphinx's own index finds pages by stems and fetches each page to show a line of it, which
fails on a page that was opened from disk. This one finds sections, theorems, exercises and
terms. It is written in small scripts, and a search loads what it needs of them:

- ``titles.js``: the titles of everything that can be found;
- ``words-<letter>.js``: for each word with this first letter, where it stands;
- ``text-<number>.js``: the text of one page, for the lines that are shown of it.
"""

import json
import re
import shutil
import unicodedata
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import exercise_subtitle, is_exercise_node, solution_node

from mlmath_lib.workshop.site import pages

__all__ = ["records", "words"]

FOLDER = "search"
SECTION, TERM, THEOREM, EXERCISE = "section", "term", "theorem", "exercise"
STOP_WORDS = frozenset(re.findall(r"\w+", """
    a an and are as at be by for from has have in into is it its not of on one or so that the
    their then there they this to was what when where which with"""))  # fmt: skip
# Not searched: programs, displayed equations, and what a reader is to find alone.
LEFT_OUT = (
    nodes.literal_block,
    nodes.math_block,
    nodes.raw,
    nodes.comment,
    nodes.system_message,
    solution_node,
)

_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W_]+(?:[-'’][^\W_]+)*")
_SPACED_PERCENT = re.compile(r"(?<=\d)\s+(?=%)")


def words(text: str) -> set[str]:
    """Return the words of a text as the search compares them (``search.js`` does the same).

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    set of str
        Small letters without accents, without the last s, without words that stand
        everywhere. A word with hyphens counts as one and as its pieces.

    Examples
    --------
    >>> sorted(words("Euler's log-sum-exp at 95 %"))
    ['95%', 'euler', 'exp', 'log', 'logsumexp', 'sum']
    """
    text = unicodedata.normalize("NFD", _SPACED_PERCENT.sub("", text.lower()))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    found = set()
    for word in _WORD.findall(text):
        pieces = re.split("[-'’]", word)
        found.update(_stem(piece) for piece in ["".join(pieces), *pieces])
    return {word for word in found if len(word) > 1} - STOP_WORDS


def _stem(word: str) -> str:
    if re.search("(?:ss|x|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if re.search("..[^s]s$", word) else word


def records(doctree: nodes.document) -> list[list[str]]:
    """Return what can be found on a page.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The page as it was read.

    Returns
    -------
    list of list of str
        Anchor, kind, title, linked page and text: of the page itself first, with an empty
        anchor, then of its sections, theorems, exercises and terms in their order. The
        linked page is the one to which a term's definition leads first.
    """
    found = []
    _read(doctree, [], found)
    return [[*entry, " ".join("".join(text).split())] for *entry, text in found]


def _read(node: nodes.Node, text: list[str], found: list) -> None:
    """Collect a node's words into `text`; what can be found by itself gets a text of its own."""
    if isinstance(node, nodes.Text):
        text.append(str(node))
        return
    if isinstance(node, nodes.math):
        text.append(pages.plain_formula(node.astext()))
        return
    if isinstance(node, LEFT_OUT) or _is_left_out(node):
        return
    entry = _entry(node, found)
    if entry:
        text = []
        found.append((*entry, text))
    for child in node.children:
        # Titles are found in a place of their own.
        if not isinstance(child, nodes.title | nodes.term | exercise_subtitle):
            _read(child, text, found)
    if not isinstance(node, nodes.Inline):
        text.append(" ")


def _entry(node: nodes.Element, found: list) -> tuple[str, str, str, str] | None:
    """Return anchor, kind, title and linked page of what can be found by itself."""
    anchor, classes = next(iter(node.get("ids", ())), ""), node.get("classes", ())
    if isinstance(node, nodes.section) and isinstance(node.parent, nodes.document | nodes.section):
        return anchor if found else "", SECTION, _title(node, nodes.title), ""
    if isinstance(node, nodes.definition_list_item) and "glossary" in node.parent["classes"]:
        terms = list(node.findall(nodes.term))
        return terms[0]["ids"][0], TERM, ", ".join(map(pages.plain, terms)), _linked(node)
    if is_exercise_node(node) and (title := _title(node, exercise_subtitle)):
        return anchor, EXERCISE, title, ""
    if "proof" in classes and (title := _title(node, nodes.title)):
        return anchor, THEOREM, title.removeprefix("(").removesuffix(")"), ""
    return None


def _linked(node: nodes.Element) -> str:
    """Return the page to which a definition leads first."""
    links = node.findall(addnodes.pending_xref)
    return next((link["reftarget"] for link in links if link["refdomain"] == "doc"), "")


def _title(node: nodes.Element, kind: type) -> str:
    title = node.next_node(kind)
    return pages.plain(title).strip() if title else ""


def _is_left_out(node: nodes.Element) -> bool:
    """Say whether a node is a cell of code, hides an answer, or is a label for a number."""
    classes = node.get("classes", ())
    if isinstance(node, addnodes.pending_xref):
        return not (node.get("refexplicit") or node["reftype"] == "term")
    return node.get("nb_element") == "cell_code" or (
        "dropdown" in classes and "proof" not in classes
    )


def note_records(app: Sphinx, doctree: nodes.document) -> None:
    """Remember what can be found on a page."""
    _records(app.env)[app.env.docname] = records(doctree)


def _records(env) -> dict[str, list]:
    if not hasattr(env, "mlmath_search"):
        env.mlmath_search = {}
    return env.mlmath_search


def forget_records(_app: Sphinx, env, docname: str) -> None:
    """Drop what was remembered of a page that is read anew."""
    _records(env).pop(docname, None)


def merge_records(_app: Sphinx, env, docnames, other) -> None:
    """Take over what a parallel reader has remembered."""
    _records(env).update({k: v for k, v in _records(other).items() if k in docnames})


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the scripts that a search loads."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir, FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    titles, places, count = [], defaultdict(list), 0
    book = dict(sorted(_records(app.env).items()))
    numbers = {docname: number for number, docname in enumerate(book)}
    for docname, found in book.items():
        address = app.builder.get_target_uri(docname)
        chapter = ".".join(map(str, app.env.toc_secnumbers.get(docname, {}).get("", ())))
        entries = [
            [anchor, kind, title, numbers.get(linked, -1)]
            for anchor, kind, title, linked, _ in found
        ]
        titles.append([address, chapter, entries])
        _write(folder, f"text-{numbers[docname]}", [text for *_, text in found])
        for *_, text in found:
            for word in words(text):
                places[word].append(count)
            count += 1
    _write(folder, "titles", {"pages": titles, "stop": sorted(STOP_WORDS)})
    shards = defaultdict(dict)
    for word, where in sorted(places.items()):
        letter = word[0] if word[0] in "abcdefghijklmnopqrstuvwxyz" else "0"
        shards[letter][word] = [now - before for before, now in pairwise([0, *where])]
    for letter in "0abcdefghijklmnopqrstuvwxyz":
        _write(folder, f"words-{letter}", shards[letter])


def _write(folder: Path, name: str, data) -> None:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}.js").write_text(f'takeSearch("{name}",{text});\n', encoding="utf-8")


def leave_out_sphinx_search(app: Sphinx) -> None:
    """Write neither Sphinx's index nor its search page."""
    app.builder.search = False


def search_page(app: Sphinx):
    """Yield the search page."""
    if app.builder.name != "html":
        return
    yield (
        "search",
        {"description": f"Search the chapters of {app.config.html_title}."},
        "search.html",
    )


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("builder-inited", leave_out_sphinx_search)
    app.connect("doctree-read", note_records, priority=400)  # before others fold what they read
    app.connect("env-purge-doc", forget_records)
    app.connect("env-merge-info", merge_records)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index)
