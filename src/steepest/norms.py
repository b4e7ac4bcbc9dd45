"""Norms: what "a step of length one" means, how large a gradient is then, and which step it attains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steepest._arrays import Array, nonzero, plain, shift, split, vectors


@dataclass(frozen=True)
class Norm:
    """A norm, its dual, and the unit step aligned with a gradient: three things that travel together.

    Call it to measure a step. Each function takes the array library and vectors of shape (..., d).

    Parameters
    ----------
    name : str
        How the norm is written in text.
    size : callable
        ``size(xp, x)``, shape (...): the norm of `x`.
    dual_size : callable
        ``dual_size(xp, g)``, shape (...): the largest ``g @ u`` over all ``u`` of norm 1.
    attaining : callable
        ``attaining(xp, g)``, shape (..., d): one ``u`` of norm 1 at which that largest value is taken.

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
    size: Callable[[Any, Array], Array]
    dual_size: Callable[[Any, Array], Array]
    attaining: Callable[[Any, Array], Array]

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
        return plain(self.dual_size(xp, gradient))

    def aligned(self, gradient: Array) -> Array:
        """Return a step of norm 1 along which the linear model rises the most.

        Parameters
        ----------
        gradient : array, shape (d,) or (..., d)
            Gradients, none of them zero.

        Returns
        -------
        array, shape (d,) or (..., d)
            ``u`` with ``norm(u) == 1`` and ``gradient @ u == norm.dual(gradient)``, up to rounding.
        """
        xp, gradient = vectors(gradient=gradient)
        why = (
            "no direction is steeper than another there. Pass a point where it is not, or handle the stationary "
            "point before asking for a direction."
        )
        nonzero(xp, "gradient", gradient, why)
        return self.attaining(xp, gradient)


def _l1(xp: Any, x: Array) -> Array:
    scaled, exponent = split(xp, x)
    return shift(xp, xp.sum(xp.abs(scaled), axis=-1), exponent[..., 0])


def _l2(xp: Any, x: Array) -> Array:
    scaled, exponent = split(xp, x)
    return shift(xp, xp.sqrt(xp.sum(scaled * scaled, axis=-1)), exponent[..., 0])


def _linf(xp: Any, x: Array) -> Array:
    return xp.max(xp.abs(x), axis=-1)


def _one_coordinate(xp: Any, g: Array) -> Array:
    """Return the signed unit vector of the largest component: the first, where several tie."""
    largest = xp.argmax(xp.abs(g), axis=-1, keepdims=True)
    return xp.where(xp.arange(g.shape[-1]) == largest, xp.sign(g), xp.zeros_like(g))


def _rescaled(xp: Any, g: Array) -> Array:
    scaled, _ = split(xp, g)
    return scaled / xp.sqrt(xp.sum(scaled * scaled, axis=-1, keepdims=True))


def _signs(xp: Any, g: Array) -> Array:
    return xp.sign(g)


L1 = Norm("ℓ1", size=_l1, dual_size=_linf, attaining=_one_coordinate)
L2 = Norm("ℓ2", size=_l2, dual_size=_l2, attaining=_rescaled)
LINF = Norm("ℓ∞", size=_linf, dual_size=_l1, attaining=_signs)
