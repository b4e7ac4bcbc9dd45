"""Staying on a surface: tangent spaces, the steepest step along one, descent on the sphere, the way back."""

import itertools
import math
from fractions import Fraction

import cvxpy as cp
import exactly
import mpmath
import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg
from strategies import EPS, random_vectors

from steepest import L2, SPHERE, Loss, descend, learning_rate, quadratic

TANGENT, STEEPEST, RAYLEIGH, RETRACTION = "tangent-space", "tangent-steepest", "rayleigh-descent", "sphere-retraction"


def _ring(rng, dim):
    """Return a point of a unit sphere and a plane through it, the nearest point of the plane to zero, and a tangent."""
    while True:
        v, a, u = exactly.whole(rng, dim), exactly.whole(rng, dim), exactly.whole(rng, dim)
        if v.any() and a.any():
            w = np.eye(dim, dtype=int)[0] - 2 * v[0] * v / (v @ v)  # a unit vector of fractions, by a reflection
            center = (a @ w) / (a @ a) * a
            r = w - center
            if r.any():
                u = u - (u @ a) / (a @ a) * a
                u = u - (u @ r) / (r @ r) * r
                if u.any():
                    return w, a, center, u


@pytest.mark.claim(TANGENT)
@pytest.mark.parametrize("dim", [3, 4, 7])
def test_tangents_are_velocities_and_velocities_are_tangents(tried, dim):
    """Where a plane cuts a sphere each tangent is the velocity of a circle, and chords turn tangent, in fractions."""
    rng = np.random.default_rng(dim)
    for _ in range(40):
        w, a, center, u = _ring(rng, dim)
        r = w - center
        tried(bool(u @ w == 0 and u @ a == 0), dim)
        for t in (Fraction(1, 2**k) for k in range(1, 12)):
            square = t**2 * (u @ u) / (r @ r) / 4
            point = center + (r * (1 - square) + u * t) / (1 + square)
            tried(bool(point @ point == 1 and a @ point == a @ w), dim)
            missed = point - w - t * u  # of second order: so the circle has the velocity u
            tried(bool(missed @ missed <= (t**2 * (u @ u)) ** 2 / (r @ r)), dim)
            tried(bool(2 * (w @ (point - w)) == -(point - w) @ (point - w) and a @ (point - w) == 0), dim)


@pytest.mark.claim(TANGENT, without="the constraints are continuously differentiable near w")
def test_past_a_jump_no_curve_has_the_velocity(tried):
    """Of w₂ ± w₁², with the sign of w₂, the gradient at 0 is (0, 1), but 0 is its only zero: no curve leaves it."""
    sizes = [Fraction(n, 2**k) for n in range(-3, 4) for k in (0, 1, 5, 20)]
    for x, y in ((x, y) for x, y in itertools.product(sizes, repeat=2) if x or y):
        c = y + x * x if y >= 0 else y - x * x
        tried(abs(c - y) <= x * x + y * y, 2)  # differentiable at 0
        tried(c != 0 and abs(c) == abs(y) + x * x, 2)


@pytest.mark.claim(TANGENT, without="their gradients at w are independent")
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_without_independent_gradients_tangents_lead_nowhere(tried, dim):
    """The squares of the weights sum to zero at one point alone: its gradient is zero, and no curve leaves it."""
    rng = np.random.default_rng(410 + dim)
    for _ in range(40):
        u = exactly.whole(rng, dim)
        if u.any():
            tried([bool((t * u) @ (t * u) > 0) for t in (Fraction(1, 2**k) for k in range(20))], dim)


def _normals(rng, dim, count):
    """Draw independent vectors, a row each, and an orthonormal basis of what is orthogonal to them."""
    normals = rng.standard_normal((count, dim))
    return normals, np.linalg.svd(normals)[2][count:]


