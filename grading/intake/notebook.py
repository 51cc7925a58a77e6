"""From the bytes of a file to the cells of a notebook: leniently, since a slip of form must cost no marks."""

import json
import re
from collections import defaultdict
from itertools import count
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.intake.files import Limits
from grading.intake.text import decode, encodable

DEEPEST = 200  # lists and objects in each other: a notebook has about ten
AGAIN = "hand it in again"
TOO_MUCH = f"holds too much: clear its outputs, save and {AGAIN}"
DAMAGED = f"is damaged (cut off, or no notebook): {AGAIN}"
OTHER_KINDS = {
    b"PK\x03\x04": "a zip",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
}
TYPES = {"code": "code", "python": "code", "raw": "raw", "markdown": "markdown", "md": "markdown"}
TYPES |= {"text": "markdown", "heading": "markdown", "html": "markdown"}  # of older formats
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as nbformat has it
IMAGE = re.compile(r"image/[a-z+.-]+")
TEXTS = ("source", "input", "code", "text")  # where format 4, formats 3 and 2, and format 1 have it


class NoNotebook(Exception):
    """Why a file is no notebook: what follows its name in a sentence that its author can act on."""


def parse(data: bytes, limits: Limits) -> tuple[NotebookNode, list[str]]:
    """The notebook with nothing but its cells' types, texts, names, ids and pictures, and what had to be repaired.

    Whatever else stands in the file is not looked at, so it cannot be wrong.

    Raises:
        NoNotebook: the file holds no cells, or more than the limits allow.
    """
    _refuse_other_kinds(data)
    notes = Notes()
    text, saved = decode(data)
    if saved:
        notes.add(f"was saved {saved}")
    cells = _find_cells(_load(text, limits, notes), notes)
    if len(cells) > limits.cells:
        raise NoNotebook(f"has more than {limits.cells} cells: hand in your answers alone")
    read = [_read_cell(cell, number, notes) for number, cell in enumerate(cells, 1)]
    kept = [cell for cell in read if cell]
    taken: set[str] = set()
    for cell in kept:  # an id of ours is none that the instructor's cells may have
        cell["id"] = take_id(cell.get("id"), taken, "own")
    if sum(len(cell["source"]) for cell in kept) > limits.source:
        raise NoNotebook(f"holds too much code and text: shorten it and {AGAIN}")
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": kept}
    return nbformat.from_dict(whole), notes.sentences()


class Notes:
    """What was repaired, each sort once, with the numbers of its cells."""

    def __init__(self) -> None:
        self._cells: dict[str, list[int]] = defaultdict(list)

    def add(self, said: str, *cells: int) -> None:
        """Note a repair, to the file or to a cell."""
        self._cells[said].extend(cells)

    def sentences(self) -> list[str]:
        """One sentence for each sort of repair, to follow the file's name."""
        return [said + _numbered(cells) for said, cells in self._cells.items()]


def _numbered(cells: list[int]) -> str:
    if not cells:
        return ""
    more = [f"{len(cells) - 5} more"] * (len(cells) > 5)
    return f" (cell {', '.join([str(cell) for cell in cells[:5]] + more)})"


def _refuse_other_kinds(data: bytes) -> None:
    if not data.strip(b"\0 \t\r\n"):
        raise NoNotebook(f"is empty: save the notebook and {AGAIN}")
    for start, kind in OTHER_KINDS.items():
        if data.startswith(start):
            raise NoNotebook(f"is {kind} under a notebook's name: hand in the notebook itself")


def _why_no_json(text: str) -> str:
    if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
        return f"holds two versions that git could not merge: decide, save and {AGAIN}"
    if text.lstrip().startswith("<"):
        return f"is a web page, not a notebook: save it with File > Download and {AGAIN}"
    return DAMAGED


def _load(text: str, limits: Limits, notes: Notes) -> Any:
    """The file's JSON. Of a key that stands twice the last one counts, as in Jupyter."""
    if text.count("{") + text.count("[") > limits.parts:
        raise NoNotebook(TOO_MUCH)

    def an_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) < len(pairs):
            notes.add("had keys that stand twice: the last ones count")
        return read

    try:
        found = json.loads(
            text.rstrip("\0 \t\r\n"), strict=False, object_pairs_hook=an_object, parse_int=_whole
        )
        if _deeper_than(DEEPEST, found):  # where Python itself does not mind
            raise RecursionError
        return found
    except MemoryError:
        raise NoNotebook(TOO_MUCH) from None
    except RecursionError:
        raise NoNotebook(f"is nested too deeply: clear its outputs, save and {AGAIN}") from None
    except ValueError:
        raise NoNotebook(_why_no_json(text)) from None


