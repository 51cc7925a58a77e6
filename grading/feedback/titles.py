"""What the questions of a notebook are called: by their headings."""

import os
import re
from collections.abc import Iterable

from markupsafe import Markup

from grading.feedback.cells import Shown

HEADING = re.compile(r"<h[2-6]>(.*?)</h[2-6]>", re.DOTALL)  # as `markup` writes them
POINTS = re.compile(r"\s*\([\d.]+ points?\)$")  # they stand beside the heading on the page


def first_heading(cells: Iterable[Shown]) -> str:
    """The notebook's own name; empty where it has no heading."""
    return next((heading for cell in cells for heading in _headings(cell)), "")


def titles(cells: Iterable[Shown], marked: Iterable[str]) -> dict[str, str]:
    """Each marked cell's name -> the last heading above it, with a part of the name where several cells share one.

    Args:
        cells: of the notebook, in its order.
        marked: names; one without a cell or a heading stays what it is.
    """
    under, heading = {name: "" for name in marked}, ""
    for cell in cells:
        heading = next(reversed(_headings(cell)), heading)
        if cell.name in under:
            under[cell.name] = heading
    return {name: _title(name, under) for name in under}


def _title(name: str, under: dict[str, str]) -> str:
    """The heading that a name stands under, and what tells it from the others there."""
    heading = under[name]
    together = [other for other in under if under[other] == heading]
    if not heading:
        return name.removesuffix("_test")
    if len(together) == 1:
        return heading
    common = os.path.commonprefix(together).rpartition("_")[0]
    part = name.removeprefix(f"{common}_").removesuffix("_test").replace("_", " ")
    return f"{heading} ({part})"


def _headings(cell: Shown) -> list[str]:
    """A text's headings without their marks."""
    found = HEADING.findall(cell.html) if cell.kind == "text" else []
    plain = [POINTS.sub("", Markup(heading).striptags()) for heading in found]
    return [heading for heading in plain if heading]
