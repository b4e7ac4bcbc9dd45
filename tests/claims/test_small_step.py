"""Taylor: the first-order model is off by order 2 of the step, the second-order model by order 3."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from specimens import SMOOTH, derivative_along
from strategies import random_vectors

from steepest import along, first_order, measured_order, random_directions, second_order

claim = pytest.mark.claim("taylor-remainder")
FRACTIONS = 2.0 ** np.arange(-3, 1)
MODELS = {2: first_order, 3: second_order}


def _tolerance(steps, drift):
    """Bound how far errors ``c * steps**p * (1 + drift)`` move a least-squares slope of logarithms."""
    x = np.log(steps) - np.log(steps).mean()
    return np.abs(x) @ -np.log1p(-drift) / (x @ x)


def _measure(specimen, w, u, order):
    """Return the measured order of a model and its tolerance, or None where rounding would drown the error."""
    reach = float(np.abs(w).max()) + 0.125
    leading = abs(derivative_along(specimen, w, u, order)) / (2, 6)[order - 2]
    # The next term is at most the next derivative's bound over 3! or 4!; take steps where it is 6 % of the leading one.
    following = specimen.bounds(reach)[order - 1] / (6, 24)[order - 2]
    steps = min(0.125, 0.06 * leading / following) * FRACTIONS
    rounding = 6 * specimen.rounding(0, np.append(w, reach))
    drift = following * steps / leading + rounding / (leading * steps**order)
    if drift.max() > 0.1:
        return None
    errors = along(specimen.loss, w, u, steps) - MODELS[order](specimen.loss, w, u, steps)
    return measured_order(steps, errors), _tolerance(steps, drift)


@claim
@pytest.mark.parametrize("order", MODELS)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_remainder_has_the_next_order(name, order):
    """The measured order of a model's error is 2 for the line and 3 for the parabola, on every loss that is neither."""
    specimen, tried = SMOOTH[name], 0
    for w, u in zip(random_vectors(90, 80, specimen.dim), random_directions(80, specimen.dim, seed=91), strict=True):
        if (result := _measure(specimen, w, u, order)) is not None:
            measured, tolerance = result
            assert abs(measured - order) <= tolerance <= 0.1
            tried += 1
    assert tried >= 8


@claim
@pytest.mark.parametrize("order", MODELS)
@given(st.sampled_from(["bowl", "rosenbrock in 2", "rosenbrock in 3", "logistic"]), st.integers(0, 10**6))
def test_the_order_holds_wherever_it_is_measured(order, name, seed):
    """At points and along directions drawn at random the order is the same."""
    specimen = SMOOTH[name]
    result = _measure(
        specimen, random_vectors(seed, specimen.dim), random_directions(1, specimen.dim, seed=seed + 1)[0], order
    )
    assume(result is not None)
    assert abs(result[0] - order) <= result[1]


@claim
@pytest.mark.parametrize("name", SMOOTH)
def test_the_remainder_is_below_its_bound(name):
    """The models miss the loss by at most ``step**p / p!`` times the bound on the next derivative."""
    specimen, steps = SMOOTH[name], np.geomspace(1e-3, 1.0, 12)
    for w, u in zip(random_vectors(92, 20, specimen.dim), random_directions(20, specimen.dim, seed=93), strict=True):
        reach = float(np.abs(w).max()) + 1
        second, third, _ = specimen.bounds(reach)
        rounding, values = 6 * specimen.rounding(0, np.append(w, reach)), along(specimen.loss, w, u, steps)
        assert np.all(np.abs(values - first_order(specimen.loss, w, u, steps)) <= second * steps**2 / 2 + rounding)
        assert np.all(np.abs(values - second_order(specimen.loss, w, u, steps)) <= third * steps**3 / 6 + rounding)
