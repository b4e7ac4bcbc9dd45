"""The slope along a direction, the angle between two vectors, and the steepest direction."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from strategies import EPS, TINY, exact_dot, exact_norm, finite, nonzero, pairs, random_vectors, tame

from steepest import L1, L2, LINF, angle, circle, cosine, directional_derivative, steepest_direction

HUGE = float(np.finfo(float).max)


@given(pairs(finite, finite))
@example(([HUGE, HUGE], [HUGE, -HUGE]))
@example(([1e308, 1e-300], [0.0, 1e300]))
@example(([1e300, 1e-300], [1e-300, 1e300]))
@example(([1e-200, 1e200], [1e-200, 0.0]))
def test_slope_is_the_inner_product_at_any_magnitude(drawn):
    """The slope along a direction is the inner product, right to d rounding errors wherever it is a float."""
    exact, size = exact_dot(*drawn)
    # d products and d - 1 sums round; below the normal range a rounding is of a multiple of TINY.
    bound = 2 * len(drawn[0]) * (Fraction(EPS) * size + Fraction(TINY))
    assume(abs(exact) + bound < Fraction(HUGE))
    assert abs(Fraction(directional_derivative(*drawn)) - exact) <= bound


@given(pairs(tame, tame))
def test_slope_changes_its_sign_with_either_argument(drawn):
    """Turning the gradient or the direction around changes the sign of the slope and nothing else."""
    g, u = map(np.array, drawn)
    slope = directional_derivative(g, u)
    # exact: rounding is the same on both sides of zero
    assert directional_derivative(-g, u) == directional_derivative(g, -u) == -slope
    assert directional_derivative(u, g) == slope  # exact: products commute, and their sum has one order


def test_a_slope_is_a_number_for_each_direction():
    """One direction gives a float; a stack of them gives one number each, whichever argument is stacked."""
    g, u = random_vectors(30, 3), random_vectors(31, 4, 5, 3)
    assert type(directional_derivative(g, g)) is float
    for slopes in (directional_derivative(g, u), directional_derivative(u, g)):
        assert slopes.shape == (4, 5)
        np.testing.assert_allclose(
            slopes, np.einsum("d,nmd->nm", g, u), atol=3 * EPS * np.abs(u).max() * np.abs(g).sum()
        )


@given(nonzero(finite))
@example([5e-324])
@example([1e308, 1e308, -1e308])
@example([1e-300, 1e-300])
@example([5e-324, -5e-324, 1e-323])
@example([1e308, 1e-300])
def test_steepest_direction_is_right_at_any_magnitude(g):
    """Each component of the steepest direction is ``-g / norm(g)``, to a few rounding errors."""
    u, norm = steepest_direction(g), exact_norm(g)
    with mpmath.workdps(50):
        for component, c in zip(u, g, strict=True):
            exact = -mpmath.mpf(c) / norm
            assert abs(mpmath.mpf(float(component)) - exact) <= (len(g) / 2 + 3) * EPS * abs(exact) + TINY


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0, 1e300, 1e308])
def test_the_steepest_slope_is_minus_the_dual_norm(norm, size):
    """Along the steepest direction the slope is minus the dual norm of the gradient, for every norm and size."""
    g = [size, 0.0]
    # exact: the root of a square of one number is its size
    assert directional_derivative(g, steepest_direction(g, norm)) == -norm.dual(g) == -size


def test_the_euclidean_norm_is_meant_when_none_is_named():
    """Without a norm, the steepest direction is opposite to the gradient."""
    g = random_vectors(32, 100, 7)
    np.testing.assert_array_equal(steepest_direction(g), steepest_direction(g, L2))
    np.testing.assert_allclose(steepest_direction(g), -g / np.sqrt((g * g).sum(-1, keepdims=True)), rtol=16 * EPS)


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_the_length_of_the_gradient_does_not_matter(norm):
    """Eight times the gradient has the very same steepest direction."""
    g = random_vectors(33, 100, 7)
    np.testing.assert_array_equal(steepest_direction(8 * g, norm), steepest_direction(g, norm))


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_no_component_is_a_negative_zero(norm):
    """Zero components print as 0., never as -0."""
    u = steepest_direction([0.0, 2.0, -0.0], norm)
    np.testing.assert_array_equal(np.signbit(u), [False, True, False])


@given(pairs(tame, tame))
@example(([3.0, 1.0, 7.0], [3.0, 1.0, 7.0]))
@example(([0.1, 0.2, 0.3], [-0.3, -0.6, -0.9]))
def test_a_cosine_lies_between_minus_one_and_one(drawn):
    """No rounding pushes a cosine past one, so its arc cosine always exists."""
    a, b = drawn
    assume(any(a) and any(b))
    assert -1.0 <= cosine(a, b) <= 1.0
    assert cosine(a, b) == cosine(b, a)  # exact: products, sums and the squares of differences commute


def test_cosines_and_angles_of_stacks_are_those_of_each_pair():
    """Cosine and angle broadcast over the leading axes, and single pairs give floats."""
    a, b = random_vectors(34, 4, 1, 3), random_vectors(35, 5, 3)
    assert cosine(a, b).shape == angle(a, b).shape == (4, 5)
    assert type(cosine(a[0, 0], b[0])) is type(angle(a[0, 0], b[0])) is float
    for i, j in np.ndindex(4, 5):
        assert cosine(a, b)[i, j] == pytest.approx(cosine(a[i, 0], b[j]), abs=8 * EPS)
        assert angle(a, b)[i, j] == pytest.approx(angle(a[i, 0], b[j]), abs=180 * 8 * EPS)


@pytest.mark.parametrize("degrees", [0, 1e-9, 30, 60, 90, 120, 150, 179.9999, 180])
def test_an_angle_drawn_is_the_angle_measured(degrees):
    """The angle between a vector and the circle's vector at that angle is that angle."""
    start, toward = random_vectors(36, 2, 5)
    measured = angle(start, circle(degrees, start, toward))
    # Both unit vectors are off by at most (5 / 2 + 3) eps in length, Gram-Schmidt by as much again.
    assert measured == pytest.approx(degrees, abs=24 * EPS * 180 / np.pi)


