"""Nothing that was collected is lost: again, later, earlier, killed half way."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from grading.intake.collect import collect
from tests.grading.intake.downloads import (
    ASSIGNMENT,
    DEADLINE,
    EXCHANGE,
    everything,
    hand_in,
    moodle,
)
from tests.grading.intake.samples import NAME, code, contents, saved, write

MINE, OTHER = saved(), saved(code("other"))


def test_collecting_the_submitted_folder_itself_changes_nothing(run, tmp_path: Path):
    bad = f"bob+{ASSIGNMENT}+2026-03-02 00:59:00 CET/timestamp.txt/x"  # it is left out, and told
    run(EXCHANGE | {bad: b"x"}, deadline=DEADLINE)
    before = everything(tmp_path / "submitted")
    rows = collect(tmp_path / "submitted", tmp_path / "submitted", ASSIGNMENT, NAME, None, DEADLINE)
    assert [(row.student, row.what) for row in rows] == [("ada", "unchanged"), ("bob", "unchanged")]
    assert "left out timestamp.txt/x" in rows[1].reason
    assert everything(tmp_path / "submitted") == before


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # its own query warns
def test_nbgrader_reads_the_time_and_sees_who_is_late(run, tmp_path: Path, monkeypatch):
    beside = Path(sys.executable).parent  # nbgrader starts alembic by its name
    monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")
    run(EXCHANGE, deadline=DEADLINE)
    course = CourseDirectory(root=str(tmp_path))
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.add_assignment(ASSIGNMENT, duedate=DEADLINE.isoformat())
        for student, seconds in {"ada": 0, "bob": 3600}.items():
            folder = tmp_path / "submitted" / student / ASSIGNMENT
            time = course.get_existing_timestamp(str(folder))
            book.add_student(student)
            entry = book.update_or_create_submission(ASSIGNMENT, student, timestamp=time)
            assert entry.total_seconds_late == seconds


def test_the_same_download_again_changes_nothing(run, tmp_path: Path):
    first = run(EXCHANGE, deadline=DEADLINE)
    before = everything(tmp_path / "submitted")
    again = run(EXCHANGE, deadline=DEADLINE)
    assert everything(tmp_path / "submitted") == before
    assert [row.what for row in first][0] == "collected"
    assert [row.what for row in again] == ["unchanged", "kept", "kept", "unchanged", "missing"]


def test_a_newer_download_keeps_the_older_one(run, tmp_path: Path):
    files = moodle({"Ada Lovelace_11": {NAME: OTHER, "x": b"x"}, "Bob Müller_12": {NAME: MINE}})
    run(files)
    rows = run(moodle({"Ada Lovelace_11": {NAME: MINE}}))
    assert [(row.student, row.what, row.reason) for row in rows] == [
        ("ada", "replaced", ""),
        ("bob", "unchanged", "nothing in this download; what was collected before stays"),
        ("eve", "missing", "nothing was handed in"),
    ]
    assert hand_in(tmp_path, "ada") == {NAME: MINE}
    (kept,) = (tmp_path / "submitted" / "ada" / "kept" / ASSIGNMENT).iterdir()
    assert contents(kept) == {NAME: OTHER, "x": b"x"}


def test_what_was_collected_before_stays_where_it_is_the_later_one(run, tmp_path: Path):
    old, new, late, *_ = [{name: EXCHANGE[name]} for name in EXCHANGE]
    run(new, deadline=DEADLINE)
    for other, when in ((old, "2026-02-28_10.00.00"), (late, "2026-03-01_23.30.00")):
        row = run(other, deadline=DEADLINE)[0]
        assert (row.student, row.what) == ("ada", "kept") and row.reason.endswith(when)
    assert hand_in(tmp_path, "ada")[NAME] == MINE


def test_a_late_one_does_not_replace_one_without_a_time(run, tmp_path: Path):
    """Canvas tells no time of those in time."""
    late = {f"lovelaceada_LATE_4711_2_{NAME}": OTHER}
    for deadline in (DEADLINE, None):
        shutil.rmtree(tmp_path / "submitted", ignore_errors=True)
        run({f"lovelaceada_4711_1_{NAME}": MINE}, deadline=deadline)
        for _ in range(2):
            row = run(late, deadline=deadline)[0]
            assert row.what == "kept" and hand_in(tmp_path, "ada") == {NAME: MINE}
            before = (
                "after the deadline: the one collected before stays; this one lies in ada/kept/"
            )
            assert row.reason.startswith(before)
            (kept,) = (tmp_path / "submitted" / "ada" / "kept" / ASSIGNMENT).iterdir()
            assert contents(kept)[NAME] == OTHER
    row = run({f"lovelaceada_4711_3_{NAME}": OTHER}, deadline=DEADLINE)[0]
    assert row.what == "replaced" and hand_in(tmp_path, "ada") == {NAME: OTHER}


def test_one_in_time_replaces_a_late_one(run, tmp_path: Path):
    run({f"lovelaceada_LATE_4711_2_{NAME}": OTHER}, deadline=DEADLINE)
    assert run({f"lovelaceada_4711_1_{NAME}": MINE}, deadline=DEADLINE)[0].what == "replaced"
    assert hand_in(tmp_path, "ada") == {NAME: MINE}


def test_two_that_were_replaced_in_the_same_second_are_both_kept(run, tmp_path: Path):
    time = b"2026-01-01 00:00:00 UTC"
    for number in range(3):
        place = tmp_path / "submitted" / "ada" / ASSIGNMENT
        if place.exists():
            write(place, {"timestamp.txt": time})
        run(moodle({"Ada Lovelace_11": {NAME: MINE, "x": str(number).encode()}}))
    kept = contents(tmp_path / "submitted" / "ada" / "kept" / ASSIGNMENT)
    assert [kept["2026-01-01_00.00.00/x"], kept["2026-01-01_00.00.00_2/x"]] == [b"0", b"1"]


def test_a_time_that_is_learnt_later_is_written_down(run, tmp_path: Path):
    run({f"lovelaceada_LATE_4711_1_{NAME}": MINE})
    row = run({f"lovelaceada_LATE_4711_1_{NAME}": MINE}, deadline=DEADLINE)[0]
    assert row.what == "unchanged"
    assert hand_in(tmp_path, "ada")["timestamp.txt"] == b"2026-03-01 22:59:01.000000 UTC"


def test_what_a_killed_collection_left_is_cleared(run, tmp_path: Path):
    write(tmp_path / "submitted" / "ada" / f".{ASSIGNMENT}.unfinished", {"half": b""})
    run(moodle({"Ada Lovelace_11": {NAME: MINE}}))
    assert contents(tmp_path / "submitted") == {f"ada/{ASSIGNMENT}/{NAME}": MINE}


class Killed(BaseException):
    """What no handler of errors catches, as a process that is killed runs none."""


def test_a_collection_that_is_killed_anywhere_is_completed_by_the_next(run, tmp_path, monkeypatch):
    old, new, *_ = [{name: EXCHANGE[name]} for name in EXCHANGE]
    run(old)
    run(new)
    undisturbed = contents(tmp_path / "submitted")
    assert len(undisturbed) == 4  # two notebooks and their times
    left = steps = 0

    def killed_at_its_step(function):
        def step(self: Path, *args):
            nonlocal left
            if "submitted" in self.parts and (left := left - 1) == 0:
                raise Killed
            return function(self, *args)

        return step

    for name in ("rename", "write_bytes"):
        monkeypatch.setattr(Path, name, killed_at_its_step(getattr(Path, name)))
    while left <= 0:
        steps += 1
        shutil.rmtree(tmp_path / "submitted")
        run(old)
        left = steps
        with contextlib.suppress(Killed):
            run(new)
        if left <= 0:
            run(new)
            assert contents(tmp_path / "submitted") == undisturbed
    assert steps == 5  # after two files and two renamings the fifth never came
