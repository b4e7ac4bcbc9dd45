"""In a thousand dimensions: how the cosine of a random direction is distributed, and what chance can reach."""

from fractions import Fraction
from itertools import product
from math import factorial

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from strategies import EPS, random_vectors

from steepest import L2, Loss, cosine, quadratic, random_directions

claim = pytest.mark.claim
COSINE, TAIL, BEST, DESCENT = "random-cosine", "random-tail", "best-of-many", "random-descent"
UNIFORM, NONZERO = "u is uniform on the sphere", "the gradient is not zero"
DIMS = [2, 3, 4, 5, 10, 100, 1000, 10_000]


def _exact(dim):
    """Return the distribution of the cosine: that of 2 B - 1, where B has a Beta distribution."""
    return scipy.stats.beta((dim - 1) / 2, (dim - 1) / 2, loc=-1, scale=2)


def _no_cosine(tried):
    u = random_directions(1, 3, seed=0)[0]
    with pytest.raises(ValueError, match="zero"):
        cosine(u, np.zeros(3))
    tried(u @ np.zeros(3) == L2(np.zeros(3)) == 0, 3)


@claim(COSINE)
@pytest.mark.parametrize("dim", [2, 3, 4, 5, 10, 100])
def test_cosines_have_the_stated_density(tried, dim):
    """The share of 20,000 cosines below each t is the integral of ``(1 - t**2)**((d - 3) / 2)``, by quadrature."""
    cosines = cosine(random_directions(20_000, dim, seed=dim), random_vectors(dim + 3, dim))
    turns = np.linspace(0.1, 3.1, 25)
    integral = [scipy.integrate.quad(lambda b: np.sin(b) ** (dim - 2), b, np.pi)[0] for b in [0, *turns]]
    share = np.array([np.mean(cosines <= t) for t in np.cos(turns)])
    why = "the bound of Dvoretzky, Kiefer, Wolfowitz and Massart for 20,000 cases, exceeded once in a million times"
    tried.within(share - integral[1:] / np.array(integral[0]), np.sqrt(np.log(2e6) / 40_000), dim, why=why)


@claim(COSINE)
def test_directions_made_another_way_have_the_stated_density(tried):
    """By a random angle in the plane, and by points of a cube in the ball, the share below t is the same."""
    rng = np.random.default_rng(1)
    turn, cube = rng.uniform(0, 2 * np.pi, 20_000), rng.uniform(-1, 1, (60_000, 3))
    inside = cube[np.sum(cube**2, axis=1) <= 1][:20_000]
    t = np.linspace(-0.95, 0.95, 20)
    laws = ((2, np.cos(turn), 1 - np.arccos(t) / np.pi), (3, inside[:, 0] / L2(inside), (1 + t) / 2))
    why = "the bound of Dvoretzky, Kiefer, Wolfowitz and Massart for 20,000 cases, exceeded once in a million times"
    for dim, cosines, law in laws:
        assert cosines.size == 20_000
        share = np.mean(cosines[:, None] <= t, axis=0)
        tried.within(share - law, np.sqrt(np.log(2e6) / 40_000), dim, why=why)
        tried(abs(_exact(dim).cdf(t) - law) < 1e-12, dim)


@claim(COSINE, without=UNIFORM)
def test_corners_of_the_cube_have_no_density(tried):
    """Toward a random corner of the cube the cosine with an axis is 1 / sqrt(d) or minus that: no density."""
    for dim in (4, 100):
        corners = np.random.default_rng(dim).choice([-1.0, 1.0], (1000, dim))
        sizes = abs(cosine(corners, np.eye(dim)[0]))
        why = "4 d eps: the norm of the corner and the quotient round"
        tried.within(sizes - 1 / np.sqrt(dim), 4 * dim * EPS, dim, why=why)


@claim(COSINE, without=NONZERO)
def test_zero_gradient_has_no_distribution_of_cosines(tried):
    """The inner product with a zero gradient is zero, and so is its length: there is no cosine."""
    _no_cosine(tried)


@claim(COSINE, without="there are two dimensions or more")
def test_on_a_line_the_cosine_is_one_or_minus_one(tried):
    """In one dimension every cosine is 1 or -1: none lies between, as one with a density would."""
    tried(abs(cosine(random_directions(1000, 1, seed=1), [-3.0])) == 1, 1)


