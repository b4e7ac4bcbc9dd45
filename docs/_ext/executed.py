"""Chapters run while they are read: what fails stops the book, and a change in the package runs them again."""

from __future__ import annotations

import logging as standard_logging
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from jupyter_client.manager import KernelManager
from nbclient.client import NotebookClient
from remembered import SOURCES
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging

# An ipykernel warns about every kernel whose connection is not encrypted.
KernelManager.transport_encryption.default_value = "auto"
# A kernel that has told all it computed has nothing to tidy up: waiting for it costs a tenth of a second a chapter.
NotebookClient.shutdown_kernel.default_value = "immediate"
logger = logging.getLogger(__name__)


class Failures(standard_logging.Handler):
    """Remembers each warning about a cell, an expression or a formula until the reading is done."""

    seen: ClassVar[list[str]] = []

    def __init__(self, app: Sphinx) -> None:
        super().__init__(standard_logging.WARNING)
        self.app = app

    def emit(self, record: standard_logging.LogRecord) -> None:
        """Note what failed, and where."""
        kind = getattr(record, "type", None), getattr(record, "subtype", None)
        if kind in {("mystnb", "eval"), ("book", "cell"), ("book", "math")}:
            place = getattr(record, "location", "")
            if isinstance(place, nodes.Node):
                place = logging.get_node_location(place)
            elif isinstance(place, tuple):
                place = f"{self.app.env.doc2path(place[0])}:{place[1]}"
            self.seen.append(f"{place}: {record.getMessage()}")


def report_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about each cell that raised, with the line; note what the chapter depends on."""
    name = app.env.docname
    for source in Path(__file__).parent.glob("*.py"):
        app.env.note_dependency(str(source))
    if not _execution(app.env, name):
        return
    for source in SOURCES:
        app.env.note_dependency(str(source))
    path = app.env.doc2path(name)
    page, here = path.read_text(encoding="utf-8"), 0
    for cell in doctree.findall(lambda n: isinstance(n, nodes.container) and "cell_index" in n):
        code, *outputs = cell.findall(nodes.literal_block)
        here = max(here, page.find(code.astext(), here))
        for output in outputs:
            if "traceback" in output["classes"]:
                error, inner = output.astext().strip(), re.search(r"Cell In\[\d+\], line (\d+)", output.astext())
                line = page.count("\n", 0, here) + (int(inner[1]) if inner else 1)
                logger.warning(error.splitlines()[-1], location=f"{path}:{line}", type="book", subtype="cell")


def set_minus_signs(app: Sphinx, doctree: nodes.document) -> None:
    """Write the numbers in sentences with a minus sign, where Python writes a hyphen."""
    for output in doctree.findall(lambda n: isinstance(n, nodes.inline) and "text_plain" in n["classes"]):
        if re.fullmatch(r"-[\d.,]+(e[+-]?\d+)?", output.astext()):
            output.children = [nodes.Text(output.astext().replace("-", "−"))]


def stop(app: Sphinx, env: BuildEnvironment) -> None:
    """Raise for all failures at once, before the environment is saved: a broken book stays broken."""
    silent = [
        f"{env.doc2path(name)}: a cell did not finish ({data['error']})"
        for name in sorted(env.found_docs)
        if (data := _execution(env, name)) and not data["succeeded"]
        if not any(line.startswith(str(env.doc2path(name))) for line in Failures.seen)
    ]
    failures, Failures.seen = [*Failures.seen, *silent], []
    if failures:
        raise SphinxError("the book is broken at:\n" + "\n".join(failures))


def _execution(env: BuildEnvironment, docname: str) -> Any:
    return getattr(env, "nb_metadata", {}).get(docname, {}).get("exec_data")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    root = standard_logging.getLogger("sphinx")
    root.handlers = [h for h in root.handlers if not isinstance(h, Failures)]
    root.addHandler(Failures(app))
    app.connect("doctree-read", report_cells)
    app.connect("doctree-read", set_minus_signs)
    app.connect("env-updated", stop)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
