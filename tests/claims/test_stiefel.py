"""Orthonormal columns: tangent steps, the way back by the polar factor, and leading eigenvectors."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.sparse.linalg
from exactly import orthogonal, solve
from strategies import EPS

from steepest import Loss, descend, learning_rate, measured_order, stiefel

TANGENT, NEAREST, POLAR = "stiefel-tangent", "nearest-orthonormal", "polar-retraction"
LEADING, DOWN = "leading-eigenvectors", "stiefel-way-down"
SHAPES = [(1, 1), (3, 1), (2, 2), (4, 2), (5, 4), (7, 3)]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def _frames(seed, count, shape):
    """Yield matrices of fractions with orthonormal columns, and what completes them."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        square = orthogonal(rng, shape[0])
        yield square[:, : shape[1]], square[:, shape[1] :]


def _whole(rng, rows, columns):
    return rng.integers(-4, 5, (rows, columns)).astype(object) * Fraction(1)


def _skew(rng, size):
    drawn = np.triu(_whole(rng, size, size), 1)
    return drawn - drawn.T


def _tangent(rng, x, rest):
    """Return a tangent step of fractions, from its parts within the span of the columns and out of it."""
    return x @ _skew(rng, x.shape[1]) + rest @ _whole(rng, rest.shape[1], x.shape[1])


def _flat(matrix):
    return np.array(matrix, float).reshape(-1)


def _square(matrix):
    return np.sum(matrix * matrix)


def _eye(size):
    return np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)])


@pytest.mark.claim(TANGENT)
@shapes
def test_the_projection_is_that_of_least_squares(tried, shape):
    """On 1,200 gradients, zeros and some of rank one among them, least squares over a basis of the equation agrees."""
    rng, (m, p) = np.random.default_rng(300), shape
    why = "4 (m + p) eps of the gradient: sums of m and of p terms, in the projection and in SciPy's basis"
    for k, (x, _) in enumerate(_frames(301, 20, shape)):
        x = np.array(x, float)
        units = np.eye(m * p).reshape(-1, m, p)
        equations = (x.T @ units + units.transpose(0, 2, 1) @ x).reshape(m * p, -1).T
        basis = scipy.linalg.null_space(equations)
        g = rng.standard_normal((10, m, p)) * 10.0 ** (k % 7 - 3)
        g[0], g[1] = 0, np.outer(g[1, :, 0], g[1, 0])
        g = g.reshape(10, -1)
        nearest = scipy.linalg.lstsq(basis, g.T)[0].T @ basis.T if basis.size else 0 * g
        size = np.maximum(np.linalg.norm(g, axis=1), EPS)[:, None]
        tried.within((stiefel(shape).gradient(x.reshape(-1), g) - nearest) / size, 4 * (m + p) * EPS, m * p, why)


@pytest.mark.claim(TANGENT)
@shapes
def test_the_velocities_solve_the_equation(tried, shape):
    """The velocity K X of the curve exp(t K) X, K skew, solves the equation, in exact fractions."""
    rng = np.random.default_rng(302)
    for x, _ in _frames(303, 40, shape):
        u = _skew(rng, shape[0]) @ x
        tried(np.all(x.T @ u + u.T @ x == 0), x.size)


@pytest.mark.claim(TANGENT)
@shapes
def test_every_solution_is_a_velocity(tried, shape):
    """Through a second curve, Cayley's, exact in fractions: on the surface for all t, with the velocity asked for."""
    rng, one = np.random.default_rng(304), _eye(shape[0])
    for x, rest in _frames(305, 12, shape):
        u = _tangent(rng, x, rest)
        half = one - x @ x.T / 2
        w = half @ u @ x.T - x @ u.T @ half
        tried(np.all(w @ x == u) and np.all(w == -w.T), x.size)
        for t in (Fraction(1, 3), Fraction(1, 1000)):
            right = (one + t / 2 * w) @ x
            curve = np.column_stack([solve(one - t / 2 * w, column) for column in right.T])
            tried(np.all(curve.T @ curve == _eye(shape[1])), x.size)
            # curve - x is t w (curve + x) / 2, so the difference quotient is off by t w w (curve + x) / 4.
            tried(_square((curve - x) / t - u) <= (t / 2 * _square(w)) ** 2 * shape[1], x.size)


