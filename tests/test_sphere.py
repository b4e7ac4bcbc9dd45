"""Unit vectors around a circle and at random on a sphere."""

import mpmath
import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import EPS, nonzero, pairs, random_vectors, tame, wide

from steepest import L2, circle, random_directions


@given(st.floats(-720, 720))
def test_circle_is_cosine_and_sine(degrees):
    """The vector at an angle is (cos, sin) of it, counterclockwise from (1, 0)."""
    with mpmath.workdps(40):
        radians = mpmath.mpf(degrees) * mpmath.pi / 180
        exact = [float(mpmath.cos(radians)), float(mpmath.sin(radians))]
    # The radians, at most 4 pi, are rounded twice; then cosine and sine once.
    np.testing.assert_allclose(circle(degrees), exact, rtol=0, atol=(4 * np.pi + 1) * EPS)


@pytest.mark.parametrize("turns", [-3, 0, 1, 100])
def test_quarter_turns_are_exact(turns):
    """At multiples of 90 degrees the circle's vectors are the axes, without a rounding error, many turns on, too."""
    corners = circle([360 * turns + quarter for quarter in (0, 90, 180, 270)])
    np.testing.assert_array_equal(corners[[0, 2]], [[1, 0], [-1, 0]])
    np.testing.assert_array_equal(corners[[1, 3]], [[0, 1], [0, -1]])


def test_one_angle_gives_one_vector_and_a_row_gives_rows():
    """One angle gives a vector of shape (d,), n angles give n rows."""
    start, toward = random_vectors(50, 2, 4)
    assert circle(10).shape == (2,)
    assert circle([10]).shape == (1, 2)
    assert circle([10, 20, 30], start, toward).shape == (3, 4)


@given(pairs(tame, tame, max_dim=6), st.floats(-360, 360))
def test_circle_stays_in_its_plane(drawn, degrees):
    """The circle's vectors have length one and lie in the plane of the two vectors that span it."""
    start, toward = map(np.array, drawn)
    assume(np.linalg.norm(np.outer(start, toward) - np.outer(toward, start)) > 1e-3 * L2(start) * L2(toward) > 0)
    u, (q, _) = circle(degrees, start, toward), np.linalg.qr(np.stack([start, toward], axis=-1))
    # Gram-Schmidt loses as many digits as the sine of the angle between the two vectors, at least 7e-4, has zeros.
    assert L2(u) == pytest.approx(1, abs=1500 * 8 * len(start) * EPS)
    assert np.linalg.norm(u - q @ (q.T @ u)) <= 1500 * 8 * len(start) * EPS


@pytest.mark.parametrize("gap", [1e-13, 1e-10, 1e-5, 0.1, 10.0])
def test_a_quarter_turn_is_perpendicular_to_the_start(gap):
    """At 90 degrees the vector is perpendicular to the start, on the other vector's side, even if nearly parallel."""
    start, toward = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0 + gap])
    u = circle(90, start, toward)
    assert abs(u @ start) <= 16 * EPS * L2(start)
    assert u[2] > 0
    assert L2(u) == pytest.approx(1, abs=8 * EPS)


@pytest.mark.parametrize("dim", [2, 3, 10, 100])
def test_a_multiple_of_the_start_spans_no_plane(dim):
    """A multiple of the start is refused, whatever its rounding makes of it."""
    for start in random_vectors(51, 50, dim):
        with pytest.raises(ValueError, match=r"^toward is parallel to start"):
            circle(90, start, -start / 3)


@given(nonzero(wide, max_dim=2).filter(lambda x: len(x) == 2))
def test_in_the_plane_the_start_turns_counterclockwise(start):
    """From any start in the plane, zero degrees is its own direction and 90 degrees is a left turn."""
    ahead, left = circle([0, 90], start)
    np.testing.assert_array_equal(left, [-ahead[1], ahead[0]])
    np.testing.assert_allclose(ahead * L2(start), start, rtol=8 * EPS, atol=1e-15 * L2(start))


def test_angles_grow_toward_the_second_vector():
    """A vector between the two that span the plane lies at a positive angle."""
    np.testing.assert_allclose(circle(45, [0, 0, 2], [0, 5, 5]), [0, 0.5**0.5, 0.5**0.5], atol=4 * EPS)
    np.testing.assert_allclose(circle(45, [2, 0], [1, -5]), [0.5**0.5, -(0.5**0.5)], atol=4 * EPS)


@pytest.mark.parametrize("dim", [1, 2, 3, 100])
def test_random_directions_have_length_one(dim):
    """Random directions are unit vectors, as many and of as many components as asked for."""
    u = random_directions(50, dim, seed=1)
    assert u.shape == (50, dim)
    np.testing.assert_allclose((u * u).sum(-1), 1.0, rtol=(dim + 4) * EPS)


def test_a_seed_fixes_the_directions():
    """The same seed gives the same directions, another seed gives others."""
    again, other = random_directions(5, 3, seed=7), random_directions(5, 3, seed=8)
    np.testing.assert_array_equal(random_directions(5, 3, seed=7), again)
    assert not np.any(again == other)  # exact: other draws, not other roundings


@pytest.mark.parametrize("dim", [2, 3, 10])
def test_random_directions_are_uniform(dim):
    """The squared component along any axis has the beta distribution of a uniform direction."""
    count, axis = 100_000, L2.aligned(np.arange(1.0, dim + 1))
    along = random_directions(count, dim, seed=2) @ axis
    # Dvoretzky-Kiefer-Wolfowitz: a deviation past this bound has probability 1e-9.
    bound = np.sqrt(np.log(2e9) / (2 * count))
    assert scipy.stats.ks_1samp(along**2, scipy.stats.beta(0.5, (dim - 1) / 2).cdf).statistic <= bound
    # Hoeffding: so has an imbalance of the two sides.
    assert abs(np.mean(along > 0) - 0.5) <= bound
