"""What a test of a claim tried, written into pytest's JUnit XML: the book shows it under the claim."""

import json
from pathlib import Path

import numpy as np
import pytest


class Tried:
    """Counts what a test tried: its cases, how far off they were and how near their tolerance. Calling it asserts."""

    def __init__(self):
        """Start with nothing tried."""
        self.cases, self.dims, self.apart, self.worst, self.why = 0, set(), None, None, None

    def __call__(self, holds, dim):
        """Assert that a statement holds, in each of its cases, in that dimension."""
        holds = np.asarray(holds)
        assert holds.dtype == bool
        assert holds.all(), f"fails in {(~holds).sum()} of {holds.size} cases in {dim} dimensions"
        self._count(holds.size, dim)

    def within(self, deviation, tolerance, dim, why):
        """Assert that each deviation, a size, is at most its tolerance; `why` says in words where that comes from."""
        apart = np.asarray(abs(deviation), float)
        share = apart / np.asarray(tolerance, float)
        worst = float(share.max())
        assert worst <= 1, f"{worst:.3g} times the tolerance in {dim} dimensions ({why})"
        assert self.why in (None, why), "one test has one tolerance"
        self.why, self.worst = why, max(worst, self.worst or 0.0)
        self.apart = max(float(apart.max()), self.apart or 0.0)
        self._count(share.size, dim)

    def below(self, sizes, bound, rounding, dim, why):
        """Assert that sizes exceed a bound of the claim by rounding at the most: what counts is by how much."""
        self.within(np.maximum(np.abs(np.asarray(sizes, float)) - bound, 0.0), rounding, dim, why)

    def _count(self, cases, dim):
        assert cases > 0
        self.cases += int(cases)
        self.dims.add(int(dim))


@pytest.fixture
def tried(request, record_property):
    """Return the test's assertion, and record afterwards which claim it checks, how hard, and where the test stands."""
    tried = Tried()
    yield tried
    _record(request, record_property, tried)


@pytest.fixture(autouse=True)
def _named(request, record_property):
    """Record a test that does not use `tried` as well: the book is not built with it."""
    if "tried" not in request.fixturenames:
        _record(request, record_property, Tried())


def _record(request, record_property, tried):
    mark = request.node.get_closest_marker("claim")
    path, line, _ = request.node.reportinfo()
    record = {
        "claim": mark.args[0] if mark else None,
        "without": mark.kwargs.get("without") if mark else None,
        "law": request.function.__doc__.split("\n\n")[0],
        "test": request.function.__name__,
        "file": Path(path).name,
        "line": line + 1,
        "drawn": getattr(request.function, "is_hypothesis_test", False),
        "cases": tried.cases,
        "dims": [min(tried.dims), max(tried.dims)] if tried.dims else [],
        "apart": tried.apart,
        "worst": tried.worst,
        "why": tried.why,
    }
    record_property("claim", json.dumps(record, sort_keys=True, ensure_ascii=False))
