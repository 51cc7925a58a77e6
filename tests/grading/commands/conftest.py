"""A released course whose folder is the current one, as somebody finds it who types a command."""

import shutil
from pathlib import Path

import pytest

from grading.course import CourseFolder
from tests.grading.configured import configure


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course without hand-ins: to release takes nbgrader two seconds."""
    return configure(tmp_path_factory.mktemp("released") / "course").root


@pytest.fixture
def course(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseFolder:
    """A copy of it, and the current folder."""
    root = tmp_path / "course"
    shutil.copytree(released, root)
    monkeypatch.chdir(root)
    return CourseFolder.at(root)
