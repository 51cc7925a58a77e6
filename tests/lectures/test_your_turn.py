"""Each "Your turn" of a lecture says that it is unsolved, accepts the solution in its fold, and binds nothing that a later cell needs."""

import ast
import re

import pytest

from sources import names
from sources.course import ROOT, read_course
from sources.notebooks import from_text


def your_turns():
    """(cell's code, solution's code, definitions that came before, code that comes later)."""
    for chapter in read_course(ROOT).chapters:
        if not chapter.lecture_source.exists():
            continue
        cells = from_text(chapter.lecture_source.read_text(encoding="utf-8")).cells
        known = []
        for i, cell in enumerate(cells):
            if cell.cell_type != "code":
                continue
            if "with your_turn()" in cell.source:
                solution = re.search(r"```python\n(.*?)```", cells[i + 1].source, re.S)
                later = [c.source for c in cells[i + 1 :] if c.cell_type == "code"]
                name = f"{chapter.folder}-{i}"
                yield pytest.param(cell.source, solution, "\n".join(known), later, id=name)
            known += [ast.unparse(node) for node in ast.parse(cell.source).body if _defines(node)]


def _defines(node):
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and _is_plain(node.value)
    return isinstance(node, kinds)


def _is_plain(value):
    """Numbers and texts, also several: a default argument may need them."""
    parts = ast.Constant | ast.List | ast.Tuple | ast.BinOp | ast.operator | ast.Load
    return all(isinstance(node, parts) for node in ast.walk(value))


@pytest.mark.parametrize("cell, solution, known, later", list(your_turns()))
def test_your_turn(cell, solution, known, later, capsys):
    assert solution, 'the solution stands in a fold right below the "Your turn"'
    space = {}
    exec(known, space)
    exec(cell, space)
    assert capsys.readouterr().out.startswith("Your turn:")
    function, checks = cell.split("with your_turn():")
    exec(f"{function}\n{solution[1]}\nwith your_turn():{checks}", space)
    assert capsys.readouterr().out == "Right.\n"
    own = names.bound(cell) | names.bound(solution[1])
    for source in later:
        needed = names.read(source) & own
        own -= names.bound(source)  # bound anew, it is the later cell's
        assert not needed - names.bound(source), f"a later cell needs {needed} of this one"