@pytest.mark.claim(TANGENT)
@shapes
def test_what_the_projection_takes_away_is_normal(tried, shape):
    """X S with S symmetric is orthogonal to every tangent step, in exact fractions, and the package removes it."""
    rng, surface = np.random.default_rng(306), stiefel(shape)
    why = "4 (m + p) eps of the step: sums of m and of p terms"
    for x, rest in _frames(307, 40, shape):
        s, u = _whole(rng, shape[1], shape[1]), _tangent(rng, x, rest)
        normal = x @ (s + s.T)
        assert np.sum(normal * u) == 0  # exact: fractions
        left, size = surface.gradient(_flat(x), _flat(normal)), max(1.0, float(_square(normal)) ** 0.5)
        tried.within(left / size, 4 * sum(shape) * EPS, x.size, why)


@pytest.mark.claim(TANGENT, without="X has orthonormal columns")
@shapes
def test_at_longer_columns_the_formula_is_not_tangent(tried, shape):
    """At 2 X the formula leaves a step that does not solve the equation, unless the gradient is tangent already."""
    rng = np.random.default_rng(308)
    for x, _ in _frames(309, 40, shape):
        x, g = 2 * x, _whole(rng, *shape)
        inner = x.T @ g
        if np.any(inner + inner.T != 0):
            u = g - x @ (inner + inner.T) / 2
            tried(np.any(x.T @ u + u.T @ x != 0), x.size)


@pytest.mark.claim(NEAREST)
@shapes
def test_the_polar_factor_is_the_exact_one(tried, shape):
    """Where the polar factor is known exactly, with ties among the singular values, the retraction finds it."""
    rng, start = np.random.default_rng(310), np.eye(*shape)
    why = "20 (m + p) eps: the matrix's, which is five at most, over its least value, one at least"
    for left, _ in _frames(317, 200, shape):
        right = orthogonal(rng, shape[1])
        values = np.array([Fraction(int(v)) for v in rng.integers(1, 6, shape[1])])
        a = np.array((left * values) @ right.T, float)
        found = stiefel(shape).retract(_flat(start), _flat(a - start)).reshape(shape)
        tried.within(found - np.array(left @ right.T, float), 20 * sum(shape) * EPS, a.size, why)


@pytest.mark.claim(NEAREST)
@shapes
def test_newton_finds_the_polar_factor(tried, shape):
    """Newton's iteration for the root of A'A, which knows no singular value, leads to the package's matrix."""
    rng, why = (
        np.random.default_rng(318),
        "300 (m + p) eps: A'A has the square of A's condition, 25, and its root",
    )
    start = np.eye(*shape)
    for _ in range(200):
        left, right = (np.linalg.qr(rng.standard_normal((size, shape[1])))[0] for size in shape)
        a = (left * rng.uniform(1, 5, shape[1])) @ right.T
        y, z = a.T @ a, np.eye(shape[1])
        for _ in range(20):  # Denman and Beavers: y tends to the root, z to its inverse
            y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
        found = stiefel(shape).retract(_flat(start), _flat(a - start)).reshape(shape)
        tried.within(found - a @ z, 300 * sum(shape) * EPS, a.size, why)


@pytest.mark.claim(NEAREST)
@shapes
def test_every_other_matrix_is_farther(tried, shape):
    """In exact fractions every matrix with orthonormal columns, other than the polar factor, is farther away."""
    rng = np.random.default_rng(311)
    others = [x for x, _ in _frames(312, 30, shape)]
    for left, _ in _frames(313, 20, shape):
        right = orthogonal(rng, shape[1])
        values = np.array([Fraction(int(v)) for v in rng.integers(1, 6, shape[1])])
        polar, a = left @ right.T, (left * values) @ right.T
        for q in [*others, *(polar * sign for sign in (1, -1))]:
            same = bool(np.all(q == polar))
            tried(_square(a - q) == _square(a - polar) if same else _square(a - q) > _square(a - polar), a.size)


