"""Explorable figures under a finger and on a phone: found on the site, whatever figures it has."""

import itertools
import math
import re

import pytest
from window import NARROW, PAGES, SITE

EXPLORABLE = re.compile('class="picture explorable" id="([^"]+)"')
FIGURES = [(page, name) for page in PAGES for name in EXPLORABLE.findall((SITE / page).read_text("utf-8"))]
figures = pytest.mark.parametrize(("place", "name"), FIGURES or [("index.html", "fig-angle")])

PHONE = {"width": 375, "height": 812}
SEEN = 635  # what Safari shows of such a phone between its bars
BEFORE = """f => {
    f.querySelector('.handle').ownerSVGElement.scrollIntoView({ block: 'center' });
    window.events = [];
    for (const type of ['pointermove', 'pointerup', 'pointercancel']) {
        addEventListener(type, e => events.push(e.type), true);
    }
}"""
LOOK = """f => {
    const svg = f.querySelector('.handle').ownerSVGElement, box = e => e.getBoundingClientRect().toJSON();
    const sliders = [...f.querySelectorAll('input')];
    return { panel: box(svg), ring: box(f.querySelector('.ring')), grip: box(f.querySelector('.grip')),
        last: box(sliders.at(-1)), scale: box(svg).width / svg.viewBox.baseVal.width,
        state: sliders.map(s => +s.value), scrolled: scrollY };
}"""
HIT = "points => points.map(([x, y]) => document.elementFromPoint(x, y).closest('.handle') !== null)"
# One guard against scrolling is taken away: the other has to do.
WITHOUT = {
    "style": "() => { document.querySelectorAll('.handle').forEach(h => h.style.touchAction = 'auto'); }",
    "script": "() => { addEventListener('touchstart', e => e.stopImmediatePropagation(), true); }",
}


@pytest.fixture
def opened(visit):
    """Return a function that opens the page of a figure on a phone and finds the figure."""

    def go(place, name, size=NARROW, touch=True):
        page = visit(place, size=size, has_touch=touch)
        return page, page.locator(f"#{name}")

    return go


