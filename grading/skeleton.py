"""The instructor's cells of an assignment: the gradebook says what is graded, the released notebook in which order."""

import copy
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry, Notebook, SourceCell
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from grading.intake.notebook import take_id

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
ABOUT = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
DEFINED = re.compile(  # names of functions, classes and variables that begin a line
    r"^(?:(?:async +)?(?:def|class) +(\w+)|(\w+) *(?::[^=\n]*)?=(?!=))", re.MULTILINE
)
SCHEMA = 3  # nbgrader's version of a cell's metadata


@dataclass(frozen=True)
class Given:
    """One of the instructor's cells.

    Args:
        cell_type: "code", "markdown" or "raw".
        source: the text to grade with: of a locked cell the gradebook's, with hidden tests; of others what students got.
        released: the text that students got.
        id: the cell's own, unique in the notebook.
        name: nbgrader's grade_id; empty for a cell that nbgrader does not know.
        grade, solution, task, locked: nbgrader's kinds of a named cell.
        points: what a marked cell gives at most.
        checksum: nbgrader's, by which it sees that an answer is still what students got.
        metadata: all but nbgrader's.
        attachments: the pictures of a text.
    """

    cell_type: str
    source: str
    released: str
    id: str
    name: str = ""
    grade: bool = False
    solution: bool = False
    task: bool = False
    locked: bool = False
    points: float | None = None
    checksum: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def editable(self) -> bool:
        """Whether the student's text is what counts of a named cell."""
        return bool(self.name) and not self.locked

    @property
    def is_test(self) -> bool:
        """Whether the cell is marked by running it."""
        return self.grade and not self.solution

    @cached_property
    def text(self) -> str:
        """What students got, without what editors change by themselves."""
        return plain(self.released)

    @cached_property
    def names(self) -> frozenset[str]:
        """What a program that students got defines."""
        return defined(self.released) if self.cell_type == "code" else frozenset()

    @cached_property
    def lines(self) -> frozenset[str]:
        """The lines that students got."""
        return frozenset(self.text.split("\n")) - {""}

    def cell(
        self, source: str | None = None, attachments: dict[str, Any] | None = None
    ) -> NotebookNode:
        """A new cell of the instructor's type and metadata, with this text or else the instructor's, and more pictures."""
        about = self.metadata | ({"nbgrader": self._for_nbgrader()} if self.name else {})
        text = self.source if source is None else source
        pictures = self.attachments | (attachments or {})
        return plain_cell(self.cell_type, text, self.id, pictures, about)

    def _for_nbgrader(self) -> dict[str, Any]:
        kinds = {"grade": self.grade, "solution": self.solution, "task": self.task}
        named = {"grade_id": self.name, "cell_type": self.cell_type, "locked": self.locked}
        known = {"points": self.points, "checksum": self.checksum}
        known = {key: value for key, value in known.items() if value is not None}
        return {"schema_version": SCHEMA} | kinds | named | known


@dataclass(frozen=True)
class Skeleton:
    """The instructor's cells of one notebook, in the instructor's order."""

    cells: tuple[Given, ...]

    def notebook(self) -> NotebookNode:
        """A notebook of the instructor's cells alone, every answer as students got it."""
        return notebook_of([given.cell() for given in self.cells])


def plain(source: str) -> str:
    """A text without what editors change by themselves: line ends and the space before them."""
    return "\n".join(map(str.rstrip, source.strip().splitlines()))


def defined(source: str) -> frozenset[str]:
    """The names that a program defines at the beginning of a line; it need not parse."""
    return frozenset(function or variable for function, variable in DEFINED.findall(source))


