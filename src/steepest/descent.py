"""The descent loop: which way comes from a norm, how far from a step rule; it leaves its path."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest._arrays import Array, at_hand, dot, finite, is_zero, namespace, number, single, vectors, whole
from steepest.directions import directional_derivative, steepest_direction
from steepest.loss import Loss, check_loss
from steepest.norms import L2, Norm
from steepest.steps import StepRule, bottom
from steepest.surfaces import Surface

Move = Callable[[Array, Array, "Array | None"], "Array | None"]


@dataclass(frozen=True)
class Path:
    """What a descent left behind: every point, every loss, and why it stopped.

    Parameters
    ----------
    points : array, shape (n + 1, d)
        The start and the point after each of the n steps.
    values : array, shape (n + 1,)
        The loss at each point.
    stopped : str
        ``"all steps taken"``, ``"gradient is zero"``, or ``"out of range"`` when the loss or its gradient grew past
        the largest float: the path then ends at the last point where both were finite, or at the start.

    Examples
    --------
    >>> from steepest import learning_rate, quadratic
    >>> path = descend(quadratic([1, 4]), [4.0, 1.0], learning_rate(0.125), 2)
    >>> path.points.round(4)
    array([[4.    , 1.    ],
           [3.5   , 0.5   ],
           [3.0625, 0.25  ]])
    >>> path.stopped
    'all steps taken'
    """

    points: Array
    values: Array
    stopped: str


def descend(
    loss: Loss,
    start: Array,
    step: StepRule | Sequence[float],
    iterations: int,
    *,
    norm: Norm = L2,
    momentum: float = 0.0,
    surface: Surface | None = None,
) -> Path:
    """Step down a loss, each step along the steepest direction at its point, with a share of the step before added.

    On a surface each step is the steepest along it, and the surface's retraction leads back onto it.

    Parameters
    ----------
    loss : Loss
        The loss.
    start : array, shape (d,)
        The first point.
    step : callable or sequence, shape (iterations,)
        Step rule, ``step(loss, w, gradient, direction)`` returns a step length; or the lengths themselves.
    iterations : int
        Steps to take at the most.
    norm : Norm
        What "a step of length one" means.
    momentum : float
        Share of the step before to add to each step, zero or positive. With `learning_rate` that is the heavy ball.
    surface : Surface, optional
        What the points must not leave: `start` lies on it. It measures steps in a length of its own, so `norm` and
        `momentum` stay as they are. A rule that asks for the loss after a step, such as `armijo`, gets it there; as
        gradient it gets the multiple of the direction that has the slope along it.

    Returns
    -------
    Path
        Points of shape (n + 1, d), losses of shape (n + 1,), and why it stopped.

    Raises
    ------
    TypeError, ValueError
        If `start` is not one finite real vector, or off the surface, `iterations` not a whole number, `momentum`
        negative, a step negative or missing, or `surface` given with another norm or with momentum.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), algorithm 9.3 (gradient descent method). Polyak, "Some methods
    of speeding up the convergence of iteration methods", *USSR Comput. Math. Math. Phys.* 4 (1964) (heavy ball). Absil,
    Mahony & Sepulchre, *Optimization Algorithms on Matrix Manifolds* (2008), section 4.2 (line search on a surface).

    Examples
    --------
    >>> from steepest import learning_rate, quadratic
    >>> descend(quadratic([1, 4]), [4.0, 1.0], learning_rate(0.25), 2).values
    array([10.     ,  4.5    ,  2.53125])
    """
    rule = step if callable(step) else _lengths(step, whole("iterations", iterations, least=0))
    momentum = number("momentum", momentum)
    if surface is not None:
        _check_surface(surface, norm, momentum)
        return _walk(loss, start, iterations, _along(surface, loss, rule), surface.land)

    def move(w: Array, gradient: Array, last: Array | None) -> Array | None:
        step = gradient
        if not is_zero(gradient):
            direction = steepest_direction(gradient, norm)
            step = _length(rule(loss, w, gradient, direction)) * direction
        step = step if last is None or not momentum else step + momentum * last
        return None if is_zero(gradient) and is_zero(step) else step

    return _walk(loss, start, iterations, move)


def conjugate_gradients(loss: Loss, start: Array, iterations: int) -> Path:
    """Step to the bottom of a quadratic, each step conjugate to those before: no step spoils what another has done.

    On another loss each step goes to the bottom of the parabola along its direction.

    Parameters
    ----------
    loss : Loss
        The loss, meant to be a quadratic whose curvatures are positive.
    start : array, shape (d,)
        The first point.
    iterations : int
        Steps to take at the most.

    Returns
    -------
    Path
        Points of shape (n + 1, d), losses of shape (n + 1,), and why it stopped.

    Raises
    ------
    TypeError, ValueError
        If `start` is not one finite real vector, `iterations` not a whole number, or a curvature not positive.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), section 5.1 (the linear conjugate gradient method).

    Examples
    --------
    >>> from steepest import quadratic
    >>> conjugate_gradients(quadratic([1, 4]), [4.0, 1.0], 2).values.round(12)
    array([10. ,  3.6,  0. ])
    """

    def move(w: Array, gradient: Array, last: Array | None) -> Array | None:
        if is_zero(gradient):
            return None
        fresh = gradient if last is None or is_zero(last) else _without(loss, w, gradient, last)
        direction = steepest_direction(fresh)
        return bottom(loss, w, directional_derivative(gradient, direction), direction) * direction

    return _walk(loss, start, iterations, move)


def _without(loss: Loss, w: Array, gradient: Array, last: Array) -> Array:
    """Return the gradient less the multiple of the last step that leaves it conjugate to that step."""
    xp, before = namespace(last), steepest_direction(-last)  # of length one: the squares of a short step underflow
    product = loss.hessian_product(w, before)
    return gradient - dot(xp, gradient, product) / dot(xp, before, product) * before


def _along(surface: Surface, loss: Loss, rule: StepRule) -> Move:
    """Return what steps the steepest way along a surface, as far as a rule says that looks at the loss there."""

    def bend(w: Array, v: Array) -> Array:
        raise ValueError("step asks for a curvature, which a surface changes: pass another rule, such as armijo(1.0).")

    def move(w: Array, gradient: Array, last: Array | None) -> Array | None:
        def value(x: Array) -> Array:
            point = surface.land(w, x - w)
            return loss(point) if finite(namespace(point), point) else math.inf

        uphill = surface.gradient(w, gradient)
        if is_zero(uphill):
            return None
        slope = 0.0 - surface.length(w, uphill)
        direction = uphill / slope
        # Near a stationary point the part of the gradient across the surface would leave only rounding in the slope.
        seen = slope / L2(direction) * steepest_direction(-direction)
        return _length(rule(Loss(value, loss.gradient, bend, loss.dim), w, seen, direction)) * direction

    return move


def _walk(loss: Loss, start: Array, iterations: int, move: Move, add: Callable[..., Array] = operator.add) -> Path:
    """Move from point to point until the steps are used up, there is no step, or the floats end."""
    check_loss(loss)
    xp, w = vectors(start=start)
    single("start", w)
    stopped = "all steps taken"
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges says so in `stopped`
        points, values, gradient, last = [w], [loss(w)], loss.gradient(w), None
        for _ in range(whole("iterations", iterations, least=0)):
            step = move(w, gradient, last)
            if step is None:
                stopped = "gradient is zero"
                break
            w, last = add(w, step) if finite(xp, step) else step, step
            value, gradient = (loss(w), loss.gradient(w)) if finite(xp, w) else (math.inf, gradient)
            if not finite(xp, value, gradient):
                stopped = "out of range"
                break
            points.append(w)
            values.append(value)
    return Path(xp.stack(points), xp.stack([xp.asarray(v, dtype=w.dtype) for v in values]), stopped)


def _lengths(step: Sequence[float], iterations: int) -> StepRule:
    """Turn the lengths of all steps into a rule that gives one after the other."""
    if not np.iterable(step):
        raise TypeError(f"step is {step!r}: pass a step rule, such as learning_rate(0.1), or the lengths of all steps.")
    lengths = [number("step", length) for length in step]
    if len(lengths) != iterations:
        raise ValueError(f"step holds {len(lengths)} lengths for {iterations} iterations: pass one for each.")
    following = iter(lengths)
    return lambda loss, w, gradient, direction: next(following)


def _length(eta: Array) -> Array:
    """Refuse a step rule's answer that is no length; a lazy one is taken at its word, infinity is out of range."""
    return eta if not at_hand(eta) or (np.ndim(eta) == 0 and eta == math.inf) else number("step", eta)


def _check_surface(surface: Any, norm: Norm, momentum: float) -> None:
    """Refuse what is no surface, and what a surface has no room for."""
    if not isinstance(surface, Surface):
        raise TypeError(f"surface is {surface!r}: pass a Surface, such as SPHERE.")
    if norm is not L2:
        raise ValueError(f"norm is {norm.name} on the {surface.name}, which has lengths of its own: leave it out.")
    if momentum:
        raise ValueError(
            f"momentum is {momentum} on the {surface.name}: a step is tangent at its own point alone. Pass 0."
        )
