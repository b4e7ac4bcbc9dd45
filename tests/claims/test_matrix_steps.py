"""Steps in norms of singular values, against matrices whose singular values and vectors are known exactly."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from exactly import orthogonal
from strategies import EPS

from steepest import schatten, steepest_direction

STEEPEST, ALL, NUCLEAR = "schatten-steepest", "spectral-minimizers", "nuclear-minimizers"
SHAPES = [(1, 1), (1, 3), (2, 2), (3, 2), (3, 5), (6, 4)]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def _known(seed, count, shape):
    """Yield bases of fractions, whole singular values in order, with ties and zeros, and their matrix of fractions."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        left, right = orthogonal(rng, shape[0]), orthogonal(rng, shape[1])
        values = np.sort(rng.integers(0, 5, min(shape)))[::-1]
        if values.any():
            values = [Fraction(int(v)) for v in values]
            yield left, values, right, _compose(left, values, right)


def _compose(left, values, right):
    return sum(v * np.outer(left[:, i], right[:, i]) for i, v in enumerate(values))


def _flat(matrix):
    return np.array(matrix, float).reshape(-1)


def _length(values, power):
    values = [mpmath.mpf(v.numerator) / v.denominator for v in values]
    return max(values) if power == math.inf else mpmath.fsum(v**power for v in values) ** (1 / mpmath.mpf(power))


@pytest.mark.claim(STEEPEST)
@shapes
@pytest.mark.parametrize("p", [1, 1.5, 2, 3, math.inf])
def test_the_fall_is_the_dual_length_of_the_singular_values(tried, shape, p):
    """On matrices of fractions with whole singular values the step has length one and falls by the ℓq norm of these."""
    q = math.inf if p == 1 else 1 if p == math.inf else p / (p - 1)
    norm, dim = schatten(shape, p), math.prod(shape)
    why = "2 (m + n) eps: each row and column rounds once in the decomposition and once in the products"
    for left, values, right, matrix in _known(168, 40, shape):
        fall = float(_length(values, q))
        step = steepest_direction(_flat(matrix), norm)
        tolerance = 2 * sum(shape) * EPS
        tried.within(norm.dual(_flat(matrix)) / fall - 1, tolerance, dim, why)
        slope = sum(a * Fraction(b) for a, b in zip(matrix.reshape(-1), step.tolist(), strict=True))
        tried.within(float(slope) / fall + 1, tolerance, dim, why)
        inside = np.array(left, float).T @ step.reshape(shape) @ np.array(right, float)
        tried.within(np.linalg.norm(np.linalg.svd(inside, compute_uv=False), p) - 1, tolerance, dim, why)


@pytest.mark.claim(STEEPEST)
@pytest.mark.parametrize("p", [1, 1.5, 2, 3, math.inf])
def test_two_rows_have_a_closed_form(tried, p):
    """For a thousand matrices of two rows the singular values have a closed form, and so has the fall."""
    rng = np.random.default_rng(170)
    many = rng.integers(-3, 4, (1000, 2, 3))
    q = math.inf if p == 1 else 1 if p == math.inf else p / (p - 1)
    found = schatten((2, 3), p).dual(many.reshape(-1, 6))
    why = "8 eps: the roundings of the decomposition, of two powers, of their sum and of its root"
    for matrix, fall in zip(many.tolist(), found, strict=True):
        (a, b), c = (mpmath.fsum(x * y for x, y in zip(r, matrix[0], strict=True)) for r in matrix), matrix[1]
        d = mpmath.fsum(x * x for x in c)
        with mpmath.workdps(40):
            root = mpmath.sqrt((a - d) ** 2 + 4 * b * b)
            values = [mpmath.sqrt((a + d + root) / 2), mpmath.sqrt(abs(a + d - root) / 2)]
            known = max(values) if q == math.inf else mpmath.fsum(v**q for v in values) ** (1 / mpmath.mpf(q))
            tried.within(float(fall - known), 8 * EPS * max(float(known), EPS), 6, why)


