"""Cells and notebooks of one small assignment that needs no torch: two questions, of 2 and of 3 points."""

from nbformat.v4 import new_code_cell, new_notebook

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
COURSE = (
    'title = "Tiny"\n[[chapters]]\nfolder = "01_tiny"\ntitle = "A tiny chapter"\nkey = "tiny"\n'
)
DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
ADD = "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
DOUBLE_TEST = (
    "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(5) == 10\n### END HIDDEN TESTS"
)
ADD_TEST = "assert add(1, 2) == 3, 'one and two are three'"


def answer(name: str, source: str):
    """A cell in which students write."""
    return _cell(name, source, grade=False, solution=True, locked=False)


def graded(name: str, source: str, points: float):
    """A test cell worth `points`."""
    return _cell(name, source, grade=True, solution=False, locked=True, points=points)


def _cell(name: str, source: str, **facts):
    facts = {"grade_id": name, "schema_version": 3, "task": False, **facts}
    return new_code_cell(source, id=name, metadata={"nbgrader": facts})


def notebook(*cells):
    """A notebook for the kernel that runs the tests; a text is a code cell."""
    cells = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
