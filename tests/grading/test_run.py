"""Grading a class: marks, what is kept, what is not run twice, and what a person decided."""

import shutil
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Student

from grading import record, run
from grading.course import CourseFolder, GradingError
from grading.run import Run
from tests.grading.evenings import (
    ASSIGNMENT,
    LIMITS,
    RIGHT,
    WRONG_ADD,
    Inline,
    grade,
    hand_in,
    marks,
    release,
)
from tests.grading.jails import needs_jail

pytestmark = [pytest.mark.slow, needs_jail]  # most start a kernel


@pytest.fixture(scope="module")
def released(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course without hand-ins: to release takes nbgrader two seconds."""
    return release(tmp_path_factory.mktemp("released") / "course", repository).root


@pytest.fixture
def course(released: Path, tmp_path: Path) -> CourseFolder:
    shutil.copytree(released, tmp_path / "course")
    return CourseFolder(tmp_path / "course", LIMITS)


def test_marks_stand_in_the_gradebook_and_the_record(course: CourseFolder):
    hand_in(course, "ada"), hand_in(course, "bob", WRONG_ADD)
    done, _ = grade(course)
    assert marks(course) == {
        "ada": {"double_test": 2, "add_test": 3},
        "bob": {"double_test": 2, "add_test": 0},
    }
    assert done["ada"].reason == "passed all 2 tests" and not done["ada"].flags
    assert done["bob"].tests[1].said == "AssertionError: one and two are three"
    for student, row in done.items():
        folder = course.folder("autograded", student, ASSIGNMENT)
        assert record.read(folder) == row and row.sandboxed and row.seconds > 0
        kept = nbformat.read(folder / "tiny.ipynb", as_version=4)
        assert not [cell for cell in kept.cells if "grading" in cell.metadata]  # no probe stays


def test_what_is_graded_is_not_run_again_unless_it_changed(course: CourseFolder):
    hand_in(course, "ada"), hand_in(course, "bob", WRONG_ADD)
    before, ran = grade(course)
    assert ran == 2 and grade(course) == (before, 0)
    hand_in(course, "bob")
    after, ran = grade(course)
    assert ran == 1 and marks(course)["bob"] == {"double_test": 2, "add_test": 3}
    assert after["ada"] == before["ada"]
    (course.folder("submitted", "ada", ASSIGNMENT) / "mine.py").write_text("x = 1")
    assert grade(course)[1] == 1


@pytest.mark.parametrize("change", ["limits", "source file", "helpers", "rules"])
def test_what_marks_depend_on_has_everybody_run_again(
    course: CourseFolder, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hand_in(course, "ada")
    grade(course)
    if change == "limits":
        course = CourseFolder(course.root, LIMITS | {"timeout": 11})
    elif change == "source file":
        (course.root / "source" / ASSIGNMENT / "data.csv").write_text("1,2")
    elif change == "helpers":
        (tmp_path / "helpers").mkdir()
        (tmp_path / "helpers" / "checks.py").write_text("def close(): ...")
        monkeypatch.setattr(run, "COURSE", tmp_path)
    else:
        monkeypatch.setattr(run, "VERSION", run.VERSION + 1)
    assert grade(course)[1] == 1


def test_again_runs_what_has_its_marks(course: CourseFolder):
    hand_in(course, "ada")
    first, _ = grade(course)
    second, ran = grade(course, again=True)
    assert ran == 1 and second["ada"].tests == first["ada"].tests


def test_a_gradebook_that_was_locked_for_a_moment_costs_one_student_a_turn(course: CourseFolder, monkeypatch):  # fmt: skip
    """A write that fails leaves the session as it was, so that the next one's marks can be written."""
    for student in ("ada", "bob", "eve"):
        hand_in(course, student)
    grade(course)
    enter, tried = run.take_off_lateness, []

    def locked_once(book, course, assignment, student):
        if not tried.append(student) and len(tried) == 1:
            book.db.add(Student(id="bob"))  # there is one: the database refuses
        enter(book, course, assignment, student)

    monkeypatch.setattr(run, "take_off_lateness", locked_once)
    done, _ = grade(course)
    assert "no mark" in done["ada"].reason
    assert [done[who].reason for who in ("bob", "eve")] == ["passed all 2 tests"] * 2


def test_what_cannot_be_read_is_zero_with_a_reason_and_is_not_run(course: CourseFolder):
    hand_in(course, "ada")
    (hand_in(course, "eve") / "tiny.ipynb").write_text('{"cells": [')
    (hand_in(course, "bob") / "tiny.ipynb").unlink()
    done, ran = grade(course)
    assert ran == 1 and done["ada"].reason == "passed all 2 tests"
    assert done["bob"].reason == "no tiny.ipynb was handed in"
    assert done["eve"].reason.startswith("tiny.ipynb ") and "hand it in again" in done["eve"].reason
    assert marks(course)["bob"] == marks(course)["eve"] == {"double_test": 0, "add_test": 0}
    assert grade(course)[1] == 0  # nor is it looked at twice


@pytest.mark.parametrize(
    "files",
    [
        {"timestamp.txt": b"long ago"},
        {"timestamp.txt": b"\xff\xfe"},
        {"record.json/x": b"", ".tiny.ipynb/x": b""},
    ],
)
def test_no_file_is_in_the_way_of_the_marks(course: CourseFolder, files: dict[str, bytes]):
    folder = hand_in(course, "ada")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    done, _ = grade(course)
    assert marks(course)["ada"] == {"double_test": 2, "add_test": 3} and done["ada"].key


def test_what_goes_wrong_with_one_stops_nobody(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
):
    restore = run.restore

    def fail_once(notebook, skeleton):
        monkeypatch.setattr(run, "restore", restore)
        raise KeyError("something that nobody thought of")

    monkeypatch.setattr(run, "restore", fail_once)
    hand_in(course, "ada"), hand_in(course, "bob")
    done, ran = grade(course)
    assert ran == 1 and "no mark: it could not be graded" in done["ada"].reason
    assert "something that nobody thought of" in course.log_file.read_text()
    assert done["bob"].reason == "passed all 2 tests" and set(marks(course)) == {"bob"}


def test_a_mark_by_hand_stays(course: CourseFolder):
    hand_in(course, "ada", WRONG_ADD)
    assert run.BY_HAND not in grade(course)[0]["ada"].notes
    with course.open_gradebook() as book:
        entry = book.find_grade("add_test", "tiny", ASSIGNMENT, "ada")
        entry.manual_score, entry.extra_credit = 1.5, 0.5
        book.find_comment("add", "tiny", ASSIGNMENT, "ada").manual_comment = "nearly"
        book.db.commit()
    hand_in(course, "ada")
    done, _ = grade(course)
    assert run.BY_HAND in done["ada"].notes
    with course.open_gradebook() as book:
        entry = book.find_grade("add_test", "tiny", ASSIGNMENT, "ada")
        assert (entry.auto_score, entry.score) == (3, 2.0) and entry.needs_manual_grade
        assert book.find_comment("add", "tiny", ASSIGNMENT, "ada").comment == "nearly"


def test_points_of_a_flagged_submission_are_kept_out(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run.judge, "verdict", lambda notebook, nonce: (notebook, ["look at this"]))
    hand_in(course, "eve")
    done, _ = grade(course)
    assert done["eve"].flags == ["look at this"] and done["eve"].tests[1].points == 3
    assert marks(course)["eve"] == {"double_test": None, "add_test": None}
    with course.open_gradebook() as book:
        assert book.find_submission(ASSIGNMENT, "eve").needs_manual_grade
        assert book.find_submission(ASSIGNMENT, "eve").score == 0


def test_lateness_costs_what_the_instructors_plugin_says(course: CourseFolder):
    with course.open_gradebook() as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate=datetime(2031, 5, 4, 22, 0))
    course.config.AssignLatePenalties.plugin_class = (
        "nbgrader.plugins.latesubmission.LateSubmissionPlugin"
    )
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    stamp = hand_in(course, "ada") / "timestamp.txt"
    stamp.write_text("2031-05-04 22:00:01 UTC")
    grade(course)
    assert penalty(course) == 5
    stamp.write_text("2031-05-04 21:59:59 UTC")  # handed in earlier, after all
    grade(course, again=True)
    assert penalty(course) == 0


