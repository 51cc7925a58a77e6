"""Grade a small class of every kind in a throw-away course, and compare each mark with what it deserves."""

import shutil
import textwrap
import tomllib
from pathlib import Path

import nbformat
from nbgrader.utils import rmtree
from tqdm import tqdm

from grading.course import CourseFolder, GradingError, Row, write_csv
from grading.members import Member, make_class

# Shorter than a real evening's, but a busy machine takes 15 s to import torch.
LIMITS = {"timeout": 30, "notebook_timeout": 300, "memory_limit": 1536}


def demo(root: Path, assignment: str | None = None, keep: Path | None = None, **limits: int) -> int:
    """Make the class, grade it, print the table; returns 0 when every mark is the deserved one, else 1.

    Args:
        root: the repository, which holds course.toml and solutions/.
        assignment: a chapter's folder name; the first chapter's by default.
        keep: an empty or new folder for the course; by default gradebook/demo in the repository, made anew.
        limits: what differs from `LIMITS`.

    Raises:
        GradingError: there is no such assignment or no solution, nbgrader refuses it, or `keep` is in use.
    """
    solutions = find_solution(root, assignment)
    course = CourseFolder(_fresh_folder(root, keep), LIMITS | limits)
    members = prepare(course, solutions)
    done = tqdm(
        course.grade(solutions.name), total=len(members), desc="grading", leave=False, disable=None
    )
    rows = list(done)
    pages = course.feedback(solutions.name)
    write_csv(rows, course.root / "marks.csv")
    wrong = surprises(rows, members)
    verdict = wrong or [
        f"Each of the {len(members)} marks is the one that the submission deserves."
    ]
    print("\n".join([table(rows), "", *verdict, "", *_places(course, pages)]))
    return 1 if wrong else 0


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


def prepare(course: CourseFolder, solutions: Path) -> list[Member]:
    """Release the assignment in an empty course folder and let the class hand in."""
    name = solutions.name
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(solutions, course.root / "source" / name, ignore=hidden)
    course.generate(name)
    members = make_class(
        nbformat.read(course.notebook("source", ".", name), as_version=4),
        nbformat.read(course.notebook("release", ".", name), as_version=4),
    )
    for member in members:
        path = course.notebook("submitted", member.name, name)
        path.parent.mkdir(parents=True)
        if member.text is not None:
            path.write_text(member.text, encoding="utf-8")
    return members


def _fresh_folder(root: Path, keep: Path | None) -> Path:
    if keep is None:
        ours = root / "gradebook" / "demo"
        if ours.exists():
            rmtree(ours)  # nbgrader's own: what it graded is read-only
        return ours
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise GradingError(f"{keep} is not an empty folder: name a new one.")
    return keep


def surprises(rows: list[Row], members: list[Member]) -> list[str]:
    """One sentence for each mark that differs from the deserved one."""
    got = {row.student: row.mark for row in rows}
    return [
        f"{member.name} deserves {member.deserves:g} and got {got.get(member.name, 'no row')}."
        for member in members
        if got.get(member.name) != member.deserves
    ]


def table(rows: list[Row]) -> str:
    """The rows as aligned text, as wide as the terminal."""
    wide = max(len(row.student) for row in rows)
    marks = [("-" if row.mark is None else f"{row.mark:g}") + f" of {row.of:g}" for row in rows]
    indent = wide + max(map(len, marks)) + 4
    columns = max(60, shutil.get_terminal_size((120, 24)).columns)
    lines = [
        textwrap.fill(
            f"{row.student:<{wide}}  {mark:>{indent - wide - 4}}  {row.reason}",
            columns,
            subsequent_indent=" " * indent,
        )
        for row, mark in zip(rows, marks, strict=True)
    ]
    return "\n".join(lines)


def _places(course: CourseFolder, pages: Path) -> list[str]:
    return [
        f"gradebook  {course.gradebook}",
        f"feedback   {pages}",
        f"marks      {course.root / 'marks.csv'}",
        f"log        {course.log_file}",
    ]
