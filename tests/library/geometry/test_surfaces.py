"""Surfaces against their equations, the published formula, scikit-learn and SymPy."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from sklearn.datasets import make_swiss_roll

from mlmath_lib.geometry import (
    boy_surface,
    metric_tensor,
    sphere,
    swiss_roll,
    swiss_roll_arc_length,
    tangent_vectors,
    torus,
)

angles = st.floats(-np.pi, np.pi, allow_nan=False)


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


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: sphere("0", 0), TypeError, "u must be an array of real numbers; got '0'"),
        (lambda: sphere(0, np.nan), ValueError, "v must be finite; got 1 NaN"),
        (lambda: sphere(0, 0, -1), ValueError, "radius must be a finite number > 0; got -1"),
        (
            lambda: sphere([1, 2], [1, 2, 3]),
            ValueError,
            r"u and v must have shapes that broadcast; got \(2,\) and \(3,\)",
        ),
        (
            lambda: torus(0, 0, 1, 2),
            ValueError,
            "minor must be smaller than major, .* got minor=2 and major=1. Are they swapped",
        ),
        (lambda: torus(0, 0, 0, 2), ValueError, "major must be a finite number > 0; got 0"),
        (lambda: boy_surface(-0.5, 0), ValueError, "u must be >= 0, a modulus; got -0.5. Add pi"),
        (lambda: boy_surface(0, [[1], [2, 3]]), TypeError, "v must be an array of real numbers"),
        (lambda: swiss_roll([1, -2], 0), ValueError, "angle must be >= 0; got -2"),
        (lambda: swiss_roll_arc_length(-1), ValueError, "angle must be >= 0; got -1"),
    ],
)
def test_errors_say_what_is_required(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
