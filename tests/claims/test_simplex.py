"""Shares that sum to one: the steepest step in the local norm, exponentiated gradient, and how fast it is."""

import re
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import cvxpy as cp
import mpmath
import numpy as np
import pytest
from strategies import EPS

from steepest import SIMPLEX, Loss, descend, learning_rate

STEEPEST, PINSKER, STEP, RATE = "shares-steepest", "pinsker", "exponentiated-step", "exponentiated-rate"
NEAREST, PROJECTED = "nearest-shares", "projected-rate"
PAGE = Path(__file__).parents[2] / "docs" / "norms" / "simplex.md"
claim = pytest.mark.claim
dims = pytest.mark.parametrize("dim", [2, 3, 8])
EXACT = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-9)


def _drawn(seed, dim, count=400):
    """Draw positive shares and whole gradients: ties, zeros and constant ones among them."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(dim, 2.0), count) * 0.98 + 0.02 / dim
    gradients = rng.integers(-3, 4, (count, dim)).astype(float)
    gradients[: count // 20] = gradients[: count // 20, :1]
    return shares, gradients


def _fractions(rng, dim, total=None):
    """Draw positive fractions with a sum, one if none is given."""
    parts = [Fraction(int(n)) for n in rng.integers(1, 9, dim)]
    return np.array([p * (total or 1) / sum(parts) for p in parts], dtype=object)


def _whole(rng, dim):
    """Draw a gradient of whole numbers, as fractions, whose components are not all equal."""
    g = [Fraction(int(n)) for n in rng.integers(-4, 5, dim)]
    return np.array([g[0] + 1, *g[1:]] if len(set(g)) == 1 else g, dtype=object)


def _kl(x, w):
    """Return the divergence to 60 digits."""
    with mpmath.workdps(60):
        return mpmath.fsum(mpmath.mpf(a) * mpmath.log(mpmath.mpf(a) / mpmath.mpf(b)) for a, b in _pairs(x, w) if a > 0)


def _pairs(x, w):
    return zip((_number(a) for a in x), (_number(b) for b in w), strict=True)


def _number(a):
    return mpmath.mpf(a.numerator) / a.denominator if isinstance(a, Fraction) else mpmath.mpf(float(a))


def _exponentiated(w, g, alpha):
    """Return the exponentiated step, and the logarithm of its divisor, to 40 digits."""
    with mpmath.workdps(40):
        grown = [a * mpmath.exp(-_number(alpha) * b) for a, b in _pairs(w, g)]
        total = mpmath.fsum(grown)
        return [a / total for a in grown], mpmath.log(total)


@claim(STEEPEST)
@dims
def test_a_cone_solver_finds_the_steepest_step(tried, dim):
    """Clarabel, asked for the lowest slope in the local ball among steps of sum zero, finds that of the package."""
    shares, g = _drawn(410, dim)
    u = cp.Variable(g.shape)
    ball = [cp.norm(cp.multiply(1 / np.sqrt(shares), u), 2, axis=1) <= 1, cp.sum(u, axis=1) == 0]
    cp.Problem(cp.Minimize(cp.sum(cp.multiply(g, u))), ball).solve(solver=cp.CLARABEL, **EXACT)
    fall = SIMPLEX.length(shares, SIMPLEX.gradient(shares, g))
    why = (
        "Clarabel's 1e-9: of the sum over all gradients, whose gap one of them may hold alone, of the ball and the sum"
    )
    tolerance = 1e-9 * (1 + fall.sum() + fall + abs(g).sum(axis=1))
    tried.within(np.sum(g * u.value, axis=1) + fall, tolerance, dim, why=why)


@claim(STEEPEST)
@dims
def test_the_steepest_step_is_exact_in_fractions(tried, dim):
    """In fractions ``-w (g - w @ g)`` sums to zero, and its squared local length and its fall are both ``s**2``."""
    rng = np.random.default_rng(411)
    for _ in range(200):
        w, g = _fractions(rng, dim), _whole(rng, dim)
        u = -w * (g - w @ g)
        tried(sum(u) == 0 and sum(u * u / w) == -(u @ g) > 0, dim)
        v = _whole(rng, dim)
        v = v - sum(v) / dim  # another step that sums to zero: no better for its length, and worse unless along u
        along = all(a * d == b * c for (a, b), (c, d) in product(zip(u, v, strict=True), repeat=2))
        tried((v @ g) ** 2 < -(u @ g) * sum(v * v / w) or along, dim)
        found = SIMPLEX.gradient(w.astype(float), g.astype(float))
        tried(np.abs(found + u.astype(float)) <= (2 * dim + 6) * EPS * 8, dim)


@claim(STEEPEST, without="every share is positive")
def test_a_negative_share_has_steps_without_end(tried):
    """Beside a share below zero, steps of any size have a negative square in place of a length, and any slope."""
    for n, size in product(range(1, 9), (1, 10, 1000)):
        w, g = [-Fraction(n, 4), 1 + Fraction(n, 4)], [Fraction(1), Fraction(0)]
        u = [Fraction(-size), Fraction(size)]
        s2 = sum(a * (b - w[0]) ** 2 for a, b in zip(w, g, strict=True))
        tried(sum(a * a / b for a, b in zip(u, w, strict=True)) <= 1 and u[0] == -size and s2 < 0, 2)


@claim(STEEPEST, without="the shares sum to one")
@dims
def test_other_sums_make_a_step_off_the_plane(tried, dim):
    """With weights of another sum the step named does not sum to zero, unless the mean of the gradient is zero."""
    rng = np.random.default_rng(412)
    for _ in range(100):
        w, g = _fractions(rng, dim, Fraction(int(rng.integers(2, 9)))), _whole(rng, dim)
        g = g if w @ g else g + 1
        tried(sum(w * (g - w @ g)) != 0, dim)


@claim(STEEPEST, without="the components of the gradient are not all equal")
@dims
def test_on_a_constant_gradient_all_steps_are_level(tried, dim):
    """Where all components of the gradient are equal, every step of sum zero has the slope zero: none is alone."""
    rng = np.random.default_rng(413)
    for n in range(-20, 20):
        v = _whole(rng, dim)
        g = np.full(dim, Fraction(n))
        tried((v - sum(v) / dim) @ g == 0, dim)


@claim(STEEPEST, without="the components of u sum to zero")
@dims
def test_free_steps_fall_faster(tried, dim):
    """Without the sum, ``-w g`` of local length one falls by ``sqrt(w @ g**2)``: more, unless the mean is zero."""
    rng = np.random.default_rng(414)
    for _ in range(100):
        w, g = _fractions(rng, dim), _whole(rng, dim)
        g = g if w @ g else g + 1
        u, s2 = -w * g, w @ (g - w @ g) ** 2
        tried(sum(u * u / w) == -(u @ g) > s2, dim)


@claim(STEEPEST, without="u is no longer than one in the local norm")
@dims
def test_twice_the_step_falls_twice_as_fast(tried, dim):
    """Twice the steepest step sums to zero, too, and has twice the slope."""
    rng = np.random.default_rng(415)
    for _ in range(100):
        w, g = _fractions(rng, dim), _whole(rng, dim)
        u = -w * (g - w @ g)
        tried(sum(2 * u) == 0 and (2 * u) @ g < u @ g < 0, dim)


@claim(PINSKER)
@pytest.mark.parametrize("dim", [2, 3, 20])
def test_divergence_is_at_least_half_the_squared_distance(tried, dim):
    """On shares of fractions, far apart, near each other and with zeros, to 60 digits."""
    rng = np.random.default_rng(416)
    for _ in range(150):
        w, x = _fractions(rng, dim), _fractions(rng, dim)
        zero = x * np.array([int(n) for n in rng.integers(0, 2, dim)])
        zero[0] += 1 - sum(zero)
        for y in (x, zero, w + (x - w) / 2 ** int(rng.integers(1, 40))):
            distance = sum(abs(y - w))
            with mpmath.workdps(60):
                tried(bool(_kl(y, w) >= _number(distance**2 / 2) and (_kl(y, w) > 0) == (distance > 0)), dim)
        tried(_kl(w, w) == 0, dim)


@claim(PINSKER)
def test_the_half_cannot_be_larger(tried):
    """Near even shares of two, divergence over squared distance tends to one half, off by a square."""
    for k in range(2, 40):
        d = Fraction(1, 2**k)
        quotient = _kl([Fraction(1, 2) + d, Fraction(1, 2) - d], [Fraction(1, 2)] * 2) / _number(4 * d * d)
        tried(bool(0 <= quotient - mpmath.mpf(1) / 2 <= _number(d * d)), 2)


@claim(PINSKER, without="x is a vector of shares")
@dims
def test_a_smaller_sum_makes_the_divergence_negative(tried, dim):
    """A part of w, a multiple below one, has a negative divergence from it."""
    w = _fractions(np.random.default_rng(417), dim)
    for n in range(1, 40):
        tried(bool(_kl(w * Fraction(n, 40), w) < 0), dim)


@claim(PINSKER, without="w is a vector of positive shares")
@dims
def test_a_larger_sum_of_w_makes_the_divergence_negative(tried, dim):
    """From a multiple of itself above one, x has a negative divergence."""
    x = _fractions(np.random.default_rng(418), dim)
    for n in range(41, 80):
        tried(bool(_kl(x, x * Fraction(n, 40)) < 0), dim)


def _cone_step(seed, dim):
    """Return shares, gradients, Clarabel's lowest points, those of the package, and by how much a value may be off."""
    shares, g = _drawn(seed, dim)
    x = cp.Variable(g.shape)
    costs = cp.sum(cp.multiply(g, x)) + cp.sum(cp.rel_entr(x, shares))
    cp.Problem(cp.Minimize(costs), [cp.sum(x, axis=1) == 1]).solve(solver=cp.CLARABEL, **EXACT)
    lowest = -np.log(np.sum(shares * np.exp(-g), axis=1))
    gap = 1e-9 * (1 + abs(lowest).sum()) + 1e-9 * (1 + abs(g).max() + abs(np.log(shares)).max(axis=1))
    return shares, g, x.value, SIMPLEX.retract(shares, -SIMPLEX.gradient(shares, g)), gap


