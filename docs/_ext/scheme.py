"""Light or dark before the first painting, so that nothing changes afterwards; light where there is no JavaScript."""

from __future__ import annotations

from sphinx.application import Sphinx

# The theme's own script decides too, but after the page has been painted.
SCRIPT = """(() => {
  const root = document.documentElement.dataset;
  if (!localStorage.getItem("mode")) root.mode = "auto";
  if (root.mode === "auto") root.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_js_file(None, body=SCRIPT, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
