"""The pages as doctests: the files that readers get, replayed as readers replay them."""

import doctest
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from window import PAGES, SITE

import steepest

FILES = sorted(str(p.relative_to(SITE)) for p in SITE.rglob("*.txt") if "_static" not in p.parts)
files = pytest.mark.parametrize("name", FILES or ["index.txt"])
CODE = re.compile(r'<div class="cell_input .*?<pre>(.*?)</pre>', re.S)
OUTPUT = re.compile(r'<div class="output (?:stream|text_plain) .*?<pre>(.*?)</pre>', re.S)
NUMBER = re.compile(r'<span class="output text_plain">(.*?)</span>', re.S)
FIGURE = re.compile(r'<figure class="picture.*?<figcaption>(.*?)</figcaption>', re.S)
LINK = re.compile(r'<a href="([^"]*)" download>This page as a doctest \(text file\)</a>')


def replay(folder, name):
    """Run the command that the book tells its readers, in a folder."""
    # Matplotlib complains where it finds no home.
    environment = os.environ | {"PYTHONPATH": str(Path(steepest.__file__).parents[1]), "MPLCONFIGDIR": str(folder)}
    command = [sys.executable, "-m", "doctest", name]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def text(found):
    """Return HTML as text."""
    return html.unescape(re.sub(r"<[^>]*>", "", found))


@files
def test_file_replays_alone_in_a_folder(site, name, tmp_path):
    """Alone in a folder each file gives on this machine what its page shows."""
    shutil.copy(site / name, tmp_path)
    done = replay(tmp_path, Path(name).name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@files
def test_file_holds_all_that_its_page_shows(site, name):
    """Each line of code, output, number in a sentence and figure of a page stands in its file."""
    page = (site / name).with_suffix(".html").read_text("utf-8")
    examples = doctest.DocTestParser().get_examples((site / name).read_text("utf-8"))
    typed = "".join(example.source for example in examples)
    given = {example.want.replace("<BLANKLINE>", "") for example in examples}
    lines = [line for code in CODE.findall(page) for line in text(code).splitlines()]
    assert [line for line in lines if not line.lstrip().startswith("#") and line not in typed] == []
    assert [out for out in map(text, OUTPUT.findall(page)) if out.rstrip("\n") + "\n" not in given] == []
    numbers = {want.strip().strip("'") for want in given}
    assert [number for number in NUMBER.findall(page) if text(number).replace("−", "-") not in numbers] == []
    assert [title for title in FIGURE.findall(page) if f"<Picture: {text(title)}>\n" not in given] == []


def test_pages_with_cells_and_no_others_link_to_their_file(site):
    """A page with cells links to a file of its name; the other pages have neither link nor file."""
    linked = []
    for name in PAGES:
        page = (site / name).read_text("utf-8")
        links = LINK.findall(page)
        assert links == ([f"{Path(name).stem}.txt"] if CODE.search(page) else [])
        linked += [str(Path(name).with_name(link)) for link in links]
    assert sorted(linked) == FILES
    assert {"index.txt", "argument/steepest.txt"} <= set(linked)


def test_a_change_is_found(site, tmp_path):
    """A file with another number than the page fails, and says what was expected and what came."""
    changed, count = re.subn(r"(?m)^'(-?)\d", r"'\g<1>7", (site / "argument/steepest.txt").read_text("utf-8"), count=1)
    assert count == 1
    (tmp_path / "steepest.txt").write_text(changed, "utf-8")
    done = replay(tmp_path, "steepest.txt")
    assert done.returncode == 1
    assert "Expected:\n    '-7.99998'\nGot:\n    '-2.99998'\n" in done.stdout


def test_link_saves_the_file(site, visit):
    """A click on the link saves the file under the name that the command has."""
    page = visit("argument/steepest.html")
    with page.expect_download() as saving:
        page.get_by_role("link", name="This page as a doctest (text file)").click()
    assert saving.value.suggested_filename == "steepest.txt"
    assert Path(saving.value.path()).read_bytes() == (site / "argument/steepest.txt").read_bytes()
