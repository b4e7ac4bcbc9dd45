"""Norms: what "a step of length one" means, how large a gradient is then, and which step it attains."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steepest._arrays import Array, nonzero, number, plain, shift, split, vectors

Measure = Callable[[Any, Array], Array]


@dataclass(frozen=True)
class Norm:
    """A norm, its dual, and the steps of norm 1 aligned with a gradient: three things that travel together.

    Call it to measure a step. Each function takes the array library and vectors of shape (..., d). A new norm is one
    ``Norm(...)`` with these three: nothing else in the package asks which norm it is.

    Parameters
    ----------
    name : str
        How the norm is written in text.
    size : callable
        ``size(xp, x)``, shape (...): the norm of `x`.
    dual_size : callable
        ``dual_size(xp, g)``, shape (...): the largest ``g @ u`` over all ``u`` of norm 1.
    attaining : callable
        ``attaining(xp, g, then)``, shape (..., d): of all ``u`` of norm 1 at which that largest value is taken, one
        with the largest ``then @ u``.
    dim : int, optional
        The one dimension in which it is a norm; any, when left out.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), section A.1.6 (dual norm); Luenberger, *Optimization by
    Vector Space Methods* (1969), chapter 5 (aligned vectors).

    Examples
    --------
    Every norm bounds the inner product: ``g @ u <= norm.dual(g) * norm(u)``.

    >>> LINF([3.0, -4.0]), LINF.dual([3.0, -4.0])
    (4.0, 7.0)
    """

    name: str
    size: Measure
    dual_size: Measure
    attaining: Callable[[Any, Array, Array], Array]
    dim: int | None = None

    def __call__(self, x: Array) -> Array:
        """Return the norm of each vector.

        Parameters
        ----------
        x : array, shape (d,) or (..., d)
            Vectors.

        Returns
        -------
        float or array, shape (...)
            Their norms.
        """
        xp, x = vectors(x=x)
        self._fits("x", x)
        return plain(self.size(xp, x))

    def dual(self, gradient: Array) -> Array:
        """Return the dual norm of each gradient: how much a step of norm 1 can raise the linear model.

        Parameters
        ----------
        gradient : array, shape (d,) or (..., d)
            Gradients.

        Returns
        -------
        float or array, shape (...)
            Their dual norms.
        """
        xp, gradient = vectors(gradient=gradient)
        self._fits("gradient", gradient)
        return plain(self.dual_size(xp, gradient))

    def aligned(self, gradient: Array, then: Array | None = None) -> Array:
        """Return a step of norm 1 along which the linear model rises the most.

        Where several do, they form a face of the unit ball. A second vector picks from it.

        Parameters
        ----------
        gradient : array, shape (d,) or (..., d)
            Gradients, none of them zero.
        then : array, shape (d,) or (..., d), optional
            What to maximize next, among all maximizers. Ties are those of the computed numbers.

        Returns
        -------
        array, shape (d,) or (..., d)
            ``u`` with ``norm(u) == 1`` and ``gradient @ u == norm.dual(gradient)``, up to rounding, and of these one
            with the largest ``then @ u``.
        """
        xp, gradient, then = vectors(gradient=gradient, then=gradient if then is None else then)
        self._fits("gradient", gradient)
        why = (
            "no direction is steeper than another there. Pass a point where it is not, or handle the stationary "
            "point before asking for a direction."
        )
        nonzero(xp, "gradient", gradient, why)
        return self.attaining(xp, *xp.broadcast_arrays(gradient, then))

    def _fits(self, name: str, x: Array) -> None:
        if self.dim not in (None, x.shape[-1]):
            raise ValueError(f"{name} has {x.shape[-1]} components: the norm {self.name} takes {self.dim}.")


def _l1(xp: Any, x: Array) -> Array:
    scaled, exponent = split(xp, x)
    return shift(xp, xp.sum(xp.abs(scaled), axis=-1), exponent[..., 0])


def _l2(xp: Any, x: Array) -> Array:
    scaled, exponent = split(xp, x)
    return shift(xp, xp.sqrt(xp.sum(scaled * scaled, axis=-1)), exponent[..., 0])


def _linf(xp: Any, x: Array) -> Array:
    return xp.max(xp.abs(x), axis=-1)


def _one_coordinate(xp: Any, g: Array, then: Array) -> Array:
    """Return the signed unit vector of a largest component."""
    chosen = among(xp, xp.abs(g), xp.sign(g) * then)
    return xp.where(chosen, xp.sign(g), xp.zeros_like(g))


def _signs(xp: Any, g: Array, then: Array) -> Array:
    """Return the signs of the gradient, and of `then` where it is zero."""
    return xp.sign(xp.where(g == 0, then, g))


def unit(xp: Any, x: Array) -> Array:
    """Return vectors rescaled to Euclidean length one."""
    scaled, _ = split(xp, x)
    return scaled / xp.sqrt(xp.sum(scaled * scaled, axis=-1, keepdims=True))


def among(xp: Any, first: Array, second: Array) -> Array:
    """Mark, in each row, one entry: of those with the largest `first`, one with the largest `second`."""
    tied = first == xp.max(first, axis=-1, keepdims=True)
    score = xp.where(tied, second, xp.full_like(second, -math.inf))
    return xp.arange(first.shape[-1]) == xp.argmax(score, axis=-1, keepdims=True)


L1 = Norm("ℓ1", size=_l1, dual_size=_linf, attaining=_one_coordinate)
L2 = Norm("ℓ2", size=_l2, dual_size=_l2, attaining=lambda xp, g, then: unit(xp, g))
LINF = Norm("ℓ∞", size=_linf, dual_size=_l1, attaining=_signs)


def lp(p: float) -> Norm:
    """Norm of the sum of ``p``-th powers: ℓ1 and ℓ∞ at its ends, ℓ2 between them.

    Parameters
    ----------
    p : float
        The power, at least 1; ``math.inf`` is the largest absolute value.

    Returns
    -------
    Norm
        ``size(x) = sum(abs(x)**p)**(1 / p)`` for vectors of shape (..., d); its dual has the power ``p / (p - 1)``.

    Raises
    ------
    TypeError, ValueError
        If `p` is not a number of at least 1.

    References
    ----------
    Steele, *The Cauchy-Schwarz Master Class* (2004), chapter 9 (Hölder's inequality and its case of equality).

    Examples
    --------
    >>> cubic = lp(3)
    >>> round(cubic([3.0, 4.0]), 4), round(cubic.dual([3.0, 4.0]), 4)
    (4.4979, 5.5843)
    """
    power = p if p == math.inf else number("p", p)
    if power < 1:
        raise ValueError(f"p is {p!r}: pass a power of at least 1; below it the triangle inequality fails.")
    ends = {1.0: L1, 2.0: L2, math.inf: LINF}
    if power in ends:
        return ends[power]
    q = power / (power - 1)
    return Norm(
        f"ℓ{str(power).removesuffix('.0')}",
        size=lambda xp, x: _power(xp, x, power),
        dual_size=lambda xp, g: _power(xp, g, q),
        attaining=lambda xp, g, then: _bent(xp, g, q),
    )


def _power(xp: Any, x: Array, p: float) -> Array:
    shares, largest = _shares(xp, x)
    return largest[..., 0] * xp.sum(shares**p, axis=-1) ** (1 / p)


def _bent(xp: Any, g: Array, q: float) -> Array:
    """Return the equality case of Hölder's inequality: each component to the power q - 1, then norm 1."""
    shares, _ = _shares(xp, g)
    return xp.sign(g) * shares ** (q - 1) / xp.sum(shares**q, axis=-1, keepdims=True) ** (1 - 1 / q)


def _shares(xp: Any, x: Array) -> tuple[Array, Array]:
    """Return absolute values as shares of the largest one, and that one."""
    largest = xp.max(xp.abs(x), axis=-1, keepdims=True)
    return xp.abs(x) / xp.where(largest == 0, xp.ones_like(largest), largest), largest
