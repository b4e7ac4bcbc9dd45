"""Unit vectors to try: all around a circle, or at random on a sphere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from steepest._arrays import NO_ANGLE, Array, at_hand, inner, namespace, nonzero, scalars, single, vectors, whole
from steepest.norms import L2, unit


def circle(degrees: Array, start: Array = (1.0, 0.0), toward: Array | None = None) -> Array:
    """Return the unit vectors that make the given angles with a starting vector, in one plane through it.

    Parameters
    ----------
    degrees : array, shape () or (n,)
        Angles from `start`, in degrees; quarter turns are exact.
    start : array, shape (d,)
        Where the angle is zero.
    toward : array, shape (d,), optional
        The plane's other side: angles grow toward it. In two dimensions it may be left out: angles then grow
        counterclockwise.

    Returns
    -------
    array, shape (d,) or (n, d)
        Unit vectors.

    Raises
    ------
    TypeError, ValueError
        If `start` is zero, `toward` is parallel to it, or left out where the plane is not given by `start` alone.

    References
    ----------
    Strang, *Introduction to Linear Algebra* (5th ed., 2016), section 4.4 (Gram-Schmidt).

    Examples
    --------
    >>> circle([0, 90, 180])
    array([[ 1.,  0.],
           [ 0.,  1.],
           [-1.,  0.]])
    """
    xp, first, second = _plane(degrees, start, toward)
    turn = scalars("degrees", degrees, first, signed=True)
    radians = turn * (math.pi / 180)
    across = xp.where(turn % 180 == 90, xp.zeros_like(turn), xp.cos(radians))
    up = xp.where(turn % 180 == 0, xp.zeros_like(turn), xp.sin(radians))
    return across[..., None] * first + up[..., None] * second


def random_directions(count: int, dim: int, *, seed: int) -> Array:
    """Return seeded random unit vectors, uniform on the sphere.

    Parameters
    ----------
    count : int
        How many.
    dim : int
        Their dimension.
    seed : int
        Seed of the generator: the same seed gives the same directions.

    Returns
    -------
    numpy.ndarray, shape (count, dim)
        Unit vectors, one a row.

    Raises
    ------
    TypeError, ValueError
        If `count` or `dim` is not a positive whole number, or `seed` is none.

    References
    ----------
    Muller, "A note on a method for generating points uniformly on n-dimensional spheres", *CACM* 2 (1959).

    Examples
    --------
    >>> random_directions(2, dim=3, seed=0).round(2)
    array([[ 0.19, -0.2 ,  0.96],
           [ 0.16, -0.82,  0.55]])
    """
    shape = whole("count", count, least=1), whole("dim", dim, least=1)
    rng = np.random.default_rng(whole("seed", seed, least=0))
    return unit(namespace(), rng.standard_normal(shape))


def _plane(degrees: Array, start: Array, toward: Array | None) -> tuple[Any, Array, Array]:
    """Return an orthonormal pair: along the start, and across it toward the other vector."""
    xp, first = vectors(beside=degrees, start=start)
    single("start", first)
    nonzero(xp, "start", first, NO_ANGLE)
    first = unit(xp, first)
    if toward is None:
        if first.shape != (2,):
            raise ValueError(f"toward is missing: in {first.shape[0]} dimensions pass a second vector of the plane.")
        return xp, first, xp.stack([-first[1], first[0]])
    xp, first, second = vectors(start=first, toward=toward)
    single("toward", second)
    nonzero(xp, "toward", second, NO_ANGLE)
    second = unit(xp, second)
    across = second - inner(xp, second, first)[..., None] * first
    if at_hand(across) and float(L2.size(xp, across)) <= 4 * second.shape[0] * float(xp.finfo(second.dtype).eps):
        raise ValueError("toward is parallel to start: pass a vector that spans a plane with it.")
    across = unit(xp, across)
    # Again: what the first subtraction left of the start is as large as its rounding, rescaled.
    return xp, first, unit(xp, across - inner(xp, across, first)[..., None] * first)
