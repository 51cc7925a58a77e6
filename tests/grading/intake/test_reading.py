"""A handed-in folder: which notebook was meant, what is taken, and that nothing else is touched."""

import os
from pathlib import Path

import pytest

from grading.intake.files import Limits
from grading.intake.reading import Submission, read_submission
from tests.grading.intake.downloads import zipped
from tests.grading.intake.samples import NAME, code, contents, saved, write

MINE = saved()
OTHER = saved(code("other"))


def read(folder: Path, files: dict[str, bytes], **limits: int) -> Submission:
    return read_submission(write(folder, files), NAME, Limits(**limits))


def first(submission: Submission) -> str:
    """The first cell's first line, by which these tests know a notebook."""
    assert submission.fault == ""
    return submission.notebook.cells[0].source.splitlines()[0]


def test_an_honest_folder(tmp_path: Path):
    files = {NAME: MINE, "helper.py": b"x = 1", "data/a.csv": b"1", "scratch.ipynb": OTHER}
    got = read(tmp_path, files)
    assert first(got) == "def double(x):" and got.notes == []
    assert got.files == {name: files[name] for name in files if name != NAME}


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"homework/" + NAME: MINE}, "homework/" + NAME),
        ({"a/b/c/" + NAME: MINE, "a/b/c/other.ipynb": OTHER}, "a/b/c/" + NAME),
        ({"tiny (1).ipynb": MINE}, "tiny (1).ipynb"),
        ({"tiny (1).ipynb": MINE, "scratch.ipynb": OTHER}, "tiny (1).ipynb"),
        ({"tiny-2.ipynb": MINE, "x.ipynb": OTHER}, "tiny-2.ipynb"),
        ({"tiny - Copy.ipynb": MINE, "x.ipynb": OTHER}, "tiny - Copy.ipynb"),
        ({"Copy of tiny.ipynb": MINE, "x.ipynb": OTHER}, "Copy of tiny.ipynb"),
        ({"tiny-Copy1.ipynb": MINE, "x.ipynb": OTHER}, "tiny-Copy1.ipynb"),
        ({"tiny.ipynb.txt": MINE, "x.ipynb": OTHER}, "tiny.ipynb.txt"),
        ({"Tiny.IPYNB": MINE, "x.ipynb": OTHER}, "Tiny.IPYNB"),
        ({"Ada Lovelace.ipynb": MINE}, "Ada Lovelace.ipynb"),
        ({"deep/Ada.ipynb": MINE}, "deep/Ada.ipynb"),
        ({"a/" + NAME: MINE, "b/c/" + NAME: MINE}, "a/" + NAME),
        ({"b/" + NAME: MINE, ".ipynb_checkpoints/" + NAME: OTHER}, "b/" + NAME),
        ({"b/" + NAME: MINE, "__MACOSX/b/._" + NAME: OTHER, "._" + NAME: OTHER}, "b/" + NAME),
    ],
)
def test_where_it_is_certain_which_notebook_was_meant_it_is_taken(tmp_path, files, taken):
    got = read(tmp_path, files)
    assert first(got) == "def double(x):"
    assert got.notes == [f"{taken} was taken for {NAME}"]


def test_the_right_name_wins_over_every_other(tmp_path: Path):
    others = {"tiny (1).ipynb": OTHER, "deep/" + NAME: OTHER}
    got = read(tmp_path, {NAME: MINE, "tiny (2).ipynb": MINE, "scratch.ipynb": OTHER, **others})
    assert first(got) == "def double(x):"
    beside = f"lies beside {NAME} and was not graded"
    assert got.notes == [f"deep/{NAME} {beside}", f"tiny (1).ipynb {beside}"]
    assert set(got.files) == {"tiny (2).ipynb", "scratch.ipynb", *others}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({}, "no tiny.ipynb was handed in"),
        (
            {"report.pdf": b"%PDF", "b.txt": b"", "c": b"", "d": b""},
            "no tiny.ipynb was handed in, only b.txt, c, d and 1 more",
        ),
        (
            {"work.zip": b"no zip"},
            "no tiny.ipynb was handed in, only work.zip (a damaged zip)",
        ),
        ({"work.zip": zipped({})}, "work.zip is an empty zip: hand in tiny.ipynb itself"),
        (
            {"work.zip": zipped({}), "b.txt": b""},
            "no tiny.ipynb was handed in, only b.txt, work.zip (an empty zip)",
        ),
        (
            {"a.ipynb": MINE, "b.ipynb": OTHER},
            "several notebooks could be meant, a.ipynb, b.ipynb: hand in one, named tiny.ipynb",
        ),
        (
            {"a/" + NAME: MINE, "b/" + NAME: OTHER},
            "several notebooks could be meant, a/tiny.ipynb, b/tiny.ipynb: hand in one, named tiny.ipynb",
        ),
        (
            {"tiny (1).ipynb": MINE, "tiny (2).ipynb": OTHER},
            "several notebooks could be meant, tiny (1).ipynb, tiny (2).ipynb: hand in one, named tiny.ipynb",
        ),
        ({NAME: b""}, "tiny.ipynb is empty: save the notebook and hand it in again"),
        ({NAME: b"", "tiny (1).ipynb": MINE}, "tiny.ipynb is empty: save the notebook and hand"),
    ],
)
def test_what_is_not_certain_is_said_to_the_student(tmp_path, files, fault):
    got = read(tmp_path, files)
    assert got.notebook is None and got.fault.startswith(fault)


