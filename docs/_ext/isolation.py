"""What a person has set for Python, IPython, Jupyter and Matplotlib stays out of the book.

Kernels inherit the environment of the build, so it is mended once, here. Their settings lie in a folder of the book's
own, empty but for Matplotlib's list of fonts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError

# Where other code lies is no matter of taste.
KEPT = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
OWN = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter/config",
    "JUPYTER_DATA_DIR": "jupyter/data",
    "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    "MPLCONFIGDIR": "matplotlib",
}


def isolate(folder: Path) -> None:
    """Take a person's settings out of the environment, and put the book's own folders in."""
    for name in set(os.environ) - KEPT:
        if name.startswith(("PYTHON", "IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB")):
            del os.environ[name]
    os.environ |= {name: str(folder / part) for name, part in OWN.items()}
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each core reads a page of its own
    for part in OWN.values():
        (folder / part).mkdir(parents=True, exist_ok=True)


def list_fonts() -> None:
    """Let Matplotlib list the fonts it finds, which it says in words if it takes long: not in a cell of the book."""
    if not any(Path(os.environ["MPLCONFIGDIR"]).iterdir()):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise SphinxError(f"Matplotlib does not start:\n{done.stderr.decode(errors='replace')}")


def folder(confdir: Path, config: Config) -> Path:
    """Return the folder that holds what builds remember."""
    return Path(confdir, config.build_folder).resolve()


def leave(app: Sphinx, config: Config) -> None:
    """Isolate the build, its kernels with it."""
    isolate(folder(app.confdir, config) / "kernel")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("build_folder", "../build", "", types=[str])
    app.add_config_value("only_page", "", "", types=[str])
    app.connect("config-inited", leave)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
