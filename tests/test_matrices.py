"""Norms of singular values and their steps, against LAPACK and closed forms; Newton–Schulz."""

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
from strategies import EPS, random_vectors

from steepest import blocks, descend, fixed_length, newton_schulz, quadratic, schatten, steepest_direction

POWERS = pytest.mark.parametrize("p", [1, 1.3, 2, 3, math.inf])
SHAPES = pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 3), (2, 5), (6, 4)])
EPS32 = float(np.finfo(np.float32).eps)
MUON = (3.4445, -4.7750, 2.0315)


def gradients(seed, count, shape):
    """Return matrices: half of them normal, half of small whole numbers, so that values tie and vanish; none zero."""
    rng = np.random.default_rng(seed)
    normal, whole = rng.standard_normal((count, *shape)), rng.integers(-1, 2, (count, *shape)).astype(float)
    drawn = np.concatenate([normal, whole])
    return drawn[drawn.any(axis=(1, 2))]


@POWERS
@SHAPES
def test_norm_and_dual_are_those_of_the_singular_values(p, shape):
    """The norm and the dual norm are the ℓp and the ℓq norm of the singular values that LAPACK's gesvd finds."""
    norm, q = schatten(shape, p), math.inf if p == 1 else 1 if p == math.inf else p / (p - 1)
    for g in gradients(1, 50, shape):
        values = scipy.linalg.svd(g, compute_uv=False, lapack_driver="gesvd")
        for measure, power in ((norm, p), (norm.dual, q)):
            assert measure(g.ravel()) == pytest.approx(np.linalg.norm(values, power), rel=1e-13)


@POWERS
def test_named_norms(p):
    """For p = 1, 2 and infinity NumPy has the norms by name; the names say which norm of which shape it is."""
    norm, x = schatten((3, 4), p), random_vectors(2, 3, 4)
    known = {1: ("nuclear", "nuc"), 2: ("Frobenius", None), math.inf: ("spectral", 2)}.get(p)
    assert norm.name == f"{known[0] if known else f'Schatten-{p:g}'} 3×4"
    assert norm.dim == 12
    if known:
        assert norm(x.ravel()) == pytest.approx(np.linalg.norm(x, known[1]), rel=1e-13)


@SHAPES
def test_the_spectral_step_is_the_polar_factor(shape):
    """Where the gradient has full rank, the steepest step is minus the polar factor that SciPy computes."""
    for g in gradients(3, 50, shape)[:50]:
        step = steepest_direction(g.ravel(), schatten(shape, math.inf))
        known = scipy.linalg.polar(g, side="left" if shape[0] <= shape[1] else "right")[0]
        smallest = np.linalg.svd(g)[1].min() / np.linalg.norm(g, 2)
        np.testing.assert_allclose(step.reshape(shape), -known, rtol=0, atol=64 * EPS / smallest)


@pytest.mark.parametrize("size", [100, 500])
def test_single_precision_loses_no_direction(size):
    """In float32 the step is SciPy's polar factor in float64, less than it by rounding: no small value is dropped."""
    g = random_vectors(10, size, size).astype(np.float32)
    step = schatten((size, size), math.inf).aligned(g.ravel()).reshape(size, size)
    smallest = np.linalg.svd(g.astype(float), compute_uv=False)[-1] / np.linalg.norm(g.astype(float), 2)
    assert step.dtype == np.float32
    np.testing.assert_allclose(step, scipy.linalg.polar(g.astype(float))[0], rtol=0, atol=4 * EPS32 / smallest)
    np.testing.assert_allclose(np.linalg.svd(step.astype(float))[1], 1, rtol=0, atol=math.sqrt(size) * EPS32)


