"""A row's reason is one sentence that a person can read."""

import pytest
from nbformat.v4 import new_output

from grading.execute import STOPPED
from grading.reasons import clean, reason_of, stopped_by
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


def test_a_limit_that_stopped_an_answer_is_named_before_what_followed_from_it():
    slow, other = answer("b", ""), answer("c", "")
    for cell in (slow, other):
        cell.outputs = [new_output("error", ename=STOPPED, evalue="it was stopped after 60 s")]
    whole = notebook("import torch", slow, other, failing("b_test", "NameError", "b"))
    assert stopped_by(slow) and not stopped_by(whole.cells[-1])
    assert reason_of(whole) == "failed 1 of 1 tests (b: it was stopped after 60 s): b: NameError b"
    assert reason_of(notebook(slow, graded("a_test", "", 1))) == "passed all 1 tests (b: it was stopped after 60 s)"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [("one\ntwo", "one"), ("\x1b[2Jgone", "[2Jgone"), ("", ""), ("x" * 80, "x" * 67 + "...")],
)
def test_a_strangers_text_is_one_short_line_that_steers_no_terminal(text: str, kept: str):
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("aaaa bbbb cccc", "aaaa bbbb..."),
        ("aaaa, bbbbbbbbbbb", "aaaa..."),
        ("a" * 20, "a" * 9 + "..."),
        ("aaaa bbbb cc", "aaaa bbbb cc"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text: str, cut: str):
    assert clean(text, 12) == cut and len(cut) <= 12
