"""The picture of shares of three: paths over the triangle, and balls of the local norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from steepest.figures._picture import GRADIENT, INK, MODEL, SOFT, STEEPEST, Panels, Picture, at_most_three, steady
from steepest.loss import Loss
from steepest.sphere import circle

_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])  # of the triangle, one for each share
_PLANE = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]) / np.sqrt([[2.0], [6.0]])  # of length one, at right angles
_LINES = ((STEEPEST, "o"), (MODEL, "s"), (GRADIENT, "^"))  # a color and a mark for each path


def share_paths(loss: Loss, paths: Mapping[str, Any], points: Any, radius: float) -> Picture:
    """Draw the triangle of three shares with a loss, up to three paths, and balls of the local norm.

    Parameters
    ----------
    loss : Loss
        The loss, of three shares.
    paths : mapping of str to array, shape (n, 3)
        Points of each path by its name.
    points : array, shape (m, 3)
        Centers of the balls, positive shares.
    radius : float
        Of the balls, so small that they lie in the triangle.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If there are more than three paths, or a ball reaches over the edge.
    """
    at_most_three("paths", paths, "of them")
    balls = _balls(np.asarray(points, float), radius)
    drawn = {name: np.asarray(path, float) for name, path in paths.items()}
    panels = Panels("share-paths")
    with panels.draw(width=400, height=380, equal=True) as axes:
        _levels(axes, loss)
        for center, ball in zip(np.asarray(points, float), balls, strict=True):
            axes.fill(*_flat(ball), facecolor=STEEPEST, alpha=0.15)
            axes.plot(*_flat(ball), color=INK, lw=1)
            axes.plot(*_flat(center), "o", color=INK, ms=3)
        for (name, path), (color, mark) in zip(drawn.items(), _LINES, strict=False):
            axes.plot(*_flat(path), f"{mark}-", color=color, ms=4, lw=1.4, label=name)
        _triangle(axes)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, handlelength=1.4)
    ends = "; ".join(
        f"{name} from {_said(path[0])} to {_said(path[-1])} in {len(path) - 1} steps, its smallest share {_least(path)}"
        for name, path in drawn.items()
    )
    least = np.asarray(points, float).argmin(axis=1)
    widths = ", ".join(f"{np.ptp(b[:, i]):.2f} at {_said(p)}" for p, b, i in zip(points, balls, least, strict=True))
    alt = (
        f"The triangle of three shares, with level lines of a loss. Paths: {ends}. Balls of radius {radius:g} in the "
        f"local norm, and how wide each is in the least share of its center: {widths}."
    )
    title = "Local balls flatten towards the faces. Shares that are multiplied reach no face; projected ones can."
    return panels.picture(title, alt)


def _flat(shares: Any) -> tuple[Any, Any]:
    """Return where shares lie in the plane of the triangle."""
    _, second, third = np.moveaxis(np.asarray(shares, float), -1, 0)
    return second + third / 2, np.sqrt(0.75) * third


def _balls(points: Any, radius: float) -> Any:
    """Return the edge of the ball of the local norm around each point, among the shares that sum to one."""
    around = circle(np.arange(0.0, 361.0, 2.0)) @ _PLANE  # (181, 3)
    lengths = np.sqrt(np.sum(around**2 / points[:, None], axis=-1, keepdims=True))
    balls = points[:, None] + radius * around / lengths  # (m, 181, 3)
    if not balls.min() >= 0:
        raise ValueError(f"radius is {radius}: a ball reaches over the edge. Pass a smaller one.")
    return balls


def _levels(axes: Any, loss: Loss) -> None:
    """Draw level lines of the loss in the triangle."""
    i, j = np.triu_indices(61)
    shares = np.stack([i, j - i, 60 - j], axis=-1) / 60
    axes.tricontour(*_flat(shares), steady(loss(shares)), levels=12, colors=SOFT, linewidths=0.8, linestyles="solid")


def _triangle(axes: Any) -> None:
    """Draw the edges, and at each corner the share that is one there."""
    axes.plot(*np.concatenate([_CORNERS, _CORNERS[:1]]).T, color=INK, lw=1.4)
    for corner, name in zip(_CORNERS, ("w₁ = 1", "w₂ = 1", "w₃ = 1"), strict=True):
        x, y = corner + 0.07 * (corner - _CORNERS.mean(axis=0)) / np.linalg.norm(corner - _CORNERS.mean(axis=0))
        axes.text(x, y, name, color=INK, ha="center", va="top" if y < 0 else "bottom")
    axes.set(xlim=(-0.12, 1.12), ylim=(-0.12, 1.0))
    axes.set_axis_off()


def _said(shares: Any) -> str:
    return "(" + ", ".join(f"{share:.2f}" for share in shares) + ")"


def _least(path: Any) -> str:
    """Return how small a share gets on a path."""
    least = path.min(axis=1)
    if least.min() > 0:
        return f"{least.min():.4f} at the least"
    first = int(np.argmin(least))
    return f"zero from step {first} on" if not least[first:].any() else f"zero at step {first}"
