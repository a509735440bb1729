"""Entropies against SciPy, loops over the formulas, and their identities."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats
from sklearn.metrics import log_loss

from mlmath_lib.information_theory import (
    cross_entropy,
    entropy,
    kl_divergence,
)


@st.composite
def distribution_pairs(draw):
    """Return two arrays of distributions of one shape; zeros are common."""
    shape = draw(array_shapes(min_dims=1, max_dims=3, max_side=6))
    weights = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
    pair = []
    for _ in range(2):
        array = draw(arrays(float, shape, elements=weights))
        array[..., 0] += 1e-2  # no row without weight
        pair.append(array / array.sum(axis=-1, keepdims=True))
    return pair


@pytest.fixture(scope="module")
def rows():
    """Two arrays of 200 distributions over 7 outcomes, p with zeros."""
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.full(7, 0.5), size=(2, 200))
    p[p < 0.05] = 0
    return p / p.sum(axis=1, keepdims=True), q


@pytest.mark.parametrize("base", [2, np.e, 10])
def test_measures_agree_with_scipy(rows, base):
    p, q = rows
    reference = stats.entropy(p, base=base, axis=1)
    divergence = stats.entropy(p, q, base=base, axis=1)
    assert_allclose(entropy(p, base=base), reference, rtol=1e-12, atol=1e-14)
    assert_allclose(kl_divergence(p, q, base=base), divergence, rtol=1e-12)
    assert_allclose(cross_entropy(p, q, base=base), reference + divergence, rtol=1e-12)


def test_measures_agree_with_the_special_functions(rows):
    p, q = rows
    assert_allclose(entropy(p, base=np.e), special.entr(p).sum(axis=1), atol=1e-14)
    assert_allclose(kl_divergence(p, q, base=np.e), special.rel_entr(p, q).sum(axis=1), rtol=1e-12)
    assert_allclose(cross_entropy(p, q, base=np.e), -special.xlogy(p, q).sum(axis=1), rtol=1e-12)


def test_powers_of_two_by_hand():
    p = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 8)]
    q = [Fraction(1, 8), Fraction(1, 8), Fraction(1, 4), Fraction(1, 2)]
    lengths_p, lengths_q = (1, 2, 3, 3), (3, 3, 2, 1)
    own = float(sum(share * length for share, length in zip(p, lengths_p, strict=True)))
    foreign = float(sum(share * length for share, length in zip(p, lengths_q, strict=True)))
    assert (own, foreign) == (1.75, 2.625)
    assert_allclose(entropy(p), own, rtol=1e-15)
    assert_allclose(cross_entropy(p, q), foreign, rtol=1e-15)
    assert_allclose(kl_divergence(p, q), foreign - own, rtol=1e-15)


def test_labels_give_the_log_loss_of_scikit_learn():
    rng = np.random.default_rng(5)
    labels, predicted = rng.integers(0, 4, 300), rng.dirichlet(np.ones(4), size=300)
    ours = cross_entropy(np.eye(4)[labels], predicted, base=np.e)
    assert_allclose(ours.mean(), log_loss(labels, predicted, labels=range(4)), rtol=1e-12)


@given(distribution_pairs())
def test_cross_entropy_is_entropy_plus_divergence(pair):
    p, q = pair
    divergence = kl_divergence(p, q)
    assert divergence.shape == p.shape[:-1]
    assert np.all(divergence >= -1e-14)
    assert_allclose(cross_entropy(p, q), entropy(p) + divergence, rtol=1e-12, atol=1e-13)
    assert_array_equal(kl_divergence(p, p), 0)
    assert np.all((divergence == np.inf) == ((p > 0) & (q == 0)).any(axis=-1))


@given(distribution_pairs(), st.randoms(use_true_random=False))
def test_measures_do_not_depend_on_the_order_of_outcomes(pair, random):
    p, q = pair
    order = list(range(p.shape[-1]))
    random.shuffle(order)
    assert_allclose(entropy(p[..., order]), entropy(p), atol=1e-13)
    assert_allclose(kl_divergence(p[..., order], q[..., order]), kl_divergence(p, q), atol=1e-12)


@given(st.integers(1, 50))
def test_entropy_lies_between_certain_and_uniform(n_outcomes):
    assert_allclose(entropy(np.full(n_outcomes, 1 / n_outcomes)), np.log2(n_outcomes), atol=1e-14)
    certain = np.eye(n_outcomes)[0]
    assert entropy(certain) == 0
    assert not np.signbit(entropy(certain))
    p = np.random.default_rng(n_outcomes).dirichlet(np.ones(n_outcomes), size=20)
    assert np.all(entropy(p) <= np.log2(n_outcomes) + 1e-12)


def test_entropies_of_independent_parts_add():
    p, q = np.random.default_rng(1).dirichlet(np.ones(5), size=2)
    together = np.outer(p, q).ravel()
    assert_allclose(entropy(together), entropy(p) + entropy(q), rtol=1e-13)


def test_zeros():
    assert cross_entropy([0, 1], [0.5, 0.5]) == pytest.approx(1)
    assert cross_entropy([0, 1], [0, 1]) == 0
    assert cross_entropy([0.5, 0.5], [1, 0]) == np.inf
    assert_array_equal(kl_divergence([[1, 0], [0.5, 0.5]], [1, 0]), [0, np.inf])


def test_tiny_probabilities_do_not_overflow():
    tiny = 1e-310
    nats = float(mp.mpf(1) * mp.log(1 / mp.mpf(tiny)))
    assert_allclose(kl_divergence([1, 0], [tiny, 1], base=np.e), nats, rtol=1e-12)
    assert_allclose(cross_entropy([1, 0], [tiny, 1], base=np.e), nats, rtol=1e-12)


def test_leading_axes_broadcast(rows):
    p, q = rows
    one_to_many = cross_entropy(p[0], q)
    assert_allclose(one_to_many, [cross_entropy(p[0], row) for row in q], rtol=1e-12)
    table = kl_divergence(p[:5, np.newaxis], q[:6])
    assert table.shape == (5, 6)
    assert_allclose(table[3, 4], kl_divergence(p[3], q[4]), rtol=1e-12)


def test_arguments_stay_as_they_were(rows):
    p, q = rows
    copies = p.copy(), q.copy()
    cross_entropy(p, q), kl_divergence(p, q), entropy(p)
    for before, after in zip(copies, (p, q), strict=True):
        assert_array_equal(before, after)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_distributions_in_lower_precision_are_taken_within_their_rounding(dtype):
    thirds = np.full(3, 1 / 3, dtype=dtype)
    roundings = 2 * float(np.finfo(dtype).eps)
    assert entropy(thirds) == pytest.approx(np.log2(3), rel=roundings)
    assert kl_divergence(thirds, np.full(3, 1 / 3)) == pytest.approx(0, abs=roundings)
    scores = np.random.default_rng(6).normal(size=(50, 1000)).astype(dtype)
    shares = np.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    assert entropy(shares).shape == (50,)
    with pytest.raises(ValueError, match=r"p must sum to 1 along its last axis; got "):
        entropy(thirds * dtype(1 + 20 * np.finfo(dtype).eps))
    with pytest.raises(ValueError, match=r"p must sum to 1 along its last axis; got 1\.00000002"):
        entropy(np.full(3, 1 / 3) * (1 + 2e-8))


def test_what_is_no_distribution_is_refused():
    with pytest.raises(ValueError, match=r"p must be probabilities >= 0; got -0\.5"):
        entropy([1.5, -0.5])
    with pytest.raises(ValueError, match=r"p must sum to 1 along its last axis; got 10\. Divide"):
        entropy([[0.5, 0.5], [3, 7]])
    with pytest.raises(ValueError, match=r"p must sum to 1 along its last axis; got 0\.5\. Divide"):
        entropy([[0.55, 0.55], [0.25, 0.25]])  # the one that misses most, from either side
    assert entropy([0.5, 0.5 + 5e-9]) == pytest.approx(1, abs=1e-7)
    with pytest.raises(ValueError, match=r"q must sum to 1 .* got 0\.9\..*softmax"):
        cross_entropy([0.5, 0.5], [0.5, 0.4])
    with pytest.raises(ValueError, match=r"q must be finite; got 1 NaN or infinite"):
        kl_divergence([0.5, 0.5], [np.nan, 1])
    with pytest.raises(TypeError, match=r"p must be an array of real numbers; got \['a', 'b'\]"):
        entropy(["a", "b"])
    with pytest.raises(
        TypeError, match=r"p must be an array of real numbers; got \[\[1\], \[0, 1\]\]"
    ):
        entropy([[1], [0, 1]])


@pytest.mark.parametrize("nothing", [1.0, [], np.ones((2, 0))])
def test_what_has_no_outcomes_is_refused(nothing):
    with pytest.raises(ValueError, match=r"p must have shape \(\.\.\., n_outcomes\)"):
        entropy(nothing)


@pytest.mark.parametrize("function", [cross_entropy, kl_divergence])
def test_pairs_that_do_not_fit_are_refused(function):
    thirds, halves = np.full(3, 1 / 3), np.full(2, 1 / 2)
    with pytest.raises(ValueError, match=r"p and q must have the same outcomes.*\(3,\) and \(2,\)"):
        function(thirds, halves)
    with pytest.raises(ValueError, match=r"leading axes that broadcast; got shapes \(2, 3\)"):
        function(np.tile(thirds, (2, 1)), np.tile(thirds, (4, 1)))
    with pytest.raises(ValueError, match=r"same outcomes along the last axis"):
        function([1.0], halves)  # NumPy alone would broadcast a last axis of 1


def test_units_that_are_none_are_refused():
    for base in (1, 0.5, -2, 0):
        with pytest.raises(ValueError, match=r"base must be a finite number > 1; got .*np\.e for"):
            entropy([0.5, 0.5], base=base)
    with pytest.raises(TypeError, match=r"base must be a finite number > 1; got 'bits'"):
        cross_entropy([0.5, 0.5], [0.5, 0.5], base="bits")
