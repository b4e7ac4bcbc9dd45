"""Misconceptions, how fast: steepest is not fastest, not done in d steps, rarely as slow as its bound; momentum."""

from fractions import Fraction

import exactly
import mpmath
import numpy as np
import pytest
import scipy.optimize
from strategies import EPS, complex_step, random_vectors

from steepest import bowl, directional_derivative, quadratic, steepest_direction

claim = pytest.mark.claim


def _whole(seed, *shape):
    """Return whole numbers from -4 to 4, for exact arithmetic."""
    return exactly.whole(np.random.default_rng(seed), *shape)


def _hessian(seed, dim):
    """Return a positive definite matrix of whole numbers."""
    root = _whole(seed, dim, dim)
    return root @ root.T + np.eye(dim, dtype=int) * Fraction(1)


def _lowest(hessian, g, along):
    """Return the change of a quadratic to its lowest point on the line, in exact arithmetic."""
    return -((along @ g) ** 2) / (2 * (along @ hessian @ along))


@claim("not-fastest")
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_less_steep_line_holds_the_minimum(tried, dim):
    """In exact arithmetic the line along -H^-1 g holds the minimum; that along -g is steeper and does not."""
    for seed in range(30):
        hessian, g = _hessian(seed, dim), _whole(seed + 1, dim)
        if exactly.parallel(hessian @ g, g):
            continue
        newton = -exactly.solve(hessian, g)
        whole = (g @ newton) / 2
        tried(_lowest(hessian, g, newton) == whole < _lowest(hessian, g, -g), dim)
        along, gradient = newton.astype(float), g.astype(float)
        slopes = [directional_derivative(gradient, steepest_direction(d)) for d in (gradient, -along)]
        tried(slopes[0] < slopes[1], dim)


@claim("not-fastest")
@pytest.mark.parametrize("dim", [2, 5])
def test_a_search_on_both_lines_finds_the_same(tried, dim):
    """A numerical line search on both lines, knowing nothing of quadratics, agrees."""
    spectrum = np.arange(1.0, dim + 1)
    loss = quadratic(spectrum)
    for w in random_vectors(3, 20, dim):
        g = loss.gradient(w)
        lines = (g, g / spectrum)
        steep, newton = (scipy.optimize.minimize_scalar(lambda t, w=w, p=p: loss(w - t * p)).fun for p in lines)
        tried(newton < 1e-12 < 1e-9 < steep, dim)


@claim("not-fastest", without="the loss is quadratic")
def test_off_quadratics_the_line_of_newton_misses_the_minimum(tried):
    """On the bowl the lowest loss on the line along -H^-1 g stays well above the minimum, 0."""
    loss, w = bowl([1.0, 4.0]), np.array([2.0, 0.5])
    g, curvature = loss.gradient(w), np.array([loss.hessian_product(w, e) @ e for e in np.eye(2)])
    t = np.linspace(-1, 1, 100_001)[:, None]
    tried(loss(w - t * g / curvature).min() > 0.1, 2)


@claim("not-fastest", without="the Hessian is positive definite")
def test_at_a_saddle_the_line_of_newton_holds_no_minimum(tried):
    """On a saddle that line from (2, 1) stays at 0 or above, and the loss does not."""
    loss, w = quadratic([1.0, -1.0]), np.array([2.0, 1.0])
    t = np.linspace(-10, 10, 2001)[:, None]
    tried((loss(w - t * w) >= 0) & (loss([0.0, 1.0]) < 0), 2)


@claim("not-fastest", without="the gradient is neither zero nor an eigenvector")
def test_on_an_axis_steepest_is_fastest(tried):
    """Where g is an eigenvector the line along -g holds the minimum."""
    hessian, g = np.array([[2, 1], [1, 2]], dtype=object) * Fraction(1), np.array([5, 5], dtype=object) * Fraction(1)
    tried(_lowest(hessian, g, -g) == (g @ -exactly.solve(hessian, g)) / 2, 2)


@claim("not-in-d-steps")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_exact_steps_do_not_end(tried, dim):
    """In exact arithmetic no gradient of the path is zero, and none an eigenvector: through d + 3 steps."""
    for seed in range(10):
        hessian, g = _hessian(seed, dim), _whole(seed + 1, dim)
        if exactly.parallel(hessian @ g, g):
            continue
        for _ in range(dim + 3):
            g = g - (g @ g) / (g @ hessian @ g) * (hessian @ g)
            tried(any(g) and not exactly.parallel(hessian @ g, g), dim)


