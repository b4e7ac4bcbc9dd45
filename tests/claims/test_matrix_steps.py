"""Steps in norms of singular values, against matrices with known singular vectors and semidefinite programs."""

import math
from fractions import Fraction
from functools import cache

import cvxpy as cp
import mpmath
import numpy as np
import pytest
from convex import WHY, lowest_in_parts, said
from exactly import orthogonal
from strategies import EPS

from steepest import blocks, schatten, steepest_direction

STEEPEST, UNIQUE = "schatten-steepest", "schatten-unique"
ALL, NUCLEAR = "spectral-minimizers", "nuclear-minimizers"
SHAPES = [(1, 1), (1, 3), (2, 2), (3, 2), (3, 5), (6, 4)]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


@cache  # tests of several powers share them
def _known(seed, count, shape):
    """Return bases of fractions, whole singular values in order, with ties and zeros, and their matrix of fractions."""
    rng, known = np.random.default_rng(seed), []
    for _ in range(count):
        left, right = orthogonal(rng, shape[0]), orthogonal(rng, shape[1])
        values = np.sort(rng.integers(0, 5, min(shape)))[::-1]
        if values.any():
            values = [Fraction(int(v)) for v in values]
            known.append((left, values, right, _compose(left, values, right)))
    return known


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


def _drawn(seed, dim):
    """Return 200 different gradients: 40 normal ones, 159 of -1, 0 and 1, so that values tie and vanish, and zero."""
    rng = np.random.default_rng(seed)
    whole = np.unique(rng.integers(-1, 2, (4000, dim)), axis=0).astype(float)
    whole = rng.permutation(whole[whole.any(axis=1)])[:159]
    return np.vstack([rng.standard_normal((40, dim)), whole, np.zeros((1, dim))])


def _beside(corner, x, other):
    """Say that a symmetric matrix of four blocks has no negative eigenvalue."""
    return cp.bmat([[corner, x], [x.T, other]]) >> 0


def _of_power(w, p):
    """Say that the ℓp norm of the eigenvalues of W, none negative, is at most one, for p = 3/2 and infinity.

    For 3/2 the last two rows are V² ≤ W and W V⁻¹ W ≤ T, so V ≤ W^½, as roots keep order, and W^(3/2) ≤ T.
    """
    one = np.eye(w.shape[0])
    if p == math.inf:
        return [w << one]
    v, t = (cp.Variable(w.shape, symmetric=True) for _ in range(2))
    return [cp.trace(t) <= 1, _beside(w, v, one), _beside(t, w, v)]


def _ball(x, p):
    """Say that a matrix is in the unit ball of a Schatten norm.

    X = W^½ K V^½ with K stretching nothing: by Hölder's inequality no longer than W and V. For V = 1, W ≥ X Xᵀ.
    """
    if p in (1, 2):
        return [{1: cp.normNuc, 2: lambda x: cp.norm(cp.vec(x, order="F"))}[p](x) <= 1]
    rows, columns = (cp.Variable((n, n), symmetric=True) for n in x.shape)
    if p == 1.5:
        return [_beside(rows, x, columns), *_of_power(rows, p), *_of_power(columns, p)]
    return [_beside(rows, x, np.eye(x.shape[1])), *_of_power(rows, p / 2)]


@pytest.mark.claim(STEEPEST)
@pytest.mark.parametrize("p", [1, 1.5, 2, 3, math.inf])
def test_semidefinite_programs_find_minus_the_dual_norm(tried, p):
    """Clarabel, given the ball of matrices, finds the lowest slope that the package says, ties and zeros included."""
    for shape in ((2, 3), (3, 2), (3, 3)):
        dim = math.prod(shape)
        g = _drawn(195, dim)
        values = np.linalg.svd(g[:-1].reshape(-1, *shape), compute_uv=False)
        assert len(g) == 200
        assert sum(values[:, -1] < 1e-9) > 20  # lack rank
        assert sum(values[:, 0] - values[:, 1] < 1e-9) > 5  # tie
        slopes, tolerance = lowest_in_parts(g, lambda u, shape=shape: _ball(cp.reshape(u, shape, order="C"), p))
        tried.within(slopes - said(schatten(shape, p), g), tolerance, dim, WHY)


@pytest.mark.claim("steepest-blocks")
@pytest.mark.parametrize("p", [1, 2, math.inf])
def test_semidefinite_programs_find_the_steps_of_two_matrices(tried, p):
    """Clarabel, given a nuclear and a spectral norm in one of blocks, finds the lowest slope that the package says."""
    norm = blocks([schatten((2, 3), 1), schatten((2, 2), math.inf)], [6, 4], p)

    def ball(u):
        first, second = cp.reshape(u[:6], (2, 3), order="C"), cp.reshape(u[6:], (2, 2), order="C")
        return [cp.norm(cp.hstack([cp.normNuc(first), cp.sigma_max(second)]), p) <= 1]

    g = _drawn(196, 10)
    g[::10, 6:] = 0
    g[5::10, :6] = 0
    slopes, tolerance = lowest_in_parts(g, ball)
    tried.within(slopes - said(norm, g), tolerance, 10, WHY)


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
    why = "2 (m + n + 2) eps: rows and columns round in the decomposition and in the products, powers and roots twice"
    disturbed = 2.0 ** np.linspace(-30, 2, 100)[:, None, None] * rng.standard_normal((100, *shape))
    for _, values, _, matrix in _known(169, 10, shape):
        for p in (1, 1.5, 2, 3, math.inf):
            fall = float(_length(values, math.inf if p == 1 else 1 if p == math.inf else p / (p - 1)))
            x = steepest_direction(_flat(matrix), schatten(shape, p)).reshape(shape) + disturbed
            x /= np.linalg.norm(np.linalg.svd(x, compute_uv=False), p, axis=1)[:, None, None]
            falls = -np.sum(x * np.array(matrix, float), axis=(1, 2)) / fall
            tried.below(falls, 1, 2 * (sum(shape) + 2) * EPS, math.prod(shape), why)
            tried(falls.max() > 1 - 1e-6, math.prod(shape))  # the test would see a bound a millionth too low


