"""A small book, built with the configuration of the real one, and what is in a folder."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
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


class Book:
    """A book of a few chapters, with a copy of the package that it may change."""

    def __init__(self, folder):
        self.source, self.out, self.log = folder / "docs", folder / "build" / "html", folder / "ran.txt"
        self.package = folder / "src" / "steepest"
        shutil.copytree(ROOT / "src" / "steepest", self.package, ignore=shutil.ignore_patterns("__pycache__"))
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

    def build(self, *options, **environment):
        """Build it, in an environment with changes; return the exit code and what was said."""
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", "-c", str(ROOT / "docs")]
        command += ["-D", f"build_folder={self.out.parent}", "-D", "claims_tests=none", *options]
        command += ["-d", str(self.out.parent / "doctrees"), str(self.source), str(self.out)]
        environment = os.environ | {"PYTHONPATH": str(self.package.parent)} | environment
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, done.stdout + done.stderr

    def broken(self, *options, **environment):
        """Build what must fail; return the list of what is broken."""
        code, said = self.build(*options, **environment)
        assert code != 0
        found = said[said.rindex("the book is broken at:") :].partition("\n\n")[0]
        return [line.strip() for line in found.splitlines()[1:]]

    def ran(self):
        """Return which chapters ran since the last time this was asked."""
        titles = sorted(self.log.read_text(encoding="utf-8").split()) if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return titles


def contents(folder):
    """Return the bytes of each file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def differences(one, other):
    """Return the names of the files that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def tasks():
    """Return noxfile.py as a module."""
    spec = importlib.util.spec_from_file_location("noxfile", ROOT / "noxfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
