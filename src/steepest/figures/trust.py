"""The pictures of Part II: how far to trust it."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent import Path
from steepest.directions import angle
from steepest.figures._picture import DIRECTION, INK, MODEL, SOFT, STEEPEST, Panels, Picture, at_most_three, steady
from steepest.loss import Loss
from steepest.norms import L2

_LINES = ((STEEPEST, "o"), (DIRECTION, "s"), (MODEL, "^"))  # a color and a mark for each path
_FLOOR = 2.0**-56  # where an error of zero is drawn
_LEAST = 1e-12  # the lowest share of a loss drawn


def step_errors(steps: Any, errors: dict[str, Any]) -> Picture:
    """Draw the errors of up to three ways to measure a slope against the step they took.

    Parameters
    ----------
    steps : array, shape (n,)
        Steps, positive.
    errors : dict of str to array, shape (n,)
        The size of the error at each step, for each way by name.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If there are more than three ways.
    """
    at_most_three("errors", errors, "ways")
    steps, panels, said = np.asarray(steps, float), Panels("step-errors"), []
    with panels.draw(width=340, height=330) as axes:
        for (name, sizes), (color, mark) in zip(
            errors.items(), ((MODEL, "o"), (STEEPEST, "s"), (INK, "^")), strict=False
        ):
            sizes = np.abs(np.asarray(sizes, float))
            axes.loglog(steps, np.maximum(sizes, _FLOOR), f"{mark}-", color=color, ms=4, lw=1.2, label=name)
            low, ends = int(sizes.argmin()), (sizes[steps.argmax()], sizes[steps.argmin()])
            said.append(
                f"{name}: {ends[0]:.1e} at the longest step, at best {sizes[low]:.1e} at {steps[low]:.1e}, "
                f"and {ends[1]:.1e} at the shortest"
            )
        axes.set(xlabel="step", ylabel="error of the slope")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(errors), handlelength=1.2, columnspacing=1)
    alt = f"The error of a slope against steps from {steps.min():.1e} to {steps.max():.1e}. " + "; ".join(said) + "."
    return panels.picture("A difference quotient is wrong for steps too long and for steps too short.", alt)


def valley_paths(loss: Loss, paths: dict[str, Path], flow: Any = None) -> Picture:
    """Draw up to three paths down a valley; of one alone the lines through every other point, or the gradient flow.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    paths : dict of str to Path
        Paths from one start, by name; one alone has two steps or more.
    flow : array, shape (n, 2), optional
        Points close to each other on the gradient flow from the same start, to draw beside one path.

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
    drawn = {name: np.asarray(path.points, float) for name, path in paths.items()}
    every, panels, said = np.concatenate(list(drawn.values())), Panels("valley-paths"), []
    (left, low), (right, high) = every.min(axis=0), every.max(axis=0)
    edge = 0.06 * (right - left)
    x, y = np.linspace(left - edge, right + edge, 181), np.linspace(low - edge, high + edge, 91)
    with panels.draw(width=400, height=185, equal=True) as axes:
        grid = np.stack(np.meshgrid(x, y), axis=-1)
        levels = float(loss(every[0])) * np.arange(1, 9) ** 2 / 25
        axes.contour(x, y, steady(loss(grid)), levels=levels, colors=SOFT, linewidths=0.8)
        for i, (name, points) in enumerate(drawn.items()):
            color, mark = _LINES[i]  # a path below another is wider, so both are seen where they share a step
            axes.plot(*points.T, f"{mark}-", color=color, ms=4 + i, lw=1.4 + 1.4 * i, zorder=3 - i / 4, label=name)
            said.append(f"{name} takes {len(points) - 1} steps of total length {_length(points):.3g}")
        if flow is not None:
            axes.plot(*np.transpose(flow), color=INK, lw=1.6, label="gradient flow")
        elif len(drawn) == 1:
            axes.plot(*every[::2].T, ":", color=INK, lw=1.4, label="every other point")
            axes.plot(*every[1::2].T, ":", color=INK, lw=1.4)
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel="w₁", ylabel="w₂")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=1.2, columnspacing=1)
    return panels.picture(*_said(drawn, said, flow))


def _said(drawn: dict[str, Any], said: list[str], flow: Any) -> tuple[str, str]:
    """Return title and text of paths: lengths with a flow, the angles of one alone, who of several has fewest steps."""
    last, first = list(drawn)[-1], next(iter(drawn.values()))
    way = f"The straight way from the start to where {last} ends has {_length(drawn[last][[0, -1]]):.3g}"
    alt = f"Paths from ({first[0][0]:.3g}, {first[0][1]:.3g}) down a valley. " + "; ".join(said) + f". {way}."
    if flow is not None:
        name, walked = f"{last[0].upper()}{last[1:]}", _length(drawn[last])
        title = f"{name} covers a length of {walked:.3g}, the gradient flow {_length(flow):.3g}."
        return title, f"{alt} The gradient flow curves from the start into the floor of the valley."
    if len(drawn) > 1:
        fewest = min(drawn, key=lambda name: len(drawn[name]))
        return f"The fewest steps, {len(drawn[fewest]) - 1}, are those of {fewest}.", alt
    steps = np.diff(first, axis=0)
    turns = np.asarray(angle(steps[1:], steps[:-1]))
    least, most = f"{turns.min():.0f}", f"{turns.max():.0f}"
    return f"The path turns by {least if least == most else f'{least} to {most}'} degrees at each step.", alt


def loss_by_step(paths: dict[str, Path]) -> Picture:
    """Draw how the loss falls from step to step on up to three paths, on a logarithmic axis.

    Parameters
    ----------
    paths : dict of str to Path
        Paths by name, to a loss of zero. Each is drawn up to the first loss below a trillionth of its first one.

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
    panels, said = Panels("loss-by-step"), []
    with panels.draw(width=340, height=300) as axes:
        for (name, path), (color, mark) in zip(paths.items(), _LINES, strict=False):
            left = np.asarray(path.values, float) / float(path.values[0])
            left = left[: 1 + int(np.argmax(np.append(left, 0.0) < _LEAST))]
            axes.semilogy(left, f"{mark}-", color=color, ms=4, lw=1.4, markevery=max(1, len(left) // 12), label=name)
            said.append(f"{name} leaves {left[-1]:.1e} after {len(left) - 1} steps")
        axes.set(xlabel="steps", ylabel="share of the loss left", ylim=(_LEAST, None))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=1, columnspacing=0.5)
    alt = "The share of the loss that is left, against the number of steps: " + "; ".join(said) + "."
    common = min(len(path.values) for path in paths.values()) - 1
    best = min(paths, key=lambda name: float(paths[name].values[common]))
    return panels.picture(f"After {common} steps the least loss is left by {best}.", alt)


def _length(points: Any) -> float:
    """Return the length of a path, step by step."""
    return float(L2(np.diff(points, axis=0)).sum())
