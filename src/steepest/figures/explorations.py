"""The pictures of Part I that the reader moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.descent import Path, descend
from steepest.directions import angle, cosine, directional_derivative, steepest_direction
from steepest.figures._explorable import Explorable, Slider, Stage, points, signed, texts
from steepest.figures._picture import DIRECTION, GRADIENT, INK, LOSS, MODEL, SOFT, STEEPEST, arrow, contours, steady
from steepest.loss import Loss
from steepest.norms import L2, lp
from steepest.sphere import circle
from steepest.steps import learning_rate
from steepest.taylor import along, curvature, first_order, measured_order, second_order

_MODELS = (along, first_order, second_order)


def fall_by_angle(loss: Loss, w: Any, steps: Any, beta: int = 135) -> Explorable:
    """Draw a step at an angle to the gradient, and what it does at every angle; the reader turns and shortens the step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    steps : array, shape (m,)
        Step lengths, growing; the figure starts with the last.
    beta : int
        The angle of the step at the start, in whole degrees from 0 to 360.

    Returns
    -------
    Explorable
        The figure.
    """
    w, steps, betas = np.asarray(w, float), np.asarray(steps, float), np.arange(361)
    g, longest = loss.gradient(w), float(steps[-1])
    u = circle(betas, start=g)[:, None]
    ends = w + steps[:, None] * u
    slope, true = directional_derivative(g, u), loss(ends) - loss(w)
    turn = Slider("beta", "Angle β between the step and the gradient", [str(b) for b in betas], beta)
    stage = Stage("fig-angle", turn, _lengths(steps))
    with stage.draw("A step ηu at the angle β to the gradient", equal=True) as axes:
        contours(axes, loss, w, 1.7 * longest, levels=12)
        arrow(axes, w, longest * g / L2(g), GRADIENT, "∇L", width=2.6)
        stage.ring(w, steps[None], SOFT)
        stage.arc(w, w + 0.3 * longest * g / L2(g), w + 0.3 * longest * u, betas[:, None], INK)
        stage.text("β", w + 0.48 * longest * circle(betas / 2, start=g)[:, None], INK)
        stage.arrow(w, ends, DIRECTION)
        stage.handle(ends, DIRECTION, "u")
    with stage.draw("Change of the loss, divided by η") as axes:
        _falls(axes, stage, betas, slope, true / steps)
    parts = _angle_numbers(stage, (betas, steps), u, g, true)
    alt = (
        f"Left: level lines, the gradient, and a step of length {longest:g} at {beta} degrees to it. Right: the change "
        f"of the loss, divided by the step length, against the angle. The prediction is a cosine, from "
        f"{slope.max():.3g} at 0 degrees down to {slope.min():.3g} at 180; the true one is lowest, "
        f"{true[:, -1].min() / longest:.3g}, near {true[:, -1].argmin()} degrees."
    )
    title = "To first order the change is a cosine of the angle: lowest at 180°, against the gradient."
    return stage.explorable(title, alt, *parts)


def taylor_models(loss: Loss, w: Any, direction: Any, steps: Any, turns: Any) -> Explorable:
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
    turns : array, shape (m,)
        By how many degrees the reader may turn the direction; among them 0.

    Returns
    -------
    Explorable
        The figure.
    """
    steps, turns = np.asarray(steps, float), np.asarray(turns, float)
    turn = _turn("Turn of u in degrees", turns)
    stage = Stage("fig-step", _lengths(steps), turn)

    def models(lengths: Any) -> Any:
        return np.array([[f(loss, w, u, lengths) for u in circle(turns, start=direction)] for f in _MODELS])

    values = models(steps).swapaxes(1, 2)  # (3, n, m)
    errors = np.abs(values[0] - values[1:])
    with stage.draw("The loss along u") as axes:
        reach = np.linspace(0, steps[-1], 25)
        _models(axes, stage, reach, models(reach))
        true, line, parabola = (points(steps[:, None], value) for value in values)
        stage.curve(np.stack([line, true], -2), GRADIENT)
        stage.dot(line, MODEL)
        stage.dot(parabola, DIRECTION)
        stage.handle(true, LOSS)
    with stage.draw("Error against step length") as axes:
        _errors(axes, stage, steps, errors)
    spoken = _step_numbers(stage, (steps, turns), values[0] - loss(w), errors)
    orders = [measured_order(steps, e[:, turn.start]) for e in errors]
    alt = (
        f"Left: along one direction, up to a step of {steps.max():g}, the loss with its tangent line and its parabola. "
        f"Right: both errors on logarithmic axes are nearly straight; over all steps the best lines have "
        f"slope {orders[0]:.2f} for the line and {orders[1]:.2f} for the parabola."
    )
    title = "For short steps the line's error shrinks about like η², the parabola's about like η³."
    return stage.explorable(title, alt, *spoken)


