"""The loss along a line, its first- and second-order models, and the measured order of an error."""

import numpy as np
import pytest
import scipy.sparse.linalg
from hypothesis import example, given
from hypothesis import strategies as st
from specimens import ALL, QUADRATIC, SMOOTH, derivative_along
from strategies import EPS, random_vectors

from steepest import (
    Loss,
    along,
    curvature,
    first_order,
    largest_curvature,
    measured_order,
    quadratic,
    random_directions,
    second_order,
)

STEPS = [0.0, 0.125, 0.5, 2.0]
PARABOLA = quadratic([2.0, 6.0])


@pytest.mark.parametrize("name", ALL)
def test_along_is_the_loss_on_a_line(name):
    """The loss along a direction is the loss at each point of the line."""
    specimen = ALL[name]
    w, u = random_vectors(60, specimen.dim), random_directions(1, specimen.dim, seed=61)[0]
    values = along(specimen.loss, w, u, STEPS)
    for step, value in zip(STEPS, values, strict=True):
        point = w + step * u
        assert value == pytest.approx(specimen.loss(point), abs=specimen.rounding(0, point))


@pytest.mark.parametrize("name", SMOOTH)
def test_curvature_is_the_second_derivative_along(name):
    """The curvature along a direction is the second derivative of the loss on that line."""
    specimen = SMOOTH[name]
    for w, u in zip(random_vectors(62, 5, specimen.dim), random_directions(5, specimen.dim, seed=63), strict=True):
        bound = specimen.rounding(2, w, scale=np.abs(u).sum() ** 2)
        assert abs(curvature(specimen.loss, w, u) - derivative_along(specimen, w, u, 2)) <= bound


@pytest.mark.parametrize("name", QUADRATIC)
def test_the_second_order_model_of_a_quadratic_is_exact(name):
    """A quadratic has no third derivative, so its second-order model is the loss itself, at every step."""
    specimen = QUADRATIC[name]
    for w, u in zip(random_vectors(64, 5, specimen.dim), random_directions(5, specimen.dim, seed=65), strict=True):
        reach = np.append(np.abs(w) + max(STEPS), 0)  # bounds every point and every term of the model
        bound = 4 * specimen.rounding(0, reach)
        model, values = second_order(specimen.loss, w, u, STEPS), along(specimen.loss, w, u, STEPS)
        np.testing.assert_allclose(model, values, rtol=0, atol=bound)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_largest_curvature_is_the_one_lanczos_finds(name):
    """Power iteration finds the largest absolute eigenvalue, as SciPy's Lanczos method does, and never more."""
    loss, dim, points = SMOOTH[name].loss, SMOOTH[name].dim, random_vectors(76, 5, SMOOTH[name].dim)
    for w, found in zip(points, largest_curvature(loss, points, iterations=3000), strict=True):
        hessian = scipy.sparse.linalg.LinearOperator(
            (dim, dim), matvec=lambda v, w=w: loss.hessian_product(w, np.ravel(v)), dtype=float
        )
        known = abs(scipy.sparse.linalg.eigsh(hessian, 1, which="LM", return_eigenvectors=False, v0=np.ones(dim))[0])
        bound = 2 * SMOOTH[name].rounding(2, w, scale=np.sqrt(dim)) + 8 * dim * EPS * known
        assert known - 1e-6 * known - bound <= found <= known + bound


def test_a_largest_curvature_may_be_negative_or_tied():
    """The size of the largest counts, also where it belongs to a curvature downward, or to one of each sign."""
    for spectrum, largest in (([1.0, -5.0, 2.0], 5.0), ([3.0, -3.0, 1.0], 3.0), ([0.0, 0.0], 0.0), ([-2.0], 2.0)):
        found = largest_curvature(quadratic(spectrum), np.zeros(len(spectrum)))
        assert found == pytest.approx(largest, rel=16 * EPS)


def test_more_iterations_never_lower_the_largest_curvature():
    """The result grows with the number of iterations, from below; with none it is the length of one product."""
    loss, w, top = quadratic([4.0, 3.9, -3.8, 1.0]), np.zeros(4), 4.0
    found = [largest_curvature(loss, w, iterations=k) for k in range(60)]
    v = random_directions(1, 4, seed=0)[0]
    assert found[0] == pytest.approx(np.linalg.norm([4.0, 3.9, -3.8, 1.0] * v), rel=16 * EPS)
    assert np.all(np.diff(found) >= -8 * EPS * top)
    assert max(found) <= top * (1 + 8 * EPS)


def test_largest_curvatures_of_rows():
    """Several points give one number each, those of the points one by one; the seed changes the first vector."""
    loss, points = SMOOTH["rosenbrock in 3"].loss, random_vectors(77, 2, 4, 3)
    found = largest_curvature(loss, points)
    assert found.shape == (2, 4)
    for where in np.ndindex(2, 4):
        assert found[where] == pytest.approx(largest_curvature(loss, points[where]), rel=64 * EPS)
    first, second = (largest_curvature(loss, points[0, 0], iterations=0, seed=seed) for seed in (0, 1))
    assert abs(first - second) > 0.1 * first


