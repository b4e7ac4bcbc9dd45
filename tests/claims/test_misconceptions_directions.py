"""Misconceptions, which way: what the gradient points at, what is perpendicular to it, and the norm of steepest."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
from strategies import EPS, complex_step, random_vectors

from steepest import (
    L1,
    L2,
    LINF,
    angle,
    cosine,
    directional_derivative,
    quadratic,
    random_directions,
    rosenbrock,
    steepest_direction,
)

claim = pytest.mark.claim


def _axes(seed, dim):
    return scipy.linalg.qr(random_vectors(seed, dim, dim))[0]


def _crease(w):
    """Return a loss with the partial derivatives (1, 1) at the origin, where it is not differentiable."""
    return w[0] + w[1] + 3 * np.sqrt(abs(w[0] * w[1]))


@claim("not-to-minimum")
@pytest.mark.parametrize("dim", [2, 3, 5, 20])
def test_minus_the_gradient_points_at_the_minimum_on_the_axes_alone(tried, dim):
    """On an eigenvector -g points at the minimum; off them it misses, by the angle of the closed form, below 90."""
    spectrum, axes, center = np.arange(1.0, dim + 1), _axes(dim, dim), np.arange(dim) % 3 - 1.0
    loss = quadratic(spectrum, center=center, axes=axes)
    for parts in [*np.eye(dim), *random_vectors(dim + 1, 30, dim)]:
        x = parts @ axes
        off = np.radians(angle(-loss.gradient(center + x), -x))
        across = np.sqrt(((spectrum[:, None] - spectrum) ** 2 * np.outer(parts, parts) ** 2).sum() / 2)
        exact = np.arctan2(across, (spectrum * parts**2).sum())
        why = "(16 d + 32) eps times the condition d: the axes, two products with them, and the center round"
        tried.within(off - exact, dim * (16 * dim + 32) * EPS, dim, why=why)
        tried(exact < np.pi / 2 and (exact > 0) == (np.count_nonzero(parts) > 1), dim)


@claim("not-to-minimum", without="the loss is quadratic")
def test_off_quadratics_the_gradient_can_point_at_the_minimum_elsewhere(tried):
    """For ``w1**4 / 4 + w1**2 / 2 + w2**2`` -g at (1, 1) points at the minimum, and (1, 1) is no eigenvector of H."""

    def gradient(w):
        return complex_step(lambda v: v[0] ** 4 / 4 + v[0] ** 2 / 2 + v[1] ** 2, w, np.eye(2))

    x = np.ones(2)
    tried(angle(-gradient(x), -x) < 1e-9, 2)
    # The change of the gradient along x is H x, up to a millionth.
    bent = (gradient(1.001 * x) - gradient(0.999 * x)) / 0.002
    tried(angle(bent, x) > 10, 2)


@claim("not-to-minimum", without="the Hessian is positive definite")
def test_at_a_saddle_minus_the_gradient_points_away(tried):
    """On the falling axis of a saddle -g points straight away from the stationary point."""
    tried(abs(angle(-quadratic([1, -1]).gradient([0.0, 1.0]), [0.0, -1.0]) - 180) <= 4 * 180 * EPS, 2)


@claim("not-to-minimum", without="w is not the minimum")
def test_at_the_minimum_the_gradient_points_nowhere(tried):
    """At the minimum both vectors are zero and have no angle."""
    gradient = quadratic([1, 2], center=[3.0, 4.0]).gradient([3.0, 4.0])
    with pytest.raises(ValueError, match="zero"):
        angle(-gradient, [0.0, 0.0])
    tried(not gradient.any(), 2)


def _exact(seed, *shape):
    """Return whole numbers from -9 to 9, for exact arithmetic."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(object) * Fraction(1)


def _positive_definite(matrix):
    """Tell by Sylvester's criterion, in exact arithmetic: Gaussian elimination meets positive pivots only."""
    matrix = matrix.copy()
    for i in range(len(matrix)):
        if matrix[i, i] <= 0:
            return False
        matrix[i + 1 :] -= np.outer(matrix[i + 1 :, i] / matrix[i, i], matrix[i])
    return True


@claim("not-always-minus-gradient")
@pytest.mark.parametrize("dim", [1, 2, 3, 6])
def test_every_way_down_is_steepest_in_a_norm(tried, dim):
    """In exact arithmetic P is positive definite, and no v of the same P-norm as u falls as much, unless it is u."""
    for seed in range(20):
        gradient, u = _exact(seed, dim), _exact(100 + seed, dim)
        u = -u if u @ gradient > 0 else u
        if u @ gradient == 0:
            continue
        matrix = np.outer(gradient, gradient) / -(u @ gradient) - np.outer(u, u) / (u @ u)
        matrix = matrix + np.eye(dim, dtype=int) * Fraction(1)
        tried(_positive_definite(matrix), dim)
        for v in [u, *_exact(200 + seed, 50, dim)]:
            # v scaled to the P-norm of u falls by less than u: (v @ g)**2 / (v @ P @ v) < (u @ g)**2 / (u @ P @ u).
            shortfall = (v @ matrix @ v) * (u @ gradient) ** 2 - (v @ gradient) ** 2 * (u @ matrix @ u)
            parallel = all(a * d == b * c for (a, b), (c, d) in product(zip(u, v, strict=True), repeat=2))
            tried(shortfall == 0 if parallel else shortfall > 0, dim)


