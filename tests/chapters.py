"""Over which chapters does a costly test run?"""

import pytest

from sources.course import read_course

CHAPTERS = list(read_course().chapters)


def one_now(chapters=None):
    """Parameters of a test that costs much a chapter: the first chapter belongs to `make test`, the others to `make test-long`."""
    first, *others = CHAPTERS if chapters is None else chapters
    later = [pytest.param(c, id=c.folder, marks=pytest.mark.long) for c in others]
    return [pytest.param(first, id=first.folder, marks=pytest.mark.slow), *later]