@claim("not-in-d-steps", without="the loss is quadratic")
def test_off_quadratics_one_step_can_end_it(tried):
    """On ``w1**4 / 4 + w1**2 / 2 + w2**2`` the exact step from (1, 1), where g is no eigenvector, ends it."""

    def loss(w):
        return w[0] ** 4 / 4 + w[0] ** 2 / 2 + w[1] ** 2

    w = np.ones(2)
    g = complex_step(loss, w, np.eye(2))
    rates = np.linspace(0, 1, 1001)
    fallen = loss(w[:, None] - rates * g[:, None])
    tried(fallen.argmin() == 500 and fallen.min() < 1e-30, 2)
    # The change of the gradient along g is H g, up to a few millionths: (8, 4).
    ahead, behind = (complex_step(loss, w + step * g, np.eye(2)) for step in (1e-3, -1e-3))
    bent = (ahead - behind) / 2e-3
    tried(bent[0] * g[1] - bent[1] * g[0] > 1, 2)


@claim("not-in-d-steps", without="the line search is exact")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_the_rates_of_the_eigenvalues_end_it_in_d_steps(tried, dim):
    """With the rates 1 / eigenvalue, each once, d steps make the gradient zero, in exact arithmetic."""
    spectrum = np.array([Fraction(i) for i in range(1, dim + 1)], dtype=object)
    g = spectrum * _whole(3, dim) + Fraction(1, 3)
    for eigenvalue in spectrum:
        g = g - spectrum * g / eigenvalue
    tried(not any(g), dim)


@claim("not-in-d-steps", without="the first gradient is neither zero nor an eigenvector")
def test_from_an_eigenvector_one_step_ends_it(tried):
    """From a gradient that is an eigenvector one exact step ends at the minimum."""
    hessian, g = np.array([[2, 1], [1, 2]], dtype=object) * Fraction(1), np.array([5, 5], dtype=object) * Fraction(1)
    tried(not any(g - (g @ g) / (g @ hessian @ g) * (hessian @ g)), 2)


def _factor(spectrum, g):
    """Return the factor of an exact step on a quadratic, from the parts of the gradient on its axes, and its bound."""
    after = g - (g @ g) / (g @ (spectrum * g)) * spectrum * g
    low, high = min(spectrum), max(spectrum)
    return (after @ (after / spectrum)) / (g @ (g / spectrum)), ((high - low) / (high + low)) ** 2


