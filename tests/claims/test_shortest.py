"""Steepest is not shortest: the zigzag, the best fixed rate, the heavy ball at its best, conjugate gradients."""

import itertools
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse.linalg
from strategies import EPS, random_vectors

from steepest import bowl, conjugate_gradients, descend, exact_line_search, learning_rate, quadratic

zigzag = pytest.mark.claim("zigzag")
kantorovich = pytest.mark.claim("kantorovich")
ball = pytest.mark.claim("heavy-ball")
conjugate = pytest.mark.claim("conjugate-gradients")


def _whole(rng, *shape):
    """Draw whole numbers from -4 to 4, for exact arithmetic."""
    return rng.integers(-4, 5, shape).astype(object) * Fraction(1)


def _hessian(rng, dim):
    """Draw a positive definite matrix of whole numbers, not a multiple of the identity."""
    root = _whole(rng, dim, dim)
    return root @ root.T + np.diag(np.arange(1, dim + 1)).astype(object) * Fraction(1)


def _solve(matrix, right):
    """Solve a positive definite system without rounding."""
    rows = np.column_stack([matrix, right])
    for i in range(len(rows)):
        rows[i] = rows[i] / rows[i, i]
        for j in range(len(rows)):
            if j != i:
                rows[j] = rows[j] - rows[j, i] * rows[i]
    return rows[:, -1]


def _value(hessian, w):
    return w @ hessian @ w / 2


def _lowest(hessian, w, *along):
    """Return the lowest point of w plus the span of some vectors, independent of each other, without rounding."""
    basis = np.array(along)
    return w - basis.T @ _solve(basis @ hessian @ basis.T, basis @ hessian @ w)


def _parallel(a, b):
    return bool(a[0] * b[1] == a[1] * b[0])


def _starts(dim, count=40):
    """Draw Hessians and starts whose gradient is neither zero nor an eigenvector."""
    rng = np.random.default_rng(dim)
    while count:
        hessian, w = _hessian(rng, dim), _whole(rng, dim)
        g = hessian @ w
        h = hessian @ g
        if any(g[i] * h[j] != g[j] * h[i] for i in range(dim) for j in range(i)):
            count -= 1
            yield hessian, w


@zigzag
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_steps_turn_by_right_angles(tried, dim):
    """In exact arithmetic lowest points on lines follow each other at right angles, in the plane on two lines."""
    for hessian, w in _starts(dim):
        points = [w]
        for _ in range(4):
            points.append(_lowest(hessian, points[-1], hessian @ points[-1]))
        steps = np.diff(np.array(points), axis=0)
        tried([bool(a @ b == 0) for a, b in zip(steps[1:], steps[:-1], strict=True)], dim)
        if dim == 2:
            tried([_parallel(a, b) for a, b in zip(points[2:], points[:-2], strict=True)], dim)
            tried(not _parallel(points[0], points[1]), dim)
            g = hessian @ w
            share = 1 - (g @ g) ** 2 / (g @ hessian @ g * (g @ w))
            values = [_value(hessian, p) for p in points]
            tried([bool(b == share * a) for a, b in itertools.pairwise(values)], dim)


@zigzag
def test_brents_searches_take_the_same_path(tried):
    """From each point of the package's path SciPy's search on the line along the gradient ends at the next one."""
    curvatures = np.array([1.0, 3.0])
    loss = quadratic(curvatures)
    for start in random_vectors(301, 20, 2):
        path = descend(loss, start, exact_line_search(), 4).points
        for w, after in itertools.pairwise(path):
            g = curvatures * w
            found = scipy.optimize.minimize_scalar(lambda t, w=w, g=g: float(loss(w - t * g)))
            rate, bend = float(found.x), float(g @ (curvatures * g))
            blind = np.sqrt(24 * EPS * float(loss(w)) / bend) + 3e-8 * rate
            why = (
                "rounding; Brent's search sees no fall below the rounding of the loss, a square root of eps in the rate"
            )
            tried.within(np.linalg.norm(w - rate * g - after), blind * np.linalg.norm(g), 2, why)


