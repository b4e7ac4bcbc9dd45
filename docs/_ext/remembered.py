"""A chapter whose code has not changed is not run again: what its cells and expressions gave is remembered.

The memory of a chapter is found by its code, the code of the package, and what computes and draws: Python, each
package installed, the processor's routines. So it cannot go stale as long as a chapter computes from these alone. What
fails is not remembered. An expression that is new wakes a kernel, which runs the cells before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import time
from importlib import metadata, util
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import numpy as np
from isolation import list_fonts
from jupyter_client.manager import KernelManager
from myst_nb.core import execute
from myst_nb.core.execute.inline import NotebookClientInline
from nbclient.client import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

_PACKAGE = util.find_spec("steepest")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
SOURCES = sorted(Path(_PACKAGE.origin).parent.rglob("*.py"))
COMPUTES = [
    sys.version,
    platform.machine(),
    sorted({f"{package.name}=={package.version}" for package in metadata.distributions()}),
    np.lib.introspect.opt_func_info(),
    sorted(pair for pair in os.environ.items() if pair[0].startswith(("OPENBLAS_", "OMP_", "MKL_", "GLIBC_TUNABLES"))),
]
NOTHING = list(map(nbformat.from_dict, [{"output_type": "display_data", "data": {"text/plain": "''"}, "metadata": {}}]))
MOST = 100_000  # characters that a cell may print: they go into the page and into its search index
# An ipykernel warns about every kernel whose connection is not encrypted.
KernelManager.transport_encryption.default_value = "auto"
# A kernel that has told all it computed has nothing to tidy up: waiting for it costs a tenth of a second a chapter.
NotebookClient.shutdown_kernel.default_value = "immediate"


class RememberingClient(NotebookClientInline):
    """MyST-NB's inline client, whose kernel starts when something is asked that is not remembered.

    Nothing is run after what failed: its consequences would hide the cause.
    """

    folder: ClassVar[Path]
    used: ClassVar[set[Path]] = set()
    whole: ClassVar[bool] = False

    def start_client(self) -> None:
        """Look for what is remembered; without it start the kernel."""
        self._awake, self._reached, self._start = False, -1, time.perf_counter()
        self._failures: list[tuple[int, str]] = []
        self._code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        parts = [COMPUTES, *(cell.source for cell in self._code)]
        parts += [source.read_text(encoding="utf-8") for source in SOURCES]
        key = hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()
        self._place = self.folder / f"{key}.json"
        self.used.add(self._place)
        self._memory: dict[str, Any] = {"expressions": {}, "cells": []}
        if not self._place.is_file():
            self._wake()
            return
        self._memory = json.loads(self._place.read_text(encoding="utf-8"))
        self.notebook.metadata["language_info"] = self._memory["language"]
        for cell, (count, outputs) in zip(self._code, self._memory["cells"], strict=True):
            cell.execution_count, cell.outputs = count, list(map(nbformat.from_dict, outputs))

    def code_cell_outputs(self, cell_index: int) -> tuple[int | None, list[Any]]:
        """Return the outputs of a cell; none of one that failed."""
        cell, self._reached = self.notebook.cells[cell_index], cell_index
        if self._awake and not self._failures:
            self._run(cell_index)
        return cell.get("execution_count"), [] if self._failures else cell.get("outputs", [])

    def eval_variable(self, name: str) -> list[Any]:
        """Return the outputs of an expression, evaluated after the last cell before it."""
        question = f"{self._before()}: {name}"
        if question not in self._memory["expressions"]:
            if not self._awake:
                self._wake()
                if self._reached >= 0:
                    self._run(self._reached)
            if self._failures:
                return NOTHING
            self._memory["expressions"][question] = self._evaluate(name)
        return list(map(nbformat.from_dict, self._memory["expressions"][question]))

    def finalise_client(self) -> None:
        """Note the state of widgets."""
        if self._awake and not self._failures:
            super().finalise_client()

    def close_client(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Stop the kernel and remember what it gave, if nothing failed."""
        if self._awake:
            super().close_client(exc_type, exc_val, exc_tb)
            if not self._failures and not exc_type:
                self._remember()
        done = {"mtime": time.time(), "runtime": time.perf_counter() - self._start, "method": "inline"}
        self.exec_metadata = done | {"succeeded": True, "error": None, "traceback": None, "failures": self._failures}

    def _wake(self) -> None:
        list_fonts()
        super().start_client()
        self._awake = True

    def _run(self, index: int) -> None:
        """Run the cells as far as this one; note line and reason of the first that fails."""
        first = self._last_cell_executed + 1
        try:
            super().code_cell_outputs(index)
        except DeadKernelError as error:
            self._cell_error = error
        for i in range(first, self._last_cell_executed + 1):
            cell, last = self.notebook.cells[i], i == self._last_cell_executed
            fault = _fault(cell.get("outputs", []), self._cell_error if last else None)
            if fault and not self._failures:
                self._failures.append((self._first_line(i) + fault[0] - 1, fault[1]))

    def _evaluate(self, name: str) -> list[Any]:
        """Evaluate an expression; the role that asks for it names what fails, with the line it stands on."""
        try:
            outputs: list[Any] = super().eval_variable(name)
        except (CellTimeoutError, DeadKernelError) as error:
            self._failures.append((self.cell_line(max(self._reached, 0)), f"`{name}`, evaluated below, {_said(error)}"))
            return NOTHING
        if fault := _fault([out for out in outputs if out["output_type"] != "error"]):
            raise ValueError(f"`{name}` {fault[1]}")
        return outputs

    def _remember(self) -> None:
        """Write what the kernel gave, whole or not at all."""
        answers = [out for outputs in self._memory["expressions"].values() for out in outputs]
        if any(out["output_type"] == "error" for out in answers):
            return
        self._memory["language"] = self.notebook.metadata.get("language_info", {})
        self._memory["cells"] = [(cell.execution_count, cell.outputs) for cell in self._code]
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._place.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(self._memory), encoding="utf-8")
        part.replace(self._place)

    def _before(self) -> int:
        """Count the code cells so far: edited prose may split the text between them anew."""
        return sum(cell.cell_type == "code" for cell in self.notebook.cells[: self._reached + 1])

    def _first_line(self, index: int) -> int:
        """Return the line of the page on which the code of a cell begins, below its options."""
        assert self.path is not None
        page = self.path.read_text(encoding="utf-8")
        above = "".join(page.splitlines(keepends=True)[: self.cell_line(index) - 1])
        return int(page.count("\n", 0, page.find(self.notebook.cells[index].source, len(above)))) + 1


