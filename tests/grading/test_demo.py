"""`grade demo`: the whole evening on a class of every kind, and what it says to bad input."""

import contextlib
import csv
import io
import shutil
import stat
from pathlib import Path

import psutil
import pytest

from grading.__main__ import main
from grading.demo import DemoClass, prepare_class, surprises, table
from grading.members import Member
from grading.record import Record, Test
from tests.grading.jails import needs_jail
from tests.grading.parsed import Page, assert_inert


@pytest.fixture(scope="module")
def evening(repository: Path) -> tuple[int, str, str, Path]:
    """Exit status, what was printed, what was said as errors, and the course folder."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("COLUMNS", "200")  # no row is folded, whatever terminal runs the tests
        status = main(["demo"], repository)
    return status, out.getvalue(), err.getvalue(), repository / "gradebook" / "demo"


@needs_jail
@pytest.mark.slow
def test_every_mark_is_the_deserved_one(evening):
    status, printed, complaints, _ = evening
    assert status == 0, printed
    assert "Each of the 40 marks is the one that the submission deserves." in printed
    assert complaints == ""  # not a line of nbgrader's log, and no progress bar without a terminal


@needs_jail
@pytest.mark.slow
@pytest.mark.parametrize(
    "row",
    [
        "perfect 5 of 5 passed all 2 tests",
        "every_second 2 of 5 failed 1 of 2 tests: add: NotImplementedError",
        "wrong 0 of 5 failed 2 of 2 tests: double: AssertionError; add: AssertionError one and two are three",
        "empty 0 of 5 failed 2 of 2 tests: double, add: NotImplementedError",
        "never_ending 3 of 5 failed 1 of 2 tests: double: it was stopped after 20 s: look for a loop that does not end",
        "memory_hog 3 of 5 failed 1 of 2 tests: double: it was stopped because it took more than 1200 MiB of memory",
        "kernel_killer 3 of 5 failed 1 of 2 tests: double: it ended Python itself: look for exit() or a crash",
        "tests_edited 0 of 5 failed 2 of 2 tests: double: AssertionError; add: AssertionError one and two are three",
        "warns_and_plots 5 of 5 passed all 2 tests",
        "broken_file 0 of 5 tiny.ipynb is damaged (cut off, or no notebook): hand it in again",
        "missing_file 0 of 5 no tiny.ipynb was handed in",
    ],
)
def test_the_row_of(evening, row: str):
    assert row in [" ".join(line.split()) for line in evening[1].splitlines()]


@needs_jail
@pytest.mark.slow
def test_the_flagged_wait_for_a_person(evening):
    rows = [line.split()[:4] for line in evening[1].splitlines()]
    flagged = [row[0] for row in rows if row[1:] == ["-", "of", "5"]]
    assert sorted(flagged) == ["empties_the_tests", "patches_a_helper"]


@needs_jail
@pytest.mark.slow
def test_report_and_feedback_are_there_and_inert(evening):
    folder = evening[3]
    pages = {page.parts[-3]: page.read_text("utf-8") for page in folder.glob("feedback/*/01_tiny/tiny.html")}  # fmt: skip
    assert len(pages) == 40
    for name, html in pages.items():
        assert_inert(Page(html))
        assert "double(5)" not in "".join(Page(html).text.split()), name  # the hidden test
    (report,) = folder.glob("reports/*.html")
    assert_inert(Page(report.read_text("utf-8")))
    with report.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 40


@needs_jail
@pytest.mark.slow
def test_nothing_is_left_running(evening):
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]  # fmt: skip
    assert [line for line in lines if "left by a submission" in line] == []


@pytest.mark.slow
def test_the_class_hands_in_before_anything_is_graded(repository: Path, tmp_path: Path):
    course, demo_class = prepare_class(repository, None, tmp_path / "course")
    assert demo_class.assignment == "01_tiny" and course.root == (tmp_path / "course").resolve()
    assert course.students("01_tiny") == sorted(member.name for member in demo_class.members)
    linked = course.folder("submitted", "links_to_elsewhere", "01_tiny")
    assert (linked / "passwords").is_symlink() and stat.S_ISFIFO((linked / "wait.csv").stat().st_mode)  # fmt: skip
    thief = course.notebook("submitted", "steals_the_solution", "01_tiny").read_text("utf-8")
    assert str(course.gradebook) in thief and str(repository / "solutions") not in thief


def record(student: str, *points: float, flags: tuple[str, ...] = ()) -> Record:
    tests = [Test(f"t{at}", given, 5) for at, given in enumerate(points)]
    return Record(student, "01_tiny", "key", "said", tests, list(flags))


def test_a_mark_that_is_not_deserved_is_named():
    deserved = {"ada": 5, "bob": 2, "eve": 0, "zoe": 1, "mal": None, "odd": None, "sue": 3}
    members = [Member(name, mark, {}, "What it is.") for name, mark in deserved.items()]
    records = [record("ada", 2, 3), record("bob", 5), record("eve", 0, flags=("look",))]
    records += [record("mal", 5, flags=("look",)), record("odd", 5), record("sue")]
    assert surprises(records, DemoClass("01_tiny", members)) == [
        "bob deserves 2 and got 5. It is: What it is.",
        "eve deserves 0 and got flagged: look. It is: What it is.",
        "zoe deserves 1 and got no row. It is: What it is.",
        "odd deserves to be flagged and got 5. It is: What it is.",
        "sue deserves 3 and got said. It is: What it is.",
    ]


def test_the_table_is_in_the_order_of_the_class():
    members = [Member(name, 0, {}) for name in ("zoe", "ada", "eve")]
    records = [record("ada", 2.5, 3), record("eve", 5, flags=("look",)), record("zoe", 0)]
    assert table(records, DemoClass("01_tiny", members)) == [
        ("zoe", "0 of 5", "said"),
        ("ada", "5.5 of 10", "said"),
        ("eve", "- of 5", "look"),
    ]


def one_sentence(capsys: pytest.CaptureFixture) -> str:
    """What was said as an error, which is one line; nothing else was printed."""
    printed, said = capsys.readouterr()
    assert printed == "" and said.count("\n") == 1
    return said


def test_an_unknown_assignment(repository: Path, capsys: pytest.CaptureFixture):
    assert main(["demo", "99_nothing"], repository) == 2
    assert one_sentence(capsys) == "course.toml knows no assignment 99_nothing: it has 01_tiny.\n"


def test_a_missing_solution(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    shutil.copy(repository / "course.toml", tmp_path)
    assert main(["demo"], tmp_path) == 2
    assert one_sentence(capsys) == "solutions/01_tiny holds 0 notebooks: the demo needs one.\n"


def test_a_folder_in_use_is_left_alone(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    (tmp_path / "thesis.txt").write_text("three years of work")
    assert main(["demo", "--keep", str(tmp_path)], repository) == 2
    assert "is not an empty folder" in one_sentence(capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
