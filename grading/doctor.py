"""Whether this machine can grade a course, each part with its cure."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grading import pool
from grading.course import CourseFolder, GradingError, extend_path
from grading.reasons import clean
from grading.sandbox import bubblewrap
from grading.sandbox.imports import KERNEL
from grading.sandbox.jail import SandboxError, jail

GIB = 2**30
DISK = 2 * GIB  # what the notebooks and pages of an evening may take


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, whether it is well, and what was found or how to mend it."""

    what: str
    well: bool
    said: str


def examine(root: Path) -> list[Finding]:
    """Look at the sandbox, the database, the course and the room for workers."""
    found = [_sandbox(), _alembic()]
    try:
        course = CourseFolder.at(root)
    except GradingError as problem:
        return [*found, Finding("course", False, str(problem))]
    return [*found, _assignments(course), _gradebook(course), _disk(course), _workers(course)]


def _sandbox() -> Finding:
    try:
        jail(KERNEL).wait()
    except SandboxError as problem:
        return Finding("sandbox", False, f"{problem}; or type grade run --unsandboxed")
    said = f"bubblewrap at {bubblewrap.executable()}, and its warm process runs"
    return Finding("sandbox", True, said)


def _alembic() -> Finding:
    """nbgrader calls it by its name when it makes a gradebook."""
    extend_path()
    found = shutil.which("alembic")
    if not found:
        cure = "it is not on the PATH: activate the environment that holds nbgrader"
        return Finding("alembic", False, cure)
    try:
        well = subprocess.run([found, "--version"], capture_output=True).returncode == 0
    except OSError:  # the Python that its first line names is gone, or is somebody else's
        well = False
    return Finding("alembic", well, found if well else f"{found} does not run: install it again")


def _assignments(course: CourseFolder) -> Finding:
    names = sorted({path.parent.name for path in course.stage("source").glob("*/*.ipynb")})
    if not names:
        return Finding("course", False, f"no assignment lies in {course.stage('source')}")
    return Finding("course", True, ", ".join(names))


def _gradebook(course: CourseFolder) -> Finding:
    book = course.gradebook
    if not book.exists():
        folder = next(path for path in book.parents if path.exists())
        if os.access(folder, os.W_OK):
            said = "none yet: nbgrader generate_assignment ASSIGNMENT makes it"
            return Finding("gradebook", True, said)
        return Finding("gradebook", False, f"it cannot be made: you may not write to {folder}")
    if fault := course.gradebook_fault():
        return Finding("gradebook", False, fault)
    try:
        course.open_gradebook().close()
    except GradingError as problem:
        why = f"nbgrader cannot use {book} ({clean(problem.__cause__)})"
        return Finding("gradebook", False, f"{why}: put a backup of it in its place")
    return Finding("gradebook", True, f"{book} can be written")


def _disk(course: CourseFolder) -> Finding:
    free = shutil.disk_usage(course.root).free
    well, said = free > DISK, f"{free / GIB:.1f} GiB free"
    return Finding("disk", well, said if well else f"only {said}: make room for {DISK / GIB:.0f}")


def _workers(course: CourseFolder) -> Finding:
    jobs, each = pool.fitting_workers(), course.limits["memory_limit"]
    said = f"{jobs} at once, each with up to {each} MiB: grade run --jobs changes how many"
    return Finding("workers", True, said)
