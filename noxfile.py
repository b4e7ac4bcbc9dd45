"""Tasks of the project. Plain `nox` builds the site, runs the doctests and runs every test.

The everyday tasks run in the environment that nox itself stands in: `.venv`, made by the commands in README.md from
requirements.txt, where everything is pinned. `latest`, `oldest` and `mutants` make environments of their own.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.options.sessions = ["docs", "doctest", "tests"]
nox.needs_version = ">=2025.11"

SITE, DOCTREES, CLAIMS = Path("build/html"), Path("build/doctrees"), Path("build/claims.xml")
SPHINX = ["-W", "-n", "--keep-going", "-b", "html", "-d", str(DOCTREES), "docs", str(SITE)]
# Each core runs tests, and takes some of another's when its own are done; with one core there is nothing to share.
WORKERS = ["-n", "auto", "--maxprocesses=4", "--dist=worksteal"] if (os.cpu_count() or 1) > 1 else []
PROJECT = nox.project.load_toml("pyproject.toml")
GROUPS = nox.project.dependency_groups(PROJECT, "docs", "test", "run")


def install(session: nox.Session) -> str:
    """Install the project itself, without dependencies; return the Python that everything runs on."""
    if not importlib.util.find_spec("myst_nb"):
        session.error("this nox stands outside .venv: run the commands in README.md, or .venv/bin/nox")
    quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    session.run(sys.executable, "-m", "pip", "install", *quiet, "-e", ".")
    return sys.executable


def check_claims(session: nox.Session, python: str) -> None:
    """Run the tests of the claims unless their report is newer than all they use; the build tells which failed."""
    used = [path for folder in ("src", "tests/claims") for path in Path(folder).rglob("*.py")]
    used += [*Path("tests").glob("*.py"), Path("tests/claims"), Path("pyproject.toml"), Path("requirements.txt")]
    if not CLAIMS.is_file() or max(path.stat().st_mtime for path in used) > CLAIMS.stat().st_mtime:
        CLAIMS.unlink(missing_ok=True)
        tests = ["-q", "-p", "no:cacheprovider", "tests/claims", f"--junitxml={CLAIMS}"]
        session.run(python, "-m", "pytest", *tests, success_codes=[0, 1])


def build(session: nox.Session, python: str) -> None:
    """Build the site, its source with it. What a failed build remembers is dropped: the next one fails as well."""
    check_claims(session, python)
    try:
        session.run(python, "-m", "sphinx", "-q", *SPHINX)
    except CommandFailed:
        shutil.rmtree(DOCTREES, ignore_errors=True)
        raise
    session.run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", str(SITE), silent=True)
    next(SITE.glob("steepest-*.tar.gz")).replace(SITE / "steepest.tar.gz")


def test(session: nox.Session, python: str) -> None:
    """Build the site and run every test, with what was passed after `--`."""
    build(session, python)
    # The report of this very environment spares the test that builds the book twice one run of the claims.
    env = {"CLAIMS_REPORT": str(CLAIMS.resolve())} if python == sys.executable else {}
    session.run(python, "-m", "pytest", "--cov", *WORKERS, *session.posargs, env=env)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Build the site into build/html."""
    build(session, install(session))
    session.log(f"The site is in {SITE}. Open {(SITE / 'index.html').resolve().as_uri()}")


@nox.session(venv_backend="none")
def doctest(session: nox.Session) -> None:
    """Run every `>>>` of the package, of the pages and of the files that readers of the site get."""
    python = install(session)
    build(session, python)
    pages = ["src", "docs", "README.md", "tests/site/test_replayed.py"]
    session.run(python, "-m", "pytest", *WORKERS, *pages, *session.posargs)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Build the site and run every test: unit, property, doctests, site."""
    test(session, install(session))


@nox.session(venv_backend="none", default=False)
def live(session: nox.Session) -> None:
    """Rebuild what changed and reload the page whenever a file is saved."""
    watch = ["--watch", "src", "--watch", "README.md", "--open-browser"]
    python = install(session)
    check_claims(session, python)
    session.run(python, "-m", "sphinx_autobuild", *watch, *SPHINX[1:], *session.posargs)


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


@nox.session(venv_backend="none", default=False)
def benchmark(session: nox.Session) -> None:
    """Time ways to the polar factor, and builds of the book beside those of stock Sphinx."""
    session.run(install(session), "tests/benchmark.py")


@nox.session(venv_backend="virtualenv", default=False)
def latest(session: nox.Session) -> None:
    """Run every test on the newest versions of everything."""
    session.install("-q", "-e", ".[figures]", *GROUPS)
    test(session, "python")


@nox.session(venv_backend="virtualenv", default=False)
def oldest(session: nox.Session) -> None:
    """Run every test on the lower bounds in pyproject.toml."""
    python = str(Path(session.bin) / "python")
    uv = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, "--resolution=lowest-direct"]
    session.run(*uv, "-e", ".[figures]", *GROUPS, external=True)
    test(session, "python")


@nox.session(venv_backend="virtualenv", default=False)
def mutants(session: nox.Session) -> None:
    """Change the package in small ways, one at a time, and count the changes that no test notices."""
    session.install("-q", ".", *nox.project.dependency_groups(PROJECT, "test", "mutants"))
    session.run("python", "tests/mutants.py", *session.posargs)


@nox.session(venv_backend="none", default=False)
def lock(session: nox.Session) -> None:
    """Write the newest versions and their hashes into requirements.txt, for every platform and Python."""
    groups = [f"--group={group}" for group in PROJECT["dependency-groups"] if group != "mutants"]
    form = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-strip-extras"]
    quiet = ["-q", "--no-header", "--no-emit-index-url", "--no-annotate"]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--upgrade", *form, *quiet]
    session.run(*command, "--extra=figures", *groups, "pyproject.toml", "-o", "requirements.txt")
