"""What Moodle's and Canvas's importers find in our files, by the rules that they read by."""

import csv
import re
from pathlib import Path

import pytest

from grading.course import GradingError
from grading.export import export
from grading.intake.roster import Student
from grading.record import Record
from grading.report import Entry

CLASS = [
    Entry("ada", "Ada Lovelace", 18.5, 20, email="ada@example.org"),
    Entry("bob", "Bob; =1+1", 20, 20, penalty=1.0),
    Entry("eve", "=cmd|' /C calc'!A0", 0, 20, needs_person=True, record=Record("eve", "a", "k", "passed all 8 tests")),
    Entry("zoe", "Zoë Gödel", None, 20),
]  # fmt: skip
ROSTER = [
    Student("ada", email="a.lovelace@example.org", lms_id="4711", participant="11", account="al17"),
    Student("bob", email="bob@example.org", lms_id="4712", participant="12", account="bb18"),
    Student("eve", email="@eve", lms_id="4713", participant="13", account="ee19"),
]
WAITS = "=cmd|' /C calc'!A0 has an empty cell: waits for a person: a mark by hand is missing (passed all 8 tests)."
NOTHING = "Zoë Gödel has an empty cell: nothing was handed in."


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def written(tmp_path: Path, to: str, roster=(), column="Exercise 2 (12345)"):
    notes = export(CLASS, to, tmp_path / "marks.csv", column, roster)
    return table(tmp_path / "marks.csv"), notes


@pytest.mark.parametrize("to", ["moodle", "canvas", "csv"])
def test_no_cell_is_a_formula(tmp_path: Path, to: str):
    rows, _ = written(tmp_path, to, ROSTER)
    cells = [cell for row in rows for cell in row.values()]
    assert not any(re.match(r"[=+\-@\t\r]", cell) or ";=" in cell for cell in cells)


@pytest.mark.parametrize("to", ["moodle", "canvas", "csv"])
def test_who_has_no_mark_is_named(tmp_path: Path, to: str):
    _, notes = written(tmp_path, to)
    assert notes[:2] == [WAITS, NOTHING]
    assert [to.capitalize() in note for note in notes[2:]] == [True] * (to != "csv")


def test_who_is_flagged_or_not_graded_yet_is_told_so(tmp_path: Path):
    flagged = Record("eve", "a", "k", "passed all 8 tests", flags=["it patched assert", "more"])
    people = [
        Entry("eve", "Eve", 0, 20, needs_person=True, record=flagged),
        Entry("zoe", "Zoë", None, 20, handed_in=True),
    ]
    assert export(people, "csv", tmp_path / "marks.csv", "a") == [
        "Eve has an empty cell: waits for a person: it patched assert.",
        "Zoë has an empty cell: handed in, not graded yet.",
    ]


@pytest.mark.parametrize("to", ["moodle", "canvas", "csv"])
def test_only_an_export_is_overwritten(tmp_path: Path, to: str):
    path = tmp_path / "marks.csv"
    for others in ((), ROSTER, ()):
        export(CLASS, to, path, "a", others)
    before = path.read_bytes()
    for more in (b"x,", b"id,", b'"'):
        path.write_bytes(more + before)
        with pytest.raises(
            GradingError, match="is there already and no export of marks: name another"
        ):
            export(CLASS, to, path, "a")
        assert path.read_bytes() == more + before


@pytest.mark.parametrize("content", [b"", b"\0\xff" * 99_999, b"id,first_name\r\nada,Ada\r\n", "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,A (1),Current Score".encode()])  # fmt: skip
def test_what_is_no_export_stays(tmp_path: Path, content: bytes):
    (tmp_path / "marks.csv").write_bytes(content)
    with pytest.raises(GradingError, match="no export of marks"):
        export(CLASS, "canvas", tmp_path / "marks.csv", "a")
    assert (tmp_path / "marks.csv").read_bytes() == content
    with pytest.raises(GradingError, match="is a folder: name a file in it"):
        export(CLASS, "canvas", tmp_path, "a")


def test_a_class_that_is_marked_needs_no_word(tmp_path: Path):
    assert export(CLASS[:2], "canvas", tmp_path / "marks.csv", "a", ROSTER) == []


def test_whom_the_roster_does_not_know(tmp_path: Path):
    _, notes = written(tmp_path, "moodle", ROSTER)
    assert notes[-1] == "The roster does not know zoe: see that the platform finds them."


def test_moodle_finds_students_by_address_or_account(tmp_path: Path):
    rows, _ = written(tmp_path, "moodle")
    assert list(rows[0]) == ["Full name", "Username", "Email address", "Grade"]
    assert [row["Grade"] for row in rows] == ["18.5", "20", "", ""]
    assert [row["Username"] for row in rows] == ["ada", "bob", "eve", "zoe"]
    assert rows[0]["Email address"] == "ada@example.org"


def test_moodles_worksheet(tmp_path: Path):
    """Its importer wants three columns by name, and takes the number at the identifier's end."""
    rows, _ = written(tmp_path, "moodle", ROSTER)
    assert {"Identifier", "Grade", "Last modified (grade)"} <= rows[0].keys()
    found = {row["Identifier"][len("Participant ") :]: row["Grade"] for row in rows}
    assert found == {"11": "18.5", "12": "20", "13": "", "": ""}
    assert rows[0]["Email address"] == "a.lovelace@example.org" and rows[0]["Username"] == "al17"


def test_an_identifier_in_another_language_stays(tmp_path: Path):
    roster = [Student("ada", participant="Teilnehmer/in4711")]
    assert written(tmp_path, "moodle", roster)[0][0]["Identifier"] == "Teilnehmer/in4711"


def canvas_reads(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Points by assignment, and grades by ID, else by SIS Login ID: as `gradebook_importer.rb` goes through the rows."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert len(header) > 3 and "Student" in header[0] and "ID" in header[1]
    assert re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3])
    assert "Section" in header[4]  # the last of the student's columns
    points, grades = {}, {}
    for row in rows:
        if "Points Possible" in row[0]:
            points = dict(zip(header[5:], row[5:], strict=True))
        else:
            grades[row[1] or row[3]] = row[5]
    return points, grades


def test_canvas(tmp_path: Path):
    written(tmp_path, "canvas", ROSTER)
    points, grades = canvas_reads(tmp_path / "marks.csv")
    assert points == {"Exercise 2 (12345)": "20"}
    assert grades == {"4711": "18.5", "4712": "20", "4713": "", "zoe": ""}


def test_canvas_without_a_roster(tmp_path: Path):
    written(tmp_path, "canvas")
    assert canvas_reads(tmp_path / "marks.csv")[1] == {"ada": "18.5", "bob": "20", "eve": "", "zoe": ""}  # fmt: skip


def test_a_plain_table(tmp_path: Path):
    rows, _ = written(tmp_path, "csv", column="mark")
    assert rows[1] == {
        **{"\ufeffstudent": "bob", "name": "Bob; '=1+1", "email": ""},
        **{"mark": "20", "of": "20", "late penalty": "1"},
    }


def test_a_second_export_replaces_the_first_whole(tmp_path: Path):
    written(tmp_path, "canvas")
    written(tmp_path, "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["marks.csv"]
