"""The pictures of the chapter on Newton's step: balls that are ellipses."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.directions import angle, steepest_direction
from steepest.ellipsoid import ellipsoid
from steepest.figures._picture import DIRECTION, GRADIENT, INK, MODEL, STEEPEST, Panels, Picture, arrow, contours
from steepest.loss import Loss
from steepest.sphere import circle


def two_coordinates(loss: Loss, w: Any) -> Picture:
    """Draw Newton's direction and the gradient's in a ball of the Hessian, and both again where that ball is a circle.

    Right the loss is M, a function of v; its gradient is not the one carried over from the left.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions, with a positive definite Hessian at `w`.
    w : array, shape (2,)
        The point.

    Returns
    -------
    Picture
        The figure.
    """
    w = np.asarray(w, float)
    gradient, hessian = loss.gradient(w), loss.hessian_product(w, np.eye(2))
    norm, panels = ellipsoid(hessian), Panels("two-coordinates")
    radius = 0.6 * norm.dual(gradient)
    sizes, basis = np.linalg.eigh(hessian)
    root, back = ((basis * power) @ basis.T for power in (np.sqrt(sizes), 1 / np.sqrt(sizes)))
    around = circle(np.arange(0.0, 360.5, 0.5))
    ball = radius * around / norm(around)[:, None]
    best, down = radius * steepest_direction(gradient, norm), -radius * gradient / norm(gradient)
    turned = []
    for title, name, onto, home, labels in (
        ("Weights w", "w", np.eye(2), np.eye(2), ("−∇L", "u*")),
        ("Coordinates v = √H w", "v", root, back, ("−√H ∇L", "√H u*")),
    ):
        with panels.draw(title, width=325, height=330, equal=True) as axes:
            reach = 1.12 * max(float(np.abs(ball @ onto).max()), float(np.abs(best @ onto).max()) / 0.6)
            contours(axes, lambda v, home=home: loss(v @ home), w @ onto, reach)
            _carried(axes, w @ onto, ball @ onto, down @ onto, best @ onto, labels)
            axes.set(xlabel=f"{name}₁", ylabel=f"{name}₂")
        turned.append(angle(best @ onto, -gradient @ home))
    alt = (
        "Level lines of a loss around a point, with a ball in the norm of the Hessian. Left it is an ellipse, and "
        f"the steepest step to its edge, u*, is turned by {turned[0]:.0f} degrees from minus the gradient of L. Right, "
        "both arrows and the ball are carried over to other coordinates. There the ball is a circle, and u* is turned "
        f"by {turned[1]:.0f} degrees from minus the gradient of M, the loss there. A cross marks the end of Newton's "
        "full step."
    )
    return panels.picture(
        "The same arrows twice, Newton's full step to the cross. u* is not along −∇L where the ball is an ellipse; "
        "where it is a circle, it is along −∇M, minus the gradient there.",
        alt,
    )


def _carried(axes: Any, center: Any, ball: Any, down: Any, best: Any, labels: tuple[str, str]) -> None:
    """Draw a ball around a point, the gradient's and Newton's direction to its edge, and Newton's full step."""
    axes.fill(*(center + ball).T, facecolor=STEEPEST, alpha=0.15)
    axes.plot(*(center + ball).T, color=INK, lw=1.4)
    arrow(axes, center, down, GRADIENT, labels[0])
    axes.plot(*np.stack([center, center + best / 0.6]).T, color=STEEPEST, lw=1, ls=":")
    axes.plot(*(center + best / 0.6), "x", color=STEEPEST, ms=8, mew=2)
    arrow(axes, center, best, STEEPEST, labels[1])
    axes.plot(*center, "o", color=INK, ms=5)


def equal_divergence(points: Any, size: float) -> Picture:
    """Draw all normal distributions at one divergence from each of a few, and the ellipses of Fisher's matrix.

    Parameters
    ----------
    points : array, shape (n, 2)
        Mean and standard deviation of each distribution.
    size : float
        The divergence, positive and at most 1.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If the divergence is not in that range.
    """
    if not 0 < size <= 1:
        raise ValueError(f"size is {size}: pass a divergence above 0, at most 1.")
    points, panels = np.asarray(points, float), Panels("equal-divergence")
    around = circle(np.arange(0.0, 361.0, 2.0))
    widths = []
    with panels.draw(width=400, height=290, equal=True) as axes:
        for point in points:
            spread = float(point[1])
            ellipse = around / ellipsoid(np.diag([1, 2]) / spread**2)(around)[:, None] * np.sqrt(2 * size)
            true = _until(lambda x, s=spread: _divergence(x[:, 0], s, np.maximum(s + x[:, 1], 1e-6 * s)), ellipse, size)
            axes.fill(*(point + true).T, facecolor=DIRECTION, alpha=0.15)
            axes.plot(*(point + true).T, color=DIRECTION, lw=1.6)
            axes.plot(*(point + ellipse).T, color=MODEL, lw=1.6, ls="--")
            axes.plot(*point, "o", color=INK, ms=4)
            widths.append(f"{np.ptp(true[:, 0]):.2f} wide at σ = {spread:g}")
        axes.set(xlabel="mean m", ylabel="standard deviation σ", ylim=(0, None))
    alt = (
        f"Normal distributions by mean and standard deviation. Around each of {len(points)} the curve of those at the "
        f"divergence {size:g} (solid), {', '.join(widths)}, and beside it the ellipse of Fisher's matrix (dashed)."
    )
    return panels.picture(
        f"Solid: all at the divergence {size:g} from a dot. Dashed, Fisher's ellipse: near it, small where σ is small.",
        alt,
    )


def _divergence(shift: Any, spread: float, other: Any) -> Any:
    """Return the divergence from a normal distribution of others, means apart by `shift` and of other spread."""
    return np.log(other / spread) + (spread**2 + shift**2) / (2 * other**2) - 0.5


def _until(measure: Any, steps: Any, size: float) -> Any:
    """Return each step, lengthened or shortened by bisection until it measures `size`."""
    low, high = np.zeros(len(steps)), np.full(len(steps), 8.0)
    for _ in range(40):
        middle = (low + high) / 2
        far = measure(middle[:, None] * steps) > size
        low, high = np.where(far, low, middle), np.where(far, middle, high)
    return low[:, None] * steps