@claim(STEP)
@dims
def test_a_cone_solver_finds_the_lowest_value(tried, dim):
    """Clarabel's lowest sum of slope and divergence over all shares is the value at the package's step."""
    shares, g, found, best, gap = _cone_step(419, dim)
    values = [np.sum(g * x + x * np.log(x / shares), axis=1) for x in (found, best)]
    why = "Clarabel's 1e-9: of the sum over all gradients, and of each sum of shares"
    tried.within(values[0] - values[1], gap, dim, why=why)


@claim(STEP)
@dims
def test_a_cone_solver_finds_the_exponentiated_step(tried, dim):
    """The point at which Clarabel finds that lowest sum is the package's step."""
    _, _, found, best, gap = _cone_step(419, dim)
    why = "in ℓ1, Pinsker's root of the gap of the values: Clarabel's 1e-9, of the sum over all gradients"
    tried.within(np.sum(abs(found - best), axis=1), np.sqrt(2 * gap), dim, why=why)


@claim(STEP)
@dims
def test_the_excess_is_a_divergence(tried, dim):
    """To 40 digits, the value at other shares, zeros included, is higher by their divergence from the step."""
    rng = np.random.default_rng(420)
    why = "1e-35 of the sizes: a sum of d terms at 40 digits"
    for _ in range(100):
        w, g, x = _fractions(rng, dim), _whole(rng, dim), _fractions(rng, dim)
        alpha = Fraction(int(rng.integers(-8, 9)), 4)
        x = x if rng.integers(2) else np.array([Fraction(int(i == 0)) for i in range(dim)], dtype=object)
        step, log_total = _exponentiated(w, g, alpha)
        with mpmath.workdps(40):
            value = _number(alpha * (g @ x)) + _kl(x, w)
            excess = mpmath.fsum(_number(a) * mpmath.log(_number(a) / b) for a, b in zip(x, step, strict=True) if a)
            tried.within(float(value + log_total - excess), 1e-35 * (20 + 10 * dim), dim, why=why)