def test_values_far_apart_and_values_close_by_in_single_precision():
    """In float32 a value of 0.001 beside 299 of 1 is no rounding, and neither is what 1.0001 has above 1."""
    size, values = 300, np.ones(300, np.float32)
    values[-1] = 0.001
    step = schatten((size, size), math.inf).aligned(np.diag(values).ravel()).reshape(size, size)
    np.testing.assert_allclose(step, np.eye(size), rtol=0, atol=math.sqrt(size) * EPS32)
    values[-1], other = 1.0001, np.zeros((size, size), np.float32)
    other[3, 3] = 1
    step = schatten((size, size), 1).aligned(np.diag(values).ravel(), other.ravel()).reshape(size, size)
    # Vectors of values 1e-4 apart turn by the rounding over that.
    np.testing.assert_allclose(step, np.outer(values > 1, values > 1), rtol=0, atol=math.sqrt(size) * EPS32 / 1e-4)


@pytest.mark.parametrize("p", [20, 100])
def test_roundings_of_zero_values_do_not_come_back(p):
    """Of a gradient of rank one so is the step, though with q near 1 a value of 1e-16 would come back large."""
    rng = np.random.default_rng(11)
    for _ in range(50):
        left, right = rng.integers(1, 9, 5), rng.integers(1, 9, 4)
        step = schatten((5, 4), p).aligned(np.outer(left, right).astype(float).ravel()).reshape(5, 4)
        known = np.outer(left / np.linalg.norm(left), right / np.linalg.norm(right))
        np.testing.assert_allclose(step, known, rtol=0, atol=32 * EPS)


def test_steps_of_a_diagonal_matrix():
    """For diag(4, 2, 0) the steps are known: signs, rank one, and in Schatten-3 the roots of the values."""
    g = np.diag([4.0, 2.0, 0.0]).ravel()
    root = np.sqrt([4.0, 2.0, 0.0])
    for p, values in ((math.inf, [1, 1, 0]), (1, [1, 0, 0]), (3, root / np.linalg.norm(root, 3))):
        np.testing.assert_allclose(schatten((3, 3), p).aligned(g), np.diag(values).ravel(), atol=16 * EPS)


def test_what_the_gradient_leaves_free_follows_the_second_vector():
    """Of a gradient of rank one the rest of the spectral step is the polar factor of what else is asked for."""
    g, then = np.diag([5.0, 0.0, 0.0]), np.array([[7.0, 8, 9], [1, 0, -3], [2, 4, 0]])
    step = schatten((3, 3), math.inf).aligned(g.ravel(), then.ravel()).reshape(3, 3)
    rest = scipy.linalg.polar(then[1:, 1:])[0]
    np.testing.assert_allclose(step, scipy.linalg.block_diag(1.0, rest), atol=64 * EPS)


def test_values_that_tie_follow_the_second_vector():
    """Where two singular values tie, the nuclear step is along the leading eigenvector of what else is asked for."""
    norm, g = schatten((2, 3), 1), np.array([[3.0, 0, 0], [0, 3, 0]]).ravel()
    for then in random_vectors(4, 50, 2, 3):
        lead = np.linalg.eigh(then[:, :2] + then[:, :2].T)[1][:, -1:]
        known = np.hstack([lead @ lead.T, np.zeros((2, 1))])
        np.testing.assert_allclose(norm.aligned(g, then.ravel()).reshape(2, 3), known, atol=1e-12)


@POWERS
@pytest.mark.parametrize("exponent", [-1030, -997, 0, 997, 1022])
def test_scale_changes_nothing(p, exponent):
    """A gradient times a power of two has the same step, and norms as many times as large, down to 1e-300 and up."""
    norm, scale = schatten((2, 3), p), 2.0**exponent
    for g in gradients(5, 20, (2, 3))[:, :, :] / 8:
        if exponent < -1022:
            g = np.round(g * 2**20) / 2**20  # no bit of it is lost among the smallest floats
        # exact: powers of two are taken out first, and what follows sees the same numbers
        np.testing.assert_array_equal(norm.aligned(scale * g.ravel()), norm.aligned(g.ravel()))
        assert norm(scale * g.ravel()) == pytest.approx(scale * norm(g.ravel()), rel=EPS, abs=1e-323)


