"""Every lecture keeps to its budget, folds its asides, answers its predictions, describes its pictures, was run, and is plain."""

import pytest

from sources import manner, plain
from sources.course import read_course
from sources.notebooks import read

CHECKS = (
    manner.over_budget,
    manner.misplaced,
    manner.misfolded,
    manner.unanswered,
    manner.undescribed,
    manner.not_run,
    plain.complaints,
)
CHAPTERS = read_course().chapters


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_lecture(check, chapter):
    assert check(read(chapter.lecture)) == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
@pytest.mark.parametrize("check", (manner.misplaced, manner.undescribed, plain.complaints))
def test_the_exercise(check, chapter):
    assert check(read(chapter.solution)) == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_the_tests_of_an_exercise_are_folded_and_titled(chapter):
    tests = [cell for cell in read(chapter.exercise).cells if plain.is_test(cell)]
    assert tests
    for cell in tests:
        assert cell.source.startswith("# @title Test ")
        assert cell.metadata.jupyter.source_hidden and cell.metadata.cellView == "form"
