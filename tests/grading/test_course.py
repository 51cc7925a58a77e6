"""nbgrader over a course folder: a row for every submission, whatever it is."""

import csv
import json
import logging
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import Autograde

from grading.course import CourseFolder, GradingError, Row, unreadable, write_csv
from grading.demo import prepare


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b'{"cells": [',
        b"\xff\xfe\x00",
        b'{"nbformat": 99, "cells": []}',
    ],
)
def test_a_file_that_is_no_notebook_is_told_so(tmp_path: Path, content: bytes):
    (tmp_path / "tiny.ipynb").write_bytes(content)
    assert unreadable(tmp_path / "tiny.ipynb").endswith("hand it in again")


def test_a_missing_file_is_told_so(tmp_path: Path):
    assert unreadable(tmp_path / "tiny.ipynb") == "no tiny.ipynb was handed in"


def test_a_notebook_is_readable(repository: Path):
    assert unreadable(repository / "solutions" / "01_tiny" / "tiny.ipynb") == ""


def test_csv(tmp_path: Path):
    write_csv([Row("ada", 4.5, 5, "a, b: no"), Row("bob", None, 5, "look")], tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == [
            {"student": "ada", "mark": "4.5", "of": "5", "reason": "a, b: no"},
            {"student": "bob", "mark": "", "of": "5", "reason": "look"},
        ]


@pytest.fixture
def course(repository: Path, tmp_path: Path) -> CourseFolder:
    """A released assignment, and one perfect submission by "perfect"."""
    course = CourseFolder(tmp_path / "course", {"timeout": 30, "memory_limit": 400})
    prepare(course, repository / "solutions" / "01_tiny")
    for folder in (course.root / "submitted").iterdir():
        if folder.name != "perfect":
            shutil.rmtree(folder)
    return course


def hand_in(course: CourseFolder, student: str, edit) -> None:
    """A copy of the perfect submission, edited as JSON."""
    raw = json.loads(course.notebook("submitted", "perfect", "01_tiny").read_text())
    edit({cell["id"]: cell for cell in raw["cells"]}, raw)
    path = course.notebook("submitted", student, "01_tiny")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(raw))


@pytest.mark.slow
def test_what_nbgrader_cannot_grade_is_a_row_and_stops_nobody(
    course: CourseFolder, capfd: pytest.CaptureFixture
):
    def twice(_, raw):
        raw["cells"].append(raw["cells"][2])

    hand_in(course, "double_cells", twice)
    bad, good = course.grade("01_tiny")
    assert (bad.student, bad.mark) == (
        "double_cells",
        None,
    ) and "nbgrader could not grade it" in bad.reason
    assert (good.student, good.mark, good.of) == ("perfect", 5, 5)
    assert "There was an error processing" in course.log_file.read_text()
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_deleted_test_comes_back(course: CourseFolder):
    def delete(cells, raw):
        cells["double"]["source"] = "def double(x): return x"
        raw["cells"].remove(cells["double_test"])

    hand_in(course, "deleted_test", delete)
    row, _ = course.grade("01_tiny")
    assert (row.mark, row.reason) == (3, "failed 1 of 2 tests: double: AssertionError")


@pytest.mark.slow
def test_ctrl_c_stops_the_batch(course: CourseFolder, monkeypatch: pytest.MonkeyPatch):
    def stop(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Autograde, "start", stop)
    handlers = list(logging.getLogger().handlers)
    with pytest.raises(KeyboardInterrupt):
        list(course.grade("01_tiny"))
    assert logging.getLogger().handlers == handlers  # and nbgrader is left as it was


def test_an_assignment_that_nbgrader_refuses_is_one_sentence(repository: Path, tmp_path: Path):
    solutions = shutil.copytree(repository / "solutions" / "01_tiny", tmp_path / "01_tiny")
    whole = nbformat.read(solutions / "tiny.ipynb", as_version=4)
    whole.cells[2].metadata.nbgrader.grade_id = "double"  # the name of the cell before it
    nbformat.write(whole, solutions / "tiny.ipynb")
    with pytest.raises(GradingError, match="nbgrader refuses 01_tiny"):
        prepare(CourseFolder(tmp_path / "course"), solutions)
