"""The package's losses agree with a second writing of each in mpmath."""

import mpmath
import numpy as np
import pytest
from specimens import ALL, SMOOTH, at, bend, slope
from strategies import EPS, random_vectors

from steepest import bowl, kinked, logistic, quadratic, rosenbrock

specimens = pytest.mark.parametrize("name", ALL)


def _points(specimen, count, seed):
    return 1.5 * random_vectors(seed, count, specimen.dim)


@specimens
def test_value_is_the_formula(name):
    """A loss is its formula in 70 digits, up to the rounding of its terms."""
    specimen = ALL[name]
    for w in _points(specimen, 20, seed=10):
        assert abs(specimen.loss(w) - float(at(specimen, w))) <= specimen.rounding(0, w)


@specimens
def test_gradient_is_the_derivative(name):
    """A loss's gradient is the derivative of its formula in each weight, up to the rounding of its terms."""
    specimen = ALL[name]
    for w in _points(specimen, 10, seed=11):
        np.testing.assert_allclose(specimen.loss.gradient(w), slope(specimen, w), rtol=0, atol=specimen.rounding(1, w))


@specimens
def test_hessian_product_is_the_second_derivative(name):
    """A loss's Hessian product is the mixed second derivative of its formula, up to the rounding of its terms."""
    specimen = ALL[name]
    for w, v in zip(_points(specimen, 6, seed=12), _points(specimen, 6, seed=13), strict=True):
        bound = specimen.rounding(2, w, scale=float(np.max(np.abs(v))) * specimen.dim)
        np.testing.assert_allclose(specimen.loss.hessian_product(w, v), bend(specimen, w, v), rtol=0, atol=bound)


@specimens
def test_hessian_is_symmetric(name):
    """``a @ H @ b`` is ``b @ H @ a``: the order of two derivatives does not matter."""
    specimen = ALL[name]
    w, a, b = _points(specimen, 3, seed=14)
    forth, back = a @ specimen.loss.hessian_product(w, b), b @ specimen.loss.hessian_product(w, a)
    assert abs(forth - back) <= 2 * specimen.rounding(2, w, scale=np.abs(a).sum() * np.abs(b).sum())


@pytest.mark.parametrize("name", ["bowl", "bowl on axes", "logistic", "logistic with ridge"])
def test_convex_losses_have_no_negative_curvature(name):
    """Bowls and logistic losses curve upward along every direction, and no more than their bound."""
    specimen = SMOOTH[name]
    for w, v in zip(_points(specimen, 50, seed=15), _points(specimen, 50, seed=16), strict=True):
        curvature = v @ specimen.loss.hessian_product(w, v)
        assert 0 < curvature <= specimen.bounds(0.0)[0] * (v @ v) * (1 + 100 * EPS)


@pytest.mark.parametrize("far", [1e-300, 1e-5, 0.3, 18.0, 30.0, 400.0, 800.0, 1e5])
@pytest.mark.parametrize("sign", [1, -1])
def test_bowl_is_right_from_its_bottom_to_far_out(far, sign):
    """A bowl's value, slope and curvature are log(cosh), tanh and 1/cosh squared, finite however far out."""
    w, loss = [sign * far], bowl([2.0])
    with mpmath.workdps(60):
        x = mpmath.mpf(far)
        value, steep, curve = 2 * mpmath.log(mpmath.cosh(x)), 2 * mpmath.tanh(x), 2 * mpmath.sech(x) ** 2
    # The value adds numbers of size far and log(2); exp(-2 far) of relative error 2 far eps makes the curvature.
    assert abs(loss(w) - float(value)) <= 4 * EPS * 2 * (far + 1)
    assert loss.gradient(w)[0] == pytest.approx(sign * float(steep), rel=4 * EPS, abs=0)
    assert loss.hessian_product(w, [1.0])[0] == pytest.approx(float(curve), rel=(2 * far + 8) * EPS, abs=1e-300)


@pytest.mark.parametrize("distance", [1e-12, 1e-9, 1e-8, 1e-4, 0.01])
def test_bowl_is_a_parabola_at_its_bottom(distance):
    """Near its bottom a bowl keeps the digits of ``w**2 / 2``: it is below by at most ``w**4 / 12``."""
    value, parabola = bowl([1.0])([distance]), distance**2 / 2
    assert parabola * (1 - distance**2 / 6 - 16 * EPS) <= value <= parabola * (1 + 16 * EPS)


@pytest.mark.parametrize("margin", [-1e8, -1e4, -800.0, -40.0, -1e-9, 0.0, 1e-9, 40.0, 700.0, 1e4, 1e8])
def test_logistic_is_right_at_huge_margins(margin):
    """A logistic loss, its slope and its curvature are right and finite, however sure of itself or wrong it is."""
    loss = logistic([[1.0]], [1])
    with mpmath.workdps(60):
        m = mpmath.mpf(margin)
        value, wrong, right = mpmath.log1p(mpmath.exp(-m)), 1 / (1 + mpmath.exp(m)), 1 / (1 + mpmath.exp(-m))
    # exp of a number of size m that is itself rounded has relative error m * eps; below 1e-300 floats lose digits.
    rel = (8 + 2 * abs(margin)) * EPS
    assert loss([margin]) == pytest.approx(float(value), rel=rel, abs=1e-300)
    assert loss.gradient([margin])[0] == pytest.approx(-float(wrong), rel=rel, abs=1e-300)
    assert loss.hessian_product([margin], [1.0])[0] == pytest.approx(float(wrong * right), rel=2 * rel, abs=1e-300)


