"""Downhill: small enough steps along u lower the loss if and only if ``u @ g < 0``."""

import numpy as np
import pytest
from specimens import QUADRATIC, SMOOTH
from strategies import random_vectors

from steepest import L2, along, circle, directional_derivative, quadratic, random_directions, steepest_direction

claim = pytest.mark.claim("downhill-sign")
SPECIMENS = {**QUADRATIC, **SMOOTH}


def _steps(specimen, w, slope):
    """Return steps of at most ``abs(slope) / most curvature``, too short for the sign to turn."""
    reach = float(np.abs(w).max()) + 1
    longest = min(1.0, abs(slope) / specimen.bounds(reach)[0])
    return longest * np.array([1.0, 0.5, 0.1]), reach


@claim
@pytest.mark.parametrize("name", SPECIMENS)
def test_the_sign_of_the_slope_decides(name):
    """The loss changes by at least half the slope times the step, downward if the slope is negative and only then."""
    specimen, signs = SPECIMENS[name], []
    for w, u in zip(random_vectors(80, 60, specimen.dim), random_directions(60, specimen.dim, seed=81), strict=True):
        slope = directional_derivative(specimen.loss.gradient(w), u)
        steps, reach = _steps(specimen, w, slope)
        change = along(specimen.loss, w, u, steps) - specimen.loss(w)
        # Taylor's remainder is at most step**2 / 2 times the curvature, hence at most half of the first-order term.
        rounding = 2 * specimen.rounding(0, np.append(w, reach)) + specimen.rounding(1, w, scale=np.abs(u).sum())
        if rounding > abs(slope) * steps.min() / 8:
            continue
        assert np.all(np.sign(slope) * change >= steps * abs(slope) / 2 - rounding)
        assert np.all((change < 0) == (slope < 0))
        signs.append(slope < 0)
    assert min(sum(signs), len(signs) - sum(signs)) >= 15


@claim
@pytest.mark.parametrize("name", SPECIMENS)
def test_half_of_all_directions_go_down(name):
    """A direction goes down exactly when its opposite goes up."""
    specimen = SPECIMENS[name]
    g, u = specimen.loss.gradient(random_vectors(82, specimen.dim)), random_directions(500, specimen.dim, seed=83)
    np.testing.assert_array_equal(directional_derivative(g, u) < 0, directional_derivative(g, -u) > 0)


@claim
@pytest.mark.parametrize("degrees", [90, 270])
def test_perpendicular_to_the_gradient_is_not_downhill(degrees):
    """Along the level line the slope is zero, and on a loss that curves upward every step rises, however short."""
    loss, w = quadratic([1.0, 1.0]), np.array([0.0, -5.0])
    u = circle(degrees, steepest_direction(loss.gradient(w)))
    assert directional_derivative(loss.gradient(w), u) == 0.0
    steps = 2.0 ** np.arange(-20, 3)
    assert np.all(along(loss, w, u, steps) > loss(w))


@claim
@pytest.mark.parametrize("degrees", [91.0, 120.0, 180.0, 240.0, 269.0])
def test_every_direction_past_a_right_angle_goes_down(degrees):
    """On the unit parabola a step of less than twice ``-u @ g`` along any direction past 90 degrees goes down."""
    loss, w = quadratic([1.0, 1.0]), np.array([3.0, -4.0])
    u = circle(degrees, loss.gradient(w))
    limit = -2 * directional_derivative(loss.gradient(w), u)
    assert limit == pytest.approx(-2 * 5 * np.cos(np.radians(degrees)), rel=1e-13)  # 1/cos(91 deg) is 57 roundings
    assert np.all(along(loss, w, u, limit * np.array([0.01, 0.5, 0.99])) < loss(w))
    assert along(loss, w, u, 1.01 * limit) > loss(w)
    assert L2(u) == pytest.approx(1.0)
