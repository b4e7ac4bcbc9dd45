"""A loss: a number for each point, its gradient, and its Hessian times a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steepest._arrays import Array, namespace, numbers, plain, vectors


class Loss:
    """A loss of the weights: its value, its gradient, and the product of its Hessian with a vector.

    Call it for the value. Points of shape (d,) give one number; points of shape (n, d) give n of them.

    Parameters
    ----------
    value : callable
        ``value(w)``, shape (...) for points of shape (..., d).
    gradient : callable
        ``gradient(w)``, shape (..., d), in loss units per weight unit.
    hessian_product : callable
        ``hessian_product(w, v)``, shape (..., d): the Hessian at `w` times `v`, without the matrix.
    dim : int, optional
        The only dimension the loss is defined in; any, when left out.

    Raises
    ------
    TypeError, ValueError
        When used: if a point is not finite real vectors of that dimension, or a function returns another shape.

    References
    ----------
    Pearlmutter, "Fast Exact Multiplication by the Hessian", *Neural Computation* 6 (1994).

    Examples
    --------
    >>> cubic = Loss(lambda w: w[..., 0] ** 3, lambda w: 3 * w**2, lambda w, v: 6 * w * v, dim=1)
    >>> cubic([2.0]), cubic.gradient([2.0]), cubic.hessian_product([2.0], [1.0])
    (8.0, array([12.]), array([12.]))
    """

    def __init__(
        self,
        value: Callable[[Array], Array],
        gradient: Callable[[Array], Array],
        hessian_product: Callable[[Array, Array], Array],
        dim: int | None = None,
    ) -> None:
        self._value, self._gradient, self._hessian_product, self.dim = value, gradient, hessian_product, dim

    def __call__(self, w: Array) -> Array:
        """Return the loss at each point.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points.

        Returns
        -------
        float or array, shape (...)
            Losses.
        """
        _, w = self._points(w=w)
        return plain(_shaped("value", self._value(w), w, w.shape[:-1]))

    def gradient(self, w: Array) -> Array:
        """Return the gradient at each point.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points.

        Returns
        -------
        array, shape (d,) or (..., d)
            Gradients, in loss units per weight unit.
        """
        _, w = self._points(w=w)
        return _shaped("gradient", self._gradient(w), w, w.shape)

    def hessian_product(self, w: Array, v: Array) -> Array:
        """Return the Hessian at each point times each vector, without forming the matrix.

        Parameters
        ----------
        w : array, shape (d,) or (..., d)
            Points.
        v : array, shape (d,) or (..., d)
            Vectors.

        Returns
        -------
        array, shape (d,) or (..., d)
            Products.
        """
        xp, w, v = self._points(w=w, v=v)
        w, v = xp.broadcast_arrays(w, v)
        return _shaped("hessian_product", self._hessian_product(w, v), w, w.shape)

    def _points(self, **named: Array) -> tuple[Any, ...]:
        xp, *points = vectors(**named)
        if self.dim is not None and points[0].shape[-1] != self.dim:
            raise ValueError(f"w has {points[0].shape[-1]} components: this loss takes {self.dim}.")
        return (xp, *points)


def _shaped(name: str, result: Any, w: Array, shape: tuple[int, ...]) -> Array:
    """Refuse what a loss's own function returns in another shape than its points ask for."""
    xp = namespace(w)
    result = numbers(xp, f"the loss's {name}", result)
    if tuple(result.shape) != tuple(shape):
        raise ValueError(
            f"the loss's {name} has shape {tuple(result.shape)} for w of shape {tuple(w.shape)}: "
            f"return shape {tuple(shape)}."
        )
    return xp.astype(result, w.dtype) if xp.isdtype(result.dtype, "integral") else result


def check_loss(loss: Any) -> None:
    """Refuse what is no loss: a function alone has no gradient."""
    if not isinstance(loss, Loss):
        raise TypeError(f"loss is {loss!r}: pass a Loss.")
