"""The norms that the battery tries: each with its size and its dual written a second time, from mpmath numbers.

A new norm is one entry here; `test_norms.py` and `test_backends.py` then try every law on it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import mpmath
import numpy as np
from strategies import EPS

from steepest import L1, L2, LINF, blocks, ellipsoid, lp, polytope, schatten

HEXAGON = np.array([[2, 0], [1, 1], [-1, 1], [-2, 0], [-1, -1], [1, -1]])
# The corners of a cube and two steps along each axis: the rhombic dodecahedron, of 12 sides.
DODECAHEDRON = np.array(
    [[a, b, c] for a in (1, -1) for b in (1, -1) for c in (1, -1)] + [*(2 * np.eye(3)), *(-2 * np.eye(3))]
)


@dataclass(frozen=True)
class Tried:
    """A norm and what is known about it."""

    make: Callable  # the norm: made anew by each test, so that a mutant of what makes it is seen by its tests
    size: Callable  # of a list of mpmath numbers
    dual: Callable
    dim: int | None = None  # the one dimension it has; None if it has any
    powers: float = 1.0  # what magnifies a rounding: the largest power taken, or a condition number
    strict: bool = False  # its ball is strictly convex: one step alone is steepest

    def rounding(self, dim):
        """Bound the relative rounding of the norm, its dual or its step: a sum of d terms, their powers and roots."""
        return (2 * dim + 4 * self.powers + 12) * EPS

    def fit(self, numbers):
        """Return the numbers, again from the start or cut off, as a vector of the norm's dimension."""
        return np.array(numbers) if self.dim is None else np.resize(numbers, self.dim)


def _p(power):
    """Return the norm of that power."""
    if power == math.inf:
        return lambda x: max(map(abs, x))
    power = mpmath.mpf(power)
    return lambda x: mpmath.fsum(abs(c) ** power for c in x) ** (1 / power)


def _hexagon(x):
    return max(abs(x[1]), (abs(x[0]) + abs(x[1])) / 2)


def _widest(points):
    """Return the largest inner product with one of the points, whole numbers."""
    rows = [[int(c) for c in row] for row in points]
    return lambda g: max(mpmath.fsum(a * b for a, b in zip(row, g, strict=True)) for row in rows)


def _stretched(matrix, divisor=1):
    """Return the root of the quadratic form of a matrix of whole numbers, over a divisor."""
    return lambda x: mpmath.sqrt(
        mpmath.fsum(a * m * b for row, a in zip(matrix, x, strict=True) for m, b in zip(row, x, strict=True)) / divisor
    )


def _of(outer, *inner):
    """Return a norm of norms, each of which takes two numbers."""
    return lambda x: outer([norm(x[2 * k : 2 * k + 2]) for k, norm in enumerate(inner)])


def _singular_values(matrix):
    """Return the singular values. Of two equal ones mpmath may find none at one precision, and does at another."""
    try:
        return list(mpmath.svd_r(matrix, compute_uv=False))
    except RuntimeError:
        with mpmath.extradps(10):
            return list(mpmath.svd_r(matrix, compute_uv=False))


