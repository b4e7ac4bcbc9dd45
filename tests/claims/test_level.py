"""On the level line: the gradient stands across it, the curvature decides there, and a zero gradient has no slopes."""

from fractions import Fraction

import numpy as np
import pytest
from specimens import QUADRATIC, SMOOTH, derivative_along
from strategies import EPS, random_vectors

from steepest import L2, Loss, along, bowl, circle, curvature, directional_derivative, quadratic, random_directions

ACROSS, BEND, FLAT = "level-line", "level-curvature", "zero-gradient"


def _peano(x, y):
    """Return Peano's surface: its second derivatives exist everywhere, and jump at the origin."""
    return x * y * (x**2 - y**2) / (x**2 + y**2)


@pytest.mark.claim(ACROSS)
@pytest.mark.parametrize("spectrum", [(1.0, 1.0), (1.0, 4.0), (0.5, 9.0), (1.0, -1.0), (2.0, -6.0)])
def test_level_curves_of_quadratics_have_no_slope(tried, spectrum):
    """Along the tangents of ellipses and hyperbolas, level lines of quadratics in closed form, the slope is zero."""
    a, b = 1 / np.sqrt(np.abs(spectrum))
    t, size = np.linspace(-3, 3, 1000)[:, None], np.array([0.1, 1.0, 10.0])
    cos, sin = (np.cos, np.sin) if spectrum[1] > 0 else (np.cosh, np.sinh)
    curve = np.stack([a * size * cos(t), b * size * sin(t)], axis=-1)
    tangent = np.stack([(-1 if spectrum[1] > 0 else 1) * a * size * sin(t), b * size * cos(t)], axis=-1)
    g = quadratic(spectrum).gradient(curve)
    why = "the two terms, which cancel, round by at most 6 eps each, and their sum by one more"
    tried.within(directional_derivative(g, tangent), 14 * EPS * L2(g) * L2(tangent), 2, why)


@pytest.mark.claim(ACROSS)
@pytest.mark.parametrize("name", [name for name, specimen in SMOOTH.items() if specimen.dim == 2])
def test_level_lines_found_by_search_leave_across_the_gradient(tried, name):
    """Where the loss on a small circle is what it is at the center, the way there is off a right angle by O(radius)."""
    specimen = SMOOTH[name]
    for w in 0.7 * random_vectors(130, 40, 2):
        g, most = specimen.loss.gradient(w), specimen.bounds(float(np.abs(w).max()) + 1)[0]
        radius = 1e-3 * min(1.0, L2(g) / most)
        ring = circle(np.linspace(0, 360, 3601), start=g)
        above = specimen.loss(w + radius * ring) > specimen.loss(w)
        (crossings,) = np.nonzero(above[1:] != above[:-1])
        assert len(crossings) == 2
        # By Taylor the crossing has a slope of at most radius / 2 * curvature; the sweep stops within 0.1 degrees.
        bound, rounding = radius * most / 2 + L2(g) * np.radians(0.1), 4 * specimen.rounding(0, np.abs(w) + 1) / radius
        why = "the rounding of two losses, twice, over the radius"
        tried.below(directional_derivative(g, ring[crossings]), bound, rounding, 2, why)


@pytest.mark.claim(ACROSS, without="the loss is differentiable at w")
def test_partial_derivatives_need_not_stand_across(tried):
    """``(x + y) (x - y)**2 / (x**2 + y**2)`` is 0 on the line (t, t), and has the partial derivatives 1 at 0."""

    def ridge(x, y):
        return (x + y) * (x - y) ** 2 / (x**2 + y**2)

    for t in (Fraction(sign, n) for n in range(1, 100) for sign in (1, -1)):
        assert ridge(t, t) == 0
        partials = ridge(t, Fraction(0)) / t, ridge(Fraction(0), t) / t
        tried(partials[0] * 1 + partials[1] * 1 != 0, 2)


@pytest.mark.claim(ACROSS, without="the loss is constant on the curve")
def test_other_curves_have_slope(tried):
    """A straight line along any vector that is not across the gradient has a slope."""
    g = bowl([1.0, 4.0]).gradient([1.6, 0.4])
    tangents = circle(np.delete(np.arange(360), [90, 270]), start=g)
    tried(abs(directional_derivative(g, tangents)) > L2(g) * np.sin(np.radians(0.5)), 2)


