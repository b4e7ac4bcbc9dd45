"""The locks name all that is installed: a release of tomorrow changes nothing in what the commands install."""

import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read(name):
    """Return what a lock names, for every platform and Python."""
    lines = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    return [Requirement(line.split(" --hash")[0]) for line in lines if line.strip()]


def here(lock):
    """Return what a lock installs on this machine."""
    return {one.name: one for one in lock if one.marker is None or one.marker.evaluate()}


LOCK, PEERS = read("requirements.txt"), read("tests/peers.txt")
HERE = here(LOCK)
UNLOCKED = {"mutants"}  # an environment of its own, with the newest of all
DECLARED = {"the project": PROJECT["project"]["dependencies"], **PROJECT["project"]["optional-dependencies"]}
DECLARED |= {name: needs for name, needs in PROJECT["dependency-groups"].items() if name not in UNLOCKED}


def check_needs(one, lock):
    """Check that a lock has what a package needs on this machine, as that says itself, at a version that suits."""
    settings = [{"extra": extra} for extra in one.extras or {""}]
    for need in map(Requirement, requires(one.name) or []):
        if need.marker is None or any(map(need.marker.evaluate, settings)):
            locked = lock[canonicalize_name(need.name)]
            (version,) = locked.specifier
            assert version.operator == "=="
            assert need.specifier.contains(version.version, prereleases=True), need
            assert need.extras <= locked.extras, need


@pytest.mark.parametrize("one", HERE.values(), ids=str)
def test_all_that_a_locked_package_needs_is_locked(one):
    """At a version that suits and with its extras: without these pip takes the newest release, which has no hash."""
    check_needs(one, HERE)


@pytest.mark.peer("jax")
@pytest.mark.parametrize("one", here(PEERS).values(), ids=str)
def test_all_that_a_peer_needs_is_locked(one):
    """The two locks together have what a peer needs: it is installed beside what the first one names."""
    check_needs(one, HERE | here(PEERS))


@pytest.mark.parametrize("group", DECLARED)
def test_what_is_declared_is_locked(group):
    """What pyproject.toml asks for is locked, at versions that suit on every platform and Python."""
    lock = PEERS if group == "peers" else LOCK
    for need in map(Requirement, DECLARED[group]):
        versions = [one for one in lock if one.name == canonicalize_name(need.name)]
        assert versions, need
        for one in versions:
            (version,) = one.specifier
            assert need.specifier.contains(version.version, prereleases=True), need
            assert need.extras <= one.extras, need


def test_no_package_is_in_both_locks():
    """The peers come with no second version of a package that the first lock names."""
    assert {one.name for one in PEERS}.isdisjoint(one.name for one in LOCK)
