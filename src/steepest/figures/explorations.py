"""The pictures of Part I that the reader moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent import Path, descend, learning_rate
from steepest.directions import angle, cosine, directional_derivative, steepest_direction
from steepest.figures._explorable import Explorable, Stage, signed
from steepest.figures._picture import DIRECTION, GRADIENT, INK, LOSS, MODEL, SOFT, STEEPEST, arrow, contours
from steepest.loss import Loss
from steepest.norms import L2, lp
from steepest.sphere import circle
from steepest.taylor import along, curvature, first_order, measured_order, second_order


def fall_by_angle(loss: Loss, w: Any, step: float, beta: int = 135) -> Explorable:
    """Draw a step at an angle to the gradient, and the change of the loss at every angle; the reader turns the step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    step : float
        Step length.
    beta : int
        The angle of the step at the start, in whole degrees from 0 to 360.

    Returns
    -------
    Explorable
        The figure.
    """
    w = np.asarray(w, float)
    gradient, betas = loss.gradient(w), np.arange(361)
    u = circle(betas, start=gradient)
    slope = directional_derivative(gradient, u)
    predicted, true = step * slope, loss(w + step * u) - loss(w)
    stage = Stage("fig-angle", "beta", [str(b) for b in betas], beta)
    with stage.draw("A step u at the angle β to the gradient", equal=True) as axes:
        contours(axes, loss, w, 1.7 * step, levels=12)
        axes.plot(*(w + step * u).T, color=SOFT, lw=1.2)
        arrow(axes, w, step * gradient / L2(gradient), GRADIENT, "∇L", width=2.6)
        stage.arc(w, w + 0.3 * step * u[0], w + 0.3 * step * u, betas, INK)
        stage.text("β", w + 0.48 * step * circle(betas / 2, start=gradient), INK)
        stage.arrow(w, w + step * u, DIRECTION)
        stage.text("u", w + 1.25 * step * u, DIRECTION)
        stage.handle(w + step * u, DIRECTION)
    with stage.draw("Change of the loss") as axes:
        axes.axhline(0, color=SOFT, lw=0.8)
        axes.plot(betas, predicted, color=MODEL, ls="--", label="η ‖∇L‖ cos β")
        axes.plot(betas, true, color=LOSS, label="true")
        stage.dot(np.stack([betas, predicted], axis=-1), MODEL)
        stage.dot(np.stack([betas, true], axis=-1), LOSS)
        axes.set(xlabel="β in degrees", xticks=range(0, 361, 90), xlim=(0, 360))
        axes.legend(loc="upper center")
    return _with_numbers(stage, step, betas, np.stack([slope, predicted, true]), cosine(u, gradient))


def taylor_models(loss: Loss, w: Any, direction: Any, steps: Any) -> Explorable:
    """Draw the loss along a direction with its line and parabola, and their errors; the reader shrinks the step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    direction : array, shape (2,)
        A unit vector.
    steps : array, shape (n,)
        Step lengths, growing.

    Returns
    -------
    Explorable
        The figure.
    """
    steps = np.asarray(steps, float)
    true, line, parabola = (f(loss, w, direction, steps) for f in (along, first_order, second_order))
    errors = np.abs(true - line), np.abs(true - parabola)
    stage = Stage("fig-step", "eta", [f"{s:.3g}" for s in steps], len(steps) - 1)
    with stage.draw("The loss along u") as axes:
        _models(axes, loss, w, direction, float(steps.max()))
        stage.curve(np.stack([np.stack([steps, line], -1), np.stack([steps, true], -1)], 1), GRADIENT)
        for values, color in ((line, MODEL), (parabola, DIRECTION)):
            stage.dot(np.stack([steps, values], -1), color)
        stage.handle(np.stack([steps, true], -1), LOSS)
    with stage.draw("Error against step length") as axes:
        marks = (("s--", MODEL, "line"), ("o:", DIRECTION, "parabola"))
        for (mark, color, name), error in zip(marks, errors, strict=True):
            axes.loglog(steps, error, mark, color=color, ms=4, label=name)
            stage.dot(np.stack([steps, error], -1), color)
        axes.set(xlabel="step length η", ylabel="error")
        axes.legend()
    _step_numbers(stage, steps, true - loss(w), errors)
    orders = [measured_order(steps, e) for e in errors]
    alt = (
        f"Left: along one direction, up to a step of {steps.max():g}, the loss with its tangent line and its parabola. "
        f"Right: both errors on logarithmic axes are nearly straight; over all steps the best lines have "
        f"slope {orders[0]:.2f} for the line and {orders[1]:.2f} for the parabola."
    )
    said = zip(steps, *errors, strict=True)
    spoken = [f"step length {s:.3f}, the line is off by {e:.1e}, the parabola by {f:.1e}" for s, e, f in said]
    title = "Here the line's error shrinks about like η², the parabola's about like η³."
    return stage.explorable(title, alt, "Step length η", spoken)


def change_ball(gradient: Any, powers: Any) -> Explorable:
    """Draw the steepest direction of every ℓp norm; the reader changes the ball.

    Parameters
    ----------
    gradient : array, shape (2,)
        The gradient, not zero.
    powers : sequence of float
        The powers p, growing from 1; among them 2.

    Returns
    -------
    Explorable
        The figure.
    """
    g = np.asarray(gradient, float)
    norms = [lp(p) for p in powers]
    best = np.array([steepest_direction(g, norm) for norm in norms])
    values = np.array([-norm.dual(g) for norm in norms])
    stage = Stage("fig-ball", "p", [f"{p:g}" for p in powers], list(powers).index(2))
    _ball_panel(stage, g, norms, best)
    with stage.draw("Lowest value of the linear model") as axes:
        shares = 1 / np.asarray(powers, float)
        axes.plot(shares, values, "o-", color=MODEL, ms=3)
        stage.dot(np.stack([shares, values], -1), STEEPEST)
        axes.set(xlabel="1/p", ylabel="minus the dual norm", xlim=(1.05, -0.05))
    away = 180 - angle(best, g)
    stage.number("p", ["∞" if np.isinf(p) else f"{p:g}" for p in powers])
    stage.number("steepest u", [f"({signed(u[0], 2)}, {signed(u[1], 2)})" for u in best])
    stage.number("lowest value", [signed(v) for v in values])
    stage.number("angle to −∇L", [f"{a:.1f}°" for a in away])
    said = zip(powers, values, away, strict=True)
    spoken = [f"p {'infinity' if np.isinf(p) else f'{p:g}'}, lowest value {v:.3f}, {a:.1f} degrees" for p, v, a in said]
    alt = (
        f"Left: the unit ball of a norm, the gradient, and the step at which the lowest level line touches the ball. "
        f"Right: the value there against 1/p, from {values[0]:.3g} at p = {powers[0]:g} to {values[-1]:.3g}. "
        f"The step is along −∇L at p = 2, and up to {away.max():.3g} degrees from it at others."
    )
    return stage.explorable("Change the ball, and another direction is steepest.", alt, "Power p of the norm", spoken)


def step_sizes(loss: Loss, start: Any, rates: Any, iterations: int) -> Explorable:
    """Draw a descent from one start; the reader changes the learning rate.

    Parameters
    ----------
    loss : Loss
        A quadratic loss, in two dimensions.
    start : array, shape (2,)
        Where each descent starts.
    rates : sequence of float
        Learning rates, growing.
    iterations : int
        Steps of each descent.

    Returns
    -------
    Explorable
        The figure.
    """
    start = np.asarray(start, float)
    paths = [descend(loss, start, learning_rate(rate), iterations) for rate in rates]
    limit = 2 / float(curvature(loss, start, circle(np.arange(0.0, 180.0, 0.25))).max())
    first = int(np.searchsorted(rates, limit)) // 2
    ends = np.array([path.values[-1] for path in paths])
    stage = Stage("fig-rate", "alpha", [f"{rate:.3g}" for rate in rates], first)
    _rate_panels(stage, loss, paths, rates, limit)
    words = [_regime(path, rate / limit) for path, rate in zip(paths, rates, strict=True)]
    stage.number("learning rate α", [f"{rate:.3f}" for rate in rates])
    stage.number("threshold 2/λ", [f"{limit:.3f}" for _ in rates])
    stage.number(f"loss after {iterations} steps", [f"{end:.2e}" for end in ends])
    stage.number("what it does", words)
    said = zip(rates, words, ends, strict=True)
    spoken = [f"learning rate {rate:.3f}, {word}, loss {end:.2e} after {iterations} steps" for rate, word, end in said]
    alt = (
        f"Descent from the same start with {len(paths)} learning rates, {iterations} steps each, starting at a loss of "
        f"{paths[0].values[0]:.3g}: α = {rates[0]:g} ends at {ends[0]:.3g}; α = {rates[-1]:g} ends at {ends[-1]:.3g}; "
        f"the threshold is 2/λ = {limit:.3g}."
    )
    return stage.explorable(
        "Too small a rate crawls, too large a rate climbs in the end.", alt, "Learning rate", spoken
    )


def finite_ball(loss: Loss, w: Any, radii: Any) -> Explorable:
    """Draw the best point at a finite distance, and its angle to the steepest direction; the reader moves it.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    radii : array, shape (n,)
        Distances, growing.

    Returns
    -------
    Explorable
        The figure.
    """
    w, radii = np.asarray(w, float), np.asarray(radii, float)
    g, ring = loss.gradient(w), circle(np.arange(0.0, 360.0, 0.01))
    down, reach = steepest_direction(g), float(radii.max())
    best = np.array([ring[loss(w + radius * ring).argmin()] for radius in radii])
    away = angle(best, down)
    rate = np.degrees(abs(circle(90, start=g) @ loss.hessian_product(w, down)) / L2(g))
    stage = Stage("fig-finite", "eta", [f"{r:.3g}" for r in radii], len(radii) - 1)
    _finite_panel(stage, loss, w, radii, best)
    with stage.draw("Angle between the two, in degrees") as axes:
        axes.loglog(radii, rate * radii, color=MODEL, ls="--", label="predicted, ∝ η")
        axes.loglog(radii, away, "o", color=DIRECTION, ms=3, label="measured")
        stage.dot(np.stack([radii, away], -1), DIRECTION)
        axes.set(xlabel="step length η")
        axes.legend()
    lows = loss(w + radii[:, None] * best) - loss(w)
    stage.number("step length η", [f"{r:.3f}" for r in radii])
    stage.number("angle to −∇L", [f"{a:.1f}°" for a in away])
    stage.number("change at the best", [signed(low, 4) for low in lows])
    stage.number("change along −∇L", [signed(c, 4) for c in along(loss, w, down, radii) - loss(w)])
    spoken = [f"step length {r:.3f}, the best is {a:.1f} degrees from −∇L" for r, a in zip(radii, away, strict=True)]
    alt = (
        f"Left: at a distance of {reach:g} the lowest point stands {away[radii.argmax()]:.3g} degrees from minus the "
        f"gradient. Right: the angle falls with the step, to {away[radii.argmin()]:.2g} degrees at {radii.min():.3g}, "
        f"approaching a straight line of slope one as the step shrinks."
    )
    title = "Here the best step of a finite length is not along −∇L; the angle vanishes with the length."
    return stage.explorable(title, alt, "Step length η", spoken)


def _with_numbers(stage: Stage, step: float, betas: Any, rows: Any, cosines: Any) -> Explorable:
    """Return the figure of the angle with what is shown and spoken at each angle."""
    slope, predicted, true = rows
    stage.number("β", [f"{b}°" for b in betas])
    stage.number("cos β", [signed(c) for c in cosines])
    stage.number("slope along u", [signed(s) for s in slope])
    stage.number("predicted change", [signed(p) for p in predicted])
    stage.number("true change", [signed(t) for t in true])
    ways = ["falls" if t < 0 else "rises" for t in true]
    spoken = [f"β {b} degrees, the loss {way} by {abs(t):.3f}" for b, way, t in zip(betas, ways, true, strict=True)]
    alt = (
        f"Left: level lines, the gradient, and a step of length {step:g} at {betas[stage.start]} degrees to it. "
        f"Right: the change of the loss against the angle. The prediction is a cosine, from {predicted.max():.3g} at 0 "
        f"degrees down to {predicted.min():.3g} at 180; the true change is lowest, {true.min():.3g}, near "
        f"{true.argmin()} degrees."
    )
    title = "To first order the change is a cosine of the angle: lowest at 180°, against the gradient."
    return stage.explorable(title, alt, "Angle β between the step and the gradient", spoken)


def _models(axes: Any, loss: Loss, w: Any, direction: Any, end: float) -> None:
    """Draw the loss along a direction, its line and its parabola."""
    reach = np.linspace(0, end, 60)
    axes.plot(reach, along(loss, w, direction, reach), color=LOSS, label="L(w + ηu)")
    axes.plot(reach, first_order(loss, w, direction, reach), color=MODEL, ls="--", label="line")
    axes.plot(reach, second_order(loss, w, direction, reach), color=DIRECTION, ls=":", label="parabola")
    axes.set(xlabel="step length η", ylabel="loss")
    axes.legend()


def _step_numbers(stage: Stage, steps: Any, change: Any, errors: Any) -> None:
    """Show the errors of both models at each step, and their orders from two neighboring steps."""
    stage.number("step length η", [f"{s:.3f}" for s in steps])
    stage.number("true change", [signed(c, 4) for c in change])
    pairs = [slice(max(k - 1, 0), max(k, 1) + 1) for k in range(len(steps))]
    for name, error in zip(("line", "parabola"), errors, strict=True):
        stage.number(f"error of the {name}", [f"{e:.1e}" for e in error])
        stage.number(f"order of the {name}", [f"{measured_order(steps[k], error[k]):.2f}" for k in pairs])


def _ball_panel(stage: Stage, g: Any, norms: Any, best: Any) -> None:
    """Draw the balls with the gradient, the touching level line and the steepest step of each."""
    around, across = circle(np.arange(0.0, 361.0, 3.0)), circle(90, start=g)
    with stage.draw("The ball and the lowest level line", equal=True) as axes:
        axes.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        arrow(axes, (0, 0), 1.2 * g / L2(g), GRADIENT, "∇L")
        axes.plot(*np.stack([[0, 0], -1.7 * g / L2(g)]).T, color=SOFT, ls=":", lw=1.4)
        stage.curve([around / norm(around)[:, None] for norm in norms], INK)
        stage.curve([[u - 0.9 * across, u + 0.9 * across] for u in best], DIRECTION)
        stage.arrow((0, 0), best, STEEPEST)
        stage.handle(best, STEEPEST)


def _rate_panels(stage: Stage, loss: Loss, paths: list[Path], rates: Any, limit: float) -> None:
    """Draw the first steps of each descent, its losses, and the last loss against the learning rate."""
    start, iterations, small = paths[0].points[0], len(paths[0].values) - 1, {"width": 217, "height": 235}
    reach, ends = 1.25 * float(np.abs(start).max()), np.array([path.values[-1] for path in paths])
    with stage.draw("The first steps", equal=True, **small) as axes:
        contours(axes, loss, (0, 0), reach, levels=12)
        inside = [np.clip(path.points[:13], -reach, reach) for path in paths]
        stage.curve(inside, DIRECTION)
        stage.dot([points[-1] for points in inside], DIRECTION)
        axes.plot(*start, "o", color=INK, ms=5)
    low, high = ends.min() / 2, 2 * max(ends.max(), paths[0].values[0])
    with stage.draw("Loss after each step", **small) as axes:
        axes.set(xlabel="steps", ylim=(low, high), xlim=(0, iterations), yscale="log")
        axes.axhline(paths[0].values[0], color=SOFT, lw=0.8, ls=":")
        steps = np.arange(iterations + 1.0)
        stage.curve([np.stack([steps, path.values], -1) for path in paths], DIRECTION)
    with stage.draw(f"Loss after {iterations} steps", **small) as axes:
        axes.semilogy(rates, ends, color=LOSS)
        axes.axvline(limit, color=GRADIENT, lw=1.4, ls="--")
        axes.annotate("2/λ ", (limit, low * 3), color=GRADIENT, ha="right", weight="bold")
        axes.set(xlabel="learning rate α", ylim=(low, high))
        stage.handle(np.stack([rates, ends], -1), DIRECTION)


def _finite_panel(stage: Stage, loss: Loss, w: Any, radii: Any, best: Any) -> None:
    """Draw the circle of each radius, the step along minus the gradient and the step to the best point."""
    down, reach = steepest_direction(loss.gradient(w)), float(radii.max())
    with stage.draw("Steps of one length", equal=True) as axes:
        contours(axes, loss, w, 1.5 * reach, levels=12)
        stage.ring(w, radii, SOFT)
        stage.arrow(w, w + radii[:, None] * down, STEEPEST)
        stage.arrow(w, w + radii[:, None] * best, DIRECTION)
        stage.text("−∇L", w + (radii[:, None] + 0.2 * reach) * down, STEEPEST)
        stage.handle(w + radii[:, None] * best, DIRECTION)
        axes.plot(*w, "o", color=INK, ms=5)


def _regime(path: Path, share: float) -> str:
    """Say what a descent on a quadratic does at a share of the threshold 2/λ."""
    if share > 1:
        return "diverges"
    if share > 0.5:
        return "zigzags"
    return "crawls" if path.values[-1] > 0.1 * path.values[0] else "converges"
