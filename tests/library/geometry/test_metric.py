"""Tangent vectors and metric tensors against SymPy, and the areas that follow."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad

from mlmath_lib.geometry import (
    metric_tensor,
    sphere,
    tangent_vectors,
    torus,
)

angles = st.floats(-np.pi, np.pi, allow_nan=False)


def area(surface, u_range, v_range):
    """Integrate the area element of a surface by SciPy."""

    def element(v, u):
        return np.sqrt(np.linalg.det(metric_tensor(surface, u, v)))

    return dblquad(element, *u_range, *v_range, epsabs=1e-6)[0]


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


def test_a_finely_corrugated_surface_needs_a_step():
    def corrugated(u, v):
        return np.stack([u, v, 1e-4 * np.sin(1e5 * u)], axis=-1)

    with pytest.raises(ValueError, match="step must be given for this function"):
        tangent_vectors(corrugated, 0.0, [0.0, 1.0])
    tangents = tangent_vectors(corrugated, 0.0, [0.0, 1.0], step=1e-8)
    np.testing.assert_allclose(tangents[:, 0], [[1, 0, 10]] * 2, rtol=1e-6, atol=1e-6)
    metric = metric_tensor(corrugated, 0.0, 0.0, step=1e-8)
    np.testing.assert_allclose(metric, [[101, 0], [0, 1]], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: tangent_vectors("sphere", 0, 0),
            TypeError,
            r"surface must be a function that returns points of shape \(d,\) for u and v",
        ),
        (
            lambda: metric_tensor(lambda u, v: np.stack([u, v, u]), [1.0, 2.0], 0),
            ValueError,
            r"surface must return points of shape \(2, d\) for u and v; got shape \(3, 2\). Stack",
        ),
        (
            lambda: metric_tensor(lambda u, v: u + v, 0, 0),
            ValueError,
            r"surface must return points of shape \(d,\) for u and v; got shape \(\)",
        ),
    ],
)
def test_errors_say_what_is_required(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
