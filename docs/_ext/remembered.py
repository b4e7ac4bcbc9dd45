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
import uuid
from importlib import metadata, util
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import numpy as np
from isolation import folder, list_fonts
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core import execute
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute.inline import ModifiedNotebookClient, NotebookClientInline
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from warm import Warm

_PACKAGE = util.find_spec("steepest")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
SOURCES = sorted(Path(_PACKAGE.origin).parent.rglob("*.py"))
PROCESSOR = ("OPENBLAS_", "OMP_", "MKL_", "NPY_", "GLIBC_TUNABLES")
SHAPES = [Path(__file__).with_name(f"{name}.py") for name in ("isolation", "remembered", "warm", "zygote")]
NOTHING = list(map(nbformat.from_dict, [{"output_type": "display_data", "data": {"text/plain": "''"}, "metadata": {}}]))
MOST = 100_000  # characters that a cell may print: they go into the page and into its search index


class RememberingClient(NotebookClientInline):
    """MyST-NB's inline client, whose kernel starts when something is asked that is not remembered.

    Nothing is run after what failed: its consequences would hide the cause.
    """

    folder: ClassVar[Path]
    computes: ClassVar[str]

    def start_client(self) -> None:
        """Look for what is remembered; without it start the kernel."""
        self._awake, self._reached, self._start = False, -1, time.perf_counter()
        self._failures: list[tuple[int, str]] = []
        self._code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        key = hashlib.sha256(repr([self.computes, *(cell.source for cell in self._code)]).encode()).hexdigest()
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
        done |= {"succeeded": True, "error": None, "traceback": None}
        self.exec_metadata = done | {"failures": self._failures, "memory": self._place.name}

    def _wake(self) -> None:
        """Start a kernel, as MyST-NB does, but encrypted if it can be, and killed when it has told all it computed."""
        assert self.path is not None
        manager = AsyncKernelManager(kernel_name="python3", transport_encryption="auto")
        manager.kernel_id = uuid.uuid4().hex
        manager.provisioner = Warm(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        place = {"metadata": {"path": str(self.path.parent)}}
        settings = {"record_timing": False, "resources": place, "timeout": self.nb_config.execution_timeout}
        self._client = ModifiedNotebookClient(self.notebook, manager, shutdown_kernel="immediate", **settings)
        self._client.owns_km = True
        self._client.reset_execution_trackers()
        self._client.start_new_kernel()
        self._client.start_new_kernel_client()
        asked = self._client.wait_for_reply(self._client.kc.kernel_info())
        self.notebook.metadata["language_info"] = asked["content"]["language_info"]
        self._tmp_path, self._time_start = None, self._start
        self._cell_error: Exception | None = None
        self._last_cell_executed, self._exc_string = -1, None
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


def prepare(app: Sphinx, config: Config) -> None:
    """Note where the memory lies, and what all pages compute with; list fonts before a page needs one."""
    RememberingClient.folder = folder(app.confdir, config) / "remembered"
    code = [source.read_text(encoding="utf-8") for source in SOURCES + SHAPES]
    computes = [
        sys.version,
        platform.machine(),
        sorted({f"{package.name}=={package.version}" for package in metadata.distributions()}),
        np.lib.introspect.opt_func_info(),
        sorted(pair for pair in os.environ.items() if pair[0].startswith(PROCESSOR)),
    ]
    RememberingClient.computes = hashlib.sha256(repr([computes, code]).encode()).hexdigest()
    list_fonts()


def forget(app: Sphinx, failure: Exception | None) -> None:
    """Drop what no page uses any more, after a sound build."""
    if failure is None and app.statuscode == 0:
        ran = [page.get("exec_data", {}) for page in getattr(app.env, "nb_metadata", {}).values()]
        used = {RememberingClient.folder / page["memory"] for page in ran if "memory" in page}
        for place in set(RememberingClient.folder.glob("*")) - used:
            place.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the client in the place of MyST-NB's own, which has no other way to choose one."""
    app.setup_extension("isolation")
    execute.NotebookClientInline = RememberingClient
    notebook = nbformat.from_dict({"metadata": {}, "cells": []})  # type: ignore[no-untyped-call]
    config = NbParserConfig(execution_mode="inline")
    if not isinstance(execute.create_client(notebook, "", config, None), RememberingClient):
        raise SphinxError("MyST-NB has changed how it chooses a client: docs/_ext/remembered.py has to follow")
    app.connect("config-inited", prepare, priority=600)
    app.connect("build-finished", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
