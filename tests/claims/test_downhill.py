"""Downhill: small enough steps along u lower the loss if ``u @ g < 0`` and raise it if ``u @ g > 0``."""

import numpy as np
import pytest
from specimens import QUADRATIC, SMOOTH
from strategies import EPS, random_vectors

from steepest import L2, along, circle, directional_derivative, kinked, quadratic, random_directions

LABEL = "downhill-sign"
claim = pytest.mark.claim(LABEL)
SPECIMENS = {**QUADRATIC, **SMOOTH}


def _steps(specimen, w, slope):
    """Return steps of at most ``abs(slope) / most curvature``, half of the length that the claim allows."""
    reach = float(np.abs(w).max()) + 1
    longest = min(1.0, abs(slope) / specimen.bounds(reach)[0])
    return longest * np.array([1.0, 0.5, 0.1]), reach


@claim
@pytest.mark.parametrize("name", SPECIMENS)
def test_the_sign_of_the_slope_decides(tried, name):
    """The loss changes by at least half the slope times the step, downward if the slope is negative and only then."""
    specimen, signs = SPECIMENS[name], []
    for w, u in zip(random_vectors(80, 120, specimen.dim), random_directions(120, specimen.dim, seed=81), strict=True):
        slope = directional_derivative(specimen.loss.gradient(w), u)
        steps, reach = _steps(specimen, w, slope)
        change = along(specimen.loss, w, u, steps) - specimen.loss(w)
        # Taylor's remainder is at most step**2 / 2 times the curvature, hence at most half of the first-order term.
        rounding = 2 * specimen.rounding(0, np.append(w, reach)) + specimen.rounding(1, w, scale=np.abs(u).sum())
        if rounding > abs(slope) * steps.min() / 8:
            continue
        tried(np.sign(slope) * change >= steps * abs(slope) / 2 - rounding, specimen.dim)
        tried((change < 0) == (slope < 0), specimen.dim)
        signs.append(slope < 0)
    assert min(sum(signs), len(signs) - sum(signs)) >= 30


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10])
def test_the_length_named_will_do(tried, dim):
    """On quadratics every step below ``2 abs(slope) / curvature`` has the sign of the slope, for u of any length."""
    rng = np.random.default_rng(dim)
    spectrum, w, u = 2 * rng.integers(-4, 4, dim) + 1, *rng.integers(-20, 21, (2, 4000, dim))
    loss, slope, bend = quadratic(spectrum), (spectrum * w * u).sum(axis=1), (spectrum * u**2).sum(axis=1)
    w, u, slope, bend = w[slope != 0], u[slope != 0], slope[slope != 0], np.maximum(abs(bend), 1)[slope != 0]
    tried(directional_derivative(loss.gradient(w), u) == slope, dim)
    for share in (1, 32, 63):  # in 64ths of the length: changes are then at least 9e-7, their rounding at most 1e-9
        step = share / 64 * 2 * abs(slope) / bend
        tried(np.sign(loss(w + step[:, None] * u) - loss(w)) == np.sign(slope), dim)


@claim
@pytest.mark.parametrize("degrees", [91.0, 120.0, 180.0, 240.0, 269.0])
def test_every_direction_past_a_right_angle_goes_down(tried, degrees):
    """On the unit parabola exactly the steps below ``-2 u @ g`` go down, along any direction past 90 degrees."""
    loss, w = quadratic([1.0, 1.0]), np.array([3.0, -4.0])
    u = circle(degrees, loss.gradient(w))
    limit = -2 * directional_derivative(loss.gradient(w), u)
    why = "the cosine of 91 degrees magnifies the rounding of the angle 57 times; six more for the product and u"
    tried.within(limit / (-2 * 5 * np.cos(np.radians(degrees))) - 1, 64 * EPS, 2, why)
    tried(along(loss, w, u, limit * np.linspace(0.001, 0.999, 999)) < loss(w), 2)
    tried(along(loss, w, u, limit * np.linspace(1.001, 2, 999)) > loss(w), 2)
    assert abs(L2(u) - 1) <= 4 * EPS


@pytest.mark.claim(LABEL, without="the loss is differentiable at w")
def test_a_slope_made_of_partial_derivatives_is_not_enough(tried):
    """The partial derivatives of w1 + w2 + 3 sqrt(abs(w1 w2)) at 0 give (-1, -1) the slope -2, yet every step rises."""
    partials, u = np.array([1.0, 1.0]), np.array([-1.0, -1.0])
    assert directional_derivative(partials, u) == -2  # exact: whole numbers
    for step in 2.0 ** np.arange(-100, 1):
        x, y = step * u
        tried(x + y + 3 * np.sqrt(abs(x * y)) > 0, 2)


@pytest.mark.claim(LABEL, without="the slope is not zero")
@pytest.mark.parametrize("degrees", [90, 270])
def test_perpendicular_to_the_gradient_the_slope_has_no_say(tried, degrees):
    """Along the level line the slope is zero, and on a loss that curves upward every step rises, however short."""
    loss, w = quadratic([1.0, 1.0]), np.array([0.0, -5.0])
    u = circle(degrees, loss.gradient(w))
    slope, steps = directional_derivative(loss.gradient(w), u), 2.0 ** np.arange(-20, 3)
    assert slope == 0  # exact: a quarter turn is exact, so each product is zero
    tried(along(loss, w, u, steps) > loss(w), 2)


@pytest.mark.claim(LABEL, without="the step is short enough")
def test_a_long_step_of_negative_slope_rises(tried):
    """On w**2 / 2 from w = 1 the slope to the left is -1, and every step past its length 2 rises."""
    loss, w, left = quadratic([1.0]), np.ones(1), -np.ones(1)
    assert directional_derivative(loss.gradient(w), left) < 0
    tried(along(loss, w, left, 2.0 + 2.0 ** np.arange(-20, 20)) > loss(w), 1)


@pytest.mark.claim(LABEL, without="for the length named, the loss is twice continuously differentiable on the way")
def test_a_kink_on_the_way_shortens_the_length(tried):
    """On abs(w) from 1/4 the slope to the left is -1 and no curvature exceeds 1; the step 1, short of 2, rises."""
    loss, w, left = kinked([1.0]), np.array([0.25]), -np.ones(1)
    slope, most = directional_derivative(loss.gradient(w), left), 1.0
    steps = np.linspace(0.75, 1.75, 100)
    assert np.all(steps < 2 * abs(slope) / most)
    tried(along(loss, w, left, steps) > loss(w), 1)


@pytest.mark.claim(LABEL, without="for the length named, λ bounds the curvature wherever the way has one")
def test_the_curvature_at_the_start_does_not_name_the_length(tried):
    """``t**4 - t`` has slope -1 and curvature zero at 0; bounded by λ = 1 there, steps between 1 and 2 still rise."""
    steps = np.linspace(1.0, 2.0, 130)[1:-1]
    tried(steps**4 - steps > 0, 1)
