"""Directions: how steep the loss is along one, the angle to the gradient, and the steepest of them all."""

from __future__ import annotations

import math
from typing import Any

from steepest._arrays import NO_ANGLE, Array, dot, inner, nonzero, plain, vectors
from steepest.norms import L2, Norm, unit


def directional_derivative(gradient: Array, direction: Array) -> Array:
    """Slope of the loss along a direction: the inner product of the gradient and the direction.

    Parameters
    ----------
    gradient : array, shape (d,) or (..., d)
        Slope of the loss, in loss units per weight unit.
    direction : array, shape (d,) or (..., d)
        Directions; a unit vector gives the slope per unit of length.

    Returns
    -------
    float or array, shape (...)
        ``gradient @ direction``: a number for each direction, never a vector.

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite real vectors, or the two differ in dimension.

    References
    ----------
    Apostol, *Mathematical Analysis* (2nd ed., 1974), section 12.5.

    Examples
    --------
    >>> directional_derivative([3.0, -4.0], [0.0, 1.0])
    -4.0
    """
    xp, gradient, direction = vectors(gradient=gradient, direction=direction)
    return plain(dot(xp, gradient, direction))


def cosine(a: Array, b: Array) -> Array:
    """Cosine of the angle between two vectors.

    Parameters
    ----------
    a, b : array, shape (d,) or (..., d)
        Vectors, none of them zero.

    Returns
    -------
    float or array, shape (...)
        ``a @ b / (norm(a) * norm(b))``, between -1 and 1; of parallel vectors 1 or -1, without rounding. Near these it
        comes from the chord between the unit vectors: ``1 - norm(a - b)**2 / 2``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite real vectors, or one is zero.

    References
    ----------
    Strang, *Introduction to Linear Algebra* (5th ed., 2016), section 1.2.

    Examples
    --------
    >>> round(cosine([3.0, 0.0], [2.0, 2.0]), 4)
    0.7071
    >>> cosine([1.0, 3.0], [-2.0, -6.0])
    -1.0
    """
    xp, a, b = _two(a, b)
    apart, across = a - b, a + b
    near, far = inner(xp, apart, apart) / 2, inner(xp, across, across) / 2
    middle = xp.where(far < 0.5, far - 1, inner(xp, a, b))
    return plain(xp.where(near < 0.5, 1 - near, middle))


def angle(a: Array, b: Array) -> Array:
    """Angle between two vectors, in degrees, accurate also near 0 and 180.

    Parameters
    ----------
    a, b : array, shape (d,) or (..., d)
        Vectors, none of them zero.

    Returns
    -------
    float or array, shape (...)
        Degrees from 0 to 180.

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite real vectors, or one is zero.

    References
    ----------
    Kahan, "How Futile are Mindless Assessments of Roundoff in Floating-Point Computation?" (2006), section 12:
    the arc cosine loses half of its digits near 0 and 180; the half-angle formula used here does not.

    Examples
    --------
    >>> angle([1.0, 0.0], [-2.0, 0.0])
    180.0
    """
    xp, a, b = _two(a, b)
    return plain(2 * xp.atan2(L2.size(xp, a - b), L2.size(xp, a + b)) * (180 / math.pi))


def steepest_direction(gradient: Array, norm: Norm = L2) -> Array:
    """Return the unit step that lowers the linear model of the loss the most.

    Parameters
    ----------
    gradient : array, shape (d,) or (..., d)
        Slope of the loss, in loss units per weight unit.
    norm : Norm
        What "a step of length one" means.

    Returns
    -------
    array, shape (d,) or (..., d)
        ``u`` with ``norm(u) == 1`` and ``gradient @ u == -norm.dual(gradient)``, up to rounding.

    Raises
    ------
    TypeError, ValueError
        If `gradient` is not finite real vectors, or is zero: no direction is then steeper than another.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), section 9.4.

    Examples
    --------
    >>> steepest_direction([3.0, -4.0])
    array([-0.6,  0.8])
    """
    if not isinstance(norm, Norm):
        raise TypeError(f"norm is {norm!r}: pass a Norm, such as L2.")
    # 0 - x, not -x: no component then prints as -0.
    return 0.0 - norm.aligned(gradient)


def _two(a: Array, b: Array) -> tuple[Any, Array, Array]:
    """Return two unit vectors, refusing zero."""
    xp, a, b = vectors(a=a, b=b)
    nonzero(xp, "a", a, NO_ANGLE)
    nonzero(xp, "b", b, NO_ANGLE)
    return xp, unit(xp, a), unit(xp, b)
