"""Where the slope breaks: which subgradient to go against at a kink, and which steps do not stall there."""

from fractions import Fraction
from itertools import combinations, pairwise, product
from math import isqrt

import cvxpy as cp
import numpy as np
import pytest
import scipy.optimize
from convex import WHY, solve, tolerances
from strategies import EPS

from steepest import L2, Loss, descend, shortest_subgradient

shortest = pytest.mark.claim("shortest-subgradient")
stall = pytest.mark.claim("wolfe-stalls")
steps = pytest.mark.claim("subgradient-steps")
CLOSE = [Fraction(1, 2**n) for n in range(1, 60)]


def _dot(a, b):
    """Return the inner product of two vectors of exact numbers."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def _moved(w, t, u):
    """Return the point after a step of exact numbers."""
    return tuple(x + t * y for x, y in zip(w, u, strict=True))


# Against the shortest subgradient.


def _nearest(rows):
    """Return the point of the hull of rows of two exact numbers nearest to zero: of corners, edges, or zero inside."""
    best = min(rows, key=lambda p: _dot(p, p))
    for p, q in combinations(rows, 2):
        side = _moved(q, -1, p)
        if square := _dot(side, side):
            share = min(max(-_dot(p, side) / square, Fraction(0)), Fraction(1))
            best = min(best, _moved(p, share, side), key=lambda r: _dot(r, r))
    return (Fraction(0),) * 2 if any(_dot(p, best) < _dot(best, best) for p in rows) else best


def _pieces(rng, count, convex=True):
    """Draw p @ x + q * (x @ x) + c, of whole numbers; most of them with c = 0, so active at zero."""
    for _ in range(count):
        p = tuple(Fraction(int(x)) for x in rng.integers(-4, 5, 2) + rng.integers(0, 4, 2))
        yield p, Fraction(int(rng.integers(0 if convex else -3, 4))), Fraction(-int(rng.integers(0, 4) == 0))


def _largest(pieces, x):
    """Return the largest of the pieces at a point."""
    return max(_dot(p, x) + q * _dot(x, x) + c for p, q, c in pieces)


def _drawn(count, seed, convex=True):
    """Draw maxima of pieces with an active one; yield pieces, the active gradients, and their shortest mean."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        pieces = list(_pieces(rng, int(rng.integers(1, 6)), convex))
        if active := [p for p, _, c in pieces if c == 0]:
            yield pieces, active, _nearest(active)


AROUND = [u for u in product(range(-5, 6), repeat=2) if any(u)]


@shortest
@pytest.mark.parametrize("convex", [True, False])
def test_slopes_and_the_lowest_of_them_in_fractions(tried, convex):
    """Slopes are the largest product; along no direction is one below minus the length of s, and along s one is at it.

    The slope is that of an exact difference quotient at a step so short that only its own term in t is left.
    """
    for pieces, active, s in _drawn(60, 1 + convex, convex):
        for u in AROUND:
            slope, t = max(_dot(p, u) for p in active), Fraction(1, 10**9)
            tried(abs(_largest(pieces, _moved((0, 0), t, u)) / t - slope) <= 4 * t * _dot(u, u), 2)
            below = slope < 0 and slope**2 > _dot(s, s) * _dot(u, u)
            equal = slope < 0 and slope**2 == _dot(s, s) * _dot(u, u)
            against = u[0] * s[1] == u[1] * s[0] and _dot(u, s) < 0
            tried(not below and (not any(s) or equal == against), 2)
        if any(s):
            tried(max(-_dot(p, s) for p in active) == -_dot(s, s), 2)


