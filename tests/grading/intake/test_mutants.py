"""Whatever is handed in: reading it never raises and stays within limits, collecting it changes nothing else."""

import copy
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.course import GradingError
from grading.intake.collect import collect
from grading.intake.files import Limits
from grading.intake.reading import Submission, read_submission
from tests.grading.intake.downloads import ASSIGNMENT, everything
from tests.grading.intake.samples import NAME, code, raw, saved, write

LIMITS = Limits(files=8, total=20_000, notebook=10_000, depth=3, cells=20, source=2000)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("\ud800")),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
HONEST = raw(code("a = 1", "a"), code(["b", "c"], "b"), {"cell_type": "markdown", "source": "# d"})


def places(node: Any, at: tuple = ()) -> list[tuple]:
    """Where something stands in a JSON document."""
    inside = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    return [at] + [place for key, value in inside for place in places(value, (*at, key))]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An honest notebook with some of its parts replaced, and some of its bytes."""
    whole = [copy.deepcopy(HONEST)]
    for _ in range(draw(st.integers(0, 3))):
        *path, last = (0, *draw(st.sampled_from(places(whole[0]))))
        node = whole
        for key in path:
            node = node[key]
        node[last] = draw(VALUES | st.sampled_from([copy.deepcopy(whole[0]), code("again", "a")]))
    data = json.dumps(whole[0], ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(data)))
    change = draw(st.sampled_from(["nothing", "nothing", "cut", "put in", "encode"]))
    if change == "encode":
        encoding = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-32-le", "cp1252"]))
        return data.decode("utf-8", "replace").encode(encoding, "replace")
    between = draw(st.binary(max_size=9)) if change == "put in" else b""
    return data[:at] + between + (b"" if change == "cut" else data[at:])


def check(got: Submission) -> None:
    """What holds of every submission that was read."""
    assert (got.notebook is None) == bool(got.fault)
    assert len(got.files) <= LIMITS.files
    assert sum(map(len, got.files.values())) <= LIMITS.total
    for sentence in [got.fault, *got.notes]:
        sentence.encode()
        assert "\n" not in sentence and len(sentence) < 400
    if got.notebook:
        nbformat.validate(got.notebook)
        nbformat.writes(got.notebook).encode()
        assert len(got.notebook.cells) <= LIMITS.cells
        assert sum(len(cell.source) for cell in got.notebook.cells) <= LIMITS.source


@settings(deadline=None, max_examples=300)
@given(mutated())
def test_reading_a_mutated_notebook_never_raises(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        write(path, {NAME: data, "helper.py": b"x"})
        got = read_submission(path, NAME, LIMITS)
        check(got)
        assert got.files == {"helper.py": b"x"}
        again = read_submission(path, NAME, LIMITS)
        assert (got.notebook, got.fault, got.notes) == (again.notebook, again.fault, again.notes)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200) | mutated().map(lambda data: b"\xff" + data))
def test_reading_any_bytes_never_raises(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        check(
            read_submission(write(Path(folder), {NAME: data, "left_out.json": data}), NAME, LIMITS)
        )


HEADS = [
    *("Ada_1_assignsubmission_file_/", "Bob_2_assignsubmission_file/", "lovelace_7_8_"),
    *(f"eve+{ASSIGNMENT}+2026-03-01 10:00:00 UTC/", f"bob/{ASSIGNMENT}/", "", "../", "/"),
]
PARTS = st.sampled_from(
    [
        *(NAME, "tiny (1).ipynb", "work.zip", "timestamp.txt", "left_out.json", ASSIGNMENT, "a"),
        *("..", ".", "", "C:", "\\..", "~", "kept", "Bob_2_assignsubmission_file_"),
    ]
)
TAILS = st.lists(PARTS | st.text(max_size=5), min_size=1, max_size=3).map("/".join)


def names(draw: st.DrawFn) -> list[str]:
    """Names as one platform gives them, and some of other sorts."""
    mostly = draw(st.sampled_from(HEADS))
    heads = draw(st.lists(st.sampled_from([mostly] * 9 + HEADS), min_size=1, max_size=8))
    return [head + draw(TAILS) for head in heads]


CONTENTS = st.sampled_from(
    [saved(), b"", b"x" * 3000, b"2026-03-01 10:00:00 UTC", b"{}", b"PK\x03\x04"]
)


@st.composite
def zips(draw: st.DrawFn, inner: st.SearchStrategy = CONTENTS) -> bytes:
    """A zip of files, links and pipes with any names, perhaps damaged."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names(draw):
                info = zipfile.ZipInfo()
                info.filename = name.encode("utf-8", "replace").decode().replace("\0", "")
                info.create_system = 3
                info.external_attr = draw(st.sampled_from([0o100644, 0o120777, 0o10644])) << 16
                archive.writestr(info, draw(inner))
        file.seek(0)
        data = file.read()
    whole = draw(st.sampled_from([True] * 9 + [False]))
    return data if whole else data[: draw(st.integers(0, len(data)))]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(deadline=None, max_examples=300)
@given(zips(CONTENTS | zips()), st.booleans())
def test_collecting_any_zip_changes_nothing_but_submitted(data: bytes, with_roster: bool):
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "deep" / "course"
        write(course, {"download.zip": data, "roster.csv": b"id,name\nada,Ada\nbob,Bob\n"})
        before = everything(Path(folder))
        roster = course / "roster.csv" if with_roster else None
        try:
            rows = collect(course / "download.zip", course / "submitted", ASSIGNMENT, NAME, roster)
        except GradingError as refusal:
            assert "\n" not in str(refusal)
            rows = []
        after = everything(Path(folder))
        inside = {path: after[path] for path in after if path.startswith("deep/course/submitted")}
        assert {path: after[path] for path in after if path not in inside} == before
        assert {kind for kind, _ in inside.values()} <= {0o040000, 0o100000}
        assert not [path for path in inside if path.endswith(".unfinished")]
        stored = {row.student for row in rows if row.what == "collected"}
        assert {path.name for path in (course / "submitted").glob("*")} == stored
        for student in stored:
            got = read_submission(course / "submitted" / student / ASSIGNMENT, NAME)
            assert (got.notebook is None) == bool(got.fault)
