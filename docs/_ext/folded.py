"""Solutions fold with the browser's own `details`: no script, and the page's search still finds them."""

from __future__ import annotations

import html

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node


def visit(self: HTML5Translator, node: nodes.Element) -> None:
    """Open the fold, its title as what to click."""
    title = node.pop(0)
    self.body.append(self.starttag(node, "details", CLASS="fold"))
    self.body.append(f"<summary>{html.escape(title.astext())}</summary>\n")


def depart(self: HTML5Translator, node: nodes.Element) -> None:
    """Close the fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
