"""Every page of the built site, opened in a browser."""

import pytest
from axe import violations
from window import LISTINGS, NARROW

COLORS = ["color-contrast", "link-in-text-block"]
BLOCKS = ":is(article, .listing) :is(p, li, td, th, figcaption, summary, h1, h2, h3, pre, dt)"
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


def test_page(visit, address, page_name, subtests):
    """A page reports no error, asks nothing of anyone else, names itself, and is accessible and whole in every look.

    It is loaded twice, with JavaScript and without. In the dark only colors differ, so only the rules about them are
    asked again; on a phone some elements come and others go.
    """
    messages, failed, asked = [], [], []

    def watch(page):
        page.on("console", lambda m: messages.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: messages.append(str(e)))
        page.on("requestfailed", lambda r: failed.append(r.url))
        page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
        page.on("request", lambda r: asked.append(r.url))

    page = visit(page_name, watch=watch, color_scheme="light")
    page.wait_for_load_state("networkidle")
    with subtests.test("no error, no stranger"):  # before Axe, which asks for styles in wrong places
        strangers = [url for url in asked if not url.startswith((address, "data:"))]
        assert (messages, failed, strangers) == ([], [], [])
        assert len(asked) > 3
    with subtests.test("one title of its own, one main heading, a language"):
        assert page.locator("h1:visible").count() == 1
        assert page.title()
        assert page.get_attribute("html", "lang") == "en"
    with subtests.test("whole without JavaScript"):
        without = visit(page_name, java_script_enabled=False)
        if page_name == "search.html":
            assert "JavaScript" in without.inner_text("main")
        else:
            texts = [readable(one) for one in (page, without)]
            assert texts[0] == texts[1]
            assert len(texts[0]) > 1
    if page.locator("article input[type=radio]").count():
        page.reload()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.add_style_tag(content="* { transition: none !important }")
    with subtests.test("accessible in the light"):
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        assert violations(page) == []
    with subtests.test("accessible in the dark"):
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert violations(page, rules=COLORS) == []
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.set_viewport_size(NARROW)
    page.wait_for_timeout(500)  # the theme waits a little before it lets what now scrolls be reached by keys
    with subtests.test("accessible on a phone"):
        assert violations(page) == []
    with subtests.test("nothing wider than a phone, but what scrolls in a box of its own"):
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("name", ["index.html", *LISTINGS[:1]])
def test_page_follows_the_system_into_the_dark(visit, name):
    """Where the system is set to dark a page is dark at once."""
    assert visit(name, color_scheme="dark").evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("what", ["pre .nb", "math mi"])
def test_faint_words_in_code_and_formulas_are_found(visit, what):
    """Axe tells of words of too little contrast within code and formulas, though it measures each look once."""
    page = visit("misconceptions.html")
    page.add_style_tag(content=f"{what} {{ color: #aaa !important }}")
    ((rule, places),) = violations(page)
    assert rule == "color-contrast"
    assert places
