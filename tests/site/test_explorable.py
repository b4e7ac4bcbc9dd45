"""The explorable figures: each state shows what the package computes, and every way to move the handle works."""

import math
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from window import NARROW

from steepest import (
    along,
    bowl,
    circle,
    cosine,
    descend,
    directional_derivative,
    first_order,
    learning_rate,
    lp,
    quadratic,
    second_order,
    steepest_direction,
)

LOSS, W = bowl([1, 4], axes=circle([30, 120])), np.array([1.6, 0.4])
G, U = LOSS.gradient(W), circle(200)
VALLEY, START = quadratic([1, 10]), np.array([2.0, 0.6])
BALL = np.array([2.0, 1.0])
ETAS, RADII = np.geomspace(0.02, 1, 12), np.geomspace(1 / 64, 1, 25)
POWERS = (1, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 6, 10, 20, math.inf)
RATES = np.round(np.arange(0.005, 0.211, 0.005), 3)


def minus(text):
    """Return a number as the page writes it: a true minus sign, and none before a zero."""
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def angle_state(k):
    """Return the numbers of the angle's figure at k degrees, and where its marks belong: (panel, point)."""
    u = circle(float(k), start=G)
    slope = directional_derivative(G, u)
    true = LOSS(W + 0.25 * u) - LOSS(W)
    shown = [f"{k}°", *(minus(f"{n:.3f}") for n in (cosine(u, G), slope, 0.25 * slope, true))]
    return shown, {2: (0, W + 0.25 * u), 4: (0, W + 0.25 * u), 5: (1, (k, 0.25 * slope)), 6: (1, (k, true))}


def step_state(k):
    """Return the same for the figure of one small step."""
    eta, true = ETAS[k], along(LOSS, W, U, ETAS[k])
    line, parabola = first_order(LOSS, W, U, eta), second_order(LOSS, W, U, eta)
    pair = ETAS[max(k - 1, 0) : max(k, 1) + 1]
    orders = []
    for model in (first_order, second_order):
        errors = abs(along(LOSS, W, U, pair) - model(LOSS, W, U, pair))
        orders.append(math.log(errors[1] / errors[0]) / math.log(pair[1] / pair[0]))
    errors = abs(true - line), abs(true - parabola)
    shown = [f"{eta:.3f}", minus(f"{true - LOSS(W):.4f}")]
    for error, order in zip(errors, orders, strict=True):
        shown += [f"{error:.1e}", f"{order:.2f}"]
    places = {1: (0, (eta, line)), 2: (0, (eta, parabola)), 3: (0, (eta, true))}
    return shown, places | {4: (1, (eta, errors[0])), 5: (1, (eta, errors[1]))}


def ball_state(k):
    """Return the same for the figure of the ball, with the dual norm from its formula."""
    p = POWERS[k]
    u = steepest_direction(BALL, lp(p))
    q = 1 if p == math.inf else math.inf if p == 1 else p / (p - 1)
    value = -max(BALL) if q == math.inf else -(sum(BALL**q) ** (1 / q))
    away = math.degrees(math.acos(min(1, -u @ BALL / math.hypot(*u) / math.hypot(*BALL))))
    point = f"({minus(f'{u[0]:.2f}')}, {minus(f'{u[1]:.2f}')})"
    shown = ["∞" if p == math.inf else f"{p:g}", point, minus(f"{value:.3f}"), f"{away:.1f}°"]
    return shown, {2: (0, u), 3: (0, u), 4: (1, (1 / p, value))}


def rate_state(k):
    """Return the same for the figure of the learning rate, with the path from its closed form."""
    rate = RATES[k]
    x, y = 2 * (1 - rate) ** 40, 0.6 * (1 - 10 * rate) ** 40
    end = descend(VALLEY, START, learning_rate(rate), 40).values[-1]
    assert end == pytest.approx((x**2 + 10 * y**2) / 2, rel=1e-6, abs=1e-30)
    slow = "crawls" if end > 0.38 else "converges"
    word = "diverges" if rate > 0.2 + 1e-9 else "zigzags" if rate > 0.1 + 1e-9 else slow
    point = 2 * (1 - rate) ** 12, 0.6 * (1 - 10 * rate) ** 12
    return [f"{rate:.3f}", "0.200", f"{end:.2e}", word], {1: (0, point), 2: (1, (40, end)), 3: (2, (rate, end))}


def finite_state(k):
    """Return the same for the figure of the finite ball, with the best point from a sweep of its own."""
    radius, ring = RADII[k], circle(np.arange(0, 360, 0.01))
    best = ring[LOSS(W + radius * ring).argmin()]
    down = -G / math.hypot(*G)
    away = math.degrees(math.acos(min(1, best @ down)))
    changes = LOSS(W + radius * best) - LOSS(W), LOSS(W + radius * down) - LOSS(W)
    shown = [f"{radius:.3f}", f"{away:.1f}°", *(minus(f"{change:.4f}") for change in changes)]
    return shown, {1: (0, W + radius * down), 4: (0, W + radius * best), 5: (1, (radius, away))}


