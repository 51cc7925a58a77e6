"""Files that strangers handed in: listed and read within limits, without following a link or opening a device."""

import os
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MIB = 2**20
# What systems and editors leave behind. Nobody hands it in on purpose.
LEFT_BEHIND = {"__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini"}
LEFT_BEHIND |= {".ipynb_checkpoints", ".DS_Store", ".git", ".venv"}
LISTED = 100_000  # files of one folder or zip; a class's download has some thousands
TOO_MANY = f"not looked at: there are more than {LISTED} files"


@dataclass(frozen=True)
class Limits:
    """What one submission may hold at most.

    Args:
        files: number of files.
        total: bytes of all its files together.
        notebook: bytes of one notebook, outputs included.
        depth: folders below each other.
        parts: objects and lists in a notebook's JSON, which take some 60 bytes of memory each.
        cells: number of cells.
        source: characters of all its cells together, without outputs.
    """

    files: int = 1000
    total: int = 128 * MIB
    notebook: int = 64 * MIB
    depth: int = 16
    parts: int = 2_000_000
    cells: int = 5000
    source: int = 16 * MIB


LIMITS = Limits()


class Unreadable(Exception):
    """Why a file is not taken, in a few words."""


@dataclass(frozen=True)
class Entry:
    """A file that was handed in, not opened yet.

    Args:
        path: where it lies, relative, with "/".
        size: its bytes, as its folder or its zip says.
        read: reads so many bytes and no more; raises Unreadable.
        fault: why it is not taken; empty for a plain file.
    """

    path: str
    size: int
    read: Callable[[], bytes]
    fault: str = ""


def list_folder(folder: Path, depth: int = LIMITS.depth) -> list[Entry]:
    """Every file below the folder, and every thing there that is none, with its fault.

    A link is not followed; what is no folder has no files.
    """
    entries: list[Entry] = []

    def unreadable(problem: OSError) -> None:
        name = PurePosixPath(problem.filename).name
        entries.append(Entry(name, 0, bytes, f"unreadable: {problem.strerror}"))

    try:
        if stat.S_ISDIR(folder.lstat().st_mode):
            _walk(folder, depth, entries, unreadable)
    except FileNotFoundError:
        pass  # nothing was handed in
    except OSError as problem:
        unreadable(problem)
    return entries


def _walk(
    folder: Path, depth: int, entries: list[Entry], unreadable: Callable[[OSError], None]
) -> None:
    for here, folders, names, descriptor in os.fwalk(folder, onerror=unreadable):
        below = PurePosixPath(os.path.relpath(here, folder))
        deeper = []
        for name in sorted(folders + names):
            if is_left_behind(name) or not (found := _look(name, descriptor)):
                continue
            if stat.S_ISDIR(found.st_mode) and len(below.parts) < depth:
                deeper.append(name)
            else:
                entries.append(_in_folder(folder, below / name, found))
        if len(entries) >= LISTED:
            entries += [Entry(str(below / name), 0, bytes, TOO_MANY) for name in deeper]
            deeper = []
        folders[:] = deeper


def is_left_behind(name: str) -> bool:
    """Whether a system or an editor made the file or folder of this name."""
    return name in LEFT_BEHIND or name.startswith("._")


def _look(name: str, folder: int) -> os.stat_result | None:
    """What lies there, be it a link; None where it has gone in the meantime."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None


def _in_folder(folder: Path, path: PurePosixPath, found: os.stat_result) -> Entry:
    shown = os.fsencode(str(path)).decode("utf-8", "replace")  # a name need not be UTF-8
    size = found.st_size
    return Entry(shown, size, lambda: read_below(folder, path, size), fault_of(found.st_mode))


def fault_of(mode: int) -> str:
    """Why a thing of this mode (as in st_mode) is not taken; empty for a plain file."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "too many folders deep"
    return "a link" if stat.S_ISLNK(mode) else "no plain file"


def read_below(folder: Path, path: PurePosixPath, most: int) -> bytes:
    """At most so many bytes of a plain file below the folder; no step of the way may be a link.

    Raises:
        Unreadable: it is none, or cannot be opened.
    """
    step = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    opened: list[int] = []
    try:
        opened.append(os.open(folder, step | os.O_DIRECTORY))
        for part in path.parts[:-1]:
            opened.append(os.open(part, step | os.O_DIRECTORY, dir_fd=opened[-1]))
        # Not to wait for somebody to write, if it has become a FIFO since it was listed.
        opened.append(os.open(path.name, step | os.O_NONBLOCK, dir_fd=opened[-1]))
        if not stat.S_ISREG(os.fstat(opened[-1]).st_mode):
            raise Unreadable("no plain file")
        with open(opened[-1], "rb", closefd=False) as file:
            return file.read(most)
    except OSError as problem:
        raise Unreadable(f"unreadable: {problem.strerror}") from problem
    finally:
        for descriptor in opened:
            os.close(descriptor)


def take(entries: Iterable[Entry], limits: Limits) -> tuple[dict[str, bytes], dict[str, str]]:
    """Read what fits the limits: notebooks first, then what lies highest.

    Returns:
        The content by path, and what was not taken: why, by path.
    """
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    room = limits.total
    latest = {
        entry.path: entry for entry in entries
    }  # a zip can hold a name twice: the last counts
    for entry in sorted(latest.values(), key=_first_notebooks):
        why = entry.fault or _too_much(entry, files, room, limits)
        if not why and in_the_way(entry.path, files):
            why = "a folder has the same name"
        if not why:
            room -= entry.size  # also where the reading fails: it takes its time all the same
            try:
                files[entry.path] = entry.read()
            except Unreadable as problem:
                why = str(problem)
        if why:
            left_out[entry.path] = why
    return files, left_out


def _too_much(entry: Entry, files: dict[str, bytes], room: int, limits: Limits) -> str:
    if len(files) >= limits.files:
        return f"more than {limits.files} files"
    most = min(room, limits.notebook) if is_notebook(entry.path) else room
    return "too large" if entry.size > most else ""


def in_the_way(path: str, others: Collection[str]) -> bool:
    """Whether the path cannot lie beside the others: a zip can hold both the file "a" and the file "a/b"."""
    below = any(str(above) in others for above in (path, *PurePosixPath(path).parents))
    return below or any(other.startswith(f"{path}/") for other in others)


def _first_notebooks(entry: Entry) -> tuple[bool, int, str]:
    return not is_notebook(entry.path), entry.path.count("/"), entry.path


def is_notebook(path: str) -> bool:
    """Whether the name says so; browsers like to add an ending of their own."""
    name = path.lower().strip()
    return name.endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))


def said_of(left_out: dict[str, str]) -> list[str]:
    """One sentence on what was not taken, none where there is nothing; the first three by name."""
    if not left_out:
        return []
    named = [f"{shown(path)} ({why})" for path, why in list(left_out.items())[:3]]
    more = [f"{len(left_out) - 3} more"] * (len(left_out) > 3)
    return ["left out " + ", ".join(named + more)]


def shown(name: str, length: int = 60) -> str:
    """A stranger's name for a file, as it can stand in a sentence: printable, and cut in its middle."""
    name = "".join(letter if letter.isprintable() else "?" for letter in name)
    half = (length - 3) // 2
    return name if len(name) <= length else f"{name[:half]}...{name[-half:]}"
