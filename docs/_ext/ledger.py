"""What tests tried of each claim: a quiet line under the claim, and the whole ledger on a page."""

from __future__ import annotations

from itertools import groupby
from math import ceil, log10
from pathlib import Path

from claims import Record, kept
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)


class Ledger(SphinxDirective):
    """All claims of the book, page by page, each with its hypotheses and tests."""

    def run(self) -> list[nodes.Node]:
        """Leave room for the claims of each page; it is filled when all claims have their numbers."""
        kept(self.env)["ledger"] = self.env.docname
        stated = {claim["page"] for claim in kept(self.env)["claims"].values()}
        order = [self.config.root_doc, *self.env.toctree_includes.get(self.config.root_doc, [])]
        sections: list[nodes.Node] = []
        for page in sorted(stated, key=order.index):
            title = self.env.titles[page].astext()
            section = nodes.section("", nodes.title("", title), ids=[nodes.make_id(f"on {title}")])
            section += nodes.definition_list(classes=["ledger"], page=page)
            sections.append(section)
        return sections


class Apart(SphinxRole):
    """How far apart the two sides of some tests came at most, as measured, rounded up to a power of ten."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the formula; warn of a test that is gone or has no tolerance."""
        most = 0.0
        for name in self.text.split():
            records = [r for r in kept(self.env)["records"] if r["test"] == name]
            measured = [r["apart"] for r in records if r.get("apart") is not None]
            if not measured:
                logger.warning("no test %s measured how far apart", name, location=self.get_location())
            most = max([most, *measured])
        return [nodes.math("", f"10^{{{ceil(log10(most))}}}" if most else "0")], []


def read_last(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read the page of the ledger when all claims are known."""
    docnames.sort(key=lambda name: name == app.config.claims_page)


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
        term = nodes.term("", "", self.link(title, claim["page"], label))
        records = sorted((r for r in self.records if r["claim"] == label), key=lambda r: r["without"] or "")
        tests = [self.test(list(same)) for _, same in groupby(records, key=lambda r: (r["file"], r["test"]))]
        given = f"Assumes: {'; '.join(claim['given'])}. " if claim["given"] else ""
        checks, drops = ([r for r in records if bool(r["without"]) is dropped] for dropped in (False, True))
        failed = f"; seen to fail in {_effort(drops)} without a hypothesis" if drops else ""
        text = f"{given}Checked in {_effort(checks)}{failed}."
        fold = f'<details class="fold"><summary>{len(tests)} tests</summary>'
        parts = (
            nodes.raw("", fold, format="html"),
            nodes.bullet_list("", *tests, ids=[label]),
            nodes.raw("", "</details>", format="html"),
        )
        return nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", text), *parts))

    def test(self, records: list[Record]) -> nodes.list_item:
        """Return what a test says, how hard it tried, and where it stands."""
        first, near = records[0], ""
        if first["why"]:
            worst = max(r["worst"] for r in records)
            share = "less than half" if worst < 0.5 else "less than all"  # its digits are those of one processor
            near = f", {share} of the tolerance ({first['why']})"
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
        ledger += [write.entry(label) for label, claim in write.claims.items() if claim["page"] == ledger["page"]]


def refresh(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Return the page of the ledger if any page is new, changed or gone."""
    return [app.config.claims_page] if any(changes) else []


def _effort(records: list[Record]) -> str:
    """Return in words how many comparisons were made, in which dimensions."""
    cases, dims = sum(r["cases"] for r in records), sorted({d for r in records for d in r["dims"]})
    span = f"{dims[0]} to {dims[-1]:,}" if len(dims) > 1 else f"{dims[0]}"
    return f"{cases:,} comparison{'s' * (cases > 1)} in {span} dimension{'s' * (dims[-1] > 1)}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("claims")
    app.add_config_value("claims_page", "checked", "env", types=[str])
    app.add_directive("ledger", Ledger)
    app.add_role("apart", Apart())
    app.connect("env-get-outdated", refresh)
    app.connect("env-before-read-docs", read_last)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
