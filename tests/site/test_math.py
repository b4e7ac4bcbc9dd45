"""Formulas: a sign that joins two terms has the space of one, wherever it stands."""

import importlib
import re
from pathlib import Path

import pytest
from docutils import nodes
from window import PAGES

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"
SIGNS = ["-", "+", r"\pm", r"\mp"]
# For each minus of a formula: does it join two terms, as in TeX?
FORMULAS = {
    r"\begin{aligned} a &= b \\ &- c \end{aligned}": [True],
    r"\begin{aligned} a & - c & - d & - e \end{aligned}": [True, False, True],
    r"\begin{aligned} -a &= -b \\ -c &\le d - e \end{aligned}": [False, False, False, True],
    r"\begin{aligned} a &\quad - b \\ &{}- c \\ &{-} d \\ &(-e) \end{aligned}": [True, True, False, False],
    r"\begin{aligned} a & -\begin{bmatrix} -b & -c \end{bmatrix} \end{aligned}": [True, False, False],
    r"\begin{cases} -a & -b \\ & -c \end{cases}": [False, False, False],
    r"a - b - (-c) = -d, \quad -e": [True, True, False, False, False],
}
SPACES = """formula => [...formula.querySelectorAll('mo')].filter(sign => /[−+±∓]/.test(sign.textContent)).map(sign => {
    const box = e => e.getBoundingClientRect(), size = parseFloat(getComputedStyle(sign).fontSize);
    const before = sign.previousElementSibling, after = sign.nextElementSibling;
    const left = before ? box(before).right : box(sign.parentElement).left;
    return [box(sign).left - left, box(after).left - box(sign).right].map(gap => gap / size);
})"""
MEDIUM = pytest.approx([4 / 18, 4 / 18], abs=0.02)  # in em


@pytest.fixture(scope="module")
def mathml():
    """Return the converter of the book."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXTENSIONS)
        return importlib.import_module("mathml")


@pytest.fixture
def spaces(mathml, visit):
    """Return a function that shows a formula in the book's font and measures the space around each sign, in em."""
    page = visit("notation.html")

    def measured(latex):
        page.evaluate(
            "m => { document.querySelector('article').innerHTML = m }",
            mathml.convert(None, nodes.math_block("", latex)),
        )
        return page.locator("article math").first.evaluate(SPACES)

    return measured


@pytest.mark.parametrize("latex", FORMULAS)
def test_minus_has_space_where_it_joins(spaces, latex):
    """A minus between two terms has medium space on both sides, at the start of an aligned line too; others none."""
    found = spaces(latex)
    assert [space == MEDIUM for space in found] == FORMULAS[latex]
    assert all(space[1] == pytest.approx(0, abs=0.02) for space in found if space != MEDIUM)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_joins_at_the_start_of_an_aligned_line(spaces, sign):
    """Plus and both signs with two strokes are set like the minus."""
    assert spaces(rf"\begin{{aligned}} a &= b \\ &{sign} c \end{{aligned}}") == [MEDIUM]


def test_no_page_starts_an_aligned_line_without_space(site, mathml):
    """On the site every sign that starts a right-hand cell says that it joins, and some do."""
    cells = re.compile(re.escape(mathml.SECOND) + r"<mo([^>]*)>([−+±∓])</mo>")
    found = [match for name in PAGES for match in cells.findall((site / name).read_text("utf-8"))]
    assert {said for said, _ in found} == {' form="infix"'}
