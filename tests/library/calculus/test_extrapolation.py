"""Richardson extrapolation against closed forms, known formulas and measured orders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmath_lib.calculus import derivative, richardson


def central(h):
    """Return the central difference of exp at 0, whose limit is 1."""
    return np.sinh(h) / h


@given(
    limit=st.floats(-5, 5),
    coefficients=st.lists(st.floats(-3, 3), min_size=1, max_size=4),
    step=st.floats(0.1, 2),
)
def test_a_finite_expansion_is_extrapolated_exactly(limit, coefficients, step):
    powers = [0.5, 1, 2, 3.5][: len(coefficients)]

    def approximate(h):
        return limit + sum(c * h**p for c, p in zip(coefficients, powers, strict=True))

    result = richardson(approximate, step, powers=powers)
    # Dividing by 2^0.5 - 1 and the like magnifies rounding a little.
    assert result.limit == pytest.approx(limit, abs=1e-11)


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_each_column_has_the_order_of_the_first_term_that_is_left(column):
    # Large steps for the last column: at 0.2 only rounding is left.
    steps = np.array([0.4, 0.2, 0.1]) * (4 if column == 3 else 1)
    errors = [abs(richardson(central, step).table[column, column] - 1) for step in steps]
    order = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert order == pytest.approx(2 * column + 2, abs=0.1)


def test_one_step_of_central_differences_is_the_difference_of_order_four():
    for x in [0.4, -1.0]:
        result = richardson(lambda h, x=x: derivative(np.sin, x, step=h), 0.2, powers=(2,))
        assert result.limit == pytest.approx(derivative(np.sin, x, order=4, step=0.1), rel=1e-13)


def test_the_trapezoidal_rule_becomes_simpsons_and_booles():
    def trapezoid(h):
        x = np.linspace(0, 1, round(1 / h) + 1)
        return np.trapezoid(np.exp(-(x**2)), x)

    f = np.exp(-(np.linspace(0, 1, 5) ** 2))
    table = richardson(trapezoid, 1.0, powers=(2, 4)).table
    assert table[1, 1] == pytest.approx(f[[0, 2, 4]] @ [1, 4, 1] / 6, rel=1e-14)
    assert table[2, 2] == pytest.approx(f @ [7, 32, 12, 32, 7] / 90, rel=1e-14)


def test_arrays_are_extrapolated_entry_by_entry():
    x = np.array([[0.1, 0.5], [1.0, 2.0]])
    result = richardson(lambda h: derivative(np.sin, x, step=h), 0.5)
    np.testing.assert_allclose(result.limit, np.cos(x), atol=1e-9)
    assert result.error.shape == x.shape
    assert result.table.shape == (4, 4, 2, 2)
    assert np.isnan(result.table[0, 1:]).all()
    single = richardson(lambda h: derivative(np.sin, 2.0, step=h), 0.5)
    np.testing.assert_array_equal(single.table, result.table[..., 1, 1])
    assert type(single.limit) is type(single.error) is float


def test_the_estimate_covers_the_error_of_a_smooth_function():
    for step in [0.2, 0.5, 1.0]:
        result = richardson(central, step)
        assert abs(result.limit - 1) <= result.error < step**6


def test_wrong_powers_gain_no_order():
    steps = np.array([0.2, 0.1, 0.05])
    errors = [
        abs(richardson(lambda h: (np.exp(h) - 1) / h, step, powers=(2, 4)).limit - 1)
        for step in steps
    ]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(1, abs=0.05)


def test_richardson_names_each_mistake():
    with pytest.raises(TypeError, match="approximate must be a function that returns an approx"):
        richardson(1.0, 0.1)
    with pytest.raises(ValueError, match="step must be a finite number > 0; got 0"):
        richardson(central, 0)
    with pytest.raises(ValueError, match=r"powers must have shape \(n_powers,\)"):
        richardson(central, 0.1, powers=())
    with pytest.raises(ValueError, match=r"powers must increase and be above 0; got \[2.0, 2.0\]"):
        richardson(central, 0.1, powers=(2, 2))
    with pytest.raises(ValueError, match="powers must increase and be above 0; got"):
        richardson(central, 0.1, powers=(0, 2))
    with pytest.raises(ValueError, match="approximate must be finite where"):
        richardson(lambda h: np.nan if h < 0.1 else h, 0.1)
    with pytest.raises(ValueError, match=r"what approximate returns must have shape \(\)"):
        richardson(lambda h: h if h == 0.1 else [h, h], 0.1)
