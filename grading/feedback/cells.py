"""The cells of a graded notebook, as a student's page shows them."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from grading.feedback import markup
from grading.feedback.hidden import BEGIN, Secrets, split
from grading.pages import inert, one_line

LONGEST = 20_000  # characters of text that a cell may show
LEFT_OUT = "[This text is left out: it repeats a test that is not shown.]"
ARROW = re.compile(r"^-+> ?(\d+)\b", re.MULTILINE)  # where IPython's traceback points to


@dataclass(frozen=True)
class Shown:
    """One cell.

    Args:
        kind: "text", "code" or "test".
        name: nbgrader's; empty where nothing is marked or answered.
        html: the text or the code; of a test what students could see of it.
        texts: what the student's cell printed.
        pictures: what it drew, as addresses that hold the pictures.
        about: of a test that failed, the comment above the line that failed.
    """

    kind: str
    name: str
    html: Markup
    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    about: str = ""


def shown(notebook: NotebookNode, secrets: Secrets) -> list[Shown]:
    """All cells but raw ones, in their order."""
    return [_shown(cell, secrets) for cell in notebook.cells if cell.cell_type != "raw"]


def _shown(cell: NotebookNode, secrets: Secrets) -> Shown:
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "") if _concerned(cell) else ""
    visible, _ = split(cell.source)
    if cell.cell_type == "markdown":
        return Shown("text", name, markup.markdown(visible, cell.get("attachments")))
    if is_grade(cell) and not is_solution(cell):
        return Shown("test", name, markup.code(visible.strip("\n")), about=_about(cell))
    pictures = [source for output in cell.outputs if (source := _picture(output))]
    texts = [text for output in cell.outputs if (text := _text(output, secrets))]
    return Shown("code", name, markup.code(visible.strip("\n")), _capped(texts), pictures)


def _concerned(cell: NotebookNode) -> bool:
    return is_grade(cell) or is_solution(cell) or is_task(cell)


def _text(output: NotebookNode, secrets: Secrets) -> str:
    """What an output says in plain text; HTML, scripts and widgets say nothing here, an error its last line."""
    if output.output_type == "error":
        text = f"{output.ename}: {output.evalue}"
    elif output.output_type == "stream":
        text = _joined(output.text)
    else:
        text = "" if _picture(output) else _joined(output.data.get("text/plain", ""))
    text = inert(strip_ansi(text[: 2 * LONGEST])).rstrip()
    return LEFT_OUT if secrets.leak(text) else text


def _picture(output: NotebookNode) -> str:
    """The picture that an output shows; empty where it shows none."""
    data = output.get("data", {})
    found = [markup.picture(kind, data[kind]) for kind in markup.PICTURES if kind in data]
    return next(filter(None, found), "")


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _capped(texts: list[str]) -> list[str]:
    """The texts, cut where they are too long together."""
    kept, left = [], LONGEST
    for text in texts:
        if left <= 0:
            break
        kept.append(text if len(text) <= left else text[:left] + "\n[The rest is left out.]")
        left -= len(text)
    return kept


def _about(test: NotebookNode) -> str:
    """The comment that stands above the line where a test failed, if both are visible; else empty."""
    errors = [output for output in test.outputs if output.output_type == "error"]
    trace = strip_ansi("\n".join(map(str, errors[-1].get("traceback", [])))) if errors else ""
    arrow = ARROW.search(trace)
    above = test.source.split("\n")[: int(arrow[1])] if arrow else []
    if any(map(BEGIN.search, above)):
        return ""
    blocks = groupby((line.strip() for line in above), key=lambda line: line.startswith("#"))
    comments = [[*lines] for is_comment, lines in blocks if is_comment]
    return one_line(" ".join(line.lstrip("# ") for line in comments[-1])) if comments else ""
