"""Run nbgrader over a course folder: generate, grade each submission, feedback, marks as a table."""

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import (
    Autograde,
    BaseConverter,
    GenerateAssignment,
    GenerateFeedback,
    NbGraderException,
)
from nbgrader.utils import temp_attrs
from traitlets.config import Config

from grading.log import logging_to
from grading.reasons import clean, reason_of
from grading.settings import limit_autograding


class GradingError(Exception):
    """What keeps a class from being graded, said in one sentence."""


@dataclass(frozen=True)
class Row:
    """One submission, graded: its mark of so many points (None: no mark could be given), and why, in one sentence."""

    student: str
    mark: float | None
    of: float
    reason: str


class CourseFolder:
    """A folder with nbgrader's own layout: source, release, submitted, autograded, feedback, gradebook.db.

    Args:
        root: the folder.
        limits: settings of `LimitedExecute` that differ from its defaults, such as {"timeout": 10}.
    """

    def __init__(self, root: Path, limits: dict[str, int] | None = None):
        self.root = root.resolve()
        self.log_file = self.root / "nbgrader.log"
        self.api = NbGraderAPI(config=_settings(self.root, limits or {}))

    @property
    def gradebook(self) -> Path:
        """The file of nbgrader's database."""
        return self.root / "gradebook.db"

    def notebook(self, stage: str, student: str, assignment: str) -> Path:
        """Where the assignment's notebook lies in a stage: source or release (student "."), submitted, autograded."""
        (source,) = (self.root / "source" / assignment).glob("*.ipynb")
        return self.root / stage / student / assignment / source.name

    def generate(self, assignment: str) -> None:
        """Make release/ from source/, and enter the assignment in the gradebook.

        Raises:
            GradingError: nbgrader refuses the assignment.
        """
        with self._nbgrader(assignment_id=assignment):
            try:
                self._run(GenerateAssignment, force=True, create_assignment=True)
            except NbGraderException as refusal:
                raise GradingError(
                    f"nbgrader refuses {assignment}: {clean(refusal)} (log: {self.log_file})"
                ) from refusal

    def students(self, assignment: str) -> list[str]:
        """Who has a folder for this assignment in submitted/."""
        return sorted(folder.parent.name for folder in self.root.glob(f"submitted/*/{assignment}/"))

    def grade(self, assignment: str) -> Iterator[Row]:
        """Grade every submission of submitted/, one row each as it is done. No submission stops the others."""
        for student in self.students(assignment):
            with self._nbgrader(assignment_id=assignment, student_id=student):
                row = self._grade_one(student, assignment)
            yield row

    def feedback(self, assignment: str) -> Path:
        """Write a feedback page for every graded submission; returns their folder."""
        with self._nbgrader(assignment_id=assignment):
            self._run(GenerateFeedback, force=True)
        return self.root / "feedback"

    def _grade_one(self, student: str, assignment: str) -> Row:
        handed_in = self.notebook("submitted", student, assignment)
        fault = unreadable(handed_in)
        if fault:
            with Gradebook(self.api.coursedir.db_url) as book:
                book.update_or_create_student(student)
                return Row(student, 0.0, book.find_assignment(assignment).max_score, fault)
        try:
            self._run(Autograde, force=True, create_student=True)
        except NbGraderException:
            return self._ungraded(student, assignment)
        done = nbformat.read(self.notebook("autograded", student, assignment), as_version=4)
        with Gradebook(self.api.coursedir.db_url) as book:
            entry = book.find_submission(assignment, student)
            return Row(student, entry.score, entry.max_score, reason_of(done))

    def _ungraded(self, student: str, assignment: str) -> Row:
        with Gradebook(self.api.coursedir.db_url) as book:
            of = book.find_assignment(assignment).max_score
        return Row(
            student, None, of, f"nbgrader could not grade it: look for {student} in {self.log_file}"
        )

    def _run(self, converter: type[BaseConverter], **options: bool) -> None:
        """Run one of nbgrader's converters. Not by NbGraderAPI's methods: they swallow Ctrl-C."""
        step = converter(coursedir=self.api.coursedir, parent=self.api)
        for name, value in options.items():
            setattr(step, name, value)
        step.start()

    @contextmanager
    def _nbgrader(self, **ids: str):
        """nbgrader set to an assignment and a student; what it says goes to the log file."""
        with temp_attrs(self.api.coursedir, **ids), logging_to(self.log_file):
            yield


def unreadable(path: Path) -> str:
    """Why this file is no notebook, in a sentence that its author can act on; empty when it is one."""
    if not path.is_file():
        return f"no {path.name} was handed in"
    try:
        nbformat.read(path, as_version=4)
    except (json.JSONDecodeError, UnicodeDecodeError, nbformat.reader.NotJSONError):
        return f"{path.name} is damaged (cut off, or no notebook): hand it in again"
    except Exception as problem:  # whatever a stranger's file brings nbformat to
        return f"{path.name} is no valid notebook ({clean(problem)}): hand it in again"
    return ""


def write_csv(rows: list[Row], path: Path) -> None:
    """Write the rows as a table with one header line."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(astuple(row) for row in rows)


def _settings(root: Path, limits: dict[str, int]) -> Config:
    beside = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ["PATH"]
    settings = Config()
    settings.CourseDirectory.root = str(root)
    settings.CourseDirectory.course_id = "course"
    settings.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    settings.Exchange.root = str(root / "exchange")
    settings.HTMLExporter.template_name = "feedback"
    limit_autograding(settings)
    settings.LimitedExecute.update(limits)
    (root / "exchange").mkdir(parents=True, exist_ok=True)
    return settings
