"""`python -m grading demo`: the whole evening on a small class, and what it says to bad input."""

import contextlib
import csv
import io
import shutil
from pathlib import Path

import pytest

from grading.__main__ import main
from grading.course import Row
from grading.demo import demo, surprises, table
from grading.members import Member


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
        status = demo(repository, timeout=10, memory_limit=400)
    return status, out.getvalue(), err.getvalue(), repository / "gradebook" / "demo"


@pytest.mark.slow
def test_every_mark_is_the_deserved_one(evening):
    status, printed, complaints, _ = evening
    assert status == 0, printed
    assert "Each of the 12 marks is the one that the submission deserves." in printed
    assert complaints == ""  # not a line of nbgrader's log, and no progress bar without a terminal


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "perfect          5 of 5  passed all 2 tests",
        "partial          2 of 5  failed 1 of 2 tests: add: NotImplementedError",
        "wrong            0 of 5  failed 2 of 2 tests: double: AssertionError; add: AssertionError one and two are three",
        "empty            0 of 5  failed 2 of 2 tests: double, add: NotImplementedError",
        "never_ending     3 of 5  failed 1 of 2 tests: double: it was stopped after 10 s",
        "memory_hog       3 of 5  failed 1 of 2 tests: double: it was stopped because it took more than 400 MiB of memory",
        "kernel_killer    3 of 5  failed 1 of 2 tests: double: it ended the kernel",
        "edited_tests     0 of 5  failed 2 of 2 tests: double: AssertionError; add: AssertionError one and two are three",
        "warns_and_plots  5 of 5  passed all 2 tests",
        "colab            5 of 5  passed all 2 tests",
        "broken_file      0 of 5  tiny.ipynb is damaged (cut off, or no notebook): hand it in again",
        "missing_file     0 of 5  no tiny.ipynb was handed in",
    ],
)
def test_the_row_of(evening, line: str):
    assert line in evening[1].splitlines()


@pytest.mark.slow
def test_everything_is_where_it_says(evening):
    _, printed, _, folder = evening
    places = dict(line.split(maxsplit=1) for line in printed.split("\n\n")[-1].splitlines())
    assert set(places) == {"gradebook", "feedback", "marks", "log"}
    assert all(
        Path(place).is_relative_to(folder) and Path(place).exists() for place in places.values()
    )
    pages = {page.parts[-3] for page in Path(places["feedback"]).glob("*/01_tiny/tiny.html")}
    with Path(places["marks"]).open(encoding="utf-8") as file:
        students = {row["student"] for row in csv.DictReader(file)}
    assert len(students) == 12 and pages == students - {"broken_file", "missing_file"}


def test_a_mark_that_is_not_deserved_is_named():
    members = [
        Member("ada", 5, ""),
        Member("bob", 2, ""),
        Member("eve", 0, ""),
        Member("zoe", 1, ""),
    ]
    rows = [Row("ada", 5, 5, ""), Row("bob", 5, 5, ""), Row("eve", None, 5, "")]
    assert surprises(rows, members) == [
        "bob deserves 2 and got 5.",
        "eve deserves 0 and got None.",
        "zoe deserves 1 and got no row.",
    ]


def test_the_table_is_aligned():
    rows = [Row("ada", 12.5, 20, "passed"), Row("grace_hopper", None, 20, "look")]
    assert table(rows) == "ada           12.5 of 20  passed\ngrace_hopper     - of 20  look"


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
