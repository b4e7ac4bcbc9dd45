"""The explorable figures: each state shows what the package computes, and every way to move the handle works."""

import functools
import gzip
import itertools
import json
import math
import re

import numpy as np
import pytest
import scipy.special
import scipy.stats
from axe import violations
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
STEPS, TURNS = (0.0625, 0.125, 0.25), range(-105, 28, 3)
ETAS, RADII = np.geomspace(0.02, 1, 12), np.geomspace(1 / 64, 1, 25).round(12)  # halves are halves
POWERS = (1, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 6, 10, 20, math.inf)
RATES = np.round(np.arange(0.005, 0.211, 0.005), 3)
ALPHAS = np.sort([*np.arange(1, 21) / 50, 4 / (1 + math.sqrt(10)) ** 2])
GAMMAS = np.sort([*np.arange(25) / 25, ((math.sqrt(10) - 1) / (math.sqrt(10) + 1)) ** 2])
SIGMAS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, *(round(0.05 * k, 2) for k in range(2, 21))]
DIMS = [2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000]


def minus(text):
    """Return a number as the page writes it: a true minus sign, and none before a zero."""
    return text.lstrip("-") if float(text.rstrip("°")) == 0 else text.replace("-", "−")


def angle_state(k, m):
    """Return the numbers of the angle's figure at k degrees, and where its marks belong: (panel, point)."""
    u, step = circle(float(k), start=G), STEPS[m]
    slope = directional_derivative(G, u)
    true = LOSS(W + step * u) - LOSS(W)
    changes = step * slope, true
    shown = [f"{k}°", *(minus(f"{n:.3f}") for n in (cosine(u, G), slope))]
    shown += [f"{step:.4f}", *(minus(f"{n:.3f}") for n in changes)]
    at = W + step * u
    return shown, {3: (0, at), 4: (0, at), 6: (1, (k, slope)), 7: (1, (k, true / step))}


def step_state(k, m):
    """Return the same for the figure of one small step, along a direction turned."""
    u = circle(float(TURNS[m]), start=U)
    eta, true = ETAS[k], along(LOSS, W, u, ETAS[k])
    line, parabola = first_order(LOSS, W, u, eta), second_order(LOSS, W, u, eta)
    pair = ETAS[max(k - 1, 0) : max(k, 1) + 1]
    orders = []
    for model in (first_order, second_order):
        errors = abs(along(LOSS, W, u, pair) - model(LOSS, W, u, pair))
        orders.append(math.log(errors[1] / errors[0]) / math.log(pair[1] / pair[0]))
    errors = abs(true - line), abs(true - parabola)
    shown = [f"{eta:.3f}", minus(f"{TURNS[m]}°"), minus(f"{true - LOSS(W):.4f}")]
    for error, order in zip(errors, orders, strict=True):
        shown += [f"{error:.1e}", f"{order:.2f}"]
    places = {4: (0, (eta, line)), 5: (0, (eta, parabola)), 6: (0, (eta, true))}
    return shown, places | {8: (1, (eta, errors[0])), 10: (1, (eta, errors[1]))}


def ball_state(k, m):
    """Return the same for the figure of the ball and a turned gradient, with the dual norm from its formula."""
    p, turn = POWERS[k], math.radians(10 * m - 180)
    g = np.array([2 * math.cos(turn) - math.sin(turn), 2 * math.sin(turn) + math.cos(turn)])
    u = steepest_direction(g, lp(p))
    q = 1 if p == math.inf else math.inf if p == 1 else p / (p - 1)
    value = -max(abs(g)) if q == math.inf else -(sum(abs(g) ** q) ** (1 / q))
    away = math.degrees(math.acos(min(1, -u @ g / math.hypot(*u) / math.hypot(*g))))
    points = (f"({minus(f'{v[0]:.2f}')}, {minus(f'{v[1]:.2f}')})" for v in (g, u))
    shown = ["∞" if p == math.inf else f"{p:g}", *points, minus(f"{value:.3f}"), f"{away:.1f}°"]
    return shown, {3: (0, 1.2 * g / math.hypot(*g)), 5: (0, u), 6: (0, u), 8: (1, (1 / p, value))}


@functools.cache
def rate_values(rate):
    """Return the losses along the path with a learning rate, the same for all numbers of steps."""
    return descend(VALLEY, START, learning_rate(rate), 40).values


