"""Newton–Schulz: the cubic goes to the polar factor with order two; Muon's quintic goes into a band and stays."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import scipy.linalg
from strategies import EPS

from steepest import newton_schulz
from steepest.matrices import odd_polynomial

CUBIC, BAND = "newton-schulz-cubic", "muon-band"
MUON = (3.4445, -4.7750, 2.0315)


def _with_values(rng, values, columns):
    """Return a matrix with these singular values, and its polar factor."""
    left = np.linalg.qr(rng.standard_normal((len(values), len(values))))[0]
    right = np.linalg.qr(rng.standard_normal((columns, len(values))))[0]
    return (left * values) @ right.T, (left * (values > 0)) @ right.T


@pytest.mark.claim(CUBIC)
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 5), (10, 30)], ids=str)
def test_the_iterates_come_to_the_polar_factor(tried, shape):
    """From values between 0.01 and 1.73, and some that are zero, twenty iterations reach the polar factor."""
    rng = np.random.default_rng(180)
    why = "(m + n) eps: the start's; over 0.01, the least value, and where one is zero it grows by 3/2 an iteration"
    for case in range(20):
        values = rng.uniform(0.01, 1.73, shape[0])
        values[1:] *= case % 3 > 0
        x, polar = _with_values(rng, values, shape[1])
        for _ in range(20):
            x = odd_polynomial(np, x, (1.5, -0.5))
        growth = 100 if values.all() else 1.5**20
        tried.within(np.linalg.norm(x - polar, 2), growth * sum(shape) * EPS, math.prod(shape), why)


@pytest.mark.claim(CUBIC)
def test_the_package_agrees_with_scipy(tried):
    """From full rank `newton_schulz` reaches the polar factor of SciPy, which is made from LAPACK's decomposition."""
    rng = np.random.default_rng(181)
    why = "20 (m + n) eps: the start's, over the least value, which is a twentieth of the largest"
    for m, n in ((2, 2), (3, 7), (9, 12), (12, 9)):
        for _ in range(30):
            x, _ = _with_values(rng, rng.uniform(0.5, 10, min(m, n)), max(m, n))
            x = x if m <= n else x.T
            assert x.shape == (m, n)
            polar = scipy.linalg.polar(x, side="left" if m <= n else "right")[0]
            tried.within(np.linalg.norm(newton_schulz(x, 25) - polar, 2), 20 * (m + n) * EPS, m * n, why)


@pytest.mark.claim(CUBIC)
@pytest.mark.parametrize("shape", [(2, 2), (2, 5), (6, 8)], ids=str)
def test_the_order_is_two_in_the_spectral_norm(tried, shape):
    """From values up to 1.73 an iteration leaves a spectral distance of one to two times the squared one before."""
    rng = np.random.default_rng(184)
    why = "2 (m + n) eps: each row and column rounds once in the start and once in the products"
    for _ in range(100):
        x, polar = _with_values(rng, rng.uniform(0.01, 1.73, shape[0]) * (np.arange(shape[0]) > 0), shape[1])
        for _ in range(12):
            before, x = x, odd_polynomial(np, x, (1.5, -0.5))
            after, square = np.linalg.norm(x - polar, 2), np.linalg.norm(before - polar, 2) ** 2
            excess = max(after - 2 * square, square - after, 0)
            tried.within(excess, 2 * sum(shape) * EPS * 1.5**12, math.prod(shape), why)


@pytest.mark.claim(CUBIC)
def test_the_order_is_two(tried):
    """In exact fractions, from below 1.732, an iteration leaves one to two times the squared distance from one."""
    for k in range(1, 1733):
        x = Fraction(k, 1000)
        for _ in range(3):
            after = (3 * x - x**3) / 2
            tried((1 - x) ** 2 <= abs(1 - after) <= 2 * (1 - x) ** 2, 1)
            x = after


@pytest.mark.claim(CUBIC, without="every singular value of the start is below the root of three")
def test_above_the_root_of_three_the_sign_turns(tried):
    """From 2 the first iterate is -1, and so are all others; from 1.74 to 2 the limit is -1; from the root itself 0."""
    why = "4 eps: at a fixed point of slope zero only the four roundings of the last iteration stay"
    root = np.array([[1.0, 1, 1, 0], [1, -1, 0, 1], [1, 0, -1, -1], [0, 1, -1, 1]])
    assert np.all(root @ root.T == 3 * np.eye(4))  # exact: whole numbers
    tried(odd_polynomial(np, root, (1.5, -0.5)) == 0, 16)
    for start in (2.0, *np.linspace(1.74, 2, 100)):
        x = np.array([[start]])
        for _ in range(100):
            x = odd_polynomial(np, x, (1.5, -0.5))
        tried.within(x + 1, 4 * EPS, 1, why)


