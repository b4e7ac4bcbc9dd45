"""How the book builds: what fails is named, stays broken, and only what changed runs again."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HELP = [f"tests/{path.name}" for path in (ROOT / "tests").glob("[!t]*.py")]  # what the tests of claims import
CHAPTER = """---
file_format: mystnb
kernelspec: {{name: python3}}
---
# {title}

```{{code-cell}}
from pathlib import Path
from steepest import steepest_direction

x = 1
with Path({log!r}).open("a") as log:
    print("{title}", file=log)
```

{body}
"""


@pytest.fixture
def book(tmp_path):
    """Return a small book, with a copy of the package that it may change."""
    return Book(tmp_path / "a book")


class Book:
    """A book of a few chapters, built with the configuration of the real one."""

    def __init__(self, folder):
        self.source, self.out, self.log = folder / "docs", folder / "out", folder / "ran.txt"
        self.package = folder / "src" / "steepest"
        shutil.copytree(ROOT / "src" / "steepest", self.package)
        self.source.mkdir()
        shutil.copy(ROOT / "docs" / "references.bib", self.source)

    def write(self, **bodies):
        """Write chapters and the page that lists them."""
        for title, body in bodies.items():
            text = CHAPTER.format(title=title, log=str(self.log), body=body)
            (self.source / f"{title}.md").write_text(text, encoding="utf-8")
        names = "\n".join(sorted(p.stem for p in self.source.glob("*.md") if p.stem != "index"))
        (self.source / "index.md").write_text(f"# Book\n\n```{{toctree}}\n{names}\n```\n", encoding="utf-8")

    def place(self, title, text):
        """Return the file and the line of a text."""
        path = self.source / f"{title}.md"
        lines = path.read_text(encoding="utf-8").splitlines()
        return f"{path}:{next(i for i, line in enumerate(lines, 1) if text in line)}"

    def build(self):
        """Build it; return the exit code and what was said."""
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-c", str(ROOT / "docs")]
        environment = os.environ | {"PYTHONPATH": str(self.package.parent)}
        command += ["-D", "claims_report=none", "-D", "claims_tests=none"]
        command += ["-d", str(self.out.parent / "doctrees"), str(self.source), str(self.out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, done.stdout + done.stderr

    def ran(self):
        """Return which chapters ran since the last time this was asked."""
        titles = sorted(self.log.read_text(encoding="utf-8").split()) if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return titles


def test_failing_cells_and_expressions_are_named_every_time(book):
    """Each failing cell and expression of a build is named with its page, line and exception, at every build."""
    book.write(
        cell="A cell.\n\n```{code-cell}\ny = 3\nassert x == 2\n```",
        expression="It is {eval}`f'{missing}'`.",
        sound="It is {eval}`x`.",
    )
    for _ in range(2):
        code, said = book.build()
        broken = said[said.index("the book is broken at:") :]
        assert code != 0
        assert f"{book.place('cell', 'assert x == 2')}: AssertionError" in broken
        assert f"{book.place('expression', 'It is')}: NameError: name 'missing' is not defined" in broken
        assert "sound.md" not in broken


def test_formula_that_is_not_understood_is_named_every_time(book):
    """LaTeX that the converter rejects fails the build, naming page, line, formula and what is wrong with it."""
    book.write(formula="Some $a + \\undefined b$ here.")
    for _ in range(2):
        code, said = book.build()
        broken = said[said.index("the book is broken at:") :]
        assert code != 0
        assert f"{book.place('formula', 'undefined')}: " in broken
        assert 'Unknown command "\\undefined"' in broken
        assert "a + \\undefined b" in broken


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
        code, said = book.build()
        broken = said[said.index("the book is broken at:") :]
        assert code != 0
        for title, (line, reason) in faults.items():
            assert re.search(f"{re.escape(book.place(title, line))}: [^\n]*{re.escape(reason)}", broken)
        assert "sound.md" not in broken


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
    """A book that was broken builds once its cell is right."""
    book.write(cell="```{code-cell}\nassert x == 2\n```")
    assert book.build()[0] != 0
    assert (book.out / "_static").is_dir()
    book.write(cell="```{code-cell}\nassert x == 1\n```")
    assert book.build() == (0, "")


def test_words_on_the_error_stream_fail_the_build(book):
    """A cell that warns, as of a division by zero, fails the build instead of printing the warning on the page."""
    book.write(warns="```{code-cell}\nimport numpy as np\n\nnp.array([1.0]) / 0\n```")
    code, said = book.build()
    assert code != 0
    assert "warns.md" in said


def test_book_builds_to_the_same_bytes(tmp_path):
    """The same commit built twice, from folders of different names, gives the same bytes, the ledger's too."""
    sites = []
    report = os.environ.get("CLAIMS_REPORT")  # which nox has written, in a third folder
    for name in ("one", "and another"):
        folder = tmp_path / name
        for part in ("docs", "src", "tests/claims"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", *HELP):
            shutil.copy(ROOT / part, folder / part)
        environment = os.environ | {"PYTHONPATH": str(folder / "src")}
        if report and sites:
            (folder / "build").mkdir()
            shutil.copy(report, folder / "build" / "claims.xml")
        else:
            tests = [sys.executable, "-m", "pytest", "-q", "tests/claims", "--junitxml=build/claims.xml"]
            subprocess.run(tests, check=True, cwd=folder, env=environment, capture_output=True)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-d", str(folder / "trees")]
        subprocess.run([*command, str(folder / "docs"), str(folder / "site")], check=True, env=environment)
        files = sorted(p for p in (folder / "site").rglob("*") if p.is_file())
        sites.append({str(p.relative_to(folder / "site")): p.read_bytes() for p in files})
    one, other = sites
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
