"""Misconceptions, how far: the best direction at a distance, rate and length of a step, steps too small."""

import mpmath
import numpy as np
import pytest
import scipy.linalg
from strategies import EPS, exact_norm, random_vectors

from steepest import L2, bowl, descend, fixed_length, learning_rate, quadratic, random_directions, steepest_direction

claim = pytest.mark.claim


def _quadratic(seed, dim):
    """Return a quadratic with curvatures of both signs on turned axes, and its Hessian."""
    spectrum, axes = random_vectors(seed, dim), scipy.linalg.qr(random_vectors(seed + 1, dim, dim))[0]
    return quadratic(spectrum, axes=axes), axes.T * spectrum @ axes


@claim("not-any-step")
@pytest.mark.parametrize("dim", [2, 3, 10])
@pytest.mark.parametrize("eta", [0.01, 0.3, 1.0, 30.0])
def test_at_every_distance_another_direction_is_lower(tried, eta, dim):
    """Turning -g toward H g finds a direction whose step of length eta ends lower, for every eta tried."""
    turns = np.geomspace(1e-7, np.pi, 1000)[:, None]
    for seed in range(20):
        loss, hessian = _quadratic(seed, dim)
        w = random_vectors(seed + 2, dim)
        g = loss.gradient(w)
        straight = steepest_direction(g)
        across = (straight @ hessian @ straight) * straight - hessian @ straight
        others = np.cos(turns) * straight + np.sin(turns) * across / L2(across)
        # Compare the changes, in closed form, so that the loss at w does not round them away.
        change = eta * others @ g + eta**2 / 2 * np.einsum("ni,ij,nj->n", others, hessian, others)
        tried(change.min() < eta * straight @ g + eta**2 / 2 * straight @ hessian @ straight, dim)


@claim("not-any-step", without="the loss is quadratic")
def test_minus_the_gradient_can_be_best_at_one_distance_off_quadratics(tried):
    """For ``g @ w + w @ H @ w (1 - w @ w) / 2`` no step of length one from 0 ends lower than that along -g."""
    g, hessian = np.array([3.0, 4.0]), np.diag([1.0, 5.0])
    u = random_directions(10_000, 2, seed=3)
    values = u @ g + np.einsum("ni,ij,nj->n", u, hessian, u) * (1 - (u * u).sum(axis=1)) / 2
    why = "24 eps: the length of u is off by 4 eps, times 5 / 2, and g @ u by 12 eps"
    tried.within(np.minimum(values + 5, 0), 24 * EPS, 2, why=why)
    tried(np.cross([*(hessian @ g), 0], [*g, 0]).any(), 2)


@claim("not-any-step", without="the gradient is neither zero nor an eigenvector")
@pytest.mark.parametrize("dim", [2, 5])
def test_on_an_axis_minus_the_gradient_is_best_at_every_distance(tried, dim):
    """On the axis of least curvature no step of any length ends lower than that along -g."""
    loss, w, u = quadratic(np.arange(1.0, dim + 1)), 3 * np.eye(dim)[0], random_directions(5000, dim, seed=4)
    for eta in (0.01, 1.0, 2.9):
        straight = loss(w + eta * steepest_direction(loss.gradient(w)))
        tried(loss(w + eta * u) >= straight, dim)


@claim("not-step-length")
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_rate_times_the_gradient_is_the_length(tried, dim):
    """A step is alpha times the gradient's norm long; where the path settles, both are zero."""
    loss = bowl(np.linspace(1, 4, dim))
    path = descend(loss, 2 * random_vectors(6, dim), learning_rate(0.2), 400).points
    lengths = np.array([float(exact_norm(step)) for step in np.diff(path, axis=0)])
    why = "(4 d + 8) eps times the size of the point: the point, the step and the gradient's norm round"
    gradients = L2(loss.gradient(path[:-1]))
    size = 1 + L2(path[:-1]) + gradients
    tried.within(lengths - 0.2 * gradients, (4 * dim + 8) * EPS * size, dim, why=why)
    # Near the bottom a part shrinks by 1 - 0.2 times its curvature: 0.8 at the slowest.
    tried.within(np.array([lengths[-1], gradients[-1]]), (4 * dim + 8) * EPS, dim, why=why)


@claim("not-step-length")
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_steps_of_one_length_do_not_settle(tried, dim):
    """With a fixed length every step is as long as the first, at the end of a thousand as well."""
    path = descend(bowl(np.linspace(1, 4, dim)), 2 * random_vectors(6, dim), fixed_length(0.1), 1000).points
    why = "(2 d + 8) eps times the size of the points: adding a step and taking it off again round"
    tried.within(L2(np.diff(path, axis=0)) - 0.1, (2 * dim + 8) * EPS * L2(path).max(), dim, why=why)


