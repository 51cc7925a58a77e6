"""An assignment's questions, and the notebooks that students make of them."""

import ast
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import is_grade, is_solution

NONSENSE = "return 'nonsense'"


@dataclass(frozen=True)
class Member:
    """One submission, and the mark that it deserves.

    Args:
        name: tells what is special about it.
        deserves: the points of its tests; None when it must be flagged for a person instead.
        files: what was handed in, by path in its folder; empty when nothing was.
        about: what it is, in one sentence.
        links: symbolic links beside the files, and where they lead.
        pipes: named pipes beside them: whoever opened one would wait forever.
    """

    name: str
    deserves: float | None
    files: dict[str, bytes]
    about: str = ""
    links: dict[str, str] = field(default_factory=dict)
    pipes: tuple[str, ...] = ()


@dataclass
class Question:
    """Answer cells, and the test cells that follow them with their points."""

    answers: dict[str, str] = field(default_factory=dict)  # grade_id -> the solution
    tests: list[str] = field(default_factory=list)  # grade_ids
    points: float = 0.0


class Paper:
    """One assignment.

    Args:
        solution: the instructor's notebook.
        release: what nbgrader made of it for students.
        name: the notebook's file name.
    """

    def __init__(self, solution: NotebookNode, release: NotebookNode, name: str):
        self.solution, self.release, self.name = solution, release, name
        self.questions = read_questions(solution)
        self.total = sum(question.points for question in self.questions)
        self.first = self.questions[0]
        self.left = self.total - self.first.points  # what remains when the first question fails

    @cached_property
    def perfect(self) -> NotebookNode:
        """Every question answered."""
        return self.solved(lambda question, text: text)

    @cached_property
    def wrong(self) -> NotebookNode:
        """Every answer nonsense."""
        return self.solved(lambda question, text: replaced(text, NONSENSE))

    def solved(self, edit: Callable[[Question, str], str | None]) -> NotebookNode:
        """The release with each solution as `edit` leaves it; None leaves the cell unsolved."""
        texts = {
            name: edit(question, text)
            for question in self.questions
            for name, text in question.answers.items()
        }
        notebook = copy.deepcopy(self.release)
        for cell in notebook.cells:
            text = texts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if is_solution(cell) and text is not None:
                cell.source = text
        return notebook

    def spoilt(self, body: str) -> NotebookNode:
        """All is right, but each function of the first question has this body."""
        return self.solved(lambda q, text: replaced(text, body) if q is self.first else text)

    def member(
        self,
        name: str,
        about: str,
        deserves: float | None,
        notebook: NotebookNode | bytes,
        files: dict[str, str] | None = None,
        **more,
    ) -> Member:
        """A member who hands in this notebook, and these files beside it."""
        data = notebook if isinstance(notebook, bytes) else written(notebook)
        others = {path: text.encode() for path, text in (files or {}).items()}
        return Member(name, deserves, {self.name: data, **others}, about, **more)


def read_questions(solution: NotebookNode) -> list[Question]:
    """The questions that tests mark, in order: a test belongs to the answers before it."""
    questions = [Question()]
    for cell in solution.cells:
        if is_solution(cell) and not is_grade(cell):
            if questions[-1].tests:
                questions.append(Question())
            questions[-1].answers[cell.metadata.nbgrader.grade_id] = cell.source
        elif is_grade(cell) and not is_solution(cell):
            questions[-1].tests.append(cell.metadata.nbgrader.grade_id)
            questions[-1].points += cell.metadata.nbgrader.points
    return [question for question in questions if question.answers and question.tests]


def written(notebook: NotebookNode) -> bytes:
    """The notebook's file; not by nbformat, which would mend it."""
    return json.dumps(notebook, indent=1).encode()


def with_cells(notebook: NotebookNode, *sources: str) -> NotebookNode:
    """The notebook with the student's own code cells before all others."""
    notebook = copy.deepcopy(notebook)
    notebook.cells[:0] = [new_code_cell(source) for source in sources]
    return notebook


def edited(notebook: NotebookNode, edit: Callable[[NotebookNode], None]) -> NotebookNode:
    """The notebook after `edit` has changed a copy."""
    notebook = copy.deepcopy(notebook)
    edit(notebook)
    return notebook


def names(text: str) -> list[str]:
    """The functions and classes that an answer defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(text).body if isinstance(node, kinds)]


def replaced(text: str, body: str) -> str:
    """An answer whose functions all have this body."""
    return "\n\n".join(f"def {name}(*args, **kwargs):\n    {body}" for name in names(text))


def is_answer(cell: NotebookNode) -> bool:
    """Whether students write in the cell."""
    return bool(is_solution(cell))


def is_marked(cell: NotebookNode) -> bool:
    """Whether the cell is a test."""
    return bool(is_grade(cell)) and not is_solution(cell)