def plain_cell(
    kind: str,
    source: str,
    id: str,
    attachments: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
) -> NotebookNode:
    """A new cell that has not been run."""
    cell = {"cell_type": kind, "id": id, "metadata": metadata or {}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif attachments:
        cell["attachments"] = attachments
    return nbformat.from_dict(copy.deepcopy(cell))


def notebook_of(cells: list[NotebookNode]) -> NotebookNode:
    """A new notebook for the kernel that runs the tests."""
    return new_notebook(cells=cells, metadata=nbformat.from_dict(ABOUT), nbformat_minor=5)


def skeleton_of(gradebook: Gradebook, assignment: str, release: NotebookNode) -> Skeleton:
    """The instructor's cells of an assignment.

    Args:
        gradebook: nbgrader's, which knows the named cells with their hidden tests, but not their order.
        assignment: its name there.
        release: the notebook that students got.

    Raises:
        ValueError: the gradebook does not have the assignment, or has other cells than the release; in one sentence.
    """
    names = _names(release)
    book = _Book(_find_notebook(gradebook, assignment, names))
    differ = {name for name in names if names.count(name) > 1} | (set(names) ^ set(book.sources))
    if not differ:
        differ = {
            cell.metadata.nbgrader.grade_id
            for cell in release.cells
            if is_named(cell) and not book.agrees(cell)
        }
    if differ:
        raise ValueError(
            f"The gradebook and the released notebook of {assignment} disagree on "
            f"{_listed(differ)}: run nbgrader generate_assignment {assignment} --force."
        )
    ids: set[str] = set()
    return Skeleton(tuple(book.given(cell, take_id(cell.get("id"), ids)) for cell in release.cells))


def _find_notebook(gradebook: Gradebook, assignment: str, names: list[str]) -> Notebook:
    """The assignment's notebook; of several the one with the most of these names."""
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        notebooks = []
    if not notebooks:
        raise ValueError(
            f"{assignment} is not in the gradebook: run nbgrader generate_assignment {assignment} --force."
        )
    return max(notebooks, key=lambda book: len({c.name for c in book.source_cells} & set(names)))


class _Book:
    """What the gradebook knows of a notebook's cells, by name."""

    def __init__(self, notebook: Notebook):
        self.sources: dict[str, SourceCell] = {cell.name: cell for cell in notebook.source_cells}
        self.grades = {cell.name: cell.max_score for cell in notebook.grade_cells}
        self.tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
        self.solutions = {cell.name for cell in notebook.solution_cells}

    def agrees(self, cell: NotebookNode) -> bool:
        """Whether a released cell is the one that was entered, hidden parts apart."""
        about = cell.metadata.nbgrader
        kept = self.sources[about.grade_id]
        kinds = is_grade(cell), is_task(cell), is_solution(cell), is_locked(cell)
        points = float(about.get("points", 0)) if is_grade(cell) or is_task(cell) else None
        return (cell.cell_type, cell.source, kinds, points) == (
            kept.cell_type,
            _without_hidden(kept.source),
            self._kinds(kept),
            self._points(kept.name),
        )

    def given(self, cell: NotebookNode, id: str) -> Given:
        """The instructor's cell behind a released one."""
        metadata = {key: value for key, value in cell.metadata.items() if key != "nbgrader"}
        about = {"metadata": metadata, "attachments": cell.get("attachments", {}), "id": id}
        if not is_named(cell):
            return Given(cell.cell_type, cell.source, cell.source, **copy.deepcopy(about))
        kept = self.sources[cell.metadata.nbgrader.grade_id]
        grade, task, solution, locked = self._kinds(kept)
        hidden = not locked and kept.source != cell.source  # a stub is what students got
        return Given(
            cell.cell_type,
            kept.source if locked else cell.source,
            cell.source,
            name=kept.name,
            grade=grade,
            solution=solution,
            task=task,
            locked=locked,
            points=self._points(kept.name),
            checksum=cell.metadata.nbgrader.get("checksum") if hidden else kept.checksum,
            **copy.deepcopy(about),
        )

    def _kinds(self, kept: SourceCell) -> tuple[bool, bool, bool, bool]:
        name = kept.name
        return name in self.grades, name in self.tasks, name in self.solutions, kept.locked

    def _points(self, name: str) -> float | None:
        return self.grades.get(name, self.tasks.get(name))


def is_named(cell: NotebookNode) -> bool:
    """Whether nbgrader enters a cell in the gradebook."""
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell))


def _names(release: NotebookNode) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in release.cells if is_named(cell)]


def _without_hidden(source: str) -> str:
    """A text as nbgrader hands it out."""
    cell = plain_cell("raw", source, "text")
    for step in (ClearHiddenTests, ClearMarkScheme):
        step(enforce_metadata=False).preprocess_cell(cell, {}, 0)
    return cell.source


def _listed(names: set[str]) -> str:
    first, more = sorted(names)[:3], len(names) - 3
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
