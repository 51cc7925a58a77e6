"""Collect what a learning platform lets one download: every student's submission in its place, and a row for each."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from grading.course import GradingError
from grading.intake.files import LIMITS, Entry, Unreadable, list_folder, said_of, shown, take
from grading.intake.layouts import Handed, Layout, find_layout, tops
from grading.intake.reading import LEFT_OUT, TIME, left_out_before, look
from grading.intake.roster import NUMBERS, Student, Unknown, id_fault, letters, read_roster, whose
from grading.intake.shelf import Files, Shelf
from grading.intake.times import of_moodle, of_nbgrader, utc
from grading.intake.zips import list_zip, name_fault, open_zip, unpack_own

ABOVE = 4  # folders above a student's own in a download: the zip's, the platform's, nbgrader's


@dataclass(frozen=True)
class Collected:
    """One row of what was done.

    Args:
        student: nbgrader's name; empty where it is not known whose it is.
        what: "collected" for the first time, "replaced" an older one, "unchanged", "kept" beside the one that
            counts, "refused", "missing".
        reason: what a person should know of it; may be empty.
        origin: where it lay in the download.
        time: when it was handed in (UTC), where that is known.
        untimed: there is a deadline, and nothing tells whether this one met it.
    """

    student: str
    what: str
    reason: str
    origin: str = ""
    time: datetime | None = None
    untimed: bool = False


@dataclass(frozen=True)
class HandIn:
    """One hand-in of a student who is known."""

    handed: Handed
    entries: list[Entry]
    time: datetime | None
    late: bool


@dataclass(frozen=True)
class Collector:
    """One collection: `collect` says what its parts are."""

    submitted: Path
    assignment: str
    notebook: str
    students: list[Student] | None
    deadline: datetime | None

    def rows(self, layout: Layout) -> list[Collected]:
        """Put every hand-in in its place."""
        by_student: dict[str, list[HandIn]] = defaultdict(list)
        rows = []
        ids = _without_roster(layout)
        for handed, entries in layout.handed.items():
            try:
                student = self._student(handed, ids)
            except Unknown as why:
                rows.append(Collected("", "refused", f"{why}", handed.origin))
            else:
                by_student[student.id].append(self._hand_in(handed, entries, student))
        for student, handed_in in by_student.items():
            collect = self._collect if _of_one_person(handed_in) else _refuse_all
            rows += collect(student, handed_in)
        rows += self._missing(set(by_student)) + self._others(layout)
        return sorted(rows, key=_by_student)

    def _student(self, handed: Handed, ids: dict[Handed, str]) -> Student:
        if self.students is None:
            student = Student(ids[handed])
        else:
            known = (handed.name, handed.account, handed.lms_id, handed.participant)
            student = whose(self.students, *known)
        if fault := id_fault(student.id):
            raise Unknown(f"{shown(student.id)} cannot be a student's id: {fault}")
        return student

    def _hand_in(self, handed: Handed, entries: list[Entry], student: Student) -> HandIn:
        told = handed.time or _timestamp(entries) * bool(handed.account)
        time = of_nbgrader(told) or of_moodle(student.submitted)
        late = handed.late or self._late(time)
        if late and not time and self.deadline:
            time = self.deadline + timedelta(seconds=1)  # the least that "late" can mean
        return HandIn(handed, entries, time, late)

    def _collect(self, student: str, handed_in: list[HandIn]) -> list[Collected]:
        """The last one before the deadline counts, else the last one; the others are kept."""
        shelf = Shelf(self.submitted / student, self.assignment)
        *others, best = sorted(handed_in, key=_rank)
        try:
            if shelf.home.is_symlink():
                return [Collected(student, "refused", f"{shelf.home} is a link: remove it")]
            rows = [self._put(student, shelf, best)]
            return rows + [self._keep(student, shelf, other) for other in others]
        except OSError as problem:
            reason = f"it cannot be written: {problem}"
            return [Collected(student, "refused", reason, best.handed.origin)]

    def _put(self, student: str, shelf: Shelf, best: HandIn) -> Collected:
        files, reasons = self._read(best)
        if self._stays(shelf, best, files):
            return self._keep(student, shelf, best, "the one collected before stays; this one lies")
        what = shelf.put(files, best.time)
        reason = "; ".join(self._lateness(best) + reasons)
        # Canvas, which alone tells its own numbers, tells who is late and no time of the others.
        untimed = bool(self.deadline and not best.time and not best.handed.lms_id)
        return Collected(student, what, reason, best.handed.origin, best.time, untimed)

    def _stays(self, shelf: Shelf, best: HandIn, files: Files) -> bool:
        """Whether what was collected before goes before this one."""
        before = shelf.time()
        if before and best.time:
            return _rank(replace(best, time=before, late=self._late(before))) > _rank(best)
        # Of two of which one has no time, the one that is late for certain gives way.
        return best.late and not self._late(before) and shelf.taken and not shelf.holds(files)

    def _keep(self, student: str, shelf: Shelf, other: HandIn, it: str = "it lies") -> Collected:
        files, _ = self._read(other)
        folder = shelf.keep(files, other.time).relative_to(self.submitted)
        why = "after the deadline" if other.late else "not the last one before the deadline"
        reason = f"{why}: {it} in {folder}"
        return Collected(student, "kept", reason, other.handed.origin, other.time)

    def _late(self, time: datetime | None) -> bool:
        return bool(time and self.deadline and time > self.deadline)

    def _read(self, hand_in: HandIn) -> tuple[Files, list[str]]:
        """The files to store, and what a person should know of them."""
        safe = [replace(e, fault=e.fault or name_fault(e.path)) for e in hand_in.entries]
        files, left_out = take(safe, LIMITS)
        if hand_in.handed.account:  # both were put there by who collected it before
            left_out = left_out_before(files.pop(LEFT_OUT, b"{}")) | left_out
            files.pop(TIME, None)
        files, more = unpack_own(files, LIMITS)
        left_out |= more
        for path in [path for path in files if path.split("/")[0].casefold() in (TIME, LEFT_OUT)]:
            del files[path]
            left_out[path] = "a name that is needed for grading"
        said = look(files, left_out, self.notebook)
        if left_out:
            told = dict([*left_out.items()][:100])  # notebooks come first
            files[LEFT_OUT] = json.dumps(told, indent=1).encode()
        return files, said + said_of(left_out)

    def _lateness(self, hand_in: HandIn) -> list[str]:
        if not hand_in.late:
            return []
        if not self.deadline:
            return ["late, says the platform: give the deadline, so that a penalty can be set"]
        if hand_in.handed.late:
            return ["late, says the platform, but not by how much: taken as one second"]
        return [f"late by {hand_in.time - self.deadline}"]

    def _missing(self, came: set[str]) -> list[Collected]:
        rows = []
        for student in self.students or []:
            if student.id not in came:
                there = Shelf(self.submitted / student.id, self.assignment).place.exists()
                what = "unchanged" if there else "missing"
                reason = "nothing in this download; what was collected before stays" * there
                rows.append(Collected(student.id, what, reason or "nothing was handed in"))
        return rows

    def _others(self, layout: Layout) -> list[Collected]:
        """What belongs to nobody; other assignments in nbgrader's folders are none of ours."""
        others = layout.others
        if layout.platform not in ("Moodle", "Canvas"):
            others = [
                entry
                for entry in others
                if entry.fault and self.assignment in entry.path.replace("+", "/").split("/")
            ]
        faults = {tops([entry])[0]: entry.fault for entry in others}
        why = f"its name is none that {layout.platform} gives to a submission"
        return [Collected("", "refused", faults[top] or why, shown(top)) for top in sorted(faults)]


