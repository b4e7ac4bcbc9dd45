"""Other lengths: without one there is no lowest slope; in the ℓ1 and the max norm another step is steepest."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import scipy.optimize
from strategies import EPS, random_vectors

from steepest import L1, L2, LINF, directional_derivative, random_directions, steepest_direction

FREE, OTHER = "no-lowest-slope", "steepest-other-norms"


@pytest.mark.claim(FREE)
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_below_every_number_there_is_a_slope(tried, dim):
    """For gradients of lengths from 1e-9 to 1e9 and numbers down to -1e50, some multiple of -g has a lower slope."""
    g = 10.0 ** np.linspace(-9, 9, 40)[:, None, None] * random_vectors(160 + dim, 40, 1, dim)
    numbers = np.concatenate([-np.geomspace(1e-50, 1e50, 40), [0.0], np.geomspace(1e-50, 1e50, 10)])
    lengths = 2 * (abs(numbers) + 1) / L2(g)
    tried(directional_derivative(g, lengths[..., None] * steepest_direction(g)) < numbers, dim)


@pytest.mark.claim(FREE, without="the gradient is not zero")
def test_at_a_zero_gradient_zero_is_lowest(tried):
    """At a zero gradient no vector, however long, has a slope below zero."""
    u = np.geomspace(1e-100, 1e100, 1000)[:, None] * random_directions(1000, 3, seed=161)
    tried(~(directional_derivative(np.zeros(3), u) < 0), 3)


@pytest.mark.claim(FREE, without="u may have any length")
def test_with_a_fixed_length_slopes_are_bounded(tried):
    """No vector of length one, not even the one against the gradient, has a slope below minus twice its norm."""
    for g in random_vectors(162, 20, 3):
        u = np.append(random_directions(999, 3, seed=163), -g[None] / L2(g), axis=0)
        tried(~(directional_derivative(g, u) < -2 * L2(g)), 3)


def _corners(dim):
    """Return the corners of the ball of the sum, shape (2 d, d), and of the largest component, shape (2**d, d)."""
    return np.concatenate([np.eye(dim, dtype=int), -np.eye(dim, dtype=int)]), np.array(
        list(product((1, -1), repeat=dim))
    )


@pytest.mark.claim(OTHER)
@pytest.mark.parametrize("dim", [1, 2, 3, 5, 8])
def test_the_lowest_corner_is_the_steepest_step(tried, dim):
    """Of all corners of either ball, where a linear function is lowest, the package picks the lowest."""
    g = np.random.default_rng(dim).integers(-50, 51, (2000, dim))
    g = g[g.any(axis=1)]
    for norm, corners in zip((L1, LINF), _corners(dim), strict=True):
        step = steepest_direction(g.astype(float), norm)
        slopes = g @ corners.T
        lowest = -(abs(g).max(axis=1) if norm is L1 else abs(g).sum(axis=1))
        tried((slopes.min(axis=1) == lowest) & (directional_derivative(g.astype(float), step) == lowest), dim)
        size = abs(g)
        largest = (size == size.max(axis=1, keepdims=True)).sum(axis=1) == 1
        alone = largest if norm is L1 else size.all(axis=1)
        # Among corners the lowest is the only one exactly where the claim says so, and it is the package's.
        only = (slopes == lowest[:, None]).sum(axis=1) == 1
        tried(only == alone, dim)
        tried((step == corners[slopes.argmin(axis=1)]).all(axis=1)[alone], dim)


@pytest.mark.claim(OTHER)
@pytest.mark.parametrize("dim", [1, 2, 3, 10])
def test_a_linear_program_finds_the_same_steps(tried, dim):
    """SciPy's linear programs over the two balls end at corners, whole numbers: the package's steepest steps."""
    for g in random_vectors(164 + dim, 10, dim):
        # A vector in the ball of the sum is p - n with p, n >= 0 and sum(p + n) <= 1.
        split = scipy.optimize.linprog(np.append(g, -g), A_ub=np.ones((1, 2 * dim)), b_ub=[1.0])
        box = scipy.optimize.linprog(g, bounds=(-1, 1))
        for x, norm in ((split.x[:dim] - split.x[dim:], L1), (box.x, LINF)):
            assert np.all(abs(x - np.round(x)) < 1e-6)
            tried(np.round(x) == steepest_direction(g, norm), dim)


@pytest.mark.claim(OTHER)
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_no_step_of_length_one_falls_faster(tried, dim):
    """No random vector of length one in either sense has a slope below that of its steepest step."""
    g, v = random_vectors(165, 30, 1, dim), random_vectors(166, 200, dim)
    for norm in (L1, LINF):
        u = v / norm(v)[:, None]
        tried(directional_derivative(g, u) >= -norm.dual(g) * (1 + (2 * dim + 4) * EPS), dim)


@pytest.mark.claim(OTHER, without="the gradient is not zero")
def test_at_a_zero_gradient_signs_are_no_step(tried):
    """The signs of a zero gradient have length zero, not one: the vector that the formula names is not allowed."""
    for dim in range(1, 50):
        g = np.zeros(dim)
        tried(LINF(-np.sign(g)) != 1 and L1(-np.sign(g[0]) * np.eye(dim)[0]) != 1, dim)


@pytest.mark.claim(OTHER, without="u has length one in the norm at hand")
def test_longer_steps_fall_faster_in_any_norm(tried):
    """A multiple of a steepest step, however slightly longer, has a lower slope."""
    for g in np.random.default_rng(2).integers(1, 100, (100, 3)).astype(float):
        for norm in (L1, LINF):
            longer = (1 + 2.0 ** np.arange(-30, 20)[:, None]) * steepest_direction(g, norm)
            tried(directional_derivative(g, longer) < -norm.dual(g), 3)


@pytest.mark.claim(OTHER, without="for uniqueness in ℓ1, one component of the gradient exceeds all others in size")
def test_equal_components_share_the_steepest_step(tried):
    """For g = (n, n) every step (-t, t - 1) with t from 0 to 1 has the ℓ1 length one and the lowest slope, -n."""
    for n, t in product(range(1, 20), (Fraction(k, 16) for k in range(17))):
        u = -t, t - 1
        tried(abs(u[0]) + abs(u[1]) == 1 and n * u[0] + n * u[1] == -n, 2)


@pytest.mark.claim(OTHER, without="for uniqueness in the max norm, no component of the gradient is zero")
def test_a_zero_component_may_move_freely(tried):
    """For g = (n, 0) every step (-1, t) with t from -1 to 1 has the largest component 1 and the lowest slope, -n."""
    for n, t in product(range(1, 20), (Fraction(k, 8) for k in range(-8, 9))):
        u = Fraction(-1), t
        tried(max(map(abs, u)) == 1 and n * u[0] + 0 * u[1] == -n, 2)
