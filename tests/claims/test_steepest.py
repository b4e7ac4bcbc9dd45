"""Steepest: among unit steps -g / norm(g) falls the most, by norm(g), and no other step falls as much."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from strategies import EPS, TINY, exact_dot, exact_norm, nonzero, pairs, random_vectors, wide

from steepest import L2, LINF, circle, directional_derivative, random_directions, steepest_direction

UNIQUE, DEFICIT, BALL = "steepest-unique", "steepest-deficit", "steepest-ball"
DIMS = [1, 2, 3, 5, 10, 30, 100, 300, 1000]
GRADIENTS, DIRECTIONS = 30, 50


def _pairs(dim):
    """Return gradients, shape (30, 1, d), of lengths from 1e-9 to 1e9, and unit directions, shape (50, d)."""
    lengths = 10.0 ** np.linspace(-9, 9, GRADIENTS)[:, None, None]
    return lengths * random_vectors(dim, GRADIENTS, 1, dim), random_directions(DIRECTIONS, dim, seed=5000 + dim)


def _turnable(dim):
    """Return a gradient, its steepest direction and a unit vector across it."""
    gradient = random_vectors(dim + 1, dim)
    best, other = steepest_direction(gradient), random_directions(1, dim, seed=5000 + dim)[0]
    across = other - (other @ best) * best
    return gradient, best, across / L2(across)


@pytest.mark.claim(UNIQUE)
def test_no_unit_step_falls_faster(tried):
    """No unit step lowers the linear model by more than the gradient's norm: 13,500 pairs in 1 to 1000 dimensions."""
    for dim in DIMS:
        gradient, direction = _pairs(dim)
        slope = directional_derivative(gradient, direction)
        # The direction, the norm and the inner product are each off by at most (d / 2 + 3) eps, d eps at most together.
        tried(slope >= -L2(gradient) * (1 + (2 * dim + 6) * EPS), dim)
    assert tried.cases >= 10_000


@pytest.mark.claim(UNIQUE)
@pytest.mark.parametrize("dim", DIMS[1:])
def test_a_small_turn_away_is_no_longer_steepest(tried, dim):
    """Turned by t from the steepest direction a unit vector falls by the factor cos(t) only: less, at every angle."""
    gradient, best, across = _turnable(dim)
    turn = np.append(np.geomspace(1e-6, np.pi, 1000), 1e-9)[:, None]
    fall = -directional_derivative(gradient, np.cos(turn) * best + np.sin(turn) * across) / L2(gradient)
    why = "two unit vectors, their combination and an inner product of d terms, each at most (d + 4) eps"
    tried.within(fall - np.cos(turn[:, 0]), 4 * (dim + 4) * EPS, dim, why)
    seen = turn[:, 0] ** 2 / 3 > 4 * (dim + 4) * EPS
    assert np.all(fall[seen] < 1)


@pytest.mark.claim(UNIQUE)
@pytest.mark.parametrize("dim", DIMS)
def test_the_steepest_direction_reaches_the_bound(tried, dim):
    """Along -g / norm(g), of length one, the slope is minus the norm."""
    gradient = _pairs(dim)[0][:, 0]
    best = steepest_direction(gradient)
    why = "the rounded direction, (d + 4) eps in length; the norm and the inner product, (d + 2) eps more"
    tried.within(L2(best) - 1, (dim + 4) * EPS, dim, why)
    tried.within(directional_derivative(gradient, best) / L2(gradient) + 1, (2 * dim + 6) * EPS, dim, why)


@pytest.mark.claim(UNIQUE)
@given(drawn=pairs(wide, wide))
@example(drawn=([1e-300, -1e-300], [1e-300, 1e300]))
@example(drawn=([1e300, 1e-300], [-1e300, 1e-300]))
def test_no_unit_step_falls_faster_at_any_magnitude(tried, drawn):
    """The bound holds for gradients whose components range from 1e-300 to 1e300."""
    gradient, direction = drawn
    assume(any(gradient) and any(direction))
    unit, dim = 0.0 - steepest_direction(direction), len(gradient)
    slope = directional_derivative(gradient, unit)
    norm = exact_norm(gradient)
    # The components of a rounded unit vector are off by (d / 2 + 3) eps, the inner product by d eps of its terms.
    tried(mpmath.mpf(slope) >= -norm * (1 + (2 * dim + 6) * EPS) - dim * TINY, dim)
    exact, size = exact_dot(gradient, unit)
    tried(abs(Fraction(slope) - exact) <= 2 * dim * (Fraction(EPS) * size + Fraction(TINY)), dim)


