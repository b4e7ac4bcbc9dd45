"""The tests of claims as pages of the site, where each test has an address."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from first_paint import SCRIPT
from sphinx.application import Sphinx
from sphinx.util.parallel import ParallelTasks, SerialTasks, make_chunks, parallel_available

TEMPLATE = Path(__file__).parents[1] / "_templates" / "listing.html"


def write(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Write a page for each file of tests, on all cores; it has nothing of the theme but its colors."""
    folder = Path(app.confdir, app.config.claims_tests)
    paths = [] if app.config.only_page else sorted(folder.glob("test_*.py"))
    tasks = ParallelTasks(app.parallel) if app.parallel > 1 and parallel_available else SerialTasks()
    for chunk in make_chunks(list(map(str, paths)), max(1, app.parallel)):
        tasks.add_task(lambda chunk: list(map(partial(listing, app), chunk)), chunk)
    tasks.join()
    return []


def listing(app: Sphinx, name: str) -> None:
    """Write the page of a file."""
    builder: Any = app.builder
    path = Path(name)
    code = builder.highlighter.highlight_block(path.read_text(encoding="utf-8"), "python")
    code = re.sub(r'<span class="nf">(test_\w+)</span>', r'<span class="nf" id="\1">\1</span>', code)
    code = code.replace("<pre>", '<pre tabindex="0">', 1)  # it may have to scroll
    page, ledger = app.outdir / "tests" / f"{path.stem}.html", app.config.claims_page
    back = {"ledger": ledger, "ledger_title": app.env.titles[ledger].astext()}
    shown = {"title": path.name, "book": app.config.project, "code": code, "script": SCRIPT} | back
    page.parent.mkdir(exist_ok=True)
    text = builder.templates.render_string(TEMPLATE.read_text(encoding="utf-8"), shown)
    page.write_text(text, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("claims")
    app.connect("html-collect-pages", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
