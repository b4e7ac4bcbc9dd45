"""The pictures of the chapter on the sphere: a descent along it, and ways back onto it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.patches import Circle

from steepest.descent import Path
from steepest.figures._picture import DIRECTION, GRADIENT, INK, MODEL, SOFT, STEEPEST, Panels, Picture, arrow, steady
from steepest.loss import Loss


def sphere_descent(loss: Loss, path: Path, toward: Any, marks: Mapping[str, Any]) -> Picture:
    """Draw the near half of the unit sphere with level lines of a loss, a path on it, and axes that pass through it.

    Parameters
    ----------
    loss : Loss
        The loss, in three dimensions.
    path : Path
        Points of the sphere, from a descent along it.
    toward : array, shape (3,)
        Where the viewer is, far away, as seen from the center.
    marks : dict of str to array, shape (3,)
        Vectors of length one by name; of each and its opposite the nearer is drawn.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If a point of the path is on the far side.
    """
    frame, panels = _frame(toward), Panels("sphere-descent")
    seen = np.asarray(path.points, float) @ frame.T  # across, up, and toward the viewer
    if seen[:, 2].min() < 0:
        raise ValueError(f"toward is {toward}: the path passes behind the sphere. Look from where all of it is seen.")
    with panels.draw(width=330, height=320, equal=True) as axes:
        _globe(axes, loss, frame)
        axes.plot(*seen.T[:2], "o-", color=STEEPEST, ms=4, lw=1.6, zorder=3)
        for name, vector in marks.items():
            place = frame @ np.asarray(vector, float)
            place = place if place[2] >= 0 else -place
            axes.plot(*place[:2], "D", color=INK, ms=5, zorder=2)
            _label(axes, name if place[2] * (frame @ vector)[2] > 0 else f"−{name}", place[:2], INK, (13, -8))
        _label(axes, "start", seen[0, :2], STEEPEST, (0, -12))
        axes.set(xlim=(-1.12, 1.12), ylim=(-1.06, 1.06))
        axes.axis("off")
    first, last, steps = float(path.values[0]), float(path.values[-1]), len(seen) - 1
    where = ["({:.2f}, {:.2f}, {:.2f})".format(*point) for point in (path.points[0], path.points[-1])]
    nearest, away = _nearest(path.points[-1], marks)
    alt = (
        f"The near half of the unit sphere with level lines of a loss. A path of {steps} steps along it goes from "
        f"{where[0]} to {where[1]}, {away:.0e} from {nearest}. The loss falls from {first:.2f} to {last:.2f}. "
        f"Also marked: {', '.join(name for name in marks if name not in nearest)}."
    )
    return panels.picture(f"The descent stays on the sphere and ends at {nearest}.", alt)


def _frame(toward: Any) -> Any:
    """Return axes of length one, a row each: to the right, up, and toward the viewer; the third weight points up."""
    toward = np.asarray(toward, float) / np.linalg.norm(toward)
    right = np.cross([0.0, 0.0, 1.0], toward)
    right = right / np.linalg.norm(right)
    return np.stack([right, np.cross(toward, right), toward])


def _globe(axes: Any, loss: Loss, frame: Any) -> None:
    """Draw the outline and the level lines; outside of the outline the loss is that of the rim, and cut off."""
    axes.add_patch(Circle((0, 0), 1, fill=False, ec=INK, lw=1.2))
    x, y = np.meshgrid(np.linspace(-1.01, 1.01, 203), np.linspace(-1.01, 1.01, 203))
    far = np.maximum(1, np.hypot(x, y))
    height = np.sqrt(np.maximum(0, 1 - (x / far) ** 2 - (y / far) ** 2))
    values = steady(loss(np.stack([x / far, y / far, height], axis=-1) @ frame))
    inside = Circle((0, 0), 1, transform=axes.transData)
    axes.contour(x, y, values, levels=11, colors=SOFT, linewidths=0.8, linestyles="solid").set_clip_path(inside)


def _label(axes: Any, text: str, place: Any, color: str, shift: tuple[int, int]) -> None:
    axes.annotate(text, place, shift, textcoords="offset points", color=color, ha="center", va="center", weight="bold")


def _nearest(point: Any, marks: Mapping[str, Any]) -> tuple[str, float]:
    """Return which of the marks and their opposites is nearest to a point, and how far away it is."""
    both = {
        f"{sign}{name}": factor * np.asarray(v) for name, v in marks.items() for sign, factor in (("", 1), ("−", -1))
    }
    away = {name: float(np.linalg.norm(point - v)) for name, v in both.items()}
    nearest = min(away, key=lambda name: away[name])
    return nearest, away[nearest]


def ways_back(start: Any, step: float) -> Picture:
    """Draw a tangent step from a point of the unit circle, and three ways back: the arc, normalizing, along an axis.

    Parameters
    ----------
    start : array, shape (2,)
        The point, of length one, both components positive.
    step : float
        Length of the step, which goes to the right and down; short enough to end above the circle.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If the step ends where the vertical axis does not lead back.
    """
    w, panels = np.asarray(start, float), Panels("ways-back")
    u = np.array([w[1], -w[0]])
    tip = w + step * u
    if tip[0] > 1:
        raise ValueError(f"step is {step}: the vertical line from there misses the circle. Pass a shorter step.")
    arc, normal = math.cos(step) * w + math.sin(step) * u, tip / np.linalg.norm(tip)
    fallen = np.array([tip[0], math.sqrt(1 - tip[0] ** 2)])
    with panels.draw(width=330, height=345, equal=True) as axes:
        turn = np.linspace(0, math.pi / 2, 181)
        axes.plot(np.cos(turn), np.sin(turn), color=SOFT, lw=1.4)
        arrow(axes, w, tip - w, DIRECTION)
        ends = ((arc, GRADIENT, "o", "along the circle"), (normal, STEEPEST, "s", "normalized"))
        for end, color, mark, name in (*ends, (fallen, MODEL, "^", "along an axis")):
            if end is not arc:
                axes.plot(*np.transpose([tip, end]), ":", color=color, lw=1.4)
            axes.plot(*end, mark, color=color, ms=7, label=name, ls="none")
        axes.plot(*w, "o", color=INK, ms=6)
        _label(axes, "w", w, INK, (-10, -8))
        _label(axes, "w + t u", tip, DIRECTION, (24, 9))
        middle, reach = (w + fallen) / 2, 0.75 * np.max(np.abs(w - fallen))
        axes.set(xlim=middle[0] + np.array([-reach, reach]), ylim=middle[1] + np.array([-reach, reach]))
        axes.set(xlabel="w₁", ylabel="w₂")
        axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=3, handletextpad=0.1, columnspacing=0.7)
    off, more = (float(np.linalg.norm(end - arc)) for end in (normal, fallen))
    alt = (
        f"A tangent step of length {step:g} from ({w[0]:.2f}, {w[1]:.2f}) ends at ({tip[0]:.2f}, {tip[1]:.2f}), off "
        f"the unit circle by {float(np.linalg.norm(tip)) - 1:.3f}. The arc of that length ends at ({arc[0]:.2f}, "
        f"{arc[1]:.2f}). Normalizing ends at ({normal[0]:.2f}, {normal[1]:.2f}), {off:.3f} from there; the vertical "
        f"way back at ({fallen[0]:.2f}, {fallen[1]:.2f}), {more:.3f} from there."
    )
    return panels.picture(f"Normalizing ends {off:.3f} from the end of the arc, the way along an axis {more:.3f}.", alt)
