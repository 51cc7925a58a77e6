"""Who is in the class: a table that a learning platform or a person wrote, and which name in a download is whose."""

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from grading.course import GradingError
from grading.intake.text import decode

# A column may be called any of these, in any case, with or without spaces. Of several the first that is filled counts.
COLUMNS = {
    "id": [
        *("studentid", "nbgraderid", "id", "username", "loginid", "login", "sisloginid"),
        *("idnumber", "studentnumber", "matriculationnumber", "sisuserid", "email", "emailaddress"),
    ],
    "first_name": ["firstname", "givenname", "givennames", "forename", "vorname", "prenom"],
    "last_name": ["lastname", "surname", "familyname", "nachname", "nom"],
    "full_name": ["fullname", "name", "displayname", "student", "studentname"],
    "email": ["email", "emailaddress", "mail"],
    "lms_id": ["lmsuserid", "lmsid", "canvasid", "canvasuserid", "moodleid"],
    "participant": ["identifier"],
    "account": ["username", "login", "loginid", "sisloginid", "email", "emailaddress"],
    "submitted": ["lastmodifiedsubmission"],
}
OF_CANVAS = {"sisloginid", "sisuserid"}  # beside these, "ID" is Canvas's own number
UNSAFE = set('/\\:*?"<>|[],')  # in folders' names, and in what nbgrader looks for them with
NUMBERS = (
    "give the platform's number in the roster (Canvas: lms_user_id; Moodle: its grading worksheet)"
)


@dataclass(frozen=True)
class Student:
    """A line of the roster.

    Args:
        id: nbgrader's name of the student, and of the folder.
        lms_id: the learning platform's number, the same in every assignment.
        participant: Moodle's number in one assignment, from its grading worksheet.
        account: the name to log in with.
        submitted: when the platform says the assignment was handed in, as it writes it.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    participant: str = ""
    account: str = ""
    submitted: str = ""


def read_roster(path: Path) -> list[Student]:
    """The class. A line without an id, such as Canvas's line of points, is none of a student.

    Raises:
        GradingError: the file cannot be read or lacks what is needed, in one sentence.
    """
    table = _table(path)
    start = int(table[0][:1] == ["sep="])  # Excel's own first line, which only names the delimiter
    header, *lines = table[start:] or [[]]
    columns = [letters(cell) for cell in header]
    if OF_CANVAS & set(columns):
        columns = ["canvasid" if column == "id" else column for column in columns]
    _check_columns(columns, path)
    students: dict[str, Student] = {}
    for number, line in enumerate(lines, start + 2):
        student = _student(dict(zip(columns, map(str.strip, line), strict=False)))
        if student.id:
            _check_id(student, students, f"The roster {path}, line {number}:")
            students[student.id] = student
    return [*students.values()]


def _table(path: Path) -> list[list[str]]:
    """The cells of a file of commas, semicolons or tabs, in whatever encoding a spreadsheet saved it."""
    try:
        data = path.read_bytes()
        if data.startswith(b"PK\x03\x04"):
            raise GradingError(
                f"The roster {path} is a spreadsheet program's own file: save it as CSV."
            )
        text, _ = decode(data)
        first = next(iter(text.splitlines()), "")
        delimiter = max(",;\t", key=first.count)
        return [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)] or [[]]
    except FileNotFoundError as problem:
        raise GradingError(
            f"There is no roster {path}: give its path, or leave it out."
        ) from problem
    except (OSError, csv.Error) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise GradingError(f"The roster {path} cannot be read: {why}.") from problem


def _check_columns(columns: list[str], path: Path) -> None:
    has = {field for field, names in COLUMNS.items() if set(names) & set(columns)}
    named = {"full_name", "last_name", "lms_id", "participant", "account"} & has
    if "id" not in has or not named:
        raise GradingError(
            f"The roster {path} needs a first line that names its columns, with at least id, first_name and"
            f" last_name (also good: email, lms_user_id, username); it has {', '.join(columns) or 'none'}."
        )


def _check_id(student: Student, others: dict[str, Student], where: str) -> None:
    if fault := id_fault(student.id):
        raise GradingError(f"{where} {student.id!r} cannot be a student's id: {fault}.")
    twin = others.get(student.id, student)
    if names_of(twin) != names_of(student):
        raise GradingError(f"{where} {student.id} is another student's id already.")


def id_fault(name: str) -> str:
    """Why this cannot be nbgrader's name of a student; empty where it can."""
    if not name or name.startswith(".") or len(name.encode("utf-8", "replace")) > 100:
        return "it is empty, begins with a dot or is longer than 100 bytes"
    if UNSAFE & set(name) or not name.isprintable():
        return 'it holds one of / \\ : * ? " < > | [ ] , or a control character'
    return ""


def _student(line: dict[str, str]) -> Student:
    found = {
        field: next((line[name] for name in names if line.get(name)), "")
        for field, names in COLUMNS.items()
    }
    full = found.pop("full_name")
    if not found["last_name"] and full:
        last, comma, first = full.partition(",")
        found["first_name"], found["last_name"] = (first.strip(), last) if comma else ("", full)
    found["participant"] = found["participant"].removeprefix("Participant ")
    return Student(**found)


def letters(text: str) -> str:
    """The letters and digits alone, in one case, without accents: what platforms leave of a name."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def names_of(student: Student) -> set[str]:
    """The name as platforms write it: first name first, or last name first, and which part is which is not known."""
    words = f"{student.first_name} {student.last_name}".split()
    return {letters("".join(words[at:] + words[:at])) for at in range(len(words))} - {""}


class Unknown(Exception):
    """Why a name in a download is nobody's, or not surely one student's: the end of a sentence."""


def whose(
    students: list[Student],
    name: str = "",
    account: str = "",
    lms_id: str = "",
    participant: str = "",
) -> Student:
    """The student of whom a download says as much as this.

    Raises:
        Unknown: it is none of them, or could be several.
    """
    if account:
        return _only([s for s in students if account in (s.id, s.account)], account)
    number = lms_id or participant
    numbered = [s for s in students if number and number == (s.lms_id if lms_id else s.participant)]
    named = [student for student in students if letters(name) in names_of(student)]
    if not named:
        return _only(numbered, f"{name} ({number})" if number else name)
    both = [student for student in named if student in numbered]
    if numbered and not both:
        raise Unknown(f"the roster has {number} as {numbered[0].id} and {name} as {named[0].id}")
    return _only(both or named, name)


def _only(found: list[Student], sought: str) -> Student:
    if not found:
        raise Unknown(f"the roster has no {sought}")
    if len(found) > 1:
        ids = ", ".join(student.id for student in found)
        raise Unknown(f"{sought} could be {ids}: {NUMBERS}")
    return found[0]
