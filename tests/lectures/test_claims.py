"""Every claim of a chapter's ledger is proved where the ledger says, and every mistake is set right."""

import pytest

from sources.claims import unknown_marks, unproved
from sources.course import read_course

COURSE = read_course()


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.folder)
def test_every_claim_is_proved(chapter):
    assert unproved(chapter) == []


def test_every_marked_test_proves_a_claim():
    assert unknown_marks(COURSE) == []
