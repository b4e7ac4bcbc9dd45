"""The finite step: the best unit direction for a step eta turns away from -g by about eta times a constant."""

import numpy as np
import pytest
import scipy.optimize
from specimens import SMOOTH, Specimen, quadratic_specimen
from strategies import EPS, random_vectors

from steepest import L2, angle, circle, quadratic, random_directions, steepest_direction

LABEL = "finite-step"
claim = pytest.mark.claim(LABEL)
FLAT = {name: specimen for name, specimen in SMOOTH.items() if specimen.dim == 2}
PLANE = {**FLAT, "quadratic": quadratic_specimen([1.0, 6.0], [0.5, -1.0])}


def _best(loss, w, eta):
    """Return the best unit direction for a step of length eta: a sweep of the circle, then a search near its best."""

    def fall(degrees):
        return loss(w + eta * circle(degrees))

    sweep = np.linspace(0.0, 360.0, 721)
    near = sweep[np.argmin(loss(w + eta * circle(sweep)))]
    found = scipy.optimize.minimize_scalar(
        fall, bounds=(near - 0.5, near + 0.5), method="bounded", options={"xatol": 1e-9}
    )
    return circle(float(found.x))


def _constant(loss, w):
    """Return ``norm(P H g / norm(g)) / norm(g)``, with P the projection off the gradient, and the norms of g and H."""
    g = loss.gradient(w)
    hessian = loss.hessian_product(w, np.eye(2))
    bend = hessian @ g / L2(g)
    return L2(bend - (bend @ g) * g / (g @ g)) / L2(g), L2(g), np.linalg.norm(hessian, 2)


def _allowance(specimen: Specimen, w, eta, slope, hessian):
    """Bound the difference between angle / eta and the constant.

    Where the loss on the circle is least its derivative along the tangent t vanishes. With the best direction u,
    ``slope * sin(turn) = -eta * t @ H @ u - t @ r``, ``norm(r) <= third * eta**2 / 2``; replacing u by -g/norm(g) and t
    by the perpendicular changes ``t @ H @ u`` by at most 2 * turn * norm(H).
    """
    third = specimen.bounds(float(np.abs(w).max()) + eta)[1]
    turn = np.arcsin(eta * (hessian + third * eta / 2) / slope)
    # The search sees a rise of slope * eta * turn**2 / 4 only above the rounding of the loss, and stops within 1e-9.
    unseen = np.sqrt(8 * specimen.rounding(0, np.abs(w) + eta) / (slope * eta)) + np.radians(1e-8)
    return (2 * turn * hessian + third * eta / 2) / slope + turn**3 / (6 * eta) + unseen / eta


@claim
@pytest.mark.parametrize("name", PLANE)
def test_the_best_direction_turns_by_a_constant_times_the_step(tried, name):
    """The angle between the best direction and -g, divided by the step, tends to its constant, off by O(eta)."""
    specimen, sharp = PLANE[name], 0
    for w in 0.7 * random_vectors(110, 12, 2):
        constant, slope, hessian = _constant(specimen.loss, w)
        for eta in 0.1 * slope / hessian * np.array([1.0, 0.25, 0.0625]):
            best = _best(specimen.loss, w, eta)
            turn = np.radians(angle(best, steepest_direction(specimen.loss.gradient(w))))
            allowance = _allowance(specimen, w, eta, slope, hessian)
            why = "the turn of u, the third derivative, and what the search cannot see for rounding"
            tried.within(turn / eta - constant, allowance, 2, why)
            sharp += allowance < constant / 2
    assert sharp >= 5


@claim
@pytest.mark.parametrize("name", PLANE)
def test_one_point_of_a_small_circle_is_lowest(tried, name):
    """All around a small circle the loss falls once and rises once: it has one lowest point, and no other low one."""
    specimen = PLANE[name]
    for w in 0.7 * random_vectors(111, 100, 2):
        _, slope, hessian = _constant(specimen.loss, w)
        for eta in slope / (8 * max(hessian, specimen.bounds(float(np.abs(w).max()) + 1)[0])) * np.array([1.0, 0.1]):
            around = specimen.loss(w + eta * circle(np.arange(360)))
            low = (around < np.roll(around, 1)) & (around < np.roll(around, -1))
            tried(bool(low.sum() == 1), 2)