def rate_state(k, m):
    """Return the same for the figure of the learning rate after m steps, with the path from its closed form."""
    rate = RATES[k]

    def point(steps):
        return 2 * (1 - rate) ** steps, 0.6 * (1 - 10 * rate) ** steps

    def value(steps):
        x, y = point(steps)
        return (x**2 + 10 * y**2) / 2

    path = rate_values(rate)
    assert path[[m, -1]] == pytest.approx([value(m), value(40)], rel=1e-6, abs=1e-30)
    path = [float(f"{loss:.12g}") for loss in path]  # as the figure: a half of the last digit shown is one everywhere
    slow = "crawls" if path[-1] > 0.38 else "converges"
    word = "diverges" if rate > 0.2 + 1e-9 else "zigzags in" if rate > 0.1 + 1e-9 else slow
    word = "bounces" if abs(rate - 0.2) < 1e-9 else word
    shown = [f"{rate:.3f}", "0.200", str(m), f"{path[m]:.2e}", f"{path[-1]:.2e}", word]
    return shown, {1: (0, point(m)), 3: (1, (m, path[m])), 4: (2, (rate, path[-1]))}


@functools.cache
def best_of_a_sweep(radius):
    """Return the best of 36,000 directions for a step of that length, the same wherever the handle is."""
    ring = circle(np.arange(0, 360, 0.01))
    return ring[LOSS(W + radius * ring).argmin()]


def finite_state(k, m):
    """Return the same for the figure of the finite ball, with the best point from a sweep of its own."""
    radius, best = RADII[k], best_of_a_sweep(RADII[k])
    down = -G / math.hypot(*G)
    away = math.degrees(math.acos(min(1, best @ down)))
    turn = math.radians(10 * m - 100)
    other = math.cos(turn) * down + math.sin(turn) * np.array([-down[1], down[0]])
    changes = (LOSS(W + radius * u) - LOSS(W) for u in (best, down, other))
    shown = [
        f"{radius:.3f}",
        f"{away:.1f}°",
        minus(f"{10 * m - 100}°"),
        *(minus(f"{change:.4f}") for change in changes),
    ]
    places = {1: (0, W + radius * down), 2: (0, W + radius * best), 4: (0, W + radius * other)}
    return shown, places | {5: (0, W + radius * best), 6: (1, (radius, away))}


@functools.cache
def nodes_and_weights():
    """Return a rule of integration, which takes longer to make than to use."""
    return scipy.special.roots_legendre(800)


def random_state(k, m):
    """Return the same for the figure of random directions, with the best of them from a Beta distribution."""
    d, n = DIMS[k], 2 ** (m + 1)
    nodes, weights = nodes_and_weights()
    reach = min(1.0, 12 / math.sqrt(d))
    below = scipy.stats.beta((d - 1) / 2, (d - 1) / 2, loc=-1, scale=2).cdf(reach * np.sin(math.pi / 2 * nodes))
    best = reach - reach * math.pi / 2 * np.sum(weights * np.cos(math.pi / 2 * nodes) * below**n)
    bound = min(1, math.sqrt(2 * math.log(n) / d))
    shown = [str(d), f"{n:,}", minus(f"{-best:.3f}"), minus(f"{-bound:.3f}")]
    shown.append(f"{math.degrees(math.acos(best)):.1f}°")
    return shown, {1: (0, (-best, 0)), 2: (0, (max(-best - 0.32, -1.08), 0.09)), 5: (1, (n, best))}


def momentum_state(k, m):
    """Return the same for the map of momentum, with roots and path from the matrix of the linear recursion."""
    rate, momentum = ALPHAS[k], GAMMAS[m]
    path = descend(VALLEY, START, learning_rate(rate), 20, momentum=momentum)
    kinds, largest, points = [], [], np.empty((21, 2))
    for axis, curvature in enumerate((1, 10)):
        matrix = np.array([[1 + momentum - rate * curvature, -momentum], [1, 0]])
        far = abs(math.sqrt(rate * curvature) - 1), math.sqrt(rate * curvature) - 1, math.sqrt(momentum)
        double = min(abs(far[0] - far[2]), abs(far[1] - far[2])) < 1e-12
        roots = np.linalg.eigvals(matrix)
        kinds.append("double" if double else "complex" if roots.imag.any() else "real")
        largest.append(np.real_if_close(roots[abs(roots).argmax()], tol=1e9))
        points[:, axis] = [(np.linalg.matrix_power(matrix, n) @ ([START[axis]] * 2))[0] for n in range(21)]
    assert path.points == pytest.approx(points, rel=1e-9, abs=1e-13)
    factor = max(map(abs, largest))
    deciding = [root for root in largest if abs(root) > factor - 1e-6 and np.isreal(root)]
    word = "oscillates" if not deciding else "zigzags in" if min(deciding) < 0 else "monotone"
    word = "diverges" if factor > 1 + 1e-6 else "bounces" if factor > 1 - 1e-6 else word
    word = "best" if kinds == ["double"] * 2 else word
    inside = np.flatnonzero((abs(points) <= 2.5).all(-1))
    shown = [f"{rate:.3f}", f"{momentum:.3f}", *kinds, f"{factor:.3f}", word, f"{path.values[-1]:.2e}"]
    return shown, {0: (0, (rate, momentum)), 1: (1, points[: inside[-1] + 2])}


