"""Steepest: among unit steps -g / norm(g) falls the most, by norm(g), and no other step falls as much."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from strategies import EPS, TINY, exact_dot, exact_norm, nonzero, pairs, random_vectors, wide

from steepest import L2, directional_derivative, random_directions, steepest_direction

claim = pytest.mark.claim("steepest-unique")
DIMS = [1, 2, 3, 5, 10, 30, 100, 300, 1000]
GRADIENTS, DIRECTIONS = 30, 50


def _pairs(dim):
    """Return gradients, shape (30, 1, d), of lengths from 1e-9 to 1e9, and unit directions, shape (50, d)."""
    lengths = 10.0 ** np.linspace(-9, 9, GRADIENTS)[:, None, None]
    return lengths * random_vectors(dim, GRADIENTS, 1, dim), random_directions(DIRECTIONS, dim, seed=5000 + dim)


@claim
def test_no_unit_step_falls_faster():
    """No unit step lowers the linear model by more than the gradient's norm: 13,500 pairs in 1 to 1000 dimensions."""
    tried = 0
    for dim in DIMS:
        gradient, direction = _pairs(dim)
        slope = directional_derivative(gradient, direction)
        # The direction, the norm and the inner product are each off by at most (d / 2 + 3) eps, d eps at most together.
        assert np.all(slope >= -L2(gradient) * (1 + (2 * dim + 6) * EPS))
        tried += slope.size
    assert tried >= 10_000


@claim
def test_closeness_to_the_bound_is_closeness_to_the_direction():
    """``norm(u + g/norm(g))**2 = 2 (1 + u @ g / norm(g))``: only -g / norm(g) itself reaches the bound."""
    for dim in DIMS:
        gradient, direction = _pairs(dim)
        missed = 1 + directional_derivative(gradient, direction) / L2(gradient)
        apart = L2(direction - steepest_direction(gradient))
        np.testing.assert_allclose(apart**2, 2 * missed, rtol=0, atol=8 * (dim + 4) * EPS)


@claim
@pytest.mark.parametrize("dim", DIMS[1:])
def test_a_small_turn_away_loses_half_its_square(dim):
    """A unit vector at a distance t from the steepest direction falls by the factor ``1 - t**2 / 2`` of it, no more."""
    gradient = random_vectors(dim + 1, dim)
    best, other = steepest_direction(gradient), random_directions(1, dim, seed=5000 + dim)[0]
    across = other - (other @ best) * best
    across /= L2(across)
    for turn in (0.1, 1e-3, 1e-6):
        u = np.cos(turn) * best + np.sin(turn) * across
        fall = -directional_derivative(gradient, u) / L2(gradient)
        assert fall == pytest.approx(1 - L2(u - best) ** 2 / 2, abs=4 * (dim + 4) * EPS)
        assert fall == pytest.approx(np.cos(turn), abs=4 * (dim + 4) * EPS)


@claim
@pytest.mark.parametrize("dim", DIMS)
def test_the_steepest_direction_reaches_the_bound(dim):
    """Along -g / norm(g), of length one, the slope is minus the norm."""
    gradient = _pairs(dim)[0][:, 0]
    best = steepest_direction(gradient)
    np.testing.assert_allclose(L2(best), 1.0, rtol=(dim + 4) * EPS)
    np.testing.assert_allclose(directional_derivative(gradient, best), -L2(gradient), rtol=(2 * dim + 6) * EPS)


@claim
@given(pairs(wide, wide))
@example(([1e-300, -1e-300], [1e-300, 1e300]))
@example(([1e300, 1e-300], [-1e300, 1e-300]))
def test_no_unit_step_falls_faster_at_any_magnitude(drawn):
    """The bound holds for gradients whose components range from 1e-300 to 1e300."""
    gradient, direction = drawn
    assume(any(gradient) and any(direction))
    unit, dim = 0.0 - steepest_direction(direction), len(gradient)
    slope = directional_derivative(gradient, unit)
    norm = exact_norm(gradient)
    # The components of a rounded unit vector are off by (d / 2 + 3) eps, the inner product by d eps of its terms.
    assert mpmath.mpf(slope) >= -norm * (1 + (2 * dim + 6) * EPS) - dim * TINY
    exact, size = exact_dot(gradient, unit)
    assert abs(Fraction(slope) - exact) <= 2 * dim * (Fraction(EPS) * size + Fraction(TINY))


@claim
@given(nonzero(wide))
def test_the_bound_is_reached_at_any_magnitude(gradient):
    """The steepest slope is minus the norm, to a few rounding errors, for components from 1e-300 to 1e300."""
    slope, norm = directional_derivative(gradient, steepest_direction(gradient)), exact_norm(gradient)
    assert abs(mpmath.mpf(slope) + norm) <= (2 * len(gradient) + 6) * EPS * norm + len(gradient) * TINY
