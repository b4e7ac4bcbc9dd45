"""The picture of singular values on their way to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.figures._explorable import Explorable, Slider, Stage, points, texts
from steepest.figures._picture import DIRECTION, INK, SOFT, STEEPEST
from steepest.matrices import odd_polynomial

_LOOKS = (("cubic", STEEPEST, "-"), ("Muon", DIRECTION, "--"))


def polar_iterations(
    values: Any, iterations: int, cubic: Sequence[float], muon: Sequence[float], band: tuple[float, float]
) -> Explorable:
    """Draw what two polynomials, applied again and again, make of a singular value; the reader picks it and counts.

    Parameters
    ----------
    values : array, shape (n,)
        Singular values to start from, growing.
    iterations : int
        How many times at most.
    cubic, muon : sequence of float
        Coefficients of the two odd polynomials.
    band : tuple of float
        Where the second ends up.

    Returns
    -------
    Explorable
        The figure.
    """
    values = np.asarray(values, float)
    ways = [_ways(values, iterations + 1, coefficients) for coefficients in (cubic, muon)]  # (n, iterations + 2) each
    start = int(abs(values - 0.01).argmin())
    first = Slider("sigma", "Singular value σ at the start", [f"{v:g}" for v in values], start)
    count = Slider("k", "Iterations k", [str(k) for k in range(iterations + 1)], min(5, iterations))
    stage = Stage("fig-polar", first, count)
    with stage.draw("One iteration") as axes:
        _polynomials(axes, stage, (cubic, muon), ways, band)
        stage.handle(points(values[:, None], 0), INK)
    with stage.draw("From one iteration to the next") as axes:
        axes.set(xlabel="iterations", xlim=(-0.8, iterations + 0.8), ylim=(-0.12, 1.42))
        axes.axhspan(*band, color=DIRECTION, alpha=0.12, lw=0)
        axes.text(iterations + 0.6, band[1] + 0.03, "band", color=DIRECTION, ha="right")
        for (_, color, dashes), way in zip(_LOOKS, ways, strict=True):
            stage.curve(points(np.arange(iterations + 1), way[:, :-1])[:, None], color, dashes)
            stage.dot(points(np.arange(iterations + 1), way[:, :-1]), color)
    spoken = _numbers(stage, values, [way[:, :-1] for way in ways])
    ends = [way[first.start, count.start] for way in ways]
    alt = (
        f"Left: two odd polynomials and the diagonal; the cubic meets it at 1, the other crosses it inside the shaded "
        f"band from {band[0]:.3f} to {band[1]:.3f}. Right: the singular value {values[first.start]:g} after "
        f"{count.start} iterations is {ends[0]:.3f} by the cubic and {ends[1]:.3f} by the other."
    )
    title = "The cubic converges to one; Muon's quintic lifts small values faster, and ends in a band."
    return stage.explorable(title, alt, *spoken)


def _ways(values: Any, iterations: int, coefficients: Sequence[float]) -> Any:
    """Return each value and what becomes of it, as the package iterates a matrix of one row and column."""
    way = [values[:, None, None]]
    for _ in range(iterations):
        way.append(odd_polynomial(np, way[-1], coefficients))
    return np.concatenate(way, axis=-1)[:, 0]


def _polynomials(axes: Any, stage: Stage, polynomials: Any, ways: Any, band: tuple[float, float]) -> None:
    """Draw the polynomials, the diagonal and the band, and on each polynomial the next iteration."""
    axes.set(xlabel="singular value after k", ylabel="after k + 1", xlim=(-0.04, 1.32), ylim=(-0.12, 1.42))
    axes.axhspan(*band, color=DIRECTION, alpha=0.12, lw=0)
    x = np.linspace(0, 1.28, 161)
    axes.plot(x, x, color=SOFT, lw=0.8)
    for (name, color, dashes), coefficients, way in zip(_LOOKS, polynomials, ways, strict=True):
        axes.plot(x, _ways(x, 1, coefficients)[:, 1], color=color, ls=dashes, label=name)
        stage.dot(points(way[:, :-1], way[:, 1:]), color)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.08))


def _numbers(stage: Stage, values: Any, ways: Any) -> Any:
    """Show the numbers of each singular value and number of iterations; return what is spoken of them."""
    counts = np.arange(ways[0].shape[1])
    stage.number("start σ", texts(lambda v: f"{v:g}", values)[:, None])
    stage.number("iterations k", texts(str, counts)[None])
    stage.number("|1 − cubic|", texts(_distance, ways[0]))
    said = []
    for (name, *_), way in zip(_LOOKS, ways, strict=True):
        stage.number(f"{name}, after k", texts(lambda v: f"{v:.4f}", way))
        said.append(texts(lambda v, name=name: f"{name} {v:.4f}", way))
    return (
        texts(lambda v: f"from {v:g}", values)[:, None],
        texts(lambda k: f"after {k} iteration{'s' * (k != 1)}", counts)[None],
        *said,
    )


def _distance(value: float) -> str:
    """Return how far a value is from one, as far as it is more than rounding."""
    return f"{abs(1 - value):.1e}" if abs(1 - value) > 1e-9 else "below 1e-9"
