"""The finite step: the best unit direction for a step eta turns away from -g by about eta times a constant."""

import numpy as np
import pytest
import scipy.optimize
from specimens import SMOOTH, Specimen, quadratic_specimen
from strategies import EPS, random_vectors

from steepest import L2, angle, circle, steepest_direction

claim = pytest.mark.claim("finite-step")
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
def test_the_best_direction_turns_by_a_constant_times_the_step(name):
    """The angle between the best direction and -g, divided by the step, tends to its constant, off by O(eta)."""
    specimen, tried = PLANE[name], 0
    for w in 0.7 * random_vectors(110, 12, 2):
        constant, slope, hessian = _constant(specimen.loss, w)
        for eta in 0.1 * slope / hessian * np.array([1.0, 0.25, 0.0625]):
            best = _best(specimen.loss, w, eta)
            turn = np.radians(angle(best, steepest_direction(specimen.loss.gradient(w))))
            allowance = _allowance(specimen, w, eta, slope, hessian)
            assert abs(turn / eta - constant) <= allowance
            tried += allowance < constant / 2
    assert tried >= 5


@claim
def test_on_a_round_bowl_the_gradient_is_right_for_every_step():
    """Where all curvatures are equal, the constant is zero and -g is best for short steps and long ones."""
    round_bowl = quadratic_specimen([2.0, 2.0], [0.0, 0.0])
    w = np.array([3.0, -1.0])
    assert _constant(round_bowl.loss, w)[0] <= 8 * EPS
    for eta in (0.01, 0.5, 2.0):
        # Half a degree of the sweep, refined to where the loss, of size 10, rises by its rounding.
        unseen = np.degrees(np.sqrt(8 * round_bowl.rounding(0, np.abs(w) + eta) / (2 * L2(w) * eta)))
        assert angle(_best(round_bowl.loss, w, eta), steepest_direction(round_bowl.loss.gradient(w))) <= unseen + 1e-8