def polar_state(k, m):
    """Return the same for the figure of a singular value, iterated with the polynomials written out."""
    way = [(SIGMAS[k],) * 2]
    for _ in range(m + 1):
        x, y = way[-1]
        way.append((1.5 * x - 0.5 * x**3, 3.4445 * y - 4.7750 * y**3 + 2.0315 * y**5))
    distance = abs(1 - way[m][0])
    shown = [f"{SIGMAS[k]:g}", str(m), f"{distance:.1e}" if distance > 1e-9 else "below 1e-9"]
    shown += [f"{value:.4f}" for value in way[m]]
    (x, y), after = way[m], way[m + 1]
    return shown, {0: (0, (x, after[0])), 1: (0, (y, after[1])), 2: (0, (SIGMAS[k], 0)), 4: (1, (m, x)), 6: (1, (m, y))}


# For each figure its page, its states, and for each slider how many values it has, where it starts, and its name.
FIGURES = {
    "fig-angle": (
        "argument/angle",
        angle_state,
        (361, 3),
        (135, 2),
        ("Angle β between the step and the gradient", "Step length η"),
    ),
    "fig-step": ("argument/small-step", step_state, (12, 45), (11, 35), ("Step length η", "Turn of u in degrees")),
    "fig-ball": (
        "argument/assumptions",
        ball_state,
        (15, 36),
        (7, 18),
        ("Power p of the norm", "Turn of the gradient in degrees"),
    ),
    "fig-rate": ("argument/assumptions", rate_state, (42, 13), (19, 12), ("Learning rate α", "Steps taken")),
    "fig-finite": (
        "argument/assumptions",
        finite_state,
        (25, 21),
        (24, 10),
        ("Step length η", "Another direction, in degrees from −∇L"),
    ),
    "fig-momentum": (
        "trust/memory",
        momentum_state,
        (21, 26),
        (11, 7),
        ("Learning rate α", "Momentum γ"),
    ),
    "fig-random": ("trust/dimensions", random_state, (24, 21), (17, 9), ("Dimension d", "Number of directions N")),
    "fig-polar": ("norms/polar", polar_state, (27, 21), (3, 5), ("Singular value σ at the start", "Iterations k")),
}
FREE = {"fig-momentum"}  # whose handle moves both sliders
STATES = """(figure, [counts, every]) => {
    const sliders = [...figure.querySelectorAll('input')];
    const go = (slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); };
    const seen = [];
    for (let k = 0; k < counts[0]; k += every) for (let m = 0; m < counts[1]; m++) {
        go(sliders[0], k);
        go(sliders[1], m);
        const marks = [...figure.querySelectorAll('[data-mark]')];
        seen.push({
            state: [k, m],
            numbers: [...figure.querySelectorAll('dd')].map(d => d.textContent),
            marks: marks.map(m => m.getAttribute('transform') ?? m.getAttribute('d')),
            spoken: sliders.map(s => s.getAttribute('aria-valuetext')),
        });
    }
    return seen;
}"""
TICKS = """figure => [...figure.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('use')].map(use => {
    const text = use.parentElement.parentElement.parentElement.querySelector('text');
    const shape = document.getElementById(use.getAttribute('href').slice(1)).getAttribute('d');
    return [text ? text.textContent.trim() : '', shape, +use.getAttribute('x'), +use.getAttribute('y')];
}))"""
figures = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture
def opened(visit):
    """Return a function that opens the page of a figure and finds the figure and its sliders."""

    def go(name, address="", **settings):
        page = visit(f"{FIGURES[name][0]}.html{address}", **settings)
        figure = page.locator(f"#{name}")
        return page, figure, figure.locator("input")

    return go