@pytest.mark.claim(ACROSS, without="the curve is differentiable at w")
def test_a_curve_too_fast_at_w_has_no_tangent(tried):
    """On x - y**3 the level curve of t and its cube root moves along the gradient (1, 0) at the rate 1, not 0."""
    for root in (Fraction(sign, n) for n in range(1, 200) for sign in (1, -1)):
        t = root**3
        x, y = t, root
        assert x - y**3 == 0  # exact: fractions
        tried((x * 1 + y * 0) / t == 1, 2)


@pytest.mark.claim(BEND)
@pytest.mark.parametrize("name", [*QUADRATIC, *SMOOTH])
def test_without_slope_the_sign_of_the_curvature_decides(tried, name):
    """Along directions made orthogonal to the gradient, short steps rise where the loss curves up, else fall."""
    specimen = {**QUADRATIC, **SMOOTH}[name]
    loss, dim = specimen.loss, specimen.dim
    w, v = random_vectors(131, 200, dim), random_directions(200, dim, seed=132)
    g, reach = loss.gradient(w), np.abs(w).max(axis=1) + 1
    u = v - (np.sum(v * g, axis=1) / np.sum(g * g, axis=1))[:, None] * g
    u /= L2(u)[:, None]
    bend, third = curvature(loss, w, u)[:, None], np.array([[specimen.bounds(r)[1]] for r in reach])
    # The second-order term outweighs the third-order one twice over below 3 * bend / (2 * third).
    steps = np.minimum(1.0, 1.5 * abs(bend) / np.maximum(third, 1e-300)) * [1.0, 0.3]
    values = 4 * np.array([[specimen.rounding(0, r)] for r in reach])
    seen = values + 8 * (dim + 2) * EPS * L2(g)[:, None] * steps < abs(bend) * steps**2 / 8
    change = loss(w[:, None] + steps[..., None] * u[:, None]) - loss(w)[:, None]
    assert np.sum(seen) >= 50
    tried((np.sign(change) == np.sign(bend))[seen], dim)


@pytest.mark.claim(BEND)
@pytest.mark.parametrize("spectrum", [(1, 4), (3, -2), (-5, -1), (1, -7)])
def test_across_the_gradient_of_a_quadratic_the_curvature_decides(tried, spectrum):
    """On quadratics steps along the gradient turned by 90 degrees have the sign of the curvature, without rounding."""
    w = np.random.default_rng(0).integers(-50, 51, (2000, 2))
    g, loss = np.array(spectrum) * w, quadratic(spectrum)
    u = np.stack([-g[:, 1], g[:, 0]], axis=1)
    bend = (np.array(spectrum) * u**2).sum(axis=1)
    for step in (1 / 64, 1.0):
        tried((np.sign(loss(w + step * u) - loss(w)) == np.sign(bend))[bend != 0], 2)


@pytest.mark.claim(BEND)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_curvature_that_decides_is_the_second_derivative(tried, name):
    """The curvature along a direction agrees with the second derivative along it, computed in many digits."""
    specimen = SMOOTH[name]
    for w, u in zip(random_vectors(133, 10, specimen.dim), random_directions(10, specimen.dim, seed=134), strict=True):
        tolerance = specimen.rounding(2, w, scale=np.abs(u).sum() ** 2)
        exact = derivative_along(specimen, w, u, 2)
        tried.within(
            curvature(specimen.loss, w, u) - exact, tolerance, specimen.dim, "the terms of H u and u @ H u round"
        )


@pytest.mark.claim(BEND, without="the slope along u is zero")
def test_with_a_slope_the_curvature_does_not_decide(tried):
    """``t**2 / 2 - t`` curves upward and falls at every step below 2."""
    loss, w, u = quadratic([1.0], center=[1.0]), np.zeros(1), np.ones(1)
    assert curvature(loss, w, u) > 0
    tried(along(loss, w, u, np.linspace(0, 2, 1000)[1:-1]) < loss(w), 1)


@pytest.mark.claim(BEND, without="the curvature along u is not zero")
def test_without_curvature_either_sign_is_possible(tried):
    """``t**4`` and ``-t**4`` have slope and curvature zero at 0; one rises and the other falls."""
    steps = 2.0 ** np.arange(-100, 10)
    for sign in (1, -1):
        loss = Loss(
            lambda w, s=sign: s * w[..., 0] ** 4, lambda w, s=sign: 4 * s * w**3, lambda w, v, s=sign: 12 * s * w**2 * v
        )
        w, u = np.zeros(1), np.ones(1)
        tried(np.sign(along(loss, w, u, steps) - loss(w)) != np.sign(curvature(loss, w, u)), 1)