@pytest.mark.claim("zigzag", without="the loss is quadratic")
def test_on_a_bowl_points_leave_the_lines(tried):
    """On a smooth bowl that is no quadratic SciPy's exact searches leave the line to the first point."""
    loss = bowl([1.0, 4.0])
    for start in ([2.0, 1.0], [1.5, 0.7], [1.0, 2.0]):
        points = [np.array(start)]
        for _ in range(2):
            w, g = points[-1], loss.gradient(points[-1])
            found = scipy.optimize.minimize_scalar(lambda t, w=w, g=g: float(loss(w - t * g)), tol=1e-12)
            points.append(w - float(found.x) * g)
        first, third = points[0] / np.hypot(*points[0]), points[2] / np.hypot(*points[2])
        tried(bool(abs(first[0] * third[1] - first[1] * third[0]) > 1e-3), 2)


@pytest.mark.claim("zigzag", without="the Hessian is positive definite")
def test_at_a_saddle_a_line_has_no_lowest_point(tried):
    """With curvatures 2 and -1 there is no second lowest point: the loss falls for ever along the second line."""
    hessian = np.diag([Fraction(2), Fraction(-1)])
    for n in range(3, 40):
        w = np.array([Fraction(n), Fraction(1)])
        nxt = _lowest(hessian, w, hessian @ w)
        g = hessian @ nxt
        tried([bool(_value(hessian, nxt - 2 * t * g) < _value(hessian, nxt - t * g)) for t in (1, 10, 100)], 2)


@pytest.mark.claim("zigzag", without="the line search is exact")
def test_half_steps_make_no_right_angles(tried):
    """Half of each exact step: consecutive steps are not orthogonal."""
    for hessian, w in _starts(2):
        half = (w + _lowest(hessian, w, hessian @ w)) / 2
        nxt = (half + _lowest(hessian, half, hessian @ half)) / 2
        tried(bool((half - w) @ (nxt - half) != 0), 2)


@pytest.mark.claim("zigzag", without="the first gradient is neither zero nor an eigenvector")
def test_from_an_eigenvector_there_are_no_two_lines(tried):
    """From an eigenvector the first step ends at the minimum, which leaves no second line."""
    hessian = np.diag([Fraction(1), Fraction(10)])
    for n in range(1, 40):
        for w in (np.array([Fraction(n), Fraction(0)]), np.array([Fraction(0), Fraction(n)])):
            tried(not _lowest(hessian, w, hessian @ w).any(), 2)


@pytest.mark.claim("zigzag", without="for the two lines and the share, there are two weights")
def test_in_space_the_lines_and_the_share_change(tried):
    """With three curvatures the third point is off the line to the first, and the second step leaves another share."""
    hessian = np.diag([Fraction(1), Fraction(2), Fraction(10)])
    for n in range(1, 40):
        w = np.array([Fraction(n), Fraction(1), Fraction(1)])
        after = _lowest(hessian, w, hessian @ w)
        last = _lowest(hessian, after, hessian @ after)
        values = [_value(hessian, p) for p in (w, after, last)]
        tried(not (_parallel(w, last) and _parallel(w[1:], last[1:])), 3)
        tried(bool(values[1] * values[1] != values[0] * values[2]), 3)


def _extremes(rng, dim):
    """Draw positive curvatures in ascending order, and the bound q."""
    curvatures = np.sort(rng.integers(1, 30, dim)).astype(object) * Fraction(1)
    return curvatures, (curvatures[-1] - curvatures[0]) / (curvatures[-1] + curvatures[0])


@kantorovich
@pytest.mark.parametrize("dim", [1, 2, 3, 8])
def test_no_path_is_slower_than_the_bound(tried, dim):
    """Fixed rate and exact search keep to q and its square, and Kantorovich's inequality holds, in fractions."""
    rng = np.random.default_rng(310 + dim)
    for _ in range(100):
        curvatures, q = _extremes(rng, dim)
        w = _whole(rng, dim)
        if not w.any():
            continue
        fixed = w - 2 / (curvatures[0] + curvatures[-1]) * curvatures * w
        tried(bool(fixed @ fixed <= q**2 * (w @ w)), dim)
        hessian = np.diag(curvatures)
        exact = _lowest(hessian, w, hessian @ w)
        tried(bool(_value(hessian, exact) <= q**2 * _value(hessian, w)), dim)
        left, right = w @ (curvatures * w) * (w @ (w / curvatures)), (w @ w) ** 2
        tried(bool(left <= (curvatures[0] + curvatures[-1]) ** 2 / (4 * curvatures[0] * curvatures[-1]) * right), dim)