@pytest.mark.claim(NEAREST, without="A has full column rank")
@shapes
def test_without_rank_several_are_nearest(tried, shape):
    """If a singular value is zero, the sign of its singular vector is free: two matrices are equally near."""
    rng = np.random.default_rng(314)
    for left, _ in _frames(315, 40, shape):
        right = orthogonal(rng, shape[1])
        values = np.array([Fraction(int(v)) for v in rng.integers(1, 6, shape[1] - 1)] + [Fraction(0)])
        a, flipped = (left * values) @ right.T, left.copy()
        flipped[:, -1] = -flipped[:, -1]
        one, other = left @ right.T, flipped @ right.T
        tried(np.any(one != other) and _square(a - one) == _square(a - other), a.size)


@pytest.mark.claim(NEAREST, without="Q has orthonormal columns")
@shapes
def test_other_columns_come_nearer(tried, shape):
    """Halfway from the polar factor to the matrix is nearer, and its columns are not orthonormal."""
    for polar, _ in _frames(316, 40, shape):
        values = np.arange(2, 2 + shape[1]) * Fraction(1)
        a = polar * values
        q = (a + polar) / 2
        tried(np.any(q.T @ q != _eye(shape[1])) and _square(a - q) < _square(a - polar), a.size)


@pytest.mark.claim(POLAR)
@shapes
def test_the_product_is_one_plus_that_of_the_step(tried, shape):
    """(X + U)'(X + U) is I + U'U and the acceleration is orthogonal to every tangent step, in exact fractions."""
    rng = np.random.default_rng(320)
    for x, rest in _frames(321, 40, shape):
        u, v = _tangent(rng, x, rest), _tangent(rng, x, rest)
        tried(np.all((x + u).T @ (x + u) == _eye(shape[1]) + u.T @ u), x.size)
        tried(np.sum((x @ u.T @ u) * v) == 0, x.size)


@pytest.mark.claim(POLAR)
@shapes
def test_the_parabola_is_within_its_bound(tried, shape):
    """For steps from 1/64 to 8 the theorem's formula gives the package's point, within the parabola's bound."""
    rng, surface, t = np.random.default_rng(322), stiefel(shape), 2.0 ** np.arange(-6, 4)[:, None, None]
    why = "8 (m + p) eps of 1 + t**2 in each of p columns: sums of m and of p terms, in the root and in the parabola"
    for x, _ in _frames(323, 40, shape):
        x = np.array(x, float)
        u = surface.gradient(_flat(x), rng.standard_normal(x.size)).reshape(shape)
        u /= np.linalg.norm(u) or 1.0
        ends = surface.retract(_flat(x), (t * u).reshape(-1, x.size)).reshape(-1, *shape)
        tolerance = 8 * sum(shape) * EPS * np.sqrt(shape[1]) * (1 + t[:, 0, 0] ** 2)
        values, axes = np.linalg.eigh(u.T @ u)  # the formula itself: the root by the eigenvalues of U'U
        roots = np.stack([(axes / np.sqrt(1 + s * s * np.maximum(values, 0))) @ axes.T for s in t[:, 0, 0]])
        known = (x + t * u) @ roots
        tried.within(np.linalg.norm(ends - known, axis=(1, 2)), tolerance, x.size, why)
        off = np.linalg.norm(known - x - t * u + t**2 / 2 * (x @ u.T @ u), axis=(1, 2))
        bound = t[:, 0, 0] ** 3 / 2 * np.sqrt(np.sum(np.linalg.svdvals(u) ** 6))
        tried.below(off, bound, tolerance, x.size, why)


@pytest.mark.claim(POLAR)
def test_the_identity_of_the_proof_holds(tried):
    """For h from 1 to 10 in exact fractions both sides of the identity agree, and neither exceeds x**6 / 4."""
    for h in (Fraction(k, 100) for k in range(100, 1001)):
        square, part = h * h - 1, 1 / h - 1  # x squared
        left = (part + square / 2) ** 2 + square * part**2
        right = square**3 / 4 - (h - 1) ** 4 * (h**3 + 4 * h**2 + 6 * h + 4) / (4 * h)
        tried(left == right <= square**3 / 4, 1)


