"""The map of a part."""

import re
from types import SimpleNamespace
from xml.etree import ElementTree

from docutils import nodes

from mlmath_lib.workshop.site import maps


def part_of(n_chapters, needs):
    """Return an environment with one part, whose chapters need some of those before them."""
    names = [f"part/chapter_{number}" for number in range(n_chapters)]
    outside = "other/one"

    class Tree(dict):
        root = SimpleNamespace(docname="intro")

    files = dict.fromkeys(names)
    listed = SimpleNamespace(subtrees=[SimpleNamespace(files=lambda: names)])
    titles = {name: nodes.title("", f"The title of {name}") for name in [*names, outside]}
    return SimpleNamespace(
        titles={**titles, "part": nodes.title("", "Part")},
        external_site_map=Tree({"intro": None, outside: None, "part": listed}, **files),
        mlmath_chapters={
            name: ("?", [names[need] for need in needs(number)] + [outside] * (number == 3))
            for number, name in enumerate(names)
        },
    )


def drawn(env):
    return ElementTree.fromstring(maps.drawing(env, "part"))


def test_no_line_of_a_map_is_behind_a_title():
    env = part_of(25, lambda number: [k for k in (number - 1, number // 2, 0) if 0 <= k < number])
    svg = drawn(env)
    texts = [(float(text.get("x")), float(text.get("y"))) for text in svg.iter("text")]
    assert len(texts) == 26
    assert texts == sorted(texts, key=lambda place: place[1])
    paths = [path.get("d") for path in svg.iter("path")]
    assert len(paths) == 24 + 1  # the last steps, and one from another part
    for path in paths:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
        across = numbers[::2]
        assert max(across) <= maps.DOTS < min(x for x, _ in texts)
        assert across[0] - 0.75 * (across[0] - min(across)) > 0  # where a bow is widest
    assert "part/chapter_3 builds on The title of part/chapter_2, The title of other/one" in (
        svg.get("aria-label")
    )


def test_lines_that_lead_to_one_chapter_can_be_told_apart():
    env = part_of(5, lambda number: {3: [0, 1], 4: [2]}.get(number, []))
    paths = [path.get("d") for path in drawn(env).iter("path")]
    bows = [float(re.search(r"C(-?\d+) ", path)[1]) for path in paths]
    assert len(set(bows[:2])) == 2


def test_a_circle_is_drawn_until_its_rule_is_kept():
    env = part_of(3, lambda number: [(number + 1) % 3])
    assert len(list(drawn(env).iter("path"))) == 3


def test_a_map_opens_with_the_question():
    assert maps.opening("A stone falls. How fast? So fast.") == "A stone falls. How fast?"
    assert maps.opening("One. Two, 3.5 m. Three.") == "One. Two, 3.5 m."
