"""What the commands do: each takes the command line's options and returns the exit status."""

import webbrowser
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from grading import doctor as physician
from grading import export as exporting
from grading import pool, record
from grading.course import CourseFolder, GradingError
from grading.intake.collect import Collected
from grading.intake.collect import collect as collect_all
from grading.intake.roster import read_roster
from grading.intake.times import of_person, utc, with_zone
from grading.lines import MOST, aligned, listed, section
from grading.outputs import entries_of, known, report_path, write_feedback, write_report
from grading.record import Record
from grading.report.entries import never_ran
from grading.run import Run
from grading.sandbox import bubblewrap


def collect(options: Namespace) -> int:
    """Collect a download, and enter its students and the deadline in the gradebook."""
    typed = _typed_time(options.deadline) if options.deadline else None
    course, assignment = _course(options), options.assignment
    if typed or options.roster:
        course.demand_gradebook()
    rows = collect_all(
        options.source,
        course.stage("submitted"),
        assignment,
        course.notebook_name(assignment),
        options.roster,
        typed or _deadline(course, assignment),
    )
    _enter(course, assignment, options.roster, typed)  # last: nothing is kept of what failed
    strangers = _strangers(course, assignment, options.roster) if options.roster else []
    print("\n".join([*_collected(rows), *strangers]))
    if typed:
        print(f"deadline  {with_zone(typed)}")
    return 1 if any(row.what == "refused" for row in rows) else 0


def run(options: Namespace) -> int:
    """Grade, write the report, and say what needs a person."""
    course = _course(options, {"sandbox": False} if options.unsandboxed else {})
    course.demand_gradebook()
    job = Run(course, options.assignment)
    students = _chosen(course, options)
    again = bool(options.student or options.only)
    done = grade(job, students, *_executor(job, options), again) if students else []
    page = write_report(course, options.assignment)
    print("\n".join(last_lines(course, options.assignment, done, page)))
    return 1 if any(not row.key for row in done) else 0


def report(options: Namespace) -> int:
    """Write the report, and say where it is."""
    course = _course(options)
    page = write_report(course, options.assignment)
    left = listed(
        f"Handed in, but grade run {options.assignment} has not graded them yet",
        [e.student for e in entries_of(course, options.assignment) if e.waits_for_run],
    )
    print("\n".join([*left, f"report  {page}", f"table   {page.with_suffix('.csv')}"]))
    if options.open:
        webbrowser.open(page.as_uri())
    return 0


def feedback(options: Namespace) -> int:
    """Write the feedback pages, and the report, which links to them."""
    course = _course(options)
    try:
        pages = write_feedback(course, options.assignment)
    finally:  # also where somebody's page could not be made
        write_report(course, options.assignment)
    found = entries_of(course, options.assignment)
    waiting = [entry.student for entry in found if entry.record and entry.needs_person]
    lines = listed("Their pages say that points are still to come", waiting)
    print("\n".join([*lines, f"{len(pages)} pages in {course.stage('feedback')}"]))
    return 0


def export(options: Namespace) -> int:
    """Write the marks; nobody's mark leaves who waits for a person."""
    course = _course(options)
    roster = read_roster(options.roster) if options.roster else []
    if options.output and options.roster and _same_file(options.output, options.roster):
        raise GradingError(f"{options.output} is the roster: give --output another name.")
    beside = report_path(course, options.assignment)
    path = options.output or beside.with_name(f"{beside.stem}-{options.to}.csv")
    found = entries_of(course, options.assignment)
    title = options.title or options.assignment
    notes = exporting.export(found, options.to, path, title, roster)
    print("\n".join([*notes, f"marks  {path}"]))
    return 0


def doctor(options: Namespace) -> int:
    """Print each finding with its cure."""
    found = physician.examine(options.course)
    print(aligned([("ok" if part.well else "NO", part.what, part.said) for part in found]))
    return 0 if all(part.well for part in found) else 1


def demo(options: Namespace) -> int:
    """Grade the demonstration's class, and compare each mark with what it deserves."""
    from grading import demo as demonstration  # no other command needs it

    course, members = demonstration.prepare_class(options.root, options.assignment, options.keep)
    assignment = members.assignment
    job = Run(course, assignment)
    done = grade(job, course.students(assignment), *_local(job, None))
    write_feedback(course, assignment)
    page = write_report(course, assignment)
    print(aligned(demonstration.table(done, members)))
    print("\n".join(["", *last_lines(course, assignment, done, page)]))
    wrong = demonstration.surprises(done, members)
    well = f"Each of the {len(done)} marks is the one that the submission deserves."
    print("\n".join(wrong or [well]))
    if options.open:
        webbrowser.open(page.as_uri())
    return 1 if wrong else 0


def grade(
    job: Run,
    students: list[str],
    new_executor: Callable[[], Executor],
    at_once: int,
    again: bool = False,
) -> list[Record]:
    """Grade these students under a progress bar with the time left; their records, by student."""
    done = job.grade(students, new_executor, at_once, again)
    bar = tqdm(done, total=len(students), desc="grading", unit="", leave=False, disable=None)
    with closing(done):  # Ctrl-C: the workers end at once
        return sorted(bar, key=lambda row: row.student)


