"""Light or dark, and the font, before the first painting: nothing changes or moves afterwards.

Without JavaScript a page is light, and painted at once.
"""

from __future__ import annotations

from sphinx.application import Sphinx

# The theme's own script decides about light and dark too, but after the page has been painted. The font lies in a
# stylesheet that is loaded by now; to decode it takes a moment, and a page is hidden for 300 ms at the most.
SCRIPT = """(() => {
  const page = document.documentElement;
  if (!localStorage.getItem("mode")) page.dataset.mode = "auto";
  if (page.dataset.mode === "auto") {
    page.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  const show = () => { page.style.visibility = ""; };
  page.style.visibility = "hidden";
  document.fonts.load('1em "Book Math"').finally(show);
  setTimeout(show, 300);
})();"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_js_file(None, body=SCRIPT, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
