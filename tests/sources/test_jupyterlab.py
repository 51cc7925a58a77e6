"""An instructor who edits a notebook in JupyterLab changes its source too, and nothing but what was edited.

JupyterLab opens and saves through a contents manager; with jupytext installed it is the one used here.
"""

import asyncio
import difflib
import os
import shutil
from pathlib import Path

import pytest
from jupytext import AsyncTextFileContentsManager

from sources.build import build
from sources.course import ROOT, Course, read_course
from sources.gates import complaints, lecture_in_step, solution_in_step

PAIRS = [
    ("lectures/01_tiny.ipynb", "lecture_source", "left = 1 + 2"),
    ("solutions/01_tiny/tiny.ipynb", "solution_source", "import math"),
]


@pytest.fixture
def laboratory(built: Course):
    """The contents manager of a JupyterLab that was started in the tiny course."""
    shutil.copy(ROOT / "jupytext.toml", built.root)
    return AsyncTextFileContentsManager(root_dir=str(built.root))


@pytest.mark.parametrize(("notebook", "source", "old"), PAIRS)
def test_an_edit_in_the_notebook_reaches_the_source_alone(
    built: Course, laboratory, notebook: str, source: str, old: str
):
    path: Path = getattr(built.chapters[0], source)
    before = path.read_text().splitlines()
    model = asyncio.run(laboratory.get(notebook))
    cell = next(cell for cell in model["content"]["cells"] if old in cell["source"])
    cell["source"] = cell["source"].replace(old, f"{old}  # edited")
    asyncio.run(laboratory.save(model, notebook))
    changes = [
        line
        for line in difflib.unified_diff(before, path.read_text().splitlines(), n=0, lineterm="")
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert changes == [f"-{old}", f"+{old}  # edited"]


def test_a_fresh_clone_opens_though_its_notebooks_are_newer(built: Course, laboratory):
    """A checkout writes files in any order; JupyterLab refuses an old source that differs at all."""
    for notebook, source, _ in PAIRS:
        path: Path = getattr(built.chapters[0], source)
        before = path.read_text()
        os.utime(path, (0, 0))
        model = asyncio.run(laboratory.get(notebook))
        asyncio.run(laboratory.save(model, notebook))
        assert path.read_text() == before


def test_every_pair_of_the_course_opens_in_a_fresh_clone(tmp_path: Path):
    shutil.copy(ROOT / "jupytext.toml", tmp_path)
    for folder in ("lectures", "solutions", "sources"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for source in (tmp_path / "sources").rglob("*.py"):
        os.utime(source, (0, 0))
    laboratory = AsyncTextFileContentsManager(root_dir=str(tmp_path))
    for chapter in read_course(ROOT).chapters:
        for notebook in (chapter.lecture, chapter.solution):
            model = asyncio.run(laboratory.get(notebook.relative_to(ROOT).as_posix()))
            assert model["content"]["cells"]


def test_what_was_saved_without_an_edit_passes_the_gates(built: Course, laboratory):
    for notebook, _, _ in PAIRS:
        asyncio.run(laboratory.save(asyncio.run(laboratory.get(notebook)), notebook))
    assert (
        lecture_in_step(built, built.chapters[0]) + solution_in_step(built, built.chapters[0]) == []
    )


def test_an_edited_solution_reaches_the_students(built: Course, laboratory):
    model = asyncio.run(laboratory.get(PAIRS[1][0]))
    model["content"]["cells"][0]["source"] = "# Exercises: a small chapter"
    asyncio.run(laboratory.save(model, PAIRS[1][0]))
    assert any(
        "exercises/01_tiny/tiny.ipynb is not what nbgrader makes" in complaint
        for complaint in complaints(built, built.chapters[0])
    )
    assert build(built.root, [], say=lambda line: None) == []
    assert "a small chapter" in built.chapters[0].exercise.read_text()
    assert complaints(built, built.chapters[0]) == []
