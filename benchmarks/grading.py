"""`grade run` against `nbgrader autograde` and against the submissions' own work, and how it grows with the class."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.timing import Row
from grading.course import CourseFolder
from grading.pool import processors
from grading.sandbox.imports import LATE, wanted

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "assignment"
STOCK = """
import os, sys
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.db_url = "sqlite:///" + os.path.join({root!r}, "gradebook.db")
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
"""
# From a small process: a program begins with the memory of the one that starts it, and this one has torch.
MEASURED = """
import os, sys
program = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
print(os.wait4(program, 0)[2].ru_maxrss)
"""
SANDBOXED = STOCK + "from grading.settings import limit_autograding\nlimit_autograding(c)\n"


def rows(copies: int = 30, many: int = 300, chapter: str = "02_automatic_differentiation") -> Iterator[Row]:  # fmt: skip
    """Each is measured once: they take long enough."""
    trivial = trivial_assignment()
    ours, _ = run(trivial, copies, SANDBOXED, grade())
    theirs, _ = run(trivial, copies, STOCK, nbgrader())
    yield Row(f"grade run against nbgrader autograde, {copies} trivial", ours, theirs, ours / theirs, 0.1)  # fmt: skip

    (solution,) = (ROOT / "solutions" / chapter).glob("*.ipynb")
    notebook = nbformat.read(solution, as_version=4)
    own = copies * own_work(notebook) / processors()
    ours, _ = run(notebook, copies, SANDBOXED, grade())
    yield Row(f"grade run against the cells' own work, {copies} of chapter 2", ours, own, ours / own, 1.5)  # fmt: skip

    few, small = run(trivial, copies, SANDBOXED, grade())
    lots, large = run(trivial, many, SANDBOXED, grade())
    times = many / copies
    yield Row(f"time for {many} submissions against {copies}", lots, few, lots / few, times)
    yield Row(f"memory for {many} submissions against {copies}", large, small, large / small, 1.1, "MiB")  # fmt: skip


def trivial_assignment() -> NotebookNode:
    """One question that costs nothing; but the notebook imports torch."""
    answer = {"grade": False, "solution": True, "locked": False}
    test = {"grade": True, "solution": False, "locked": True, "points": 1}
    cells = [
        new_code_cell("import torch"),
        _named(
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            answer,
        ),  # fmt: skip
        _named("double_test", "assert double(torch.ones(2)).sum() == 4", test),
    ]
    return new_notebook(cells=cells)


def _named(name: str, source: str, facts: dict) -> NotebookNode:
    about = {"grade_id": name, "schema_version": 3, "task": False, **facts}
    return new_code_cell(source, metadata={"nbgrader": about})


def grade() -> list[str]:
    """Our command."""
    return [sys.executable, "-m", "grading", "run", ASSIGNMENT]


def nbgrader() -> list[str]:
    """nbgrader's own."""
    return [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]


def run(solution: NotebookNode, copies: int, settings: str, command: list[str]) -> tuple[float, float]:  # fmt: skip
    """Seconds for so many right submissions, start to end, and the most MiB that the command itself held: it has the gradebook and every result.

    Raises:
        RuntimeError: not all of them have full marks.
    """
    with _handed_in(solution, copies, settings) as course:
        started = time.perf_counter()
        whole = [sys.executable, "-S", "-c", MEASURED, *command]
        done = subprocess.run(whole, cwd=course.root, capture_output=True, text=True)
        seconds = time.perf_counter() - started
        with course.open_gradebook() as book:
            facts = book.find_assignment(ASSIGNMENT)
            full = [s for s in facts.submissions if s.score == facts.max_score]
        if len(full) != copies:
            raise RuntimeError(f"{' '.join(command[1:])}: {len(full)} of {copies} have full marks")
    return seconds, int(done.stdout.splitlines()[-1]) / 1024


@contextmanager
def _handed_in(solution: NotebookNode, copies: int, settings: str) -> Iterator[CourseFolder]:
    """A released course in which so many students handed in the solution."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder)
        (root / "nbgrader_config.py").write_text(settings.format(root=folder))
        source = root / "source" / ASSIGNMENT / "notebook.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(solution, source)
        course = CourseFolder.at(root)
        course.generate(ASSIGNMENT)
        for number in range(copies):
            path = course.notebook("submitted", f"s{number:03}", ASSIGNMENT)
            path.parent.mkdir(parents=True)
            shutil.copyfile(source, path)
        yield course


def own_work(notebook: NotebookNode) -> float:
    """Seconds of the processor that a notebook's cells take in a kernel that has imported what they name."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    named = [name for name in wanted(code) if name not in LATE.values()]
    names = "\n".join(f"try: import {name}\nexcept ImportError: pass" for name in named)
    before = f"{names}\nimport time as _time\n_started = _time.process_time()"
    whole = new_notebook(cells=[new_code_cell(before), *map(new_code_cell, code), new_code_cell("print(_time.process_time() - _started)")])  # fmt: skip
    NotebookClient(whole, resources={"metadata": {"path": str(ROOT)}}, kernel_name="python3").execute()  # fmt: skip
    return float(whole.cells[-1].outputs[0].text)
