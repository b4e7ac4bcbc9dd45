"""The font of the formulas, cut down to what the pages use."""

import base64
import html
import io
import re
import zlib

import pytest
from fontTools.ttLib import TTFont
from window import LISTINGS, PAGES


@pytest.fixture(scope="module")
def font(site):
    """Return the font that the site serves."""
    style = (site / "_static" / "math.css").read_text("ascii")
    return TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^)]+)", style)[1])))


def formulas(site):
    """Return all formulas of the site, one after another."""
    return "".join(m for name in PAGES for m in re.findall(r"<math.*?</math>", (site / name).read_text("utf-8"), re.S))


def test_font_has_every_character_of_the_formulas(site, font):
    """Each character of a formula is in the font, and the root sign, which the browser draws by itself."""
    text = html.unescape(re.sub(r"<[^>]*>", "", formulas(site)))
    needed = {c for c in text if not c.isspace()} | ({"√"} if "<msqrt" in formulas(site) else set())
    assert len(needed) > 60
    assert {c for c in needed if ord(c) not in font.getBestCmap()} <= set("\u2061\u2062\u2063\ufe00")  # not drawn


def test_single_letters_are_italic_in_the_font(site, font):
    """Each letter that stands alone in a formula has the italic form that the browser draws it with."""
    letters = set(re.findall(r"<mi>([a-zA-Z])</mi>", formulas(site))) - {"h"}
    italic = {chr(0x1D44E + ord(c) - ord("a") if c.islower() else 0x1D434 + ord(c) - ord("A")) for c in letters}
    assert {"w", "u", "g", "L"} <= letters
    assert {c for c in italic if ord(c) not in font.getBestCmap()} == set()


def test_font_is_small_and_carries_its_license(site, font):
    """The font has its table for mathematics and its license, and weighs at most 100 kB."""
    assert "MATH" in font
    assert "SIL Open Font License" in str(font["name"].getName(13, 3, 1, 0x409))
    assert (site / "_static" / "math.css").stat().st_size < 100_000


def test_pages_name_the_font_they_were_built_with(site):
    """The address of the stylesheet carries the checksum of its bytes: no browser keeps the font of an older build."""
    checksum = f"{zlib.crc32((site / '_static' / 'math.css').read_bytes()):08x}"
    for name in set(PAGES) - set(LISTINGS):
        assert f"math.css?v={checksum}" in (site / name).read_text("utf-8")


@pytest.mark.parametrize("name", ["trust/small.html", "trust/memory.html"])
def test_roots_hug_what_is_under_them(visit, name):
    """No root leaves a gap behind its last letter, and none over a low letter hangs far below it."""
    page = visit(name)
    measured = page.evaluate(
        """() => [...document.querySelectorAll("math msqrt")].map(root => {
            const [all, last] = [root, root.lastElementChild].map(e => e.getBoundingClientRect());
            const [gap, below] = [all.right - last.right, all.bottom - last.bottom];
            return [gap, below].map(x => x / parseFloat(getComputedStyle(root).fontSize));
        })"""
    )
    assert len(measured) > 3
    for gap, below in measured:
        assert abs(gap) < 0.05
        assert below < 0.4