@pytest.mark.claim(STEEPEST)
@shapes
def test_no_matrix_of_length_one_falls_faster(tried, shape):
    """No matrix of length one falls by more than the exact bound, and disturbed steepest steps come close to it."""
    rng = np.random.default_rng(171)
    why = "2 (m + n) eps: each row and column rounds once in the decomposition and once in the products"
    disturbed = 2.0 ** np.linspace(-30, 2, 100)[:, None, None] * rng.standard_normal((100, *shape))
    for _, values, _, matrix in _known(169, 10, shape):
        for p in (1, 1.5, 2, 3, math.inf):
            fall = float(_length(values, math.inf if p == 1 else 1 if p == math.inf else p / (p - 1)))
            x = steepest_direction(_flat(matrix), schatten(shape, p)).reshape(shape) + disturbed
            x /= np.linalg.norm(np.linalg.svd(x, compute_uv=False), p, axis=1)[:, None, None]
            falls = -np.sum(x * np.array(matrix, float), axis=(1, 2)) / fall
            tried.within(np.maximum(falls - 1, 0), 2 * sum(shape) * EPS, math.prod(shape), why)
            tried(falls.max() > 1 - 1e-6, math.prod(shape))  # the test would see a bound a millionth too low


@pytest.mark.claim(STEEPEST, without="p is at least 1")
@shapes
def test_below_one_the_formula_is_too_high(tried, shape):
    """For p = 1/2, q = -1: a step of rank one falls by the largest singular value, exactly, more than the formula."""
    for left, values, right, matrix in _known(183, 40, shape):
        values = [v for v in values if v > 0]
        falls = -np.sum(matrix * _compose(left, [-1], right))
        if len(values) > 1 or min(shape) == 1:  # of a row or a column there is one value, and nothing to add
            tried(falls > 1 / sum(1 / v for v in values) or min(shape) == 1, math.prod(shape))


@pytest.mark.claim(STEEPEST, without="X is no longer than one")
@shapes
def test_longer_matrices_fall_faster(tried, shape):
    """A multiple of the steepest step, however slightly longer, has a lower slope."""
    for _, _, _, matrix in _known(172, 10, shape):
        for p in (1, 2, math.inf):
            norm, longer = schatten(shape, p), (1 + 2.0 ** np.arange(-20, 20))[:, None]
            slopes = longer * steepest_direction(_flat(matrix), norm) @ _flat(matrix)
            tried(slopes < -norm.dual(_flat(matrix)), math.prod(shape))


@pytest.mark.claim(STEEPEST, without="the gradient is not zero")
@shapes
def test_a_zero_gradient_has_no_step_of_length_one(tried, shape):
    """A zero matrix has no singular vectors to make a step from: the formula names zero, and the package refuses."""
    left, values, right = np.linalg.svd(np.zeros(shape), full_matrices=False)
    tried(not np.any(left[:, values > 0] @ right[values > 0]), math.prod(shape))
    for p in (1, 1.5, 2, math.inf):
        with pytest.raises(ValueError, match="gradient is zero"):
            steepest_direction(np.zeros(math.prod(shape)), schatten(shape, p))


def _blocks(left, right, rank, rest):
    """Return minus the polar factor, less a matrix on what it leaves free, in exact fractions."""
    core = np.full((len(left), len(right)), Fraction(0))
    for i in range(rank):
        core[i, i] = Fraction(-1)
    core[rank:, rank:] = -rest
    return left @ core @ right.T


def _contraction(rng, rows, columns):
    """Return a matrix of fractions of spectral norm at most one: the absolute values of its entries sum up to that."""
    drawn = rng.integers(-5, 6, (rows, columns))
    total = max(1, int(abs(drawn).sum()))
    return np.array([[Fraction(int(c), total) for c in row] for row in drawn]).reshape(rows, columns)


@pytest.mark.claim(ALL)
@shapes
def test_every_matrix_of_the_form_is_steepest(tried, shape):
    """Whatever the free block is, in exact fractions the slope is minus the sum of the singular values."""
    rng = np.random.default_rng(173)
    for left, values, right, matrix in _known(174, 30, shape):
        rank = sum(v > 0 for v in values)
        for _ in range(5):
            x = _blocks(left, right, rank, _contraction(rng, shape[0] - rank, shape[1] - rank))
            tried(np.sum(matrix * x) == -sum(values), math.prod(shape))
            tried(np.linalg.norm(np.array(x, float), 2) <= 1 + 20 * sum(shape) * EPS, math.prod(shape))


