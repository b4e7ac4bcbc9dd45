"""Which tests may be skipped where nobody looks: in CI those whose reason stands here, in `nox -s peers` none.

Any other skip fails there as the test's own failure would. On a contributor's machine a skip is a skip, and says why.
"""

import importlib.util
import os

import pytest

NO_PEER = "a peer is not installed"
# How a reason begins, and why CI may skip for it.
LISTED = {NO_PEER: "`nox -s peers`, which CI runs as well, installs every peer and allows no skip"}


def pytest_configure(config):
    """Register the mark of the tests that need another library which does the same."""
    config.addinivalue_line("markers", "peer(name): the library of the group `peers` that the test compares with")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip a test whose peer is missing, before any fixture imports it."""
    for mark in item.iter_markers("peer"):
        if not importlib.util.find_spec(mark.args[0]):
            pytest.skip(f"{NO_PEER}: {mark.args[0]}; nox -s peers installs it and runs this test")


def _refuse(report):
    """Make a failure of a skip that is not allowed here; a failure that is expected is no skip."""
    allowed = tuple(LISTED)
    if os.environ.get("SKIPS") == "none":
        allowed = ()
    elif not os.environ.get("CI"):
        return report
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith(allowed):
            report.outcome, report.longrepr = "failed", f"skipped, and tests/skips.py does not allow it here: {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Look at the report of each test, after all that other plugins make of it."""
    return _refuse((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    """Look at the report of each module: it may skip all that it holds."""
    return _refuse((yield))
