"""Laws of the ℓp norms between their ends, tried against 50 digits and brute force."""

import math

import mpmath
import numpy as np
import pytest
from strategies import EPS, random_vectors

from steepest import L1, L2, LINF, circle, directional_derivative, lp, steepest_direction

POWERS = [1.01, 1.2, 1.5, 3.0, 4.5, 10.0, 100.0]
powers = pytest.mark.parametrize("p", POWERS)
HUGE = float(np.finfo(float).max)


def exact(x, p):
    """Return the norm to 50 digits."""
    with mpmath.workdps(50):
        return mpmath.fsum(abs(mpmath.mpf(float(c))) ** mpmath.mpf(p) for c in x) ** (1 / mpmath.mpf(p))


def bound(dim, p):
    """Return the relative rounding of a norm: a power magnifies a rounding p times, its root shrinks it back."""
    return (dim + 2 * p + 10) * EPS


def test_ends_and_middle_are_the_named_norms():
    """The powers 1, 2 and infinity are L1, L2 and LINF themselves."""
    assert (lp(1), lp(2), lp(2.0), lp(math.inf)) == (L1, L2, L2, LINF)


@powers
@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_norm_and_dual_agree_with_fifty_digits(p, size):
    """A norm and its dual, of the power p / (p - 1), are right at any magnitude."""
    q = p / (p - 1)
    for x in random_vectors(7, 40, 5) * size:
        assert lp(p)(x) == pytest.approx(float(exact(x, p)), rel=bound(5, p))
        assert lp(p).dual(x) == pytest.approx(float(exact(x, q)), rel=bound(5, q))


def test_a_norm_is_written_with_its_power():
    """The name of a norm is ℓ with its power."""
    assert [lp(p).name for p in (1, 1.5, 2, 3, math.inf)] == ["ℓ1", "ℓ1.5", "ℓ2", "ℓ3", "ℓ∞"]


@powers
def test_a_row_is_measured_alone(p):
    """The norm, the dual norm and the aligned step of a row do not depend on the rows beside it, however long."""
    stack = random_vectors(9, 3, 2, 4) * np.array([1e-300, 1.0, 1e300])[:, None, None]
    for measure in (lp(p), lp(p).dual, lp(p).aligned):
        alone = [[measure(row) for row in rows] for rows in stack]
        np.testing.assert_allclose(measure(stack), alone, rtol=bound(4, p) + bound(4, p / (p - 1)))


@powers
def test_steepest_step_has_norm_one_and_attains_the_dual(p):
    """The steepest step has norm 1, and its slope is minus the dual norm."""
    gradients = random_vectors(8, 200, 4)
    u = steepest_direction(gradients, lp(p))
    np.testing.assert_allclose(lp(p)(u), 1, rtol=bound(4, p) + bound(4, p / (p - 1)))
    slope = directional_derivative(gradients, u)
    np.testing.assert_allclose(slope, -lp(p).dual(gradients), rtol=2 * bound(4, p / (p - 1)))


@powers
def test_no_step_around_the_ball_is_steeper(p):
    """No step of norm 1, all around the ball by 0.01 degrees, has a lower slope, and one is nearly as low."""
    g, around = np.array([2.0, -1.0]), circle(np.arange(0, 360, 0.01))
    ball = around / lp(p)(around)[:, None]
    slopes = directional_derivative(g, ball)
    value = -lp(p).dual(g)
    assert slopes.min() >= value - 1e-12
    # A point at most 0.005 degrees away on a ball inside the square: at most that far times the gradient's length off.
    assert slopes.min() <= value + math.radians(0.005) * 2 * math.hypot(*g)


@pytest.mark.parametrize("zero", [[0.0, 0.0], [0, 0]])
def test_zero_has_norm_zero(zero):
    """The zero vector has norm and dual norm zero."""
    assert lp(3)(zero) == lp(3).dual(zero) == 0


@pytest.mark.parametrize(
    ("p", "kind", "said"),
    [
        (0.5, ValueError, "p is 0.5: pass a power of at least 1"),
        (0, ValueError, "p is 0: pass a power of at least 1"),
        (-1, ValueError, "p is -1: pass"),
        (math.nan, ValueError, "p is nan: pass"),
        ("2", TypeError, "p is '2': pass"),
        (True, TypeError, "p is True: pass"),
    ],
)
def test_no_norm_below_one(p, kind, said):
    """A power below 1, or none at all, is refused."""
    with pytest.raises(kind, match=said):
        lp(p)
