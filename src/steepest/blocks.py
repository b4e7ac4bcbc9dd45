"""Norms of norms: each block of weights in a norm of its own, and their lengths together in one more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

from steepest._arrays import Array, dot, shift, split, whole
from steepest.norms import Measure, Norm, lp


def blocks(norms: Sequence[Norm], sizes: Sequence[int], p: float) -> Norm:
    """Norm of norms: each block of weights measured in its own norm, and these lengths together in ℓp.

    Parameters
    ----------
    norms : sequence of Norm
        One for each block.
    sizes : sequence of int
        How many weights each block has.
    p : float
        The power of the outer norm, at least 1: 1 adds the lengths up, ``math.inf`` takes the largest.

    Returns
    -------
    Norm
        ``size(x) = lp(p)([norm(block) for each block of x])`` for vectors of shape (..., sum(sizes)).

    Raises
    ------
    TypeError, ValueError
        If there is no norm and no size for each block, or `p` is not a number of at least 1.

    References
    ----------
    Horn & Johnson, *Matrix Analysis* (2nd ed., 2013), section 5.3 (norms made from others by a monotone norm).

    Examples
    --------
    Two blocks of two weights; the longer one decides.

    >>> from steepest import L1, L2
    >>> layers = blocks([L2, L1], [2, 2], float("inf"))
    >>> layers([3.0, -4.0, 2.0, 1.0]), layers.dual([3.0, -4.0, 2.0, 1.0])
    (5.0, 7.0)
    """
    norms, sizes = tuple(norms), tuple(sizes)
    outer, cut = lp(p), _cutter(norms, sizes)

    def lengths(xp: Any, x: Array, measures: Iterable[Measure]) -> Array:
        return xp.stack([measure(xp, part) for measure, part in zip(measures, cut(x), strict=True)], axis=-1)

    def size(xp: Any, x: Array) -> Array:
        return outer.size(xp, lengths(xp, x, (n.size for n in norms)))

    def dual_size(xp: Any, g: Array) -> Array:
        return outer.dual_size(xp, lengths(xp, g, (n.dual_size for n in norms)))

    def attaining(xp: Any, g: Array, then: Array) -> Array:
        first, second = cut(g), cut(split(xp, then)[0])
        steps = [n.attaining(xp, _or_then(xp, a, b), b) for n, a, b in zip(norms, first, second, strict=True)]
        gains = xp.stack([dot(xp, b, step) for b, step in zip(second, steps, strict=True)], axis=-1)
        shares = outer.attaining(xp, _compared(xp, norms, first), gains)
        return xp.concat([shares[..., k : k + 1] * step for k, step in enumerate(steps)], axis=-1)

    return Norm(f"{outer.name}({', '.join(n.name for n in norms)})", size, dual_size, attaining, sum(sizes))


def _cutter(norms: Sequence[Norm], sizes: Sequence[int]) -> Callable[[Array], list[Array]]:
    """Return what cuts vectors into blocks, after a look at the norms and the sizes."""
    if not norms or len(norms) != len(sizes):
        raise ValueError(f"norms has {len(norms)} and sizes {len(sizes)} entries: pass one of each for every block.")
    for norm, size in zip(norms, sizes, strict=True):
        if not isinstance(norm, Norm):
            raise TypeError(f"norms holds {norm!r}: pass a Norm for each block, such as L2.")
        if norm.dim not in (None, whole("sizes", size, least=1)):
            raise ValueError(f"sizes holds {size} where the norm {norm.name} takes {norm.dim}: pass that.")
    ends = list(accumulate(sizes))
    return lambda x: [x[..., end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _compared(xp: Any, norms: Sequence[Norm], parts: Sequence[Array]) -> Array:
    """Return the dual norms of the blocks, scaled alike so that none overflows and none but that of zero vanishes."""
    scaled, exponents = zip(*(split(xp, part) for part in parts), strict=True)
    sizes = xp.stack([n.dual_size(xp, part) for n, part in zip(norms, scaled, strict=True)], axis=-1)
    some = xp.stack([xp.any(part != 0, axis=-1) for part in parts], axis=-1)
    exponent = xp.concat(exponents, axis=-1)
    exponent = xp.where(some, exponent, xp.full_like(exponent, -4096.0))  # a block of zeros has the least of all
    sizes = shift(xp, sizes, exponent - xp.max(exponent, axis=-1, keepdims=True))
    least = xp.full_like(sizes, float(xp.finfo(sizes.dtype).smallest_normal))
    return xp.where(some, xp.maximum(sizes, least), sizes)


def _or_then(xp: Any, g: Array, then: Array) -> Array:
    """Return a block's gradient; where it is zero and every step is as good, `then`, or ones if that is zero too."""
    other = xp.where(xp.all(then == 0, axis=-1, keepdims=True), xp.ones_like(then), then)
    return xp.where(xp.all(g == 0, axis=-1, keepdims=True), other, g)
