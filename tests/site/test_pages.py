"""Every page of the built site, opened in a browser."""

import pytest
from axe import violations
from window import NARROW, WIDE

BLOCKS = "article :is(p, li, td, th, figcaption, summary, h1, h2, h3, pre, dt)"
VISIBLE = """blocks => blocks.map(
    b => b.checkVisibility({ visibilityProperty: true }) ? b.innerText.replace(/\\s+/g, ' ').trim() : null
)"""


def readable(page):
    """Return the text of each block that can be read, as the first choice of the page's radio buttons shows it."""
    states = [page.eval_on_selector_all(BLOCKS, VISIBLE)]
    for choice in page.locator("article input[type=radio]").all():
        choice.check()
        states.append(page.eval_on_selector_all(BLOCKS, VISIBLE))
    texts = [next((text for text in block if text is not None), None) for block in zip(*states, strict=True)]
    return [text for text in texts if text is not None]


def test_page_loads_without_error_or_stranger(visit, address, page_name):
    """A page reports no error, each of its requests is answered, and none goes to anyone else."""
    messages, failed, asked = [], [], []

    def watch(page):
        page.on("console", lambda m: messages.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: messages.append(str(e)))
        page.on("requestfailed", lambda r: failed.append(r.url))
        page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
        page.on("request", lambda r: asked.append(r.url))

    visit(page_name, watch=watch).wait_for_load_state("networkidle")
    strangers = [url for url in asked if not url.startswith((address, "data:"))]
    assert (messages, failed, strangers) == ([], [], [])
    assert len(asked) > 3


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW)])
def test_page_is_accessible(visit, page_name, scheme, size):
    """Axe finds no violation on a page, in light, in dark and on a phone, with every solution folded open."""
    page = visit(page_name, size=size, color_scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(page) == []


@pytest.mark.parametrize("what", ["pre .nb", "math mi"])
def test_faint_words_in_code_and_formulas_are_found(visit, what):
    """Axe tells of words of too little contrast within code and formulas, though it measures each look once."""
    page = visit("misconceptions.html")
    page.add_style_tag(content=f"{what} {{ color: #aaa !important }}")
    ((rule, places),) = violations(page)
    assert rule == "color-contrast"
    assert places


def test_page_fits_a_phone(visit, page_name):
    """Nothing on a page is wider than a screen of 375 px, except what scrolls in a box of its own."""
    page = visit(page_name, size=NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_page_is_whole_without_javascript(visit, page_name):
    """What can be read on a page with JavaScript can be read without it."""
    if page_name == "search.html":
        assert "JavaScript" in visit(page_name, java_script_enabled=False).inner_text("main")
        return
    with_script, without = (readable(visit(page_name, java_script_enabled=script)) for script in (True, False))
    assert with_script == without
    assert len(without) > 1


def test_page_names_itself(visit, page_name):
    """A page has one title of its own, one main heading, and a language."""
    page = visit(page_name)
    assert page.locator("h1:visible").count() == 1
    assert page.title()
    assert page.get_attribute("html", "lang") == "en"
