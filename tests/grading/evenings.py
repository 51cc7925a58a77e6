"""A released course of the tiny assignment, hand-ins for it, and what the gradebook says of them."""

import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import nbformat

from grading import record
from grading.course import CourseFolder
from grading.record import Record
from grading.run import Run

ASSIGNMENT = "01_tiny"
LIMITS = {"timeout": 10, "memory_limit": 1000}
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "add": "def add(a, b):\n    return a + b",
}
WRONG_ADD = RIGHT | {"add": "def add(a, b):\n    return a - b"}


class Inline(Executor):
    """Runs a task where it is submitted, and remembers how many."""

    ran = 0

    def submit(self, function, /, *args, **kwargs) -> Future:
        self.ran += 1
        future = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as problem:
            future.set_exception(problem)
        return future


def release(root: Path, repository: Path, **limits) -> CourseFolder:
    """A course with the tiny assignment in its gradebook, and nobody's hand-in."""
    course = CourseFolder(root, LIMITS | limits)
    shutil.copytree(repository / "solutions" / ASSIGNMENT, course.root / "source" / ASSIGNMENT)
    course.generate(ASSIGNMENT)
    return course


def hand_in(course: CourseFolder, student: str, answers: dict[str, str] = RIGHT) -> Path:
    """The released notebook with these answers; its folder."""
    notebook = course.release(ASSIGNMENT)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    path = course.notebook("submitted", student, ASSIGNMENT)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path.parent


def grade(course: CourseFolder, again: bool = False) -> tuple[dict[str, Record], int]:
    """Grade everybody in this process: the records by student, and how many submissions ran."""
    executor = Inline()
    students = course.students(ASSIGNMENT)
    done = list(Run(course, ASSIGNMENT).grade(students, lambda: executor, 1, again))
    return {row.student: row for row in done}, executor.ran


def marks(course: CourseFolder) -> dict[str, dict[str, float | None]]:
    """What the gradebook says: each student's automatic points by test."""
    with course.open_gradebook() as book:
        submissions = book.find_assignment(ASSIGNMENT).submissions
        return {
            submission.student_id: {g.name: g.auto_score for g in submission.notebooks[0].grades}
            for submission in submissions
        }


def rows(course: CourseFolder) -> dict[str, tuple]:
    """All that a run leaves behind about each student, but its costs."""
    points = marks(course)
    found = {}
    for student in course.students(ASSIGNMENT):
        row = record.read(course.folder("autograded", student, ASSIGNMENT))
        found[student] = points[student], replace(row, seconds=0, mebibytes=0)
    return found
