"""The map of a part."""

from mlmath_lib.workshop.site import maps


def test_a_map_draws_only_the_last_steps():
    needs = {"sum": ["limit"], "chain": ["sum", "limit"], "gradient": ["limit", "chain", "sum"]}
    assert maps.direct(needs) == {"sum": ["limit"], "chain": ["sum"], "gradient": ["chain"]}
    circle = {"a": ["b"], "b": ["a"]}
    assert maps.direct(circle) == circle


def test_a_map_opens_with_the_question():
    assert maps.opening("A stone falls. How fast? So fast.") == "A stone falls. How fast?"
    assert maps.opening("One. Two, 3.5 m. Three.") == "One. Two, 3.5 m."
