"""Build the book and, beside it, the same chapters with stock Sphinx; print the times and their ratio.

Stock Sphinx is MyST-NB in its `cache` mode with MathJax and the same theme, on one core, without the extensions in
docs/_ext. Four builds are timed: from nothing, without a change, after an edit of the prose of one chapter, and of a
mended chapter after a build that failed: `nox -s benchmark`. The book's are those of `nox -s docs`, the claims and the
packing of the source included. First of all, ways to the polar factor of a matrix: its singular value decomposition,
five quintic iterations, and 32 cubic ones.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy.linalg

from steepest import newton_schulz

ROOT = Path(__file__).parents[1]
ROUNDS = 3
OWN = [path.stem for path in (ROOT / "docs" / "_ext").glob("*.py")]
NEITHER = shutil.ignore_patterns("__pycache__", "build", ".*")
BUILDS = ("from nothing", "without a change", "after an edit of prose", "mended after a failure")


def stock(conf):
    """Return the book's configuration as a stock Sphinx would have it."""
    for name in OWN:
        conf = conf.replace(f'    "{name}",\n', "")
    return conf.replace('nb_execution_mode = "inline"', 'nb_execution_mode = "cache"')


def prepare(folder, kind):
    """Copy the project into a folder, configured as its own or as the stock kind; return the command that builds."""
    shutil.copytree(ROOT, folder, ignore=NEITHER)
    if kind == "book":
        return [sys.executable, "docs/build.py", "build"]
    conf = folder / "docs" / "conf.py"
    conf.write_text(stock(conf.read_text(encoding="utf-8")), encoding="utf-8")
    for page in (folder / "docs").rglob("*.md"):  # an expression needs a live kernel, which the cache has not
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"^:given: .*\n", "", text, flags=re.M).replace("```{ledger}", "```{note}\nNot here.")
        page.write_text(re.sub(r"\{eval\}`", "`", text), encoding="utf-8")
    return [sys.executable, "-m", "sphinx", "-q", "-j1", "-d", "trees", "docs", "site"]


def measure(kind):
    """Return the seconds of the four builds of one kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "book")
        command, page = prepare(folder, kind), folder / "docs" / "argument" / "steepest.md"

        def timed(check=True):
            start = time.perf_counter()
            environment = os.environ | {"PYTHONPATH": str(folder / "src")}
            subprocess.run(command, check=check, capture_output=True, cwd=folder, env=environment)
            return time.perf_counter() - start

        def edited(more, check=True):
            page.write_text(page.read_text(encoding="utf-8") + more, encoding="utf-8")
            return timed(check)

        cold, same = timed(), min(timed() for _ in range(3))
        prose = min(edited("\nOne more sentence.\n") for _ in range(3))
        sound = page.read_text(encoding="utf-8")
        edited("\n```{code-cell}\nassert 1 == 2\n```\n", check=False)
        page.write_text(sound, encoding="utf-8")
        return cold, same, prose, timed()


def polar(shape):
    """Print how long a decomposition and iterations take, in single precision; the best of five."""
    matrix = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    calls = {
        "singular value decomposition": lambda: scipy.linalg.svd(matrix, full_matrices=False),
        "five quintic iterations": lambda: newton_schulz(matrix, 5, (3.4445, -4.7750, 2.0315)),
        "32 cubic iterations": lambda: newton_schulz(matrix, 32),
    }
    seconds = {name: [] for name in calls}
    for _ in range(5):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    for name, row in seconds.items():
        print(f"polar factor, {shape[0]} by {shape[1]}: {name} {1000 * min(row):.0f} ms")


def main():
    """Alternate the two kinds, so that what slows the machine slows both."""
    for shape in ((1024, 1024), (512, 512), (256, 1024)):
        polar(shape)
    seconds = {"book": [], "stock": []}
    for _ in range(ROUNDS):
        for kind, rows in seconds.items():
            rows.append(measure(kind))
    for i, what in enumerate(BUILDS):
        rows = {kind: sorted(row[i] for row in seconds[kind]) for kind in seconds}
        book, other = (statistics.median(rows[kind]) for kind in ("book", "stock"))
        spread = ", ".join(f"{kind} {row[0]:.2f} to {row[-1]:.2f}" for kind, row in rows.items())
        print(f"{what:>24}: book {book:6.2f} s, stock {other:6.2f} s, ratio {book / other:.2f} ({spread})")


if __name__ == "__main__":
    main()