def change_ball(gradient: Any, powers: Any, turns: Any) -> Explorable:
    """Draw the steepest direction of every ℓp norm; the reader changes the ball, and turns the gradient.

    Parameters
    ----------
    gradient : array, shape (2,)
        The gradient, not zero.
    powers : sequence of float
        The powers p, growing from 1; among them 2.
    turns : array, shape (m,)
        By how many degrees the reader may turn the gradient; among them 0.

    Returns
    -------
    Explorable
        The figure.
    """
    norms, turns = [lp(p) for p in powers], np.asarray(turns, float)
    g = L2(gradient) * circle(turns, start=gradient)
    best = np.array([steepest_direction(g, norm) for norm in norms])  # (n, m, 2)
    values, away = np.array([-norm.dual(g) for norm in norms]), 180 - angle(best, g)
    power = Slider("p", "Power p of the norm", [f"{p:g}" for p in powers], list(powers).index(2))
    turn = _turn("Turn of the gradient in degrees", turns)
    stage = Stage("fig-ball", power, turn)
    _ball_panel(stage, g, norms, best)
    with stage.draw("Lowest value of the linear model") as axes:
        axes.set(xlabel="1/p", ylabel="lowest u·g", xlim=(1.05, -0.05))
        axes.set(ylim=(1.05 * values.min(), 0.9 * values.max()))
        lowest = points(1 / np.asarray(powers, float)[:, None], values)
        stage.curve(lowest.swapaxes(0, 1)[None], MODEL)
        stage.dot(lowest, STEEPEST)
    spoken = _ball_numbers(stage, powers, g, best, values)
    first = values[:, turn.start]
    alt = (
        f"Left: the unit ball of a norm, the gradient, and the step at which the lowest level line touches the ball. "
        f"Right: the value there against 1/p, from {first[0]:.3g} at p = {powers[0]:g} to {first[-1]:.3g}. "
        f"The step is along −∇L at p = 2, and up to {away[:, turn.start].max():.3g} degrees from it at others."
    )
    return stage.explorable("Change the ball, and another direction is steepest.", alt, *spoken)


