"""Failures with one cause are one line."""

from dataclasses import replace

from grading import record
from grading.record import Record
from grading.report import Entry
from grading.report.failures import failures


def failing(student: str, **said: str) -> Entry:
    tests = [record.Test(name, 0, 1, words) for name, words in said.items()]
    return Entry(student, student, 0, 1, record=Record(student, "a", "k", "", tests))


def test_messages_that_differ_in_numbers_are_one_and_the_most_common_comes_first():
    entries = [
        failing("ada", double="NotImplementedError", add=""),
        failing("bob", double="Expected f(2) to be 4, but got 1.5e-07."),
        failing("eve", double="Expected f(2) to be 4, but got -3."),
        failing("zoe", add="Expected f(2) to be 4, but got 5."),
        Entry("nobody", "nobody", None, 1),
    ]
    first, second = failures(entries)
    assert first.message == "Expected f(2) to be 4, but got …."
    assert [entry.student for entry in first.students] == ["bob", "eve", "zoe"]
    assert first.questions == {"double": 2, "add": 1}
    assert (second.message, second.questions) == ("NotImplementedError", {"double": 1})


def test_what_was_never_run_failed_no_test():
    entry = failing("ada", double="tiny.ipynb is damaged", add="tiny.ipynb is damaged")
    assert failures([replace(entry, record=replace(entry.record, stopped=True))]) == []
    slow = replace(entry.record, stopped=True, seconds=60.0)
    assert len(failures([replace(entry, record=slow)])) == 1


def test_a_student_who_fails_twice_alike_counts_once():
    (failure,) = failures([failing("ada", double="no", add="no")])
    assert len(failure.students) == 1 and failure.questions == {"double": 1, "add": 1}


def test_a_strangers_message_is_one_short_line():
    (failure,) = failures([failing("ada", double="\x1b[2Jgone\n" + "x" * 1000)])
    assert failure.message.startswith("gone x") and len(failure.message) == 300
