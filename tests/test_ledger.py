"""The ledger: a book whose claims and tests do not agree is not built, and the build says which and why."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

# Warnings are for the authors of Sphinx's extensions.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
ROOT = Path(__file__).parents[1]
PAGES = {
    "conf.py": f"""import sys
sys.path.insert(0, {str(ROOT / "docs" / "_ext")!r})
extensions = ["myst_parser", "claims", "ledger", "sources"]
claims_tests = "../tests/claims"
""",
    "index.md": "# Book\n\n```{toctree}\npage\nchecked\n```\n",
    "checked.md": "# What is checked\n\n```{ledger}\n```\n",
    "page.md": """# Page

```{prf:theorem} Squares
:label: squares
:given: x is real

Then $x^2 \\ge 0$.
```
""",
}
TESTS = '''"""Tests of a claim."""

import pytest


@pytest.mark.claim("squares")
@pytest.mark.parametrize("x", [-2, 3])
def test_squares_are_not_negative(tried, x):
    """The square of ``x`` is not negative."""
    tried(x * x >= 0, dim=1)
    tried.within(0.5, 2.0, dim=3, why="a quarter")


@pytest.mark.claim("squares", without="x is real")
def test_a_square_that_is_negative(tried):
    """The square of the imaginary unit is negative."""
    tried((1j * 1j).real < 0, dim=2)
'''


@pytest.fixture
def book(tmp_path):
    """Return a small book with one claim and its tests."""
    return Book(tmp_path)


class Book:
    """A book with a folder of tests."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "tests" / "claims").mkdir(parents=True)
        (folder / "docs").mkdir()
        shutil.copy(ROOT / "tests" / "claims" / "conftest.py", folder / "tests" / "claims")
        (folder / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\nmarkers = claim\n", encoding="utf-8")
        for name, text in PAGES.items():
            (folder / "docs" / name).write_text(text, encoding="utf-8")
        self.tests = folder / "tests" / "claims" / "test_squares.py"
        self.tests.write_text(TESTS, encoding="utf-8")

    def replace(self, path, old, new):
        """Edit a file."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self):
        """Run the tests."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=build/claims.xml"]
        subprocess.run(command, cwd=self.folder, check=False, capture_output=True)

    def build(self):
        """Build the book; return its pages as text."""
        places = [self.folder / name for name in ("docs", "docs", "site", "trees")]
        # The book leaves a person's settings out of the environment; these tests get theirs back.
        with patch.dict(os.environ), patch_docutils(), docutils_namespace():
            Sphinx(*places, "html", status=None, warning=sys.stderr, warningiserror=True).build()
        return {page.stem: page.read_text(encoding="utf-8") for page in (self.folder / "site").rglob("*.html")}


def test_what_was_tried_stands_under_the_claim_and_in_the_ledger(book):
    """Cases, dimensions, the share of the tolerance, hypotheses and the way to the source are printed."""
    book.run()
    pages = book.build()
    assert "Checked in 4 comparisons in 1 to 3 dimensions" in pages["page"]
    assert "assumes: x is real" in pages["page"]
    assert 'href="checked.html#squares"' in pages["page"]
    assert "less than half of the tolerance (a quarter)" in pages["checked"]
    assert (
        "Checked in 4 comparisons in 1 to 3 dimensions; seen to fail in 1 comparison in 2 dimensions"
        in pages["checked"]
    )
    assert "Without “x is real”" in pages["checked"]
    assert 'href="tests/test_squares.html#test_a_square_that_is_negative"' in pages["checked"]
    assert 'id="test_a_square_that_is_negative"' in pages["test_squares"]


MISTAKES = {
    "a test is deleted": (
        "tests",
        TESTS[TESTS.index("@") : TESTS.index("\n\n\n@", 40)],
        "",
        "squares: no test checks it",
    ),
    "a hypothesis is not dropped": (
        "tests",
        TESTS[TESTS.rindex("@") :],
        "",
        "squares: no test drops 'x is real'",
    ),
    "a hypothesis is not assumed": (
        "page",
        ":given: x is real\n",
        "",
        "drops 'x is real', which the claim does not assume",
    ),
    "a label is deleted": (
        "page",
        ":label: squares\n",
        "",
        "squares: test_squares_are_not_negative in test_squares.py names a claim",
    ),
    "a claim is new": (
        "page",
        "# Page\n",
        "# Page\n\n```{prf:lemma}\n:label: new\n\nIt is.\n```\n",
        "new: no test checks it",
    ),
    "a test names no claim": ("tests", '@pytest.mark.claim("squares")\n', "", "names no claim"),
    "a test fails": (
        "tests",
        "x * x >= 0",
        "x >= 0",
        "squares: test_squares_are_not_negative in test_squares.py did not pass",
    ),
    "a test is skipped": (
        "tests",
        "    tried(x * x",
        '    pytest.skip("no time")\n    tried(x * x',
        "did not pass: skipped",
    ),
    "an assertion is deleted": ("tests", "    tried((1j * 1j).real < 0, dim=2)\n", "", "asserted nothing with `tried`"),
    "a test is broken": ("tests", "import pytest", "import nothing", "did not pass: error"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_book_is_not_built_where_claims_and_tests_disagree(book, mistake):
    """Whatever is missing between a claim and its tests stops the build, and is named, at every build."""
    where, old, new, said = MISTAKES[mistake]
    book.run()
    book.build()
    book.replace(book.tests if where == "tests" else book.folder / "docs" / "page.md", old, new)
    book.run()
    for _ in range(2):
        with pytest.raises(SphinxError, match="claims and tests do not agree") as error:
            book.build()
        assert said in str(error.value)


def test_how_far_apart_is_printed_as_a_power_of_ten(book, capsys):
    """The role gives the largest deviation of some tests, rounded up; it warns of one that is gone or measured none."""
    book.replace(book.tests, "within(0.5, 2.0,", "within(np.array([2e-12, -3e-9]), 2.0,")
    book.replace(book.tests, "import pytest", "import numpy as np\nimport pytest")
    roles = "{apart}`test_squares_are_not_negative`, {apart}`test_gone test_a_square_that_is_negative`"
    book.replace(book.folder / "docs" / "page.md", "# Page\n", f"# Page\n\n{roles}\n")
    book.run()
    assert "(10^{-8}" in book.build()["page"]
    said = capsys.readouterr().err
    assert "page.md:3: WARNING: no test test_gone measured how far apart" in said
    assert "no test test_a_square_that_is_negative measured how far apart" in said
    assert "test_squares_are_not_negative measured" not in said


def test_book_without_a_report_says_how_to_make_one(book):
    """Without the tests' report the build says which command writes it."""
    with pytest.raises(SphinxError, match=r"claims\.xml: build with nox -s docs"):
        book.build()
