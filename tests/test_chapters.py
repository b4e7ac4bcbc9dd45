"""The chapters keep the rules of the house: short visible cells, claims asserted, numbers evaluated."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
CHAPTERS = sorted(DOCS.glob("*/*.md"))
CELL = re.compile(r"^```\{code-cell\}\n(.*?)^```$", flags=re.M | re.S)
WEASELS = re.compile(
    r"\b(clearly|obviously|simply|just|trivial|trivially|of course|easy to see|note that)\b", flags=re.I
)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    """Return the text of each chapter in turn."""
    return request.param.read_text(encoding="utf-8")


def prose_of(chapter):
    """Return a chapter without its cells, formulas, header, tags, addresses and the options of its directives."""
    text = re.sub(r"\A---.*?^---$|^:\w+:[^\n]*$", "", CELL.sub("", chapter), flags=re.M | re.S)
    return re.sub(r"<[^>]*>|(?<=\])\(https:[^)]*\)", "", re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "x", text, flags=re.S))


def test_there_are_chapters():
    """The chapters of Part I are found, so the tests below test something."""
    part_one = {"angle", "assumptions", "downhill", "loose", "minus-sign", "small-step", "steepest"}
    assert part_one <= {path.stem for path in CHAPTERS}


def test_cells_are_short_and_visible(chapter):
    """A cell has at most 12 lines, each at most 79 characters wide, and none is hidden."""
    cells = CELL.findall(chapter)
    assert len(cells) >= 3
    for cell in cells:
        lines = [line for line in cell.splitlines() if line.strip()]
        assert len(lines) <= 12
        assert max(map(len, lines)) <= 79
    assert not re.search(r"(hide|remove)-(cell|input|output)|plt\.", chapter)


def test_claim_comes_first_and_is_asserted(chapter):
    """A chapter states its claim in its first paragraph, and a visible cell asserts something."""
    assert re.search(r"^# .+\n\n\*\*Claim\.\*\* ", chapter, flags=re.M)
    assert any("assert " in cell for cell in CELL.findall(chapter))


def test_length_and_exercises(chapter):
    """A chapter has 600 to 1,200 words, and 2 to 4 exercises with a solution each."""
    words = len(re.findall(r"\b\w+\b", prose_of(chapter)))
    exercises = re.findall(r"^```\{exercise\}\n:label: (\S+)$", chapter, flags=re.M)
    solutions = re.findall(r"^````\{solution-start\} (\S+)$", chapter, flags=re.M)
    assert 600 <= words <= 1200
    assert 2 <= len(exercises) <= 4
    assert exercises == solutions


def test_prose_says_no_weasel_words(chapter):
    """The prose does not tell the reader that something is easy."""
    assert WEASELS.findall(prose_of(chapter)) == []


def test_randomness_is_seeded(chapter):
    """Random numbers in a chapter come from a generator with a seed."""
    source = "\n".join(CELL.findall(chapter))
    assert not re.search(r"np\.random\.(?!default_rng\(\d)", source)
    assert not re.search(r"random_directions\((?![^)]*seed=\d)", source)


def test_no_sentence_starts_a_list_by_accident(chapter):
    """A line that begins with a number and a dot is an item of a list of two or more, not the end of a sentence."""
    lines = chapter.splitlines()
    for i, line in enumerate(lines):
        if re.match(r"1\. ", line):
            assert any(re.match(r"2\. ", later) for later in lines[i + 1 : i + 12])
        elif re.match(r"\d+\. ", line):
            assert any(re.match(rf"{int(line.split('.')[0]) - 1}\. ", before) for before in lines[max(0, i - 12) : i])
