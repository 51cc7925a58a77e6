"""Grade an assignment: read and restore in this process, run in workers, save in this process."""

import copy
import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import MissingEntry, SubmittedAssignment

from grading import judge, pool, record, worker
from grading.course import CourseFolder, GradingError
from grading.intake.reading import Submission, read_submission
from grading.log import logging_to
from grading.reasons import clean, reason_of, stopped_by
from grading.record import Record, Test
from grading.report.entries import marked_by_hand
from grading.restore import Skeleton, restore, skeleton_of
from grading.sandbox.bubblewrap import COURSE
from grading.sandbox.imports import wanted
from grading.save import save, take_off_lateness
from grading.scoring import STOPPED, is_test, score

BY_HAND = "marked by hand before this run: those marks stay until somebody changes them"
VERSION = 1  # of the rules that marks depend on: raise it, and everything is graded again


@dataclass(frozen=True)
class Prepared:
    """A submission that is ready to be run.

    Args:
        notebook: the instructor's cells and the student's answers.
        nonce: ties the probes' answers to this run.
        key: a hash of all that the marks depend on.
        fault: why nothing can be run; else empty.
        notes: what was repaired.
    """

    student: str
    notebook: NotebookNode
    files: dict[str, bytes]
    nonce: str
    key: str
    fault: str
    notes: list[str]


class Run:
    """One assignment of a course, ready to be graded.

    Raises:
        GradingError: the assignment is not released.
    """

    def __init__(self, course: CourseFolder, assignment: str):
        self.course, self.assignment = course, assignment
        self.name = course.notebook_name(assignment)
        release = course.release(assignment)
        with course.open_gradebook() as book:
            try:
                self.skeleton: Skeleton = skeleton_of(book, assignment, release)
            except ValueError as problem:
                raise GradingError(str(problem)) from problem
        self.imports = wanted(given.source for given in self.skeleton.cells)  # for a jail
        self.given = _source_files(course.folder("source", ".", assignment))
        self.helpers = _hash_of_helpers()

    def grade(
        self,
        students: list[str],
        new_executor: Callable[[], Executor],
        at_once: int,
        again: bool = False,
    ) -> Iterator[Record]:
        """Grade these students' submissions, one record each as it is done; those that have their marks are not run.

        Args:
            students: nbgrader's names.
            new_executor: makes the executor that runs them.
            at_once: how many are under way at the same time.
            again: run also those that have their marks.
        """
        prepared: dict[str, Prepared] = {}
        kept: list[Record] = []

        def tasks() -> Iterator[tuple[str, worker.Task]]:
            for student in students:
                with self._one(student, kept):
                    ready = self.prepare(student)
                    done = None if again else self.graded(ready)
                    if done:
                        # The deadline may have moved since, or the hand-in's time or the penalty.
                        take_off_lateness(self.book, self.course, self.assignment, student)
                        kept.append(done)
                    elif ready.fault:
                        kept.append(self.save(ready, unrun(ready), 0.0, 0.0))
                    else:
                        prepared[student] = ready
                        yield student, self.task(ready)

        with logging_to(self.course.log_file), self.course.open_gradebook() as self.book:
            results = pool.run_all(tasks(), worker.run, new_executor, at_once)
            for student, result in results:
                with self._one(student, kept):
                    if not isinstance(result, worker.Outcome):
                        raise result
                    executed = nbformat.reads(result.notebook.decode(), as_version=4)
                    kept.append(self.save(prepared.pop(student), executed, result.seconds, result.mebibytes))  # fmt: skip
                yield from _taken(kept)
            yield from _taken(kept)

    @contextmanager
    def _one(self, student: str, kept: list[Record]) -> Iterator[None]:
        """Whatever goes wrong with one submission, the others are graded: it has no mark, a reason, and another chance."""
        try:
            yield
        except Exception as problem:
            self.book.db.rollback()  # the next one's marks can be written
            logging.getLogger(__name__).exception("%s could not be graded", student)
            why = f"no mark: it could not be graded ({clean(problem)}); run it again, or look at the log"
            sandboxed = self.course.limits["sandbox"]
            kept.append(Record(student, self.assignment, "", why, sandboxed=sandboxed))

    def prepare(self, student: str) -> Prepared:
        """Read a submission and put the instructor's cells back. Nothing that was handed in makes it raise."""
        folder = self.course.folder("submitted", student, self.assignment)
        submission = read_submission(folder, self.name)
        notebook, notes = restore(submission.notebook or new_notebook(), self.skeleton)
        return Prepared(
            student=student,
            notebook=notebook,
            files={**submission.files, **self.given},  # the instructor's files win
            nonce=secrets.token_hex(16),
            key=self.key(submission),
            fault=submission.fault,
            notes=submission.notes + (notes if submission.notebook else []),
        )

    def task(self, ready: Prepared) -> worker.Task:
        """What a worker is to run."""
        instrumented = judge.instrument(ready.notebook, ready.nonce, self.skeleton)
        text = nbformat.writes(instrumented).encode()
        return worker.Task(text, ready.files, self.course.limits)

    def key(self, submission: Submission) -> str:
        """A hash of all that the marks of a submission depend on."""
        digest = hashlib.sha256()
        parts = [
            str(VERSION),
            self.helpers,
            repr(self.skeleton),
            json.dumps(self.course.limits, sort_keys=True),
        ]
        parts += [json.dumps(submission.notebook, sort_keys=True), submission.fault]
        for part in parts:
            digest.update(part.encode(errors="surrogatepass") + b"\0")
        for path, content in sorted({**submission.files, **self.given}.items()):
            digest.update(path.encode(errors="surrogatepass") + b"\0" + content + b"\0")
        return digest.hexdigest()

    def graded(self, ready: Prepared) -> Record | None:
        """The record of a submission that has its marks already: the record is written after them."""
        found = record.read(self.course.folder("autograded", ready.student, self.assignment))
        same = found and found.key == ready.key
        return found if same and self._entered(ready.student) else None

    def _entered(self, student: str) -> SubmittedAssignment | None:
        """The gradebook's submission; None also where an older gradebook was put back."""
        try:
            return self.book.find_submission(self.assignment, student)
        except MissingEntry:
            return None

    def _marked_by_hand(self, student: str) -> bool:
        """Whether a person's marks are there already: they go before those of this run."""
        entered = self._entered(student)
        return bool(entered and marked_by_hand(entered))

    def save(
        self, ready: Prepared, executed: NotebookNode, seconds: float, mebibytes: float
    ) -> Record:
        """Score an executed notebook and keep it: notebook, gradebook, and last the record."""
        notebook, flags = judge.verdict(executed, ready.nonce)
        tests, findings = marks(notebook)
        done = Record(
            student=ready.student,
            assignment=self.assignment,
            key=ready.key,
            reason=ready.fault or reason_of(notebook),
            tests=tests,
            flags=[] if ready.fault else flags + findings,
            notes=ready.notes + [BY_HAND] * self._marked_by_hand(ready.student),
            stopped=any(map(stopped_by, notebook.cells)),
            seconds=round(seconds, 2),
            mebibytes=round(mebibytes, 1),
            sandboxed=self.course.limits["sandbox"],
        )
        save(self.book, self.course, done, notebook, ready.files)
        return done


