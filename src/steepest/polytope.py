"""A unit ball with flat sides: a norm given by the vertices of its ball."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from steepest._arrays import Array, dot, namespace, numbers, shift, split
from steepest.norms import Norm, among

_MOST = 20_000  # sets of vertices to look through for sides; less than a second's work
_THIN = 1e-4  # the least width of the ball beside its largest: rounding grows with their quotient
_EXACT = 1e-6  # how wrong a side may be; sides that rounding can shift further are slivers between others


def polytope(vertices: Array) -> Norm:
    """Norm whose unit ball is the convex hull of given points.

    The dual norm and the steepest step compare vertices, in any dimension. The norm itself compares sides, and these
    are found by trying all sets of d vertices: so the ball must have few vertices or few dimensions.

    Parameters
    ----------
    vertices : array, shape (n, d)
        Vertices of the ball, one a row, each together with its opposite.

    Returns
    -------
    Norm
        ``dual(g) = max(vertices @ g)`` and ``size(x) = max(sides @ x)`` for vectors of shape (..., d), where
        ``sides @ u <= 1`` is the ball.

    Raises
    ------
    TypeError, ValueError
        If the hull is no unit ball: a vertex without its opposite, or all of them in one plane through zero, up to
        one part in ten thousand. Or if there are more than 20,000 sets of d vertices.

    References
    ----------
    Ziegler, *Lectures on Polytopes* (1995), section 2.3 (polarity: sides and vertices trade places).

    Examples
    --------
    >>> hexagon = polytope([[2, 0], [1, 1], [-1, 1], [-2, 0], [-1, -1], [1, -1]])
    >>> hexagon([2.0, 1.0]), hexagon.dual([2.0, 1.0]), hexagon.aligned([2.0, 1.0])
    (1.5, 4.0, array([2., 0.]))
    """
    corners = np.asarray(numbers(namespace(), "vertices", vertices), dtype=float)
    _check_ball(corners)
    size = int(np.frexp(np.abs(corners).max())[1])
    corners = np.ldexp(corners, -size)  # near 1, so that they and the sides are numbers in any float type
    sides = _sides(corners)

    def widest(xp: Any, rows: Any, x: Array, exponent: int) -> Array:
        x, own = split(xp, x)
        return shift(xp, xp.max(xp.abs(_products(xp, rows, x)), axis=-1), own[..., 0] + exponent)

    def attaining(xp: Any, g: Array, then: Array) -> Array:
        gains, next_gains = (_products(xp, corners, split(xp, x)[0]) for x in (g, then))  # none overflows
        chosen = among(xp, gains, next_gains)
        rows = xp.asarray(corners, dtype=g.dtype)
        vertex = xp.sum(xp.where(chosen[..., None], rows, xp.zeros_like(rows)), axis=-2)
        return shift(xp, vertex, xp.asarray(float(size), dtype=g.dtype))

    return Norm(
        f"polytope of {len(corners)} vertices",
        size=lambda xp, x: widest(xp, sides, x, -size),
        dual_size=lambda xp, g: widest(xp, corners, g, size),
        attaining=attaining,
        dim=corners.shape[1],
    )


def _products(xp: Any, rows: Any, x: Array) -> Array:
    """Return the inner product of each vector with each row, shape (..., n)."""
    return dot(xp, x[..., None, :], xp.asarray(rows, dtype=x.dtype))


def _check_ball(corners: Any) -> None:
    """Refuse points whose convex hull is no unit ball."""
    if corners.ndim != 2 or 0 in corners.shape:
        raise ValueError(f"vertices has shape {corners.shape}: pass one vertex a row, of shape (n, d).")
    if not np.isfinite(corners).all():
        raise ValueError("vertices holds a value that is not finite: pass finite numbers.")
    have = {tuple(v) for v in corners + 0.0}
    lonely = next((v for v in have if tuple(0.0 - np.array(v)) not in have), None)
    if lonely is not None:
        there = f"({', '.join(f'{c:g}' for c in lonely)})"
        raise ValueError(
            f"vertices holds {there} without its opposite: that way and back would differ in length. Pass both."
        )
    if not corners.any():
        raise ValueError("vertices is flat: they are all zero. Pass vertices that span the space.")


def _sides(corners: Any) -> Any:
    """Return ``a`` for each side ``a @ u == 1`` of the ball, one a row: planes through d vertices with none beyond."""
    corners = np.unique(corners, axis=0)
    count, dim = corners.shape
    if comb(count, dim) > _MOST:
        raise ValueError(
            f"vertices has {count} points in {dim} dimensions, {comb(count, dim):,} sets of {dim}: pass fewer, so "
            f"that there are at most {_MOST:,}."
        )
    _, widths, axes = np.linalg.svd(corners, full_matrices=False)
    if count < dim or not widths[-1] > _THIN * widths[0]:
        raise ValueError(
            "vertices is flat, or too thin for floats: the ball must reach out of zero in every direction, in none "
            "less than a ten-thousandth as far as in another. Pass vertices that span the space."
        )
    sides = _planes(corners, _outermost(corners @ axes.T / widths, float(widths[0] / widths[-1])))
    if not 1 - _EXACT <= np.abs(sides @ corners.T).max(initial=0.0) <= 1 + _EXACT:
        raise ValueError("vertices lie so close together that floats do not tell the sides: pass fewer of them.")
    return sides


def _planes(corners: Any, sets: Any) -> Any:
    """Return ``a`` with ``a @ v == 1`` for the vertices of each set."""
    return np.linalg.solve(corners[sets], np.ones((*sets.shape, 1)))[..., 0]


def _outermost(corners: Any, stretch: float) -> Any:
    """Return sets of vertices whose plane has none beyond, one for each side; rounding was magnified by `stretch`."""
    count, dim = corners.shape
    sets = np.array(list(combinations(range(count), dim)))  # (m, d)
    # A plane is off as its vertices are, magnified by cond; its normal is no longer than the root of their number.
    error = 8 * dim * count**0.5 * np.finfo(float).eps * stretch * np.linalg.cond(corners[sets])
    sets, error = sets[error < _EXACT], error[error < _EXACT, None]
    reach = _planes(corners, sets) @ corners.T  # (m, n)
    outer = np.all(reach <= 1 + error, axis=1)
    _, once = np.unique((reach >= 1 - error)[outer], axis=0, return_index=True)  # one for each set of vertices on it
    return sets[outer][once]
