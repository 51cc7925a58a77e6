"""The cells that the build writes."""

import ast
import dataclasses
from pathlib import Path

import pytest

from sources.cells import badge, proved, setup, with_generated_cells
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


@pytest.mark.parametrize(
    ("address", "words"), [("", "not published yet"), ("file:///course", "upload it there")]
)
def test_without_github_one_sentence_stands_for_the_badge(tiny: Course, address: str, words: str):
    assert words in badge(at(tiny, address), HERE) and "](" not in badge(at(tiny, address), HERE)


def test_the_set_up_cell_names_the_address_and_what_colab_lacks(tiny: Course):
    cell = setup(at(tiny, "https://github.com/someone/course", ("nbval>=0.11",)))
    assert '"git+https://github.com/someone/course", "nbval>=0.11"]' in cell and "--no-deps" in cell
    ast.parse(cell)


def test_the_set_up_cell_is_the_same_in_lecture_and_exercise(built: Course):
    chapter = built.chapters[0]
    lecture, exercise = (
        path.read_text() for path in (chapter.lecture_source, chapter.solution_source)
    )
    assert setup(built) in lecture and setup(built) in exercise


def test_the_cells_are_written_once(tiny: Course):
    chapter = tiny.chapters[0]
    once = with_generated_cells(chapter.lecture_source.read_text(), tiny, chapter, HERE)
    assert with_generated_cells(once, tiny, chapter, HERE) == once
    assert "(written by the build)" not in once


def test_only_the_marked_cells_change(tiny: Course):
    chapter = tiny.chapters[0]
    old = chapter.lecture_source.read_text()
    before, after = (
        from_text(old).cells,
        from_text(with_generated_cells(old, tiny, chapter, HERE)).cells,
    )
    changed = [
        b.metadata.tags[0] for a, b in zip(before, after, strict=True) if a.source != b.source
    ]
    assert changed == ["badge", "setup", "proved"]
    assert [cell.metadata for cell in before] == [cell.metadata for cell in after]


def test_the_table_names_the_sections_in_the_readers_order(tiny: Course):
    table = proved(tiny.chapters[0], from_text(tiny.chapters[0].lecture_source.read_text()))
    assert table.splitlines()[-3:] == [
        r"| A sum does not depend on the order of its terms, nor does $\vert{}x + y\vert{}$. | 1.1 Sums |",
        "| Zero changes no sum. | 1.1 Sums, folded |",
        "| Python's sum adds. | the course's tests |",
    ]


def test_a_table_without_a_ledger_is_one_complaint(tiny: Course):
    tiny.chapters[0].ledger.unlink()
    with pytest.raises(CourseError, match=r"there is no sources/ledger/01_tiny\.yml"):
        proved(tiny.chapters[0], from_text("# %%\n1\n"))