@kantorovich
def test_the_bounds_are_attained_and_other_rates_are_worse(tried):
    """From equal parts each exact step leaves the square of q, and every other rate leaves more than q on an axis."""
    for most in range(2, 40):
        hessian, q = np.diag([Fraction(1), Fraction(most)]), Fraction(most - 1, most + 1)
        w = np.array([Fraction(most), Fraction(1)])
        for _ in range(5):
            after = _lowest(hessian, w, hessian @ w)
            tried(bool(_value(hessian, after) == q**2 * _value(hessian, w)), 2)
            w = after
        for rate in (Fraction(n, 16 * most) for n in range(-16, 64)):
            worst = max(abs(1 - rate), abs(1 - rate * most))
            tried(worst > q or rate == Fraction(2, 1 + most), 2)


@kantorovich
@pytest.mark.parametrize("dim", [2, 5, 30])
def test_a_numerical_search_finds_no_worse_vector(tried, dim):
    """SciPy maximizes Kantorovich's product from random starts: it comes near the bound and does not pass it."""
    curvatures = np.linspace(1.0, 10.0, dim)
    for start in random_vectors(320 + dim, 5, dim):

        def product(g):
            return -float((g @ (curvatures * g)) * (g @ (g / curvatures)) / (g @ g) ** 2)

        found = -scipy.optimize.minimize(product, start, method="BFGS").fun
        tried.within(max(found / (121 / 40) - 1, 0.0), 8 * dim * EPS, dim, "8 d eps: three inner products round")
        tried(bool(found > 0.99 * 121 / 40), dim)


@pytest.mark.claim("kantorovich", without="the loss is quadratic")
def test_with_the_curvature_at_the_bottom_alone_the_rate_fails(tried):
    """On ``w**2 / 2 + w**4`` the curvature at the minimum is 1: q is 0, and yet no step ends there."""
    for w in (Fraction(n, 8) for n in range(1, 40)):
        tried(w - (w + 4 * w**3) != 0, 1)


@pytest.mark.claim("kantorovich", without="the eigenvalues are positive")
def test_with_a_negative_eigenvalue_kantorovich_fails(tried):
    """With eigenvalues of both signs the right side is negative, and on an eigenvector the left side is one."""
    for least in range(-9, 0):
        for most in (most for most in range(1, 10) if most != -least):
            tried(Fraction((least + most) ** 2, 4 * least * most) < 1, 2)


@pytest.mark.claim("kantorovich", without="for the loss, the line search is exact")
def test_half_steps_leave_more(tried):
    """From the worst starts half of the exact step leaves more than the square of q."""
    for most in range(2, 40):
        hessian, w = np.diag([Fraction(1), Fraction(most)]), np.array([Fraction(most), Fraction(1)])
        after = (w + _lowest(hessian, w, hessian @ w)) / 2
        tried(bool(_value(hessian, after) > Fraction(most - 1, most + 1) ** 2 * _value(hessian, w)), 2)


@pytest.mark.claim(
    "kantorovich",
    without="for equality, the first gradient is a sum of eigenvectors of ℓ and λ of the same length",
)
def test_other_starts_are_faster(tried):
    """From parts of other lengths the first step leaves less than the square of q."""
    hessian = np.diag([Fraction(1), Fraction(10)])
    for n in (n for n in range(1, 100) if n != 10):
        w = np.array([Fraction(n), Fraction(1)])
        tried(bool(_value(hessian, _lowest(hessian, w, hessian @ w)) < Fraction(81, 121) * _value(hessian, w)), 2)


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
@pytest.mark.parametrize("dim", [1, 2, 10])
def test_the_package_rolls_the_same_ball(tried, dim):
    """`descend` with momentum ends where a power of the matrix of two steps, in fractions, takes the ball."""
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
    now = last = 3.3
    for _ in range(1000):
        now, last = now - _odd_slope(now) / 9 + 4 / 9 * (now - last), now
    bound = (1 + 1000 + 1000 * 2 / 3) * (2 / 3) ** 1000 * 3.3
    tried(abs(now) > bound, 1)


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
        points.append(_lowest(hessian, points[-1], g, *last))
    return points


