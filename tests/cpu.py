"""A plugin of pytest that prints the CPU seconds of each file of tests and of the slowest tests, and what they start.

`nox -s slow` loads it. What a browser or a server does that outlives a test counts for nobody.
"""

import time
from collections import Counter

import pytest

try:
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
except ImportError:  # Windows
    getrusage = None

SHOWN = 25
BEGUN = pytest.StashKey()
spent = Counter()


def seconds():
    """Return the CPU seconds of this process and, where the system tells, of those that it has waited for."""
    if getrusage is None:
        return time.process_time()
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in used)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Note what a test took, with what it set up, for the process that prints."""
    item.stash[BEGUN] = seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Write into the last report of a test what it took."""
    report = yield
    if call.when == "teardown":
        report.cpu = seconds() - item.stash[BEGUN]
    return report


def pytest_runtest_logreport(report):
    """Add up, in the process that prints."""
    if hasattr(report, "cpu"):
        spent[report.nodeid] = report.cpu


def pytest_terminal_summary(terminalreporter, config):
    """Print the files, and the tests that took most."""
    if hasattr(config, "workerinput"):
        return
    files, tests = Counter(), Counter()
    for name, cpu in spent.items():
        files[name.partition("::")[0]] += cpu
        tests[name.partition("[")[0]] += cpu
    for title, rows in (("a file", files.most_common()), ("a test, all its cases", tests.most_common(SHOWN))):
        terminalreporter.section(f"CPU seconds {title}")
        for name, cpu in rows:
            terminalreporter.line(f"{cpu:8.1f}  {name}")
    terminalreporter.line(f"{sum(files.values()):8.1f}  in all")
