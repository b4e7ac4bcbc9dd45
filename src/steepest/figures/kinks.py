"""The pictures of the chapter on points without a slope: a saddle, and a path that stalls at a kink."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.figures._picture import DIRECTION, GRADIENT, INK, MODEL, STEEPEST, Panels, Picture, arrow, contours
from steepest.loss import Loss


def saddle_ways(loss: Loss, saddle: Any, way: Any, paths: Any) -> Picture:
    """Draw a saddle with its two ways down, and the paths of descents that linger there.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    saddle : array, shape (2,)
        The saddle.
    way : array, shape (2,)
        Eigenvector of the smallest curvature, of length one.
    paths : sequence of array, shape (n, 2)
        Points of one or more descents, in their order.

    Returns
    -------
    Picture
        The figure.
    """
    saddle, way, panels = np.asarray(saddle, float), np.asarray(way, float), Panels("saddle")
    with panels.draw(width=400, height=380, equal=True) as axes:
        contours(axes, loss, saddle, 2.4, levels=16)
        for points in paths:
            axes.plot(*np.asarray(points, float).T, "o-", color=STEEPEST, ms=3.5, lw=1)
        for sign, name in ((1, "v"), (-1, "−v")):
            arrow(axes, saddle, sign * way, DIRECTION, width=2.6)
            beside = saddle + sign * (0.8 * way + 0.3 * np.array([-way[1], way[0]]))
            axes.text(*beside, name, color=DIRECTION, ha="center", va="center", weight="bold")
        axes.plot(*saddle, "o", color=INK, ms=6)
    near = [int((np.linalg.norm(np.asarray(points) - saddle, axis=1) < 0.5).sum()) for points in paths]
    alt = (
        f"Level lines around a saddle, with two arrows from it: the way down ({way[0]:.2f}, {way[1]:.2f}) and its "
        f"opposite. Descents come in on the other axis and leave along an arrow; of their points, a dot each, "
        f"{' and '.join(map(str, near))} are within 0.5 of the saddle."
    )
    return panels.picture("At a saddle the curvature names two ways down; descent lingers before it takes one.", alt)


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
    with panels.draw(width=400, height=310) as axes:
        contours(axes, loss, (0.0, 0.0), 2.1, levels=16)
        axes.plot((-2.1, 0), (0, 0), color=INK, lw=1, ls="--")
        axes.plot(*passes.T, "s-", color=MODEL, ms=3.5, lw=1.1, label="lengths 1/k")
        axes.plot(*stalls.T, "o-", color=GRADIENT, ms=4.5, lw=1.6, label="exact line search")
        axes.plot(0, 0, "*", color=STEEPEST, ms=12, mec=INK, zorder=5)
        axes.text(-2.0, -0.22, "kink", color=INK)
        axes.set(xlim=(-2.1, 2.1), ylim=(-1.1, 1.1), yticks=(-1, 0, 1))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=1.4)
    alt = (
        f"Level lines of a loss that falls to the left without end, with a kink (dashed) on the axis left of zero. The "
        f"path of exact line searches zigzags from ({stalls[0, 0]:.3g}, {stalls[0, 1]:.3g}) to zero and ends at a loss "
        f"of {float(loss(stalls[-1])):.1e}; that of steps of lengths 1/k crosses the kink back and forth and, after "
        f"{len(passes) - 1} steps, is at {float(loss(passes[-1])):.1f}."
    )
    return panels.picture("The best step on every line stalls at zero; steps of lengths 1/k go on.", alt)
