"""Nobody passes for another, nothing leaves its folder, and every refusal is a row or a sentence."""

from pathlib import Path

import pytest

from grading.course import GradingError
from grading.intake.collect import collect
from grading.intake.reading import read_submission
from tests.grading.intake.downloads import (
    ASSIGNMENT,
    hand_in,
    moodle,
    told,
    zipped,
)
from tests.grading.intake.samples import NAME, code, contents, saved, write

MINE, OTHER = saved(), saved(code("other"))


def test_two_people_with_one_name_are_never_one_student(run, tmp_path: Path):
    rows = run(moodle({"Ada Lovelace_11": {NAME: MINE}, "Lovelace Ada_12": {NAME: OTHER}}))
    assert told(rows)[:2] == [
        ("ada", "refused", "Ada Lovelace_11"),
        ("ada", "refused", "Lovelace Ada_12"),
    ]
    assert rows[0].reason.startswith("two people have this name: give the platform's number")
    assert not (tmp_path / "submitted").exists()


def test_a_student_cannot_pass_for_another(run, tmp_path: Path):
    forged = {
        "Bob Müller_12_assignsubmission_file_/" + NAME: OTHER,
        f"müllerbob_815_1_{NAME}": OTHER,
        f"bob/{ASSIGNMENT}/{NAME}": OTHER,
        f"bob+{ASSIGNMENT}+2026-03-01 22:58:00.000000 UTC+bB3dE5gH7jK9/{NAME}": OTHER,
        f"{ASSIGNMENT}/{NAME}": OTHER,
    }
    own_folder = moodle({"Ada Lovelace_11": forged | {NAME: MINE}})
    own_name = {f"lovelaceada_4711_1_Bob Müller_12_assignsubmission_file_{NAME}": OTHER}
    exchange = {
        f"ada+{ASSIGNMENT}+2026-03-01 22:58:00.000000 UTC+bB3dE5gH7jK9/{name}": content
        for name, content in forged.items()
    }
    submitted = {f"ada/{ASSIGNMENT}/Bob Müller_12_assignsubmission_file_/{NAME}": OTHER}
    for files in (own_folder, own_name, exchange, submitted):
        rows = run(files)
        assert [(row.student, row.what) for row in rows if row.student == "bob"] == [
            ("bob", "missing")
        ]
        assert "ada" in [row.student for row in rows if row.origin]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("..", "cannot be a student's id: it is empty, begins with a dot"),
        (".hidden", "cannot be a student's id: it is empty, begins with a dot"),
        ("a*", "cannot be a student's id: it holds one of"),
        ("a\x07", "cannot be a student's id: it holds one of"),
    ],
)
def test_names_that_could_leave_the_folder_are_refused(run, tmp_path: Path, name: str, said: str):
    (row,) = run({f"top/{name}/{ASSIGNMENT}/{NAME}": MINE}, roster=None)
    assert (row.student, row.what) == ("", "refused") and said in row.reason
    assert not (tmp_path / "submitted").exists()


def test_a_students_own_timestamp_is_none(run, tmp_path: Path):
    files = {NAME: MINE, "timestamp.txt": b"1970-01-01 00:00:00 UTC", "left_out.json": b"{}"}
    zip_alone = {"work.zip": zipped(files)}
    rows = run(moodle({"Ada Lovelace_11": files, "Bob Müller_12": zip_alone}))
    for row in rows[:2]:
        assert "timestamp.txt (a name that is needed for grading)" in row.reason
        assert set(hand_in(tmp_path, row.student)) == {NAME, "left_out.json"}


def test_a_folder_with_the_name_of_the_timestamp_is_none_either(run, tmp_path: Path):
    folder = f"ada+{ASSIGNMENT}+2026-03-01 10:00:00 UTC"
    row = run({f"{folder}/{NAME}": MINE, f"{folder}/Timestamp.TXT/x": b"x"})[0]
    assert "left out Timestamp.TXT/x (a name that is needed" in row.reason
    assert set(hand_in(tmp_path, "ada")) == {NAME, "timestamp.txt", "left_out.json"}


def test_what_was_left_out_is_known_when_the_submission_is_read(run, tmp_path: Path):
    source = write(tmp_path / "source", {"secret.ipynb": OTHER})
    folder = write(tmp_path / "download" / "Ada Lovelace_11_assignsubmission_file_", {"x": b"x"})
    (folder / NAME).symlink_to(source / "secret.ipynb")
    row = run({}, as_zip=False)[0]
    fault = f"{NAME} could not be taken (a link): hand in the file itself"
    assert (row.what, row.reason) == ("collected", f"{fault}; left out {NAME} (a link)")
    got = read_submission(tmp_path / "submitted" / "ada" / ASSIGNMENT, NAME)
    assert (got.fault, got.files) == (fault, {"x": b"x"})


