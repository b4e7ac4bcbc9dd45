"""Steepest is not shortest: the zigzag, the best fixed rate, Kantorovich's inequality, gradient flow."""

import itertools
from fractions import Fraction

import exactly
import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
from strategies import EPS, random_vectors

from steepest import bowl, descend, exact_line_search, quadratic

zigzag = pytest.mark.claim("zigzag")
kantorovich = pytest.mark.claim("kantorovich")
flow = pytest.mark.claim("gradient-flow")


@zigzag
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_steps_turn_by_right_angles(tried, dim):
    """In exact arithmetic lowest points on lines turn by right angles, in the plane on one side of two lines."""
    for hessian, w in exactly.starts(dim):
        points = [w]
        for _ in range(4):
            points.append(exactly.lowest(hessian, points[-1], hessian @ points[-1]))
        steps = np.diff(np.array(points), axis=0)
        tried([bool(a @ b == 0) for a, b in zip(steps[1:], steps[:-1], strict=True)], dim)
        if dim == 2:
            tried([exactly.parallel(a, b) for a, b in zip(points[2:], points[:-2], strict=True)], dim)
            tried([bool(a @ b > 0) for a, b in zip(points[2:], points[:-2], strict=True)], dim)
            tried(not exactly.parallel(points[0], points[1]), dim)
            g = hessian @ w
            share = 1 - (g @ g) ** 2 / (g @ hessian @ g * (g @ w))
            values = [exactly.value(hessian, p) for p in points]
            tried([bool(b == share * a) for a, b in itertools.pairwise(values)], dim)


@zigzag
def test_equal_parts_leave_the_same_share_for_ever(tried):
    """From equal parts each step leaves ((κ - 1)/(κ + 1))², in fractions, step after step."""
    for least, most in itertools.combinations(range(1, 12), 2):
        hessian = np.diag([Fraction(c) for c in (least, most)])
        w, share = np.array([Fraction(most), Fraction(least)]), Fraction(most - least, most + least) ** 2
        for _ in range(5):
            after = exactly.lowest(hessian, w, hessian @ w)
            tried(bool(exactly.value(hessian, after) == share * exactly.value(hessian, w)), 2)
            w = after


@zigzag
def test_brents_searches_take_the_same_path(tried):
    """SciPy's search along the gradient, by losses alone, ends where the package does, and where the slope is zero."""
    curvatures = np.array([1.0, 3.0])
    loss = quadratic(curvatures)
    why = (
        "a search tells two losses apart if they differ by more than they round, 6 eps each, and Brent's ends within "
        "three times its tolerance"
    )
    for start in random_vectors(301, 20, 2):
        for w, after in itertools.pairwise(descend(loss, start, exact_line_search(), 4).points):
            g = curvatures * w
            found = scipy.optimize.minimize_scalar(lambda t, w=w, g=g: float(loss(w - t * g)), options={"xtol": 1e-8})
            rate, bend = float(found.x), float(g @ (curvatures * g))
            blind = np.sqrt(2 * 12 * EPS * float(loss(w)) / bend) + 3 * 1e-8 * rate
            tried.within(np.linalg.norm(w - rate * g - after), blind * np.linalg.norm(g), 2, why)
            tried.within(g @ (curvatures * (w - rate * g)), blind * bend, 2, why)


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


@pytest.mark.claim("zigzag", without="the Hessian is positive definite, so that lowest points exist")
def test_at_a_saddle_a_line_has_no_lowest_point(tried):
    """With curvatures of both signs the loss may fall for ever along the second line: there is no second step."""
    for down, n in itertools.product(range(1, 5), range(3, 20)):
        hessian = np.diag([Fraction(2), Fraction(-down)])
        w = np.array([Fraction(n * down), Fraction(1)])
        nxt = exactly.lowest(hessian, w, hessian @ w)
        g = hessian @ nxt
        tried(bool(g @ hessian @ g < 0), 2)
        tried(
            [bool(exactly.value(hessian, nxt - 2 * t * g) < exactly.value(hessian, nxt - t * g)) for t in (1, 10, 100)],
            2,
        )


@pytest.mark.claim("zigzag", without="the line search is exact")
def test_half_steps_make_no_right_angles(tried):
    """Half of each exact step: consecutive steps are not orthogonal."""
    for hessian, w in exactly.starts(2):
        half = (w + exactly.lowest(hessian, w, hessian @ w)) / 2
        nxt = (half + exactly.lowest(hessian, half, hessian @ half)) / 2
        tried(bool((half - w) @ (nxt - half) != 0), 2)


@pytest.mark.claim("zigzag", without="the first gradient is neither zero nor an eigenvector")
def test_from_an_eigenvector_there_are_no_two_lines(tried):
    """From an eigenvector the first step ends at the minimum, which leaves no second line and no share."""
    rng = np.random.default_rng(302)
    for _ in range(40):
        hessian = np.diag(rng.integers(1, 30, 2)).astype(object) * Fraction(1)
        for w in np.eye(2, dtype=int).astype(object) * Fraction(1):
            tried(not exactly.lowest(hessian, w, hessian @ w).any(), 2)


