"""What holds for every test, and for the kernels in which nbval runs the notebooks."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from sources.execute import REMOVALS

# Two workers share the machine (-n 2). A group goes to one worker, in order: what must not run side by side with its own
# kind, or what several tests build once. The first groups take longest, so they start first.
GROUPS = {
    "tests/grading/cases": "grading-cases",
    "tests/grading/commands": "grading-commands",
    "tests/grading/test_demo.py": "grading-demo",
    "tests/grading/intake": "grading-intake",
    "tests/browser": "browser",
    "tests/grading/test_kill.py": "alone",  # these three measure time or memory, or send signals
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Give each test its group, and put the groups that take longest first."""
    order = list(dict.fromkeys(GROUPS.values()))

    def place(item) -> int:
        name = group_of(item.path)
        return order.index(name) if name in order else len(order)

    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
    items.sort(key=place)  # stable: a file's tests stay in their order


def group_of(path: Path) -> str:
    """The group of the tests in a file; without one of its own it is the file itself, as for a notebook's cells."""
    place = path.relative_to(Path(__file__).parent).as_posix()
    for start, name in GROUPS.items():
        if place.startswith(start):
            return name
    return place


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
