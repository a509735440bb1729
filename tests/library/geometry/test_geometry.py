"""Surfaces and distances along them, against closed forms, SymPy, scikit-learn and networkx."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.spatial.distance import cdist
from sklearn.datasets import make_swiss_roll
from sklearn.manifold import Isomap
from sklearn.metrics.pairwise import haversine_distances

from mlmath_lib.geometry import (
    EARTH_RADIUS,
    boy_surface,
    geodesic_distances,
    great_circle_distance,
    metric_tensor,
    sphere,
    swiss_roll,
    swiss_roll_arc_length,
    tangent_vectors,
    torus,
)

angles = st.floats(-np.pi, np.pi, allow_nan=False)
latitudes = st.floats(-90, 90, allow_nan=False)
longitudes = st.floats(-360, 360, allow_nan=False)


def area(surface, u_range, v_range):
    """Integrate the area element of a surface by SciPy."""

    def element(v, u):
        return np.sqrt(np.linalg.det(metric_tensor(surface, u, v)))

    return dblquad(element, *u_range, *v_range, epsabs=1e-6)[0]


# Surfaces


@given(u=angles, v=angles)
def test_sphere_and_torus_satisfy_their_equations(u, v):
    assert np.linalg.norm(sphere(u, v, 3.0)) == pytest.approx(3.0)
    x, y, z = torus(u, v, 3.0, 0.5)
    assert (np.hypot(x, y) - 3) ** 2 + z**2 == pytest.approx(0.25)


def test_sphere_has_longitude_first_and_latitude_second():
    np.testing.assert_allclose(sphere(np.pi / 2, 0), [0, 1, 0], atol=1e-15)
    np.testing.assert_allclose(sphere(0.3, -np.pi / 2, 2), [0, 0, -2], atol=1e-15)


def test_torus_closes_in_both_directions():
    u, v = np.random.default_rng(1).uniform(-np.pi, np.pi, (2, 50))
    np.testing.assert_allclose(torus(u + 2 * np.pi, v), torus(u, v), atol=1e-14)
    np.testing.assert_allclose(torus(u, v + 2 * np.pi), torus(u, v), atol=1e-14)


def test_surfaces_broadcast_their_parameters():
    u, v = np.linspace(0, 1, 4)[:, np.newaxis], np.linspace(0, 1, 3)
    for surface in (sphere, torus, boy_surface, swiss_roll):
        assert surface(0.2, 0.1).shape == (3,)
        points = surface(u, v)
        assert points.shape == (4, 3, 3)
        np.testing.assert_allclose(points[2, 1], surface(u[2, 0], v[1]), rtol=1e-12)


def test_boy_surface_is_the_published_formula():
    rng = np.random.default_rng(2)
    u, v = rng.uniform(0, 1, 200), rng.uniform(-np.pi, np.pi, 200)
    w = u * np.exp(1j * v)
    a = w**6 + np.sqrt(5) * w**3 - 1
    g1 = -1.5 * (w * (1 - w**4) / a).imag
    g2 = -1.5 * (w * (1 + w**4) / a).real
    g3 = ((1 + w**6) / a).imag - 0.5
    expected = np.array([g1, g2, g3]) / (g1**2 + g2**2 + g3**2)
    np.testing.assert_allclose(boy_surface(u, v), expected.T, rtol=1e-10, atol=1e-12)


@given(u=st.floats(0.01, 100), v=angles)
def test_boy_surface_takes_antipodes_to_one_point(u, v):
    # -1 / conj(u exp(iv)) = exp(i (v + pi)) / u
    np.testing.assert_allclose(boy_surface(u, v), boy_surface(1 / u, v + np.pi), atol=1e-9)


@given(u=st.floats(0, 1), v=angles)
def test_boy_surface_has_threefold_symmetry(u, v):
    turn = 2 * np.pi / 3
    x, y, z = boy_surface(u, v)
    c, s = np.cos(turn), np.sin(turn)
    np.testing.assert_allclose(
        boy_surface(u, v + turn), [c * x + s * y, c * y - s * x, z], atol=1e-9
    )


def test_boy_surface_is_conformal_and_immersed():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-0.7, 0.7, (2, 400))

    def in_plane(x, y):
        return boy_surface(np.hypot(x, y), np.arctan2(y, x))

    g = metric_tensor(in_plane, x, y)
    np.testing.assert_allclose(g[:, 0, 0], g[:, 1, 1], rtol=1e-6)
    np.testing.assert_allclose(g[:, 0, 1] / g[:, 0, 0], 0, atol=1e-6)
    assert g[:, 0, 0].min() > 0.1


def test_boy_surface_meets_the_origin_three_times_and_stays_finite():
    modulus = ((3 - np.sqrt(5)) / 2) ** (1 / 3)  # w^3 = (3 - sqrt 5) / 2 makes a zero
    triple = boy_surface(modulus, [0, 2 * np.pi / 3, -2 * np.pi / 3])
    np.testing.assert_allclose(triple, 0, atol=1e-12)
    normals = [np.cross(*tangent_vectors(boy_surface, modulus, v)) for v in (0, 2 * np.pi / 3, 4.0)]
    assert np.linalg.matrix_rank(normals[:2]) == 2  # two sheets cross, they do not touch
    assert np.isfinite(boy_surface([0, 1, 1e200], [0, 0, 1])).all()


def test_swiss_roll_is_scikit_learns():
    X, t = make_swiss_roll(300, random_state=4)
    np.testing.assert_allclose(swiss_roll(t, X[:, 1]), X, atol=1e-12)


def test_arc_length_is_the_integral_and_sympys():
    for angle in (0.0, 1.0, 4.5 * np.pi, 50.0):
        expected = quad(lambda t: np.hypot(1, t), 0, angle)[0]
        assert swiss_roll_arc_length(angle) == pytest.approx(expected, rel=1e-9)
    t = sp.Symbol("t", positive=True)
    formula = (t * sp.sqrt(1 + t**2) + sp.asinh(t)) / 2
    assert sp.simplify(sp.diff(formula, t) - sp.sqrt(1 + t**2)) == 0
    assert float(formula.subs(t, 7)) == pytest.approx(swiss_roll_arc_length(7))


def test_arc_length_keeps_shapes_and_returns_a_float():
    assert type(swiss_roll_arc_length(1)) is float
    assert swiss_roll_arc_length(np.ones((2, 3))).shape == (2, 3)


def test_the_roll_unrolls_without_stretching():
    rng = np.random.default_rng(5)
    angle, height = rng.uniform(1, 15, 100), rng.uniform(0, 21, 100)
    slope = np.hypot(1, angle)  # of the arc length
    g = metric_tensor(swiss_roll, angle, height)
    np.testing.assert_allclose(g[:, 0, 0], slope**2, rtol=1e-8)
    np.testing.assert_allclose(g[:, 1, 1], 1, rtol=1e-8)
    np.testing.assert_allclose(g[:, 0, 1], 0, atol=1e-8)


# Tangent vectors and metric


def test_metric_is_sympys():
    u, v = sp.symbols("u v", real=True)
    ring = 3 + sp.cos(v) / 2
    point = sp.Matrix([ring * sp.cos(u), ring * sp.sin(u), sp.sin(v) / 2])
    jacobian = point.jacobian([u, v])
    exact = sp.lambdify((u, v), jacobian.T * jacobian)
    for parameters in [(0.3, 0.7), (-2.0, 3.0)]:
        numerical = metric_tensor(lambda a, b: torus(a, b, 3, 0.5), *parameters)
        np.testing.assert_allclose(numerical, exact(*parameters), atol=1e-8)


def test_metric_works_in_any_dimension_and_for_any_shape():
    def plane_in_five(u, v):
        return np.stack([u, v, u + v, 2 * u, 0 * v], axis=-1)

    g = metric_tensor(plane_in_five, np.zeros((2, 3)), 1.0)
    assert tangent_vectors(plane_in_five, np.zeros((2, 3)), 1.0).shape == (2, 3, 2, 5)
    np.testing.assert_allclose(g, np.broadcast_to([[6, 1], [1, 2]], (2, 3, 2, 2)), atol=1e-8)


@given(u=angles, v=angles)
def test_metric_is_symmetric_and_not_negative(u, v):
    g = metric_tensor(torus, u, v)
    assert g[0, 1] == g[1, 0]
    assert np.linalg.eigvalsh(g).min() > 0


def test_areas_of_sphere_and_torus():
    pi = np.pi
    sphere_area = area(lambda u, v: sphere(u, v, 2), (-pi, pi), (-pi / 2, pi / 2))
    assert sphere_area == pytest.approx(4 * pi * 2**2, rel=1e-6)
    torus_area = area(lambda u, v: torus(u, v, 3, 0.5), (-pi, pi), (-pi, pi))
    assert torus_area == pytest.approx(4 * pi**2 * 3 * 0.5, rel=1e-6)


def test_midpoint_sums_of_the_area_have_order_two():
    def error(n):
        v = (np.arange(n) + 0.5) / n * np.pi - np.pi / 2
        element = np.sqrt(np.linalg.det(metric_tensor(sphere, 0.0, v)))
        return abs(2 * np.pi * element.sum() * np.pi / n - 4 * np.pi)

    counts = np.array([8, 16, 32, 64])
    order = np.polyfit(np.log(counts), np.log([error(n) for n in counts]), 1)[0]
    assert order == pytest.approx(-2, abs=0.02)


# Great circles


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


# Graph geodesics


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


# Errors


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: sphere("0", 0), TypeError, "u must be an array of real numbers; got '0'"),
        (lambda: sphere(0, np.nan), ValueError, "v must be finite; got 1 NaN"),
        (lambda: sphere(0, 0, -1), ValueError, "radius must be a finite number > 0; got -1"),
        (
            lambda: sphere([1, 2], [1, 2, 3]),
            ValueError,
            r"u, v must have shapes that broadcast; got \(2,\) and \(3,\)",
        ),
        (
            lambda: torus(0, 0, 1, 2),
            ValueError,
            "minor must be smaller than major, .* got minor=2 and major=1. Are they swapped",
        ),
        (lambda: torus(0, 0, 0, 2), ValueError, "major must be a finite number > 0; got 0"),
        (lambda: boy_surface(-0.5, 0), ValueError, "u must be at least 0, a modulus; got -0.5"),
        (lambda: boy_surface(0, [[1], [2, 3]]), TypeError, "v must be an array of real numbers"),
        (lambda: swiss_roll([1, -2], 0), ValueError, "angle must be at least 0; got -2"),
        (lambda: swiss_roll_arc_length(-1), ValueError, "angle must be at least 0; got -1"),
        (
            lambda: tangent_vectors("sphere", 0, 0),
            TypeError,
            r"surface must be a function that returns points of shape \(..., d\)",
        ),
        (
            lambda: metric_tensor(lambda u, v: np.stack([u, v, u]), [1.0, 2.0], 0),
            ValueError,
            r"surface must return points of shape \(2, d\); got shape \(3, 2\). Stack",
        ),
        (
            lambda: metric_tensor(lambda u, v: u + v, 0, 0),
            ValueError,
            r"surface must return points of shape \(d\); got shape \(\)",
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
