"""Code that is not plain is noticed, by cell and line; plain code is not."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from sources.plain import complaints

PACKED = {
    "a tuple assignment": ("x = 1\na, b = 1, 2", "cell 1, line 2: a tuple assignment"),
    "a tuple of calls": ("model, told = mlp(), {}", "line 1: a tuple assignment"),
    "three names, two of them swapped": ("a, b, c = b, a, 0", "line 1: a tuple assignment"),
    "an assignment within a function": (
        "def f():\n    a, b = 1, 2\n    return a + b",
        "line 2: a tuple",
    ),
    "a list of names": ("[a, b] = [1, 2]", "line 1: a tuple assignment"),
    "a loop of one turn": (
        "for a, b in [(1, 2)]:\n    print(a)",
        "line 1: a loop over one display",
    ),
    "a lambda that prints": ("f = lambda x: print(x)", "line 1: a lambda does work"),
    "a lambda that appends": ("f = lambda x: seen.append(x)", "line 1: a lambda does work"),
    "a lambda in place": ("f = lambda x: x.zero_()", "line 1: a lambda does work"),
    "a lambda of two calls": ("f = lambda x: (g(x), h(x))", "line 1: a lambda does work"),
    "an or that works": ("seen or seen.append(1)", "line 1: `or`"),
    "an if that works": ("f() if x else g()", "line 1: `or`, `and` or `if"),
    "a nested comprehension": ("[[x for x in row] for row in rows]", "line 1: a comprehension"),
    "a generator in a list": ("[sum(x for x in row) for row in rows]", "line 1: a comprehension"),
    "a walrus": ("if (n := len(x)) > 1:\n    print(n)", "line 1: `:=`"),
    "two statements": ("a = 1; b = 2", "line 1: two statements share a line"),
    "an if on one line": ("if x: y = 1", "line 1: two statements share a line"),
    "a long cell": ("x = 1\n" * 26, "cell 1 has 26 lines of code, and 25 are allowed"),
}
PLAIN = {
    "a swap": "a, b = b, a",
    "a returned tuple": "a, b = f(x)",
    "a shape": "B, n = x.shape",
    "pairs in a loop": "for a, b in [(1, 2), (3, 4)]:\n    print(a, b)",
    "a lambda that computes": "f = lambda x: x ** 2",
    "two loops of one comprehension": "[x * y for x in a for y in b]",
    "an or that is a value": "name = given or 'nobody'",
    "25 lines": "x = 1\n" * 25,
}


def notebook(source: str, **metadata):
    return new_notebook(cells=[new_code_cell(source, metadata=metadata)])


@pytest.mark.parametrize("name", PACKED)
def test_packed_code_is_noticed(name: str):
    source, message = PACKED[name]
    assert any(message in complaint for complaint in complaints(notebook(source)))


@pytest.mark.parametrize("name", PLAIN)
def test_plain_code_is_not(name: str):
    assert complaints(notebook(PLAIN[name])) == []


def test_tests_of_questions_are_no_model():
    nbgrader = {"grade": True, "solution": False, "grade_id": "x", "locked": True, "points": 1}
    assert complaints(notebook("a, b = 1, 2", nbgrader=nbgrader)) == []
    assert complaints(notebook("a, b = 1, 2", nbgrader=nbgrader | {"solution": True})) != []