def test_a_missing_folder_or_a_file_or_a_fifo_in_its_place_is_no_submission(tmp_path: Path):
    write(tmp_path, {"file": MINE})
    os.mkfifo(tmp_path / "fifo")
    for name in ("missing", "file", "fifo"):
        assert read_submission(tmp_path / name, NAME).fault == "no tiny.ipynb was handed in"


def test_what_lies_in_a_notebooks_folder_comes_before_what_lies_above_it(tmp_path: Path):
    files = {
        "a/" + NAME: MINE,
        "a/x.py": b"in",
        "x.py": b"out",
        "y.py": b"y",
        "a/z/q": b"",
        "z": b"",
    }
    got = read(tmp_path, files)
    assert got.files == {"x.py": b"in", "y.py": b"y", "z/q": b""}
    assert got.notes == [
        f"a/{NAME} was taken for {NAME}",
        "left out x.py (another file has its place), z (another file has its place)",
    ]


def test_a_folder_with_the_notebooks_name_does_not_take_its_place(tmp_path: Path):
    got = read(tmp_path, {NAME + "/x.py": b"x", "mine.ipynb": MINE})
    assert first(got) == "def double(x):" and got.files == {}
    got = read(tmp_path / "b", {f"{NAME}/{NAME}": MINE, f"{NAME}/x.py": b"x"})
    assert first(got) == "def double(x):" and got.files == {"x.py": b"x"}


def test_links_are_not_followed(tmp_path: Path):
    secret = write(tmp_path / "solutions", {NAME: OTHER, "key": b"secret"})
    folder = write(tmp_path / "ada", {NAME: MINE})
    (folder / "key.txt").symlink_to(secret / "key")
    (folder / "all").symlink_to(secret)
    (folder / "gone").symlink_to("nowhere")
    got = read_submission(folder, NAME)
    assert first(got) == "def double(x):" and got.files == {}
    assert got.notes == ["left out all (a link), gone (a link), key.txt (a link)"]


def test_a_notebook_that_is_a_link_is_no_notebook(tmp_path: Path):
    secret = write(tmp_path / "solutions", {NAME: OTHER})
    folder = write(tmp_path / "ada", {"mine.ipynb": MINE})
    (folder / NAME).symlink_to(secret / NAME)
    got = read_submission(folder, NAME)
    assert (got.notebook, got.files) == (None, {"mine.ipynb": MINE})
    assert got.fault == "tiny.ipynb could not be taken (a link): hand in the file itself"


def test_a_folder_that_is_a_link_is_not_entered(tmp_path: Path):
    write(tmp_path / "solutions", {NAME: OTHER})
    (tmp_path / "ada").symlink_to(tmp_path / "solutions")
    assert read_submission(tmp_path / "ada", NAME).fault == "no tiny.ipynb was handed in"


def test_a_step_that_becomes_a_link_after_the_listing_is_not_followed(tmp_path, monkeypatch):
    write(tmp_path / "solutions", {"key": b"secret"})
    folder = write(tmp_path / "ada", {NAME: MINE, "a/key": b"mine"})
    take = read_submission.__globals__["take"]

    def swap_and_take(entries, limits):
        (folder / "a").rename(folder / "b")
        (folder / "a").symlink_to(tmp_path / "solutions")
        return take(entries, limits)

    monkeypatch.setitem(read_submission.__globals__, "take", swap_and_take)
    got = read_submission(folder, NAME)
    assert got.files == {} and got.notes == ["left out a/key (unreadable: Not a directory)"]


def test_fifos_sockets_and_devices_are_not_opened(tmp_path: Path):
    folder = write(tmp_path, {NAME: MINE})
    os.mkfifo(folder / "fifo")
    os.mkfifo(folder / "fifo.ipynb")
    got = read_submission(folder, NAME)
    assert first(got) == "def double(x):" and got.files == {}
    assert got.notes == ["left out fifo.ipynb (no plain file), fifo (no plain file)"]


