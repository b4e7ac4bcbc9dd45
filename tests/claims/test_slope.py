"""Where there is no slope: what the Hessian tells at a saddle, and which subgradient to go against at a kink."""

from fractions import Fraction
from itertools import combinations, pairwise, product

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from strategies import EPS

from steepest import L2, Loss, bowl, descend, learning_rate, quadratic, shortest_subgradient

kind = pytest.mark.claim("hessian-tells")
way = pytest.mark.claim("saddle-way")
escape = pytest.mark.claim("saddle-escape")
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


# What the Hessian tells.


@kind
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_the_signs_of_the_eigenvalues_name_the_kind(tried, dim):
    """With a cubic term added, so that only near points count, losses around the point are all higher, lower, or both.

    The loss is w @ A @ w / 2 + sum(w**3), with the eigenvalues from SciPy, at points nearer than a sixth of the least.
    """
    rng = np.random.default_rng(dim)
    for trial in range(200):
        matrix = rng.integers(-3, 4, (dim, dim)) + (trial % 3 - 1) * 3 * dim * np.eye(dim)
        matrix = matrix + matrix.T
        spectrum, axes = scipy.linalg.eigh(matrix)
        if np.abs(spectrum).min() < 0.01:
            continue
        u = np.vstack([axes.T, -axes.T, rng.standard_normal((50, dim))])
        near = u / L2(u)[:, None] * np.abs(spectrum).min() / 6
        change = np.sum(near @ matrix * near, axis=1) / 2 + np.sum(near**3, axis=1)
        expected = {(False, True): np.all(change > 0), (True, False): np.all(change < 0)}
        both = np.any(change > 0) and np.any(change < 0)
        tried(bool(expected.get((spectrum[0] < 0, spectrum[-1] > 0), both)), dim)


@kind
def test_in_other_cases_the_same_hessian_goes_with_two_kinds(tried):
    """With the eigenvalues b and 0 a fourth power decides: with one sign an extremum, with the other none."""
    grid = [Fraction(n, 8) for n in range(-4, 5)]
    for bend, (x, y) in product((0, 1, 5), product(grid, repeat=2)):
        tried(bend * x * x / 2 + y**4 >= 0 >= -bend * x * x / 2 - y**4, 2)
    for t in CLOSE:  # beside the point on the second axis, where only the fourth power counts
        tried(-(t**4) < 0 < t**4, 2)


@pytest.mark.claim("hessian-tells", without="the loss is twice continuously differentiable near w")
def test_second_partial_derivatives_at_the_point_alone_tell_nothing(tried):
    """The loss (x² + y²) / 2 - 3 x² y² / (x² + y²) has the identity for its second partials at 0, and is no minimum."""

    def loss(x, y):
        return (x * x + y * y) / 2 - 3 * x * x * y * y / (x * x + y * y)

    for t in CLOSE:
        tried(loss(t, Fraction(0)) == loss(Fraction(0), t) == t * t / 2, 2)  # second partials 1; mixed: the next line
        tried(loss(t, t**2) - loss(t, -(t**2)) == 0, 2)
        tried(loss(t, t) < 0, 2)


@pytest.mark.claim("hessian-tells", without="the gradient is zero")
def test_with_a_slope_a_positive_hessian_is_no_minimum(tried):
    """The loss w + w² / 2 has the Hessian 1 at 0, and lower points as near as you like."""
    for t in CLOSE:
        tried(-t + t * t / 2 < 0, 1)


# The way down from a saddle.


@way
@pytest.mark.parametrize("dim", [2, 3, 10, 50])
def test_scipy_finds_the_lowest_parabola(tried, dim):
    """At LAPACK's eigenvector and its opposite the parabola is at its eigenvalue; no random direction is lower."""
    rng = np.random.default_rng(dim)
    why = "8 (d + 8) eps of the largest eigenvalue: the eigenvector, the product and the sum round"
    for _ in range(20):
        spectrum, axes = rng.standard_normal(dim), np.linalg.qr(rng.standard_normal((dim, dim)))[0]
        loss, least = quadratic(spectrum, axes=axes), float(spectrum.min())
        matrix = loss.hessian_product(np.zeros(dim), np.eye(dim))
        found = scipy.linalg.eigh((matrix + matrix.T) / 2, subset_by_index=[0, 0])[1][:, 0]
        rounding = 8 * (dim + 8) * EPS * np.abs(spectrum).max()
        for eta in (1e-3, 1.0, 10.0):
            lowest = eta**2 * least / 2
            ends = [loss(eta * found), loss(-eta * found)]  # of a quadratic the parabola is the loss
            tried.within(np.array(ends) - lowest, eta**2 * rounding, dim, why)
            u = rng.standard_normal((200, dim))
            values = loss(eta * u / L2(u)[:, None])
            tried.within(np.maximum(lowest - values, 0), eta**2 * rounding, dim, why)


