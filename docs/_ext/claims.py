"""Claims and their tests: a book in which the two do not agree is not built.

A claim is a theorem, proposition, lemma or corollary; its option `given` lists its hypotheses. The tests in
`tests/claims` record what they tried in pytest's JUnit XML, which `nox -s docs` writes before it builds the site.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx_proof.directive import ElementDirective

Record = dict[str, Any]


class Claim(ElementDirective):  # type: ignore[misc]
    """A theorem or the like, with what it assumes."""

    option_spec = ElementDirective.option_spec | {"given": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Note the claim."""
        given = [" ".join(words.split()) for words in self.options.get("given", "").split(";") if words.strip()]
        [node] = super().run()
        claim = {"page": self.env.docname, "kind": node["realtype"], "title": node["title"], "given": given}
        kept(self.env)["claims"][node["label"]] = claim
        return [node]


def load(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """Read the report of the tests; return the pages to read again: all, if it says something new."""
    report = Path(app.confdir, app.config.build_folder, "claims.xml")
    found = ElementTree.parse(report).iter("testcase") if report.is_file() else []
    cases = sorted(found, key=lambda case: (case.get("classname", ""), case.get("name", "")))  # whoever ran them
    old, kept(env)["records"] = kept(env)["records"], [_record(case) for case in cases]
    kept(env)["records"].sort(key=lambda record: (record["file"], record.get("line", 0)))
    return sorted(env.found_docs) if old != kept(env)["records"] else []


def _record(case: ElementTree.Element) -> Record:
    """Return what a test recorded of itself, and its result."""
    noted = [json.loads(p.get("value", "")) for p in case.iter("property") if p.get("name") == "claim"]
    bare = {"claim": None, "without": None, "file": case.get("classname"), "test": case.get("name"), "cases": 0}
    result = next((child.tag for child in case if child.tag != "properties"), "passed")
    return (noted[0] if noted else bare) | {"result": result}


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the claims of a page that is read again or gone."""
    for label in [label for label, claim in kept(env)["claims"].items() if claim["page"] == docname]:
        del kept(env)["claims"][label]


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Raise unless claims and tests agree, naming each that does not."""
    claims, records = kept(env)["claims"], kept(env)["records"]
    wrong = [*_untested(claims, records), *(fault for record in records for fault in _faults(record, claims))]
    report = Path(app.confdir, app.config.build_folder, "claims.xml")
    if wrong and not report.is_file():
        wrong.append(f"no {report}: build with nox -s docs")
    if wrong:
        raise SphinxError("\n".join(["claims and tests do not agree:", *wrong]))


def _untested(claims: dict[str, Record], records: list[Record]) -> Iterator[str]:
    """Say which claims no test checks, and which hypotheses no test drops."""
    tried = {(record["claim"], record["without"]) for record in records}
    for label, claim in claims.items():
        if (label, None) not in tried:
            yield f"{label}: no test checks it"
        yield from (f"{label}: no test drops '{words}'" for words in claim["given"] if (label, words) not in tried)


def _faults(record: Record, claims: dict[str, Record]) -> Iterator[str]:
    """Say what is wrong with a test of a claim."""
    label, known = record["claim"], claims.get(record["claim"], {"given": []})
    faults = {
        "names no claim": not label,
        "names a claim that no page states": label and label not in claims,
        f"drops '{record['without']}', which the claim does not assume": record["without"]
        not in [None, *known["given"]],
        f"did not pass: {record['result']}": record["result"] != "passed",
        "asserted nothing with `tried`": record["result"] == "passed" and not record["cases"],
    }
    return (f"{label}: {record['test']} in {record['file']} {fault}" for fault in faults if faults[fault])


def kept(env: BuildEnvironment) -> dict[str, Any]:
    """Return the claims and records, which the environment keeps from one build to the next."""
    state: dict[str, Any] = env.__dict__.setdefault("book_claims", {"claims": {}, "records": []})
    return state


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("isolation")
    app.setup_extension("sphinx_proof")
    for kind in ("theorem", "proposition", "lemma", "corollary"):
        app.add_directive_to_domain("prf", kind, Claim, override=True)
    app.connect("env-get-outdated", load)
    app.connect("env-purge-doc", purge)
    app.connect("env-updated", check)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
