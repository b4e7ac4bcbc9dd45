"""The descent loop: its path, momentum, conjugate gradients, and why it stops."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import scipy.sparse.linalg
from specimens import SMOOTH
from strategies import EPS, random_vectors

from steepest import (
    L1,
    L2,
    LINF,
    Loss,
    Path,
    bowl,
    conjugate_gradients,
    descend,
    fixed_length,
    kinked,
    learning_rate,
    quadratic,
    rosenbrock,
    steepest_direction,
)

STRETCHED = quadratic([1.0, 4.0])
FLAT = Loss(lambda w: 0 * w[..., 0], lambda w: 0 * w, lambda w, v: 0 * v)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_learning_rate_is_the_plain_recursion(name):
    """With a learning rate, each point is ``w - alpha * gradient`` of the one before."""
    loss, dim = SMOOTH[name].loss, SMOOTH[name].dim
    path = descend(loss, 0.5 * random_vectors(70, dim), learning_rate(1e-3), 30)
    assert path.points.shape == (31, dim)
    for before, after in zip(path.points, path.points[1:], strict=False):
        change = 1e-3 * loss.gradient(before)
        # -alpha (g @ u) u equals -alpha g up to the roundings of two norms and three products.
        bound = (dim + 8) * EPS * np.linalg.norm(change) + 2 * EPS * np.abs(before)
        assert np.all(np.abs(after - (before - change)) <= bound)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_path_remembers_the_loss_at_its_points(name):
    """The values of a path are the losses at its points."""
    loss, dim = SMOOTH[name].loss, SMOOTH[name].dim
    path = descend(loss, 0.5 * random_vectors(71, dim), fixed_length(0.01), 10)
    assert path.values.shape == (11,)
    np.testing.assert_array_equal(path.values, [loss(w) for w in path.points])


@pytest.mark.parametrize("alpha", [0.01, 0.2, 0.45, 0.5])
def test_a_quadratic_decays_by_its_closed_form(alpha):
    """On a quadratic, the part along each axis after k steps is ``(1 - alpha * eigenvalue)**k`` of the first."""
    axes, spectrum = scipy.linalg.qr(random_vectors(72, 3, 3))[0], np.array([0.5, 1.0, 4.0])
    start, steps = random_vectors(73, 3), 25
    path = descend(quadratic(spectrum, axes=axes, center=[1.0, 2.0, 3.0]), start, learning_rate(alpha), steps)
    decay = (1 - alpha * spectrum) ** np.arange(steps + 1)[:, None]
    exact = [1.0, 2.0, 3.0] + (decay * (axes @ (start - [1.0, 2.0, 3.0]))) @ axes
    # No step lengthens an error (alpha * eigenvalue is at most 2); each adds fewer than 40 roundings of size 8.
    np.testing.assert_allclose(path.points, exact, rtol=0, atol=40 * steps * EPS * 8)


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_fixed_steps_have_their_length_in_their_norm(norm):
    """With a fixed length every step has that length, in the norm of the descent, along its steepest direction."""
    path = descend(rosenbrock(), [-1.2, 1.0, 0.5], fixed_length(0.03125), 40, norm=norm)
    np.testing.assert_allclose(norm(np.diff(path.points, axis=0)), 0.03125, rtol=0, atol=16 * EPS)
    for before, after in zip(path.points, path.points[1:], strict=False):
        direction = steepest_direction(rosenbrock().gradient(before), norm)
        np.testing.assert_allclose(after - before, 0.03125 * direction, rtol=0, atol=8 * EPS)


@pytest.mark.parametrize("norm", [L1, LINF], ids=["L1", "LINF"])
def test_a_learning_rate_in_another_norm_scales_with_the_dual(norm):
    """In any norm, a learning rate makes the step alpha times the dual norm of the gradient."""
    path = descend(STRETCHED, [4.0, 2.0], learning_rate(0.125), 1, norm=norm)
    step = np.abs(path.points[1] - path.points[0])
    np.testing.assert_array_equal(step, [0.0, 1.0] if norm is L1 else [1.5, 1.5])


def test_no_iterations_leave_the_start():
    """Without an iteration the path is the start alone."""
    path = descend(STRETCHED, [4.0, 1.0], learning_rate(0.1), 0)
    np.testing.assert_array_equal(path.points, [[4.0, 1.0]])
    np.testing.assert_array_equal(path.values, [10.0])
    assert path.stopped == "all steps taken"


def test_it_stops_where_the_gradient_is_zero():
    """The path ends at a stationary point reached, and one started there is the start alone."""
    reached = descend(quadratic([2.0, 2.0]), [4.0, -8.0], learning_rate(0.5), 10)
    np.testing.assert_array_equal(reached.points, [[4.0, -8.0], [0.0, 0.0]])
    assert reached.stopped == "gradient is zero"
    there = descend(FLAT, [1.0, 2.0], fixed_length(1.0), 10)
    # exact: no step is taken, and the loss is zero everywhere
    assert (there.points.tolist(), there.values.tolist(), there.stopped) == ([[1.0, 2.0]], [0.0], "gradient is zero")


def test_the_last_step_allowed_is_taken():
    """Reaching a stationary point with the last step counts as all steps taken."""
    path = descend(quadratic([2.0, 2.0]), [4.0, -8.0], learning_rate(0.5), 1)
    assert path.stopped == "all steps taken"
    np.testing.assert_array_equal(path.points[-1], [0.0, 0.0])


def _slope(size):
    """Return a loss that falls steadily along every axis."""
    return Loss(lambda w: -w[..., 0], lambda w: 0 * w - size, lambda w, v: 0 * v)


STEEPER = Loss(lambda w: w[..., 0], lambda w: 10.0**-w, lambda w, v: 0 * v)
# The last number counts the points within range; 2 * 39**(2 * 96) is the last value below 1.8e308.
DIVERGING = {
    "value overflows": (STRETCHED, [1.0, 1.0], learning_rate(10.0), 97),
    "gradient overflows": (STEEPER, [0.0], fixed_length(100.0), 4),
    "point overflows": (_slope(1.0), [1e308], fixed_length(1e308), 1),
    "step overflows": (bowl([1e308]), [1.0], learning_rate(100.0), 1),
    "slope overflows": (_slope(1.5e308), [0.0, 0.0], learning_rate(0.5), 1),
    "slope is infinity less infinity": (rosenbrock(), [0.0, -1.0, 0.0], fixed_length(1e200), 1),
}


@pytest.mark.parametrize("case", DIVERGING)
def test_a_run_that_diverges_keeps_its_finite_part(case):
    """When a step leads past the largest float the path ends before it, all of it finite, and says why."""
    loss, start, rule, kept = DIVERGING[case]
    path = descend(loss, start, rule, 1000)
    assert path.stopped == "out of range"
    assert len(path.points) == len(path.values) == kept
    assert np.all(np.isfinite(path.points))
    assert np.all(np.isfinite(path.values))
    assert np.all(np.isfinite(loss.gradient(path.points)))


def test_a_start_beyond_all_floats_is_kept_without_a_warning():
    """A start whose loss is past the largest float stays in the path; the descent goes on where its step leads back."""
    path = descend(quadratic([1.0]), [1e200], learning_rate(1.0), 2)
    # exact: the step of a single weight is the weight itself
    assert (path.points.tolist(), path.values.tolist()) == ([[1e200], [0.0]], [np.inf, 0.0])
    assert path.stopped == "gradient is zero"
    path = descend(quadratic([1.0]), [1e200], learning_rate(0.5), 2)
    assert (path.values.tolist(), path.stopped) == ([np.inf], "out of range")  # exact: infinity


def test_the_start_is_left_as_it_was():
    """The start belongs to the caller: the descent neither changes it nor hands it back."""
    start = np.array([4.0, 1.0])
    path = descend(STRETCHED, start, learning_rate(0.1), 3)
    path.points[0] = 7.0
    np.testing.assert_array_equal(start, [4.0, 1.0])


def test_a_rule_of_your_own_sees_the_whole_step():
    """A step rule gets the loss, the point, the gradient and the direction; its answer is the step length."""
    seen = []

    def to_the_bottom(loss, w, gradient, direction):
        seen.append((loss, w, gradient, direction))
        curve = direction @ loss.hessian_product(w, direction)
        return np.float64(-(gradient @ direction) / curve)

    path = descend(STRETCHED, [4.0, 1.0], to_the_bottom, 20)
    for k, (loss, w, gradient, direction) in enumerate(seen):
        assert loss is STRETCHED
        np.testing.assert_array_equal(w, path.points[k])
        np.testing.assert_array_equal(gradient, STRETCHED.gradient(w))
        np.testing.assert_array_equal(direction, steepest_direction(gradient))
    # The worst start, (eigenvalue ratio, 1), loses exactly ((4 - 1) / (4 + 1))**2 of the loss each step.
    np.testing.assert_allclose(path.values, 10.0 * 0.36 ** np.arange(21), rtol=21 * 64 * EPS)


def test_a_step_of_length_zero_stays():
    """A step rule may answer zero: the point is then repeated."""
    path = descend(STRETCHED, [4.0, 1.0], lambda *seen: 0, 2)
    np.testing.assert_array_equal(path.points, [[4.0, 1.0]] * 3)


def test_fixed_steps_jump_across_a_kink():
    """On a kinked loss fixed steps come within one step of the kink, then jump across it forever."""
    path = descend(kinked([1.0]), [1.125], fixed_length(0.25), 8)
    np.testing.assert_array_equal(path.points[:, 0], [1.125, 0.875, 0.625, 0.375, 0.125, -0.125, 0.125, -0.125, 0.125])


def test_a_path_cannot_be_changed_by_accident():
    """The fields of a path are fixed once it is made."""
    path = Path([[1.0]], [1.0], "all steps taken")
    with pytest.raises(AttributeError):
        path.stopped = "never"


@pytest.mark.parametrize("momentum", [0.0, 0.25, 0.75, 1.0])
def test_momentum_is_the_two_term_recursion(momentum):
    """With momentum each part of a quadratic follows its own recursion of two terms: here in rational numbers."""
    alpha, curvatures, steps = Fraction(1, 8), [Fraction(1), Fraction(4)], 20
    rows = []
    for lam, first in zip(curvatures, [Fraction(4), Fraction(1)], strict=True):
        part = [first, (1 - alpha * lam) * first]
        for _ in range(steps - 1):
            part.append((1 + Fraction(momentum) - alpha * lam) * part[-1] - Fraction(momentum) * part[-2])
        rows.append([float(x) for x in part])
    path = descend(STRETCHED, [4.0, 1.0], learning_rate(0.125), steps, momentum=momentum)
    # Each step rounds by a few eps of the largest point so far, and with these rates no error grows faster than k.
    np.testing.assert_allclose(path.points, np.transpose(rows), rtol=0, atol=steps**2 * 16 * EPS * 4)


def test_a_ball_with_momentum_rolls_through_the_bottom():
    """Where the gradient is zero the last step goes on; without momentum, the descent stops there."""
    path = descend(quadratic([1.0]), [1.0], learning_rate(1.0), 3, momentum=0.5)
    np.testing.assert_array_equal(path.points[:, 0], [1.0, 0.0, -0.5, -0.25])
    assert path.stopped == "all steps taken"
    assert descend(quadratic([1.0]), [1.0], learning_rate(1.0), 3).stopped == "gradient is zero"


def test_lengths_are_the_lengths_of_the_steps():
    """Given lengths instead of a rule, each step has its own, along the steepest direction."""
    lengths = 1 / np.arange(1, 6)
    path = descend(bowl([1.0, 4.0]), [4.0, 3.0], lengths, 5)
    np.testing.assert_allclose(L2(np.diff(path.points, axis=0)), lengths, rtol=16 * EPS)
    toward = steepest_direction(bowl([1.0, 4.0]).gradient(path.points[:-1]))
    np.testing.assert_allclose(np.diff(path.points, axis=0), lengths[:, None] * toward, atol=16 * EPS)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_conjugate_gradients_take_the_steps_of_scipy(scale):
    """On a quadratic the points are those of SciPy's `cg`, and the last of d is the minimum."""
    axes, spectrum = scipy.linalg.qr(random_vectors(77, 6, 6))[0], np.array([1.0, 2.0, 3.0, 5.0, 7.0, 9.0])
    start, center, seen = random_vectors(78, 6), random_vectors(79, 6), []
    matrix = axes @ np.diag(spectrum) @ axes.T
    scipy.sparse.linalg.cg(matrix, matrix @ center, x0=start, rtol=0, maxiter=6, callback=lambda x: seen.append(1 * x))
    path = conjugate_gradients(quadratic(spectrum, axes=axes.T, center=scale * center), scale * start, 6)
    # Rounding is amplified by the condition number, 9, in the gradient and again in the step.
    tolerance = 9**2 * 64 * EPS
    np.testing.assert_allclose(path.points[1:] / scale, seen, rtol=0, atol=tolerance)
    np.testing.assert_allclose(path.points[-1] / scale, center, rtol=0, atol=tolerance)


