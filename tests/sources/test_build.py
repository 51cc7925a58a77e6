"""The way from a text to a lecture, a solution and an exercise."""

import json
import os

import nbformat
import pytest

from sources import build as builder
from sources.build import build, main
from sources.course import Course
from sources.notebooks import from_text, read
from sources.release import release, throw_away_course


def silent(*_):
    """Nobody reads the progress here."""


def files(course: Course) -> dict[str, bytes]:
    return {
        path.relative_to(course.root).as_posix(): path.read_bytes()
        for path in course.root.rglob("*")
        if path.is_file()
    }


def test_a_build_writes_the_three_notebooks(tiny: Course):
    assert build(tiny.root, [], say=silent) == []
    chapter = tiny.chapters[0]
    assert chapter.lecture.exists() and chapter.solution.exists() and chapter.exercise.exists()
    assert (
        "math.sqrt" in chapter.solution.read_text()
        and "math.sqrt" not in chapter.exercise.read_text()
    )


def test_a_second_build_executes_nothing_and_writes_nothing(built: Course):
    before, said = files(built), []
    times = {path: path.stat().st_mtime_ns for path in built.root.rglob("*.ipynb")}
    assert build(built.root, ["01"], say=said.append) == []
    assert files(built) == before
    assert [line.split()[0] for line in said] == ["current", "current"]
    assert times == {path: path.stat().st_mtime_ns for path in built.root.rglob("*.ipynb")}


@pytest.mark.slow
def test_a_forced_build_makes_the_same_bytes(built: Course):
    before = files(built)
    assert build(built.root, [], force=True, say=silent) == []
    assert files(built) == before


@pytest.mark.parametrize(
    ("file", "rebuilt"),
    [("helpers/plotting.py", True), ("helpers/__init__.py", False), ("helpers/widgets.py", False)],
    ids=lambda x: str(x),
)
def test_a_lecture_is_rebuilt_when_what_it_imports_changes(
    built: Course, monkeypatch, file: str, rebuilt: bool
):
    executed = []
    monkeypatch.setattr(builder, "execute", lambda *_: executed.append(1))
    (built.root / file).write_text((built.root / file).read_text() + "\n# changed\n")
    build(built.root, [], say=silent)
    assert bool(executed) == rebuilt


def test_a_failing_cell_is_named_and_the_old_lecture_stays(built: Course):
    chapter = built.chapters[0]
    before = chapter.lecture.read_bytes()
    source = chapter.lecture_source.read_text()
    chapter.lecture_source.write_text(
        source.replace("assert left == right", "assert left < right, 'they are equal'")
    )
    (complaint,) = build(built.root, [], say=silent)
    for part in (
        "sources/lectures/01_tiny.py",
        "print(left, right)\nassert left < right",
        "AssertionError: they are equal",
    ):
        assert part in complaint
    assert chapter.lecture.read_bytes() == before


def test_what_announces_a_removal_fails_the_build(built: Course):
    source = built.chapters[0].lecture_source
    source.write_text(
        source.read_text().replace(
            "print(left, right)", "import warnings; warnings.warn('gone soon', FutureWarning)"
        )
    )
    (complaint,) = build(built.root, [], say=silent)
    assert "FutureWarning: gone soon" in complaint


def test_a_lecture_that_is_too_large_is_not_written(built: Course, monkeypatch):
    monkeypatch.setattr(builder, "LARGEST", 1000)
    before = built.chapters[0].lecture.read_bytes()
    (complaint,) = build(built.root, [], force=True, say=silent)
    assert "1,000 are allowed" in complaint and built.chapters[0].lecture.read_bytes() == before


def test_what_nbgrader_refuses_is_one_complaint(built: Course):
    source = built.chapters[0].solution_source
    source.write_text(source.read_text().replace('"grade_id": "hypot_test"', '"grade_id": "hypot"'))
    (complaint,) = build(built.root, [], say=silent)
    assert "nbgrader refuses 01_tiny" in complaint and "hypot" in complaint


def test_files_beside_the_solution_reach_the_exercise_and_leave_it_again(built: Course):
    chapter = built.chapters[0]
    beside, copy = (
        chapter.solution.with_name("points.csv"),
        chapter.exercise.with_name("points.csv"),
    )
    beside.write_text("1,2\n")
    build(built.root, [], say=silent)
    assert copy.read_text() == "1,2\n"
    beside.unlink()
    build(built.root, [], say=silent)
    assert not copy.exists()


@pytest.mark.slow
def test_the_exercise_does_not_depend_on_the_gradebook(built: Course):
    """The build leaves nbgrader's gradebook out, which costs seconds; an instructor's `nbgrader generate_assignment` does not."""
    chapter = built.chapters[0]
    with throw_away_course() as (api, course):
        os.symlink(chapter.solution.parent.parent, course / "source")
        assert api.generate_assignment(chapter.folder)["success"]
        made = (course / "release" / chapter.folder / chapter.exercise.name).read_bytes()
    assert release(chapter.solution.parent) == {chapter.exercise.name: made}


def test_ids_are_valid_unique_and_stable():
    text = (
        "# %%\nx = 1\n\n# %%\nx = 1\n\n" + '# %% nbgrader={"grade_id": "' + "n" * 80 + '"}\nx = 2\n'
    )
    notebook = from_text(text)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == 3 and ids[2] == "n" * 48
    assert ids == [cell.id for cell in from_text(text).cells]
    nbformat.validate(notebook)


def test_the_command_line_checks_without_writing(built: Course, capsys):
    assert main(["--check"], built.root) == 0
    path = built.chapters[0].exercise
    path.write_text(path.read_text().replace("# Exercises", "# Tasks"))
    before = files(built)
    assert main(["--check", "01_tiny"], built.root) == 1
    assert "is not what nbgrader makes of the solution" in capsys.readouterr().err
    assert files(built) == before


def test_an_unknown_chapter_is_one_sentence(built: Course, capsys):
    assert main(["7"], built.root) == 1
    assert capsys.readouterr().err == "course.toml knows no chapter 7: its chapters are 01_tiny.\n"


def test_the_lecture_is_executed_in_its_own_folder_with_the_static_sliders(tiny: Course):
    source = tiny.chapters[0].lecture_source
    cell = 'import os\n\nprint(os.path.basename(os.getcwd()), os.environ["COURSE_EXPLORE"], "MPLBACKEND" in os.environ)'
    source.write_text(source.read_text().replace("print(left, right)", cell))
    build(tiny.root, [], say=silent)
    printed = [
        output.text
        for cell in read(tiny.chapters[0].lecture).cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    ]
    assert printed[0].split()[:2] == ["lectures", "static"]


def test_the_notebook_file_has_sorted_keys_and_one_line_end(built: Course):
    text = built.chapters[0].lecture.read_text()
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert list(json.loads(text)) == ["cells", "metadata", "nbformat", "nbformat_minor"]