@claim(STEP)
@dims
def test_the_step_is_positive_and_first_order_is_the_steepest(tried, dim):
    """All shares stay positive, off the steepest step by half the squared rate times spread at the most."""
    rng = np.random.default_rng(421)
    why = (
        "Taylor: the second derivative of a share is its product with a difference of squares up to the squared spread"
    )
    for _ in range(60):
        w, g = _fractions(rng, dim), _whole(rng, dim)
        for alpha in (Fraction(sign, 2**k) for sign in (-1, 1) for k in range(6)):
            step, _ = _exponentiated(w, g, alpha)
            tried(min(step) > 0, dim)
            with mpmath.workdps(40):
                off = max(abs(a - _number(b)) for a, b in zip(step, w - alpha * w * (g - w @ g), strict=True))
                tried.within(float(off), float(alpha**2 * (max(g) - min(g)) ** 2 / 2), dim, why=why)


@claim(STEP)
@dims
def test_descend_is_exponentiated_gradient(tried, dim):
    """On linear losses, ten steps of `descend` on `SIMPLEX` multiply the shares by ten times the exponentials."""
    shares, g = _drawn(422, dim, count=40)
    why = "10 (2 d + 24) eps times the largest exponent: ten steps, in each sums, products and one exponential round"
    for w, slope in zip(shares, g, strict=True):
        if np.ptp(slope):
            loss = Loss(lambda x, c=slope: x @ c, lambda x, c=slope: c + 0 * x, lambda x, v: 0 * v)
            path = descend(loss, w, learning_rate(0.25), 10, surface=SIMPLEX)
            known, _ = _exponentiated(w, slope, 2.5)
            off = path.points[-1] - np.array(known, float)
            tried.within(off, 10 * (2 * dim + 24) * EPS * (1 + np.ptp(slope)), dim, why=why)