@claim("not-step-length", without="the path converges")
def test_a_path_that_jumps_to_and_fro_keeps_its_length(tried):
    """At the rate 2 / curvature the steps keep their length for ever, and the gradient its own."""
    path = descend(quadratic([4.0]), [3.0], learning_rate(0.5), 100).points
    tried(abs(np.diff(path[:, 0])) == 6.0, 1)


@claim("not-step-length", without="the gradient is continuous")
def test_a_path_can_converge_to_a_slope_that_its_gradient_leaps_over(tried):
    """On ``w + w**2 (sin(1 / w) + 1/4)`` descent halves w = 1 / (2 pi n) each time; at its limit 0 the slope is 1."""
    with mpmath.workdps(300):
        w = 1 / (2 * mpmath.pi)
        for _ in range(20):
            slope = 1 - mpmath.cos(1 / w) + 2 * w * mpmath.sin(1 / w) + w / 2
            tried(bool(abs(w - slope - w / 2) < mpmath.mpf(10) ** -150), 1)
            w = w - slope
            # The difference quotient at 0, which tends to the slope there.
            tried(bool(abs((w + w**2 * (mpmath.sin(1 / w) + mpmath.mpf(1) / 4)) / w - 1) <= 1.25 * w), 1)


@claim("not-step-length", without="the rate and the length are positive")
def test_a_path_that_does_not_move_settles_where_it_began(tried):
    """At the rate zero a path settles on a slope, and steps that all have the length zero settle as well."""
    loss, start = quadratic([1.0, 4.0]), np.array([2.0, 1.0])
    by_rate, by_length = start, start
    for _ in range(10):
        by_rate = by_rate - 0.0 * loss.gradient(by_rate)
        by_length = by_length + 0.0 * steepest_direction(loss.gradient(by_length))
    tried(by_rate == start, 2)
    tried(L2(loss.gradient(by_rate)) > 4, 2)
    tried(by_length == start, 2)


def _sines(w):
    return np.sin(w).sum(axis=-1)


LIPSCHITZ = {
    "sines, not convex": (_sines, np.cos, 1.0),
    "bowl": (bowl([1.0, 4.0, 2.0]), bowl([1.0, 4.0, 2.0]).gradient, 4.0),
    "saddle": (quadratic([3.0, -2.0, 1.0]), quadratic([3.0, -2.0, 1.0]).gradient, 3.0),
}


@claim("not-better")
@pytest.mark.parametrize("name", LIPSCHITZ)
def test_up_to_one_over_the_bound_a_longer_step_ends_lower(tried, name):
    """From rate to rate, up to 1 / bound, the loss falls by the integral of ``(1 - bound rate) norm(g)**2`` or more."""
    loss, gradient, bound = LIPSCHITZ[name]
    rates = np.linspace(0, 1 / bound, 21)
    promised = np.diff(rates - bound * rates**2 / 2)
    for w in 2 * random_vectors(11, 50, 3):
        g = gradient(w)
        fall = -np.diff(loss(w - rates[:, None] * g))
        tried(fall > 0, 3)
        why = "64 eps of the loss: its few terms round, twice"
        tried.within(np.minimum(fall - promised * (g @ g), 0), 64 * EPS * (1 + abs(loss(w)) + g @ g), 3, why=why)


@claim("not-better", without="the gradient is Lipschitz with constant λ")
def test_where_the_curvature_grows_the_longer_step_overshoots(tried):
    """On w**4 from 10, with a bound of 12 that holds only up to 1, the rate 1/12 ends higher than 1/24."""
    short, long = (10 - 4 * 10**3 * rate for rate in (1 / 24, 1 / 12))
    tried(long**4 > short**4 > 10**4, 1)


@claim("not-better", without="the gradient is not zero")
def test_where_the_gradient_is_zero_no_step_is_lower(tried):
    """At the top of a saddle every rate leaves the loss where it is."""
    loss = quadratic([1.0, -1.0])
    tried(loss(np.zeros(2) - 0.5 * loss.gradient([0.0, 0.0])) == loss([0.0, 0.0]), 2)


@claim("not-better", without="the rate is at most 1/λ")
def test_beyond_one_over_the_bound_a_longer_step_can_end_higher(tried):
    """With curvature 1 the rate 1.5 ends higher than the rate 1."""
    loss, w = quadratic([1.0]), np.array([4.0])
    tried(loss(w - 1.5 * w) > loss(w - 1.0 * w), 1)
