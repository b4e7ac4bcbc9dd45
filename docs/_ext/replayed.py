"""A page with cells is also a text file: its code and what came out, which `python -m doctest` replays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from failures import note
from myst_nb.ext.eval import EvalRoleAny
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node
from transcript import faults, transcript

HEAD = """\
A page of the book "{book}" as a doctest: its code, and
below it what came out when the page was built. Where the package `steepest`
is installed, with what its figures need, Python runs it again and compares:

    python -m doctest {file}

This prints nothing if all is the same, and each difference otherwise."""
LINK = '<p class="replay"><a href="{}" download>This page as a doctest (text file)</a></p>\n'


class NotingEval(EvalRoleAny):
    """MyST-NB's role `eval`, which also notes the expression on what it returns."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Evaluate the expression."""
        found, messages = super().run()
        for message in messages:
            note(self.document.settings.env, self.line, message[0].astext())
        for node in found:
            node["expression"] = self.text
        return found, messages


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the text of a page with its doctree; note cells of which a doctest would show more than the page."""
    parts: list[str] = []
    titled: set[nodes.Node] = set()
    in_prose = False
    for node in doctree.findall(lambda n: isinstance(n, nodes.container) and ("cell_index" in n or "expression" in n)):
        for depth, above in enumerate(_titled(node)):
            if above not in titled:
                titled.add(above)
                in_prose, title = False, above[0].astext()
                parts.append(title + "\n" + "=-~"[min(depth, 2)] * len(title))
        if "expression" in node:
            value = "".join(text.rawsource for text in node.findall(nodes.inline))
            parts += [*([] if in_prose else ["In the text:"]), transcript(node["expression"], value=value)]
        else:
            parts.append(_cell(app, node))
        in_prose = "expression" in node
    if parts:
        head = HEAD.format(book=app.config.project, file=app.env.docname.rpartition("/")[2] + ".txt")
        doctree["replay"] = "\n\n".join([parts[0], head, *parts[1:]]) + "\n"


def _titled(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield what a node stands in that has a title, from the outside: sections, a solution."""
    if node.parent is not None:
        yield from _titled(node.parent)
    if isinstance(node, (nodes.section, solution_node)) and isinstance(node[0], nodes.title):
        yield node


def _cell(app: Sphinx, node: nodes.container) -> str:
    """Return the transcript of a cell, if there is one."""
    code, *outputs = node.findall(nodes.literal_block)
    source, printed, value = code.astext(), _joined(outputs, "stream"), _joined(outputs, "text_plain")
    found = list(faults(source, printed))
    if not found:
        return transcript(source, printed, value)
    path = app.env.doc2path(app.env.docname)
    before = path.read_text(encoding="utf-8").partition(source)[0].count("\n")
    for line, fault in found:
        note(app.env, before + line, fault)
    return ""


def _joined(outputs: list[nodes.Element], kind: str) -> str:
    return "".join(output.astext() for output in outputs if kind in output["classes"])


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the text beside the page, and link to it at the end of the page."""
    target = app.outdir / f"{page}.txt"
    target.unlink(missing_ok=True)
    if doctree is not None and "replay" in doctree:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(doctree["replay"], encoding="utf-8", newline="\n")
        context["body"] += LINK.format(context["pathto"](f"{page}.txt", resource=True))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_role("eval", NotingEval(), override=True)
    app.connect("doctree-read", read)
    app.connect("html-page-context", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
