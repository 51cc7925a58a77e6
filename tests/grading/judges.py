"""Run notebooks with probes in the jail, in tests."""

from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading import judge
from grading.execute import SandboxExecute
from grading.judge.surroundings import digest
from grading.scoring import is_test, score
from grading.skeleton import Given, Skeleton
from tests.grading.cheats import RIGHT
from tests.grading.tiny import DOUBLE_TEST, answer, graded, notebook

NONCE = "0123456789abcdef" * 2


def skeleton(notebook: NotebookNode) -> Skeleton:
    """The instructor's cells of a notebook that no student has touched."""
    return Skeleton(tuple(map(_given, notebook.cells)))


def _given(cell: NotebookNode) -> Given:
    about = cell.metadata.get("nbgrader", {})
    facts = {key: about[key] for key in ("grade", "solution", "locked", "points") if key in about}
    name = about.get("grade_id", "")
    return Given(cell.cell_type, cell.source, cell.source, cell.id, name=name, **facts)


def run(
    notebook: NotebookNode, skeleton: Skeleton, folder: Path | None = None, **limits
) -> tuple[NotebookNode, list[str]]:
    """A notebook that ran with probes in a copy of this folder, without them; and what a person must look at."""
    whole = judge.instrument(notebook, NONCE, skeleton)
    resources = {"metadata": {"path": str(folder)}} if folder else {}
    SandboxExecute(**{"timeout": 60, "memory_limit": 1500, **limits}).preprocess(whole, resources)
    return judge.verdict(whole, NONCE)


def points(notebook: NotebookNode) -> float:
    """What the tests of a notebook give."""
    return sum(score(cell).points for cell in notebook.cells if is_test(cell))


def failed(notebook: NotebookNode) -> list[str]:
    """Cells with an error."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [c.source for c in code if any(o.output_type == "error" for o in c.outputs)]


def executed(test: str = DOUBLE_TEST, **changes: object) -> NotebookNode:
    """A notebook with probes, as if an honest one had been run; with these facts other in the answer after the test."""
    whole = judge.instrument(
        notebook("import math", answer("double", RIGHT["double"]), graded("t", test, 2)),
        NONCE,
    )
    for before, cell in pairwise([notebook("").cells[0], *whole.cells]):
        cell.execution_count = 1
        if name := cell.metadata.get("grading", {}).get("probe"):
            facts = dict(name=name, canary=judge._secret(NONCE, "challenge", name), seen=[], again=[], source=digest(before.source), success=True)  # fmt: skip
            if is_test(before) if "again" not in changes else name == judge.RESULTS:
                facts |= changes
            text = repr(tuple(facts.values()))
            said = judge._signature(text, NONCE) + text
            cell.outputs = [new_output("display_data", {"text/plain": said})]
    return whole


def after(whole: NotebookNode) -> NotebookNode:
    """The probe after the test."""
    return next(cell for before, cell in pairwise(whole.cells) if is_test(before))