@pytest.mark.claim("zigzag", without="for the two lines and the share, there are two weights")
def test_in_space_the_lines_and_the_share_change(tried):
    """With three curvatures the third point is off the line to the first, and the second step leaves another share."""
    hessian = np.diag([Fraction(1), Fraction(2), Fraction(10)])
    for parts in itertools.product(range(1, 5), repeat=3):
        w = np.array([Fraction(n) for n in parts])
        after = exactly.lowest(hessian, w, hessian @ w)
        last = exactly.lowest(hessian, after, hessian @ after)
        values = [exactly.value(hessian, p) for p in (w, after, last)]
        tried(not (exactly.parallel(w, last) and exactly.parallel(w[1:], last[1:])), 3)
        tried(bool(values[1] * values[1] != values[0] * values[2]), 3)


def _extremes(rng, dim):
    """Draw positive curvatures in ascending order, and the bound q."""
    curvatures = np.sort(rng.integers(1, 30, dim)).astype(object) * Fraction(1)
    return curvatures, (curvatures[-1] - curvatures[0]) / (curvatures[-1] + curvatures[0])


@kantorovich
@pytest.mark.parametrize("dim", [1, 2, 3, 8])
def test_no_path_is_slower_than_the_bound(tried, dim):
    """Step after step, fixed rate and exact search keep to q and its square, and so does Kantorovich's inequality."""
    rng = np.random.default_rng(310 + dim)
    for _ in range(60):
        curvatures, q = _extremes(rng, dim)
        w, hessian = exactly.whole(rng, dim), np.diag(curvatures)
        if not w.any():
            continue
        fixed = exact = w
        for k in range(1, 4):
            fixed = fixed - 2 / (curvatures[0] + curvatures[-1]) * curvatures * fixed
            tried(bool(fixed @ fixed <= q ** (2 * k) * (w @ w)), dim)
            exact = exactly.lowest(hessian, exact, hessian @ exact) if exact.any() else exact
            tried(bool(exactly.value(hessian, exact) <= q ** (2 * k) * exactly.value(hessian, w)), dim)
        left, right = w @ (curvatures * w) * (w @ (w / curvatures)), (w @ w) ** 2
        tried(bool(left <= (curvatures[0] + curvatures[-1]) ** 2 / (4 * curvatures[0] * curvatures[-1]) * right), dim)


@kantorovich
def test_the_bounds_are_attained_and_other_rates_are_worse(tried):
    """From equal parts each exact step leaves the square of q; other rates leave more than q each step on an axis."""
    for least, most in itertools.combinations_with_replacement(range(1, 12), 2):
        hessian, q = np.diag([Fraction(least), Fraction(most)]), Fraction(most - least, most + least)
        w = start = np.array([Fraction(most), Fraction(least)])
        for k in range(1, 5):
            w = exactly.lowest(hessian, w, hessian @ w) if w.any() else w
            tried(bool(exactly.value(hessian, w) == q ** (2 * k) * exactly.value(hessian, start)), 2)
        for rate in (Fraction(n, 16 * most) for n in range(-16, 64)):
            axis = np.array([1, 0] if abs(1 - rate * least) > abs(1 - rate * most) else [0, 1]) * Fraction(1)
            for _ in range(3):
                after = axis - rate * (hessian @ axis)
                tried(bool(after @ after > q**2 * (axis @ axis)) or rate == Fraction(2, least + most), 2)
                axis = after


@kantorovich
@pytest.mark.parametrize("dim", [2, 5, 30])
def test_a_numerical_search_finds_no_worse_vector(tried, dim):
    """SciPy maximizes Kantorovich's product from random starts: it comes near the bound and does not pass it."""
    curvatures = np.linspace(1.0, 10.0, dim)
    for start in random_vectors(320 + dim, 5, dim):

        def product(g):
            return -float((g @ (curvatures * g)) * (g @ (g / curvatures)) / (g @ g) ** 2)

        found = -scipy.optimize.minimize(product, start, method="BFGS").fun  # stops at a slope of 1e-5
        tried.within(max(found / (121 / 40) - 1, 0.0), 8 * dim * EPS, dim, "8 d eps: three inner products round")
        tried(bool(found > 0.99 * 121 / 40), dim)


def _bent(w):
    """Return the value at w of a loss with curvatures from 1 to 10 along the first axis and 10 along the second."""
    x = abs(w[0])
    more = x**2 / 2 - x**3 / 6 if x < 1 else x / 2 - 1 / 6  # its curvature is 1 - x, from 1 down to 0
    return x**2 / 2 + 9 * more + 5 * w[1] ** 2


