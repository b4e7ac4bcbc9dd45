"""Where the built site is, how large a window it is looked at in, and what to do without a browser."""

import os
from pathlib import Path

import pytest

SITE = Path(os.environ.get("BUILD", Path(__file__).parents[2] / "build"), "html")  # nox may build it elsewhere
PAGES = sorted(str(p.relative_to(SITE)) for p in SITE.rglob("*.html") if "_static" not in p.parts)
# The listings of tests come from one template: the shortest and the longest stand for all.
LISTINGS = sorted(
    (name for name in PAGES if name.startswith(f"tests{os.sep}")), key=lambda name: (SITE / name).stat().st_size
)
LOOKED_AT = [name for name in PAGES if name not in LISTINGS[1:-1]]
WIDE, NARROW = {"width": 1300, "height": 900}, {"width": 375, "height": 800}


def need(thing, name, how):
    """Return a thing the tests need; without it skip them, which in CI fails them."""
    if not thing:
        pytest.skip(f"{name} is missing: {how}")
    return thing