@conjugate
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_planes_make_orthogonal_gradients_and_an_end(tried, dim):
    """Lowest points of planes, in fractions: orthogonal gradients, zero after d, and lowest of all gradients' span."""
    rng = np.random.default_rng(330 + dim)
    for _ in range(20):
        hessian, w = _hessian(rng, dim), _whole(rng, dim)
        if not w.any():
            continue
        points = _remembering(hessian, w)
        gradients = [hessian @ p for p in points]
        tried(len(points) <= dim + 1, dim)
        tried([bool(a @ b == 0) for i, a in enumerate(gradients) for b in gradients[:i]], dim)
        for k in range(1, len(points)):
            tried(bool((points[k] == _lowest(hessian, w, *gradients[:k])).all()), dim)


@conjugate
@pytest.mark.parametrize("dim", [3, 6])
def test_random_methods_with_a_memory_do_no_better(tried, dim):
    """Steps by random combinations of the gradients met never have a lower loss after as many steps, in fractions."""
    rng = np.random.default_rng(340 + dim)
    for _ in range(30):
        hessian, w = _hessian(rng, dim), _whole(rng, dim)
        best, met, point = _remembering(hessian, w), [], w
        for k in range(1, dim):
            met.append(hessian @ point)
            point = point - sum(Fraction(int(n), 400) * g for n, g in zip(rng.integers(-3, 9, k), met, strict=True))
            tried(bool(_value(hessian, point) >= _value(hessian, best[min(k, len(best) - 1)])), dim)


@conjugate
@pytest.mark.parametrize("dim", [2, 5, 20])
def test_scipys_conjugate_gradients_take_the_same_path(tried, dim):
    """The package and SciPy's solver of linear systems go by the same points."""
    curvatures, steps = np.linspace(1.0, 4.0, dim), min(dim, 5)
    for center in np.random.default_rng(350 + dim).integers(1, 9, (5, dim)).astype(float):
        path, seen = conjugate_gradients(quadratic(curvatures, center=center), np.zeros(dim), steps).points, []
        keep = partial(_keep, seen)
        scipy.sparse.linalg.cg(np.diag(curvatures), curvatures * center, rtol=0.0, maxiter=steps, callback=keep)
        why = "5 steps round by (d + 10) eps of the way, and each of 4 later steps carries that on by the condition, 4"
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


@pytest.mark.claim("conjugate-gradients", without="the Hessian is positive definite")
def test_on_a_saddle_the_first_line_has_no_lowest_point(tried):
    """With curvatures 1 and -2 the loss falls for ever along the first gradient: there is no next point."""
    hessian = np.diag([Fraction(1), Fraction(-2)])
    for n in range(1, 40):
        w = np.array([Fraction(1), Fraction(n)])
        g = hessian @ w
        tried([bool(_value(hessian, w - 2 * t * g) < _value(hessian, w - t * g)) for t in (1, 10, 100)], 2)


@pytest.mark.claim("conjugate-gradients", without="each point is the lowest of its plane")
def test_with_the_factors_fixed_it_is_not_done(tried):
    """The heavy ball fixes its factors: it is not done after d steps."""
    rate, momentum, _ = _best(3)
    for n in range(1, 40):
        ends = [_ball(c, rate, momentum, Fraction(n), 3)[3] for c in (1, 2, 9)]
        tried(any(ends), 3)


@pytest.mark.claim(
    "conjugate-gradients", without="for the comparison, the other method steps along gradients it has met"
)
def test_a_step_along_another_vector_can_do_better(tried):
    """The step along minus H^-1 g ends at the minimum at once, below the first point of conjugate gradients."""
    for hessian, w in _starts(3):
        newton = w - _solve(hessian, hessian @ w)
        tried(bool(_value(hessian, newton) == 0 < _value(hessian, _remembering(hessian, w)[1])), 3)
