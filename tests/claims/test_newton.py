"""Newton is steepest too: ellipsoids, other coordinates, repaired Hessians, and the natural gradient."""

from fractions import Fraction
from itertools import product
from math import isqrt

import cvxpy as cp
import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from convex import WHY, lowest, said, tolerances
from strategies import EPS, random_vectors

from steepest import L2, bowl, descend, ellipsoid, learning_rate, steepest_direction

ellipse = pytest.mark.claim("steepest-ellipsoid")
coordinates = pytest.mark.claim("other-coordinates")
repairs = pytest.mark.claim("hessian-repairs")
divergence = pytest.mark.claim("divergence-fisher")
parameters = pytest.mark.claim("natural-parameters")
SOLVES = (
    "4 d times the condition number, in eps: two factorizations and two solves, each off by d eps of the matrix; "
    "for the step twice that, as its size rounds too"
)


def _whole(rng, *shape):
    """Draw small whole numbers as fractions: a vector, or a matrix as rows."""
    return np.vectorize(Fraction, otypes=[object])(rng.integers(-4, 5, shape).astype(object))


def _reduced(matrix, right):
    """Return the determinant of a matrix of fractions, and the solution, None if the matrix is singular."""
    rows, det = [[Fraction(x) for x in (*row, b)] for row, b in zip(matrix, right, strict=True)], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0), None
        det *= rows[pivot][k] * (1 if pivot == k else -1)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return det, np.array([row[-1] for row in rows], dtype=object)


def _solve(matrix, right):
    return _reduced(matrix, right)[1]


def _det(matrix):
    return _reduced(matrix, [0] * len(matrix))[0]


def _definite(rng, dim):
    """Draw a positive definite matrix of whole numbers."""
    half = _whole(rng, dim, dim)
    return half.T @ half + np.diag([Fraction(int(k)) for k in rng.integers(1, 4, dim)])


def _spectral(seed, dim, sizes):
    """Return a symmetric matrix with the given eigenvalues on random axes."""
    axes = scipy.linalg.qr(random_vectors(seed, dim, dim))[0]
    matrix = axes * sizes @ axes.T
    return (matrix + matrix.T) / 2, axes


@ellipse
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_no_step_in_the_ellipsoid_falls_faster(tried, dim):
    """In fractions ``(u @ g)**2`` is at most ``(u @ P @ u) (g @ solve(P, g))``; equal for the step named alone."""
    rng = np.random.default_rng(dim)
    for _ in range(60):
        metric, g = _definite(rng, dim), _whole(rng, dim)
        if not g.any():
            continue
        best = _solve(metric, g)
        most = g @ best
        tried((best @ g) ** 2 == (best @ metric @ best) * most and most > 0, dim)
        for u in (_whole(rng, dim) for _ in range(10)):
            parallel = all(u[i] * best[j] == u[j] * best[i] for i, j in product(range(dim), repeat=2))
            gap = (u @ metric @ u) * most - (u @ g) ** 2
            tried(gap == 0 if parallel else gap > 0, dim)


@ellipse
@pytest.mark.parametrize("condition", [1.0, 100.0, 1e6])
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_the_package_agrees_with_cholesky_solves(tried, dim, condition):
    """Step and dual norm are those from SciPy's Cholesky factors, for gradients of small whole numbers, zeros too."""
    metric, _ = _spectral(dim, dim, np.geomspace(1, condition, dim))
    g = np.random.default_rng(dim).integers(-2, 3, (200, dim)).astype(float)
    g = g[g.any(axis=1)]
    norm, solved = ellipsoid(metric), scipy.linalg.cho_solve(scipy.linalg.cho_factor(metric), g.T).T
    dual = np.sqrt(np.sum(solved * g, axis=1))
    close = 4 * dim * condition * EPS
    tried.within(norm.dual(g) / dual - 1, close, dim, SOLVES)
    apart = L2(steepest_direction(g, norm) + solved / dual[:, None]) / L2(solved / dual[:, None])
    tried.within(apart, 2 * close, dim, SOLVES)


