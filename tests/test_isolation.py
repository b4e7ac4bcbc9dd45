"""What lies outside the project stays out of the book, and what lies beside it out of what is published."""

import importlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from book import ROOT, Book, contents, differences

SHOWN = """```{code-cell}
import numpy as np

(np.linspace(0, 1, 4), {k: "long " * 5 for k in range(6)})
```

```{code-cell}
from steepest import L2, LINF
from steepest.figures import balls

balls([3.0, 4.0], (L2, LINF))
```

It is {eval}`x / 8`.
"""
RC = "axes.grid: True\nxtick.direction: in\naxes.labelsize: 30\ntext.usetex: True\nno.such.key: 1\n"


@pytest.fixture
def poison(tmp_path):
    """Return an environment in which everything a person can set is set to do harm."""
    home, startup = tmp_path / "home", "import numpy as np\nnp.set_printoptions(precision=2)\nround = max\n"
    profile = home / ".ipython" / "profile_default"
    files = {
        profile / "startup" / "00.py": startup,
        profile / "ipython_kernel_config.py": "c.PlainTextFormatter.max_width = 20\n",
        home / ".config" / "matplotlib" / "matplotlibrc": RC,
        home / "rc": RC,
        home / "startup.py": startup,
    }
    spec = json.dumps({"argv": ["false"], "display_name": "Python", "language": "python"})
    for folder in (home / ".local/share/jupyter", home / "jupyter"):
        files[folder / "kernels" / "python3" / "kernel.json"] = spec
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "JUPYTER_PATH": str(home / "jupyter"),
        "MATPLOTLIBRC": str(home / "rc"),
        "MPLBACKEND": "nonsense",
        "PYTHONOPTIMIZE": "1",
        "PYTHONSTARTUP": str(home / "startup.py"),
        "COLUMNS": "20",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
    }


def test_what_a_person_has_set_changes_no_byte(tmp_path, poison):
    """Settings of Python, IPython, Jupyter, Matplotlib and locale change no byte, nor does a home without room."""
    sites = []
    for name, environment in (("clean", {}), ("poisoned", poison), ("homeless", {"HOME": "/proc/1/nowhere"})):
        book = Book(tmp_path / name)
        book.log = tmp_path / "ran.txt"  # which stands on the page
        book.write(shown=SHOWN)
        assert book.build(**environment) == (0, "")
        sites.append(contents(book.out))
    assert differences(*sites[:2]) == []
    assert differences(*sites[::2]) == []
    assert b"0.33333333" in sites[1]["shown.html"]
    assert b"<svg" in sites[1]["shown.html"]


def test_assertions_are_on(tmp_path):
    """A book that asserts what is false does not build, though Python was told to drop assertions."""
    book = Book(tmp_path)
    book.write(false="```{code-cell}\nassert x == 2\n```")
    assert book.broken(PYTHONOPTIMIZE="1") == [f"{book.place('false', 'assert x')}: AssertionError"]


PRIVATE = [".env", "id_rsa", "notes/plan.md", "venv2/lib/site.py", "docs/.env", "docs/argument/diary.txt"]
PRIVATE += ["src/steepest/token.txt", "tests/id_rsa", "tests/claims/.netrc"]


@pytest.mark.parametrize("git", [True, False], ids=["a repository", "no repository"])
def test_private_files_stay_private(tmp_path, monkeypatch, git):
    """What lies beside the project's files is neither in the source that the site offers nor in the package."""
    found = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split("\n")
    tree = tmp_path / "tree"
    for name in filter(None, found):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    if git:
        subprocess.run(["git", "init", "-q"], check=True, cwd=tree)
        subprocess.run(["git", "add", "."], check=True, cwd=tree)
    for name in PRIVATE:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("secret", encoding="utf-8")
    monkeypatch.chdir(tree)
    monkeypatch.syspath_prepend(tree / "docs")
    site = tmp_path / "site"
    site.mkdir()
    build = importlib.import_module("build")
    build.pack(site, build.known())
    with tarfile.open(site / "steepest.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names - {"PKG-INFO"} <= set(found)
    missing = {name for name in found if name and name not in names and not name.startswith(".")}
    assert missing == set()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(site.glob("*.whl"))) as wheel:
        assert [name for name in wheel.namelist() if name.endswith((".txt", ".env"))] == []
