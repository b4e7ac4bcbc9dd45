"""Step rules: how far to go along a direction. A rule never chooses the direction."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from steepest._arrays import Array, at_hand, finite, number, vectors
from steepest.directions import directional_derivative
from steepest.loss import Loss
from steepest.taylor import curvature

StepRule = Callable[[Loss, Array, Array, Array], Array]


def learning_rate(alpha: float) -> StepRule:
    """Step rule of the update ``w - alpha * gradient``: the step is the longer, the steeper the loss.

    Parameters
    ----------
    alpha : float
        Learning rate, positive, in weight units squared per loss unit.

    Returns
    -------
    callable
        ``rule(loss, w, gradient, direction)``, the step length ``-alpha * (gradient @ direction)``, shape ().

    Raises
    ------
    TypeError, ValueError
        If `alpha` is not a positive number.

    References
    ----------
    Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 4.3.

    Examples
    --------
    >>> learning_rate(0.1)(None, None, [3.0, -4.0], [-0.6, 0.8])
    0.5
    """
    alpha = number("alpha", alpha, positive=True)
    return lambda loss, w, gradient, direction: -alpha * directional_derivative(gradient, direction)


def fixed_length(eta: float) -> StepRule:
    """Step rule that goes equally far however steep the loss is.

    Parameters
    ----------
    eta : float
        Step length, positive, in weight units.

    Returns
    -------
    callable
        ``rule(loss, w, gradient, direction)``, always `eta`, shape ().

    Raises
    ------
    TypeError, ValueError
        If `eta` is not a positive number.

    References
    ----------
    Boyd & Vandenberghe, *Convex Optimization* (2004), section 9.4 (normalized steepest descent).

    Examples
    --------
    >>> fixed_length(0.125)(None, None, [3.0, -4.0], [-0.6, 0.8])
    0.125
    """
    eta = number("eta", eta, positive=True)
    return lambda loss, w, gradient, direction: eta


def exact_line_search() -> StepRule:
    """Step rule that goes to the bottom of the parabola along the direction: the best step on a quadratic.

    Returns
    -------
    callable
        ``rule(loss, w, gradient, direction)``, the step length ``-(gradient @ direction) / curvature``, shape ().

    Raises
    ------
    ValueError
        When used: if the curvature along the direction is not positive, so that the parabola has no bottom, or if
        the direction goes up.

    References
    ----------
    Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), section 3.3 (steepest descent with exact line searches).

    Examples
    --------
    >>> from steepest import quadratic
    >>> exact_line_search()(quadratic([1, 4]), [4.0, 1.0], [4.0, 4.0], [0.0, -1.0])
    1.0
    """

    def rule(loss: Loss, w: Array, gradient: Array, direction: Array) -> Array:
        slope = directional_derivative(gradient, direction)
        if at_hand(slope):
            _check_down(slope)
        return bottom(loss, w, slope, direction)

    return rule


def armijo(alpha: float, *, share: float = 1e-4) -> StepRule:
    """Step rule that halves a learning rate until the loss falls by a share of the linear model's promise or more.

    It compares losses, so a lazy array is computed. The loss computed after the step is lower than before it, or the
    step is zero: where no rate tried is good enough before its step is too short to change `w`.

    Parameters
    ----------
    alpha : float
        The first learning rate to try, positive, in weight units squared per loss unit.
    share : float
        Share of the promised fall to ask for, between 0 and 1.

    Returns
    -------
    callable
        ``rule(loss, w, gradient, direction)``, the first step length ``eta = -alpha * (gradient @ direction) / 2**k``
        with ``loss(w + eta * direction)`` finite, below ``loss(w)``, and at most
        ``loss(w) + share * eta * (gradient @ direction)``, shape ().

    Raises
    ------
    TypeError, ValueError
        If `alpha` is not a positive number, or `share` not a number between 0 and 1. When used: if the direction
        goes up.

    References
    ----------
    Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives", *Pacific J. Math.* 16
    (1966).

    Examples
    --------
    >>> from steepest import quadratic
    >>> armijo(1.0)(quadratic([8.0]), [1.0], [8.0], [-1.0])
    1.0
    """
    alpha, share = number("alpha", alpha, positive=True), number("share", share, positive=True)
    if share >= 1:
        raise ValueError(f"share is {share}: pass a number between 0 and 1.")

    def rule(loss: Loss, w: Array, gradient: Array, direction: Array) -> float:
        xp, w, direction = vectors(w=w, direction=direction)
        start, slope = float(loss(w)), float(directional_derivative(gradient, direction))
        _check_down(slope)
        eta = min(-alpha * slope, np.finfo(float).max)
        while eta > 0 and bool(xp.any((there := w + eta * direction) != w)):
            value = float(loss(there)) if finite(xp, there) else math.inf
            # Where the share asked for rounds away, the second comparison alone lets the loss stay or rise.
            if -math.inf < value < start and value <= start + share * eta * slope:
                return eta
            eta /= 2
        return 0.0

    return rule


def _check_down(slope: Array) -> None:
    """Refuse a direction that goes up."""
    if not slope <= 0:
        raise ValueError(f"slope is {float(slope)} along the direction, which must not go up: pass its opposite.")


def bottom(loss: Loss, w: Array, slope: Array, direction: Array) -> Array:
    """Return the step to the bottom of the parabola along a direction, negative where the slope is positive."""
    bend = curvature(loss, w, direction)
    if at_hand(bend) and not bend > 0:
        raise ValueError(
            f"curvature is {float(bend)} along the direction: no point of the parabola is lowest. "
            "Pass another rule, such as armijo(1.0)."
        )
    return (0 - slope) / bend  # a slope of zero gives zero, not -0.0
