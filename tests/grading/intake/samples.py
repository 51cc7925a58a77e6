"""A notebook as a student hands it in, as JSON and as bytes, and what lies in a folder."""

import json
from pathlib import Path
from typing import Any

NAME = "tiny.ipynb"


def code(source: Any, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A code cell; with a grade_id where a name is given."""
    about = {"nbgrader": {"grade_id": name, "points": 100}} if name else {}
    facts = {"cell_type": "code", "metadata": about, "source": source}
    return facts | {"execution_count": 1, "outputs": []} | more


def raw(*cells: Any, **more: Any) -> dict[str, Any]:
    """The JSON of a notebook."""
    cells = cells or (
        code("def double(x):\n    return 2 * x", "double"),
        code("assert True", "test"),
    )
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more


def saved(*cells: Any, **more: Any) -> bytes:
    """The notebook's file."""
    return json.dumps(raw(*cells, **more), ensure_ascii=False, indent=1).encode()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Put files into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every plain file below the folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
