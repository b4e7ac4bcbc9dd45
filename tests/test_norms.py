"""Laws that every norm obeys: one battery, tried on each norm of the package."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from norms_tried import HEXAGON, NORMS
from strategies import EPS, TINY, exact_dot, finite, nonzero, pairs, random_vectors, tame, vectors

from steepest import (
    L1,
    L2,
    LINF,
    Norm,
    blocks,
    circle,
    cosine,
    directional_derivative,
    lp,
    polytope,
    steepest_direction,
)

norms = pytest.mark.parametrize("name", NORMS)
half = settings(max_examples=50)  # of Hypothesis's hundred, for each of two dozen norms
HUGE = float(np.finfo(float).max)


def _numbers(x):
    return [mpmath.mpf(float(c)) for c in x]


def _close(result, exact, tried, dim, scale=1):
    """Tell whether a result is right up to rounding, and to the spacing of the smallest floats in each term."""
    with mpmath.workdps(50):
        allowed = scale * tried.rounding(dim) * exact + 2 * dim * TINY
        return abs(mpmath.mpf(result) - exact) <= allowed


@norms
@half
@given(vectors(finite))
@example([5e-324])
@example([1e308, 1e-300])
@example([1e-300, -1e-300, 1e-310])
@example([1e300, -1e300, 1e300])
@example([8e307, -8e307])
@example([1e308, 5e-324])
def test_size_and_dual_are_right_at_any_magnitude(name, x):
    """A norm and its dual neither overflow nor underflow where their value, rounding and all, is a float."""
    tried = NORMS[name]
    x, norm = tried.fit(x), tried.make()
    with mpmath.workdps(50):
        for measure, known in ((norm, tried.size(_numbers(x))), (norm.dual, tried.dual(_numbers(x)))):
            if known * (1 + tried.rounding(len(x))) < HUGE:
                assert _close(measure(x), known, tried, len(x))


@norms
@half
@given(vectors(tame))
def test_norms_are_homogeneous(name, x):
    """Three halves of a vector, turned around, has three halves of its norm."""
    tried = NORMS[name]
    x, norm = tried.fit(x), tried.make()
    assert norm(-1.5 * x) == pytest.approx(1.5 * norm(x), rel=2 * tried.rounding(len(x)), abs=0)
    assert norm.dual(-1.5 * x) == pytest.approx(1.5 * norm.dual(x), rel=2 * tried.rounding(len(x)), abs=0)


@norms
@half
@given(pairs(tame, tame))
def test_norms_obey_the_triangle_inequality(name, drawn):
    """A sum is no longer than its parts together, up to rounding; nor is it in the dual norm."""
    tried = NORMS[name]
    (x, y), norm = map(tried.fit, drawn), tried.make()
    for length in (norm, norm.dual):
        assert length(x + y) <= (length(x) + length(y)) * (1 + 2 * tried.rounding(len(x)))


@norms
def test_only_zero_has_norm_zero(name):
    """The norm of zero is zero, of either sign; that of a tiny number is not."""
    tried = NORMS[name]
    norm = tried.make()
    zero = tried.fit([0.0, -0.0])
    assert norm(zero) == norm.dual(zero) == 0.0  # exact: sums, roots and largest values of zeros
    for tiny in 1e-300 * np.eye(len(zero)):
        assert 0.4e-300 < norm(tiny) <= 1.01e-300
        assert 0.9e-300 < norm.dual(tiny) < 2.5e-300


@norms
@half
@given(pairs(tame, tame))
def test_the_dual_bounds_the_inner_product(name, drawn):
    """No inner product exceeds the dual norm of one vector times the norm of the other."""
    tried = NORMS[name]
    (g, u), norm = map(tried.fit, drawn), tried.make()
    assert abs(directional_derivative(g, u)) <= norm.dual(g) * norm(u) * (1 + 3 * tried.rounding(len(g)))


@norms
@half
@given(nonzero(finite))
@example([5e-324, -5e-324])
@example([1e308, -1e308, 5e-324])
@example([0.0, -1e-300])
@example([0.0, 0.0, 0.0, 0.0, 1.0])
@example([1.0, -1.0, 1.0, 1.0])
@example([5.045271573715827e16, 5.045271573715827e16, 0.0, 1.3710896809195612e16])
def test_the_aligned_step_attains_the_dual(name, g):
    """The aligned step has norm one, and its inner product with the gradient is the dual norm."""
    tried = NORMS[name]
    g, norm = tried.fit(g), tried.make()
    assume(g.any())
    u, dim = norm.aligned(g), len(g)
    with mpmath.workdps(50):
        assert _close(1, tried.size(_numbers(u)), tried, dim, scale=2)
        inner = mpmath.fsum(a * b for a, b in zip(_numbers(g), _numbers(u), strict=True))
        assert _close(inner, tried.dual(_numbers(g)), tried, dim, scale=3)


@norms
def test_no_unit_step_beats_the_aligned_one(name):
    """Of ten thousand random steps of norm one, none gains more than the dual norm promises."""
    tried = NORMS[name]
    norm = tried.make()
    for dim in (1, 2, 5) if tried.dim is None else (tried.dim,):
        g, u = random_vectors(20, dim), random_vectors(21, 10_000, dim)
        gains = (u / norm(u)[:, None]) @ g
        assert gains.max() <= norm.dual(g) * (1 + 3 * tried.rounding(dim))


@norms
def test_of_tied_steps_the_second_vector_picks_its_best(name):
    """Gradients of whole numbers tie and vanish often: each choice is best for what chose it, of all the choices."""
    tried = NORMS[name]
    norm, dim = tried.make(), tried.dim or 4
    rng = np.random.default_rng(25)
    then = np.vstack([rng.integers(-2, 3, (40, dim)), 1e300 * rng.standard_normal((5, dim)), np.zeros((1, dim))])
    several = 0
    for g in rng.integers(-1, 2, (60, dim)).astype(float):
        if not g.any():
            continue
        steps = norm.aligned(g, then)  # (46, d)
        np.testing.assert_allclose(norm(steps), 1, rtol=2 * tried.rounding(dim))
        np.testing.assert_allclose(steps @ g, norm.dual(g), rtol=3 * tried.rounding(dim))
        scaled = then / np.maximum(1, abs(then).max(axis=1, keepdims=True))
        gains, longest = scaled @ steps.T, norm.dual(scaled)[:, None]  # (46, 46), (46, 1)
        # Two steps off by twice their rounding, two inner products by once.
        assert np.all(gains.diagonal()[:, None] >= gains - 6 * tried.rounding(dim) * longest)
        several += len(np.unique(steps.round(6), axis=0)) > 1
    assert several == 0 if tried.strict else several >= 5


def test_the_first_tie_is_taken_when_nothing_else_is_asked():
    """Without a second vector the first of several best vertices or blocks is taken, in the order they were passed."""
    for order in ([0, 1, 2, 3, 4, 5], [1, 4, 0, 3, 2, 5]):
        first = HEXAGON[next(k for k in order if k in (0, 1))]
        np.testing.assert_array_equal(polytope(HEXAGON[order]).aligned([1.0, 1.0]), first)
    pair = blocks([L2, L1], [2, 2], 1)
    np.testing.assert_allclose(pair.aligned([3.0, -4.0, 5.0, -5.0]), [0.6, -0.8, 0.0, 0.0], rtol=4 * EPS)
    np.testing.assert_allclose(pair.aligned([3.0, -4.0, 5.5, -5.5]), [0.0, 0.0, 1.0, 0.0], rtol=4 * EPS)


@norms
def test_the_dual_of_the_dual_is_the_norm(name):
    """Where the norm is smooth its own gradient has dual norm one and gains all of the norm; nothing gains more."""
    tried = NORMS[name]
    norm, dim = tried.make(), tried.dim or 4
    h, eye = 1e-6, np.eye(tried.dim or 4)
    for x in random_vectors(27, 20, dim):
        best = (norm(x + h * eye) - norm(x - h * eye)) / (2 * h)
        assert best @ x / norm.dual(best) == pytest.approx(norm(x), rel=1e-5)  # h, squared, times the third derivative
        g = random_vectors(28, 1000, dim)
        assert np.all(g @ x <= norm.dual(g) * norm(x) * (1 + 3 * tried.rounding(dim)))


@norms
def test_rows_are_measured_one_by_one(name):
    """Norm, dual and aligned step of a stack of vectors are those of each vector, however long the others are."""
    tried = NORMS[name]
    norm, dim = tried.make(), tried.dim or 5
    x = random_vectors(24, 3, 4, dim) * np.array([1e-300, 1.0, 1e300])[:, None, None]
    sizes, duals, aligned = norm(x), norm.dual(x), norm.aligned(x)
    assert sizes.shape == duals.shape == (3, 4)
    for i in np.ndindex(3, 4):
        assert sizes[i] == pytest.approx(norm(x[i]), rel=8 * EPS)
        assert duals[i] == pytest.approx(norm.dual(x[i]), rel=8 * EPS)
        step = norm.aligned(x[i])
        np.testing.assert_allclose(aligned[i], step, rtol=0, atol=2 * tried.rounding(dim) * np.abs(step).max())


@norms
@pytest.mark.parametrize("size", [1e-45, 1e-38, 1.0, 1e37])
def test_float32_has_the_same_range(name, size):
    """In float32, too, tiny and huge gradients have a norm and an aligned step, of their own type."""
    tried = NORMS[name]
    norm, dim = tried.make(), tried.dim or 4
    g = (size * np.resize([1.0, -1.0, 0.0], dim)).astype(np.float32)
    then = np.resize([-1.0, 1.0, 2.0], dim).astype(np.float32)
    rounding = tried.rounding(dim) / EPS * float(np.finfo(np.float32).eps)
    assert norm.aligned(g).dtype == norm.aligned(g, then).dtype == np.float32
    assert norm(np.stack([g, g])).dtype == norm.dual(np.stack([g, g])).dtype == np.float32
    for measure in (norm, norm.dual):
        assert measure(g) == pytest.approx(measure(g.astype(float)), rel=rounding, abs=2 * dim * 2**-149)
    known = norm.aligned(g.astype(float), then.astype(float))
    np.testing.assert_allclose(norm.aligned(g, then), known, rtol=2 * rounding, atol=rounding)


@norms
def test_the_caller_s_arrays_are_not_changed(name):
    """What is passed is read, never written."""
    tried = NORMS[name]
    norm, dim = tried.make(), tried.dim or 4
    g, then = np.resize([3.0, 0.0, -3.0], dim), np.resize([1.0, 2.0], dim)
    for measure in (norm, norm.dual, norm.aligned, lambda x: norm.aligned(x, then)):
        measure(g)
        np.testing.assert_array_equal(g, np.resize([3.0, 0.0, -3.0], dim))
        np.testing.assert_array_equal(then, np.resize([1.0, 2.0], dim))


@norms
def test_a_vector_of_another_dimension_is_refused(name):
    """A norm of one dimension names it when it gets a vector of another."""
    norm, dim = NORMS[name].make(), NORMS[name].dim
    assert norm.dim == dim
    for measure in (norm, norm.dual, norm.aligned):
        if dim is None:
            measure([1.0] * 7)
        else:
            with pytest.raises(ValueError, match=rf"has 7 components: the norm .* takes {dim}\."):
                measure([1.0] * 7)


def test_a_tie_goes_to_the_first_coordinate():
    """Where several components are largest, the l1 norm's step moves the first of them alone, or the one asked for."""
    np.testing.assert_array_equal(L1.aligned([1.0, -3.0, 3.0, -3.0]), [0.0, -1.0, 0.0, 0.0])
    np.testing.assert_array_equal(L1.aligned([1.0, -3.0, 3.0, -3.0], [9.0, 1.0, 2.0, 1.0]), [0.0, 0.0, 1.0, 0.0])


