"""The pictures of Part I: the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from contourpy import contour_generator

from steepest.descent import Path
from steepest.directions import angle, directional_derivative, steepest_direction
from steepest.figures._picture import (
    DIRECTION,
    GRADIENT,
    INK,
    PAPER,
    SOFT,
    STEEPEST,
    Panels,
    Picture,
    arrow,
    contours,
    steady,
)
from steepest.loss import Loss
from steepest.norms import L2, Norm
from steepest.sphere import circle


def rolling_ball(loss: Loss, path: Path) -> Picture:
    """Draw a ball rolling down a loss surface, one ball a step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    path : Path
        What `descend` returned.

    Returns
    -------
    Picture
        The figure.
    """
    points, values = np.asarray(path.points), np.asarray(path.values)
    panels = Panels("rolling-ball")
    top = 1.25 * float(values.max())
    with panels.draw(width=560, height=380) as axes:
        _surface(axes, loss, 2.3 * float(np.abs(points).max()), top)
        flat, high = _seen(points, values, top)
        axes.plot(flat, high, color=STEEPEST, lw=1.6, zorder=900)
        for k, (a, b) in enumerate(zip(flat, high, strict=True)):
            last = k == len(flat) - 1
            axes.plot(a, b, "o", ms=15 if last else 9, color=GRADIENT if last else PAPER, mec=INK, zorder=901 + k)
        axes.set_axis_off()
        axes.set_aspect("equal")
    alt = (
        f"A ball on the surface of a loss, seen from the side: {len(points) - 1} steps along minus the gradient take "
        f"it from height {values[0]:.3g} down to {values[-1]:.3g}, each step lower than the one before."
    )
    return panels.picture("Each step goes against the gradient, and the loss falls.", alt)


def half_plane(loss: Loss, w: Any, directions: Any) -> Picture:
    """Draw directions at a point, told apart by whether the loss falls along them.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    directions : array, shape (n, 2)
        Directions.

    Returns
    -------
    Picture
        The figure.
    """
    w, directions = np.asarray(w, float), np.asarray(directions, float)
    gradient = loss.gradient(w)
    slopes = directional_derivative(gradient, directions)
    panels = Panels("half-plane")
    with panels.draw(width=400, height=380, equal=True) as axes:
        contours(axes, loss, w, 1.7, levels=14)
        across = circle(90, start=gradient)
        axes.plot(*np.stack([w - 3 * across, w + 3 * across]).T, color=INK, lw=1.2, ls="--")
        for u, slope in zip(directions, slopes, strict=True):
            down = slope < 0
            arrow(axes, w, u, DIRECTION if down else SOFT, width=2 if down else 1.2)
        arrow(axes, w, 1.25 * gradient / L2(gradient), GRADIENT, "∇L", width=2.6)
        axes.plot(*w, "o", color=INK, ms=5)
    down = int((slopes < 0).sum())
    alt = (
        f"{len(slopes)} directions of length one at a point, with the level lines of the loss. The dashed line "
        f"through the point stands at right angles to the gradient. The {down} directions on the far side of it go "
        f"down (blue), the {len(slopes) - down} others do not (gray)."
    )
    return panels.picture(
        "Short steps on the gradient's side of the dashed line go up (gray), on the other side down (blue).", alt
    )


def balls(gradient: Any, norms: tuple[Norm, ...] = (L2,)) -> Picture:
    """Draw unit balls of norms, each with the step that the gradient's linear model likes best.

    Parameters
    ----------
    gradient : array, shape (2,)
        The gradient, not zero.
    norms : tuple of Norm
        One panel for each.

    Returns
    -------
    Picture
        The figure.
    """
    gradient = np.asarray(gradient, float)
    panels, said = Panels("balls-" + "-".join(str(ord(n.name[-1])) for n in norms)), []
    around = circle(np.arange(0.0, 360.5, 0.5))
    for norm in norms:
        u, value = steepest_direction(gradient, norm), -norm.dual(gradient)
        with panels.draw(
            f"{norm.name} ball", width=300 if len(norms) < 3 else 215, height=300 if len(norms) < 3 else 235, equal=True
        ) as axes:
            axes.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
            for i, level in enumerate(np.linspace(value, -value, 7)):
                _level_line(axes, gradient, level, SOFT if i else DIRECTION, 0.7 if i else 1.8)
            axes.fill(*(around / norm(around)[:, None]).T, facecolor=STEEPEST, alpha=0.15)
            axes.plot(*(around / norm(around)[:, None]).T, color=INK, lw=1.4)
            arrow(axes, (0, 0), 1.2 * gradient / L2(gradient), GRADIENT, "∇L")
            arrow(axes, (0, 0), u, STEEPEST, "u*")
        away = 180 - angle(u, gradient)
        said.append(f"the {norm.name} ball touches it at ({u[0]:.3g}, {u[1]:.3g}), {away:.3g} degrees from −∇L")
    alt = "Level lines of the linear model and the lowest one that still meets the ball: " + "; ".join(said) + "."
    return panels.picture("The best step is where the lowest level line touches the ball.", alt.replace("-0,", "0,"))


def _seen(points: Any, heights: Any, top: float) -> tuple[Any, Any]:
    """Return points of a surface as they are seen from the side and a little above."""
    x, y = points[..., 0], points[..., 1]
    return 0.9 * x - 0.42 * y, 3.2 * heights / top + 0.16 * x + 0.36 * y


def _surface(axes: Any, loss: Loss, reach: float, top: float) -> None:
    """Draw a loss as a surface up to a height: lines along both weights, and the rim."""
    x = np.linspace(-reach, reach, 121)
    grid = np.stack(np.meshgrid(x, x), axis=-1)
    heights = steady(loss(grid))
    flat, high = _seen(grid, np.where(heights <= top, heights, np.nan), top)
    for a, b in ((flat, high), (flat.T, high.T)):
        axes.plot(a[::6].T, b[::6].T, color=SOFT, lw=0.6)
    for rim in contour_generator(x, x, heights).lines(top):
        axes.plot(*_seen(rim, np.full(len(rim), top), top), color=SOFT, lw=1.4)


def _level_line(axes: Any, gradient: Any, level: float, color: str, width: float) -> None:
    """Draw where the linear model takes one value."""
    normal = gradient / L2(gradient)
    foot, across = level / L2(gradient) * normal, np.array([-normal[1], normal[0]])
    axes.plot(*np.stack([foot - 4 * across, foot + 4 * across]).T, color=color, lw=width)
