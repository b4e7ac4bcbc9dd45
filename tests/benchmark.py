"""Build the book and, beside it, the same chapters with stock Sphinx; print the times and their ratio.

Stock Sphinx is MyST-NB in its `cache` mode with MathJax and the same theme, without the extensions in docs/_ext. Three
builds are timed: from nothing, without a change, and after an edit of the prose of one chapter: `nox -s benchmark`. The
tests of the claims run before, and are not timed. First of all, ways to the
polar factor of a matrix: its singular value decomposition, five quintic iterations, and 32 cubic ones.
"""

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
HELP = [f"tests/{path.name}" for path in (ROOT / "tests").glob("[!t]*.py")]  # what the tests of claims import


def stock(conf):
    """Return the book's configuration as a stock Sphinx would have it."""
    for name in OWN:
        conf = conf.replace(f'    "{name}",\n', "")
    return conf.replace('nb_execution_mode = "inline"', 'nb_execution_mode = "cache"')


def prepare(folder, kind):
    """Copy the book into a folder, configured as its own or as the stock kind."""
    for part in ("docs", "src", "tests/claims"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", *HELP):
        shutil.copy(ROOT / part, folder / part)
    if kind == "book":
        tests = [sys.executable, "-m", "pytest", "-q", "tests/claims", "--junitxml=build/claims.xml"]
        subprocess.run(tests, check=True, cwd=folder, capture_output=True)
    if kind == "stock":
        conf = folder / "docs" / "conf.py"
        conf.write_text(stock(conf.read_text(encoding="utf-8")), encoding="utf-8")
        for page in (folder / "docs").rglob("*.md"):  # an expression needs a live kernel, which the cache has not
            text = page.read_text(encoding="utf-8")
            text = re.sub(r"^:given: .*\n", "", text, flags=re.M).replace("```{ledger}", "```{note}\nNot here.")
            page.write_text(re.sub(r"\{eval\}`", "`", text), encoding="utf-8")


def timed(folder):
    """Build once and return the seconds."""
    command = [sys.executable, "-m", "sphinx", "-q", "-j1", "-d", str(folder / "trees"), str(folder / "docs")]
    start = time.perf_counter()
    subprocess.run([*command, str(folder / "site")], check=True, capture_output=True)
    return time.perf_counter() - start


def measure(kind):
    """Return the seconds of the three builds of one kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, kind)
        cold, same = timed(folder), min(timed(folder) for _ in range(3))
        page = folder / "docs" / "argument" / "steepest.md"
        edited = []
        for _ in range(3):
            page.write_text(page.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
            edited.append(timed(folder))
        return cold, same, min(edited)


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
    for i, what in enumerate(("from nothing", "without a change", "after an edit of prose")):
        book, other = (statistics.median(row[i] for row in seconds[kind]) for kind in ("book", "stock"))
        print(f"{what:>24}: book {book:6.2f} s, stock {other:6.2f} s, ratio {book / other:.2f}")


if __name__ == "__main__":
    main()
