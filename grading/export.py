"""Marks as a file that a learning platform's gradebook imports, or as a plain table.

Sources: Moodle's `grade/import/csv` (any columns; a person maps them) and `mod/assign/feedback/offline` (a grading worksheet:
Identifier, Grade and Last modified (grade), by these names); Canvas's `lib/gradebook_importer.rb` (Student, ID, SIS User ID,
SIS Login ID, Section in this order, then assignments, and a line of points).
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from grading import pages, tables
from grading.course import GradingError
from grading.intake.roster import Student
from grading.report.entries import Entry

Row = list[object]
MOODLE = ["Full name", "Username", "Email address", "Grade"]
WORKSHEET = ["Identifier", *MOODLE, "Last modified (grade)"]
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]  # then the assignment
PLAIN = ["student", "name", "email"], ["of", "late penalty"]  # the assignment between them


def export(
    entries: Sequence[Entry],
    to: Literal["moodle", "canvas", "csv"],
    path: Path,
    assignment: str,
    roster: Iterable[Student] = (),
) -> list[str]:
    """Write the marks of an assignment. What has no final mark is an empty cell.

    Moodle finds students by e-mail address, by username or, in a worksheet, by identifier; Canvas by ID, else by SIS Login ID,
    else by name.

    Args:
        entries: the class.
        to: whose format.
        path: the file.
        assignment: the column's title: for Canvas "Name (12345)" as its own export writes it, else a new assignment is made.
        roster: the platform's numbers and accounts; without it students go by nbgrader's name.

    Returns:
        What the instructor must know, a sentence each: whose mark is missing and why, and whom the roster does not know.

    Raises:
        GradingError: something else lies where the file is to be.
    """
    _demand_place(path)
    known = {student.id: student for student in roster}
    make = {"moodle": _moodle, "canvas": _canvas, "csv": _plain}[to]
    people = [(entry, known.get(entry.student) or _unlisted(entry)) for entry in entries]
    tables.write_csv(path, make(people, assignment), "utf-8-sig" if to == "csv" else "utf-8")
    return [*_without_mark(entries, to), *_strangers(entries, known)]


def _demand_place(path: Path) -> None:
    """Nothing is overwritten but an earlier export: a name is soon typed wrong."""
    if path.is_dir():
        raise GradingError(f"{path} is a folder: name a file in it.")
    if path.exists() and not _is_export(path):
        raise GradingError(f"{path} is there already and no export of marks: name another file.")


def _is_export(path: Path) -> bool:
    """Whether the file's first line is one that this module writes."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        start = file.readline(10_000)
    try:
        header = next(csv.reader([start]), [])
    except csv.Error:
        return False
    plain = (header[:3], header[4:]) == PLAIN
    return header in (MOODLE, WORKSHEET) or header[:-1] == CANVAS or plain


def _unlisted(entry: Entry) -> Student:
    return Student(entry.student, email=entry.email, account=entry.student)


def _moodle(people: list[tuple[Entry, Student]], assignment: str) -> Iterable[Row]:
    """For Grades > Import > CSV file; with a worksheet's identifiers also for the assignment's Upload grading worksheet."""
    worksheet = any(student.participant for _, student in people)
    yield WORKSHEET if worksheet else MOODLE
    for entry, student in people:
        who = [entry.name, student.account or student.id, student.email or entry.email]
        number = student.participant
        number = f"Participant {number}" if number.isdigit() else number
        yield [number, *who, entry.final, None] if worksheet else [*who, entry.final]


def _canvas(people: list[tuple[Entry, Student]], assignment: str) -> Iterable[Row]:
    """For Grades > Import."""
    yield [*CANVAS, assignment]
    of = max((entry.of for entry, _ in people), default=0.0)
    yield ["Points Possible", None, None, None, None, of]
    for entry, student in people:
        login = student.account or student.id
        yield [entry.name, student.lms_id, None, login, None, entry.final]


def _plain(people: list[tuple[Entry, Student]], assignment: str) -> Iterable[Row]:
    yield [*PLAIN[0], assignment, *PLAIN[1]]
    for entry, student in people:
        email = student.email or entry.email
        yield [entry.student, entry.name, email, entry.final, entry.of, entry.penalty]


def _without_mark(entries: Sequence[Entry], to: str) -> list[str]:
    """Who has an empty cell, and once what the platform makes of it."""
    notes = []
    for entry in entries:
        if entry.final is None:
            why = pages.one_line(_why_empty(entry), 150)
            notes.append(f"{pages.one_line(entry.name, 60)} has an empty cell: {why}.")
    if notes and to != "csv":
        platform = to.capitalize()
        notes.append(
            f"In an import of its gradebook {platform} takes an empty cell for no mark: one that it has already is removed."
        )
    return notes


def _why_empty(entry: Entry) -> str:
    if entry.record and entry.record.flags:
        return f"waits for a person: {entry.record.flags[0]}"
    if entry.needs_person:
        return f"waits for a person: a mark by hand is missing ({entry.reason})"
    return entry.reason


def _strangers(entries: Sequence[Entry], known: dict[str, Student]) -> list[str]:
    """Whom a roster, where there is one, does not know."""
    missing = [entry.student for entry in entries if known and entry.student not in known]
    if not missing:
        return []
    names = ", ".join(pages.one_line(name, 60) for name in missing)
    return [f"The roster does not know {names}: see that the platform finds them."]
