"""Whoever starts a kernel by Jupyter's own ways can have it in the jail; and nbgrader has no other."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grading.sandbox.provisioner import NAME
from tests.grading.configured import ASSIGNMENT, RIGHT, answered, configure
from tests.grading.jails import needs_jail
from tests.grading.tiny import graded, notebook

pytestmark = [pytest.mark.slow, needs_jail]

IN_JAIL = "import os\nassert os.listdir('/home') == ['student'], 'outside'"
PROGRAMS = {
    "nbclient": ["jupyter", "execute", "here.ipynb"],
    "nbconvert": [
        "jupyter",
        "nbconvert",
        "--execute",
        "--to",
        "notebook",
        "--stdout",
        "here.ipynb",
    ],  # fmt: skip
    "nbval": ["pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "here.ipynb"],
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("jailed", [True, False])
def test_stock_programs_use_it_by_the_environment_variable(
    tmp_path: Path, program: str, jailed: bool
):
    nbformat.write(notebook(IN_JAIL), tmp_path / "here.ipynb")
    beside = Path(sys.executable).parent
    command, *arguments = PROGRAMS[program]
    chosen = {"JUPYTER_DEFAULT_PROVISIONER_NAME": NAME} if jailed else {}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"} | chosen
    done = subprocess.run([beside / command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)  # fmt: skip
    assert (done.returncode == 0) == jailed, done.stdout + done.stderr
    assert jailed or "outside" in done.stdout + done.stderr


def test_nbgrader_autograde_runs_every_submission_in_the_jail(tmp_path: Path):
    """Also one whose notebook names another kernel."""
    course = configure(tmp_path, graded("jail_test", IN_JAIL, 1))
    for student, kernel in {"ada": "python3", "eve": "elsewhere"}.items():
        whole = nbformat.reads(answered(course, RIGHT), as_version=4)
        whole.metadata.kernelspec.name = kernel
        path = course.notebook("submitted", student, ASSIGNMENT)
        path.parent.mkdir(parents=True)
        nbformat.write(whole, path)
    subprocess.run([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT], cwd=tmp_path, check=True, capture_output=True)  # fmt: skip
    with course.open_gradebook() as book:
        submissions = book.find_assignment(ASSIGNMENT).submissions
        assert {one.student_id: one.score for one in submissions} == {"ada": 6, "eve": 6}
