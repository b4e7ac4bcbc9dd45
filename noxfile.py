"""Tasks of the project. Plain `nox` builds the site, runs the doctests and runs every test.

The everyday tasks run in the environment that nox itself stands in: `.venv`, made by the commands in README.md from
requirements.txt, where everything is pinned; `peers` puts its libraries beside it, into build/peers. `latest`, `oldest`
and `mutants` make environments of their own.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import nox

nox.options.sessions = ["docs", "doctest", "tests"]
nox.needs_version = ">=2025.11"

BUILD = Path("build")
STRICT = ["-q", "-W", "-n", "--keep-going", "-b", "html"]
# Each core runs tests, and takes some of another's when its own are done; with one core there is nothing to share.
WORKERS = ["-n", "auto", "--maxprocesses=4", "--dist=worksteal"] if (os.cpu_count() or 1) > 1 else []
# What the lock says is not asked of an environment that was not made from it.
UNLOCKED = ["--ignore=tests/test_lock.py"]
PROJECT = nox.project.load_toml("pyproject.toml")
GROUPS = nox.project.dependency_groups(PROJECT, "docs", "test", "run")
PYTHONS = nox.project.python_versions(PROJECT, max_version="3.14")
# A person's settings change no test, and leave its assertions on.
for name in [name for name in os.environ if name.startswith(("PYTHONOPT", "PYTHONSTART", "PYTHONWARN", "MPL"))]:
    del os.environ[name]


def install(session: nox.Session) -> str:
    """Install the project itself, without dependencies; return the Python that everything runs on."""
    if not importlib.util.find_spec("myst_nb"):
        session.error("this nox stands outside .venv: run the commands in README.md, or .venv/bin/nox")
    quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    session.run(sys.executable, "-m", "pip", "install", *quiet, "-e", ".")
    return sys.executable


def check_claims(session: nox.Session, python: str, folder: Path) -> None:
    """Run the tests of the claims unless their report is of all they use as it is now; the build tells which failed."""
    used = [path for part in ("src", "tests/claims") for path in Path(part).rglob("*.py")]
    used += [path for path in Path("tests").glob("*.py") if not path.name.startswith("test_")]
    used += [Path("pyproject.toml")]
    state = [(str(path), path.read_text(encoding="utf-8")) for path in sorted(used)]
    # What is installed in another environment than nox's own is not known here.
    installed = sorted({(package.name, package.version) for package in metadata.distributions()})
    key = hashlib.sha256(repr([python, sys.version, installed, state]).encode()).hexdigest()
    report, note = folder / "claims.xml", folder / "claims.key"
    known = python == sys.executable and report.is_file() and note.is_file() and note.read_text() == key
    if not known:
        note.unlink(missing_ok=True)
        tests = ["-q", "-p", "no:cacheprovider", *WORKERS, "tests/claims", f"--junitxml={report}"]
        session.run(python, "-m", "pytest", *tests, success_codes=[0, 1])
        note.write_text(key)


def build(session: nox.Session, python: str, folder: Path) -> None:
    """Build the whole site anew from what its pages gave; when it is sound it takes the place of the last one."""
    new, trees = folder / "new", folder / "doctrees"
    for rest in (new, trees):
        shutil.rmtree(rest, ignore_errors=True)
    check_claims(session, python, folder)
    place = ["-D", f"build_folder={folder.resolve()}", "-d", str(trees)]
    session.run(python, "-m", "sphinx", *STRICT, *place, "docs", str(new))
    pack(session, python, new)
    shutil.rmtree(folder / "html", ignore_errors=True)
    new.rename(folder / "html")


def pack(session: nox.Session, python: str, site: Path) -> None:
    """Put the source into the site: of what pyproject.toml lists what git tracks, where there is git to ask."""
    site, files = site.resolve(), tracked()
    with tempfile.TemporaryDirectory() as name:
        for file in files:
            (name / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, name / file)
        with session.chdir(name if files else Path.cwd()):
            session.run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", str(site), silent=True)
    next(site.glob("steepest-*.tar.gz")).replace(site / "steepest.tar.gz")


def tracked() -> list[Path]:
    """Return the files that git tracks here; none where there is no git or no repository."""
    if not shutil.which("git"):
        return []
    found = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False).stdout
    return [Path(file) for file in found.split("\0") if Path(file).is_file()]


def test(session: nox.Session, python: str, folder: Path, *options: str) -> None:
    """Run every test on the site that was built, with these options and what was passed after `--`."""
    env = {"BUILD": str(folder.resolve())}
    session.run(python, "-m", "pytest", "--cov", *WORKERS, *options, *session.posargs, env=env)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Build the site into build/html."""
    build(session, install(session), BUILD)
    session.log(f"The site is in {BUILD / 'html'}. Open {(BUILD / 'html' / 'index.html').resolve().as_uri()}")