@claim(STEP, without="every share of w is positive")
def test_a_share_of_zero_stays_zero(tried):
    """A share of zero is multiplied: the step leaves it at zero, not positive."""
    for n, slope in product(range(1, 10), range(-9, 10)):
        w = np.array([n / 10, 1 - n / 10, 0.0])
        tried(SIMPLEX.retract(w, -SIMPLEX.gradient(w, [1.0, 0.0, slope]))[2] == 0, 3)
        grown = w * np.exp(-np.array([1.0, 0.0, slope]))
        tried((grown / grown.sum())[2] == 0, 3)


@claim(STEP, without="the shares of w sum to one")
@dims
def test_another_sum_is_left_at_once(tried, dim):
    """From weights of sum two the step sums to one at the smallest rate: it is half of w away, not of order α."""
    rng = np.random.default_rng(423)
    for k in range(1, 40):
        w, g = _fractions(rng, dim, 2), _whole(rng, dim)
        alpha = Fraction(1, 2**k * 100)
        step, _ = _exponentiated(w, g, alpha)
        near = w - alpha * w * (g - w @ g)
        tried(bool(sum(abs(a - _number(b)) for a, b in zip(step, near, strict=True)) > 0.5), dim)


@claim(STEP, without="x is a vector of shares")
@dims
def test_without_the_sum_there_are_lower_values(tried, dim):
    """The value at ``w exp(-α g - 1)``, which does not sum to one, is minus its sum, lower than at the step."""
    rng = np.random.default_rng(424)
    for _ in range(60):
        w, g = _fractions(rng, dim), _whole(rng, dim)
        step, log_total = _exponentiated(w, g, 1)
        with mpmath.workdps(40):
            free = [a * mpmath.exp(log_total - 1) for a in step]
            value = mpmath.fsum(a * _number(b) for a, b in zip(free, g, strict=True)) + mpmath.fsum(
                a * mpmath.log(a / _number(b)) for a, b in zip(free, w, strict=True)
            )
            tried(bool(value < -log_total) or abs(log_total - 1) < 1e-9, dim)


