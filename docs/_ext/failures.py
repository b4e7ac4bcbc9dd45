"""What fails while pages are read: all of it is named at once, and a broken book stays broken."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError


def note(env: BuildEnvironment, line: int | None, fault: str) -> None:
    """Note what is wrong on the page that is read."""
    env.metadata[env.docname].setdefault("failures", []).append((line or 1, fault))


def stop(app: Sphinx, env: BuildEnvironment) -> None:
    """Raise for all that failed at once, before the environment is saved: a broken book stays broken."""
    wrong = []
    for name in sorted(env.found_docs):
        ran = getattr(env, "nb_metadata", {}).get(name, {}).get("exec_data", {}).get("failures", [])
        found = sorted([*ran, *env.metadata[name].get("failures", [])])
        wrong += [f"{env.doc2path(name)}:{line}: {fault}" for line, fault in found]
    if wrong:
        raise SphinxError("the book is broken at:\n" + "\n".join(wrong))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("env-updated", stop, priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
