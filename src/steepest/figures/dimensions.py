"""The picture of random directions in many dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.figures._explorable import Explorable, Slider, Stage, points, signed, texts
from steepest.figures._picture import DIRECTION, MODEL, SOFT


def random_cosines(dims: Any, counts: Any) -> Explorable:
    """Draw how the cosine of a random direction is distributed, and the best of several; the reader changes both.

    Parameters
    ----------
    dims : array of int, shape (n,)
        Dimensions, growing, from 2.
    counts : array of int, shape (m,)
        Numbers of directions, growing, from 2.

    Returns
    -------
    Explorable
        The figure.
    """
    dims, counts = np.asarray(dims), np.asarray(counts)
    best = np.array([_expected_best(d, counts) for d in dims])  # (n, m)
    bound = np.minimum(1, np.sqrt(2 * np.log(counts) / dims[:, None]))
    d = Slider("d", "Dimension d", [str(d) for d in dims], int(abs(dims - 1000).argmin()))
    count = Slider("n", "Number of directions N", [str(n) for n in counts], int(abs(counts - 1024).argmin()))
    stage = Stage("fig-random", d, count)
    with stage.draw("Density of cos β, divided by that at 0") as axes:
        axes.set(xlabel="cos β", xlim=(-1.4, 1.4), ylim=(-0.03, 1.52), xticks=(-1, -0.5, 0, 0.5, 1))
        axes.axhline(0, color=SOFT, lw=0.8)
        stage.curve(np.array([_density(d) for d in dims])[:, None], MODEL)
        stage.dot(points(-best, 0), DIRECTION)
        stage.text("best of N", points(np.maximum(-best - 0.32, -1.08), 0.09), DIRECTION)
    with stage.draw("Size of the best cosine of N") as axes:
        _best_of(axes, stage, counts, best, bound)
    spoken = _random_numbers(stage, (dims, counts), best, bound)
    spread, row = 1 / np.sqrt(dims[d.start]), best[d.start]
    alt = (
        f"Left: in {dims[d.start]} dimensions the cosine of a random direction gathers around 0, with the standard "
        f"deviation {spread:.3f}. Right: the best of N directions has the cosine {-row[0]:.3f} on average at "
        f"N = {counts[0]}, and {-row[-1]:.3f} at N = {counts[-1]}; the bound lies above its size."
    )
    return stage.explorable("The more dimensions, the less the best of N random directions goes down.", alt, *spoken)


def _expected_best(dim: int, counts: Any) -> Any:
    """Return the expected largest of N independent cosines for each N: at most 1, less the integral of F(t)**N."""
    reach = min(np.pi / 2, 9 / np.sqrt(dim))  # nine standard deviations: beyond, nothing shows in three decimals
    phi = np.linspace(-reach, reach, 20_001)
    height = np.cos(phi) ** (dim - 2)  # the density of phi, where sin(phi) is the cosine
    below = np.append(0, np.cumsum(height[1:] + height[:-1]))
    share = (below / below[-1]) ** counts[:, None]  # (m, 20001)
    return np.sin(reach) - np.trapezoid(share * np.cos(phi), phi)


def _density(dim: int) -> Any:
    """Return points of the density of the cosine, divided by its value at 0, as far as it is below 1.5."""
    ends = 1.0 if dim > 2 else np.sqrt(1 - 1.5**-2)
    t = np.concatenate([[-ends], min(ends, 4.5 / np.sqrt(dim)) * np.linspace(-1, 1, 61), [ends]])
    return np.stack([t, (1 - t**2) ** ((dim - 3) / 2)], -1)


def _best_of(axes: Any, stage: Stage, counts: Any, best: Any, bound: Any) -> None:
    """Draw the expected best cosine and its bound against the number of directions."""
    axes.set(xlabel="number of directions N", xscale="log", yscale="log")
    axes.set(xlim=(counts[0] / 1.5, 1.5 * counts[-1]), ylim=(best.min() / 1.5, 1.4))
    for values, color, dashes, name in ((best, DIRECTION, "-", "expected"), (bound, MODEL, "--", "bound")):
        axes.plot([], color=color, ls=dashes, label=name)
        stage.curve(points(counts, values)[:, None], color, dashes)
    axes.legend(loc="lower right")
    stage.handle(points(counts, best), DIRECTION)


def _random_numbers(stage: Stage, values: Any, best: Any, bound: Any) -> Any:
    """Show the numbers of each dimension and number of directions; return what is spoken of them."""
    dims, counts = values
    stage.number("dimension d", texts(str, dims)[:, None])
    stage.number("directions N", texts(lambda n: f"{n:,}", counts)[None])
    stage.number("mean best cos β", texts(lambda b: signed(-b), best))
    stage.number("no lower than", texts(lambda b: signed(-b), bound))
    stage.number("angle of the mean cosine", texts(lambda b: f"{np.degrees(np.arccos(b)):.1f}°", best))
    said = texts(lambda b: f"the best has on average the cosine {signed(-b)}", best)
    return (
        texts(lambda d: f"{d} dimensions", dims)[:, None],
        texts(lambda n: f"{n} random directions", counts)[None],
        said,
    )