def test_descent_in_the_spectral_norm():
    """To the identity from zero is one step of length 1 in the spectral norm: it moves all singular values at once."""
    loss, identity = quadratic(np.ones(9), center=np.eye(3).ravel()), np.eye(3).ravel()
    path = descend(loss, np.zeros(9), fixed_length(1.0), 1, norm=schatten((3, 3), math.inf))
    np.testing.assert_allclose(path.points[-1], identity, atol=8 * EPS)


def test_layers_step_together_in_the_largest_of_their_norms():
    """In the largest of the layers' norms each layer steps as if alone."""
    shapes = (2, 3), (4, 2)
    norms = [schatten(shape, math.inf) for shape in shapes]
    g = random_vectors(7, 14)
    step = blocks(norms, [6, 8], math.inf).aligned(g)
    np.testing.assert_allclose(step[:6], norms[0].aligned(g[:6]), atol=16 * EPS)
    np.testing.assert_allclose(step[6:], norms[1].aligned(g[6:]), atol=16 * EPS)


@SHAPES
@pytest.mark.parametrize("coefficients", [(1.5, -0.5), MUON, (0.5,), (0, 1), (1, 0, 0, -0.25)])
def test_newton_schulz_moves_the_singular_values_alone(shape, coefficients):
    """Each iteration is the polynomial of the singular values, with the singular vectors as they were."""
    for g in gradients(8, 20, shape):
        left, values, right = np.linalg.svd(g, full_matrices=False)
        values = values / np.linalg.norm(values)
        for iterations in range(4):
            known = (left * values) @ right
            np.testing.assert_allclose(newton_schulz(g, iterations, coefficients), known, atol=400 * EPS)
            values = sum(c * values ** (2 * k + 1) for k, c in enumerate(coefficients))


def test_newton_schulz_lifts_the_roundings_of_zeros():
    """Of a matrix that lacks rank all values come to one in the end; in twenty iterations those that are not zero."""
    left, right = random_vectors(12, 2, 10, 3)
    low_rank = left @ right.T
    for iterations, rank in ((20, 3), (300, 10)):
        x = newton_schulz(low_rank, iterations)
        np.testing.assert_allclose(np.linalg.svd(x)[1], np.arange(10) < rank, atol=20 * EPS * 1.5**20)
        assert np.sum(low_rank * x) == pytest.approx(np.linalg.norm(low_rank, "nuc"))


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1.0, 1e300])
def test_newton_schulz_takes_any_scale(scale):
    """The polar factor of a matrix is that of its multiples, and zero has none but zero."""
    g = np.array([[3.0, 1.0], [-1.0, 2.0], [0.0, 1.0]])
    known = scipy.linalg.polar(np.round(g * scale / 5e-324) if scale < 1e-310 else g)[0]
    np.testing.assert_allclose(newton_schulz(scale * g, 12), known, atol=64 * EPS)
    np.testing.assert_array_equal(newton_schulz(0 * g, 12), 0 * g)


def test_newton_schulz_of_several_is_that_of_each():
    """A stack of matrices is worked on one by one; the type is kept and the matrices are not changed."""
    g = random_vectors(9, 2, 3, 4, 2).astype(np.float32)
    before = g.copy()
    result = newton_schulz(g, 5, MUON)
    assert result.dtype == np.float32
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(result[i], newton_schulz(g[i], 5, MUON), atol=1e-5)
    np.testing.assert_array_equal(g, before)


def test_newton_schulz_is_exact_where_fractions_are():
    """For diag(3, 4) the first iterations are those of exact fractions."""
    values = [Fraction(3, 5), Fraction(4, 5)]
    for iterations in range(5):
        result = newton_schulz(np.diag([3.0, 4.0]), iterations)
        np.testing.assert_allclose(result, np.diag([float(v) for v in values]), rtol=0, atol=16 * EPS)
        values = [(3 * v - v**3) / 2 for v in values]
