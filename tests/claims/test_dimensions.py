"""In a thousand dimensions: how the cosine of a random direction is distributed, and what chance can reach."""

from fractions import Fraction
from itertools import combinations, product
from math import factorial

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from strategies import EPS, random_vectors

from steepest import L2, Loss, cosine, quadratic, random_directions

claim = pytest.mark.claim
COSINE, TAIL, BEST = "random-cosine", "random-tail", "best-of-many"
DESCENT, STEPS = "random-descent", "random-steps"
UNIFORM, NONZERO = "u is uniform on the sphere", "the gradient is not zero"
DIMS = [2, 3, 4, 5, 10, 100, 1000, 10_000]


def _exact(dim):
    """Return the distribution of the cosine: that of 2 B - 1, where B has a Beta distribution."""
    return scipy.stats.beta((dim - 1) / 2, (dim - 1) / 2, loc=-1, scale=2)


def _moment(dim, k):
    """Return the integral of ``t**k * (1 - t**2)**((d - 3) / 2)`` from 0 to 1 for an odd dimension and an even k."""
    n = (dim - 3) // 2
    binomials = (Fraction(factorial(n), factorial(i) * factorial(n - i)) for i in range(n + 1))
    return sum((-1) ** i * binomial / (2 * i + k + 1) for i, binomial in enumerate(binomials))


