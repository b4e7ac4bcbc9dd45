"""A Loss checks what goes in and what its functions return, and changes nothing between."""

import numpy as np
import pytest
from strategies import random_vectors

from steepest import Loss

CUBES = Loss(lambda w: (w**3).sum(-1), lambda w: 3 * w**2, lambda w, v: 6 * w * v)


def test_one_point_gives_a_float_and_several_a_row():
    """Points of shape (..., d) give values of shape (...), gradients and products of shape (..., d)."""
    assert type(CUBES([1.0, 2.0])) is float
    assert CUBES([1.0, 2.0]) == 9.0  # exact: whole numbers
    stack = random_vectors(40, 4, 5, 3)
    assert CUBES(stack).shape == (4, 5)
    assert CUBES.gradient(stack).shape == CUBES.hessian_product(stack, stack).shape == (4, 5, 3)


def test_its_functions_get_arrays_of_floats():
    """A loss's functions never see a list or an integer: points arrive as arrays of floats."""
    seen = []
    loss = Loss(lambda w: seen.append(w) or 0.0, lambda w: seen.append(w) or w, lambda w, v: seen.extend([w, v]) or v)
    loss([1, 2]), loss.gradient([1, 2]), loss.hessian_product([1, 2], [3, 4])
    assert [w.dtype for w in seen] == [np.float64] * 4
    np.testing.assert_array_equal(seen, [[1, 2], [1, 2], [1, 2], [3, 4]])


def test_a_product_pairs_points_and_vectors():
    """One point with several vectors, or several points with one vector, give one product for each pair."""
    w, v = np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]])
    np.testing.assert_array_equal(CUBES.hessian_product(w, v), [[6, 0], [0, 12], [12, -12]])
    np.testing.assert_array_equal(CUBES.hessian_product(v, w), [[6, 0], [0, 12], [12, -12]])


def test_a_value_may_be_any_real_number():
    """A loss may return a Python int, a float or an array without axes; the caller gets a float."""
    for value in (2, 2.0, np.float32(2), np.array(2)):
        loss = Loss(lambda w, value=value: value, lambda w: w, lambda w, v: v)
        assert type(loss([1.0])) is float
        assert loss([1.0]) == 2.0  # exact: nothing is computed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_of_whole_numbers_becomes_floats(dtype):
    """A loss whose function returns integers still gives gradients and products of floats, of the point's type."""
    loss, w = Loss(lambda w: 0, lambda w: [3, 4], lambda w, v: [5, 6]), np.array([1.0, 2.0], dtype=dtype)
    assert loss.gradient(w).dtype == loss.hessian_product(w, w).dtype == dtype
    np.testing.assert_array_equal(loss.gradient(w), [3, 4])
    np.testing.assert_array_equal(loss.hessian_product(w, w), [5, 6])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_of_floats_is_left_alone(dtype):
    """Floats that a loss's function returns come back as the very same array, of whatever type."""
    gradient = np.array([3.0, 4.0], dtype=dtype)
    assert Loss(lambda w: 0.0, lambda w: gradient, lambda w, v: v).gradient([1.0, 2.0]) is gradient


def test_a_loss_of_any_dimension_takes_any_point():
    """A loss without a dimension takes points of every dimension, a loss with one takes only that."""
    assert CUBES.dim is None
    assert CUBES([2.0]) == 8.0  # exact: whole numbers
    assert CUBES([1.0, 1.0, 1.0]) == 3.0  # exact: whole numbers
    fixed = Loss(lambda w: w[..., 0], lambda w: w, lambda w, v: v, dim=2)
    assert fixed([1.0, 2.0]) == 1.0  # exact: nothing is computed
    for point in ([1.0], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match="this loss takes 2"):
            fixed(point)
