"""The list of what a chapter proves."""

from sources.course import Course
from sources.notebooks import from_text
from sources.proved import proved_page


def test_the_table_names_the_sections_in_the_readers_order(tiny: Course):
    chapter = tiny.chapters[0]
    page = proved_page(chapter, from_text(chapter.lecture_source.read_text()))
    assert page.startswith("# What chapter 1 proves: A tiny chapter\n")
    assert page.splitlines()[-3:] == [
        r"| A sum does not depend on the order of its terms, nor does $\vert{}x + y\vert{}$. | 1.1 Sums |",
        "| Zero changes no sum. | 1.1 Sums, folded |",
        "| Python's sum adds. | the course's tests |",
    ]


def test_the_build_writes_the_list(built: Course):
    assert "| Zero changes no sum. |" in built.chapters[0].proved.read_text()