@pytest.mark.claim(STEEPEST, without="p is at least 1")
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if min(shape) > 1], ids=str)
def test_below_one_the_formula_is_too_high(tried, shape):
    """For p = 1/2, q = -1: a step of rank one falls by the largest singular value, exactly, more than the formula."""
    for left, values, right, matrix in _known(183, 40, shape):
        values = [v for v in values if v > 0]
        falls = -np.sum(matrix * _compose(left, [-1], right))
        if len(values) > 1:
            tried(falls > 1 / sum(1 / v for v in values), math.prod(shape))


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
    """There is no s of length one: a zero matrix has no singular values to stretch, and the package refuses it."""
    values = np.linalg.svd(np.zeros(shape), compute_uv=False)
    s = values[values > 0]
    tried(np.linalg.norm(s) != 1, math.prod(shape))
    for p in (1, 1.5, 2, math.inf):
        with pytest.raises(ValueError, match="gradient is zero"):
            steepest_direction(np.zeros(math.prod(shape)), schatten(shape, p))


def _bent(left, values, right, p):
    """Return the step named for 1 < p < ∞, and the dual norm, from values and vectors in exact fractions."""
    dual, q = _length(values, p / (p - 1)), p / (p - 1)
    sizes = [float((mpmath.mpf(v.numerator) / dual) ** (q - 1)) if v else 0.0 for v in values]
    k = len(values)
    return -(np.array(left, float)[:, :k] * sizes) @ np.array(right, float)[:, :k].T, float(dual)


between = pytest.mark.parametrize("p", [1.2, 1.5, 2.0, 3.0, 6.0])


@pytest.mark.claim(UNIQUE)
@shapes
@between
def test_every_other_matrix_falls_less(tried, shape, p):
    """By uniform convexity a matrix of length one loses by its distance from the step named, near it and far away."""
    rng, dim = np.random.default_rng(197), math.prod(shape)
    scales = 2.0 ** np.linspace(-20, 3, 200)[:, None, None]
    for left, values, right, matrix in _known(198, 10, shape):
        step, dual = _bent(left, values, right, p)
        x = step + scales * rng.standard_normal((200, *shape))
        x /= np.linalg.norm(np.linalg.svd(x, compute_uv=False), p, axis=1)[:, None, None]
        lost = 1 + np.sum(x * np.array(matrix, float), axis=(1, 2)) / dual
        apart = np.linalg.norm(np.linalg.svd(x - step, compute_uv=False), p, axis=1) / 2
        # Clarkson's inequality for p >= 2; below, that of Ball, Carlen and Lieb: both hold for matrices.
        least = 2 / p * apart**p if p >= 2 else (p - 1) * apart**2
        why = "4 (m + n) eps: each row and column rounds once in the fractions, and in three decompositions"
        tried.within(np.maximum(least - lost, 0), 4 * sum(shape) * EPS, dim, why)


@pytest.mark.claim(UNIQUE)
@shapes
@between
def test_the_package_takes_the_step_named(tried, shape, p):
    """Whatever else is asked for, the package's step is the one of the exact singular values and vectors."""
    why = "8 (p + q + m + n) eps: rows and columns round, and powers of values that differ by one or more"
    asked = np.random.default_rng(199).standard_normal((20, math.prod(shape)))
    for left, values, right, matrix in _known(200, 20, shape):
        steps = schatten(shape, p).aligned(_flat(-matrix), asked)
        tolerance = 8 * (p + p / (p - 1) + sum(shape)) * EPS
        tried.within(steps - _flat(_bent(left, values, right, p)[0]), tolerance, math.prod(shape), why)


@pytest.mark.claim(UNIQUE, without="p is above 1 and finite")
def test_at_the_ends_there_are_more_steps(tried):
    """For diag(n, n) two pairs are as steep in the nuclear norm; for diag(n, 0) in the spectral one much is free."""
    for n in range(1, 20):
        for x in (np.diag([-1.0, 0.0]), np.diag([0.0, -1.0])):
            tried(abs(np.linalg.norm(x, "nuc") - 1) <= 8 * EPS and np.sum(np.diag([n, n]) * x) == -n, 4)
        for t in np.linspace(-1, 1, 9):
            x = np.diag([-1.0, t])
            tried(abs(np.linalg.norm(x, 2) - 1) <= 8 * EPS and np.sum(np.diag([n, 0]) * x) == -n, 4)


@pytest.mark.claim(UNIQUE, without="X is no longer than one")
@shapes
@between
def test_longer_matrices_fall_more_than_the_step_named(tried, shape, p):
    """Twice the step named has twice the fall, so the step named is not the lowest."""
    for left, values, right, matrix in _known(201, 10, shape):
        step, _ = _bent(left, values, right, p)
        tried(np.sum(2 * step * np.array(matrix, float)) < np.sum(step * np.array(matrix, float)), math.prod(shape))


@pytest.mark.claim(UNIQUE, without="the gradient is not zero")
@shapes
def test_for_a_zero_gradient_all_matrices_are_lowest(tried, shape):
    """For a zero gradient two opposite matrices are as low as any, in every Schatten norm."""
    x = np.random.default_rng(202).standard_normal((100, *shape))
    for sign in (1, -1):
        tried(np.sum(sign * x * np.zeros(shape), axis=(1, 2)) == 0, math.prod(shape))


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
            assert np.sum(matrix * x) == -values[0]  # exact: fractions
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
