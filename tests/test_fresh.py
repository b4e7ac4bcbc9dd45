"""What nox builds after an edit has the bytes and the exit code of a build from nothing, whatever was edited."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
from book import ROOT, contents, differences

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
PAGES = {
    "index": "# Book\n\n```{toctree}\none\ntwo\napi\n```\n",
    "one": HEAD
    + """# One

(part)=
## A part

$$a = b$$ (first)

```{prf:theorem} True
:label: truth
:given: one is one

It is so {cite}`goswami2020`.
```

```{code-cell}
from steepest import cosine

print(cosine([1.0], [2.0]))
```
""",
    "two": HEAD
    + """# Two

See {ref}`part`, {eq}`first`, {prf:ref}`truth` and {cite}`goswami2020`.

```{code-cell}
from steepest import angle

angle([1.0], [2.0])
```

```{ledger}
```

```{bibliography}
:filter: docname in docnames
```
""",
    "api": "# API\n\n```{eval-rst}\n.. autofunction:: steepest.cosine\n```\n",
}
TEST = '''"""Tests of the truth."""

import pytest


@pytest.mark.claim("truth")
def test_truth(tried):
    """It holds."""
    tried(True, 1)


@pytest.mark.claim("truth", without="one is one")
def test_without(tried):
    """It fails otherwise."""
    tried(True, 1)
'''


class Tree:
    """The project with a book of three pages, and what nox makes of it."""

    def __init__(self, folder):
        self.folder = folder
        ignore = shutil.ignore_patterns("__pycache__")
        for part in ("docs/_ext", "docs/_fonts", "docs/_static", "docs/_templates", "src"):
            shutil.copytree(ROOT / part, folder / part, ignore=ignore)
        for part in (
            "docs/build.py",
            "docs/conf.py",
            "docs/references.bib",
            "pyproject.toml",
            "README.md",
            "LICENSE",
            "LICENSE-TEXT",
        ):
            shutil.copy(ROOT / part, folder / part)
        (folder / "tests/claims").mkdir(parents=True)
        shutil.copy(ROOT / "tests/claims/conftest.py", folder / "tests/claims")
        self.write("tests/claims/test_truth.py", TEST)
        self.change("docs/conf.py", "bibtex_bibfiles", 'claims_page = "two"\nbibtex_bibfiles')
        for name, text in PAGES.items():
            self.write(f"docs/{name}.md", text)

    def write(self, name, text):
        """Write a file."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, name, old, new):
        """Write a file with another text in place of one it holds."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def build(self):
        """Build the site as nox does; return its files."""
        command = [sys.executable, "docs/build.py", "build"]
        environment = os.environ | {"PYTHONPATH": str(self.folder / "src")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return contents(self.folder / "build" / "html")

    def anew(self):
        """Return the files of a site built from these sources elsewhere, where nothing was built before."""
        other = Tree.__new__(Tree)
        other.folder = self.folder.with_name("and another")
        shutil.rmtree(other.folder, ignore_errors=True)
        shutil.copytree(self.folder, other.folder, ignore=shutil.ignore_patterns("build"))
        return other.build()


def rename_page(tree):
    """Give a page another address, and add one."""
    (tree.folder / "docs/two.md").rename(tree.folder / "docs/zwei.md")
    tree.write("docs/three.md", "# Three\n\nSee {ref}`part`.\n")
    tree.change("docs/index.md", "two\n", "three\nzwei\n")
    tree.change("docs/conf.py", '"two"', '"zwei"')


def move_labels(tree):
    """Move an equation to another page, and put others before those that have numbers; rename a heading's label."""
    tree.change("docs/one.md", "$$a = b$$ (first)", "$$c = d$$ (new)\n\n```{prf:definition}\n:label: d\nNew.\n```")
    tree.change("docs/three.md", "# Three\n", "# Three\n\n$$e = f$$ (earlier)\n\n$$a = b$$ (first)\n")
    tree.change("docs/one.md", "(part)=", "(section)=")
    for page in ("three", "zwei"):
        tree.change(f"docs/{page}.md", "{ref}`part`", "{ref}`section`")


def change_words(tree):
    """Change titles, order, an author, a key of the bibliography, a docstring, the law of a claim's test."""
    tree.change("docs/one.md", "# One", "# First")
    tree.change("docs/index.md", "one\nthree\nzwei\n", "zwei\none\nthree\n")
    tree.change("docs/references.bib", "Goswami", "Gosvami")
    tree.change("docs/references.bib", "goswami2020", "gosvami")
    for page in ("one", "zwei"):
        tree.change(f"docs/{page}.md", "goswami2020", "gosvami")
    tree.change("src/steepest/directions.py", "Cosine of the angle", "The cosine of the angle")
    tree.change("tests/claims/test_truth.py", "It holds.", "It holds indeed.")