def _squares(a, b):
    """Return half the squared length of ``A w - b``, and the largest entry of its Hessian, a λ for the ℓ1 norm."""
    return Loss(
        lambda w: np.sum((w @ a.T - b) ** 2, axis=-1) / 2, lambda w: (w @ a.T - b) @ a, lambda w, v: v @ a.T @ a
    ), float(abs(a.T @ a).max())


def _linear(c):
    return Loss(lambda w: w @ c, lambda w: c + 0 * w, lambda w, v: 0 * v)


def _run(loss, start, alpha, count):
    return descend(loss, start, learning_rate(alpha), count, surface=SIMPLEX)


@claim(RATE)
@pytest.mark.parametrize("dim", [2, 5, 40])
def test_the_rate_holds_above_the_solvers_minimum(tried, dim):
    """On least squares, each of 200 steps leaves the loss at most λ log d / k above Clarabel's lowest."""
    rng = np.random.default_rng(425)
    why = "λ log d / k, and 1e-8 for the solver's minimum"
    for m in (1, 3, 10, 30):
        a, b = rng.standard_normal((m, dim)), rng.standard_normal(m)
        x = cp.Variable(dim, nonneg=True)
        problem = cp.Problem(cp.Minimize(cp.sum_squares(a @ x - b) / 2), [cp.sum(x) == 1])
        lowest = problem.solve(solver=cp.CLARABEL, **EXACT)
        loss, lam = _squares(a, b)
        values = _run(loss, np.full(dim, 1 / dim), 1 / lam, 200).values
        values = np.pad(values, (0, 201 - len(values)), mode="edge")  # where the gradient is zero, steps stay
        bound = lam * np.log(dim) / np.arange(1, len(values)) + 1e-8 * (1 + values[0])
        tried.within(np.maximum(values[1:] - lowest, 0), bound, dim, why=why)
        tried(np.diff(values) <= 8 * dim * EPS * (1 + values[0]), dim)


@claim(RATE)
@pytest.mark.parametrize("dim", [2, 10, 1000])
def test_the_rate_holds_on_linear_losses(tried, dim):
    """On a slope toward one share, any λ is allowed: k steps leave what the closed form says, below λ log d / k."""
    why = "a step rounds by (8 + 2 / λ) eps: its logarithm, two products and an exponential; the loss by d eps"
    for lam in np.geomspace(0.1, 100, 9):
        values = _run(_linear(np.array([0.0] + [1.0] * (dim - 1))), np.full(dim, 1 / dim), 1 / lam, 60).values
        k = np.arange(1, len(values))
        rest, rounding = (dim - 1) * np.exp(-k / lam), EPS * (k * (8 + 2 / lam) + dim)
        tried.below(values[1:], lam * np.log(dim) / k, rounding, dim, why)
        tried.within(values[1:] - rest / (1 + rest), rounding, dim, why)


@claim(RATE, without="the loss is convex and differentiable")
@dims
def test_on_a_hill_the_even_start_stays(tried, dim):
    """On minus the squared distance from even shares the start is stationary: the loss stays at the highest value."""
    even = np.full(dim, 1 / dim)
    hill = Loss(lambda w: -np.sum((w - even) ** 2, axis=-1), lambda w: 2 * (even - w), lambda w, v: -2 * v)
    value, best = hill(_run(hill, even, 1.0, 100).points[-1]), hill(np.eye(dim)[0])
    k = np.arange(1, 101)
    tried((value > best + np.log(dim) / k)[k > np.log(dim) / 0.4], dim)