def step_sizes(loss: Loss, start: Any, rates: Any, iterations: int) -> Explorable:
    """Draw a descent from one start; the reader changes the learning rate, and walks along the first steps.

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
    limit = float(steady(2 / curvature(loss, start, circle(np.arange(0.0, 180.0, 0.25))).max()))
    values = np.array([path.values for path in paths])
    middle = int(np.searchsorted(rates, limit)) // 2
    rate = Slider("alpha", "Learning rate α", [f"{r:.3g}" for r in rates], middle)
    walk = Slider("step", "Steps taken", [str(k) for k in range(13)], 12)
    stage = Stage("fig-rate", rate, walk)
    _rate_panels(stage, loss, paths, rates, limit)
    words = [_regime(path, r / limit) for path, r in zip(paths, rates, strict=True)]
    stage.number("learning rate α", texts(lambda r: f"{r:.3f}", rates)[:, None])
    stage.number("threshold 2/λₘₐₓ", [[f"{limit:.3f}"]])
    stage.number("steps taken", [walk.values])
    stage.number("loss there", texts(lambda v: f"{v:.2e}", values[:, :13]))
    stage.number(f"loss after {iterations} steps", texts(lambda v: f"{v:.2e}", values[:, -1:]))
    stage.number("what it does", np.array(words)[:, None])
    alt = (
        f"Descent from the same start with {len(paths)} learning rates, {iterations} steps each, starting at a loss of "
        f"{values[0, 0]:.3g}: α = {rates[0]:g} ends at {values[0, -1]:.3g}; α = {rates[-1]:g} ends at "
        f"{values[-1, -1]:.3g}; the threshold, 2 over the largest curvature, is {limit:.3g}."
    )
    end = texts(lambda r, w, v: f"learning rate {r:.3f}, {w}, loss {v:.2e} in the end", rates, words, values[:, -1])
    here = texts(lambda k, v: f"{v:.2e} after {k} steps", walk.values, values[:, :13])
    title = "Too small a rate crawls, too large a rate climbs in the end."
    return stage.explorable(title, alt, end[:, None], here)


def finite_ball(loss: Loss, w: Any, radii: Any, turns: Any) -> Explorable:
    """Draw the best point at a finite distance, and its angle to the steepest direction; the reader tries others.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    radii : array, shape (n,)
        Distances, growing.
    turns : array, shape (m,)
        By how many degrees from minus the gradient the reader may try; among them 0.

    Returns
    -------
    Explorable
        The figure.
    """
    w, radii, turns = np.asarray(w, float), np.asarray(radii, float), np.asarray(turns, float)
    g, ring = loss.gradient(w), circle(np.arange(0.0, 360.0, 0.01))
    down, reach = steepest_direction(g), float(radii.max())
    best = np.array([ring[loss(w + radius * ring).argmin()] for radius in radii])
    away, other = angle(best, down), circle(turns, start=down)
    rate = np.degrees(abs(circle(90, start=g) @ loss.hessian_product(w, down)) / L2(g))
    stage = Stage("fig-finite", _lengths(radii), _turn("Another direction, in degrees from −∇L", turns))
    _finite_panel(stage, loss, w, radii, (best, other))
    with stage.draw("Angle between the two, in degrees") as axes:
        axes.loglog(radii, rate * radii, color=MODEL, ls="--", label="predicted, ∝ η")
        axes.loglog(radii, away, "o", color=DIRECTION, ms=3, label="measured")
        stage.dot(points(radii, away)[:, None], DIRECTION)
        axes.set(xlabel="step length η")
        axes.legend(loc="upper left")
    directions = best[:, None], down, other
    changes = [loss(w + radii[:, None, None] * u) - loss(w) for u in directions]
    spoken = _finite_numbers(stage, (radii, turns), away, changes)
    alt = (
        f"Left: at a distance of {reach:g} the lowest point stands {away[radii.argmax()]:.3g} degrees from minus the "
        f"gradient. Right: the angle falls with the step, to {away[radii.argmin()]:.2g} degrees at {radii.min():.3g}, "
        f"approaching a straight line of slope one as the step shrinks."
    )
    title = "Here the best step of a finite length is not along −∇L; the angle vanishes with the length."
    return stage.explorable(title, alt, *spoken)


def _turn(label: str, turns: Any) -> Slider:
    """Return the slider of an angle that starts at 0."""
    return Slider("turn", label, [f"{t:g}" for t in turns], list(turns).index(0))


def _degrees(turns: Any) -> Any:
    """Return the texts of the angles that a second slider picks."""
    return texts(lambda t: f"{signed(t, 0)}°", turns)[None]


def _lengths(steps: Any) -> Slider:
    """Return the slider of a step length, starting with the longest."""
    return Slider("eta", "Step length η", list(texts(lambda s: f"{s:.3g}", steps)), len(steps) - 1)


def _angle_numbers(stage: Stage, values: Any, u: Any, g: Any, true: Any) -> Any:
    """Show the numbers of each angle and step length; return what is spoken of them."""
    (betas, steps), slope = values, directional_derivative(g, u)
    stage.number("β", texts(lambda b: f"{b}°", betas)[:, None])
    stage.number("cos β", texts(signed, cosine(u, g)))
    stage.number("slope along u", texts(signed, slope))
    stage.number("step length η", texts(lambda s: f"{s:.4f}", steps[None]))
    stage.number("predicted change", texts(signed, steps * slope))
    stage.number("true change", texts(signed, true))
    degrees = texts(lambda b: f"β {b} degrees", betas)[:, None]
    change = texts(lambda t: f"the loss {'falls' if t < 0 else 'rises'} by {abs(t):.3f}", true)
    return degrees, texts(lambda s: f"step length {s:.3g}", steps[None]), change


def _falls(axes: Any, stage: Stage, betas: Any, slope: Any, true: Any) -> None:
    """Draw the predicted and the true change per unit of length at every angle."""
    axes.axhline(0, color=SOFT, lw=0.8)
    axes.plot(betas, slope, color=MODEL, ls="--", label="‖∇L‖ cos β")
    axes.plot([], color=LOSS, label="true")
    axes.set(
        xlabel="β in degrees",
        xticks=range(0, 361, 90),
        xlim=(0, 360),
        ylim=(1.1 * min(slope.min(), true.min()), 1.1 * true.max()),
    )
    axes.legend(loc="upper center")
    some = betas[::6]
    stage.curve(points(some, true[some].T)[None], LOSS)
    stage.dot(points(betas[:, None], slope), MODEL)
    stage.dot(points(betas[:, None], true), LOSS)


def _models(axes: Any, stage: Stage, reach: Any, values: Any) -> None:
    """Draw the loss along each direction, its line and its parabola, an array of shape (3, m, points)."""
    axes.set(xlabel="step length η", ylabel="loss", xlim=(0, 1.05 * reach[-1]), ylim=(values.min(), values.max()))
    kinds = (("L(w + ηu)", LOSS, "-"), ("line", MODEL, "--"), ("parabola", DIRECTION, ":"))
    for (name, color, dashes), value in zip(kinds, values, strict=True):
        axes.plot([], color=color, ls=dashes, label=name)
        stage.curve(points(reach, value)[None], color, dashes)
    axes.legend(loc="lower left")


def _errors(axes: Any, stage: Stage, steps: Any, errors: Any) -> None:
    """Draw the errors of both models, of shape (2, n, m), against the step."""
    axes.set(xlabel="step length η", ylabel="error", xscale="log", yscale="log")
    axes.set(xlim=(steps[0] / 1.3, 1.3 * steps[-1]), ylim=(errors.min() / 2, 2 * errors.max()))
    kinds = (("line", MODEL, "--"), ("parabola", DIRECTION, ":"))
    for (name, color, dashes), error in zip(kinds, errors, strict=True):
        axes.plot([], color=color, ls=dashes, label=name)
        places = points(steps[:, None], error)
        stage.curve(places.swapaxes(0, 1)[None], color, dashes)
        stage.dot(places, color)
    axes.legend(loc="lower right")


def _step_numbers(stage: Stage, values: Any, change: Any, errors: Any) -> Any:
    """Show the errors of both models at each step, and their orders from two neighboring steps."""
    steps, turns = values
    stage.number("step length η", texts(lambda s: f"{s:.3f}", steps)[:, None])
    stage.number("turn of u", _degrees(turns))
    stage.number("true change", texts(lambda c: signed(c, 4), change))
    pairs = [slice(max(k - 1, 0), max(k, 1) + 1) for k in range(len(steps))]
    for name, error in zip(("line", "parabola"), errors, strict=True):
        stage.number(f"error of the {name}", texts(lambda e: f"{e:.1e}", error))
        orders = [[measured_order(steps[k], column[k]) for column in error.T] for k in pairs]
        stage.number(f"order of the {name}", texts(lambda o: f"{o:.2f}", orders))
    said = texts(lambda e, f: f"the line is off by {e:.1e}, the parabola by {f:.1e}", *errors)
    turned = texts(lambda t: f"u turned by {t:g} degrees", turns)[None]
    return texts(lambda s: f"step length {s:.3f}", steps)[:, None], turned, said


def _ball_numbers(stage: Stage, powers: Any, g: Any, best: Any, values: Any) -> Any:
    """Show the steepest step of each ball and gradient; return what is spoken of them."""
    names = np.array(["∞" if np.isinf(p) else f"{p:g}" for p in powers])[:, None]
    away = texts(lambda a: f"{a:.1f}", 180 - angle(best, g))
    stage.number("power p", names)
    for name, vectors in (("gradient g", g[None]), ("steepest u", best)):
        stage.number(name, texts(lambda x, y: f"({signed(x, 2)}, {signed(y, 2)})", vectors[..., 0], vectors[..., 1]))
    stage.number("lowest value", texts(signed, values))
    stage.number("angle to −∇L", away + "°")
    gradient = texts(lambda x, y: f"gradient {x:.2f}, {y:.2f}", g[:, 0], g[:, 1])[None]
    said = texts(lambda v: f"lowest value {v:.3f}, ", values) + away + " degrees from −∇L"
    return "p " + np.where(names == "∞", "infinity", names).astype(object), gradient, said


def _finite_numbers(stage: Stage, values: Any, away: Any, changes: Any) -> Any:
    """Show the change at the best point, along minus the gradient and another way; return what is spoken."""
    radii, turns = values
    stage.number("step length η", texts(lambda r: f"{r:.3f}", radii)[:, None])
    stage.number("best, from −∇L", texts(lambda a: f"{a:.1f}°", away)[:, None])
    stage.number("dot, from −∇L", _degrees(turns))
    for name, change in zip(("at the best", "along −∇L", "at the dot"), changes, strict=True):
        stage.number(f"change {name}", texts(lambda c: signed(c, 4), change))
    best = texts(lambda r, a: f"step length {r:.3f}, the best is {a:.1f} degrees from −∇L", radii, away)[:, None]
    return best, texts(lambda t, c: f"at {t:g} degrees the loss changes by {c:.4f}", turns, changes[2])


def _ball_panel(stage: Stage, g: Any, norms: Any, best: Any) -> None:
    """Draw the balls with the gradients, the touching level line and the steepest step of each."""
    around, toward = circle(np.arange(0.0, 361.0, 3.0)), (g.T / L2(g)).T
    across = toward @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    with stage.draw("The ball and the lowest level line", equal=True) as axes:
        axes.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        stage.curve(np.stack([0 * g, -1.7 * toward], -2)[None], SOFT, ":")
        stage.curve(np.array([around / norm(around)[:, None] for norm in norms])[:, None], INK)
        stage.curve(np.stack([best - 0.9 * across, best + 0.9 * across], -2), DIRECTION)
        stage.arrow((0, 0), 1.2 * toward[None], GRADIENT)
        stage.text("∇L", 1.5 * toward[None], GRADIENT)
        stage.arrow((0, 0), best, STEEPEST)
        stage.handle(best, STEEPEST)


def _rate_panels(stage: Stage, loss: Loss, paths: list[Path], rates: Any, limit: float) -> None:
    """Draw the first steps of each descent, its losses, and the last loss against the learning rate."""
    start, iterations, small = paths[0].points[0], len(paths[0].values) - 1, {"width": 217, "height": 235}
    reach, values = 1.25 * float(np.abs(start).max()), np.array([path.values for path in paths])
    with stage.draw("The first steps", equal=True, **small) as axes:
        contours(axes, loss, (0, 0), reach, levels=12)
        inside = np.array([np.clip(path.points[:13], -reach, reach) for path in paths])
        stage.curve(inside[:, None], DIRECTION)
        stage.dot(inside, DIRECTION)
        axes.plot(*start, "o", color=INK, ms=5)
    low, high = values[:, -1].min() / 2, 2 * max(values[:, -1].max(), values[0, 0])
    with stage.draw("Loss after each step", **small) as axes:
        axes.set(xlabel="steps", ylim=(low, high), xlim=(0, iterations), yscale="log")
        axes.axhline(values[0, 0], color=SOFT, lw=0.8, ls=":")
        losses = points(np.arange(iterations + 1.0), values)
        stage.curve(losses[:, None], DIRECTION)
        stage.dot(losses[:, :13], DIRECTION)
    with stage.draw(f"Loss after {iterations} steps", **small) as axes:
        axes.semilogy(rates, values[:, -1], color=LOSS)
        axes.axvline(limit, color=GRADIENT, lw=1.4, ls="--")
        beside = {"xytext": (-5, 0), "textcoords": "offset points", "ha": "right", "va": "top"}
        axes.annotate("2/λₘₐₓ", (limit, high / 2), color=GRADIENT, weight="bold", **beside)
        axes.set(xlabel="learning rate α", ylim=(low, high))
        stage.handle(points(rates, values[:, -1])[:, None], DIRECTION)


def _finite_panel(stage: Stage, loss: Loss, w: Any, radii: Any, directions: Any) -> None:
    """Draw the circle of each radius, and on it the steps along minus the gradient, to the best point, and another."""
    down, reach, (best, own) = steepest_direction(loss.gradient(w)), float(radii.max()), directions
    far = radii[:, None, None]
    with stage.draw("Steps of one length", equal=True) as axes:
        contours(axes, loss, w, 1.5 * reach, levels=12)
        stage.ring(w, radii[:, None], SOFT)
        stage.arrow(w, w + far * down, STEEPEST)
        stage.arrow(w, w + far * best[:, None], DIRECTION)
        stage.text("−∇L", w + (far + 0.2 * reach) * down, STEEPEST)
        stage.dot(w + far * own, MODEL)
        stage.handle(w + far * best[:, None], DIRECTION)
        axes.plot(*w, "o", color=INK, ms=5)


def _regime(path: Path, share: float) -> str:
    """Say what a descent on a quadratic does at a share of the threshold, 2 over the largest curvature."""
    if abs(share - 1) < 1e-9:
        return "bounces"
    if share > 1:
        return "diverges"
    if share > 0.5 + 1e-9:
        return "zigzags in"
    return "crawls" if path.values[-1] > 0.1 * path.values[0] else "converges"
