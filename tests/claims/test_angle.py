"""The angle: cosine and degrees are right, also where the arc cosine of a float would lose half of its digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import EPS, exact_norm, pairs, random_vectors, wide

from steepest import L2, angle, circle, cosine, directional_derivative, random_directions, steepest_direction

LABEL = "slope-cosine"
claim = pytest.mark.claim(LABEL)
# A rounded unit vector is off by (d / 2 + 2) eps in length; the half-angle formula turns a change of its two sides into
# an angle no larger than their sum, in radians.
WHY = "two rounded unit vectors and their inner product, (2 d + 6) eps; their half-angle, (2 d + 16) eps"


def _exact(a, b):
    """Return the cosine and the angle in degrees, each to hundreds of digits."""
    with mpmath.workdps(1300):  # components from 1e-300 to 1e300 need all of these digits
        a, b = ([mpmath.mpf(float(c)) for c in x] for x in (a, b))
        cos = mpmath.fdot(a, b) / mpmath.sqrt(mpmath.fdot(a, a) * mpmath.fdot(b, b))
    with mpmath.workdps(1250):
        return cos, mpmath.acos(max(-1, min(1, cos))) * 180 / mpmath.pi


def _check(tried, a, b):
    """Compare both with their many digits."""
    cos, degrees = _exact(a, b)
    tried.within(cosine(a, b) - cos, (2 * len(a) + 6) * EPS, len(a), WHY)
    tried.within(angle(a, b) - degrees, (2 * len(a) + 16) * EPS * 180 / np.pi, len(a), WHY)


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 200])
def test_angles_agree_with_many_digits(tried, dim):
    """Cosine and angle of random vectors are right to a few rounding errors."""
    for a, b in random_vectors(dim, 10, 2, dim):
        _check(tried, a, b)


@claim
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("turn", [1e-1, 1e-4, 1e-7, 1e-8, 1e-10, 1e-13, 1e-15, 0.0])
def test_angles_near_0_and_180_are_right_to_a_rounding(tried, turn, side):
    """Angles near 0 and 180 are right to 3.1e-13 degrees, however small."""
    for a, b in random_vectors(100, 5, 2, 4):
        _check(tried, a, side * 3 * (a + turn * b))


@claim
def test_small_angles_of_exact_unit_vectors_keep_their_digits(tried):
    """Where unit vectors do not round, angles from 5e-7 to 6e-299 degrees are right to one part in 1e15."""
    for turn in 2.0 ** -np.arange(27, 1000, 3):  # the length of (1, turn) rounds to 1
        exact = mpmath.degrees(mpmath.atan(mpmath.mpf(turn)))
        tried.within(angle([1.0, 0.0], [1.0, turn]) / exact - 1, 4 * EPS, 2, "an arc tangent and two products round")


@claim
def test_the_arc_cosine_of_a_cosine_is_not_enough(tried):
    """One part in 1e9 away from a half turn the arc cosine of a float is off a millionfold more than the angle."""
    a, b = np.array([1.0, 0.0]), np.array([-1.0, 1e-9])
    exact = _exact(a, b)[1]
    tried.within(angle(a, b) - exact, 180 * EPS, 2, "one rounding of 180 degrees")
    assert abs(np.degrees(np.arccos(cosine(a, b))) - exact) >= 1e6 * 180 * EPS


@claim
@given(drawn=pairs(wide, wide, max_dim=5))
@example(drawn=([1e300, 1e-300], [1e-300, 1e300]))
@example(drawn=([1e-300, 1e-300], [1e300, 1e300]))
def test_angles_agree_at_any_magnitude(tried, drawn):
    """Cosine and angle are right for components from 1e-300 to 1e300."""
    assume(all(map(any, drawn)))
    _check(tried, *drawn)


@claim
@given(drawn=pairs(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)))
def test_the_slope_is_the_norms_times_the_cosine(tried, drawn):
    """``u @ g`` is ``norm(u) * norm(g) * cos(beta)``."""
    g, u = drawn
    assume(L2(g) > 1e-3 and L2(u) > 1e-3)
    scale, slope, dim = L2(g) * L2(u), directional_derivative(g, u), len(g)
    why = "the two norms and the cosine, (4 d + 12) eps of their product; the angle, (4 d + 24) eps"
    tried.within(slope - scale * cosine(u, g), (4 * dim + 12) * EPS * scale, dim, why)
    tried.within(slope - scale * np.cos(np.radians(angle(u, g))), (4 * dim + 24) * EPS * scale, dim, why)


@claim
@pytest.mark.parametrize("dim", [2, 3, 10, 100, 1000])
def test_a_direction_is_its_part_along_and_its_part_across(tried, dim):
    """What is left of u without its part along g is orthogonal to g and as long as the sine of the angle."""
    g, u = random_vectors(140 + dim, 30, 1, dim), random_directions(50, dim, seed=dim)
    beta, unit = np.radians(angle(u, g)), g / L2(g)[..., None]
    rest = u - np.cos(beta)[..., None] * unit
    why = "two unit vectors, the angle between them, and a sum of d products: each at most (2 d + 16) eps"
    tried.within(directional_derivative(unit, rest), 4 * (2 * dim + 16) * EPS, dim, why)
    tried.within(L2(rest) - np.sin(beta), 4 * (2 * dim + 16) * EPS, dim, why)


@claim
@given(drawn=pairs(wide, wide))
def test_the_steepest_direction_is_a_half_turn_away(tried, drawn):
    """In hundreds of digits the angle between a gradient and its steepest direction is 180 degrees, its cosine -1."""
    g, _ = drawn
    assume(exact_norm(g) > 0)
    cos, degrees = _exact(g, steepest_direction(g))
    # Scaling all components alike turns nothing; each rounds once more when it is divided by the length.
    why = "a component of the steepest direction rounds by at most eps of its size"
    tried.within(degrees - 180, EPS * 180 / np.pi, len(g), why)
    tried.within(cos + 1, EPS**2, len(g), why)


@pytest.mark.claim(LABEL, without="u has length one")
def test_a_vector_twice_as_long_has_twice_the_slope(tried):
    """Doubled, a direction keeps its angle, and its slope is no longer the length of the gradient times the cosine."""
    g = np.array([3.0, -4.0])
    u = 2 * circle(np.delete(np.arange(360), [90, 270]), start=g)
    tried(abs(directional_derivative(g, u) - L2(g) * np.cos(np.radians(angle(u, g)))) > 0.08, 2)


@pytest.mark.claim(LABEL, without="the gradient is not zero")
def test_a_zero_gradient_makes_no_angle(tried):
    """At a zero gradient every number from 0 to 180 satisfies the equation: the slope, 0, names no angle."""
    g, beta = np.zeros(2), np.radians(np.arange(181))
    for u in circle(np.arange(360)):
        holds = directional_derivative(g, u) == L2(g) * np.cos(beta)
        tried(bool(holds.sum() > 1), 2)


@pytest.mark.claim(LABEL, without="for the part across, there are two dimensions or more")
def test_in_one_dimension_nothing_is_across(tried):
    """In one dimension the vectors of length one are 1 and -1, and neither is orthogonal to a gradient."""
    for g in np.delete(np.arange(-50, 51), 50):
        tried(directional_derivative([float(g)], [[1.0], [-1.0]]) != 0, 1)
