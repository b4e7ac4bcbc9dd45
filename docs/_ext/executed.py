"""Chapters run while they are read: what fails stops the book, and a change in the package runs them again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from remembered import SOURCES
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

Failures = dict[str, list[tuple[int, str]]]


def note_dependencies(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a chapter depends on, for builds that read only what changed."""
    own = [str(source) for source in Path(__file__).parent.glob("*.py")]
    ran = "exec_data" in _metadata(app.env, app.env.docname)
    for source in own + [str(source) for source in SOURCES] * ran:
        app.env.note_dependency(source)


def set_minus_signs(app: Sphinx, doctree: nodes.document) -> None:
    """Write the numbers in sentences with a minus sign, where Python writes a hyphen."""
    for output in doctree.findall(lambda n: isinstance(n, nodes.inline) and "text_plain" in n["classes"]):
        if re.fullmatch(r"-[\d.,]+(e[+-]?\d+)?", output.astext()):
            output.children = [nodes.Text(output.astext().replace("-", "−"))]


def note(env: BuildEnvironment, line: int | None, fault: str) -> None:
    """Note what is wrong on the page that is read."""
    _noted(env).setdefault(env.docname, []).append((line or 1, fault))


def stop(app: Sphinx, env: BuildEnvironment) -> None:
    """Raise for all that failed at once, before the environment is saved: a broken book stays broken."""
    wrong = []
    for name in sorted(env.found_docs):
        ran = _metadata(env, name).get("exec_data", {}).get("failures", [])
        wrong += [f"{env.doc2path(name)}:{line}: {fault}" for line, fault in sorted([*ran, *_noted(env).get(name, [])])]
    if wrong:
        raise SphinxError("the book is broken at:\n" + "\n".join(wrong))


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget what was wrong on a page that is read again or gone."""
    _noted(env).pop(docname, None)


def _noted(env: BuildEnvironment) -> Failures:
    noted: Failures = env.__dict__.setdefault("book_failures", {})
    return noted


def _metadata(env: BuildEnvironment, docname: str) -> dict[str, Any]:
    found: dict[str, Any] = getattr(env, "nb_metadata", {}).get(docname, {})
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-read", note_dependencies)
    app.connect("doctree-read", set_minus_signs)
    app.connect("env-purge-doc", purge)
    app.connect("env-updated", stop)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
