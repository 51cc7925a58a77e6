"""An instructor's course folder: nbgrader's own layout and gradebook, where everything lies, and its settings."""

import os
import sqlite3
import sys
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import BaseConverter, GenerateAssignment, NbGraderException
from nbgrader.utils import temp_attrs
from traitlets import TraitError
from traitlets.config import Config, PyFileConfigLoader

from grading.execute import SandboxExecute
from grading.log import logging_to
from grading.reasons import clean
from grading.settings import limit_autograding

SETTINGS = "nbgrader_config.py"
LIMITS = (
    "timeout", "notebook_timeout", "memory_limit", "process_limit", "restarts", "output_limit", "sandbox",
)  # fmt: skip

DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")  # SQLite's names of these errors begin so


class GradingError(Exception):
    """What keeps a class from being graded, said in one sentence."""


class CourseFolder:
    """A folder with source, release, submitted, autograded and feedback folders and a gradebook, as nbgrader is told.

    Args:
        root: the folder.
        limits: settings of `SandboxExecute` that differ from the others, such as {"timeout": 10}.
        config: nbgrader's settings; by default its own layout within the folder.
    """

    def __init__(
        self, root: Path, limits: dict[str, Any] | None = None, config: Config | None = None
    ):
        self.root = root.resolve()
        extend_path()
        self.config = config or default_settings(self.root)
        self.config.SandboxExecute.update(limits or {})
        self.api = NbGraderAPI(config=self.config)

    @classmethod
    def at(cls, root: Path, limits: dict[str, Any] | None = None) -> "CourseFolder":
        """The course whose nbgrader_config.py lies in this folder.

        Raises:
            GradingError: there is none, it does not load, or a limit in it is none.
        """
        if not (root / SETTINGS).is_file():
            raise GradingError(
                f"{root} has no {SETTINGS}: change to the course's folder, or name it with --course."
            )
        try:
            config = PyFileConfigLoader(SETTINGS, path=str(root)).load_config()
        except Exception as problem:  # whatever an instructor's settings bring
            raise GradingError(f"{root / SETTINGS} does not load: {clean(problem)}") from problem
        try:
            course = cls(root, limits, config)
            _ = course.limits  # read now, not when half of a class is graded
        except TraitError as problem:
            raise GradingError(
                f"{root / SETTINGS} has a setting of the wrong kind: {clean(problem, 200)}"
            ) from problem
        return course

    @property
    def log_file(self) -> Path:
        """What nbgrader and the libraries below it say."""
        return self.gradebook.parent / "nbgrader.log"

    @property
    def gradebook(self) -> Path:
        """The file of nbgrader's database."""
        return Path(self.api.coursedir.db_url.removeprefix("sqlite:///"))

    @cached_property
    def limits(self) -> dict[str, Any]:
        """What a submission may use: the settings of `SandboxExecute`."""
        step = SandboxExecute(config=self.config)
        return {name: getattr(step, name) for name in LIMITS}

    def open_gradebook(self) -> Gradebook:
        """The gradebook, for a with statement.

        Raises:
            GradingError: it cannot be opened.
        """
        self.gradebook.parent.mkdir(parents=True, exist_ok=True)
        try:
            return Gradebook(self.api.coursedir.db_url, self.api.coursedir.course_id)
        except Exception as problem:  # SQLAlchemy has a dozen
            why = f"{self.gradebook} cannot be opened ({clean(problem)}): grade doctor says why"
            raise GradingError(f"{self.gradebook_fault() or why}.") from problem

    def gradebook_fault(self) -> str:
        """Why the gradebook cannot be written, and what to do; empty where it can, or where there is none yet.

        It is really tried, and taken back: of a file that may only be read, SQLite begins a transaction without a word.
        """
        if not self.gradebook.exists():
            return ""
        try:
            with closing(sqlite3.connect(self.gradebook, timeout=1, isolation_level=None)) as book:
                ((state,), *_) = book.execute("PRAGMA quick_check(1)")
                if state != "ok":
                    return self._damaged(state)
                book.execute("BEGIN IMMEDIATE")
                book.execute("CREATE TABLE tried (it)")
                book.execute("ROLLBACK")
        except sqlite3.Error as problem:
            if problem.sqlite_errorname.startswith(DAMAGED):
                return self._damaged(problem)
            return (
                f"{self.gradebook} cannot be written ({clean(problem)}): "
                "close what else uses it, and see that you may write to it and to its folder"
            )
        return ""

    def _damaged(self, why: object) -> str:
        return f"{self.gradebook} is damaged ({clean(why)}): put a backup of it in its place"

    def demand_gradebook(self) -> None:
        """Let a command that writes marks say so before it begins.

        Raises:
            GradingError: the gradebook cannot be written.
        """
        if fault := self.gradebook_fault():
            raise GradingError(f"{fault}.")

    def folder(self, stage: str, student: str, assignment: str) -> Path:
        """A stage's folder of a student and an assignment; source and release have the student "."."""
        directory = getattr(self.api.coursedir, f"{stage}_directory")
        return Path(self.api.coursedir.format_path(directory, student, assignment)).absolute()

    def stage(self, name: str) -> Path:
        """The folder of a whole stage, such as feedback."""
        return self.root / getattr(self.api.coursedir, f"{name}_directory")

    def notebook(self, stage: str, student: str, assignment: str) -> Path:
        """Where the assignment's notebook lies in a stage.

        Raises:
            GradingError: the assignment has no notebook, or several.
        """
        return self.folder(stage, student, assignment) / self.notebook_name(assignment)

    def notebook_name(self, assignment: str) -> str:
        """The file name of the assignment's one notebook.

        Raises:
            GradingError: it has none, or several.
        """
        found = list(self.folder("source", ".", assignment).glob("*.ipynb"))
        if len(found) != 1:
            known = sorted(path.name for path in self.folder("source", ".", "x").parent.glob("*/"))
            raise GradingError(
                f"{assignment} has {len(found)} notebooks, and grading needs one. "
                f"Assignments here: {', '.join(known) or 'none'}."
            )
        return found[0].name

    def generate(self, assignment: str) -> None:
        """Make the release from the source, and enter the assignment in the gradebook.

        Raises:
            GradingError: nbgrader refuses the assignment.
        """
        self.open_gradebook().close()
        with self.nbgrader(assignment_id=assignment):
            try:
                self._run(GenerateAssignment, force=True, create_assignment=True)
            except NbGraderException as refusal:
                raise GradingError(
                    f"nbgrader refuses {assignment}: {clean(refusal)} (log: {self.log_file})"
                ) from refusal

    def is_released(self, assignment: str) -> bool:
        """Whether the gradebook knows the assignment's cells."""
        with self.open_gradebook() as book:
            try:
                return bool(book.find_assignment(assignment).notebooks)
            except MissingEntry:
                return False

    def release(self, assignment: str) -> nbformat.NotebookNode:
        """What students got.

        Raises:
            GradingError: it was not released.
        """
        path = self.notebook("release", ".", assignment)
        if not path.is_file():
            raise GradingError(not_released(assignment))
        self.demand_released(assignment)
        return nbformat.read(path, as_version=4)

    def demand_released(self, assignment: str) -> None:
        """Let a command say so before it begins.

        Raises:
            GradingError: there is no such assignment, or the gradebook does not know its cells.
        """
        self.notebook_name(assignment)
        if not self.is_released(assignment):
            raise GradingError(not_released(assignment))

    def students(self, assignment: str) -> list[str]:
        """Who has a folder for this assignment among the submitted."""
        pattern = self.folder("submitted", "*", assignment)
        base = self.stage("submitted")
        inside = pattern.relative_to(base)
        place = inside.parts.index("*")
        return sorted({p.relative_to(base).parts[place] for p in base.glob(f"{inside}/")})

    def _run(self, converter: type[BaseConverter], **options: bool) -> None:
        """Run one of nbgrader's converters. Not by NbGraderAPI's methods: they swallow Ctrl-C."""
        step = converter(coursedir=self.api.coursedir, parent=self.api)
        for name, value in options.items():
            setattr(step, name, value)
        step.start()

    @contextmanager
    def nbgrader(self, **ids: str):
        """nbgrader set to an assignment and a student; what it says goes to the log file."""
        with temp_attrs(self.api.coursedir, **ids), logging_to(self.log_file):
            yield


def not_released(assignment: str) -> str:
    """The sentence for an assignment that is not in the gradebook. With --force: without it nbgrader skips an assignment whose release lies there already."""
    return f"{assignment} is not in the gradebook yet: nbgrader generate_assignment {assignment} --force enters it."


def extend_path() -> None:
    """Have programs beside this Python found by their names: nbgrader calls alembic so."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ["PATH"]


def default_settings(root: Path) -> Config:
    """nbgrader's own layout within a folder."""
    settings = Config()
    settings.CourseDirectory.root = str(root)
    settings.CourseDirectory.course_id = "course"
    settings.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    settings.Exchange.root = str(root / "exchange")
    settings.HTMLExporter.template_name = "feedback"
    limit_autograding(settings)
    (root / "exchange").mkdir(parents=True, exist_ok=True)
    return settings