def state_of(sliders):
    """Return the state that the sliders show."""
    return tuple(int(slider.input_value()) for slider in sliders.all())


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


def stands(mark, whole):
    """Return where a mark stands: all points of a path, a handle or text, the end of an arrow, the middle of a dot."""
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", mark)]
    if whole:
        return np.reshape(numbers, (-1, 2))
    if mark.startswith("translate"):
        return numbers[:2]
    return [numbers[0] + 4, numbers[1]] if "a4 4" in mark else numbers[-2:]


@figures
def test_every_state_shows_what_the_package_computes(opened, name):
    """In every state the numbers are the package's to the last digit, and the marks stand within half a pixel."""
    _, state, counts, *_ = FIGURES[name]
    _, figure, _ = opened(name)
    axes = [(scale(ticks, "M 0 0 L 0 3.5", 0), scale(ticks, "M 0 0 L -3.5 0", 1)) for ticks in figure.evaluate(TICKS)]
    shown = figure.evaluate(STATES, [counts, 1])
    assert [tuple(page["state"]) for page in shown] == list(itertools.product(*map(range, counts)))
    assert len(shown) >= 500
    for page in shown:
        numbers, places = state(*page["state"])
        assert page["numbers"] == numbers
        assert page["spoken"][0] == page["spoken"][1]
        for index, (panel, point) in places.items():
            expected = np.transpose(
                [axis(number) for axis, number in zip(axes[panel], np.transpose(point), strict=True)]
            )
            assert stands(page["marks"][index], np.ndim(point) == 2) == pytest.approx(expected, abs=0.5)


@figures
def test_sliders_have_names_and_speak(opened, name):
    """Each slider has a role, a name, a value in words, a target of 44 px, and starts where the still stands."""
    _, figure, sliders = opened(name)
    *_, starts, labels = FIGURES[name]
    assert state_of(sliders) == starts
    for label in labels:
        found = figure.get_by_role("slider", name=label)
        assert found.count() == 1
        assert len(found.get_attribute("aria-valuetext")) > 20
        assert found.bounding_box()["height"] >= 44
    assert figure.get_by_role("button").bounding_box()["height"] >= 44


@figures
@pytest.mark.parametrize("which", [0, 1])
def test_keys_move_a_slider(opened, name, which):
    """Arrow keys go one value, Page Up and Page Down several, Home and End to the ends; the other slider stays."""
    count, other = FIGURES[name][2][which], FIGURES[name][3][1 - which]
    _, _, sliders = opened(name)
    sliders.nth(which).focus()
    seen = []
    for key in ("Home", "ArrowRight", "ArrowUp", "ArrowLeft", "PageUp", "PageDown", "End", "ArrowRight"):
        sliders.nth(which).press(key)
        seen.append(state_of(sliders)[which])
        assert state_of(sliders)[1 - which] == other
    assert seen[:4] == [0, 1, min(2, count - 1), min(2, count - 1) - 1]
    assert seen[4] > seen[3]
    assert seen[5] < seen[4]
    assert seen[6:] == [count - 1, count - 1]


def handle_at(figure, state):
    """Return where the handle stands in a state, in the pixels of its panel."""
    strides, places = figure.evaluate("f => JSON.parse(f.querySelector('script').textContent).handle")
    return places[sum(stride * index for stride, index in zip(strides, state, strict=True))]


@figures
def test_mouse_drags_the_handle(opened, name):
    """Dragged to where another state has its handle, the handle stays there; the address names the state."""
    page, figure, sliders = opened(name)
    counts, starts = FIGURES[name][2:4]
    goal = (
        2 * counts[0] // 3,
        counts[1] // 2 if name in FREE else starts[1],
    )  # far from its neighbors, in every figure
    handle = figure.locator(".handle .ring")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    wide = figure.evaluate(
        "f => { const s = f.querySelector('.handle').ownerSVGElement; "
        "return s.getBoundingClientRect().width / s.viewBox.baseVal.width }"
    )
    (a, b), (c, d) = handle_at(figure, starts), handle_at(figure, goal)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((2 * x + (c - a) * wide) / 2, (2 * y + (d - b) * wide) / 2)
    page.mouse.move(x + (c - a) * wide, y + (d - b) * wide)
    page.mouse.up()
    reached = state_of(sliders)
    assert math.dist(handle_at(figure, reached), (c, d)) * wide <= 1.5  # a mouse goes in whole pixels
    assert reached[1] == goal[1]
    table = figure.evaluate("f => JSON.parse(f.querySelector('script').textContent)")
    named = [f"{key}={values[i]}" for key, values, i in zip(table["keys"], table["values"], reached, strict=True)]
    assert page.url.endswith(f"#{name}:{','.join(named)}")


