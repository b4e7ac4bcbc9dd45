"""Where there is no slope: what the Hessian tells of a point, the ways down from a saddle, and how long they take."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import scipy.linalg
from strategies import EPS

from steepest import L2, bowl, descend, learning_rate, quadratic

kind = pytest.mark.claim("hessian-tells")
way = pytest.mark.claim("saddle-way")
escape = pytest.mark.claim("saddle-escape")
CLOSE = [Fraction(1, 2**n) for n in range(1, 60)]


def _dot(a, b):
    """Return the inner product of two vectors of exact numbers."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def _parabola(g, matrix, eta, u):
    """Return how far the parabola of exact numbers is above the loss after a step of length eta along u."""
    return eta * _dot(g, u) + eta**2 * _dot(u, [_dot(row, u) for row in matrix]) / 2


CIRCLE = [
    (Fraction(a * a - b * b, a * a + b * b), Fraction(2 * a * b, a * a + b * b))
    for a in range(-6, 7)
    for b in range(1, 7)
]  # of length one; the second axis among them
UP, DOWN = (Fraction(0), Fraction(1)), (Fraction(0), Fraction(-1))


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


SINGULAR = [  # a matrix of which no eigenvalue is negative, and a vector that it takes to zero
    (((0, 0), (0, 0)), (1, 2)),
    (((1, 2), (2, 4)), (2, -1)),
    (((9, -3), (-3, 1)), (1, 3)),
    (((2, 1, 1), (1, 2, -1), (1, -1, 2)), (1, -1, -1)),
    (((1, 1, 1), (1, 1, 1), (1, 1, 1)), (1, -2, 1)),
]


def _with_fourth(matrix, v, sign):
    """Return the function x @ H @ x / 2 + sign * (v @ x)⁴ of exact numbers."""
    return lambda x: Fraction(_dot(x, [_dot(row, x) for row in matrix])) / 2 + sign * _dot(v, x) ** 4


@kind
def test_with_an_eigenvalue_zero_one_hessian_goes_with_two_kinds(tried):
    """Two losses have the same exact differences of first and second order at 0; one has an extremum there, one not.

    The differences with the step h are those of H up to 8 max |v|⁴ h²; v is not scaled, which scales the fourth power.
    """
    h = Fraction(1, 10**6)
    for (matrix, v), side in product(SINGULAR, (1, -1)):
        dim, sided = len(v), [[side * x for x in row] for row in matrix]
        steps = [tuple(h * (i == j) for j in range(dim)) for i in range(dim)]
        assert not any(_dot(row, v) for row in matrix)
        for sign in (1, -1):
            loss = _with_fourth(sided, v, sign)
            for (i, a), (j, b) in product(enumerate(steps), repeat=2):
                ends = [loss([s * x + t * y for x, y in zip(a, b, strict=True)]) for s in (1, -1) for t in (1, -1)]
                second = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * h * h)
                tried(abs(second - sided[i][j]) <= 8 * max(map(abs, v)) ** 4 * h**2, dim)
            tried(all(loss(a) == loss([-x for x in a]) for a in steps), dim)  # so no first derivative
        extreme, other = (_with_fourth(sided, v, sign) for sign in (side, -side))
        tried(all(side * extreme(x) >= 0 for x in product(range(-4, 5), repeat=dim)), dim)
        tried(all(side * other([t * x for x in v]) < 0 for t in CLOSE), dim)


@pytest.mark.claim("hessian-tells", without="the loss is twice continuously differentiable near w")
def test_second_partial_derivatives_at_the_point_alone_tell_nothing(tried):
    """The loss (x² + y²) / 2 - 3 x² y² / (x² + y²) has the identity for its second partials at 0, and is no minimum.

    On either axis it is half the square; across each axis its partial derivative is zero, so the mixed one is zero.
    """

    def loss(x, y):
        return (x * x + y * y) / 2 - 3 * x * x * y * y / (x * x + y * y)

    for t in CLOSE:
        tried(loss(t, Fraction(0)) == loss(Fraction(0), t) == t * t / 2, 2)
        for h in (t * t, -t * t, t / 2**70):  # the difference quotient across the axis is below 4 |h|
            tried(abs(loss(t, h) - loss(t, Fraction(0))) <= 4 * h * h, 2)
            tried(abs(loss(h, t) - loss(Fraction(0), t)) <= 4 * h * h, 2)
        tried(loss(t, t) < 0, 2)


