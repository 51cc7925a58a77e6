"""nbgrader's own command, with this repository's nbgrader_config.py."""

import os
import shutil
import subprocess
import sys

import pytest

from sources.course import ROOT, Course
from tests.grading.jails import needs_jail

pytestmark = pytest.mark.slow


@pytest.fixture
def course(built: Course) -> Course:
    shutil.copy(ROOT / "nbgrader_config.py", built.root)
    return built


def nbgrader(course: Course, *arguments: str) -> subprocess.CompletedProcess:
    """Run nbgrader as an instructor does who has not activated the environment: its bin is not on PATH."""
    environment = dict(os.environ, PATH="/usr/bin:/bin")
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=course.root, env=environment, capture_output=True, text=True, timeout=120
    )


def test_generate_assignment_writes_what_is_committed(course: Course):
    exercise = course.chapters[0].exercise
    committed = exercise.read_bytes()
    exercise.unlink()
    done = nbgrader(course, "generate_assignment", "01_tiny", "--force")
    assert done.returncode == 0, done.stderr
    assert exercise.read_bytes() == committed


def test_what_is_private_lies_in_one_folder(course: Course):
    before = {path.name for path in course.root.iterdir()}
    nbgrader(course, "generate_assignment", "01_tiny", "--force")
    assert {path.name for path in course.root.iterdir()} - before == {"gradebook"}
    assert {"exchange", "gradebook.db"} <= {
        path.name for path in (course.root / "gradebook").iterdir()
    }
    assert "gradebook/" in (ROOT / ".gitignore").read_text().splitlines()


@needs_jail
def test_autograding_reads_and_writes_there(course: Course):
    chapter = course.chapters[0]
    assert nbgrader(course, "generate_assignment", "01_tiny", "--force").returncode == 0
    submitted = course.root / "gradebook" / "submitted" / "ada" / "01_tiny" / "tiny.ipynb"
    submitted.parent.mkdir(parents=True)
    shutil.copy(chapter.solution, submitted)
    done = nbgrader(course, "autograde", "01_tiny")
    assert done.returncode == 0, done.stderr
    assert (course.root / "gradebook" / "autograded" / "ada" / "01_tiny" / "tiny.ipynb").exists()
