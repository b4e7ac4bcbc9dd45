"""The script of explorable figures, on the pages that have one."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the script after the page, where a figure needs it."""
    if 'class="picture explorable"' in context.get("body", ""):
        app.add_js_file("explore.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
