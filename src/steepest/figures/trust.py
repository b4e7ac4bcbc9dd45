"""The pictures of Part II: how far to trust it."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.figures._picture import INK, MODEL, STEEPEST, Panels, Picture

_FLOOR = 2.0**-56  # where an error of zero is drawn


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
    if len(errors) > 3:
        raise ValueError(f"errors has {len(errors)} ways: pass at most three.")
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
