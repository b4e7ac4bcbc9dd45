"""Every surface obeys the same laws: tangent gradients, the steepest of all tangent steps, and a way back."""

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.linalg
from strategies import EPS

from steepest import (
    SIMPLEX,
    SPHERE,
    Loss,
    Surface,
    armijo,
    descend,
    fixed_length,
    learning_rate,
    measured_order,
    quadratic,
    steepest_direction,
    stiefel,
)


@dataclass(frozen=True)
class Tried:
    """A surface and what is known about it, written a second time."""

    surface: Surface
    point: np.ndarray
    equations: object  # of a point: zeros on the surface
    metric: object  # of a point: the matrix of the inner product of its steps
    back: object  # of a point and a step: where the step leads


def _frame(rows, columns):
    """Return a matrix with orthonormal columns, as a vector of its rows."""
    return np.linalg.qr(np.random.default_rng(rows).standard_normal((rows, columns)))[0].reshape(-1)


def _orthonormal(rows, columns):
    shape = (rows, columns)
    return Tried(
        stiefel(shape),
        _frame(rows, columns),
        lambda w: (
            (w.reshape(shape).T @ w.reshape(shape))[np.triu_indices(columns)]
            - np.eye(columns)[np.triu_indices(columns)]
        ),
        lambda w: np.eye(w.size),
        lambda w, u: scipy.linalg.polar((w + u).reshape(shape))[0].reshape(-1),
    )


def _softmax(x):
    return np.exp(x - np.logaddexp.reduce(x))


TRIED = {
    "sphere": Tried(
        SPHERE,
        np.array([2.0, -3.0, 6.0]) / 7,
        lambda w: [w @ w - 1],
        lambda w: np.eye(w.size),
        lambda w, u: (w + u) / np.linalg.norm(w + u),
    ),
    "simplex": Tried(
        SIMPLEX,
        np.array([0.5, 0.25, 0.2, 0.05]),
        lambda w: [w.sum() - 1],
        lambda w: np.diag(1 / w),
        lambda w, u: _softmax(np.log(w) + u / w),
    ),
    "orthonormal 4×2": _orthonormal(4, 2),
    "orthonormal 3×3": _orthonormal(3, 3),
    "orthonormal 5×1": _orthonormal(5, 1),
}
each = pytest.mark.parametrize("tried", TRIED.values(), ids=TRIED)


def _jacobian(tried, w):
    """Return the derivatives of the equations, which are quadratic at most: central differences are exact.

    At any step, so at the step one: a shorter one would divide the rounding of the equations by itself.
    """
    sides = [(np.asarray(tried.equations(w + e)) - tried.equations(w - e)) / 2 for e in np.eye(w.size)]
    return np.stack(sides, axis=-1)


def _tangents(tried, w):
    """Return tangent steps that are orthonormal in the metric, as columns."""
    basis = scipy.linalg.null_space(_jacobian(tried, w))
    gram = basis.T @ tried.metric(w) @ basis
    return basis @ np.linalg.inv(np.linalg.cholesky(gram)).T


def _gradients(tried, n=1000):
    """Return many gradients: whole numbers with ties and zeros, zero itself, and one across the surface."""
    rows = np.random.default_rng(0).integers(-2, 3, (n, tried.point.size)).astype(float)
    rows[0], rows[1] = 0, _jacobian(tried, tried.point)[0]
    return rows


@each
def test_the_gradient_is_the_projection_on_the_tangent_space(tried):
    """On a thousand gradients the gradient along the surface is what a basis of the tangent space gives."""
    w, g, basis = tried.point, _gradients(tried), _tangents(tried, tried.point)
    known = g @ basis @ basis.T
    found = tried.surface.gradient(w, g)
    assert np.abs(found - known).max() <= 64 * w.size * EPS * np.abs(g).max()
    assert np.abs(found[1]).max() <= 64 * w.size * EPS


@each
def test_no_tangent_step_of_its_length_falls_faster(tried):
    """Minus the gradient along the surface, scaled to length one, has the lowest slope of many tangent steps."""
    w, basis = tried.point, _tangents(tried, tried.point)
    along = np.random.default_rng(1).standard_normal((20_000, basis.shape[1]))
    steps = along @ basis.T / np.linalg.norm(along, axis=1, keepdims=True)
    for g in _gradients(tried, 12)[2:]:
        uphill = tried.surface.gradient(w, g)
        best = -g @ uphill / tried.surface.length(w, uphill)
        assert np.isclose(best, -tried.surface.length(w, uphill), rtol=64 * w.size * EPS)
        assert (steps @ g).min() >= best - 64 * w.size * EPS * np.linalg.norm(g)


