"""Does an unsolved notebook run until the student's work is missing, and stop there and nowhere else?"""

import ast
import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

ANSWER = (ast.FunctionDef, ast.Import, ast.ImportFrom)  # what may stand in an answer's cell


def unsolved(notebook: NotebookNode, folder: Path) -> list[str]:
    """Complaints about a student's notebook, run cell by cell in `folder`: it must parse, every cell but the tests must run,
    every test must stop at NotImplementedError, and every answer must be a function that raises it."""
    numbered = list(enumerate(notebook.cells, 1))
    code = [(number, cell) for number, cell in numbered if cell.cell_type == "code"]
    wrong = [(number, _syntax_error(cell.source)) for number, cell in code]
    if not any(reason for _, reason in wrong):
        wrong = [(number, _not_an_answer(cell)) for number, cell in numbered if _is_answer(cell)]
        return _sentences(wrong) + _run(code, folder)
    return _sentences(wrong)


def _sentences(wrong: list[tuple[int, str]]) -> list[str]:
    return [f"cell {number} {reason}" for number, reason in wrong if reason]


def _is_answer(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def _is_test(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False) and not _is_answer(cell)


def _syntax_error(source: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"does not parse: {error.msg}, line {error.lineno}"
    return ""


def _not_an_answer(cell: NotebookNode) -> str:
    """Why this cell is not an unsolved answer, or nothing."""
    if cell.cell_type != "code":
        return "is an answer in words, and every answer is a function"
    body = ast.parse(cell.source).body
    others = [node for node in body if not isinstance(node, ANSWER)]
    if others:
        return f"holds `{ast.unparse(others[0])}`, and every answer is a function"
    stops = [_before_the_stop(node) for node in body if isinstance(node, ast.FunctionDef)]
    if not any(before is not None for before in stops):
        return "has no function that raises NotImplementedError"
    early = [node for before in stops for part in before or [] for node in ast.walk(part)]
    if any(isinstance(node, ast.Return) for node in early):
        return "may return before it raises NotImplementedError"
    return ""


def _before_the_stop(function: ast.FunctionDef) -> list[ast.stmt] | None:
    """The statements that run before the function raises NotImplementedError; None where it does not."""
    for i, statement in enumerate(function.body):
        if isinstance(statement, ast.Raise) and "NotImplementedError" in ast.unparse(statement):
            return function.body[:i]
    return None


def _run(code: list[tuple[int, NotebookNode]], folder: Path) -> list[str]:
    """Run the cells in one fresh namespace; the complaints about where they stop."""
    found, space = [], {"__name__": "__main__"}
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()), _settings_kept():
        for number, cell in code:
            error = _error(cell.source, space)
            may_stop = _is_test(cell) and isinstance(error, NotImplementedError)
            if _is_test(cell) and error is None:
                found.append(f"cell {number}: this test passes before anything is solved")
            elif error is not None and not may_stop:
                found.append(f"cell {number} stops with {type(error).__name__}: {error}")
    return found


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    """What a notebook sets for itself stays there: the figures' style, and PyTorch's kind of number."""
    import matplotlib.pyplot as plt
    import torch

    kind = torch.get_default_dtype()
    with plt.rc_context():
        yield
    plt.close("all")
    torch.set_default_dtype(kind)


def _error(source: str, space: dict) -> BaseException | None:
    try:
        exec(compile(source, "<cell>", "exec"), space)
    except (Exception, SystemExit) as error:
        return error
    return None
