"""The cells of a graded notebook, as a student's page shows them."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from grading.feedback import markup
from grading.feedback.hidden import Secrets, split
from grading.pages import inert, one_line

LONGEST = 20_000  # characters of text that a cell may show
LEFT_OUT = "[This text is left out: it repeats a test that is not shown.]"
NOT_SHOWN = "This came from a test that is not shown."
OURS = re.compile(r"^(WrongAnswer|Stopped): ")  # names of errors that say nothing to a student
CELL_FILE = re.compile(r"\((\d+\.py|<ipython-input-[^<>]*>), line ")  # IPython's name of a cell


@dataclass(frozen=True)
class Shown:
    """One cell.

    Args:
        kind: "text", "code" or "test".
        name: nbgrader's; empty where nothing is marked or answered.
        html: the text or the code; of a test what students could see of it.
        texts: what the student's cell printed.
        pictures: what it drew, as addresses that hold the pictures.
        error: what stopped the student's cell; empty where it ran to its end.
        about: of a test that failed, where it did, in a sentence.
    """

    kind: str
    name: str
    html: Markup
    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    error: str = ""
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
    error = next(reversed(_errors(cell)), None)
    code = markup.code(visible.strip("\n"))
    return Shown("code", name, code, _capped(texts), pictures, _stopped_by(error, secrets))


def _concerned(cell: NotebookNode) -> bool:
    return is_grade(cell) or is_solution(cell) or is_task(cell)


def _text(output: NotebookNode, secrets: Secrets) -> str:
    """What an output says in plain text; HTML, scripts and widgets say nothing here."""
    if output.output_type == "stream":
        return _told(_joined(output.text), secrets)
    shows = output.output_type != "error" and not _picture(output)
    return _told(_joined(output.data.get("text/plain", "")), secrets) if shows else ""


def _stopped_by(error: NotebookNode | None, secrets: Secrets) -> str:
    """What an error says, without its traceback."""
    if error is None:
        return ""
    return words(_capped([_told(f"{error.ename}: {error.evalue}", secrets)])[0])


def words(text: str) -> str:
    """An error's text without what says nothing to a student."""
    return CELL_FILE.sub("(line ", OURS.sub("", text)).rstrip(": ")


def _told(text: str, secrets: Secrets) -> str:
    """What a student's code says; not where it repeats hidden source."""
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


def _errors(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.outputs if output.output_type == "error"]


def _about(test: NotebookNode) -> str:
    """Of the line where a test failed: the comment above it, or that it is hidden; empty where neither is known."""
    traces = [str(line) for error in _errors(test) for line in error.get("traceback", [])]
    frame = rf"\bCell In\[{test.execution_count}\], line (\d{{1,6}})\b"
    found = re.search(frame, strip_ansi("\n".join(traces)))
    if not found:
        return ""
    lines = test.source.split("\n")[: int(found[1])]
    above, visible = (split("\n".join(part))[0] for part in (lines[:-1], lines))
    if above == visible:
        return NOT_SHOWN
    stripped = [line.strip() for line in above.split("\n")]
    blocks = groupby(stripped, key=lambda line: line.startswith("#"))
    comments = [" ".join(line.lstrip("# ") for line in block) for marked, block in blocks if marked]
    return f"It was about: {one_line(comments[-1])}" if comments else ""