def change_looks(tree):
    """Change style, script, template and configuration; remove a page; set the clock of all sources back."""
    tree.change("docs/_static/book.css", "#1b1f24", "#1b1f25")
    tree.change("docs/_static/explore.js", '"use strict";', '"use strict"; // now')
    tree.change("docs/_templates/masthead.html", "<nav ", '<nav title="home" ')
    tree.change("docs/conf.py", 'toc_title": "On', 'toc_title": "Here on')
    tree.change("docs/index.md", "three\n", "")
    (tree.folder / "docs/three.md").unlink()
    tree.change("docs/zwei.md", ", {eq}`first`", "")
    for path in (tree.folder / "docs").rglob("*.*"):
        os.utime(path, (0, 0))


def test_each_edit_gives_what_a_build_from_nothing_gives(tmp_path):
    """After edits of every kind the site has the bytes of one built from nothing, in a folder of another name."""
    tree, seen = Tree(tmp_path / "tree"), []
    for edit in (lambda tree: None, rename_page, move_labels, change_words, change_looks):
        edit(tree)
        site = tree.build()
        assert differences(site, tree.anew()) == []
        assert site not in seen
        seen.append(site)
    assert not any(name.startswith(("two", "three")) for name in seen[-1])
    assert "Here on this page" in seen[-1]["one.html"].decode()


def test_broken_links_are_named_and_cost_no_site(tmp_path):
    """A renamed label of a heading, equation, theorem or citation fails; the last sound site stays, and comes again."""
    tree = Tree(tmp_path / "tree")
    site, page = tree.build(), (tree.folder / "docs/one.md").read_text(encoding="utf-8")
    for old, new in (("(part)=", "(teil)="), ("(first)", "(last)"), ("label: truth", "label: lie")):
        tree.write("docs/one.md", page.replace(old, new))
        label = re.sub(r"\W|label", "", old)
        with pytest.raises(AssertionError, match=rf"(?s)two\.md.*{label}|{label}: "):
            tree.build()
        assert contents(tree.folder / "build" / "html") == site
    tree.write("docs/one.md", page.replace("{cite}`goswami2020`", "{cite}`gone`"))
    with pytest.raises(AssertionError, match="gone"):
        tree.build()
    tree.write("docs/one.md", page)
    assert tree.build() == site


def test_another_version_runs_the_pages_again(tmp_path):
    """When a library that is installed has another version, no page is taken from memory."""
    tree = Tree(tmp_path / "tree")
    site, memory = tree.build(), tree.folder / "build" / "remembered"
    before = set(memory.iterdir())
    info = tree.folder / "src" / "a_library-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: a-library\nVersion: 2.0\n", encoding="utf-8")
    assert tree.build() == site
    assert len(before) == 2
    assert before.isdisjoint(memory.iterdir())


def test_a_build_that_was_killed_leaves_no_trace(tmp_path):
    """Killed at five moments, a build is followed by one that gives the site of a build from nothing."""
    tree, moments = Tree(tmp_path / "tree"), np.random.default_rng(0).uniform(0.5, 4, 5)
    known = tree.anew()
    environment = os.environ | {"PYTHONPATH": str(tree.folder / "src")}
    for moment in moments:
        with subprocess.Popen([sys.executable, "docs/build.py", "build"], cwd=tree.folder, env=environment) as build:
            time.sleep(moment)
            build.kill()
    assert tree.build() == known


def test_what_is_saved_is_shown(tmp_path):
    """The server shows a page when it is saved, what broke it in its place, and the page again when it is mended."""
    tree = Tree(tmp_path / "tree")
    shutil.copy(ROOT / "docs" / "live.py", tree.folder / "docs")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        tree.write(name, "# Nothing\n")
    environment = os.environ | {"PYTHONPATH": str(tree.folder / "src"), "BROWSER": "true", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "docs/live.py", "build/live", "one"]
    with subprocess.Popen(command, cwd=tree.folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = next(line.split()[-1] for line in server.stdout if line.startswith("Serving"))
            text = (tree.folder / "docs" / "one.md").read_text(encoding="utf-8")
            said = f"one.md:{text.count(chr(10)) + 2}: AssertionError"
            for more, shown in (
                ("", "A part"),
                ("Another sentence.\n", "Another sentence."),
                ("```{code-cell}\nassert 1 == 2\n```\n", said),
                ("The last.\n", "The last."),
            ):
                tree.write("docs/one.md", text + more)
                assert shows(address, shown)
        finally:
            server.terminate()


def shows(address, text):
    """Wait until a page holds a text."""
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as page:
            if text in page.read().decode():
                return True
        time.sleep(0.1)
    return False