def test_lateness_of_what_is_graded_already_follows_deadline_time_and_settings(
    course: CourseFolder,
):
    def due(hour: int) -> None:
        with course.open_gradebook() as book:
            book.update_or_create_assignment(ASSIGNMENT, duedate=datetime(2031, 5, 4, hour))

    stamp = hand_in(course, "ada") / "timestamp.txt"
    stamp.write_text("2031-05-04 22:00:00 UTC")
    due(23)
    grade(course)
    assert penalty(course) == 0
    due(21)
    settings = course.config.LateSubmissionPlugin
    for method, off in (("none", 0), ("zero", 5), ("none", 0), ("zero", 5)):
        settings.penalty_method = method
        assert grade(course)[1] == 0 and penalty(course) == off
    with course.open_gradebook() as book:  # the penalty follows a mark by hand, too
        book.find_grade("add_test", "tiny", ASSIGNMENT, "ada").manual_score = 1
        book.db.commit()
    assert grade(course)[1] == 0 and penalty(course) == 3
    stamp.unlink()  # the late one was replaced by one without a time
    assert grade(course)[1] == 0 and penalty(course) == 0
    stamp.write_text("2031-05-04 20:00:00 UTC")
    assert grade(course)[1] == 0 and penalty(course) == 0
    assert marks(course)["ada"] == {"double_test": 2, "add_test": 3}