def test_power_iteration_keeps_the_float_type():
    """At a point of 32 bits every Hessian product is one of 32 bits, for one point and for rows."""
    seen = []
    loss = Loss(lambda w: w[..., 0], lambda w: w, lambda w, v: seen.append(v.dtype) or 2 * v)
    for w in (np.ones(3, np.float32), np.ones((2, 3), np.float32)):
        assert largest_curvature(loss, w, iterations=4) == pytest.approx(2.0, rel=1e-6)
    assert seen == [np.dtype(np.float32)] * 10


def test_models_by_hand():
    """On w1**2 + 3 w2**2 from (1, 1) along (0, -1): 4 - 6 eta, and 3 eta**2 more; exact on dyadic steps."""
    eta = np.array(STEPS)
    line = (PARABOLA, [1.0, 1.0], [0.0, -1.0], eta)
    np.testing.assert_array_equal(first_order(*line), 4 - 6 * eta)
    np.testing.assert_array_equal(second_order(*line), 4 - 6 * eta + 3 * eta**2)
    np.testing.assert_array_equal(along(*line), 4 - 6 * eta + 3 * eta**2)
    assert curvature(PARABOLA, [1.0, 1.0], [0.0, -1.0]) == 6.0  # exact: whole numbers


@pytest.mark.parametrize("model", [along, first_order, second_order])
def test_one_step_gives_one_number(model):
    """A single step length gives a float, the same as in a row of steps."""
    line = (PARABOLA, [1.0, 1.0], [0.6, -0.8])
    assert type(model(*line, 0.5)) is float
    assert model(*line, 0.5) == model(*line, [0.5])[0]
    assert model(*line, 0) == 4.0  # exact: whole numbers


def test_curvatures_of_rows():
    """Several points or directions give one curvature each."""
    axes = np.eye(2)
    np.testing.assert_array_equal(curvature(PARABOLA, [1.0, 1.0], axes), [2.0, 6.0])
    np.testing.assert_array_equal(curvature(PARABOLA, axes, [0.0, 2.0]), [24.0, 24.0])


@pytest.mark.parametrize("name", ["bowl", "bowl on axes", "logistic", "logistic with ridge"])
def test_a_convex_loss_lies_above_its_linear_model(name):
    """A convex loss is nowhere below its first-order model."""
    specimen = SMOOTH[name]
    steps = np.linspace(0, 5, 50)
    for w, u in zip(random_vectors(66, 20, specimen.dim), random_directions(20, specimen.dim, seed=67), strict=True):
        gap = along(specimen.loss, w, u, steps) - first_order(specimen.loss, w, u, steps)
        assert gap.min() >= -2 * specimen.rounding(0, np.append(w, 5 + np.abs(w).max()))


@given(st.floats(-4, 4), st.floats(-8, 8), st.lists(st.floats(-3, 3), min_size=2, max_size=9, unique=True))
@example(2.0, 0.0, [-1.0, 0.0])
def test_order_of_a_power_is_its_exponent(power, factor, logs):
    """Errors ``c * steps**p``, of either sign, have order p."""
    steps = np.exp(sorted(logs))
    spread = np.log(steps) - np.log(steps).mean()
    errors = (-1.0) ** np.arange(steps.size) * np.exp(factor) * steps**power
    if np.unique(steps).size < 2 or np.abs(spread).max() < 1e-6:
        return
    # Each logarithm of an error, of size at most 8 + 12, is off by 21 eps and the rounding of power and product.
    bound = 40 * EPS * np.abs(spread).sum() / (spread @ spread) + 32 * EPS * abs(power) * steps.size
    assert abs(measured_order(steps, errors) - power) <= 2 * bound


def test_order_is_the_least_squares_slope():
    """The measured order is the slope that NumPy's polynomial fit finds for the logarithms."""
    steps, errors = np.exp(random_vectors(68, 2, 20))
    slope, _ = np.polyfit(np.log(steps), np.log(errors), 1)
    assert measured_order(steps, -errors) == pytest.approx(slope, rel=1e-12)  # the fit's condition is below 10
    assert type(measured_order(steps, errors)) is float


def test_an_order_is_measured_in_64_bits():
    """Steps and errors of 32 bits give the order that the same numbers of 64 bits give."""
    steps, errors = np.exp(random_vectors(69, 2, 20)).astype(np.float32)
    order = measured_order(steps.astype(float), errors.astype(float))
    assert measured_order(steps, errors) == order  # exact: the same numbers, in 64 bits
    # exact: the same numbers, in 64 bits
    assert measured_order(steps, errors.astype(float)) == measured_order(steps.astype(float), errors) == order