def test_a_zero_component_moves_no_coordinate():
    """The max norm's step leaves alone the weights on which the loss does not depend to first order, unless asked."""
    np.testing.assert_array_equal(LINF.aligned([2.0, 0.0, -1e-300]), [1.0, 0.0, -1.0])
    np.testing.assert_array_equal(LINF.aligned([2.0, 0.0, -1e-300], [-5.0, -5.0, 5.0]), [1.0, -1.0, -1.0])


def test_a_block_without_gradient_rests():
    """In the largest of the lengths a block whose gradient is zero may move freely: it rests, unless asked."""
    norm = blocks([L2, L1], [2, 2], math.inf)
    np.testing.assert_array_equal(norm.aligned([0.0, 0.0, 1.0, -2.0]), [0.0, 0.0, 0.0, -1.0])
    np.testing.assert_allclose(
        norm.aligned([0.0, 0.0, 1.0, -2.0], [3.0, -4.0, 0.0, 0.0]), [0.6, -0.8, 0.0, -1.0], rtol=4 * EPS
    )


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_block_far_smaller_than_another_is_not_zero(kind):
    """In the largest of the lengths a block with a tiny gradient steps along it, whatever the second vector asks."""
    big, tiny = (1e300, 1e-300) if kind is np.float64 else (1e10, 1e-36)
    pair, single = blocks([L2, L2], [2, 2], math.inf), blocks([L2, L2], [1, 1], math.inf)
    np.testing.assert_array_equal(pair.aligned(np.array([big, 0, tiny, 0], kind)), [1, 0, 1, 0])
    g, against = np.array([big, tiny], kind), np.array([0, -1], kind)
    np.testing.assert_array_equal(single.aligned(g, against), LINF.aligned(g, against))