def collect(
    source: Path,
    submitted: Path,
    assignment: str,
    notebook_name: str,
    roster: Path | None = None,
    deadline: datetime | None = None,
) -> list[Collected]:
    """Put every submission of a download where nbgrader looks for it. Nothing is overwritten without being kept.

    Args:
        source: a folder or zip as Moodle or Canvas gives it, or in nbgrader's own layout; it is not changed.
        submitted: nbgrader's folder of submissions; nothing else is written to.
        assignment: its folder's name.
        notebook_name: its notebook's, such as "introduction.ipynb".
        roster: a table of the class; without it students are named by what the platform calls them.
        deadline: a time without a zone is UTC, as in nbgrader's gradebook; without it nobody is late.

    Returns:
        A row for each hand-in, for each student of the roster without one, and for what was refused.

    Raises:
        GradingError: the source or the roster cannot be used, in one sentence.
    """
    students = read_roster(roster) if roster else None
    until = utc(deadline) if deadline else None
    if fault := id_fault(assignment):
        raise GradingError(f"{shown(assignment)} is no assignment's folder: {fault}.")
    with _listed(source, assignment) as entries:
        layout = find_layout(entries, assignment)
        if layout is None:
            raise GradingError(_unlike(source, entries, assignment))
        collector = Collector(submitted, assignment, notebook_name, students, until)
        return collector.rows(layout)


