"""A question is called by its heading, and each of several below one by its part of the name."""

from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.feedback.cells import shown
from grading.feedback.hidden import Secrets
from grading.feedback.titles import first_heading, titles
from tests.grading.tiny import graded, notebook


def cells(*sources: str):
    """A text from "# ...", a test cell from a name."""
    made = [new_markdown_cell(s) if " " in s else graded(s, "pass", 1) for s in sources]
    return shown(notebook(new_code_cell("x = 1  # no"), *made), Secrets([]))


def test_a_question_is_called_by_the_last_heading_above_it():
    found = cells(
        *("# The *first* exercise", "some text\n\n## 1. Double $x$  (2 points)\n\n```\n# no heading\n```"),
        *("double_test", "more text", "## 2. Jets & more  (1.5 points)", "jets_test_product", "jets_test_chain"),
    )  # fmt: skip
    assert first_heading(found) == "The first exercise"
    assert titles(found, ["double_test", "jets_test_product", "jets_test_chain"]) == {
        "double_test": "1. Double x",
        "jets_test_product": "2. Jets & more (product)",
        "jets_test_chain": "2. Jets & more (chain)",
    }


def test_parts_are_whole_words():
    found = cells("# Costs of it", "cost_test_count_all", "cost_test_calls", "other_test")
    named = titles(found, ["cost_test_count_all", "cost_test_calls"])
    assert list(named.values()) == ["Costs of it (count all)", "Costs of it (calls)"]


def test_a_question_without_a_heading_keeps_its_name():
    found = cells("no heading", "double_test")
    assert first_heading(found) == ""
    named = titles(found, ["double_test", "not_there_test"])
    assert named == {"double_test": "double", "not_there_test": "not_there"}
