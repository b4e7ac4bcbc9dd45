"""Remember the last step: the heavy ball at its best, conjugate gradients."""

from fractions import Fraction
from functools import partial

import exactly
import mpmath
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse.linalg
from strategies import EPS, random_vectors

from steepest import bowl, conjugate_gradients, descend, learning_rate, quadratic

ball = pytest.mark.claim("heavy-ball")
conjugate = pytest.mark.claim("conjugate-gradients")


def _ball(curvature, rate, momentum, start, steps, before=None):
    """Return the points of the heavy ball on one parabola, by its formula alone."""
    points, last = [start], start if before is None else before
    for _ in range(steps):
        points.append(points[-1] - rate * curvature * points[-1] + momentum * (points[-1] - last))
        last = points[-2]
    return points


def _best(root):
    """Return rate, momentum and ρ for curvatures from 1 to the square of a whole number."""
    rho = Fraction(root - 1, root + 1)
    return Fraction(4, (root + 1) ** 2), rho**2, rho


@ball
@pytest.mark.parametrize("root", [1, 2, 3, 10, 100])
def test_the_ball_keeps_to_its_bound_and_attains_it(tried, root):
    """For κ a square the bound holds along every curvature and is attained along the steepest, in fractions."""
    rate, momentum, rho = _best(root)
    bound = [(1 + k + k * rho) * rho**k for k in range(25)]
    for part in range(9):
        curvature = 1 + Fraction(part, 8) * (root**2 - 1)
        path = _ball(curvature, rate, momentum, Fraction(1), 24)
        tried([abs(e) <= b for e, b in zip(path, bound, strict=True)], 1)
    tried([abs(e) == b for e, b in zip(path, bound, strict=True)], 1)


@ball
@pytest.mark.parametrize("dim", [2, 5, 30])
def test_balls_in_many_dimensions_keep_to_their_bound(tried, dim):
    """For other κ, in 50 digits, the distance in many dimensions keeps to the bound."""
    rng = np.random.default_rng(370 + dim)
    with mpmath.workdps(50):
        for _ in range(10):
            curvatures = [mpmath.mpf(int(n)) for n in np.sort(rng.integers(1, 1000, dim))]
            low, high = mpmath.sqrt(curvatures[0]), mpmath.sqrt(curvatures[-1])
            rate, rho = 4 / (low + high) ** 2, (high - low) / (high + low)
            parts = [int(n) for n in rng.integers(1, 9, dim)]
            moved = [_ball(c, rate, rho**2, mpmath.mpf(n), 60) for c, n in zip(curvatures, parts, strict=True)]
            size = [mpmath.norm(point) for point in zip(*moved, strict=True)]
            tried([bool(e <= (1 + k + k * rho) * rho**k * size[0]) for k, e in enumerate(size)], dim)


@ball
@pytest.mark.parametrize("dim", [1, 2, 10])
def test_the_package_rolls_the_same_ball(tried, dim):
    """`descend` with momentum visits the points of the formula, in fractions."""
    rate, momentum, _ = _best(3)
    curvatures = np.array([1 + Fraction(8 * i, max(dim - 1, 1)) for i in range(dim)])
    start = np.array([Fraction(int(x), 8) for x in np.random.default_rng(dim).integers(1, 99, dim)])
    loss = quadratic(curvatures.astype(float))
    path = descend(loss, start.astype(float), learning_rate(float(rate)), 40, momentum=float(momentum))
    moved = [_ball(c, rate, momentum, s, 40) for c, s in zip(curvatures, start, strict=True)]
    exact = np.array(moved).T.astype(float)
    why = "(12 d + 240) eps of the start: a step rounds by 3 (d + 20) eps; later points feel 4 times that, for ρ = 1/2"
    size = float(np.linalg.norm(start.astype(float)))
    tried.within(np.abs(path.points - exact).max(), (12 * dim + 240) * EPS * size, dim, why)


@ball
@pytest.mark.parametrize("root", [2, 3, 10])
def test_no_rate_and_momentum_have_smaller_roots(tried, root):
    """NumPy's roots on a grid, and a search by SciPy, find no α and γ whose largest root is smaller than ρ."""

    def largest(pair):
        return max(np.abs(np.roots([1, -(1 + pair[1] - pair[0] * c), pair[1]])).max() for c in (1.0, root**2))

    rate, momentum, rho = map(float, _best(root))
    grid = [(a, g) for a in np.linspace(-0.5, 2.5, 31) * rate for g in np.linspace(-1, 1, 41)]
    slack = 8 * np.sqrt(EPS)  # a double root moves by the square root of what the coefficients round
    tried(np.array([largest(pair) for pair in grid]) >= rho - slack, 2)
    found = scipy.optimize.minimize(largest, (0.9 * rate, 0.8 * momentum), method="Nelder-Mead", tol=1e-12)
    tried(bool(rho - slack <= found.fun), 2)
    tried(bool(found.fun < 1.0001 * rho), 2)  # and the search came near, so it could have found one
    tried(bool(abs(largest((rate, momentum)) - rho) < slack), 2)


