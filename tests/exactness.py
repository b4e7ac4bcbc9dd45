"""Finds where a rounded float is compared by `==`, picked where two may tie, or shown to its last digit.

The last bit of a sum, a sine or a matrix product differs from processor to processor. A line that such a bit decides
holds on one machine and fails on another. This check reads code, it does not run it, and finds

- `==` and `!=`, `array_equal` and its kin, where a side looks like a rounded float: a float literal, a division, a
  power, a matrix product, a call that measures (`cosine`, `sqrt`, a loss), or a name bound to one of these;
- in pages `argmax`, `argmin` and `unique`;
- in pages and doctests a rounded float that is shown with all its digits.

What was rounded on purpose (`round`, a format) is not found, nor what a comment says to be exact: `# exact: why`, on a
line of the statement, or alone on the line above it.
"""

import ast
import doctest
import re
from typing import NamedTuple

CELL = re.compile(r"^(`{3,})\{code-cell\}\n(.*?)^\1$|\{eval\}`([^`]+)`", flags=re.M | re.S)
EXACT = re.compile(r"# exact: \S")
LOSSES = {"Loss", "bowl", "kinked", "logistic", "quadratic", "rosenbrock"}
NAMES = """
    aligned along angle circle cosine curvature directional_derivative dual first_order gradient hessian_product
    largest_curvature loss measured_order random_directions second_order steepest_direction L1 L2 LINF
    arccos arcsin arctan arctan2 cbrt cos cosh degrees dot eigvalsh exp expm1 hypot inner inv log log10 log1p log2 lstsq
    mean norm outer pow radians sin sinh solve sqrt std tan tanh var vdot vecdot
"""
MEASURES = set(NAMES.split())
# What returns a float where it is given one.
THROUGH = {"T", "abs", "array", "asarray", "copy", "diff", "float", "item", "max", "min", "reshape", "sum", "tolist"}
EQUAL = {"array_equal", "assert_array_equal", "assert_equal"}
PICK = {"argmax", "argmin", "unique"}
SHOWN = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e-?\d+)?")


class Found(NamedTuple):
    """A line that a last bit may decide, and what it does."""

    line: int
    kind: str
    text: str


def name_of(node):
    """Return the last part of a name, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


class Floats:
    """Which expressions of a piece of code look like rounded floats; a number that was typed is one, if asked for."""

    def __init__(self, tree, typed=True):
        self.names, self.losses, self.typed = set(), set(), typed
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                self.bind(node.targets[0], node.value)

    def bind(self, target, value):
        """Note the names that are bound to a float, or to a loss."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, its in zip(target.elts, value.elts, strict=False):
                self.bind(name, its)
        elif isinstance(target, ast.Name) and isinstance(value, ast.Call) and name_of(value.func) in LOSSES:
            self.losses.add(target.id)
        elif isinstance(target, ast.Name) and self.has(value):
            self.names.add(target.id)

    def has(self, node):
        """Tell whether an expression looks like a rounded float, or holds one."""
        match node:
            case ast.Constant(value=value):
                return isinstance(value, float) and self.typed
            case ast.Name(id=name):
                return name in self.names
            case ast.Attribute(value=value, attr=name):
                return name in {"points", "values"} or (name in THROUGH and self.has(value))
            case ast.Subscript(value=value) | ast.UnaryOp(operand=value):
                return self.has(value)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return any(map(self.has, parts))
            case ast.BinOp(left=ast.Constant(value=int()), op=ast.Pow(), right=ast.Constant(value=int())):
                return False
            case ast.BinOp(left=left, op=op, right=right):
                return isinstance(op, ast.Div | ast.Pow | ast.MatMult) or self.has(left) or self.has(right)
            case ast.Call(func=func, args=args):
                inside = [*args, func.value] if isinstance(func, ast.Attribute) else args
                return name_of(func) in MEASURES | self.losses or (
                    name_of(func) in THROUGH and any(map(self.has, inside))
                )
        return False

    def decides(self, node):
        """Tell whether an expression compares a rounded float for equality."""
        if isinstance(node, ast.Call) and name_of(node.func) in EQUAL:
            return any(map(self.has, node.args))
        if not isinstance(node, ast.Compare):
            return False
        sides = [node.left, *node.comparators]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        return any(
            isinstance(op, ast.Eq | ast.NotEq) and (self.has(a) or self.has(b)) and not (_told(a) or _told(b))
            for a, op, b in pairs
        )


