"""A released course that has its own nbgrader_config.py, as the commands, nbgrader and Formgrader find it."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grading.course import SETTINGS, CourseFolder
from tests.grading.evenings import ASSIGNMENT, RIGHT, WRONG_ADD
from tests.grading.intake.downloads import moodle, zipped
from tests.grading.tiny import ADD, ADD_TEST, DOUBLE, DOUBLE_TEST, answer, graded, notebook

TEXT = """
import os, sys
from pathlib import Path
from grading.settings import limit_autograding
ROOT = Path(__file__).resolve().parent
(ROOT / "exchange").mkdir(exist_ok=True)
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
c = get_config()
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'gradebook.db'}"
c.Exchange.root = str(ROOT / "exchange")
limit_autograding(c)
c.SandboxExecute.memory_limit = 1000
"""
ROSTER = (
    "id,first_name,last_name,email,username\nada,Ada,Lovelace,ada@x.org,al\nbob,Bob,Hope,bob@x.org,bh\n"
    "eve,Eve,Sly,eve@x.org,es\nnina,Nina,Nobody,nina@x.org,nn\n"
)


def configure(root: Path, *more: NotebookNode) -> CourseFolder:
    """Write the settings and the tiny assignment, with these cells at its end, and release it."""
    cells = answer("double", DOUBLE), graded("double_test", DOUBLE_TEST, 2), answer("add", ADD), graded("add_test", ADD_TEST, 3)  # fmt: skip
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    nbformat.write(notebook(*cells, *more), source / "tiny.ipynb")
    (root / SETTINGS).write_text(TEXT)
    course = CourseFolder.at(root)
    course.generate(ASSIGNMENT)
    return course


def answered(course: CourseFolder, answers: dict[str, str]) -> str:
    """The released notebook with these answers, as a file's text."""
    whole = course.release(ASSIGNMENT)
    for cell in whole.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    return nbformat.writes(whole)


def download(course: CourseFolder) -> None:
    """A Moodle zip of ada, who is right, bob, who is half right, eve, whose file is damaged, and a stranger; and the roster."""
    files = {
        "Ada Lovelace_1": answered(course, RIGHT),
        "Bob Hope_2": answered(course, WRONG_ADD),
        "Eve Sly_3": '{"cells": [',
        "Zoe Strange_4": answered(course, RIGHT),
    }
    handed_in = {whose: {"tiny.ipynb": text.encode()} for whose, text in files.items()}
    Path("download.zip").write_bytes(zipped(moodle(handed_in)))
    Path("roster.csv").write_text(ROSTER)


def duedate(course: CourseFolder) -> str:
    with course.open_gradebook() as book:
        return f"{book.find_assignment(ASSIGNMENT).duedate}"