@each
def test_lengths_are_those_of_the_metric(tried):
    """The length of a tangent step is the root of its square in the metric."""
    w, basis = tried.point, _tangents(tried, tried.point)
    steps = np.random.default_rng(2).standard_normal((100, basis.shape[1])) @ basis.T
    known = np.sqrt(np.einsum("ni,ij,nj->n", steps, tried.metric(w), steps))
    np.testing.assert_allclose(tried.surface.length(w, steps), known, rtol=64 * w.size * EPS)


@each
def test_a_step_leads_back_to_the_surface(tried):
    """Retracted steps, short and long, satisfy the equations and end where the formula says."""
    w, basis = tried.point, _tangents(tried, tried.point)
    for scale in (1e-8, 0.1, 1.0, 30.0):
        u = scale * basis @ np.random.default_rng(3).standard_normal(basis.shape[1])
        point = tried.surface.retract(w, u)
        assert np.abs(tried.equations(point)).max() <= 64 * w.size * EPS
        np.testing.assert_allclose(point, tried.back(w, u), atol=256 * w.size * EPS * max(1, scale))
    np.testing.assert_allclose(tried.surface.retract(w, 0 * w), w, atol=16 * EPS)


@each
def test_a_short_step_goes_its_own_way(tried):
    """What the way back adds to a step is of its square: the derivative of the retraction is the identity."""
    w, u = tried.point, _tangents(tried, tried.point)[:, 0]
    steps = 2.0 ** -np.arange(5, 11)
    gaps = [np.linalg.norm(tried.surface.retract(w, t * u) - (w + t * u)) for t in steps]
    assert abs(measured_order(steps, gaps) - 2) < 0.1


@each
@pytest.mark.parametrize("exponent", [-1000, -40, 40, 1000])
def test_gradients_of_any_scale(tried, exponent):
    """A gradient scaled by a power of two has a gradient along the surface, and a length, scaled by it."""
    w, g = tried.point, _gradients(tried, 3)[2]
    small, large = tried.surface.gradient(w, g), tried.surface.gradient(w, g * 2.0**exponent)
    # exact: powers of two are taken out first, and what follows sees the same numbers
    np.testing.assert_array_equal(large, small * 2.0**exponent)
    length = tried.surface.length(w, large)
    np.testing.assert_allclose(length, tried.surface.length(w, small) * 2.0**exponent, rtol=8 * EPS)


@pytest.mark.parametrize("tried", [t for t in TRIED.values() if t.surface is not SIMPLEX], ids=lambda t: t.surface.name)
def test_what_is_left_is_tangent_however_little(tried):
    """Of a gradient across a surface up to its last digits, what is left is a tangent step to almost all of its own."""
    w = tried.point
    g = _jacobian(tried, w)[0] * (1 + 4 * EPS * np.arange(w.size))
    left = tried.surface.gradient(w, g)
    # The Jacobian's entries are halves of differences of sums of d products of size 4 at most; d entries meet `left`.
    assert np.abs(_jacobian(tried, w) @ left).max() <= 16 * w.size**2 * EPS * np.abs(left).max()


@each
def test_in_float32(tried):
    """32-bit points and gradients give 32-bit answers, right to their precision."""
    w, g = tried.point.astype(np.float32), _gradients(tried, 5)[4].astype(np.float32)
    uphill = tried.surface.gradient(w, g)
    ends = tried.surface.retract(w, uphill)
    assert uphill.dtype == ends.dtype == np.float32
    exact = tried.surface.gradient(tried.point, g.astype(float))
    eps = float(np.finfo(np.float32).eps)
    np.testing.assert_allclose(uphill, exact, atol=64 * w.size * eps)
    np.testing.assert_allclose(ends, tried.surface.retract(tried.point, exact), atol=256 * w.size * eps)


@each
def test_descent_along_it_repeats_the_update(tried):
    """Each step is minus the learning rate times the gradient along the surface, and the way back."""
    loss, w = quadratic(np.arange(1.0, tried.point.size + 1), center=np.ones(tried.point.size)), tried.point
    path = descend(loss, w, learning_rate(0.05), 5, surface=tried.surface)
    for point in path.points[1:]:
        w = tried.back(w, -0.05 * tried.surface.gradient(w, loss.gradient(w)))
        np.testing.assert_allclose(point, w, atol=1024 * w.size * EPS)
    assert path.values[-1] < path.values[0]
    assert path.stopped == "all steps taken"