@ellipse
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_a_constrained_solver_finds_no_lower_slope(tried, dim):
    """SciPy's SLSQP, which knows the gradient and the constraint alone, ends at the lowest slope named, not below."""
    metric, _ = _spectral(50 + dim, dim, np.geomspace(0.5, 5, dim))
    inside = {"type": "ineq", "fun": lambda u: 1 - u @ metric @ u, "jac": lambda u: -2 * metric @ u}
    for g in random_vectors(60 + dim, 40, dim):
        start = -g / np.sqrt(g @ metric @ g)
        found = scipy.optimize.minimize(
            lambda u, g=g: g @ u, start, jac=lambda u, g=g: g, constraints=inside, options={"ftol": 1e-13}
        )
        known = -ellipsoid(metric).dual(g)
        tried.within(found.fun / known - 1, 1e-13**0.5, dim, "the root of ftol = 1e-13, at which the solver stops")
        inner = found.x / max(1.0, np.sqrt(found.x @ metric @ found.x))
        tried(inner @ g / known - 1 <= 4 * dim * 10 * EPS, dim)  # the condition number is 10


@ellipse
@pytest.mark.parametrize("condition", [1.0, 10.0, 1000.0])
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_a_convex_solver_finds_minus_the_dual_norm_of_ellipsoids(tried, dim, condition):
    """Clarabel, given P through CVXPY, finds the lowest slope that the package says, ties and zeros included."""
    metric, _ = _spectral(80 + dim, dim, np.geomspace(1, condition, dim))
    cone = scipy.linalg.cholesky(metric).T
    g, slopes = lowest(81, dim, lambda u: [cp.norm(u @ cone, 2, axis=1)])
    tried.within(slopes - said(ellipsoid(metric), g), tolerances(slopes), dim, WHY)


@pytest.mark.claim("steepest-ellipsoid", without="P is symmetric")
def test_a_lopsided_matrix_names_the_wrong_step(tried):
    """With ``[[1, k], [-k, 1]]`` lengths are Euclidean, and the step named falls at less than the gradient's length."""
    rng = np.random.default_rng(1)
    for k in range(1, 30):
        g = _whole(rng, 2)
        if g.any():
            solved = _solve([[1, k], [-k, 1]], g)
            tried(0 < g @ solved < g @ g, 2)


@pytest.mark.claim("steepest-ellipsoid", without="P is positive definite")
def test_in_an_indefinite_matrix_no_slope_is_lowest(tried):
    """With ``diag(1, -1)`` the steps ``-(n, n)`` have the square 0, and slopes below every number for g = (1, 2)."""
    for n in range(1, 100):
        tried(n * n - n * n <= 1 and -(1 * n + 2 * n) < -n, 2)


@pytest.mark.claim("steepest-ellipsoid", without="the gradient is not zero")
def test_at_a_zero_gradient_every_step_is_as_steep(tried):
    """For g = 0 many different steps of the ellipsoid have the lowest slope, and the one named would be 0 / 0."""
    rng, g = np.random.default_rng(8), np.array([Fraction(0)] * 3)
    for metric in (_definite(rng, 3) for _ in range(50)):
        steps = [u / (1 + u @ metric @ u) for u in (_whole(rng, 3) for _ in range(20))]
        inside = {tuple(u) for u in steps if u @ metric @ u <= 1}
        slopes = [np.array(u) @ g for u in inside]
        tried(slopes.count(min(slopes)) > 1 and g @ _solve(metric, g) == 0, 3)