def _geodesic(x, u, t):
    """Return the geodesic of Edelman, Arias and Smith (1998), section 2.2.2, by SciPy's matrix exponential."""
    s = x.T @ u
    block = np.block([[s, -u.T @ u], [np.eye(len(s)), s]])
    return np.hstack([x, u]) @ scipy.linalg.expm(t * block)[:, : len(s)] @ scipy.linalg.expm(-t * s)


@pytest.mark.claim(POLAR)
@shapes
def test_the_geodesic_solves_its_equation(tried, shape):
    """SciPy's solver for X'' = -X X'X', with no tangent acceleration at any time, follows the geodesic's formula."""
    rng, (m, p) = np.random.default_rng(343), shape
    why = "1e-8: a thousand times the tolerance of the solver at each of its steps"
    for x, _ in _frames(344, 5, shape):
        x = np.array(x, float)
        u = stiefel(shape).gradient(_flat(x), rng.standard_normal(x.size)).reshape(shape)

        def motion(_, state):
            point, velocity = state.reshape(2, m, p)
            return np.stack([velocity, -point @ velocity.T @ velocity]).reshape(-1)

        start = np.stack([x, u]).reshape(-1)
        end = scipy.integrate.solve_ivp(motion, (0, 1), start, method="DOP853", rtol=1e-11, atol=1e-11).y[: x.size, -1]
        tried.within(end.reshape(shape) - _geodesic(x, u, 1), 1e-8, x.size, why)


@pytest.mark.claim(POLAR)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != (1, 1)], ids=str)
def test_the_distance_from_the_geodesic_has_order_three(tried, shape):
    """The measured order is 3 and the distance at most the cube of the step; that of QR is larger, where it differs."""
    rng, surface, t = np.random.default_rng(324), stiefel(shape), 2.0 ** -np.arange(7, 11)
    why = "the next term of both series, at most 11/12 + 3 t/8 of t**4, moves a slope fitted to logarithms"
    spread = np.log(t) - np.log(t).mean()
    for x, _ in _frames(325, 30, shape):
        x = np.array(x, float)
        u = surface.gradient(_flat(x), rng.standard_normal(x.size)).reshape(shape)
        u /= np.linalg.norm(u)
        s, gram = x.T @ u, u.T @ u
        # A geodesic's third derivative is at most 3, its fourth 13; so it leaves the parabola by at most t**3 / 2.
        known = np.stack([_geodesic(x, u, step) for step in t])
        ends = surface.retract(_flat(x), t[:, None] * u.reshape(-1)).reshape(known.shape)
        far = np.linalg.norm(ends - known, axis=(1, 2))
        tried(far <= t**3, x.size)
        leading = np.linalg.norm(-u @ gram / 3 + x @ (s @ gram - gram @ s) / 6)
        drift = ((11 / 12 + 3 * t / 8) * t**4 + 10 * sum(shape) * EPS) / (leading * t**3)
        if drift.max() < 0.5:
            tolerance = abs(spread) @ -np.log1p(-drift) / (spread @ spread)
            tried.within(measured_order(t, far) - 3, tolerance, x.size, why)
        q, r = np.linalg.qr(x + t[:, None, None] * u)
        q = q * np.sign(np.linalg.diagonal(r))[:, None]
        if np.linalg.norm(np.triu(gram, 1)) > 0.1:
            tried(np.linalg.norm(q - known, axis=(1, 2)) > t**3, x.size)


@pytest.mark.claim(POLAR, without="U is tangent at X")
@shapes
def test_a_step_that_is_not_tangent_may_lose_rank(tried, shape):
    """U = X S with S symmetric is not tangent: the polar factor of X + U is X still, farther off than the bound."""
    for x, _ in _frames(326, 40, shape):
        u = x * np.array([Fraction(1, 8 * (k + 1)) for k in range(shape[1])])
        assert np.any((x + u).T @ (x + u) != _eye(shape[1]) + u.T @ u)  # exact: fractions
        off = x - x - u + x @ u.T @ u / 2  # X + U = X (I + S), where I + S is positive definite: its polar factor is X
        product = u.T @ u
        tried(bool(_square(off) > np.trace(product @ product @ product) / 4), x.size)


