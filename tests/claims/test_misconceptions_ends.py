"""Misconceptions, where it ends: zero gradients and minima, subgradients, distance to the minimum, units."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from strategies import EPS, complex_step, random_vectors

from steepest import L2, bowl, kinked, logistic, quadratic, random_directions, rosenbrock

claim = pytest.mark.claim


def _data(dim):
    """Return a logistic loss with a ridge, its ridge, and a Lipschitz constant of its gradient."""
    features = random_vectors(21, 40, dim)
    labels = (random_vectors(22, 40) + features[:, 0] > 0).astype(float)
    bound = 0.1 + np.linalg.norm(features, 2) ** 2 / (4 * 40)
    return logistic(features, labels, ridge=0.1), 0.1, bound


@claim("zero-at-minimum")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_where_the_gradient_is_not_zero_there_is_something_lower_nearby(tried, dim):
    """Where the gradient of four losses is not zero, one of 500 directions goes down, at either small distance."""
    losses = [bowl(np.arange(1.0, dim + 1)), quadratic(np.arange(dim) - 1.5), rosenbrock(), _data(dim)[0]]
    u = random_directions(500, dim, seed=1)
    for loss in losses:
        for w in random_vectors(dim, 20, dim):
            for eta in (1e-3, 1e-5):
                tried(loss(w + eta * u).min() < loss(w), dim)


@claim("zero-at-minimum")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_at_a_minimum_found_without_gradients_the_gradient_vanishes(tried, dim):
    """Where a search by values alone ends, ``norm(g)**2 <= 2 bound (loss - least loss)``, so g is zero there."""
    loss, _, bound = _data(dim)
    options = {"xtol": 1e-12, "ftol": 1e-15, "maxiter": 10_000}
    found = scipy.optimize.minimize(loss, np.zeros(dim), method="Powell", options=options).x
    least = scipy.optimize.minimize(loss, found, jac=loss.gradient, tol=1e-14).fun
    why = "the square root of 2 bound times the 64 eps by which the found loss exceeds the least"
    tried.within(L2(loss.gradient(found)), np.sqrt(2 * bound * 64 * EPS), dim, why=why)
    tried(loss(found) - least <= 64 * EPS, dim)


@claim("zero-at-minimum", without="the loss is differentiable")
def test_at_a_kink_a_minimum_has_no_zero_gradient(tried):
    """At the minimum of ``abs(w1) + 2 abs(w2)`` the slopes along the axes, both ways, are 1 and 2: no gradient."""
    loss = kinked([1.0, 2.0])
    with pytest.raises(ValueError, match="no gradient"):
        loss.gradient([0.0, 0.0])
    for t in (1.0, 1e-6):
        tried(loss(t * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])) / t == [1, 1, 2, 2], 2)


@claim("zero-at-minimum", without="m is a local minimum")
def test_elsewhere_the_gradient_is_not_zero(tried):
    """Off the minimum of a bowl no gradient is zero."""
    tried(L2(bowl([1.0, 4.0]).gradient(random_vectors(2, 100, 2))) > 0, 2)


@claim("zero-at-minimum", without="m is inside the region")
def test_at_the_edge_of_a_region_a_minimum_can_have_a_slope(tried):
    """On the weights from 1 to 2 the loss w**2 / 2 is least at 1, where its gradient is 1."""
    loss = quadratic([1.0])
    tried(loss(np.linspace(1, 2, 101)[:, None]) >= loss([1.0]), 1)
    tried(loss.gradient([1.0]) == 1.0, 1)


@claim("not-a-minimum")
@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_for_convex_losses_a_zero_gradient_is_a_minimum(tried, dim):
    """Where another library finds the gradient to vanish no point, near or far, is lower."""
    center = random_vectors(3, dim)
    flat = (
        quadratic(np.where(np.arange(dim) == 0, 0.0, 1.0), center=center)
        if dim > 1
        else quadratic([1.0], center=center)
    )
    for loss in (_data(dim)[0], bowl(np.arange(1.0, dim + 1)), flat):
        found = scipy.optimize.minimize(loss, center + 0.5, jac=loss.gradient, tol=1e-10).x
        away = random_vectors(4, 300, dim) * 10.0 ** np.linspace(-6, 3, 300)[:, None]
        slack = L2(loss.gradient(found)) * L2(away) + 64 * EPS * (1 + abs(loss(found)))
        why = "the gradient left there times the distance, and 64 eps of the loss"
        tried.within(np.minimum(loss(found + away) - loss(found), 0), slack, dim, why=why)
        tried(L2(loss.gradient(found)) < 1e-5, dim)


@claim("not-a-minimum", without="the loss is convex")
def test_off_convex_losses_a_zero_gradient_can_be_a_saddle(tried):
    """At the saddle of ``(w1**2 - w2**2) / 2`` the gradient is zero and every step along the second axis is lower."""
    loss = quadratic([1.0, -1.0])
    tried(not loss.gradient([0.0, 0.0]).any(), 2)
    tried(loss(np.geomspace(1e-6, 1, 7)[:, None] * [0.0, 1.0]) < loss([0.0, 0.0]), 2)


@claim("not-a-minimum", without="the gradient is zero")
def test_where_the_gradient_is_not_zero_a_convex_loss_is_not_least(tried):
    """At (1, 1) the bowl is higher than at the origin."""
    loss = bowl([1.0, 4.0])
    tried(loss([0.0, 0.0]) < loss([1.0, 1.0]), 2)


def _whole(seed, *shape):
    return np.random.default_rng(seed).integers(-5, 6, shape).astype(object) * Fraction(1)


@claim("not-subgradient")
@pytest.mark.parametrize("dim", [1, 2, 3, 8])
def test_minus_any_subgradient_comes_nearer(tried, dim):
    """In exact arithmetic every allowed rate comes nearer to 0, for any subgradient of a kinked loss."""
    scales = np.arange(1, dim + 1)
    loss = kinked(scales.astype(float))
    for seed in range(100):
        w, free = _whole(seed, dim), _whole(seed + 1, dim) / 5
        if not any(w):
            continue
        s = scales * np.array([np.sign(a) if a else b for a, b in zip(w, free, strict=True)], dtype=object)
        excess = sum(scales * abs(w))
        tried(float(excess) == loss(w.astype(float)), dim)
        for v in _whole(seed + 2, 20, dim):
            tried(bool(sum(scales * abs(v)) >= excess + s @ (v - w)), dim)
        for part in (Fraction(1, 1000), Fraction(1, 2), Fraction(999, 1000)):
            nearer = w - part * 2 * excess / (s @ s) * s
            tried(bool(nearer @ nearer < w @ w), dim)


@claim("not-subgradient", without="s is a subgradient")
def test_minus_another_vector_can_lead_away(tried):
    """At (1, 0) the vector (-1, 0) is no subgradient of ``abs(w1) + 2 abs(w2)``, and minus it leads away from 0."""
    w, s, loss = np.array([1.0, 0.0]), np.array([-1.0, 0.0]), kinked([1.0, 2.0])
    rates = np.linspace(0.01, 1.99, 100)[:, None]
    tried(L2(w - rates * s) > L2(w), 2)
    tried(loss([0.0, 0.0]) < loss(w) + s @ ([0.0, 0.0] - w), 2)


@claim("not-subgradient", without="the loss is lower at m")
def test_at_a_lowest_point_zero_is_a_subgradient(tried):
    """At the minimum of ``abs(w1) + 2 abs(w2)`` the zero vector is a subgradient."""
    w, s, loss = np.zeros(2), np.zeros(2), kinked([1.0, 2.0])
    others = random_vectors(6, 100, 2)
    tried((loss(others) >= loss(w) + (others - w) @ s) & (not s.any()), 2)


@claim("not-subgradient", without="the rate is positive")
def test_a_step_backward_leads_away(tried):
    """From (1, 0) with the subgradient (1, 2), the rate 0 comes no nearer to the minimum, and rates below lead away."""
    w, s = np.array([Fraction(1), Fraction(0)]), np.array([Fraction(1), Fraction(2)])
    for rate in (Fraction(0), Fraction(-1, 1000), Fraction(-1)):
        after = w - rate * s
        tried(bool(after @ after >= w @ w), 2)


@claim("not-subgradient", without="the rate is below twice the excess over the square of the length of s")
def test_a_longer_step_can_lead_away(tried):
    """From (1, 0) with the subgradient (1, 2), at 2 / 5 the distance is as before, beyond it longer."""
    w, s = np.array([Fraction(1), Fraction(0)]), np.array([Fraction(1), Fraction(2)])
    for rate in (Fraction(2, 5), Fraction(1, 2), Fraction(10)):
        after = w - rate * s
        tried(bool(after @ after >= w @ w), 2)


@claim("not-distance")
@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_the_distance_lies_between_the_two_bounds(tried, dim):
    """The distance to a minimum found by another library lies between gradient / bound and gradient / convexity."""
    loss, low, high = _data(dim)
    least = scipy.optimize.root(loss.gradient, np.zeros(dim), tol=1e-14).x
    away = random_vectors(5, 200, dim) * 10.0 ** np.linspace(-3, 2, 200)[:, None]
    size, distance = L2(loss.gradient(least + away)), L2(away)
    left = L2(loss.gradient(least))
    why = "(8 d + 64) eps of the data's gradient, which is below 5, and what the root finder left of it"
    slack = (8 * dim + 64) * EPS * (5 + low * distance) + left
    tried.within(np.maximum(size - high * distance, 0), slack, dim, why=why)
    tried.within(np.maximum(low * distance - size, 0), slack, dim, why=why)


@claim("not-distance")
@pytest.mark.parametrize("dim", [2, 5, 20])
def test_both_bounds_are_attained_on_a_quadratic(tried, dim):
    """On the axes of the extreme curvatures the two bounds are equalities."""
    spectrum = np.linspace(0.5, 8, dim)
    loss = quadratic(spectrum)
    for axis in (0, -1):
        w = 3.0 * np.eye(dim)[axis]
        tried(L2(loss.gradient(w)) / spectrum[axis] == L2(w), dim)


@claim("not-distance", without="the gradient is Lipschitz with constant λ")
def test_a_steep_gradient_overstates_the_distance(tried):
    """For ``w**4 / 4 + w**2 / 2``, of convexity 1, the gradient over any constant exceeds some distance."""

    def slope(w):
        return complex_step(lambda v: v**4 / 4 + v**2 / 2, w, [1.0])[0]

    v = np.linspace(-5, 5, 41)
    grid = slope(v)
    tried(np.subtract.outer(grid, grid) * np.subtract.outer(v, v) >= np.subtract.outer(v, v) ** 2, 1)
    for constant in (1.0, 10.0, 1e3, 1e6):
        far = np.sqrt(constant)
        tried(slope(far) / constant > far, 1)


@claim("not-distance", without="the loss is strongly convex with constant ℓ")
def test_a_flat_gradient_understates_the_distance(tried):
    """On the bowl of curvature 1, which is straight far out, the gradient 50 away is 1."""
    tried(L2(bowl([1.0]).gradient([50.0])) / 1 < 50, 1)


def _rosenbrock(w):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(w))


@claim("not-unit-free")
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_gradient_in_other_units_is_the_transpose_applied(tried, dim):
    """Complex steps of the loss in new units agree with ``S.T @ g``; also where S has no inverse."""
    for seed in range(20):
        units, v = random_vectors(seed, dim, dim), random_vectors(seed + 50, dim)
        units[:, 0] *= seed % 2
        found = complex_step(lambda v, units=units: _rosenbrock(units @ v), v, np.eye(dim))
        w = units @ v
        size = 2000 * dim * (1 + abs(units).sum() * (1 + abs(v).max())) ** 3 * (1 + abs(units).max())
        why = "8 d eps of the size of the terms, 2000 d (1 + size of the point)**3, times the largest entry of S"
        tried.within(found - units.T @ rosenbrock().gradient(w), 8 * dim * EPS * size, dim, why=why)


@claim("not-unit-free")
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_a_step_is_the_same_in_rotated_units_alone(tried, dim):
    """A step by complex steps in rotated units comes back as it was, for d independent gradients; stretched, not."""
    turned, loss = scipy.linalg.qr(random_vectors(6, dim, dim))[0], quadratic(np.ones(dim))
    for stretch in (1.0, 0.5, 2.0):
        units = turned * np.where(np.arange(dim) == 0, stretch, 1.0)
        moved = []
        for v in np.eye(dim):
            inside = complex_step(lambda v, units=units: (units @ v) @ (units @ v) / 2, v, np.eye(dim))
            moved.append(units @ inside - loss.gradient(units @ v))
        why = "(d + 3) sqrt(d) eps: the slopes inside round, and are turned; 5 d eps: the axes of a QR factorization"
        if stretch == 1:
            tried.within(np.array(moved), ((dim + 3) * np.sqrt(dim) + 5 * dim) * EPS, dim, why=why)
        else:
            tried(np.abs(moved).max() > 0.05, dim)


@claim("not-unit-free", without="the loss is differentiable")
def test_at_a_crease_other_units_have_no_gradient(tried):
    """A crease has partial derivatives at 0, and none along (1, 1): the slopes ahead and behind are 5/2 and -1/2."""

    def crease(w):
        return w[0] + w[1] + 3 * np.sqrt(abs(w[0] * w[1]))

    for t in (1.0, 0.25, 2.0**-20):
        ahead, behind = crease((t / 2, t / 2)) / t, crease((-t / 2, -t / 2)) / -t
        tried((ahead, behind) == (2.5, -0.5), 2)
        tried([crease(t * e) / t for e in np.eye(2)] == [1.0, 1.0], 2)
