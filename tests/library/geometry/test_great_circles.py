"""Great circles against vectors, scikit-learn and the axioms of a distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import haversine_distances

from mlmath_lib.geometry import (
    EARTH_RADIUS,
    great_circle_distance,
    sphere,
)

latitudes = st.floats(-90, 90, allow_nan=False)


longitudes = st.floats(-360, 360, allow_nan=False)


@given(latitudes, longitudes, latitudes, longitudes)
def test_great_circle_is_the_angle_between_vectors(p1, l1, p2, l2):
    a, b = sphere(np.radians([l1, l2]), np.radians([p1, p2]))
    angle = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    assert great_circle_distance(p1, l1, p2, l2, radius=1) == pytest.approx(angle, abs=1e-12)


@given(latitudes, longitudes, latitudes, longitudes, latitudes, longitudes)
def test_great_circle_is_a_metric(p1, l1, p2, l2, p3, l3):
    there = great_circle_distance(p1, l1, p2, l2)
    assert there == pytest.approx(great_circle_distance(p2, l2, p1, l1), abs=1e-9)
    assert great_circle_distance(p1, l1, p1, l1) == 0
    detour = great_circle_distance(p1, l1, p3, l3) + great_circle_distance(p3, l3, p2, l2)
    assert there <= detour + 1e-8


def test_great_circle_is_scikit_learns():
    rng = np.random.default_rng(6)
    degrees = np.column_stack([rng.uniform(-90, 90, 60), rng.uniform(-180, 180, 60)])
    expected = EARTH_RADIUS * haversine_distances(np.radians(degrees))
    p, length = degrees.T
    ours = great_circle_distance(p[:, np.newaxis], length[:, np.newaxis], p, length)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def test_great_circle_keeps_its_digits_near_and_far():
    for tiny in (1e-3, 1e-7, 1e-12):  # degrees
        expected = np.radians(tiny)
        assert great_circle_distance(0, 0, 0, tiny, radius=1) == pytest.approx(expected, rel=1e-12)
        # nearly antipodal: the gap to a half turn has all the digits that pi - gap can hold
        gap = np.pi - great_circle_distance(0, 0, tiny, 180, radius=1)
        assert gap == pytest.approx(expected, rel=1e-12, abs=5e-16)
    assert great_circle_distance(90, 0, -90, 77, radius=2) == pytest.approx(2 * np.pi)


def test_great_circle_ignores_whole_turns_and_returns_a_float():
    assert great_circle_distance(10, 190, 20, 30) == pytest.approx(
        great_circle_distance(10, -170, 20, 390)
    )
    assert type(great_circle_distance(0, 0, 1, 1)) is float
    assert great_circle_distance([0, 1], 0, [[0], [1], [2]], 0).shape == (3, 2)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: great_circle_distance([-80, -95], 0, 0, 0),
            ValueError,
            "latitude1 must be within -90 and 90 degrees; got -95",
        ),
        (
            lambda: great_circle_distance(0, 0, 100, 0),
            ValueError,
            "latitude2 must be within -90 and 90 degrees; got 100. Are latitude and longitude",
        ),
        (
            lambda: great_circle_distance(0, 0, 0, 0, radius=0),
            ValueError,
            "radius must be a finite number > 0; got 0",
        ),
    ],
)
def test_errors_say_what_is_required(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
