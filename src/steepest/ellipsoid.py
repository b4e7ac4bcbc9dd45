"""A unit ball that is an ellipsoid: the norm of a positive definite matrix, in which Newton's step is steepest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from steepest._arrays import Array, at_hand, finite, namespace, numbers, shift
from steepest.norms import L2, Norm, unit


def ellipsoid(matrix: Array) -> Norm:
    """Norm of a positive definite matrix: its unit ball is an ellipsoid.

    The axes of the ellipsoid are computed once, of the matrix scaled to a diagonal near 1; no inverse is formed. A
    lazy matrix is computed where its library has no eigenvalues of its own; where it has, the matrix is not checked.

    Parameters
    ----------
    matrix : array, shape (d, d)
        Symmetric and positive definite, such as the Hessian at a minimum.

    Returns
    -------
    Norm
        ``size(x) = sqrt(x @ matrix @ x)`` and ``dual(g) = sqrt(g @ solve(matrix, g))`` for vectors of shape (..., d);
        the steepest direction is ``-solve(matrix, g) / dual(g)``.

    Raises
    ------
    TypeError, ValueError
        If the matrix is not real, finite, square, symmetric and positive definite. Where rounding decides, it is
        refused: where the least eigenvalue, scaled, is at most d roundings of the largest.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), section 9.4.1 (steepest descent for quadratic norms).

    Examples
    --------
    The full step in the norm of a quadratic's Hessian leads to its minimum, here from (4, 1).

    >>> norm = ellipsoid([[1, 0], [0, 4]])
    >>> norm.dual([4.0, 4.0]) * norm.aligned([4.0, 4.0])
    array([4., 1.])
    """
    exponent, stretch, axes = _axes(*_square(matrix))
    dim = int(axes.shape[0])

    def along_axes(xp: Any, x: Array, sign: int) -> tuple[Array, Array]:
        """Return the components along the axes, near 1 in size, and the exponent that scales them back."""
        by = sign * _like(xp, x, exponent)
        zero = x == 0
        sizes = by + xp.floor(xp.log2(xp.where(zero, xp.ones_like(x), xp.abs(x))))
        top = xp.max(xp.where(zero, xp.full_like(x, -4096.0), sizes), axis=-1, keepdims=True)
        return _rescaled(xp, x, by - top) @ _like(xp, x, axes), top[..., 0]

    def size(xp: Any, x: Array) -> Array:
        parts, back = along_axes(xp, x, -1)
        return _rescaled(xp, L2.size(xp, parts * _like(xp, x, stretch)), back)

    def dual_size(xp: Any, g: Array) -> Array:
        parts, back = along_axes(xp, g, 1)
        return _rescaled(xp, L2.size(xp, parts / _like(xp, g, stretch)), back)

    def attaining(xp: Any, g: Array, then: Array) -> Array:
        parts, _ = along_axes(xp, g, 1)
        parts = unit(xp, parts / _like(xp, g, stretch)) / _like(xp, g, stretch)
        return _rescaled(xp, parts @ _like(xp, g, axes).T, _like(xp, g, exponent))

    return Norm(f"ellipsoid of {dim} axes", size, dual_size, attaining, dim)


def _square(matrix: Array) -> tuple[Any, Array]:
    """Return the library that finds the axes, and the matrix as floats of its own type."""
    xp = namespace(matrix)
    matrix = numbers(xp, "matrix", matrix)
    if not hasattr(xp.linalg, "eigh"):
        xp, matrix = namespace(), np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or 0 in matrix.shape:
        raise ValueError(f"matrix has shape {tuple(matrix.shape)}: pass a square one, of shape (d, d).")
    if not finite(xp, matrix):
        raise ValueError("matrix holds a value that is not finite: pass finite numbers.")
    if xp.isdtype(matrix.dtype, "integral"):
        matrix = xp.astype(matrix, xp.__array_namespace_info__().default_dtypes()["real floating"])
    elif xp.finfo(matrix.dtype).bits < 32:  # no library finds axes in half precision
        matrix = xp.astype(matrix, xp.float32)
    return xp, matrix


def _axes(xp: Any, matrix: Array) -> tuple[Array, Array, Array]:
    """Return exponents that scale the diagonal near 1, roots of the eigenvalues then, and the eigenvectors."""
    diagonal = xp.linalg.diagonal(matrix)
    exponent = -xp.round(xp.log2(xp.where(diagonal > 0, diagonal, xp.ones_like(diagonal))) / 2)
    with np.errstate(over="ignore"):
        scaled = shift(xp, matrix, exponent + exponent[:, None])
    scaled = xp.clip(scaled, -1e18, 1e18)  # finite, so that two such entries can be compared
    _check_symmetric(xp, matrix, scaled)
    scaled = xp.clip(scaled, -4.0, 4.0)  # no positive definite matrix has a larger entry beside such a diagonal
    spread, axes = xp.linalg.eigh((scaled + scaled.T) / 2)
    _check_positive(xp, spread, shift(xp, axes[:, 0], exponent))
    return exponent, xp.sqrt(spread), axes


def _check_symmetric(xp: Any, matrix: Array, scaled: Array) -> None:
    """Refuse a matrix that differs from its transpose by more than half of the digits."""
    apart = xp.abs(scaled - scaled.T) / xp.clip(xp.abs(scaled), 1.0, 1e18)
    if at_hand(apart) and float(xp.max(apart)) > float(xp.finfo(apart.dtype).eps) ** 0.5:
        i, j = divmod(int(xp.argmax(apart)), apart.shape[0])
        raise ValueError(
            f"matrix is not symmetric: entry ({i}, {j}) is {float(matrix[i, j])} and entry ({j}, {i}) is "
            f"{float(matrix[j, i])}. Pass (matrix + matrix.T) / 2, which gives every step the same length."
        )


def _check_positive(xp: Any, spread: Array, worst: Array) -> None:
    """Refuse a matrix in which a step has a squared length that is not positive, or may be so before rounding."""
    if not at_hand(spread):
        return
    least = spread.shape[0] * float(xp.finfo(spread.dtype).eps) * max(float(spread[-1]), 0.0)
    if not float(spread[0]) > least:
        step = ", ".join(f"{float(c):.3g}" for c in worst)
        raise ValueError(
            f"matrix is not positive definite up to rounding: the step ({step}) has the squared length "
            f"{float(spread[0]):.3g}. It must be above {least:.3g}: less may be rounding. Pass a matrix in which every "
            "step but zero has such a length, for instance matrix + tau * identity with a large tau."
        )


def _rescaled(xp: Any, x: Array, exponent: Array) -> Array:
    """Return ``x * 2**exponent`` in four factors: exponents of float64 overflow float32 in two, and zeros turn NaN."""
    most = 3 * math.log2(float(xp.finfo(x.dtype).max))  # from there on all but zero overflow or vanish
    exponent = xp.clip(exponent, -most, most)
    half = xp.floor(exponent / 2)
    return shift(xp, shift(xp, x, half), exponent - half)


def _like(xp: Any, x: Array, constant: Array) -> Array:
    """Return what is known about the matrix in the library and float type of the vectors."""
    return xp.asarray(constant, dtype=x.dtype)
