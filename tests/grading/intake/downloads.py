"""Downloads as learning platforms make them, and what must not change when one is collected."""

import io
import stat
import zipfile
from datetime import datetime
from pathlib import Path

from grading.intake.collect import Collected
from tests.grading.intake.samples import NAME, code, contents, saved, write

ASSIGNMENT = "01_tiny"
ROSTER = (
    "id,first_name,last_name,email,lms_user_id\n"
    "ada,Ada,Lovelace,ada@x.org,4711\nbob,Bob,Müller,bob@x.org,815\neve,Eve,Online,eve@x.org,99\n"
)


def zipped(files: dict[str, bytes]) -> bytes:
    """The bytes of a zip, packed."""
    with zipfile.ZipFile(archive := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return archive.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """A zip's entry that is a link; its content is where to."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def download(folder: Path, files: dict[str, bytes], as_zip: bool) -> Path:
    """The files in a folder, or in a zip."""
    if not as_zip:
        return write(folder / "download", files)
    write(folder, {"download.zip": zipped(files)})
    return folder / "download.zip"


def moodle(files: dict[str, dict[str, bytes]]) -> dict[str, bytes]:
    """Files by "Ada Lovelace_4711", as in Moodle's zip."""
    return {
        f"{whose}_assignsubmission_file_/{name}": content
        for whose, of_one in files.items()
        for name, content in of_one.items()
    }


def told(rows: list[Collected]) -> list[tuple[str, str, str]]:
    """Who, what, and from where."""
    return [(row.student, row.what, row.origin) for row in rows]


def everything(folder: Path) -> dict[str, tuple[int, object]]:
    """All that lies below: of files the content, of links where they lead, of all their sort."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        what = (
            path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        )
        found[path.relative_to(folder).as_posix()] = (stat.S_IFMT(mode), what)
    return found


def hand_in(tmp_path: Path, student: str) -> dict[str, bytes]:
    """What lies ready to be graded."""
    return contents(tmp_path / "submitted" / student / ASSIGNMENT)


# Three of ada's, one after the deadline, one of another assignment; and bob's, an hour late.
DEADLINE = datetime(2026, 3, 1, 22, 59)
EXCHANGE = {
    f"ada+{ASSIGNMENT}+2026-02-28 10:00:00.000000 UTC+aB3dE5gH7jK9/{NAME}": saved(code("other")),
    f"ada+{ASSIGNMENT}+2026-03-01 22:58:00.000000 UTC+bB3dE5gH7jK9/{NAME}": saved(),
    f"ada+{ASSIGNMENT}+2026-03-01 23:30:00.000000 UTC+cB3dE5gH7jK9/{NAME}": saved(code("late")),
    f"ada+{ASSIGNMENT}+2026-03-01 22:58:00.000000 UTC+bB3dE5gH7jK9/timestamp.txt": b"1970-01-01 00:00",
    f"ada+02_other+2026-03-01 22:58:00.000000 UTC+bB3dE5gH7jK9/{NAME}": saved(code("other")),
    f"bob+{ASSIGNMENT}+2026-03-02 00:59:00 CET/{NAME}": saved(),
}
