"""Grade the tiny assignment of a course in a process of its own: `python -m tests.grading.batch ROOT JOBS [again]`."""

import sys
from functools import partial
from pathlib import Path

from grading import pool
from grading.course import CourseFolder
from grading.run import Run
from tests.grading.evenings import ASSIGNMENT, LIMITS


def main(root: Path, jobs: int, again: bool) -> None:
    """Print each student who is done."""
    course = CourseFolder(root, LIMITS)
    students = course.students(ASSIGNMENT)
    job = Run(course, ASSIGNMENT)
    new_pool = partial(pool.local_pool, jobs, imports=job.imports)
    for row in job.grade(students, new_pool, jobs, again):
        print(row.student, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), "again" in sys.argv)
