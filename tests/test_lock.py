"""The lock names all that is installed: a release of tomorrow changes nothing in what the README's commands install."""

from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINES = (Path(__file__).parents[1] / "requirements.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
LOCK = [Requirement(line.split(" --hash")[0]) for line in LINES if line.strip()]
HERE = {one.name: one for one in LOCK if one.marker is None or one.marker.evaluate()}


def wanted(one):
    """What a locked package needs on this machine, as it says itself."""
    settings = [{"extra": extra} for extra in one.extras or {""}]
    needs = [Requirement(text) for text in requires(one.name) or []]
    return [need for need in needs if need.marker is None or any(map(need.marker.evaluate, settings))]


@pytest.mark.parametrize("one", HERE.values(), ids=str)
def test_all_that_a_locked_package_needs_is_locked(one):
    """At a version that suits and with its extras: without these pip takes the newest release, which has no hash."""
    for need in wanted(one):
        locked = HERE[canonicalize_name(need.name)]
        (version,) = locked.specifier
        assert version.operator == "=="
        assert need.specifier.contains(version.version, prereleases=True), need
        assert need.extras <= locked.extras, need
