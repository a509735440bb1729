"""Power iteration: against NumPy and SciPy, its properties and rate, and every error."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import subspace_angles
from scipy.sparse.linalg import eigs, eigsh

from mlmath_lib.linear_algebra import power_iteration


def symmetric(n, seed, ratio=0.7):
    """Return a symmetric matrix with eigenvalues 1, ratio and smaller ones, and its vectors."""
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((n, n))).Q
    values = np.append([1, ratio], rng.uniform(-0.5, 0.5, n - 2) * abs(ratio))[:n]
    return Q @ np.diag(values) @ Q.T, Q


def general(n, seed, ratio=0.7):
    """Return a matrix that is not symmetric, with eigenvalues 1, ratio and smaller ones."""
    rng = np.random.default_rng(seed)
    P = rng.standard_normal((n, n)) + 3 * np.eye(n)
    values = np.append([1, ratio], rng.uniform(-0.5, 0.5, n - 2) * abs(ratio))
    return P @ np.diag(values) @ np.linalg.inv(P), P[:, 0] / np.linalg.norm(P[:, 0])


def angle(u, v):
    return subspace_angles(u[:, np.newaxis], v[:, np.newaxis])[0]


@pytest.mark.parametrize("n", [2, 3, 10, 60])
@pytest.mark.parametrize("sign", [1, -1])
def test_agrees_with_eigh_and_eigsh_on_symmetric_matrices(n, sign):
    A = sign * 4 * symmetric(n, seed=n)[0]
    result = power_iteration(A, rng=n)
    values, vectors = np.linalg.eigh(A)
    leading = np.argmax(np.abs(values))
    assert result.converged
    assert result.eigenvalue == pytest.approx(values[leading], rel=1e-12)
    assert angle(result.eigenvector, vectors[:, leading]) < 1e-8
    if n > 2:
        value, vector = eigsh(A, k=1, which="LM", v0=np.ones(n))
        assert result.eigenvalue == pytest.approx(value[0], rel=1e-12)
        assert angle(result.eigenvector, vector[:, 0]) < 1e-7


@pytest.mark.parametrize("n", [3, 10, 60])
def test_agrees_with_eigs_on_other_matrices(n):
    A, vector = general(n, seed=n)
    result = power_iteration(A, rng=n)
    assert result.converged
    assert result.eigenvalue == pytest.approx(1, abs=1e-8)
    assert result.eigenvalue == pytest.approx(eigs(A, k=1, v0=np.ones(n))[0][0].real, abs=1e-8)
    assert angle(result.eigenvector, vector) < 1e-7


def test_page_rank_is_that_of_networkx():
    graph = nx.karate_club_graph()
    links = nx.to_numpy_array(graph, weight=None)
    A = 0.85 * links / links.sum(axis=0) + 0.15 / len(links)
    result = power_iteration(A, start=np.ones(len(A)))
    ranks = nx.pagerank(graph, weight=None, tol=1e-12)
    assert result.eigenvalue == pytest.approx(1, abs=1e-9)
    assert np.allclose(result.eigenvector / result.eigenvector.sum(), list(ranks.values()))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000), st.floats(0.1, 0.9))
def test_result_is_an_eigenpair_of_length_one(n, seed, ratio):
    A = symmetric(n, seed, ratio)[0]
    result = power_iteration(A, rng=seed)
    assert result.converged
    assert np.linalg.norm(result.eigenvector) == pytest.approx(1, abs=1e-12)
    residual = np.linalg.norm(A @ result.eigenvector - result.eigenvalue * result.eigenvector)
    assert residual <= 1.01e-10 * np.linalg.norm(A)
    assert len(result.eigenvalue_path) == result.n_steps + 1
    assert result.eigenvalue_path[-1] == result.eigenvalue


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-200, 2.0**-30, 1000.0, 1e200, -3.0]))
def test_scaling_the_matrix_scales_the_eigenvalue_only(seed, factor):
    A = general(4, seed)[0]
    plain = power_iteration(A, rng=1)
    scaled = power_iteration(factor * A, rng=1)
    assert scaled.converged
    assert scaled.eigenvalue == pytest.approx(factor * plain.eigenvalue, rel=1e-7)
    assert scaled.eigenvector == pytest.approx(plain.eigenvector, abs=1e-6)


def test_a_large_negative_entry_sets_the_scale_too():
    result = power_iteration([[-1e200, 0.0], [0.0, 1.0]], start=[1.0, 1.0])
    assert result.converged
    assert result.eigenvalue == pytest.approx(-1e200)


def test_length_and_sign_of_the_start_do_not_matter():
    A = symmetric(5, seed=3)[0]
    start = np.array([1.0, -2.0, 0.5, 3.0, 1.0])
    plain = power_iteration(A, start=start)
    for factor in (1e-300, -1.0, 1e300):
        other = power_iteration(A, start=factor * start)
        assert other.eigenvector == pytest.approx(plain.eigenvector, abs=1e-12)
        assert other.n_steps == plain.n_steps


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_similar_matrices_share_the_eigenvalue_and_map_the_vector(seed):
    A = symmetric(4, seed)[0]
    S = np.random.default_rng(seed).standard_normal((4, 4)) / 4 + 2 * np.eye(4)
    similar = power_iteration(S @ A @ np.linalg.inv(S), rng=seed)
    plain = power_iteration(A, rng=seed)
    assert similar.eigenvalue == pytest.approx(plain.eigenvalue, abs=1e-8)
    assert angle(similar.eigenvector, S @ plain.eigenvector) < 1e-7


def decay(errors):
    """Return the factor per step between errors of 1e-5 and 1e-10."""
    steps = np.flatnonzero((errors < 1e-5) & (errors > 1e-10))
    return np.exp(np.polyfit(steps, np.log(errors[steps]), 1)[0])


@pytest.mark.parametrize("ratio", [0.4, 0.6, -0.8, 0.9])
def test_eigenvalue_converges_at_the_ratio_or_its_square(ratio):
    A, _ = general(6, seed=8, ratio=ratio)
    path = power_iteration(A, rng=2, tolerance=1e-13).eigenvalue_path
    assert decay(np.abs(path - 1)) == pytest.approx(abs(ratio), abs=0.01)
    A, _ = symmetric(6, seed=8, ratio=ratio)
    path = power_iteration(A, rng=2, tolerance=1e-13).eigenvalue_path
    assert decay(np.abs(path - 1)) == pytest.approx(ratio**2, abs=0.01)


def test_symmetric_direction_obeys_the_tangent_bound_at_every_step():
    A, Q = symmetric(7, seed=5, ratio=-0.85)
    start = np.random.default_rng(1).standard_normal(7)
    begin = np.tan(angle(start, Q[:, 0]))
    for steps in (1, 2, 5, 20):
        result = power_iteration(A, start=start, max_steps=steps)
        assert np.tan(angle(result.eigenvector, Q[:, 0])) <= 0.85**steps * begin * (1 + 1e-9)


@pytest.mark.parametrize(
    "A",
    [
        [[0, -1], [1, 0]],  # a rotation: complex eigenvalues
        [[0, 1], [1, 0]],  # eigenvalues 1 and -1
        [[1, 1], [0, 1]],  # a shear: not diagonalisable
        [[1, 0], [0, 0.9999]],  # a ratio of 0.9999
    ],
)
def test_reports_what_does_not_converge(A):
    result = power_iteration(A, start=[2, 1])
    assert not result.converged
    assert result.n_steps == 1000
    assert np.isfinite(result.eigenvalue)


def test_the_shear_is_approached_like_one_over_the_number_of_steps():
    for steps in (10, 100, 1000):
        result = power_iteration([[1, 1], [0, 1]], start=[1, 1], max_steps=steps)
        assert result.eigenvector[1] / result.eigenvector[0] == pytest.approx(1 / (steps + 1))


def test_a_start_without_the_first_eigenvector_finds_another_pair():
    result = power_iteration(np.diag([3.0, 2.0]), start=[0, 1])
    assert result.converged
    assert result.n_steps == 0
    assert result.eigenvalue == 2


def test_tolerance_is_a_share_of_the_norm_of_the_matrix():
    # The residual of the first unit vector is sqrt(99), the norm of the matrix 100.
    A, start = np.ones((100, 100)), np.eye(100)[0]
    assert power_iteration(A, start=start, tolerance=0.1).n_steps == 0
    assert power_iteration(A, start=start, tolerance=0.09).n_steps == 1


@pytest.mark.parametrize(
    ("A", "eigenvalue"), [([[0, 0], [0, 0]], 0), ([[0, 1], [0, 0]], 0), ([[-7]], -7)]
)
def test_zero_nilpotent_and_one_by_one_matrices(A, eigenvalue):
    result = power_iteration(A, rng=0)
    assert result.converged
    assert result.eigenvalue == pytest.approx(eigenvalue)


@pytest.mark.parametrize("start", [[1, 0], [-1, 0], [0, 1]])
def test_sign_does_not_hang_on_rounding_when_components_are_equally_large(start):
    result = power_iteration([[2, -1], [-1, 2]], start=start)
    assert result.eigenvector == pytest.approx([0.5**0.5, -(0.5**0.5)], abs=1e-9)


def test_does_not_change_its_arguments_and_repeats_with_the_same_rng():
    A, start = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([5.0, 0.0])
    power_iteration(A, start=start)
    assert (A == [[2, 1], [1, 3]]).all()
    assert (start == [5, 0]).all()
    assert power_iteration(A, rng=4).n_steps == power_iteration(A, rng=4).n_steps


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"A": [[1, 2, 3], [4, 5, 6]]},
            ValueError,
            r"A must have shape \(n, n\); got shape \(2, 3\)",
        ),
        ({"A": [1, 2]}, ValueError, r"A must have shape \(n, n\); got shape \(2,\)"),
        ({"A": "matrix"}, TypeError, "A must be an array of real numbers; got 'matrix'"),
        (
            {"A": [[1j, 0], [0, 1]]},
            TypeError,
            "A must be an array of real numbers; got .*Take the real",
        ),
        ({"A": [[np.nan, 0], [0, 1]]}, ValueError, "A must be finite; got 1 NaN"),
        ({"start": [1, 2, 3]}, ValueError, r"start must have shape \(2,\); got shape \(3,\)"),
        ({"start": [0, 0]}, ValueError, "start must have an entry that is not zero"),
        (
            {"start": [1j, 0]},
            TypeError,
            "start must be an array of real numbers; got .*Take the real",
        ),
        ({"tolerance": 0}, ValueError, "tolerance must be a finite number > 0; got 0"),
        ({"max_steps": 0}, ValueError, "max_steps must be a whole number >= 1; got 0"),
        ({"max_steps": 2.5}, TypeError, "max_steps must be a whole number >= 1; got 2.5"),
    ],
)
def test_errors_say_what_is_required(arguments, error, message):
    with pytest.raises(error, match=message):
        power_iteration(**({"A": np.eye(2)} | arguments))