def test_rescaling_by_a_norm_is_not_steepest_in_it():
    """For g = (3, -4, 1) and the max norm, rescaling gains 6.5 and the steepest step gains 8, the dual norm."""
    g = np.array([3.0, -4.0, 1.0])
    assert directional_derivative(g, steepest_direction(g, LINF)) == -8.0 == -LINF.dual(g)  # exact: whole numbers
    assert directional_derivative(g, -g / LINF(g)) == -6.5  # exact: quarters of whole numbers
    assert directional_derivative(g, steepest_direction(g, L1)) == -4.0  # exact: whole numbers


def test_each_norm_has_its_own_name():
    """The names tell the norms apart."""
    names = [tried.make().name for tried in NORMS.values()]
    assert len(set(names)) == len(names)
    assert names[:3] == ["ℓ1", "ℓ2", "ℓ∞"]
    assert NORMS["blocks in ℓ3"].make().name == "ℓ3(ℓ2, polytope of 6 vertices)"


def test_powers_one_two_and_infinity_are_the_named_norms():
    """The powers 1, 2 and infinity are L1, L2 and LINF themselves; others are written with their power."""
    assert (lp(1), lp(2), lp(2.0), lp(math.inf)) == (L1, L2, L2, LINF)
    assert [lp(p).name for p in (Fraction(3, 2), 3, 1 + 1e-9)] == ["ℓ1.5", "ℓ3", "ℓ1.000000001"]
    assert lp(Fraction(3, 2))([3.0, 4.0]) == lp(1.5)([3.0, 4.0])  # exact: the same power


