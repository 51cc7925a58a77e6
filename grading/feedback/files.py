"""The feedback folder: a page for each graded notebook, where nbgrader looks for it."""

import logging
import os
import secrets
import shutil
from pathlib import Path

import nbformat
from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook

from grading import pages, record
from grading.course import GradingError
from grading.feedback.page import Points, feedback_page
from grading.record import Record
from grading.report.entries import needs_person, never_ran, waits

# nbgrader's release_feedback reads both; it stops where one is missing.
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"


def write_feedback(
    gradebook: Gradebook, graded_folder: Path, feedback_folder: Path, assignment: str
) -> list[Path]:
    """Write feedback/STUDENT/ASSIGNMENT/NAME.html for every graded notebook, each whole or not at all.

    Marks and comments are the gradebook's as they are now: write the pages again after marking by hand.

    Args:
        gradebook: nbgrader's database, open.
        graded_folder, feedback_folder: nbgrader's folders, with STUDENT/ASSIGNMENT below.
        assignment: its name.

    Returns:
        The pages, by student.

    Raises:
        nbgrader.api.MissingEntry: the gradebook has no such assignment.
        GradingError: some pages could not be made; the others are written.
    """
    facts = gradebook.find_assignment(assignment)
    submissions = sorted(facts.submissions, key=lambda submission: submission.student_id)
    written, failed = [], []
    for submission in submissions:
        student = submission.student_id
        graded, folder = (
            stage / student / assignment for stage in (graded_folder, feedback_folder)
        )
        try:
            pages_here = _write_pages(facts, submission, graded, folder)
            if pages_here:
                _write_stamps(submission, graded, folder)
            written += pages_here
        except Exception:  # whatever one submission brings about: the others' pages are written
            logging.getLogger(__name__).exception("%s: no feedback page could be made", student)
            failed.append(student)
    if failed:
        names = ", ".join(failed)
        raise GradingError(f"No feedback page could be made for {names}; all others are written.")
    return written


def _write_pages(
    facts: Assignment, submission: SubmittedAssignment, graded: Path, folder: Path
) -> list[Path]:
    known = record.read(graded)
    written = []
    for notebook in submission.notebooks:
        executed = graded / f"{notebook.name}.ipynb"
        if executed.is_file():
            page = page_of(facts, submission, notebook, known, executed)
            written.append(folder / f"{notebook.name}.html")
            pages.write(page, written[-1])
    return written


def page_of(
    facts: Assignment,
    submission: SubmittedAssignment,
    notebook: SubmittedNotebook,
    known: Record | None,
    executed: Path,
) -> str:
    """The page of one executed notebook, with its marks and comments as the gradebook has them now."""
    person = submission.student
    name = " ".join(filter(None, [person.first_name, person.last_name])) or person.id
    withheld = bool(known and known.flags) and needs_person(submission, known)
    return feedback_page(
        nbformat.read(executed, as_version=4),
        known.tests if known else [],
        name,
        _marks(notebook, withheld),
        {comment.name: comment.manual_comment or "" for comment in notebook.comments},
        title=facts.name,
        penalty=notebook.late_submission_penalty or 0.0,
        notes=known.notes if known else [],
        withheld=withheld,
        fault=known.reason if known and never_ran(known) else "",
    )


def _marks(notebook: SubmittedNotebook, withheld: bool) -> dict[str, Points]:
    """Each cell's points; None where a person has yet to give them, or has yet to look at a finding."""
    return {
        grade.name: (None if withheld or waits(grade) else grade.score, grade.max_score)
        for grade in notebook.grades
    }


def _write_stamps(submission: SubmittedAssignment, graded: Path, folder: Path) -> None:
    """Beside the pages, what came through nbgrader's exchange; for others a secret of their own, so that nobody finds the page."""
    when = submission.timestamp
    missing = {
        STAMP: when.strftime("%Y-%m-%d %H:%M:%S.%f UTC") if when else "",
        SECRET: secrets.token_hex(64),
    }
    for name, text in missing.items():
        if (graded / name).is_file() and not (graded / name).is_symlink():
            shutil.copyfile(graded / name, folder / f".{name}")
            os.replace(folder / f".{name}", folder / name)
        elif not (folder / name).is_file():
            pages.write(text, folder / name)