@pytest.mark.claim(UNIQUE)
@given(gradient=nonzero(wide))
def test_the_bound_is_reached_at_any_magnitude(tried, gradient):
    """The steepest slope is minus the norm, to a few rounding errors, for components from 1e-300 to 1e300."""
    slope, norm = directional_derivative(gradient, steepest_direction(gradient)), exact_norm(gradient)
    allowed = (2 * len(gradient) + 6) * EPS * norm + len(gradient) * TINY
    why = "(2 d + 6) eps: the direction, the norm and the inner product round"
    tried.within(mpmath.mpf(slope) + norm, allowed, len(gradient), why)


@pytest.mark.claim(UNIQUE, without="the gradient is not zero")
def test_at_a_zero_gradient_every_direction_is_steepest(tried):
    """At a zero gradient the lowest slope, 0, is that of every direction: there is no one minimizer."""
    for dim in (2, 3, 10):
        slope = directional_derivative(np.zeros(dim), random_directions(1000, dim, seed=dim))
        tried(slope == slope.min(), dim)


@pytest.mark.claim(UNIQUE, without="u has length one")
def test_a_longer_vector_falls_faster(tried):
    """Without a fixed length every multiple of the steepest direction, however slightly longer, has a lower slope."""
    g = np.array([3.0, -4.0])
    lengths = 1 + 2.0 ** np.arange(-40, 40)[:, None]
    tried(directional_derivative(g, lengths * steepest_direction(g)) < -L2(g), 2)


@pytest.mark.claim(UNIQUE, without="length is Euclidean")
def test_another_length_has_another_bound(tried):
    """With the largest component as length, minus the signs has length one and falls faster than the Euclidean norm."""
    g = np.random.default_rng(0).integers(1, 100, (1000, 3)).astype(float)
    signs = -np.sign(g)
    assert np.all(LINF(signs) == 1)  # exact: the largest of ones
    tried(directional_derivative(g, signs) < -L2(g), 3)


@pytest.mark.claim(DEFICIT)
def test_closeness_to_the_bound_is_closeness_to_the_direction(tried):
    """A unit vector's slope exceeds -norm(g) by half its squared distance from -g / norm(g), times norm(g)."""
    for dim in DIMS:
        gradient, direction = _pairs(dim)
        missed = 1 + directional_derivative(gradient, direction) / L2(gradient)
        apart = L2(direction - steepest_direction(gradient))
        why = "unit vectors, norm and inner product round by at most (d + 4) eps, in a square of size 4"
        tried.within(apart**2 - 2 * missed, 8 * (dim + 4) * EPS, dim, why)


@pytest.mark.claim(DEFICIT)
@pytest.mark.parametrize("dim", DIMS[1:])
def test_a_small_turn_away_loses_half_its_square(tried, dim):
    """A unit vector at a distance t from the steepest direction falls by the factor ``1 - t**2 / 2`` of it, no more."""
    gradient, best, across = _turnable(dim)
    turn = np.array([0.1, 1e-3, 1e-6])[:, None]
    u = np.cos(turn) * best + np.sin(turn) * across
    fall = -directional_derivative(gradient, u) / L2(gradient)
    why = "two unit vectors, their combination and an inner product of d terms, each at most (d + 4) eps"
    tried.within(fall - (1 - L2(u - best) ** 2 / 2), 4 * (dim + 4) * EPS, dim, why)


@pytest.mark.claim(DEFICIT)
def test_the_loss_of_a_turn_in_exact_fractions(tried):
    """On gradients and unit vectors with fractions for components nothing rounds, and the identity holds exactly."""
    triples = [(m * m - n * n, 2 * m * n, m * m + n * n) for m in range(2, 12) for n in range(1, m)]
    units = [(Fraction(s * a, c), Fraction(t * b, c)) for a, b, c in triples for s in (1, -1) for t in (1, -1)]
    for a, b, c in triples[:30]:
        best = Fraction(-a, c), Fraction(-b, c)
        for u in units:
            apart = (u[0] - best[0]) ** 2 + (u[1] - best[1]) ** 2
            tried(a * u[0] + b * u[1] == -c + Fraction(c, 2) * apart and (apart == 0) == (u == best), 2)


@pytest.mark.claim(DEFICIT, without="the gradient is not zero")
def test_at_a_zero_gradient_no_direction_loses(tried):
    """At a zero gradient nothing is lost by any choice: directions as far apart as can be have the same slope."""
    for u in circle(np.arange(360)):
        slope = directional_derivative(np.zeros(2), np.stack([u, -u]))
        tried(slope[0] + L2(np.zeros(2)) == slope[1] + L2(np.zeros(2)) == 0 and L2(u - -u) > 1, 2)