@claim("not-always-minus-gradient", without="u goes down")
def test_no_inner_product_makes_a_level_direction_steepest(tried):
    """Across the gradient the slope is zero; in every norm of a positive definite P some step of length one falls."""
    gradient, u = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    for root in random_vectors(5, 500, 2, 2):
        matrix = root @ root.T + 0.01 * np.eye(2)
        best = -np.linalg.solve(matrix, gradient)
        tried(best @ gradient < 0 == u @ gradient, 2)


@claim("not-rescaling")
@pytest.mark.parametrize("dim", [1, 2, 3, 6])
def test_rescaling_falls_short_of_the_best_corner_of_the_ball(tried, dim):
    """The best corner of either ball, by trying all, beats the rescaled gradient unless its nonzero sizes are equal."""
    signs = np.array(list(product([-1, 1], repeat=dim)))
    for seed in range(200):
        g = np.random.default_rng(seed).integers(-3, 4, dim)
        if not g.any():
            continue
        sizes, equal = abs(g), len(set(abs(g[g != 0]).tolist())) == 1
        for corners, size, norm in (
            (signs, sizes.max(), LINF),
            (np.concatenate([np.eye(dim), -np.eye(dim)]), sizes.sum(), L1),
        ):
            best, rescaled = (corners @ g).min(), Fraction(-int(g @ g), int(size))
            tried(rescaled == best if equal else rescaled > best, dim)
            found = directional_derivative(g, -g / norm(g))
            why = "(d + 2) eps of the largest value: the division and the inner product round"
            tried.within(found - float(rescaled), (dim + 2) * EPS * float(-rescaled), dim, why=why)
            tried(best == -norm.dual(g), dim)


@claim("not-rescaling", without="the gradient is not zero")
def test_a_zero_gradient_cannot_be_rescaled(tried):
    """A zero gradient has the length zero in either norm, so it cannot be rescaled, and has no steepest direction."""
    for norm in (L1, LINF):
        with pytest.raises(ValueError, match="zero"):
            steepest_direction(np.zeros(3), norm)
        tried(norm(np.zeros(3)) == 0, 3)


@claim("not-perpendicular")
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_what_is_perpendicular_is_the_level_set(tried, dim):
    """The velocity of an ellipse in the level set, in closed form, has no slope, and is at 90 degrees to -g."""
    spectrum, axes = np.linspace(1, 9, dim), _axes(3, dim)
    loss = quadratic(spectrum, axes=axes)
    for pair in random_vectors(4, 30, 2, dim):
        start, side = scipy.linalg.qr(pair.T, mode="economic")[0].T
        w, velocity = start / np.sqrt(spectrum) @ axes, side / np.sqrt(spectrum) @ axes
        g, tolerance = loss.gradient(w), 9 * (8 * dim + 16) * EPS
        why = "(8 d + 16) eps times the largest curvature: two products with the axes and the inner product round"
        tried.within(directional_derivative(g, velocity), tolerance, dim, why=why)
        tried.within(np.radians(angle(-g, velocity) - 90), 9 * tolerance, dim, why=why)
        tried(abs(angle(-g, g) - 180) <= 4 * 180 * EPS, dim)


@claim("not-perpendicular", without="the loss is differentiable")
def test_partial_derivatives_need_not_be_perpendicular_to_a_level_line(tried):
    """A ray of the level set of a crease has the product ``-3 a`` with the vector of its partial derivatives."""
    a = (3 + np.sqrt(5)) / 2
    velocity = -np.array([a**2, 1.0])
    for t in np.geomspace(1e-3, 1e3, 13):
        why = "16 eps of the largest term, a**2 t: three terms cancel"
        tried.within(_crease(t * velocity), 16 * EPS * a**2 * t, 2, why=why)
    tried(velocity @ [1.0, 1.0] < -7, 2)


@claim("not-perpendicular", without="the curve stays on the level set")
def test_a_curve_that_leaves_the_level_set_has_a_slope(tried):
    """A straight line along the gradient has the slope ``g @ g``."""
    g = quadratic([1, 12]).gradient([2.0, 0.5])
    tried(directional_derivative(g, g) == 40, 2)


