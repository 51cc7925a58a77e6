"""A graded notebook with hidden tests, and what a student's cells may have printed."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.grading.tiny import answer, graded, notebook

SECRETS = ("quagga", "987654")  # words of the hidden tests that no page may hold
DOUBLE_TEST = """# Two and two.
assert double(2) == 4
### BEGIN HIDDEN TESTS
# A quagga among zebras.
for quagga in range(987654, 987660):
    assert double(quagga) == 2 * quagga, "the double of a large number"
### END HIDDEN TESTS"""
PASSED_TEST = "assert add(1, 2) == 3"


def printed(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def raised(ename: str, evalue: str, *traceback: str):
    return new_output("error", ename=ename, evalue=evalue, traceback=list(traceback))


def shown(**data: object):
    """A cell's value; the kinds are written with two underscores for the slash."""
    kinds = {kind.replace("__", "/"): value for kind, value in data.items()}
    return new_output("execute_result", data=kinds, execution_count=1)


def worked(
    *outputs: NotebookNode, source: str = "def double(x):\n    return 3 * x"
) -> NotebookNode:
    """The notebook: text, the first answer with these outputs, its test, which failed, and a second question, which is right."""
    first, second = answer("double", source), answer("add", "def add(a, b):\n    return a + b")
    first.outputs = list(outputs)
    test = graded("double_test", DOUBLE_TEST, 2)
    test.outputs = [
        printed(f"printed within the test: {DOUBLE_TEST}"),
        raised("AssertionError", "", DOUBLE_TEST),
    ]
    return notebook(
        new_markdown_cell("# The assignment\n\nDouble $x$."),
        first,
        test,
        second,
        graded("add_test", PASSED_TEST, 3),
        new_code_cell("print(add(1, 1))", outputs=[printed("2\n")]),
    )
