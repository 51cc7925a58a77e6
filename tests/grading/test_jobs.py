"""The same class graded twice, and with 1, 2 and 4 jobs, has the same marks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grading.course import CourseFolder
from tests.grading.evenings import LIMITS, RIGHT, WRONG_ADD, hand_in, release, rows
from tests.grading.jails import needs_jail
from tests.lab import ROOT

pytestmark = [pytest.mark.slow, needs_jail]

BY_CHANCE = "import random, numpy\ndef double(x): return 2 * x + (random.random() < 0.5) * numpy.random.rand()"
BY_HASH = "def double(x): return 2 * x + (hash('text') % 2)"
BY_TIME = "import time; time.sleep(0.4)\n" + RIGHT["double"]
DEADLY = "import os\ndef add(a, b): os._exit(1)"
CLASS = (
    RIGHT,
    WRONG_ADD,
    RIGHT | {"double": BY_CHANCE},
    RIGHT | {"double": BY_HASH},
    RIGHT | {"double": BY_TIME},
    RIGHT | {"add": DEADLY},
    {},
)


@pytest.fixture(scope="module")
def handed_in(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = release(tmp_path_factory.mktemp("class") / "course", repository)
    for number, answers in enumerate(CLASS):
        hand_in(course, f"s{number}", answers)
    return course.root


def graded(root: Path, jobs: int, *more: str) -> dict[str, tuple]:
    """The rows after a run in a process of its own."""
    command = [sys.executable, "-m", "tests.grading.batch", str(root), str(jobs), *more]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return rows(CourseFolder(root, LIMITS))


def test_jobs_and_repetitions_change_no_mark(handed_in: Path, tmp_path: Path):
    runs = [graded(shutil.copytree(handed_in, tmp_path / f"{jobs}"), jobs) for jobs in (1, 2, 4)]
    runs.append(graded(tmp_path / "2", 2, "again"))
    assert runs[1:] == runs[:1] * 3
    assert [sum(p or 0 for p in points.values()) for points, _ in runs[0].values()][:2] == [5, 2]