@way
def test_only_eigenvectors_attain_it(tried):
    """Of all vectors of whole numbers, scaled to length one, exactly those in the eigenspace attain the least value."""
    for spectrum in ((-2, 1, 3), (-2, -2, 3), (0, 1, 1), (1, 2, 2), (-3, -1, 0)):
        least = min(spectrum)
        for u in product(range(-4, 5), repeat=3):
            if any(u):
                mean = Fraction(sum(s * x * x for s, x in zip(spectrum, u, strict=True)), _dot(u, u))
                inside = all(x == 0 for s, x in zip(spectrum, u, strict=True) if s != least)
                tried(mean >= least and (mean == least) == inside, 3)


@pytest.mark.claim("saddle-way", without="the gradient is zero")
def test_with_a_slope_the_lowest_is_elsewhere(tried):
    """On w₁ + (w₁² - w₂²) / 2 short steps are lower along (-1, 0) than along the eigenvectors (0, ±1)."""
    for eta in CLOSE[1:]:
        tried(-eta + eta**2 / 2 < -(eta**2) / 2, 2)


@pytest.mark.claim("saddle-way", without="H is symmetric")
def test_a_matrix_that_is_not_symmetric_is_lower_elsewhere(tried):
    """The eigenvectors of ((1, b), (0, 1)) are on the first axis, where the value is 1; along (1, -1) it is lower."""
    for bend in range(1, 100):
        matrix = ((1, bend), (0, 1))
        mean = Fraction(sum(matrix[i][j] * (-1) ** (i + j) for i, j in product(range(2), repeat=2)), 2)
        tried(mean == 1 - Fraction(bend, 2) < 1, 2)


@pytest.mark.claim("saddle-way", without="u has length one")
def test_longer_vectors_are_lower(tried):
    """At the saddle (w₁² - w₂²) / 2 a longer vector that is no eigenvector beats the eigenvector of length one."""
    for scale in range(2, 100):
        u = (1, scale)
        tried((u[0] ** 2 - u[1] ** 2) / 2 < -1 / 2, 2)


@pytest.mark.claim("saddle-way", without="the step is positive")
def test_a_step_of_zero_tells_no_directions_apart(tried):
    """With η = 0 the parabola is as low along every direction as along the eigenvectors."""
    for u in product(range(-5, 6), repeat=2):
        if any(u):
            tried(Fraction(0) ** 2 * Fraction(u[0] ** 2 - u[1] ** 2, _dot(u, u)) / 2 == 0, 2)


# Leaving a saddle.


def _first(spectrum, v, w, alpha, r, most=500):
    """Return after how many exact steps from w, the saddle at zero, the part along v is r or more; None if never."""
    for k in range(most + 1):
        if abs(_dot(v, w)) >= r:
            return k
        w = tuple(x - alpha * s * x for s, x in zip(spectrum, w, strict=True))
    return None


@escape
def test_exact_steps_reach_the_radius_when_claimed(tried):
    """In fractions, the part has grown by the power claimed, and reaches r between the powers before and after."""
    for bend, alpha, delta, r in product((1, 3), (Fraction(1, 10), Fraction(1)), CLOSE[::9], (1, 7)):
        growth, k = 1 + alpha * bend, _first((2, -bend), (0, 1), (Fraction(1), delta), alpha, r)
        tried(delta * growth**k >= r and (k == 0 or delta * growth ** (k - 1) < r), 2)
        if r / delta not in (growth**k, growth ** (k - 1)):  # the logarithm of a power itself may round up
            tried(k == int(np.ceil(np.log(float(r / delta)) / np.log(float(growth)))), 2)


