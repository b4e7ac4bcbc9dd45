"""Taylor: the first-order model is off by order 2 of the step, the second-order model by order 3."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from specimens import SMOOTH, derivative_along
from strategies import EPS, random_vectors

from steepest import Loss, along, first_order, measured_order, quadratic, random_directions, second_order

LABEL = "taylor-remainder"
claim = pytest.mark.claim(LABEL)
FRACTIONS = 2.0 ** np.arange(-3, 1)
MODELS = {2: first_order, 3: second_order}
DRIFT = "the rounding of the loss and its model, which moves a slope fitted to logarithms"


def _moved(steps, drift):
    """Bound how far errors ``c * steps**p * (1 + drift)`` move a least-squares slope of logarithms."""
    x = np.log(steps) - np.log(steps).mean()
    return np.abs(x) @ -np.log1p(-drift) / (x @ x)


def _cantor(x):
    """Return Cantor's function, from 0 to 1: continuous, growing, and flat on every middle third left out."""
    if x in (0, 1):
        return x
    if 3 * x < 1:
        return _cantor(3 * x) / 2
    return Fraction(1, 2) if 3 * x <= 2 else Fraction(1, 2) + _cantor(3 * x - 2) / 2


def _measure(specimen, w, u, order):
    """Return the measured order of a model, how far the series and rounding move it, or None if too far.

    Each error is off by a share: the next term of the series, in proportion to the step, and the rounding of values.
    """
    reach = float(np.abs(w).max()) + 0.125
    leading = abs(derivative_along(specimen, w, u, order)) / (2, 6)[order - 2]
    # The next term is at most the next derivative's bound over 3! or 4!; take steps where it is 6 % of the leading one.
    following = specimen.bounds(reach)[order - 1] / (6, 24)[order - 2]
    steps = min(0.125, 0.06 * leading / following) * FRACTIONS
    rounding = 6 * specimen.rounding(0, np.append(w, reach))
    series = following * steps / leading
    both = series + rounding / (leading * steps**order)
    if both.max() > 0.1:
        return None
    errors = along(specimen.loss, w, u, steps) - MODELS[order](specimen.loss, w, u, steps)
    moved = _moved(steps, series)
    return measured_order(steps, errors), moved, _moved(steps, both) - moved + 32 * EPS


@claim
@pytest.mark.parametrize("order", MODELS)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_remainder_has_the_next_order(tried, name, order):
    """The measured order of a model's error is 2 for the line and 3 for the parabola, on every loss that is neither."""
    specimen = SMOOTH[name]
    for w, u in zip(random_vectors(90, 80, specimen.dim), random_directions(80, specimen.dim, seed=91), strict=True):
        if (result := _measure(specimen, w, u, order)) is not None:
            measured, moved, rounding = result
            assert moved + rounding <= 0.1
            tried.below(measured - order, moved, rounding, specimen.dim, DRIFT)
    assert tried.cases >= 8


@claim
@pytest.mark.parametrize("order", MODELS)
@given(name=st.sampled_from(["bowl", "rosenbrock in 2", "rosenbrock in 3", "logistic"]), seed=st.integers(0, 10**6))
def test_the_order_holds_wherever_it_is_measured(tried, order, name, seed):
    """At points and along directions drawn at random the order is the same."""
    specimen = SMOOTH[name]
    w, u = random_vectors(seed, specimen.dim), random_directions(1, specimen.dim, seed=seed + 1)[0]
    result = _measure(specimen, w, u, order)
    assume(result is not None)
    tried.below(result[0] - order, *result[1:], specimen.dim, DRIFT)


