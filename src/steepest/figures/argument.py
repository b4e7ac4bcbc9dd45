"""The pictures of Part I: the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from contourpy import contour_generator

from steepest.descent import Path, descend, learning_rate
from steepest.directions import angle, cosine, directional_derivative, steepest_direction
from steepest.figures._explorable import Explorable, Stage, signed
from steepest.figures._picture import (
    DIRECTION,
    GRADIENT,
    INK,
    LOSS,
    MODEL,
    PAPER,
    SOFT,
    STEEPEST,
    Panels,
    Picture,
    arrow,
    contours,
)
from steepest.loss import Loss
from steepest.norms import L2, Norm, lp
from steepest.sphere import circle
from steepest.taylor import along, curvature, first_order, measured_order, second_order


def rolling_ball(loss: Loss, path: Path) -> Picture:
    """Draw a ball rolling down a loss surface, one ball a step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    path : Path
        What `descend` returned.

    Returns
    -------
    Picture
        The figure.
    """
    points, values = np.asarray(path.points), np.asarray(path.values)
    panels = Panels("rolling-ball")
    top = 1.25 * float(values.max())
    with panels.draw(width=560, height=380) as axes:
        _surface(axes, loss, 2.3 * float(np.abs(points).max()), top)
        flat, high = _seen(points, values, top)
        axes.plot(flat, high, color=STEEPEST, lw=1.6, zorder=900)
        for k, (a, b) in enumerate(zip(flat, high, strict=True)):
            last = k == len(flat) - 1
            axes.plot(a, b, "o", ms=15 if last else 9, color=GRADIENT if last else PAPER, mec=INK, zorder=901 + k)
        axes.set_axis_off()
        axes.set_aspect("equal")
    alt = (
        f"A ball on the surface of a loss, seen from the side: {len(points) - 1} steps along minus the gradient take "
        f"it from height {values[0]:.3g} down to {values[-1]:.3g}, each step lower than the one before."
    )
    return panels.picture("Each step goes against the gradient, and the loss falls.", alt)


def half_plane(loss: Loss, w: Any, directions: Any) -> Picture:
    """Draw directions at a point, told apart by whether the loss falls along them.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    directions : array, shape (n, 2)
        Directions.

    Returns
    -------
    Picture
        The figure.
    """
    w, directions = np.asarray(w, float), np.asarray(directions, float)
    gradient = loss.gradient(w)
    slopes = directional_derivative(gradient, directions)
    panels = Panels("half-plane")
    with panels.draw(width=400, height=380, equal=True) as axes:
        contours(axes, loss, w, 1.7, levels=14)
        across = circle(90, start=gradient)
        axes.plot(*np.stack([w - 3 * across, w + 3 * across]).T, color=INK, lw=1.2, ls="--")
        for u, slope in zip(directions, slopes, strict=True):
            down = slope < 0
            arrow(axes, w, u, DIRECTION if down else SOFT, width=2 if down else 1.2)
        arrow(axes, w, 1.25 * gradient / L2(gradient), GRADIENT, "∇L", width=2.6)
        axes.plot(*w, "o", color=INK, ms=5)
    down = int((slopes < 0).sum())
    alt = (
        f"{len(slopes)} directions of length one at a point, with the level lines of the loss. The dashed line "
        f"through the point stands at right angles to the gradient. The {down} directions on the far side of it go "
        f"down (blue), the {len(slopes) - down} others do not (gray)."
    )
    return panels.picture(
        "Short steps on the gradient's side of the dashed line go up (gray), on the other side down (blue).", alt
    )


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
    stage.number("step length η", [f"{s:.3f}" for s in steps])
    stage.number("true change", [signed(t, 4) for t in true - loss(w)])
    for name, error in zip(("line", "parabola"), errors, strict=True):
        stage.number(f"error of the {name}", [f"{e:.1e}" for e in error])
        pairs = [slice(max(k - 1, 0), max(k, 1) + 1) for k in range(len(steps))]
        stage.number(f"order of the {name}", [f"{measured_order(steps[k], error[k]):.2f}" for k in pairs])
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


def balls(gradient: Any, norms: tuple[Norm, ...] = (L2,)) -> Picture:
    """Draw unit balls of norms, each with the step that the gradient's linear model likes best.

    Parameters
    ----------
    gradient : array, shape (2,)
        The gradient, not zero.
    norms : tuple of Norm
        One panel for each.

    Returns
    -------
    Picture
        The figure.
    """
    gradient = np.asarray(gradient, float)
    panels, said = Panels("balls-" + "-".join(str(ord(n.name[-1])) for n in norms)), []
    around = circle(np.arange(0.0, 360.5, 0.5))
    for norm in norms:
        u, value = steepest_direction(gradient, norm), -norm.dual(gradient)
        with panels.draw(
            f"{norm.name} ball", width=300 if len(norms) < 3 else 215, height=300 if len(norms) < 3 else 235, equal=True
        ) as axes:
            axes.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
            for level in np.linspace(value, -value, 7):
                first = level == value
                _level_line(axes, gradient, level, DIRECTION if first else SOFT, 1.8 if first else 0.7)
            axes.fill(*(around / norm(around)[:, None]).T, facecolor=STEEPEST, alpha=0.15)
            axes.plot(*(around / norm(around)[:, None]).T, color=INK, lw=1.4)
            arrow(axes, (0, 0), 1.2 * gradient / L2(gradient), GRADIENT, "∇L")
            arrow(axes, (0, 0), u, STEEPEST, "u*")
        away = 180 - angle(u, gradient)
        said.append(f"the {norm.name} ball touches it at ({u[0]:.3g}, {u[1]:.3g}), {away:.3g} degrees from −∇L")
    alt = "Level lines of the linear model and the lowest one that still meets the ball: " + "; ".join(said) + "."
    return panels.picture("The best step is where the lowest level line touches the ball.", alt.replace("-0,", "0,"))


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
    g, around = np.asarray(gradient, float), circle(np.arange(0.0, 361.0, 3.0))
    norms = [lp(p) for p in powers]
    best = np.array([steepest_direction(g, norm) for norm in norms])
    values = np.array([-norm.dual(g) for norm in norms])
    stage = Stage("fig-ball", "p", [f"{p:g}" for p in powers], list(powers).index(2))
    with stage.draw("The ball and the lowest level line", equal=True) as axes:
        axes.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        arrow(axes, (0, 0), 1.2 * g / L2(g), GRADIENT, "∇L")
        axes.plot(*np.stack([[0, 0], -1.7 * g / L2(g)]).T, color=SOFT, ls=":", lw=1.4)
        stage.curve([around / norm(around)[:, None] for norm in norms], INK)
        across = circle(90, start=g)
        stage.curve([[u - 0.9 * across, u + 0.9 * across] for u in best], DIRECTION)
        stage.arrow((0, 0), best, STEEPEST)
        stage.handle(best, STEEPEST)
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
    reach, first = 1.25 * float(np.abs(start).max()), int(np.searchsorted(rates, limit)) // 2
    ends = np.array([path.values[-1] for path in paths])
    stage = Stage("fig-rate", "alpha", [f"{rate:.3g}" for rate in rates], first)
    with stage.draw("The first steps", equal=True) as axes:
        contours(axes, loss, (0, 0), reach, levels=12)
        inside = [np.clip(path.points[:13], -reach, reach) for path in paths]
        stage.curve(inside, DIRECTION)
        stage.dot([points[-1] for points in inside], DIRECTION)
        axes.plot(*start, "o", color=INK, ms=5)
    with stage.draw("The loss after each step") as axes:
        axes.set_yscale("log")
        low, high = ends.min() / 2, 2 * max(ends.max(), paths[0].values[0])
        axes.set(xlabel="steps", ylabel="loss", ylim=(low, high), xlim=(0, iterations * 1.05))
        axes.axhline(paths[0].values[0], color=SOFT, lw=0.8, ls=":")
        steps = np.arange(iterations + 1.0)
        stage.curve([np.stack([steps, path.values], -1) for path in paths], DIRECTION)
        stage.handle([(iterations, end) for end in ends], DIRECTION)
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
    with stage.draw("Steps of one length", equal=True) as axes:
        contours(axes, loss, w, 1.5 * reach, levels=12)
        stage.ring(w, radii, SOFT)
        stage.arrow(w, w + radii[:, None] * down, STEEPEST)
        stage.arrow(w, w + radii[:, None] * best, DIRECTION)
        stage.text("−∇L", w + (radii[:, None] + 0.2 * reach) * down, STEEPEST)
        stage.handle(w + radii[:, None] * best, DIRECTION)
        axes.plot(*w, "o", color=INK, ms=5)
    with stage.draw("Angle between the two, in degrees") as axes:
        axes.loglog(radii, rate * radii, color=MODEL, ls="--", label="predicted, ∝ η")
        axes.loglog(radii, away, "o", color=DIRECTION, ms=3, label="measured")
        stage.dot(np.stack([radii, away], -1), DIRECTION)
        axes.set(xlabel="step length η")
        axes.legend()
    lows = [loss(w + radius * u) - loss(w) for radius, u in zip(radii, best, strict=True)]
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
    start = int(stage.start)
    alt = (
        f"Left: level lines, the gradient, and a step of length {step:g} at {betas[start]} degrees to it. Right: the "
        f"change of the loss against the angle. The prediction is a cosine, from {predicted.max():.3g} at 0 degrees "
        f"down to {predicted.min():.3g} at 180; the true change is lowest, {true.min():.3g}, near {true.argmin()} "
        "degrees."
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


def _regime(path: Path, share: float) -> str:
    """Say what a descent on a quadratic does at a share of the threshold 2/λ."""
    if share > 1:
        return "diverges"
    if share > 0.5:
        return "zigzags"
    return "crawls" if path.values[-1] > 0.1 * path.values[0] else "converges"


def _seen(points: Any, heights: Any, top: float) -> tuple[Any, Any]:
    """Return points of a surface as they are seen from the side and a little above."""
    x, y = points[..., 0], points[..., 1]
    return 0.9 * x - 0.42 * y, 3.2 * heights / top + 0.16 * x + 0.36 * y


def _surface(axes: Any, loss: Loss, reach: float, top: float) -> None:
    """Draw a loss as a surface up to a height: lines along both weights, and the rim."""
    x = np.linspace(-reach, reach, 121)
    grid = np.stack(np.meshgrid(x, x), axis=-1)
    heights = loss(grid)
    flat, high = _seen(grid, np.where(heights <= top, heights, np.nan), top)
    for a, b in ((flat, high), (flat.T, high.T)):
        axes.plot(a[::6].T, b[::6].T, color=SOFT, lw=0.6)
    for rim in contour_generator(x, x, heights).lines(top):
        axes.plot(*_seen(rim, np.full(len(rim), top), top), color=SOFT, lw=1.4)


def _level_line(axes: Any, gradient: Any, level: float, color: str, width: float) -> None:
    """Draw where the linear model takes one value."""
    normal = gradient / L2(gradient)
    foot, across = level / L2(gradient) * normal, np.array([-normal[1], normal[0]])
    axes.plot(*np.stack([foot - 4 * across, foot + 4 * across]).T, color=color, lw=width)
