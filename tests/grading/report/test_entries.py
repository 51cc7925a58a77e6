"""What the gradebook and the graded folder know together."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import MissingEntry

from grading import record
from grading.record import Record
from grading.report import Entry, entries
from tests.grading.books import ASSIGNMENT, NOTEBOOK, book, hand_in, mark_by_hand


@pytest.fixture
def gradebook(tmp_path: Path):
    with book(tmp_path) as gradebook:
        yield gradebook


def recorded(folder: Path, student: str, *flags: str) -> None:
    tests = [record.Test(name, 1, 2) for name in ("double_test", "add_test", "essay")]
    graded = folder / "autograded" / student / ASSIGNMENT
    graded.mkdir(parents=True)
    record.write(
        Record(student, ASSIGNMENT, "key", "passed all 2 tests", tests, list(flags)), graded
    )


def read(gradebook, folder: Path) -> dict[str, Entry]:
    found = entries(gradebook, folder / "autograded", folder / "feedback", ASSIGNMENT)
    return {entry.student: entry for entry in found}


def test_marks_are_the_gradebooks_in_the_notebooks_order(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada", add_test=1.5)
    recorded(tmp_path, "ada")
    ada = read(gradebook, tmp_path)["ada"]
    assert (ada.mark, ada.final, ada.of, ada.needs_person) == (8.5, 8.5, 10, False)
    assert list(ada.questions.items()) == [
        *(("double_test", (2, 2)), ("add_test", (1.5, 3)), ("essay", (5, 5)))
    ]
    assert ada.reason == "passed all 2 tests" and ada.record.tests[0].points == 1


def test_a_mark_by_hand_counts(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada", essay=None)
    recorded(tmp_path, "ada")
    before = read(gradebook, tmp_path)["ada"]
    assert (before.mark, before.final, before.needs_person) == (5, None, True)
    mark_by_hand(gradebook, "ada", "essay", 4)
    after = read(gradebook, tmp_path)["ada"]
    assert (after.mark, after.final, after.needs_person) == (9, 9, False)
    grade = gradebook.find_grade("essay", NOTEBOOK, ASSIGNMENT, "ada")
    grade.needs_manual_grade = True  # what grading again does
    gradebook.db.commit()
    assert read(gradebook, tmp_path)["ada"].final == 9


def test_a_finding_waits_for_a_mark_by_hand(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada")
    recorded(tmp_path, "ada", "a test that must fail did not")
    before = read(gradebook, tmp_path)["ada"]
    assert (before.final, before.withheld, before.by_tests) == (None, True, 3)
    mark_by_hand(gradebook, "ada", "add_test", 0)
    after = read(gradebook, tmp_path)["ada"]
    assert (after.final, after.withheld) == (7, False)


def test_who_was_late_and_by_how_much(gradebook, tmp_path: Path):
    deadline = datetime(2031, 5, 4, 22)
    gradebook.find_assignment(ASSIGNMENT).duedate = deadline
    for student, hours in [("ada", -1), ("bob", 12)]:
        hand_in(gradebook, student)
        submission = gradebook.find_submission(ASSIGNMENT, student)
        submission.timestamp = deadline + timedelta(hours=hours)
    gradebook.db.commit()
    found = read(gradebook, tmp_path)
    assert (found["ada"].late, found["bob"].late) == (0, 12 * 3600)


def test_a_late_penalty_is_taken_off_and_never_below_zero(gradebook, tmp_path: Path):
    for student, penalty in [("ada", 2), ("bob", 99)]:
        hand_in(gradebook, student).late_submission_penalty = penalty
    gradebook.db.commit()
    found = read(gradebook, tmp_path)
    assert [(found[name].mark, found[name].penalty) for name in ("ada", "bob")] == [(8, 2), (0, 99)]


def test_who_handed_in_nothing_and_who_was_graded_but_not_saved(gradebook, tmp_path: Path):
    gradebook.add_student("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org")
    recorded(tmp_path, "bob")
    found = read(gradebook, tmp_path)
    ada, bob = found["ada"], found["bob"]
    assert (ada.name, ada.email, ada.mark, ada.needs_person) == ("Ada Lovelace", "ada@example.org", None, False)  # fmt: skip
    assert ada.reason == "nothing was handed in" and ada.of == 10
    assert (bob.name, bob.mark, bob.needs_person) == ("bob", None, True)


def test_who_handed_in_and_is_not_graded_yet(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada")
    folders = tmp_path / "autograded", tmp_path / "feedback"
    found = {e.student: e for e in entries(gradebook, *folders, ASSIGNMENT, ["ada", "new"])}
    assert found["new"].reason == "handed in, not graded yet" and found["new"].waits_for_run
    assert not found["ada"].waits_for_run and found["ada"].reason == "graded without a record"


def test_what_nbgrader_graded_without_us(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada")
    ada = read(gradebook, tmp_path)["ada"]
    assert (ada.final, ada.record, ada.reason) == (10, None, "graded without a record")


def test_the_way_to_the_students_page(gradebook, tmp_path: Path):
    hand_in(gradebook, "ada")
    assert read(gradebook, tmp_path)["ada"].feedback is None
    page = tmp_path / "feedback" / "ada" / ASSIGNMENT / "tiny.html"
    page.parent.mkdir(parents=True)
    page.write_text("")
    (page.parent / ".half.html").write_text("")
    assert read(gradebook, tmp_path)["ada"].feedback == page


def test_entries_come_by_name(gradebook, tmp_path: Path):
    for student, name in [("a", "Zoe"), ("b", "ada"), ("c", "Bob")]:
        gradebook.add_student(student, first_name=name)
    assert list(read(gradebook, tmp_path)) == ["b", "c", "a"]


def test_an_unknown_assignment(gradebook, tmp_path: Path):
    with pytest.raises(MissingEntry, match="99_nothing"):
        entries(gradebook, tmp_path, tmp_path, "99_nothing")
