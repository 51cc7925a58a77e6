"""Zips that lie, leave their folder, or unpack to more than a disk holds."""

import io
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from grading.intake.collect import collect
from grading.intake.files import Limits, Unreadable, take
from grading.intake.reading import read_submission
from grading.intake.zips import list_zip, name_fault, open_zip, unpack_own
from tests.grading.intake.downloads import ASSIGNMENT, everything, link, moodle, told, zipped
from tests.grading.intake.samples import NAME, saved, write

MINE = saved()


def made(*entries: tuple[zipfile.ZipInfo | str, bytes], packed: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of entries, which may be of any sort."""
    with zipfile.ZipFile(archive := io.BytesIO(), "w", packed) as file:
        for name, content in entries:
            file.writestr(name, content)
    return archive.getvalue()


def taken(archive: bytes, **limits: int) -> tuple[dict[str, bytes], dict[str, str]]:
    return take(list_zip(open_zip(archive)), Limits(**limits))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../x", "its name leads out of its folder"),
        ("a/../../x", "its name leads out of its folder"),
        ("/etc/x", "its name leads out of its folder"),
        ("C:/x", "its name leads out of its folder"),
        ("..\\x", "its name leads out of its folder"),
        ("C:\\x", "its name leads out of its folder"),
        ("\\\\server\\x", "its name leads out of its folder"),
        ("a//x", "no proper name"),
        ("./x", "no proper name"),
        ("a\nb", "no proper name"),
        ("x" * 300, "its name is too long"),
        ("/".join("d" * 18), "too many folders deep"),
    ],
)
def test_names_that_lead_out_are_refused(name: str, fault: str):
    files, left_out = taken(made((name, b"x"), (NAME, MINE)))
    assert files == {NAME: MINE}
    assert list(left_out.values()) == [fault]


@pytest.mark.parametrize("name", ["x", "a/b/x", "..x", "x..", "a b/ü.txt", "C", "/".join("d" * 17)])
def test_names_that_stay_are_not(name: str):
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("mode", "fault"),
    [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "no plain file"), (stat.S_IFCHR, "no plain file")],
)
def test_what_is_no_plain_file_is_refused(mode: int, fault: str):
    info = zipfile.ZipInfo("x")
    info.create_system, info.external_attr = 3, (mode | 0o644) << 16
    assert taken(made((info, b"/etc/passwd"))) == ({}, {"x": fault})


def test_an_encrypted_file_is_refused():
    archive = bytearray(made(("x", b"secret")))
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(start) + flags] |= 1
    assert taken(bytes(archive)) == ({}, {"x": "encrypted"})


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_is_packed_in_an_unusual_way_is_refused(packed: int):
    assert taken(made(("x", b"x"), packed=packed)) == ({}, {"x": "packed in an unusual way"})


def test_a_bomb_is_not_unpacked():
    bomb = made(("bomb", bytes(200 * 2**20)), (NAME, MINE), packed=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2**18
    files, left_out = taken(bomb)
    assert files == {NAME: MINE} and left_out == {"bomb": "too large"}


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_says():
    bomb = bytearray(made(("x.csv", bytes(50 * 2**20)), packed=zipfile.ZIP_DEFLATED))
    for start, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", bomb, bomb.index(start) + size, 10)
    bomb = bytes(bomb)
    tracemalloc.start()
    files, left_out = taken(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20
    assert sum(map(len, files.values())) <= 10 and files.keys() | left_out.keys() == {"x.csv"}


def test_many_files_that_fit_one_by_one_do_not_fit_together():
    archive = made(*[(f"{n}", bytes(400)) for n in range(9)], packed=zipfile.ZIP_DEFLATED)
    files, left_out = taken(archive, total=1000)
    assert set(files) == {"0", "1"} and set(left_out.values()) == {"too large"}


def test_a_damaged_file_costs_as_much_room_as_a_sound_one():
    archive = bytearray(made(("a", bytes(600)), ("b", b"b" * 600)))
    archive[archive.index(b"PK\x03\x04") + 30 + 1] ^= 1  # a byte of the content
    files, left_out = taken(bytes(archive), total=1000)
    assert (files, left_out) == ({}, {"a": "damaged in its zip", "b": "too large"})


def test_a_hundred_thousand_files_are_not_listed():
    entry = b"PK\x01\x02" + bytes(42)
    with pytest.raises(Unreadable, match="more than 100000 files"):
        open_zip(entry * 100_001)
    files = {"work.zip": entry * 100_001}
    assert unpack_own(files, Limits()) == (
        {},
        {"work.zip": "not looked at: there are more than 100000 files"},
    )


@pytest.mark.parametrize("damage", [slice(0, 10), slice(-10, None), slice(30, 60)])
def test_a_damaged_zip_is_told(damage: slice):
    archive = bytearray(zipped({NAME: MINE, "b": b"b"}))
    archive[damage] = b"?" * len(archive[damage])
    files, left_out = unpack_own({"work.zip": bytes(archive)}, Limits())
    assert left_out and set(left_out.values()) <= {"a damaged zip", "damaged in its zip"}


def test_a_file_and_a_folder_of_one_name_do_not_clash():
    files, left_out = taken(made(("a", b"1"), ("a/b", b"2"), ("c/d.ipynb", b"3"), ("c", b"4")))
    assert files == {"a": b"1", "c/d.ipynb": b"3"}
    assert left_out == dict.fromkeys(["a/b", "c"], "a folder has the same name")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_a_name_that_stands_twice_the_last_counts():
    assert taken(made(("x", b"1"), ("x", b"2"))) == ({"x": b"2"}, {})


def test_names_in_utf8_without_the_flag_are_read_as_macos_means_them():
    said = made(("Übung.ipynb", MINE))
    assert said.count("Übung".encode()) == 2
    silent = bytearray(said)
    for start, flags in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        silent[silent.index(start) + flags] &= ~8
    assert taken(said)[0] == taken(bytes(silent))[0] == {"Übung.ipynb": MINE}


def test_names_in_the_old_code_page_are_read_too():
    archive = made(("XXbung.ipynb", MINE)).replace(b"XXbung", "Übung_".encode("cp437"))
    assert set(taken(archive)[0]) == {"Übung_.ipynb"}


def test_names_that_say_utf8_and_are_not_make_a_damaged_zip():
    archive = made(("Übung.ipynb", MINE)).replace("Ü".encode(), b"\xff\xfe")
    with pytest.raises(Unreadable, match="a damaged zip"):
        open_zip(archive)


def hostile() -> bytes:
    """A student's zip with every trick, and honest work in it."""
    return made(
        ("../../../../escaped.txt", b"x"),
        ("/tmp/escaped.txt", b"x"),
        (link("key"), b"/etc/passwd"),
        (link("out"), b".."),
        ("out/escaped.txt", b"x"),
        ("work/" + NAME, MINE),
        packed=zipfile.ZIP_DEFLATED,
    )


def test_a_hostile_zip_of_a_student_leaves_nothing_outside(tmp_path: Path):
    course = write(tmp_path / "course", {"gradebook.db": b"marks"})
    write(tmp_path, {"download.zip": zipped(moodle({"Ada Lovelace_11": {"work.zip": hostile()}}))})
    before = everything(tmp_path)
    rows = collect(tmp_path / "download.zip", course / "submitted", ASSIGNMENT, NAME)
    after = everything(tmp_path)
    new = {path for path in after if after[path] != before.get(path)}
    home = f"course/submitted/ada_lovelace/{ASSIGNMENT}"
    assert {path for path in new if stat.S_ISREG(after[path][0])} == {
        f"{home}/work/{NAME}",
        f"{home}/out/escaped.txt",
        f"{home}/left_out.json",
    }
    assert all(stat.S_IFMT(after[path][0]) in (stat.S_IFDIR, stat.S_IFREG) for path in new)
    assert told(rows) == [("ada_lovelace", "collected", "Ada Lovelace_11")]
    assert rows[0].reason.startswith("left out ") and rows[0].reason.endswith("1 more")
    assert read_submission(course / "submitted" / "ada_lovelace" / ASSIGNMENT, NAME).fault == ""


def test_a_hostile_download_leaves_nothing_outside_and_says_so(tmp_path: Path):
    ada = "Ada Lovelace_11_assignsubmission_file_"
    write(
        tmp_path,
        {
            "download.zip": made(
                ("../escaped.txt", b"x"),
                (f"{ada}/../../escaped.txt", b"x"),
                (link(f"{ada}/key"), b"/etc/passwd"),
                (link("Bob_12_assignsubmission_file_"), b"/etc"),
                (f"{ada}/{NAME}", MINE),
            )
        },
    )
    before = everything(tmp_path)
    rows = collect(tmp_path / "download.zip", tmp_path / "submitted", ASSIGNMENT, NAME)
    after = everything(tmp_path)
    assert {path.split("/")[0] for path in after.keys() - before.keys()} == {"submitted"}
    assert told(rows) == [
        ("ada_lovelace", "collected", "Ada Lovelace_11"),
        ("", "refused", ".."),
        ("", "refused", "Bob_12_assignsubmission_file_"),
    ]
    assert [row.reason for row in rows[1:]] == ["its name leads out of its folder", "a link"]
    stored = tmp_path / "submitted" / "ada_lovelace" / ASSIGNMENT
    assert (stored / NAME).read_bytes() == MINE
