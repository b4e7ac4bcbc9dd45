"""Figures are the same to the byte however the last bits of what is drawn fall."""

import re
from itertools import pairwise

import numpy as np
import pytest

from steepest import Loss, circle
from steepest.figures import Slider, Stage
from steepest.figures._explorable import points, signed, texts
from steepest.figures._picture import DIRECTION, Panels, contours, steady
from steepest.figures._svg import _distances, _thinned

HALVES = [0.125, 0.005, 1.005, 2.675, -0.375, 8.5, 0.0]


def nudged(values, seed):
    """Return numbers whose last bits were changed at random; nothing is changed without a seed."""
    values = np.asarray(values, float)
    if seed is None:
        return values
    return values * (1 + np.random.default_rng(seed).integers(-2, 3, values.shape) * 2.0**-52)


def still(seed):
    """Draw a circle, a straight line of many points, level lines through the grid's points, and text."""
    bump = Loss(lambda w: nudged((w**2).sum(axis=-1), seed), None, None)
    panels = Panels("still")
    with panels.draw("Still", width=300, height=300, equal=True) as axes:
        contours(axes, bump, (0.0, 0.0), 1.5)
        axes.fill(*nudged(circle(np.arange(0.0, 361.0)), seed).T, facecolor=DIRECTION, alpha=0.15)
        axes.plot(*nudged(np.stack([np.linspace(-1, 1, 101)] * 2), seed), "o-", color=DIRECTION, ms=3)
        axes.text(*nudged([0.25, 0.5], seed), "here")
    return "".join(panels.svgs)


def moving(seed):
    """Draw a figure with a slider, and say numbers that are halves of the last digit shown."""
    x = nudged(np.arange(-8, 9) / 8, seed)
    stage = Stage("fig-moving", Slider("x", "Where", list(texts(lambda a: f"{a:g}", x)), 3))
    with stage.draw("Moving", width=300, height=300) as axes:
        axes.set(xlim=(-1, 1), ylim=(-1, 1))
        stage.curve(points(x[:, None], x), DIRECTION)
        stage.ring((0, 0), abs(x) / 2, DIRECTION)
        stage.handle(points(x, x**3), DIRECTION)
    stage.number("x", texts(lambda a: signed(a, 2), x))
    return stage.explorable("It moves.", "A curve.", texts(lambda a: f"at {a:.2f}", x))._figure()


@pytest.mark.parametrize("draw", [still, moving])
def test_last_bits_change_no_byte(draw):
    """A figure of numbers that differ in their last bits is the same figure."""
    assert {draw(seed) for seed in range(5)} == {draw(None)}


def test_ids_do_not_tell_the_last_bits_but_the_figure():
    """Ids count from zero under the name and a hash; another figure has another hash."""
    with (one := Panels("one")).draw() as axes:
        axes.plot([0, 1], [0, 1])
    with (other := Panels("one")).draw() as axes:
        axes.plot([0, 1], [1, 0])
    ids = [re.findall(r' id="([^"]+)"', panels.svgs[0]) for panels in (one, other)]
    assert all(re.fullmatch(rf"one-0-[0-9a-f]{{8}}-{i}", name) for found in ids for i, name in enumerate(sorted(found)))
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize("seed", range(8))
def test_dropped_points_are_on_the_line(seed):
    """A thinned path keeps its ends, and no point of the whole path is farther than a ninth of a pixel from it."""
    rng = np.random.default_rng(seed)
    walk = np.round(np.cumsum(rng.normal(0, 0.1 * 2.0**seed, (200, 2)), axis=0), 1)
    walk[50:100] = walk[50] + np.outer(np.arange(50), [3, 0])  # straight, and from its end back again
    walk[100:150] = walk[50:100][::-1]
    pairs = [f"{x:g} {y:g}" for x, y in walk + 0.0]
    kept = re.findall(r"-?[\d.]+ -?[\d.]+", _thinned("M " + "\nL ".join(pairs) + "\n"))
    assert (kept[0], kept[-1]) == (pairs[0], pairs[-1])
    assert len(kept) < len(pairs)
    line, place, far = np.array([pair.split() for pair in kept], float), 0, []
    for start, end in pairwise(line):
        stop = place + 1 + next(i for i, point in enumerate(walk[place + 1 :]) if np.array_equal(point, end))
        far.append(_distances(np.vstack([start, walk[place : stop + 1], end])).max())
        place = stop
    assert max(far) <= 0.0123


def test_nothing_is_minus_zero():
    """No number of a figure is a zero with a sign."""
    with (panels := Panels("name")).draw(width=200, height=200) as axes:
        axes.plot([-1, 1], [-1, 1])
        axes.text(0, 0, "0", rotation=-1e-9)
    assert not re.search(r"(?<!\w)-0(?:\.0+)?(?![\d.])", "".join(panels.svgs))


@pytest.mark.parametrize("half", HALVES)
def test_half_of_a_digit_falls_on_one_side(half):
    """A number halfway between two shown ones is shown as one of them, whatever its last bits, and by both forms."""
    around = half * (1 + np.arange(-8, 9) * 2.0**-52)
    assert len(set(steady(around).tolist())) == 1
    for form in (lambda x: f"{x:.2f}", lambda x: f"{x:.1e}", lambda x: signed(x, 2)):
        assert len(set(texts(form, around).tolist())) == 1


def test_steady_keeps_what_is_seen():
    """Twelve digits are kept, in any size, and what is not finite."""
    values = np.array([0.0, -1e-300, 1.23456789012e5, np.inf, -np.inf])
    assert np.array_equal(steady(values), values)  # exact: twelve digits were typed
    assert np.isnan(steady(np.nan))
    assert texts(lambda name, count: f"{name} {count}", ["a", "b"], [1, 2]).tolist() == ["a 1", "b 2"]
