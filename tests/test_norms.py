"""Laws that every norm obeys, tried on each norm of the package."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from scipy.optimize import linprog
from strategies import EPS, TINY, exact_dot, exact_norm, finite, nonzero, pairs, random_vectors, tame, vectors

from steepest import L1, L2, LINF, Norm, cosine, directional_derivative, steepest_direction

NORMS = [L1, L2, LINF]
norms = pytest.mark.parametrize("norm", NORMS, ids=["L1", "L2", "LINF"])
HUGE = float(np.finfo(float).max)

# Each norm again, exact or to 50 digits, and its dual.
EXACT = {
    L1.name: lambda x: mpmath.fsum(abs(mpmath.mpf(float(c))) for c in x),
    L2.name: exact_norm,
    LINF.name: lambda x: max(abs(mpmath.mpf(float(c))) for c in x),
}
DUAL = {L1.name: EXACT[LINF.name], L2.name: EXACT[L2.name], LINF.name: EXACT[L1.name]}


def _close(result, exact, dim):
    """Tell whether a sum of d terms is right: d roundings, and one to the spacing of the smallest floats."""
    with mpmath.workdps(50):
        return abs(mpmath.mpf(float(result)) - exact) <= (dim + 3) * EPS * exact + TINY


@norms
@given(vectors(finite))
@example([5e-324])
@example([1e308, 1e-300])
@example([1e-300, -1e-300, 1e-310])
def test_size_and_dual_are_right_at_any_magnitude(norm, x):
    """A norm and its dual neither overflow nor underflow where their value is a float."""
    with mpmath.workdps(50):
        size, dual = EXACT[norm.name](x), DUAL[norm.name](x)
        assume(max(size, dual) < HUGE)
        assert _close(norm(x), size, len(x))
        assert _close(norm.dual(x), dual, len(x))


@norms
@given(vectors(tame))
def test_norms_are_homogeneous(norm, x):
    """Three halves of a vector, turned around, has three halves of its norm."""
    assert norm([-1.5 * c for c in x]) == pytest.approx(1.5 * norm(x), rel=(len(x) + 4) * EPS, abs=0)


@norms
@given(pairs(tame, tame))
def test_norms_obey_the_triangle_inequality(norm, drawn):
    """A sum is no longer than its parts together, up to rounding."""
    x, y = map(np.array, drawn)
    assert norm(x + y) <= (norm(x) + norm(y)) * (1 + (len(x) + 4) * EPS)


@norms
def test_only_zero_has_norm_zero(norm):
    """The norm of zero is zero; the smallest float already has its own size."""
    assert norm([0.0, -0.0]) == norm.dual([0.0, -0.0]) == 0.0
    assert norm([0.0, -5e-324]) == norm.dual([0.0, -5e-324]) == 5e-324


@norms
@given(pairs(tame, tame))
def test_the_dual_bounds_the_inner_product(norm, drawn):
    """No inner product exceeds the dual norm of one vector times the norm of the other."""
    g, u = drawn
    assert abs(directional_derivative(g, u)) <= norm.dual(g) * norm(u) * (1 + (3 * len(g) + 8) * EPS)


@norms
@given(nonzero(finite))
@example([5e-324, -5e-324])
@example([1e308, -1e308, 5e-324])
@example([0.0, -1e-300])
def test_the_aligned_step_attains_the_dual(norm, g):
    """The aligned step has norm one, and its inner product with the gradient is the dual norm."""
    u, dim = norm.aligned(g), len(g)
    assert norm(u) == pytest.approx(1.0, rel=(2 * dim + 8) * EPS)
    with mpmath.workdps(50):
        dual = DUAL[norm.name](g)
        inner = mpmath.fsum(mpmath.mpf(float(a)) * mpmath.mpf(float(b)) for a, b in zip(g, u, strict=True))
        assert abs(inner - dual) <= (dim + 4) * EPS * dual + dim * TINY


@norms
def test_no_unit_step_beats_the_aligned_one(norm):
    """Of ten thousand random steps of norm one, none gains more than the dual norm promises."""
    for dim in (1, 2, 5):
        g, u = random_vectors(20, dim), random_vectors(21, 10_000, dim)
        gains = (u / norm(u)[:, None]) @ g
        assert gains.max() <= norm.dual(g) * (1 + (3 * dim + 8) * EPS)


@pytest.mark.parametrize("norm", [L1, LINF], ids=["L1", "LINF"])
@pytest.mark.parametrize("dim", [1, 2, 3, 7])
def test_the_dual_solves_a_linear_program(norm, dim):
    """The dual norm is the optimum of ``g @ u`` over the unit ball, a polytope, as HiGHS finds it."""
    g, eye = random_vectors(22 + dim, dim), np.eye(dim)
    if norm is LINF:
        answer = linprog(-g, bounds=[(-1, 1)] * dim)
    else:  # u = p - q with p and q not negative and of sum at most one
        answer = linprog(np.concatenate([-g, g]), A_ub=np.ones((1, 2 * dim)), b_ub=[1])
        assert np.abs(answer.x @ np.vstack([eye, -eye])).sum() <= 1 + 1e-9
    assert norm.dual(g) == pytest.approx(-answer.fun, rel=1e-7)  # the tolerance of HiGHS


@norms
def test_the_dual_of_the_dual_is_the_norm(norm):
    """The largest ``x @ g`` over gradients of dual norm one is the norm of x: a sweep of half a million comes near."""
    x, angles = np.array([0.8, -0.35]), np.linspace(0, 2 * np.pi, 500_001)
    g = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    best = ((g @ x) / norm.dual(g)).max()
    # The sweep's spacing is 4 pi 1e-6; the quotient changes by at most 2 sqrt(2) norm(x) a radian.
    assert best <= norm(x) * (1 + 20 * EPS)
    assert best >= norm(x) * (1 - 2 * 2**0.5 * 2 * np.pi / 500_000)


def test_two_norms_are_each_other_s_dual():
    """The l1 and max norms are each other's dual; the Euclidean norm is its own."""
    x = random_vectors(23, 50, 6)
    np.testing.assert_array_equal(L1.dual(x), LINF(x))
    np.testing.assert_array_equal(LINF.dual(x), L1(x))
    np.testing.assert_array_equal(L2.dual(x), L2(x))