@nox.session(venv_backend="none", requires=["docs"])
def doctest(session: nox.Session) -> None:
    """Run every `>>>` of the package, of the pages and of the files that readers of the site get."""
    pages = ["src", "docs", "README.md", "tests/site/test_replayed.py"]
    session.run(sys.executable, "-m", "pytest", *WORKERS, *pages, *session.posargs)


@nox.session(venv_backend="none", requires=["docs"])
def tests(session: nox.Session) -> None:
    """Build the site and run every test: unit, property, doctests, site."""
    test(session, sys.executable, BUILD)


@nox.session(venv_backend="none", default=False)
def live(session: nox.Session) -> None:
    """Rebuild what changed and reload the page whenever a file is saved."""
    watch = ["--watch", "src", "--watch", "README.md", "--open-browser"]
    python, folder = install(session), BUILD / "live"
    check_claims(session, python, BUILD)
    shutil.rmtree(folder, ignore_errors=True)
    place = ["-d", str(folder / "doctrees"), "docs", str(folder / "html")]
    session.run(python, "-m", "sphinx_autobuild", *watch, *STRICT[2:], *place, *session.posargs)


@nox.session(venv_backend="none", default=False)
def lint(session: nox.Session) -> None:
    """Check style and spelling."""
    python = install(session)
    session.run(python, "-m", "ruff", "check")
    session.run(python, "-m", "ruff", "format", "--check")
    session.run(python, "-m", "codespell_lib")


@nox.session(venv_backend="none", default=False)
def types(session: nox.Session) -> None:
    """Check types."""
    session.run(install(session), "-m", "mypy")


@nox.session(venv_backend="none", default=False, requires=["docs"])
def portable(session: nox.Session) -> None:
    """Build the pages and run the tests as other processors would: `-- --only pages Haswell` for one of them."""
    session.run(sys.executable, "tests/portable.py", *session.posargs)


@nox.session(venv_backend="none", default=False)
def benchmark(session: nox.Session) -> None:
    """Time ways to the polar factor, and builds of the book beside those of stock Sphinx."""
    session.run(install(session), "tests/benchmark.py")


@nox.session(venv_backend="none", default=False)
def peers(session: nox.Session) -> None:
    """Run the tests that compare with JAX, Optax and Pymanopt, and no other; none of them may be skipped."""
    python, folder = install(session), BUILD / "peers"
    shutil.rmtree(folder, ignore_errors=True)  # they may be of another lock, or of another Python
    quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    session.run(python, "-m", "pip", "install", *quiet, "--target", str(folder), "-r", "tests/peers.txt")
    env = {"PYTHONPATH": str(folder.resolve()), "SKIPS": "none"}
    files = [str(path) for path in Path("tests").rglob("test_*.py") if "mark.peer(" in path.read_text("utf-8")]
    # On one core, since each worker would compile the same functions for JAX.
    session.run(python, "-m", "pytest", "-m", "peer", *files, *session.posargs, env=env)


@nox.session(python=PYTHONS, venv_backend="virtualenv", download_python="never", default=False)
def latest(session: nox.Session) -> None:
    """Run every test on the newest versions of everything, under every Python from 3.11 on that is found."""
    session.install("-q", "-e", ".[figures]", *GROUPS)
    build(session, "python", BUILD / session.name)
    test(session, "python", BUILD / session.name, *UNLOCKED)


@nox.session(venv_backend="virtualenv", default=False)
def oldest(session: nox.Session) -> None:
    """Run every test on the lower bounds in pyproject.toml."""
    python = str(Path(session.bin) / "python")
    uv = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, "--resolution=lowest-direct"]
    session.run(*uv, "-e", ".[figures]", *GROUPS, external=True)
    build(session, "python", BUILD / session.name)
    test(session, "python", BUILD / session.name, *UNLOCKED)


@nox.session(venv_backend="virtualenv", default=False)
def mutants(session: nox.Session) -> None:
    """Change the package in small ways, one at a time, and count the changes that no test notices."""
    session.install("-q", ".", *nox.project.dependency_groups(PROJECT, "test", "mutants"))
    session.run("python", "tests/mutants.py", *session.posargs)


@nox.session(venv_backend="none", default=False)
def lock(session: nox.Session) -> None:
    """Write the newest versions and their hashes, for every platform and Python: requirements.txt, tests/peers.txt."""
    groups = [f"--group={group}" for group in PROJECT["dependency-groups"] if group not in ("mutants", "peers")]
    form = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-strip-extras"]
    quiet = ["-q", "--no-header", "--no-emit-index-url", "--no-annotate"]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--upgrade", *form, *quiet]
    session.run(*command, "--extra=figures", *groups, "pyproject.toml", "-o", "requirements.txt")
    # The peers stand beside these, so theirs is what is not locked already, at versions that suit what is.
    locked = re.findall(r"^([a-z0-9-]+)[^ ]*==", Path("requirements.txt").read_text("utf-8"), re.MULTILINE)
    beside = ["-c", "requirements.txt", *(f"--no-emit-package={name}" for name in locked)]
    session.run(*command, *beside, "--group=peers", "pyproject.toml", "-o", "tests/peers.txt", log=False)
