"""Axe, the checker of accessibility, without measuring the contrast of one look a thousand times."""

from axe_playwright_python.sync_playwright import Axe

# Contrast takes most of the time, and code and formulas are thousands of words. Those that stand in one element and
# look the same have the same contrast: the first is measured. Of a lone letter Axe never says that its contrast is too
# low, and it passes over signs: so these stand for no words. All other rules look at everything.
ONCE = """() => {
    const looks = ['color', 'backgroundColor', 'backgroundImage', 'fontSize', 'fontWeight', 'opacity', 'textShadow'];
    for (const parent of document.querySelectorAll('pre, pre *, math, math *')) {
        const seen = new Set();
        for (const e of parent.children) {
            const style = getComputedStyle(e), text = e.textContent.trim();
            const look = [/[!-~]/.test(text), ...looks.map(name => style[name])].join();
            const plain = text && !e.childElementCount && e.checkVisibility({ visibilityProperty: true });
            e.toggleAttribute('data-seen', Boolean(plain) && (text.length === 1 || seen.has(look)));
            if (plain && text.length > 1) seen.add(look);
        }
    }
    axe.configure({ rules: [{ id: 'color-contrast', selector: ':not([data-seen])' }] });
}"""


RUN = """([part, rules]) => axe.run(
    part ?? document, { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) }
)"""


def violations(page, part=None, rules=None):
    """Return what Axe finds on a page or in a part of it, a selector, by all rules or some: each rule, and where."""
    if page.evaluate("typeof axe === 'undefined'"):  # `Axe().run` loads it anew and forgets what was configured
        page.evaluate(Axe().axe_script)
    page.evaluate(ONCE)
    found = page.evaluate(RUN, [part, rules])["violations"]
    return [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found]
