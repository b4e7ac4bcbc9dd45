"""The pictures of Part III: steepest in what sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steepest.descent import Path
from steepest.figures._picture import (
    DIRECTION,
    GRADIENT,
    INK,
    MODEL,
    STEEPEST,
    Panels,
    Picture,
    arrow,
    at_most_three,
)
from steepest.norms import L2, Norm
from steepest.sphere import circle

_RACERS = ((MODEL, "s"), (INK, "o"), (STEEPEST, "^"))


def faces(norms: Sequence[Norm], gradients: Any) -> Picture:
    """Draw unit balls, each with the lowest level line of a gradient and all the steps at which it touches.

    Parameters
    ----------
    norms : sequence of Norm
        Norms in two dimensions, one panel for each.
    gradients : array, shape (n, 2)
        A gradient for each norm, none zero.

    Returns
    -------
    Picture
        The figure.
    """
    panels, said = Panels("faces"), []
    around = circle(np.arange(0.0, 360.5, 0.5))
    for norm, g in zip(norms, np.asarray(gradients, float), strict=True):
        ball = around / norm(around)[:, None]
        across, reach = circle(90, start=g), 1.35 * float(np.abs(ball).max())
        ends = norm.aligned(-g, [across, -across])  # (2, 2), the same twice where one step is steepest
        with panels.draw(norm.name, width=260, height=320, equal=True) as axes:
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="u₁", ylabel="u₂")
            axes.locator_params(nbins=5, integer=True)
            axes.fill(*ball.T, facecolor=STEEPEST, alpha=0.15)
            axes.plot(*ball.T, color=INK, lw=1.4)
            line = ends.mean(axis=0) + np.array([[-4.0], [4.0]]) * across
            axes.plot(*line.T, color=DIRECTION, lw=1.4, label="last level line")
            arrow(axes, (0, 0), 0.25 * reach * g / L2(g), GRADIENT, "∇L")
            axes.plot(*ends.T, "o-", color=STEEPEST, lw=4.5, ms=6, label="steepest steps")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, handlelength=1, columnspacing=1)
        first, last = (f"({a:.3g}, {b:.3g})" for a, b in 0.0 + ends.round(9))
        where = f"all steps from {first} to {last}" if first != last else f"{first} alone"
        said.append(f"for ∇L = ({g[0]:g}, {g[1]:g}) it touches the ball of {norm.name} at {where}")
    alt = "Unit balls with the lowest level line that still meets them: " + "; ".join(said) + "."
    return panels.picture("Where a side of the ball lies in the level line, every step to that side is steepest.", alt)


def race(paths: Mapping[str, Mapping[str, Path]]) -> Picture:
    """Draw how the loss falls in each of three balls, a panel for each loss.

    Parameters
    ----------
    paths : mapping of str to mapping of str to Path
        For each loss by name, the descent in up to three norms by name.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If there are more than three norms. A loss of zero has no place on the scale of powers and is not drawn.
    """
    panels, said = Panels("race"), []
    for loss, runs in paths.items():
        at_most_three("paths", runs, f"norms for {loss}")
        with panels.draw(loss, width=194, height=245) as axes:
            for (norm, path), (color, mark) in zip(runs.items(), _RACERS, strict=False):
                left = path.values / path.values[0]
                axes.semilogy(left, f"{mark}-", color=color, ms=3.5, lw=1.2, label=norm)
            axes.set(xlabel="steps", ylabel="share of the loss left")
            axes.legend(loc="lower left", handlelength=1.2)
        left = {norm: path.values[-1] / path.values[0] for norm, path in runs.items()}
        lowest = min(left, key=lambda norm: left[norm])
        counts = ", ".join(f"{share:.1e} in {norm}" for norm, share in left.items())
        said.append(f"{loss}: {counts}, lowest in {lowest}")
    alt = "The share of the loss that is left after each step, in several balls. At the end, " + "; ".join(said) + "."
    return panels.picture("No ball wins on every loss.", alt)
