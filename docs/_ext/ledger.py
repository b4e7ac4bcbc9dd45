"""What tests tried of each claim: a quiet line under the claim, the whole ledger on a page, the tests as pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from claims import Record, kept
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective


class Ledger(SphinxDirective):
    """All claims of the book, each with its hypotheses and tests."""

    def run(self) -> list[nodes.Node]:
        """Leave room for the ledger, which is written when all pages have been read."""
        kept(self.env)["ledger"] = self.env.docname
        return [nodes.definition_list(classes=["ledger"])]


class Writer:
    """Writes into one page what is kept of the claims."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app, self.docname = app, docname
        self.claims, self.records = kept(app.env)["claims"], kept(app.env)["records"]

    def link(self, text: str, page: str, anchor: str) -> nodes.reference:
        """Return a link to a place in the book."""
        return nodes.reference("", text, refuri=f"{self.app.builder.get_relative_uri(self.docname, page)}#{anchor}")

    def line(self, label: str) -> nodes.paragraph:
        """Return the line under a claim."""
        given, page = self.claims[label]["given"], kept(self.app.env).get("ledger")
        effort = _effort([r for r in self.records if r["claim"] == label and not r["without"]])
        tests = self.link("tests", page, label) if page else nodes.Text("tests")
        assumed = nodes.Text(f" · assumes: {'; '.join(given)}" if given else "")
        return nodes.paragraph("", "", nodes.Text(f"Checked in {effort} · "), tests, assumed, classes=["checked"])

    def entry(self, label: str) -> nodes.definition_list_item:
        """Return a claim with its page, its hypotheses, how hard it was tried, and its tests to fold out."""
        claim = self.claims[label]
        number = self.app.env.toc_fignumbers[claim["page"]][claim["kind"]][label]
        title = f"{claim['kind'].title()} {'.'.join(map(str, number))} {claim['title']}"
        term = nodes.term("", "", self.link(title, claim["page"], label), ids=[label])
        records = sorted((r for r in self.records if r["claim"] == label), key=lambda r: r["without"] or "")
        tests = [self.test(list(same)) for _, same in groupby(records, key=lambda r: (r["file"], r["test"]))]
        given = f"Assumes: {'; '.join(claim['given'])}. " if claim["given"] else ""
        page = self.app.env.titles[claim["page"]].astext()
        checks, drops = ([r for r in records if bool(r["without"]) is dropped] for dropped in (False, True))
        failed = f"; seen to fail in {_effort(drops)} without a hypothesis" if drops else ""
        text = f"On the page “{page}”. {given}Checked in {_effort(checks)}{failed}."
        fold = f'<details class="fold"><summary>{len(tests)} tests</summary>'
        parts = (
            nodes.raw("", fold, format="html"),
            nodes.bullet_list("", *tests),
            nodes.raw("", "</details>", format="html"),
        )
        return nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", text), *parts))

    def test(self, records: list[Record]) -> nodes.list_item:
        """Return what a test says, how hard it tried, and where it stands."""
        first, near = records[0], ""
        if first["why"]:
            near = f", at worst {max(r['worst'] for r in records):.0%} of the tolerance ({first['why']})"
        dropped = f"Without “{first['without']}”: " if first["without"] else ""
        words = f"{dropped}{first['law']} {_effort(records)}{near}: passed. ".split("``")
        parts = [nodes.literal("", word) if i % 2 else nodes.Text(word) for i, word in enumerate(words)]
        source = self.link("Source", f"tests/{Path(first['file']).stem}", first["test"])
        return nodes.list_item("", nodes.paragraph("", "", *parts, source))


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the line under each claim of a page, and the ledger into its page."""
    write = Writer(app, docname)
    for node in list(doctree.findall(nodes.Admonition)):
        if node.get("label") in write.claims:
            node += write.line(node["label"])
    for ledger in doctree.findall(lambda n: isinstance(n, nodes.definition_list) and "ledger" in n["classes"]):
        order = app.env.toctree_includes[app.config.root_doc]
        ledger += [write.entry(k) for k in sorted(write.claims, key=lambda k: order.index(write.claims[k]["page"]))]


def refresh(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Return the page of the ledger if any page is new, changed or gone."""
    return [kept(env)["ledger"]] if any(changes) and "ledger" in kept(env) else []


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return a page for each file of tests, where each test has an address."""
    for path in sorted(Path(app.confdir, app.config.claims_tests).glob("test_*.py")):
        code = app.builder.highlighter.highlight_block(path.read_text(encoding="utf-8"), "python")  # type: ignore[attr-defined]
        code = re.sub(r'<span class="nf">(test_\w+)</span>', r'<span class="nf" id="\1">\1</span>', code)
        yield f"tests/{path.stem}", {"title": path.name, "body": f"<h1>{path.name}</h1>\n{code}"}, "page.html"


def _effort(records: list[Record]) -> str:
    """Return in words how many comparisons were made, in which dimensions."""
    cases, dims = sum(r["cases"] for r in records), sorted({d for r in records for d in r["dims"]})
    span = f"{dims[0]} to {dims[-1]:,}" if len(dims) > 1 else f"{dims[0]}"
    return f"{cases:,} comparison{'s' * (cases > 1)} in {span} dimension{'s' * (dims[-1] > 1)}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("claims")
    app.add_config_value("claims_tests", "../tests/claims", "env", types=[str])
    app.add_directive("ledger", Ledger)
    app.connect("env-get-outdated", refresh)
    app.connect("doctree-resolved", fill)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
