"""A kink: minus a subgradient can be a way up, however short the step."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from steepest import L2, along, kinked

LABEL = "subgradient-up"
claim = pytest.mark.claim(LABEL)
AT, S = (1, 0), (1, 2)


def _loss(x, y):
    """Return ``abs(x) + 2 abs(y)``, of whole numbers or fractions."""
    return abs(x) + 2 * abs(y)


def _rise(at, t):
    """Return the change of the loss after a step of length ``t sqrt(5)`` against (1, 2)."""
    return _loss(at[0] - t * S[0], at[1] - t * S[1]) - _loss(*at)


@claim
def test_the_vector_is_a_subgradient(tried):
    """The plane through the kink with the slopes (1, 2) is nowhere above the loss, on a fine grid of fractions."""
    for x, y in product((Fraction(n, 4) for n in range(-50, 51)), repeat=2):
        tried(_loss(x, y) >= _loss(*AT) + S[0] * (x - AT[0]) + S[1] * (y - AT[1]), 2)


@claim
def test_every_step_against_it_rises(tried):
    """Steps of length ``t sqrt(5)``, t at most 1, raise the loss by exactly 3 t: in fractions, and in the package."""
    for t in (Fraction(n, 4096) for n in range(1, 4097)):
        tried(_rise(AT, t) == 3 * t, 2)
    steps = 2.0 ** -np.arange(0, 40)
    tried(along(kinked([1, 2]), np.array(AT, float), -np.array(S, float), steps) - 1 == 3 * steps, 2)
    assert L2(S) ** 2 == pytest.approx(5)


@pytest.mark.claim(LABEL, without="w is the point (1, 0)")
def test_elsewhere_on_the_kinks_the_rise_is_another(tried):
    """Against (1, 2) the loss falls by 3 t from (0, 1), t at most 1/2, and rises by 5 t from the origin."""
    for t in (Fraction(n, 256) for n in range(1, 129)):
        tried(_rise((0, 1), t) == -3 * t, 2)
        tried(_rise((0, 0), t) == 5 * t, 2)


@pytest.mark.claim(LABEL, without="w is the point (1, 0)")
def test_off_the_kink_short_steps_fall(tried):
    """At (1, y) with y > 0 the vector (1, 2) is the gradient, and short steps against it fall by 5 t."""
    for y, part in product((Fraction(1, n) for n in range(1, 50)), (Fraction(1, 8), Fraction(1, 4), Fraction(1, 2))):
        t = y * part
        tried(_rise((1, y), t) == -5 * t, 2)


@pytest.mark.claim(LABEL, without="the step goes against s and is at most √5 long")
def test_other_steps_rise_otherwise(tried):
    """Past the length sqrt(5) the first weight grows in size too, and the rise is 5 t - 2; backward, it is -5 t."""
    for t in (1 + Fraction(n, 64) for n in range(1, 200)):
        tried(_rise(AT, t) == 5 * t - 2 != 3 * t, 2)
        tried(_rise(AT, -t) == 5 * t != 3 * -t, 2)