@pytest.mark.parametrize(("degrees", "expected"), [(0, 1.0), (60, 0.5), (90, 0.0), (120, -0.5), (180, -1.0)])
def test_cosines_of_school_angles(degrees, expected):
    """The cosines of 0, 60, 90, 120 and 180 degrees are 1, one half, 0, minus one half and -1."""
    assert cosine([1.0, 0.0], 3 * circle(degrees)) == pytest.approx(expected, abs=4 * EPS)


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e300, 1e308])
def test_angles_do_not_depend_on_lengths(size):
    """The angle between (1, 1) and (1, 0) is 45 degrees, whatever the size of the components."""
    assert angle([size, size], [1.0, 0.0]) == pytest.approx(45.0, rel=8 * EPS)
    assert cosine([size, size], [size, 0.0]) == pytest.approx(0.5**0.5, rel=8 * EPS)


def test_opposite_angles_add_up_to_a_half_turn():
    """The angles to a vector and to its opposite sum to 180 degrees."""
    a, b = random_vectors(37, 2, 200, 6)
    np.testing.assert_allclose(angle(a, b) + angle(a, -b), 180.0, atol=180 * 16 * EPS)


@pytest.mark.parametrize("dim", [2, 3, 10])
def test_no_vector_is_nearer_to_another_than_to_itself(dim):
    """The cosine of a vector and its multiple is one or minus one, though their inner product may round past it."""
    a = random_vectors(38, 10_000, dim)
    # exact: the chord between the two unit vectors is a few eps long, and half its square is lost beside one
    assert np.all(cosine(a, 3 * a) == 1.0)
    assert np.all(cosine(a, -3 * a) == -1.0)  # exact: as above


@pytest.mark.parametrize("size", [HUGE, 1e308, 1.0, 1e-300, TINY])
def test_different_axes_have_no_slope_along_each_other(size):
    """The largest and the smallest gradients, too, have slope zero along an axis they do not touch."""
    assert directional_derivative([size, 0.0], [0.0, -size]) == 0.0  # exact: each product is zero
