"""Pages lie where nbgrader looks for them, hold what a person marked, and can be released with nbgrader's own button."""

import glob
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from grading import record
from grading.course import GradingError
from grading.feedback import write_feedback
from grading.record import Record
from tests.grading.books import ASSIGNMENT, NOTEBOOK, book, hand_in, mark_by_hand
from tests.grading.feedback.graded_notebook import worked


def grade(gradebook, root: Path, student: str, *flags: str, **points) -> Path:
    """A graded submission; returns its folder."""
    hand_in(gradebook, student, double_test=0, **points)
    folder = root / "autograded" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(worked(), folder / f"{NOTEBOOK}.ipynb")
    tests = [record.Test("double_test", 0, 2, "WrongAnswer: not twice"), record.Test("add_test", 3, 3)]  # fmt: skip
    record.write(Record(student, ASSIGNMENT, "key", "", tests, list(flags)), folder)
    return folder


@pytest.fixture
def gradebook(tmp_path: Path):
    with book(tmp_path) as gradebook:
        yield gradebook


def write(gradebook, root: Path) -> dict[str, str]:
    """Student -> page."""
    pages = write_feedback(gradebook, root / "autograded", root / "feedback", ASSIGNMENT)
    for page in pages:
        assert page.relative_to(root / "feedback").parts[1:] == (ASSIGNMENT, f"{NOTEBOOK}.html")
    return {page.parts[-3]: page.read_text(encoding="utf-8") for page in pages}


def test_a_page_for_every_graded_submission(gradebook, tmp_path: Path):
    for student in ("zoe", "ada"):
        grade(gradebook, tmp_path, student)
    gradebook.add_student("handed in nothing")
    hand_in(gradebook, "graded elsewhere")
    pages = write(gradebook, tmp_path)
    assert list(pages) == ["ada", "zoe"]
    assert "not twice" in pages["ada"] and "quagga" not in pages["ada"]


def test_a_persons_marks_and_comments_are_the_ones_of_now(gradebook, tmp_path: Path):
    grade(gradebook, tmp_path, "ada")
    write(gradebook, tmp_path)
    mark_by_hand(gradebook, "ada", "double_test", 1.5)
    comment = gradebook.find_comment("double", NOTEBOOK, ASSIGNMENT, "ada")
    comment.manual_comment = "Half of *twice*."
    gradebook.db.commit()
    page = write(gradebook, tmp_path)["ada"]
    assert "Half of <em>twice</em>." in page and "1.5 of 2" in page and "9.5 <small>of 10" in page


def test_a_finding_keeps_the_marks_back_until_a_person_looked(gradebook, tmp_path: Path):
    grade(gradebook, tmp_path, "ada", "assert is patched")
    page = write(gradebook, tmp_path)["ada"]
    assert "<small>of 10" not in page and "not final" in page and "no accusation" in page
    assert "assert is patched" not in page  # the instructor's to tell
    mark_by_hand(gradebook, "ada", "double_test", 2)
    assert "10 <small>of 10" in write(gradebook, tmp_path)["ada"]


def test_only_what_a_person_wrote_is_from_the_instructor(gradebook, tmp_path: Path):
    grade(gradebook, tmp_path, "ada")
    comment = gradebook.find_comment("double", NOTEBOOK, ASSIGNMENT, "ada")
    comment.auto_comment = "No response."  # nbgrader's, where an answer is as it was given
    gradebook.db.commit()
    page = write(gradebook, tmp_path)["ada"]
    assert "No response." not in page and "From your instructor" not in page


def test_what_was_never_run_is_said_once(gradebook, tmp_path: Path):
    folder = grade(gradebook, tmp_path, "ada", add_test=0, essay=0)
    fault = "no tiny.ipynb was handed in"
    tests = [record.Test(name, 0, 2, fault) for name in ("double_test", "add_test")]
    record.write(Record("ada", ASSIGNMENT, "key", fault, tests, stopped=True), folder)
    page = write(gradebook, tmp_path)["ada"]
    assert page.count(fault) == 1 and "It has 0 points." in page


def test_one_page_that_cannot_be_made_stops_no_other(gradebook, tmp_path: Path, caplog):
    for student in ("ada", "bob", "eve", "zoe"):
        folder = grade(gradebook, tmp_path, student)
        if student in ("ada", "eve"):
            (folder / f"{NOTEBOOK}.ipynb").write_text("no JSON")
    with pytest.raises(GradingError, match=r"for ada, eve; all others are written"):
        write(gradebook, tmp_path)
    written = glob.glob(f"*/{ASSIGNMENT}/*.html", root_dir=tmp_path / "feedback")
    assert sorted(path.split("/")[0] for path in written) == ["bob", "zoe"]
    assert "ada: no feedback page could be made" in caplog.text and "Traceback" in caplog.text


def test_a_page_is_whole_or_not_there(gradebook, tmp_path: Path, monkeypatch):
    grade(gradebook, tmp_path, "ada")
    before = write(gradebook, tmp_path)
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    mark_by_hand(gradebook, "ada", "double_test", 2)
    with pytest.raises(KeyboardInterrupt):
        write(gradebook, tmp_path)
    folder = tmp_path / "feedback" / "ada" / ASSIGNMENT
    assert (folder / f"{NOTEBOOK}.html").read_text(encoding="utf-8") == before["ada"]
    assert glob.glob("*.html", root_dir=folder) == [f"{NOTEBOOK}.html"]  # what nbgrader releases


def test_an_unknown_assignment(gradebook, tmp_path: Path):
    with pytest.raises(MissingEntry, match="99_nothing"):
        write_feedback(gradebook, tmp_path, tmp_path, "99_nothing")


def nbgrader_of(root: Path) -> NbGraderAPI:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "course"
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.Exchange.root = str(root / "exchange")
    (root / "exchange").mkdir()
    return NbGraderAPI(config=config)


@pytest.mark.filterwarnings("ignore:Passing unrecognized arguments")  # nbgrader's own misspelling
def test_nbgrader_releases_the_pages(gradebook, tmp_path: Path):
    """Through nbgrader's exchange a student finds the page by the secret that came with the submission."""
    came = grade(gradebook, tmp_path, "ada")
    (came / "timestamp.txt").write_text("2031-05-04 22:00:00 UTC")
    (came / "submission_secret.txt").write_text("the secret of the exchange")
    (came / "own_file.txt").write_text("not for the feedback folder")
    grade(gradebook, tmp_path, "bob")  # came from a learning platform, without a secret
    pages = write(gradebook, tmp_path)
    write(gradebook, tmp_path)  # again: the same
    folder = tmp_path / "feedback" / "ada" / ASSIGNMENT
    assert (folder / "submission_secret.txt").read_text() == "the secret of the exchange"
    assert not (folder / "own_file.txt").exists()
    result = nbgrader_of(tmp_path).release_feedback(ASSIGNMENT)
    assert result["success"], result
    released = [*(tmp_path / "exchange" / "course" / "feedback").iterdir()]
    assert sorted(page.read_text(encoding="utf-8") for page in released) == sorted(pages.values())


def test_a_page_without_an_exchange_has_a_secret_that_stays(gradebook, tmp_path: Path):
    grade(gradebook, tmp_path, "bob")
    write(gradebook, tmp_path)
    secret = tmp_path / "feedback" / "bob" / ASSIGNMENT / "submission_secret.txt"
    first = secret.read_text()
    write(gradebook, tmp_path)
    assert secret.read_text() == first and len(first) == 128
    shutil.rmtree(secret.parent)
    write(gradebook, tmp_path)
    assert secret.read_text() != first
