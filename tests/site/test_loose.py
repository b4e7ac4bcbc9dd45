"""The argument with its screws loose: a switch marks the line that breaks first and shows its example, no other."""

import pytest
from axe import violations
from window import NARROW, WIDE

PAGE = "argument/loose.html"
# In the order of the page: the switch, what it says, the line that breaks first.
SWITCHES = {
    "length": ("u has length one", 7),
    "kink": ("L is differentiable", 3),
    "long": ("η is small", 4),
    "zero": ("∇L is not zero", 5),
    "norm": ("Length is Euclidean", 7),
}
SHOWN = """es => es
    .filter(e => e.checkVisibility({ visibilityProperty: true }))
    .map(e => e.innerText.replace(/\\s+/g, ' '))"""


def lines(page, mark):
    """Return the numbers of the lines that carry a visible mark in words."""
    texts = page.locator(".screws li").all_inner_texts()
    return [number for number, text in enumerate(texts, 1) if mark in text]


def assert_loose(page, name):
    """The page says in words which line breaks and which do not follow, and shows one example."""
    line = SWITCHES[name][1]
    assert lines(page, "breaks here") == [line]
    assert lines(page, "does not follow") == list(range(line + 1, 9))
    (shown,) = page.locator(".case").evaluate_all(SHOWN)
    assert page.locator(f".case[data-case={name}]").is_visible()
    assert f", and line {line} breaks." in shown
    assert page.locator(f".case[data-case={name}] .cell_output").is_visible()
    assert f"line {line} is the first to break" in page.get_by_role("status").inner_text()


def test_all_tight_at_first(visit):
    """At first every screw is tight: no line is marked and no example is shown."""
    page = visit(PAGE)
    assert page.get_by_role("group", name="Which screw is loose?").is_visible()
    assert page.get_by_role("radio", name="None: all are tight").is_checked()
    assert lines(page, "breaks here") == lines(page, "does not follow") == []
    assert page.locator(".case").evaluate_all(SHOWN) == []
    assert page.get_by_role("status").inner_text().strip() == "All tight: every line follows."


def test_switches_work_by_pointer(visit):
    """A click on the words beside a switch loosens its screw; a click on the first tightens all of them again."""
    page = visit(PAGE)
    for name, (words, _) in SWITCHES.items():
        page.locator(".screws label", has_text=words).click()
        assert_loose(page, name)
    page.get_by_text("None: all are tight").click()
    assert page.locator(".case").evaluate_all(SHOWN) == []


def test_switches_work_by_keyboard(visit):
    """Tab reaches the switches, an arrow goes to the next one, and Tab goes on to the mark, a link to the example."""
    page = visit(PAGE)
    page.get_by_role("radio", name="None: all are tight").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    for name, (words, _) in SWITCHES.items():
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.labels[0].innerText.trim()") == words
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
        assert_loose(page, name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "breaks here"
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(top => 0 <= top && top < 800)(document.querySelector('.case[data-case=norm]').getBoundingClientRect().top)"
    )


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_lines_stay_where_they_are(visit, size):
    """No line and no switch moves or changes its size when a screw is loosened; nothing is wider than the screen."""
    page = visit(PAGE, size=size)
    where = """es => es.map(e => {
        const box = e.getBoundingClientRect(), top = document.querySelector('.screws').getBoundingClientRect().top;
        return [box.left, box.top - top, box.width, box.height].map(n => n.toFixed(1));
    })"""
    places = [page.locator(".screws li, .screws input").evaluate_all(where)]
    for name in SWITCHES:
        page.check(f"[value={name}]")
        places.append(page.locator(".screws li, .screws input").evaluate_all(where))
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert places == [places[0]] * 6


def test_page_is_accessible_with_any_screw_loose(visit):
    """Axe finds no violation with any screw loose, in light, in dark and on a phone: faded lines keep contrast."""
    for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
        page = visit(PAGE, size=size, color_scheme=scheme)
        plain = page.locator(".screws li").last.evaluate("li => getComputedStyle(li).color")
        for name in SWITCHES:
            page.check(f"[value={name}]")
            assert page.locator(".screws li").last.evaluate("li => getComputedStyle(li).color") != plain
            assert violations(page) == []


def test_all_examples_stand_without_javascript_and_in_print(visit):
    """Without JavaScript and in print all five examples stand below one another, whatever is loose."""
    whole = visit(PAGE, java_script_enabled=False)
    paper = visit(PAGE)
    paper.check("[value=norm]")
    paper.emulate_media(media="print")
    for page in (whole, paper):
        shown = page.locator(".case").evaluate_all(SHOWN)
        assert len(shown) == 5
        assert all(f"and line {line} breaks." in text for text, line in zip(shown, (3, 4, 5, 7, 7), strict=True))
        assert page.locator(".case .cell_output:visible").count() == 5
    assert lines(paper, "breaks here") == lines(paper, "does not follow") == []


def test_switches_work_without_javascript(visit):
    """Without JavaScript a loosened screw still marks the lines."""
    page = visit(PAGE, java_script_enabled=False)
    for name, (_, line) in SWITCHES.items():
        page.check(f"[value={name}]")
        assert lines(page, "breaks here") == [line]
