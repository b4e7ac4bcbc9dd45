"""A cell and its outputs as a session in Python, in the form that `doctest` replays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def transcript(source: str, printed: str = "", value: str = "") -> str:
    """Return what was typed, and below each statement what came."""
    body, lines = ast.parse(source).body, source.split("\n")
    inside = {number for s in body for number in range(_first(s) + 1, _last(s) + 1)}
    below = {_last(s): ["..."] if hasattr(s, "body") else [] for s in body}
    if printed:
        below[_last(_printing(body)[0])] += _expected(printed)
    if value:
        below[_last(body[-1])] += _expected(value)
    if "\n" in value and not value.startswith("array("):  # IPython breaks what `repr` writes on one line
        lines[_last(body[-1]) - 1] += "  # doctest: +NORMALIZE_WHITESPACE"
    shown = []
    for number, line in enumerate(lines, 1):
        prompt = "..." if number in inside else ">>>" if line.strip() else ""
        shown += [f"{prompt} {line}" if line else prompt, *below.get(number, [])]
    return "\n".join(shown)


def faults(source: str, printed: str = "") -> Iterator[tuple[int, str]]:
    """Yield the line and the reason where a doctest would not show what the page shows."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        yield error.lineno or 1, f"not plain Python, as a doctest must be: {error.msg}"
        return
    for part in (part for s in body for part in _running(s) if isinstance(part, ast.Expr)):
        last = part is body[-1]
        after = source.split("\n")[_last(part) - 1].encode()[part.end_col_offset :]
        if (last and after.lstrip().startswith(b";")) or not (last or isinstance(part.value, ast.Call)):
            yield part.lineno, f"a doctest shows the value of `{ast.unparse(part)}`, the page does not: give it a name"
    if printed and len(_printing(body)) > 1:
        yield 1, "a doctest must know which statement of a cell printed: call `print` in one, or make two cells"


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement and all parts of it that run when it does: not the body of a function."""
    yield node
    if not isinstance(node, OWN_SCOPE):
        for child in ast.iter_child_nodes(node):
            yield from _running(child)


def _printing(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that call `print`; where none does, all."""
    return [s for s in body if any(isinstance(p, ast.Name) and p.id == "print" for p in _running(s))] or body


def _expected(output: str) -> list[str]:
    return [line if line.strip() else "<BLANKLINE>" for line in output.removesuffix("\n").split("\n")]


def _first(statement: ast.stmt) -> int:
    return int(min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]))


def _last(part: ast.stmt) -> int:
    return part.end_lineno or part.lineno