def test_thousands_of_files_are_counted_and_the_notebook_is_taken(tmp_path: Path):
    files = {f"a{number:04}": b"" for number in range(1500)} | {"z/" + NAME: MINE}
    got = read(tmp_path, files)
    assert first(got) == "def double(x):" and len(got.files) == 999
    assert got.notes[-1].endswith("(more than 1000 files), 498 more")


def test_what_is_too_large_is_left_out_and_what_is_smaller_still_fits(tmp_path: Path):
    folder = write(tmp_path, {NAME: MINE, "b": b"b" * 600, "c": b"c" * 600, "d": b"d" * 300})
    with (folder / "a").open("wb") as sparse:
        sparse.truncate(10**12)
    got = read_submission(folder, NAME, Limits(total=1000 + len(MINE)))
    assert set(got.files) == {"b", "d"}
    assert got.notes == ["left out a (too large), c (too large)"]


def test_a_notebook_that_is_too_large_is_said_so(tmp_path: Path):
    got = read(tmp_path, {NAME: MINE}, notebook=len(MINE) - 1)
    assert got.fault == "tiny.ipynb could not be taken (too large): hand in the file itself"


def test_a_folder_a_hundred_folders_deep(tmp_path: Path):
    here = os.open(write(tmp_path, {NAME: MINE}), os.O_RDONLY)
    for _ in range(100):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    got = read_submission(tmp_path, NAME)
    assert first(got) == "def double(x):"
    assert len(got.notes) == 1 and got.notes[0].endswith("(too many folders deep)")


def test_names_that_are_no_utf8_or_steer_a_terminal(tmp_path: Path):
    folder = os.fsencode(write(tmp_path, {NAME: MINE}))
    for name in (b"\xff.txt", b"\x1b[2J\n.txt"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"x")
    assert set(read_submission(tmp_path, NAME).files) == {"�.txt", "\x1b[2J\n.txt"}
    os.remove(tmp_path / NAME)
    fault = read_submission(tmp_path, NAME).fault
    assert fault == "no tiny.ipynb was handed in, only ?[2J?.txt, �.txt"


@pytest.mark.parametrize("sealed", ["ada", "data"])
def test_a_folder_that_must_not_be_read_is_told(tmp_path: Path, monkeypatch, sealed: str):
    folder = write(tmp_path / "ada", {NAME: MINE, "data/x": b"x"})
    opened = os.open

    def refuse(path, *args, **more):
        if Path(path).name == sealed:
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *args, **more)

    monkeypatch.setattr(os, "open", refuse)  # the owner of all files, root, is never refused
    got = read_submission(folder, NAME)
    assert got.notes == [f"left out {sealed} (unreadable: Permission denied)"]
    assert (got.notebook is None) == (sealed == "ada")


def test_a_file_that_is_put_in_later_by_hand_counts(tmp_path: Path):
    got = read(tmp_path, {NAME: MINE, "left_out.json": b'{"tiny.ipynb": "encrypted"}'})
    assert first(got) == "def double(x):" and got.files == {}


def test_what_nbgrader_and_systems_leave_is_no_part_of_it(tmp_path: Path):
    left = ["timestamp.txt", "submission_secret.txt", "__pycache__/a.pyc", ".git/config", "._x"]
    got = read(tmp_path, {NAME: MINE, "a/timestamp.txt": b"mine"} | dict.fromkeys(left, b""))
    assert got.files == {"a/timestamp.txt": b"mine"} and got.notes == []


def test_a_zip_alone_is_unpacked_and_a_zip_in_it_is_not(tmp_path: Path):
    inner = zipped({"deep.txt": b""})
    work = zipped({"work/" + NAME: MINE, "work/data.zip": inner, "__MACOSX/work/._x": b""})
    got = read(tmp_path, {"work.zip": work, "notes.txt": b"n"})
    assert first(got) == "def double(x):"
    assert got.files == {"data.zip": inner, "notes.txt": b"n"}


def test_two_zips_do_not_mix(tmp_path: Path):
    files = {"a.zip": zipped({NAME: MINE, "x": b"a"}), "b.zip": zipped({"x": b"b"})}
    assert read(tmp_path, files).files == {"x": b"a", "b/x": b"b"}


def test_a_zip_beside_a_notebook_is_a_file_like_others(tmp_path: Path):
    work = zipped({NAME: OTHER})
    got = read(tmp_path, {NAME: MINE, "data.zip": work})
    assert first(got) == "def double(x):" and got.files == {"data.zip": work}


def test_reading_changes_nothing(tmp_path: Path):
    files = {"a/" + NAME: MINE, "work.zip": zipped({"x": b""}), "b": b"b"}
    read(tmp_path, files)
    assert contents(tmp_path) == files
