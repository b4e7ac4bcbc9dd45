"""The locks name all that is installed: a release of tomorrow changes nothing in what the commands install."""

import itertools
import subprocess
import sys
import tomllib
from importlib.metadata import requires

import pytest
from book import ROOT, tasks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = tasks().LOCKS


def read(name):
    """Return what a lock names, for every platform and Python."""
    lines = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    return [Requirement(line.split(" --hash")[0]) for line in lines]


LOCKS = {name: read(name) for name in GROUPS}
NAMES = [pytest.param(name, marks=[pytest.mark.peer("jax")] if "peers" in name else []) for name in LOCKS]


def beside(name):
    """Return what is installed when a lock is: its own packages, and those of the locks before it."""
    return [one for lock in list(LOCKS)[: list(LOCKS).index(name) + 1] for one in LOCKS[lock]]


def declared(name):
    """Return what pyproject.toml asks of a lock: what its groups name, and for the first one the project itself."""
    needs = [need for group in GROUPS[name] for need in PROJECT["dependency-groups"][group]]
    if name == "requirements.txt":
        needs += PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["figures"]
    return map(Requirement, needs)


def test_what_is_installed_fits():
    """Each package finds what it needs, at a version that suits."""
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_is_complete(name):
    """What its packages need on this machine is in it or in those before it, with its extras: pip asks for no more."""
    here = {one.name: one for one in beside(name) if one.marker is None or one.marker.evaluate()}
    for one in here.values():
        for need in map(Requirement, requires(one.name) or []):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in one.extras or {""}):
                assert canonicalize_name(need.name) in here, f"{one} needs {need}"
                assert need.extras <= here[canonicalize_name(need.name)].extras, f"{one} needs {need}"


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_declared_is_locked(name):
    """What pyproject.toml asks for is locked, at versions that suit on every platform and Python."""
    for need in declared(name):
        found = [one for one in beside(name) if one.name == canonicalize_name(need.name)]
        assert found, need
        for one in found:
            (version,) = one.specifier
            assert version.operator == "=="
            assert need.specifier.contains(version.version, prereleases=True), need
            assert need.extras <= one.extras, need


def test_each_group_is_locked():
    """Each group has its lock, but for the tests of the tests, which run with the newest of all."""
    assert sorted(PROJECT["dependency-groups"]) == sorted(["mutants", *itertools.chain(*GROUPS.values())])


def test_no_two_locks_disagree():
    """A package is in two of them only where the second needs it on more platforms, and in the same version."""
    for first, second in itertools.combinations(LOCKS.values(), 2):
        for one, other in itertools.product(first, second):
            if one.name == other.name:
                assert (one.specifier, one.extras) == (other.specifier, other.extras), one
                assert one.marker is not None, one
                assert one.marker != other.marker, one