@each
def test_backtracking_looks_along_the_surface(tried):
    """From rates much too long backtracking lowers the loss at each step, and comes where no tangent step goes down."""
    loss = quadratic(np.arange(1.0, tried.point.size + 1), center=np.full(tried.point.size, 0.1))
    path = descend(loss, tried.point, armijo(8.0, share=0.3), 100, surface=tried.surface)
    assert np.all(np.diff(path.values) <= 8 * EPS * np.abs(path.values[:-1]))
    assert np.abs(tried.equations(path.points[-1])).max() <= 64 * tried.point.size * EPS
    end = tried.surface.gradient(path.points[-1], loss.gradient(path.points[-1]))
    assert tried.surface.length(path.points[-1], end) < 1e-6


@each
def test_a_fixed_length_is_measured_on_the_surface(tried):
    """A step of fixed length has that length at the point where it starts."""
    loss = quadratic(np.arange(1.0, tried.point.size + 1), center=np.ones(tried.point.size))
    start, end = descend(loss, tried.point, fixed_length(2.0**-12), 1, surface=tried.surface).points
    assert abs(tried.surface.length(start, end - start) / 2.0**-12 - 1) < 2.0**-9


def test_close_to_a_stationary_point_the_slope_is_not_rounding():
    """Long after it has converged, descent on the sphere goes on taking steps, none of them negative."""
    path = descend(quadratic([-3, -2, -1]), np.array([1.0, 2, 2]) / 3, learning_rate(0.5), 200, surface=SPHERE)
    assert path.points.shape == (201, 3)
    np.testing.assert_allclose(path.points[60:], [[1, 0, 0]] * 141, atol=16 * EPS)


def test_where_no_step_along_the_surface_goes_down_descent_stops():
    """At an eigenvector the gradient is not zero, but lies across the sphere."""
    path = descend(quadratic([-3, -2, -1]), [0.0, 1.0, 0.0], learning_rate(0.5), 5, surface=SPHERE)
    assert path.stopped == "gradient is zero"
    assert path.points.shape == (1, 3)


def test_descent_leaves_the_floats_when_the_loss_does():
    """A loss that grows past the largest float ends the path on the surface as it does in space."""
    wall = Loss(lambda w: np.where(w[..., 0] > 0.9, np.inf, -w[..., 0]), lambda w: -np.eye(2)[0], lambda w, v: 0 * v)
    path = descend(wall, [0.0, 1.0], fixed_length(4.0), 5, surface=SPHERE)
    assert path.stopped == "out of range"
    assert path.points.shape == (1, 2)


def _half_circle():
    """Return the half of the unit circle above the first axis, with vertical lines as the way back."""
    return Surface(
        "upper half of the circle",
        gap=SPHERE.gap,
        uphill=SPHERE.uphill,
        size=SPHERE.size,
        back=lambda xp, w, u: xp.stack([(w + u)[..., 0], xp.sqrt(1 - (w + u)[..., 0] ** 2)], axis=-1),
        dim=2,
    )


def test_backtracking_shortens_a_step_that_leads_nowhere():
    """Where a long step has no way back, backtracking tries a shorter one; a fixed length ends the path there."""
    loss, start = quadratic([1, 1], center=[2, 1]), np.array([0.0, 1.0])
    path = descend(loss, start, armijo(3.0), 60, surface=_half_circle())
    np.testing.assert_allclose(path.points[-1], np.array([2, 1]) / 5**0.5, atol=1e-6)
    short = descend(loss, start, fixed_length(0.75), 60, surface=_half_circle())
    assert short.stopped == "out of range"
    np.testing.assert_allclose(short.points, [start, [0.75, 0.4375**0.5]], atol=1e-12)
    with pytest.raises(ValueError, match="step leads to no point of the upper half"):
        _half_circle().retract(start, [1.5, 0.0])


def test_a_step_to_a_matrix_without_rank_leads_nowhere():
    """No frame is nearest to zero, or to a matrix whose columns are parallel."""
    for step in ([-1.0, 0, 0, -1, 0, 0], [0.0, 1, 0, -1, 0, 0]):
        with pytest.raises(ValueError, match="step leads to no point of the surface of orthonormal columns"):
            stiefel((3, 2)).retract([1.0, 0, 0, 1, 0, 0], step)