@pytest.mark.claim("steepest-ellipsoid", without="u is no longer than one in P")
def test_outside_the_ellipsoid_slopes_are_lower(tried):
    """A multiple of the steepest step, however slightly longer, has a lower slope."""
    rng = np.random.default_rng(2)
    for metric, g in ((_definite(rng, 3), _whole(rng, 3)) for _ in range(50)):
        if g.any():
            best = _solve(metric, g)
            most = g @ best
            u = -best * Fraction(isqrt(10**40 // most.numerator * most.denominator) + 10**11, 10**20)
            tried(1 < u @ metric @ u < 1 + Fraction(1, 10**6) and u @ g < 0 and (u @ g) ** 2 > most, 3)


def _cubic(rng, dim):
    """Draw a polynomial of third degree with whole coefficients."""
    terms = [(int(c), [int(i) for i in rng.integers(0, dim, 3)]) for c in rng.integers(-3, 4, 6)]
    linear, square = _whole(rng, dim), _whole(rng, dim, dim)
    return lambda w: sum(c * w[i] * w[j] * w[k] for c, (i, j, k) in terms) + linear @ w + w @ square @ w


def _slope(f, w, u):
    """Return the derivative along u of a polynomial of degree four or less: this difference is exact."""
    return (f(w - 2 * u) - 8 * f(w - u) + 8 * f(w + u) - f(w + 2 * u)) / 12


def _gradient(f, w):
    units = np.array([[Fraction(int(i == j)) for j in range(len(w))] for i in range(len(w))], dtype=object)
    return np.array([_slope(f, w, u) for u in units], dtype=object)


def _hessian(f, w):
    """Return the second derivatives of a polynomial of degree three or less: these differences are exact."""
    units = np.eye(len(w), dtype=int)
    return np.array([[_bend(f, w, u, v) for u in units] for v in units], dtype=object)


def _bend(f, w, u, v):
    return (f(w + u + v) - f(w + u - v) - f(w - u + v) + f(w - u - v)) / Fraction(4)


@coordinates
@pytest.mark.parametrize("dim", [1, 2, 3, 4])
def test_steps_of_cubics_agree_in_all_coordinates(tried, dim):
    """In fractions, the step in any matrix, and Newton's, is the same after a linear map of the weights."""
    rng = np.random.default_rng(10 + dim)
    for _ in range(30):
        f, onto, b, v, metric = (
            _cubic(rng, dim),
            _whole(rng, dim, dim),
            _whole(rng, dim),
            _whole(rng, dim),
            _whole(rng, dim, dim),
        )
        w = onto @ v + b

        def there(x, f=f, onto=onto, b=b):
            return f(onto @ x + b)

        if not _det(onto):
            continue
        slope, bend = _gradient(f, w), _hessian(f, w)
        if _det(metric):
            step = onto @ _solve(onto.T @ metric @ onto, _gradient(there, v))
            tried(step.tolist() == _solve(metric, slope).tolist(), dim)
        if _det(bend):
            step = onto @ _solve(_hessian(there, v), _gradient(there, v))
            tried(step.tolist() == _solve(bend, slope).tolist(), dim)


@coordinates
@pytest.mark.parametrize("condition", [1.0, 100.0])
@pytest.mark.parametrize("dim", [1, 2, 5, 30])
def test_gradient_descent_there_is_steepest_descent_here(tried, dim, condition):
    """A gradient step of SciPy's matrix square root, mapped back, is the package's step in the ellipsoid."""
    metric, _ = _spectral(20 + dim, dim, np.geomspace(1, condition, dim))
    root, loss = scipy.linalg.sqrtm(metric).real, bowl(np.linspace(1, 4, dim))
    for w in random_vectors(30 + dim, 40, dim):
        v = np.linalg.solve(root, w)
        slope = np.linalg.solve(root, loss.gradient(w))
        mapped = np.linalg.solve(root, v - 0.3 * slope)
        step = descend(loss, w, learning_rate(0.3), 1, norm=ellipsoid(metric)).points[1] - w
        known = np.linalg.solve(root, -0.3 * slope)
        size = L2(w) + L2(mapped)
        why = "8 d times the condition number, in eps of the point: a root, three solves and two factorizations round"
        tried.within(L2(step - known), 8 * dim * condition * EPS * size, dim, why)


@pytest.mark.claim("other-coordinates", without="A is invertible")
def test_a_singular_map_leaves_no_step(tried):
    """With a singular A the matrix of the step in the new coordinates is singular too."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        metric, column = _definite(rng, 2), _whole(rng, 2)
        onto = np.stack([column, 3 * column], axis=1)
        tried(_det(onto.T @ metric @ onto) == 0, 2)


@pytest.mark.claim("other-coordinates", without="P is invertible")
def test_a_singular_matrix_has_no_step(tried):
    """With a singular P neither side of the equation exists."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        onto, row = _whole(rng, 2, 2), _whole(rng, 2)
        metric = np.stack([row, 2 * row])
        tried(_det(metric) == 0 and _det(onto.T @ metric @ onto) == 0, 2)


@pytest.mark.claim("other-coordinates", without="the loss is differentiable at w")
def test_partial_derivatives_do_not_map(tried):
    """``x**3 / (x**2 + y**2)`` has the slope L(a) along each a; its partial derivatives do not give the others."""
    for c, d in product(range(1, 8), repeat=2):
        onto = [[1, c], [0, d]]  # the second new axis is (c, d)
        there = [Fraction(1), Fraction(c**3, c**2 + d**2)]  # the partial derivatives in the new coordinates
        mapped = np.array(onto) @ _solve(np.array(onto).T @ np.array(onto), there)
        tried(mapped.tolist() != [1, 0], 2)  # P is the identity, and g = (1, 0)


@pytest.mark.claim("other-coordinates", without="for gradient descent, P is symmetric and positive definite")
def test_a_rotation_has_a_root_that_does_not_help(tried):
    """P a turn by twice an angle and A a turn back by once: a gradient step there is one here, not the step in P."""
    for p, q in product(range(1, 6), repeat=2):
        if p != q:
            cos, sin = Fraction(p * p - q * q, p * p + q * q), Fraction(2 * p * q, p * p + q * q)
            root = np.array([[cos, -sin], [sin, cos]], dtype=object)
            metric, onto = root @ root, root.T
            g = np.array([Fraction(1), Fraction(2)], dtype=object)
            tried((onto @ metric @ onto).tolist() == [[1, 0], [0, 1]], 2)
            tried((onto @ (onto.T @ g)).tolist() == g.tolist() != _solve(metric, g).tolist(), 2)


@pytest.mark.claim("other-coordinates", without="for Newton, the loss is twice differentiable at w")
def test_second_partial_derivatives_do_not_map(tried):
    """The second partial derivatives of ``x + x y (x**2 - y**2) / (x**2 + y**2)`` at 0 do not map with the others."""

    def slopes(x, y):  # of the fraction; they are homogeneous of degree one, so they are its second derivatives too
        square = (x * x + y * y) ** 2
        return np.array(
            [
                Fraction(y * (x**4 + 4 * x * x * y * y - y**4), square),
                Fraction(x * (x**4 - 4 * x * x * y * y - y**4), square),
            ],
            dtype=object,
        )

    here = np.stack([slopes(1, 0), slopes(0, 1)], axis=1)
    tried(here.tolist() == [[0, -1], [1, 0]], 2)
    for a, b, c, d in product(range(1, 4), repeat=4):
        onto = np.array([[a, b], [c, d]], dtype=object)
        there = onto.T @ np.stack([slopes(a, c), slopes(b, d)], axis=1)
        if _det(onto) and _det(there):
            step = onto @ _solve(there, onto.T @ np.array([1, 0]))
            tried(step.tolist() != _solve(here, [1, 0]).tolist(), 2)


def _turned(rng, dim):
    """Draw whole eigenvalues, none zero, on axes of fractions: two turns by the angles of 3, 4, 5 and 5, 12, 13."""
    axes = np.array([[Fraction(int(i == j)) for j in range(dim)] for i in range(dim)], dtype=object)
    for cos, sin in ((Fraction(3, 5), Fraction(4, 5)), (Fraction(5, 13), Fraction(12, 13))):
        i, j = rng.choice(dim, 2, replace=False)
        turn = np.array([[Fraction(int(a == b)) for b in range(dim)] for a in range(dim)], dtype=object)
        turn[i, i] = turn[j, j] = cos
        turn[i, j], turn[j, i] = -sin, sin
        axes = axes @ turn
    sizes = np.array([Fraction(int(k)) for k in rng.choice([-3, -2, -1, 1, 2, 5], dim)], dtype=object)
    return axes, sizes


@repairs
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_the_repaired_step_falls_as_claimed(tried, dim):
    """In fractions: both matrices give a fall of half the square of the dual norm at least, and the shift the best."""
    rng = np.random.default_rng(40 + dim)
    for _ in range(40):
        (axes, sizes), g = _turned(rng, dim), _whole(rng, dim)
        hessian = axes * sizes @ axes.T
        tau = max(Fraction(0), -min(sizes)) + Fraction(int(rng.integers(1, 9)), 4)
        for raised in (abs(sizes), sizes + tau):
            metric = axes * raised @ axes.T
            z = -_solve(metric, g)
            tried(all(x @ metric @ x > 0 for x in (_whole(rng, dim) for _ in range(5)) if x.any()), dim)
            tried(z @ g + z @ hessian @ z / 2 <= z @ g / 2 and (z @ g < 0 or not g.any()), dim)
        others = [x * Fraction(int(k), 4) for x in (z, z[::-1], -z) for k in range(5)]
        others += [_whole(rng, dim) / 3 for _ in range(20)]
        low = z @ g + z @ hessian @ z / 2
        tried(all(x @ g + x @ hessian @ x / 2 >= low for x in others if x @ x <= z @ z), dim)


@repairs
@pytest.mark.parametrize("dim", [2, 4, 10])
def test_a_trust_region_takes_shifted_steps(tried, dim):
    """SciPy's trust-exact, on an indefinite quadratic, ends no lower than the shifted step of the same length."""
    for seed in range(15):
        hessian, _ = _spectral(600 + seed, dim, np.linspace(-2, 3, dim))
        g = random_vectors(700 + seed, dim)

        def model(x, hessian=hessian, g=g):
            return g @ x + x @ hessian @ x / 2

        def shifted(tau, hessian=hessian, g=g):
            norm = ellipsoid(hessian + tau * np.eye(len(g)))
            return norm.dual(g) * steepest_direction(g, norm)

        found = scipy.optimize.minimize(
            model,
            np.zeros(dim),
            jac=lambda x, hessian=hessian, g=g: g + hessian @ x,
            hess=lambda x, hessian=hessian: hessian,
            method="trust-exact",
            options={"initial_trust_radius": 0.5, "maxiter": 1},
        )
        tau = scipy.optimize.brentq(lambda t, x=found.x, z=shifted: L2(z(t)) - L2(x), 2 + 1e-9, 1e3, xtol=1e-13)
        low = model(shifted(tau))
        tried(low <= found.fun + 1e-9 * abs(low), dim)
        tried(low >= found.fun / 0.8, dim)  # its k_hard is 0.2: it stops where a fifth of the fall may be missing


@pytest.mark.claim("hessian-repairs", without="H is symmetric")
def test_positive_eigenvalues_alone_are_not_enough(tried):
    """``[[1, 2 k], [0, 1]]`` has the eigenvalue 1 alone, and gives (1, -1) the square 2 - 2 k."""
    for k in range(2, 50):
        x, hessian = np.array([1, -1]), np.array([[1, 2 * k], [0, 1]])
        tried(x @ hessian @ x < 0, 2)


@pytest.mark.claim("hessian-repairs", without="for the absolute eigenvalues, none is zero")
def test_an_eigenvalue_zero_stays_zero(tried):
    """Absolute eigenvalues, one of them zero, give a step along its axis the length zero."""
    rng = np.random.default_rng(9)
    for axes, sizes in (_turned(rng, 3) for _ in range(40)):
        sizes[1] = Fraction(0)
        x, metric = axes[:, 1], axes * abs(sizes) @ axes.T
        tried(x.any() and x @ metric @ x == 0, 3)


@pytest.mark.claim("hessian-repairs", without="for the shift, τ is not negative and makes all eigenvalues positive")
def test_too_small_a_shift_does_not_repair(tried):
    """-1 shifted by 1/2 or less stays negative and no fall; 2 shifted by minus 1 to 2 falls less than promised."""
    for tau in (Fraction(n, 20) for n in range(11)):
        z = -1 / (tau - 1)  # for g = 1
        tried(tau - 1 < 0 <= z - z * z / 2, 1)
    for tau in (Fraction(-n, 20) for n in range(21, 40)):
        z = -1 / (2 + tau)
        tried(2 + tau > 0 and z + 2 * z * z / 2 > z / 2, 1)


@pytest.mark.claim("hessian-repairs", without="for the fall and the best of its length, the loss is quadratic")
def test_a_fourth_power_takes_the_fall_and_the_best_away(tried):
    """On ``w + w**2 / 2 + k w**4`` both repaired steps from 0 end above what is promised, and above a shorter step."""
    zero = np.array([Fraction(0)])
    for k, tau in product((Fraction(n, 4) for n in range(1, 16)), (Fraction(0), Fraction(1, 4))):

        def loss(w, k=k):
            return w[0] + w[0] ** 2 / 2 + k * w[0] ** 4

        g, metric = _gradient(loss, zero), np.array([[1 + tau]])  # without a shift, the absolute eigenvalue too
        z = -_solve(metric, g)
        tried(loss(z) > loss(zero) + z @ g / 2, 1)
        tried(any(loss(z * n / 8) < loss(z) for n in range(8)), 1)


@pytest.mark.claim("hessian-repairs", without="for the fall and the best of its length, the loss is quadratic")
def test_on_a_cosine_the_shifted_step_is_not_the_best_of_its_length(tried):
    """On ``cos(w)``, where its slope and curvature are negative, a shift leads past the lowest point, and up again."""
    for w in (mpmath.mpf(n) / 20 for n in range(2, 13)):
        z = mpmath.sin(w) / (1 - mpmath.cos(w))  # shifted by 1; pi - w is the way to -1
        tried(bool(mpmath.pi - w < z and mpmath.cos(mpmath.pi) < mpmath.cos(w + z)), 1)


@pytest.mark.claim("hessian-repairs", without="for the fall, the gradient is not zero")
def test_at_a_saddle_nothing_moves(tried):
    """At a zero gradient the repaired step ends where it starts, on no lower loss."""
    rng = np.random.default_rng(5)
    for axes, sizes in (_turned(rng, 3) for _ in range(50)):
        hessian, center = axes * sizes @ axes.T, _whole(rng, 3)
        g = hessian @ (center - center)
        end = center - _solve(axes * abs(sizes) @ axes.T, g)
        tried((end - center) @ hessian @ (end - center) / 2 >= 0 and end.tolist() == center.tolist(), 3)


@divergence
@pytest.mark.parametrize("dim", [1, 2, 4])
def test_the_divergence_of_a_softmax_is_half_a_square(tried, dim):
    """For a softmax over six outcomes the two differ by the third power of the spread of the margins at most."""
    for seed in range(10):
        features, (w, u) = random_vectors(2 * seed, 6, dim), random_vectors(2 * seed + 1, 2, dim)
        with mpmath.workdps(40):
            for z in (u / 2.0**k for k in range(12)):
                here, there = (mpmath.matrix(features.tolist()) * mpmath.matrix(x.tolist()) for x in (w, w + z))
                total, other = (mpmath.log(sum(map(mpmath.exp, m))) for m in (here, there))
                logs = [a - total for a in here]
                exact = sum(mpmath.exp(p) * (p - (b - other)) for p, b in zip(logs, there, strict=True))
                margins = [mpmath.mpf(float(x)) for x in features @ z]
                mean = sum(mpmath.exp(p) * m for p, m in zip(logs, margins, strict=True))
                square = sum(mpmath.exp(p) * (m - mean) ** 2 for p, m in zip(logs, margins, strict=True))
                most = (max(margins) - min(margins)) ** 3 / 6
                why = "a sixth of the third power of the spread of margins: a bound on their third central moment"
                tried.within(float(exact - square / 2), float(most), dim, why)


@divergence
def test_the_divergence_of_two_draws_is_half_a_square(tried):
    """For the number of heads in two throws of a coin, divergence and Fisher's matrix are twice those of one throw."""
    for w in (mpmath.mpf(n) / 20 for n in range(2, 19)):
        for k in range(6, 16):
            z = mpmath.mpf(2) ** -k * (1 if k % 2 else -1)
            here, there = ([p * p, 2 * p * (1 - p), (1 - p) ** 2] for p in (w, w + z))
            exact = sum(p * mpmath.log(p / q) for p, q in zip(here, there, strict=True))
            slopes = [2 * w, 2 - 4 * w, 2 * w - 2]
            fisher = sum(s * s / p for s, p in zip(slopes, here, strict=True))
            least = min(w, 1 - w) - abs(z)
            why = "Taylor's remainder, with a bound on the third derivative of the divergence"
            tried.within(float(exact - fisher * z * z / 2), float(4 / least**3 * abs(z) ** 3 / 6), 1, why)


@divergence
def test_one_derivative_is_enough(tried):
    """For ``1/2 ± (w + |w|**1.5)``, without a second derivative at 0, the two differ by a share that vanishes."""
    with mpmath.workdps(60):
        for k in range(4, 90):
            z = mpmath.mpf(2) ** -k * (1 if k % 2 else -1)
            t = 2 * (z + abs(z) ** mpmath.mpf(1.5))
            exact = -mpmath.log(1 - t * t) / 2
            # With t = 2 (z + |z|**1.5): t**2 / 2 to t**2 / 2 + t**4 / 2, and t**2 / 4 within 3 |z|**2.5 of z**2.
            share, most = (exact / z**2 - 2) / abs(z) ** 0.5, 6 + 20 * abs(z) ** 1.5
            why = "two roundings to floats, of 60 digits"
            tried.below(float(share), float(most), 2 * EPS * float(most), 1, why)


@pytest.mark.claim("divergence-fisher", without="the outcomes are finitely many")
def test_infinitely_many_outcomes_may_diverge(tried):
    """``2**-k exp(-w**4 2**k)`` for k from 2, and the rest for 1: at w = 0 no score, but an infinite divergence.

    The outcomes from 2 on add what is not negative, so those summed here are a lower bound.
    """
    for w in (mpmath.mpf(n) / 16 for n in range(2, 9)):
        with mpmath.workdps(30):
            chances = [mpmath.ldexp(mpmath.exp(-(w**4) * mpmath.ldexp(1, k)), -k) for k in range(2, 40)]
            terms = [mpmath.ldexp(mpmath.log(mpmath.ldexp(1, -k) / p), -k) for k, p in enumerate(chances, 2)]
            first = mpmath.log(mpmath.mpf(1) / 2) / 2  # the least that outcome 1 can add: it is at most 1
            each = sum(terms) / len(terms)
            tried(max(terms) - min(terms) < each * mpmath.mpf(10) ** -12 and min(terms) > 0, 1)
            more = int(1 / w**4) + 2  # as many such terms
            tried(bool(each * more + first > w**2), 1)


@pytest.mark.claim("divergence-fisher", without="every outcome has a positive probability at w")
def test_an_outcome_without_probability_is_not_seen(tried):
    """Probabilities ``w**2`` and ``1 - w**2`` at w = 0: the one seen has no slope there, the divergence is ``z**2``."""
    for z in np.geomspace(1e-6, 0.9, 200):
        fisher = (-2 * 0.0) ** 2 / (1 - 0.0**2)
        exact = -1.0 * np.log1p(-z * z)
        tried(bool(exact - fisher * z * z / 2 >= z * z), 1)


@pytest.mark.claim("divergence-fisher", without="the probabilities are differentiable at w")
def test_a_root_changes_too_fast(tried):
    """Probabilities ``1/2 ± sqrt(|w|)`` at w = 0: the divergence is above every multiple of ``w**2``, on both sides."""
    for fisher in (0.0, 1.0, 1e3, 1e6):
        for side in (-1, 1):
            z = side * np.geomspace(1e-6, 0.2, 100) / max(fisher, 1.0)
            exact = -0.5 * np.log1p(-2 * np.sqrt(abs(z))) - 0.5 * np.log1p(2 * np.sqrt(abs(z)))
            tried(exact - fisher * z**2 / 2 > z**2, 1)


def _family(rng, dim, count):
    """Draw probabilities of some outcomes and their gradients, which add up to zero, in fractions."""
    weights = [Fraction(int(k)) for k in rng.integers(1, 9, count)]
    chances = np.array([k / sum(weights) for k in weights], dtype=object)
    slopes = _whole(rng, count, dim)
    slopes[-1] = -slopes[:-1].sum(axis=0)
    return chances, slopes


def _fisher(chances, slopes):
    """Return Fisher's matrix: the mean of the products of scores."""
    scores = slopes / chances[:, None]
    return (chances[:, None] * scores).T @ scores


@parameters
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_natural_steps_map_onto_each_other(tried, dim):
    """In fractions, the natural step in the new parameters, mapped by the derivative, is the one in the old."""
    rng = np.random.default_rng(70 + dim)
    for _ in range(60):
        (chances, slopes), jac, g = _family(rng, dim, dim + 3), _whole(rng, dim, dim), _whole(rng, dim)
        fisher = _fisher(chances, slopes)
        if _det(fisher) and _det(jac):
            r = -_solve(_fisher(chances, slopes @ jac), jac.T @ g)
            tried((jac @ r).tolist() == (-_solve(fisher, g)).tolist(), dim)


@parameters
def test_natural_steps_of_a_normal_distribution_agree_to_first_order(tried):
    """In (m, σ) and in (m, log σ) the points differ by the square of the step times σ exp(step) / 2, at most."""
    rng = np.random.default_rng(75)
    for _ in range(50):
        m, sigma = rng.normal(), np.exp(rng.normal())
        off = 1 + (m - 2) ** 2  # data of mean 2 and variance 1
        z = np.array([2 - m, sigma / 2 * (off / sigma**2 - 1)])
        r = np.array([2 - m, (off / sigma**2 - 1) / 2])  # F is diag(1 / σ**2, 2) there
        for alpha in 2.0 ** -np.arange(4, 12):
            apart = sigma * np.exp(alpha * r[1]) - sigma - alpha * z[1]
            most = (alpha * r[1]) ** 2 / 2 * sigma * np.exp(abs(alpha * r[1]))
            why = "the exponential function, which may be off by four units of its last place, and three roundings"
            tried.below(apart, most, 8 * EPS * sigma * np.exp(abs(alpha * r[1])), 2, why)


@pytest.mark.claim("natural-parameters", without="h is differentiable at v")
def test_at_a_kink_of_the_map_steps_differ(tried):
    """h(v) = v upwards and 2 v downwards: with J = 1 a downward step is off by its own length, at every rate."""

    def onto(v):
        return v if v > 0 else 2 * v

    for alpha, g in product((Fraction(1, 2**k) for k in range(30)), (Fraction(n) for n in range(1, 9))):
        z = r = _solve([[4]], [-g])[0]  # F is 4, for a coin at 1/2
        tried(abs(onto(alpha * r) - alpha * z) / alpha == abs(z) > 0, 1)


@pytest.mark.claim("natural-parameters", without="its derivative there is invertible")
def test_where_the_map_stands_still_there_is_no_step(tried):
    """Where the derivative is singular, Fisher's matrix in the new parameters is too."""
    rng = np.random.default_rng(6)
    for _ in range(50):
        (chances, slopes), column = _family(rng, 2, 5), _whole(rng, 2)
        tried(_det(_fisher(chances, slopes @ np.stack([column, 2 * column], axis=1))) == 0, 2)


@pytest.mark.claim("natural-parameters", without="the Fisher information is finite and invertible")
def test_a_weight_without_effect_has_no_natural_step(tried):
    """Where no probability depends on the second weight, Fisher's matrix is singular."""
    rng = np.random.default_rng(7)
    for _ in range(50):
        chances, slopes = _family(rng, 2, 5)
        slopes[:, 1] = 0
        tried(_det(_fisher(chances, slopes)) == 0, 2)


@pytest.mark.claim(
    "natural-parameters", without="the loss and the logarithms of the probabilities are differentiable at w"
)
def test_partial_derivatives_make_no_natural_step(tried):
    """``x**3 / (x**2 + y**2)`` has the slope L(a) along each a: the two steps made of its slopes along axes differ."""
    rng = np.random.default_rng(10)
    for _ in range(60):
        (chances, slopes), jac = _family(rng, 2, 5), _whole(rng, 2, 2)
        fisher = _fisher(chances, slopes)
        if _det(fisher) and all(jac.ravel()) and _det(jac):
            there = [x**3 / (x**2 + y**2) for x, y in jac.T]  # the slopes along the new axes
            r = -_solve(_fisher(chances, slopes @ jac), there)
            tried((jac @ r).tolist() != (-_solve(fisher, [1, 0])).tolist(), 2)