@norms
def test_rows_are_measured_one_by_one(norm):
    """Norm, dual and aligned step of a stack of vectors are those of each vector, however long the others are."""
    x = random_vectors(24, 3, 4, 5) * np.array([1e-300, 1.0, 1e300])[:, None, None]
    sizes, duals, aligned = norm(x), norm.dual(x), norm.aligned(x)
    assert sizes.shape == duals.shape == (3, 4)
    for i in np.ndindex(3, 4):
        assert sizes[i] == pytest.approx(norm(x[i]), rel=8 * EPS)
        assert duals[i] == pytest.approx(norm.dual(x[i]), rel=8 * EPS)
        np.testing.assert_allclose(aligned[i], norm.aligned(x[i]), rtol=8 * EPS)


@norms
@pytest.mark.parametrize("size", [1e-45, 1e-38, 1.0, 1e38])
def test_float32_has_the_same_range(norm, size):
    """In float32, too, tiny and huge gradients have a norm and an aligned step, of their own type."""
    g = np.array([size, -size], dtype=np.float32)
    root = 2**0.5 if norm is L2 else 1.0
    single = float(np.finfo(np.float32).eps)
    assert norm.aligned(g).dtype == np.float32
    assert norm.dual(np.stack([g, g])).dtype == np.float32
    expected = float(g[0]) * {L1.name: 1, L2.name: 2**0.5, LINF.name: 2}[norm.name]
    assert norm.dual(g) == pytest.approx(expected, rel=4 * single, abs=2**-149)
    np.testing.assert_allclose(np.abs(norm.aligned(g)), [1 / root, 0 if norm is L1 else 1 / root], rtol=4 * single)


def test_a_tie_goes_to_the_first_coordinate():
    """Where several components are largest, the l1 norm's step moves the first of them alone."""
    np.testing.assert_array_equal(L1.aligned([1.0, -3.0, 3.0, -3.0]), [0.0, -1.0, 0.0, 0.0])


def test_a_zero_component_moves_no_coordinate():
    """The max norm's step leaves alone the weights on which the loss does not depend to first order."""
    np.testing.assert_array_equal(LINF.aligned([2.0, 0.0, -1e-300]), [1.0, 0.0, -1.0])


def test_rescaling_by_a_norm_is_not_steepest_in_it():
    """For g = (3, -4, 1) and the max norm, rescaling gains 6.5 and the steepest step gains 8, the dual norm."""
    g = np.array([3.0, -4.0, 1.0])
    assert directional_derivative(g, steepest_direction(g, LINF)) == -8.0 == -LINF.dual(g)
    assert directional_derivative(g, -g / LINF(g)) == -6.5
    assert directional_derivative(g, steepest_direction(g, L1)) == -4.0


def test_each_norm_has_its_own_name():
    """The names tell the norms apart."""
    assert [norm.name for norm in NORMS] == ["ℓ1", "ℓ2", "ℓ∞"]


def test_a_norm_of_your_own_gives_its_steepest_direction():
    """A norm that weighs the axes by (1, 4) leads down -(g1, g2 / 16), rescaled to norm one."""
    weights = np.array([1.0, 4.0])
    weighted = Norm(
        "weighted",
        size=lambda xp, x: L2.size(xp, weights * x),
        dual_size=lambda xp, g: L2.size(xp, g / weights),
        attaining=lambda xp, g: L2.attaining(xp, g / weights) / weights,
    )
    u = steepest_direction([2.0, 8.0], weighted)
    assert weighted(u) == pytest.approx(1.0, rel=8 * EPS)
    assert cosine(u, [-2.0, -0.5]) == pytest.approx(1.0, rel=8 * EPS)
    assert exact_dot([2.0, 8.0], u)[0] == pytest.approx(Fraction(-weighted.dual([2.0, 8.0])), rel=8 * EPS)