def test_a_step_past_the_largest_float_ends_the_path():
    """A step that no float holds ends the path, as in space; on shares all goes to the best of them."""
    steep = Loss(lambda w: 0 * w[..., 0], lambda w: 1e200 * np.eye(2)[0], lambda w, v: 0 * v)
    path = descend(steep, [0.6, 0.8], learning_rate(1e200), 5, surface=SPHERE)
    assert path.stopped == "out of range"
    assert path.points.shape == (1, 2)
    np.testing.assert_array_equal(SIMPLEX.retract([1e-300, 1.0], [1e20, -1e20]), [1, 0])


def test_a_share_of_zero_stays_zero():
    """At the rim of the simplex what is zero stays so, and the others step as if it were not there."""
    g, w = [3.0, 1.0, -5.0], [0.25, 0.75, 0.0]
    uphill = SIMPLEX.gradient(w, g)
    end = SIMPLEX.retract(w, uphill)
    np.testing.assert_allclose(uphill, [*SIMPLEX.gradient(w[:2], g[:2]), 0.0], rtol=8 * EPS, atol=0)
    # An exponential function of another number of entries may be computed another way.
    np.testing.assert_allclose(end, [*SIMPLEX.retract(w[:2], uphill[:2]), 0.0], rtol=16 * EPS, atol=0)
    assert SIMPLEX.length(w, uphill) == pytest.approx(SIMPLEX.length(w[:2], uphill[:2]), rel=8 * EPS)


@pytest.mark.parametrize("least", [1e-300, 5e-324, 0.0])
def test_the_least_shares_have_lengths(least):
    """Where a share is about the smallest float, steps along the simplex keep their lengths, and descent goes on."""
    w, g = np.array([1.0, least]), np.array([1.0, 2.0])
    assert SIMPLEX.length(w, SIMPLEX.gradient(w, g)) == pytest.approx(least**0.5, rel=1e-12)
    path = descend(quadratic([1, 1], center=[0, 1]), w, learning_rate(100.0), 20, surface=SIMPLEX)
    np.testing.assert_allclose(path.points[-1], [0, 1] if least else [1, 0], atol=1e-12)


def test_shares_survive_steps_of_any_length():
    """However far a multiplicative step goes, shares stay shares: the largest rise keeps its digits."""
    point = SIMPLEX.retract([0.5, 0.25, 0.25], [4e3, -1e3, -3e3])
    np.testing.assert_array_equal(point, [1, 0, 0])


def test_a_new_surface_is_one_entry():
    """A surface made by hand, a cylinder, is descended along like those of the package."""

    def across(w):
        return np.stack([w[..., 0], w[..., 1], 0 * w[..., 2]], axis=-1)

    cylinder = Surface(
        "cylinder",
        gap=lambda xp, w: abs(np.hypot(w[..., 0], w[..., 1]) - 1),
        uphill=lambda xp, w, g: g - np.sum(g * across(w), axis=-1, keepdims=True) * across(w),
        size=lambda xp, w, u: np.linalg.norm(u, axis=-1),
        back=lambda xp, w, u: (w + u) / np.stack([h := np.hypot(*(w + u)[..., :2]), h, np.ones_like(h)], axis=-1),
        dim=3,
    )
    path = descend(quadratic([1, 1, 1], center=[2, 2, 5]), [0.0, -1.0, 0.0], learning_rate(0.2), 200, surface=cylinder)
    np.testing.assert_allclose(path.points[-1], [0.5**0.5, 0.5**0.5, 5], atol=1e-9)


def test_the_steepest_feasible_direction_on_the_sphere():
    """In the Euclidean length the steepest direction along a surface is that of the projected gradient."""
    w, g = np.array([0.0, 0.6, 0.8]), np.array([1.0, 1.0, 1.0])
    u = steepest_direction(SPHERE.gradient(w, g))
    np.testing.assert_allclose(u, -np.array([1.0, 0.16, -0.12]) / np.sqrt(1.04), atol=4 * EPS)


@pytest.mark.parametrize("rate", [0.1, 1.0, 10.0])
def test_descent_on_shares_is_exponentiated_gradient(rate):
    """With a learning rate, each share is multiplied by the exponential of minus the rate times its gradient."""
    loss, w = quadratic([1, 4, 2], center=[1, 0, 1]), np.array([0.2, 0.5, 0.3])
    path = descend(loss, w, learning_rate(rate), 4, surface=SIMPLEX)
    for point in path.points[1:]:
        w = _softmax(np.log(w) - rate * loss.gradient(w))
        np.testing.assert_allclose(point, w, rtol=1024 * rate * EPS * 10)