@figures
def test_finger_taps_a_place(opened, name):
    """A tap where a state has its handle picks that state, on a phone."""
    _, figure, sliders = opened(name, size=NARROW, has_touch=True)
    counts, starts = FIGURES[name][2:4]
    goal = (counts[0] // 2, counts[1] // 2 if name in FREE else starts[1])
    point = figure.evaluate(
        """(f, [x, y]) => {
            const svg = f.querySelector('.handle').ownerSVGElement;
            svg.scrollIntoView({block: 'center'});
            const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        }""",
        handle_at(figure, goal),
    )
    figure.page.touchscreen.tap(*point)
    reached = state_of(sliders)
    assert math.dist(handle_at(figure, reached), handle_at(figure, goal)) <= 1.5  # a finger goes in whole pixels
    assert reached[1] == goal[1]


ADDRESSES = {
    "fig-angle": ("beta=90,eta=0.125", (90, 1)),
    "fig-step": ("turn=0,eta=0.02", (0, 35)),
    "fig-ball": ("p=inf", (14, 18)),
    "fig-rate": ("alpha=0.02,step=3", (3, 3)),
    "fig-finite": ("turn=-40", (24, 6)),
    "fig-momentum": ("alpha=0.04,gamma=0.64", (1, 17)),
    "fig-random": ("d=10,n=4", (5, 1)),
    "fig-polar": ("sigma=0.001,k=20", (0, 20)),
}


@figures
def test_address_names_a_state_and_reset_forgets_it(opened, name):
    """A link opens the figure in its state; an unknown one leaves the start; the button goes back to the start."""
    starts, (address, state) = FIGURES[name][3], ADDRESSES[name]
    _, figure, sliders = opened(name, f"#{name}:{address}")
    assert state_of(sliders) == state
    figure.get_by_role("button", name="Reset").click()
    assert state_of(sliders) == starts
    for unknown in (f"{address.split('=')[0]}=nonsense", "nothing=1", "nonsense"):
        assert state_of(opened(name, f"#{name}:{unknown}")[2]) == starts


@figures
def test_nothing_on_the_page_shifts(opened, name):
    """From loading through a hundred moves of the handle the cumulative layout shift is zero."""
    page, figure, _ = opened(name)
    counts = FIGURES[name][2]
    figure.evaluate(STATES, [counts, max(1, counts[0] * counts[1] // 100)])
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
    page, _, sliders = opened(name)
    for share in (0, 0.5, 1):
        for slider, count in zip(sliders.all(), FIGURES[name][2], strict=True):
            k = round(share * (count - 1))
            slider.evaluate("(e, k) => { e.value = k; e.dispatchEvent(new Event('input')) }", k)
        assert violations(page, f"#{name}") == []


@figures
def test_still_is_whole_without_script_and_in_print(opened, name):
    """Without JavaScript and in print the panels, the numbers and the caption are there, and no dead control."""
    _, figure, sliders = opened(name, java_script_enabled=False)
    assert figure.locator("svg").count() >= 2
    table = json.loads(figure.locator("script").text_content())
    assert figure.locator("[data-mark]").count() == len(table["marks"]) >= 2
    assert "" not in figure.locator("dd").all_inner_texts()
    assert figure.locator("figcaption").inner_text()
    assert figure.locator(".controls").bounding_box() is None
    page, figure, sliders = opened(name)
    page.emulate_media(media="print")
    assert figure.locator("svg").first.is_visible()
    assert not any(slider.is_visible() for slider in sliders.all())


def test_script_is_small_and_only_where_needed(site):
    """The script is at most 250 lines, and loaded by the pages that have an explorable figure, by no others."""
    assert len((site / "_static" / "explore.js").read_text("utf-8").splitlines()) <= 250
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert ('class="picture explorable"' in text) == ("_static/explore.js" in text)


@figures
def test_table_is_small(opened, name):
    """What a figure carries for all of its states is at most 40 kB compressed."""
    table = opened(name)[1].locator("script").text_content()
    assert len(gzip.compress(table.encode())) <= 40_000