@shortest
def test_the_mean_is_the_shortest_subgradient_and_zero_at_minima(tried):
    """The gradients are subgradients; a convex loss has its minimum at zero exactly if s is zero, on a fine grid."""
    grid = [tuple(Fraction(x, 2) for x in u) for u in AROUND] + [_moved((0, 0), Fraction(1, 10**6), u) for u in AROUND]
    for pieces, active, s in _drawn(30, 3):
        values = {x: _largest(pieces, x) for x in grid}
        tried(all(values[x] >= _dot(p, x) for p in [*active, s] for x in grid), 2)
        if any(s):
            down = _moved((0, 0), Fraction(-1, 10**6), s)
            tried(_largest(pieces, down) < 0, 2)
        else:
            tried(all(value >= 0 for value in values.values()), 2)


@shortest
@pytest.mark.parametrize("dim", [2, 5, 20])
def test_a_linear_program_finds_no_lower_slope(tried, dim):
    """HiGHS finds no lower slope in a box that touches the ball at the direction against the package's vector.

    The ball lies between its tangent at -s / norm(s) and everything; over that half space the lowest slope is ours.
    """
    rng = np.random.default_rng(dim)
    why = "1e-7 of the size of the gradients: the feasibility that the solver asks for is 1e-7"
    for _ in range(40):
        active = rng.standard_normal((dim + 2, dim)) + 1.5 / np.sqrt(dim)
        s = shortest_subgradient(active)
        length, size = float(L2(s)), float(np.abs(active).max()) * dim
        if length < 1e-3:
            continue
        # Minimize t with p @ u <= t for all p, where -s @ u <= norm(s): the half space around the ball.
        rows = np.vstack([np.hstack([active, -np.ones((len(active), 1))]), np.append(-s / length, 0)])
        limits = np.append(np.zeros(len(active)), 1.0)
        found = scipy.optimize.linprog(
            np.eye(dim + 1)[-1], rows, limits, bounds=[(-10, 10)] * dim + [(None, None)], method="highs"
        )
        tried.within(found.fun + length, 1e-7 * max(size, 1), dim, why)
        tried.within(float((active @ (-s / length)).max()) + length, 1e-7 * max(size, 1), dim, why)


@shortest
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_a_convex_solver_finds_the_lowest_slope_at_a_thousand_kinks(tried, dim):
    """Clarabel, given 2 d + 1 gradients at each kink, finds the lowest slope in the ball: minus the length of s.

    A third are normal vectors; the others are of small whole numbers, so that some are equal, zero, or around zero.
    """
    rng, count = np.random.default_rng(20 + dim), 2 * dim + 1
    whole = rng.integers(-2, 3, (800, count, dim)) + rng.integers(0, 3, (800, 1, 1))
    active = np.vstack([rng.standard_normal((400, count, dim)) + rng.integers(0, 2, (400, 1, 1)), whole])
    u, slope = cp.Variable((len(active), dim)), cp.Variable(len(active))
    below = [cp.sum(cp.multiply(active[:, k], u), axis=1) <= slope for k in range(count)]
    solve(slope, [*below, cp.norm(u, 2, axis=1) <= 1])
    s = np.array([shortest_subgradient(rows) for rows in active])
    length = L2(s)
    some = length > 1e-9
    assert min(np.sum(~some), np.sum(some)) >= 100
    along = np.max(active @ -(s / np.where(some, length, 1)[:, None])[:, :, None], axis=(1, 2))
    said = np.stack([-length, np.where(some, along, 0)])
    tried.within(slope.value - said, tolerances(slope.value), dim, WHY)


