"""What the gradebook and the graded folder know of each student's submission."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Grade, Gradebook, Student, SubmittedAssignment

from grading import record
from grading.record import Record


@dataclass(frozen=True)
class Entry:
    """One student and one assignment.

    Args:
        student: nbgrader's name of the student.
        name: the person's name; nbgrader's where no other is known.
        mark: points after the late penalty, as the gradebook has them; None where there is no mark.
        of: the points that the assignment gives.
        questions: each marked cell's name -> its points, and the points that it gives.
        record: what else is known of the grading; None where nothing was handed in, or not graded.
        needs_person: somebody must look before the mark counts.
        feedback: the student's page; None where it is not written yet.
        penalty: points taken off for handing in late.
        late: by how many seconds; 0 where it was in time, or no time is known.
        email: empty where the gradebook does not know it.
        handed_in: a submission lies where it is graded from.
    """

    student: str
    name: str
    mark: float | None
    of: float
    questions: dict[str, tuple[float, float]] = field(default_factory=dict)
    record: Record | None = None
    needs_person: bool = False
    feedback: Path | None = None
    penalty: float = 0.0
    late: float = 0.0
    email: str = ""
    handed_in: bool = False

    @property
    def final(self) -> float | None:
        """The mark that may leave the house; None where there is none, or somebody must look first."""
        return None if self.needs_person else self.mark

    @property
    def withheld(self) -> bool:
        """Whether a finding keeps the points out until a person has looked."""
        return self.needs_person and bool(self.record and self.record.flags)

    @property
    def by_tests(self) -> float | None:
        """The points that the tests gave, whatever became of them; None where that is not known."""
        return sum(test.points for test in self.record.tests) if self.record else None

    @property
    def never_ran(self) -> bool:
        """Whether no notebook that can be run was handed in."""
        return bool(self.record and never_ran(self.record))

    @property
    def stopped(self) -> bool:
        """Whether a limit stopped a part of the run."""
        return bool(self.record and self.record.stopped) and not self.never_ran

    @property
    def reason(self) -> str:
        """Why the mark is what it is, in one sentence."""
        if self.record:
            return self.record.reason
        if self.mark is not None:
            return "graded without a record"
        return "handed in, not graded yet" if self.handed_in else "nothing was handed in"

    @property
    def waits_for_run(self) -> bool:
        """Whether a submission lies there and has no mark in the gradebook."""
        return self.handed_in and self.mark is None


def entries(
    gradebook: Gradebook,
    graded_folder: Path,
    feedback_folder: Path,
    assignment: str,
    handed_in: Iterable[str] = (),
) -> list[Entry]:
    """An entry for every student whom the gradebook, the graded folder or a hand-in makes known, by name.

    Args:
        gradebook: nbgrader's database, open. Its marks are the ones that count: a person may have changed them.
        graded_folder, feedback_folder: nbgrader's folders, with STUDENT/ASSIGNMENT below.
        assignment: its name.
        handed_in: whose submission lies there.

    Raises:
        nbgrader.api.MissingEntry: the gradebook has no such assignment.
    """
    facts = gradebook.find_assignment(assignment)
    submissions = {submission.student_id: submission for submission in facts.submissions}
    students = {student.id: student for student in gradebook.students}
    graded = {folder.parent.name for folder in graded_folder.glob(f"*/{assignment}/")}
    there = {*handed_in}
    found = [
        _entry(
            student,
            students.get(student),
            submissions.get(student),
            facts.max_score,
            record.read(graded_folder / student / assignment),
            _page(feedback_folder / student / assignment),
            student in there,
        )
        for student in students.keys() | graded | there
    ]
    return sorted(found, key=lambda entry: (entry.name.casefold(), entry.student))


def _entry(
    student: str,
    person: Student | None,
    submission: SubmittedAssignment | None,
    of: float,
    known: Record | None,
    page: Path | None,
    handed_in: bool,
) -> Entry:
    called = [person.first_name, person.last_name] if person else []
    who = {
        "student": student,
        "name": " ".join(filter(None, called)) or student,
        "email": (person and person.email) or "",
        "of": of,
        "record": known,
        "feedback": page,
        "handed_in": handed_in,
    }
    if submission is None or not submission.notebooks:  # a run that was stopped left a record only
        return Entry(mark=None, needs_person=known is not None, **who)
    penalty = submission.late_submission_penalty or 0.0
    return Entry(
        mark=max(0.0, submission.score - penalty),
        questions=_questions(submission, known),
        needs_person=needs_person(submission, known),
        penalty=penalty,
        late=submission.total_seconds_late,
        **who,
    )


def needs_person(submission: SubmittedAssignment, known: Record | None) -> bool:
    """Whether a cell has no mark yet, or a finding was not answered with a mark by hand.

    Not nbgrader's `needs_manual_grade`: grading again sets that for every mark that a person has given.
    """
    flagged = bool(known and known.flags)
    return any(map(waits, _grades(submission))) or (flagged and not marked_by_hand(submission))


def never_ran(known: Record) -> bool:
    """Whether there was no notebook to run: each of its tests then says why."""
    return known.stopped and not known.seconds


def marked_by_hand(submission: SubmittedAssignment) -> bool:
    """Whether a person has given points for any cell."""
    return any(grade.manual_score is not None for grade in _grades(submission))


def _grades(submission: SubmittedAssignment) -> list[Grade]:
    return [grade for notebook in submission.notebooks for grade in notebook.grades]


def waits(grade: Grade) -> bool:
    """Whether neither a test nor a person has given points for a cell."""
    return grade.auto_score is None and grade.manual_score is None


def _questions(
    submission: SubmittedAssignment, known: Record | None
) -> dict[str, tuple[float, float]]:
    """The points of each marked cell, in the notebook's order as far as the record tells it."""
    order = {test.name: place for place, test in enumerate(known.tests)} if known else {}
    grades = sorted(_grades(submission), key=lambda grade: order.get(grade.name, len(order)))
    return {grade.name: (grade.score, grade.max_score) for grade in grades}


def _page(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("[!.]*.html"))), None)
