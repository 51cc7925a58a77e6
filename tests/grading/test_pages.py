"""Strangers' text on our pages steers nothing, and a page is written whole or not at all."""

from pathlib import Path

import pytest

from grading import pages


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;a new title", ""),
        ("bell\x07, back\x08, C1 \x9b", "bell , back , C1  "),
        ("user\u202egnp.exe", "user gnp.exe"),
        ("\u2066hidden\u2069\u200f", " hidden  "),
        ("old\r\nlines\r", "old\nlines\n"),
        ("half a pair \ud800", "half a pair  "),
        ("می\u200cخواهم and 👩\u200d🔬", "می\u200cخواهم and 👩\u200d🔬"),  # joiners belong to words
    ],
)
def test_what_steers_is_taken_out(text: str, kept: str):
    assert pages.inert(text) == kept


def test_one_line():
    assert pages.one_line(" a \n\n b\t c ") == "a b c"
    assert pages.one_line("x" * 400) == "x" * 299 + "…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1 + 0.2, "0.3"), (12, "12"), (12.5, "12.5"), (2 / 3, "0.67"), (-0.001, "0"), (1e6, "1000000")],
)  # fmt: skip
def test_number(value: float, shown: str):
    assert pages.number(value) == shown


def test_an_unfinished_page_replaces_nothing(tmp_path: Path):
    pages.write("whole", tmp_path / "new" / "page.html")
    with pytest.raises(UnicodeEncodeError):
        pages.write("half \ud800", tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_text() == "whole"
