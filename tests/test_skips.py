"""In CI no test is left out in silence: a skip that is not on the list fails, however it came about."""

from pathlib import Path

import pytest
import skips

pytest_plugins = ["pytester"]
CONFTEST = "import skips\n\n\ndef pytest_configure(config):\n    config.pluginmanager.register(skips)"
WAYS = {
    "by a mark": "@pytest.mark.skip(reason='no time')\ndef test_it():\n    pass",
    "by a condition": "@pytest.mark.skipif(True, reason='no time')\ndef test_it():\n    pass",
    "in the test": "def test_it():\n    pytest.skip('no time')",
    "in a fixture": "@pytest.fixture\ndef it():\n    pytest.skip('no time')\n\ndef test_it(it):\n    pass",
    "at the end": "@pytest.fixture\ndef it():\n    yield\n    pytest.skip('no time')\n\ndef test_it(it):\n    pass",
    "for want of a module": "def test_it():\n    pytest.importorskip('no_such_library')",
    "for want of a case": "@pytest.mark.parametrize('case', [])\ndef test_it(case):\n    pass",
    "as a module": "pytest.skip('no time', allow_module_level=True)",
}
PEER = "@pytest.mark.peer('no_such_library')\ndef test_it():\n    import no_such_library"
PRESENT = "@pytest.mark.peer('math')\ndef test_it():\n    pass"


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs a test under the rule; it returns how many had which outcome, and the output."""

    def ran(test, *options, **environment):
        for name in ("CI", "SKIPS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PYTHONPATH", str(Path(skips.__file__).parent))
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(f"import pytest\n\n{test}")
        runs = pytester.runpytest_subprocess if options else pytester.runpytest_inprocess
        result = runs("-p", "no:cacheprovider", "--strict-markers", *options)
        return result.parseoutcomes(), result.stdout.str()

    return ran


@pytest.mark.parametrize("way", WAYS)
def test_a_skip_without_leave_fails_in_ci(run, way):
    """In CI a skip is a failure that says why, whatever makes it; elsewhere it is a skip."""
    here, _ = run(WAYS[way])
    in_ci, said = run(WAYS[way], CI="true")
    assert here.get("skipped") == 1
    assert not {"failed", "errors"} & here.keys()
    assert "skipped" not in in_ci
    assert in_ci.get("failed", 0) + in_ci.get("errors", 0) == 1
    assert "tests/skips.py does not allow it here: " in said


@pytest.mark.parametrize("way", ["in the test", "as a module"])
def test_a_skip_without_leave_fails_on_several_cores(run, way):
    """The rule holds where pytest-xdist runs the tests."""
    outcomes, said = run(WAYS[way], "-n", "2", CI="true")
    assert "skipped" not in outcomes
    assert "tests/skips.py does not allow it here: no time" in said


@pytest.mark.parametrize("ci", [{}, {"CI": "true"}], ids=["here", "in CI"])
def test_a_peer_may_be_missing_but_not_in_the_session_of_the_peers(run, ci):
    """A test whose peer is missing is skipped, in CI too; where no skip is allowed it fails and names the peer."""
    assert run(PEER, **ci)[0] == {"skipped": 1}
    outcomes, said = run(PEER, SKIPS="none", **ci)
    assert outcomes == {"errors": 1}
    assert "a peer is not installed: no_such_library" in said


def test_a_test_whose_peer_is_there_runs(run):
    """The mark skips no test whose library can be imported."""
    assert run(PRESENT, SKIPS="none")[0] == {"passed": 1}


def test_an_expected_failure_is_no_skip(run):
    """A test marked to fail, and failing, is allowed in CI and where no skip is."""
    test = "@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert False"
    for environment in ({"CI": "true"}, {"SKIPS": "none"}):
        assert run(test, **environment)[0] == {"xfailed": 1}
