"""What must hold of every notebook in the repository. A gate returns complaints, and an empty list where all is well."""

from pathlib import Path

from sources.build import lecture_text, solution_text
from sources.compare import differences
from sources.course import Chapter, Course
from sources.leaks import leaks
from sources.notebooks import from_text, read
from sources.proved import proved_page
from sources.release import contents, release
from sources.unsolved import unsolved

REBUILD = "run `make notebooks`"
# Where notebooks and what they are built from stand.
EVERY = (
    *("sources/lectures/*.py", "sources/solutions/*/*.py", "sources/ledger/*.yml"),
    *("lectures/*.ipynb", "solutions/*/*.ipynb", "exercises/*/*.ipynb"),
)


def complaints(course: Course, chapter: Chapter) -> list[str]:
    """All gates over one chapter, as far as it is written."""
    found = lecture_in_step(course, chapter) if chapter.lecture_source.exists() else []
    if chapter.solution_source.exists():
        found += solution_in_step(course, chapter)
        if chapter.solution.exists():
            found += exercise_in_step(chapter)
        if chapter.exercise.exists():
            found += nothing_leaks(chapter) + stops_where_it_must(chapter)
    return found


def lecture_in_step(course: Course, chapter: Chapter) -> list[str]:
    """The committed lecture, and the list of what it proves, are what the sources build."""
    text = lecture_text(course, chapter)
    found = _in_step(chapter.lecture_source, text, chapter.lecture)
    if chapter.ledger.exists():
        page = chapter.proved.read_text("utf-8") if chapter.proved.exists() else ""
        if page != proved_page(chapter, from_text(text)):
            found.append(f"docs/proved/{chapter.proved.name} is an old list: {REBUILD}")
    return found


def solution_in_step(course: Course, chapter: Chapter) -> list[str]:
    """The committed solution is what its source builds, and was never executed: the time would pass through into the exercise."""
    found = _in_step(chapter.solution_source, solution_text(course, chapter), chapter.solution)
    cells = read(chapter.solution).cells if chapter.solution.exists() else []
    if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
        found.append(f"{chapter.solution.name} holds what an execution left in it: {REBUILD}")
    return found


def _in_step(source: Path, text: str, made: Path) -> list[str]:
    if not made.exists():
        return [f"{made.name} is not built: {REBUILD}"]
    found = [
        f"{made.name} is not what its source builds: {difference}"
        for difference in differences(read(made), from_text(text))
    ]
    if source.read_text(encoding="utf-8") != text:
        found.append(f"{source.name} holds an old set-up, header, line of what is proved, or fold")
    return [f"{complaint}: {REBUILD}" for complaint in found]


def exercise_in_step(chapter: Chapter) -> list[str]:
    """The committed exercise is, file by file and byte for byte, what nbgrader makes of the solution."""
    made, here = release(chapter.solution.parent), contents(chapter.exercise.parent)
    names = sorted(name for name in made.keys() | here.keys() if made.get(name) != here.get(name))
    files = [f"exercises/{chapter.folder}/{name}" for name in names]
    return [f"{file} is not what nbgrader makes of the solution: {REBUILD}" for file in files]


def nothing_leaks(chapter: Chapter) -> list[str]:
    """The exercise gives away no solution and no hidden test."""
    return _named(chapter.exercise, leaks(read(chapter.solution), read(chapter.exercise)))


def stops_where_it_must(chapter: Chapter) -> list[str]:
    """The exercise parses, and stops only where the student's work is missing."""
    return _named(chapter.exercise, unsolved(read(chapter.exercise), chapter.exercise.parent))


def _named(path: Path, found: list[str]) -> list[str]:
    return [f"{path.name}: {complaint}" for complaint in found]


def strays(course: Course) -> list[str]:
    """Notebooks and sources that belong to no chapter of course.toml, and chapters of which something is not written."""
    known = {path for chapter in course.chapters for path in chapter.files}
    there = sorted(path for pattern in EVERY for path in course.root.glob(pattern))
    lost = [path.relative_to(course.root) for path in there if path not in known]
    found = [f"{path} belongs to no chapter of course.toml" for path in lost]
    for chapter in course.chapters:
        parts = (chapter.lecture_source, chapter.solution_source, chapter.ledger)
        names = ("lecture", "assignment", "ledger")
        missing = [name for name, path in zip(names, parts, strict=True) if not path.exists()]
        found += [f"{chapter.folder} has no {name}" for name in missing]
    return found
