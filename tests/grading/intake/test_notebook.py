"""From bytes to cells: what is certain is repaired and said, the rest is a sentence for the student."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.intake.files import Limits
from grading.intake.notebook import NoNotebook, parse
from tests.grading.intake.samples import code, raw, saved

PLAIN = saved()
LATIN = saved(code("name = 'Zürich'"))


def cells_of(data: bytes) -> list[tuple[str, str]]:
    notebook, _ = parse(data, Limits())
    nbformat.validate(notebook)
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def notes_of(data: bytes) -> list[str]:
    return parse(data, Limits())[1]


def test_an_honest_notebook_is_read_without_a_word():
    notebook, notes = parse(PLAIN, Limits())
    assert notes == []
    assert [cell.source for cell in notebook.cells] == [
        "def double(x):\n    return 2 * x",
        "assert True",
    ]
    assert [cell.metadata.nbgrader for cell in notebook.cells] == [
        {"grade_id": "double"},
        {"grade_id": "test"},
    ]


def test_only_type_text_name_id_and_pictures_are_kept():
    rich = code("x", "a", outputs=[{"output_type": "stream", "name": "stdout", "text": "out"}])
    rich["metadata"] |= {"tags": ["skip-execution"]}
    rich["attachments"] = {"a.png": {"image/png": "AAAA"}}
    notebook, _ = parse(saved(rich, metadata={"kernelspec": {"name": "evil"}}), Limits())
    assert notebook.metadata == {}
    assert notebook.cells[0] == {
        "cell_type": "code",
        "id": "own-1",
        "metadata": {"nbgrader": {"grade_id": "a"}},
        "source": "x",
        "execution_count": None,
        "outputs": [],
    }
    assert isinstance(notebook.cells[0], NotebookNode)


def test_pictures_of_a_text_are_kept_and_nothing_else_that_is_attached():
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "![](a.png)"}
    odd = {"b.png": {"image/png": 5, "text/html": "<b>"}, "c": 7, "d.png": {"image/png": "ü"}}
    text["attachments"] = {"a.png": {"image/png": "AAAA", "text/plain": "x"}, **odd}
    notebook, _ = parse(saved(text), Limits())
    assert notebook.cells[0].attachments == {"a.png": {"image/png": "AAAA"}}
    assert notebook.cells[0].id == "mine"


def test_ids_that_stand_twice_or_are_none_get_one_that_no_instructor_s_cell_has():
    cells = [code("x") | {"id": id} for id in ("a", "a", "no id", 5, "own-1")] + [code("y")]
    notebook, _ = parse(saved(*cells), Limits())
    ids = [cell.id for cell in notebook.cells]
    assert ids[0] == "a" and ids[3] == "own-4" and len({*ids}) == 6
    assert all(id.startswith("own-") for id in ids[1:])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xef\xbb\xbf" + LATIN, "with a byte order mark"),
        (LATIN.decode().encode("utf-16"), "in UTF-16, not in UTF-8"),
        (LATIN.decode().encode("utf-16-be"), "in UTF-16-BE, not in UTF-8"),
        (LATIN.decode().encode("utf-32"), "in UTF-32, not in UTF-8"),
        (LATIN.decode().encode("cp1252"), "in Windows-1252, not in UTF-8"),
    ],
)
def test_every_encoding_gives_the_same_text(data: bytes, said: str):
    assert cells_of(data) == [("code", "name = 'Zürich'")]
    assert notes_of(data) == [f"was saved {said}"]


def test_one_damaged_character_is_replaced_and_the_others_stay():
    data = saved(code("a = 'ü'\nb = 'ö'")).replace("ö".encode(), b"\xff")
    assert cells_of(data) == [("code", "a = 'ü'\nb = '�'")]
    assert notes_of(data) == ["was saved with damaged characters"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: save the notebook and hand it in again"),
        (b"\0" * 100, "is empty: save the notebook and hand it in again"),
        (PLAIN[:-20], "is damaged (cut off, or no notebook): hand it in again"),
        (b"print('hello')", "is damaged (cut off, or no notebook): hand it in again"),
        (b"{}", "is damaged (cut off, or no notebook): hand it in again"),
        (b"[]", "is damaged (cut off, or no notebook): hand it in again"),
        (b"null", "is damaged (cut off, or no notebook): hand it in again"),
        (b'{"cells": {"0": {}}}', "is damaged (cut off, or no notebook): hand it in again"),
        (b'{"worksheets": [1, {"cells": 2}]}', "is damaged (cut off, or no notebook)"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page, not a notebook: save it with"),
        (PLAIN.replace(b"\n", b"\n<<<<<<< HEAD\n", 1), "holds two versions that git could not"),
        (b"PK\x03\x04" + bytes(50), "is a zip under a notebook's name: hand in the notebook"),
        (b"%PDF-1.7", "is a PDF under a notebook's name: hand in the notebook itself"),
        (b"[" * 100_000, "is nested too deeply: clear its outputs, save and hand it in again"),
        (b'{"cells": ' + b"[" * 5000 + b"]" * 5000 + b"}", "is nested too deeply"),
        (b"[" + b"{}," * 2_000_001, "holds too much: clear its outputs, save and hand it in again"),
        (saved(*[code("")] * 5001), "has more than 5000 cells: hand in your answers alone"),
        (saved(code("x" * (16 * 2**20 + 1))), "holds too much code and text: shorten it and hand"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_is_no_notebook_is_told_so(data: bytes, said: str):
    with pytest.raises(NoNotebook, match="^") as told:
        parse(data, Limits())
    assert str(told.value).startswith(said)


@pytest.mark.parametrize(
    ("cell", "kind", "text", "note"),
    [
        (code(["a\n", "b"]), "code", "a\nb", None),
        (code(5), "code", "5", "had a number where text belongs: taken as text (cell 1)"),
        (code(["a = ", 5]), "code", "a = 5", "had a number where text belongs: taken as text"),
        (code(None), "code", "", "had a text that cannot be read: left out (cell 1)"),
        (code(["a\n", {}, True]), "code", "a\n", "had a text that cannot be read: left out"),
        (code({"a": 1}), "code", "", "had a text that cannot be read: left out (cell 1)"),
        ({"cell_type": "markdown"}, "markdown", "", None),
        ({"cell_type": "Code", "source": "a"}, "code", "a", "had a cell of no known type: taken"),
        (code("a", cell_type=7), "code", "a", "had a cell of no known type: taken for code"),
        (code("a", cell_type=["code"]), "code", "a", "had a cell of no known type: taken for code"),
        ({"source": "a"}, "raw", "a", "had a cell of no known type: taken for raw (cell 1)"),
        (code("a", metadata=[1]), "code", "a", None),
        (code("a", metadata={"nbgrader": 3}), "code", "a", None),
        (code("a", metadata={"nbgrader": {"grade_id": 3}}), "code", "a", None),
        (code("a", id=["no", "id"]), "code", "a", None),
        (code("a", outputs="none"), "code", "a", None),
    ],
)
def test_a_cell_of_the_wrong_form(cell: dict, kind: str, text: str, note: str | None):
    data = saved(cell)
    assert cells_of(data) == [(kind, text)]
    assert (notes_of(data) or [None])[0] == note or notes_of(data)[0].startswith(note)


def test_what_is_no_cell_is_left_out_and_numbered():
    data = saved(*["no cell", 3, None, [code("a")], code("b"), 5, 6])
    assert cells_of(data) == [("code", "b")]
    assert notes_of(data) == [
        "held something that is no cell: left out (cell 1, 2, 3, 4, 6, 1 more)"
    ]


def test_half_a_surrogate_is_replaced_and_a_pair_put_together():
    data = rb'{"cells": [{"cell_type": "code", "source": "\ud83d\ude00 \ud800"}]}'
    assert cells_of(data) == [("code", "\N{GRINNING FACE} �")]
    assert notes_of(data) == ["had broken characters: replaced (cell 1)"]


def test_a_name_with_half_a_surrogate_can_be_written():
    data = json.dumps(raw(code("a", "double\ud800"))).encode()
    (cell,) = parse(data, Limits())[0].cells
    assert cell.metadata.nbgrader.grade_id.encode() == "double�".encode()


def test_of_a_key_that_stands_twice_the_last_counts_as_in_jupyter():
    data = b'{"cells": [], "cells": [{"cell_type": "code", "source": "a", "source": "b"}]}'
    assert cells_of(data) == [("code", "b")]
    assert notes_of(data) == ["had keys that stand twice: the last ones count"]


@pytest.mark.parametrize("odd", ["NaN", "-Infinity", "9" * 6000, "1e999", '"a\tb"'])
def test_odd_values_in_what_is_not_looked_at_cost_nothing(odd: str):
    data = json.dumps(raw(code("a", outputs=[{"data": "HERE"}]))).replace('"HERE"', odd).encode()
    assert cells_of(data) == [("code", "a")] and notes_of(data) == []


def test_zeros_after_the_end_are_a_disks_and_no_error():
    assert cells_of(PLAIN + b"\n" + b"\0" * 512) == cells_of(PLAIN)


def test_a_notebook_without_cells_is_one():
    assert cells_of(b'{"cells": []}') == []


@pytest.mark.parametrize("version", [3, 2])
def test_an_old_format_gives_what_nbformat_makes_of_it(version: int):
    modern = new_notebook(
        cells=[
            new_code_cell("a = 1\nb", metadata={"nbgrader": {"grade_id": "a"}}),
            new_markdown_cell("# A heading"),
            new_markdown_cell("text\n\nmore"),
        ]
    )
    old = nbformat.convert(modern, version)
    data = json.dumps(old).encode()
    theirs = nbformat.convert(nbformat.reads(data.decode(), as_version=version), 4)
    assert cells_of(data) == [(cell.cell_type, cell.source) for cell in theirs.cells]
    assert cells_of(data)[1] == ("markdown", "# A heading")
    assert notes_of(data) == ["was saved in an old format: converted"]
    if version == 3:
        assert parse(data, Limits())[0].cells[0].metadata.nbgrader.grade_id == "a"


def test_an_old_notebook_without_outputs_or_levels_is_read_too():
    sheet = {
        "cells": [{"cell_type": "code", "input": ["a"]}, {"cell_type": "heading", "level": {}}]
    }
    assert (
        cells_of(json.dumps({"worksheets": [sheet, sheet]}).encode())
        == [
            ("code", "a"),
            ("markdown", "# "),
        ]
        * 2
    )


WORST = """
import resource, sys
from grading.intake.files import Limits
from grading.intake.notebook import NoNotebook, parse
parse(b'{"cells": []}', Limits())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = Limits().notebook
data = {"objects": b"[" + b"{}," * (size // 3), "strings": b"[" + b'"ab",' * (size // 5)}[sys.argv[1]]
try:
    parse(data, Limits())
except NoNotebook:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // unit)
"""


@pytest.mark.parametrize("worst", ["objects", "strings"])
def test_the_worst_file_takes_little_more_than_a_gibibyte(worst: str):
    done = subprocess.run(
        [sys.executable, "-c", WORST, worst], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 1200  # MiB
