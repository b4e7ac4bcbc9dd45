"""Weights that are matrices: norms of their singular values, and the polar factor without a decomposition."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from array_api_compat import is_dask_array

from steepest._arrays import Array, namespace, scalars, shift, split, vectors, whole
from steepest.norms import L1, L2, LINF, Measure, Norm, lp

_NAMES = {1.0: "nuclear", 2.0: "Frobenius", math.inf: "spectral"}


def schatten(shape: tuple[int, int], p: float) -> Norm:
    """Norm of a matrix: the ℓp norm of its singular values.

    Parameters
    ----------
    shape : tuple of int
        How many rows and columns the matrix has.
    p : float
        The power, at least 1: 1 is the nuclear norm, 2 the Frobenius norm, ``math.inf`` the spectral norm.

    Returns
    -------
    Norm
        A norm of vectors of shape (..., rows * columns), the rows of the matrix one after another. Singular values
        that differ by the rounding of a singular value decomposition count as tied.

    Raises
    ------
    TypeError, ValueError
        If `shape` is not two positive whole numbers, or `p` not a number of at least 1.

    References
    ----------
    Horn & Johnson, *Matrix Analysis* (2nd ed., 2013), section 7.4 (norms of singular values).

    Examples
    --------
    The spectral norm of a matrix with the singular values 3 and 2, its dual, and the steepest step up.

    >>> spectral, g = schatten((2, 3), math.inf), [0.0, 3.0, 0.0, 2.0, 0.0, 0.0]
    >>> round(spectral(g), 9), round(spectral.dual(g), 9)
    (3.0, 5.0)
    >>> spectral.aligned(g).reshape(2, 3).round(9) + 0.0
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    rows, columns = sides(shape)
    inner = lp(p)
    name = f"{_NAMES.get(float(p), f'Schatten-{float(p):g}')} {rows}×{columns}"
    if inner is L2:
        return Norm(name, L2.size, L2.dual_size, L2.attaining, rows * columns)

    def scaled(xp: Any, x: Array) -> tuple[Array, Array]:
        x, exponent = split(xp, x)
        return xp.reshape(x, (*x.shape[:-1], rows, columns)), exponent[..., 0]

    def of_values(measure: Measure) -> Measure:
        def size(xp: Any, x: Array) -> Array:
            matrix, exponent = scaled(xp, x)
            return shift(xp, measure(xp, _svd(xp, matrix)[1]), exponent)

        return size

    def attaining(xp: Any, g: Array, then: Array) -> Array:
        step = _STEPS.get(inner, _bent)
        return xp.reshape(step(xp, scaled(xp, g)[0], scaled(xp, then)[0], inner), g.shape)

    return Norm(name, of_values(inner.size), of_values(inner.dual_size), attaining, rows * columns)


def newton_schulz(matrix: Array, iterations: int, coefficients: Sequence[float] = (1.5, -0.5)) -> Array:
    """Drive all singular values of a matrix toward one, by matrix products alone.

    The matrix is divided by its Frobenius norm. Each iteration then puts it into an odd polynomial, which acts on the
    singular values and leaves the singular vectors: with the default it converges to the polar factor.

    Parameters
    ----------
    matrix : array, shape (m, n) or (..., m, n)
        Matrices; zero stays zero. In one that lacks rank the roundings of its zero singular values grow, with the
        default by 3/2 an iteration, until after some ninety they are one as well.
    iterations : int
        How many times.
    coefficients : sequence of float
        ``a, b, c, …`` of the polynomial ``a x + b x**3 + c x**5 + …``.

    Returns
    -------
    array, shape (m, n) or (..., m, n)
        Matrices with the same singular vectors.

    Raises
    ------
    TypeError, ValueError
        If `matrix` is not finite real matrices, `iterations` not a whole number, or `coefficients` not finite numbers.

    References
    ----------
    Björck & Bowie, "An iterative algorithm for computing the best estimate of an orthogonal matrix", *SIAM Journal on
    Numerical Analysis* 8 (1971).

    Examples
    --------
    >>> newton_schulz([[0.0, 3.0], [-2.0, 0.0]], iterations=8).round(6) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    xp, x = vectors(matrix=matrix)
    if x.ndim < 2:
        raise ValueError(f"matrix has shape {tuple(x.shape)}: pass a matrix, of shape (m, n).")
    factors = scalars("coefficients", coefficients, namespace().zeros(1), signed=True).reshape(-1).tolist()
    if not factors:
        raise ValueError("coefficients is empty: pass a number for each odd power, such as (1.5, -0.5).")
    flat, _ = split(xp, xp.reshape(x, (*x.shape[:-2], x.shape[-2] * x.shape[-1])))
    size = L2.size(xp, flat)[..., None]
    x = xp.reshape(flat / xp.where(size == 0, xp.ones_like(size), size), x.shape)
    for _ in range(whole("iterations", iterations, least=0)):
        x = odd_polynomial(xp, x, factors)
    return x


def odd_polynomial(xp: Any, x: Array, coefficients: Sequence[float]) -> Array:
    """Return ``a X + b X XᵀX + c X (XᵀX)² + …``, by as many products as coefficients, on the shorter side."""
    if x.shape[-2] > x.shape[-1]:
        return xp.matrix_transpose(odd_polynomial(xp, xp.matrix_transpose(x), coefficients))
    gram, result = xp.matmul(x, xp.matrix_transpose(x)), coefficients[-1] * x
    for factor in coefficients[-2::-1]:
        result = factor * x + xp.matmul(gram, result)
    return result


def polar_factor(xp: Any, x: Array) -> Array:
    """Return the polar factors of matrices of full rank, and for others, which have several, nan."""
    left, values, right = _svd(xp, x)
    full = values[..., -1:] > values[..., :1] * _rounding(xp, x)
    factor = xp.matmul(left, right)
    return xp.where(full[..., None], factor, xp.full_like(factor, xp.nan))


def _flat_top(xp: Any, g: Array, then: Array, inner: Norm) -> Array:
    """Return the spectral norm's step: the polar factor, and on what the gradient leaves free that of `then`."""
    left, values, right = _svd(xp, g)
    left, right = _where(xp, values > values[..., :1] * _rounding(xp, g), left, right)
    free = then
    for _ in range(2):  # again: what the first subtraction leaves may be as small as its rounding
        free = free - xp.matmul(left, xp.matmul(xp.matrix_transpose(left), free))
        free = free - xp.matmul(xp.matmul(free, xp.matrix_transpose(right)), right)
    more_left, values, more_right = _svd(xp, free)
    noise = 4 * float(xp.finfo(g.dtype).eps) * _length(xp, then)[..., 0]  # eight roundings of each entry of `then`
    more_left, more_right = _where(xp, values > noise, more_left, more_right)
    return xp.matmul(left, right) + xp.matmul(more_left, more_right)


