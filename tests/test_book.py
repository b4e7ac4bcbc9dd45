"""How the book builds: what fails is named, stays broken, and only what changed runs again."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from book import ROOT, Book, contents, differences


@pytest.fixture
def book(tmp_path):
    """Return a small book, with a copy of the package that it may change."""
    return Book(tmp_path / "a book")


def test_failing_cells_and_expressions_are_named_every_time(book):
    """Each failing cell and expression is named with page, line and exception, alone, at every build."""
    book.write(
        cell="A cell.\n\n```{code-cell}\ny = 3\nassert x == 2\n```\n\n```{code-cell}\ny + z\n```\n\nIt is {eval}`z`.",
        expression="It is {eval}`f'{missing}'`.",
        sound="It is {eval}`x`.",
    )
    for cores in ("-j1", "-j2"):
        cell, expression = book.broken(cores)
        assert cell == f"{book.place('cell', 'assert x == 2')}: AssertionError"
        assert expression.startswith(book.place("expression", "It is"))
        assert expression.endswith("NameError: name 'missing' is not defined")


UNFIT = {
    "dies": ("import os\n\nos._exit(1)", "import os", "killed its kernel"),
    "hangs": ("y = x\nwhile True:\n    pass", "y = x", "did not end"),
    "floods": ('print("long " * 30_000)', "30_000", "150,001 characters"),
    "warns": (
        "import numpy as np\n\nnp.array([1.0]) / 0",
        "np.array",
        "line 3: RuntimeWarning: divide by zero encountered",
    ),
    "scalar": ("import numpy as np\n\nnp.float64(x)", "import numpy", "np.float64(1.0)"),
}


def test_what_does_not_belong_on_a_page_is_named_once(book):
    """A kernel that dies, a cell without end, a flood, a warning, a NumPy scalar: page, line, reason, and no more."""
    after = "\n\n```{code-cell}\nx + 1\n```\n\nThen {eval}`x` and {eval}`y`."
    book.write(**{title: f"```{{code-cell}}\n{code}\n```{after}" for title, (code, _, _) in UNFIT.items()})
    found = book.broken("-D", "nb_execution_timeout=4")
    assert len(found) == len(UNFIT)
    for line, (title, (_, first, reason)) in zip(found, sorted(UNFIT.items()), strict=True):
        assert line.startswith(book.place(title, first) + ": ")
        assert reason in line


def test_unfit_expressions_are_named_with_their_line(book):
    """An expression that ends its kernel or gives a NumPy scalar is named with page, line and what it gave."""
    cell = "```{code-cell}\nimport os\nimport numpy as np\n```\n\n"
    book.write(
        dies=f"{cell}It is {{eval}}`os._exit(1)`.", scalar=f"{cell}It is {{eval}}`np.float64(2)`, not {{eval}}`x`."
    )
    dies, scalar = book.broken()
    assert "os._exit(1)" in dies
    assert scalar.startswith(book.place("scalar", "It is"))
    assert "np.float64(2.0)" in scalar


def test_formula_that_is_not_understood_is_named_every_time(book):
    """LaTeX that the converter rejects fails the build, naming page, line, formula and what is wrong with it."""
    book.write(formula="Some $a + \\undefined b$ here.")
    for _ in range(2):
        [line] = book.broken()
        assert line.startswith(book.place("formula", "undefined") + ": ")
        assert 'Unknown command "\\undefined"' in line
        assert "a + \\undefined b" in line


def test_punctuation_stays_where_it_is(book):
    """A comma behind a formula is bound to it, and no other text of the paragraph changes."""
    book.write(commas="It is `a`, `b`; $c$, $d$, (for $e$). And $f$-fold.")
    assert book.build() == (0, "")
    page = (book.out / "commas.html").read_text(encoding="utf-8")
    assert "It is a, b; c, d, (for e). And f-fold." in re.sub(r"<[^>]*>", "", page)
    assert page.count('<span class="bound">') == 4


def test_only_changed_code_runs_again(book):
    """Edited prose runs nothing, a new expression or cell its chapter, a change in the package all chapters."""
    cells = ["```{code-cell}\nx += 6\n```", "```{code-cell}\nx + 1\n```"]
    edits = [
        ({"first": "One.", "second": "\n\n".join([*cells, "{eval}`x`."])}, ["first", "second"]),
        ({}, []),
        ({"second": "\n\n".join([cells[0], "Prose between cells.", cells[1], "Now {eval}`x`."])}, []),
        ({"second": "\n\n".join([*cells, "It is {eval}`x` and {eval}`2 * x`."])}, ["second"]),
        ({"second": "\n\n".join([*cells, cells[0], "It is {eval}`x` and {eval}`2 * x`."])}, ["second"]),
    ]
    for chapters, expected in edits:
        book.write(**chapters)
        assert book.build() == (0, "")
        assert book.ran() == expected
    with (book.package / "norms.py").open("a", encoding="utf-8") as source:
        source.write("# changed\n")
    assert book.build() == (0, "")
    assert book.ran() == ["first", "second"]
    assert "It is 13 and 26." in re.sub(r"<[^>]*>", "", (book.out / "second.html").read_text(encoding="utf-8"))


def test_cells_that_a_doctest_would_show_otherwise_are_named_every_time(book):
    """A value only a doctest shows, prints it cannot tell apart, and magic are named with page, line and reason."""
    cells = {
        "middle": "y = x\nx + 41\nx",
        "loop": "y = x\nfor _ in range(2):\n    x + 42",
        "hushed": "x + 43;  # Jupyter shows no value here",
        "twice": "print(x + 44)\nprint(x)",
        "magic": "%time x + 45",
    }
    faults = {
        "middle": ("x + 41", "the value of `x + 41`"),
        "loop": ("    x + 42", "the value of `x + 42`"),
        "hushed": ("x + 43;", "the value of `x + 43`"),
        "twice": ("print(x + 44)", "which statement of a cell printed"),
        "magic": ("%time x + 45", "not plain Python"),
    }
    book.write(**{title: f"```{{code-cell}}\n{cell}\n```" for title, cell in cells.items()}, sound="It is {eval}`x`.")
    for _ in range(2):
        found = book.broken()
        assert len(found) == len(faults)
        for said, (title, (line, reason)) in zip(found, sorted(faults.items()), strict=True):
            assert said.startswith(book.place(title, line) + ": ")
            assert reason in said


TRICKY = r"""
## Comments, blank lines and a backslash