@pytest.mark.claim(STEEPEST)
@pytest.mark.parametrize(("dim", "count"), [(2, 1), (3, 1), (8, 1), (5, 2), (8, 3)])
def test_a_convex_solver_finds_minus_the_projected_length(tried, dim, count):
    """Clarabel, given the ball and the constraints' gradients, finds minus the length of the projected gradient."""
    rng = np.random.default_rng(400 + dim)
    normals = _normals(rng, dim, count)[0]
    g = rng.integers(-3, 4, (300, dim)).astype(float)
    g[0], g[1:100:7] = 0, rng.standard_normal((15, count)) @ normals  # zero, and normal to the surface
    size = np.linalg.norm(g - np.linalg.solve(normals @ normals.T, normals @ g.T).T @ normals, axis=1)
    if count == 1:
        size = L2(SPHERE.gradient(normals[0] / np.linalg.norm(normals[0]), g))
    u = cp.Variable(g.shape)
    exact = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-10)
    program = cp.Problem(cp.Minimize(cp.sum(cp.multiply(g, u))), [cp.norm(u, axis=1) <= 1, u @ normals.T == 0])
    program.solve(solver=cp.CLARABEL, **exact)
    slant = np.sqrt(count) / np.linalg.svd(normals, compute_uv=False).min() * np.linalg.norm(g, axis=1)
    why = "Clarabel's 1e-10: of the sum over all gradients, whose gap one of them may hold alone, of ball and normals"
    tolerance = 1e-10 * (1 + size.sum() + size + slant)
    tried.within(np.sum(g * u.value, axis=1) + size, tolerance, dim, why)


@pytest.mark.claim(STEEPEST)
@pytest.mark.parametrize(("dim", "count"), [(2, 1), (3, 1), (5, 2), (200, 7)])
def test_a_step_falls_less_the_farther_it_is_from_the_steepest(tried, dim, count):
    """Of length one and tangent, a step at the distance r from the steepest loses half of r² of the fall."""
    rng = np.random.default_rng(420 + dim)
    for _ in range(20):
        basis = _normals(rng, dim, count)[1]
        g = rng.standard_normal(dim)
        projected = g @ basis.T @ basis
        size = np.linalg.norm(projected)
        u = rng.standard_normal((50, dim - count)) @ basis
        u /= np.linalg.norm(u, axis=1)[:, None]
        lost = u @ g + size - size / 2 * np.sum((u + projected / size) ** 2, axis=1)
        why = "12 d eps |g|: a basis, two projections, two lengths and three inner products round"
        tried.within(lost, 12 * dim * EPS * np.linalg.norm(g), dim, why)


@pytest.mark.claim(STEEPEST, without="T is a linear subspace")
def test_on_a_line_past_zero_the_lowest_slope_is_another(tried):
    """On the line u₁ = 1/2 the lowest slope in the ball is above minus the length of the gradient's nearest point."""
    for g in itertools.product(range(5), range(-4, 5)):
        ends = [g[0] / 2 + sign * math.sqrt(3) / 2 * g[1] for sign in (-1, 1)]
        tried(min(ends) > -math.hypot(0.5, g[1]) + 1e-3, 2)


@pytest.mark.claim(STEEPEST, without="u lies in T")
@pytest.mark.parametrize("dim", [2, 5])
def test_across_the_surface_it_falls_faster(tried, dim):
    """If the gradient is not tangent, it is longer than its projection, in fractions: its own opposite is steeper."""
    rng = np.random.default_rng(430 + dim)
    for g, n in ((exactly.whole(rng, dim), exactly.whole(rng, dim)) for _ in range(60)):
        if g @ n:
            along = g - (g @ n) / (n @ n) * n
            tried(bool(g @ g > along @ along), dim)


@pytest.mark.claim(STEEPEST, without="u is no longer than one")
def test_longer_tangents_fall_faster(tried):
    """On the sphere at (1, 0, 0) tangents longer than one fall by more than the projected length, in fractions."""
    for a, b in ((3, 4), (5, 12), (8, 15)):
        size = math.isqrt(a * a + b * b)
        for longer in (1 + Fraction(1, 2**k) for k in range(30)):
            tried(-longer * Fraction(a * a + b * b, size) < -size, 3)


@pytest.mark.claim(STEEPEST, without="the projection is orthogonal")
def test_a_slanted_projection_has_the_wrong_length(tried):
    """Moved onto the first axis along (k, 1) a gradient has another length than the fall on that axis."""
    for k, a, b in itertools.product(range(-4, 5), repeat=3):
        if k and b and 2 * a != k * b:
            tried(abs(a - k * b) != abs(a), 2)


@pytest.mark.claim(STEEPEST, without="for one step alone, the projected gradient is not zero")
def test_a_normal_gradient_has_no_steepest_step(tried):
    """Where the gradient is a multiple of w all tangents have the slope zero, in fractions."""
    rng = np.random.default_rng(440)
    for _ in range(40):
        w, _, _, u = _ring(rng, 4)
        tried([bool((-t * u) @ (3 * w) == 0) for t in (1, 2, Fraction(1, 3))], 4)


