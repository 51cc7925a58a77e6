"""Build the notebooks from their sources: `python -m sources.build [--check] [--force] [NAME...]`.

A lecture is executed only when its text, or something that it imports from helpers, has changed since the notebook was made.
"""

import argparse
import sys
from pathlib import Path

from nbformat import NotebookNode

from sources.cells import with_generated_cells
from sources.compare import differences
from sources.course import ROOT, Chapter, Course, CourseError, read_course
from sources.execute import execute
from sources.folds import fold
from sources.imports import digest
from sources.notebooks import as_laboratory_writes, from_text, read, to_text, write
from sources.pictures import shrink_pictures
from sources.proved import proved_page
from sources.release import contents, release

LARGEST = 2_000_000  # bytes of a lecture with its pictures


def lecture_text(course: Course, chapter: Chapter) -> str:
    """The lecture's source as it should stand: what its author wrote, with today's generated cells."""
    return _fresh_text(course, chapter, chapter.lecture_source, chapter.lecture)


def solution_text(course: Course, chapter: Chapter) -> str:
    """The assignment's source as it should stand. Its header leads to the students' version."""
    return _fresh_text(course, chapter, chapter.solution_source, chapter.exercise)


def _fresh_text(course: Course, chapter: Chapter, source: Path, published: Path) -> str:
    text, place = source.read_text(encoding="utf-8"), published.relative_to(course.root)
    folded = as_laboratory_writes(text, fold)  # what is folded takes no time to read
    return as_laboratory_writes(with_generated_cells(folded, course, chapter, place))


def build_lecture(course: Course, chapter: Chapter, force: bool = False) -> bool:
    """Write the lecture where it is out of date, executed; say whether it was. The old notebook stays where a cell fails."""
    text = lecture_text(course, chapter)
    write(chapter.lecture_source, text)
    notebook = from_text(text)
    made_from = digest(text, course.root)
    if chapter.ledger.exists():
        write(chapter.proved, proved_page(chapter, notebook))
    if not force and _is_current(chapter.lecture, notebook, made_from):
        return False
    chapter.lecture.parent.mkdir(exist_ok=True)
    execute(notebook, chapter.lecture.parent, course.root)
    shrink_pictures(notebook)
    notebook.metadata.language_info = {"name": "python"}  # the kernel wrote its own version there
    notebook.metadata["course"] = {"built_from": made_from}
    content = to_text(notebook)
    size = len(content.encode())
    if size > LARGEST:
        reason = f"it would have {size:,} bytes, and {LARGEST:,} are allowed"
        raise CourseError(f"{reason}: draw fewer or smaller pictures.")
    write(chapter.lecture, content)
    return True


def _is_current(path: Path, notebook: NotebookNode, made_from: str) -> bool:
    if not path.exists():
        return False
    committed = read(path)
    unchanged = committed.metadata.get("course", {}).get("built_from") == made_from
    return unchanged and not differences(committed, notebook)


def build_assignment(course: Course, chapter: Chapter, force: bool = False) -> bool:
    """Write the solution and, by nbgrader, the exercise; say whether anything changed."""
    text = solution_text(course, chapter)
    write(chapter.solution_source, text)
    write(chapter.solution, to_text(from_text(text)))
    folder = chapter.exercise.parent
    made, before = release(chapter.solution.parent), contents(folder)
    for name, content in made.items():
        write(folder / name, content)
    for name in before.keys() - made.keys():
        (folder / name).unlink()  # nbgrader makes it no more
    return made != before


def build(root: Path, names: list[str], force: bool = False, say=print) -> list[str]:
    """Build these chapters (all, where none is named); returns what went wrong, one complaint a notebook."""
    course = read_course(root)
    failed = []
    for chapter in course.named(names):
        for make, source, made in _steps(chapter):
            try:
                changed = make(course, chapter, force)
                say(f"{'built  ' if changed else 'current'} {made.relative_to(root)}")
            except CourseError as error:
                failed.append(f"{source.relative_to(root)}: {error}")
    return failed


def _steps(chapter: Chapter) -> list:
    steps = [
        (build_lecture, chapter.lecture_source, chapter.lecture),
        (build_assignment, chapter.solution_source, chapter.exercise),
    ]
    return [step for step in steps if step[1].exists()]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns 1 where something is wrong, and says what."""
    parser = argparse.ArgumentParser(
        prog="python -m sources.build", description=__doc__.splitlines()[0]
    )
    flag = {"action": "store_true"}
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="folder name or number of a chapter"
    )
    parser.add_argument("--check", **flag, help="write nothing: say what is out of date or leaks")
    parser.add_argument("--force", **flag, help="execute lectures again though nothing changed")
    options = parser.parse_args(arguments)
    job = (
        (check, root, options.names)
        if options.check
        else (build, root, options.names, options.force)
    )
    try:
        complaints = job[0](*job[1:])
    except CourseError as error:
        complaints = [str(error)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return int(bool(complaints))


def check(root: Path, names: list[str]) -> list[str]:
    """What the gates say of these chapters; nothing is written."""
    from sources.gates import complaints  # the gates know the build, so the build knows them late

    course = read_course(root)
    chapters = course.named(names)
    return [complaint for chapter in chapters for complaint in complaints(course, chapter)]


if __name__ == "__main__":
    sys.exit(main())
