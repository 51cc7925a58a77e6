"""Behind a question's tests may stand a picture of the student's own answer: no answer makes it stop with a bare traceback."""

import contextlib
import io

import pytest

from tests.exercises.assignments import Answer, Cell, its_tests, run, said
from tests.exercises.test_answers import ALL, CELLS


def pictures(question: str, cells: list[Cell]) -> list[Cell]:
    """The given cells between a question's last test and the next answer."""
    rest = cells[cells.index(its_tests(question, cells)[-1]) + 1 :]
    answers = (place for place, cell in enumerate(rest) if cell.kind == "answer")
    return [cell for cell in rest[: next(answers, None)] if cell.kind == "given"]


def draw(answer: Answer, cells: list[Cell]) -> None:
    """Run the notebook up to the question's pictures, with nothing else solved; tests may stop, as students' do."""
    tests, shown = its_tests(answer.question, cells), pictures(answer.question, cells)
    space = {"__name__": "__main__"}
    for cell in cells[: cells.index(tests[-1]) + 1]:
        if cell in tests:
            said(cell.visible, cell.name, space)
        elif cell.kind != "test":
            source = answer.source if cell.name == answer.question else cell.unsolved
            run(source, cell.name or "given", space)
    for cell in shown:
        run(cell.source, "picture", space)


DRAWN = [(name, answer) for name, answer in ALL if pictures(answer.question, CELLS[name])]


@pytest.mark.long
@pytest.mark.parametrize(
    ("chapter", "answer"),
    DRAWN,
    ids=[f"{name}-{a.question}-{a.verdict}-{a.label}" for name, a in DRAWN],
)
def test_a_picture_takes_any_answer(chapter: str, answer: Answer):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        draw(answer, CELLS[chapter])