def _odd_slope(w):
    """Return the slope of a loss of one weight with curvatures of 1 and 25 and the minimum at 0."""
    return 25 * w if w < 1 else w + 24 if w < 2 else 25 * w - 24


@pytest.mark.claim("heavy-ball", without="the loss is quadratic")
def test_off_quadratics_the_ball_can_circle(tried):
    """On a loss with curvatures of 1 and 25 the best ball comes into a circle of three points, which is exact."""
    circle = [Fraction(n, 1225) for n in (792, -2208, 2592)]
    for i in range(3):
        last, now, then = circle[i - 1], circle[i], circle[(i + 1) % 3]
        tried(now - Fraction(1, 9) * _odd_slope(now) + Fraction(4, 9) * (now - last) == then, 1)
    now = last = 3.3  # at rest, as the theorem asks; the circle draws it in
    for k in range(1, 301):
        now, last = now - _odd_slope(now) / 9 + 4 / 9 * (now - last), now
        if k > 20:
            tried(abs(now) > (1 + k + k * 2 / 3) * (2 / 3) ** k * 3.3, 1)


@pytest.mark.claim("heavy-ball", without="the eigenvalues are positive")
def test_at_a_saddle_the_ball_runs_away(tried):
    """With the eigenvalue -1 in place of 1 and the same rate and momentum, the ball leaves the bound."""
    for root in range(2, 10):
        rate, momentum, rho = _best(root)
        tried(_ball(-1, rate, momentum, Fraction(1), 100)[100] > (101 + 100 * rho) * rho**100, 1)


@pytest.mark.claim("heavy-ball", without="the ball starts at rest")
def test_a_ball_on_the_move_passes_the_minimum(tried):
    """At the minimum but moving, the ball goes on, though the bound is zero."""
    for root in range(2, 20):
        rate, momentum, _ = _best(root)
        tried(_ball(1, rate, momentum, Fraction(0), 1, before=Fraction(1))[1] != 0, 1)


def _remembering(hessian, w):
    """Return the points of conjugate gradients as lowest points of planes, without rounding, until it stops."""
    points = [w]
    while (g := hessian @ points[-1]).any():
        last = [points[-1] - points[-2]] if len(points) > 1 else []
        points.append(exactly.lowest(hessian, points[-1], g, *last))
    return points


@conjugate
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_planes_make_orthogonal_gradients_and_an_end(tried, dim):
    """Lowest points of planes, in fractions: orthogonal gradients, zero after d, and lowest of all gradients' span."""
    rng = np.random.default_rng(330 + dim)
    for _ in range(20):
        hessian, w = exactly.hessian(rng, dim), exactly.whole(rng, dim)
        if not w.any():
            continue
        points = _remembering(hessian, w)
        gradients = [hessian @ p for p in points]
        tried(len(points) <= dim + 1, dim)
        tried([bool(a @ b == 0) for i, a in enumerate(gradients) for b in gradients[:i]], dim)
        for k in range(1, len(points)):
            tried(bool((points[k] == exactly.lowest(hessian, w, *gradients[:k])).all()), dim)


def _rival(rng, hessian, w, k):
    """Return the end of k steps: random ones by the gradients met, then one to the lowest point on the span of all."""
    met, point = [hessian @ w], w
    for _ in range(k - 1):
        point = point - sum(Fraction(int(n), 400) * g for n, g in zip(rng.integers(1, 9, len(met)), met, strict=True))
        met.append(hessian @ point)
    return exactly.lowest(hessian, w, *_independent(met))


def _independent(vectors):
    """Keep the vectors that are no combination of those before."""
    kept = []
    for v in vectors:
        rest = v - sum((v @ k / (k @ k) * k for k in kept), 0 * v)
        if rest.any():
            kept.append(rest)
    return kept


@conjugate
@pytest.mark.parametrize("dim", [3, 4])
def test_methods_that_do_their_best_do_no_better(tried, dim):
    """Rivals that go to the lowest point on the span of all gradients they met draw level, in fractions, no more."""
    rng = np.random.default_rng(340 + dim)
    for hessian, w in exactly.starts(dim, 10):
        best = _remembering(hessian, w)
        for k in range(1, min(dim, len(best) - 1) + 1):
            rival, here = exactly.value(hessian, _rival(rng, hessian, w, k)), exactly.value(hessian, best[k])
            tried(bool(rival >= here), dim)
            tried(bool(rival == here), dim)  # so a path that is not the best would lose
        zigzag = [w]
        for _ in range(2):
            zigzag.append(exactly.lowest(hessian, zigzag[-1], hessian @ zigzag[-1]))
        tried(bool(exactly.value(hessian, zigzag[2]) > exactly.value(hessian, _rival(rng, hessian, w, 2))), dim)