def _nodes(dim):
    """Return cosines and weights for the stated density in an even dimension, by the midpoint rule in the angle.

    ``sin(b)**(d - 2)`` is a trigonometric polynomial of degree d - 2. The rule of n nodes is exact below degree 2 n,
    so for the moments; an exponential has less than ``250**2000 / 2000!`` above it, for exponents up to 500.
    """
    count = 2 * (dim // 4) + 1000
    turn = (np.arange(count) + 0.5) * np.pi / count
    weights = np.exp((dim - 2) * np.log(np.sin(turn)))
    return np.cos(turn), weights / weights.sum()


# The nodes round by 5 eps. The power d - 2 multiplies that by the slope of log(sin), at most 9 / sqrt(d) where the
# weights count, and the rounding of a sine, eps / 2; exp(s cos) multiplies it by 5 sqrt(d); both once more in the sum.
NODES_ROUND = "(2 d + 150 sqrt(d)) eps: the nodes, a power d - 2 of a sine and an exponential round"


def _nodes_round(dim):
    return (2 * dim + 150 * np.sqrt(dim)) * EPS


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
@pytest.mark.parametrize("dim", [2, 4, 10, 100, 1000, 10_000])
def test_the_density_has_the_moments_of_a_quotient_of_normals(tried, dim):
    """Its mean square is ``1 / d``, that of fourth powers ``3 / (d (d + 2))``, as ``x1 / norm(x)`` has, by quadrature.

    The quotient of the means of powers: 1 and 3 of x1, d and d (d + 2) of the norm. An exponent off by 1/2 would miss
    the mean square by a share of about 1 / d.
    """
    cosines, weights = _nodes(dim)
    shares = np.array([weights @ cosines**2 * dim, weights @ cosines**4 * dim * (dim + 2) / 3])
    tried.within(shares - 1, _nodes_round(dim), dim, why=NODES_ROUND)
    assert _nodes_round(dim) < 0.1 / dim


@claim(COSINE)
def test_the_density_has_these_moments_in_odd_dimensions(tried):
    """Integrated in fractions, the mean square is ``1 / d`` and that of fourth powers ``3 / (d (d + 2))``."""
    for dim in (3, 5, 7, 51, 101, 501, 1001):
        whole = _moment(dim, 0)
        tried(_moment(dim, 2) / whole == Fraction(1, dim), dim)
        tried(_moment(dim, 4) / whole == Fraction(3, dim * (dim + 2)), dim)


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
        # The Beta law is the same. Its argument and the closed form round, where no density exceeds 1.02.
        tried(abs(_exact(dim).cdf(t) - law) <= 4 * EPS, dim)


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


@claim(TAIL)
@pytest.mark.parametrize("dim", DIMS)
def test_few_directions_go_far_down(tried, dim):
    """The Beta distribution has a tail below the bound at every t, and exponential means are below theirs."""
    t = np.linspace(0, 1, 501)
    tried(_exact(dim).cdf(-t) <= np.exp(-dim * t**2 / 2), dim)
    for s in np.sqrt(dim) * np.linspace(-5, 5, 21):
        above = _exponential_mean(dim, s) / np.exp(s**2 / (2 * dim)) - 1
        tried.within(max(above, 0.0), _nodes_round(dim), dim, why=NODES_ROUND)
        assert above < -_nodes_round(dim) or s == 0  # equal at zero alone


def _exponential_mean(dim, s):
    """Return the mean of ``exp(s * cosine)`` under the stated density, in odd dimensions term by term."""
    if dim % 2:
        whole = _moment(dim, 0)
        return sum(float(_moment(dim, 2 * k) / whole) * s ** (2 * k) / factorial(2 * k) for k in range(80))
    cosines, weights = _nodes(dim)
    return weights @ np.exp(s * cosines)


@claim(TAIL)
@pytest.mark.parametrize("dim", DIMS)
def test_half_of_the_density_lies_below_zero(tried, dim):
    """The stated density has half of its weight on negative cosines, by the Beta distribution and the midpoint rule."""
    below = [_exact(dim).cdf(0)] if dim % 2 else [_exact(dim).cdf(0), _nodes(dim)[1][: len(_nodes(dim)[1]) // 2].sum()]
    tried.within(np.array(below) - 0.5, _nodes_round(dim), dim, why=NODES_ROUND)


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
    """The mean of the best, from the Beta distribution, is below the bound for 2 to a million directions; of one, 0."""
    best = np.array([_best(dim, 2**k) for k in range(1, 21)])
    tried(best < np.sqrt(2 * np.log(2.0 ** np.arange(1, 21)) / dim), dim)
    u, g = random_directions(1, dim, seed=5)[0], random_vectors(dim, dim)
    tried(cosine(u, g) + cosine(-u, g) == 0, dim)  # u and -u are equally likely


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


def _roots():
    """Return the 240 roots of E8 at length one, in 8 dimensions: the same holds for them up to degree 7."""
    pairs = [
        np.eye(8)[i] * a + np.eye(8)[j] * b for i, j in combinations(range(8), 2) for a in (-1, 1) for b in (-1, 1)
    ]
    halves = np.array([h for h in product([-0.5, 0.5], repeat=8) if np.prod(h) > 0])
    return np.concatenate([pairs, halves]) / np.sqrt(2)


def _moved(loss, w, u, alpha):
    """Return the points after a step along each direction, written out; from several points a row of each."""
    g = loss.gradient(w)
    return w[..., None, :] - alpha * (g @ u.T)[..., None] * u


def _lower(loss, w, u, alpha):
    """Return the losses after a step along each direction."""
    return loss(_moved(loss, w, u, alpha))


def _size(w, alpha, g):
    """Return what bounds the square of any component after a step."""
    return (L2(w) + abs(alpha) * L2(g)) ** 2


# A direction rounds by 2 eps, its slope by d eps more; two products, a difference, a square and two means follow.
STEP_ROUNDS = "(8 d + 40) eps of the largest square: directions, slopes, steps, squares and means round"


def _step_rounds(dim):
    return (8 * dim + 40) * EPS


@claim(DESCENT)
def test_random_step_lowers_a_quadratic_by_its_share(tried):
    """On spherical designs, whose means are exact, the bound holds at every rate, and is met by equal curvatures."""
    for u in [*_designs(), _roots()]:
        dim = u.shape[1]
        for seed, alpha in product(range(20), (-0.3, 0.01, 0.1, 0.2, 0.5)):
            rng = np.random.default_rng(seed)
            curvatures, w, top = rng.uniform(-2, 10, dim), rng.standard_normal(dim), 10.0
            for hill in (quadratic(curvatures), quadratic([top] * dim)):
                g, gain = hill.gradient(w), alpha - top * alpha**2 / 2
                above = _lower(hill, w, u, alpha).mean() - (hill(w) - gain * (g @ g) / dim)
                steepest = hill(w - alpha * g) - (hill(w) - gain * (g @ g))
                slack = top * _step_rounds(dim) * _size(w, alpha, g)
                tried.within(max(above, steepest, 0.0), slack, dim, why=STEP_ROUNDS)
            tried.within(above, slack, dim, why=STEP_ROUNDS)


@claim(STEPS)
def test_mean_squares_after_random_steps_are_as_stated(tried):
    """The mean over a spherical design, and over all its pairs for two steps, is that of the recursion."""
    for u in [*_designs(), _roots()]:
        dim = u.shape[1]
        for seed, alpha in product(range(5), (-0.3, 0.01, 0.2, 0.5)):
            rng = np.random.default_rng(seed)
            h, w = rng.uniform(-2, 10, dim), rng.standard_normal(dim)
            hill, m, points, size = quadratic(h), w**2, w[None], _size(w, alpha, h * w)
            for steps in (1, 2):
                points = _moved(hill, points, u, alpha).reshape(-1, dim)
                m = m - 2 * alpha * h * m / dim + alpha**2 * (2 * h**2 * m + h**2 @ m) / (dim * (dim + 2))
                size *= (1 + abs(alpha) * abs(h).max()) ** (2 * steps - 2)  # no step lengthens w by a larger factor
                tried.within(np.mean(points**2, axis=0) - m, 2 * steps * _step_rounds(dim) * size, dim, why=STEP_ROUNDS)


@claim(STEPS)
def test_random_steps_leave_a_power_of_the_loss(tried):
    """Over all triples of steps of a design there is left ``(1 - 1 / d)**3`` of the loss; the gradient leaves none."""
    for u in _designs():
        dim, rate = u.shape[1], 0.25
        hill, start = quadratic([4.0] * dim), np.arange(1.0, dim + 1)
        points = start[None]
        for n in range(1, 4):
            points = _moved(hill, points, u, rate).reshape(-1, dim)
            mean = np.mean(np.sum(2 * points**2, axis=1))
            tried.within(mean / hill(start) - (1 - 1 / dim) ** n, n * _step_rounds(dim), dim, why=STEP_ROUNDS)
        tried(hill(start - rate * hill.gradient(start)) == 0, dim)


def _one_step(u, alpha, h, w):
    """Return the mean squares after a step along each u from w, and what the recursion makes of those of w."""
    m, dim = w**2, w.size
    stated = m - 2 * alpha * h * m / dim + alpha**2 * (2 * h**2 * m + h**2 @ m) / (dim * (dim + 2))
    return np.mean(_moved(quadratic(h), w, u, alpha) ** 2, axis=0), stated


@claim(STEPS, without=UNIFORM)
def test_steps_along_the_axes_have_other_mean_squares(tried):
    """Of directions along the axes alone the fourth powers have the mean ``1 / d``, and the mean squares differ."""
    for dim in (2, 3, 10):
        found, stated = _one_step(np.eye(dim), 0.5, np.ones(dim), np.arange(1.0, dim + 1))
        tried(abs(found - stated) > 0.01, dim)


@claim(STEPS, without="the loss is quadratic")
def test_on_a_quartic_the_mean_square_is_another(tried):
    """On ``w**4 / 4`` from 1, of slope 1 and curvature 3, the square is ``(1 - α)**2``, not ``(1 - 3 α)**2``."""
    for alpha in (Fraction(n, 20) for n in range(1, 10)):
        after = (1 - alpha * 1**3) ** 2
        stated = 1 - 2 * alpha * 3 + alpha**2 / 3 * (2 * 3**2 + 3**2)
        tried(after != stated == (1 - 3 * alpha) ** 2, 1)


@claim(STEPS, without="for the factor, every curvature is λ")
def test_unequal_curvatures_leave_another_share(tried):
    """With the curvatures 1 and 10, at the rate 1 / 10, more than half is left, and the gradient misses the minimum."""
    u, h, w = next(_designs()), np.array([1.0, 10.0]), np.array([2.0, 0.6])
    left = h @ _one_step(u, 0.1, h, w)[0] / (h @ w**2)
    tried(left > 1 - 1 / 2 + 0.1, 2)
    tried(quadratic(h)(w - 0.1 * h * w) > 1, 2)


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
    assert loss.hessian_product(w, np.ones(1)) == [1.0]  # exact: one, and a square of zero
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


@claim(STEPS, without="every direction is drawn afresh")
def test_the_same_direction_again_lowers_nothing(tried):
    """Two steps along one direction leave on average half of the loss in the plane, not a quarter."""
    u, w = next(_designs()), np.array([2.0, 1.0])
    twice = [x - (v @ x) * v for v in u for x in [w - (v @ w) * v]]
    mean = np.mean(np.sum(np.square(twice), axis=1)) / 2
    tried(abs(mean - 2.5 / 2) <= 2 * _step_rounds(2) * 5, 2)
    tried(mean > 2.5 / 4 + 0.5, 2)


@claim(STEPS, without="for the factor, the rate is 1/λ")
def test_a_shorter_rate_leaves_more(tried):
    """At half the rate a step leaves on average ``1 - 3 / (4 d)`` of the loss, more than ``1 - 1 / d``."""
    for u in _designs():
        dim = u.shape[1]
        hill, w = quadratic([4.0] * dim), np.arange(1.0, dim + 1)
        left = _lower(hill, w, u, 1 / 8).mean() / hill(w)
        tried(abs(left - (1 - 3 / (4 * dim))) <= 4 * _step_rounds(dim), dim)
        tried(left > 1 - 1 / dim, dim)
