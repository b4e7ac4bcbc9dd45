"""A chapter whose code has not changed is not run again: what its cells and expressions gave is remembered.

The memory of a chapter is found by its code, the code of the package, and the versions of Python and of what computes
and draws; so it cannot go stale as long as a chapter computes from these alone. It lies with the doctrees and goes with
them. What fails is not remembered. An expression that is new wakes a kernel, which runs the cells before it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from importlib import metadata, util
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from myst_nb.core import execute
from myst_nb.core.execute.inline import NotebookClientInline
from sphinx.application import Sphinx

_PACKAGE = util.find_spec("steepest")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
SOURCES = sorted(Path(_PACKAGE.origin).parent.rglob("*.py"))
VERSIONS = [sys.version, *(metadata.version(name) for name in ("array-api-compat", "ipykernel", "matplotlib", "numpy"))]


class RememberingClient(NotebookClientInline):
    """MyST-NB's inline client, whose kernel starts when something is asked that is not remembered."""

    folder: ClassVar[Path]

    def start_client(self) -> None:
        """Look for what is remembered; without it start the kernel."""
        self._awake, self._reached, self._start = False, -1, time.perf_counter()
        self._code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        code = [cell.source for cell in self._code]
        parts = [*VERSIONS, *code, *(source.read_text(encoding="utf-8") for source in SOURCES)]
        key = hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()
        self._place = self.folder / f"{key}.json"
        self._memory: dict[str, Any] = {"expressions": {}, "cells": []}
        if not self._place.is_file():
            self._wake()
            return
        self._memory = json.loads(self._place.read_text(encoding="utf-8"))
        self.notebook.metadata["language_info"] = self._memory["language"]
        for cell, (count, outputs) in zip(self._code, self._memory["cells"], strict=True):
            cell.execution_count, cell.outputs = count, list(map(nbformat.from_dict, outputs))

    def code_cell_outputs(self, cell_index: int) -> tuple[int | None, list[Any]]:
        """Return the outputs of a cell."""
        self._reached = cell_index
        if self._awake:
            count, outputs = super().code_cell_outputs(cell_index)
            return count, outputs
        cell = self.notebook.cells[cell_index]
        return cell.execution_count, cell.outputs

    def eval_variable(self, name: str) -> list[Any]:
        """Return the outputs of an expression, evaluated after the last cell before it."""
        question = f"{self._before()}: {name}"
        if question not in self._memory["expressions"]:
            if not self._awake:
                self._wake()
                if self._reached >= 0:
                    super().code_cell_outputs(self._reached)
            self._memory["expressions"][question] = super().eval_variable(name)
        return list(map(nbformat.from_dict, self._memory["expressions"][question]))

    def finalise_client(self) -> None:
        """Note the state of widgets."""
        if self._awake:
            super().finalise_client()

    def close_client(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Stop the kernel and remember what it gave, if nothing failed."""
        if not self._awake:
            self.exec_metadata = _done(time.perf_counter() - self._start)
            return
        super().close_client(exc_type, exc_val, exc_tb)
        answers = [out for outputs in self._memory["expressions"].values() for out in outputs]
        if self._cell_error or exc_type or any(out["output_type"] == "error" for out in answers):
            return
        self._memory["language"] = self.notebook.metadata.get("language_info", {})
        self._memory["cells"] = [(cell.execution_count, cell.outputs) for cell in self._code]
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._place.write_text(json.dumps(self._memory), encoding="utf-8")

    def _before(self) -> int:
        """Count the code cells so far: edited prose may split the text between them anew."""
        return sum(cell.cell_type == "code" for cell in self.notebook.cells[: self._reached + 1])

    def _wake(self) -> None:
        super().start_client()
        self._awake = True


def _done(seconds: float) -> dict[str, Any]:
    """Return what MyST-NB notes of an execution that went well."""
    well = {"method": "inline", "succeeded": True, "error": None, "traceback": None}
    return {"mtime": time.time(), "runtime": seconds, **well}


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the client in the place of MyST-NB's own."""
    RememberingClient.folder = Path(app.doctreedir) / "remembered"
    execute.NotebookClientInline = RememberingClient
    return {"parallel_read_safe": True, "parallel_write_safe": True}
