"""An assignment with every kind of cell, entered in a gradebook by nbgrader itself."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from tests.grading.tiny import DOUBLE, DOUBLE_TEST, answer, graded, notebook

ASSIGNMENT = "01_every_kind"
IMPORTS = "import math\n\nTOLERANCE = 1e-9\n\n\ndef near(a, b):\n    return math.isclose(a, b, abs_tol=TOLERANCE)"
TRIPLE = (
    "def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION\n\n\n"
    "def quadruple(x):\n    ### BEGIN SOLUTION\n    return 4 * x\n    ### END SOLUTION"
)
TRIPLE_TEST = "assert near(triple(2), 6), 'three times two is six'"
QUADRUPLE_TEST = "assert near(quadruple(2), 8)"
WORKED = {  # what a student writes
    "double": "def double(x):\n    return x + x",
    "triple": "def triple(x):\n    return x + x + x\n\n\ndef quadruple(x):\n    return x * 4",
    "essay": "Because $x + x = 2x$.",
}


@dataclass(frozen=True)
class Every:
    """The assignment: its gradebook's address, what students got, and what an honest one hands in."""

    url: str
    release: NotebookNode
    honest: NotebookNode


def every_kind(folder: Path) -> Every:
    """Release the assignment in a folder."""
    source = folder / "source" / ASSIGNMENT / "every.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(_source(), source)
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.assignment_id = ASSIGNMENT
    config.CourseDirectory.db_url = url = f"sqlite:///{folder / 'gradebook.db'}"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with mock.patch.dict(os.environ, PATH=path):  # nbgrader calls alembic by its name
        Gradebook(url).close()
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
    release = nbformat.read(folder / "release" / ASSIGNMENT / "every.ipynb", as_version=4)
    return Every(url, release, answered(release, WORKED))


def answered(release: NotebookNode, texts: dict[str, str]) -> NotebookNode:
    """What students got, with these answers."""
    done = nbformat.from_dict(release)
    for cell in done.cells:
        cell.source = texts.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return done


def _source() -> NotebookNode:
    picture = {"plot.png": {"image/png": "iVBORw0KGgo="}}
    nbgrader = {
        "schema_version": 3,
        "grade": False,
        "solution": False,
        "locked": True,
        "task": False,
    }
    essay = nbgrader | {
        "grade_id": "essay",
        "grade": True,
        "solution": True,
        "locked": False,
        "points": 4,
    }
    task = nbgrader | {"grade_id": "task", "task": True, "points": 2}
    rules = nbgrader | {"grade_id": "rules"}
    return notebook(
        new_markdown_cell("# Every kind ![plot](attachment:plot.png)", id="title", attachments=picture),
        new_code_cell(IMPORTS, id="imports", metadata={"tags": ["setup"]}),
        new_markdown_cell("The rules.", id="rules", metadata={"nbgrader": rules}),
        answer("double", DOUBLE),
        graded("double_test", DOUBLE_TEST, 2),
        new_markdown_cell("Two at once:", id="two"),
        answer("triple", TRIPLE),
        graded("triple_test", TRIPLE_TEST, 1),
        graded("quadruple_test", QUADRUPLE_TEST, 1.5),
        new_code_cell("side = 1.5  # change me\nnear(side, side)", id="playground"),
        new_markdown_cell("YOUR ANSWER HERE", id="essay", metadata={"nbgrader": essay}),
        new_markdown_cell(
            "Draw it.\n=== BEGIN MARK SCHEME ===\none point each\n=== END MARK SCHEME ===",
            id="task", metadata={"nbgrader": task},
        ),
        new_raw_cell("raw", id="raw"),
        new_markdown_cell("Minutes spent: ...", id="minutes"),
    )  # fmt: skip
