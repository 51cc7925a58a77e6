"""Answers of students as the tests hold them: a folder a chapter, a file a question, a cell an answer.

An answer that differs from another one of its question in a few lines is written as an edit of it:

    # %% slope | wrong | forgets the two | Expected the slope
    # as "by the rule of the product", but
    # -    return 2 * x
    # +    return x

Lines without a sign stand as they are; `# ...` parts two places. What is replaced must stand in the other answer exactly once.
"""

import re
from pathlib import Path

EDIT = re.compile(r'# as "(?P<base>.*)", but\n')
BREAK = "# ..."


class AnswerError(Exception):
    """What is wrong with a file of answers, said so that its author can act on it."""


def read_cells(folder: Path) -> list[tuple[str, str]]:
    """(title, source) of every answer of a chapter, edits written out; file by file, in the order of their names."""
    cells = []
    for path in sorted(folder.glob("*.py")):
        cells += read_file(path.read_text(encoding="utf-8"), path.name)
    return cells


def read_file(text: str, name: str) -> list[tuple[str, str]]:
    """(title, source) of the answers in one file."""
    cells = []
    for part in re.split(r"(?m)^# %% ", text)[1:]:
        title, _, source = part.partition("\n")
        cells.append((title, source.strip() + "\n"))
    whole = {label(title): source for title, source in cells if not EDIT.match(source)}
    return [(title, _written_out(source, whole, f"{name}: {title}")) for title, source in cells]


def label(title: str) -> str:
    """What an answer is called: the third part of its title."""
    return [piece.strip() for piece in title.split("|")][2]


def _written_out(source: str, whole: dict[str, str], place: str) -> str:
    """The source of an answer; that of an edit is made from the answer that it names."""
    edit = EDIT.match(source)
    if not edit:
        return source
    base = whole.get(edit["base"])
    if base is None:
        raise AnswerError(f'{place}: no answer of this file is called "{edit["base"]}".')
    for hunk in source[edit.end() :].split(f"{BREAK}\n"):
        old, new = _sides(hunk, place)
        if f"\n{base}".count(f"\n{old}") != 1:
            count = f"\n{base}".count(f"\n{old}")
            raise AnswerError(f"{place}: these lines stand {count} times in the other:\n{old}")
        base = f"\n{base}".replace(f"\n{old}", f"\n{new}")[1:]
    return base


def _sides(hunk: str, place: str) -> tuple[str, str]:
    """What is replaced, and by what."""
    old = []
    new = []
    for line in hunk.splitlines():
        sign, text = line[2:3], line[3:]
        if not line.startswith("#") or sign not in ("-", "+", " ", ""):
            raise AnswerError(
                f"{place}: a line of an edit begins with `# -`, `# +` or `#  `: {line}"
            )
        if sign != "+":
            old.append(f"{text}\n")
        if sign != "-":
            new.append(f"{text}\n")
    return "".join(old), "".join(new)
