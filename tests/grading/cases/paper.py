"""A small assignment, and one case: what somebody hands in for it, and the marks that it deserves."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.grading.tiny import answer, graded, notebook

ASSIGNMENT, FILE = "01_small", "small.ipynb"
COURSE = (
    'title = "Small"\n[[chapters]]\nfolder = "01_small"\ntitle = "A small chapter"\nkey = "small"\n'
)
SETUP = """\
import math

TOLERANCE = 1e-9


def near(a, b, tol=1e-9):
    \"\"\"Whether two numbers are the same but for rounding.\"\"\"
    return math.isclose(a, b, rel_tol=tol, abs_tol=TOLERANCE)"""
STUBS = {
    "double": "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    "add": "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION",
    "mean": "def mean(numbers):\n    ### BEGIN SOLUTION\n    return sum(numbers) / len(numbers)\n    ### END SOLUTION",
}
SECRET = "31337"  # stands in hidden tests alone
DOUBLE_TEST = f"""\
assert double(2) == 4, "twice two is four"
### BEGIN HIDDEN TESTS
assert double({SECRET}) == 2 * {SECRET}
### END HIDDEN TESTS"""
ADD_TEST = "assert near(add(1, 2), 3), 'one and two are three'"
MEAN_TEST = f"""\
right = [near(mean([1, 2, 3]), 2), near(mean([-1, 1]), 0)]
### BEGIN HIDDEN TESTS
right += [near(mean([{SECRET}]), {SECRET}), near(mean([0.5, 1.5, 2.5]), 1.5)]
### END HIDDEN TESTS
float(sum(right))"""
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "add": "def add(a, b):\n    return a + b",
    "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "essay": "It adds, and it divides.",
}
WRONG = {
    "double": "def double(x):\n    return 'wrong'",
    "add": "def add(a, b):\n    return -1000",
    "mean": "def mean(numbers):\n    return -1000",
}
TESTS = ("double_test", "add_test", "mean_test")
Marks = tuple[float, float, float]
ALL, NONE = (2, 3, 4), (0, 0, 0)  # of the three tests
FLAGGED = None  # the points are kept out until a person looked


@dataclass(frozen=True)
class Case:
    """What somebody hands in.

    Args:
        name: what is special about it.
        marks: the points of the three tests, or FLAGGED.
        code: a cell of the student's own, behind the set-up.
        first, last: cells before and behind all others.
        answers: those that differ from the right ones.
        edit: changes the notebook, which is JSON and may become invalid.
        raw: changes the file's bytes.
        path: where the notebook lies; empty when none is handed in.
        files: beside it, by path.
        links, pipes: symbolic links with their targets, and named pipes.
        says: stands in the record's reason, notes, flags or tests' words.
    """

    name: str
    marks: Marks | None = ALL
    code: str = ""
    first: str = ""
    last: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    raw: Callable[[bytes], bytes] | None = None
    path: str = FILE
    files: dict[str, str | bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pipes: tuple[str, ...] = ()
    says: str = ""

    def handed_in(self, release: NotebookNode, course: str) -> dict[str, bytes]:
        """The files, by path; COURSE in the code becomes the course's folder."""
        whole = answered(release, RIGHT | self.answers)
        own = {0: self.first, 2: self.code, len(whole.cells): self.last}
        for at in sorted(own, reverse=True):
            if own[at]:
                whole.cells.insert(at, new_code_cell(own[at].replace("COURSE", course)))
        if self.edit:
            self.edit(whole)
        data = json.dumps(whole, indent=1).encode()
        data = self.raw(data) if self.raw else data
        files = {path: text.encode() if isinstance(text, str) else text for path, text in self.files.items()}  # fmt: skip
        return files | ({self.path: data} if self.path else {})


def answered(release: NotebookNode, texts: dict[str, str]) -> NotebookNode:
    """What students got, with these answers."""
    done = copy.deepcopy(release)
    for cell in done.cells:
        cell.source = texts.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return done


def solution() -> NotebookNode:
    """The instructor's notebook: a set-up, three answers with their tests, and an essay."""
    about = {"schema_version": 3, "grade": False, "solution": False, "locked": True, "task": False}
    essay = about | {"grade_id": "essay", "grade": True, "solution": True, "locked": False, "points": 2}  # fmt: skip
    return notebook(
        new_markdown_cell("# A small assignment", id="title"),
        new_code_cell(SETUP, id="setup", metadata={"nbgrader": about | {"grade_id": "setup"}}),
        answer("double", STUBS["double"]),
        graded("double_test", DOUBLE_TEST, 2),
        answer("add", STUBS["add"]),
        graded("add_test", ADD_TEST, 3),
        answer("mean", STUBS["mean"]),
        graded("mean_test", MEAN_TEST, 4),
        new_markdown_cell("YOUR ANSWER HERE", id="essay", metadata={"nbgrader": essay}),
    )


def cell_of(whole: NotebookNode, name: str) -> NotebookNode:
    """The cell of this name."""
    return next(cell for cell in whole.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)  # fmt: skip
