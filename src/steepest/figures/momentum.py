"""The map of heavy-ball momentum: what learning rate and momentum do together on a quadratic loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent import descend
from steepest.figures._explorable import Explorable, Slider, Stage, points, texts
from steepest.figures._picture import DIRECTION, GRADIENT, INK, SOFT, STEEPEST, contours, steady
from steepest.loss import Loss
from steepest.steps import learning_rate

_TIE = 1e-9  # two factors, or a factor and 1, that differ by less are the same


def heavy_ball_map(loss: Loss, start: Any, rates: Any, momenta: Any, steps: int) -> Explorable:
    """Draw the plane of learning rate and momentum with the factor per step, and the path; the reader moves in both.

    The factor is the largest absolute value of a root of ``s**2 - (1 + momentum - rate * c) * s + momentum`` over the
    curvatures ``c``. From almost every start the n-th root of the distance to the bottom after n steps tends to it.

    Parameters
    ----------
    loss : Loss
        A quadratic loss, in two dimensions, with two curvatures greater than zero.
    start : array, shape (2,)
        Where each path starts.
    rates : array, shape (n,)
        Learning rates, greater than zero. The best one joins them.
    momenta : array, shape (m,)
        Momenta, from 0 to less than 1. The best one joins them.
    steps : int
        Steps of each path.

    Returns
    -------
    Explorable
        The figure.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", *USSR Computational Mathematics and
    Mathematical Physics* 4 (1964): the best pair. Goh, "Why Momentum Really Works", *Distill* (2017).
    """
    start, reach = np.asarray(start, float), 1.25 * float(np.abs(start).max())
    spectrum = steady(np.linalg.eigvalsh(loss.hessian_product(start, np.eye(2))))
    best = _best(spectrum)
    rates, momenta = (np.union1d(grid, value) for grid, value in zip((rates, momenta), best, strict=True))
    paths = [[descend(loss, start, learning_rate(a), steps, momentum=c) for c in momenta] for a in rates]
    places = [list(grid).index(value) for grid, value in zip((rates, momenta), best, strict=True)]
    stage = Stage(
        "fig-momentum",
        Slider("alpha", "Learning rate α", list(texts(lambda a: f"{a:.3g}", rates)), places[0]),
        Slider("gamma", "Momentum γ", list(texts(lambda c: f"{c:.3g}", momenta)), places[1]),
    )
    with stage.draw("Factor per step, in the long run") as axes:
        _map(axes, spectrum, best, float(rates.max()))
        stage.handle(points(rates[:, None], momenta), DIRECTION, moves=2)
    with stage.draw(f"The path of {steps} steps", equal=True) as axes:
        contours(axes, loss, (0, 0), reach, levels=12)
        stage.route(_seen(np.array([[path.points for path in row] for row in paths]), reach), DIRECTION)
        axes.plot(*start, "o", color=INK, ms=5)
    losses = np.array([[path.values[-1] for path in row] for row in paths])
    spoken = _numbers(stage, (rates, momenta), spectrum, losses, steps)
    plain, factor = (spectrum[1] - spectrum[0]) / spectrum.sum(), _factor(*best, spectrum)
    alt = (
        f"Left: learning rate against momentum. The factor per step is lowest, {factor:.3f}, at the learning rate "
        f"{best[0]:.3f} and the momentum {best[1]:.3f}, and {plain:.3f} at best without momentum. Three regions meet "
        f"there: monotone at smaller rates, oscillating at larger momenta, and a narrow one that zigzags; beyond the "
        f"learning rate {2 / spectrum[1]:.3g} (1 + γ) it diverges. Right: the path of {steps} steps of the best pair, "
        f"from a loss of {loss(start):.3g} to {losses[*places]:.2g}."
    )
    title = f"Here momentum takes the best factor per step from {plain:.3f} down to {factor:.3f}."
    return stage.explorable(title, alt, *spoken)


def _best(spectrum: Any) -> tuple[float, float]:
    """Return Polyak's learning rate and momentum: the roots of both curvatures are double there, of one size."""
    low, high = np.sqrt(spectrum)
    return float(2 / (low + high)) ** 2, float((high - low) / (high + low)) ** 2


def _roots(rate: Any, momentum: Any, spectrum: Any) -> tuple[Any, Any, Any]:
    """Return for each curvature the sum of its two roots, their discriminant, and the larger absolute value."""
    rate, momentum = np.asarray(rate)[..., None], np.asarray(momentum)[..., None]
    total = 1 + momentum - rate * spectrum
    square = total**2 - 4 * momentum
    square = np.where(abs(square) < 1e-12, 0.0, square)  # a double root, but for rounding
    real = (abs(total) + np.sqrt(np.maximum(square, 0))) / 2
    return total, square, np.where(square < 0, np.sqrt(momentum), real)


def _factor(rate: Any, momentum: Any, spectrum: Any) -> Any:
    """Return the factor per step."""
    return _roots(rate, momentum, spectrum)[2].max(-1)


