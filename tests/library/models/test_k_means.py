"""The part *Models*: against independent references, by properties, by each error."""

import itertools
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlmath_lib.models import assign_to_nearest, k_means, k_means_plus_plus


def blobs(rng, n_samples=200, n_features=3, n_clusters=4, spread=1.0):
    """Return points around random centres."""
    centers = rng.normal(scale=4, size=(n_clusters, n_features))
    labels = rng.integers(n_clusters, size=n_samples)
    return centers[labels] + spread * rng.normal(size=(n_samples, n_features))


def squared_distances(X, centers):
    """Return all squared distances from the differences, one pair at a time."""
    return np.array([[sum((x - c) ** 2) for c in centers] for x in X])


# A grid of whole numbers gives ties, duplicates and empty clusters.
points = st.integers(1, 4).flatmap(
    lambda n_features: arrays(
        float,
        st.tuples(st.integers(6, 25), st.just(n_features)),
        elements=st.integers(-4, 4).map(float),
    )
)


class TestKMeans:
    """Lloyd's algorithm."""

    @pytest.mark.parametrize(
        ("n_samples", "n_features", "n_clusters"), [(40, 1, 2), (200, 3, 4), (300, 8, 7)]
    )
    def test_agrees_with_scikit_learn_from_the_same_start(self, n_samples, n_features, n_clusters):
        from sklearn.cluster import KMeans

        X = blobs(np.random.default_rng(n_samples), n_samples, n_features, n_clusters)
        start = X[:n_clusters]
        ours = k_means(X, n_clusters, start=start)
        theirs = KMeans(n_clusters, init=start, n_init=1, tol=0).fit(X)
        assert ours.converged
        np.testing.assert_array_equal(ours.labels, theirs.labels_)
        np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, rtol=1e-10)
        assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-12)

    def test_agrees_with_scipy_step_by_step(self):
        from scipy.cluster.vq import kmeans2

        X = blobs(np.random.default_rng(1), n_clusters=5)
        for n_steps in range(1, 6):
            ours = k_means(X, 5, start=X[:5], max_steps=n_steps)
            centers, _ = kmeans2(X, X[:5], iter=n_steps, minit="matrix", missing="raise")
            np.testing.assert_allclose(ours.centers, centers, rtol=1e-10)

    def test_finds_the_best_of_all_partitions_of_a_small_set(self):
        X = blobs(np.random.default_rng(2), n_samples=9, n_features=2, n_clusters=3)
        best = np.inf
        for labels in itertools.product(range(3), repeat=8):
            labels = np.array([0, *labels])
            if len(set(labels)) == 3:
                inertia = sum(
                    ((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in range(3)
                )
                best = min(best, inertia)
        assert k_means(X, 3, rng=0, n_starts=30).inertia == pytest.approx(best, rel=1e-12)

    @given(X=points, n_clusters=st.integers(1, 6), seed=st.integers(0, 99))
    @settings(max_examples=150)
    def test_a_converged_run_is_a_fixed_point(self, X, n_clusters, seed):
        assume(len(np.unique(X, axis=0)) >= n_clusters)
        result = k_means(X, n_clusters, rng=seed, start="random")
        assert result.converged
        assert (np.diff(result.inertia_path) <= 1e-14 * result.inertia_path[0]).all()
        assert result.inertia == result.inertia_path.min()
        assert len(result.inertia_path) == result.n_steps + 1
        squared = squared_distances(X, result.centers)
        own = squared[np.arange(len(X)), result.labels]
        np.testing.assert_allclose(own, squared.min(axis=1), atol=1e-9)
        assert result.inertia == pytest.approx(own.sum(), abs=1e-9)
        for j in range(n_clusters):
            mean = X[result.labels == j].mean(axis=0)  # no cluster is empty
            np.testing.assert_allclose(result.centers[j], mean, atol=1e-6)

    @given(seed=st.integers(0, 10_000))
    @settings(max_examples=40)
    def test_moves_with_the_data(self, seed):
        rng = np.random.default_rng(seed)
        X, start = blobs(rng), rng.normal(scale=4, size=(4, 3))
        base = k_means(X, 4, start=start)
        shift = rng.normal(scale=10, size=3)
        rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        order = rng.permutation(len(X))

        moved = k_means(X + shift, 4, start=start + shift)
        turned = k_means(X @ rotation, 4, start=start @ rotation)
        shuffled = k_means(X[order], 4, start=start)
        scaled = k_means(3 * X, 4, start=3 * start)
        np.testing.assert_allclose(moved.centers, base.centers + shift, atol=1e-9)
        np.testing.assert_allclose(turned.centers, base.centers @ rotation, atol=1e-9)
        np.testing.assert_array_equal(shuffled.labels, base.labels[order])
        assert scaled.inertia == pytest.approx(9 * base.inertia)

    def test_far_from_the_origin_the_labels_do_not_change(self):
        X = blobs(np.random.default_rng(3))
        near = k_means(X, 4, start=X[:4])
        far = k_means(X + 1e8, 4, start=X[:4] + 1e8)
        np.testing.assert_array_equal(far.labels, near.labels)
        assert far.inertia == pytest.approx(near.inertia, rel=1e-6)

    def test_one_cluster_is_the_mean_and_n_clusters_are_the_points(self):
        X = blobs(np.random.default_rng(4), n_samples=20)
        one, all_of_them = k_means(X, 1, rng=0), k_means(X, 20, rng=0)
        np.testing.assert_allclose(one.centers[0], X.mean(axis=0))
        assert one.inertia == pytest.approx(20 * X.var(axis=0).sum())
        assert all_of_them.inertia == 0
        assert sorted(all_of_them.labels) == list(range(20))

    def test_an_empty_cluster_gets_the_farthest_point(self):
        X = np.array([[0.0], [1.0], [2.0], [10.0]])
        first = k_means(X, 2, start=[[3.0], [100.0]], max_steps=1)
        np.testing.assert_array_equal(first.centers, [[3.25], [10.0]])
        assert not first.converged
        last = k_means(X, 2, start=[[3.0], [100.0]])
        np.testing.assert_allclose(last.centers, [[1.0], [10.0]])
        assert last.inertia == 2

    def test_several_empty_clusters_get_different_points(self):
        X = np.array([[0.0], [0.0], [5.0], [5.0], [9.0]])
        start = [[0.0], [50.0], [60.0]]
        first = k_means(X, 3, start=start, max_steps=1)
        np.testing.assert_allclose(first.centers, [[3.8], [9.0], [0.0]])
        result = k_means(X, 3, start=start)
        assert sorted(result.centers.ravel()) == [0, 5, 9]
        assert result.inertia == 0

    def test_ties_go_to_the_first_centre(self):
        result = k_means([[-1.0], [0.0], [0.0], [1.0]], 2, start=[[-0.5], [0.5]])
        assert result.labels.tolist() == [0, 0, 0, 1]
        assert result.inertia == pytest.approx(2 / 3)

    def test_several_starts_return_the_best_of_them(self):
        X = blobs(np.random.default_rng(5), n_clusters=8)
        rng = np.random.default_rng(4)
        single = [k_means(X, 8, rng=rng).inertia for _ in range(6)]
        best = k_means(X, 8, rng=np.random.default_rng(4), n_starts=6)
        assert min(single) < 0.99 * single[0]  # so that neither the first nor the last would do
        assert min(single) < 0.99 * single[-1]
        assert best.inertia == min(single)

    def test_a_seed_repeats_and_the_data_stay_untouched(self):
        X = blobs(np.random.default_rng(6))
        before = X.copy()
        first, second = k_means(X, 4, rng=1), k_means(X, 4, rng=1)
        np.testing.assert_array_equal(first.centers, second.centers)
        np.testing.assert_array_equal(X, before)

    def test_too_few_steps_are_reported(self):
        X = blobs(np.random.default_rng(8))
        result = k_means(X, 4, start=X[:4], max_steps=1)
        assert not result.converged
        assert result.n_steps == 1
        np.testing.assert_array_equal(result.labels, assign_to_nearest(X, result.centers))

    @pytest.mark.parametrize("value", [1.0, 0.3, 1e-160])  # the mean of three 0.3 is not 0.3
    def test_fewer_distinct_points_than_clusters(self, value):
        X = [[value, 0.0]] * 3 + [[0.7, 1.0]] * 4
        for start in ("k-means++", "random", [[value, 0.0], [value, 0.0], [0.7, 1.0]]):
            with pytest.raises(ValueError, match="distinct points; got 2 for n_clusters = 3"):
                k_means(X, 3, rng=0, start=start)

    def test_points_nearer_than_the_others_extent_can_tell_count_as_one(self):
        for start in ("k-means++", "random", [[0.0], [1e-200], [1.0]]):
            with pytest.raises(ValueError, match="distinct points; got 2 for n_clusters = 3"):
                k_means([[0.0], [1e-200], [1.0]], 3, rng=0, start=start)

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("exponent", [-1000, -560, 560, 1000])
    def test_the_unit_does_not_matter(self, exponent):
        X = np.round(blobs(np.random.default_rng(3)) * 64) / 64  # so that no digit is lost
        base = k_means(X, 4, rng=2, n_starts=3)
        scaled = k_means(np.ldexp(X, exponent), 4, rng=2, n_starts=3)
        np.testing.assert_array_equal(scaled.labels, base.labels)
        np.testing.assert_array_equal(scaled.centers, np.ldexp(base.centers, exponent))
        assert (scaled.n_steps, scaled.converged) == (base.n_steps, True)
        assert scaled.inertia == (np.inf if exponent > 0 else 0)
        assert scaled.inertia_path.tolist() == [scaled.inertia] * (base.n_steps + 1)
        start = np.ldexp(X[:4], exponent)
        again = k_means(np.ldexp(X, exponent), 4, start=start)
        np.testing.assert_array_equal(again.labels, k_means(X, 4, start=X[:4]).labels)

    @pytest.mark.parametrize("scale", [1e200, 1e-170, 1e300, 1e-300])
    def test_very_large_and_very_small_values(self, scale):
        X = scale * np.array([[0.0, 1.0], [0.0, 2.0], [5.0, 5.0], [5.0, 6.0], [9.0, 0.0]])
        result = k_means(X, 3, rng=0, n_starts=5)
        assert [len(set(result.labels[rows])) for rows in ([0, 1], [2, 3], [0, 2, 4])] == [1, 1, 3]
        middles = np.array([X[:2].mean(axis=0), X[2:4].mean(axis=0), X[4]])
        np.testing.assert_allclose(result.centers[result.labels[[0, 2, 4]]], middles, rtol=1e-15)

    def test_an_inertia_that_a_double_can_hold_is_right_at_any_scale(self):
        for scale in (1e-150, 1e-9, 1e9, 1e150):
            X = scale * np.array([[0.0], [1.0], [7.0]])
            assert k_means(X, 2, rng=0).inertia == pytest.approx(scale**2 / 2, rel=1e-14)

    @pytest.mark.filterwarnings("error")
    def test_a_start_out_of_sight_ends_where_a_near_one_does(self):
        X = [[0.0], [1.0], [5.0]]
        for start in ([[2e200], [1e200]], [[1.0], [1e300]], [[-1e308], [1e308]]):
            result = k_means(X, 2, start=start)
            assert sorted(result.centers.ravel()) == [0.5, 5]

    def test_one_point_far_out_does_not_blur_the_others(self):
        X = [[0], [1], [10], [11], [1e12]]
        for seed in range(50):
            result = k_means(X, 3, rng=seed)
            assert (np.diff(result.inertia_path) <= 0).all()
            assert (result.inertia, result.converged) == (1, True)
            assert result.labels[0] == result.labels[1] != result.labels[2] == result.labels[3]

    def test_one_point_far_out_takes_no_digits_from_the_others(self):
        for place in range(5):
            X = np.insert([0.1, 1.13, 10.2, 11.37], place, 1e12)[:, np.newaxis]
            expected = (1.03**2 + 1.17**2) / 2
            assert k_means(X, 3, rng=0, n_starts=5).inertia == pytest.approx(expected, rel=1e-12)

    def test_the_best_state_of_a_run_is_returned_and_a_cycle_ends(self, monkeypatch):
        # No data are known on which rounding leads Lloyd's steps around a cycle, so here an
        # assignment does that sends two points to and fro, and one of its ends is better.
        labels = itertools.cycle([[0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]])

        def to_and_fro(_cloud, _centers):
            return np.array(next(labels), dtype=np.uint8)

        monkeypatch.setattr(sys.modules["mlmath_lib.models.k_means"], "_nearest", to_and_fro)
        result = k_means([[0.0], [1.0], [5.0], [6.0]], 2, start=[[0.0], [5.0]])
        assert (result.n_steps, result.converged) == (3, True)
        assert result.inertia == result.inertia_path.min() < result.inertia_path[-1]
        best = int(np.argmin(result.inertia_path))
        assert result.labels.tolist() == [[0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]][best % 3]
        own = result.centers[result.labels] - [[0.0], [1.0], [5.0], [6.0]]
        assert result.inertia == pytest.approx((own**2).sum())

    def test_more_clusters_than_a_byte_can_number(self):
        X = np.arange(600.0)[:, np.newaxis]
        result = k_means(X, 300, start=X[::2])
        assert result.labels.tolist() == np.repeat(np.arange(300), 2).tolist()
        assert result.labels.dtype == np.intp

    def test_clusters_that_rounding_takes_together_are_no_result(self):
        # Next to 1e8 some of these points are equal, and their means are none of them.
        X = [[1e8 + 0.2], [0.3], [0.2], [0.2], [0.1 + 0.2], [0.3 + 1e-9], [0.2 + 1e-9], [0.2]]
        for seed in range(200):
            result = k_means(X, 4, rng=seed, start="random")
            assert result.converged
            assert set(result.labels) == set(range(4))
        X = [[-0.2 + 1e-17], [99999999.7], [-0.2], [100000000.2], [99999999.7], [0.1 - 0.3]]
        with pytest.raises(ValueError, match="distinct points; got 3 for n_clusters = 4"):
            k_means(X, 4, rng=0, start="random")

    def test_no_run_ends_with_an_empty_cluster(self, monkeypatch):
        def to_the_first(_cloud, _centers):  # as if rounding hid the centre that is put on a point
            return np.zeros(4, dtype=np.uint8)

        monkeypatch.setattr(sys.modules["mlmath_lib.models.k_means"], "_nearest", to_the_first)
        with pytest.raises(ValueError, match="distinct points; got 1 for n_clusters = 2"):
            k_means([[0.0], [1.0], [5.0], [6.0]], 2, start=[[0.0], [5.0]])

    @pytest.mark.parametrize("seed", range(3))
    def test_the_usual_start_is_k_means_plus_plus(self, seed):
        X = blobs(np.random.default_rng(10))
        chosen = k_means_plus_plus(X, 5, rng=seed)
        for result in (k_means(X, 5, rng=seed), k_means(X, 5, rng=seed, start="k-means++")):
            expected = k_means(X, 5, start=chosen)
            np.testing.assert_array_equal(result.inertia_path, expected.inertia_path)
            np.testing.assert_array_equal(result.centers, expected.centers)

    def test_a_start_given_needs_no_randomness(self):
        X, rng = blobs(np.random.default_rng(9)), np.random.default_rng(5)
        k_means(X, 3, start=X[:3], rng=rng)
        assert rng.random() == np.random.default_rng(5).random()

    def test_the_random_start_draws_points_without_replacement(self):
        X = np.array([[0.0], [1.0], [10.0], [11.0]])
        for seed in range(20):
            rows = np.random.default_rng(seed).choice(4, size=2, replace=False)
            drawn = k_means(X, 2, rng=seed, start="random")
            np.testing.assert_array_equal(drawn.labels, k_means(X, 2, start=X[rows]).labels)
            np.testing.assert_array_equal(drawn.centers, k_means(X, 2, start=X[rows]).centers)

    @pytest.mark.parametrize(
        ("changes", "error", "message"),
        [
            ({"X": [1.0, 2.0]}, ValueError, r"X must have shape .* use X\[:, np.newaxis\]"),
            ({"X": [[1.0], [np.nan]]}, ValueError, "X must be finite; got 1 NaN"),
            ({"X": "points"}, TypeError, "X must be an array of real numbers"),
            ({"n_clusters": 9}, ValueError, "at most the number of points, 4; got 9"),
            ({"n_clusters": 0}, ValueError, "n_clusters must be a whole number >= 1; got 0"),
            ({"n_clusters": 2.0}, TypeError, "n_clusters must be a whole number"),
            ({"n_starts": 0}, ValueError, "n_starts must be a whole number >= 1"),
            ({"max_steps": 0}, ValueError, "max_steps must be a whole number >= 1"),
            ({"start": "best"}, ValueError, 'start must be "k-means[+][+]" or "random", or'),
            ({"start": [[1.0]]}, ValueError, r"start must have shape \(2, 1\); got shape \(1, 1\)"),
            ({"start": [[1.0], [2.0]], "n_starts": 2}, ValueError, "n_starts must be 1 when start"),
        ],
    )
    def test_errors_name_the_remedy(self, changes, error, message):
        arguments = {"X": [[0.0], [1.0], [5.0], [6.0]], "n_clusters": 2, "rng": 0} | changes
        with pytest.raises(error, match=message):
            k_means(**arguments)


class TestKMeansPlusPlus:
    """The first centres."""

    def test_draws_in_proportion_to_the_squared_distance(self):
        X = np.array([[0.0], [1.0], [3.0]])
        rng = np.random.default_rng(0)
        pairs = np.array([k_means_plus_plus(X, 2, rng=rng).ravel() for _ in range(6000)])
        # By hand: from 0 the weights are 1 and 9, from 1 they are 1 and 4, from 3 9 and 4.
        exact = {(0, 1): 0.1, (0, 3): 0.9, (1, 0): 0.2, (1, 3): 0.8, (3, 0): 9 / 13, (3, 1): 4 / 13}
        for (first, second), probability in exact.items():
            share = np.mean((pairs == [first, second]).all(axis=1))
            error = np.sqrt(probability / 3 * (1 - probability / 3) / len(pairs))
            assert abs(share - probability / 3) < 4 * error

    @given(X=points, n_clusters=st.integers(1, 6), seed=st.integers(0, 99))
    def test_centers_are_distinct_points(self, X, n_clusters, seed):
        distinct = np.unique(X, axis=0)
        assume(len(distinct) >= n_clusters)
        centers = k_means_plus_plus(X, n_clusters, rng=seed)
        assert len(np.unique(centers, axis=0)) == n_clusters
        assert len(np.unique(np.vstack([distinct, centers]), axis=0)) == len(distinct)

    def test_fewer_distinct_points_than_clusters(self):
        with pytest.raises(ValueError, match="got 1 for n_clusters = 2"):
            k_means_plus_plus([[1.0], [1.0], [1.0]], 2, rng=0)

    @pytest.mark.parametrize("scale", [1e200, 1e-170])
    def test_very_large_and_very_small_values(self, scale):
        X = blobs(np.random.default_rng(1), n_samples=30)
        chosen = k_means_plus_plus(scale * X, 5, rng=3)
        np.testing.assert_array_equal(chosen, scale * k_means_plus_plus(X, 5, rng=3))
        assert all((scale * X == center).all(axis=1).any() for center in chosen)

    def test_more_clusters_than_points(self):
        with pytest.raises(ValueError, match="n_clusters must be at most the number of points, 1"):
            k_means_plus_plus([[1.0]], 2)

    def test_a_count_that_is_no_whole_number(self):
        with pytest.raises(TypeError, match="n_clusters must be a whole number"):
            k_means_plus_plus([[1.0], [2.0]], "two")


class TestAssignToNearest:
    """The assignment step."""

    @pytest.mark.parametrize("offset", [0, 1e7])
    def test_agrees_with_scipy(self, offset):
        from scipy.spatial.distance import cdist

        rng = np.random.default_rng(9)
        X, centers = rng.normal(size=(300, 6)), rng.normal(size=(9, 6))
        expected = cdist(X, centers).argmin(axis=1)
        np.testing.assert_array_equal(assign_to_nearest(X + offset, centers + offset), expected)

    def test_the_rows_are_whole_numbers_of_the_usual_type(self):
        assert assign_to_nearest([[0.0], [1.0]], [[0.0], [1.0]]).dtype == np.intp

    @given(X=points)
    def test_every_centre_is_nearest_to_itself(self, X):
        centers = np.unique(X, axis=0)
        assert assign_to_nearest(centers, centers).tolist() == list(range(len(centers)))

    def test_ties_go_to_the_first_centre(self):
        assert assign_to_nearest([[0.0, 3.0]], [[1.0, 0.0], [-1.0, 0.0]]).tolist() == [0]

    @given(X=points, seed=st.integers(0, 99), offset=st.sampled_from([0, 0.5, 1e6, -(2.0**40)]))
    def test_on_a_grid_every_tie_is_seen(self, X, seed, offset):
        centers = np.random.default_rng(seed).integers(-4, 5, size=(6, X.shape[1])) / 2
        expected = squared_distances(X, centers).argmin(axis=1)  # exact, and the first of several
        labels = assign_to_nearest(X + offset, centers + offset)
        np.testing.assert_array_equal(labels, expected)

    @pytest.mark.parametrize("gap", [1e-9, 1e-14])
    def test_centres_far_closer_than_the_extent_of_the_points(self, gap):
        centers = [[0.0], [gap], [1.0]]
        X = [[0.4 * gap], [0.6 * gap], [gap], [0.9], [-1.0]]
        assert assign_to_nearest(X, centers).tolist() == [0, 1, 1, 2, 0]

    def test_centres_far_from_the_middle_and_close_together(self):
        # The expanded squares of these distances agree in all digits.
        rng = np.random.default_rng(2)
        corner = rng.normal(size=6)
        centers = corner + 1e-10 * rng.normal(size=(8, 6))
        X = np.vstack([rng.normal(size=(60, 6)), corner + 1e-10 * rng.normal(size=(40, 6))])
        expected = squared_distances(X, centers).argmin(axis=1)
        assert len(set(expected[60:])) > 4
        np.testing.assert_array_equal(assign_to_nearest(X, centers)[60:], expected[60:])

    @pytest.mark.filterwarnings("error")
    def test_values_of_all_sizes(self):
        assert assign_to_nearest([[1.0], [0.0]], [[1e200], [1e-3], [0.0]]).tolist() == [1, 2]
        assert assign_to_nearest([[1.0], [0.0]], [[2e200], [1e200]]).tolist() == [1, 1]
        assert assign_to_nearest([[1e-170], [0]], [[1e300], [1e-170], [0]]).tolist() == [1, 2]
        assert assign_to_nearest([[1e300], [0]], [[1e-300], [2e300]]).tolist() == [0, 0]
        assert assign_to_nearest([[0.0]], [[0.0]]).tolist() == [0]

    def test_shapes_must_fit(self):
        with pytest.raises(ValueError, match=r"centers must have shape \(n_clusters, 2\)"):
            assign_to_nearest([[0.0, 1.0]], [[1.0]])

    def test_centers_must_be_finite(self):
        with pytest.raises(ValueError, match="centers must be finite"):
            assign_to_nearest([[0.0]], [[np.inf]])


CALLS = {
    "k_means": lambda X: k_means(X, 1),
    "start of k_means": lambda X: k_means([[1.0], [2.0]], 2, start=X),
    "k_means_plus_plus": lambda X: k_means_plus_plus(X, 1),
    "points of assign_to_nearest": lambda X: assign_to_nearest(X, [[1.0]]),
    "centres of assign_to_nearest": lambda X: assign_to_nearest([[1.0]], X),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.ma.masked_equal([[1.0], [999.0]], 999), ValueError, "got masked ones among them"),
        (pd.DataFrame({"a": ["1", "2"]}), TypeError, "numbers written as text"),
        ([[1.0], ["2"]], TypeError, "numbers written as text"),
        ([[1j], [2.0]], TypeError, "Take the real part"),
        ([[1.0], [2.0, 3.0]], TypeError, "rows must have one length"),
        ([[1.0], [None]], TypeError, "fill in what is missing"),
        (None, TypeError, "got None"),
        ([[1.0], [np.nan]], ValueError, "must be finite"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(call, value, error, message):
    with pytest.raises(error, match=message):
        call(value)


def test_a_table_of_numbers_may_be_a_dataframe():
    X = pd.DataFrame({"a": [1, 2, 30], "b": [0.5, 0.5, 0.5]})
    result = k_means(X, 2, rng=0)
    assert result.labels[0] == result.labels[1] != result.labels[2]
