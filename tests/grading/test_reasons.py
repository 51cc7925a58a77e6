"""A row's reason is one sentence that a person can read."""

import pytest
from nbformat.v4 import new_output

from grading.execute import STOPPED
from grading.reasons import clean, reason_of
from tests.grading.tiny import answer, graded, notebook


def failing(name: str, ename: str, evalue: str):
    cell = graded(name, "", 1)
    cell.outputs = [
        new_output("error", ename="Earlier", evalue=""),
        new_output("error", ename=ename, evalue=evalue),
    ]
    return cell


def test_all_passed():
    assert reason_of(notebook(answer("a", ""), graded("a_test", "", 1))) == "passed all 1 tests"


def test_failures_are_grouped_by_what_was_said():
    whole = notebook(
        graded("a_test", "", 1),
        failing("b_test", "NotImplementedError", ""),
        failing("c_test", STOPPED, "it ended the kernel"),
        failing("d_test", "NotImplementedError", ""),
    )
    assert (
        reason_of(whole) == "failed 3 of 4 tests: b, d: NotImplementedError; c: it ended the kernel"
    )


def test_many_causes_are_not_all_told():
    failed = [failing(f"{name}_test", f"Error{name}", "") for name in "abcd"]
    assert reason_of(notebook(*failed)) == "failed 4 of 4 tests: a: Errora; b: Errorb; and c, d"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("one\ntwo", "one"), ("\x1b[2Jgone", "[2Jgone"), ("", ""), ("x" * 80, "x" * 67 + "...")],
)
def test_a_strangers_text_is_one_short_line_that_steers_no_terminal(text: str, kept: str):
    assert clean(text) == kept
