"""Taylor models of the loss along a direction, and how fast their error shrinks with the step."""

from __future__ import annotations

import numpy as np

from steepest._arrays import Array, dot, plain, scalars, single, vectors, whole
from steepest.directions import directional_derivative
from steepest.loss import Loss, check_loss
from steepest.norms import L2
from steepest.sphere import random_directions


def along(loss: Loss, w: Array, direction: Array, steps: Array) -> Array:
    """Return the loss after steps of the given lengths along one direction.

    Parameters
    ----------
    loss : Loss
        The loss.
    w : array, shape (d,)
        Where the steps start.
    direction : array, shape (d,)
        Where they go; steps are lengths when it is a unit vector.
    steps : float or array, shape (n,)
        Step lengths, zero or positive.

    Returns
    -------
    float or array, shape () or (n,)
        ``loss(w + steps * direction)``, in loss units.

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite and real, `w` or `direction` is more than one vector, or a step is negative.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), section 2.2 (line search).

    Examples
    --------
    >>> from steepest import quadratic
    >>> along(quadratic([1, 2]), [1.0, 1.0], [0.0, -1.0], [0.0, 0.5, 1.0])
    array([1.5 , 0.75, 0.5 ])
    """
    w, direction, steps = _line(loss, w, direction, steps)
    return loss(w + steps[..., None] * direction)


def curvature(loss: Loss, w: Array, direction: Array) -> Array:
    """Second derivative of the loss along a direction.

    Parameters
    ----------
    loss : Loss
        The loss.
    w : array, shape (d,) or (..., d)
        Where.
    direction : array, shape (d,) or (..., d)
        Along what; a unit vector gives the curvature per unit of length squared.

    Returns
    -------
    float or array, shape (...)
        ``direction @ H @ direction``, with the Hessian ``H`` at `w`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite real vectors, or the dimensions differ.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), theorem 2.1 (Taylor's theorem).

    Examples
    --------
    >>> from steepest import quadratic
    >>> curvature(quadratic([1, 9]), [0.0, 0.0], [0.5, 0.5])
    2.5
    """
    check_loss(loss)
    xp, w, direction = vectors(w=w, direction=direction)
    return plain(dot(xp, direction, loss.hessian_product(w, direction)))


def largest_curvature(loss: Loss, w: Array, *, iterations: int = 100, seed: int = 0) -> Array:
    """Estimate from below of the largest size of a curvature at a point, by power iteration with Hessian products.

    Parameters
    ----------
    loss : Loss
        The loss.
    w : array, shape (d,) or (..., d)
        Where.
    iterations : int
        Hessian products after the first. More of them never lower the result, up to rounding.
    seed : int
        Seed of the direction to start from.

    Returns
    -------
    float or array, shape (...)
        ``norm(H @ v)`` for the unit vector ``v`` found, in loss units per weight unit squared: at most the largest
        absolute eigenvalue of the Hessian ``H`` at `w`, up to rounding.

    Raises
    ------
    TypeError, ValueError
        If `w` is not finite real vectors, or `iterations` or `seed` not a whole number.

    References
    ----------
    Golub & Van Loan, *Matrix Computations* (4th ed., 2013), section 8.2 (power iterations).

    Examples
    --------
    >>> from steepest import quadratic
    >>> round(largest_curvature(quadratic([1, -9, 4]), [0.0, 0.0, 0.0]), 9)
    9.0
    """
    check_loss(loss)
    xp, w = vectors(w=w)
    v = xp.asarray(random_directions(1, w.shape[-1], seed=seed)[0], dtype=w.dtype)
    product = loss.hessian_product(w, v)
    for _ in range(whole("iterations", iterations, least=0)):
        size = xp.asarray(L2(product), dtype=w.dtype)[..., None]
        product = loss.hessian_product(w, product / xp.where(size > 0, size, xp.ones_like(size)))
    return L2(product)