@claim(TAIL)
def test_moments_are_below_those_of_the_bound(tried):
    """The even moments are the stated products, by exact integration, and below the coefficients of the bound."""
    for dim in (1, 2, 3, 4, 7, 10, 100, 1000):
        for k in range(1, 30):
            odd, even = (np.prod([Fraction(n + 2 * j) for j in range(k)]) for n in (1, dim))
            tried(odd / even <= Fraction(factorial(2 * k), 2**k * factorial(k) * dim**k), dim)
            if dim in (3, 7):  # the density is a polynomial, integrated term by term
                tried(odd / even == _moment(dim, 2 * k) / _moment(dim, 0), dim)


def _moment(dim, k):
    """Return the integral of ``t**k * (1 - t**2)**((d - 3) / 2)`` from 0 to 1 for an odd dimension."""
    n = (dim - 3) // 2
    binomials = (Fraction(factorial(n), factorial(i) * factorial(n - i)) for i in range(n + 1))
    return sum((-1) ** i * binomial / (2 * i + k + 1) for i, binomial in enumerate(binomials))


@claim(TAIL)
@pytest.mark.parametrize("dim", DIMS)
def test_few_directions_go_far_down(tried, dim):
    """The Beta distribution gives the half, a tail below the bound at every t, and exponential means below theirs."""
    exact, t = _exact(dim), np.linspace(0, 1, 501)
    tried(abs(exact.cdf(0) - 0.5) < 1e-12, dim)
    tried(exact.cdf(-t) <= np.exp(-dim * t**2 / 2) * (1 + 1e-9), dim)
    turn = np.linspace(0, np.pi, 20_001)
    weight = np.exp((dim - 2) * np.log(np.maximum(np.sin(turn), 1e-300)))
    for s in np.sqrt(dim) * np.linspace(-5, 5, 21):
        mean = np.sum(weight * np.exp(s * np.cos(turn))) / weight.sum()
        tried(mean <= np.exp(s**2 / (2 * dim)) * (1 + 1e-3), dim)


@claim(TAIL)
@pytest.mark.parametrize("dim", [1, 2, 10, 100, 1000])
def test_drawn_directions_go_down_half_of_the_time_and_not_far(tried, dim):
    """Of 5000 drawn directions half go down, and no more go far than the bound allows, up to the error of a count."""
    cosines = cosine(random_directions(5000, dim, seed=dim + 7), random_vectors(dim + 7, dim))
    why = "six standard deviations of a share of 5000 independent cases, at most 1 / sqrt(20,000) each"
    tried.within(np.mean(cosines < 0) - 0.5, 6 / np.sqrt(20_000), dim, why=why)
    for t in np.linspace(0, 1.2, 13):
        above = np.mean(cosines <= -t) - np.exp(-dim * t**2 / 2)
        tried.within(max(above, 0.0), 6 / np.sqrt(20_000), dim, why=why)


@claim(TAIL, without=UNIFORM)
def test_directions_near_the_gradient_go_far(tried):
    """Directions without positive parts all have cosines below -1/2 with (1, ..., 1), not one in exp(12.5)."""
    u = abs(random_directions(1000, 100, seed=1))
    tried(cosine(-u, np.ones(100)) <= -0.5, 100)


@claim(TAIL, without=NONZERO)
def test_no_direction_goes_down_from_a_zero_gradient(tried):
    """With a zero gradient no slope is negative, let alone half of them, and there is no cosine."""
    tried(random_directions(1000, 3, seed=2) @ np.zeros(3) >= 0, 3)
    _no_cosine(tried)


@claim(TAIL, without="t is not negative")
def test_bound_fails_for_negative_t(tried):
    """At t = -1 every cosine is at most -t, which is more than the share ``exp(-d / 2)``, in each dimension."""
    for dim in DIMS:
        lowest = cosine(random_directions(100, dim, seed=3), np.ones(dim)) <= 1
        tried(np.mean(lowest) > np.exp(-dim / 2), dim)


def _best(dim, count):
    """Return the expected largest of independent cosines, from the powers of their distribution function."""
    reach = min(1.0, 12 / np.sqrt(dim))
    nodes, weights = scipy.special.roots_legendre(400)
    turn = np.pi / 2 * nodes  # its sine, with more nodes where a plane's cosines crowd
    below = _exact(dim).cdf(reach * np.sin(turn)) ** count
    return reach - reach * np.pi / 2 * np.sum(weights * np.cos(turn) * below)