FIGURES = {
    "fig-angle": ("argument/angle.html", angle_state, 361, 135, "Angle β between the step and the gradient"),
    "fig-step": ("argument/small-step.html", step_state, 12, 11, "Step length η"),
    "fig-ball": ("argument/assumptions.html", ball_state, 15, 7, "Power p of the norm"),
    "fig-rate": ("argument/assumptions.html", rate_state, 42, 19, "Learning rate"),
    "fig-finite": ("argument/assumptions.html", finite_state, 25, 24, "Step length η"),
}
STATES = """(figure, count) => [...Array(count).keys()].map(k => {
    const range = figure.querySelector('input');
    range.value = k;
    range.dispatchEvent(new Event('input'));
    const marks = [...figure.querySelectorAll('[data-mark]')];
    return {
        numbers: [...figure.querySelectorAll('dd')].map(d => d.textContent),
        marks: marks.map(m => m.getAttribute('transform') ?? m.getAttribute('d')),
        spoken: range.getAttribute('aria-valuetext'),
    };
})"""
TICKS = """figure => [...figure.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('use')].map(use => {
    const text = use.parentElement.parentElement.parentElement.querySelector('text');
    const shape = document.getElementById(use.getAttribute('href').slice(1)).getAttribute('d');
    return [text ? text.textContent.trim() : '', shape, +use.getAttribute('x'), +use.getAttribute('y')];
}))"""
figures = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture
def opened(visit):
    """Return a function that opens the page of a figure and finds the figure and its slider."""

    def go(name, address="", **settings):
        page = visit(FIGURES[name][0] + address, **settings)
        figure = page.locator(f"#{name}")
        return page, figure, figure.locator("input")

    return go


def scale(ticks, shape, place):
    """Return the map from numbers to pixels along one axis, read off the labels of its ticks."""
    found = {
        text.replace("\u2212", "-"): (x, y)[place] for text, d, x, y in ticks if text and d.split() == shape.split()
    }
    powers = all(re.fullmatch(r"10\s*-?\s*\d+", re.sub(r"\s+", "", t)) for t in found) and len(found) > 1
    if powers:
        found = {re.sub(r"\s+", "", text)[2:]: px for text, px in found.items()}
    slope, offset = np.polyfit([float(t) for t in found], list(found.values()), 1)
    return lambda number: offset + slope * (math.log10(number) if powers else number)


def tip(mark):
    """Return where a mark stands: a handle or text, the end of an arrow, the middle of a dot."""
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", mark)]
    if mark.startswith("translate"):
        return numbers[:2]
    return [numbers[0] + 4, numbers[1]] if "a4 4" in mark else numbers[-2:]


@figures
def test_every_state_shows_what_the_package_computes(opened, name):
    """In every state the numbers are the package's to the last digit, and the marks stand within half a pixel."""
    _, state, count, *_ = FIGURES[name]
    _, figure, _ = opened(name)
    axes = [(scale(ticks, "M 0 0 L 0 3.5", 0), scale(ticks, "M 0 0 L -3.5 0", 1)) for ticks in figure.evaluate(TICKS)]
    shown = figure.evaluate(STATES, count)
    assert len(shown) == count
    for k, page in enumerate(shown):
        numbers, places = state(k)
        assert page["numbers"] == numbers
        assert page["spoken"]
        for index, (panel, point) in places.items():
            expected = [axis(number) for axis, number in zip(axes[panel], point, strict=True)]
            assert tip(page["marks"][index]) == pytest.approx(expected, abs=0.5)


@figures
def test_handle_has_a_name_and_speaks(opened, name):
    """The slider has a role, a name, a value in words, a target of 44 px, and starts where the still stands."""
    _, figure, slider = opened(name)
    *_, start, label = FIGURES[name]
    found = figure.get_by_role("slider", name=label)
    assert found.count() == 1
    assert found.input_value() == str(start)
    assert len(found.get_attribute("aria-valuetext")) > 10
    assert slider.bounding_box()["height"] >= 44
    assert figure.get_by_role("button").bounding_box()["height"] >= 44


@figures
def test_keys_move_the_handle(opened, name):
    """Arrow keys go one state, Page Up and Page Down several, Home and End to the ends."""
    _, count = FIGURES[name][1:3]
    _, _, slider = opened(name)
    slider.focus()
    seen = []
    for key in ("Home", "ArrowRight", "ArrowUp", "ArrowLeft", "PageUp", "PageDown", "End", "ArrowRight"):
        slider.press(key)
        seen.append(int(slider.input_value()))
    assert seen[:4] == [0, 1, 2, 1]
    assert seen[4] > 1
    assert seen[5] < seen[4]
    assert seen[6:] == [count - 1, count - 1]