@pytest.mark.claim(DEFICIT, without="u has length one")
def test_the_loss_of_a_longer_vector_is_another(tried):
    """For t times the steepest direction the slope -5 t is not 5 (t - 1)**2 / 2 - 5, unless t is 1 or -1."""
    for t in (Fraction(n, 8) for n in range(-80, 80) if abs(n) != 8):
        tried(-5 * t != -5 + Fraction(5, 2) * (t - 1) ** 2, 2)


@pytest.mark.claim(DEFICIT, without="length is Euclidean")
def test_the_loss_in_another_length_is_another(tried):
    """With the largest component as length and g = (2, 1), the identity fails at every step (-1, t) of length one."""
    for t in (Fraction(n, 64) for n in range(-64, 65)):
        slope, apart = -2 + t, abs(t + Fraction(1, 2))  # from -g / 2 = (-1, -1/2)
        tried(slope != -2 + Fraction(2, 2) * apart**2, 2)


@pytest.mark.claim(BALL)
@pytest.mark.parametrize("dim", DIMS)
def test_the_ball_is_lowest_on_its_surface(tried, dim):
    """No vector of length at most one has a slope below minus the norm, and inside the ball every slope is above it."""
    gradient, direction = _pairs(dim)
    for length in (0.0, 0.5, 0.99, 1.0):
        # As on the surface: the direction, the norm and the inner product round by at most (2 d + 6) eps.
        slope = directional_derivative(gradient, length * direction) / L2(gradient)
        tried(slope >= -length * (1 + (2 * dim + 6) * EPS), dim)


@pytest.mark.claim(BALL)
@pytest.mark.parametrize(("g", "radius"), [((3, 4), 100), ((5, -12), 91), ((1, 2, 2), 15), ((2, -3, 6), 14)])
def test_one_whole_vector_in_the_ball_is_lowest(tried, g, radius):
    """Of all whole vectors in a large ball one alone is lowest: the one against g on the surface."""
    g, axis = np.array(g), np.arange(-radius, radius + 1)
    grid = np.stack(np.meshgrid(*[axis] * len(g)), axis=-1).reshape(-1, len(g))
    u = grid[(grid**2).sum(axis=1) <= radius**2]
    norm = round(L2(g))
    assert norm**2 == g @ g  # exact: whole numbers
    tried(u @ g >= -radius * norm, len(g))
    against = (u * norm == -radius * g).all(axis=1)
    assert against.sum() == 1
    np.testing.assert_allclose(u[against][0] / radius, steepest_direction(g), rtol=8 * EPS)
    tried((u @ g == -radius * norm) == against, len(g))


@pytest.mark.claim(BALL, without="the gradient is not zero")
def test_at_a_zero_gradient_the_whole_ball_is_lowest(tried):
    """At a zero gradient every point of the ball, its center too, has the lowest slope: there is no one minimizer."""
    for length in (0.0, 0.25, 0.5, 1.0):
        tried(directional_derivative(np.zeros(3), length * random_directions(500, 3, seed=1)) == 0, 3)


@pytest.mark.claim(BALL, without="u is no longer than one")
def test_outside_the_ball_slopes_are_lower(tried):
    """However slightly a multiple of the steepest direction leaves the ball, its slope is below minus the norm."""
    for dim in DIMS:
        g = random_vectors(dim, dim)
        tried(directional_derivative(g, (1 + 2.0 ** np.arange(-30, 30)[:, None]) * steepest_direction(g)) < -L2(g), dim)


@pytest.mark.claim(BALL, without="vectors of length one are allowed")
def test_an_open_ball_has_no_lowest_slope(tried):
    """Short of length one, halving the distance to the surface is always possible, and always lower."""
    lengths = [1 - Fraction(1, 2**n) for n in range(200)]
    slopes = [3 * (-3 * t / 5) - 4 * (4 * t / 5) for t in lengths]  # of g = (3, -4), in exact fractions
    tried([low < high for high, low in pairwise(slopes)], 2)
    tried([slope > -5 for slope in slopes], 2)


@pytest.mark.claim(BALL, without="length is Euclidean")
def test_a_ball_of_another_shape_is_lowest_elsewhere(tried):
    """In the ball of the largest component the signs are lower than any vector against the gradient."""
    g = np.random.default_rng(1).integers(1, 100, (1000, 1, 2)).astype(float)
    g = g[g[:, 0, 0] != g[:, 0, 1]]
    against = -g / LINF(g)[..., None]
    tried(directional_derivative(g, -np.sign(g)) < directional_derivative(g, against), 2)
    tried(directional_derivative(g, -np.sign(g)) < -L2(g), 2)
