"""Each gate bites: a tiny chapter is spoilt in one way at a time, and the gate that must notice says so."""

from collections.abc import Callable

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from sources import notebooks
from sources.course import Course, read_course
from sources.gates import complaints, strays

SOLUTION = "return larger * math.sqrt(1 + (smaller / larger) ** 2)"
HIDDEN = "math.isclose(hypot(*legs),\n longest), f'x'"
Spoil = Callable[[Course], None]


def edit(which: str, change: Callable[[nbformat.NotebookNode], object]) -> Spoil:
    """A spoil: change the notebook that the chapter has under this name, and write it back."""

    def spoil(course: Course) -> None:
        path = getattr(course.chapters[0], which)
        notebook = notebooks.read(path)
        change(notebook)
        nbformat.write(notebook, path)

    return spoil


def retype(which: str, old: str, new: str) -> Spoil:
    """A spoil: other words in a file of the chapter."""

    def spoil(course: Course) -> None:
        path = getattr(course.chapters[0], which)
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return spoil


def cell_with(notebook: nbformat.NotebookNode, text: str) -> nbformat.NotebookNode:
    return next(cell for cell in notebook.cells if text in cell.source)


def set_source(text: str, source: str) -> Callable:
    return lambda notebook: cell_with(notebook, text).update(source=source)


def add(cell: nbformat.NotebookNode) -> Callable:
    return lambda notebook: notebook.cells.append(cell)


def execute_one(notebook: nbformat.NotebookNode) -> None:
    cell_with(notebook, "import math").execution_count = 7


def publish(course: Course) -> None:
    path = course.root / "course.toml"
    path.write_text(
        path.read_text().replace(
            'student_edition = ""', 'student_edition = "https://github.com/someone/course"'
        )
    )


def open_the_secret(course: Course) -> None:
    """The solution stands in a given cell of the source too, and everything is built again."""
    edit("solution", add(new_code_cell(f"larger = max(a, b)\nsmaller = min(a, b)\n{SOLUTION}")))(
        course
    )


