"""What the commands print: tables that fit the terminal, and no list longer than a person reads."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

MOST = 20  # lines or names; of more, only how many
Row = tuple[str, ...]


def aligned(rows: Iterable[Row]) -> str:
    """Rows as a table whose last column is folded at the terminal's width."""
    rows = [tuple(map(str, row)) for row in rows]
    if not rows:
        return ""
    *widths, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    indent = " " * (sum(widths) + 2 * len(widths))
    columns = max(len(indent) + 40, shutil.get_terminal_size((120, 24)).columns)
    lines = []
    for *cells, last in rows:
        start = "".join(f"{cell:<{wide}}  " for cell, wide in zip(cells, widths, strict=True))
        folded = textwrap.fill(last, columns, initial_indent=start, subsequent_indent=indent)
        lines.append(folded or start.rstrip())
    return "\n".join(lines)


def section(title: str, rows: Sequence[Row], where: str) -> list[str]:
    """A title and the first rows below it; nothing where there are no rows.

    Args:
        where: the place that has all of them, such as "in the report".
    """
    if not rows:
        return []
    lines = aligned(rows[:MOST]).splitlines()
    if len(rows) > MOST:
        lines.append(f"and {len(rows) - MOST} more, {where}")
    return [title, *(f"  {line}" for line in lines)]


def listed(title: str, names: Sequence[str]) -> list[str]:
    """A line with how many there are and the first names; nothing where there are none."""
    if not names:
        return []
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return [f"{title} ({len(names)}): {', '.join(names[:MOST])}{more}."]