@claim
def test_on_a_round_bowl_the_gradient_is_right_for_every_step(tried):
    """Where all curvatures are equal, the constant is zero and -g is best for short steps and long ones."""
    round_bowl = quadratic_specimen([2.0, 2.0], [0.0, 0.0])
    w = np.array([3.0, -1.0])
    assert _constant(round_bowl.loss, w)[0] <= 8 * EPS
    for eta in (0.01, 0.5, 2.0):
        # Half a degree of the sweep, refined to where the loss, of size 10, rises by its rounding.
        unseen = np.degrees(np.sqrt(8 * round_bowl.rounding(0, np.abs(w) + eta) / (2 * L2(w) * eta)))
        off = angle(_best(round_bowl.loss, w, eta), steepest_direction(round_bowl.loss.gradient(w)))
        tried.within(off, unseen + 1e-8, 2, "the angle at which the loss rises by its rounding, and the search's 1e-9")


def _turned(height):
    """Return the angle at which ``-cos(angle) - height * cos(angle) * sin(angle)`` is lowest.

    Its derivative, ``sin(angle) - height * (1 - 2 * sin(angle)**2)``, is zero there: a quadratic equation.
    """
    return np.arcsin(2 * height / (np.sqrt(1 + 8 * height**2) + 1))


@pytest.mark.claim(LABEL, without="there are two weights")
def test_in_three_dimensions_the_turn_may_be_across_n(tried):
    """On w1 + w1 w2 in three weights n = (0, 0, 1) has the constant 0, yet the best step turns by about eta."""
    u = random_directions(10_000, 3, seed=170)
    for eta in 2.0 ** -np.arange(2, 20):
        turn = _turned(eta)
        best = np.array([-np.cos(turn), np.sin(turn), 0.0])
        values = [eta * v[..., 0] + eta**2 * v[..., 0] * v[..., 1] for v in (u, best)]
        assert np.all(values[0] >= values[1] - 4 * EPS * eta)
        tried(bool(turn / eta**2 >= 0.8 / eta), 3)  # not O(eta**2), which the constant 0 would make it


@pytest.mark.claim(LABEL, without="the loss is three times continuously differentiable near w")
def test_with_two_derivatives_the_remainder_is_larger(tried):
    """On w1 + w1 w2 sqrt(norm(w)), twice continuously differentiable, the constant is 0 and the turn about eta**1.5."""
    ring, ratios = circle(np.arange(0, 360, 0.01)), []
    for eta in 4.0 ** -np.arange(1, 12):
        turn = _turned(eta**1.5)
        best = np.array([-np.cos(turn), np.sin(turn)])
        values = [eta * v[..., 0] + eta**2.5 * v[..., 0] * v[..., 1] for v in (ring, best)]
        assert np.all(values[0] >= values[1] - 4 * EPS * eta)
        ratios.append(turn / eta**2)
    tried(np.diff(np.log2(ratios)) > 0.9, 2)  # angle / eta**2 doubles with each quarter of the step: it has no bound


@pytest.mark.claim(LABEL, without="the gradient is not zero")
def test_around_a_stationary_point_two_points_are_lowest(tried):
    """Around the center of a long bowl the loss is lowest at the two ends of the flat axis."""
    for eta in 2.0 ** -np.arange(0, 40):
        around = quadratic([1.0, 4.0])(eta * circle(np.arange(360)))
        tried(bool((around == around.min()).sum() == 2), 2)


@pytest.mark.claim(LABEL, without="the step is short enough")
def test_on_a_large_circle_two_points_can_be_lowest(tried):
    """On w1 - w2**2 two mirrored points of every circle of a radius above 1/2 are lower than the point against g."""
    for eta in 0.5 + 2.0 ** np.arange(-10, 10):
        turn = np.arccos(1 / (2 * eta))  # where (eta * cos(turn) - 1/2)**2, the excess over -eta**2 - 1/4, is zero
        ring = eta * np.stack(
            [-np.cos(np.linspace(-np.pi, np.pi, 999)), np.sin(np.linspace(-np.pi, np.pi, 999))], axis=-1
        )
        low = -eta * np.cos(turn) - (eta * np.sin(turn)) ** 2
        assert np.all(ring[:, 0] - ring[:, 1] ** 2 >= low - 8 * EPS * (eta + eta**2))
        tried(bool(low < -eta and np.sin(turn) > 0), 2)
