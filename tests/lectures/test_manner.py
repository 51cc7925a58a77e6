"""Every lecture keeps to its budget, folds its asides, describes its pictures and was run from top to bottom."""

import pytest

from sources import manner
from sources.course import read_course
from sources.notebooks import read

CHECKS = (manner.over_budget, manner.misfolded, manner.undescribed, manner.not_run)
CHAPTERS = read_course().chapters


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_lecture(check, chapter):
    assert check(read(chapter.lecture)) == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_the_exercise_describes_its_pictures(chapter):
    assert manner.undescribed(read(chapter.exercise)) == []
