"""Change the package in small ways, one at a time, and count the changes that no test notices: `nox -s mutants`.

mutmut makes the mutants in a copy of the project, build/mutation, and runs for each the tests that call the function it
changes. A mutant is killed if a test fails, cannot be collected or takes too long. Fewer than 90 % killed is a failure.
"""

import collections
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "build" / "mutation"
LEAST = 90
KILLED = {"killed", "timeout", "check was interrupted by user"}  # mutmut calls so what pytest could not collect
# Each mutant runs in a process of its own that has imported these, and nothing of the package or of the tests.
LIBRARIES = (
    "array_api_compat",
    "array_api_strict",
    "cvxpy",
    "dask.array",
    "mpmath",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse.linalg",
    "scipy.stats",
)
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "", "PYTHONHASHSEED": "0"}


def prepare():
    """Copy what the tests of the package need."""
    shutil.rmtree(COPY, ignore_errors=True)
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, COPY / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", COPY)
    (COPY / "libraries.txt").write_text("\n".join(LIBRARIES), encoding="utf-8")


def mutmut(*args, **options):
    """Run mutmut in the copy."""
    return subprocess.run(["mutmut", *args], cwd=COPY, env={**os.environ, **SETTINGS}, check=True, **options)


def answer(*args):
    """Return the lines that mutmut prints."""
    return mutmut(*args, capture_output=True, encoding="utf-8").stdout.splitlines()


def verdicts():
    """Return what became of each mutant, by its name."""
    return dict(line.strip().split(": ") for line in answer("results", "--all", "true"))


def change(name):
    """Return the lines that a mutant takes away and adds."""
    return "\n".join(line for line in answer("show", name)[3:] if line[:1] in "+-")


def report(fates):
    """Print every mutant that lives, and a table of all by module; return the share killed, in percent."""
    counts = collections.defaultdict(collections.Counter)
    for name, fate in fates.items():
        counts[name.split(".")[1]][fate] += 1
        if fate not in KILLED:
            print(f"\n{name}: {fate}\n{change(name)}")
    print(f"\n{'module':>12} mutants killed  of these by time")
    counts = {**dict(sorted(counts.items())), "all": sum(counts.values(), collections.Counter())}
    for module, fate in counts.items():
        killed = sum(fate[word] for word in KILLED)
        print(f"{module:>12} {fate.total():7} {killed:6} {fate['timeout']:14}")
    return 100 * killed / len(fates)


def main():
    """Make the mutants, test each (all, or those named), and fail if too many live."""
    prepare()
    mutmut("run", *sys.argv[1:])
    fates = {name: fate for name, fate in verdicts().items() if fate != "not checked" or not sys.argv[1:]}
    share = report(fates)
    print(f"\n{share:.1f} % of {len(fates)} mutants are killed; at least {LEAST} % must be.")
    return share < LEAST


if __name__ == "__main__":
    sys.exit(main())
