"""What holds for every test, and for the kernels in which nbval runs the notebooks."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from sources.execute import REMOVALS

ROOT = Path(__file__).parent
EACH_FILE = ""  # a group of its own for each file
# Three workers share two processors, since many tests wait for a kernel, a sandbox or a clock. A group goes to one worker,
# in order: what must not run side by side with its own kind, or what several tests build once. What takes longest starts first.
GROUPS = {
    "tests/grading/cases": "grading-cases",
    "tests/grading/commands": "grading-commands",
    "tests/lectures/test_device.py": "device",
    "tests/exercises/test_answers.py": "answers",
    "tests/browser": "browser",
    "tests/grading/test_judge.py": "judge",
    "lectures/": EACH_FILE,
    "tests/exercises/test_nbgrader.py": "nbgrader",
    "tests/sources/test_colab.py": "colab",
    "tests/grading/test_demo.py": "grading-demo",
    "tests/grading/intake": "grading-intake",
    "tests/grading/test_kill.py": "alone",  # these measure time or memory, or send signals
    "tests/grading/test_memory.py": "alone",
    "tests/grading/test_pool.py": "alone",
    "tests/benchmarks": "alone",
}
settings.register_profile("course", deadline=None)  # the other worker may have the processor
settings.load_profile("course")


def pytest_configure(config):
    """A warning that announces a removal is an error in the notebooks too; sliders are drawn the live way, which the build does not do."""
    os.environ["PYTHONWARNINGS"] = REMOVALS
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads that wait for each other are slower
    os.environ.pop("COURSE_EXPLORE", None)
    os.environ.pop("MPLBACKEND", None)  # kernels draw inline; the tests themselves:
    import matplotlib

    matplotlib.use("Agg")


class ByGroup(LoadScopeScheduling):
    """Sends a whole group to one worker: xdist's own way, with our groups instead of modules."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config, log):
    """xdist asks this when it starts."""
    return ByGroup(config, log)


def pytest_collection_modifyitems(items):
    """Put the groups that take longest first."""
    starts = list(GROUPS)

    def place(item) -> int:
        path = os.path.relpath(item.path, ROOT)
        return next((i for i, start in enumerate(starts) if path.startswith(start)), len(starts))

    items.sort(key=place)  # stable: a file's tests stay in their order


def group_of(path: str) -> str:
    """The group of the tests in a file; without one of its own it is the file itself, as for a notebook's cells."""
    for start, name in GROUPS.items():
        if path.startswith(start):
            return name or path
    return path


@pytest.fixture(scope="session")
def other_python():
    """A function from a minor version to an interpreter, from the PATH or from pyenv."""

    def find(minor: int) -> str:
        root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
        found = sorted(root.glob(f"versions/3.{minor}.*/bin/python3.{minor}"))
        python = str(found[-1]) if found else shutil.which(f"python3.{minor}")
        if not python:
            reason = f"there is no python3.{minor} on this machine"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        return python

    return find
