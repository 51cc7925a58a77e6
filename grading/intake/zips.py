"""What lies in a zip: listed and read within limits, whatever its maker intended."""

import io
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from grading.intake.files import (
    LIMITS,
    LISTED,
    TOO_MANY,
    Entry,
    Limits,
    Unreadable,
    fault_of,
    is_left_behind,
    is_notebook,
    shown,
    take,
)

ENTRY = b"PK\x01\x02"  # each entry of a zip's directory begins so
# Others are rare, and LZMA may ask for gigabytes of memory before it says anything.
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
UTF8 = 0x800  # the flag that an entry's name is in UTF-8
ENCRYPTED = 0x1
EMPTY_ZIP = "an empty zip"


def open_zip(archive: Path | bytes) -> zipfile.ZipFile:
    """Open a zip for `list_zip`.

    Raises:
        Unreadable: it is none, or it lists more than a hundred thousand files.
    """
    if isinstance(archive, bytes) and archive.count(ENTRY) > LISTED:  # before they take memory
        raise Unreadable(TOO_MANY)
    try:
        return zipfile.ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive)
    except Exception as problem:  # whatever a stranger's file brings zipfile to
        raise Unreadable("a damaged zip") from problem


def list_zip(archive: zipfile.ZipFile, depth: int = LIMITS.depth) -> list[Entry]:
    """Every file of the zip; with its fault where its name leads out, or it is a link, encrypted or packed oddly."""
    entries = []
    for info in archive.infolist():
        path = _name(info)
        if path.endswith("/") or any(map(is_left_behind, path.split("/"))):
            continue
        fault = name_fault(path, depth) or _fault(info)
        entries.append(Entry(path, info.file_size, _reader(archive, info), fault))
    return entries


def _name(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")  # as macOS writes it, without the flag
        except UnicodeError:
            pass  # really of the old code page
    return name.replace("\\", "/")  # as some programs on Windows write it


def name_fault(path: str, depth: int = LIMITS.depth) -> str:
    """Why a path is refused; empty where it stays below the folder that it is put into."""
    parts = path.split("/")
    if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts:
        return "its name leads out of its folder"
    if not all(parts) or "." in parts or any(ord(letter) < 32 for letter in path):
        return "no proper name"
    if max(len(part.encode("utf-8", "replace")) for part in parts) > 255:
        return "its name is too long"
    return "too many folders deep" if len(parts) > depth + 1 else ""


def _fault(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16  # 0 where the zip was not made on a Unix
    if stat.S_IFMT(mode) and (fault := fault_of(mode)):
        return fault
    if info.flag_bits & ENCRYPTED:
        return "encrypted"
    return "" if info.compress_type in PACKED else "packed in an unusual way"


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo):
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(info.file_size)  # and no more, whatever it unpacks to
        except Exception as problem:  # whatever a stranger's file brings zipfile to
            raise Unreadable("damaged in its zip") from problem

    return read


def unpack_own(files: dict[str, bytes], limits: Limits) -> tuple[dict[str, bytes], dict[str, str]]:
    """Put the contents of a student's zip in its place, where no notebook lies beside it; a zip in a zip stays one.

    Returns:
        The contents by path, and what was not taken: why, by path.
    """
    zips = [path for path in files if path.lower().endswith(".zip")]
    if not zips or any(map(is_notebook, files)):
        return files, {}
    entries = [_held(path, content) for path, content in files.items() if path not in zips]
    for path in zips:
        folder = (
            PurePosixPath(path).with_suffix("") if len(zips) > 1 else PurePosixPath(path).parent
        )
        try:
            inside = list_zip(open_zip(files[path]), limits.depth)
        except Unreadable as why:
            entries.append(Entry(path, 0, bytes, str(why)))
        else:
            entries += [_moved(entry, folder) for entry in inside]
            entries += [Entry(path, 0, bytes, EMPTY_ZIP)] * (not inside)
    return take(entries, limits)


def _held(path: str, content: bytes) -> Entry:
    return Entry(path, len(content), lambda: content)


def _moved(entry: Entry, folder: PurePosixPath) -> Entry:
    """The entry below a folder; one that is refused keeps its name, to be told."""
    path = shown(entry.path) if entry.fault else str(folder / entry.path)
    return Entry(path, entry.size, entry.read, entry.fault)
