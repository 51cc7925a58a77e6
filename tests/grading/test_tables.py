"""A spreadsheet that opens our tables runs nothing, and numbers stay numbers."""

import csv
from pathlib import Path

import pytest

from grading import tables


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("\n=1+1", "'=1+1"),
        ("ok\r=1+1", "ok =1+1"),
        ("ada;=1+1", "ada;'=1+1"),
        ("ada; @SUM(A1)", "ada; '@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\u202e=1+1", "'=1+1"),
        ("ada@example.org", "ada@example.org"),
        ("a = b, so -a = -b", "a = b, so -a = -b"),
        ("", ""),
    ],
)
def test_a_formula_becomes_text(text: str, cell: str):
    assert tables.guarded(text) == cell


def test_what_a_reader_reads(tmp_path: Path):
    rows = [["name", "mark"], ['Ada "A", L.', 2.5], ["Bob", None], ["Eve", True]]
    tables.write_csv(tmp_path / "a.csv", rows)
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file))
    assert read == [["name", "mark"], ['Ada "A", L.', "2.5"], ["Bob", ""], ["Eve", "yes"]]


def test_a_file_for_excel_says_that_it_is_utf8(tmp_path: Path):
    tables.write_csv(tmp_path / "a.csv", [["Gödel"]], "utf-8-sig")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + "Gödel\r\n".encode()
    tables.write_csv(tmp_path / "b.csv", [["Gödel"]])
    assert (tmp_path / "b.csv").read_bytes() == "Gödel\r\n".encode()
