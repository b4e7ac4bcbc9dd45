"""The losses the book steps down: each with its gradient and Hessian product in closed form."""

from __future__ import annotations

import numpy as np

from steepest._arrays import Array, at_hand, inner, namespace, number, scalars, vectors
from steepest.loss import Loss


def quadratic(spectrum: Array, *, center: Array = 0.0, axes: Array | None = None) -> Loss:
    """Half the sum of squared distances from a center, each axis weighted by its curvature.

    Parameters
    ----------
    spectrum : array, shape (d,)
        Curvature along each axis: the eigenvalues of the Hessian, of any sign.
    center : float or array, shape (d,)
        The stationary point.
    axes : array, shape (d, d), optional
        The axes, orthogonal unit vectors, one a row; the coordinate axes when left out.

    Returns
    -------
    Loss
        ``L(w) = sum(spectrum * (axes @ (w - center))**2) / 2``.

    Raises
    ------
    TypeError, ValueError
        If the numbers are not finite and real, the shapes differ, or the axes are not orthonormal.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), section 3.3.

    Examples
    --------
    >>> saddle = quadratic([1, -1])
    >>> saddle.gradient([2.0, 3.0])
    array([ 2., -3.])
    """
    spectrum, axes = _ridges("spectrum", spectrum, axes)
    center = scalars("center", center, spectrum, signed=True)
    if center.ndim == 1:
        vectors(spectrum=spectrum, center=center)

    def value(w: Array) -> Array:
        t = _onto(w - _like(w, center), axes)
        return namespace(w).sum(_like(w, spectrum) * t * t, axis=-1) / 2

    def bend(v: Array) -> Array:
        return _back(_like(v, spectrum) * _onto(v, axes), axes)

    return Loss(value, lambda w: bend(w - _like(w, center)), lambda w, v: bend(v), spectrum.shape[0])


def bowl(scales: Array, *, axes: Array | None = None) -> Loss:
    """Return a smooth bowl, round at the bottom and straight far out, which no quadratic equals.

    Parameters
    ----------
    scales : array, shape (d,)
        Curvature at the bottom along each axis, which is also the slope far out.
    axes : array, shape (d, d), optional
        The axes, orthogonal unit vectors, one a row; the coordinate axes when left out.

    Returns
    -------
    Loss
        ``L(w) = sum(scales * log(cosh(axes @ w)))``.

    Raises
    ------
    TypeError, ValueError
        If the numbers are not finite and real, the shapes differ, or the axes are not orthonormal.

    References
    ----------
    Green, "Bayesian reconstructions from emission tomography data", *IEEE Trans. Med. Imaging* 9 (1990).

    Examples
    --------
    >>> round(bowl([1, 4])([0.0, 100.0]), 4)
    397.2274
    """
    scales, axes = _ridges("scales", scales, axes)

    def value(w: Array) -> Array:
        xp, far = namespace(w), abs(_onto(w, axes))
        near = xp.log1p(2 * xp.sinh(xp.clip(far, max=1.0) / 2) ** 2)  # where far minus log(2) would cancel
        return xp.sum(
            _like(w, scales) * xp.where(far < 1, near, far + xp.log1p(xp.exp(-2 * far)) - float(np.log(2))), axis=-1
        )

    def gradient(w: Array) -> Array:
        return _back(_like(w, scales) * namespace(w).tanh(_onto(w, axes)), axes)

    def product(w: Array, v: Array) -> Array:
        decay = namespace(w).exp(-2 * abs(_onto(w, axes)))
        return _back(_like(w, scales) * 4 * decay / (1 + decay) ** 2 * _onto(v, axes), axes)

    return Loss(value, gradient, product, scales.shape[0])


def rosenbrock() -> Loss:
    """Return Rosenbrock's curved valley, in any dimension from two.

    Returns
    -------
    Loss
        ``L(w) = sum(100 * (w[1:] - w[:-1]**2)**2 + (1 - w[:-1])**2)``, for points of shape (..., d) with d >= 2.

    References
    ----------
    Rosenbrock, "An automatic method for finding the greatest or least value of a function", *Comput. J.* 3 (1960).

    Examples
    --------
    >>> rosenbrock()([1.0, 1.0]), rosenbrock().gradient([-1.2, 1.0])
    (0.0, array([-215.6,  -88. ]))
    """

    def parts(w: Array) -> tuple[Array, Array]:
        if w.shape[-1] < 2:
            raise ValueError("w has 1 component: Rosenbrock's loss needs at least two.")
        return w[..., :-1], w[..., 1:] - w[..., :-1] ** 2

    def value(w: Array) -> Array:
        x, gap = parts(w)
        return namespace(w).sum(100 * gap**2 + (1 - x) ** 2, axis=-1)

    def spread(w: Array, on_x: Array, on_next: Array) -> Array:
        xp, none = namespace(w), namespace(w).zeros_like(w[..., :1])
        return xp.concat([on_x, none], axis=-1) + xp.concat([none, on_next], axis=-1)

    def gradient(w: Array) -> Array:
        x, gap = parts(w)
        return spread(w, -400 * x * gap - 2 * (1 - x), 200 * gap)

    def product(w: Array, v: Array) -> Array:
        x, gap = parts(w)
        gap_change = v[..., 1:] - 2 * x * v[..., :-1]
        return spread(w, (2 - 400 * gap) * v[..., :-1] - 400 * x * gap_change, 200 * gap_change)

    return Loss(value, gradient, product)