def _spectral(rng, dim, tie=False):
    """Draw a symmetric matrix of fractions: its axes, a row each, the leading one first, and its eigenvalues."""
    v = exactly.whole(rng, dim) * 2 + 1
    axes = np.eye(dim, dtype=int).astype(object) - 2 * np.outer(v, v) / (v @ v)
    values = np.sort(rng.integers(-5, 6, dim))[::-1].astype(object) * Fraction(1)
    values[0] = values[min(1, dim - 1)] + (0 if tie else int(rng.integers(1, 6)))
    return (axes.T * values) @ axes, axes, values


def _stepped(matrix, x, rate):
    """Step along the sphere without rounding, and without normalizing: the direction is what counts."""
    image = matrix @ x
    return x + rate * (image - (x @ image) / (x @ x) * x)


def _tan(axis, x):
    """Return the squared tangent of the angle between a vector and a line."""
    return (x @ x) / (axis @ x) ** 2 - 1


def _start(rng, axes):
    """Draw a start that is not orthogonal to the leading eigenvector."""
    while True:
        x = exactly.whole(rng, len(axes))
        if axes[0] @ x:
            return x


@pytest.mark.claim(RAYLEIGH)
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_each_step_shrinks_the_tangent_by_the_bound(tried, dim):
    """In fractions each tangent is at most q times the one before, at rates up to the limit, on the side it was."""
    rng = np.random.default_rng(450 + dim)
    for share in (Fraction(n, 16) for n in (1, 4, 8, 12, 16, 20, 28, 31)):
        for _ in range(10):
            matrix, axes, values = _spectral(rng, dim)
            rate, wide = share / (values[0] - values[-1]), values[0] - values[-1]
            q = max(1 - rate * (values[0] - values[1]) / (1 + rate * wide), rate * wide - 1)
            x = _start(rng, axes)
            tried(q < 1, dim)
            for _ in range(4):
                after = _stepped(matrix, x, rate)
                tried(bool(_tan(axes[0], after) <= q**2 * _tan(axes[0], x)), dim)
                tried(bool((axes[0] @ after) * (axes[0] @ x) > 0), dim)
                x = after


@pytest.mark.claim(RAYLEIGH)
def test_the_package_takes_these_steps(tried):
    """Descent on the sphere at a learning rate goes where exact steps point."""
    rng = np.random.default_rng(460)
    for _ in range(30):
        matrix, axes, values = _spectral(rng, 3)
        rate, x = Fraction(1) / (values[0] - values[-1]), _start(rng, axes)
        loss = quadratic(-values.astype(float), axes=axes.astype(float))
        start = x.astype(float) / math.sqrt(x @ x)
        for w in descend(loss, start, learning_rate(float(rate)), 5, surface=SPHERE).points:
            known = np.array([float(mpmath.mpf(c.numerator) / c.denominator) for c in x])
            why = "364 = 1 + 3 + ... + 243 times 12 eps (1 + α |λ|): so much a step rounds, and it at most triples"
            tolerance = 364 * 12 * EPS * (1 + float(rate) * float(abs(values).max()))
            tried.within(np.linalg.norm(w - known / np.linalg.norm(known)), tolerance, 3, why)
            x = _stepped(matrix, x, rate)


