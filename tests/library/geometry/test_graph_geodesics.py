"""Paths through neighbours against scikit-learn, networkx and closed forms."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.manifold import Isomap

from mlmath_lib.geometry import (
    geodesic_distances,
    swiss_roll,
    swiss_roll_arc_length,
)


def cloud(n_points, n_features, seed):
    return np.random.default_rng(seed).normal(size=(n_points, n_features))


@pytest.mark.parametrize(("n_features", "n_neighbors"), [(1, 3), (2, 5), (5, 6), (20, 8)])
def test_geodesics_are_scikit_learns_and_networkxs(n_features, n_neighbors):
    X = cloud(80, n_features, n_features)
    result = geodesic_distances(X, n_neighbors)
    graph = nx.Graph()
    straight = cdist(X, X)
    for i in range(80):
        for j in np.argsort(straight[i])[1 : n_neighbors + 1]:
            graph.add_edge(i, int(j), weight=straight[i, j])
    expected = np.full((80, 80), np.inf)
    for i, lengths in nx.all_pairs_dijkstra_path_length(graph):
        expected[i, list(lengths)] = list(lengths.values())
    np.testing.assert_allclose(result.distances, expected, rtol=1e-12)
    assert result.connected == nx.is_connected(graph)
    if result.connected:
        theirs = Isomap(n_neighbors=n_neighbors).fit(X).dist_matrix_
        np.testing.assert_allclose(result.distances, theirs, rtol=1e-12)


@given(st.integers(0, 1000), st.integers(1, 29))
def test_geodesics_are_a_metric_above_the_straight_distance(seed, n_neighbors):
    X = cloud(30, 3, seed)
    distances, pieces, connected = geodesic_distances(X, n_neighbors)
    assert (distances == distances.T).all()
    assert (np.diag(distances) == 0).all()
    assert (distances >= cdist(X, X) - 1e-12).all()
    detours = distances[:, :, np.newaxis] + distances[np.newaxis]
    assert (distances[:, np.newaxis] <= detours.swapaxes(1, 2) + 1e-9).all()
    assert connected == np.isfinite(distances).all() == (pieces.max() == 0)
    assert (np.isfinite(distances) == (pieces[:, np.newaxis] == pieces)).all()


@given(st.integers(0, 1000))
def test_more_neighbours_never_lengthen_a_path(seed):
    X = cloud(25, 2, seed)
    matrices = [geodesic_distances(X, k).distances for k in (1, 3, 8, 24)]
    for fewer, more in pairwise(matrices):
        assert (more <= fewer + 1e-12).all()
    np.testing.assert_allclose(matrices[-1], cdist(X, X), atol=1e-12)


def test_geodesics_ignore_rotation_shift_and_follow_scale_and_order():
    X = cloud(60, 3, 9)
    rotation = np.linalg.qr(cloud(3, 3, 10))[0]
    plain = geodesic_distances(X, 6).distances
    moved = geodesic_distances(5 * X @ rotation + [1, 2, 3], 6).distances
    np.testing.assert_allclose(moved, 5 * plain, rtol=1e-9)
    order = np.random.default_rng(0).permutation(60)
    shuffled = geodesic_distances(X[order], 6).distances
    np.testing.assert_allclose(shuffled, plain[np.ix_(order, order)], rtol=1e-12)


def test_copies_of_a_point_are_at_distance_zero():
    X = np.concatenate([np.zeros((6, 2)), [[1.0, 0.0], [2.0, 0.0]]])
    result = geodesic_distances(X, 6)
    assert result.connected
    assert (result.distances[:6, :6] == 0).all()
    assert result.distances[0, 7] == 2
    few = geodesic_distances(X, 2)
    assert few.distances[6, 7] == 1  # whatever copies the six chose among themselves


def test_disconnected_points_are_infinitely_far():
    X = np.concatenate([cloud(20, 2, 1), cloud(20, 2, 2) + 100])
    result = geodesic_distances(X, 4)
    assert not result.connected
    assert np.isinf(result.distances[:20, 20:]).all()
    assert len(set(result.pieces[:20]) & set(result.pieces[20:])) == 0


def test_geodesics_on_a_circle_approach_the_arc():
    # Evenly spaced points and 2 neighbours: chords of the polygon, short by s^2 / 24.
    errors = []
    counts = np.array([16, 32, 64, 128])
    for n in counts:
        angle = 2 * np.pi * np.arange(n) / n
        X = np.column_stack([np.cos(angle), np.sin(angle)])
        distances = geodesic_distances(X, 2).distances
        errors.append(np.pi - distances[0, n // 2])
    assert np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(-2, abs=0.02)
    assert errors[-1] == pytest.approx(np.pi * (2 * np.pi / 128) ** 2 / 24, rel=1e-3)


def test_geodesics_on_the_roll_improve_with_points():
    errors = []
    for n in (200, 800):
        rng = np.random.default_rng(11)
        angle, height = np.pi * rng.uniform(1.5, 4.5, n), rng.uniform(0, 21, n)
        flat = np.column_stack([swiss_roll_arc_length(angle), height])
        distances = geodesic_distances(swiss_roll(angle, height), 7).distances
        exact = cdist(flat, flat)
        pairs = exact > 10
        errors.append(np.median(np.abs(distances[pairs] / exact[pairs] - 1)))
    assert errors[1] < 0.6 * errors[0] < 0.1


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: geodesic_distances([1.0, 2.0], 1),
            ValueError,
            r"X must have shape \(n_samples, n_features\); .* use X\[:, np.newaxis\]",
        ),
        (
            lambda: geodesic_distances([[1.0], [np.inf]], 1),
            ValueError,
            "X must be finite; got 1 NaN or infinite",
        ),
        (
            lambda: geodesic_distances([[1.0], [2.0]], 2),
            ValueError,
            "n_neighbors must be smaller than the number of points, 2; got 2",
        ),
        (
            lambda: geodesic_distances([[1.0], [2.0]], 0),
            ValueError,
            "n_neighbors must be a whole number >= 1; got 0",
        ),
        (
            lambda: geodesic_distances([[1.0], [2.0]], 1.5),
            TypeError,
            "n_neighbors must be a whole number >= 1; got 1.5",
        ),
    ],
)
def test_errors_say_what_is_required(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
