"""The chain rule against SymPy at every link, and against differences."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from mlmath_lib.calculus import derivative, differentiate_chain

SYMBOL = sp.Symbol("x", real=True)
LINKS = [lambda x: x**2 + 1, np.sin, lambda u: 2 * u - 3, np.exp]
SLOPES = [lambda x: 2 * x, np.cos, lambda _: 2.0, np.exp]


@pytest.mark.parametrize("x", [0.7, [0.1, -2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]]])
def test_differentiate_chain_is_sympys_derivative_at_every_link(x):
    chain = differentiate_chain(LINKS, SLOPES, x)
    assert chain.values.shape == (5, *np.shape(x))
    assert chain.slopes.shape == (4, *np.shape(x))
    assert chain.sensitivities.shape == (5, *np.shape(x))
    tails = [
        sp.exp(2 * sp.sin(SYMBOL**2 + 1) - 3),
        sp.exp(2 * sp.sin(SYMBOL) - 3),
        sp.exp(2 * SYMBOL - 3),
        sp.exp(SYMBOL),
    ]
    for tail, values, sensitivities in zip(
        tails, chain.values[:-1], chain.sensitivities[:-1], strict=True
    ):
        np.testing.assert_allclose(sp.lambdify(SYMBOL, tail)(values), chain.values[-1])
        expected = sp.lambdify(SYMBOL, sp.diff(tail, SYMBOL))(values)
        np.testing.assert_allclose(sensitivities, expected, rtol=1e-12)
    np.testing.assert_array_equal(chain.sensitivities[-1], np.ones(np.shape(x)))


@given(x=st.floats(-3, 3), cut=st.integers(1, 3))
def test_a_chain_may_be_cut_anywhere(x, cut):
    whole = differentiate_chain(LINKS, SLOPES, x)
    inner = differentiate_chain(LINKS[:cut], SLOPES[:cut], x)
    outer = differentiate_chain(LINKS[cut:], SLOPES[cut:], inner.values[-1])
    assert outer.values[-1] == whole.values[-1]
    product = outer.sensitivities[0] * inner.sensitivities[0]
    assert product == pytest.approx(whole.sensitivities[0], rel=1e-12, abs=1e-300)
    assert whole.sensitivities[0] == pytest.approx(np.prod(whole.slopes), rel=1e-12, abs=1e-300)


@given(x=st.floats(-3, 3))
def test_differentiate_chain_agrees_with_differences(x):
    def composed(x):
        return np.exp(2 * np.sin(x**2 + 1) - 3)

    assert differentiate_chain(LINKS, SLOPES, x).sensitivities[0] == pytest.approx(
        derivative(composed, x), abs=1e-7
    )


def test_a_link_that_changes_its_argument_does_no_harm():
    def double_in_place(x):
        x *= 2
        return x

    x = np.array([1.0, 2.0])
    chain = differentiate_chain([double_in_place, np.square], [lambda _: 2.0, lambda u: 2 * u], x)
    assert chain.values.tolist() == [[1, 2], [2, 4], [4, 16]]
    assert chain.sensitivities[0].tolist() == [8, 16]
    assert x.tolist() == [1, 2]


def test_differentiate_chain_names_each_mistake():
    with pytest.raises(ValueError, match="same length, at least 1; got 0 and 0"):
        differentiate_chain([], [], 1.0)
    with pytest.raises(ValueError, match="same length, at least 1; got 2 and 1"):
        differentiate_chain([np.sin, np.exp], [np.cos], 1.0)
    with pytest.raises(TypeError, match=r"functions\[1\] must be a function"):
        differentiate_chain([np.sin, 2.0], [np.cos, np.exp], 1.0)
    with pytest.raises(TypeError, match=r"derivatives\[0\] must be a function.*got 2"):
        differentiate_chain([np.sin], [2], 1.0)
    with pytest.raises(TypeError, match="x must be an array of real numbers"):
        differentiate_chain([np.sin], [np.cos], "x")
    with pytest.raises(ValueError, match=r"functions\[0\] must return one value for each entry"):
        differentiate_chain([np.sum], [np.ones_like], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"derivatives\[1\] must be finite around x; got 1 NaN or"):
        differentiate_chain(
            [np.square, np.sqrt], [lambda x: 2 * x, lambda u: np.full(u.shape, np.inf)], 0.0
        )
