"""Exact arithmetic, in fractions: matrices with orthonormal columns; quadratics, their starts and lowest points."""

from fractions import Fraction

import numpy as np


def whole(rng, *shape):
    """Draw whole numbers from -4 to 4, for exact arithmetic."""
    return rng.integers(-4, 5, shape).astype(object) * Fraction(1)


def hessian(rng, dim):
    """Draw a positive definite matrix of whole numbers, not a multiple of the identity."""
    root = whole(rng, dim, dim)
    return root @ root.T + np.diag(np.arange(1, dim + 1)).astype(object) * Fraction(1)


def orthogonal(rng, size):
    """Return a matrix of fractions with orthonormal columns: a product of one to four reflections, of either sign."""
    result = np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)])
    for _ in range(rng.integers(1, 5)):
        v = np.array([Fraction(int(c)) for c in rng.integers(1, 6, size) * rng.choice([-1, 1], size)])
        result = result - 2 * np.outer(v, v @ result) / (v @ v)
    return result * int(rng.choice([-1, 1]))


def solve(matrix, right):
    """Solve a positive definite system without rounding."""
    rows = np.column_stack([matrix, right])
    for i in range(len(rows)):
        rows[i] = rows[i] / rows[i, i]
        for j in range(len(rows)):
            if j != i:
                rows[j] = rows[j] - rows[j, i] * rows[i]
    return rows[:, -1]


def value(matrix, w):
    """Return the loss at w of the quadratic with a Hessian and its minimum at zero."""
    return w @ matrix @ w / 2


def lowest(matrix, w, *along):
    """Return the lowest point of w plus the span of some vectors, independent of each other, without rounding."""
    basis = np.array(along)
    return w - basis.T @ solve(basis @ matrix @ basis.T, basis @ matrix @ w)


def parallel(a, b):
    """Say whether two vectors lie on one line through zero."""
    return all(a[i] * b[j] == a[j] * b[i] for i in range(len(a)) for j in range(i))


def starts(dim, count=40):
    """Draw Hessians and starts whose gradient is neither zero nor an eigenvector."""
    rng = np.random.default_rng(dim)
    while count:
        matrix, w = hessian(rng, dim), whole(rng, dim)
        g = matrix @ w
        if not parallel(g, matrix @ g):
            count -= 1
            yield matrix, w