def last_lines(course: CourseFolder, assignment: str, done: list[Record], page: Path) -> list[str]:
    """How many are graded, what needs a person, and where to look."""
    students = {row.student for row in done}
    waiting = [e for e in entries_of(course, assignment) if e.student in students and e.needs_person and e.record]  # fmt: skip
    graded = [row for row in done if row.key]
    unsandboxed = "These submissions ran WITHOUT the sandbox."
    count = f"{len(graded)} of {len(done)} submissions are graded."
    return [
        count if done else "None of them failed: there is nothing to run again.",
        *section(
            "Look at these first: their points are kept out until you give them in Formgrader.",
            [(entry.student, entry.record.flags[0]) for entry in waiting if entry.record.flags],
            "in the report",
        ),
        *section(
            "No worker could run these, which is not their fault: type the command again.",
            [(row.student, row.reason) for row in done if not row.key],
            "in the log",
        ),
        *listed("Mark by hand in Formgrader", [e.student for e in waiting if not e.record.flags]),
        *listed("Zero, for there is no notebook that can be run", [row.student for row in graded if never_ran(row)]),
        *listed("Stopped by a limit", [row.student for row in graded if row.stopped and not never_ran(row)]),
        *([unsandboxed] if done and not course.limits["sandbox"] else []),
        f"report  {page}",
        f"log     {course.log_file}",
    ]  # fmt: skip


def _collected(rows: list[Collected]) -> list[str]:
    """What a person should know of a download: the others are only counted."""
    told = [row for row in rows if row.reason and row.what not in ("missing", "unchanged")]
    told.sort(key=lambda row: row.what != "refused")
    lines = [aligned([(row.student or row.origin, row.what, row.reason) for row in told])]
    lines += listed("Nothing came from", [row.student for row in rows if row.what == "missing"])
    untimed = sum(row.untimed for row in rows)
    nobody = f"{untimed} came without a time that can be read: nobody of them counts as late."
    lines += [nobody] * bool(untimed)
    counts = Counter(row.what for row in rows)
    lines.append(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
    return list(filter(None, lines))


def _strangers(course: CourseFolder, assignment: str, roster: Path) -> list[str]:
    """Who lies among the submitted and is not in the class: most often somebody collected without the roster."""
    ids = {student.id for student in read_roster(roster)}
    names = [student for student in course.students(assignment) if student not in ids]
    lines = listed("Handed in by names that the roster does not know", names)
    cure = (
        f"Are they students of it, collected without the roster? Remove their folders from {course.stage('submitted')}, "
        "and where they are graded type nbgrader db student remove NAME --force."
    )
    return [*lines, cure] if names else []


def _executor(job: Run, options: Namespace) -> tuple[Callable[[], Executor], int]:
    """What makes an executor, and how many submissions it runs at once."""
    address = options.scheduler
    if not address:
        return _local(job, options.jobs)
    try:
        new_executor, threads = pool.cluster(address)
    except ImportError as missing:
        raise GradingError("--scheduler needs Dask: pip install distributed.") from missing
    except (OSError, ValueError) as problem:
        raise GradingError(f"No Dask scheduler answers at {address}: {problem}.") from problem
    if not threads:
        raise GradingError(f"The Dask scheduler at {address} has no workers: start some, each with dask worker {address}.")  # fmt: skip
    return new_executor, options.jobs or threads


def _local(job: Run, jobs: int | None) -> tuple[Callable[[], Executor], int]:
    sandbox = job.course.limits["sandbox"]
    if sandbox and (reason := bubblewrap.why_not()):
        raise GradingError(
            f"Submissions cannot be run safely: {reason}. "
            "grade run --unsandboxed runs them with all that you may do yourself."
        )
    at_once = jobs or pool.fitting_workers()
    return partial(pool.local_pool, at_once, sandbox, job.imports), at_once


def _chosen(course: CourseFolder, options: Namespace) -> list[str]:
    """The students whose submissions are to be graded."""
    students = course.students(options.assignment)
    if not students:
        raise GradingError(f"Nobody handed in {options.assignment}: grade collect puts submissions in their place.")  # fmt: skip
    if unknown := sorted({*options.student} - {*students}):
        names, others = ", ".join(unknown[:MOST]), ", ".join(students[:5])
        more = f" and {len(students) - 5} more" if len(students) > 5 else ""
        raise GradingError(
            f"{names} handed in nothing for {options.assignment}; there are {others}{more}."
        )
    if options.student:
        students = [student for student in students if student in options.student]
    if options.only:
        folders = {s: course.folder("autograded", s, options.assignment) for s in students}
        records = {student: record.read(folder) for student, folder in folders.items()}
        students = [student for student, found in records.items() if not found or found.stopped]
    return students


def _course(options: Namespace, limits: dict[str, Any] | None = None) -> CourseFolder:
    """The course, which has the assignment."""
    course = CourseFolder.at(options.course, limits)
    course.demand_released(options.assignment)
    return course


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def _typed_time(text: str) -> datetime:
    time = of_person(text)
    if not time:
        raise GradingError(f"{text} is no time: write it as 2031-05-04T23:59+02:00.")
    return time


def _deadline(course: CourseFolder, assignment: str) -> datetime | None:
    with known(course, assignment) as book:
        return book.find_assignment(assignment).duedate


def _enter(
    course: CourseFolder, assignment: str, roster: Path | None, deadline: datetime | None
) -> None:
    """Put into the gradebook what was told of the class."""
    with course.open_gradebook() as book:
        if deadline:
            book.update_or_create_assignment(assignment, duedate=utc(deadline))
        for person in read_roster(roster) if roster else []:
            named = {"first_name": person.first_name, "last_name": person.last_name}
            more = {"email": person.email, "lms_user_id": person.lms_id or None}
            book.update_or_create_student(person.id, **named, **more)
