"""The step threshold: on a quadratic exactly the rates below 2 / (curvature along the gradient) go down."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st
from strategies import EPS, random_vectors

from steepest import L2, curvature, descend, learning_rate, quadratic

LABEL = "step-threshold"
claim = pytest.mark.claim(LABEL)
WHY = "the products with the axes, the direction, the step and the loss round: (3 d**1.5 / 2 + 2 d + 9) eps"


def _whole(dim):
    """Return a spectrum and points of whole numbers where the gradient curves upward, with g, g @ g and g @ H @ g."""
    rng = np.random.default_rng(dim)
    spectrum, w = rng.integers(-3, 9, dim) | 1, rng.integers(-20, 21, (2000, dim))
    g = spectrum * w
    bend = (spectrum * g**2).sum(axis=1)
    up = bend > 0
    return spectrum, w[up], g[up], (g**2).sum(axis=1)[up], bend[up]


@claim
@pytest.mark.parametrize("dim", [1, 2, 5, 10])
def test_exactly_the_rates_below_the_threshold_go_down(tried, dim):
    """The loss falls exactly at rates below ``2 g @ g / (g @ H @ g)``, in whole numbers, saddles included."""
    spectrum, w, g, square, bend = _whole(dim)
    loss = quadratic(spectrum)
    assert len(w) > 200
    for rate in (1, 3, 8, 15, 16, 17, 31, 64, 200):  # in 64ths
        before, after = 64**2 * (spectrum * w**2).sum(axis=1), (spectrum * (64 * w - rate * g) ** 2).sum(axis=1)
        tried((after < before) == (rate * bend < 2 * 64 * square), dim)
        tried(loss(w - rate / 64 * loss.gradient(w)) * 2 * 64**2 == after, dim)


@claim
@pytest.mark.parametrize("dim", [1, 2, 5, 10])
def test_no_rate_ends_lower_than_one_over_the_curvature(tried, dim):
    """No rate ends below ``(g @ g)**2 / (2 g @ H @ g)`` under the start, which one over the curvature reaches."""
    spectrum, w, g, square, bend = _whole(dim)
    lowest = bend * (spectrum * w**2).sum(axis=1) - square**2  # twice the lowest loss, times the curvature's numerator
    for rate in (-9, 1, 3, 8, 15, 16, 17, 31, 64, 200):
        tried(bend * (spectrum * (64 * w - rate * g) ** 2).sum(axis=1) >= 64**2 * lowest, dim)
    for point, slope, up, down in zip(w[:50], g[:50], square[:50], bend[:50], strict=True):
        reached = [Fraction(int(x)) - Fraction(int(up), int(down)) * int(y) for x, y in zip(point, slope, strict=True)]
        best = sum(int(s) * x * x for s, x in zip(spectrum, reached, strict=True))
        tried(
            best
            == sum(int(s) * int(x) ** 2 for s, x in zip(spectrum, point, strict=True))
            - Fraction(int(up) ** 2, int(down)),
            dim,
        )


def _bowl(seed, dim):
    """Return a spectrum from 1/8 to 8 and more, axes, and the quadratic they make."""
    rng = np.random.default_rng(seed)
    spectrum = np.append(rng.uniform(0.125, 8.0, dim - 1), 8.0 + rng.uniform(0, 4))
    axes = scipy.linalg.qr(rng.standard_normal((dim, dim)))[0]
    return spectrum, axes, quadratic(spectrum, axes=axes)


_fractions = np.vectorize(Fraction, otypes=[object])


def _after(spectrum, axes, w, alpha):
    """Return the loss after one step, without rounding."""
    spectrum, axes, w = map(_fractions, (spectrum, axes, w))
    t = axes @ (w - Fraction(alpha) * (axes.T @ (spectrum * (axes @ w))))
    return (spectrum * t * t).sum() / 2


def _rounding(spectrum, w, alpha):
    """Bound the rounding of one step and of the loss at its end.

    In units of eps and of the length of w, with a the share ``alpha * largest curvature``, these round: two products
    with the axes and one with the spectrum, ``a (d**1.5 + 1)``; the direction, twice, the slope and the step length,
    ``a (3 d / 2 + 6)``; the sum, ``(1 + a) / 2``; a third product with the axes, ``(1 + a) d**1.5 / 2``. The loss adds
    d + 3 roundings of at most half an eps.
    """
    d, a = len(w), alpha * spectrum[-1]
    return (1.5 * d**1.5 + 2 * d + 9) * EPS * spectrum[-1] * ((1 + a) * L2(w)) ** 2


@claim
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 8), fraction=st.floats(0.01, 0.99))
def test_every_rate_below_the_largest_threshold_goes_down(tried, seed, dim, fraction):
    """For ``0 < alpha < 2 / largest eigenvalue`` one step lowers the loss from every point, to its exact value."""
    spectrum, axes, loss = _bowl(seed, dim)
    alpha, w = fraction * 2 / spectrum[-1], random_vectors(seed + 1, dim)
    before, after = descend(loss, w, learning_rate(alpha), 1).values
    tried(bool(after < before), dim)
    exact = _after(spectrum, axes, w, alpha)
    tried.within(float(Fraction(after) - exact), _rounding(spectrum, w, alpha), dim, WHY)


@claim
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 8), factor=st.floats(1.001, 10.0))
def test_every_rate_above_the_threshold_rises(tried, seed, dim, factor):
    """For ``alpha > 2 / eigenvalue`` the loss rises from every point on that axis, the steepest of the bowl."""
    spectrum, axes, loss = _bowl(seed, dim)
    alpha, w = factor * 2 / spectrum[-1], 3 * axes[-1]
    before, after = descend(loss, w, learning_rate(alpha), 1).values
    tried(bool(after > before), dim)
    exact = _after(spectrum, axes, w, alpha)
    tried.within(float(Fraction(after) - exact), _rounding(spectrum, w, alpha), dim, WHY)


@claim
def test_at_the_threshold_the_loss_stays(tried):
    """At ``alpha = 2 / eigenvalue`` the point jumps to the other side and the loss stays as it is."""
    path = descend(quadratic([4.0, 1.0]), [3.0, 0.0], learning_rate(0.5), 4)
    tried(path.points[:, 0] == [3, -3, 3, -3, 3], 2)
    tried(path.values == [18.0] * 5, 2)


@claim
@pytest.mark.parametrize(("alpha", "end"), [(0.12, "all steps taken"), (0.14, "out of range")])
def test_the_threshold_parts_convergence_from_divergence(tried, alpha, end):
    """With curvatures up to 16, descent converges at rate 0.12 and runs out of range at 0.14."""
    path = descend(quadratic([1.0, 16.0]), [1.0, 1.0], learning_rate(alpha), 2000)
    assert path.stopped == end
    tried(bool(path.values[-1] < 1e-30 if end == "all steps taken" else path.values[-1] > 1e300), 2)


@pytest.mark.claim(LABEL, without="the loss is quadratic")
def test_a_curvature_that_shrinks_allows_longer_steps(tried):
    """On ``w**4`` from 1 the curvature is 12, and rates between 2/12 and 1/2 still go down."""
    gradient = 4
    for rate in (Fraction(n, 100) for n in range(17, 50)):
        assert rate > Fraction(2, 12)
        tried((1 - rate * gradient) ** 4 < 1, 1)


@pytest.mark.claim(LABEL, without="the gradient is not zero")
def test_at_a_zero_gradient_no_rate_goes_down(tried):
    """At the center of a bowl any λ satisfies g·Hg = λ g·g, and no rate goes down, whether below 2/λ or not."""
    loss, center = quadratic([1.0, 4.0]), np.zeros(2)
    for rate in 2.0 ** np.arange(-40, 40):
        tried(not loss(center - rate * loss.gradient(center)) < loss(center), 2)


@pytest.mark.claim(LABEL, without="g·Hg = λ g·g for a λ > 0, the curvature along the gradient")
def test_where_the_gradient_curves_downward_every_rate_goes_down(tried):
    """On the falling side of a saddle 2 / curvature is negative, yet the loss falls at every rate, without a lowest."""
    loss, w = quadratic([1.0, -1.0]), np.array([1.0, 2.0])
    g, rates = loss.gradient(w), 2.0 ** np.arange(-20, 20)[:, None]
    assert curvature(loss, w, g) < 0
    after = loss(w - rates * g)
    tried((after < loss(w)) & (rates[:, 0] >= 2 / (curvature(loss, w, g) / (g @ g))), 2)
    tried(np.diff(after) < 0, 2)


@pytest.mark.claim(LABEL, without="the rate is positive")
def test_a_negative_rate_goes_up(tried):
    """Negative rates are below every positive threshold, and raise the loss."""
    loss, w = quadratic([1.0, 4.0]), np.array([1.0, -2.0])
    rates = -(2.0 ** np.arange(-40, 20))[:, None]
    tried(loss(w - rates * loss.gradient(w)) > loss(w), 2)
