"""Grade cases together, with honest students before, between and after them, and look at what is left behind."""

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
import psutil

from grading import outputs, pool
from grading.course import CourseFolder
from grading.record import Record
from grading.run import Run
from tests.grading.cases.harm import LEFT, MARK
from tests.grading.cases.paper import (
    ALL,
    ASSIGNMENT,
    COURSE,
    FILE,
    FLAGGED,
    TESTS,
    Case,
    solution,
)

LIMITS = {"timeout": 10, "notebook_timeout": 40, "memory_limit": 1000, "process_limit": 50}
SECRET_OF_THE_ENVIRONMENT = "secret 5d1f"


@dataclass(frozen=True)
class Batch:
    """What came of a class.

    Args:
        cases: by the student who handed them in.
        records: by student; honest bystanders are among them.
        pages: the feedback, by student.
        report: the report of the class.
        changed: paths whose content has changed, or that are new, besides the graded folders.
        running: command lines of processes that should be gone.
    """

    course: CourseFolder
    cases: dict[str, Case]
    records: dict[str, Record]
    pages: dict[str, str]
    report: str
    changed: list[str]
    running: list[str]

    def bystanders(self) -> list[str]:
        """The honest students."""
        return [student for student in self.records if student not in self.cases]


def new_course(root: Path, **limits: int) -> CourseFolder:
    """A course whose assignment is released, beside a folder that nobody may write to."""
    course = CourseFolder(root / "course", LIMITS | limits)
    (root / "course.toml").write_text(COURSE)
    source = course.folder("source", ".", ASSIGNMENT)
    source.mkdir(parents=True)
    nbformat.write(solution(), source / FILE)
    (root / "beside").mkdir()
    (root / "beside" / "precious.txt").write_text("three years of work")
    course.generate(ASSIGNMENT)
    return course


def grade(course: CourseFolder, groups: dict[str, list[Case]]) -> Batch:
    """Let each group hand in between two bystanders, and grade all with two workers."""
    cases = {}
    release = course.release(ASSIGNMENT)
    for number, group in enumerate(groups.values(), 1):
        names = [f"{number:02}_{at:03}" for at, _ in enumerate(group, 1)]
        cases |= dict(zip(names, group, strict=True))
        for student, case in zip(names, group, strict=True):
            hand_in(course, student, case, case.handed_in(release, str(course.root)))
        for student in (f"{number:02}_0_bystander", f"{number:02}_9_bystander"):
            hand_in(course, student, Case(""), Case("").handed_in(release, ""))
    return graded(course, cases)


def graded(course: CourseFolder, cases: dict[str, Case]) -> Batch:
    """Grade all who handed in."""
    before, workers = everything(course), []
    os.environ["A_SECRET"] = SECRET_OF_THE_ENVIRONMENT
    try:
        run = Run(course, ASSIGNMENT)
        found = list(run.grade(course.students(ASSIGNMENT), partial(watched_pool, workers), 2))
    finally:
        del os.environ["A_SECRET"]
    after = everything(course)
    changed = [path for path in before | after if before.get(path) != after.get(path)]
    pages = outputs.write_feedback(course, ASSIGNMENT)
    report = outputs.write_report(course, ASSIGNMENT)
    assert len({record.student for record in found}) == len(found)
    return Batch(
        course,
        cases,
        {record.student: record for record in sorted(found, key=lambda record: record.student)},
        {page.parts[-3]: page.read_text(encoding="utf-8") for page in pages},
        report.read_text(encoding="utf-8"),
        changed + left_files(),
        still_running(workers),
    )


def hand_in(course: CourseFolder, student: str, case: Case, files: dict[str, bytes]) -> None:
    """Make the student's folder."""
    folder = course.folder("submitted", student, ASSIGNMENT)
    folder.mkdir(parents=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for path, target in case.links.items():
        (folder / path).symlink_to(target)
    for path in case.pipes:
        os.mkfifo(folder / path)


def watched_pool(workers: list) -> object:
    """A pool of two; its processes are added to `workers` when it is shut down."""
    executor = pool.local_pool(2)
    submit = executor.submit

    def submitting(*args, **kwargs):
        future = submit(*args, **kwargs)
        workers.extend(set(executor._processes) - set(workers))
        return future

    executor.submit = submitting
    return executor


def everything(course: CourseFolder) -> dict[str, str]:
    """A hash of each file of the course, graded work and the gradebook aside, and of what lies beside it."""
    ours = (course.stage("autograded"), course.gradebook, course.log_file)
    found = {}
    for folder, folders, files in os.walk(course.root.parent):
        folders[:] = [name for name in folders if Path(folder, name) not in ours]
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for path in (Path(folder, name) for name in files + links):
            if path not in ours:
                plain = path.is_file() and not path.is_symlink()
                content = path.read_bytes() if plain else str(path.lstat().st_mode).encode()
                found[str(path)] = hashlib.sha256(content).hexdigest()
    return found


def left_files() -> list[str]:
    """What cases have written where none belongs."""
    home, temporary = Path.home(), Path(tempfile.gettempdir())
    places = [temporary, home, home / ".ipython/profile_default/startup", home / ".config", Path("/"), Path("/usr"), Path("/etc")]  # fmt: skip
    return [str(path) for place in places for path in place.glob(f"*{MARK}*")]


def still_running(workers: list[int], patience: float = 10) -> list[str]:
    """Processes that cases have left, and workers with what they started; a killed one takes a moment."""
    end = time.monotonic() + patience
    while (found := _running(workers)) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def _running(workers: list[int]) -> list[str]:
    found = []
    for process in psutil.process_iter(["pid", "ppid", "cmdline", "status"]):
        about = process.info
        line = " ".join(about["cmdline"] or [])
        ours = about["pid"] in workers or about["ppid"] in workers or LEFT in line
        if ours and about["status"] != psutil.STATUS_ZOMBIE:
            found.append(f"{about['pid']} {line}")
    return found


def wrong(batch: Batch) -> list[str]:
    """One sentence for each case that has not what it deserves, and for each bystander without full marks."""
    found = [
        f"{student}: {points(record)}, {record.flags or record.reason}"
        for student, record in batch.records.items()
        if student not in batch.cases and (points(record) != ALL or record.flags or record.notes)
    ]
    for student, case in batch.cases.items():
        record = batch.records.get(student)
        if record is None:
            found.append(f"{student} ({case.name}) has no row")
        elif not fits(case, record):
            said = [record.reason, *record.flags, *record.notes]
            found.append(f"{student} ({case.name}) deserves {case.marks}: {points(record)}, {said}")
    return found


def fits(case: Case, record: Record) -> bool:
    """Whether the record is what the case deserves, and says what it should."""
    said = [record.reason, *record.flags, *record.notes, *(test.said for test in record.tests)]
    if not any(case.says in text for text in said):
        return False
    if case.marks is FLAGGED:
        return bool(record.flags)
    failed = points(record) != ALL
    return points(record) == case.marks and not record.flags and (not failed or record.reason != "")


def points(record: Record) -> tuple[float, ...]:
    """What the three tests gave."""
    given = {test.name: test.points for test in record.tests}
    return tuple(given.get(name, -1) for name in TESTS)
