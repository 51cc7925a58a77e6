"""A gradebook with one assignment of two questions, and a person's marks and comments in it."""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from unittest import mock

from nbgrader.api import Gradebook, SubmittedNotebook

ASSIGNMENT, NOTEBOOK = "01_tiny", "tiny"


@contextmanager
def book(folder: Path):
    """A gradebook in the folder, with two tests (2 and 3 points) and an essay (5 points)."""
    path = folder / "gradebook.db"
    if not path.exists():
        shutil.copyfile(_empty_book(), path)
    with Gradebook(f"sqlite:///{path}") as gradebook:
        yield gradebook


@cache
def _empty_book() -> Path:
    """The gradebook without students: a new one takes alembic a second, which nbgrader calls by its name."""
    path = Path(tempfile.mkdtemp()) / "gradebook.db"
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with mock.patch.dict(os.environ, PATH=beside), Gradebook(f"sqlite:///{path}") as gradebook:
        gradebook.add_assignment(ASSIGNMENT)
        gradebook.add_notebook(NOTEBOOK, ASSIGNMENT)
        for name, points in [("essay", 5), ("add_test", 3), ("double_test", 2)]:
            facts = {"max_score": points, "cell_type": "code"}
            gradebook.add_grade_cell(name, NOTEBOOK, ASSIGNMENT, **facts)
        for name in ("double", "add", "essay"):
            gradebook.add_solution_cell(name, NOTEBOOK, ASSIGNMENT)
    return path


def hand_in(gradebook: Gradebook, student: str, **points: float | None) -> SubmittedNotebook:
    """A graded submission; an essay without points waits for a person."""
    gradebook.update_or_create_student(student)
    when = datetime(2031, 5, 4, 22, 0)
    with gradebook.db.no_autoflush:  # else nbgrader's own code warns of itself
        gradebook.add_submission(ASSIGNMENT, student, timestamp=when)
    for name, earned in {"double_test": 2, "add_test": 3, "essay": 5, **points}.items():
        grade = gradebook.find_grade(name, NOTEBOOK, ASSIGNMENT, student)
        grade.auto_score, grade.needs_manual_grade = earned, earned is None
    gradebook.db.commit()
    return gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student)


def mark_by_hand(gradebook: Gradebook, student: str, name: str, points: float) -> None:
    """What Formgrader does when a person types a mark."""
    grade = gradebook.find_grade(name, NOTEBOOK, ASSIGNMENT, student)
    grade.manual_score, grade.needs_manual_grade = points, False
    gradebook.db.commit()
