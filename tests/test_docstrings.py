"""Every public name says what it takes, what it gives, where it comes from, and shows it."""

import inspect

import pytest

import steepest

PUBLIC = {name: thing for name in steepest.__all__ if callable(thing := getattr(steepest, name))}
DOCUMENTED = {name: thing for name, thing in PUBLIC.items() if not isinstance(thing, (steepest.Norm, steepest.Surface))}
FUNCTIONS = {name: thing for name, thing in DOCUMENTED.items() if inspect.isfunction(thing)}


def _section(thing, title):
    """Return the text under a heading of a docstring, empty when there is no such heading."""
    lines = inspect.getdoc(thing).splitlines()
    starts = [i for i, line in enumerate(lines[1:]) if line == "-" * len(title) and lines[i] == title]
    if not starts:
        return ""
    ends = [i for i in range(starts[0] + 2, len(lines) - 1) if set(lines[i + 1]) == {"-"}]
    return "\n".join(lines[starts[0] + 2 : min(ends, default=len(lines))])


def test_all_names_are_there_once():
    """``__all__`` is without doubles, and every name in it exists."""
    assert len(set(steepest.__all__)) == len(steepest.__all__)
    assert all(hasattr(steepest, name) for name in steepest.__all__)
    assert len(steepest.__all__) <= 40


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_docstring_starts_with_one_sentence(name):
    """The first line is one sentence, and an empty line follows."""
    first, second, *_ = inspect.getdoc(DOCUMENTED[name]).splitlines()
    assert first.endswith(".")
    assert second == ""


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_docstring_shows_a_use(name):
    """The examples hold a doctest that is run."""
    examples = _section(DOCUMENTED[name], "Examples")
    assert ">>> " in examples
    assert "SKIP" not in examples


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_docstring_names_every_parameter(name):
    """The section on parameters names all of them, and is missing where there are none."""
    parameters = _section(DOCUMENTED[name], "Parameters")
    named = [n.strip() for line in parameters.splitlines() if line[:1].strip() for n in line.split(" : ")[0].split(",")]
    assert named == list(inspect.signature(DOCUMENTED[name]).parameters)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_docstring_gives_shapes(name):
    """What is taken or returned is described by its shape."""
    assert "shape" in inspect.getdoc(DOCUMENTED[name])


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != "Path"])
def test_a_docstring_gives_its_source(name):
    """The references name a work and its year."""
    references = _section(DOCUMENTED[name], "References")
    assert any(f"({year}" in references or f", {year})" in references for year in range(1950, 2030))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_it_returns_and_raises(name):
    """A function's docstring says what comes back, and which errors, if it takes anything that can be wrong."""
    assert _section(FUNCTIONS[name], "Returns")
    if inspect.signature(FUNCTIONS[name]).parameters:
        assert "Error" in _section(FUNCTIONS[name], "Raises")
