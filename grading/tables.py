"""CSV files that a spreadsheet opens without running what a stranger wrote."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from grading import pages

# Where a spreadsheet takes the text after it for a formula: at the start of a cell, and after a
# semicolon, which cuts cells in half of the world.
FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")


def guarded(text: str) -> str:
    """The text as one line, with an apostrophe where a formula would begin.

    Source: OWASP, "CSV Injection"; its list of first characters, and their wide twins.
    """
    return FORMULA.sub(r"\1\2'", pages.one_line(text, 2000))


def write_csv(path: Path, rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> None:
    """Write a table, whole or not at all. Numbers stay numbers, None is an empty cell, text is guarded.

    Args:
        path: the file.
        rows: its lines, the header first.
        encoding: "utf-8-sig" for a file that people open in Excel, which takes plain UTF-8 for something else.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(_cell, row) for row in rows)
    mark = "\ufeff" if encoding == "utf-8-sig" else ""
    pages.write(mark + text.getvalue(), path)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return pages.number(value) if isinstance(value, int | float) else guarded(str(value))