@claim(RATE, without="the loss is at most its linear model plus λ/2 times the squared ℓ1 distance, with λ > 0")
def test_a_steeper_bowl_is_never_reached(tried):
    """On c (w1 - w2 - 1/2)² / 2 with c = 40 and α = 1, as for λ = 1, the steps leap back and forth above the bound."""
    loss, lam = _squares(np.sqrt(40.0) * np.array([[1.0, -1.0]]), np.sqrt(40.0) * np.array([0.5]))
    assert lam == pytest.approx(40)
    values = _run(loss, [0.5, 0.5], 1.0, 400).values
    tried(values[300:] > np.log(2) / np.arange(300, 401), 2)


@claim(RATE, without="α is 1/λ")
@pytest.mark.parametrize("factor", [1e-2, 1e-3])
def test_a_smaller_rate_is_slower(tried, factor):
    """With a hundredth or a thousandth of the rate, a linear loss is above the bound for a hundred steps."""
    values = _run(_linear(np.array([0.0, 1.0])), [0.5, 0.5], factor, 100).values
    k = np.arange(1, 101)
    tried((values[1:] > np.log(2) / k)[k >= 10], 2)


@claim(RATE, without="the start is uniform")
@dims
def test_a_start_far_from_the_best_share_takes_longer(tried, dim):
    """From a start whose best share is exp(-60), a linear loss is above the bound for fifty steps."""
    start = np.array([np.exp(-60.0)] + [1 / (dim - 1)] * (dim - 1))
    values = _run(_linear(np.array([0.0] + [1.0] * (dim - 1))), start, 1.0, 50).values
    k = np.arange(1, 51)
    tried((values[1:] > np.log(dim) / k)[k > 2 * np.log(dim)], dim)


@pytest.fixture
def project():
    """Return the projection that the page defines."""
    source = re.search(r"^def project\(v\):\n(?: .*\n)+", PAGE.read_text(encoding="utf-8"), flags=re.M)
    names = {"np": np}
    exec(source[0], names)  # the book's own cell
    return names["project"]


def _nearest(v):
    """Return the nearest shares to fractions: of the points nearest on the planes of all faces, the nearest shares."""
    best = None
    for size in range(1, len(v) + 1):
        for kept in map(list, combinations(range(len(v)), size)):
            x = np.array([Fraction(0)] * len(v), dtype=object)
            x[kept] = v[kept] - (sum(v[kept]) - 1) / size
            if min(x) >= 0 and (best is None or sum((x - v) ** 2) < sum((best - v) ** 2)):
                best = x
    return best


@claim(NEAREST)
@pytest.mark.parametrize("dim", [1, 2, 3, 6])
def test_the_nearest_shares_are_the_nearest_of_all_faces(tried, project, dim):
    """In fractions, ties and zeros among them, the page's projection is the nearest of the points of all faces."""
    why = "(2 d + 2) eps of the sum of sizes: a sum of d terms, a quotient and two differences round"
    for row in np.random.default_rng(430).integers(-9, 10, (60, dim)):
        v = np.array([Fraction(int(n), 6) for n in row], dtype=object)
        size = float(1 + sum(abs(v)))
        found = project(v.astype(float))
        tried.within(found - _nearest(v).astype(float), (2 * dim + 2) * EPS * size, dim, why=why)


@claim(NEAREST)
@dims
def test_other_shares_are_farther_by_their_distance(tried, dim):
    """In fractions, the squared distance of other shares is larger by that from the nearest, or more."""
    rng = np.random.default_rng(431)
    for row in rng.integers(-9, 10, (30, dim)):
        v = np.array([Fraction(int(n), 6) for n in row], dtype=object)
        y = _nearest(v)
        for x in (_fractions(rng, dim), np.array([Fraction(int(i == 0)) for i in range(dim)], dtype=object)):
            tried(sum((x - v) ** 2) >= sum((y - v) ** 2) + sum((x - y) ** 2), dim)


