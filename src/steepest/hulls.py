"""The steepest way down from a kink: minus the shortest vector of a convex hull."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest._arrays import Array, vectors


def shortest_subgradient(subgradients: Array) -> Array:
    """Return the vector of least length among all weighted means of some vectors.

    Where a loss is the largest of several, its steepest way down is against this mean of the gradients of those that
    attain it. Where the mean is zero, up to rounding, a convex loss has its minimum. Computed by NumPy in 64-bit
    floats, whatever the library and type of the arrays: a lazy array is computed. The length of the mean, and the slope
    against it, are right up to some ``4 d`` rounding errors of the longest vector; so a mean much longer than that is
    against a way down. Its components can be less exact where the vectors it is a mean of nearly depend on each other.

    Parameters
    ----------
    subgradients : array, shape (n, d)
        Vectors, one a row; in any order, doubles allowed.

    Returns
    -------
    array, shape (d,)
        The point of their convex hull nearest to zero; exactly zero where it is no longer than
        ``4 d`` rounding errors, of the type of the vectors, of their largest component.

    Raises
    ------
    TypeError, ValueError
        If `subgradients` is not finite real vectors, one a row.

    References
    ----------
    Wolfe, "Finding the nearest point in a polytope", *Math. Programming* 11 (1976), which stops otherwise.

    Examples
    --------
    >>> shortest_subgradient([[1.0, 2.0], [1.0, -2.0]]).round(12)
    array([1., 0.])
    """
    xp, rows = vectors(subgradients=subgradients)
    if rows.ndim != 2:
        raise ValueError(f"subgradients has shape {tuple(rows.shape)}: pass one vector a row, of shape (n, d).")
    table = np.asarray(rows, dtype=float)
    size = float(np.abs(table).max())
    zero = 4 * table.shape[1] * float(xp.finfo(rows.dtype).eps)
    return xp.asarray(size * _nearest(table / size, zero) if size else table[0] * 0.0, dtype=rows.dtype)


def _nearest(rows: Any, zero: float) -> Any:
    """Return the point of the hull nearest to zero, of vectors with components of size one at the most."""
    blur = 4 * rows.shape[1] * float(np.finfo(float).eps)
    corners, weights = [int((rows * rows).sum(axis=1).argmin())], np.ones(1)
    nearest, met = rows[corners[0]], {frozenset(corners)}
    while (length := float(np.linalg.norm(nearest))) > zero:
        sides = rows - rows[corners[0]]  # of vectors nearly alike these are known better than the vectors
        below = -(sides @ nearest) - blur * length * np.linalg.norm(sides, axis=1)
        lowest = int(below.argmax())
        if below[lowest] <= 0 or lowest in corners:
            return nearest
        corners, weights = _inside(rows, [*corners, lowest], np.append(weights, 0.0))
        if frozenset(corners) in met:  # exact steps come nearer each time, and meet no corners twice: this is rounding
            return nearest
        met.add(frozenset(corners))
        nearest = _upright(rows[corners], weights)
    return np.zeros_like(nearest)


def _upright(corners: Any, weights: Any) -> Any:
    """Return the mean of the corners, orthogonal to their sides up to rounding of its own length, not theirs."""
    nearest = weights @ corners
    sides = corners[1:] - corners[0]
    return nearest - sides.T @ np.linalg.lstsq(sides.T, nearest, rcond=None)[0]


def _inside(rows: Any, corners: list[int], weights: Any) -> tuple[list[int], Any]:
    """Drop corners until the point nearest to zero of the plane through the rest lies between them."""
    while True:
        sides = rows[corners[1:]] - rows[corners[0]]
        rest = np.linalg.lstsq(sides.T, -rows[corners[0]], rcond=None)[0]
        goal = np.append(1 - rest.sum(), rest)
        if np.all(goal > 0):
            return corners, goal
        short = goal <= 0
        share = np.min(weights[short] / np.maximum(weights[short] - goal[short], np.finfo(float).tiny))
        weights = np.maximum(weights + share * (goal - weights), 0.0)
        weights[np.flatnonzero(short)[np.argmin(weights[short])]] = 0.0  # the one that stopped us, rounding or not
        corners, weights = [c for c, w in zip(corners, weights, strict=True) if w > 0], weights[weights > 0]