@claim("not-equality")
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_bound_is_attained_by_equal_parts_on_the_extreme_axes_alone(tried, dim):
    """In exact arithmetic the factor is below the bound, and equal to it exactly when g has two equal parts."""
    for seed in range(200):
        spectrum, g = abs(_whole(seed, dim)) + 1, _whole(seed + 1, dim)
        if seed % 4 == 0:
            g = 0 * g
            for extreme, sign in ((min, 1), (max, (-1) ** (seed // 4))):
                g[list(spectrum).index(extreme(spectrum))] = sign * Fraction(1 + seed % 3)
        low, high = g * (spectrum == min(spectrum)), g * (spectrum == max(spectrum))
        if not any(g):
            continue
        factor, bound = _factor(spectrum, g)
        attaining = min(spectrum) == max(spectrum) or (all(low + high == g) and low @ low == high @ high)
        tried(factor == bound if attaining else factor < bound, dim)


@claim("not-equality")
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_a_numerical_search_attains_the_bound_and_does_not_pass_it(tried, dim):
    """A numerical line search on the package's quadratic agrees, at the worst start and at others."""
    spectrum = np.linspace(1, 10, dim)
    loss = quadratic(spectrum)
    worst = np.zeros(dim)
    worst[[0, -1]] = 1 / spectrum[[0, -1]]
    for w in [worst, *random_vectors(8, 20, dim)]:
        g = loss.gradient(w)
        factor = scipy.optimize.minimize_scalar(lambda t, w=w, g=g: loss(w - t * g)).fun / loss(w)
        exact, bound = _factor(spectrum, g)
        why = "(d + 64) eps: the search stops a few roots of eps from the best rate, which is a few eps of loss"
        tried.within(factor - exact, (dim + 64) * EPS, dim, why=why)
        tried.within(abs(factor - bound) if w is worst else max(factor - bound, 0), (dim + 64) * EPS, dim, why=why)


@claim("not-equality", without="the loss is quadratic")
def test_off_quadratics_the_bound_of_the_hessian_fails(tried):
    """On the bowl, where the two curvatures are 0.79 and 0.72, the exact step leaves over five times their bound."""
    loss, w = bowl([1.0, 4.0]), np.array([0.5, 1.5])
    high, low = (loss.hessian_product(w, e) @ e for e in np.eye(2))
    bound = ((high - low) / (high + low)) ** 2
    lowest = scipy.optimize.minimize_scalar(lambda t: loss(w - t * loss.gradient(w))).fun
    tried(lowest / loss(w) > 5 * bound > 0 and high > low > 0, 2)


@claim("not-equality", without="the eigenvalues are positive")
def test_with_a_negative_eigenvalue_the_bound_fails(tried):
    """With the eigenvalues -1, -1/10 and 4 there is a step that ends above the bound times the loss."""
    spectrum, g = np.array([Fraction(-1), Fraction(-1, 10), Fraction(4)]), np.array([0, 1, 1]) * Fraction(1)
    before = g @ (g / spectrum) / 2
    after = before + _lowest(np.diag(spectrum), g, -g)
    tried(bool(after > _factor(spectrum, g)[1] * before), 3)


@claim("not-equality", without="the line search is exact")
def test_a_short_step_is_not_held_by_the_bound(tried):
    """A step a hundredth as long as the best leaves more than the bound."""
    loss, w = quadratic([1.0, 10.0]), np.array([2.0, 0.6])
    g = loss.gradient(w)
    tried(loss(w - 0.01 * (g @ g) / (g @ loss.hessian_product(w, g)) * g) / loss(w) > (9 / 11) ** 2, 2)


@claim("not-equality", without="w is not the minimum")
def test_at_the_minimum_both_sides_are_zero_without_equal_parts(tried):
    """At the minimum 0 = bound * 0 holds, though the zero gradient has no eigenvector as a part."""
    loss = quadratic([1.0, 10.0])
    tried(loss([0.0, 0.0]) == (9 / 11) ** 2 * loss([0.0, 0.0]) and not loss.gradient([0.0, 0.0]).any(), 2)


@claim("not-twice-the-root")
def test_complex_roots_have_the_root_of_the_momentum_as_their_size(tried):
    """Roots to 50 digits have the size sqrt(gamma); the iteration stays below its constant times the power of it."""
    with mpmath.workdps(50):
        for gamma, curved in np.random.default_rng(9).uniform([0.01, 0], [1.5, 6], (200, 2)):
            gamma, middle = mpmath.mpf(gamma), 1 + mpmath.mpf(gamma) - mpmath.mpf(curved)
            if middle**2 >= 4 * gamma:
                continue
            roots = mpmath.eig(mpmath.matrix([[middle, -gamma], [1, 0]]), left=False, right=False)
            size = mpmath.sqrt(gamma)
            tried(all(bool(abs(abs(root) - size) < mpmath.mpf(10) ** -40) for root in roots), 1)
            # w_0 = w_1 = 1, so w_k = a s**k + b t**k with a + b = 1 and a s + b t = 1.
            first = (1 - roots[1]) / (roots[0] - roots[1])
            constant, last, now = abs(first) + abs(1 - first), mpmath.mpf(1), mpmath.mpf(1)
            for k in range(1, 60):
                tried(bool(abs(now) <= constant * size**k * (1 + mpmath.mpf(10) ** -30)), 1)
                last, now = now, middle * now - gamma * last


@claim("not-twice-the-root", without="the roots are not real")
def test_real_roots_have_other_sizes(tried):
    """With gamma = 1/100 and alpha lambda = 1/100 the roots are real, one nearly ten times sqrt(gamma)."""
    roots = np.roots([1, -1.0, 0.01])
    tried(np.isreal(roots).all() and abs(roots).max() > 9 * np.sqrt(0.01), 1)


@claim("not-twice-the-root")
@pytest.mark.parametrize("gamma", [0.3, 0.81, 0.99])
def test_the_measured_rate_of_momentum_is_the_root(tried, gamma):
    """Over 2000 steps the error shrinks at the rate sqrt(gamma), not at twice that, for several curvatures."""
    for curved in (0.5, 1.0, 2.0):
        step = np.array([[1 + gamma - curved, -gamma], [1.0, 0.0]])
        state, log = np.array([1.0, 0.0]), 0.0
        for _ in range(2000):
            state = step @ state
            state, log = state / np.linalg.norm(state), log + np.log(np.linalg.norm(state))
        # A power of the step stretches by its eigenvalues' power, up to the condition of the eigenvectors.
        condition = np.linalg.cond(np.linalg.eig(step)[1])
        why = "4 eps of the matrix a step, seen through its eigenvectors, and the sum of 2000 logarithms"
        rounding = EPS * (4 * condition * np.linalg.norm(step) / np.sqrt(gamma) + abs(log))
        tried.below(log / 2000 - np.log(gamma) / 2, np.log(condition) / 2000, rounding, 1, why)
