"""A class of every kind in a throw-away course, and whether each mark is the one that the submission deserves."""

import os
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.utils import rmtree

from grading.course import CourseFolder, GradingError
from grading.members import Member, make_class
from grading.record import Record

# Shorter than a real evening's: the demonstration is to take a minute or two.
LIMITS = {
    "timeout": 20,
    "notebook_timeout": 200,
    "memory_limit": 1200,
    "process_limit": 60,
}


@dataclass(frozen=True)
class DemoClass:
    """Who handed in, and what."""

    assignment: str
    members: list[Member]


def prepare_class(
    root: Path, assignment: str | None = None, keep: Path | None = None
) -> tuple[CourseFolder, DemoClass]:
    """Release the assignment in a new course, and let the class hand in.

    Args:
        root: the repository, which holds course.toml and solutions/.
        assignment: a chapter's folder name; the first chapter's by default.
        keep: an empty or new folder for the course; by default gradebook/demo in the repository, made anew.

    Raises:
        GradingError: there is no such assignment or no solution, nbgrader refuses it, or `keep` is in use.
    """
    solutions = find_solution(root, assignment)
    name = solutions.name
    course = CourseFolder(_fresh_folder(root, keep), dict(LIMITS))
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(solutions, course.folder("source", ".", name), ignore=hidden)
    course.generate(name)
    source = course.notebook("source", ".", name)
    others = course.notebook("submitted", "perfect", name)
    members = make_class(
        nbformat.read(source, as_version=4),
        course.release(name),
        source.name,
        [source, course.gradebook, others],
    )
    for member in members:
        hand_in(member, course.folder("submitted", member.name, name))
    return course, DemoClass(name, members)


def find_solution(root: Path, assignment: str | None) -> Path:
    """The folder of the assignment's solution; of the first chapter's for None."""
    facts = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))
    known = [chapter["folder"] for chapter in facts["chapters"]]
    name = assignment or known[0]
    if name not in known:
        raise GradingError(f"course.toml knows no assignment {name}: it has {', '.join(known)}.")
    found = list((root / "solutions" / name).glob("*.ipynb"))
    if len(found) != 1:
        raise GradingError(f"solutions/{name} holds {len(found)} notebooks: the demo needs one.")
    return found[0].parent


def hand_in(member: Member, folder: Path) -> None:
    """Make the member's folder."""
    folder.mkdir(parents=True)
    for path, content in member.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for path, target in member.links.items():
        (folder / path).symlink_to(target)
    for path in member.pipes:
        os.mkfifo(folder / path)


def _fresh_folder(root: Path, keep: Path | None) -> Path:
    if keep is None:
        ours = root / "gradebook" / "demo"
        if ours.exists():
            rmtree(ours)
        return ours
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise GradingError(f"{keep} is not an empty folder: name a new one.")
    return keep


def table(records: Iterable[Record], demo_class: DemoClass) -> list[tuple[str, ...]]:
    """A row for each submission, in the class's order: who, the mark, and why."""
    order = {member.name: number for number, member in enumerate(demo_class.members)}
    rows = []
    for record in sorted(records, key=lambda record: order[record.student]):
        mark = _mark(record)
        of = sum(test.of for test in record.tests)
        said = record.flags[0] if record.flags else record.reason
        rows.append((record.student, f"{'-' if mark is None else f'{mark:g}'} of {of:g}", said))
    return rows


def surprises(records: Iterable[Record], demo_class: DemoClass) -> list[str]:
    """One sentence for each mark that differs from the deserved one."""
    graded = {record.student: record for record in records}
    return list(filter(None, (_compare(member, graded.get(member.name)) for member in demo_class.members)))  # fmt: skip


def _compare(member: Member, record: Record | None) -> str:
    """What differs; empty where nothing does."""
    wanted = "to be flagged" if member.deserves is None else f"{member.deserves:g}"
    if record is None:
        got = "no row"
    elif record.flags:
        got = f"flagged: {record.flags[0]}"
    elif not record.tests:
        got = record.reason
    else:
        got = f"{_mark(record):g}"
    fits = got.startswith("flagged") if member.deserves is None else got == wanted
    return "" if fits else f"{member.name} deserves {wanted} and got {got}. It is: {member.about}"


def _mark(record: Record) -> float | None:
    """The sum of its points; None while they are kept out."""
    return None if record.flags or not record.tests else sum(test.points for test in record.tests)