@pytest.mark.claim(POLAR, without="X has orthonormal columns")
@shapes
def test_other_starts_have_another_product(tried, shape):
    """At 2 X the same tangent steps solve the equation, and the product is 4 I + U'U."""
    rng = np.random.default_rng(327)
    for x, rest in _frames(328, 40, shape):
        u = _tangent(rng, x, rest)
        assert np.all((2 * x).T @ u + u.T @ (2 * x) == 0)  # exact: fractions
        tried(np.any((2 * x + u).T @ (2 * x + u) != _eye(shape[1]) + u.T @ u), x.size)


def _symmetric(rng, size, sizes):
    """Return a symmetric matrix of fractions with these eigenvalues, and its eigenvectors."""
    axes = orthogonal(rng, size)
    return (axes * sizes) @ axes.T, axes


def _eigenvalues(rng, size):
    """Draw whole numbers, falling, all different."""
    return np.sort(rng.permutation(3 * size)[:size] - size)[::-1].astype(object) * Fraction(1)


def _value(a, x):
    return -np.trace(x.T @ a @ x) / 2


@pytest.mark.claim(LEADING)
@shapes
def test_stationary_are_the_invariant_spans(tried, shape):
    """Where columns span eigenvectors the exact gradient along the surface is zero; elsewhere A leaves their span."""
    rng, (m, p) = np.random.default_rng(330), shape
    for x, _ in _frames(331, 30, shape):
        a, axes = _symmetric(rng, m, _eigenvalues(rng, m))
        chosen = axes[:, rng.permutation(m)[:p]] @ orthogonal(rng, p)
        for y in (chosen, x):
            inner = -y.T @ a @ y
            along = -a @ y - y @ (inner + inner.T) / 2
            rank = np.linalg.matrix_rank(np.array(np.hstack([y, a @ y]), float), tol=1e-9)
            tried(bool(np.all(along == 0)) == (rank == p), x.size)
            tried(np.all(along == -(a @ y - y @ (y.T @ a @ y))), x.size)
        tried(np.allclose(stiefel(shape).gradient(_flat(chosen), _flat(-a @ chosen)), 0, atol=1e-12), x.size)


@pytest.mark.claim(LEADING)
@shapes
def test_the_lowest_value_is_that_of_the_leading_span(tried, shape):
    """In exact fractions no value is below Ky Fan's, and the leading span alone attains it."""
    rng, (m, p) = np.random.default_rng(332), shape
    for x, _ in _frames(333, 30, shape):
        sizes = _eigenvalues(rng, m)
        a, axes = _symmetric(rng, m, sizes)
        lowest, leading = -sum(sizes[:p]) / 2, axes[:, :p] @ axes[:, :p].T
        for y in (x, axes[:, :p] @ orthogonal(rng, p), axes[:, -p:]):
            tried(_value(a, y) >= lowest, x.size)
            tried(bool(_value(a, y) == lowest) == bool(np.all(y @ y.T == leading)), x.size)


@pytest.mark.claim(LEADING)
@pytest.mark.parametrize("shape", [(6, 1), (12, 3), (40, 5)], ids=str)
def test_descent_comes_to_the_span_of_eigsh(tried, shape):
    """From random starts descent ends at the value and the span that ARPACK finds, in SciPy's `eigsh`."""
    rng, (m, p) = np.random.default_rng(334), shape
    why = "16 m eps to the half: a value off by its rounding, m eps of it, allows a span off by the root"
    for _ in range(2):
        axes = np.linalg.qr(rng.standard_normal((m, m)))[0]
        a = (axes * np.append(np.linspace(0, 1, m - p), np.linspace(2, 3, p))) @ axes.T

        def product(w, a=a):
            return -(a @ w.reshape(*w.shape[:-1], *shape)).reshape(w.shape)

        loss = Loss(
            lambda w, f=product: np.sum(w * f(w), axis=-1) / 2, product, lambda w, v, f=product: f(v), dim=m * p
        )
        start = np.linalg.qr(rng.standard_normal(shape))[0].reshape(-1)
        path = descend(loss, start, learning_rate(0.4), 200, surface=stiefel(shape))
        sizes, vectors = scipy.sparse.linalg.eigsh(a, p, which="LA", v0=np.ones(m))
        end, tolerance = path.points[-1].reshape(shape), 16 * np.sqrt(m * EPS)
        tried.within(path.values[-1] + sizes.sum() / 2, tolerance, m * p, why)
        tried.within(end @ end.T - vectors @ vectors.T, tolerance, m * p, why)


