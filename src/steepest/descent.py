"""The descent loop: which way comes from a norm, how far from a step rule; it leaves its path."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from steepest._arrays import Array, at_hand, dot, finite, is_zero, namespace, number, single, vectors, whole
from steepest.directions import directional_derivative, steepest_direction
from steepest.loss import Loss, check_loss
from steepest.norms import L2, Norm
from steepest.steps import StepRule, bottom


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
) -> Path:
    """Step down a loss, each step along the steepest direction at its point, with a share of the step before added.

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

    Returns
    -------
    Path
        Points of shape (n + 1, d), losses of shape (n + 1,), and why it stopped.

    Raises
    ------
    TypeError, ValueError
        If `start` is not one finite real vector, `iterations` not a whole number, `momentum` negative, or a step
        negative or missing.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), algorithm 9.3 (gradient descent method). Polyak, "Some methods
    of speeding up the convergence of iteration methods", *USSR Comput. Math. Math. Phys.* 4 (1964) (heavy ball).

    Examples
    --------
    >>> from steepest import learning_rate, quadratic
    >>> descend(quadratic([1, 4]), [4.0, 1.0], learning_rate(0.25), 2).values
    array([10.     ,  4.5    ,  2.53125])
    """
    rule = step if callable(step) else _lengths(step, whole("iterations", iterations, least=0))
    momentum = number("momentum", momentum)

    def move(w: Array, gradient: Array, last: Array | None) -> Array:
        step = gradient
        if not is_zero(gradient):
            direction = steepest_direction(gradient, norm)
            step = _length(rule(loss, w, gradient, direction)) * direction
        return step if last is None or not momentum else step + momentum * last

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

    def move(w: Array, gradient: Array, last: Array | None) -> Array:
        if is_zero(gradient):
            return gradient
        fresh = gradient if last is None or is_zero(last) else _without(loss, w, gradient, last)
        direction = steepest_direction(fresh)
        return bottom(loss, w, directional_derivative(gradient, direction), direction) * direction

    return _walk(loss, start, iterations, move)


def _without(loss: Loss, w: Array, gradient: Array, last: Array) -> Array:
    """Return the gradient less the multiple of the last step that leaves it conjugate to that step."""
    xp, before = namespace(last), steepest_direction(-last)  # of length one: the squares of a short step underflow
    product = loss.hessian_product(w, before)
    return gradient - dot(xp, gradient, product) / dot(xp, before, product) * before


def _walk(loss: Loss, start: Array, iterations: int, move: Callable[[Array, Array, Array | None], Array]) -> Path:
    """Move from point to point until the steps are used up, nothing moves, or the floats end."""
    check_loss(loss)
    xp, w = vectors(start=start)
    single("start", w)
    stopped = "all steps taken"
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges says so in `stopped`
        points, values, gradient, last = [w], [loss(w)], loss.gradient(w), None
        for _ in range(whole("iterations", iterations, least=0)):
            step = move(w, gradient, last)
            if is_zero(gradient) and is_zero(step):
                stopped = "gradient is zero"
                break
            w, last = w + step, step
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