def _seen(paths: Any, reach: float) -> Any:
    """Return the paths up to the first point after they leave a square around 0 for good; what follows is nan."""
    inside = (abs(paths) <= reach).all(-1)
    seen = np.flip(np.maximum.accumulate(np.flip(inside, -1), -1), -1)  # this point or a later one is inside
    seen[..., 1:] |= seen[..., :-1].copy()
    return np.where(seen[..., None], paths, np.nan)


def _map(axes: Any, spectrum: Any, best: Any, far: float) -> None:
    """Draw levels of the factor, the lines between the regions with their names, and the best pair."""
    x, y = np.linspace(0, 1.04 * far, 181), np.linspace(0, 1, 181)
    factor = steady(_factor(x, y[:, None], spectrum))
    levels = [*np.arange(1, 10) / 10, 0.95]
    for level in [*levels, 1.0]:
        axes.contourf(x, y, factor, levels=[0, level], colors=[DIRECTION], alpha=0.09)
    lines = axes.contour(x, y, factor, levels=levels, colors=SOFT, linewidths=0.8)
    (low, high), root = spectrum, np.sqrt(np.linspace(best[1], 1, 61))
    # Where a line is straight, any place is as good as another: Matplotlib's choice is one of rounding.
    level = np.array(levels)[np.square(levels) > best[1]]
    middle = ((1 - level) ** 2 / low + (1 + level) ** 2 / high) / 2
    for text in axes.clabel(lines, fmt="%g", fontsize=11, colors=INK, manual=points(middle, level**2).tolist()):
        text.set_rotation(0)
    axes.plot((1 - root) ** 2 / low, root**2, color=INK, lw=1.4)
    axes.plot((1 + root) ** 2 / high, root**2, color=INK, lw=1.4)
    axes.plot([2 / (low + high), best[0]], [0, best[1]], color=INK, lw=1.4)
    axes.plot([2 / high, 4 / high], [0, 1], color=GRADIENT, ls="--")
    axes.plot(*best, "*", color=STEEPEST, ms=13)
    axes.set(xlabel="learning rate α", ylabel="momentum γ", xlim=(0, x[-1]), ylim=(0, 1))
    _names(axes, spectrum, best)


def _names(axes: Any, spectrum: Any, best: Any) -> None:
    """Write the names of the regions, and that of the best pair."""
    low, high = spectrum
    middle = {"ha": "center", "va": "center", "color": INK}
    axes.text(1 / (low + high), 0.12, "monotone", **middle)
    ends = (1 - np.sqrt(0.725)) ** 2 / low, (1 + np.sqrt(0.725)) ** 2 / high
    axes.text(np.mean(ends), 0.725, "oscillates, factor √γ", **middle)
    axes.text(0.97, 0.45, "diverges", transform=axes.transAxes, ha="right", color=GRADIENT, weight="bold")
    inside = 1.05 / (low + high) + 1.05 / high, 0.05
    beside = {"xytext": (0.97, 0.08), "textcoords": "axes fraction", "ha": "right", "color": INK}
    axes.annotate("zigzags in", inside, arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.8}, **beside)
    right = {"xytext": (24, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate("best", best, color=STEEPEST, weight="bold", **right)


def _numbers(stage: Stage, values: Any, spectrum: Any, losses: Any, steps: int) -> Any:
    """Show the numbers of each learning rate and momentum; return what is spoken of them."""
    (rates, momenta), (total, square, sizes) = values, _roots(values[0][:, None], values[1], spectrum)
    factors = texts(lambda f: f"{f:.3f}", sizes.max(-1))
    words = _words(total, square, sizes)
    words[~square.any(-1)] = "best"
    stage.number("learning rate α", texts(lambda a: f"{a:.3f}", rates)[:, None])
    stage.number("momentum γ", texts(lambda c: f"{c:.3f}", momenta)[None])
    for curvature, squares in zip(spectrum, np.moveaxis(square, -1, 0), strict=True):
        kinds = np.array(["complex", "double", "real"])[np.sign(squares).astype(int) + 1]
        stage.number(f"roots at λ = {curvature:.3g}", kinds)
    stage.number("factor per step", factors)
    stage.number("in the long run", words)
    stage.number(f"loss after {steps} steps", texts(lambda v: f"{v:.2e}", losses))
    return (
        texts(lambda a: f"learning rate {a:.3f}", rates)[:, None],
        texts(lambda c: f"momentum {c:.3f}", momenta)[None],
        texts(lambda f, w: f"factor {f} per step, {w}", factors, words),
        texts(lambda v: f"loss {v:.2e} after {steps} steps", losses),
    )


def _words(total: Any, square: Any, sizes: Any) -> Any:
    """Say for each state what its largest roots do, real ones before complex ones of the same size."""
    factor = sizes.max(-1, keepdims=True)
    decides = (sizes > factor - _TIE) & (square >= 0)
    edge = factor[..., 0] - 1
    cases = [edge > _TIE, edge > -_TIE, (decides & (total < 0)).any(-1), decides.any(-1)]
    return np.select(cases, ["diverges", "bounces", "zigzags in", "monotone"], "oscillates").astype(object)
