"""The cells that the build writes."""

import ast
import dataclasses
from pathlib import Path

import pytest

from sources.cells import badge, header, proved, setup, with_generated_cells
from sources.course import Course, CourseError
from sources.notebooks import from_text

HERE = Path("lectures/01_tiny.ipynb")


def at(course: Course, address: str, lacks: tuple[str, ...] = ()) -> Course:
    return dataclasses.replace(course, student_edition=address, colab_lacks=lacks)


@pytest.mark.parametrize(
    "address",
    ["https://github.com/some-one/deep.course", "https://github.com/some-one/deep.course.git"],
)
def test_the_badge_opens_the_notebook_in_colab(tiny: Course, address: str):
    target = "https://colab.research.google.com/github/some-one/deep.course/blob/main/lectures/01_tiny.ipynb"
    assert badge(at(tiny, address), HERE).endswith(f"({target})")


def test_another_address_has_one_sentence_for_a_badge(tiny: Course):
    sentence = badge(at(tiny, "file:///course"), HERE)
    assert "upload it there" in sentence and "](" not in sentence


def test_nothing_stands_in_the_badges_place_where_no_address_is_set(tiny: Course):
    notebook = from_text("# %% [markdown]\n# " + "word " * 360)
    assert header(tiny, HERE, notebook) == "*Time:* about 2 minutes."
    published = header(at(tiny, "https://github.com/some-one/course"), HERE, notebook)
    assert published.startswith("*Time:* about 2 minutes.\n\n[![Open this notebook in Colab]")


def test_the_set_up_cell_names_the_address_and_what_colab_lacks(tiny: Course):
    cell = setup(at(tiny, "https://github.com/someone/course", ("nbval>=0.11",)))
    assert '"git+https://github.com/someone/course", "nbval>=0.11"]' in cell and "--no-deps" in cell
    ast.parse(cell)


def test_the_set_up_cell_is_the_same_in_lecture_and_exercise(built: Course):
    chapter = built.chapters[0]
    lecture = chapter.lecture_source.read_text()
    exercise = chapter.solution_source.read_text()
    assert setup(built) in lecture and setup(built) in exercise


def test_the_authors_imports_stay_in_the_set_up_cell(built: Course):
    lecture = built.chapters[0].lecture_source.read_text()
    own = "# What this notebook uses:\nimport matplotlib.pyplot as plt\n\n# %%"
    assert f"{setup(built)}\n\n{own}" in lecture


def test_the_cells_are_written_once(tiny: Course):
    chapter = tiny.chapters[0]
    once = with_generated_cells(chapter.lecture_source.read_text(), tiny, chapter, HERE)
    assert with_generated_cells(once, tiny, chapter, HERE) == once
    assert "(written by the build)" not in once


def test_only_the_marked_cells_change(tiny: Course):
    chapter = tiny.chapters[0]
    old = chapter.lecture_source.read_text()
    before = from_text(old).cells
    after = from_text(with_generated_cells(old, tiny, chapter, HERE)).cells
    pairs = list(zip(before, after, strict=True))
    changed = [b.metadata.tags[0] for a, b in pairs if a.source != b.source]
    assert changed == ["header", "setup", "proved"]
    assert [cell.metadata for cell in before] == [cell.metadata for cell in after]


def test_the_line_counts_the_statements_and_leads_to_their_list(tiny: Course):
    line = proved(tiny.chapters[0])
    assert "3 statements, 2 of them in this notebook" in line
    assert "(../docs/proved/01_tiny.md)" in line


def test_a_line_without_a_ledger_is_one_complaint(tiny: Course):
    tiny.chapters[0].ledger.unlink()
    with pytest.raises(CourseError, match=r"there is no sources/ledger/01_tiny\.yml"):
        proved(tiny.chapters[0])