@pytest.mark.claim("hessian-tells", without="the gradient is zero")
def test_with_a_slope_a_positive_hessian_is_no_minimum(tried):
    """On w @ A @ w / 2 + w₁, where A has positive eigenvalues, points as near as you like are lower than 0."""
    for matrix in (((1,),), ((2, 1), (1, 2)), ((5, -3), (-3, 2)), ((3, 1, 0), (1, 3, 1), (0, 1, 3))):
        dim = len(matrix)
        assert np.linalg.eigvalsh(np.array(matrix, float))[0] > 0.1
        for t in CLOSE[3:]:
            x = (-t,) + (Fraction(0),) * (dim - 1)
            tried(_parabola((1,) + (0,) * (dim - 1), matrix, 1, x) < 0, dim)


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
    """On w₁ + (w₁² - w₂²) / 2 some direction is lower than the eigenvectors (0, ±1) of the least eigenvalue."""
    for eta in CLOSE:
        values = {u: _parabola((1, 0), ((1, 0), (0, -1)), eta, u) for u in [*CIRCLE, DOWN]}
        tried(min(values.values()) < min(values[UP], values[DOWN]), 2)


@pytest.mark.claim("saddle-way", without="H is symmetric")
def test_a_matrix_that_is_not_symmetric_is_lower_elsewhere(tried):
    """The eigenvectors of ((1, b), (0, 1)) are on the first axis; some direction off it is lower."""
    for bend in range(1, 50):
        values = {u: _parabola((0, 0), ((1, bend), (0, 1)), Fraction(1), u) for u in CIRCLE}
        on = [value for u, value in values.items() if u[1] == 0]
        tried(min(values.values()) < min(on or [_parabola((0, 0), ((1, bend), (0, 1)), Fraction(1), (1, 0))]), 2)


@pytest.mark.claim("saddle-way", without="u has length one")
def test_longer_vectors_are_lower(tried):
    """At the saddle (w₁² - w₂²) / 2 a longer vector that is no eigenvector beats the eigenvector of length one."""
    for scale in range(2, 100):
        value, least = (_parabola((0, 0), ((1, 0), (0, -1)), Fraction(1), u) for u in ((1, scale), UP))
        tried(value < least, 2)


@pytest.mark.claim("saddle-way", without="the step is positive")
def test_a_step_of_zero_tells_no_directions_apart(tried):
    """With η = 0 the parabola is as low along every direction as along the eigenvectors."""
    for u in CIRCLE:
        values = [_parabola((0, 0), ((1, 0), (0, -1)), Fraction(0), way) for way in (u, UP)]
        tried(values[0] == values[1], 2)


# Leaving a saddle.


def _first(spectrum, v, w, alpha, r, most=500, slope=(0, 0)):
    """Return after how many exact steps from w the part along v, measured from zero, is r or more; None if never.

    The loss has the spectrum on its axes, and a slope at zero.
    """
    for k in range(most + 1):
        if abs(_dot(v, w)) >= r:
            return k
        w = tuple(x - alpha * (s * x + b) for s, b, x in zip(spectrum, slope, w, strict=True))
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


@pytest.mark.claim("saddle-escape", without="the gradient is zero at m")
def test_measured_from_elsewhere_the_part_need_not_grow(tried):
    """On (x² - y²) / 2 + δ y, whose saddle is (0, δ), the part of (1, δ) from zero stays δ and never reaches 2 δ."""
    for delta in CLOSE[::4]:
        w = (Fraction(1), delta)
        tried(_first((1, -1), (0, 1), w, Fraction(1, 10), 2 * delta, most=40, slope=(0, delta)) is None, 2)


@pytest.mark.claim("saddle-escape", without="v is a unit eigenvector, with an eigenvalue below zero")
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
    """For r less than δ / (1 + α), eigenvalue -1, the formula is negative; the part is r or more after no step."""
    for r in CLOSE[2:]:
        tried(_first((1, -1), (0, 1), (Fraction(1), Fraction(1)), Fraction(1), r) == 0, 2)
        tried(bool(np.ceil(np.log(float(r)) / np.log(2)) < 0), 2)
