"""The minus sign: a small enough step along -g lowers the loss, and the same step along g raises it."""

import mpmath
import numpy as np
import pytest
from specimens import DIGITS, SMOOTH, at
from strategies import random_vectors

from steepest import quadratic

LABEL = "minus-goes-down"
claim = pytest.mark.claim(LABEL)


@claim
@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_both_signs_in_whole_numbers(tried, dim):
    """On quadratics -g goes down and g goes up for rates below 2 / curvature, without rounding."""
    rng = np.random.default_rng(dim)
    spectrum, w = 2 * rng.integers(-4, 4, dim) + 1, rng.integers(-50, 51, (4000, dim))
    w = w[(spectrum * w).any(axis=1)]  # where the gradient is not zero
    loss = quadratic(spectrum)
    for m in (8, 16, 64):  # alpha = 1/m, below 2/7
        # 2 m**2 times the loss, in integers, from the formula.
        before, down, up = ((spectrum * (m * w + sign * spectrum * w) ** 2).sum(axis=1) for sign in (0, -1, 1))
        tried((down < before) & (before < up), dim)
        moved = [loss(w + sign * loss.gradient(w) / m) for sign in (0, -1, 1)]
        tried(2 * m**2 * np.array(moved) == [before, down, up], dim)


@claim
@pytest.mark.parametrize("name", SMOOTH)
def test_both_signs_on_smooth_losses(tried, name):
    """A step shorter than the curvature allows goes down along -g and up along g, on every loss of the book."""
    specimen = SMOOTH[name]
    w = random_vectors(120, 2000, specimen.dim)
    g, reach = specimen.loss.gradient(w), float(np.abs(w).max()) + 1
    # Taylor's remainder is at most half of alpha * norm(g)**2 when alpha is at most 1 / curvature.
    longest = min(1 / specimen.bounds(reach)[0], 1 / np.abs(g).max())
    for alpha in longest * np.array([1.0, 0.5, 0.1]):
        before, down, up = (specimen.loss(w + step * g) for step in (0, -alpha, alpha))
        seen = alpha * (g * g).sum(axis=1) / 4 > 2 * specimen.rounding(0, np.append(w, reach))
        assert seen.mean() > 0.5
        tried(((down < before) & (before < up))[seen], specimen.dim)


@claim
@pytest.mark.parametrize("name", SMOOTH)
def test_both_signs_in_many_digits(tried, name):
    """With the losses in 70 digits, steps from 1e-30 to 1e-6 go down along -g and up along g."""
    specimen = SMOOTH[name]
    for w in random_vectors(121, 5, specimen.dim):
        g = specimen.loss.gradient(w)
        before = at(specimen, w)
        for exponent in (-30, -15, -6):
            with mpmath.workdps(DIGITS):
                alpha = mpmath.mpf(10) ** exponent
                down, up = (
                    specimen.exact([mpmath.mpf(float(x)) + s * alpha * float(y) for x, y in zip(w, g, strict=True)])
                    for s in (-1, 1)
                )
            tried(down < before < up, specimen.dim)


@pytest.mark.claim(LABEL, without="the loss is differentiable at w")
def test_partial_derivatives_are_not_enough(tried):
    """At 0, w1 + w2 + 3 sqrt(abs(w1 w2)) has the partial derivatives 1, and rises against them at every step."""

    def crease(x, y):
        return x + y + 3 * np.sqrt(abs(x * y))

    s = 2.0 ** np.arange(-100, 11)  # powers of two: nothing here rounds
    for sign in (1, -1):
        tried((crease(sign * s, 0 * s) == sign * s) & (crease(0 * s, sign * s) == sign * s), 2)
    tried(crease(-s, -s) > crease(0, 0), 2)


@pytest.mark.claim(LABEL, without="the gradient is not zero")
def test_at_a_zero_gradient_neither_sign_moves(tried):
    """At the saddle of (w1**2 - w2**2) / 2 the update stays where it is: neither down nor up, at any rate."""
    saddle, origin = quadratic([1.0, -1.0]), np.zeros(2)
    for alpha in 2.0 ** np.arange(-50, 51):
        moved = [saddle(origin + sign * alpha * saddle.gradient(origin)) for sign in (-1, 1)]
        tried(not moved[0] < saddle(origin) and not saddle(origin) < moved[1], 2)


@pytest.mark.claim(LABEL, without="the step is small enough")
def test_a_long_step_against_the_gradient_rises(tried):
    """On 2 w**2 from w = 1 the rate 1/2 arrives at the same loss on the other side, and a higher rate rises."""
    loss, w = quadratic([4.0]), np.ones(1)
    for alpha in (0.5, 0.625, 1.0, 2.0, 1024.0):
        tried(loss(w - alpha * loss.gradient(w)) >= loss(w), 1)
