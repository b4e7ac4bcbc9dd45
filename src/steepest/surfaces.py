"""Surfaces the weights must not leave: which step along one is steepest, and the way back onto it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest._arrays import Array, at_hand, dot, finite, namespace, plain, shift, split, vectors
from steepest.matrices import polar_factor, sides
from steepest.norms import L2, unit


@dataclass(frozen=True)
class Surface:
    """A surface, the length of a step at each of its points, the steepest step along it, and a retraction.

    Each function takes the array library and vectors of shape (..., d). A new surface is one ``Surface(...)`` with
    these four: nothing else in the package asks which surface it is.

    Parameters
    ----------
    name : str
        How the surface is called in text.
    gap : callable
        ``gap(xp, w)``, shape (...): how far `w` is from satisfying the equations of the surface.
    uphill : callable
        ``uphill(xp, w, g)``, shape (..., d): the Riemannian gradient, the tangent step whose inner product at `w`
        with every tangent step ``u`` is ``g @ u``.
    size : callable
        ``size(xp, w, u)``, shape (...): the length of a tangent step at `w`.
    back : callable
        ``back(xp, w, u)``, shape (..., d): the point of the surface to which the tangent step `u` from `w` leads, equal
        to ``w + u`` up to what is quadratic in `u`.
    dim : int, optional
        The one dimension in which it is a surface; any, when left out.

    References
    ----------
    Absil, Mahony & Sepulchre, *Optimization Algorithms on Matrix Manifolds* (2008), sections 3.6 (Riemannian gradient)
    and 4.1 (retractions).

    Examples
    --------
    On the unit circle at (0, 1), only the first component of the gradient lies along the surface.

    >>> u = 0.75 * SPHERE.gradient([0.0, 1.0], [1.0, 3.0])
    >>> u, SPHERE.retract([0.0, 1.0], u)
    (array([0.75, 0.  ]), array([0.6, 0.8]))
    """

    name: str
    gap: Callable[[Any, Array], Array]
    uphill: Callable[[Any, Array, Array], Array]
    size: Callable[[Any, Array, Array], Array]
    back: Callable[[Any, Array, Array], Array]
    dim: int | None = None

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return the gradient along the surface: the steepest tangent step of length one, times its slope.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points of the surface.
        gradient : array, shape (d,) or (..., d)
            Gradients there, in the space around the surface.

        Returns
        -------
        array, shape (d,) or (..., d)
            Tangent steps, up to rounding zero where no direction along the surface goes down.

        Raises
        ------
        ValueError
            If `w` is off the surface by more than half of the digits, or has another dimension than the surface.
        """
        xp, w, gradient = self._at(w=w, gradient=gradient)
        scaled, exponent = split(xp, gradient)
        return shift(xp, self.uphill(xp, w, scaled), exponent)

    def length(self, w: Array, step: Array) -> Array:
        """Return how long each tangent step is at its point.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points of the surface.
        step : array, shape (d,) or (..., d)
            Tangent steps; whether they are tangent is not checked.

        Returns
        -------
        float or array, shape (...)
            Their lengths.

        Raises
        ------
        ValueError
            If `w` is off the surface by more than half of the digits, or has another dimension than the surface.
        """
        xp, w, step = self._at(w=w, step=step)
        scaled, exponent = split(xp, step)
        return plain(shift(xp, self.size(xp, w, scaled), exponent[..., 0]))

    def retract(self, w: Array, step: Array) -> Array:
        """Return where each tangent step leads on the surface.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points of the surface.
        step : array, shape (d,) or (..., d)
            Tangent steps; whether they are tangent is not checked.

        Returns
        -------
        array, shape (d,) or (..., d)
            Points of the surface, from ``w + step`` by at most a multiple of the square of a short step.

        Raises
        ------
        ValueError
            If `w` is off the surface by more than half of the digits, or has another dimension than the surface, or
            a step leads to no point.
        """
        point = self.land(w, step)
        if not finite(namespace(point), point):
            raise ValueError(f"step leads to no point of the {self.name}: pass a tangent step, or a shorter one.")
        return point

    def land(self, w: Array, step: Array) -> Array:
        """Return where each tangent step leads, and numbers that are not finite where it leads nowhere."""
        xp, w, step = self._at(w=w, step=step)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.back(xp, w, step)

    def _at(self, w: Array, **named: Array) -> tuple[Any, ...]:
        """Return vectors at points of the surface; half of the digits may be off."""
        xp, w, x = vectors(w=w, **named)
        if self.dim not in (None, w.shape[-1]):
            raise ValueError(f"w has {w.shape[-1]} components: the {self.name} takes {self.dim}.")
        gap = self.gap(xp, w)
        if at_hand(gap) and not float(xp.max(gap)) <= float(xp.finfo(w.dtype).eps) ** 0.5:
            raise ValueError(f"w is off the {self.name}, by {float(xp.max(gap)):.3g}: pass a point of it.")
        return (xp, *xp.broadcast_arrays(w, x))


