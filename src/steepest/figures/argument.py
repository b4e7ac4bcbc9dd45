"""The pictures of Part I: the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from contourpy import contour_generator

from steepest.descent import Path, descend, learning_rate
from steepest.directions import angle, directional_derivative, steepest_direction
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
from steepest.norms import L2, Norm
from steepest.sphere import circle
from steepest.taylor import along, first_order, measured_order, second_order


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


def fall_by_angle(loss: Loss, w: Any, step: float, beta: float = 135.0) -> Picture:
    """Draw a step at an angle to the gradient, and the change of the loss at every angle.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    step : float
        Step length.
    beta : float
        The angle of the step that is drawn, in degrees.

    Returns
    -------
    Picture
        The figure.
    """
    w = np.asarray(w, float)
    gradient, betas = loss.gradient(w), np.arange(0.0, 361.0, 3.0)
    directions = circle(betas, start=gradient)
    predicted = step * directional_derivative(gradient, directions)
    true = loss(w + step * directions) - loss(w)
    u = circle(beta, start=gradient)
    panels = Panels("fall-by-angle")
    with panels.draw("A step u at the angle β to the gradient", equal=True) as axes:
        contours(axes, loss, w, 1.7 * step, levels=12)
        axes.plot(*(w + step * directions).T, color=SOFT, lw=1.2)
        arrow(axes, w, step * gradient / L2(gradient), GRADIENT, "∇L", width=2.6)
        arrow(axes, w, step * u, DIRECTION, "u", width=2.6)
        _mark_angle(axes, w, 0.3 * step, gradient, beta)
    with panels.draw("Change of the loss") as axes:
        axes.axhline(0, color=SOFT, lw=0.8)
        axes.plot(betas, predicted, color=MODEL, ls="--", label="η ‖∇L‖ cos β")
        axes.plot(betas, true, color=LOSS, label="true")
        axes.plot(beta, loss(w + step * u) - loss(w), "o", color=DIRECTION, ms=8)
        axes.set(xlabel="β in degrees", xticks=range(0, 361, 90), xlim=(0, 360))
        axes.legend(loc="upper center")
    best = betas[true.argmin()]
    alt = (
        f"Left: level lines, the gradient, and a step of length {step:g} at {beta:g} degrees to it. Right: the change "
        f"of the loss against the angle. The prediction is a cosine, from {predicted.max():.3g} at 0 degrees down to "
        f"{predicted.min():.3g} at 180; the true change is lowest, {true.min():.3g}, near {best:.0f} degrees."
    )
    return panels.picture(
        "To first order the change is a cosine of the angle: lowest at 180°, against the gradient.", alt
    )


def taylor_models(loss: Loss, w: Any, direction: Any, steps: Any) -> Picture:
    """Draw the loss along a direction with its line and parabola, and how their errors shrink.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    direction : array, shape (2,)
        A unit vector.
    steps : array, shape (n,)
        Step lengths.

    Returns
    -------
    Picture
        The figure.
    """
    steps = np.asarray(steps, float)
    reach = np.linspace(0, steps.max(), 60)
    true, line = along(loss, w, direction, steps), first_order(loss, w, direction, steps)
    errors = np.abs(true - line), np.abs(true - second_order(loss, w, direction, steps))
    panels = Panels("taylor-models")
    with panels.draw("The loss along u") as axes:
        axes.plot(reach, along(loss, w, direction, reach), color=LOSS, label="L(w + ηu)")
        axes.plot(reach, first_order(loss, w, direction, reach), color=MODEL, ls="--", label="line")
        axes.plot(reach, second_order(loss, w, direction, reach), color=DIRECTION, ls=":", label="parabola")
        axes.set(xlabel="step length η", ylabel="loss")
        axes.legend()
    orders = [measured_order(steps, e) for e in errors]
    with panels.draw("Error against step length") as axes:
        marks = (("s--", MODEL, "line"), ("o:", DIRECTION, "parabola"))
        for (mark, color, name), error, order in zip(marks, errors, orders, strict=True):
            axes.loglog(steps, error, mark, color=color, ms=5, label=f"{name}: order {order:.1f}")
        axes.set(xlabel="step length η", ylabel="error")
        axes.legend()
    alt = (
        f"Left: along one direction, up to a step of {steps.max():g}, the loss with its tangent line and its parabola. "
        f"Right: both errors on logarithmic axes are nearly straight; over all steps the best lines have "
        f"slope {orders[0]:.2f} for the line and {orders[1]:.2f} for the parabola."
    )
    return panels.picture("Here the line's error shrinks about like η², the parabola's about like η³.", alt)


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


def step_sizes(loss: Loss, start: Any, rates: Any, iterations: int) -> Picture:
    """Draw what four learning rates do on one loss: the path and the loss after each step.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    start : array, shape (2,)
        Where each descent starts.
    rates : sequence of float
        At most four learning rates.
    iterations : int
        Steps of each descent.

    Returns
    -------
    Picture
        The figure.
    """
    paths = [descend(loss, start, learning_rate(rate), iterations) for rate in rates]
    styles = ((DIRECTION, "-"), (STEEPEST, "--"), (MODEL, "-."), (GRADIENT, ":"))
    panels = Panels("step-sizes")
    with panels.draw("The first twelve steps", equal=True) as axes:
        contours(axes, loss, (0, 0), 1.25 * float(np.abs(start).max()), levels=12)
        limits = axes.get_xlim(), axes.get_ylim()
        for path, (color, line) in zip(paths, styles, strict=False):
            axes.plot(*path.points[:13].T, color=color, ls=line, marker="o", ms=3, lw=1.5)
        axes.set(xlim=limits[0], ylim=limits[1])
    with panels.draw("The loss after each step") as axes:
        for rate, path, (color, line) in zip(rates, paths, styles, strict=False):
            axes.semilogy(path.values, color=color, ls=line, label=f"α = {rate:g}")
        axes.set(xlabel="steps", ylabel="loss")
        axes.legend()
    ends = "; ".join(f"α = {r:g} ends at {p.values[-1]:.3g}" for r, p in zip(rates, paths, strict=True))
    alt = (
        f"Descent from the same start with {len(paths)} learning rates, {iterations} steps each, starting at a loss of "
    )
    return panels.picture(
        "Too small a rate crawls, too large a rate climbs in the end.", alt + f"{paths[0].values[0]:.3g}: {ends}."
    )


def finite_ball(loss: Loss, w: Any, steps: Any, angles: Any, rate: float) -> Picture:
    """Draw the best point at a finite distance, and how its angle to the steepest direction vanishes.

    Parameters
    ----------
    loss : Loss
        The loss, in two dimensions.
    w : array, shape (2,)
        The point.
    steps : array, shape (n,)
        Step lengths.
    angles : array, shape (n,)
        Measured angles, in degrees, one for each step length.
    rate : float
        The angle's predicted growth, in degrees per unit of step length.

    Returns
    -------
    Picture
        The figure.
    """
    w, steps, angles = np.asarray(w, float), np.asarray(steps, float), np.asarray(angles, float)
    u, reach = steepest_direction(loss.gradient(w)), float(steps.max())
    around = w + reach * circle(np.arange(0.0, 360.0, 0.5))
    best = around[loss(around).argmin()]
    panels = Panels("finite-ball")
    with panels.draw(f"Steps of length {reach:g}", equal=True) as axes:
        contours(axes, loss, w, 1.5 * reach, levels=12)
        axes.plot(*around.T, color=SOFT, lw=1.2)
        arrow(axes, w, reach * u, STEEPEST, "−∇L", width=2.4)
        arrow(axes, w, best - w, DIRECTION, "best", width=2.4)
        axes.plot(*w, "o", color=INK, ms=5)
    with panels.draw("Angle between the two, in degrees") as axes:
        axes.loglog(steps, rate * steps, color=MODEL, ls="--", label="predicted, ∝ η")
        axes.loglog(steps, angles, "o", color=DIRECTION, label="measured")
        axes.set(xlabel="step length η")
        axes.legend()
    alt = (
        f"Left: at a distance of {reach:g} the lowest point stands {angles[steps.argmax()]:.3g} degrees from minus the "
        f"gradient. Right: the angle falls with the step, to {angles[steps.argmin()]:.2g} degrees at {steps.min():g}, "
        f"approaching a straight line of slope one as the step shrinks."
    )
    return panels.picture(
        "Here the best step of a finite length is not along −∇L; the angle vanishes with the length.", alt
    )


def _mark_angle(axes: Any, w: Any, radius: float, start: Any, beta: float) -> None:
    """Draw the arc of an angle from a vector, its name, and its vertex."""
    axes.plot(*(w + radius * circle(np.linspace(0, beta, 40), start=start)).T, color=INK, lw=1.2)
    axes.annotate("β", w + 1.6 * radius * circle(beta / 2, start=start), ha="center", va="center")
    axes.plot(*w, "o", color=INK, ms=5)


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
