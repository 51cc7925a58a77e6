"""A claim that nothing proves is noticed: the tiny chapter's ledger, tags or tests are spoilt in one way at a time."""

from collections.abc import Callable

import nbformat
import pytest

from sources.claims import unknown_marks, unproved
from sources.course import Course
from sources.notebooks import read


def reword(place: str, old: str, new: str) -> Callable[[Course], None]:
    def spoil(course: Course) -> None:
        path = course.root / place
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return spoil


def retag(old: str, *new: str) -> Callable[[Course], None]:
    """Give the cell that carries one tag others in its place."""

    def spoil(course: Course) -> None:
        notebook = read(course.chapters[0].lecture)
        (cell,) = [cell for cell in notebook.cells if old in cell.metadata.get("tags", [])]
        cell.metadata.tags = [tag for tag in cell.metadata.tags if tag != old] + list(new)
        nbformat.write(notebook, course.chapters[0].lecture)

    return spoil


LEDGER, LECTURE, TEST = (
    "sources/ledger/01_tiny.yml",
    "lectures/01_tiny.ipynb",
    "tests/lectures/test_tiny.py",
)
SPOILS = {
    "a claim without a cell": (
        retag("claim:tiny-order"),
        "no open cell with an assert carries claim:tiny-order",
    ),
    "a claim whose cell asserts nothing": (
        reword(LECTURE, "assert left == right", "left == right"),
        "no open cell with an assert carries claim:tiny-order",
    ),
    "a claim whose assert cannot fail": (
        reword(LECTURE, "assert left == right", "assert True"),
        "no open cell with an assert carries claim:tiny-order",
    ),
    "an aside in the open": (
        retag("aside"),
        "no folded cell with an assert carries claim:tiny-zero",
    ),
    "a story that is folded": (
        retag("claim:tiny-order", "claim:tiny-order", "aside"),
        "no open cell with an assert carries claim:tiny-order",
    ),
    "a tag that names no claim": (
        retag("claim:tiny-zero", "claim:tiny-zero", "claim:tiny-one"),
        "carries claim:tiny-one, and the ledger has no such entry",
    ),
    "a mistake that is not set right": (
        retag("erratum:err-tiny-difference"),
        "no cell carries erratum:err-tiny-difference",
    ),
    "a tag that names no mistake": (
        retag("header", "header", "erratum:err-other"),
        "carries erratum:err-other, and the ledger has no such entry",
    ),
    "a claim without a test": (
        reword(TEST, '@pytest.mark.claim("tiny-builtin")\n', ""),
        "no test that asserts anything is marked with the claim tiny-builtin",
    ),
    "a test that asserts nothing": (
        reword(TEST, "assert sum", "sum"),
        "no test that asserts anything is marked with the claim tiny-builtin",
    ),
    "a test marked with a claim of nobody": (
        reword(TEST, "tiny-builtin", "tiny-product"),
        "marked with the claim tiny-product, and no ledger has it",
    ),
    "a place that is none": (
        reword(LEDGER, "place: story", "place: prose"),
        "has the place prose, which is none of",
    ),
    "an entry that lacks something": (
        reword(LEDGER, "place: story", ""),
        "the entry tiny-order lacks its place",
    ),
    "an entry that stands twice": (
        reword(LEDGER, "id: tiny-zero", "id: tiny-order"),
        "the ledger has two entries tiny-order",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_claim_is_noticed(name: str, built: Course):
    spoil, message = SPOILS[name]
    spoil(built)
    found = unproved(built.chapters[0]) + unknown_marks(built)
    assert any(message in complaint for complaint in found), found


def test_the_tiny_chapter_proves_its_claims(built: Course):
    assert unproved(built.chapters[0]) + unknown_marks(built) == []


def test_assert_close_proves_a_claim(built: Course):
    reword(LECTURE, "assert left == right", "torch.testing.assert_close(left, right)")(built)
    assert unproved(built.chapters[0]) == []
