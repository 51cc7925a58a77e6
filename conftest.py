"""What holds for every test, and for the kernels in which nbval runs the notebooks."""

import os
import shutil
from pathlib import Path

import pytest

from sources.execute import REMOVALS


def pytest_configure(config):
    """A warning that announces a removal is an error in the notebooks too; sliders are drawn the live way, which the build does not do."""
    os.environ["PYTHONWARNINGS"] = REMOVALS
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads that wait for each other are slower
    os.environ.pop("COURSE_EXPLORE", None)
    os.environ.pop("MPLBACKEND", None)  # kernels draw inline; the tests themselves:
    import matplotlib

    matplotlib.use("Agg")


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