@claim
@pytest.mark.parametrize("name", SMOOTH)
def test_the_remainder_is_below_its_bound(tried, name):
    """The models miss the loss by at most ``step**p / p!`` times the bound on the next derivative, for any u."""
    specimen, steps = SMOOTH[name], np.geomspace(1e-3, 1.0, 12)
    for w, u in zip(random_vectors(92, 60, specimen.dim), random_directions(60, specimen.dim, seed=93), strict=True):
        for length in (1.0, 0.25):
            reach = float(np.abs(w).max()) + 1
            second, third, _ = specimen.bounds(reach)
            rounding, values = 6 * specimen.rounding(0, np.append(w, reach)), along(specimen.loss, w, length * u, steps)
            line, parabola = (model(specimen.loss, w, length * u, steps) for model in (first_order, second_order))
            why = "the rounding of the loss and its model, six values of it"
            far = length * steps
            tried.below(values - line, second * far**2 / 2, rounding, specimen.dim, why)
            tried.below(values - parabola, third * far**3 / 6, rounding, specimen.dim, why)


@claim
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_both_bounds_are_attained(tried, dim):
    """On quadratics the first error is the bound itself, on sums of cubes the second: neither can be lowered."""
    rng, steps = np.random.default_rng(dim), np.arange(65) / 8  # eighths and whole numbers: nothing here rounds
    cubes = Loss(lambda w: (w**3).sum(axis=-1), lambda w: 3 * w**2, lambda w, v: 6 * w * v)
    for w, u, spectrum in rng.integers(-5, 6, (60, 3, dim)):
        bowl = quadratic(spectrum)
        line = along(bowl, w, u, steps) - first_order(bowl, w, u, steps)
        tried(line == (spectrum * u**2).sum() * steps**2 / 2, dim)
        parabola = along(cubes, w, u, steps) - second_order(cubes, w, u, steps)
        tried(parabola == 6 * (u**3).sum() * steps**3 / 6, dim)


@pytest.mark.claim(LABEL, without="the step length is not negative")
def test_a_negative_step_turns_the_second_bound_negative(tried):
    """For ``t**3``, whose third derivative is 6, the second bound at a step -s is ``-s**3``: no size is below that."""
    for step in (Fraction(-1, n) for n in range(1, 100)):
        tried(abs(step**3) > Fraction(6, 6) * step**3, 1)


@pytest.mark.claim(LABEL, without="the loss is twice continuously differentiable around the segment")
def test_a_kink_on_the_way_breaks_the_first_bound(tried):
    """``max(t - 1/2, 0)`` has curvature zero wherever it has one, and leaves its line by ``t - 1/2``."""
    for step in (Fraction(n, 64) for n in range(33, 200)):
        curvature, line = 0, 0 * step
        tried(abs(max(step - Fraction(1, 2), 0) - line) > curvature * step**2 / 2, 1)


@pytest.mark.claim(LABEL, without="λ bounds the curvature wherever the segment has one")
def test_the_curvature_at_the_start_is_not_enough(tried):
    """``t**4`` has curvature zero at the start, and leaves its line at every step."""
    for step in (Fraction(1, n) for n in range(1, 200)):
        curvature = 12 * Fraction(0) ** 2
        tried(abs(step**4) > curvature * step**2 / 2, 1)


@pytest.mark.claim(LABEL, without="for the second bound, the loss is three times continuously differentiable there")
def test_a_third_derivative_that_is_zero_wherever_it_exists_breaks_the_second_bound(tried):
    """Where the curvature is Cantor's function, the third derivative is 0 wherever it exists; the parabola is left."""
    # The loss is the integral of (t - s) cantor(s) for s from 0 to t: it is twice continuously differentiable, with
    # value, slope and curvature 0 at 0. As cantor grows, the rectangles from the left ends are below that integral.
    for step in (Fraction(n, 3**k) for k in range(6) for n in range(1, 3 ** min(k, 3) + 1)):
        third, parabola, width = 0, 0, step / 9
        least = sum((step - (k + 1) * width) * _cantor(k * width) * width for k in range(9))
        tried(least - parabola > third * step**3 / 6, 1)


@pytest.mark.claim(LABEL, without="for the second bound, μ bounds the third derivative wherever the segment has one")
def test_the_third_derivative_at_the_start_is_not_enough(tried):
    """``t**4`` has third derivative zero at the start, and leaves its parabola at every step."""
    for step in (Fraction(1, n) for n in range(1, 200)):
        third, parabola = 24 * Fraction(0), 0
        tried(abs(step**4 - parabola) > third * step**3 / 6, 1)
