"""The student version of an assignment, made by nbgrader itself in a throw-away course."""

import logging
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from sources.course import CourseError


@contextmanager
def throw_away_course(gradebook: bool = True):
    """An empty nbgrader course in a folder that is gone afterwards: its NbGraderAPI and its folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Config()
        settings.CourseDirectory.root = folder
        settings.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
        settings.CourseDirectory.course_id = "course"
        # Without the gradebook the student version is the same, and there three seconds sooner.
        settings.GenerateAssignment.no_database = not gradebook
        settings.SaveCells.enabled = gradebook
        settings.Exchange.root = f"{folder}/exchange"
        settings.NbGraderAPI.log_level = logging.ERROR
        (Path(folder) / "exchange").mkdir()
        before = os.environ["PATH"]
        here = str(Path(sys.executable).parent)
        os.environ["PATH"] = here + os.pathsep + before  # nbgrader calls alembic by name
        try:
            yield NbGraderAPI(config=settings), Path(folder)
        finally:
            os.environ["PATH"] = before


def release(solution_folder: Path) -> dict[str, bytes]:
    """What `nbgrader generate_assignment` makes of a folder of solutions: path in the assignment -> content.

    Raises:
        CourseError: nbgrader refuses the assignment, and says why.
    """
    name, hidden = solution_folder.name, shutil.ignore_patterns("__pycache__", ".*")
    with throw_away_course(gradebook=False) as (api, course):
        shutil.copytree(solution_folder, course / "source" / name, ignore=hidden)
        result = api.generate_assignment(name)
        if not result["success"]:
            raise CourseError(f"nbgrader refuses {name}: {_reason(result.get('log', ''))}")
        made = course / "release" / name
        return contents(made)


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder, JupyterLab's checkpoints aside: path in the folder -> content."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in files if ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _reason(log: str) -> str:
    """What nbgrader's first error says in its last line."""
    errors = re.findall(r"(?ms)^\[ERROR\] (.*?)(?=^\[[A-Z]+\] |\Z)", log)
    return errors[0].strip().splitlines()[-1] if errors else "it does not say why."
