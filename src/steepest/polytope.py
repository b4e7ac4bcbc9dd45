"""A unit ball with flat sides: a norm given by the vertices of its ball."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from steepest._arrays import Array, dot, namespace, numbers, split
from steepest.norms import Norm, among

_MOST = 200_000  # sets of vertices to look through for sides; a second's work


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
        If the hull is no unit ball: a vertex without its opposite, or all of them in one plane through zero. Or if
        there are more than 200,000 sets of d vertices.

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
    sides = _sides(corners)

    def largest(rows: Any, xp: Any, x: Array) -> Array:
        return xp.max(_products(xp, rows, x), axis=-1)

    def attaining(xp: Any, g: Array, then: Array) -> Array:
        gains, next_gains = (_products(xp, corners, split(xp, x)[0]) for x in (g, then))  # none overflows
        chosen = among(xp, gains, next_gains)
        rows = xp.asarray(corners, dtype=g.dtype)
        return xp.sum(xp.where(chosen[..., None], rows, xp.zeros_like(rows)), axis=-2)

    name = f"polytope of {len(corners)} vertices"
    return Norm(
        name, lambda xp, x: largest(sides, xp, x), lambda xp, g: largest(corners, xp, g), attaining, corners.shape[1]
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
    if np.linalg.matrix_rank(corners) < corners.shape[1]:
        raise ValueError(
            "vertices is flat: the ball must reach out of zero in every direction. Pass vertices that span the space."
        )


def _sides(corners: Any) -> Any:
    """Return ``a`` for each side ``a @ u == 1`` of the ball, one a row: planes through d vertices with none beyond."""
    corners = np.unique(corners, axis=0)
    count, dim = corners.shape
    if comb(count, dim) > _MOST:
        raise ValueError(
            f"vertices has {count} points in {dim} dimensions, {comb(count, dim):,} sets of {dim}: pass fewer, so "
            f"that there are at most {_MOST:,}."
        )
    through = corners[np.array(list(combinations(range(count), dim)))]  # (m, d, d)
    through = through[np.linalg.cond(through) < 1e12]
    planes = np.linalg.solve(through, np.ones((len(through), dim, 1)))[..., 0]
    reach = planes @ corners.T  # (m, n)
    sides = reach.max(axis=1) < 1 + 1e-9
    _, once = np.unique(reach[sides] > 1 - 1e-9, axis=0, return_index=True)  # one for each set of vertices on it
    return planes[sides][once]
