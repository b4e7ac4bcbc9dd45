"""The angle: cosine and degrees are right, also where the arc cosine of a float would lose half of its digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import EPS, exact_norm, pairs, random_vectors, wide

from steepest import L2, angle, cosine, directional_derivative, steepest_direction

claim = pytest.mark.claim("slope-cosine")


def _exact(a, b):
    """Return the cosine and the angle in degrees, each to hundreds of digits."""
    with mpmath.workdps(1300):  # components from 1e-300 to 1e300 need all of these digits
        a, b = ([mpmath.mpf(float(c)) for c in x] for x in (a, b))
        cos = mpmath.fdot(a, b) / mpmath.sqrt(mpmath.fdot(a, a) * mpmath.fdot(b, b))
    with mpmath.workdps(1250):
        return cos, mpmath.acos(max(-1, min(1, cos))) * 180 / mpmath.pi


def _check(a, b):
    """Compare both with their many digits.

    A rounded unit vector is off by (d / 2 + 2) eps / 2 in length; the half-angle formula turns a change of its two
    sides into an angle no larger than their sum, in radians.
    """
    cos, degrees = _exact(a, b)
    assert abs(cosine(a, b) - cos) <= (2 * len(a) + 6) * EPS
    assert abs(angle(a, b) - degrees) <= (2 * len(a) + 16) * EPS * 180 / np.pi


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 200])
def test_angles_agree_with_many_digits(dim):
    """Cosine and angle of random vectors are right to a few rounding errors."""
    for a, b in random_vectors(dim, 10, 2, dim):
        _check(a, b)


@claim
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("turn", [1e-1, 1e-4, 1e-7, 1e-8, 1e-10, 1e-13, 1e-15, 0.0])
def test_angles_near_0_and_180_keep_their_digits(turn, side):
    """Angles down to 1e-13 degrees, and as near to 180, are right to a few 1e-14 degrees."""
    for a, b in random_vectors(100, 5, 2, 4):
        _check(a, side * 3 * (a + turn * b))


@claim
def test_the_arc_cosine_of_a_cosine_is_not_enough():
    """One part in 1e9 away from a half turn the arc cosine of a float is off a millionfold more than the angle."""
    a, b = np.array([1.0, 0.0]), np.array([-1.0, 1e-9])
    exact = _exact(a, b)[1]
    assert abs(angle(a, b) - exact) <= 180 * EPS
    assert abs(np.degrees(np.arccos(cosine(a, b))) - exact) >= 1e6 * 180 * EPS


@claim
@given(pairs(wide, wide, max_dim=5))
@example(([1e300, 1e-300], [1e-300, 1e300]))
@example(([1e-300, 1e-300], [1e300, 1e300]))
def test_angles_agree_at_any_magnitude(drawn):
    """Cosine and angle are right for components from 1e-300 to 1e300."""
    assume(all(map(any, drawn)))
    _check(*drawn)


@claim
@given(pairs(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)))
def test_the_slope_is_the_norms_times_the_cosine(drawn):
    """``u @ g`` is ``norm(u) * norm(g) * cos(beta)``."""
    g, u = drawn
    assume(L2(g) > 1e-3 and L2(u) > 1e-3)
    scale = L2(g) * L2(u)
    by_angle = scale * np.cos(np.radians(angle(u, g)))
    assert directional_derivative(g, u) == pytest.approx(scale * cosine(u, g), abs=(4 * len(g) + 12) * EPS * scale)
    assert directional_derivative(g, u) == pytest.approx(by_angle, abs=(4 * len(g) + 24) * EPS * scale)


@claim
@given(pairs(wide, wide))
def test_the_steepest_direction_is_a_half_turn_away(drawn):
    """The angle between a gradient and its steepest direction is 180 degrees, its cosine -1."""
    g, _ = drawn
    assume(exact_norm(g) > 0)
    assert angle(g, steepest_direction(g)) == pytest.approx(180.0, abs=(2 * len(g) + 16) * EPS * 180 / np.pi)
    assert cosine(g, steepest_direction(g)) == pytest.approx(-1.0, abs=(2 * len(g) + 6) * EPS)