def test_a_norm_of_your_own_gives_its_steepest_direction():
    """A norm that weighs the axes by (1, 4) leads down -(g1, g2 / 16), rescaled to norm one."""
    weights = np.array([1.0, 4.0])
    weighted = Norm(
        "weighted",
        size=lambda xp, x: L2.size(xp, weights * x),
        dual_size=lambda xp, g: L2.size(xp, g / weights),
        attaining=lambda xp, g, then: L2.attaining(xp, g / weights, then) / weights,
    )
    u = steepest_direction([2.0, 8.0], weighted)
    assert weighted(u) == pytest.approx(1.0, rel=8 * EPS)
    assert cosine(u, [-2.0, -0.5]) == pytest.approx(1.0, rel=8 * EPS)
    assert exact_dot([2.0, 8.0], u)[0] == pytest.approx(Fraction(-weighted.dual([2.0, 8.0])), rel=8 * EPS)


@pytest.mark.parametrize("scale", [1e-300, 1e-10, 1.0, 1e10, 1e300])
def test_a_polytope_of_any_scale_is_a_polytope(scale):
    """A ball a hundred times as large measures a hundredth; points inside it and repeated ones are idle."""
    idle = np.concatenate([HEXAGON, HEXAGON, 0.3 * HEXAGON, np.zeros((2, 2))])
    norm, known = polytope(scale * idle), polytope(HEXAGON)
    x = random_vectors(29, 100, 2)
    np.testing.assert_allclose(norm(scale * x), known(x), rtol=16 * EPS)
    np.testing.assert_allclose(norm.dual(x), scale * known.dual(x), rtol=16 * EPS)
    np.testing.assert_array_equal(norm.aligned(x), scale * known.aligned(x))


