"""What the theme and its extensions write that axe or the HTML checker reject, written right."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

REPEATED = {"proof", "proof-content", "exercise-content", "solution-content"}


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Drop the ids that every proof, exercise and solution of a page shares."""
    for node in doctree.findall(nodes.Element):
        if REPEATED.intersection(node.get("ids", ())):
            node["ids"] = [name for name in node["ids"] if name not in REPEATED]


def mend_bibliography(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the entries of a bibliography the role that fits into their list."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-resolved", drop_repeated_ids)
    app.connect("html-page-context", mend_bibliography)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