@pytest.mark.claim(ALL)
@shapes
def test_what_is_not_of_the_form_falls_less(tried, shape):
    """A matrix of norm one loses at least a quarter of each value times |X v + u|² + |X' u + v|²."""
    rng = np.random.default_rng(175)
    why = "(m + n) eps of the sum of the values: each row and column rounds once"
    for left, values, right, matrix in _known(176, 30, shape):
        x = rng.standard_normal((100, *shape)) - rng.uniform(0, 9, (100, 1, 1)) * np.array(matrix, float)
        x /= np.linalg.norm(x, 2, axis=(1, 2))[:, None, None]
        lost = np.sum(x * np.array(matrix, float), axis=(1, 2)) + float(sum(values))
        for i, v in enumerate(map(float, values)):
            u, w = np.array(left[:, i], float), np.array(right[:, i], float)
            lost = lost - v / 4 * (np.sum((x @ w + u) ** 2, axis=1) + np.sum((u @ x + w) ** 2, axis=1))
        tried.within(np.maximum(-lost, 0), sum(shape) * EPS * float(sum(values)), math.prod(shape), why)


@pytest.mark.claim(ALL)
@shapes
def test_the_step_is_unique_if_and_only_if_the_rank_is_full(tried, shape):
    """Asked for a hundred other directions, the package has more than one steepest step exactly where rank lacks."""
    rng = np.random.default_rng(177)
    norm, asked = schatten(shape, math.inf), rng.standard_normal((100, math.prod(shape)))
    why = "(50 + m + n) eps: LAPACK stops at 50, each row and column rounds; over the least value, asked ones included"
    for left, values, right, matrix in _known(178, 30, shape):
        rank = sum(v > 0 for v in values)
        steps = norm.aligned(_flat(-matrix), asked)  # (100, m n)
        inside, free = (
            np.array(left, float).T @ x.reshape(-1, *shape) @ np.array(right, float) for x in (steps, asked)
        )
        free = np.linalg.svd(free[:, rank:, rank:], compute_uv=False).min(axis=1, initial=math.inf)
        growth = np.maximum(4, np.linalg.norm(asked, axis=1) / free)[:, None, None]
        tolerance = growth * (50 + sum(shape)) * EPS
        tried((np.ptp(steps, axis=0).max() > tolerance.max()) == (rank < min(shape)), math.prod(shape))
        tried.within(inside[:, :rank] + np.eye(*shape)[:rank], tolerance, math.prod(shape), why)
        tried.within(inside[:, :, :rank] + np.eye(*shape)[:, :rank], tolerance, math.prod(shape), why)


@pytest.mark.claim(ALL, without="X has a spectral norm of at most one")
@shapes
def test_longer_matrices_beat_every_one_of_the_form(tried, shape):
    """Twice minus the polar factor has twice the fall, and so is lower than all matrices of the form."""
    for left, values, right, matrix in _known(179, 30, shape):
        x = 2 * _compose(left, [-Fraction(int(v > 0)) for v in values], right)
        tried(np.sum(matrix * x) < -sum(values), math.prod(shape))


def _weights(rng, size):
    """Return a symmetric matrix of fractions without a negative eigenvalue, of trace one: a sum of squares."""
    factor = np.array([[Fraction(int(c)) for c in row] for row in rng.integers(-3, 4, (size, size))])
    factor[0, 0] += 4
    square = factor @ factor.T
    return square / sum(np.diag(square))


@pytest.mark.claim(NUCLEAR)
@shapes
def test_every_average_of_tied_pairs_is_steepest(tried, shape):
    """Whatever S is, in exact fractions the slope is minus the largest value; by LAPACK the nuclear norm is one."""
    rng = np.random.default_rng(185)
    why = "2 (m + n) eps: each row and column rounds once in the fractions and once in the decomposition"
    for left, values, right, matrix in _known(186, 30, shape):
        k = sum(v == values[0] for v in values)
        for _ in range(5):
            x = -left[:, :k] @ _weights(rng, k) @ right[:, :k].T
            assert np.sum(matrix * x) == -values[0]
            size = np.linalg.norm(np.array(x, float), "nuc")
            tried.within(size - 1, 2 * sum(shape) * EPS, math.prod(shape), why)