@pytest.mark.claim(BEND, without="the second derivatives are continuous near w")
def test_second_partial_derivatives_at_w_alone_are_not_enough(tried):
    """Half a square less four times Peano's surface has the curvature 5 along (2, 1), where every step falls."""
    h = Fraction(1, 10**12)
    for t in (Fraction(1, n) for n in range(1, 200)):
        # The slopes of the surface on the axes are -y and x, so its second derivatives at 0 are 0, -1, 1 and 0. In the
        # curvature -1 and 1 cancel: what is left is that of half a square, 2**2 + 1.
        assert abs(_peano(h * t, t) / (h * t) + t) <= h * t
        assert abs(_peano(t, h * t) / (h * t) - t) <= h * t
        tried(((2 * t) ** 2 + t**2) / 2 - 4 * _peano(2 * t, t) < 0, 2)


@pytest.mark.claim(BEND, without="the step is short enough")
def test_a_long_step_forgets_the_curvature_at_its_start(tried):
    """``t**2 / 2 - t**4`` curves upward at 0 and falls at every step past 1/sqrt(2)."""
    for step in (Fraction(3, 4) + Fraction(n, 64) for n in range(100)):
        tried(step**2 / 2 - step**4 < 0, 1)


@pytest.mark.claim(FLAT)
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_every_slope_is_zero_at_the_center_of_a_quadratic(tried, dim):
    """From the center of a quadratic the loss changes by less per length, the shorter the step: every slope is zero."""
    center, u, steps = random_vectors(136, dim), random_directions(100, dim, seed=137), 2.0 ** -np.arange(20)[:, None]
    why = "the point rounds by eps of the center and two of the step, the direction and the loss by (2 d + 8) eps"
    for spectrum in random_vectors(135, 20, dim):
        loss = quadratic(spectrum, center=center)
        assert not np.any(directional_derivative(loss.gradient(center), u))
        change = loss(center + steps[..., None] * u) - loss(center)
        most, off = np.abs(spectrum).max() / 2, EPS * (L2(center) + 2 * steps)
        rounding = most * (2 * off + off**2 / steps + (2 * dim + 8) * EPS * (steps + off) ** 2 / steps)
        tried.below(change / steps, most * steps, rounding, dim, why)


@pytest.mark.claim(FLAT)
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_a_negative_curvature_is_a_way_down(tried, dim):
    """From the saddle of a quadratic exactly the directions of negative curvature go down, in whole numbers."""
    rng = np.random.default_rng(dim)
    spectrum, u = rng.integers(-9, 10, dim), rng.integers(-9, 10, (4000, dim))
    loss, bend = quadratic(spectrum), (spectrum * u**2).sum(axis=1)
    change = loss(u / 64.0) - loss(np.zeros(dim))
    tried((change < 0) == (bend < 0), dim)


@pytest.mark.claim(FLAT, without="the gradient is zero")
def test_a_gradient_that_is_not_zero_has_a_steepest_direction(tried):
    """Where the gradient is not zero, directions differ in slope: from minus its length to its length."""
    for g in random_vectors(138, 100, 3):
        slope = directional_derivative(g, np.stack([g, -g]))
        tried(slope[1] < 0 < slope[0], 3)


@pytest.mark.claim(FLAT, without="for the way down, the curvature along u is negative")
def test_a_minimum_has_no_way_down(tried):
    """At the bottom of a bowl every curvature is positive, and every step rises."""
    loss, origin = bowl([1.0, 4.0, 0.5]), np.zeros(3)
    for u in random_directions(100, 3, seed=139):
        tried(along(loss, origin, u, np.geomspace(1e-3, 10, 20)) > loss(origin), 3)


@pytest.mark.claim(FLAT, without="for the way down, the second derivatives are continuous near w")
def test_a_negative_curvature_made_of_partial_derivatives_is_no_way_down(tried):
    """Four times Peano's surface less half a square has the curvature -5 along (2, 1), where every step rises."""
    for t in (Fraction(1, n) for n in range(1, 200)):
        tried(4 * _peano(2 * t, t) - ((2 * t) ** 2 + t**2) / 2 > 0, 2)


@pytest.mark.claim(FLAT, without="for the way down, the step is short enough")
def test_a_long_step_from_a_zero_gradient_rises(tried):
    """``t**4 - t**2 / 2`` curves downward at 0, and past 1/sqrt(2) every step is higher than the start."""
    for step in (Fraction(3, 4) + Fraction(n, 64) for n in range(100)):
        tried(step**4 - step**2 / 2 > 0, 1)
