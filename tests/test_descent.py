"""The descent loop: its path, its step rules, and why it stops."""

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from specimens import SMOOTH
from strategies import EPS, random_vectors

from steepest import (
    L1,
    L2,
    LINF,
    Loss,
    Path,
    armijo,
    bowl,
    descend,
    directional_derivative,
    exact_line_search,
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


@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_a_learning_rate_gives_minus_alpha_times_the_slope(alpha):
    """The rule's step length is ``-alpha`` times the slope along the direction."""
    g, u = [3.0, -4.0], [-0.6, 0.8]
    assert learning_rate(alpha)(None, None, g, u) == -alpha * directional_derivative(g, u) == 5 * alpha


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_after_an_exact_line_search_the_slope_is_zero(norm):
    """On a quadratic the slope along the step is zero at its end, in any norm."""
    loss = quadratic([1.0, 4.0, 9.0], center=[1.0, 2.0, 3.0])
    path = descend(loss, [4.0, -1.0, 2.0], exact_line_search(), 10, norm=norm)
    for before, after in zip(path.points, path.points[1:], strict=False):
        u = steepest_direction(loss.gradient(before), norm)
        # Points of size 5, curvatures up to 9, and directions of at most 3 components of size 1: 16 roundings.
        assert abs(directional_derivative(loss.gradient(after), u)) <= 16 * EPS * 3 * 9 * 5


def test_an_exact_line_search_loses_the_worst_share():
    """From the worst start, (eigenvalue ratio, 1), each exact step loses ``((4 - 1) / (4 + 1))**2`` of the loss."""
    path = descend(STRETCHED, [4.0, 1.0], exact_line_search(), 20)
    np.testing.assert_allclose(path.values, 10.0 * 0.36 ** np.arange(21), rtol=21 * 64 * EPS)


@pytest.mark.parametrize("share", [1e-4, 0.3, 0.9])
@pytest.mark.parametrize("name", SMOOTH)
def test_backtracking_takes_the_first_rate_that_passes(name, share):
    """The rate is a halving of the first that falls by the share of the linear model, and its double does not."""
    loss, dim = SMOOTH[name].loss, SMOOTH[name].dim
    for w in random_vectors(74, 20, dim):
        g = loss.gradient(w)
        u = steepest_direction(g)
        length, slope = armijo(8.0, share=share)(loss, w, g, u), directional_derivative(g, u)
        lengths = -8.0 * slope / 2.0 ** np.arange(60)
        passes = [loss(w + eta * u) <= loss(w) + share * eta * slope for eta in lengths]
        assert length == lengths[passes.index(True)]


def test_backtracking_accepts_the_steps_that_scipy_accepts():
    """A rate that SciPy's line search found, with the same share, is taken at once; one that fails is not."""
    tried = 0
    for w in random_vectors(75, 40, 3):
        g = rosenbrock().gradient(w)
        slope = -float(g @ g)
        rate = scipy.optimize.line_search(rosenbrock(), rosenbrock().gradient, w, -g, c1=1e-4)[0]
        if rate is None:
            continue
        u, tried = -g / np.linalg.norm(g), tried + 1
        assert armijo(rate)(rosenbrock(), w, g, u) == -rate * directional_derivative(g, u)
        failing = next(
            r for r in rate * 2.0 ** np.arange(40) if rosenbrock()(w - r * g) > rosenbrock()(w) + 1e-4 * r * slope
        )
        assert armijo(failing)(rosenbrock(), w, g, u) < -failing * directional_derivative(g, u)
    assert tried >= 20


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_with_backtracking_no_step_rises(norm):
    """However large the first rate, the losses on the path never rise, and the path stays within range."""
    path = descend(rosenbrock(), [-1.2, 1.0], armijo(1e300), 60, norm=norm)
    assert path.stopped == "all steps taken"
    assert np.all(np.diff(path.values) <= 0)
    assert path.values[-1] < path.values[0] / 2


@pytest.mark.parametrize("start", [[0.0], [1.0], [1e8]])
def test_backtracking_gives_up_where_nothing_falls(start):
    """Where the gradient is wrong, so that no step falls, the step is zero."""
    wrong = Loss(lambda w: w[..., 0], lambda w: 0 * w - 1.0, lambda w, v: 0 * v)
    path = descend(wrong, start, armijo(1.0), 2)
    np.testing.assert_array_equal(path.points, [start] * 3)
    assert armijo(1.0)(wrong, start, [-1.0], [1.0]) == 0.0


def test_backtracking_never_raises_a_loss_that_rounds():
    """On ``1 + 4 w**2`` near its bottom the fall asked for rounds away, and the loss still does not rise."""
    loss = Loss(lambda w: 1 + 4 * w[..., 0] ** 2, lambda w: 8 * w, lambda w, v: 8 * v)
    for w in (1e-9, 3e-9, 1e-8, 3e-8):
        path = descend(loss, [w], armijo(1.0), 3)
        steps, falls = np.diff(path.points[:, 0]), np.diff(path.values)
        assert np.all((falls < 0) | (steps == 0))


def test_backtracking_refuses_an_infinite_loss():
    """A loss of minus infinity is no fall: the rate is halved until the loss is finite."""
    cliff = Loss(lambda w: np.where(w[..., 0] < -1, -np.inf, w[..., 0]), lambda w: 0 * w + 1.0, lambda w, v: 0 * v)
    assert armijo(4.0)(cliff, [0.0], [1.0], [-1.0]) == 1.0


def test_where_the_slope_is_zero_the_step_is_zero_not_minus_zero():
    """Across the gradient the rules that look at the loss answer 0.0."""
    for rule in (exact_line_search(), armijo(1.0)):
        assert str(rule(STRETCHED, [1.0, 0.0], [1.0, 0.0], [0.0, 1.0])) == "0.0"


def test_backtracking_comes_back_from_beyond_all_floats():
    """A first step past the largest float, or to an infinite loss, is halved like any other that is too long."""
    for loss, start in ((rosenbrock(), [0.0, -1e30]), (quadratic([1e300]), [1.0]), (bowl([1e308]), [1.0])):
        path = descend(loss, start, armijo(1e200), 1)
        assert path.values[1] < path.values[0]


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