def _exactly():
    """Return Muon's polynomial, where its slope is zero, and its fixed points, in the digits at work."""
    a, b, c = (mpmath.mpf(int(10_000 * v + math.copysign(0.5, v))) / 10_000 for v in MUON)

    def psi(x):
        return a * x + b * x**3 + c * x**5

    root, other = mpmath.sqrt(9 * b * b - 20 * a * c), mpmath.sqrt(b * b - 4 * c * (a - 1))
    slopes = [mpmath.sqrt((-3 * b + sign * root) / (10 * c)) for sign in (-1, 1)]
    fixed = [mpmath.sqrt((-b + sign * other) / (2 * c)) for sign in (-1, 1)]
    return psi, slopes, fixed


@pytest.mark.claim(BAND)
def test_the_proof_s_numbers_are_in_order(tried):
    """In fifty digits the zeros of the slope, the band's ends and fixed points lie as the proof says, 0.01 apart."""
    with mpmath.workdps(50):
        psi, (t1, t2), (lower, upper) = _exactly()
        chain = [0, t1, psi(t2), lower, mpmath.mpf(1), t2, psi(psi(t2)), psi(t1), upper]
        tried([bool(x + 0.01 < y) for x, y in pairwise(chain)], 1)
        tried([bool(abs(psi(x) - x) < 1e-45) for x in (lower, upper)], 1)


@pytest.mark.claim(BAND)
def test_all_starts_come_into_the_band_and_stay(tried):
    """From starts down to 1e-9 and up to the fixed point, in thirty digits, the iterates come in and never leave."""
    with mpmath.workdps(30):
        psi, (_, t2), (_, upper) = _exactly()
        low, high = psi(t2), psi(psi(t2))
        starts = [upper * mpmath.mpf(k) / 200 for k in range(1, 200)] + [mpmath.mpf(10) ** -k for k in range(3, 10)]
        for x in [*starts, upper - mpmath.mpf(10) ** -9]:
            inside = []
            for _ in range(100):
                x = psi(x)
                inside.append(bool(low <= x <= high))
            tried(all(inside[inside.index(True) :]) and inside.index(True) < 30, 1)


@pytest.mark.claim(BAND)
def test_the_iterates_do_not_tend_to_one(tried):
    """Of any two iterates in a row one is no nearer to one than the lower fixed point is, which stays where it is."""
    lower = float(_exactly()[2][0])
    x = np.concatenate([np.linspace(0.001, 1.26, 100_000), lower + np.linspace(-1, 1, 1001) * 1e-6])[:, None, None]
    after = odd_polynomial(np, x, MUON)
    nearest = np.maximum(abs(x - 1), abs(after - 1))
    why = "8 eps: the roundings of the fixed point and of an iteration, of numbers up to 3"
    tried.within(np.maximum(1 - lower - nearest, 0), 8 * EPS, 1, why)


@pytest.mark.claim(BAND)
def test_singular_values_of_matrices_end_in_the_band(tried):
    """After thirty iterations of the package all singular values of random matrices, by LAPACK, are in the band."""
    psi, (_, t2), _ = _exactly()
    low, high = float(psi(t2)), float(psi(psi(t2)))
    rng = np.random.default_rng(182)
    why = (
        "4 (m + n) eps: the roundings of the last iterations and of LAPACK's values; the slope in the band is below 2.5"
    )
    for shape in ((1, 1), (4, 4), (20, 30)):
        for _ in range(20):
            values = scipy.linalg.svdvals(newton_schulz(rng.standard_normal(shape), 30, MUON))
            outside = np.maximum(np.maximum(low - values, values - high), 0)
            tried.within(outside, 4 * sum(shape) * EPS, math.prod(shape), why)


@pytest.mark.claim(BAND, without="the coefficients are those of Muon")
def test_other_coefficients_tend_to_one(tried):
    """For 2x - 1.5x³ + 0.5x⁵, which has all that the proposition names, the iterates tend to one, a fixed point."""
    psi = np.polynomial.Polynomial([0, 2, 0, -1.5, 0, 0.5])
    t1, t2 = 0.8**0.5, 1.0
    lower, upper = 1.0, 2**0.5
    assert max(abs(psi.deriv()(np.array([t1, t2])))) < 8 * EPS
    assert max(abs(psi(np.array([lower, upper])) - [lower, upper])) < 16 * EPS
    x = np.linspace(0.001, 1.414, 10_001)[:, None, None]
    for _ in range(60):
        x = odd_polynomial(np, x, (2.0, -1.5, 0.5))
    why = "8 eps: at a fixed point of slope zero only the roundings of the last iteration stay"
    tried.within(x - 1, 8 * EPS, 1, why)


@pytest.mark.claim(BAND, without="the start is positive")
def test_zero_stays_outside_the_band(tried):
    """From zero every iterate is zero, below the band."""
    x = np.zeros((1, 1))
    for _ in range(100):
        x = odd_polynomial(np, x, MUON)
        tried(x == 0, 1)


@pytest.mark.claim(BAND, without="the start is below the upper fixed point")
def test_above_the_fixed_point_the_iterates_grow(tried):
    """From 1.264 to 1.5 no iterate comes back: each is larger than the one before, until it is above 100."""
    for start in np.linspace(1.264, 1.5, 100):
        x = start
        while x < 100:
            after = float(odd_polynomial(np, np.array([[x]]), MUON)[0, 0])
            tried(after > x, 1)
            x = after
