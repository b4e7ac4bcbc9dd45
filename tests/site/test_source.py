"""The source that readers of the site can save."""

import re
import tarfile


def test_source_holds_the_book_and_its_package(site):
    """The file that *How to read and run* links to holds the package, the pages and the two commands."""
    link = re.search(r'href="([^"]+)" download[^>]*>steepest', (site / "reading.html").read_text("utf-8"))
    with tarfile.open(site / link[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"pyproject.toml", "README.md", "noxfile.py", "requirements.txt", "src/steepest/__init__.py"}
    assert needed | {"docs/index.md", "docs/conf.py", "tests/claims/conftest.py"} <= names
    assert not [name for name in names if name.startswith(("build", ".venv", ".git/"))]
