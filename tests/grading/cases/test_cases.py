"""Whatever one student hands in, that student gets the marks it deserves, and nobody else pays for it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grading.course import CourseFolder
from grading.record import Record, Test
from grading.report.entries import never_ran
from tests.grading.cases.batch import (
    Batch,
    everything,
    fits,
    grade,
    new_course,
    still_running,
    wrong,
)
from tests.grading.cases.groups import CLASSES, all_cases, some_cases, write_table
from tests.grading.cases.harm import LEFT
from tests.grading.cases.paper import ALL, FLAGGED, NONE, SECRET, TESTS, Case
from tests.grading.jails import needs_jail
from tests.grading.parsed import Page, assert_inert

ROOT = Path(__file__).parents[3]
# What a test hands to an answer is the student's to know.
TOLD = ("it prints what it is asked", "it fails in a hidden test")
LARGEST = 3_000_000  # bytes of a graded notebook: what is kept of a flood is less


@pytest.fixture(
    scope="module",
    params=[pytest.param(2, marks=pytest.mark.slow), pytest.param(10**6, marks=pytest.mark.long)],
    ids=["some", "all"],
)
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A class of some cases of each kind, and a class of all."""
    course = new_course(tmp_path_factory.mktemp("cases"))
    whole = request.param == 10**6
    done = grade(course, all_cases() if whole else some_cases(request.param))
    if whole:
        write_table(done, ROOT / "build" / "grading-table.md")
    return done


def test_the_classes_have_cases_of_different_names():
    cases = [case for group in all_cases().values() for case in group]
    assert len(cases) >= 100 and len({case.name for case in cases}) == len(cases)
    assert all(len(some_cases(2)[name]) in (1, 2) for name in CLASSES)


def record(*points: float, flags: tuple[str, ...] = (), said: str = "") -> Record:
    tests = [Test(name, given, of, said) for name, given, of in zip(TESTS, points, ALL, strict=True)]  # fmt: skip
    return Record("ada", "01_small", "key", "failed", tests, list(flags))


@pytest.mark.parametrize(
    ("case", "graded", "right"),
    [
        (Case("all"), record(*ALL), True),
        (Case("all"), record(0, 3, 4), False),
        (Case("all"), record(*ALL, flags=("look",)), False),
        (Case("none", NONE), record(*NONE), True),
        (Case("none", NONE), record(*ALL), False),
        (Case("none", NONE), record(*NONE, flags=("look",)), False),
        (Case("flagged", FLAGGED), record(*ALL, flags=("look",)), True),
        (Case("flagged", FLAGGED), record(*NONE), False),
        (Case("said", NONE, says="too slow"), record(*NONE, said="it was too slow"), True),
        (Case("said", NONE, says="too slow"), record(*NONE, said="it was wrong"), False),
    ],
)
def test_what_fits_a_case(case: Case, graded: Record, right: bool):
    assert fits(case, graded) == right


def test_what_is_changed_or_left_is_seen(tmp_path: Path):
    course = CourseFolder(tmp_path / "course")
    (tmp_path / "beside").mkdir()
    before = everything(course)
    (tmp_path / "beside" / "new").write_text("x")
    (tmp_path / "course" / "submitted").mkdir()
    (tmp_path / "course" / "submitted" / "link").symlink_to("/")
    assert len(everything(course).keys() - before.keys()) == 2
    left = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep(60)  # {LEFT}"])
    try:
        assert any(LEFT in line for line in still_running([], patience=0))
    finally:
        left.kill()
    left.wait()
    assert still_running([]) == []


@needs_jail
def test_everybody_has_the_marks_deserved(batch: Batch):
    assert len(batch.bystanders()) == 2 * len(CLASSES)
    assert wrong(batch) == []


@needs_jail
def test_points_of_the_flagged_are_kept_out_of_the_gradebook(batch: Batch):
    with batch.course.open_gradebook() as book:
        for student, record in batch.records.items():
            grades = {grade.name: grade.auto_score for grade in book.find_submission(record.assignment, student).notebooks[0].grades}  # fmt: skip
            given = {test.name: test.points for test in record.tests}
            assert set(grades) == {*TESTS, "essay"}
            assert all(grades[name] == (None if record.flags else given[name]) for name in TESTS)


@needs_jail
def test_nothing_is_changed_and_nothing_is_left_behind(batch: Batch):
    assert batch.changed == []
    assert batch.running == []


@needs_jail
def test_no_flood_is_kept(batch: Batch):
    sizes = {path: path.stat().st_size for path in batch.course.stage("autograded").glob("*/*/small.ipynb")}  # fmt: skip
    assert len(sizes) == len(batch.records) and max(sizes.values()) < LARGEST
    assert max(len(page) for page in batch.pages.values()) < LARGEST


@needs_jail
def test_no_feedback_shows_a_hidden_test(batch: Batch):
    assert set(batch.pages) == set(batch.records)
    for student, html in batch.pages.items():
        text = re.sub(r"[\s\u00ad\u200b-\u200d\u2060]+", "", Page(html).text)
        name = batch.cases[student].name if student in batch.cases else "a bystander"
        if never_ran(batch.records[student]):
            assert "couldnotrunyourwork" in text, name
        else:
            assert "double(2)==4" in text, name  # the visible part is there
        if name not in TOLD:
            assert SECRET not in text.replace("'", "").replace(",", ""), name


@needs_jail
def test_every_page_is_inert(batch: Batch):
    for html in (*batch.pages.values(), batch.report):
        assert_inert(Page(html))
