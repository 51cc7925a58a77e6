"""The cells that the build writes: the header (time to read, Colab badge), the set-up, and the line about what the chapter proved.

They stand in the sources too, where JupyterLab looks for a notebook's text; whoever writes a source marks their place by the tag alone.
"""

import re
from pathlib import Path

from nbformat import NotebookNode

from sources.claims import read_ledger
from sources.course import Chapter, Course, CourseError
from sources.minutes import time_of_exercise, time_of_lecture
from sources.notebooks import from_text

GENERATED = {"setup", "header", "proved"}
_TAG = re.compile(r'^# %%.*\btags=\[[^\]]*"(setup|header|proved)"')

TITLE = "# @title Set-up: run me first"
OWN_PART = "# What this notebook uses:"  # what the author imports stands below this line

_STYLE = """from helpers.plotting import use_style

use_style()"""

_SETUP = """# The same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: fetch the course itself, which has everything else
    import subprocess

    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    if subprocess.run([*pip, {wanted}]).returncode:
        raise SystemExit("The course could not be fetched: wait a minute, then run this again.")

"""

_NO_ADDRESS = """# The same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

"""


def with_generated_cells(text: str, course: Course, chapter: Chapter, notebook_path: Path) -> str:
    """The source text with the cells as they must be today; `notebook_path` is the published notebook, relative to the repository."""
    notebook = from_text(text)
    parts = re.split(r"(?m)^(?=# %%)", text)
    for i, part in enumerate(parts):
        tag = _TAG.match(part)
        if not tag:
            continue
        if tag[1] == "setup":
            body = setup(course) + own_part(part)
        elif tag[1] == "header":
            body = _commented(header(course, notebook_path, notebook))
        else:
            body = _commented(proved(chapter))
        parts[i] = _replaced(part, body)
    return "".join(parts)


def own_part(part: str) -> str:
    """What the author wrote into the set-up cell, with an empty line before it."""
    _, mark, own = part.partition(OWN_PART)
    return f"\n\n{mark}{own.rstrip()}" if mark else ""


def _replaced(part: str, body: str) -> str:
    """The part of a source from one marker line to the next, with another body between the marker and the empty lines at its end."""
    marker, _, old = part.partition("\n")
    empty_lines = old[len(old.rstrip("\n")) :] or "\n"
    return f"{marker}\n{body}{empty_lines}"


def _commented(markdown: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in markdown.split("\n"))


def setup(course: Course) -> str:
    """The course's part of the set-up cell: nothing but the figures' style on one's own machine; in Colab it installs the student edition."""
    if not course.student_edition:
        return f"{TITLE}\n{_NO_ADDRESS}{_STYLE}"
    wanted = [f"git+{course.student_edition}", *course.colab_lacks]
    names = ", ".join(f'"{requirement}"' for requirement in wanted)
    return f"{TITLE}\n{_SETUP.format(wanted=names)}{_STYLE}"


def header(course: Course, notebook_path: Path, notebook: NotebookNode) -> str:
    """The time that the notebook takes and, where the course has an address, the way into Colab."""
    is_exercise = notebook_path.parts[0] == "exercises"
    time = time_of_exercise(notebook) if is_exercise else time_of_lecture(notebook)
    return "\n\n".join(filter(None, [time, badge(course, notebook_path)]))


def badge(course: Course, notebook_path: Path) -> str:
    """The way to the notebook in Colab; nothing where the course is not published."""
    if not course.student_edition:
        return ""
    address = r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?"
    github = re.fullmatch(address, course.student_edition)
    if not github:
        return "*To run this notebook in Colab, upload it there: its set-up cell fetches the rest of the course.*"
    target = f"https://colab.research.google.com/github/{github[1]}/{github[2]}/blob/main/{notebook_path.as_posix()}"
    return f"[![Open this notebook in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({target})"


def proved(chapter: Chapter) -> str:
    """How many statements the chapter checks, and where the list stands (sources/proved.py writes it)."""
    if not chapter.ledger.exists():
        ledger = chapter.ledger.relative_to(chapter.root)
        raise CourseError(f"a cell is tagged proved, and there is no {ledger} to fill it from.")
    claims = read_ledger(chapter.ledger)["claims"]
    here = sum(claim["place"] != "tests" for claim in claims)
    checked = f"{here} of them in this notebook, the others in the course's tests"
    link = f"../docs/proved/{chapter.folder}.md"
    return f"**Checked by running code:** {len(claims)} statements, {checked}. [Here is the list]({link})."
