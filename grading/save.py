"""Keep a graded submission: its notebook and files, then its marks in nbgrader's database, and last its record."""

import shutil
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, is_solution, is_task, parse_utc

from grading import record
from grading.course import CourseFolder
from grading.intake.files import in_the_way
from grading.intake.reading import STAMPS, TIME
from grading.record import Record


def save(
    book: Gradebook,
    course: CourseFolder,
    done: Record,
    notebook: NotebookNode,
    files: dict[str, bytes],
) -> None:
    """Keep it so that a kill at any moment leaves it either graded or to be graded again: the record comes last.

    Args:
        book: the course's gradebook, open.
        notebook: executed, without probes.
        files: what lies beside it.
    """
    folder = course.folder("autograded", done.student, done.assignment)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / record.FILE).unlink(missing_ok=True)
    stamps = _stamps(course.folder("submitted", done.student, done.assignment))
    name = course.notebook_name(done.assignment)
    ours = {record.FILE, f".{record.FILE}", name, f".{name}", *STAMPS}
    _write_folder(folder, {p: c for p, c in files.items() if not in_the_way(p, ours)} | stamps)
    _replace(folder / name, nbformat.writes(notebook).encode())
    _enter(book, done, notebook)
    take_off_lateness(book, course, done.assignment, done.student)
    record.write(done, folder)


def take_off_lateness(book: Gradebook, course: CourseFolder, assignment: str, student: str) -> None:
    """Take off what lateness costs by the deadline, the time and nbgrader's plugin as they are now.

    Args:
        book: the course's gradebook, open; it has this submission.
        assignment, student: nbgrader's names.
    """
    time = _time(_stamps(course.folder("submitted", student, assignment)))
    submission = book.update_or_create_submission(assignment, student, timestamp=time)
    for entry in submission.notebooks:
        entry.late_submission_penalty = None
    book.db.commit()
    book.db.expire_all()  # the deadline may have been changed by another process
    if submission.total_seconds_late > 0:
        _subtract(course, assignment, student)
        book.db.expire_all()  # nbgrader's step has a connection of its own


def _subtract(course: CourseFolder, assignment: str, student: str) -> None:
    """nbgrader's own step, with the plugin that the instructor chose; it looks at no cell."""
    facts = {
        "notebook": Path(course.notebook_name(assignment)).stem,
        "assignment": assignment,
        "student": student,
        "db_url": course.api.coursedir.db_url,
    }
    step = AssignLatePenalties(config=course.config)
    step.preprocess(new_notebook(), {"nbgrader": facts})


def _enter(book: Gradebook, done: Record, notebook: NotebookNode) -> None:
    """Write the marks. What a person gave or wrote by hand stays."""
    book.update_or_create_student(done.student)
    submission = book.update_or_create_submission(done.assignment, done.student)
    entry: SubmittedNotebook = submission.notebooks[0]
    points = {test.name: test.points for test in done.tests}
    cells = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    unanswered = {name for name, cell in cells.items() if _unanswered(cell)}
    with book.db.no_autoflush:
        for grade in entry.grades:
            automatic = points.get(grade.name, 0 if grade.name in unanswered else None)
            grade.auto_score = None if done.flags else automatic
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
        for comment in entry.comments:
            comment.auto_comment = "No response." if comment.name in unanswered else None
    book.db.commit()


def _stamps(handed_in: Path) -> dict[str, bytes]:
    """nbgrader's files beside what was handed in, of which nothing is believed."""
    paths = [handed_in / name for name in STAMPS]
    plain = [path for path in paths if path.is_file() and not path.is_symlink()]
    return {path.name: path.read_bytes() for path in plain if path.stat().st_size < 1000}


def _time(stamps: dict[str, bytes]) -> datetime | None:
    """When it was handed in; None where no time is told."""
    try:
        return parse_utc(stamps[TIME].decode().strip())
    except (KeyError, ValueError, OverflowError):  # dateutil's errors are ValueErrors too
        return None


def _unanswered(cell: NotebookNode) -> bool:
    untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return is_solution(cell) and untouched and not is_task(cell)


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Make these the folder's files; those that lay there are nbgrader's, and read-only, or ours from before."""
    for path in folder.iterdir():
        path.chmod(0o755 if path.is_dir() and not path.is_symlink() else 0o644)
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
