"""Builds the pages and runs the tests on other processors, simulated, and prints a table of what failed or differs.

OpenBLAS chooses its routines by the processor, and NumPy its exponentials and logarithms; both let themselves be told
which, and so does the C library. Pages are compared byte for byte with those in build/html.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from xml.etree import ElementTree

import numpy as np
from book import ROOT, contents, differences

KERNELS = ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX"]
BUILD = ROOT / "build"
# Those of the site, the builds and the sources say nothing about a processor.
ELSEWHERE = ["site", "test_book.py", "test_chapters.py", "test_docstrings.py", "test_fresh.py", "test_isolation.py"]
ELSEWHERE += ["test_ledger.py", "test_lock.py"]
TESTS = {
    "doctests": ["src", "README.md"],
    "core": ["tests", "--ignore=tests/claims", *(f"--ignore=tests/{name}" for name in ELSEWHERE)],
    "claims": ["tests/claims"],
}
TRY = """
import numpy as np, threadpoolctl
np.linalg.svd(np.exp(np.ones((50, 50))) @ np.eye(50))
print(*(found["architecture"] for found in threadpoolctl.threadpool_info() if found["internal_api"] == "openblas"))
"""


def processors():
    """Yield the name and the environment of each processor to simulate."""
    yield "as it is", {}
    for kernel in KERNELS:
        for threads in "12":
            yield f"{kernel}-{threads}", {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": threads}
    levels = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    for i, level in enumerate(levels):
        yield f"no {level}", {"NPY_DISABLE_CPU_FEATURES": " ".join(levels[i:])}
    if platform.libc_ver()[0] == "glibc":
        yield "libm without FMA", {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX512F"}


def routines(environment):
    """Return what OpenBLAS calls the routines it takes; None where this machine cannot run them."""
    done = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False, env=environment)
    return done.stdout.strip() if done.returncode == 0 else None


def pages(environment, folder):
    """Build the site from nothing; return which files differ from those of this machine."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-j", "auto"]
    command += ["-D", f"build_folder={folder}"]
    command += ["-d", str(folder / "doctrees"), str(ROOT / "docs"), str(folder / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        return f"broken: {done.stderr.strip()}"
    other = {name: data for name, data in contents(BUILD / "html").items() if name != "steepest.tar.gz"}
    found = differences(other, contents(folder / "html"))
    return f"{len(found)} differ: {' '.join(found)}" if found else "same bytes"


def tests(environment, folder, what):
    """Run tests; return how many failed of how many, and which."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", f"--junitxml={report}"]
    subprocess.run([*command, *what], capture_output=True, check=False, env=environment, cwd=ROOT)
    cases = list(ElementTree.parse(report).iter("testcase"))
    bad = [case.get("name") for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return f"{len(bad)} of {len(cases):,} fail: {' '.join(bad)}" if bad or not cases else f"{len(cases):,} pass"


def row(name, environment, columns):
    """Run what is asked for on one processor; return the results."""
    folder = BUILD / "portable" / name.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return [pages(environment, folder) if c == "pages" else tests(environment, folder, TESTS[c]) for c in columns]


def main():
    """Print a row a processor; fail where one is not as the others."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("processors", nargs="*", help="beginnings of their names; all where none is given")
    parser.add_argument("--only", choices=["pages", *TESTS], action="append", help="what to run; all where not given")
    chosen = parser.parse_args()
    columns, sound, seen = chosen.only or ["pages", *TESTS], True, {}
    asked = [(n, c) for n, c in processors() if n.lower().startswith(tuple(map(str.lower, chosen.processors or [""])))]
    if not asked:
        parser.error(f"pass one or more of {', '.join(name for name, _ in processors())}, or beginnings of them.")
    for name, changes in asked:
        start, environment = time.perf_counter(), {**os.environ, **changes}
        kind = routines(environment)
        told = {key: value for key, value in changes.items() if key != "OPENBLAS_CORETYPE"}
        same = seen.setdefault(repr((kind, told)), name)
        if kind is None or same != name:
            results = [f"left out: {f'here the same routines as {same}' if kind else 'this machine cannot run it'}"]
        else:
            results = row(name, environment, columns)
            sound &= all(result == "same bytes" or result.endswith(" pass") for result in results)
        print(f"{name:18} | {kind or '':14} | {' | '.join(results)} | {time.perf_counter() - start:.0f} s", flush=True)
    sys.exit(not sound)


if __name__ == "__main__":
    main()