@pytest.mark.claim(RAYLEIGH)
@pytest.mark.parametrize(("dim", "second"), [(5, 0), (200, 0), (50, 10)])
def test_an_eigenvalue_solver_finds_the_same_vector(tried, dim, second):
    """From three starts, at two rates, descent ends at the leading eigenvector of SciPy's eigsh, up to its sign."""
    rng = np.random.default_rng(470 + dim)
    diagonal = rng.uniform(-1, 1, dim)
    diagonal[dim // 2] = 20.0  # by Gershgorin's circles λ₁ is within 0.2 of it, and all others below 1.2 or 10.2
    diagonal[0] = second or diagonal[0]
    beside = np.full(dim - 1, 0.1)
    matrix = scipy.sparse.diags_array([beside, diagonal, beside], offsets=[-1, 0, 1]).tocsr()
    loss = Loss(lambda w: -(w @ (matrix @ w)) / 2, lambda w: -(matrix @ w), None)
    found = scipy.sparse.linalg.eigsh(matrix, k=1, which="LA", tol=1e-14, v0=np.ones(dim))[1][:, 0]
    gap, wide = 19.8 - max(1.2, second + 0.2), 20.2 + 1.2
    why = "its 1e-14 of λ₁, and 20 d eps a step, each over 1 - q; and q to the power of the steps of the first tangent"
    for rate, start in itertools.product((1 / wide, 1.75 / wide), random_vectors(480 + dim, 3, dim)):
        start = start / np.linalg.norm(start)
        q = max(1 - rate * gap / (1 + rate * wide), rate * wide - 1)
        steps = math.ceil(math.log(EPS) / math.log(q))  # then q to their power is less than rounding
        end = descend(loss, start, learning_rate(rate), steps, surface=SPHERE).points[-1]
        tolerance = (22e-14 + 20 * dim * EPS) / (1 - q) + q**steps / abs(start @ found)
        tried.within(np.linalg.norm(end * np.sign(end @ found) - found), tolerance, dim, why)
        tried(bool((end @ found) * (start @ found) > 0), dim)


@pytest.mark.claim(RAYLEIGH, without="the start has length one")
def test_a_long_start_overshoots(tried):
    """With wᵀ A w of a start that is too long for ρ, a step leaves more of the tangent, where q is 3/4."""
    for n in range(2, 40):
        matrix, x = _fan(n)
        after = x + Fraction(1, 2) * (matrix @ x - (x @ matrix @ x) * x)
        tried(bool(_tan(np.eye(3, dtype=int)[0], after) > _tan(np.eye(3, dtype=int)[0], x)), 3)


@pytest.mark.claim(RAYLEIGH, without="A is symmetric")
def test_a_lopsided_matrix_may_not_turn_it_at_all(tried):
    """From its second eigenvector, not orthogonal to the first, a step along A w - ρ w stays, where q is 1/2."""
    for m in range(1, 40):
        matrix = np.array([[Fraction(2), Fraction(-m)], [Fraction(0), Fraction(1)]])  # eigenvalues 2, on (1, 0), and 1
        x = np.array([Fraction(m), Fraction(1)])
        after = _stepped(matrix, x, Fraction(1))
        tried(bool(after[1] * x[0] == after[0] * x[1]), 2)


@pytest.mark.claim(RAYLEIGH, without="the largest eigenvalue is simple")
@pytest.mark.parametrize("dim", [3, 5])
def test_with_a_tie_the_start_decides(tried, dim):
    """If two eigenvalues are the largest, the quotient of their parts stays as it was, and is not zero."""
    rng = np.random.default_rng(490 + dim)
    for _ in range(20):
        matrix, axes, values = _spectral(rng, dim, tie=True)
        x, rate = _start(rng, axes), Fraction(1) / max(values[0] - values[-1], 1)
        while not axes[1] @ x:
            x = _start(rng, axes)
        after = _stepped(matrix, _stepped(matrix, x, rate), rate)
        tried(bool((axes[1] @ after) * (axes[0] @ x) == (axes[1] @ x) * (axes[0] @ after) != 0), dim)


@pytest.mark.claim(RAYLEIGH, without="the start is not orthogonal to its eigenvector")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_an_orthogonal_start_stays_orthogonal(tried, dim):
    """Without rounding the part along the leading eigenvector stays zero."""
    rng = np.random.default_rng(500 + dim)
    for _ in range(20):
        matrix, axes, values = _spectral(rng, dim)
        x = exactly.whole(rng, dim)
        x = x - (axes[0] @ x) * axes[0]
        for _ in range(4 if x.any() else 0):
            x = _stepped(matrix, x, Fraction(1) / (values[0] - values[-1]))
            tried(bool(axes[0] @ x == 0 and x.any()), dim)


def _fan(n):
    """Return a matrix with the eigenvalues 2, 1 and 0 on the axes, and a start near the leading one."""
    return np.diag([Fraction(2), Fraction(1), Fraction(0)]), np.array([Fraction(n), Fraction(0), Fraction(1)])


@pytest.mark.claim(RAYLEIGH, without="the rate is positive")
def test_at_a_rate_of_zero_or_a_little_less_nothing_comes_nearer(tried):
    """At the rate zero the angle stays, and at small negative rates it grows near the leading eigenvector."""
    for n, rate in itertools.product(range(2, 12), (0, Fraction(-1, 8), Fraction(-1, 4))):
        matrix, x = _fan(n)
        tried(bool(_tan(np.eye(3, dtype=int)[0], _stepped(matrix, x, rate)) >= _tan(np.eye(3, dtype=int)[0], x)), 3)


@pytest.mark.claim(RAYLEIGH, without="the rate is below 2 / (λ₁ − λ_d)")
def test_longer_steps_are_thrown_off(tried):
    """Near the leading eigenvector |z_d / z₁| shrinks by (1 - e) / (1 + e) at the limit, and grows above."""
    for n, m, rate in itertools.product(range(20, 40), range(3), (1, Fraction(11, 10), Fraction(3, 2), Fraction(2))):
        matrix, x = _fan(n)
        x[1] = Fraction(m)
        after, e = _stepped(matrix, x, rate), rate * (2 - (x @ matrix @ x) / (x @ x))
        share = abs(after[2] * x[0] / (after[0] * x[2]))
        tried(bool(share == (1 - e) / (1 + e) if rate == 1 else e >= rate - 1 or share > 1), 3)


def _pair(rng, dim):
    """Draw two orthogonal unit vectors of fractions: rows of a reflection."""
    v = exactly.whole(rng, dim) * 2 + 1
    rows = np.eye(dim, dtype=int).astype(object) - 2 * np.outer(v, v) / (v @ v)
    return rows[0], rows[1]


STEPS = [Fraction(n, 16) for n in (0, 1, 3, 8, 16, 40, 160)] + [Fraction(1, 2**20)]


@pytest.mark.claim(RETRACTION)
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_normalizing_turns_by_the_arctangent(tried, dim):
    """In fractions the step is off the sphere as said; in 50 digits the package's point is that of arctan t."""
    rng = np.random.default_rng(510 + dim)
    why = "(d + 8) eps: the entries of w, u and their sum round, and a length and a quotient"
    with mpmath.workdps(50):
        for (w, u), t in itertools.product([_pair(rng, dim) for _ in range(20)], STEPS):
            tip = w + t * u
            tried(bool(tip @ tip == 1 + t * t and 1 + t * t <= (1 + t * t / 2) ** 2), dim)
            flat = mpmath.mpf(t.numerator) / t.denominator
            s = mpmath.atan(flat)
            third = mpmath.mpf((t**3).numerator) / (3 * (t**3).denominator)
            tried(
                bool(0 <= flat - s <= third and 2 * mpmath.sin((flat - s) / 2) <= third),
                dim,
            )
            known = [
                mpmath.cos(s) * a.numerator / a.denominator + mpmath.sin(s) * b.numerator / b.denominator
                for a, b in zip(w, u, strict=True)
            ]
            found = SPHERE.retract(w.astype(float), (t * u).astype(float))
            off = float(mpmath.norm([x - mpmath.mpf(float(y)) for x, y in zip(known, found, strict=True)]))
            tried.within(off, (dim + 8) * EPS, dim, why)


@pytest.mark.claim(RETRACTION, without="w has length one")
def test_from_another_sphere_the_angle_is_another(tried):
    """From a point of length r the step has the squared length r² + t², and the tangent of the angle is t / r."""
    rng = np.random.default_rng(520)
    for (w, u), r in itertools.product([_pair(rng, 3) for _ in range(10)], (Fraction(1, 2), 2, 3)):
        for t in STEPS[1:]:
            tip = r * w + t * u
            tried(bool(tip @ tip == r * r + t * t != 1 + t * t and r * (tip @ u) == t * (tip @ w)), 3)


@pytest.mark.claim(RETRACTION, without="u is tangent")
def test_a_step_outward_does_not_turn(tried):
    """A step along w comes back to w: it turns by zero, not by arctan t."""
    rng = np.random.default_rng(521)
    for w, _ in (_pair(rng, 3) for _ in range(10)):
        for t in STEPS[1:]:
            tip = w + t * w
            tried(bool((tip @ w) ** 2 == tip @ tip != 1 + t * t), 3)


@pytest.mark.claim(RETRACTION, without="u has length one")
def test_a_longer_tangent_turns_more(tried):
    """With a tangent of length r the tangent of the angle is r t, and the squared length 1 + r² t²."""
    rng = np.random.default_rng(522)
    for (w, u), r in itertools.product([_pair(rng, 3) for _ in range(10)], (Fraction(1, 2), 2, 3)):
        for t in STEPS[1:]:
            tip = w + t * r * u
            tried(bool(tip @ tip == 1 + r * r * t * t != 1 + t * t and tip @ u == r * t * (tip @ w)), 3)


@pytest.mark.claim(RETRACTION, without="t is at least 0")
def test_backward_the_arctangent_is_the_larger(tried):
    """For negative t the difference t - arctan t is negative."""
    with mpmath.workdps(50):
        tried([bool(-mpmath.mpf(n) / 16 - mpmath.atan(-mpmath.mpf(n) / 16) < 0) for n in range(1, 200)], 2)