@figures
def test_mouse_drags_the_handle(opened, name):
    """Dragged to where another state has its handle, the handle stays there; the address names the state."""
    page, figure, slider = opened(name)
    count = FIGURES[name][2]
    table = figure.evaluate("f => JSON.parse(f.querySelector('script').textContent)")
    goal = 2 * count // 3  # far enough from its neighbors, in every figure
    handle = figure.locator(".handle .ring")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    wide = figure.evaluate(
        "f => { const s = f.querySelector('.handle').ownerSVGElement; "
        "return s.getBoundingClientRect().width / s.viewBox.baseVal.width }"
    )
    (a, b), (c, d) = table["handle"][table["start"]], table["handle"][goal]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((2 * x + (c - a) * wide) / 2, (2 * y + (d - b) * wide) / 2)
    page.mouse.move(x + (c - a) * wide, y + (d - b) * wide)
    page.mouse.up()
    assert slider.input_value() == str(goal)
    assert page.url.endswith(f"#{name}:{table['key']}={table['values'][goal]}")


@figures
def test_finger_taps_a_place(opened, name):
    """A tap where a state has its handle picks that state, on a phone."""
    page, figure, slider = opened(name, size=NARROW, has_touch=True)
    count = FIGURES[name][2]
    point = figure.evaluate(
        """(f, k) => {
            const svg = f.querySelector('.handle').ownerSVGElement;
            svg.scrollIntoView({block: 'center'});
            const [x, y] = JSON.parse(f.querySelector('script').textContent).handle[k];
            const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        }""",
        count // 2,
    )
    page.touchscreen.tap(*point)
    assert slider.input_value() == str(count // 2)


@figures
def test_address_names_a_state_and_reset_forgets_it(opened, name):
    """A link opens the figure in its state; an unknown one leaves the start; the button goes back to the start."""
    *_, start, _ = FIGURES[name]
    key = {"fig-angle": "beta", "fig-ball": "p", "fig-rate": "alpha"}.get(name, "eta")
    value = {"fig-angle": "90", "fig-ball": "inf", "fig-rate": "0.02", "fig-step": "0.02"}.get(name, "0.0156")
    _, figure, slider = opened(name, f"#{name}:{key}={value}")
    assert int(slider.input_value()) != start
    figure.get_by_role("button", name="Reset").click()
    assert slider.input_value() == str(start)
    assert opened(name, f"#{name}:{key}=nonsense")[2].input_value() == str(start)


@figures
def test_nothing_on_the_page_shifts(opened, name):
    """From loading through a hundred moves of the handle the cumulative layout shift is zero."""
    page, figure, _ = opened(name)
    figure.evaluate(STATES, min(100, FIGURES[name][2]))
    page.wait_for_timeout(100)
    shifts = page.evaluate(
        """() => new Promise(done => {
            const moved = [];
            const name = source => source.node?.parentElement?.outerHTML.slice(0, 80);
            new PerformanceObserver(list => {
                for (const e of list.getEntries()) moved.push([e.value, e.startTime, e.sources.map(name)]);
            }).observe({type: 'layout-shift', buffered: true});
            requestAnimationFrame(() => requestAnimationFrame(() => done(moved)));
        })"""
    )
    assert shifts == []


@figures
def test_figure_is_accessible_in_three_states(opened, name):
    """Axe finds nothing in the figure at its first, middle and last state."""
    page, figure, _ = opened(name)
    for k in (0, FIGURES[name][2] // 2, FIGURES[name][2] - 1):
        figure.locator("input").evaluate("(e, k) => { e.value = k; e.dispatchEvent(new Event('input')) }", k)
        assert Axe().run(page, context=f"#{name}").response["violations"] == []


@figures
def test_still_is_whole_without_script_and_in_print(opened, name):
    """Without JavaScript and in print the panels, the numbers and the caption are there, and no dead control."""
    _, figure, slider = opened(name, java_script_enabled=False)
    assert figure.locator("svg").count() >= 2
    assert figure.locator("[data-mark]").count() >= 3
    assert "" not in figure.locator("dd").all_inner_texts()
    assert figure.locator("figcaption").inner_text()
    assert not slider.is_visible()
    page, figure, slider = opened(name)
    page.emulate_media(media="print")
    assert figure.locator("svg").first.is_visible()
    assert not slider.is_visible()


def test_script_is_small_and_only_where_needed(site):
    """The script is at most 250 lines, and loaded by the pages that have an explorable figure, by no others."""
    assert len((site / "_static" / "explore.js").read_text("utf-8").splitlines()) <= 250
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert ('class="picture explorable"' in text) == ("_static/explore.js" in text)
