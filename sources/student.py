"""Write the student edition: `python -m sources.student [--to DIR]`.

Solutions and hidden tests stand in this repository, so it is the instructors'. The students' is made from it: lectures,
exercises, helpers, data and what sets a machine up. Published anywhere that git can reach, its address goes into course.toml.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

from sources.answers import read_cells
from sources.course import ROOT, CourseError, read_course
from sources.leaks import Run, given_runs, in_file, open_secrets, runs, secret_runs, tokens
from sources.notebooks import read

FOLDERS = ("lectures", "exercises", "helpers", "data")
SET_UP = ("install.py", "pyproject.toml", "requirements.txt", "environment.yml")
FILES = (*SET_UP, "course.toml", "LICENSE", ".gitignore")
# pyproject.toml's tables about a package that students do not have.
OF_GRADING = re.compile(r"^\[(?:project\.scripts|project\.entry-points\.[^\n]*|tool\.setuptools\.package-data)\]\n(?:[^\[\n][^\n]*\n)*\n?", re.MULTILINE)  # fmt: skip
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "cache", ".*.draft")


def write_edition(root: Path, to: Path) -> None:
    """Write the student edition of the course at `root` into the folder `to`; its .git, where it has one, stays.

    Raises:
        CourseError: `to` holds something that is no student edition.
    """
    _clear(to)
    for name in FOLDERS:
        if (root / name).exists():
            shutil.copytree(root / name, to / name, ignore=LEFT_OUT)
    shutil.copytree(root / "docs" / "proved", to / "docs" / "proved")  # the lectures lead there
    for name in FILES:
        shutil.copy(root / name, to / name)
    settings = to / "pyproject.toml"
    settings.write_text(OF_GRADING.sub("", settings.read_text("utf-8")), "utf-8")
    shutil.copytree(root / "docs" / "student", to, dirs_exist_ok=True)  # README.md and Makefile


def _clear(to: Path) -> None:
    """Empty the folder, unless it belongs to somebody else."""
    to.mkdir(parents=True, exist_ok=True)
    there = [path for path in to.iterdir() if path.name != ".git"]
    is_older_edition = (to / "course.toml").exists() and not (to / "solutions").exists()
    if there and not is_older_edition:
        raise CourseError(f"{to} holds other files: name an empty folder, or an older edition.")
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def betrayed(root: Path, edition: Path) -> list[str]:
    """Complaints about files of a student edition that give away a solution, a hidden test, or a right answer of tests/exercises.

    Public is what the lectures and helpers of the course at `root` hold, and what any exercise gives; a secret that consists
    of nothing else is a complaint too.
    """
    chapters = [c for c in read_course(root).chapters if c.solution.exists()]
    solutions = [read(chapter.solution) for chapter in chapters]
    public = _public_runs(root).union(*map(given_runs, solutions))
    secret = _answer_runs(root).union(*map(secret_runs, solutions)) - public
    found = _in_files(secret, edition)
    return found + [line for solution in solutions for line in open_secrets(solution, public)]


def _in_files(secret: frozenset[Run], edition: Path) -> list[str]:
    files = [
        path for path in sorted(edition.rglob("*")) if path.is_file() and ".git" not in path.parts
    ]
    hits = [(path.relative_to(edition), run) for path in files for run in in_file(secret, path)[:1]]
    return [f"{name} gives away `{' '.join(run)}`" for name, run in hits]


def _public_runs(root: Path) -> set[Run]:
    """The runs of tokens in the lectures' code, that in their text included, and in helpers."""
    lectures = [read(path) for path in root.glob("lectures/*.ipynb")]
    cells = [c.source for lecture in lectures for c in lecture.cells if c.cell_type == "code"]
    texts = "\n".join(c.source for x in lectures for c in x.cells if c.cell_type == "markdown")
    cells += re.findall(r"(?s)```python\n(.*?)```", texts)
    modules = [path.read_text(encoding="utf-8") for path in root.glob("helpers/**/*.py")]
    return {run for source in cells + modules for run in runs(tokens(source))}


def _answer_runs(root: Path) -> frozenset[Run]:
    """The runs of tokens in the right answers that the course's tests hold, cells titled `question | right | label`.

    The line that names the function and its arguments is no secret: the question states it.
    """
    folders = sorted({path.parent for path in root.glob("tests/exercises/*/*.py")})
    cells = [cell for folder in folders for cell in read_cells(folder)]
    right = [re.sub(r"(?m)^def .*", "", code) for title, code in cells if "| right |" in title]
    return frozenset(run for code in right for run in runs(tokens(code)))


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns 1 where something is wrong, and says what."""
    parser = argparse.ArgumentParser(
        prog="python -m sources.student", description=__doc__.splitlines()[0]
    )
    default = root / "build" / "student"
    parser.add_argument(
        "--to", type=Path, default=default, metavar="DIR", help="default: build/student"
    )
    to = parser.parse_args(arguments).to
    try:
        write_edition(root, to)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The student edition stands in {to}. Publish that folder, never this repository.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
