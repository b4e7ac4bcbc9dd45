"""Builds the site into the folder `html` of a build folder, all of it, from what its pages gave; unless it is there.

python docs/build.py FOLDER [CORES], in the folder of the project
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

CORES = os.cpu_count() or 1


def build(folder: Path, cores: int = CORES) -> int:
    """Build the site anew; when it is sound it takes the place of the last one. Return the exit code."""
    site, note = folder / "html", folder / "site.key"
    tracked = known()
    state = digest([*map(repr, surroundings(tracked)), *contents(sources())])
    if note.is_file() and note.read_text("utf-8").split() == [state, digest(contents(files(site)))]:
        print(f"Nothing has changed since {site} was built.")
        return 0
    for rest in folder.glob("new-*"):  # of builds that were killed
        shutil.rmtree(rest, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder, ignore_cleanup_errors=True) as name:
        new = Path(name, "html")
        if code := read_and_write(new, Path(name, "doctrees"), cores, build_folder=str(folder.resolve())):
            return code
        pack(new, tracked)
        shutil.rmtree(site, ignore_errors=True)
        new.rename(site)
    note.write_text(f"{state}\n{digest(contents(files(site)))}\n", encoding="utf-8")
    return 0


def read_and_write(out: Path, trees: Path, cores: int, *pages: str, **settings: object) -> int:
    """Let Sphinx build pages, all where none is named; return the exit code. What is wrong is said alone."""
    status = sys.stdout if sys.stdout.isatty() else None
    options = {"confoverrides": settings, "status": status, "warningiserror": True, "parallel": cores}
    try:
        with patch_docutils(Path("docs").resolve()), docutils_namespace():
            app = Sphinx("docs", "docs", out, trees, "html", **options)
            app.build(filenames=[f"docs/{page}.md" for page in pages])
    except SphinxError as error:
        print(error, file=sys.stderr)
        return 2
    return app.statuscode


def pack(site: Path, tracked: list[Path]) -> None:
    """Put the source into the site: of what pyproject.toml lists what git tracks, where there is git to ask."""
    site, before = site.resolve(), Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        for file in tracked:
            (name / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, name / file)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(site)]
        done = subprocess.run(command, cwd=name if tracked else before, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    next(site.glob("steepest-*.tar.gz")).replace(site / "steepest.tar.gz")


def known() -> list[Path]:
    """Return the files that git tracks here; none where there is no git or no repository."""
    if not shutil.which("git"):
        return []
    found = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False).stdout
    return [Path(file) for file in found.split("\0") if Path(file).is_file()]


def sources() -> list[Path]:
    """Return the files that the site is made of, tracked or not."""
    at_root = [path for path in Path().glob("*.*") if path.is_file()]
    return sorted([*at_root, *files("docs"), *files("src"), *files("tests")])


def files(folder: str | Path) -> list[Path]:
    """Return the files below a folder."""
    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def surroundings(tracked: list[Path]) -> Iterator[object]:
    """Yield all that decides about the site and is no file of the project."""
    yield from (sys.version, sorted(map(str, tracked)), Path.cwd())
    yield sorted({f"{package.name}=={package.version}" for package in metadata.distributions()})
    yield sorted(pair for pair in os.environ.items() if pair[0].startswith(("OPENBLAS_", "NPY_", "SOURCE_DATE_EPOCH")))


def contents(paths: list[Path]) -> Iterator[str]:
    """Yield the names of files and what they hold."""
    for path in paths:
        yield from (str(path), hashlib.sha256(path.read_bytes()).hexdigest())


def digest(parts: Iterator[str] | list[str]) -> str:
    """Return what tells these texts from others."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]), *map(int, sys.argv[2:])))