@contextmanager
def _listed(source: Path, assignment: str) -> Iterator[list[Entry]]:
    """The files of a folder, of a zip, or of the only zip in a folder."""
    if not source.exists():
        raise GradingError(f"There is no {source}: name the folder or zip that was downloaded.")
    if source.is_dir():
        source = source.resolve()  # that it is a link itself is the instructor's choice
        entries = list_folder(source, LIMITS.depth + ABOVE)
        only_one = len(entries) == 1 and entries[0].path.lower().endswith(".zip")
        if not only_one or find_layout(entries, assignment):  # a student's zip is no class's
            yield entries
            return
        source = source / entries[0].path
    try:
        archive = open_zip(source)
    except Unreadable as problem:
        raise GradingError(f"{source} is no folder and {problem}: download it again.") from problem
    with archive:
        yield list_zip(archive, LIMITS.depth + ABOVE)


def _unlike(source: Path, entries: list[Entry], assignment: str) -> str:
    found = ", ".join(map(shown, tops(entries)[:3])) or "nothing"
    return (
        f"{source} looks like no download of Moodle or Canvas and has no STUDENT/{assignment} folders of nbgrader: "
        f"it holds {found}."
    )


def _timestamp(entries: list[Entry]) -> str:
    for entry in entries:
        if entry.path == TIME and not entry.fault and entry.size < 100:
            return take([entry], LIMITS)[0].get(TIME, b"").decode("utf-8", "replace")
    return ""


def _by_student(row: Collected) -> tuple[bool, str, bool, datetime]:
    """What counts before what is kept; rows of nobody last."""
    return not row.student, row.student, row.what == "kept", row.time or datetime.min


def _without_roster(layout: Layout) -> dict[Handed, str]:
    """Students' ids where only the platform names them; with its number where it is the same in every assignment."""
    names = {
        handed: handed.account or "_".join(map(letters, handed.name.split()))
        for handed in layout.handed
    }
    twins = Counter(name for name, _ in {(names[who], who.participant) for who in layout.handed})
    numbers = {
        who: who.lms_id or who.participant * (twins[name] > 1) for who, name in names.items()
    }
    return {who: "_".join(filter(None, (name, numbers[who]))) for who, name in names.items()}


def _of_one_person(handed_in: list[HandIn]) -> bool:
    """Two numbers of the platform are two people, even where the roster has their name once."""
    return len({(hand_in.handed.lms_id, hand_in.handed.participant) for hand_in in handed_in}) == 1


def _refuse_all(student: str, handed_in: list[HandIn]) -> list[Collected]:
    why = f"two people have this name: {NUMBERS}"
    return [Collected(student, "refused", why, hand_in.handed.origin) for hand_in in handed_in]


def _rank(hand_in: HandIn) -> tuple[bool, datetime]:
    return not hand_in.late, hand_in.time or datetime.min