@claim(BEST)
@pytest.mark.parametrize("dim", DIMS)
def test_best_of_independent_directions_is_below_the_bound(tried, dim):
    """The exact mean of the best, from the Beta distribution, is below the bound for 1 to a million directions."""
    best = np.array([_best(dim, 2**k) for k in range(21)])
    tried(best <= np.sqrt(2 * np.log(2.0 ** np.arange(21)) / dim) + 1e-9, dim)


@claim(BEST)
@pytest.mark.parametrize("dim", [1, 2, 20, 200])
def test_best_of_drawn_directions_is_below_the_bound(tried, dim):
    """The mean best of N directions, over 200 draws, is below the bound, also when these are copies or opposites."""
    for count in (2, 16, 128):
        u = random_directions(200 * count, dim, seed=dim).reshape(200, count, dim)
        g, bound = random_vectors(dim, dim), np.sqrt(2 * np.log(count) / dim)
        # The best is a function of the directions with slopes of at most one: by the inequalities of Poincaré and of
        # Efron and Stein its variance is at most 1 / (d - 1).
        wide = min(1.0, 1 / np.sqrt(max(dim - 1, 1)))
        why = "six standard deviations of a mean of 200 draws, whose variance is at most 1 / (d - 1), and at most 1"
        for several in (
            u,
            np.repeat(u[:, :1], count, axis=1),
            u[:, :1] * np.array([1, -1])[np.arange(count) % 2, None],
        ):
            above = np.max(-cosine(several, g), axis=1).mean() - bound
            tried.within(max(above, 0.0), 6 * wide / np.sqrt(200), dim, why=why)


@claim(BEST, without="each direction is uniform on the sphere")
def test_directions_chosen_by_looking_beat_the_bound(tried):
    """Two directions, one of them minus the gradient, have the lowest cosine -1, below the bound in 1000 dimensions."""
    g = random_vectors(3, 1000)
    lowest = cosine(np.stack([-g, g]), g).min()
    tried(-lowest > np.sqrt(2 * np.log(2) / 1000) + 0.9, 1000)


@claim(BEST, without=NONZERO)
def test_zero_gradient_has_no_best_cosine(tried):
    """The inner product with a zero gradient is zero, and so is its length: there is no lowest cosine."""
    _no_cosine(tried)


def _designs():
    """Yield a few points on the sphere whose mean of any polynomial up to degree 5 is that of the whole sphere."""
    turn = 2 * np.pi * np.arange(6) / 6
    yield np.stack([np.cos(turn), np.sin(turn)], -1)
    golden = (1 + np.sqrt(5)) / 2
    corners = np.array([[0, a, b * golden] for a in (-1, 1) for b in (-1, 1)]) / np.hypot(1, golden)
    yield np.concatenate([np.roll(corners, k, axis=1) for k in range(3)])  # the icosahedron
    halves = np.array(list(product([-0.5, 0.5], repeat=4)))
    yield np.concatenate([np.eye(4), -np.eye(4), halves])  # the 24-cell


def _lower(loss, w, u, alpha):
    """Return the losses after a step along each direction, written out."""
    g = loss.gradient(w)
    return np.array([loss(w - alpha * (v @ g) * v) for v in u])


@claim(DESCENT)
def test_random_step_lowers_a_quadratic_by_its_share(tried):
    """On spherical designs, whose means are exact, the bound holds at every rate, and is met by equal curvatures."""
    for u in _designs():
        dim = u.shape[1]
        for seed, alpha in product(range(20), (-0.3, 0.01, 0.1, 0.2, 0.5)):
            rng = np.random.default_rng(seed)
            curvatures, w, top = rng.uniform(-2, 10, dim), rng.standard_normal(dim), 10.0
            loss, even = quadratic(curvatures), quadratic([top] * dim)
            for hill in (loss, even):
                g, gain = hill.gradient(w), alpha - top * alpha**2 / 2
                bound = hill(w) - gain * (g @ g) / dim
                slack = 1e-12 * (1 + g @ g)
                tried(_lower(hill, w, u, alpha).mean() <= bound + slack, dim)
                tried(hill(w - alpha * g) <= hill(w) - gain * (g @ g) + slack, dim)
            tried(abs(_lower(even, w, u, alpha).mean() - bound) <= slack, dim)


