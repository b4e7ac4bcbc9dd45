"""What tests tried of each claim: a quiet line under the claim, and the whole ledger on a page."""

from __future__ import annotations

from math import log10
from pathlib import Path

from claims import stated
from docutils import nodes
from reports import UNCHECKED, Record
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)


class Ledger(SphinxDirective):
    """All claims of the book, page by page, each with its hypotheses and tests."""

    def run(self) -> list[nodes.Node]:
        """Leave room for the claims of each page; it is filled when all claims have their numbers."""
        pages = {claim["page"] for claim in stated(self.env).claims.values()}
        sections: list[nodes.Node] = []
        for page in filter(pages.__contains__, self.env.collect_relations()):
            title = self.env.titles[page].astext()
            section = nodes.section("", nodes.title("", title), ids=[nodes.make_id(f"on {title}")])
            section += nodes.definition_list(classes=["ledger"], page=page)
            sections.append(section)
        return sections


class Apart(SphinxRole):
    """How far apart the two sides of some tests came at most, as measured, rounded up to a power of ten."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave room for the formula: the tests may still run."""
        formula = nodes.math("", "", tests=self.text.split())
        self.set_source_info(formula)
        return [formula], []


def read_last(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Leave out the page of the ledger for now."""
    if app.config.claims_page in docnames:
        docnames.remove(app.config.claims_page)


def read_ledger(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Read the page of the ledger, now that all claims are known."""
    page = app.config.claims_page
    if page not in env.found_docs:
        return []
    app.events.emit("env-purge-doc", env, page)
    env.clear_doc(page)
    app.builder.read_doc(page)
    return [page]


class Writer:
    """Writes into one page what is kept of the claims."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app, self.docname, book = app, docname, stated(app.env)
        self.claims, self.records = book.claims, book.records

    def link(self, text: str, page: str, anchor: str) -> nodes.reference:
        """Return a link to a place in the book."""
        return nodes.reference("", text, refuri=f"{self.app.builder.get_relative_uri(self.docname, page)}#{anchor}")

    def line(self, label: str) -> nodes.paragraph:
        """Return the line under a claim."""
        given, page = self.claims[label]["given"], self.app.config.claims_page
        checked = _checked([r for r in self.records if r["claim"] == label and not r["without"]])
        tests = self.link("tests", page, label) if page in self.app.env.found_docs else nodes.Text("tests")
        assumed = nodes.Text(f" · assumes: {'; '.join(given)}" if given else "")
        return nodes.paragraph("", "", nodes.Text(f"{checked} · "), tests, assumed, classes=["checked"])

    def entry(self, label: str) -> nodes.definition_list_item:
        """Return a claim with its page, its hypotheses, how hard it was tried, and its tests to fold out."""
        claim = self.claims[label]
        number = self.app.env.toc_fignumbers[claim["page"]][claim["kind"]][label]
        title = f"{claim['kind'].title()} {'.'.join(map(str, number))} {claim['title']}"
        term = nodes.term("", "", self.link(title, claim["page"], label))
        records = sorted((r for r in self.records if r["claim"] == label), key=lambda r: r["without"] or "")
        tests = [self.test(record) for record in records]
        given = f"Assumes: {'; '.join(claim['given'])}. " if claim["given"] else ""
        checks, drops = ([r for r in records if bool(r["without"]) is dropped] for dropped in (False, True))
        failed = f"; seen to fail in {_effort(drops)} without a hypothesis" if drops and _all(drops) else ""
        text = f"{given}{_checked(checks)}{failed}."
        fold = f'<details class="fold"><summary>{len(tests)} tests</summary>'
        parts = (
            nodes.raw("", fold, format="html"),
            nodes.bullet_list("", *tests, ids=[label]),
            nodes.raw("", "</details>", format="html"),
        )
        return nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", text), *parts))

    def test(self, record: Record) -> nodes.list_item:
        """Return what a test says, how hard it tried, and where it stands."""
        share = {None: "", 0.5: "less than half", 1.0: "less than all"}[record["share"]]
        near = f", {share} of the tolerance ({record['why']})" if share else ""
        dropped = f"Without “{record['without']}”: " if record["without"] else ""
        result = f"{_effort([record])}{near}: passed" if _all([record]) else record["result"].capitalize()
        words = f"{dropped}{record['law']} {result}. ".split("``")
        parts = [nodes.literal("", word) if i % 2 else nodes.Text(word) for i, word in enumerate(words)]
        source = self.link("Source", f"tests/{Path(record['file']).stem}", record["test"])
        return nodes.list_item("", nodes.paragraph("", "", *parts, source))

    def apart(self, formula: nodes.math) -> None:
        """Write how far apart the two sides of tests came; warn of a test that is gone or has no tolerance."""
        most = 0.0
        for name in formula["tests"]:
            measured = [r["apart"] for r in self.records if r["test"] == name and r["apart"] is not None]
            if not measured:
                logger.warning("no test %s measured how far apart", name, location=formula)
            most = max([most, *measured])
        formula += nodes.Text(f"10^{{{round(log10(most))}}}" if most else "0")


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the line under each claim of a page, and the ledger into its page."""
    write = Writer(app, docname)
    for formula in doctree.findall(lambda n: isinstance(n, nodes.math) and "tests" in n):
        write.apart(formula)
    for node in list(doctree.findall(nodes.Admonition)):
        if node.get("label") in write.claims:
            node += write.line(node["label"])
    for ledger in doctree.findall(lambda n: isinstance(n, nodes.definition_list) and "ledger" in n["classes"]):
        ledger += [write.entry(label) for label, claim in write.claims.items() if claim["page"] == ledger["page"]]


def _effort(records: list[Record]) -> str:
    """Return in words how many comparisons were made, in which dimensions."""
    cases, dims = sum(r["cases"] for r in records), sorted({d for r in records for d in r["dims"]})
    span = f"{dims[0]} to {dims[-1]:,}" if len(dims) > 1 else f"{dims[0]}"
    return f"{cases:,} comparison{'s' * (cases > 1)} in {span} dimension{'s' * (dims[-1] > 1)}"


def _checked(records: list[Record]) -> str:
    """Return in words whether tests ran here, and how hard they tried."""
    return f"Checked in {_effort(records)}" if _all(records) else UNCHECKED.capitalize()


def _all(records: list[Record]) -> bool:
    return bool(records) and all(record["result"] != UNCHECKED for record in records)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("claims")
    app.add_config_value("claims_page", "checked", "env", types=[str])
    app.add_directive("ledger", Ledger)
    app.add_role("apart", Apart())
    app.connect("env-before-read-docs", read_last)
    app.connect("env-updated", read_ledger, priority=100)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
