"""Tasks of the project. Plain `nox` builds the site and runs every test.

The everyday tasks run in the environment that nox itself stands in: `.venv`, made by the commands in README.md from
requirements.txt, where everything is pinned; `peers` puts its libraries beside it, into build/peers. `latest`, `oldest`
and `mutants` make environments of their own.
"""

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = ["docs", "tests"]
nox.needs_version = ">=2025.11"

BUILD = Path("build")
# Each core runs tests, and takes some of another's when its own are done; with one core there is nothing to share.
WORKERS = ["-n", "auto", "--maxprocesses=4", "--dist=worksteal"] if (os.cpu_count() or 1) > 1 else []
# What the lock says is not asked of an environment that was not made from it.
UNLOCKED = ["--ignore=tests/test_lock.py"]
LOCKS = {
    "requirements.txt": ["docs", "run"],
    "tests/requirements.txt": ["test", "lint", "work"],
    "tests/peers.txt": ["peers"],
}
PROJECT = nox.project.load_toml("pyproject.toml")
GROUPS = nox.project.dependency_groups(PROJECT, "docs", "run", "test")
PYTHONS = nox.project.python_versions(PROJECT, max_version="3.14")
# A person's settings change no test, and leave its assertions on.
for name in [name for name in os.environ if name.startswith(("PYTHONOPT", "PYTHONSTART", "PYTHONWARN", "MPL"))]:
    del os.environ[name]
# Each core runs a test of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def install(session: nox.Session, group: str = "test") -> str:
    """Install the project itself, without dependencies, unless it is; return the Python that everything runs on."""
    if not importlib.util.find_spec({"docs": "myst_nb", "test": "pytest"}[group]):
        number = "first" if group == "docs" else "second"
        session.error(f"this needs what the {number} command in README.md installs: run that, then .venv/bin/nox")
    note, state = Path(sys.prefix, "project.txt"), f"{Path.cwd()}\n{Path('pyproject.toml').read_text('utf-8')}"
    if not importlib.util.find_spec("steepest") or not note.is_file() or note.read_text("utf-8") != state:
        quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
        session.run(sys.executable, "-m", "pip", "install", *quiet, "-e", ".")
        note.write_text(state, encoding="utf-8")
    return sys.executable


def build(session: nox.Session, python: str, folder: Path) -> None:
    """Build the site, unless it is there already."""
    session.run(python, "docs/build.py", str(folder))


def test(session: nox.Session, python: str, folder: Path, *options: str) -> None:
    """Run every test on the site that was built, with these options and what was passed after `--`."""
    env = {"BUILD": str(folder.resolve())}
    session.run(python, "-m", "pytest", *WORKERS, *options, *session.posargs, env=env)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Build the site into build/html."""
    build(session, install(session, "docs"), BUILD)
    session.log(f"The site is in {BUILD / 'html'}. Open {(BUILD / 'html' / 'index.html').resolve().as_uri()}")


@nox.session(venv_backend="none", requires=["docs"])
def doctest(session: nox.Session) -> None:
    """Run every `>>>` of the package, of the pages and of the files that readers of the site get."""
    pages = ["src", "docs", "README.md", "tests/site/test_replayed.py"]
    session.run(install(session), "-m", "pytest", *WORKERS, *pages, *session.posargs)


@nox.session(venv_backend="none", requires=["docs"])
def tests(session: nox.Session) -> None:
    """Build the site, run every test (unit, property, doctests, site), and compare the claims' report with them."""
    report = BUILD / "tests.xml"
    test(session, install(session), BUILD, f"--junitxml={report}")
    if not session.posargs:
        session.run(sys.executable, "docs/_ext/reports.py", str(report))


@nox.session(venv_backend="none", default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests of the package, and tell which of its lines and branches none of them reaches."""
    ignored = ["claims", "site", "test_book.py", "test_fresh.py", "test_isolation.py", "test_ledger.py", "test_lock.py"]
    tests = ["tests", *(f"--ignore=tests/{name}" for name in ignored)]
    session.run(install(session), "-m", "pytest", "--cov", *WORKERS, *tests, *session.posargs)


@nox.session(venv_backend="none", default=False)
def slow(session: nox.Session) -> None:
    """Run tests and print the CPU seconds of each file and of the slowest: all tests, or those named after `--`."""
    env = {"PYTHONPATH": "tests"}
    session.run(install(session), "-m", "pytest", "-p", "cpu", *WORKERS, *session.posargs, env=env)


@nox.session(venv_backend="none", default=False)
def claims(session: nox.Session) -> None:
    """Test the claims whose tests have changed, or what they use, and write the report that travels with the source."""
    session.run(install(session), "docs/_ext/reports.py")


@nox.session(venv_backend="none", default=False)
def live(session: nox.Session) -> None:
    """Serve the site, build again what is saved and reload it: `-- argument/angle` for one page before the others."""
    session.run(install(session), "docs/live.py", str(BUILD / "live"), *session.posargs)


@nox.session(venv_backend="none", default=False)
def page(session: nox.Session) -> None:
    """Build the site and run the tests of one page, of its claims, doctests and looks: `-- argument/angle`."""
    build(session, install(session), BUILD)
    if not session.posargs or not Path("docs", f"{session.posargs[0]}.md").is_file():
        session.error("pass a page, such as -- argument/angle")
    name, *rest = session.posargs
    labels = re.findall(r"^:label: (\S+)", Path("docs", f"{name}.md").read_text("utf-8"), re.MULTILINE)
    reports = json.loads(Path("tests/claims/report.json").read_text("utf-8"))
    files = [f"tests/claims/{f}" for f in reports if {t["claim"] for t in reports[f]["tests"]} & set(labels)]
    session.run(sys.executable, "-m", "pytest", *files, f"docs/{name}.md", *rest)
    session.run(sys.executable, "-m", "pytest", *WORKERS, "tests/site", "-k", name, *rest)


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
    session.run(install(session), "tests/portable.py", *session.posargs)


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
    """Write the newest versions, with hashes, for every platform and Python into the locks: `-- -P name` for one."""
    form = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-strip-extras", "--extra=figures"]
    quiet = ["-q", "--no-header", "--no-emit-index-url", "--no-annotate"]
    command = [install(session), "-m", "uv", "pip", "compile", *(session.posargs or ["--upgrade"]), *form, *quiet]
    options: list[str] = []
    known: list[str] = []
    for name, groups in LOCKS.items():
        options += [f"--group={group}" for group in groups]
        session.run(*command, *options, "pyproject.toml", "-o", name)
        # What a lock before this one says is left out; what it says of fewer platforms than this one needs is not.
        entries = re.findall(r"^\S.*\n(?: .*\n)*", Path(name).read_text("utf-8"), re.MULTILINE)
        new = [entry for entry in entries if entry not in known]
        Path(name).write_text("".join(new), "utf-8")
        options, known = [*options, "-c", name], known + new
