"""A student answers a question: first wrong, then right, and presses Validate."""

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.notebook import Notebook
from tests.exercises.assignments import read_answers
from tests.lab import ROOT

pytestmark = pytest.mark.slow
PATH = "02_automatic_differentiation/automatic_differentiation.ipynb"
QUESTION = "log_add_exp"


def test_a_message_helps_to_mend_an_answer(page, lab):
    answers = read_answers(ROOT / "tests/exercises/02_automatic_differentiation")
    mine = [answer for answer in answers if answer.question == QUESTION]
    right = next(answer for answer in mine if answer.verdict == "right")
    wrong = next(a for a in mine if a.verdict == "wrong" and a.message != "hidden")
    answer_all_but(QUESTION, lab.root)

    exercise = Notebook(page, lab, f"exercises/{PATH}")
    run_to_the_question(exercise, lab)
    stopped = exercise.run(f"{QUESTION}_test")
    expect(stopped).to_contain_text("NotImplementedError")

    hand_in(exercise, wrong.source)
    said = exercise.run(f"{QUESTION}_test")
    expect(said).to_contain_text(wrong.message)
    expect(said).not_to_contain_text("Traceback")
    window = exercise.validate()
    expect(window).to_contain_text("The following cell failed")
    expect(window).to_contain_text(wrong.message)
    window.get_by_role("button", name="OK").click()

    hand_in(exercise, right.source)
    expect(exercise.run(f"{QUESTION}_test")).to_have_text("Passed.")
    expect(exercise.validate()).to_contain_text("Success! Your notebook passes all the tests.")


def answer_all_but(question: str, root) -> None:
    """Fill in the other answers from the solution, so that Validate has one thing to say."""
    exercise = nbformat.read(root / "exercises" / PATH, as_version=4)
    solved = {c.id: c.source for c in nbformat.read(root / "solutions" / PATH, as_version=4).cells}
    for cell in exercise.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.id != question:
            cell.source = solved[cell.id]
    nbformat.write(exercise, root / "exercises" / PATH)


def run_to_the_question(exercise: Notebook, lab) -> None:
    """The code cells above the question, one after the other, and its own."""
    for cell in nbformat.read(lab.root / "exercises" / PATH, as_version=4).cells:
        if cell.cell_type == "code":
            exercise.run(cell.id)
        if cell.id == QUESTION:
            return


def hand_in(exercise: Notebook, source: str) -> None:
    """Write the answer into its cell, and run it."""
    exercise.write(QUESTION, source)
    exercise.run(QUESTION)
