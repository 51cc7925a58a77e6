"""Each "Your turn" of a lecture says that it is unsolved, and accepts the solution in its fold."""

import ast
import re

import pytest

from sources.course import ROOT, read_course
from sources.notebooks import from_text


def your_turns():
    """(chapter, number of the cell, cell's code, solution's code, definitions that came before)."""
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
                yield pytest.param(
                    cell.source, solution, "\n".join(known), id=f"{chapter.folder}-{i}"
                )
            known += [ast.unparse(node) for node in ast.parse(cell.source).body if _defines(node)]


def _defines(node):
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return isinstance(node, kinds)


@pytest.mark.parametrize("cell, solution, known", list(your_turns()))
def test_your_turn(cell, solution, known, capsys):
    assert solution, 'the solution stands in a fold right below the "Your turn"'
    space = {}
    exec(known, space)
    exec(cell, space)
    assert capsys.readouterr().out.startswith("Your turn:")
    function, checks = cell.split("with your_turn():")
    exec(f"{function}\n{solution[1]}\nwith your_turn():{checks}", space)
    assert capsys.readouterr().out == "Right.\n"