WRITTEN = {
    "nbgrader": {
        "grade": True,
        "grade_id": "words",
        "locked": False,
        "points": 1,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
}
ANSWER = "def hypot"
SPOILS: dict[str, tuple[Spoil, str]] = {
    # what is committed equals what the sources build
    "a word in the lecture's source": (
        retype("lecture_source", "may change places", "can change places"),
        "01_tiny.ipynb is not what its source builds: cell 4",
    ),
    "a line of code in the lecture": (
        edit("lecture", set_source("left = 1 + 2", "left = right = 3")),
        "differs in its text: 'left = right = 3'",
    ),
    "a claim's tag in the lecture": (
        edit("lecture", lambda n: cell_with(n, "left = 1 + 2").metadata.tags.pop(0)),
        "differs in its metadata",
    ),
    "the alt text in the lecture": (
        edit("lecture", lambda n: cell_with(n, "axis.plot").metadata.mystnb.image.update(alt="")),
        "differs in its metadata",
    ),
    "another kind of cell": (
        edit("lecture", lambda n: n.cells[0].update(cell_type="raw")),
        "differs in its kind",
    ),
    "a cell less in the lecture": (edit("lecture", lambda n: n.cells.pop()), "cells instead of"),
    "dead widgets in the lecture": (
        edit("lecture", lambda n: n.metadata.update(widgets={})),
        "the notebook's metadata differ",
    ),
    "the lecture is gone": (
        lambda course: course.chapters[0].lecture.unlink(),
        "01_tiny.ipynb is not built",
    ),
    "the course is published": (
        publish,
        "01_tiny.py holds an old set-up, header, line of what is proved, or fold",
    ),
    "the ledger says something new": (
        retype("ledger", "Zero changes no sum.", "Zero is neutral."),
        "docs/proved/01_tiny.md is an old list",
    ),
    "the ledger counts less": (
        retype("ledger", "place: aside", "place: tests"),
        "01_tiny.py holds an old set-up, header, line of what is proved, or fold",
    ),
    "an open set-up": (
        retype("lecture_source", '# %% cellView="form"', "# %%"),
        "01_tiny.py holds an old set-up, header, line of what is proved, or fold",
    ),
    "a word in the solution's source": (
        retype("solution_source", "a right triangle", "any triangle"),
        "tiny.ipynb is not what its source builds",
    ),
    "a line of the solution": (
        edit("solution", set_source(ANSWER, "hypot = math.hypot")),
        "tiny.ipynb is not what its source builds",
    ),
    "the points of a question": (
        edit("solution", lambda n: cell_with(n, "mason").metadata.nbgrader.update(points=3)),
        "differs in its metadata",
    ),
    "the solution was executed": (edit("solution", execute_one), "what an execution left in it"),
    # the exercise is what nbgrader makes of the solution
    "a word in the exercise": (
        edit("exercise", set_source("# Exercises", "# Tasks")),
        "exercises/01_tiny/tiny.ipynb is not what nbgrader makes",
    ),
    "the exercise is gone": (
        lambda course: course.chapters[0].exercise.unlink(),
        "exercises/01_tiny/tiny.ipynb is not what nbgrader makes",
    ),
    "a file beside the exercise": (
        lambda course: course.chapters[0].exercise.with_name("tiny.py").touch(),
        "exercises/01_tiny/tiny.py is not what nbgrader",
    ),
    # nothing gives away a solution or a hidden test
    "the solution in a code cell": (
        edit("exercise", set_source(ANSWER, f"def hypot(a, b):\n    {SOLUTION}")),
        "cell 5 gives away `return larger * math",
    ),
    "the solution with other spaces": (
        edit("exercise", add(new_code_cell("larger=max( a,b )\nsmaller=min(a,\n b)"))),
        "gives away `larger = max",
    ),
    "the solution in a comment": (
        edit("exercise", add(new_code_cell(f"# try this:\n# {SOLUTION}"))),
        "gives away",
    ),
    "the solution in code that is none": (
        edit("exercise", add(new_code_cell(f"def (:\n    {SOLUTION}"))),
        "gives away",
    ),
    "the solution in the text": (
        edit(
            "exercise",
            add(new_markdown_cell(f"<details>Write `{SOLUTION.replace(' ', '')}`</details>")),
        ),
        "gives away",
    ),
    "the solution in an output": (
        edit(
            "exercise",
            lambda n: cell_with(n, "import math").outputs.append(
                new_output("stream", name="stdout", text=SOLUTION)
            ),
        ),
        "gives away",
    ),
    "the solution in a cell's metadata": (
        edit("exercise", lambda n: n.cells[0].metadata.update(note=SOLUTION)),
        "gives away",
    ),
    "the solution in the notebook's metadata": (
        edit("exercise", lambda n: n.metadata.update(note=[{SOLUTION: 1}])),
        "metadata give away",
    ),
    "a hidden test in a code cell": (
        edit("exercise", add(new_code_cell(f"assert {HIDDEN}"))),
        "gives away `assert math . isclose ( hypot ( *",
    ),
    "a secret that is none": (open_the_secret, "stands in given code"),
    # the exercise parses, and stops only where the student's work is missing
    "a syntax error": (
        edit("exercise", set_source(ANSWER, "def hypot(a, b):\n    return ...!")),
        "cell 5 does not parse",
    ),
    "a given cell that fails": (
        edit("exercise", set_source("import math", "import maths")),
        "stops with ModuleNotFoundError",
    ),
    "a silent zero": (
        edit("exercise", set_source(ANSWER, "def hypot(a, b):\n    return 0")),
        "has no function that raises",
    ),
    "a zero before the stop": (
        edit(
            "exercise",
            set_source(
                ANSWER,
                "def hypot(a, b):\n    if a == 0:\n        return b\n    raise NotImplementedError()",
            ),
        ),
        "may return before it raises",
    ),
    "an answer that is no function": (
        edit("exercise", set_source(ANSWER, "answer = None")),
        "holds `answer = None`, and every answer is a function",
    ),
    "an answer in words": (
        edit("exercise", add(new_markdown_cell("YOUR ANSWER HERE", metadata=WRITTEN))),
        "an answer in words",
    ),
    "a test that nothing can fail": (
        edit("exercise", set_source("mason", "assert True")),
        "passes before anything is solved",
    ),
    "a test that fails otherwise": (
        edit("exercise", set_source("mason", "assert hypot is None")),
        "stops with AssertionError",
    ),
    # every notebook belongs to a chapter
    "a notebook of nobody": (
        lambda course: (course.root / "lectures" / "09_lost.ipynb").touch(),
        "lectures/09_lost.ipynb belongs to no chapter",
    ),
    "a chapter without a lecture": (
        lambda course: course.chapters[0].lecture_source.unlink(),
        "01_tiny has no lecture",
    ),
    "a chapter without an assignment": (
        lambda course: course.chapters[0].solution_source.unlink(),
        "01_tiny has no assignment",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_chapter_is_noticed(name: str, built: Course):
    spoil, message = SPOILS[name]
    spoil(built)
    course = read_course(built.root)
    found = complaints(course, course.chapters[0]) + strays(course)
    assert any(message in complaint for complaint in found), found


def test_the_tiny_chapter_itself_is_clean(built: Course):
    assert complaints(built, built.chapters[0]) + strays(built) == []


def test_what_a_reader_leaves_in_a_notebook_is_no_difference(built: Course):
    """Outputs, time stamps, ids and the kernel's version change whenever JupyterLab saves a lecture."""
    path = built.chapters[0].lecture
    notebook = notebooks.read(path)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"renamed-{number}"
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    cell_with(notebook, "left = 1 + 2").outputs = []
    notebook.metadata.language_info = {"name": "python", "version": "3.13.0"}
    nbformat.write(notebook, path)
    assert complaints(built, built.chapters[0]) == []
