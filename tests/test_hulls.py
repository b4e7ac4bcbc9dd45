"""The shortest vector of a convex hull, beside brute force in fractions and the condition that marks it."""

from fractions import Fraction
from itertools import combinations

import array_api_strict
import dask.array
import numpy as np
import pytest
import scipy.optimize
from strategies import EPS

from steepest import shortest_subgradient


def _exact(rows):
    """Return the shortest vector of the hull of vectors of two whole numbers, from all its corners and edges."""
    rows = [tuple(Fraction(int(x)) for x in row) for row in rows]
    best = min(rows, key=lambda p: p[0] ** 2 + p[1] ** 2)
    for p, q in combinations(rows, 2):
        side = (q[0] - p[0], q[1] - p[1])
        if square := side[0] ** 2 + side[1] ** 2:
            share = min(max(-(p[0] * side[0] + p[1] * side[1]) / square, Fraction(0)), Fraction(1))
            best = min(best, (p[0] + share * side[0], p[1] + share * side[1]), key=lambda r: r[0] ** 2 + r[1] ** 2)
    return (Fraction(0),) * 2 if any(best) and _holds_zero(rows, best) else best


def _holds_zero(rows, best):
    """Tell whether zero is inside: then some corner lies on the other side of what is nearest on the boundary."""
    return any(p[0] * best[0] + p[1] * best[1] < best[0] ** 2 + best[1] ** 2 for p in rows)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12])
def test_brute_force_in_the_plane(count):
    """Of hulls of whole numbers, doubles and lines among them, the point is the nearest of all corners and edges."""
    rng = np.random.default_rng(count)
    for _ in range(400):
        rows = rng.integers(-4, 5, (count, 2)) + rng.integers(0, 5, 2)
        exact = np.array([float(x) for x in _exact(rows)])
        assert np.abs(shortest_subgradient(rows) - exact).max() <= 64 * EPS * max(np.abs(rows).max(), 1)
        assert np.any(exact) or not np.any(shortest_subgradient(rows))


@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_it_is_in_the_hull_and_no_vector_lies_below_it(dim):
    """It is a weighted mean of the vectors (SciPy finds the weights), and none has a lower product with it."""
    rng = np.random.default_rng(dim)
    for _ in range(300):
        rows = rng.standard_normal((rng.integers(1, 30), dim)) + rng.integers(0, 3) * rng.standard_normal(dim)
        point = shortest_subgradient(rows)
        _, apart = scipy.optimize.nnls(np.vstack([rows.T, np.ones(len(rows))]), np.append(point, 1.0), maxiter=10_000)
        size, length = float(np.abs(rows).max()), float(np.linalg.norm(point))
        assert apart <= 100 * (dim + len(rows)) * EPS * size  # the rounding of SciPy's solver, which says nothing of it
        longest = float(np.linalg.norm(rows, axis=1).max())
        assert (rows @ point).min() >= length**2 - 3 * 4 * dim * EPS * longest * length  # as in _as_good_as_exact