def test_logistic_swaps_with_its_classes():
    """Swapping the two classes mirrors the logistic loss through the origin."""
    features, labels, w = random_vectors(17, 8, 3), np.array([0, 1, 1, 0, 1, 0, 0, 1]), random_vectors(18, 3)
    one, other = logistic(features, labels, ridge=0.5), logistic(features, 1 - labels, ridge=0.5)
    assert one(w) == other(-w)  # exact: rounding is the same on both sides of zero
    np.testing.assert_array_equal(one.gradient(w), -other.gradient(-w))


def test_logistic_at_zero_is_the_log_of_two():
    """At w = 0 every class has probability one half: the loss is log 2 and the slope half the mean of the data."""
    features = [[1.0, 2.0], [3.0, -4.0], [5.0, 6.0]]
    loss = logistic(features, [1, 1, 1], ridge=3.0)
    assert loss([0.0, 0.0]) == pytest.approx(np.log(2), rel=2 * EPS)
    np.testing.assert_allclose(loss.gradient([0.0, 0.0]), [-1.5, -2 / 3], rtol=8 * EPS)


def test_ridge_adds_half_the_squared_norm():
    """A ridge adds ``ridge * w @ w / 2`` to the value, ``ridge * w`` to the slope, ``ridge * v`` to the product."""
    data, w, v = ([[1.0, 2.0]], [0]), np.array([3.0, 4.0]), np.array([1.0, -2.0])
    plain, ridged = logistic(*data), logistic(*data, ridge=2.0)
    assert ridged(w) - plain(w) == pytest.approx(25.0, rel=8 * EPS)
    np.testing.assert_allclose(ridged.gradient(w) - plain.gradient(w), [6.0, 8.0], rtol=8 * EPS)
    np.testing.assert_allclose(ridged.hessian_product(w, v) - plain.hessian_product(w, v), [2.0, -4.0], rtol=8 * EPS)


@pytest.mark.parametrize("dim", range(2, 7))
def test_rosenbrock_has_its_minimum_at_ones(dim):
    """Rosenbrock's loss and its slope are exactly zero at (1, ..., 1), and nowhere below zero."""
    loss = rosenbrock()
    assert loss(np.ones(dim)) == 0.0  # exact: differences of ones
    assert not np.any(loss.gradient(np.ones(dim)))
    assert np.min(loss(random_vectors(19, 1000, dim))) > 0


def test_quadratic_is_stationary_at_its_center():
    """A quadratic's value and slope vanish at its center, wherever that is and however its axes lie."""
    axes = [[0.6, 0.8], [-0.8, 0.6]]
    loss = quadratic([1.0, 5.0], center=[2.0, -3.0], axes=axes)
    assert loss([2.0, -3.0]) == 0.0  # exact: the point less the center is zero
    assert not np.any(loss.gradient([2.0, -3.0]))


def test_one_number_centers_every_component():
    """A center given as one number is that number in every component."""
    one, each = quadratic([1.0, 5.0], center=2.0), quadratic([1.0, 5.0], center=[2.0, 2.0])
    assert one([3.0, 7.0]) == each([3.0, 7.0]) == 63.0  # exact: halves of whole numbers


def test_rows_of_axes_are_eigenvectors():
    """Each row of the axes is an eigenvector of the Hessian, and its spectrum entry the eigenvalue."""
    axes, spectrum = np.array([[0.6, 0.8], [-0.8, 0.6]]), [1.0, 5.0]
    loss = quadratic(spectrum, axes=axes)
    for row, eigenvalue in zip(axes, spectrum, strict=True):
        np.testing.assert_allclose(loss.hessian_product([7.0, 8.0], row), eigenvalue * row, atol=16 * EPS)
    assert quadratic([1.0, 5.0])([0.0, 1.0]) == 2.5  # exact: halves of whole numbers


def test_axes_may_be_as_coarse_as_float32():
    """Axes rounded to float32 still count as orthonormal, and axes wrong in the third digit do not."""
    c, s = np.cos(0.3), np.sin(0.3)
    assert quadratic([1.0, 2.0], axes=np.array([[c, s], [-s, c]], dtype=np.float32)).dim == 2
    with pytest.raises(ValueError, match=r"^axes "):
        quadratic([1.0, 2.0], axes=[[c, s], [-s, c + 1e-3]])


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0, 1e300, 1e308])
def test_kinked_has_the_same_slope_however_far_from_the_kink(size):
    """The slope of a kinked loss is its scale, with the sign of the weight, whatever the weight's size."""
    np.testing.assert_array_equal(kinked([0.25, 8.0]).gradient([size, -size]), [0.25, -8.0])


def test_kinked_is_straight():
    """A kinked loss has no curvature away from its kinks, whatever the scales and the vector."""
    loss = kinked([1e308, 2.0, 0.0])
    np.testing.assert_array_equal(loss.hessian_product([1.0, -1.0, 3.0], [1e308, -5.0, 1.0]), [0.0, 0.0, 0.0])
