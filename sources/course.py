"""The course's facts from course.toml, and where the files of each chapter stand."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class CourseError(Exception):
    """What keeps a notebook from being built, said so that its author can act on it."""


@dataclass(frozen=True)
class Chapter:
    """One chapter: its folder name in course.toml gives the place of everything that belongs to it."""

    root: Path
    folder: str  # 02_automatic_differentiation
    title: str
    key: str  # its name in the ledger

    @property
    def names(self) -> tuple[str, str]:
        """What people call it: the folder's name, or its number alone."""
        return self.folder, self.folder.split("_")[0]

    @property
    def topic(self) -> str:
        """The folder's name without its number, which names the assignment."""
        return self.folder.split("_", 1)[1]

    @property
    def lecture_source(self) -> Path:
        """The text that the lecture is built from."""
        return self.root / "sources" / "lectures" / f"{self.folder}.py"

    @property
    def lecture(self) -> Path:
        """The executed notebook that readers open."""
        return self.root / "lectures" / f"{self.folder}.ipynb"

    @property
    def solution_source(self) -> Path:
        """The text that the assignment is built from."""
        return self.root / "sources" / "solutions" / self.folder / f"{self.topic}.py"

    @property
    def solution(self) -> Path:
        """The instructors' notebook: nbgrader's source of the assignment."""
        return self.root / "solutions" / self.folder / f"{self.topic}.ipynb"

    @property
    def exercise(self) -> Path:
        """The students' notebook, made by nbgrader."""
        return self.root / "exercises" / self.folder / f"{self.topic}.ipynb"

    @property
    def ledger(self) -> Path:
        """What the chapter proves, and which mistakes it sets right."""
        return self.root / "sources" / "ledger" / f"{self.folder}.yml"

    @property
    def proved(self) -> Path:
        """The list of what the chapter proves, as the site and the student edition show it."""
        return self.root / "docs" / "proved" / f"{self.folder}.md"

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file above."""
        sources = (self.lecture_source, self.solution_source, self.ledger)
        return (*sources, self.lecture, self.solution, self.exercise)


@dataclass(frozen=True)
class Course:
    """What course.toml says."""

    root: Path
    title: str
    student_edition: str  # the address of the student edition as git sees it, or ""
    colab_lacks: tuple[str, ...]  # pip requirements
    chapters: tuple[Chapter, ...]

    def named(self, names: list[str]) -> list[Chapter]:
        """The chapters of these folder names or numbers ("02"); all where there are none. An unknown name is a CourseError."""
        for name in names:
            if not any(name in chapter.names for chapter in self.chapters):
                known = ", ".join(chapter.folder for chapter in self.chapters)
                raise CourseError(f"course.toml knows no chapter {name}: its chapters are {known}.")
        return [c for c in self.chapters if not names or set(c.names) & set(names)]


def read_course(root: Path = ROOT) -> Course:
    """Read course.toml in the repository at `root`."""
    facts = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))
    chapters = tuple(Chapter(root, **chapter) for chapter in facts["chapters"])
    address, lacks = facts["student_edition"].rstrip("/"), tuple(facts["colab_lacks"])
    return Course(root, facts["title"], address, lacks, chapters)
