"""Light or dark, the font and the whole text before the first painting: nothing changes or moves afterwards.

Without JavaScript a page is light, and painted at once.
"""

from __future__ import annotations

from sphinx.application import Sphinx

# The theme's own script decides about light and dark too, but after the page has been painted. The font lies in a
# stylesheet that is loaded by now; to decode it takes a moment. A formula painted when half of it has been read moves
# when the other half comes. So the page waits for both, for a second at the most.
SCRIPT = """(() => {
  const page = document.documentElement;
  if (!localStorage.getItem("mode")) page.dataset.mode = "auto";
  if (page.dataset.mode === "auto") {
    page.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  const show = () => { page.style.visibility = ""; };
  page.style.visibility = "hidden";
  const font = document.fonts.load('1em "Book Math"');
  document.addEventListener("readystatechange", () => font.finally(show), { once: true });
  setTimeout(show, 1000);
})();"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_js_file(None, body=SCRIPT, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
