"""What several tests draw from: numbers, vectors of one space, random vectors, exact arithmetic."""

from fractions import Fraction

import mpmath
import numpy as np
from hypothesis import strategies as st

EPS = float(np.finfo(float).eps)
TINY = 5e-324  # the smallest float above zero: the spacing of the floats around zero

# Every finite float; the floats whose squares neither overflow nor underflow; and something in between.
finite = st.floats(allow_nan=False, allow_infinity=False)
tame = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
wide = st.floats(-1e300, 1e300).filter(lambda x: x == 0 or abs(x) >= 1e-300)


def vectors(elements, max_dim=8):
    """Draw a list of numbers, of 1 to `max_dim` components."""
    return st.lists(elements, min_size=1, max_size=max_dim)


def nonzero(elements, max_dim=8):
    """Draw a vector with a component that is not zero."""
    return vectors(elements, max_dim).filter(any)


def pairs(first, second, max_dim=8):
    """Draw two vectors of one space."""
    rows = st.lists(st.tuples(first, second), min_size=1, max_size=max_dim)
    return rows.map(lambda drawn: tuple(map(list, zip(*drawn, strict=True))))


def exact_dot(a, b):
    """Return the inner product without rounding, and the sum of the sizes of its terms."""
    terms = [Fraction(float(x)) * Fraction(float(y)) for x, y in zip(a, b, strict=True)]
    return sum(terms), sum(map(abs, terms))


def exact_norm(x):
    """Return the Euclidean norm to 50 digits, whatever the size of the components."""
    with mpmath.workdps(50):
        return mpmath.sqrt(mpmath.fsum(mpmath.mpf(float(c)) ** 2 for c in x))


def random_vectors(seed, *shape):
    """Return seeded normal vectors, of the shape given."""
    return np.random.default_rng(seed).standard_normal(shape)


def whole_vectors(rng, dim):
    """Return 999 different vectors of small whole numbers, with ties and zeros, none of them zero."""
    most = {2: 17, 3: 6}.get(dim, 3)
    some = np.unique(rng.integers(-most, most + 1, (6000, dim)), axis=0).astype(float)
    return rng.permutation(some[some.any(axis=1)])[:999]


def many_gradients(seed, dim):
    """Return 1,200 different gradients: 200 normal ones, 999 of small whole numbers, and zero."""
    rng = np.random.default_rng(seed)
    return np.vstack([rng.standard_normal((200, dim)), whole_vectors(rng, dim), np.zeros((1, dim))])


def complex_step(loss, w, directions):
    """Return the slopes of a loss at `w` along each direction, from values at complex points, without cancellation."""
    return np.array([loss(w + 1e-40j * direction).imag / 1e-40 for direction in directions])