@shortest
@pytest.mark.parametrize("dim", [3, 5])
def test_in_more_dimensions_slopes_are_as_claimed_in_fractions(tried, dim):
    """With s known by construction no exact slope is lower than along -s, and `shortest_subgradient` finds s.

    Pairs s + q and s - q with q orthogonal to s put s in the hull; the products of s with all others are larger.
    """
    rng = np.random.default_rng(dim)
    why = "16 d eps of the longest vector: four times what the search allows, for the equations it solves"
    for _ in range(30):
        s = np.append(rng.integers(-4, 5, dim - 1), int(rng.integers(1, 5)))
        q = rng.integers(-3, 4, dim)
        q = q * (s @ s) - s * (q @ s)
        others = rng.integers(-4, 5, (5, dim))
        others = others[others @ s >= s @ s]
        active = [tuple(Fraction(int(x)) for x in p) for p in (s + q, s - q, *others)]
        pieces, short = [(p, Fraction(1), Fraction(0)) for p in active], Fraction(1, 10**9)
        for u in [*rng.integers(-5, 6, (20, dim)), -s]:
            u = tuple(Fraction(int(x)) for x in u)
            slope = (_largest(pieces, tuple(short * x for x in u)) - short**2 * _dot(u, u)) / short
            low = slope < 0 and slope**2 >= int(s @ s) * _dot(u, u)
            along = _dot(u, s.tolist())
            against = along < 0 and along**2 == int(s @ s) * _dot(u, u)
            tried(low == against, dim)
        size = float(np.abs(np.array(active, float)).max())
        found = shortest_subgradient(np.array(active, float))
        tried.within(np.abs(found - s), 16 * dim * EPS * size * np.sqrt(dim), dim, why)


@pytest.mark.claim("shortest-subgradient", without="the loss is the largest of finitely many")
def test_of_infinitely_many_others_can_set_the_slope(tried):
    """Of 0 and all min(t, 2 t - 1/n) only 0 is active at t = 0, yet for t > 0 the largest is t: slope 1, not 0."""
    tried(all(min(0, -Fraction(1, n)) < 0 for n in range(1, 100)), 1)
    for t in CLOSE[:20]:
        largest = max(Fraction(0), *(min(t, 2 * t - Fraction(1, n)) for n in (1, t.denominator, 10 * t.denominator)))
        tried(largest / t == 1, 1)


@pytest.mark.claim("shortest-subgradient", without="those that attain it at w are differentiable there")
def test_partial_derivatives_are_not_enough(tried):
    """For x + y + 3 √|x y| the partial derivatives at 0 are (1, 1), and the loss rises along minus that."""

    def loss(x, y):
        square = abs(x * y)
        root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
        assert root**2 == square  # exact: fractions
        return x + y + 3 * root

    zero = Fraction(0)
    for t in CLOSE[:25]:
        tried(loss(t, zero) / t == loss(-t, zero) / -t == loss(zero, t) / t == loss(zero, -t) / -t == 1, 2)
        tried(loss(-t, -t) > 0, 2)


@pytest.mark.claim("shortest-subgradient", without="the others are continuous there")
def test_a_jump_from_below_sets_the_slope(tried):
    """The largest of 0 and of a loss that is -1 up to zero and 1 beyond has one gradient at 0, zero; it jumps up."""
    for t in CLOSE:
        slope = max(Fraction(0), Fraction(1 if t > 0 else -1)) / t
        tried(slope >= 2, 1)


@pytest.mark.claim("shortest-subgradient", without="the shortest mean is not zero")
def test_where_the_mean_is_zero_the_lowest_slope_need_not_be(tried):
    """At 0 the shortest mean of the gradients of |x| + |y| is zero, and every slope is 1 or more per unit of length."""
    corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    assert not any(_nearest([tuple(map(Fraction, p)) for p in corners]))
    for u in AROUND:
        slope = max(_dot(p, u) for p in corners)
        tried(slope > 0 and slope**2 >= _dot(u, u), 2)


@pytest.mark.claim("shortest-subgradient", without="u has length one")
def test_longer_vectors_have_lower_slopes(tried):
    """Beside the kink of |x| + 2 |y| at (1, 0), u = (-n, 0) has the slope -n, below minus the length 1 of s."""
    active = [(Fraction(1), Fraction(2)), (Fraction(1), Fraction(-2))]
    s = _nearest(active)
    for n in range(2, 60):
        slope = max(_dot(p, (-n, 0)) for p in active)
        tried(slope < 0 and slope**2 > _dot(s, s), 2)