def _values(rows, norm):
    """Return a norm of the singular values of a matrix of so many rows."""

    def measure(x):
        matrix = mpmath.matrix([x[k : k + len(x) // rows] for k in range(0, len(x), len(x) // rows)])
        return norm(_singular_values(matrix))

    return measure


NORMS = {
    "L1": Tried(lambda: L1, _p(1), _p(math.inf)),
    "L2": Tried(lambda: L2, _p(2), _p(2), strict=True),
    "LINF": Tried(lambda: LINF, _p(math.inf), _p(1)),
    "ℓ1.01": Tried(lambda: lp(1.01), _p(1.01), _p(1.01 / (1.01 - 1)), powers=101, strict=True),
    "ℓ1.5": Tried(lambda: lp(1.5), _p(1.5), _p(3), powers=3, strict=True),
    "ℓ4.5": Tried(lambda: lp(4.5), _p(4.5), _p(4.5 / 3.5), powers=4.5, strict=True),
    "ℓ100": Tried(lambda: lp(100), _p(100), _p(mpmath.mpf(100) / 99), powers=100, strict=True),
    "blocks in ℓ1": Tried(
        lambda: blocks([L2, L1, LINF], [2, 2, 2], 1),
        _of(_p(1), _p(2), _p(1), _p(math.inf)),
        _of(_p(math.inf), _p(2), _p(math.inf), _p(1)),
        dim=6,
    ),
    "blocks in ℓ3": Tried(
        lambda: blocks([L2, polytope(HEXAGON)], [2, 2], 3),
        _of(_p(3), _p(2), _hexagon),
        _of(_p(1.5), _p(2), _widest(HEXAGON)),
        dim=4,
        powers=4,
    ),
    "blocks in ℓ∞": Tried(
        lambda: blocks([lp(3), L1], [2, 2], math.inf),
        _of(_p(math.inf), _p(3), _p(1)),
        _of(_p(1), _p(1.5), _p(math.inf)),
        dim=4,
        powers=3,
    ),
    "blocks of blocks": Tried(
        lambda: blocks([blocks([L2, LINF], [2, 2], 1), L1], [4, 2], 2),
        lambda x: _p(2)([_of(_p(1), _p(2), _p(math.inf))(x[:4]), _p(1)(x[4:])]),
        lambda g: _p(2)([_of(_p(math.inf), _p(2), _p(1))(g[:4]), _p(math.inf)(g[4:])]),
        dim=6,
        powers=2,
    ),
    "hexagon": Tried(lambda: polytope(HEXAGON), _hexagon, _widest(HEXAGON), dim=2),
    "dodecahedron": Tried(
        lambda: polytope(DODECAHEDRON),
        lambda x: max((abs(a) + abs(b)) / 2 for a, b in combinations(x, 2)),
        _widest(DODECAHEDRON),
        dim=3,
    ),
    # The inverses by hand; the rounding of the axes is magnified by the condition numbers, 5.8 and 5.0.
    "ℓ2 in other coordinates of the plane": Tried(
        lambda: ellipsoid([[0.75, 0.25], [0.25, 0.25]]),
        _stretched([[3, 1], [1, 1]], 4),
        _stretched([[2, -2], [-2, 6]]),
        dim=2,
        powers=6,
        strict=True,
    ),
    "ℓ2 in other coordinates of space": Tried(
        lambda: ellipsoid([[0.5, 0.25, 0.0], [0.25, 0.5, 0.25], [0.0, 0.25, 0.75]]),
        _stretched([[2, 1, 0], [1, 2, 1], [0, 1, 3]], 4),
        _stretched([[20, -12, 4], [-12, 24, -8], [4, -8, 12]], 7),
        dim=3,
        powers=6,
        strict=True,
    ),
    "nuclear": Tried(lambda: schatten((2, 2), 1), _values(2, _p(1)), _values(2, _p(math.inf)), dim=4),
    "ℓ2 of singular values": Tried(lambda: schatten((3, 2), 2), _p(2), _p(2), dim=6, strict=True),
    "spectral": Tried(lambda: schatten((3, 2), math.inf), _values(3, _p(math.inf)), _values(3, _p(1)), dim=6),
    "spectral, square": Tried(lambda: schatten((2, 2), math.inf), _values(2, _p(math.inf)), _values(2, _p(1)), dim=4),
    "ℓ2 as the spectral norm of a column": Tried(lambda: schatten((3, 1), math.inf), _p(2), _p(2), dim=3, strict=True),
    "ℓ1.5 of singular values": Tried(
        lambda: schatten((2, 3), 1.5), _values(2, _p(1.5)), _values(2, _p(3)), dim=6, powers=3, strict=True
    ),
    "ℓ4 of singular values": Tried(
        lambda: schatten((3, 2), 4), _values(3, _p(4)), _values(3, _p(mpmath.mpf(4) / 3)), dim=6, powers=4, strict=True
    ),
    "layers": Tried(
        lambda: blocks([schatten((2, 2), math.inf), L2], [4, 2], math.inf),
        lambda x: max(_values(2, _p(math.inf))(x[:4]), _p(2)(x[4:])),
        lambda g: _values(2, _p(1))(g[:4]) + _p(2)(g[4:]),
        dim=6,
    ),
}
