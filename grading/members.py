"""A small class of every kind, made from any assignment's solution by editing its cells."""

import ast
import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

NONSENSE = "return 'nonsense'"
NEVER_ENDING = "while True: pass"
MEMORY_HOG = "hoard = []\n    while True: hoard.append(b'1' * 20_000_000)"
KERNEL_KILLER = "import os; os._exit(1)"

NOISY = '''
def _noisy(answer):
    """The answer, which at its first call warns, prints and plots."""
    import functools, sys, warnings
    import matplotlib.pyplot as plt

    calls = []

    @functools.wraps(answer)
    def noisy(*args, **kwargs):
        if not calls:
            calls.append(1)
            warnings.warn("a warning is no failure")
            print("0.5")
            print("neither is a line of log", file=sys.stderr)
            plt.plot([0, 1])
            plt.show()
        return answer(*args, **kwargs)

    return noisy

'''


@dataclass
class Question:
    """Answer cells, and the test cells that follow them with their points."""

    answers: dict[str, str] = field(default_factory=dict)  # grade_id -> the solution
    tests: list[str] = field(default_factory=list)  # grade_ids
    points: float = 0.0


@dataclass(frozen=True)
class Member:
    """One submission and the mark that it deserves; text None means that no notebook was handed in."""

    name: str
    deserves: float
    text: str | None


def make_class(solution: NotebookNode, release: NotebookNode) -> list[Member]:
    """The class: honest, half-done, hostile and unlucky.

    Args:
        solution: the instructor's notebook.
        release: what nbgrader made of it for students.
    """
    questions = read_questions(solution)
    total = sum(question.points for question in questions)
    first, unsolved = questions[0], questions[1::2] or questions
    left = total - first.points  # what remains when the first question fails

    def solved(edit: Callable[[Question, str], str | None]) -> NotebookNode:
        """The release with each solution as `edit` leaves it; None leaves the cell unsolved."""
        texts = {
            name: edit(question, text)
            for question in questions
            for name, text in question.answers.items()
        }
        return _filled(release, texts)

    def spoilt(body: str) -> NotebookNode:
        return solved(lambda q, text: _replaced(text, body) if q is first else text)

    perfect = solved(lambda q, text: text)
    partial = solved(lambda q, text: None if q in unsolved else text)
    wrong = solved(lambda q, text: _replaced(text, NONSENSE))
    notebooks = {
        "perfect": (total, perfect),
        "partial": (total - sum(question.points for question in unsolved), partial),
        "wrong": (0.0, wrong),
        "empty": (0.0, release),
        "never_ending": (left, spoilt(NEVER_ENDING)),
        "memory_hog": (left, spoilt(MEMORY_HOG)),
        "kernel_killer": (left, spoilt(KERNEL_KILLER)),
        "edited_tests": (0.0, _with_edited_tests(wrong)),
        "warns_and_plots": (total, solved(lambda q, text: _noisy(text))),
        "colab": (total, as_colab_saves_it(perfect)),
    }
    members = [Member(name, mark, nbformat.writes(nb)) for name, (mark, nb) in notebooks.items()]
    whole = members[0].text
    return members + [
        Member("broken_file", 0.0, whole[: len(whole) // 2]),
        Member("missing_file", 0.0, None),
    ]


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


def as_colab_saves_it(notebook: NotebookNode) -> NotebookNode:
    """The notebook as Colab writes it: format 4.0, no cell ids but its own metadata, another kernel's name."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat_minor = 0
    notebook.metadata = nbformat.from_dict(
        {
            "colab": {"provenance": [], "gpuType": "T4"},
            "accelerator": "GPU",
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {}},  # without its state
        }
    )
    for cell in notebook.cells:
        cell.metadata["id"] = cell.pop("id")
        if cell.cell_type == "code":
            cell.metadata["outputId"] = "00000000-0000-0000-0000-000000000000"
    return notebook


def _filled(release: NotebookNode, texts: dict[str, str | None]) -> NotebookNode:
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        text = texts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if is_solution(cell) and text is not None:
            cell.source = text
    return notebook


def _with_edited_tests(notebook: NotebookNode) -> NotebookNode:
    """Every test emptied, for a hundred times its points."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if is_grade(cell) and not is_solution(cell):
            cell.source = "pass"
            cell.metadata.nbgrader.points *= 100
    return notebook


def _names(text: str) -> list[str]:
    """The functions and classes that an answer defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(text).body if isinstance(node, kinds)]


def _replaced(text: str, body: str) -> str:
    """An answer whose functions all have this body."""
    return "\n\n".join(f"def {name}(*args, **kwargs):\n    {body}" for name in _names(text))


def _noisy(text: str) -> str:
    return text + "\n" + NOISY + "\n".join(f"{name} = _noisy({name})" for name in _names(text))