@pytest.mark.claim("shortest-subgradient", without="for the subgradients, those that attain it are convex")
def test_a_zero_gradient_of_a_hill_is_no_minimum(tried):
    """For -‖x‖² the one gradient at 0 is zero, and lower points are as near as you like."""
    for t in CLOSE:
        hill = [((Fraction(0), Fraction(0)), Fraction(-1), Fraction(0))]
        tried(not any(_nearest([p for p, _, _ in hill])) and _largest(hill, (t, Fraction(0))) < 0, 2)


# Wolfe's example. Losses are compared by squares where a root would have to be taken.


def _wolfe(x, y):
    """Return 5 √(9 x² + 16 y²) for x > |y|, where it must be rational, and 9 x + 16 |y| elsewhere."""
    if x <= abs(y):
        return 9 * x + 16 * abs(y)
    square = 25 * (9 * x * x + 16 * y * y)
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    assert root**2 == square  # exact: fractions
    return root


def _higher(x, y, level):
    """Tell whether Wolfe's loss at a point exceeds a level that is not negative, without a root."""
    return 25 * (9 * x * x + 16 * y * y) > level**2 if x > abs(y) else 9 * x + 16 * abs(y) > level


@stall
def test_no_point_of_the_lines_is_lower(tried):
    """In fractions, from each point the next is lower than all others on a fine grid of the line against (12, ±12)."""
    q = Fraction(7, 25)
    for c, k in product((Fraction(1), Fraction(1, 10), Fraction(13)), range(8)):
        x, y = 16 * c * q**k, 9 * c * (-q) ** k
        after, sign = (16 * c * q ** (k + 1), 9 * c * (-q) ** (k + 1)), (1 if y > 0 else -1)
        level, best = _wolfe(*after), x - after[0]
        tried(after == (x - best, y - sign * best) and level < _wolfe(x, y), 2)
        grid = [best * Fraction(n, 64) for n in range(-200, 400)] + [best + x * t for s in (1, -1) for t in _near(s)]
        tried(all(_higher(x - t, y - sign * t, level) for t in grid if t != best), 2)
        step = x / 10**6  # a central difference of the square, whose slope is 2 L times that of L
        ways = (step, 0), (-step, 0), (0, step), (0, -step)
        rise = [25 * (9 * (x + dx) ** 2 + 16 * (y + dy) ** 2) / (4 * step * _wolfe(x, y)) for dx, dy in ways]
        slopes = rise[0] - rise[1], rise[2] - rise[3]
        tried(slopes == (12, 12 * sign), 2)


def _near(sign):
    """Return short steps of a sign."""
    return [sign * t / 8 for t in CLOSE[:30]]


@stall
def test_the_loss_is_convex_and_falls_along_the_ray(tried):
    """It is the largest p @ w over p on a fine grid of the set, to the spacing of the grid; on the ray it is 9 x."""
    rng = np.random.default_rng(0)
    angles = np.linspace(-np.arccos(0.6), np.arccos(0.6), 20_001)
    tips = np.stack([15 * np.cos(angles), 20 * np.sin(angles)], axis=-1)
    why = "a half step of the grid, squared, times the curvature of the arc, and the rounding"
    for w in rng.standard_normal((500, 2)) * 3:
        x, y = w[0], abs(w[1])
        known = 5 * np.sqrt(9 * x * x + 16 * y * y) if x > y else 9 * x + 16 * y
        tolerance = 25 * np.hypot(*w) * ((angles[1] - angles[0]) ** 2 / 4 + 8 * EPS)
        tried.within(known - (tips @ w).max(), tolerance, 2, why)
    for t in CLOSE:
        tried(_wolfe(-1 / t, Fraction(0)) == -9 / t and _wolfe(-t, Fraction(0)) / t == -9, 2)


