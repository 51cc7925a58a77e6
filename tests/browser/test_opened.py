"""What a student sees when a notebook is opened and nothing is done yet."""

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import Notebook

pytestmark = pytest.mark.slow
LECTURE = "lectures/02_automatic_differentiation.ipynb"
EXERCISE = "exercises/02_automatic_differentiation/automatic_differentiation.ipynb"


@pytest.mark.parametrize("path", [LECTURE, EXERCISE])
def test_a_notebook_that_was_only_opened_is_not_changed(page, lab, path):
    notebook = Notebook(page, lab, path)
    page.wait_for_timeout(2000)  # the kernel's name and version arrive after the notebook
    assert not notebook.changed()


def test_the_set_up_is_folded_and_titled(page, lab):
    lecture = Notebook(page, lab, LECTURE)
    folded = lecture.panel.locator(".jp-InputPlaceholder").first
    expect(folded).to_contain_text("Set-up: run me first")


def test_a_test_is_folded_and_opens_at_a_click(page, lab):
    exercise = Notebook(page, lab, EXERCISE)
    cell = exercise.cell("log_add_exp_test")
    placeholder = cell.locator(".jp-InputPlaceholder")
    expect(placeholder).to_contain_text("Test 1: run me")
    expect(cell.locator(".cm-content")).to_be_hidden()
    placeholder.click()
    expect(cell.locator(".cm-content")).to_be_visible()