@escape
@pytest.mark.parametrize("dim", [2, 10, 100])
def test_descend_leaves_when_claimed(tried, dim):
    """From points near the saddle of a turned quadratic, away from 0, `descend` grows by the powers claimed."""
    rng = np.random.default_rng(dim)
    why = "4 (d + 4) eps a step, of the size of the point: the gradient, the products and the sum round"
    for _ in range(5):
        axes, center = np.linalg.qr(rng.standard_normal((dim, dim)))[0], rng.standard_normal(dim)
        spectrum = np.append(rng.uniform(0.1, 1, dim - 1), -0.5)
        start = center + axes.T @ np.append(rng.standard_normal(dim - 1), 1e-3)
        path = descend(quadratic(spectrum, axes=axes, center=center), start, learning_rate(0.2), 60)
        part, k = (path.points - center) @ axes[-1], np.arange(61)
        size = float(np.abs(path.points).max()) + float(np.linalg.norm(center))
        tolerance = 4 * (dim + 4) * EPS * size * (k + 1) * 1.1**k
        tried.within(part - 1e-3 * 1.1**k, tolerance, dim, why)


@pytest.mark.claim("saddle-escape", without="the loss is quadratic")
def test_where_the_way_bends_up_again_it_stops_short(tried):
    """On w² / 2 - 2 ln cosh(w), with the curvature -1 at 0, descent ends below 2 and never reaches 3."""
    for delta in 10.0 ** -np.arange(1, 9):
        w = np.array([delta])
        for _ in range(400):
            w = w - 0.1 * (quadratic([1.0]).gradient(w) - bowl([2.0]).gradient(w))
            tried(bool(abs(w[0]) < 2), 1)


@pytest.mark.claim("saddle-escape", without="v is a unit eigenvector, with the eigenvalue −κ below zero")
def test_along_other_vectors_the_part_grows_otherwise(tried):
    """Along (3, 4) / 5 the curvature of (w₁² - 2 w₂²) / 2 is -23 / 25; the part of (δ, 0) along it shrinks."""
    v, spectrum = (Fraction(3, 5), Fraction(4, 5)), (1, -2)
    assert sum(s * x * x for s, x in zip(spectrum, v, strict=True)) == Fraction(-23, 25)
    for delta in CLOSE:
        w = (delta, Fraction(0))
        tried(_first(spectrum, v, w, Fraction(1, 10), 2 * _dot(v, w), most=100) is None, 2)


@pytest.mark.claim("saddle-escape", without="the rate is positive")
def test_negative_rates_lead_to_the_saddle(tried):
    """With rates between -1 and 0 the part along the way down shrinks, and r = 2 δ is not reached."""
    for delta, alpha in product(CLOSE[::6], (Fraction(-1, n) for n in range(2, 9))):
        tried(_first((1, -1), (0, 1), (Fraction(1), delta), alpha, 2 * delta, most=60) is None, 2)


@pytest.mark.claim("saddle-escape", without="the part δ is positive")
def test_with_no_part_along_the_way_down_descent_stays(tried):
    """From the axis of the saddle no step leaves it, however small r is."""
    for r in CLOSE:
        tried(_first((1, -1), (0, 1), (Fraction(1), Fraction(0)), Fraction(1, 10), r, most=60) is None, 2)


@pytest.mark.claim("saddle-escape", without="r is at least δ")
def test_a_radius_inside_is_reached_at_once(tried):
    """For r less than δ / (1 + α κ) the formula is negative; the part is r or more after no step."""
    for r in CLOSE[2:]:
        tried(_first((1, -1), (0, 1), (Fraction(1), Fraction(1)), Fraction(1), r) == 0, 2)
        tried(bool(np.ceil(np.log(float(r)) / np.log(2)) < 0), 2)


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


@pytest.mark.claim("shortest-subgradient", without="the loss is the largest of finitely many")
def test_of_infinitely_many_others_can_set_the_slope(tried):
    """Of 0 and all t - 1/n, only 0 is active at t = 0, yet the largest of the first N is t - 1/N: slope 1, not 0."""
    for t in CLOSE[:20]:
        count = 10 * t.denominator
        slope = max(Fraction(0), t - Fraction(1, count)) / t
        tried(Fraction(9, 10) <= slope <= 1, 1)


