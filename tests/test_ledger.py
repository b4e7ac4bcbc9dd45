"""The ledger: a book whose claims and tests do not agree is not built, and the build says which and why."""

import json
import os
import shutil
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
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from reports import differences  # noqa: E402 the extensions lie beside the book

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


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a small book with one claim and its tests, built."""
    folder = tmp_path_factory.mktemp("sound") / "book"
    (folder / "tests" / "claims").mkdir(parents=True)
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "tests" / "claims" / "conftest.py", folder / "tests" / "claims")
    (folder / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\nmarkers = claim\n", encoding="utf-8")
    for name, text in PAGES.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    (folder / "tests" / "claims" / "test_squares.py").write_text(TESTS, encoding="utf-8")
    book = Book(folder)
    book.pages = book.build()
    return book


@pytest.fixture
def book(sound, tmp_path):
    """Return a copy of the sound book."""
    return Book(shutil.copytree(sound.folder, tmp_path / "book"))


class Book:
    """A book with a folder of tests."""

    def __init__(self, folder):
        self.folder, self.tests = folder, folder / "tests" / "claims" / "test_squares.py"

    def replace(self, path, old, new):
        """Edit a file."""
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def build(self, **settings):
        """Build the book; return its pages as text."""
        places = [self.folder / name for name in ("docs", "docs", "site", "trees")]
        # The book leaves a person's settings out of the environment; these tests get theirs back.
        with patch.dict(os.environ), patch_docutils(), docutils_namespace():
            Sphinx(*places, "html", settings, status=None, warning=sys.stderr, warningiserror=True).build()
        return {page.stem: page.read_text(encoding="utf-8") for page in (self.folder / "site").rglob("*.html")}

    def reports(self):
        """Return what is remembered of the tests."""
        return json.loads((self.folder / "build" / "claims.json").read_text(encoding="utf-8"))


def test_what_was_tried_stands_under_the_claim_and_in_the_ledger(sound):
    """Cases, dimensions, the share of the tolerance, hypotheses and the way to the source are printed."""
    pages = sound.pages
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
    "a test is broken": ("tests", "import pytest", "import pytest\n\n1 / 0", "did not pass: error"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_book_is_not_built_where_claims_and_tests_disagree(book, mistake):
    """Whatever is missing between a claim and its tests stops the build, and is named, at every build."""
    where, old, new, said = MISTAKES[mistake]
    book.replace(book.tests if where == "tests" else book.folder / "docs" / "page.md", old, new)
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
    assert "(10^{-8}" in book.build()["page"]
    said = capsys.readouterr().err
    assert "page.md:3: WARNING: no test test_gone measured how far apart" in said
    assert "no test test_a_square_that_is_negative measured how far apart" in said
    assert "test_squares_are_not_negative measured" not in said


def test_only_a_file_that_changed_runs_again(book):
    """A test runs when its file, the package or a module it imports has changed, and no other time."""
    marks = book.folder / "ran.txt"
    book.replace(book.tests, "    tried(x * x", f"    open({str(marks)!r}, 'a').write('ran ')\n    tried(x * x")
    other = book.tests.with_name("test_other.py")
    other.write_text(TESTS.replace("import pytest\n", "import pytest\nfrom helper import ONE\n"), encoding="utf-8")
    helper, package = book.folder / "tests" / "helper.py", book.folder / "src" / "steepest"
    helper.write_text("ONE = 1\n", encoding="utf-8")
    (book.folder / "pytest.ini").write_text("[pytest]\npythonpath = tests\njunit_family = xunit1\nmarkers = claim\n")
    package.mkdir(parents=True)
    book.build()
    assert marks.read_text().count("ran") == 2
    both = {"test_other.py", "test_squares.py"}
    for change, times, keyed in (("", 0, set()), ("helper", 0, {"test_other.py"}), ("package", 2, both)):
        marks.unlink(missing_ok=True)
        if change == "helper":
            helper.write_text("ONE = 2\n", encoding="utf-8")
        if change == "package":
            (package / "norms.py").write_text("# changed\n", encoding="utf-8")
        keys = {name: report["key"] for name, report in book.reports().items()}
        book.build()
        changed = {name for name, report in book.reports().items() if report["key"] != keys.get(name)}
        assert (marks.read_text().count("ran") if marks.exists() else 0) == times
        assert changed == keyed


def test_a_report_that_travels_with_the_source_is_good_without_the_tools(book, monkeypatch):
    """The report of the same files needs no test to run; of other files what cannot run is shown as not checked."""
    shutil.copy(book.folder / "build" / "claims.json", book.tests.with_name("report.json"))
    shutil.rmtree(book.folder / "build")
    book.replace(book.tests, "import pytest", "import nowhere\nimport pytest")
    monkeypatch.delenv("CI", raising=False)
    pages = book.build()
    assert "Not checked on this machine" in pages["page"]
    assert "Not checked on this machine" in pages["checked"]
    assert "Checked in" not in pages["page"] + pages["checked"]
    assert not (book.folder / "build" / "claims.json").exists()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SphinxError, match=r"test_squares\.py: not checked on this machine"):
        book.build()
    book.replace(book.tests, "import nowhere\n", "")
    assert "Checked in 4 comparisons" in book.build()["page"]
    assert not (book.folder / "build" / "claims.json").exists()


def test_a_report_of_other_numbers_is_told(sound):
    """What differs from the report is named; a deviation may be smaller, since processors round otherwise."""
    [told] = [report["tests"] for report in sound.reports().values()]
    assert list(differences(told, told)) == []
    first, second = told
    assert list(differences([first | {"share": 1.0}, second], told)) == []
    assert list(differences(told, [first | {"share": 1.0}, second])) == [f"{first['test']}: share is 1.0, not 0.5"]
    assert list(differences(told, [first | {"cases": 3}, second])) == [f"{first['test']}: cases is 3, not 4"]
    drawn = first | {"drawn": True}
    assert list(differences([drawn, second], [drawn | {"cases": 3, "dims": [2, 2]}, second])) == []
    apart = [first | {"apart": 1e-9}, second]
    assert list(differences(apart, [first | {"apart": 1e-8}, second])) == []
    assert len(list(differences(apart, [first | {"apart": 1e-7}, second]))) == 1
    assert list(differences(told, [first])) == [f"other tests: ['{second['test']}']"]
