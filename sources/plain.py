"""Is the code that students read plain? One statement a line, one thing a statement, cells of at most 25 lines.

The gate looks at every code cell of a lecture, and at the solutions and given cells of an exercise; tests of questions are folded, and no model.
"""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from sources.minutes import lines

LONGEST_CELL = 25
DISPLAY = (ast.Tuple, ast.List)
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CHANGES = {"append", "extend", "insert", "update", "pop", "remove", "add", "setdefault", "clear"}
CHANGES |= {"setattr", "print", "backward", "step", "zero_grad"}


def complaints(notebook: NotebookNode) -> list[str]:
    """What is not plain, by cell and line."""
    found = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and not is_test(cell):
            found += [f"cell {number}{reason}" for reason in in_cell(cell)]
    return found


def is_test(cell: NotebookNode) -> bool:
    """Whether the cell holds the tests of a question."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return nbgrader.get("grade", False) and not nbgrader.get("solution", False)


def in_cell(cell: NotebookNode) -> list[str]:
    """The complaints about one cell, each beginning with its line."""
    found = []
    folded = "setup" in cell.metadata.get("tags", [])  # imports, one a line
    if lines(cell) > LONGEST_CELL and not folded:
        found.append(f" has {lines(cell)} lines of code, and {LONGEST_CELL} are allowed")
    tree = ast.parse(cell.source)
    wrong = sorted({(node.lineno, reason) for node in ast.walk(tree) for reason in _reasons(node)})
    found += [f", line {line}: {reason}" for line, reason in wrong]
    starts = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    twice = sorted({line for line in starts if starts.count(line) > 1})
    return found + [f", line {line}: two statements share a line" for line in twice]


def _reasons(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and any(_packs(target, node.value) for target in node.targets):
        yield "a tuple assignment saves a line: write one assignment a line"
    if isinstance(node, ast.For | ast.comprehension) and _packs_in_loop(node):
        yield "a loop over one display assigns a tuple: write one assignment a line"
    if isinstance(node, ast.Lambda) and _works(node.body):
        yield "a lambda does work: give the function a name"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.BoolOp | ast.IfExp):
        yield "`or`, `and` or `if ... else` does a statement's work: write an `if`"
    if isinstance(node, COMPREHENSION) and _has_inner(node):
        yield "a comprehension stands within a comprehension: write a loop, or a function"
    if isinstance(node, ast.NamedExpr):
        yield "`:=` assigns within an expression: write the assignment first"


def _packs(target: ast.expr, value: ast.expr) -> bool:
    """A display of values on the right of a display of names, unless these are the same names (a swap)."""
    if not isinstance(target, DISPLAY) or not isinstance(value, DISPLAY):
        return False
    names = sorted(ast.unparse(part) for part in target.elts)
    values = sorted(ast.unparse(part) for part in value.elts)
    return names != values


def _packs_in_loop(node: ast.For | ast.comprehension) -> bool:
    """`for a, b in [(f(), g())]`: a tuple assignment in disguise."""
    return isinstance(node.iter, DISPLAY) and len(node.iter.elts) == 1


def _works(body: ast.expr) -> bool:
    """Whether an expression changes something: a call of a method that does, an assignment, or several things one after another."""
    for node in ast.walk(body):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            if name in CHANGES or name.endswith("_") and not name.endswith("__"):
                return True
    return isinstance(body, ast.Tuple | ast.List) and any(map(_is_call, body.elts))


def _is_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call)


def _has_inner(node: ast.AST) -> bool:
    return any(isinstance(inner, COMPREHENSION) for inner in ast.walk(node) if inner is not node)
