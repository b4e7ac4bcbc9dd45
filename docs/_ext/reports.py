"""Reports of the tests of claims: what each file of them tried, good as long as all that the file uses is the same.

They travel with the source, in `report.json` beside the tests. A file that is not as its report knows it runs while
pages are read, and what it gave is remembered in the build folder. Without the tools that it needs it is not checked.
"""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from math import ceil, log10
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Record = dict[str, Any]
MEASURED = ("apart", "cases", "dims", "share")
UNCHECKED = "not checked on this machine"
WORKERS = ["-n", "auto", "--maxprocesses=4", "--dist=worksteal"]


class Reports:
    """The reports of a folder of tests, those that travel with it and those that were made here."""

    def __init__(self, tests: Path, package: Path, build: Path) -> None:
        self.root, self.travels, self.memory = tests.parent.parent, tests / "report.json", build / "claims.json"
        self.made, self.log = build / "claims.xml", build / "claims.log"
        self._run: subprocess.Popen[bytes] | None = None
        core = sorted(path for path in package.rglob("*.py") if "figures" not in path.parts)
        code = [(path.relative_to(package).as_posix(), path.read_text("utf-8")) for path in core]
        imported = cache(_imported)
        self.files = {path.name: path for path in sorted(tests.glob("test_*.py"))}
        uses = {name: sorted(_uses(path, tests, imported)) for name, path in self.files.items()}
        self.keys = {name: _key(paths, code) for name, paths in uses.items()}
        self.known = {name: report for at in (self.travels, self.memory) for name, report in self._good(at)}
        self.stale = [name for name in self.keys if name not in self.known]
        self.unchecked = [name for name in self.stale if not all(map(_found, _imports(uses[name], tests)))]

    @property
    def ready(self) -> list[str]:
        """Return the files that have no report, and whose tools are installed."""
        return [name for name in self.stale if name not in self.unchecked]

    def start(self) -> None:
        """Run their tests in the background."""
        names = self.ready
        if names and self._run is None:
            self.made.parent.mkdir(parents=True, exist_ok=True)
            self.made.unlink(missing_ok=True)
            workers = WORKERS if len(names) > 3 and _found("xdist") else []
            options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", f"--junitxml={self.made}"]
            command = [sys.executable, "-m", "pytest", *options, *workers, *(str(self.files[name]) for name in names)]
            with self.log.open("w") as log:
                self._run = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=self.root)

    def finish(self) -> None:
        """Wait for the tests, and remember what they gave."""
        if self._run is None:
            return
        self._run.wait()
        self._run = None
        if not self.made.is_file():
            raise RuntimeError(f"the tests of claims did not end:\n{self.log.read_text('utf-8', 'replace')}")
        found = read(self.made)
        self.known |= {name: {"key": self.keys[name], "tests": found.get(name, [])} for name in self.ready}
        self.stale = list(self.unchecked)
        write(self.memory, {name: self.known[name] for name in self.keys if name in self.known})

    def stop(self) -> None:
        """End the tests before they are done."""
        if self._run is not None:
            self._run.terminate()
            self._run = None

    def records(self) -> list[Record]:
        """Return what all tests tried, in the order in which they stand; of those not checked what they last did."""
        last = dict(_read(self.travels)) | dict(_read(self.memory))
        found = []
        for name in self.keys:
            tests = last.get(name, {"tests": []})["tests"] if name in self.unchecked else self.known[name]["tests"]
            result = {"result": UNCHECKED} if name in self.unchecked else {}
            found += [{"file": name} | test | result for test in tests]
        return found

    def _good(self, place: Path) -> Iterator[tuple[str, Record]]:
        """Yield the reports in a file that are of the tests as they are now."""
        return ((name, report) for name, report in _read(place) if report["key"] == self.keys.get(name))


def read(made: Path) -> dict[str, list[Record]]:
    """Return from pytest's JUnit XML what each test of each file tried, all its cases as one, whoever ran them."""
    noted = list(map(_record, ElementTree.parse(made).iter("testcase")))
    noted.sort(key=lambda record: (record["file"], record["line"], record["test"]))
    found: dict[str, list[Record]] = {}
    for (name, _), cases in groupby(noted, key=lambda r: (r["file"], r["test"])):
        found.setdefault(name, []).append(_together(list(cases)))
    return found


def write(place: Path, reports: dict[str, Record]) -> None:
    """Write reports into a file, a test a line, whole or not at all."""
    parts = []
    for name, report in sorted(reports.items()):
        tests = ",\n".join(json.dumps(test, ensure_ascii=False, sort_keys=True) for test in report["tests"])
        parts.append(f'{json.dumps(name)}: {{"key": {json.dumps(report["key"])}, "tests": [\n{tests}\n]}}')
    part = place.with_suffix(".part")
    part.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8", newline="\n")
    part.replace(place)