@claim("not-perpendicular", without="the curve has a velocity at w")
def test_a_curve_without_velocity_can_lean_against_the_gradient(tried):
    """On a circle the point at the angle sqrt(t) has no velocity at t = 0; its slope over t tends to -1/2, not 0."""
    loss, w = quadratic([1, 1]), np.array([1.0, 0.0])
    for t in np.geomspace(1e-12, 1e-2, 11):
        moved = np.array([-2 * np.sin(np.sqrt(t) / 2) ** 2, np.sin(np.sqrt(t))])
        tried(abs(loss(w + moved) - loss(w)) <= 4 * EPS and L2(moved) / t > 0.9 / np.sqrt(t), 2)
        why = "8 eps: a root, a sine, which may be off by four units of its last place, a square and three products"
        tried.below(directional_derivative(loss.gradient(w), moved) / t + 0.5, t / 24, 8 * EPS, 2, why)


@claim("not-perpendicular", without="for the steepest direction, the gradient is not zero")
def test_where_level_lines_cross_there_is_no_steepest_direction(tried):
    """Two level lines of a saddle cross at the origin, each with a velocity; no direction is steepest there."""
    loss = quadratic([1, -1])
    t = np.linspace(0, 1, 11)[:, None]
    tried(np.array([loss(t * [1.0, 1.0]), loss(t * [1.0, -1.0])]) == 0, 2)
    with pytest.raises(ValueError, match="zero"):
        steepest_direction(loss.gradient([0.0, 0.0]))


def _rosenbrock(w):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(w))


@claim("not-a-vector")
@pytest.mark.parametrize("dim", [2, 3, 7])
def test_the_slopes_along_an_orthonormal_basis_make_the_gradient(tried, dim):
    """Slopes by complex steps along any orthonormal basis add up to the gradient; along fewer, another fits as well."""
    for w in random_vectors(7, 20, dim):
        basis = _axes(int(1000 * abs(w[0])), dim)
        slopes = complex_step(_rosenbrock, w, basis)
        g = rosenbrock().gradient(w)
        size = 2000 * dim * (1 + abs(w).max()) ** 3
        why = "8 d eps of the size of the terms, 2000 d (1 + max abs(w))**3: each formula adds d of them"
        tried.within(slopes @ basis - g, 8 * dim * EPS * size, dim, why=why)
        u = random_vectors(8, dim)
        tried.within(slopes @ (basis @ u) - g @ u, 8 * dim * EPS * size * L2(u), dim, why=why)
        other = g + basis[-1]
        tried.within(basis[:-1] @ other - slopes[:-1], 8 * dim * EPS * size, dim, why=why)


@claim("not-a-vector", without="the loss is differentiable")
def test_slopes_along_the_axes_do_not_tell_the_others_at_a_crease(tried):
    """At a crease the slopes along the axes are 1; along -(1, 1) it is +1, where they predict -2."""
    for t in np.geomspace(1e-9, 1.0, 10):
        slopes = [_crease(t * e) / t for e in np.eye(2)]
        why = "8 eps: the root and two sums round"
        tried.within(_crease(-t * np.ones(2)) / t - 1, 8 * EPS, 2, why=why)
        tried(slopes == [1.0, 1.0], 2)


@claim("not-a-vector", without="the basis is orthonormal")
def test_slopes_along_a_skew_basis_do_not_add_up(tried):
    """Along (1, 0) and (1, 1) the slopes of the gradient (2, 6) add up to (10, 8)."""
    g, basis = np.array([2.0, 6.0]), np.array([[1.0, 0.0], [1.0, 1.0]])
    tried(directional_derivative(g, basis) @ basis == [10.0, 8.0], 2)


@claim("not-random")
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100, 1000])
def test_the_square_of_the_cosine_has_the_mean_one_over_d(tried, dim):
    """The mean of ``cos**2`` is 1 / d, by sampling and by the Beta distribution, whose tail is below Markov's bound."""
    squares = cosine(random_directions(4000, dim, seed=dim), random_vectors(dim + 9, dim)) ** 2
    spread = np.sqrt(2 * (dim - 1) / (dim**2 * (dim + 2)) / 4000)
    why = "six standard deviations of the mean of 4000 independent cases, and 8 eps for rounding"
    tried.within(squares.mean() - 1 / dim, 6 * spread + 8 * EPS, dim, why=why)
    if dim > 1:
        exact = scipy.stats.beta(0.5, (dim - 1) / 2)
        tried(abs(exact.mean() - 1 / dim) < 1e-12, dim)
        t = np.linspace(0.01, 1.0, 100)
        tried(exact.sf(t**2) <= 1 / (dim * t**2), dim)


@claim("not-random", without="u is uniform on the sphere")
def test_directions_of_one_octant_are_better(tried):
    """Among directions without negative parts the mean for the gradient (1, ..., 1) is above one half, not 1 / 100."""
    u = abs(random_directions(1000, 100, seed=1))
    tried((cosine(u, np.ones(100)) ** 2).mean() > 0.5, 100)


@claim("not-random", without="the gradient is not zero")
def test_a_zero_gradient_has_no_angle(tried):
    """The inner product with a zero gradient is zero, and so is its length: there is no cosine."""
    u = random_directions(1, 3, seed=0)[0]
    with pytest.raises(ValueError, match="zero"):
        cosine(u, np.zeros(3))
    tried(u @ np.zeros(3) == L2(np.zeros(3)) == 0, 3)
