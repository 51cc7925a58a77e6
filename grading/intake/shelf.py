"""The folder submitted/: one submission a student is there to be graded, and what it replaced is kept beside it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grading.intake.files import LIMITS, MIB, Unreadable, list_folder, read_below, take
from grading.intake.reading import TIME
from grading.intake.times import for_nbgrader, of_nbgrader

Files = dict[str, bytes]  # contents by path
# A full submission, with what is put beside it.
OURS = replace(LIMITS, files=LIMITS.files + 10, total=LIMITS.total + MIB)


@dataclass(frozen=True)
class Shelf:
    """One student's submissions of one assignment.

    Args:
        home: the student's folder in submitted/.
        assignment: its name there.
    """

    home: Path
    assignment: str

    @property
    def place(self) -> Path:
        """The submission that is graded."""
        return self.home / self.assignment

    @property
    def kept(self) -> Path:
        """Where the others lie, each in a folder named by its time (UTC)."""
        return self.home / "kept" / self.assignment

    @property
    def taken(self) -> bool:
        """Whether a submission lies there already; a link is none."""
        return self.place.is_dir() and not self.place.is_symlink()

    def holds(self, files: Files) -> bool:
        """Whether the submission that lies there has these files and no others."""
        return _same(self.place, files)

    def time(self) -> datetime | None:
        """When the submission that is graded was handed in, where that is known."""
        try:
            told = read_below(self.place, PurePosixPath(TIME), 100)
        except Unreadable:
            return None
        return of_nbgrader(told.decode("utf-8", "replace"))

    def put(self, files: Files, time: datetime | None) -> str:
        """Let these files be the submission that is graded; the one before is kept, the same one left alone.

        Returns:
            "collected", "unchanged" or "replaced".
        """
        there = os.path.lexists(self.place)
        if there and self.holds(files):
            if time and time != self.time():
                _write(self.place, {TIME: for_nbgrader(time).encode()})
            return "unchanged"
        unfinished = self._write_aside(files, time)
        if there:
            self._keep(self.place, self.time() or _changed(self.place))
        unfinished.rename(self.place)
        return "replaced" if there else "collected"

    def keep(self, files: Files, time: datetime | None) -> Path:
        """Keep these files beside the submission that is graded; returns their folder."""
        return self._keep(self._write_aside(files, time), time)

    def _write_aside(self, files: Files, time: datetime | None) -> Path:
        """Write the files where nobody looks for them, so that whoever is killed here leaves no half submission."""
        aside = self.home / f".{self.assignment}.unfinished"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        stamp = {TIME: for_nbgrader(time).encode()} if time else {}
        try:
            _write(aside, files | stamp)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        return aside

    def _keep(self, folder: Path, time: datetime | None) -> Path:
        """Move the folder to where the older ones are kept; one that is kept there already is not kept twice."""
        self.kept.mkdir(parents=True, exist_ok=True)
        for place in self._names(time):
            if not os.path.lexists(place):
                return folder.rename(place)
            if not folder.is_symlink() and _same(place, _contents(folder)):
                shutil.rmtree(folder)
                return place
        raise AssertionError("the names do not end")

    def _names(self, time: datetime | None) -> Iterator[Path]:
        name = f"{time:%Y-%m-%d_%H.%M.%S}" if time else "no_time"
        yield self.kept / name
        count = 1
        while count := count + 1:
            yield self.kept / f"{name}_{count}"


def _contents(folder: Path) -> Files:
    return take(list_folder(folder), OURS)[0]


def _same(folder: Path, files: Files) -> bool:
    """Whether the folder holds these files and no others; the time is no part of what was handed in."""
    there, left_out = take(list_folder(folder), OURS)
    return not left_out and {**there, TIME: b""} == {**files, TIME: b""}


def _write(folder: Path, files: Files) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _changed(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.lstat().st_mtime, UTC).replace(tzinfo=None)