def _fault(outputs: list[Any], error: Exception | None = None) -> tuple[int, str] | None:
    """Return the line of a cell and the reason, if what it gave does not belong on a page."""
    for out in outputs:
        if out["output_type"] == "error":
            inner = re.search(r"Cell In\[\d+\], line (\d+)", re.sub(r"\x1b\[[\d;]*m", "", "\n".join(out["traceback"])))
            return int(inner[1]) if inner else 1, f"{out['ename']}: {out['evalue']}".rstrip(": ")
    if error:
        return 1, f"the cell {_said(error)}"
    for out in outputs:
        text = out.get("text", "") + out.get("data", {}).get("text/plain", "")
        if out.get("name") == "stderr":
            words = re.sub(r"\S*ipykernel_\d+\S*?:(\d+)", r"line \1", " ".join(text.split()))
            inner = re.match(r"line (\d+)", words)
            return int(inner[1]) if inner else 1, f"wrote on the error stream: {words[:500]}"
        if len(text) > MOST:
            return 1, f"gives {len(text):,} characters, more than the {MOST:,} that a page bears"
        if found := re.search(r"\bnp\.\w+\([^)]*\)", text):
            return (
                1,
                f"gives {found[0]}, which is no number to a reader: make it a float, an int or a bool, or format it",
            )
    return None


def _said(error: Exception) -> str:
    if isinstance(error, CellTimeoutError):
        return "did not end in the time a cell has (nb_execution_timeout)"
    return "killed its kernel"


def find_folder(app: Sphinx, config: Config) -> None:
    """Note where the memory lies."""
    RememberingClient.folder = Path(app.confdir, config.build_folder, "remembered").resolve()


def note_all(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Note whether this build reads every page."""
    RememberingClient.used, RememberingClient.whole = set(), set(docnames) == env.found_docs


def forget(app: Sphinx, failure: Exception | None) -> None:
    """Drop what no page uses any more, after a sound build that read them all."""
    if failure is None and RememberingClient.whole:
        for place in set(RememberingClient.folder.glob("*")) - RememberingClient.used:
            place.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the client in the place of MyST-NB's own."""
    app.setup_extension("isolation")
    execute.NotebookClientInline = RememberingClient
    app.connect("config-inited", find_folder)
    app.connect("env-before-read-docs", note_all)
    app.connect("build-finished", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
