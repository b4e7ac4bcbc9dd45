"""The pictures of the chapters on points without a slope: a saddle, and a path that stalls at a kink."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.figures._picture import (
    DIRECTION,
    GRADIENT,
    INK,
    MODEL,
    SOFT,
    STEEPEST,
    Panels,
    Picture,
    arrow,
    at_most_three,
    contours,
)
from steepest.loss import Loss

_LINES = ((STEEPEST, "o"), (MODEL, "s"), (GRADIENT, "^"))  # a color and a mark for each path
_REACH = 2.4  # how far from the saddle is drawn


def saddle_ways(loss: Loss, saddle: Any, way: Any, paths: dict[float, Any]) -> Picture:
    """Draw a saddle with the way down and its opposite, and up to three descents: on the map, and how they leave.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    saddle : array, shape (2,)
        The saddle.
    way : array, shape (2,)
        Eigenvector of the smallest curvature, of length one.
    paths : dict of float to array, shape (n, 2)
        Points of descents by the part along `way` that they start with. Drawn until they leave the map.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If there are more than three paths.
    """
    at_most_three("paths", paths, "of them")
    saddle, way, panels = np.asarray(saddle, float), np.asarray(way, float), Panels("saddle")
    drawn = {abs(part): _until_they_leave(np.asarray(points, float), saddle) for part, points in paths.items()}
    with panels.draw("The descents", equal=True) as axes:
        contours(axes, loss, saddle, _REACH, levels=16)
        for (part, points), (color, mark) in zip(drawn.items(), _LINES, strict=False):
            axes.plot(*points.T, f"{mark}-", color=color, ms=3.5, lw=1, label=f"δ = {part:g}")
        _ways(axes, saddle, way, next(iter(drawn.values()))[0])
        axes.plot(*saddle, "o", color=INK, ms=6)
    with panels.draw("Their part along v, by step") as axes:
        for (part, points), (color, mark) in zip(drawn.items(), _LINES, strict=False):
            along = np.abs((points - saddle) @ way)
            axes.semilogy(along, f"{mark}-", color=color, ms=3.5, lw=1, label=f"δ = {part:g}")
        axes.axhline(1, color=SOFT, lw=0.8, ls="--")
        axes.set(xlabel="steps")
        axes.legend(loc="lower right")
    stays = [f"{_near(points, saddle)} from δ = {part:g}" for part, points in drawn.items()]
    alt = (
        f"Left: level lines around a saddle, with arrows along v = ({way[0]:.2f}, {way[1]:.2f}) and −v, and descents, "
        f"a dot each point. The number of points nearer than 1 to the saddle: {', '.join(stays)}. Right: the part "
        f"along v on a logarithmic axis, with a line at 1."
    )
    return panels.picture("The smaller the part δ along v, the longer descent lingers at the saddle.", alt)


def _ways(axes: Any, saddle: Any, way: Any, start: Any) -> None:
    """Draw the two ways down, beside the saddle, on the side where the paths do not start."""
    side = np.array([-way[1], way[0]])
    side = side if side @ (start - saddle) < 0 else -side
    for sign, name in ((1, "v"), (-1, "−v")):
        arrow(axes, saddle + 0.3 * side + 0.2 * sign * way, sign * way, DIRECTION)
        axes.text(*(saddle + 0.65 * side + 0.8 * sign * way), name, color=DIRECTION, ha="center", va="center")
    axes.annotate("start", start, (-8, 8), textcoords="offset points", color=INK, ha="right", va="center")


def _until_they_leave(points: Any, saddle: Any) -> Any:
    """Return the points up to the last before one off the map."""
    outside = np.abs(points - saddle).max(axis=1) > _REACH
    return points[: int(np.argmax(outside)) if outside.any() else None]


def _near(points: Any, saddle: Any) -> int:
    """Return how many points are nearer than 1 to the saddle."""
    return int((np.linalg.norm(points - saddle, axis=1) < 1).sum())


def stalled(loss: Loss, stalls: Any, passes: Any) -> Picture:
    """Draw the level lines of a loss with a kink, a path that stalls on it, and one that passes.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions, with its kink on the first axis, from zero to the left.
    stalls : array, shape (n, 2)
        Points of the path that stalls at zero.
    passes : array, shape (m, 2)
        Points of the path that passes.

    Returns
    -------
    Picture
        The figure.
    """
    stalls, passes, panels = np.asarray(stalls, float), np.asarray(passes, float), Panels("stalled")
    with panels.draw(width=400, height=285, equal=True) as axes:
        contours(axes, loss, (0.0, 0.0), 2.1, levels=16)
        axes.plot((-2.1, 0), (0, 0), color=INK, lw=1, ls="--")
        axes.plot(*passes.T, "s-", color=MODEL, ms=3, lw=1, label=f"lengths 1/k, {len(passes)} points")
        axes.plot(*stalls.T, "o-", color=GRADIENT, ms=4.5, lw=1.6, label="exact line search")
        axes.plot(*stalls[-1], "*", color=STEEPEST, ms=12, mec=INK, zorder=5)
        label = {"textcoords": "offset points", "ha": "center", "arrowprops": {"arrowstyle": "-", "color": INK}}
        axes.annotate("stalls here", stalls[-1], (-8, -44), color=INK, **label)
        axes.text(-2.05, 0.14, "kink", color=INK)
        axes.set(xlim=(-2.1, 2.1), ylim=(-1.1, 1.1), yticks=(-1, 0, 1))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=1.4)
    sides = np.sign(passes[passes[:, 0] < 0, 1])
    alt = (
        f"Level lines of a loss with a kink (dashed) on the axis left of zero. The path of exact line searches goes "
        f"from ({stalls[0, 0]:.3g}, {stalls[0, 1]:.3g}) to {np.linalg.norm(stalls[-1]):.0e} from zero, and its last "
        f"loss is {float(loss(stalls[-1])):.0e}. Steps of lengths 1/k cross the kink "
        f"{int((sides[1:] != sides[:-1]).sum())} times and, after {len(passes) - 1} steps, are at a loss of "
        f"{float(loss(passes[-1])):.1f}."
    )
    return panels.picture("From this start the best steps stall at zero; steps of lengths 1/k go on.", alt)