@pytest.mark.parametrize("thin", [1.0, 1e-2, 2e-4])
@pytest.mark.parametrize("angle", [0, 30, 45, 77])
@pytest.mark.parametrize("corners", [6, 8, 40])
def test_a_thin_and_turned_polygon_has_all_its_sides(corners, angle, thin):
    """On stretched and turned axes each vertex of a regular polygon, and the middle of each side, has norm one."""
    half = circle(np.arange(0, 180, 360 / corners)) * [1.0, thin] @ circle([angle, angle + 90])
    around = np.vstack([half, -half])
    norm, rounding = polytope(around), 32 * EPS / thin  # two inner products of two terms, once turned, once solved
    np.testing.assert_allclose(norm(around), 1, rtol=rounding)
    np.testing.assert_allclose(norm((around + np.roll(around, 1, axis=0)) / 2), 1, rtol=rounding)


@pytest.mark.parametrize("thin", [1e-5, 1e-9, 1e-13])
@pytest.mark.parametrize("angle", [0, 30])
def test_a_ball_too_thin_for_floats_is_refused(angle, thin):
    """Where rounding would hide sides there is no norm, rather than a wrong one."""
    half = circle([0, 90]) * [1.0, thin] @ circle([angle, angle + 90])
    with pytest.raises(ValueError, match="too thin for floats"):
        polytope(np.vstack([half, -half]))


def test_a_vertex_barely_out_of_a_side_is_a_vertex():
    """A vertex half a billionth outside of a side has norm one, as each vertex has."""
    half = np.array([[1, 1], [-1, 1], [0, 1 + 5e-10]])
    norm = polytope(np.vstack([half, -half]))
    np.testing.assert_allclose(norm(half), 1, rtol=8 * EPS)
    np.testing.assert_array_equal(norm.aligned([0.0, 1.0]), half[2])


def test_a_polytope_far_below_one_measures_in_float32():
    """Sides that are no numbers of a float type do not matter where the norm is one; the tiniest ball has a norm."""
    cross = np.vstack([np.eye(2), -np.eye(2)])
    assert polytope(1e50 * cross)(np.array([1e38, 1], np.float32)) == pytest.approx(1e-12, rel=1e-6)
    assert polytope(1e-310 * cross)([1e-310, -1e-310]) == pytest.approx(2, rel=16 * EPS)


@pytest.mark.parametrize("dim", [1, 2, 3, 4, 5])
def test_the_polytopes_of_the_corners_are_the_named_norms(dim):
    """The hull of the signed coordinates is the l1 ball, the hull of all signs the max ball, ties included."""
    signs = np.array(np.meshgrid(*[[1, -1]] * dim)).reshape(dim, -1).T
    x = np.random.default_rng(dim).integers(-3, 4, (200, dim)).astype(float)
    x[0] = 1.0
    x = x[x.any(axis=1)]
    for corners, norm in ((np.vstack([np.eye(dim), -np.eye(dim)]), L1), (signs, LINF)):
        if norm is L1 or dim < 5:  # 32 corners have too many sets of five
            same = polytope(corners)
            np.testing.assert_allclose(same(x), norm(x), rtol=8 * EPS)
            np.testing.assert_array_equal(same.dual(x), norm.dual(x))


def test_a_polygon_of_many_sides_is_almost_round():
    """A regular polygon of 40 vertices on the circle lies between it and its sides, the cosine of 4.5 degrees away."""
    half = circle(np.arange(0, 180, 9))
    polygon, x = polytope(np.vstack([half, -half])), random_vectors(30, 1000, 2)
    ratio = polygon(x) / L2(x)
    assert ratio.min() >= 1 - 16 * EPS
    assert 0.9 / math.cos(math.pi / 40) < ratio.max() <= (1 + 16 * EPS) / math.cos(math.pi / 40)
    assert np.all(polygon.dual(x) <= L2(x) * (1 + 16 * EPS))
    assert np.all(polygon.dual(x) >= L2(x) * (math.cos(math.pi / 40) - 16 * EPS))