@claim(DESCENT)
def test_random_steps_leave_a_power_of_the_loss(tried):
    """Over all triples of steps of a design there is left ``(1 - 1 / d)**3`` of the loss; the gradient leaves none."""
    for u in _designs():
        dim, rate = u.shape[1], 0.25
        hill, start = quadratic([4.0] * dim), np.arange(1.0, dim + 1)
        ends = [start]
        for n in range(1, 4):
            ends = [w - rate * (v @ (4 * w)) * v for w in ends for v in u]
            mean = np.mean(np.sum(2 * np.array(ends) ** 2, axis=1))
            why = "100 eps of the first loss: three steps of d products each, and their mean"
            tried.within(mean / hill(start) - (1 - 1 / dim) ** n, 100 * EPS, dim, why=why)
        tried(hill(start - rate * hill.gradient(start)) == 0, dim)


@claim(DESCENT, without=UNIFORM)
def test_directions_across_the_gradient_lower_nothing(tried):
    """Directions across the gradient, drawn from a circle in space, leave the loss as it is."""
    loss, w = quadratic([1.0, 1.0, 1.0]), np.array([0.0, 0.0, 2.0])
    turn = np.linspace(0, 2 * np.pi, 50)
    u = np.stack([np.cos(turn), np.sin(turn), 0 * turn], -1)
    tried(_lower(loss, w, u, 1.0) > loss(w) - (1 / 3) * (1 / 2) * 4, 3)


@claim(DESCENT, without="the loss is quadratic")
def test_other_losses_bend_more_on_the_way(tried):
    """The loss ``w**2 / 2 + (w - 1)**4`` has the curvature 1 at w = 1, but a step of 1.9 breaks the bound."""
    loss = Loss(
        lambda w: w[..., 0] ** 2 / 2 + (w[..., 0] - 1) ** 4,
        lambda w: w + 4 * (w - 1) ** 3,
        lambda w, v: v + 12 * (w - 1) ** 2 * v,
        dim=1,
    )
    w, alpha = np.array([1.0]), 1.9
    assert loss.hessian_product(w, np.ones(1)) == [1.0]
    tried(_lower(loss, w, np.array([[1.0], [-1.0]]), alpha).mean() > loss(w) - (alpha - alpha**2 / 2), 1)


@claim(DESCENT, without="no curvature at w is above λ")
def test_steps_too_long_for_the_curvature_climb(tried):
    """With curvatures 4 where λ = 1 is assumed, the mean loss after a step of rate 1 is above the bound."""
    for u in _designs():
        dim = u.shape[1]
        loss, w = quadratic([4.0] * dim), np.ones(dim)
        g = loss.gradient(w)
        tried(_lower(loss, w, u, 1.0).mean() > loss(w) - (g @ g) / (2 * dim), dim)


@claim(DESCENT, without="for the equality, every curvature is λ")
def test_unequal_curvatures_do_better_than_the_bound(tried):
    """With the curvatures 1 and 10 the mean loss after a step of rate 1 / 10 is strictly below the bound."""
    u = next(_designs())
    loss, w = quadratic([1.0, 10.0]), np.array([2.0, 0.6])
    g = loss.gradient(w)
    tried(_lower(loss, w, u, 0.1).mean() < loss(w) - (0.05 / 2) * (g @ g) - 0.1, 2)


@claim(DESCENT, without="for n steps, every direction is drawn afresh")
def test_the_same_direction_again_lowers_nothing(tried):
    """Two steps along one direction leave on average half of the loss in the plane, not a quarter."""
    u, w = next(_designs()), np.array([2.0, 1.0])
    twice = [x - (v @ x) * v for v in u for x in [w - (v @ w) * v]]
    mean = np.mean(np.sum(np.square(twice), axis=1)) / 2
    tried(abs(mean - 2.5 / 2) < 1e-12, 2)
    tried(mean > 2.5 / 4 + 0.5, 2)


@claim(DESCENT, without="for n steps, the rate is 1/λ and the least loss is 0")
def test_a_shorter_rate_leaves_more(tried):
    """At half the rate a step leaves on average ``1 - 3 / (4 d)`` of the loss, more than ``1 - 1 / d``."""
    for u in _designs():
        dim = u.shape[1]
        hill, w = quadratic([4.0] * dim), np.arange(1.0, dim + 1)
        left = _lower(hill, w, u, 1 / 8).mean() / hill(w)
        tried(abs(left - (1 - 3 / (4 * dim))) <= 100 * EPS, dim)
        tried(left > 1 - 1 / dim, dim)