def logistic(features: Array, labels: Array, *, ridge: float = 0.0) -> Loss:
    """Mean logistic loss of a linear classifier on given data.

    Parameters
    ----------
    features : array, shape (n, d)
        One example a row.
    labels : array, shape (n,)
        The class of each example: 0 or 1.
    ridge : float
        Weight of ``norm(w)**2 / 2``, added to the mean.

    Returns
    -------
    Loss
        ``L(w) = mean(log(1 + exp(-s * (features @ w)))) + ridge * (w @ w) / 2`` with ``s = 2 * labels - 1``.

    Raises
    ------
    TypeError, ValueError
        If the data are not finite and real, differ in length, or a label is not 0 or 1, or `ridge` is negative.

    References
    ----------
    Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2nd ed., 2009), section 4.4.

    Examples
    --------
    >>> two = logistic([[1.0, 2.0], [1.0, -1.0]], [1, 0])
    >>> round(two([0.0, 0.0]), 4), two.gradient([0.0, 0.0])
    (0.6931, array([ 0.  , -0.75]))
    """
    _, features = vectors(beside=labels, features=features)
    _, labels = vectors(beside=features, labels=labels)
    if features.ndim != 2 or labels.shape != features.shape[:1]:
        raise ValueError(
            f"features has shape {tuple(features.shape)} and labels {tuple(labels.shape)}: pass (n, d) and (n,)."
        )
    if at_hand(labels) and not bool(namespace(labels).all((labels == 0) | (labels == 1))):
        raise ValueError("labels holds a value that is neither 0 nor 1: pass 0 and 1 for the two classes.")
    ridge, signed = number("ridge", ridge), features * (2 * labels - 1)[:, None]

    def margins(w: Array) -> tuple[Array, Array]:
        rows = _like(w, signed)
        return rows, w @ rows.T

    def value(w: Array) -> Array:
        xp, (_, m) = namespace(w), margins(w)
        return xp.mean(xp.logaddexp(xp.zeros_like(m), -m), axis=-1) + ridge * inner(xp, w, w) / 2

    def gradient(w: Array) -> Array:
        rows, m = margins(w)
        return -(_sigmoid(-m) @ rows) / rows.shape[0] + ridge * w

    def product(w: Array, v: Array) -> Array:
        rows, m = margins(w)
        return (_sigmoid(m) * _sigmoid(-m) * (v @ rows.T)) @ rows / rows.shape[0] + ridge * v

    return Loss(value, gradient, product, features.shape[1])


def kinked(scales: Array) -> Loss:
    """Weighted sum of absolute values: a loss with a kink wherever a weight is zero.

    Parameters
    ----------
    scales : array, shape (d,)
        Slope on either side of each kink.

    Returns
    -------
    Loss
        ``L(w) = sum(scales * abs(w))``; where a weight is zero it has no gradient, and asking for one raises.

    Raises
    ------
    TypeError, ValueError
        If `scales` is not finite and real; from the gradient and Hessian product, at a kink.

    References
    ----------
    Nesterov, *Lectures on Convex Optimization* (2nd ed., 2018), chapter 3 (nonsmooth convex functions).

    Examples
    --------
    >>> kinked([1, 2]).gradient([3.0, -1.0])
    array([ 1., -2.])
    """
    scales, _ = _ridges("scales", scales, None)

    def gradient(w: Array) -> Array:
        if at_hand(w) and bool(namespace(w).any(w == 0)):
            raise ValueError(f"w is at a kink ({w}): the loss has no gradient there. Pass a point without zeros.")
        return _like(w, scales) * (w / abs(w))

    def value(w: Array) -> Array:
        return namespace(w).sum(_like(w, scales) * abs(w), axis=-1)

    return Loss(value, gradient, lambda w, v: 0 * gradient(w), scales.shape[0])


def _ridges(name: str, scales: Array, axes: Array | None) -> tuple[Array, Array | None]:
    """Return one number for each axis, and the axes, if they are orthonormal."""
    if axes is None:
        _, scales = vectors(**{name: scales})
    else:
        xp, scales, axes = vectors(**{name: scales, "axes": axes})
        d = scales.shape[-1]
        if tuple(axes.shape) != (d, d) or (at_hand(axes) and float(xp.max(abs(axes @ axes.T - xp.eye(d)))) > 1e-6):
            raise ValueError(f"axes (shape {tuple(axes.shape)}) are not {d} orthogonal unit vectors: pass one a row.")
    if scales.ndim != 1:
        raise ValueError(f"{name} has shape {tuple(scales.shape)}: pass one number for each axis, of shape (d,).")
    return scales, axes


def _like(w: Array, constant: Array) -> Array:
    """Return a loss's constant in the array library and float type of the point."""
    return namespace(w).asarray(constant, dtype=w.dtype)


def _onto(w: Array, axes: Array | None) -> Array:
    return w if axes is None else w @ _like(w, axes).T


def _back(t: Array, axes: Array | None) -> Array:
    return t if axes is None else t @ _like(t, axes)


def _sigmoid(m: Array) -> Array:
    xp = namespace(m)
    return xp.exp(-xp.logaddexp(xp.zeros_like(m), -m))
