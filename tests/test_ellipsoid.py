"""The norm of a matrix: against LAPACK's Cholesky solves, at any scale, in any library, and what is no such norm."""

from fractions import Fraction

import array_api_compat
import array_api_strict
import dask.array
import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from strategies import EPS, random_vectors

from steepest import L2, Loss, conjugate_gradients, ellipsoid, logistic, steepest_direction

SOLVED = 4 * EPS  # times d and the condition number: two factorizations and two solves, each off by d eps of the matrix
LIBRARIES = {"array_api_strict": array_api_strict, "Dask": dask.array, "NumPy": np}


def _random(seed, dim, condition):
    """Return a random symmetric matrix with eigenvalues from 1 to the condition number."""
    axes = scipy.linalg.qr(random_vectors(seed, dim, dim))[0]
    matrix = axes * np.geomspace(1, condition, dim) @ axes.T
    return (matrix + matrix.T) / 2


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e9])
@pytest.mark.parametrize("dim", [1, 2, 5, 60])
def test_it_solves_as_cholesky_does(dim, condition):
    """Size, dual and steepest step are those of SciPy's Cholesky factors, to the digits the condition number leaves."""
    matrix = _random(dim, dim, condition)
    factor, norm = scipy.linalg.cho_factor(matrix, lower=True), ellipsoid(matrix)
    x = random_vectors(40 + dim, 100, dim)
    close = SOLVED * dim * condition
    np.testing.assert_allclose(norm(x), L2(x @ np.tril(factor[0])), rtol=close)
    solved = scipy.linalg.cho_solve(factor, x.T).T
    np.testing.assert_allclose(norm.dual(x), np.sqrt(np.sum(solved * x, axis=1)), rtol=close)
    known = -solved / np.sqrt(np.sum(solved * x, axis=1))[:, None]
    apart = L2(steepest_direction(x, norm) - known) / L2(known)
    np.testing.assert_array_less(apart, 2 * close)  # the solution rounds, and its size in the norm


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_axes_of_very_different_scales_keep_their_digits(dtype):
    """Rows and columns scaled by powers of two change nothing but the scale: not one digit of the result."""
    small = 2.0 ** (np.array([-500.0, 0.0, 500.0]) if dtype == "float64" else np.array([-60.0, 0.0, 60.0]))
    matrix = np.array([[3.0, 1.0, 0.5], [1.0, 2.0, 1.0], [0.5, 1.0, 4.0]], dtype)
    scale = small.astype(dtype)
    norm, known = ellipsoid(matrix * scale * scale[:, None]), ellipsoid(matrix)
    x = random_vectors(45, 50, 3).astype(dtype)
    np.testing.assert_array_equal(norm(x / scale), known(x))
    np.testing.assert_array_equal(norm.dual(x * scale), known.dual(x))
    np.testing.assert_array_equal(norm.aligned(x * scale), known.aligned(x) / scale)


def test_the_largest_and_the_smallest_numbers_are_measured():
    """A matrix of the largest or smallest floats measures steps whose squares do not overflow in it."""
    assert ellipsoid([[1e308]])([1e-154]) == pytest.approx(1.0, rel=8 * EPS)
    assert ellipsoid([[1e308]]).dual([1e308]) == pytest.approx(1e154, rel=8 * EPS)
    assert ellipsoid([[2.0**-1074]])([2.0**537]) == 1.0  # exact: powers of four have exact roots
    np.testing.assert_array_equal(ellipsoid(np.diag([2.0**-1000, 2.0**1000])).aligned([0.0, 3.0]), [0.0, 2.0**-500])


def test_the_identity_is_the_euclidean_norm():
    """With the identity matrix all is as in the Euclidean norm, up to rounding."""
    x, norm = random_vectors(46, 100, 4), ellipsoid(np.eye(4, dtype=int))
    np.testing.assert_allclose(norm(x), L2(x), rtol=4 * EPS)
    np.testing.assert_allclose(norm.aligned(x), L2.aligned(x), rtol=8 * EPS)