def _rank_one(xp: Any, g: Array, then: Array, inner: Norm) -> Array:
    """Return the nuclear norm's step: of the pairs of singular vectors that share the largest value, the best one."""
    left, values, right = _svd(xp, g)
    top = values >= values[..., :1] * (1 - 2 * _rounding(xp, g))  # both of two that tie may have moved
    left, right = _where(xp, top, left, right)
    inside = xp.matmul(xp.matmul(xp.matrix_transpose(left), then), xp.matrix_transpose(right))
    # Symmetric, and shifted until it is positive: its largest singular vector is that of the largest eigenvalue.
    lift = 2 * _length(xp, then) + 1
    lifted = (inside + xp.matrix_transpose(inside)) / 2 + lift * _diagonal(xp, xp.astype(top, g.dtype))
    w = _svd(xp, lifted)[0][..., :, :1]
    return xp.matmul(xp.matmul(left, w), xp.matmul(xp.matrix_transpose(w), right))


def _bent(xp: Any, g: Array, then: Array, inner: Norm) -> Array:
    """Return the step of a power between: that of the singular values, along the same singular vectors."""
    left, values, right = _svd(xp, g)
    values = xp.where(values > values[..., :1] * _rounding(xp, g), values, xp.zeros_like(values))
    return xp.matmul(left * inner.attaining(xp, values, values)[..., None, :], right)


_STEPS: dict[Norm, Callable[[Any, Array, Array, Norm], Array]] = {LINF: _flat_top, L1: _rank_one}


def _where(xp: Any, chosen: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Return singular vectors, with zeros for those not chosen."""
    counts = xp.astype(chosen, left.dtype)
    return left * counts[..., None, :], right * counts[..., :, None]


def _svd(xp: Any, x: Array) -> tuple[Array, Array, Array]:
    """Return singular vectors, values and vectors; on Dask block by block, which its own function cannot."""
    if is_dask_array(x):
        sides = {"k": min(x.shape[-2:])}
        options = {"output_dtypes": [x.dtype] * 3, "output_sizes": sides, "allow_rechunk": True}
        return tuple(xp.apply_gufunc(_svd_of_block, "(m,n)->(m,k),(k),(k,n)", x, **options))
    return tuple(xp.linalg.svd(x, full_matrices=False))


def _svd_of_block(block: Array) -> tuple[Array, Array, Array]:
    return _svd(namespace(block), block)


def _length(xp: Any, x: Array) -> Array:
    """Return the Frobenius norm of matrices without large or small numbers, shape (..., 1, 1)."""
    return xp.sqrt(xp.sum(x * x, axis=(-2, -1), keepdims=True))


def _rounding(xp: Any, x: Array) -> float:
    """Return how far rounding moves a singular value, as a share of the largest.

    By Weyl's inequality no farther than the Frobenius norm of the error. Eight roundings of each entry, for the sums
    that made it and for the decomposition, are 4 eps of the matrix, whose Frobenius norm is at most the root of the
    shorter side times its spectral norm.
    """
    return 4 * math.sqrt(min(x.shape[-2:])) * float(xp.finfo(x.dtype).eps)


def _diagonal(xp: Any, x: Array) -> Array:
    """Return diagonal matrices."""
    return x[..., None, :] * xp.eye(x.shape[-1], dtype=x.dtype)


def sides(shape: Any) -> tuple[int, int]:
    """Return how many rows and columns; refuse what is no shape of a matrix."""
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise TypeError(f"shape is {shape!r}: pass the numbers of rows and columns, such as (2, 3).")
    return whole("shape's rows", shape[0], least=1), whole("shape's columns", shape[1], least=1)
