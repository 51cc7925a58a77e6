"""An assignment as its source has it, what students hand in for it, and what their answers are worth."""

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext

from sources.answers import read_cells as read_titled
from sources.course import Chapter

HIDDEN = re.compile(r"(?ms)^ *### BEGIN HIDDEN TESTS$.*?^ *### END HIDDEN TESTS$\n?")
SOLUTION = re.compile(r"(?ms)^( *)### BEGIN SOLUTION$.*?^ *### END SOLUTION$")


@dataclass(frozen=True)
class Cell:
    """A code cell. Its name is nbgrader's, "" for a given one; an answer is worth nothing, a test its points."""

    name: str
    points: int
    source: str

    @property
    def kind(self) -> str:
        """Whether the cell is given, waits for an answer, or tests one."""
        return "test" if self.points else "answer" if self.name else "given"

    @property
    def unsolved(self) -> str:
        """An answer's cell as a student gets it."""
        return SOLUTION.sub(r"\1raise NotImplementedError()", self.source)

    @property
    def visible(self) -> str:
        """A test's cell as a student gets it."""
        return HIDDEN.sub("", self.source)


@dataclass(frozen=True)
class Answer:
    """What a student writes into the cell of a question, what it is worth (None: all), and what the student must be told."""

    question: str
    verdict: str  # right, wrong, or part K/N
    label: str
    message: (
        str  # part of the visible message; "hidden" where only a hidden test can see the mistake
    )
    source: str

    def points(self, total: int) -> int:
        """What the verdict says it is worth, of the question's total."""
        part = re.fullmatch(r"part (\d+)/(\d+)", self.verdict)
        if part:
            assert int(part[2]) == total, (
                f"{self.label}: the question has {total} points, and the verdict says {self.verdict}"
            )
            return int(part[1])
        return {"right": total, "wrong": 0}[self.verdict]


def read_cells(chapter: Chapter) -> list[Cell]:
    """The code cells of the assignment's source."""
    notebook = jupytext.read(chapter.solution_source, fmt="py:percent")
    marks = [
        (cell.metadata.get("nbgrader", {}), cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return [Cell(mark.get("grade_id", ""), mark.get("points", 0), source) for mark, source in marks]


def read_answers(folder: Path) -> list[Answer]:
    """The answers of a chapter, titled `# %% question | verdict | label | part of the message`: see sources/answers.py."""
    found = []
    for title, source in read_titled(folder):
        question, verdict, name, *message = (piece.strip() for piece in title.split("|"))
        found.append(Answer(question, verdict, name, " ".join(message), source))
    return found


def its_tests(question: str, cells: list[Cell]) -> list[Cell]:
    """The test cells of a question: those whose name begins with its name and "_test"."""
    return [
        cell for cell in cells if cell.kind == "test" and cell.name.startswith(f"{question}_test")
    ]


@dataclass(frozen=True)
class Outcome:
    """How one test took an answer: the points it gave, what the student could read, and what the hidden tests said beyond that."""

    points: int
    visible: str
    hidden: str


def try_answer(question: str, source: str, cells: list[Cell]) -> list[Outcome]:
    """Run an answer against its tests as nbgrader would, in a notebook where nothing else is solved."""
    tests = its_tests(question, cells)
    space = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells[: cells.index(tests[0])]:
            if cell.kind != "test":
                run(source if cell.name == question else cell.unsolved, cell.name or "given", space)
        return [_outcome(test, space) for test in tests]


def _outcome(test: Cell, space: dict) -> Outcome:
    visible = said(test.visible, test.name, space)
    hidden = "" if visible else said(test.source, test.name, space)
    return Outcome(0 if visible or hidden else test.points, visible, hidden)


def said(source: str, name: str, space: dict) -> str:
    """What a cell stops with, or nothing."""
    try:
        run(source, name, space)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def run(source: str, name: str, space: dict) -> None:
    """Run a cell in these names, and close its figures."""
    import matplotlib.pyplot as plt

    exec(compile(source, f"<{name}>", "exec"), space)
    plt.close("all")