def test_whole_numbers_are_exact_enough():
    """For matrices of whole numbers the square of the dual is a fraction, by Cramer's rule."""
    rng, tried = np.random.default_rng(47), 0
    for _ in range(300):
        a, b, c, p, q = (int(k) for k in rng.integers(-4, 5, 5))
        matrix, det = [[a * a + 1, a * b], [a * b, b * b + c * c + 1]], 0
        det = matrix[0][0] * matrix[1][1] - matrix[0][1] ** 2
        square = Fraction(matrix[1][1] * p * p - 2 * matrix[0][1] * p * q + matrix[0][0] * q * q, det)
        close = 32 * float(Fraction((matrix[0][0] + matrix[1][1]) ** 2, det)) * EPS  # more than the condition number
        assert ellipsoid(matrix).dual([p, q]) ** 2 == pytest.approx(float(square), rel=close)
        tried += det > 1
    assert tried > 250


@pytest.mark.parametrize("of", LIBRARIES)
@pytest.mark.parametrize("by", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_matrix_of_any_library_measures_vectors_of_any(of, by, dtype):
    """The vectors decide the library and the type of the answer, whatever those of the matrix."""
    rows = [[3, 1], [1, 2]]
    norm = ellipsoid(LIBRARIES[of].asarray(rows, dtype=LIBRARIES[of].float64))
    x = LIBRARIES[by].asarray([[1.0, -2.0], [0.5, 3.0]], dtype=getattr(LIBRARIES[by], dtype))
    for way, known in ((norm, ellipsoid(rows)), (norm.aligned, ellipsoid(rows).aligned)):
        result = way(x)
        assert array_api_compat.array_namespace(result) is array_api_compat.array_namespace(x)
        assert result.dtype == x.dtype
        np.testing.assert_allclose(np.asarray(result), known(np.asarray(x)), rtol=16 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("exponent", [-1000, -530, 530, 1000])
def test_scales_beyond_the_type_of_the_vectors_leave_no_nan(exponent):
    """A float32 vector in a float64 matrix gets the float64 answer, rounded: a number, zero or infinity."""
    norm = ellipsoid(np.diag([2.0**exponent, 1.0]))
    for rows in ([0.0, 1.0], [1.0, 0.0], [3.0, 1.0], [0.0, 0.0], [1e-45, 1e38], [1e38, 1e-45]):
        x = np.array(rows, np.float32)
        for measure in (norm, norm.dual, *([norm.aligned] if any(rows) else [])):
            with np.errstate(over="ignore", under="ignore"):
                known = np.asarray(measure(x.astype(float))).astype(np.float32)
                result = np.asarray(measure(x), np.float32)
            close = 16 * float(np.finfo(np.float32).eps)
            np.testing.assert_allclose(result, known, rtol=close, atol=2.0**-148)


def test_half_precision_is_measured_by_single():
    """No library finds axes in half precision: a float16 matrix is read as float32, its vectors are not."""
    result = ellipsoid(np.diag(np.array([4, 1], np.float16))).aligned(np.array([4.0, 0.0], np.float16))
    assert result.dtype == np.float16
    np.testing.assert_array_equal(result, [0.5, 0.0])


def test_what_rounding_decides_is_refused():
    """The Hilbert matrix of 12 rows is positive definite, by fractions, but not beyond rounding."""
    hilbert = scipy.linalg.hilbert(12)
    with pytest.raises(ValueError, match=r"up to rounding: .* It must be above .*: less may be rounding"):
        ellipsoid(hilbert)
    assert ellipsoid(scipy.linalg.hilbert(8)).dim == 8


def test_a_strict_matrix_never_passes_through_numpy(monkeypatch):
    """The axes of a matrix of another library are found in that library."""

    def refuse(*args, **options):
        raise AssertionError("an array was turned into NumPy's")

    for way_out in ("__array__", "__buffer__"):
        monkeypatch.setattr(type(array_api_strict.asarray(0.0)), way_out, refuse, raising=False)
    strict = array_api_strict.asarray
    for rows in ([[3.0, 1.0], [1.0, 2.0]], [[3, 1], [1, 2]]):
        assert float(ellipsoid(strict(rows)).dual(strict([1.0, 1.0]))) == pytest.approx(0.6**0.5, rel=16 * EPS)


def test_the_matrix_is_read_once_and_not_changed():
    """The matrix may be read-only; changed afterwards, it changes nothing."""
    matrix = np.array([[3.0, 1.0], [1.0, 2.0]])
    matrix.flags.writeable = False
    norm = ellipsoid(matrix)
    matrix.flags.writeable = True
    matrix *= 4
    assert norm([1.0, 1.0]) == pytest.approx(7**0.5, rel=16 * EPS)


def test_a_matrix_that_rounding_made_lopsided_is_welcome():
    """A product whose two triangles differ by rounding is measured by its symmetric part."""
    half = random_vectors(48, 30, 8)
    matrix = half.T @ half
    lopsided = matrix * (1 + 4 * EPS * np.triu(np.ones((8, 8))))
    x = random_vectors(49, 20, 8)
    np.testing.assert_allclose(ellipsoid(lopsided)(x), ellipsoid(matrix)(x), rtol=200 * np.linalg.cond(matrix) * EPS)


@pytest.mark.parametrize("dim", [2, 3, 8, 40])
def test_what_is_positive_definite_is_told_apart(dim):
    """Shifted to a least eigenvalue of a millionth every matrix is accepted, to minus that refused."""
    for seed in range(5):
        matrix = random_vectors(500 + seed, dim, dim)
        matrix = matrix + matrix.T
        least = np.linalg.eigvalsh(matrix)[0]
        assert ellipsoid(matrix - (least - 1e-6) * np.eye(dim)).dim == dim
        with pytest.raises(ValueError, match="matrix is not positive definite"):
            ellipsoid(matrix - (least + 1e-6) * np.eye(dim))


def test_newton_s_path_is_that_of_scipy():
    """Full steps in the ellipsoid of each point's Hessian are those of trust-exact where its region does not bind."""
    data = random_vectors(51, 80, 4)
    loss = logistic(data, (data @ [1.0, -2.0, 0.5, 0.0] + random_vectors(52, 80) > 0).astype(int), ridge=0.01)
    w, worst = np.zeros(4), 0.0
    for steps in range(1, 6):
        worst = max(worst, np.linalg.cond(loss.hessian_product(w, np.eye(4))))
        norm, g = ellipsoid(loss.hessian_product(w, np.eye(4))), loss.gradient(w)
        w = w + norm.dual(g) * steepest_direction(g, norm)
        there = scipy.optimize.minimize(
            loss,
            np.zeros(4),
            jac=loss.gradient,
            hess=lambda x: loss.hessian_product(x, np.eye(4)),
            method="trust-exact",
            options={"initial_trust_radius": 100.0, "max_trust_radius": 1e4, "maxiter": steps, "gtol": 0.0},
        )
        close = steps * 2 * SOLVED * 4 * worst * max(1.0, L2(w))  # of each step, as Newton's steps draw paths together
        np.testing.assert_allclose(w, there.x, rtol=0, atol=close)
    assert L2(loss.gradient(w)) < 1e-5


@pytest.mark.parametrize("dim", [1, 2, 10, 50])
def test_products_alone_give_the_same_step(dim):
    """Conjugate gradients on the parabola of the matrix, from products alone, end at the step in the ellipsoid."""
    matrix, g = _random(53 + dim, dim, 30.0), random_vectors(54 + dim, dim)
    model = Loss(lambda x: np.vecdot(x, g + x @ matrix / 2), lambda x: g + x @ matrix, lambda x, z: z @ matrix)
    step, root = conjugate_gradients(model, np.zeros(dim), 100).points[-1], 30**0.5
    known = steepest_direction(g, ellipsoid(matrix))
    left = 2 * root * ((root - 1) / (root + 1)) ** 100  # Chebyshev's bound, and the root for the Euclidean norm
    apart = L2(step / np.sqrt(-g @ step) - known) / L2(known)
    assert apart < left + 2 * SOLVED * dim * 30
