"""Cauchy-Schwarz: an inner product is at most the product of the lengths, and equal to it only for parallel vectors."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from strategies import EPS, TINY, exact_dot, exact_norm, pairs, random_vectors, wide

from steepest import L2, LINF, cosine, directional_derivative

LABEL = "cauchy-schwarz"
claim = pytest.mark.claim(LABEL)


def _dot(a, b):
    """Return inner products of whole numbers, without rounding."""
    return (a * b).sum(axis=-1)


@claim
@pytest.mark.parametrize(("dim", "reach"), [(1, 40), (2, 5), (3, 2), (4, 1)])
def test_all_pairs_of_whole_vectors(tried, dim, reach):
    """For all pairs of small whole vectors the bound holds, with equality for positive or negative multiples alone."""
    grid = np.array(list(product(range(-reach, reach + 1), repeat=dim)))
    a, b = grid[:, None], grid[None]
    inner, bound = _dot(a, b), _dot(a, a) * _dot(b, b)  # the bound is squared: no root is needed
    tried(inner**2 <= bound, dim)
    both = (_dot(a, a) > 0) & (_dot(b, b) > 0)
    # Parallel: every minor vanishes. Then the sign of a product of components that are not zero tells the side.
    minors = a[..., :, None] * b[..., None, :] - a[..., None, :] * b[..., :, None]
    parallel = ~minors.any(axis=(-2, -1))
    same, opposite = (parallel & (side * a * b >= 0).all(axis=-1) for side in (1, -1))
    tried(((inner**2 == bound) & (inner > 0))[both] == same[both], dim)
    tried(((inner**2 == bound) & (inner < 0))[both] == opposite[both], dim)


@claim
@pytest.mark.parametrize("dim", [2, 3, 10, 100])
def test_the_gap_is_a_sum_of_squares(tried, dim):
    """What is missing is the sum of all squared minors, as Lagrange found: in whole numbers, without rounding."""
    a, b = np.random.default_rng(dim).integers(-1000, 1001, (2, 300, dim))
    gap = _dot(a, a) * _dot(b, b) - _dot(a, b) ** 2
    minors = a[:, :, None] * b[:, None, :] - a[:, None, :] * b[:, :, None]
    tried((gap >= 0) & (gap == (minors**2).sum(axis=(1, 2)) // 2), dim)


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100, 1000])
def test_random_vectors_stay_below_the_bound(tried, dim):
    """The package's inner products stay below the product of its lengths, at random."""
    a, b = random_vectors(dim, 30, 1, dim), random_vectors(dim + 1, 30, dim)
    # Each length is off by (d / 2 + 1) eps of itself, the inner product by d eps of the product of the lengths.
    tried(abs(directional_derivative(a, b)) <= L2(a) * L2(b) * (1 + (2 * dim + 3) * EPS), dim)


@claim
@given(drawn=pairs(wide, wide))
@example(drawn=([1e300, 1e-300], [1e-300, 1e300]))
@example(drawn=([1e-300, 1e-300], [1e-300, 1e-300]))
@example(drawn=([1.0, 1.0], [1.0, 1.0 + EPS]))
def test_the_bound_in_exact_fractions(tried, drawn):
    """The bound holds for any floats as they are, squared, in exact fractions, and the package computes both sides."""
    a, b = drawn
    inner, size = exact_dot(a, b)
    tried(inner**2 <= exact_dot(a, a)[0] * exact_dot(b, b)[0], len(a))
    rounding = len(a) * (Fraction(EPS) * size + Fraction(TINY))
    if size < Fraction(1e308):  # beyond, the product is no float
        tried(abs(Fraction(directional_derivative(a, b)) - inner) <= rounding, len(a))
    tried(all(abs(L2(x) - exact_norm(x)) <= (len(a) / 2 + 2) * EPS * exact_norm(x) for x in drawn), len(a))


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100, 1000])
def test_multiples_reach_the_bound(tried, dim):
    """Positive and negative multiples of a vector have the cosines 1 and -1, whatever the factor."""
    a = random_vectors(dim, 200, 1, dim)
    factor = (10.0 ** np.arange(-4, 5))[:, None]
    why = "a rounded unit vector is off by (d / 2 + 2) eps in length, the inner product of two by d eps"
    tried.within(cosine(a, factor * a) - 1, (2 * dim + 4) * EPS, dim, why)
    tried.within(cosine(a, -factor * a) + 1, (2 * dim + 4) * EPS, dim, why)


@pytest.mark.claim(LABEL, without="length is Euclidean")
def test_the_largest_component_is_too_short(tried):
    """With the largest component as length, the inner product of (1, ..., 1) with itself is d, and the bound 1."""
    for dim in range(2, 200):
        ones = np.ones(dim)
        tried(directional_derivative(ones, ones) > LINF(ones) * LINF(ones), dim)


@pytest.mark.claim(LABEL, without="for the cases of equality, neither vector is zero")
def test_the_zero_vector_equals_both_bounds(tried):
    """With the zero vector both equalities hold at once, though no other vector has its direction."""
    for b in np.random.default_rng(0).integers(1, 100, (100, 3)):
        zero = 0 * b
        bound = _dot(zero, zero) * _dot(b, b)
        tried(_dot(zero, b) ** 2 == bound == 0 and zero.any() != b.any(), 3)