def _deeper_than(most: int, found: Any) -> bool:
    """Whether lists and objects stand in each other more often."""
    level = [found]
    for _ in range(most):
        level = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]  # fmt: skip
        if not level:
            return False
        level = [inner for one in level for inner in one]
    return True


def _whole(digits: str) -> int:
    return (
        int(digits) if len(digits) < 20 else 0
    )  # Python refuses thousands of digits; none matters


def _find_cells(raw: Any, notes: Notes) -> list[Any]:
    """The list of cells, wherever the notebook's format has it."""
    if isinstance(raw, dict) and isinstance(raw.get("cells"), list):
        return raw["cells"]
    sheets = raw.get("worksheets") if isinstance(raw, dict) else None
    lists = [_inside(sheet, "cells") for sheet in sheets] if isinstance(sheets, list) else []
    if not any(isinstance(cells, list) for cells in lists):
        raise NoNotebook(DAMAGED)
    notes.add("was saved in an old format: converted")
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _read_cell(raw: Any, number: int, notes: Notes) -> dict[str, Any] | None:
    if not isinstance(raw, dict):
        notes.add("held something that is no cell: left out", number)
        return None
    kind = _type_of(raw, number, notes)
    text = encodable(written := _text_of(raw, number, notes))
    if text != written:
        notes.add("had broken characters: replaced", number)
    if raw.get("cell_type") == "heading":
        level = raw.get("level") if raw.get("level") in list(range(1, 7)) else 1
        text = "#" * int(level) + " " + " ".join(text.splitlines())
    name = _inside(raw, "metadata", "nbgrader", "grade_id")
    about = {"nbgrader": {"grade_id": encodable(name)}} if isinstance(name, str) else {}
    cell = {"cell_type": kind, "metadata": about | _id_of(_inside(raw, "metadata")), "source": text}
    if kind == "code":
        return cell | _id_of(raw) | {"execution_count": None, "outputs": []}
    shown = pictures(raw.get("attachments"))
    return cell | _id_of(raw) | ({"attachments": shown} if shown else {})


def pictures(raw: Any) -> dict[str, dict[str, str]]:
    """What a text shows of what is attached to it, {file: {type: base64}}, whatever else is there."""
    files = raw.items() if isinstance(raw, dict) else ()
    kept = {
        encodable(name): {k: v for k, v in file.items() if IMAGE.fullmatch(k) and _is_plain(v)}
        for name, file in files
        if isinstance(name, str) and isinstance(file, dict)
    }
    return {name: file for name, file in kept.items() if file}


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and text.isascii()


def take_id(wanted: object, taken: set[str], else_: str = "cell") -> str:
    """A valid id that no other cell has, the wanted one where it can be, else a number behind this word; it is added to those taken."""
    numbers = count(len(taken) + 1)
    free = (id for number in numbers if (id := f"{else_}-{number}") not in taken)
    valid = isinstance(wanted, str) and ID.fullmatch(wanted) and wanted not in taken
    id = wanted if valid else next(free)
    taken.add(id)
    return id


def _id_of(raw: Any) -> dict[str, str]:
    """A cell's own id; Colab has it among the metadata."""
    id = _inside(raw, "id")
    return {"id": id} if _is_plain(id) else {}


def _inside(raw: Any, *keys: str) -> Any:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _type_of(raw: dict[str, Any], number: int, notes: Notes) -> str:
    told = raw.get("cell_type")
    if told in ("code", "markdown", "raw"):
        return told
    known = TYPES.get(told.lower()) if isinstance(told, str) else None
    ran = "outputs" in raw or "execution_count" in raw
    kind = known or ("code" if ran else "raw")  # raw: it is kept, and nothing is run by mistake
    if not (isinstance(told, str) and told in TYPES):
        notes.add(f"had a cell of no known type: taken for {kind}", number)
    return kind


def _text_of(raw: dict[str, Any], number: int, notes: Notes) -> str:
    held = next((raw[key] for key in TEXTS if key in raw), "")
    if isinstance(held, str):
        return held
    lines = held if isinstance(held, list) else [held]
    if all(isinstance(line, str) for line in lines):
        return "".join(lines)
    plain = [str(line) for line in lines if type(line) in (str, int, float)]
    notes.add(
        "had a number where text belongs: taken as text"
        if len(plain) == len(lines)
        else "had a text that cannot be read: left out",
        number,
    )
    return "".join(plain)
