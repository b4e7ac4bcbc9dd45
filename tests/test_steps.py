"""The step rules: how far each goes, and what it refuses."""

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
    armijo,
    bowl,
    descend,
    directional_derivative,
    exact_line_search,
    learning_rate,
    quadratic,
    rosenbrock,
    steepest_direction,
)

STRETCHED = quadratic([1.0, 4.0])


@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_a_learning_rate_gives_minus_alpha_times_the_slope(alpha):
    """The rule's step length is ``-alpha`` times the slope along the direction."""
    g, u = [3.0, -4.0], [-0.5, 0.25]
    length = learning_rate(alpha)(None, None, g, u)
    assert length == -alpha * directional_derivative(g, u) == 2.5 * alpha  # exact: quarters of whole numbers


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


@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_an_exact_line_search_takes_the_steps_that_scipy_takes(norm):
    """On a quadratic each step of a path ends where SciPy's search along the same line ends, and no higher."""
    loss = quadratic([1.0, 4.0, 9.0], center=[1.0, 2.0, 3.0])
    path = descend(loss, [4.0, -1.0, 2.0], exact_line_search(), 6, norm=norm)
    for before, after, value in zip(path.points, path.points[1:], path.values[1:], strict=False):
        u = steepest_direction(loss.gradient(before), norm)
        found = scipy.optimize.minimize_scalar(lambda eta, w=before, u=u: loss(w + eta * u))
        # The search sees no change of the loss below 16 roundings of three terms of its size at the start of the step,
        # and below what the rounding of a point, twice, makes of the slope at the end.
        blind = EPS * (16 * 3 * loss(before) + 2 * L2(loss.gradient(after)) * L2(after))
        assert value <= found.fun + blind
        # No curvature along u is below 1 per squared length of u; the search stops at 1.5e-8 of its step, and 1e-11.
        assert L2(after - before - found.x * u) <= np.sqrt(2 * blind) + 3e-8 * L2(found.x * u) + 1e-10


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
        # exact: a length halved, where the loss, computed as the rule computes it, has fallen so far
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
        # exact: the same product of the same slope
        assert armijo(rate)(rosenbrock(), w, g, u) == -rate * directional_derivative(g, u)
        failing = next(
            r for r in rate * 2.0 ** np.arange(40) if rosenbrock()(w - r * g) > rosenbrock()(w) + 1e-4 * r * slope
        )
        assert armijo(failing)(rosenbrock(), w, g, u) < -failing * directional_derivative(g, u)
    assert tried >= 20


@pytest.mark.parametrize(("first", "steps"), [(1e300, 3), (1e6, 60)])
@pytest.mark.parametrize("norm", [L1, L2, LINF], ids=["L1", "L2", "LINF"])
def test_with_backtracking_no_step_rises(norm, first, steps):
    """However large the first rate, the losses on the path never rise, and the path stays within range."""
    path = descend(rosenbrock(), [-1.2, 1.0], armijo(first), steps, norm=norm)
    assert path.stopped == "all steps taken"
    assert np.all(np.diff(path.values) <= 0)
    assert path.values[-1] < path.values[0] / 2


@pytest.mark.parametrize("start", [[0.0], [1.0], [1e8]])
def test_backtracking_gives_up_where_nothing_falls(start):
    """Where the gradient is wrong, so that no step falls, the step is zero."""
    wrong = Loss(lambda w: w[..., 0], lambda w: 0 * w - 1.0, lambda w, v: 0 * v)
    path = descend(wrong, start, armijo(1.0), 2)
    np.testing.assert_array_equal(path.points, [start] * 3)
    assert armijo(1.0)(wrong, start, [-1.0], [1.0]) == 0.0  # exact: no step at all


def test_backtracking_never_raises_a_loss_that_rounds():
    """On ``1 + 4 w**2`` near its bottom the fall asked for rounds away, and the loss still does not rise."""
    loss = Loss(lambda w: 1 + 4 * w[..., 0] ** 2, lambda w: 8 * w, lambda w, v: 8 * v)
    for w in (1e-9, 3e-9, 1e-8, 3e-8):
        path = descend(loss, [w], armijo(1.0), 3)
        steps, falls = np.diff(path.points[:, 0]), np.diff(path.values)
        # exact: the law is one of floats: a loss as computed falls, or nothing moves
        assert np.all((falls < 0) | (steps == 0))


def test_backtracking_refuses_an_infinite_loss():
    """A loss of minus infinity is no fall: the rate is halved until the loss is finite."""
    cliff = Loss(lambda w: np.where(w[..., 0] < -1, -np.inf, w[..., 0]), lambda w: 0 * w + 1.0, lambda w, v: 0 * v)
    assert armijo(4.0)(cliff, [0.0], [1.0], [-1.0]) == 1.0  # exact: powers of two


def test_where_the_slope_is_zero_the_step_is_zero_not_minus_zero():
    """Across the gradient the rules that look at the loss answer 0.0."""
    for rule in (exact_line_search(), armijo(1.0)):
        assert str(rule(STRETCHED, [1.0, 0.0], [1.0, 0.0], [0.0, 1.0])) == "0.0"


def test_backtracking_comes_back_from_beyond_all_floats():
    """A first step past the largest float, or to an infinite loss, is halved like any other that is too long."""
    for loss, start in ((rosenbrock(), [0.0, -1e30]), (quadratic([1e300]), [1.0]), (bowl([1e308]), [1.0])):
        path = descend(loss, start, armijo(1e200), 1)
        assert path.values[1] < path.values[0]


def _cliff(beyond):
    """Return the parabola ``w**2`` up to 1, and what is given beyond."""
    return Loss(lambda w: np.where(w[..., 0] > 1, beyond, w[..., 0] ** 2), lambda w: 2 * w, lambda w, v: 2 * v)


def test_backtracking_from_an_infinite_loss_takes_any_finite_one():
    """Where the loss is infinite and its gradient is not, the first rate that ends at a finite loss is taken."""
    assert armijo(0.125)(_cliff(np.inf), [2.0], [4.0], [-1.0]) == 0.0  # exact: 2 - 1/2 and all shorter are infinite
    assert armijo(1.0)(_cliff(np.inf), [2.0], [4.0], [-1.0]) == 4.0  # exact: powers of two
    path = descend(_cliff(np.inf), [2.0], armijo(1.0), 3)
    # exact: powers of two
    assert (path.points.tolist(), path.values.tolist()) == ([[2.0], [-2.0], [0.0]], [np.inf, 4.0, 0.0])


@pytest.mark.parametrize("beyond", [-np.inf, np.nan])
def test_backtracking_from_no_number_stays(beyond):
    """From a loss of minus infinity, or one that is no number, nothing falls: the path is the start, out of range."""
    assert armijo(1.0)(_cliff(beyond), [2.0], [4.0], [-1.0]) == 0.0  # exact: no step at all
    path = descend(_cliff(beyond), [2.0], armijo(1.0), 3)
    assert (path.points.tolist(), path.stopped) == ([[2.0]], "out of range")  # exact: no step is taken


def test_an_infinite_gradient_is_refused_by_name():
    """Where the gradient is infinite there is no direction, and the error says which entry is."""
    steep = Loss(lambda w: w[..., 0], lambda w: w * np.inf, lambda w, v: 0 * v)
    with pytest.raises(ValueError, match=r"gradient holds inf \(entry 0\): pass finite numbers"):
        descend(steep, [1.0], armijo(1.0), 1)
