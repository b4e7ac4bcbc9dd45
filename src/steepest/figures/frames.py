"""The picture of matrices with orthonormal columns: how far the ways back onto their surface are from a geodesic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from steepest.figures._picture import DIRECTION, INK, STEEPEST, Panels, Picture, at_most_three
from steepest.taylor import measured_order

_LOOKS = ((INK, "^"), (DIRECTION, "s"), (STEEPEST, "o"))


def retraction_errors(steps: Any, distances: Mapping[str, Any]) -> Picture:
    """Draw how far up to three ways to take a step end from the geodesic, against the length of the step.

    Parameters
    ----------
    steps : array, shape (n,)
        Lengths of the step, positive, two or more of them different.
    distances : mapping of str to array, shape (n,)
        The distance from the geodesic after each, for each way by name, positive.

    Returns
    -------
    Picture
        The figure.

    Raises
    ------
    ValueError
        If there are more than three ways.
    """
    at_most_three("distances", distances, "ways")
    steps, panels, said, orders = np.asarray(steps, float), Panels("retraction-errors"), [], {}
    with panels.draw(width=340, height=320) as axes:
        for (name, far), (color, mark) in zip(distances.items(), _LOOKS, strict=False):
            orders[name] = f"{measured_order(steps, far):.1f}"
            axes.loglog(steps, far, f"{mark}-", color=color, ms=5, lw=1.4, label=f"{name}, power {orders[name]}")
            near, away = far[steps.argmin()], far[steps.argmax()]
            said.append(f"{name}: {away:.1e} after the longest step, {near:.1e} after the shortest")
        axes.set(xlabel="length of the step", ylabel="distance from the geodesic")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1, handlelength=1.4)
    alt = f"Distances from a geodesic against steps from {steps.min():.1e} to {steps.max():.1e}, on logarithmic axes. "
    best = max(orders, key=lambda name: float(orders[name]))
    title = f"The distance from the geodesic shrinks the fastest for {best}, with the power {orders[best]} of the step."
    return panels.picture(title, f"{alt}{'; '.join(said)}.")