@pytest.mark.claim("kantorovich", without="the loss is quadratic")
def test_with_a_curvature_that_changes_equality_fails(tried):
    """With curvatures between 1 and 10 equal parts leave another share than the square of q; the search is SciPy's."""
    for x in range(2, 9):
        g = np.full(2, x + 4.5)  # where x > 1 the Hessian has the eigenvalues 1 and 10
        w = np.array([x, (x + 4.5) / 10])
        found = scipy.optimize.minimize_scalar(lambda t, w=w, g=g: _bent(w - t * g), (0.1, 0.2))
        tried(bool(abs(found.fun / _bent(w) - (9 / 11) ** 2) > 1e-3), 2)


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
        after = (w + exactly.lowest(hessian, w, hessian @ w)) / 2
        tried(bool(exactly.value(hessian, after) > Fraction(most - 1, most + 1) ** 2 * exactly.value(hessian, w)), 2)


@pytest.mark.claim(
    "kantorovich",
    without="for equality, the first gradient is a sum of eigenvectors of ℓ and λ of the same length",
)
def test_other_starts_are_faster(tried):
    """From parts of other lengths the first step leaves less than the square of q."""
    hessian = np.diag([Fraction(1), Fraction(10)])
    for n in (n for n in range(1, 100) if n != 10):
        w = np.array([Fraction(n), Fraction(1)])
        after = exactly.lowest(hessian, w, hessian @ w)
        tried(bool(exactly.value(hessian, after) < Fraction(81, 121) * exactly.value(hessian, w)), 2)


def _turned(dim, rng):
    """Draw orthonormal rows with rational entries, as the reflection in a vector of whole numbers."""
    v = exactly.whole(rng, dim) * 2 + 1
    return np.eye(dim, dtype=int).astype(object) - 2 * np.outer(v, v) / (v @ v)


@flow
@pytest.mark.parametrize("dim", [1, 2, 4])
def test_flow_shrinks_each_part_by_itself(tried, dim):
    """The matrix exponential of mpmath, in 50 digits, multiplies each eigenvector by the exponential of -μ t."""
    rng = np.random.default_rng(380 + dim)
    with mpmath.workdps(50):
        for _ in range(6):
            axes, eigenvalues = _turned(dim, rng), rng.integers(-3, 9, dim)
            hessian = mpmath.matrix((axes.T * eigenvalues @ axes).tolist())
            for t in (mpmath.mpf(1) / 4, mpmath.mpf(2)):
                power = mpmath.expm(-t * hessian)
                for axis, eigenvalue in zip(axes, eigenvalues.tolist(), strict=True):
                    left = power * mpmath.matrix(axis.tolist()) - mpmath.exp(-eigenvalue * t) * mpmath.matrix(axis)
                    tried.within(float(mpmath.norm(left)), 1e-40, dim, "ten of 50 digits for the rounding of mpmath")


@flow
def test_small_steps_miss_the_flow_by_what_is_said(tried):
    """In 60 digits, n times the miss of n steps tends to the first order that is said, with an error of order 1/n."""
    with mpmath.workdps(60):
        for x in (mpmath.mpf(n) / 4 for n in range(-12, 21) if n):
            second = mpmath.exp(-x) * (abs(x) ** 3 / 3 + x**4 / 8)  # bounds the next term of the expansion
            for n in (10**3, 10**5, 10**7):
                miss = n * (mpmath.exp(-x) - (1 - x / n) ** n) - x**2 * mpmath.exp(-x) / 2
                tried(bool(abs(miss) <= 2 * second / n), 1)


@flow
@pytest.mark.parametrize("dim", [2, 5])
def test_a_solver_follows_the_flow(tried, dim):
    """SciPy's solver of differential equations ends where the parts say."""
    curvatures = np.linspace(1.0, 4.0, dim)
    for start in random_vectors(390 + dim, 5, dim):
        found = scipy.integrate.solve_ivp(lambda _, w: -curvatures * w, (0, 1), start, rtol=1e-10, atol=1e-12)
        why = "assumed: it keeps each of its steps to 1e-10 of the way, and takes fewer than 100"
        size = 1e-8 * np.linalg.norm(start) + 1e-10
        tried.within(np.abs(found.y[:, -1] - np.exp(-curvatures) * start).max(), size, dim, why)


@pytest.mark.claim("gradient-flow", without="the loss is quadratic")
def test_on_a_bent_loss_the_share_depends_on_the_start(tried):
    """On log cosh w, where sinh w shrinks by the exponential of -t, w does not, though the curvature at 0 is 1."""
    for w in np.arange(1, 9) / 2:
        for t in (0.5, 1.0, 2.0):
            tried(bool(np.arcsinh(np.exp(-t) * np.sinh(w)) / w > np.exp(-t) + 1e-3), 1)


@pytest.mark.claim("gradient-flow", without="the time is fixed as n grows")
def test_at_a_fixed_rate_the_miss_grows(tried):
    """At the rate 1/4, that is t = n/4, along the curvature -1 the miss is not near what is said, and grows."""
    miss = [np.exp(n / 4) - 1.25**n - n / 32 * np.exp(n / 4) for n in (10, 20, 40, 80, 160)]
    tried([abs(b) > 10 * abs(a) for a, b in itertools.pairwise(miss)], 1)
    tried(abs(miss[0]) > 0.1, 1)
