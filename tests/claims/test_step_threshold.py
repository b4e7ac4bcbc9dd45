"""The descent threshold: on a quadratic every rate below 2 / (largest curvature) goes down, and none above is safe."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st
from strategies import EPS, random_vectors

from steepest import descend, learning_rate, quadratic

claim = pytest.mark.claim("step-threshold")


def _bowl(seed, dim):
    """Return a spectrum from 1/8 to 8 and more, axes, and the quadratic they make."""
    rng = np.random.default_rng(seed)
    spectrum = np.append(rng.uniform(0.125, 8.0, dim - 1), 8.0 + rng.uniform(0, 4))
    axes = scipy.linalg.qr(rng.standard_normal((dim, dim)))[0]
    return spectrum, axes, quadratic(spectrum, axes=axes)


@claim
@given(st.integers(0, 10**6), st.integers(1, 8), st.floats(0.01, 0.99))
def test_every_rate_below_the_threshold_goes_down(seed, dim, fraction):
    """For ``0 < alpha < 2 / largest eigenvalue`` one step lowers the loss from every point, by its closed form."""
    spectrum, axes, loss = _bowl(seed, dim)
    alpha, w = fraction * 2 / spectrum[-1], random_vectors(seed + 1, dim)
    before, after = descend(loss, w, learning_rate(alpha), 1).values
    assert after < before
    # The part along an axis is multiplied by 1 - alpha * eigenvalue; sums of d**2 products round.
    exact = (spectrum * ((1 - alpha * spectrum) * (axes @ w)) ** 2).sum() / 2
    assert abs(after - exact) <= 32 * (dim + 2) ** 2 * EPS * before


@claim
@given(st.integers(0, 10**6), st.integers(1, 8), st.floats(1.001, 10.0))
def test_every_rate_above_the_threshold_rises_somewhere(seed, dim, factor):
    """For ``alpha > 2 / largest eigenvalue`` the loss rises from every point on the steepest axis."""
    spectrum, axes, loss = _bowl(seed, dim)
    before, after = descend(loss, 3 * axes[-1], learning_rate(factor * 2 / spectrum[-1]), 1).values
    assert after > before
    assert after == pytest.approx(before * (1 - 2 * factor) ** 2, rel=64 * (dim + 2) ** 2 * EPS)


@claim
def test_at_the_threshold_the_loss_stays():
    """At ``alpha = 2 / eigenvalue`` the point jumps to the other side and the loss stays as it is."""
    path = descend(quadratic([4.0, 1.0]), [3.0, 0.0], learning_rate(0.5), 4)
    np.testing.assert_array_equal(path.points[:, 0], [3, -3, 3, -3, 3])
    np.testing.assert_array_equal(path.values, [18.0] * 5)


@claim
@pytest.mark.parametrize(("alpha", "end"), [(0.12, "all steps taken"), (0.14, "out of range")])
def test_the_threshold_parts_convergence_from_divergence(alpha, end):
    """With curvatures up to 16, descent converges at rate 0.12 and runs out of range at 0.14."""
    path = descend(quadratic([1.0, 16.0]), [1.0, 1.0], learning_rate(alpha), 2000)
    assert path.stopped == end
    assert path.values[-1] < 1e-30 if end == "all steps taken" else path.values[-1] > 1e300