@claim(NEAREST, without="x is a vector of shares")
@dims
def test_v_itself_is_nearer(tried, dim):
    """Where v is not a vector of shares, v itself, no shares, is nearer than the nearest shares."""
    for row in np.random.default_rng(432).integers(-9, 10, (40, dim)):
        v = np.array([Fraction(int(n), 6) for n in row], dtype=object)
        v[0] += sum(v) == 1
        tried(sum((_nearest(v) - v) ** 2) > 0, dim)


def _projected(loss, project, start, alpha, count):
    points = [np.asarray(start, float)]
    for _ in range(count):
        points.append(project(points[-1] - alpha * loss.gradient(points[-1])))
    return np.array(points)


@claim(PROJECTED)
@pytest.mark.parametrize("dim", [2, 5, 40])
def test_projected_gradient_keeps_its_bound(tried, project, dim):
    """On least squares, from drawn shares, each of 200 steps is within the bound above Clarabel's lowest value."""
    rng = np.random.default_rng(433)
    why = "λ₂ times half the squared distance from the start, by k, and 1e-8 for the solver's minimum"
    for m in (1, 3, 10, 30):
        a, b, start = rng.standard_normal((m, dim)), rng.standard_normal(m), rng.dirichlet(np.ones(dim))
        x = cp.Variable(dim, nonneg=True)
        problem = cp.Problem(cp.Minimize(cp.sum_squares(a @ x - b) / 2), [cp.sum(x) == 1])
        lowest, loss = problem.solve(solver=cp.CLARABEL, **EXACT), _squares(a, b)[0]
        lam = np.linalg.norm(a, 2) ** 2
        values = loss(_projected(loss, project, start, 1 / lam, 200))
        bound = lam * np.sum((x.value - start) ** 2) / 2 / np.arange(1, 201) + 1e-8 * (1 + values[0])
        tried.within(np.maximum(values[1:] - lowest, 0), bound, dim, why=why)


@claim(PROJECTED, without="the loss is convex and differentiable")
@dims
def test_projected_gradient_stays_on_a_hilltop(tried, project, dim):
    """On minus the squared distance from even shares, projected gradient stays at the start, the highest value."""
    even = np.full(dim, 1 / dim)
    hill = Loss(lambda w: -np.sum((w - even) ** 2, axis=-1), lambda w: 2 * (even - w), lambda w, v: -2 * v)
    corner = np.eye(dim)[0]
    values = hill(_projected(hill, project, even, 1.0, 100))
    k = np.arange(1, 101)
    tried((values[1:] > hill(corner) + np.sum((corner - even) ** 2) / (2 * k)), dim)


@claim(
    PROJECTED,
    without="the loss is at most its linear model plus λ₂/2 times the squared Euclidean distance, with λ₂ > 0",
)
def test_projected_gradient_leaps_in_a_steeper_bowl(tried, project):
    """On c (w1 - w2 - 1/2)² / 2 with c = 40 and α = 1, as for λ₂ = 1, projected steps leap above the bound."""
    loss, _ = _squares(np.sqrt(40.0) * np.array([[1.0, -1.0]]), np.sqrt(40.0) * np.array([0.5]))
    values = loss(_projected(loss, project, [0.5, 0.5], 1.0, 100))
    tried(values[1:] > 0.125 / 2 / np.arange(1, 101), 2)


@claim(PROJECTED, without="α is 1/λ₂")
@pytest.mark.parametrize("factor", [1e-2, 1e-3])
def test_projected_gradient_with_a_smaller_rate_is_slower(tried, project, factor):
    """With a hundredth or less of the rate 1, a linear loss is above the bound for λ₂ = 1 from the second step on."""
    values = _linear(np.array([0.0, 1.0]))(_projected(_linear(np.array([0.0, 1.0])), project, [0.5, 0.5], factor, 40))
    k = np.arange(1, 41)
    tried((values[1:] > 0.25 / k)[k >= 2], 2)
