"""One graded notebook as a page for its author."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode

from grading import pages
from grading.feedback import markup
from grading.feedback.cells import Shown, shown
from grading.feedback.hidden import Secrets
from grading.record import Test

Points = tuple[float | None, float]  # None: a person will give them; of so many

UNTOLD = "It failed, and did not say why."
UNSAID = {"AssertionError": UNTOLD, "NotImplementedError": "There is no answer yet."}


@dataclass(frozen=True)
class Part:
    """A cell on the page, with its mark and what was said of it."""

    cell: Shown
    points: Points | None  # None: the cell gives no points
    said: str
    comment: Markup


def feedback_page(
    notebook: NotebookNode,
    tests: Iterable[Test],
    student: str,
    marks: Mapping[str, Points],
    comments: Mapping[str, str],
    title: str = "",
    penalty: float = 0.0,
    notes: Iterable[str] = (),
) -> str:
    """HTML that needs nothing else, runs nothing and fetches nothing.

    Args:
        notebook: as it was executed, with the instructor's hidden tests in it, which the page does not show.
        tests: what each test said.
        student: the person's name.
        marks: each marked cell's points, None where a person has yet to give them, and the points that it gives.
        comments: what a person wrote to the student, in markdown, by the cell's name.
        title: the assignment, as people call it; by default nothing is said of it.
        penalty: points taken off for handing in late.
        notes: what was repaired or left out when it was handed in.
    """
    secrets = Secrets(cell.source for cell in notebook.cells)
    said = {test.name: _said(test.said, secrets) for test in tests if test.said}
    parts = [_part(cell, marks, said, comments) for cell in shown(notebook, secrets)]
    order = [part.cell.name for part in parts if part.points] + [*marks]
    marks = {name: marks[name] for name in dict.fromkeys(order)}
    given = [points for points, _ in marks.values()]
    return pages.render(
        "feedback.html",
        title=title,
        student=student,
        parts=parts,
        marks=marks,
        said=said,
        sum=max(0.0, sum(points or 0.0 for points in given) - penalty),
        of=sum(of for _, of in marks.values()),
        waits=None in given,
        penalty=penalty,
        notes=[note for note in notes if not secrets.leak(note)],
    )


def _said(text: str, secrets: Secrets) -> str:
    """A test's words; a student's code can raise an error that quotes the test."""
    if secrets.leak(text):
        return UNTOLD
    words = pages.one_line(text, 1000).removeprefix("WrongAnswer: ").rstrip(": ")
    return UNSAID.get(words, words)


def _part(
    cell: Shown, marks: Mapping[str, Points], said: Mapping[str, str], comments: Mapping[str, str]
) -> Part:
    comment = comments.get(cell.name) or ""
    return Part(
        cell,
        marks.get(cell.name),
        said.get(cell.name, ""),
        markup.markdown(comment) if comment else Markup(),
    )
