"""What fails while pages are read: all of it is named at once, and a broken book stays broken."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

Failures = dict[str, list[tuple[int, str]]]


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
    app.connect("env-purge-doc", purge)
    app.connect("env-updated", stop)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
