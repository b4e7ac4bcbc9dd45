"""The tests of claims as pages of the site, where each test has an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return a page for each file of tests."""
    for path in sorted(Path(app.confdir, app.config.claims_tests).glob("test_*.py")):
        code = app.builder.highlighter.highlight_block(path.read_text(encoding="utf-8"), "python")  # type: ignore[attr-defined]
        code = re.sub(r'<span class="nf">(test_\w+)</span>', r'<span class="nf" id="\1">\1</span>', code)
        yield f"tests/{path.stem}", {"title": path.name, "body": f"<h1>{path.name}</h1>\n{code}"}, "page.html"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("claims_tests", "../tests/claims", "env", types=[str])
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