def _solved(matrix, right):
    """Solve linear equations in fractions; None if they do not have exactly one solution."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next((r for r in range(i, len(rows)) if rows[r][i]), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r, row in enumerate(rows):
            if r != i and row[i]:
                rows[r] = [x - row[i] * y for x, y in zip(row, rows[i], strict=True)]
    return [row[-1] for row in rows]


def _product(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def _shortest(rows):
    """Return the shortest vector of the hull in fractions: of all sets of corners, the one with the marks of it."""
    rows = [[Fraction(float(x)) for x in row] for row in rows]
    for count in range(1, len(rows[0]) + 2):
        for corners in combinations(rows, min(count, len(rows))):
            # Weights of sum one, for which the products with all these corners are alike.
            matrix = [[*(_product(p, q) for q in corners), Fraction(1)] for p in corners]
            matrix.append([Fraction(1)] * len(corners) + [Fraction(0)])
            weights = _solved(matrix, [Fraction(0)] * len(corners) + [Fraction(1)])
            if weights is None or min(weights[:-1]) < 0:
                continue
            point = [_product(weights[:-1], side) for side in zip(*corners, strict=True)]
            if all(_product(point, row) >= _product(point, point) for row in rows):
                return point
    raise AssertionError("no set of corners has the shortest vector")


def _as_good_as_exact(rows):
    """Assert length, slope and zero of the answer to the rounding errors that its docstring allows."""
    rows, dim = np.asarray(rows, float), np.shape(rows)[1]
    exact, point = np.array(_shortest(rows), float), shortest_subgradient(rows)
    largest, longest = float(np.abs(rows).max()), float(np.linalg.norm(rows, axis=1).max())
    length, rounding = float(np.linalg.norm(point)), 4 * dim * EPS * longest
    if length == 0:
        assert np.linalg.norm(exact) <= 4 * dim * EPS * largest + rounding
        return
    assert np.any(exact)
    assert abs(length - np.linalg.norm(exact)) <= 2 * rounding  # its own, and that of the two lengths
    # The code allows each side of a corner, at most twice the longest vector, 4 d eps; the products here round as well.
    assert (rows @ point).min() >= length**2 - 3 * rounding * length


@pytest.mark.parametrize("dim", [2, 3, 4])
@pytest.mark.parametrize("kind", ["flat", "alike", "of all sizes"])
def test_hulls_at_the_edge_of_rounding_beside_fractions(kind, dim):
    """Of hulls that are flat, or of vectors nearly alike or of very different size, length and slope are right."""
    rng = np.random.default_rng(dim)
    for _ in range(150):
        count, tiny = int(rng.integers(2, 7)), 10.0 ** -rng.integers(2, 14)
        rows = rng.integers(-4, 5, (count, dim)).astype(float)
        if kind == "flat":
            rows = rows * np.geomspace(1, tiny, dim) + rng.integers(-1, 2, dim) * tiny
        elif kind == "alike":
            rows = rows * tiny + np.eye(dim)[0]
        else:
            rows = rows * 10.0 ** -rng.integers(0, 9, (count, 1))
        _as_good_as_exact(rows)


def test_steps_too_short_to_see_do_not_end_the_search():
    """Three hulls with a step that gains less than rounding, of which the next one gains more."""
    alike = [[0.99, 0, 0.3], [0.97, 2e-6, 0], [0.97, -3e-6, 0.2], [0.98, 1e-6, 0], [0.97, -2e-6, -0.1], [1.03, 3e-6, 0]]
    around = [[-3, -2e-8, 0], [3, -2e-8, 2], [-1, -2e-8, 1], [-1, 2e-8, 4], [2, 0, -2]]
    flat = [[3, 1e-9], [-7, 2e-9], [1, 5e-9]]
    for rows in (alike, around, flat):
        _as_good_as_exact(rows)
    assert not shortest_subgradient(around).any()
    assert (np.array(flat) @ shortest_subgradient(flat)).min() > 0  # against it all three fall


def test_32_bit_vectors_have_a_zero_of_their_own():
    """A mean that is zero but for the rounding of 32-bit floats is zero."""
    assert not shortest_subgradient(np.array([[1, 0.1], [-3, -0.3]], np.float32)).any()


def test_order_doubles_and_scale_change_nothing():
    """Vectors in another order, twice, or all of another size give the same point, of that size."""
    rng = np.random.default_rng(3)
    for scale in (1e-300, 2.0**-30, 1.0, 1e150, 1e300):
        rows = rng.standard_normal((7, 4)) + 1
        point = shortest_subgradient(rows)
        again = shortest_subgradient(np.repeat(rng.permutation(rows), 3, axis=0) * scale) / scale
        np.testing.assert_allclose(again, point, rtol=0, atol=1e-13)


def test_zero_is_exact():
    """Where zero is inside, or all vectors are zero, the answer is zero, not something of the size of rounding."""
    for rows in (np.zeros((3, 2)), [[1.0, 0.1], [-3.0, -0.3]], np.vstack([np.eye(5), -np.ones(5) / 3])):
        assert not shortest_subgradient(rows).any()


@pytest.mark.parametrize("xp", [array_api_strict, dask.array])
def test_the_answer_is_of_the_library_and_type_of_the_vectors(xp):
    """Arrays of another library, or of 32-bit floats, come back as such."""
    rows = xp.asarray([[1.0, 2.0], [1.0, -2.0]], dtype=xp.float32)
    point = shortest_subgradient(rows)
    assert type(point) is type(rows)
    assert point.dtype == xp.float32
    np.testing.assert_allclose(np.asarray(point), [1, 0], rtol=0, atol=8 * float(np.finfo(np.float32).eps))