def _without(across: Callable[[Any, Array, Array], Array]) -> Callable[[Any, Array, Array], Array]:
    """Return what subtracts from a gradient its part across the surface."""

    def uphill(xp: Any, w: Array, g: Array) -> Array:
        for _ in range(2):  # again: what the first subtraction leaves may be as small as its rounding
            g = g - across(xp, w, g)
        return g

    return uphill


def _shares_gap(xp: Any, w: Array) -> Array:
    return xp.maximum(xp.abs(xp.sum(w, axis=-1) - 1), -xp.min(w, axis=-1))


def _over(xp: Any, w: Array, x: Array) -> Array:
    """Return the step divided by numbers that are not negative, and zero where they are zero."""
    some = w > 0
    return xp.where(some, x, xp.zeros_like(x)) / xp.where(some, w, xp.ones_like(w))


def _multiplied(xp: Any, w: Array, u: Array) -> Array:
    """Return shares multiplied by the exponentials of their relative changes."""
    most = float(xp.finfo(w.dtype).max)
    power = xp.clip(_over(xp, w, u), -most, most)  # a share of zero stays zero
    grown = w * xp.exp(power - xp.max(power, axis=-1, keepdims=True))
    return grown / xp.sum(grown, axis=-1, keepdims=True)


SPHERE = Surface(
    "unit sphere",
    gap=lambda xp, w: xp.abs(L2.size(xp, w) - 1),
    uphill=_without(lambda xp, w, g: dot(xp, w, g)[..., None] * w),
    size=lambda xp, w, u: L2.size(xp, u),
    back=lambda xp, w, u: unit(xp, w + u),
)
SIMPLEX = Surface(
    "simplex of shares",
    gap=_shares_gap,
    uphill=lambda xp, w, g: w * (g - dot(xp, w, g)[..., None]),
    size=lambda xp, w, u: L2.size(xp, _over(xp, xp.sqrt(xp.maximum(w, xp.zeros_like(w))), u)),
    back=_multiplied,
)


def stiefel(shape: tuple[int, int]) -> Surface:
    """Surface of the matrices whose columns are orthonormal, with Euclidean lengths of the entries.

    Parameters
    ----------
    shape : tuple of int
        How many rows and columns the matrix has, at least as many rows as columns.

    Returns
    -------
    Surface
        A surface of vectors of shape (..., rows * columns), the rows of the matrix one after another. Its retraction is
        the polar factor of ``X + U``, the nearest matrix with orthonormal columns; eps times the length of ``U`` may be
        rounding, and where ``X + U`` lacks rank there is none.

    Raises
    ------
    TypeError, ValueError
        If `shape` is not two positive whole numbers, the first at least the second.

    References
    ----------
    Absil, Mahony & Sepulchre, *Optimization Algorithms on Matrix Manifolds* (2008), sections 3.3.2 and 4.1.1.

    Examples
    --------
    One column of two rows: the unit circle.

    >>> stiefel((2, 1)).gradient([0.0, 1.0], [1.0, 3.0])
    array([1., 0.])
    """
    rows, columns = sides(shape)
    if rows < columns:
        raise ValueError(f"shape is {shape!r}: so many columns are never orthonormal. Pass as many rows, or more.")

    def matrix(xp: Any, x: Array) -> Array:
        return xp.reshape(x, (*x.shape[:-1], rows, columns))

    def gap(xp: Any, w: Array) -> Array:
        gram = xp.matmul(xp.matrix_transpose(matrix(xp, w)), matrix(xp, w))
        return xp.max(xp.abs(gram - xp.eye(columns, dtype=w.dtype)), axis=(-2, -1))

    def across(xp: Any, w: Array, g: Array) -> Array:
        inner = xp.matmul(xp.matrix_transpose(matrix(xp, w)), matrix(xp, g))
        return xp.reshape(xp.matmul(matrix(xp, w), (inner + xp.matrix_transpose(inner)) / 2), g.shape)

    def back(xp: Any, w: Array, u: Array) -> Array:
        return xp.reshape(polar_factor(xp, matrix(xp, split(xp, w + u)[0])), w.shape)

    name = f"surface of orthonormal columns, {rows}×{columns}"
    return Surface(name, gap, _without(across), SPHERE.size, back, rows * columns)
