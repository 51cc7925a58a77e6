"""A py:percent text as a notebook, the same bytes each time; and a notebook as a file."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

PERCENT = {"extension": ".py", "format_name": "percent"}


def from_text(text: str) -> NotebookNode:
    """The notebook of a py:percent text. A cell's id is its nbgrader name, or comes from its text, so that a rebuild changes no id."""
    notebook = jupytext.reads(text, fmt=PERCENT)
    notebook.metadata, notebook.nbformat, notebook.nbformat_minor = (
        nbformat.from_dict(METADATA),
        4,
        5,
    )
    seen: set[str] = set()
    for cell in notebook.cells:
        cell["id"] = _new_id(cell, seen)
    nbformat.validate(notebook)
    return notebook


def as_laboratory_writes(text: str, change: Callable[[NotebookNode], None] | None = None) -> str:
    """The same py:percent text as JupyterLab writes it back, after `change` had the notebook in hand.

    It refuses to open a pair of files that differ, be it in a blank line or in the order of a cell's metadata.
    """
    notebook = from_text(text)
    if change:
        change(notebook)
    for cell in notebook.cells:
        ordered = json.loads(json.dumps(cell.metadata, sort_keys=True))  # as in the .ipynb
        cell.metadata = nbformat.from_dict(ordered)
    header, _ = _at_first_cell(text)
    return header + _at_first_cell(jupytext.writes(notebook, fmt=PERCENT))[1]


def _at_first_cell(text: str) -> tuple[str, str]:
    """The text before the first cell's mark, and the text from there on."""
    start = text.index("# %%")
    return text[:start], text[start:]


def _new_id(cell: NotebookNode, seen: set[str]) -> str:
    """An id that no cell before has, and the same one in every build."""
    name = (
        cell.metadata.get("nbgrader", {}).get("grade_id")
        or hashlib.sha1(cell.source.encode()).hexdigest()[:12]
    )
    name = name[:48]  # the format allows 64 characters
    while name in seen:
        name += "-x"
    seen.add(name)
    return name


def read(path: Path) -> NotebookNode:
    """Read a notebook file."""
    return nbformat.read(path, as_version=4)


def to_text(notebook: NotebookNode) -> str:
    """The notebook as it stands in its file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def write(path: Path, content: str | bytes) -> None:
    """Write a file as a whole or not at all, and only where its content changes, so that its time stamp says when it did."""
    content = content.encode() if isinstance(content, str) else content
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    os.replace(draft, path)


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))