@pytest.mark.claim("wolfe-stalls", without="the start is (16c, 9c) with c > 0")
def test_from_the_axis_the_line_leads_down_without_end(tried):
    """From (c, 0) the line against the gradient is the axis itself, on which no point is lowest."""
    for t in CLOSE:
        tried(_wolfe(-1 / t, Fraction(0)) > _wolfe(-2 / t, Fraction(0)), 2)
        tried(_wolfe(-2 / t, Fraction(0)) < 0, 2)


@pytest.mark.claim("wolfe-stalls", without="each step ends at the lowest point on the line against the gradient")
def test_other_steps_along_the_same_line_pass(tried):
    """From (16, 9) a step against (12, 12) onto the axis meets (15, 0) there, and goes on past zero, below the path."""
    x, y = 16 - Fraction(9), Fraction(0)
    tried(25 * (9 * x * x + 16 * y * y) == (15 * x) ** 2 and _wolfe(x, y) > 0, 2)
    for length in (Fraction(n, 4) for n in range(29, 100)):
        tried(_wolfe(x - length, y) == 9 * (7 - length) < 0, 2)


# Steps against subgradients.


def _value(w):
    """Return 3 |x| + 4 |y|."""
    return 3 * abs(w[0]) + 4 * abs(w[1])


def _path(w, lengths, sign=1, choice=1):
    """Return exact points, steps of given lengths against subgradients of 3 |x| + 4 |y|, at kinks a choice."""
    points = [w]
    for eta in lengths:
        s = tuple(g * (1 if t > 0 else -1) if t else g * choice for g, t in zip((3, 4), w, strict=True))
        w = _moved(w, -sign * eta / 5, s)
        points.append(w)
    return points


def _bound(w, m, lengths, most):
    """Return what the claim allows above the loss at m."""
    away = _moved(w, -1, m)
    return Fraction(most) * (_dot(away, away) + sum(t * t for t in lengths)) / (2 * sum(lengths))


HARMONIC = [Fraction(1, k) for k in range(1, 150)]


@steps
def test_the_best_loss_keeps_the_bound_in_fractions(tried):
    """Of 3 |x| + 4 |y|, from many starts, with three rules for the lengths, for several m, in fractions."""
    rules = (HARMONIC, [Fraction(1)] * 60, [Fraction(1, 2**k) for k in range(60)])
    marks = [(Fraction(0), Fraction(0)), (Fraction(1), Fraction(-2)), (Fraction(-1, 3), Fraction(1, 7))]
    for start, lengths, choice in product(((2, 1), (1, 0), (-3, 5), (0, 1)), rules, (1, -1)):
        w = tuple(map(Fraction, start))
        points = _path(w, lengths, choice=choice)
        for m, n in product(marks, (1, 5, 20, len(lengths))):
            best = min(map(_value, points[:n]))
            tried(best <= _value(m) + _bound(w, m, lengths[:n], 5), 2)


@steps
def test_the_bound_tends_to_the_minimum_where_squares_have_no_sum(tried):
    """With lengths near 1/√k the bound falls with n, in the end below 1/5, and the best loss keeps it."""
    lengths = [Fraction(1, isqrt(k)) for k in range(1, 40_001)]
    start, bounds = (Fraction(2), Fraction(1)), []
    path = _path(start, lengths[:400])
    for n in (4, 40, 400, 4_000, 40_000):
        bounds.append(_bound(start, (0, 0), lengths[:n], 5))
        tried(n > 400 or min(map(_value, path[:n])) <= bounds[-1], 2)
    tried(all(b < a for a, b in pairwise(bounds)) and bounds[-1] < Fraction(1, 5), 2)


