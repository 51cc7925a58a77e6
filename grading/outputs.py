"""Where an assignment's report, table and feedback pages lie, and how they are made from a course."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_solution

from grading import feedback, report
from grading.course import CourseFolder, GradingError, not_released
from grading.log import logging_to
from grading.report.entries import Entry, entries
from grading.similar import Pair, similar


def write_report(course: CourseFolder, assignment: str) -> Path:
    """Write the page and the table beside it; returns the page."""
    path = report_path(course, assignment)
    found = entries_of(course, assignment)
    alike = _alike(course, assignment, found)
    report.write_report(found, assignment, path, path.with_suffix(".csv"), alike)
    return path


def write_feedback(course: CourseFolder, assignment: str) -> list[Path]:
    """Write the feedback pages of all who are graded."""
    with logging_to(course.log_file), known(course, assignment) as book:
        folders = course.stage("autograded"), course.stage("feedback")
        return feedback.write_feedback(book, *folders, assignment)


def report_path(course: CourseFolder, assignment: str) -> Path:
    """Where the assignment's report lies: beside the gradebook."""
    return course.gradebook.parent / "reports" / f"{assignment}.html"


def entries_of(course: CourseFolder, assignment: str) -> list[Entry]:
    """What is known of each student's submission, by the student's name."""
    with known(course, assignment) as book:
        folders = course.stage("autograded"), course.stage("feedback")
        return entries(book, *folders, assignment, course.students(assignment))


@contextmanager
def known(course: CourseFolder, assignment: str) -> Iterator[Gradebook]:
    """The gradebook, which has the assignment.

    Raises:
        GradingError: it has not.
    """
    with course.open_gradebook() as book:
        try:
            book.find_assignment(assignment)
        except MissingEntry as missing:
            course.notebook_name(assignment)  # says so where there is no such assignment at all
            raise GradingError(not_released(assignment)) from missing
        yield book


def _alike(course: CourseFolder, assignment: str, found: list[Entry]) -> list[Pair]:
    """Submissions whose answers look alike."""
    answers = {}
    for entry in found:
        path = course.notebook("autograded", entry.student, assignment)
        if entry.record and path.is_file():
            cells = nbformat.read(path, as_version=4).cells
            written = [cell for cell in cells if cell.cell_type == "code" and is_solution(cell)]
            answers[entry.student] = "\n".join(cell.source for cell in written)
    given = [cell.source for cell in course.release(assignment).cells if cell.cell_type == "code"]
    return similar(answers, "\n".join(given))