```{code-cell}
# a comment

y = r'a\b'  # another

# a third
y + "\n"
```

## Blocks

```{code-cell}
@staticmethod
def f(k):
    "A function."

    return k + x
for k in range(2):
    assert f(k) == k + x
```

## A blank line in what is printed, and a value

```{code-cell}
print("one\n\n  two")
z = [
    1,
    2,
]; y = 3
(z, y)
```

## Text over lines

```{code-cell}
text = '''é

  −1'''
print(text + "\n")
```

## What IPython breaks into lines

```{code-cell}
[["a" * 30, k] for k in range(5)]  # a comment
```

## What NumPy breaks into lines

```{code-cell}
import numpy as np

np.arange(60.0).reshape(2, 30)
```

## Nothing to see

```{code-cell}
None
```

Minus {eval}`-7` and {eval}`f"{-y:.2f}"` stand here, and {eval}`text[:1]`.
"""


def test_page_is_a_doctest_of_itself(book):
    """Python's doctest replays what a page gave, whatever its form; edited prose leaves the file as it is."""
    book.write(tricky=TRICKY, bare="No cell but the first.")
    assert book.build() == (0, "")
    written = (book.out / "tricky.txt").read_text(encoding="utf-8")
    assert ">>> f\"{-y:.2f}\"\n'-3.00'\n" in written
    assert "\n\nWhat NumPy breaks into lines\n----------------------------\n\n>>> import numpy" in written
    assert written.count("NORMALIZE_WHITESPACE") == 1
    command = [sys.executable, "-m", "doctest", "tricky.txt"]
    environment = os.environ | {"PYTHONPATH": str(book.package.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=book.out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    book.write(tricky=TRICKY.replace("stand here", "stand"))
    assert book.build() == (0, "")
    assert (book.out / "tricky.txt").read_text(encoding="utf-8") == written


def test_mended_book_builds(book):
    """A book that was broken builds once its cell is right, and no other chapter runs again."""
    book.write(cell="```{code-cell}\nassert x == 2\n```", sound="It is {eval}`x`.")
    assert len(book.broken()) == 1
    assert (book.out / "_static").is_dir()
    assert book.ran() == ["cell", "sound"]
    book.write(cell="```{code-cell}\nassert x == 1\n```")
    assert book.build() == (0, "")
    assert book.ran() == ["cell"]
    assert len(list((book.out.parent / "remembered").iterdir())) == 2


def test_book_builds_to_the_same_bytes(tmp_path):
    """Built again elsewhere, from nothing and on one core, the book has the bytes of the site that nox built."""
    site = Path(os.environ.get("BUILD", ROOT / "build"), "html")
    if not site.is_dir():
        pytest.skip("the site is missing: build it with nox -s docs")
    tree = tmp_path / "and another"
    for part in ("docs", "src", "tests"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(ROOT / part, tree)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-j1", "-d", str(tree / "trees"), "docs", "site"]
    subprocess.run(command, check=True, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree / "src")})
    built = {name: data for name, data in contents(site).items() if name != "steepest.tar.gz"}
    assert differences(built, contents(tree / "site")) == []
