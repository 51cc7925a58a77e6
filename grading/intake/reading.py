"""Find and read the notebook in a folder that a student handed in."""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from grading.intake.files import (
    LIMITS,
    Limits,
    in_the_way,
    is_notebook,
    list_folder,
    said_of,
    shown,
    take,
)
from grading.intake.notebook import NoNotebook, parse
from grading.intake.text import encodable
from grading.intake.zips import EMPTY_ZIP, unpack_own

# nbgrader's, beside what was handed in through its exchange.
STAMPS = TIME, SECRET = "timestamp.txt", "submission_secret.txt"
LEFT_OUT = "left_out.json"  # the same for what was not taken when the submission was collected


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Args:
        notebook: its cells with their types, texts and grade_ids; None where there is none to read.
        files: the other files' contents by path, relative to the notebook's folder.
        fault: why there is no notebook, in a sentence that the student can act on; else empty.
        notes: what was repaired or left out, in sentences.
    """

    notebook: NotebookNode | None
    files: dict[str, bytes] = field(default_factory=dict)
    fault: str = ""
    notes: list[str] = field(default_factory=list)


def read_submission(folder: Path, name: str, limits: Limits = LIMITS) -> Submission:
    """Read a handed-in folder. It never raises, never follows a link and never opens a device.

    Args:
        folder: what the student handed in, or nothing.
        name: the assignment's notebook, such as "introduction.ipynb".
        limits: what does not fit is left out with a note, or makes the fault.
    """
    files, left_out = take(list_folder(folder, limits.depth), limits)
    before = left_out_before(files.pop(LEFT_OUT, b"{}"))
    for its_own in STAMPS:
        files.pop(its_own, None)
    files, more = unpack_own(files, limits)
    return find_notebook(files, before | left_out | more, name, limits)


def left_out_before(content: bytes) -> dict[str, str]:
    """What a `LEFT_OUT` file says: why something was not taken, by path."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):  # a student's own file of that name
        return {}
    told = told if isinstance(told, dict) else {}
    return {encodable(path): encodable(str(why)) for path, why in told.items()}


def find_notebook(
    files: dict[str, bytes], left_out: dict[str, str], name: str, limits: Limits
) -> Submission:
    """Tell the notebook from the other files, and read it.

    Args:
        files: contents by path.
        left_out: what was not taken: why, by path.
    """
    path, fault = choose(files, left_out, name)
    notes = _copies(files, path, name) + said_of(left_out)
    if fault:
        return Submission(None, files, fault, notes)
    others, moved = _beside(files, path, name)
    try:
        notebook, repaired = parse(files[path], limits)
    except NoNotebook as why:
        return Submission(None, others, f"{shown(path)} {why}", moved + notes)
    return Submission(notebook, others, "", moved + [f"{name} {said}" for said in repaired] + notes)


def look(files: dict[str, bytes], left_out: dict[str, str], name: str) -> list[str]:
    """What an instructor should know of a notebook when it is collected: that it is none, or has quite another name."""
    found = find_notebook(dict(files), left_out, name, LIMITS)
    path, _ = choose(files, left_out, name)
    other = path and not _is_copy(path, name)
    return [found.fault] * bool(found.fault) + [_taken(path, name)] * bool(other)


def choose(files: dict[str, bytes], left_out: dict[str, str], name: str) -> tuple[str, str]:
    """The path of the notebook that was meant, or why that is not certain."""
    if name in left_out and name not in files:
        return "", f"{name} could not be taken ({left_out[name]}): hand in the file itself"
    notebooks = [path for path in files if is_notebook(path)]
    for meant in (_is_exact, _is_below, _is_copy, _is_any):
        found = [path for path in notebooks if meant(path, name)]
        if len({files[path] for path in found}) == 1:  # equal contents are one notebook
            return min(found, key=lambda path: (not path.endswith(name), path.count("/"), path)), ""
        if found:
            listed = ", ".join(shown(path) for path in sorted(found)[:5])
            return "", f"several notebooks could be meant, {listed}: hand in one, named {name}"
    return "", _nothing(files, left_out, name)


def _is_exact(path: str, name: str) -> bool:
    return path == name


def _is_below(path: str, name: str) -> bool:
    return _plain(path) == _plain(name)


def _is_copy(path: str, name: str) -> bool:
    """The name as browsers and platforms change it: "name (1).ipynb", "name-1.ipynb", "Copy of name.ipynb"."""
    stem = re.escape(_plain(name).removesuffix(".ipynb"))
    count = r"( ?\(\d+\)|[-_ ]\d+|[-_ ]*(copy|kopie|copie|copia)\d*( ?\(\d+\))?)"
    return bool(re.fullmatch(rf"(copy of )?{stem}{count}?\.ipynb(\.txt|\.json)?", _plain(path)))


def _is_any(path: str, name: str) -> bool:
    return True


def _plain(path: str) -> str:
    """The file's name in one case and one form of accents: systems differ in both."""
    return unicodedata.normalize("NFC", PurePosixPath(path).name).casefold().strip()


def _taken(path: str, name: str) -> str:
    return f"{shown(path)} was taken for {name}"


def _copies(files: dict[str, bytes], path: str, name: str) -> list[str]:
    """What else could have been meant, where the notebook of the exact name was taken."""
    others = [p for p in files if _is_copy(p, name) and files[p] != files.get(name)]
    said = [f"{shown(p)} lies beside {name} and was not graded" for p in sorted(others)[:5]]
    return said if path == name else []


def _nothing(files: dict[str, bytes], left_out: dict[str, str], name: str) -> str:
    empty = [path for path, why in left_out.items() if why == EMPTY_ZIP]
    if empty and not files:
        return f"{shown(empty[0])} is an empty zip: hand in {name} itself"
    reasons = dict.fromkeys(files, "") | {path: f" ({why})" for path, why in left_out.items()}
    came = [shown(path) + why for path, why in sorted(reasons.items())]
    if not came:
        return f"no {name} was handed in"
    more = f" and {len(came) - 3} more" if len(came) > 3 else ""
    return f"no {name} was handed in, only {', '.join(came[:3])}{more}"


def _beside(files: dict[str, bytes], path: str, name: str) -> tuple[dict[str, bytes], list[str]]:
    """The other files as the notebook sees them: its folder's come first, those above it stay where they do not clash."""
    folder = path[: path.rfind("/") + 1]
    others: dict[str, bytes] = {}
    clashes: dict[str, str] = {}
    for other in sorted(files, key=lambda other: not other.startswith(folder)):
        place = other.removeprefix(folder)
        if other != path and in_the_way(place, {name, *others}):
            clashes[other] = "another file has its place"
        elif other != path:
            others[place] = files[other]
    taken = [_taken(path, name)] * (path != name)
    return others, taken + said_of(clashes)
