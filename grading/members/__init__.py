"""A class with every kind of trouble, made from any assignment's solution by editing its cells."""

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from grading.members.hostile import hostile
from grading.members.lucky import unusual
from grading.members.paper import Member, Paper
from grading.members.partly import partly
from grading.members.trouble import troubled

__all__ = ["Member", "make_class"]


def make_class(
    solution: NotebookNode, release: NotebookNode, name: str, guarded: Sequence[Path] = ()
) -> list[Member]:
    """The class: honest, half-done, unlucky and hostile.

    Args:
        solution: the instructor's notebook.
        release: what nbgrader made of it for students.
        name: the notebook's file name.
        guarded: the solution, the gradebook and what else nobody may read or write; the hostile try.
    """
    paper = Paper(solution, release, name)
    return [
        *unusual(paper),
        *partly(paper),
        *troubled(paper),
        *hostile(paper, [str(path) for path in guarded]),
    ]