def differences(told: list[Record], seen: list[Record]) -> Iterator[str]:
    """Yield where what tests were seen to try is not as told.

    Deviations differ from processor to processor, by less than ten times. What Hypothesis draws depends on the modules
    that other tests have loaded: of that only the words and the result are compared.
    """
    if [one["test"] for one in told] != [one["test"] for one in seen]:
        yield f"other tests: {sorted({one['test'] for one in told} ^ {one['test'] for one in seen})}"
        return
    for one, other in zip(told, seen, strict=True):
        for name in sorted((one.keys() | other.keys()) - set(MEASURED if one["drawn"] else ())):
            was, now = one.get(name), other.get(name)
            most = {"apart": 10, "share": 1}.get(name)
            if was != now and not (most and was is not None and now is not None and now <= most * was):
                yield f"{one['test']}: {name} is {now}, not {was}"


def _together(cases: list[Record]) -> Record:
    """Return what a test tried in all its cases, rounded to what holds on every processor."""
    dims = [dim for case in cases for dim in case["dims"]]
    apart = [case["apart"] for case in cases if case["apart"] is not None]
    worst = [case["worst"] for case in cases if case["worst"] is not None]
    silent = "silent" if any(not case["cases"] for case in cases) else "passed"
    return {name: cases[0][name] for name in ("claim", "without", "law", "test", "why", "drawn")} | {
        "cases": sum(case["cases"] for case in cases),
        "dims": [min(dims), max(dims)] if dims else [],
        # A power of ten with a factor of two to spare.
        "apart": (float(f"1e{ceil(log10(2 * max(apart)))}") if max(apart) else 0.0) if apart else None,
        "share": (0.5 if max(worst) < 0.5 else 1.0) if worst else None,
        "result": next((case["result"] for case in cases if case["result"] != "passed"), silent),
    }


def _record(case: ElementTree.Element) -> Record:
    """Return what a case of a test recorded of itself, and its result."""
    noted = [json.loads(p.get("value", "")) for p in case.iter("property") if p.get("name") == "claim"]
    path = Path(case.get("file") or case.get("name", "").replace(".", "/") + ".py")
    bare: Record = {"claim": None, "without": None, "law": "", "test": case.get("name"), "file": path.name, "line": 0}
    bare |= {"drawn": False, "cases": 0, "dims": [], "apart": None, "worst": None, "why": None}
    result = next((child.tag for child in case if child.tag != "properties"), "passed")
    return (noted[0] if noted else bare) | {"result": result}


def _read(place: Path) -> Iterator[tuple[str, Record]]:
    yield from json.loads(place.read_text("utf-8")).items() if place.is_file() else ()


def _key(paths: list[Path], code: list[tuple[str, str]]) -> str:
    """Return what tells a file of tests, with all that it uses, from any other."""
    used = [(path.name, path.read_text("utf-8")) for path in paths]
    return hashlib.sha256(repr([used, code]).encode()).hexdigest()


def _uses(path: Path, tests: Path, imported: Callable[[Path], set[str]]) -> set[Path]:
    """Return a file of tests and what it imports of their folders, also by way of others; conftests are used by all."""
    found: set[Path] = set()
    left = [path, *(p for p in (tests / "conftest.py", tests.parent / "conftest.py") if p.is_file())]
    while left:
        found.add(left[-1])
        left += [p for p in _local(imported(left.pop()), tests) if p not in found]
    return found


def _imports(paths: list[Path], tests: Path) -> set[str]:
    """Return what these modules import from elsewhere."""
    names = set().union(*map(_imported, paths))
    return names - {path.stem for path in _local(names, tests)}


def _local(names: set[str], tests: Path) -> list[Path]:
    return [path for name in names for folder in (tests, tests.parent) if (path := folder / f"{name}.py").is_file()]


def _imported(path: Path) -> set[str]:
    """Return the names of the modules that a file imports, without their parts."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _found(name: str) -> bool:
    return find_spec(name) is not None


def main() -> None:
    """Write the report that travels with the source, or compare it with the JUnit XML of all tests."""
    root = Path(__file__).parents[2]
    reports = Reports(root / "tests/claims", root / "src/steepest", root / "build")
    if len(sys.argv) > 1:
        told, seen = dict(_read(reports.travels)), read(Path(sys.argv[1]))
        wrong: list[str] = []
        for name in sorted(told.keys() | reports.keys.keys()):
            report = told.get(name, {"key": None, "tests": []})
            wrong += [f"{name}: has changed"] * (report["key"] != reports.keys.get(name))
            wrong += [f"{name}: {fault}" for fault in differences(report["tests"], seen.get(name, []))]
        if wrong:
            sys.exit("\n".join(["tests/claims/report.json is not of these tests: `nox -s claims` writes it.", *wrong]))
        return
    reports.start()
    reports.finish()
    if reports.unchecked:
        sys.exit(f"Not all that tests is installed for {', '.join(reports.unchecked)}.")
    write(reports.travels, reports.known)


if __name__ == "__main__":
    main()
