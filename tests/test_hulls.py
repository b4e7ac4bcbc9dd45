"""The shortest vector of a convex hull, beside brute force in fractions, SciPy, and the condition that marks it."""

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
        assert apart <= 100 * (dim + len(rows)) * EPS * size
        assert (rows @ point).min() >= length**2 - 100 * (dim + len(rows)) * EPS * size * length


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_scipy_agrees(dim):
    """Sequential quadratic programming over the weights comes no nearer to zero, and about as near."""
    rng = np.random.default_rng(10 + dim)
    for _ in range(60):
        rows = rng.standard_normal((dim + 2, dim)) + 1
        found = scipy.optimize.minimize(
            lambda a, rows=rows: (a @ rows) @ (a @ rows),
            np.full(len(rows), 1 / len(rows)),
            jac=lambda a, rows=rows: 2 * rows @ (a @ rows),
            bounds=[(0, None)] * len(rows),
            constraints={"type": "eq", "fun": lambda a: a.sum() - 1, "jac": lambda a: np.ones_like(a)},
            method="SLSQP",
            options={"ftol": 1e-14},
        )
        theirs, ours = float(found.fun), float(shortest_subgradient(rows) @ shortest_subgradient(rows))
        assert ours - 1e-10 <= theirs <= ours + 1e-6  # the solver's own tolerances, for the sum of weights and the end


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
    assert np.asarray(point).tolist() == [1, 0]
