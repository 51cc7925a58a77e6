"""The class as a person or a platform wrote it down, and whose name is whose."""

from pathlib import Path

import pytest

from grading.course import GradingError
from grading.intake.roster import Student, Unknown, read_roster, whose
from tests.grading.intake.downloads import zipped

ADA = Student("ada", "Ada", "Lovelace", lms_id="4711")
BOB = Student("bob", "Bob", "O'Brien-Müller", account="bob@example.org", participant="17")
CLASS = [ADA, BOB]


def roster(folder: Path, text: str | bytes) -> list[Student]:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (
            "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,a@x.org,4711\n",
            Student("ada", "Ada", "Lovelace", "a@x.org", "4711", account="a@x.org"),
        ),
        (
            "First name;Last name;ID number;Email address\nAda;Lovelace;0042;a@x.org\n",
            Student("0042", "Ada", "Lovelace", "a@x.org", account="a@x.org"),
        ),
        (
            "Vorname\tNachname\tUsername\nZoë\tKovač\tzoe\n",
            Student("zoe", "Zoë", "Kovač", account="zoe"),
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (7)\n"
            '    Points Possible,,,,,20\n"Lovelace, Ada",4711,S42,ada,1,\n',
            Student("ada", "Ada", "Lovelace", lms_id="4711", account="ada"),
        ),
        (
            "Identifier,Full name,ID number,Email address,Status,Grade,Last modified (submission)\n"
            'Participant 17,Ada Lovelace,,a@x.org,Submitted,,"Sunday, 1 March 2026, 10:05 PM"\n',
            Student(
                *("a@x.org", "", "Ada Lovelace", "a@x.org"),
                participant="17",
                account="a@x.org",
                submitted="Sunday, 1 March 2026, 10:05 PM",
            ),
        ),
    ],
    ids=["nbgrader", "Moodle participants", "tabs", "Canvas gradebook", "Moodle worksheet"],
)
def test_headers_are_found_leniently(tmp_path: Path, text: str, student: Student):
    assert roster(tmp_path, text) == [student]
    assert roster(tmp_path, text.encode("utf-8-sig")) == [student]
    assert roster(tmp_path, text.replace("\n", "\r\n").encode("utf-16")) == [student]


def test_a_spreadsheet_in_an_old_encoding(tmp_path: Path):
    (student,) = roster(tmp_path, "id;name\nzoe;Zoë Müller\n".encode("cp1252"))
    assert student.last_name == "Zoë Müller"


@pytest.mark.parametrize("sep", ",;\t")
def test_excels_line_of_the_delimiter_is_no_header(tmp_path: Path, sep: str):
    text = f"sep={sep}\r\nid{sep}name\r\nada{sep}Ada\r\n"
    assert [student.id for student in roster(tmp_path, text)] == ["ada"]
    with pytest.raises(GradingError, match=r"line 4: 'a\*' cannot be"):
        roster(tmp_path, f"{text}a*{sep}Ada\r\n")
    with pytest.raises(GradingError, match="it has none"):
        roster(tmp_path, f"sep={sep}\r\n")


def test_a_workbook_is_no_table(tmp_path: Path):
    with pytest.raises(GradingError, match="own file: save it as CSV"):
        roster(tmp_path, zipped({"xl/workbook.xml": b"<x/>"}))


def test_lines_of_nobody_are_left_out_and_a_student_twice_is_one(tmp_path: Path):
    assert len(roster(tmp_path, "id,name\nada,Ada L\n\n,x\nada,Ada L\nbob\n")) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "needs a first line that names its columns, with at least id, first_name and last_name",
        ),
        ("ada,Ada,Lovelace\n", "it has ada, ada, lovelace"),
        ("id,section\nada,1\n", "it has id, section"),
        ("first_name,last_name\nAda,Lovelace\n", "it has firstname, lastname"),
        (
            "id,name\nada,Ada\n../bob,Bob\n",
            "line 3: '../bob' cannot be a student's id: it is empty, begins",
        ),
        ("id,name\nada/..,Ada\n", "line 2: 'ada/..' cannot be a student's id: it holds one of /"),
        ("id,name\na*,Ada\n", "line 2: 'a*' cannot be a student's id"),
        ("id,name\nada,Ada\nada,Bob\n", "line 3: ada is another student's id already"),
        ("id,name\nada," + "x" * 200_000, "cannot be read: field larger than field limit"),
    ],
)
def test_a_roster_that_lacks_what_is_needed(tmp_path: Path, text: str, said: str):
    with pytest.raises(GradingError) as told:
        roster(tmp_path, text)
    assert said in str(told.value) and str(told.value).count("\n") == 0


def test_a_roster_that_is_not_there(tmp_path: Path):
    with pytest.raises(GradingError, match="There is no roster .*roster.csv: give its path, or"):
        read_roster(tmp_path / "roster.csv")
    with pytest.raises(GradingError, match="cannot be read: Is a directory"):
        read_roster(tmp_path)


@pytest.mark.parametrize(
    ("known", "student"),
    [
        ({"name": "Ada Lovelace"}, ADA),
        ({"name": "LOVELACE Ada"}, ADA),
        ({"name": "lovelaceada"}, ADA),
        ({"name": "Bob O’Brien-Muller"}, BOB),
        ({"name": "obrienmüllerbob", "lms_id": "99"}, BOB),
        ({"name": "Bob O'Brien-Mu\u0308ller"}, BOB),
        ({"name": "Countess of L", "lms_id": "4711"}, ADA),
        ({"name": "Participant", "participant": "17"}, BOB),
        ({"account": "ada"}, ADA),
        ({"account": "bob@example.org"}, BOB),
    ],
)
def test_whose(known: dict[str, str], student: Student):
    assert whose(CLASS, **known) == student


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"name": "Eve"}, "the roster has no Eve"),
        ({"name": "Eve", "participant": "4711"}, "the roster has no Eve (4711)"),
        ({"name": "Eve", "lms_id": "17"}, "the roster has no Eve (17)"),
        ({"name": "", "lms_id": ""}, "the roster has no "),
        ({"name": "Bob O'Brien-Müller", "lms_id": "4711"}, "the roster has 4711 as ada and Bob"),
        ({"account": "Ada"}, "the roster has no Ada"),
    ],
)
def test_whose_is_never_guessed(known: dict[str, str], said: str):
    with pytest.raises(Unknown) as told:
        whose(CLASS, **known)
    assert str(told.value).startswith(said)


def test_of_two_students_with_one_name_the_number_tells():
    twins = [Student("a1", "Ali", "Ahmed", lms_id="1"), Student("a2", "Ahmed", "Ali", lms_id="2")]
    assert whose(twins, "Ali Ahmed", lms_id="2").id == "a2"
    with pytest.raises(Unknown, match="Ali Ahmed could be a1, a2: give the platform's number"):
        whose(twins, "Ali Ahmed")