@pytest.mark.claim(NUCLEAR)
@shapes
def test_what_is_no_such_average_falls_less(tried, shape):
    """Each pair a, b of X costs its weight times half of: σ₁ |U₁'a + V₁'b|², and the gap times what lies outside."""
    rng = np.random.default_rng(187)
    why = "4 (m + n) eps of the largest value: each row and column rounds once in each of two decompositions"
    for left, values, right, matrix in _known(188, 30, shape):
        k, top = sum(v == values[0] for v in values), float(values[0])
        gap = top - (float(values[k]) if k < len(values) else 0)
        u, v = np.array(left[:, :k], float), np.array(right[:, :k], float)
        x = rng.standard_normal((100, *shape)) - rng.uniform(0, 99, (100, 1, 1)) * (u @ v.T)
        a, taus, b = np.linalg.svd(x, full_matrices=False)  # (100, m, j), (100, j), (100, j, n)
        taus = taus / taus.sum(axis=1, keepdims=True)
        slopes = np.einsum("kij,kj,kjl,il->k", a, taus, b, np.array(matrix, float))
        a, b = u.T @ a, (b @ v).transpose(0, 2, 1)  # (100, k, j) each
        outside = 2 - np.sum(a**2, axis=1) - np.sum(b**2, axis=1)
        costs = np.sum(taus * (top * np.sum((a + b) ** 2, axis=1) + gap * outside), axis=1) / 2
        short = np.maximum(costs - (slopes + top), 0)
        tried.within(short, 4 * sum(shape) * EPS * top, math.prod(shape), why)


@pytest.mark.claim(NUCLEAR)
@shapes
def test_all_of_them_together_are_the_slope_of_the_spectral_norm(tried, shape):
    """The spectral norm grows along T by the best <T, X> of those X (Danskin), an eigenvalue of the part of T there."""
    rng = np.random.default_rng(193)
    why = "h for h = 2^-26, times 2 of second order, gaps being 1, and 8 (m + n) roundings of numbers up to 4"
    for left, values, right, matrix in _known(194, 30, shape):
        k, h = sum(v == values[0] for v in values), 2.0**-26
        t = rng.standard_normal((20, *shape))
        t /= np.linalg.norm(t, 2, axis=(1, 2))[:, None, None]
        after = np.linalg.svd(np.array(matrix, float) + h * t, compute_uv=False)[:, 0]
        core = np.array(left[:, :k], float).T @ t @ np.array(right[:, :k], float)
        best = np.linalg.eigvalsh((core + core.transpose(0, 2, 1)) / 2)[:, -1]
        slopes = (after - float(values[0])) / h
        tried.within(slopes - best, (2 + 8 * sum(shape)) * h, math.prod(shape), why)


@pytest.mark.claim(NUCLEAR)
@shapes
def test_the_nuclear_step_is_unique_if_and_only_if_one_value_is_largest(tried, shape):
    """Asked for a hundred other directions, the package has more than one steepest step exactly where values tie."""
    rng = np.random.default_rng(189)
    norm, asked = schatten(shape, 1), rng.standard_normal((100, math.prod(shape)))
    why = "2 (m + n) eps over the gap, a quarter of the largest value or more: each row and column rounds once"
    for left, values, right, matrix in _known(190, 30, shape):
        k = sum(v == values[0] for v in values)
        steps = norm.aligned(_flat(-matrix), asked).reshape(-1, *shape)
        tolerance = 4 * 2 * sum(shape) * EPS
        tried((np.ptp(steps, axis=0).max() > 2 * tolerance) == (k > 1), math.prod(shape))
        inside = np.array(left, float).T @ steps @ np.array(right, float)
        core = inside[:, :k, :k]
        tried.within(np.trace(core, axis1=1, axis2=2) + 1, tolerance, math.prod(shape), why)
        tried.within(core - core.transpose(0, 2, 1), tolerance, math.prod(shape), why)
        tried.within(np.maximum(np.linalg.eigvalsh(core), 0), tolerance, math.prod(shape), why)
        inside[:, :k, :k] = 0
        tried.within(inside, tolerance, math.prod(shape), why)


@pytest.mark.claim(NUCLEAR, without="X has a nuclear norm of at most one")
@shapes
def test_longer_matrices_beat_every_average(tried, shape):
    """Twice minus a first pair has twice the fall, and so is lower than all matrices of the form."""
    for left, values, right, matrix in _known(191, 30, shape):
        tried(np.sum(matrix * _compose(left, [-2], right)) < -values[0], math.prod(shape))


@pytest.mark.claim(NUCLEAR, without="the gradient is not zero")
@shapes
def test_for_a_zero_gradient_shorter_matrices_are_lowest_too(tried, shape):
    """The slope is zero, the lowest, along matrices of nuclear norm 1/2 as well, and none of the form is so short."""
    x = np.random.default_rng(192).standard_normal((100, *shape))
    x /= 2 * np.linalg.norm(x, "nuc", axis=(1, 2))[:, None, None]
    tried(np.sum(x * np.zeros(shape), axis=(1, 2)) == 0, math.prod(shape))
    tried(np.linalg.norm(x, "nuc", axis=(1, 2)) < 0.6, math.prod(shape))
