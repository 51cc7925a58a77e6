"""Every question, tested: right answers get all its points, wrong ones none, and are told why. One file of answers a chapter."""

import ast
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from sources.course import read_course
from tests.exercises.assignments import (
    Answer,
    Cell,
    Outcome,
    its_tests,
    read_answers,
    read_cells,
    try_answer,
)

CHAPTERS = [chapter for chapter in read_course().chapters if chapter.solution_source.exists()]
CELLS = {chapter.folder: read_cells(chapter) for chapter in CHAPTERS}
ANSWERS = {name: read_answers(Path(__file__).with_name(name)) for name in CELLS}
ALL = [(name, answer) for name, answers in ANSWERS.items() for answer in answers]
QUESTIONS = [
    (name, cell.name) for name, cells in CELLS.items() for cell in cells if cell.kind == "answer"
]


@cache
def outcomes(chapter: str, answer: Answer) -> list[Outcome]:
    """How the tests take an answer: each is tried once, however many tests look at it."""
    return try_answer(answer.question, answer.source, CELLS[chapter])


def cell_of(chapter: str, question: str) -> Cell:
    return next(cell for cell in CELLS[chapter] if cell.name == question)


@pytest.mark.parametrize(
    ("chapter", "answer"),
    ALL,
    ids=[f"{name}-{a.question}-{a.verdict}-{a.label}" for name, a in ALL],
)
def test_an_answer_gets_what_it_deserves(chapter, answer):
    total = sum(test.points for test in its_tests(answer.question, CELLS[chapter]))
    got = outcomes(chapter, answer)
    assert sum(outcome.points for outcome in got) == answer.points(total), got
    if answer.message == "hidden":
        assert not any(outcome.visible for outcome in got), (
            "a visible test sees it: say what it tells the student"
        )
    elif answer.verdict != "right":
        assert answer.message and any(answer.message in outcome.visible for outcome in got), got


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_the_course_s_own_solution_is_right(chapter, question):
    got = try_answer(question, cell_of(chapter, question).source, CELLS[chapter])
    assert all(outcome.points for outcome in got), got


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_an_unsolved_question_says_so_and_gets_nothing(chapter, question):
    got = try_answer(question, cell_of(chapter, question).unsolved, CELLS[chapter])
    assert [outcome.visible for outcome in got] == ["NotImplementedError: "] * len(got)


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_a_question_has_answers_enough(chapter, question):
    answers = [answer for answer in ANSWERS[chapter] if answer.question == question]
    right = {"".join(answer.source.split()) for answer in answers if answer.verdict == "right"}
    others = [answer for answer in answers if answer.verdict != "right"]
    assert len(right) >= 3 and len(others) >= 5
    for shortcut in ("lecture", "helpers"):
        assert any(shortcut in answer.label and answer.verdict == "wrong" for answer in others), (
            f"no wrong answer takes it from {shortcut}"
        )


@pytest.mark.parametrize("chapter", CELLS)
def test_an_assignment_has_twenty_points_and_a_test_for_each_answer(chapter):
    questions = [name for folder, name in QUESTIONS if folder == chapter]
    tests = [test for question in questions for test in its_tests(question, CELLS[chapter])]
    assert sum(test.points for test in tests) == 20
    assert Counter(tests) == Counter(cell for cell in CELLS[chapter] if cell.kind == "test")
    assert all(its_tests(question, CELLS[chapter]) for question in questions)
    assert {answer.question for answer in ANSWERS[chapter]} == set(questions)


@pytest.mark.parametrize("chapter", CELLS)
def test_every_sentence_for_students_is_said_to_one_of_them(chapter):
    said = defaultdict(str)
    for answer in ANSWERS[chapter]:
        for test, outcome in zip(
            its_tests(answer.question, CELLS[chapter]), outcomes(chapter, answer), strict=True
        ):
            said[test.name] += outcome.visible + "\n"
    silent = [
        sentence
        for cell in CELLS[chapter]
        if cell.kind == "test"
        for sentence in sentences(cell.visible)
        if sentence not in said[cell.name]
    ]
    assert not silent, "no answer makes a test say: " + "; ".join(silent)


def sentences(source: str) -> list[str]:
    """The texts in a cell that end like a sentence, docstrings aside."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]
    return [node.value for node in texts if node.value.endswith(".")]
