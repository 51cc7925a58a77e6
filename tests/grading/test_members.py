"""The class is made from the solution's cells, and knows what it deserves."""

import ast
import json

import nbformat
import pytest

from grading.members import Member, make_class, read_questions
from tests.grading.tiny import ADD, ADD_TEST, DOUBLE, DOUBLE_TEST, answer, graded, notebook

ONE = notebook(answer("double", DOUBLE), graded("double_test", DOUBLE_TEST, 2))
TWO = notebook(*ONE.cells, answer("add", ADD), graded("add_test", ADD_TEST, 3))


@pytest.fixture
def members() -> dict[str, Member]:
    return {member.name: member for member in make_class(TWO, TWO)}


def test_a_test_belongs_to_the_answers_before_it():
    first, second = read_questions(TWO)
    assert (list(first.answers), first.tests, first.points) == (["double"], ["double_test"], 2)
    assert (list(second.answers), second.tests, second.points) == (["add"], ["add_test"], 3)


def test_the_class_deserves(members: dict[str, Member]):
    assert {name: member.deserves for name, member in members.items()} == {
        "perfect": 5,
        "partial": 2,
        "wrong": 0,
        "empty": 0,
        "never_ending": 3,
        "memory_hog": 3,
        "kernel_killer": 3,
        "edited_tests": 0,
        "warns_and_plots": 5,
        "colab": 5,
        "broken_file": 0,
        "missing_file": 0,
    }


def test_an_assignment_of_one_question_has_a_class_too():
    marks = {member.name: member.deserves for member in make_class(ONE, ONE)}
    assert (marks["perfect"], marks["partial"], marks["never_ending"]) == (2, 0, 0)


def test_every_member_but_two_hands_in_a_notebook_that_parses(members: dict[str, Member]):
    assert members.pop("missing_file").text is None
    with pytest.raises(json.JSONDecodeError):
        json.loads(members.pop("broken_file").text)
    for member in members.values():
        for cell in nbformat.reads(member.text, as_version=4).cells:
            ast.parse(cell.source)


def test_colab_keeps_no_cell_ids(members: dict[str, Member]):
    raw = json.loads(members["colab"].text)
    assert raw["nbformat_minor"] == 0
    assert not any("id" in cell for cell in raw["cells"])
    assert all("id" in cell["metadata"] for cell in raw["cells"])