def _told(side):
    """Tell whether a side of a comparison allows for rounding, or is no number."""
    if isinstance(side, ast.Call) and name_of(side.func) == "approx":
        return True
    return isinstance(side, ast.Constant) and (side.value is None or isinstance(side.value, str | bool))


def _statements(tree, lines):
    """Yield what each statement says itself, without those inside it, and whether a comment calls it exact."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            own = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.stmt | ast.excepthandler)]
            last = max([node.lineno, *(getattr(part, "end_lineno", 0) for part in own)])
            above = [line for line in lines[: node.lineno - 1][-1:] if line.lstrip().startswith("#")]
            exact = any(map(EXACT.search, [*above, *lines[node.lineno - 1 : last]]))
            yield node, [part for mine in own for part in ast.walk(mine)], exact


def equalities(tree, floats, lines, only=ast.stmt):
    """Yield each statement that compares a rounded float for equality."""
    for node, parts, exact in _statements(tree, lines):
        if isinstance(node, only) and not exact and any(map(floats.decides, parts)):
            yield Found(node.lineno, "equality", lines[node.lineno - 1].strip())


def picks(tree, lines):
    """Yield each statement that picks an entry where several may tie."""
    for node, parts, exact in _statements(tree, lines):
        calls = {name_of(part.func) for part in parts if isinstance(part, ast.Call)}
        if not exact and calls & PICK:
            yield Found(node.lineno, "tie", lines[node.lineno - 1].strip())


def in_page(text):
    """Return what is found in the cells, expressions and examples of a page."""
    pieces = [(text.count("\n", 0, m.start()), m[2], m[3]) for m in CELL.finditer(text)]
    code = [""] * (text.count("\n") + 1)  # the page without its prose: each cell on its own lines
    for line, cell, _ in pieces:
        if cell is not None:
            code[line + 1 : line + 1 + cell.count("\n")] = cell.splitlines()
    tree = ast.parse("\n".join(code))
    floats, measured = Floats(tree), Floats(tree, typed=False)
    found = [*equalities(tree, floats, code), *picks(tree, code)]
    for line, cell, expression in pieces:
        part = ast.parse(cell if cell is not None else expression)
        value, own = part.body[-1], (cell or expression).splitlines()
        if cell is None:
            found += [f._replace(line=line + 1) for f in (*equalities(part, floats, own), *picks(part, own))]
        shown = isinstance(value, ast.Expr) and measured.has(value.value) and "round" not in ast.unparse(value)
        if shown and not EXACT.search(own[-1]):
            found.append(Found(line + 1, "shown", ast.unparse(value)))
    return [*found, *_in_examples(text)]


def in_docstrings(text):
    """Return what is found in the examples of a module."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    documented = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    said = [(node.body[0].lineno, ast.get_docstring(node, clean=False) or "") for node in documented]
    return [found for first, docstring in said for found in _in_examples(docstring, first)]


def _in_examples(text, first=1):
    """Return what is found in the examples of a text, whose first line has a number."""
    examples, found = doctest.DocTestParser().get_examples(text), []
    floats = Floats(ast.parse("".join(example.source for example in examples)))
    for example in examples:
        part, lines = ast.parse(example.source), example.source.splitlines()
        found += [f._replace(line=first + example.lineno) for f in equalities(part, floats, lines)]
        if _all_digits(example.want) and "round(" not in example.source and not EXACT.search(example.source):
            found.append(Found(first + example.lineno, "shown", example.want.strip()))
    return found


def _all_digits(want):
    """Tell whether an expected output shows a float that is no short binary fraction, so has been rounded."""
    numbers = map(float, SHOWN.findall(re.sub(r"array\(.*?\)", "", want, flags=re.S)))
    return any(number.as_integer_ratio()[1] > 2**20 for number in numbers)


def in_tests(text):
    """Return what is found in the assertions of a test module."""
    tree, lines = ast.parse(text), text.splitlines()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted({f for node in functions for f in equalities(node, Floats(node), lines, ast.Assert)})