def marks(notebook: NotebookNode) -> tuple[list[Test], list[str]]:
    """What the tests of an executed notebook give, and what a person must look at."""
    tests, findings = [], []
    for cell in notebook.cells:
        if is_test(cell):
            name, most = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
            result = score(cell)
            tests.append(Test(name, result.points, most, result.said))
            if result.finding:
                findings.append(result.finding)
    return tests, findings


def unrun(ready: Prepared) -> NotebookNode:
    """The notebook of a submission that cannot be run: each test says why."""
    notebook = copy.deepcopy(ready.notebook)
    for cell in notebook.cells:
        if is_test(cell):
            why = ready.fault
            cell.outputs = [
                new_output("error", ename=STOPPED, evalue=why, traceback=[f"{STOPPED}: {why}"])
            ]
    return notebook


def _taken(kept: list[Record]) -> list[Record]:
    taken, kept[:] = list(kept), []
    return taken


def _hash_of_helpers() -> str:
    """A hash of the course's modules, which tests import: a mended one is a reason to grade again."""
    digest = hashlib.sha256()
    for path in sorted(Path(COURSE, "helpers").rglob("*.py")):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _source_files(folder: Path) -> dict[str, bytes]:
    """The instructor's files beside the notebook."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".ipynb"]
    plain = [p for p in files if not any(part.startswith((".", "__")) for part in p.relative_to(folder).parts)]  # fmt: skip
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(plain)}