def test_conjugate_gradients_are_not_done_after_d_steps_in_floats():
    """With curvatures from 1 to 1e8, more than a ten-millionth of the loss is left after d steps, by SciPy too."""
    spectrum, seen = np.geomspace(1.0, 1e8, 20), []
    loss = quadratic(spectrum, center=1.0)
    path = conjugate_gradients(loss, np.zeros(20), 20)
    matrix = np.diag(spectrum)
    scipy.sparse.linalg.cg(matrix, spectrum, rtol=0, maxiter=20, callback=lambda x: seen.append(loss(x)))
    assert min(path.values[20], seen[19]) > 1e-7 * path.values[0]


def test_conjugate_gradients_go_on_where_nothing_is_left():
    """More steps than dimensions change nothing but the last digits, and a gradient of zero ends the path."""
    path = conjugate_gradients(quadratic([1.0, 3.0, 10.0]), [1.0, 2.0, 3.0], 30)
    assert np.all(path.values[3:] <= 1e-25 * path.values[0])
    ended = conjugate_gradients(STRETCHED, [1.0, 0.0], 3)
    assert ended.stopped == "gradient is zero"
    np.testing.assert_array_equal(ended.points, [[1.0, 0.0], [0.0, 0.0]])


@pytest.mark.peer("optax")
def test_momentum_takes_the_steps_of_optax():
    """Where Optax is installed: its `sgd` with momentum visits the same points, on a loss that is no quadratic."""
    import optax

    loss, rule = bowl([1.0, 4.0, 2.0]), optax.sgd(0.125, momentum=0.75)
    seen = [random_vectors(80, 3).astype(np.float32)]
    state = rule.init(seen[0])
    for _ in range(30):
        updates, state = rule.update(np.asarray(loss.gradient(seen[-1])), state)
        seen.append(np.asarray(optax.apply_updates(seen[-1], updates)))
    path = descend(loss, seen[0], learning_rate(0.125), 30, momentum=0.75)
    # Both round to 24 bits; at a rate of 1/8 and curvatures of at most 4 no error grows, so they add up.
    np.testing.assert_allclose(path.points, seen, rtol=0, atol=30 * 16 * np.finfo(np.float32).eps * 4)
