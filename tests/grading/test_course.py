"""The course folder: where everything lies, and what it says of settings and assignments that are none."""

import logging
import shutil
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from grading.course import CourseFolder, GradingError, default_settings
from tests.grading.configured import ASSIGNMENT, configure

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(repository: Path, tmp_path: Path) -> CourseFolder:
    """The assignment's source, not released."""
    course = CourseFolder(tmp_path / "course", {"timeout": 7})
    shutil.copytree(repository / "solutions" / ASSIGNMENT, course.root / "source" / ASSIGNMENT)
    return course


def test_a_release_enters_the_assignment_and_keeps_the_terminal_clean(course: CourseFolder, capfd):
    handlers = list(logging.getLogger().handlers)
    assert not course.is_released(ASSIGNMENT)
    with pytest.raises(
        GradingError, match="nbgrader generate_assignment 01_tiny --force enters it"
    ):
        course.release(ASSIGNMENT)
    course.generate(ASSIGNMENT)
    assert course.is_released(ASSIGNMENT)
    assert "BEGIN SOLUTION" not in "".join(c.source for c in course.release(ASSIGNMENT).cells)
    assert "Converting notebook" in course.log_file.read_text()
    assert capfd.readouterr() == ("", "") and logging.getLogger().handlers == handlers


def test_an_assignment_that_nbgrader_refuses_is_one_sentence(course: CourseFolder):
    path = course.notebook("source", ".", ASSIGNMENT)
    whole = nbformat.read(path, as_version=4)
    whole.cells[2].metadata.nbgrader.grade_id = "double"  # the name of the cell before it
    nbformat.write(whole, path)
    with pytest.raises(GradingError, match="nbgrader refuses 01_tiny"):
        course.generate(ASSIGNMENT)


@pytest.mark.parametrize(("name", "count"), [("02_other", 0), (ASSIGNMENT, 2)])
def test_an_assignment_has_one_notebook(course: CourseFolder, name: str, count: int):
    folder = course.root / "source" / ASSIGNMENT
    shutil.copy(folder / "tiny.ipynb", folder / "second.ipynb")
    with pytest.raises(GradingError, match=f"{name} has {count} notebooks.*here: 01_tiny."):
        course.notebook_name(name)


def test_limits_are_the_settings_and_what_is_given_goes_before(course: CourseFolder):
    assert course.limits["timeout"] == 7 and course.limits["sandbox"] is True
    settings = default_settings(course.root)
    settings.SandboxExecute.memory_limit = 123
    limits = CourseFolder(course.root, {"restarts": 1}, settings).limits
    assert (limits["memory_limit"], limits["restarts"]) == (123, 1)


def test_who_handed_in(course: CourseFolder):
    assert course.students(ASSIGNMENT) == []
    for student, assignment in (("bob", ASSIGNMENT), ("ada", ASSIGNMENT), ("eve", "02_other")):
        course.folder("submitted", student, assignment).mkdir(parents=True)
    (course.stage("submitted") / "notes.txt").write_text("mine")
    assert course.students(ASSIGNMENT) == ["ada", "bob"]


def test_a_course_by_its_settings(tmp_path: Path):
    course = configure(tmp_path / "course")
    assert course.is_released(ASSIGNMENT) and course.limits["memory_limit"] == 1000
    assert CourseFolder.at(course.root, {"sandbox": False}).limits["sandbox"] is False


def test_the_repositorys_own_settings_keep_what_is_private_in_one_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    course = CourseFolder.at(tmp_path)
    private = tmp_path / "gradebook"
    assert course.stage("source") == tmp_path / "solutions"
    assert course.stage("release") == tmp_path / "exercises"
    stages = [course.stage(name) for name in ("submitted", "autograded", "feedback")]
    assert {path.parent for path in [*stages, course.gradebook, course.log_file]} == {private}


def test_a_folder_without_settings_is_one_sentence(tmp_path: Path):
    with pytest.raises(GradingError, match="has no nbgrader_config.py"):
        CourseFolder.at(tmp_path)


@pytest.mark.parametrize("text", ["c = (", "import no_such_module", "1 / 0"])
def test_settings_that_do_not_load_are_one_sentence(tmp_path: Path, text: str):
    (tmp_path / "nbgrader_config.py").write_text(text)
    with pytest.raises(GradingError, match="does not load: "):
        CourseFolder.at(tmp_path)


def test_a_gradebook_that_is_none_is_one_sentence(tmp_path: Path):
    settings: Config = default_settings(tmp_path)
    (tmp_path / "gradebook.db").write_text("no database, but long enough to be looked at" * 9)
    with pytest.raises(GradingError, match="is damaged .* put a backup of it in its place"):
        CourseFolder(tmp_path, config=settings).open_gradebook()
