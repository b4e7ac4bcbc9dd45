"""Chapters run while they are read, and a change in the package runs them again."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from remembered import SOURCES
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def narrow(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read one page alone, where that is asked for, and leave the others as outdated as they are; order pages."""
    if app.config.only_page:
        docnames[:] = [name for name in docnames if name == app.config.only_page]
    # Sphinx deals them out in runs: long pages shall not be together, nor the last.
    docnames.sort(key=lambda name: -env.doc2path(name).stat().st_size)
    docnames[:] = docnames[::2] + docnames[1::2]


def note_dependencies(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a chapter depends on, for builds that read only what changed."""
    own = [str(source) for source in Path(__file__).parent.glob("*.py")]
    ran = "exec_data" in getattr(app.env, "nb_metadata", {}).get(app.env.docname, {})
    for source in own + [str(source) for source in SOURCES] * ran:
        app.env.note_dependency(source)


def set_minus_signs(app: Sphinx, doctree: nodes.document) -> None:
    """Write the numbers in sentences with a minus sign, where Python writes a hyphen."""
    for output in doctree.findall(lambda n: isinstance(n, nodes.inline) and "text_plain" in n["classes"]):
        if re.fullmatch(r"-[\d.,]+(e[+-]?\d+)?", output.astext()):
            output.children = [nodes.Text(output.astext().replace("-", "−"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("isolation")
    app.connect("env-before-read-docs", narrow)
    app.connect("doctree-read", note_dependencies)
    app.connect("doctree-read", set_minus_signs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