def first_order(loss: Loss, w: Array, direction: Array, steps: Array) -> Array:
    """Return the linear model of the loss along a direction: its value and slope, nothing more.

    Parameters
    ----------
    loss : Loss
        The loss.
    w, direction : array, shape (d,)
        Where the steps start, and where they go.
    steps : float or array, shape (n,)
        Step lengths, zero or positive.

    Returns
    -------
    float or array, shape () or (n,)
        ``loss(w) + steps * (gradient @ direction)``, in loss units.

    Raises
    ------
    TypeError, ValueError
        As for `along`.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), theorem 2.1 (Taylor's theorem).

    Examples
    --------
    >>> from steepest import quadratic
    >>> first_order(quadratic([1, 2]), [1.0, 1.0], [0.0, -1.0], [0.0, 0.5, 1.0])
    array([ 1.5,  0.5, -0.5])
    """
    w, direction, steps = _line(loss, w, direction, steps)
    return plain(loss(w) + steps * directional_derivative(loss.gradient(w), direction))


def second_order(loss: Loss, w: Array, direction: Array, steps: Array) -> Array:
    """Return the quadratic model of the loss along a direction: its value, slope and curvature.

    Parameters
    ----------
    loss : Loss
        The loss.
    w, direction : array, shape (d,)
        Where the steps start, and where they go.
    steps : float or array, shape (n,)
        Step lengths, zero or positive.

    Returns
    -------
    float or array, shape () or (n,)
        The linear model plus ``steps**2 / 2 * (direction @ H @ direction)``, in loss units.

    Raises
    ------
    TypeError, ValueError
        As for `along`.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), theorem 2.1 (Taylor's theorem).

    Examples
    --------
    >>> from steepest import quadratic
    >>> second_order(quadratic([1, 2]), [1.0, 1.0], [0.0, -1.0], [0.0, 0.5, 1.0])
    array([1.5 , 0.75, 0.5 ])
    """
    w, direction, steps = _line(loss, w, direction, steps)
    return plain(first_order(loss, w, direction, steps) + steps**2 / 2 * curvature(loss, w, direction))


def measured_order(steps: Array, errors: Array) -> float:
    """Power of the step at which an error shrinks: the slope of its log-log plot.

    Parameters
    ----------
    steps : array, shape (n,)
        At least two different step lengths, all positive.
    errors : array, shape (n,)
        The error at each, of either sign, none of them zero.

    Returns
    -------
    float
        The ``p`` of the best fit ``abs(errors) = c * steps**p`` (least squares of the logarithms).

    Raises
    ------
    TypeError, ValueError
        If there are not two different positive steps with an error each, or an error is zero.

    References
    ----------
    LeVeque, *Finite Difference Methods for Ordinary and Partial Differential Equations* (2007), section A.6.

    Examples
    --------
    >>> round(measured_order([0.1, 0.2, 0.4], [0.03, 0.12, 0.48]), 9)
    2.0
    """
    _, steps, errors = vectors(steps=steps, errors=errors)
    x, y = np.asarray(steps, dtype=float), np.abs(np.asarray(errors, dtype=float))
    if x.ndim != 1 or x.shape != y.shape or len(set(x.tolist())) < 2 or x.min() <= 0:
        raise ValueError(f"steps is {x}: pass two or more different positive steps, and one error for each.")
    if y.min() == 0:
        raise ValueError("errors holds 0: the model is exact there, or the step too small to see its error.")
    log_x = np.log(x) - np.log(x).mean()
    return float(np.sum(log_x * np.log(y)) / np.sum(log_x * log_x))


def _line(loss: Loss, w: Array, direction: Array, steps: Array) -> tuple[Array, Array, Array]:
    """Return a point, a direction and step lengths along it, in one array library and float type."""
    check_loss(loss)
    _, w, direction = vectors(beside=steps, w=w, direction=direction)
    single("w", w)
    single("direction", direction)
    return w, direction, scalars("steps", steps, w)
