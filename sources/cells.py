"""The three cells that the build writes: the set-up, the Colab badge, and the table of what the chapter proved.

They stand in the sources too, where JupyterLab looks for a notebook's text; whoever writes a source marks their place by the tag alone.
"""

import re
from pathlib import Path

import yaml
from nbformat import NotebookNode

from sources.course import Chapter, Course, CourseError
from sources.notebooks import from_text, tags

GENERATED = {"setup", "badge", "proved"}
_TAG = re.compile(r'^# %%.*\btags=\[[^\]]*"(setup|badge|proved)"')

_STYLE = """from helpers.plotting import use_style

use_style()"""

_SETUP = """# Set-up, the same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: fetch the course itself, which has everything else
    import subprocess

    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    if subprocess.run([*pip, {wanted}]).returncode:
        raise SystemExit("The course could not be fetched: wait a minute, then run this again.")

"""

_NO_ADDRESS = """# Set-up, the same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

"""


def with_generated_cells(text: str, course: Course, chapter: Chapter, notebook_path: Path) -> str:
    """The source text with the three cells as they must be today; `notebook_path` is the published notebook, relative to the repository."""
    notebook = from_text(text)
    parts = re.split(r"(?m)^(?=# %%)", text)
    for i, part in enumerate(parts):
        tag = _TAG.match(part)
        if tag:
            body = _body(tag[1], course, chapter, notebook_path, notebook)
            parts[i] = _replaced(part, body if tag[1] == "setup" else _commented(body))
    return "".join(parts)


def _body(
    tag: str, course: Course, chapter: Chapter, notebook_path: Path, notebook: NotebookNode
) -> str:
    if tag == "setup":
        return setup(course)
    return badge(course, notebook_path) if tag == "badge" else proved(chapter, notebook)


def _replaced(part: str, body: str) -> str:
    """The part of a source from one marker line to the next, with another body between the marker and the empty lines at its end."""
    marker, _, old = part.partition("\n")
    empty_lines = old[len(old.rstrip("\n")) :] or "\n"
    return f"{marker}\n{body}{empty_lines}"


def _commented(markdown: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in markdown.split("\n"))


def setup(course: Course) -> str:
    """The set-up cell: nothing but the figures' style on one's own machine; in Colab it installs the student edition."""
    if not course.student_edition:
        return _NO_ADDRESS + _STYLE
    wanted = [f"git+{course.student_edition}", *course.colab_lacks]
    return _SETUP.format(wanted=", ".join(f'"{requirement}"' for requirement in wanted)) + _STYLE


def badge(course: Course, notebook_path: Path) -> str:
    """The way to the notebook in Colab, or one sentence where there is none."""
    github = re.fullmatch(
        r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?", course.student_edition
    )
    if github:
        target = f"https://colab.research.google.com/github/{github[1]}/{github[2]}/blob/main/{notebook_path.as_posix()}"
        return f"[![Open this notebook in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({target})"
    if course.student_edition:
        return "*To run this notebook in Colab, upload it there: its set-up cell fetches the rest of the course.*"
    return "*This notebook runs in JupyterLab. The course is not published yet, so there is no button here that opens it in Colab.*"


def proved(chapter: Chapter, notebook: NotebookNode) -> str:
    """The table of the chapter's claims, in the order in which the reader met them, and where each was proved."""
    if not chapter.ledger.exists():
        ledger = chapter.ledger.relative_to(chapter.root)
        raise CourseError(f"a cell is tagged proved, and there is no {ledger} to fill it from.")
    claims = yaml.safe_load(chapter.ledger.read_text(encoding="utf-8"))["claims"]
    met = _sections(notebook)
    order = {claim_id: i for i, claim_id in enumerate(met)}
    claims = sorted(claims, key=lambda claim: order.get(claim["id"], len(order)))
    cells = [(_in_table(claim["statement"]), _in_table(_where(claim, met))) for claim in claims]
    lead = "Every line below was computed and asserted: in the section named beside it, or by one of the tests that come with the course."
    head = ["### What you saw proved", "", lead, "", "| what | where |", "|---|---|"]
    return "\n".join(head + [f"| {what} | {where} |" for what, where in cells])


def _where(claim: dict, met: dict[str, str]) -> str:
    if claim["place"] == "tests":
        return "the course's tests"
    return met.get(claim["id"], "nowhere yet") + (", folded" if claim["place"] == "aside" else "")


def _sections(notebook: NotebookNode) -> dict[str, str]:
    """Claim -> heading of the section where a cell proves it, in the order of the notebook."""
    heading, met = "", {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"(?m)^#{1,4} +(.+?) *$", cell.source)
            heading = found[-1] if found else heading
        for tag in tags(cell):
            if tag.startswith("claim:"):
                met.setdefault(tag.removeprefix("claim:"), heading)
    return met


def _in_table(text: str) -> str:
    """Text that may stand in a cell of a markdown table: one line, and no bar that would end the cell."""
    pieces = re.split(r"(\$[^$]+\$)", " ".join(text.split()))
    return "".join(_without_bars(piece) for piece in pieces)


def _without_bars(piece: str) -> str:
    if piece.startswith("$"):
        return piece.replace(r"\|", r"\Vert{}").replace("|", r"\vert{}")
    return piece.replace("|", r"\|")