def test_a_gradebook_put_back_from_before_gets_its_marks_again(course: CourseFolder):
    shutil.copy(course.gradebook, course.root / "backup.db")
    hand_in(course, "ada")
    grade(course)
    shutil.copy(course.root / "backup.db", course.gradebook)
    assert grade(course)[1] == 1 and marks(course)["ada"] == {"double_test": 2, "add_test": 3}


def penalty(course: CourseFolder) -> float:
    with course.open_gradebook() as book:
        return book.find_submission(ASSIGNMENT, "ada").late_submission_penalty


def test_a_submission_that_no_worker_can_run_has_a_reason_and_no_mark(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
):
    def fail(task):
        raise RuntimeError("no kernel starts")

    hand_in(course, "ada")
    with monkeypatch.context() as patch:
        patch.setattr(run.worker, "run", fail)
        done, ran = grade(course)
    assert ran == 3 and done["ada"].key == ""  # tried three times
    assert done["ada"].reason.startswith("no mark: it could not be graded (no kernel starts)")
    assert marks(course) == {} and grade(course)[1] == 1  # the next time it is run


def test_files_beside_the_notebook_are_there_and_the_instructors_win(course: CourseFolder):
    (course.root / "source" / ASSIGNMENT / "facts.py").write_text("two = 2")
    folder = hand_in(course, "ada", RIGHT | {"double": "import mine, facts\ndef double(x): return facts.two * x"})  # fmt: skip
    (folder / "facts.py").write_text("two = 3")
    (folder / "mine.py").write_text("")
    grade(course)
    assert marks(course)["ada"] == {"double_test": 2, "add_test": 3}
    graded = course.folder("autograded", "ada", ASSIGNMENT)
    assert (graded / "facts.py").read_text() == "two = 2" and (graded / "mine.py").exists()


def test_an_assignment_that_was_not_released_is_one_sentence(course: CourseFolder):
    shutil.copytree(course.root / "source" / ASSIGNMENT, course.root / "source" / "02_new")
    with pytest.raises(GradingError, match="nbgrader generate_assignment 02_new --force"):
        Run(course, "02_new")


def test_work_is_read_only_when_there_is_room_for_it(course: CourseFolder):
    """A large class is never in memory as a whole."""
    for number in range(6):
        hand_in(course, f"s{number}")
    job, read = Run(course, ASSIGNMENT), []
    prepare = job.prepare
    job.prepare = lambda student: read.append(student) or prepare(student)
    batch = job.grade(course.students(ASSIGNMENT), Inline, 2)
    next(batch)
    assert len(read) <= 3
    batch.close()