def middle(box):
    """Return the middle of a box."""
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, goal):
    """Move a finger over the page from one place to another, in ten steps of equal length."""
    finger = page.context.new_cdp_session(page)

    def send(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for share in range(1, 11):
        send("touchMove", tuple(a + (b - a) * share / 10 for a, b in zip(start, goal, strict=True)))
    send("touchEnd")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def reachable(figure):
    """Return where the handle stands in each state that it can reach from the one shown, in pixels of its panel."""
    table = figure.evaluate("f => JSON.parse(f.querySelector('script').textContent)")
    (strides, places), moves = table["handle"], table["moves"]
    start = figure.evaluate(LOOK)["state"]
    states = itertools.product(*(range(len(values)) for values in table["values"][:moves]))
    whole = [(*state, *start[moves:]) for state in states]
    return {state: places[sum(i * n for i, n in zip(state, strides, strict=True))] for state in whole}


@figures
@pytest.mark.parametrize("guard", WITHOUT)
def test_finger_drags_the_handle_and_not_the_page(opened, place, name, guard):
    """The handle follows a finger across and along the page to the nearest state; the page stays where it is."""
    page, figure = opened(place, name)
    figure.evaluate(BEFORE)
    page.evaluate(WITHOUT[guard])
    first = figure.evaluate(LOOK)
    places, states = reachable(figure), {tuple(first["state"])}
    for way in (0, 1):
        look = figure.evaluate(LOOK)
        panel, (x, y) = look["panel"], middle(look["ring"])
        sign = math.copysign(90, (panel["x"] + panel["width"] / 2 - x, panel["y"] + panel["height"] / 2 - y)[way])
        goal = (x + sign, y) if way == 0 else (x, y + sign)
        drag(page, (x, y), goal)
        state = tuple(figure.evaluate(LOOK)["state"])
        finger = (goal[0] - panel["x"]) / look["scale"], (goal[1] - panel["y"]) / look["scale"]
        nearest = min(math.dist(spot, finger) for spot in places.values())
        assert math.dist(places[state], finger) <= nearest + 1.5  # a finger goes in whole pixels
        states.add(state)
    assert len(states) > 1
    events = page.evaluate("events")
    assert events.count("pointerup") == 2
    assert events.count("pointermove") >= 20
    assert "pointercancel" not in events
    assert figure.evaluate(LOOK)["scrolled"] == first["scrolled"]
    assert f"#{name}:" in page.url


@figures
def test_finger_beside_the_handle_scrolls_the_page(opened, place, name):
    """A finger that starts elsewhere in the picture scrolls the page and leaves the state."""
    page, figure = opened(place, name)
    figure.evaluate(BEFORE)
    before = figure.evaluate(LOOK)
    box, handle = before["panel"], middle(before["ring"])
    ends = ((box[side] + 20, box[side] + box[size] - 20) for side, size in (("x", "width"), ("y", "height")))
    x, y = max(itertools.product(*ends), key=lambda corner: math.dist(corner, handle))
    drag(page, (x, y), (x, y - 120))
    after = figure.evaluate(LOOK)
    assert after["scrolled"] > before["scrolled"] + 50
    assert after["state"] == before["state"]


@figures
def test_target_of_a_finger_is_large(opened, place, name):
    """For a finger the handle is 44 px across all around, on the narrowest phone too; for a mouse it is no larger."""
    page, figure = opened(place, name)
    for width in (320, 375):
        page.set_viewport_size({"width": width, "height": 812})
        figure.evaluate(BEFORE)
        look = figure.evaluate(LOOK)
        panel, (x, y) = look["panel"], middle(look["ring"])
        assert min(look["grip"]["width"], look["grip"]["height"]) >= 44
        around = [(x + 21 * math.cos(k * math.pi / 4), y + 21 * math.sin(k * math.pi / 4)) for k in range(8)]
        seen = [(a, b) for a, b in around if panel["left"] < a < panel["right"] and panel["top"] < b < panel["bottom"]]
        assert len(seen) >= 5
        assert all(page.evaluate(HIT, seen))
    assert opened(place, name, touch=False)[1].evaluate(LOOK)["grip"]["width"] <= 44


@figures
def test_handle_and_sliders_are_seen_together(opened, place, name):
    """From the top of the handle's panel to the last slider fits between a phone's bars, and on all wider pages."""
    page, figure = opened(place, name, PHONE)
    look = figure.evaluate(LOOK)
    bar = page.locator(".bd-header-article").bounding_box()["height"]
    assert look["last"]["bottom"] - look["panel"]["top"] <= SEEN - bar
    for width in (320, 600, 700, 768, 1024, 1200, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        look = figure.evaluate(LOOK)
        assert look["last"]["bottom"] - look["panel"]["top"] <= SEEN - bar


@pytest.mark.parametrize("width", [320, 375, 768, 1100])
def test_way_back_to_the_top_covers_nothing(visit, width):
    """The button that leads back to the top stands in the bar, beside the other buttons, and is 44 px high."""
    page = visit(FIGURES[0][0] if FIGURES else "index.html", size={"width": width, "height": 812})
    page.mouse.move(width / 2, 400)
    page.mouse.wheel(0, 1500)
    page.wait_for_function("scrollY > 1000")
    page.mouse.wheel(0, -300)
    button = page.locator("#pst-back-to-top")
    button.wait_for()
    bar, box = page.locator(".bd-header-article").bounding_box(), button.bounding_box()
    assert bar["y"] <= box["y"]
    assert box["y"] + box["height"] <= bar["y"] + bar["height"]
    assert box["height"] >= 44
    for other in page.locator(".bd-header-article :is(button, label, a):visible").all():
        beside = other.bounding_box()
        assert beside["x"] >= box["x"] + box["width"] or beside["x"] + beside["width"] <= box["x"]