@steps
@pytest.mark.parametrize("dim", [1, 5, 30])
def test_descend_with_lengths_comes_as_near_as_claimed(tried, dim):
    """On sums of absolute values the best loss of `descend` with the lengths 1/k keeps the bound."""
    rng = np.random.default_rng(dim)
    why = "400 steps round, each by d eps of the loss at the start"
    lengths = 1 / np.arange(1, 401)
    for _ in range(3):
        scales, start = rng.uniform(1, 3, dim), rng.standard_normal(dim)
        loss = Loss(lambda w, c=scales: c @ abs(w), lambda w, c=scales: c * np.sign(w), lambda w, v: 0 * w)
        path = descend(loss, start, lengths, 400)
        best, most = np.minimum.accumulate(path.values)[:-1], np.sqrt(scales @ scales)
        allowed = most * (start @ start + np.cumsum(lengths**2)) / (2 * np.cumsum(lengths))
        tried.below(best, allowed, 400 * dim * EPS * path.values[0], dim, why)


@steps
def test_where_slopes_have_no_bound_the_path_stays_in_a_ball(tried):
    """On w², in fractions, lengths 1/k stay within w₀² + Σ η², and with the largest slope there the bound holds."""
    for w in (Fraction(n, 7) for n in (-20, -3, 1, 9, 50)):
        points, square = [w], Fraction(0)
        for eta in HARMONIC:
            points.append(points[-1] - (eta if points[-1] > 0 else -eta))
            square += eta**2
            tried(points[-1] ** 2 <= w**2 + square, 1)
        most = 2 * (abs(w) + 2)  # Σ 1/k² is below 4
        tried(min(points[:-1], key=abs) ** 2 <= _bound((w, 0), (0, 0), HARMONIC, most), 1)


@pytest.mark.claim("subgradient-steps", without="each s is a subgradient, not zero")
def test_the_other_way_the_bound_fails(tried):
    """With the opposite vectors the loss only grows, and the bound is soon below its first value."""
    for x in (Fraction(n, 10) for n in range(5, 20)):
        w = (x, x)
        points = _path(w, HARMONIC, sign=-1)
        tried(min(map(_value, points[:-1])) > _bound(w, (0, 0), HARMONIC, 5), 2)


@pytest.mark.claim("subgradient-steps", without="none is longer than G")
def test_with_a_smaller_g_the_bound_fails(tried):
    """With the length 1 the path on 5 |x| from 1/2 never gets below 5/2; with G less than 5 the bound does."""
    lengths, at, values = [Fraction(1)] * 400, Fraction(1, 2), []
    for eta in lengths:
        values.append(5 * abs(at))
        at -= eta if at > 0 else -eta
    for most in (Fraction(n, 10) for n in range(1, 49)):
        tried(min(values) > _bound((Fraction(1, 2), 0), (0, 0), lengths, most), 1)


@pytest.mark.claim("subgradient-steps", without="the lengths are positive")
def test_negative_lengths_break_the_bound(tried):
    """With lengths below zero the right side is below the minimum."""
    for n in range(1, 100):
        lengths = [-HARMONIC[k] for k in range(n)]
        tried(_bound((1, 1), (0, 0), lengths, 5) < 0, 2)


@pytest.mark.claim("subgradient-steps", without="for the limit, the sum of the lengths grows without bound")
def test_lengths_of_a_finite_sum_stop_short(tried):
    """With the lengths 1, 1/2, 1/4, ... the path from 3 down |t| ends at 1, not at the minimum."""
    at = Fraction(3)
    for k in range(200):
        at -= Fraction(1, 2**k) if at > 0 else -Fraction(1, 2**k)
        tried(abs(at) > 1, 1)


@pytest.mark.claim("subgradient-steps", without="for the limit, the lengths tend to zero")
def test_one_length_jumps_over_the_minimum(tried):
    """With one length η the path on |t| from η / 2 jumps back and forth, and never comes nearer."""
    for eta in CLOSE:
        points = [eta / 2]
        for _ in range(20):
            points.append(points[-1] - (eta if points[-1] > 0 else -eta))
        tried(all(a == -b and abs(a) == eta / 2 for a, b in pairwise(points)), 1)
