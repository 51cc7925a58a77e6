"""One graded notebook as a page for its author."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode

from grading import pages
from grading.feedback import markup
from grading.feedback.cells import Shown, shown, words
from grading.feedback.hidden import Secrets
from grading.feedback.titles import first_heading, titles
from grading.record import Test

Points = tuple[float | None, float]  # None: a person will give them; of so many

LONGEST = 300  # characters of what a test said
UNTOLD = "It failed, and did not say why."
UNSAID = {"AssertionError": UNTOLD, "NotImplementedError": "There is no answer yet."}


@dataclass(frozen=True)
class Row:
    """One marked question.

    Args:
        title: its heading in the notebook.
        points: what it got, and what it gives.
        said: what its test said; empty where it did not fail.
        passed: it is a test that did not fail, and has all its points.
        cause: what stopped the answer before it; empty where that ran to its end.
        place: where it stands on the page; empty where the notebook has no such cell.
    """

    title: str
    points: Points
    said: str
    passed: bool
    cause: str
    place: str


@dataclass(frozen=True)
class Part:
    """A cell on the page, with its mark and what a person wrote about it."""

    cell: Shown
    row: Row | None  # None: the cell gives no points
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
    withheld: bool = False,
    fault: str = "",
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
        withheld: a person must look at the work before any of its points count.
        fault: why nothing could be run; the page then shows no cells.
    """
    secrets = Secrets(cell.source for cell in notebook.cells)
    said = {test.name: _said(test.said, secrets) for test in tests if test.said}
    cells = shown(notebook, secrets)
    rows = _rows(cells, marks, said)
    given = [points for points, _ in marks.values()]
    return pages.render(
        "feedback.html",
        title=title,
        heading=first_heading(cells) or title or "Feedback",
        student=student,
        parts=[Part(c, rows.get(c.name), _comment(comments.get(c.name))) for c in cells],
        rows=rows.values(),
        sum=max(0.0, sum(points or 0.0 for points in given) - penalty),
        of=sum(of for _, of in marks.values()),
        waits=None in given,
        penalty=penalty,
        notes=[note for note in notes if not secrets.leak(note)],
        withheld=withheld,
        fault=fault,
    )


def _rows(
    cells: list[Shown], marks: Mapping[str, Points], said: Mapping[str, str]
) -> dict[str, Row]:
    """Each marked cell's row, in the notebook's order."""
    tests = {cell.name for cell in cells if cell.kind == "test"}
    causes, cause = {}, ""
    for cell in cells:
        if cell.kind == "code" and cell.name:
            cause = _cut(cell.error)
        causes[cell.name] = cause
    order = [cell.name for cell in cells if cell.name in marks]
    named = titles(cells, dict.fromkeys([*order, *marks]))
    rows = {}
    for number, (name, title) in enumerate(named.items(), start=1):
        failed, (given, of) = said.get(name, ""), marks[name]
        passed = name in tests and not failed and given is not None and given >= of
        place = f"mark-{number}" if name in order else ""
        rows[name] = Row(title, (given, of), failed, passed, causes.get(name, ""), place)
    return rows


def _said(text: str, secrets: Secrets) -> str:
    """A test's words; a student's code can raise an error that quotes the test."""
    if secrets.leak(text):
        return UNTOLD
    told = _cut(words(pages.one_line(text, 1000)))
    return UNSAID.get(told, told)


def _cut(text: str) -> str:
    """A text as one line that ends with a word."""
    line = pages.one_line(text, 2 * LONGEST)
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + "…"


def _comment(text: str | None) -> Markup:
    return markup.markdown(text) if text else Markup()