@pytest.mark.parametrize("layout", ["moodle", "submitted"])
def test_a_students_folder_that_is_a_link_is_refused(run, tmp_path: Path, layout: str):
    secret = write(tmp_path / "source", {NAME: OTHER})
    bob = "Bob Müller_12_assignsubmission_file_" if layout == "moodle" else f"bob/{ASSIGNMENT}"
    ada = "Ada Lovelace_11_assignsubmission_file_" if layout == "moodle" else f"ada/{ASSIGNMENT}"
    write(tmp_path / "download" / ada, {NAME: MINE})
    (tmp_path / "download" / bob).parent.mkdir(exist_ok=True)
    (tmp_path / "download" / bob).symlink_to(secret)
    rows = run({}, as_zip=False)
    assert told(rows)[1:] == [
        ("bob", "missing", ""),
        ("eve", "missing", ""),
        ("", "refused", bob.split("/")[0]),
    ]
    assert rows[-1].reason == "a link"


def test_a_link_in_submitted_is_not_written_through(run, tmp_path: Path):
    elsewhere = write(tmp_path / "elsewhere", {"x": b"x"})
    write(tmp_path / "submitted" / "bob", {})
    (tmp_path / "submitted" / "ada").symlink_to(elsewhere)
    (tmp_path / "submitted" / "bob" / ASSIGNMENT).symlink_to(elsewhere)
    rows = run(moodle({"Ada Lovelace_11": {NAME: MINE}, "Bob Müller_12": {NAME: MINE}}))
    assert (rows[0].what, rows[1].what) == ("refused", "replaced")
    assert rows[0].reason.endswith("ada is a link: remove it")
    assert contents(elsewhere) == {"x": b"x"} and hand_in(tmp_path, "bob") == {NAME: MINE}


def test_a_full_disk_costs_one_row_and_not_the_others(run, tmp_path: Path, monkeypatch):
    write_bytes = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if "ada" in self.parts:
            raise OSError(28, "No space left on device")
        return write_bytes(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    rows = run(moodle({"Ada Lovelace_11": {NAME: MINE}, "Bob Müller_12": {NAME: MINE}}))
    assert [(row.student, row.what) for row in rows[:2]] == [
        ("ada", "refused"),
        ("bob", "collected"),
    ]
    assert rows[0].reason == "it cannot be written: [Errno 28] No space left on device"
    assert list(contents(tmp_path / "submitted")) == [f"bob/{ASSIGNMENT}/{NAME}"]
    assert not list((tmp_path / "submitted" / "ada").iterdir())


def test_a_full_disk_leaves_what_was_collected_before(run, tmp_path: Path, monkeypatch):
    run(moodle({"Ada Lovelace_11": {NAME: MINE}}))
    write(tmp_path, {"download.zip": zipped(moodle({"Ada Lovelace_11": {NAME: OTHER}}))})

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    where = (tmp_path / "download.zip", tmp_path / "submitted", ASSIGNMENT, NAME)
    assert [row.what for row in collect(*where, tmp_path / "roster.csv")][0] == "refused"
    assert contents(tmp_path / "submitted") == {f"ada/{ASSIGNMENT}/{NAME}": MINE}


def test_what_lies_too_deep_is_told_and_does_not_come_back(run, tmp_path: Path):
    deep = "/".join("d" * 17) + "/x"
    files = moodle({"Ada Lovelace_11": {NAME: MINE, deep: b"x"}})
    for as_zip, what in ((True, "collected"), (False, "unchanged")):
        row = run(files, as_zip)[0]
        assert row.what == what and row.reason.endswith("(too many folders deep)")
    assert set(hand_in(tmp_path, "ada")) == {NAME, "left_out.json"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no STUDENT/01_tiny folders of nbgrader: it holds nothing."),
        ({"a.txt": b"", "b/c": b""}, "looks like no download of Moodle or Canvas and"),
        ({"ada/02_other/" + NAME: MINE}, "it holds ada."),
    ],
)
def test_a_download_of_no_known_layout_is_one_sentence(run, files, said):
    with pytest.raises(GradingError) as told_so:
        run(files)
    assert said in str(told_so.value)


def test_a_source_that_cannot_be_used_is_one_sentence(run, tmp_path: Path):
    write(tmp_path, {"a.txt": b"no zip"})
    for name, said in {
        "gone": "There is no ",
        "a.txt": "a.txt is no folder and a damaged zip",
    }.items():
        with pytest.raises(GradingError, match=said):
            collect(tmp_path / name, tmp_path / "submitted", ASSIGNMENT, NAME)
    with pytest.raises(GradingError, match="../x is no assignment's folder"):
        collect(tmp_path, tmp_path / "submitted", "../x", NAME)
