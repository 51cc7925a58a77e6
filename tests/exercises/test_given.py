"""Cells that are not graded run with the course's own answers, and none of them says that something is missing."""

import contextlib
import io

import pytest

from sources.course import read_course
from tests.exercises.assignments import read_cells, run

CHAPTERS = [chapter for chapter in read_course().chapters if chapter.solution_source.exists()]


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_what_is_not_graded_is_content_with_the_courses_own_answers(chapter, monkeypatch):
    monkeypatch.chdir(chapter.solution.parent)
    space = {"__name__": "__main__"}
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        for cell in read_cells(chapter):
            run(
                cell.source, cell.name or "given", space
            )  # tests too: a picture may need their names
    for missing in ("Not yet", "Your turn:"):
        assert missing not in said.getvalue(), said.getvalue()
