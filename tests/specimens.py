"""The package's losses, each written a second time in mpmath, with bounds on its derivatives and its rounding."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import mpmath
import numpy as np
import scipy.linalg
from strategies import EPS, random_vectors

from steepest import Loss, bowl, kinked, logistic, quadratic, rosenbrock

DIGITS = 70


@dataclass(frozen=True)
class Specimen:
    """A loss and what is known about it; r bounds the size of every component of the points."""

    make: Callable  # the loss: made anew by each test, so that a mutant of what makes it is seen by its tests
    dim: int
    exact: Callable  # the value, from a list of mpmath numbers
    mass: Callable  # r -> sizes of the terms summed in the value, a gradient entry, a Hessian entry
    bounds: Callable  # r -> largest second, third and fourth derivative along a unit direction
    rows: int = 0

    @property
    def loss(self) -> Loss:
        """Make the loss."""
        return self.make()

    def rounding(self, order, w, scale=1.0):
        """Bound the rounding error of the value (0), the gradient (1) or the Hessian product (2) at w.

        A term goes through at most 8 roundings, each sum over rows or components through one for each entry.
        """
        r = float(np.max(np.abs(w)))
        return 8 * (self.dim + self.rows + 4) * EPS * self.mass(r)[order] * scale


def at(specimen, w):
    """Return the exact value at w."""
    with mpmath.workdps(DIGITS):
        return specimen.exact([mpmath.mpf(float(x)) for x in w])


def slope(specimen, w):
    """Return the gradient to 30 digits: central differences with 70 digits and a step of 1e-20."""
    with mpmath.workdps(DIGITS):
        h, point = mpmath.mpf(10) ** -20, [mpmath.mpf(float(x)) for x in w]
        moved = [[[*point[:i], x + s * h, *point[i + 1 :]] for s in (1, -1)] for i, x in enumerate(point)]
        return np.array([float((specimen.exact(up) - specimen.exact(down)) / (2 * h)) for up, down in moved])


def bend(specimen, w, v):
    """Return the Hessian at w times v to 20 digits: mixed central differences with 70 digits."""
    with mpmath.workdps(DIGITS):
        h, d = mpmath.mpf(10) ** -15, range(len(w))

        def moved(i, s, t):
            return specimen.exact([mpmath.mpf(float(w[k])) + h * ((k == i) * s + t * float(v[k])) for k in d])

        corners = [moved(i, 1, 1) - moved(i, 1, -1) - moved(i, -1, 1) + moved(i, -1, -1) for i in d]
        return np.array([float(c / (4 * h * h)) for c in corners])


def derivative_along(specimen, w, u, order):
    """Return the derivative of the given order along u, from mpmath."""
    with mpmath.workdps(DIGITS):
        line = [(mpmath.mpf(float(x)), mpmath.mpf(float(y))) for x, y in zip(w, u, strict=True)]
        return float(mpmath.diff(lambda t: specimen.exact([x + t * y for x, y in line]), 0, order))


def _turned(axes, w):
    return w if axes is None else [mpmath.fdot([float(a) for a in row], w) for row in axes]


def quadratic_specimen(spectrum, center, axes=None):
    """Return a quadratic, with all its derivatives past the second zero."""
    d, most = len(spectrum), max(map(abs, spectrum))

    def exact(w):
        t = _turned(axes, [x - c for x, c in zip(w, center, strict=True)])
        return sum(s * x * x for s, x in zip(spectrum, t, strict=True)) / 2

    def mass(r):
        reach = r + max(map(abs, center))
        return d**2 * most * reach**2, d**2 * most * reach, d**2 * most

    return Specimen(lambda: quadratic(spectrum, center=center, axes=axes), d, exact, mass, lambda r: (most, 0.0, 0.0))


def _bowl(scales, axes=None):
    d, most = len(scales), max(scales)

    def exact(w):
        return sum(s * mpmath.log(mpmath.cosh(x)) for s, x in zip(scales, _turned(axes, w), strict=True))

    # The derivatives of log(cosh(x)) from the second on are at most 1, 4/(3*sqrt(3)) and 2.
    bounds = (most, most * 4 / 27**0.5, most * 2)
    return Specimen(
        lambda: bowl(scales, axes=axes), d, exact, lambda r: 3 * (d * most * (d * r + 1),), lambda r: bounds
    )


def _rosenbrock(d):
    def exact(w):
        return sum(100 * (y - x * x) ** 2 + (1 - x) ** 2 for x, y in pairwise(w))

    def mass(r):
        gap = r + r * r
        steep = 400 * r * gap + 2 * (1 + r) + 200 * gap
        return (d - 1) * (100 * gap**2 + (1 + r) ** 2), steep, 2 + 400 * gap + 600 * (r + 1) * (1 + 2 * r)

    def bounds(r):
        # Frobenius norms of the derivatives of each of the d - 1 terms, in its two variables.
        second = ((1200 * r**2 + 400 * r + 2) ** 2 + 2 * (400 * r) ** 2 + 200**2) ** 0.5
        third = ((2400 * r) ** 2 + 3 * 400**2) ** 0.5
        return (d - 1) * second, (d - 1) * third, (d - 1) * 2400.0

    return Specimen(rosenbrock, d, exact, mass, bounds)


def _logistic(features, labels, ridge):
    signs, d = 2 * np.asarray(labels) - 1, features.shape[1]
    long, wide = np.linalg.norm(features, axis=1), np.abs(features).max()

    def exact(w):
        margins = [int(s) * mpmath.fdot([float(x) for x in row], w) for s, row in zip(signs, features, strict=True)]
        loss = sum(mpmath.log1p(mpmath.exp(-m)) for m in margins) / len(margins)
        return loss + mpmath.mpf(ridge) * sum(x * x for x in w) / 2

    def mass(r):
        margin = 1 + d * wide * r
        return margin + d * ridge * r * r, wide * margin + ridge * r, d * wide**2 * margin + ridge

    # The derivatives of log(1 + exp(-m)) from the second on are at most 1/4, 1/(6*sqrt(3)) and 1/8.
    bounds = (np.mean(long**2) / 4 + ridge, np.mean(long**3) / 108**0.5, np.mean(long**4) / 8)
    return Specimen(lambda: logistic(features, labels, ridge=ridge), d, exact, mass, lambda r: bounds, len(labels))


def _kinked(scales):
    d, most = len(scales), max(scales)

    def exact(w):
        return sum(s * abs(x) for s, x in zip(scales, w, strict=True))

    return Specimen(lambda: kinked(scales), d, exact, lambda r: (d * most * r, most, most), lambda r: (0.0, 0.0, 0.0))


def _axes(seed, d):
    return scipy.linalg.qr(random_vectors(seed, d, d))[0]


QUADRATIC = {
    "quadratic": quadratic_specimen([3.0, -1.0, 0.5], [0.0, 0.0, 0.0]),
    "quadratic off center": quadratic_specimen([3.0, 1.0], [1.5, -2.0]),
    "quadratic on axes": quadratic_specimen([0.25, 1.0, 4.0, 9.0], [1.0, -0.5, 2.0, 0.0], _axes(1, 4)),
}
SMOOTH = {
    "bowl": _bowl([1.0, 4.0, 0.5]),
    "bowl on axes": _bowl([1.0, 3.0], _axes(2, 2)),
    **{f"rosenbrock in {d}": _rosenbrock(d) for d in range(2, 7)},
    "logistic": _logistic(random_vectors(3, 12, 3), [0, 1] * 6, 0.0),
    "logistic with ridge": _logistic(random_vectors(4, 9, 2), [1, 0, 0] * 3, 0.25),
}
ALL = {**QUADRATIC, **SMOOTH, "kinked": _kinked([1.0, 2.5, 0.5])}
