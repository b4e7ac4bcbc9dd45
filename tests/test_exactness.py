"""No line of the book or its tests depends on the last bit of a float; the check itself is tried on planted lines."""

from pathlib import Path

import pytest
from exactness import in_docstrings, in_page, in_tests

ROOT = Path(__file__).parents[1]
ROOTS = {"docs": ("*.md", in_page), "src": ("*.py", in_docstrings), "tests": ("*.py", in_tests)}


@pytest.mark.parametrize("root", ROOTS)
def test_no_last_bit_decides(root):
    """No line of the book, the package's examples and the tests depends on the last bit of a rounded float."""
    pattern, find = ROOTS[root]
    files = sorted((ROOT / root).rglob(pattern))
    found = [f"{path.relative_to(ROOT)}:{f.line}: {f.kind}: {f.text}" for path in files for f in find(_read(path))]
    assert len(files) > 5
    assert not found, "\n".join(found)


def _read(path):
    return path.read_text(encoding="utf-8")


EQUALITIES = """
assert cosine(a, b) == 1
assert 1 == norm.dual(g)
assert x / 3 == y
assert w**2 != y
assert (a @ b)[0] == y
assert 0 < cosine(a, b) < dot(a, c) == 1
assert np.array_equal(steepest_direction(g), u)
assert path.values[-1] == 0
assert x.max() == 0.5
assert -abs(np.sqrt(x)).min() == y
assert [cosine(a, b), 1] == y
slope = directional_derivative(g, u); assert slope == y
first, second = angle(a, b), 2; assert first == y
bump = quadratic([1, 2]); assert bump(w) == 3
if np.mean(x) == y: pass
steps = [w for w in x if w == 0.1]
"""
PICKS = """
best = ring[loss(w + ring).argmin()]
first = int(np.argmax(x >= 0))
ends = np.unique(x)
"""
HARMLESS = """
assert (one, two) == (1, 2)
assert len(x) == 3 and (x < 0).sum() == 4
assert cosine(a, b).shape == (3,)
assert path.stopped == "gradient is zero"
assert name == "a" or np.sqrt(x) is None
assert 2**10 == 1024
assert np.isclose(cosine(a, b), 1) and cosine(a, b) < 0.5
assert norm(x) == pytest.approx(5)
assert round(angle(a, b), 9) == 180
assert int(np.sqrt(x)) == 3
assert x.dtype == float and 3 != y
assert cosine(a, -a) == -1  # exact: opposite
# exact: halves
assert x / 2 == 0.5
assert np.array_equal(
    x / 2, y
)  # exact: halves
best = x.argmax()  # exact: whole numbers
"""


def cell(code):
    """Return a page with one cell."""
    return f"A page.\n\n```{{code-cell}}\n{code}\n```\n\nIts end.\n"


@pytest.mark.parametrize("line", EQUALITIES.strip().splitlines())
def test_equality_of_a_rounded_float_is_found(line):
    """Each way to compare a rounded float for equality is found in a page, at its line, and in an example."""
    assert [f[:2] for f in in_page(cell(line))] == [(4, "equality")]
    example = "".join(f"    >>> {part}\n" for part in line.replace(": pass", ": ...").split("; "))
    if "if np.mean" not in line:
        assert {f.kind for f in in_docstrings(f'"""A module.\n\n{example}"""')} == {"equality"}


@pytest.mark.parametrize("line", [line for line in EQUALITIES.splitlines() if "assert " in line])
def test_equality_in_a_test_is_found(line):
    """Each assertion of equality is found in a test, at its line."""
    indented = "".join(f"    {part}\n" for part in line.split("; "))
    assert [f.kind for f in in_tests(f"def test_it():\n{indented}")] == ["equality"]


@pytest.mark.parametrize("line", PICKS.strip().splitlines())
def test_pick_between_ties_is_found(line):
    """Each way to pick one of entries that may tie is found in a page, and none where a comment gives the reason."""
    assert [f.kind for f in in_page(cell(line))] == ["tie"]
    assert in_page(cell(f"{line}  # exact: apart")) == []
    assert [f.line for f in in_page(cell(f"x = y.argmax()  # exact: apart\n{line}"))] == [5]


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        (cell("slope = cosine(a, b)\nslope"), ["shown"]),
        (cell("loss(w) / 3, 2"), ["shown"]),
        (cell("slope = cosine(a, b)\nslope.round(3)"), []),
        (cell("cosine(a, -a)  # exact: opposite"), []),
        (cell("rates = (0.1, 0.2)") + "The rate {eval}`rates[0]`.", []),
        (cell("slope = cosine(a, b)") + "The slope {eval}`slope`.", ["shown"]),
        (cell("slope = cosine(a, b)") + 'The slope {eval}`f"{slope:.2f}"`.', []),
        (cell("x = 3") + 'The best {eval}`f"{x[x.argmin()]:.2f}"`, {eval}`cosine(a, b) == 1`.', ["tie", "equality"]),
        ("```pycon\n>>> angle(a, b)\n44.99999999999999\n```\n", ["shown"]),
        ("```pycon\n>>> angle(a, b)\n44.5\n>>> round(angle(a, b), 2)\n0.1\n```\n", []),
        ("```pycon\n>>> f(a)\n(0.1, array([0.1, 0.2]))\n>>> f(a)\narray([0.1, 0.2])\n```\n", ["shown"]),
    ],
)
def test_float_that_is_shown_is_found(page, kinds):
    """A float is found where a cell, a sentence or an example shows all its digits, and not where it is rounded."""
    assert [f.kind for f in in_page(page)] == kinds


def test_harmless_lines_are_not_found():
    """Counts, shapes, texts, bounds, what is rounded on purpose and what a comment calls exact are not found."""
    assert in_page(cell(HARMLESS)) == []
    assert in_tests("def test_it():\n" + "".join(f"    {line}\n" for line in HARMLESS.splitlines())) == []