@pytest.mark.claim(
    "shortest-subgradient",
    without="those that attain it at w are differentiable there, the others continuous",
)
def test_partial_derivatives_are_not_enough(tried):
    """For x + y + 3 √|x y| the partial derivatives at 0 are (1, 1), and the loss rises along minus that."""
    for t in CLOSE:
        root = t  # the square root of t * t, along the diagonal
        tried(-t - t + 3 * root > 0, 2)


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


@pytest.mark.claim("shortest-subgradient", without="for the minimum, each of the losses is convex")
def test_a_zero_gradient_of_a_hill_is_no_minimum(tried):
    """For -t² the one gradient at 0 is zero, and lower points are as near as you like."""
    for t in CLOSE:
        tried(-(t**2) < 0, 1)


# Wolfe's example. Losses are compared by squares where a root would have to be taken.


def _wolfe(x, y):
    """Return 5 √(9 x² + 16 y²) for x > |y|, where it must be rational, and 9 x + 16 |y| elsewhere."""
    if x <= abs(y):
        return 9 * x + 16 * abs(y)
    square = 25 * (9 * x * x + 16 * y * y)
    root = Fraction(_root(square.numerator), _root(square.denominator))
    assert root**2 == square
    return root


def _root(n):
    """Return the square root of a whole number, rounded down."""
    return int(np.round(np.sqrt(n))) if n < 2**40 else _newton(n)


def _newton(n):
    """Return the square root of a large whole number, rounded down."""
    x = 1 << (n.bit_length() + 1) // 2
    while (y := (x + n // x) // 2) < x:
        x = y
    return x


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
@pytest.mark.parametrize("dim", [1, 5, 30])
def test_descend_with_lengths_comes_as_near_as_claimed(tried, dim):
    """On sums of absolute values the best loss of `descend` with the lengths 1/k keeps the bound."""
    rng = np.random.default_rng(dim)
    why = "the bound is one-sided: what exceeds it may only be rounding, of 1000 steps"
    lengths = 1 / np.arange(1, 1001)
    for _ in range(5):
        scales, start = rng.uniform(1, 3, dim), rng.standard_normal(dim)
        loss = Loss(lambda w, c=scales: c @ abs(w), lambda w, c=scales: c * np.sign(w), lambda w, v: 0 * w)
        path = descend(loss, start, lengths, 1000)
        best, most = np.minimum.accumulate(path.values)[:-1], np.sqrt(scales @ scales)
        allowed = most * (start @ start + np.cumsum(lengths**2)) / (2 * np.cumsum(lengths))
        tried.within(np.maximum(best - allowed, 0), 1000 * dim * EPS * path.values[0], dim, why)


@pytest.mark.claim("subgradient-steps", without="each s is a subgradient, not zero")
def test_the_other_way_the_bound_fails(tried):
    """With the opposite vectors the loss only grows, and the bound is soon below its first value."""
    for x in (Fraction(n, 10) for n in range(5, 20)):
        w = (x, x)
        points = _path(w, HARMONIC, sign=-1)
        tried(min(map(_value, points[:-1])) > _bound(w, (0, 0), HARMONIC, 5), 2)


@pytest.mark.claim("subgradient-steps", without="none is longer than G")
def test_with_a_smaller_g_the_bound_fails(tried):
    """For the constant length 1 from x = 1/2, y = 0, 5 |x| stays 5/2; with G less than 5 the bound comes below that."""
    lengths = [Fraction(1)] * 400
    for most in (Fraction(n, 10) for n in range(1, 49)):
        tried(Fraction(5, 2) > most * (Fraction(1, 4) + len(lengths)) / (2 * sum(lengths)), 1)


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
        at -= Fraction(1, 2**k)
        tried(at > 1, 1)


@pytest.mark.claim("subgradient-steps", without="for the limit, the sum of their squares does not")
def test_one_length_jumps_over_the_minimum(tried):
    """With one length η the path on |t| from η / 2 jumps back and forth, and never comes nearer."""
    for eta in CLOSE:
        points = [eta / 2]
        for _ in range(20):
            points.append(points[-1] - (eta if points[-1] > 0 else -eta))
        tried(all(a == -b and abs(a) == eta / 2 for a, b in pairwise(points)), 1)