@conjugate
@pytest.mark.parametrize("dim", [2, 5, 20])
def test_scipys_conjugate_gradients_take_the_same_path(tried, dim):
    """The package and SciPy's solver of linear systems go by the same points."""
    curvatures, steps = np.linspace(1.0, 4.0, dim), min(dim, 5)
    for center in np.random.default_rng(350 + dim).integers(1, 9, (5, dim)).astype(float):
        path, seen = conjugate_gradients(quadratic(curvatures, center=center), np.zeros(dim), steps).points, []
        keep = partial(_keep, seen)
        scipy.sparse.linalg.cg(np.diag(curvatures), curvatures * center, rtol=0.0, maxiter=steps, callback=keep)
        why = "assumed: 5 steps round by (d + 10) eps of the way, and 4 later ones carry that on by the condition, 4"
        size = 5 * 4**4 * (dim + 10) * EPS * np.linalg.norm(center)
        tried.within(np.abs(path[1:] - np.array(seen)).max(axis=1), size, dim, why)


def _keep(seen, point):
    """Keep a copy of a point that a solver of SciPy goes by."""
    seen.append(point.copy())


@conjugate
def test_scipys_minimizer_takes_the_same_path(tried):
    """SciPy's nonlinear conjugate gradients, with its own line search, go by the same points on a quadratic."""
    curvatures = np.array([1.0, 2.0, 5.0])
    loss = quadratic(curvatures)
    for start in random_vectors(360, 5, 3):
        seen, search = [start], {"c1": 1e-9, "c2": 1e-6, "gtol": 1e-12}
        keep = partial(_keep, seen)
        scipy.optimize.minimize(loss, start, jac=loss.gradient, method="CG", callback=keep, options=search)
        path = conjugate_gradients(loss, start, 2).points
        why = "its search stops at a millionth of the slope, c2: that of the start, times the condition 5, each step"
        tried.within(np.abs(path - np.array(seen[:3])).max(), 2 * 5 * 1e-6 * np.linalg.norm(start), 3, why)


@pytest.mark.claim("conjugate-gradients", without="the loss is quadratic")
def test_on_a_bowl_it_is_not_done(tried):
    """On a bowl that is no quadratic three weights are not done after three lowest points, found by SciPy."""
    loss = bowl([1.0, 2.0, 5.0])
    for start in ([2.0, 1.0, 1.0], [1.0, -2.0, 0.5]):
        points = [np.array(start)]
        for _ in range(3):
            basis = [loss.gradient(points[-1])] + ([points[-1] - points[-2]] if len(points) > 1 else [])
            move = np.linalg.qr(np.array(basis).T)[0]
            found = scipy.optimize.minimize(
                lambda t, m=move, w=points[-1]: float(loss(w + m @ t)), np.zeros(len(basis))
            )
            points.append(points[-1] + move @ found.x)
        tried(bool(np.linalg.norm(loss.gradient(points[-1])) > 1e-3), 3)


@pytest.mark.claim("conjugate-gradients", without="the Hessian is positive definite, so that lowest points exist")
def test_on_a_saddle_the_first_line_has_no_lowest_point(tried):
    """With curvatures 1 and -2 the loss falls for ever along the first gradient: there is no next point."""
    hessian = np.diag([Fraction(1), Fraction(-2)])
    for n in range(1, 40):
        w = np.array([Fraction(1), Fraction(n)])
        g = hessian @ w
        tried(
            [bool(exactly.value(hessian, w - 2 * t * g) < exactly.value(hessian, w - t * g)) for t in (1, 10, 100)], 2
        )


@pytest.mark.claim("conjugate-gradients", without="each point is the lowest of its plane")
def test_with_the_factors_fixed_it_is_not_done(tried):
    """The heavy ball fixes its factors: not done after d steps, and the first two gradients are not orthogonal."""
    for root in range(2, 20):
        rate, momentum, _ = _best(root)
        curvatures = [Fraction(1), Fraction(root), Fraction(root**2)]
        moved = np.array([_ball(c, rate, momentum, Fraction(1), 3) for c in curvatures])  # a row for each axis
        tried(bool(moved[:, 3].any()), 3)
        gradients = np.array(curvatures)[:, None] * moved
        tried(bool(gradients[:, 0] @ gradients[:, 1] != 0), 3)


@pytest.mark.claim(
    "conjugate-gradients", without="for the comparison, the other method steps along gradients it has met"
)
def test_a_step_along_another_vector_can_do_better(tried):
    """The step along minus H^-1 g ends at the minimum at once, below the first point of conjugate gradients."""
    for hessian, w in exactly.starts(3):
        newton = w - exactly.solve(hessian, hessian @ w)
        tried(bool(exactly.value(hessian, newton) == 0 < exactly.value(hessian, _remembering(hessian, w)[1])), 3)