@pytest.mark.claim(LEADING, without="A is symmetric")
def test_of_other_matrices_invariant_spans_are_not_stationary(tried):
    """For A = ((a, b), (0, d)) the first axis is invariant, but the loss -(a x² + b x y + d y²) / 2 slopes there."""
    rng, circle = np.random.default_rng(335), stiefel((2, 1))
    for a, b, d in rng.integers(1, 9, (60, 3)):
        matrix, x = np.array([[a, b], [0, d]]), np.array([1.0, 0.0])
        assert (matrix @ x)[1] == 0  # exact: whole numbers
        along = circle.gradient(x, -(matrix + matrix.T) @ x / 2)
        tried(along[1] == -b / 2, 2)


@pytest.mark.claim(LEADING, without="X has orthonormal columns")
@shapes
def test_longer_columns_go_lower(tried, shape):
    """With positive eigenvalues twice the leading eigenvectors have four times the lowest value."""
    rng, (m, p) = np.random.default_rng(336), shape
    for _ in range(40):
        sizes = _eigenvalues(rng, m) + m + 1
        a, axes = _symmetric(rng, m, sizes)
        tried(_value(a, 2 * axes[:, :p]) < -sum(sizes[:p]) / 2, m * p)


@pytest.mark.claim(LEADING, without="for the span, the p-th eigenvalue is above the next")
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] > shape[1]], ids=str)
def test_a_tie_leaves_the_span_open(tried, shape):
    """If the p-th eigenvalue is the next as well, swapping their eigenvectors keeps the value and changes the span."""
    rng, (m, p) = np.random.default_rng(337), shape
    for _ in range(40):
        sizes = _eigenvalues(rng, m)
        sizes[p] = sizes[p - 1]
        a, axes = _symmetric(rng, m, sizes)
        one, other = axes[:, :p], axes[:, [*range(p - 1), p]]
        tried(_value(a, one) == _value(a, other) == -sum(sizes[:p]) / 2, m * p)
        tried(np.any(one @ one.T != other @ other.T), m * p)


@pytest.mark.claim(DOWN)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] > shape[1]], ids=str)
def test_a_turn_towards_a_larger_eigenvalue_goes_down(tried, shape):
    """In exact fractions, from turned columns and among ties: L falls by the stated amount along a curve from X."""
    rng, (m, p) = np.random.default_rng(345), shape
    cosine, sine = Fraction(4, 5), Fraction(3, 5)
    for _ in range(60):
        sizes = rng.integers(1, 4, m).astype(object) * Fraction(1)  # ties
        a, axes = _symmetric(rng, m, sizes)
        low, high = np.argmin(sizes[:p]), p + np.argmax(sizes[p:])
        if not sizes[low] < sizes[high]:
            continue
        turn = orthogonal(rng, p)
        x, tilted = axes[:, :p] @ turn.T, axes[:, :p].copy()
        for c, s in ((Fraction(1), Fraction(0)), (cosine, sine)):
            tilted[:, low] = axes[:, low] * c + axes[:, high] * s
            y = tilted @ turn.T
            tried(np.all(y.T @ y == _eye(p)) and (s != 0 or np.all(y == x)), m * p)
            tried(_value(a, x) - _value(a, y) == (sizes[high] - sizes[low]) * s * s / 2, m * p)


@pytest.mark.claim(DOWN, without="X is stationary and not lowest")
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] > shape[1]], ids=str)
def test_from_the_lowest_no_turn_goes_down(tried, shape):
    """From the leading eigenvectors no turn of a column towards another eigenvector lowers the value."""
    rng, (m, p) = np.random.default_rng(346), shape
    for _ in range(40):
        sizes = _eigenvalues(rng, m)
        a, axes = _symmetric(rng, m, sizes)
        lowest = _value(a, axes[:, :p])
        for low in range(p):
            for high in range(p, m):
                tilted = axes[:, :p].copy()
                tilted[:, low] = axes[:, low] * Fraction(4, 5) + axes[:, high] * Fraction(3, 5)
                tried(bool(_value(a, tilted) > lowest), m * p)
