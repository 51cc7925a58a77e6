"""nbval bites: a lecture that fails, that announces a removal, or whose checked output changed does not pass."""

import subprocess
import sys

import nbformat
import pytest

from sources.course import ROOT, Course
from sources.notebooks import read

pytestmark = pytest.mark.slow
SPOILS = {
    "nothing": ("print(left, right)", 0, "5 passed"),
    "an assert that fails": ("assert left < right", 1, "AssertionError"),
    "a warning of a removal": (
        "import warnings; warnings.warn('', FutureWarning)",
        1,
        "FutureWarning",
    ),
    "another output in a checked cell": ("print(right, left + 1)", 1, "3 4"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_nbval_notices(name: str, built: Course):
    source, status, message = SPOILS[name]
    path = built.chapters[0].lecture
    notebook = read(path)
    (cell,) = [
        cell for cell in notebook.cells if "nbval-check-output" in cell.metadata.get("tags", [])
    ]
    cell.source = f"left, right = 3, 3\n{source}"
    nbformat.write(notebook, path)
    settings = ["-c", ROOT / "pyproject.toml", "--rootdir", built.root, "-p", "conftest"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *settings, path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == status and message in done.stdout, done.stdout + done.stderr
