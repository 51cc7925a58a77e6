"""What an executed test cell gives, and how nbgrader is made to see the same."""

import ast
import re
from dataclasses import dataclass

from IPython.core.displayhook import DisplayHook
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from grading.pages import one_line

STOPPED = "Stopped"  # the name of the error in a cell that broke a limit or was not run
UNCLEAR = "Unclear"  # the name of the error that `normalize` writes where a person must look
LONGEST = 1000  # characters that are kept of what a test said
# As NumPy and torch show a single number: np.float64(0.5), tensor(0.5000, dtype=torch.float64).
SCALAR = re.compile(r"(?:np\.\w+|tensor)\(([^,()\[\]]+)(?:, [^()]*)?\)")


@dataclass(frozen=True)
class Score:
    """What a test cell gives.

    Args:
        points: at most those of the cell.
        said: the last error's first line, in the instructor's words; empty for a test without an error.
        partial: whether the points are a number that the test itself displayed.
        finding: what a person must look at, in one sentence; empty where there is nothing.
    """

    points: float
    said: str = ""
    partial: bool = False
    finding: str = ""


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is marked by running it."""
    return cell.cell_type == "code" and bool(is_grade(cell)) and not is_solution(cell)


def score(cell: NotebookNode) -> Score:
    """Judge an executed test cell: an error gives nothing, everything else all points, or as many as the test says.

    Partial credit is the number from 0 to the cell's points that the cell's own last line displays. Warnings, prints and
    pictures, and what the student's code displays before that line, count nothing.
    A normalized cell has the same score.
    """
    points = float(cell.metadata.nbgrader.points)
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if errors:
        said = _said(errors[-1], cell.source)
        return Score(0.0, said, finding=said if errors[-1].get("ename") == UNCLEAR else "")
    results = results_of(cell)
    if not results or not shows_its_value(cell.source):
        return Score(points)
    *others, own = map(number_of, results)
    if own is None:
        return Score(points)
    name = cell.metadata.nbgrader.grade_id
    if not 0 <= own <= points:  # which is so for NaN too
        finding = f"{name} displayed {own:g}, which is no number from 0 to {points:g}"
        return Score(0.0, finding, finding=finding)
    lower = [other for other in others if other is not None and 0 <= other < own]
    doubt = (
        f"{name} displayed {lower[0]:g} and later {own:g}: see which is its own" if lower else ""
    )
    return Score(own, partial=True, finding=doubt or _doubt(results[-1]))


def normalize(cell: NotebookNode) -> None:
    """Rewrite the outputs of an executed test cell, in place, so that nbgrader's own rules give the points of `score`.

    nbgrader takes any line on stderr for a failure, the first value displayed for the mark, and one that is no
    number from 0 to the points for all of them, or raises.
    """
    given, results = score(cell), results_of(cell)
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
    for output in results[:-1] if given.partial else results:
        output.output_type = "display_data"
        output.pop("execution_count", None)
    if given.partial:
        about = {"finding": given.finding} if given.finding else {}
        results[-1].data = NotebookNode({"text/plain": repr(given.points)})
        results[-1].metadata = NotebookNode(about)
    elif given.finding and not any(output.output_type == "error" for output in cell.outputs):
        said = {"evalue": given.finding, "traceback": [f"{UNCLEAR}: {given.finding}"]}
        cell.outputs.append(new_output("error", ename=UNCLEAR, **said))


def shows_its_value(source: str) -> bool:
    """Whether IPython displays the value of a cell's last statement: an expression without a semicolon behind it."""
    try:
        code = TransformerManager().transform_cell(source)  # lines with % and !
        statements = ast.parse(code).body
        quiet = DisplayHook.semicolon_at_end_of_expression(code)
    except (SyntaxError, ValueError):
        return False
    return bool(statements) and isinstance(statements[-1], ast.Expr) and not quiet


def results_of(cell: NotebookNode) -> list[NotebookNode]:
    """The values that a cell displayed last, one for each statement that does so."""
    return [output for output in cell.outputs if output.output_type == "execute_result"]


def _doubt(result: NotebookNode) -> str:
    """What `normalize` noted of a number."""
    about = result.get("metadata")
    return str(about.get("finding", "")) if isinstance(about, dict) else ""


def number_of(result: NotebookNode) -> float | None:
    """The single number that a result shows; None where it shows anything else."""
    text = result.get("data", {}).get("text/plain")
    text = text[0] if isinstance(text, list) and len(text) == 1 else text
    if not isinstance(text, str):
        return None
    scalar = SCALAR.fullmatch(text.strip())
    try:
        return float(scalar[1] if scalar else text)
    except ValueError:
        return None


def _said(error: NotebookNode, source: str) -> str:
    """The first line of an error: for our own what it says, for others its name too."""
    name, value = str(error.get("ename", "")), str(error.get("evalue", ""))
    first = next(iter(value.strip().splitlines()), "")
    said = first if name in (STOPPED, UNCLEAR) else ": ".join(filter(None, (name, first)))
    return one_line(name if _leaks(said, source) else said, LONGEST)


def _leaks(said: str, source: str) -> bool:
    """Whether an error repeats hidden lines of the test: student's code can read them, and raise them."""
    from grading.feedback.hidden import Secrets  # its package takes a second to load

    return Secrets([source]).leak(said)
