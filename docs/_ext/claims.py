"""Claims and their tests: a book in which the two do not agree is not built.

A claim is a theorem, proposition, lemma or corollary; its option `given` lists its hypotheses. What the tests in
`tests/claims` tried stands in their reports.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from isolation import folder
from reports import UNCHECKED, Record, Reports
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx_proof.directive import ElementDirective
from sphinx_proof.domain import ProofDomain

logger = logging.getLogger(__name__)


class Proofs(ProofDomain):  # type: ignore[misc]
    """The domain of sphinx-proof, which lacks one method: pages read by another process."""

    def merge_domaindata(self, docnames: Any, otherdata: dict[str, Any]) -> None:
        """Do nothing: sphinx-proof keeps and merges its theorems beside the domain."""


class Claims(Domain):
    """The claims that pages state, and what their tests tried."""

    name = "claim"
    label = "Claim"
    data_version: ClassVar[int] = 1
    initial_data: ClassVar[dict[str, Any]] = {"claims": {}, "records": []}

    @property
    def claims(self) -> dict[str, Record]:
        """Return each claim by its label."""
        return self.data["claims"]  # type: ignore[no-any-return]

    @property
    def records(self) -> list[Record]:
        """Return what each test tried."""
        return self.data["records"]  # type: ignore[no-any-return]

    def clear_doc(self, docname: str) -> None:
        """Forget the claims of a page that is read again or gone."""
        self.data["claims"] = {label: claim for label, claim in self.claims.items() if claim["page"] != docname}

    def merge_domaindata(self, docnames: Any, otherdata: dict[str, Any]) -> None:
        """Take over the claims of pages that another process read."""
        self.claims.update({label: claim for label, claim in otherdata["claims"].items() if claim["page"] in docnames})


class Claim(ElementDirective):  # type: ignore[misc]
    """A theorem or the like, with what it assumes."""

    option_spec = ElementDirective.option_spec | {"given": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Note the claim."""
        given = [" ".join(words.split()) for words in self.options.get("given", "").split(";") if words.strip()]
        [node] = super().run()
        claim = {"page": self.env.docname, "kind": node["realtype"], "title": node["title"], "given": given}
        stated(self.env).claims[node["label"]] = claim
        return [node]


def stated(env: BuildEnvironment) -> Claims:
    """Return the claims of the book."""
    domain = env.domains["claim"]
    assert isinstance(domain, Claims)
    return domain


def start(app: Sphinx) -> None:
    """Begin with the tests that have no report, while pages are read."""
    tests = Path(app.confdir, app.config.claims_tests)
    reports = Reports(
        tests.resolve(), (Path(app.confdir) / "../src/steepest").resolve(), folder(app.confdir, app.config)
    )
    if app.config.claims_run:
        if reports.ready:
            logger.info("testing the claims of %s", ", ".join(reports.ready))
        reports.start()
    else:
        reports.unchecked = reports.stale
    app.connect("env-updated", lambda app, env: finish(app, env, reports), priority=300)
    app.connect("build-finished", lambda app, failure: reports.stop())


def finish(app: Sphinx, env: BuildEnvironment, reports: Reports) -> list[str]:
    """Wait for the reports; raise unless claims and tests agree, naming each that does not; return pages to write."""
    try:
        reports.finish()
    except RuntimeError as error:
        raise SphinxError(str(error)) from None
    book, old = stated(env), stated(env).records
    book.data["records"] = reports.records()
    wrong = [fault for record in book.records for fault in _faults(record, book.claims)]
    wrong += [] if reports.unchecked else _untested(book.claims, book.records)
    if reports.unchecked and app.config.claims_run and "CI" in os.environ:
        wrong += [f"{name}: {UNCHECKED}; `nox -s claims` writes a report of it" for name in reports.unchecked]
    if wrong:
        raise SphinxError("\n".join(["claims and tests do not agree:", *wrong]))
    return sorted({claim["page"] for claim in book.claims.values()}) if old != book.records else []


def _untested(claims: dict[str, Record], records: list[Record]) -> Iterator[str]:
    """Say which claims no test checks, and which hypotheses no test drops."""
    tried = {(record["claim"], record["without"]) for record in records}
    for label, claim in claims.items():
        if (label, None) not in tried:
            yield f"{label}: no test checks it"
        yield from (f"{label}: no test drops '{words}'" for words in claim["given"] if (label, words) not in tried)


def _faults(record: Record, claims: dict[str, Record]) -> Iterator[str]:
    """Say what is wrong with a test of a claim; of one that was not checked nothing is known."""
    label, result, known = record["claim"], record["result"], claims.get(record["claim"], {"given": []})
    faults = {
        "names no claim": not label,
        "names a claim that no page states": label and label not in claims,
        f"drops '{record['without']}', which the claim does not assume": record["without"]
        not in [None, *known["given"]],
        f"did not pass: {result}": result not in ("passed", "silent"),
        "asserted nothing with `tried`": result == "silent",
    }
    wrong = [fault for fault in faults if faults[fault]] if result != UNCHECKED else []
    return (f"{label}: {record['test']} in {record['file']} {fault}" for fault in wrong)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("isolation")
    app.setup_extension("sphinx_proof")
    app.add_domain(Proofs, override=True)
    app.add_domain(Claims)
    for kind in ("theorem", "proposition", "lemma", "corollary"):
        app.add_directive_to_domain("prf", kind, Claim, override=True)
    app.add_config_value("claims_tests", "../tests/claims", "env", types=[str])
    app.add_config_value("claims_run", True, "", types=[bool])
    app.connect("builder-inited", start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
