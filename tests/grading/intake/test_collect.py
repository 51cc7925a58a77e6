"""Each platform's download ends where nbgrader looks for it, with a row for everybody and everything."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grading.intake.collect import Collected
from grading.intake.reading import read_submission
from tests.grading.intake.downloads import (
    ASSIGNMENT,
    DEADLINE,
    EXCHANGE,
    hand_in,
    moodle,
    told,
    zipped,
)
from tests.grading.intake.samples import NAME, code, contents, saved

MINE, OTHER = saved(), saved(code("other"))


@pytest.mark.parametrize("as_zip", [True, False])
def test_moodle(run, tmp_path: Path, as_zip: bool):
    files = moodle(
        {
            "Ada Lovelace_11": {NAME: MINE, "data/a.csv": b"1"},
            "Bob Müller_12": {"work.zip": zipped({f"work/{NAME}": MINE})},
            "Mallory_13": {NAME: MINE},
        }
    )
    rows = run(files, as_zip)
    assert told(rows) == [
        ("ada", "collected", "Ada Lovelace_11"),
        ("bob", "collected", "Bob Müller_12"),
        ("eve", "missing", ""),
        ("", "refused", "Mallory_13"),
    ]
    assert [row.reason for row in rows] == [
        *("", "", "nothing was handed in"),
        "the roster has no Mallory (13)",
    ]
    assert hand_in(tmp_path, "ada") == {NAME: MINE, "data/a.csv": b"1"}
    assert hand_in(tmp_path, "bob") == {f"work/{NAME}": MINE}
    assert sorted(path.name for path in (tmp_path / "submitted").iterdir()) == ["ada", "bob"]


@pytest.mark.parametrize(
    "folder",
    [
        "Lovelace Ada_11_assignsubmission_file/",
        "Ada Lovelace_11_assignsubmission_file_",
        "CS1-Homework 1-99/Ada Lovelace_11_assignsubmission_file_/",
    ],
    ids=["newer", "flat", "in a folder"],
)
def test_moodles_other_forms(run, tmp_path: Path, folder: str):
    rows = run({folder + NAME: MINE, folder + "x.py": b"x"})
    assert told(rows)[0] == ("ada", "collected", folder.split("/")[-2:][0][:15])
    assert hand_in(tmp_path, "ada") == {NAME: MINE, "x.py": b"x"}


def test_moodles_zip_in_the_folder_that_it_was_saved_to(run, tmp_path: Path):
    files = {"CS1-99.zip": zipped(moodle({"Ada Lovelace_11": {NAME: MINE}})), ".DS_Store": b""}
    assert told(run(files, as_zip=False))[0] == ("ada", "collected", "Ada Lovelace_11")
    assert hand_in(tmp_path, "ada") == {NAME: MINE}


def test_moodles_worksheet_tells_hidden_names_and_the_time(run, tmp_path: Path):
    worksheet = (
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 11,Ada Lovelace,ada@x.org,"Sunday, 1 March 2026, 10:05 PM"\n'
        "Participant 12,Bob Müller,bob@x.org,-\n"
    )
    files = moodle({"Participant_11": {NAME: MINE}, "Participant_12": {NAME: OTHER}})
    local = datetime(2026, 3, 1, 22, 5).astimezone(UTC)
    ada, bob = run(files, roster=worksheet, deadline=local - timedelta(minutes=5))
    assert (ada.student, ada.time, ada.reason) == (
        "ada@x.org",
        local.replace(tzinfo=None),
        "late by 0:05:00",
    )
    assert (bob.student, bob.time, bob.reason) == ("bob@x.org", None, "")


@pytest.mark.parametrize("as_zip", [True, False])
def test_canvas(run, tmp_path: Path, as_zip: bool):
    files = {
        f"lovelaceada_4711_1001_{NAME}": MINE,
        "lovelaceada_4711_1002_help_er_2.py": b"x",
        "müllerbob_LATE_815_1003_tiny-1.ipynb": OTHER,
        "onlineeve_99_text.html": b"<p>an answer typed into Canvas",
    }
    rows = run(files, as_zip, deadline=DEADLINE)
    assert told(rows) == [
        ("ada", "collected", "lovelaceada_4711"),
        ("bob", "collected", "müllerbob_LATE_815"),
        ("eve", "missing", ""),
        ("", "refused", "onlineeve_99_text.html"),
    ]
    assert hand_in(tmp_path, "ada") == {NAME: MINE, "help_er_2.py": b"x"}
    assert rows[1].reason == "late, says the platform, but not by how much: taken as one second"
    assert rows[1].time == DEADLINE + timedelta(seconds=1)
    assert rows[3].reason == "its name is none that Canvas gives to a submission"
    assert read_submission(tmp_path / "submitted" / "bob" / ASSIGNMENT, NAME).notes == [
        f"tiny-1.ipynb was taken for {NAME}"
    ]


def test_in_canvas_a_stray_file_of_moodles_is_a_row(run):
    files = {
        f"Bob Müller_12_assignsubmission_file_{NAME}": OTHER,
        f"lovelaceada_4711_1_{NAME}": MINE,
        "lovelaceada_4711_2_x.py": b"x",
    }
    assert told(run(files)) == [
        ("ada", "collected", "lovelaceada_4711"),
        ("bob", "missing", ""),
        ("eve", "missing", ""),
        ("", "refused", f"Bob Müller_12_assignsubmission_file_{NAME}"),
    ]


def test_one_student_with_a_zip_is_no_zip_of_a_class(run, tmp_path: Path):
    forged = zipped(moodle({"Bob Müller_12": {NAME: OTHER}}))
    rows = run({"lovelaceada_4711_1_work.zip": forged}, as_zip=False)
    assert told(rows)[:2] == [("ada", "collected", "lovelaceada_4711"), ("bob", "missing", "")]


def test_canvas_late_without_a_deadline_has_no_invented_time(run, tmp_path: Path):
    row = run({f"lovelaceada_LATE_4711_1_{NAME}": MINE})[0]
    assert row.time is None and row.reason.startswith("late, says the platform: give the deadline")
    assert hand_in(tmp_path, "ada") == {NAME: MINE}


@pytest.mark.parametrize(
    ("name", "late"), [("anon_aB3dE_1_", False), ("LATE_anon_aB3dE_1_", True)], ids=["", "late"]
)
def test_canvas_without_names(run, tmp_path: Path, name: str, late: bool):
    (row,) = run({name + NAME: MINE}, roster=None)
    assert (row.student, "late" in row.reason) == ("anon_aB3dE", late)


@pytest.mark.parametrize("as_zip", [True, False])
def test_the_exchange_the_last_before_the_deadline_counts(run, tmp_path: Path, as_zip: bool):
    rows = run(
        {f"inbound/{name}": file for name, file in EXCHANGE.items()}, as_zip, deadline=DEADLINE
    )
    assert [(row.student, row.what, row.reason) for row in rows] == [
        ("ada", "collected", ""),
        (
            "ada",
            "kept",
            "not the last one before the deadline: it lies in ada/kept/01_tiny/2026-02-28_10.00.00",
        ),
        ("ada", "kept", "after the deadline: it lies in ada/kept/01_tiny/2026-03-01_23.30.00"),
        ("bob", "collected", "late by 1:00:00"),
        ("eve", "missing", "nothing was handed in"),
    ]
    assert hand_in(tmp_path, "ada") == {
        NAME: MINE,
        "timestamp.txt": b"2026-03-01 22:58:00.000000 UTC",
    }
    late = tmp_path / "submitted" / "ada" / "kept" / ASSIGNMENT / "2026-03-01_23.30.00"
    assert contents(late)["timestamp.txt"] == b"2026-03-01 23:30:00.000000 UTC"


def test_of_late_ones_alone_the_last_counts(run, tmp_path: Path):
    early = DEADLINE - timedelta(days=9)
    rows = run(EXCHANGE, deadline=early.replace(tzinfo=timezone(timedelta(0))))
    assert rows[0].reason == "late by 9 days, 0:31:00"
    assert b"late" in hand_in(tmp_path, "ada")[NAME]


@pytest.mark.parametrize("top", ["", "course/submitted/"])
def test_nbgraders_submitted_folder(run, tmp_path: Path, top: str):
    files = {
        f"{top}ada/{ASSIGNMENT}/{NAME}": MINE,
        f"{top}ada/{ASSIGNMENT}/timestamp.txt": b"2026-03-01 23:00:00.000000 UTC\n",
        f"{top}ada/02_other/{NAME}": OTHER,
        f"{top}bob/{ASSIGNMENT}/data/x": b"x",
        f"{top}bob/{ASSIGNMENT}/timestamp.txt": b"yesterday",
    }
    rows = run(files, deadline=DEADLINE)
    assert told(rows) == [
        ("ada", "collected", f"ada/{ASSIGNMENT}"),
        ("bob", "collected", f"bob/{ASSIGNMENT}"),
        ("eve", "missing", ""),
    ]
    assert rows[0].reason == "late by 0:01:00"
    assert rows[1].reason == "no tiny.ipynb was handed in, only data/x"
    assert hand_in(tmp_path, "bob") == {"data/x": b"x"}


def test_without_a_roster_names_are_made_of_the_platforms(run):
    files = moodle(
        {
            "Ada Lovelace_11": {NAME: MINE},
            "Zoë Müller_12": {NAME: MINE},
            "zoe muller_13": {NAME: MINE},
        }
    )
    rows = run(files, roster=None)
    assert [row.student for row in rows] == ["ada_lovelace", "zoe_muller_12", "zoe_muller_13"]
    rows = run({f"lovelaceada_4711_1_{NAME}": MINE}, roster=None)
    assert [row.student for row in rows] == ["lovelaceada_4711"]


def test_a_file_that_is_no_notebook_or_has_another_name_is_told(run):
    files = moodle(
        {
            "Ada Lovelace_11": {NAME: MINE[:50]},
            "Bob Müller_12": {NAME: b"my answers"},
            "Eve Online_13": {NAME: b""},
            "Fay_14": {"homework.ipynb": MINE},
            "Gil_15": {"tiny (1).ipynb": MINE},
            "Hal_16": {"work.zip": zipped({})},
            "Ida_17": {f"work/{NAME}": MINE},
        }
    )
    reasons = [row.reason for row in run(files, roster=None)]
    assert reasons == [
        "tiny.ipynb is damaged (cut off, or no notebook): hand it in again",
        "tiny.ipynb is damaged (cut off, or no notebook): hand it in again",
        "tiny.ipynb is empty: save the notebook and hand it in again",
        "homework.ipynb was taken for tiny.ipynb",
        "",
        "work.zip is an empty zip: hand in tiny.ipynb itself; left out work.zip (an empty zip)",
        "",
    ]


def test_of_whom_nobody_can_say_that_they_are_late(run):
    inbound = f"ada+{ASSIGNMENT}+2026-02-28 10:00:00 UTC/{NAME}"
    for files, untimed in (
        (moodle({"Ada Lovelace_11": {NAME: MINE}}), True),
        ({f"ada/{ASSIGNMENT}/{NAME}": MINE, f"ada/{ASSIGNMENT}/timestamp.txt": b"soon"}, True),
        ({inbound: MINE}, False),
        ({f"lovelaceada_4711_1_{NAME}": MINE}, False),  # Canvas says who is late
    ):
        assert run(files, deadline=DEADLINE)[0].untimed is untimed
        assert run(files)[0].untimed is False


def test_rows_say_who_what_and_from_where(run):
    assert run(moodle({"Ada Lovelace_11": {NAME: MINE}}), roster=None) == [
        Collected("ada_lovelace", "collected", "", "Ada Lovelace_11", None)
    ]
