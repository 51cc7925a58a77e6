"""Where a test failed and why, read from notebooks that IPython really ran: in Plain mode, as in the jail, and in its usual one."""

import re

import pytest
from nbclient import NotebookClient

from grading import record
from grading.feedback import feedback_page
from grading.feedback.cells import NOT_SHOWN
from tests.grading.feedback.graded_notebook import raised
from tests.grading.parsed import Page, assert_inert
from tests.grading.tiny import answer, graded, notebook

DOUBLE = "def double(x):\n    try:\n        return 2 * x if x < 100 else 1 / 0\n    except ZeroDivisionError:\n        raise ValueError('too large')"
HIDDEN = "### BEGIN HIDDEN TESTS\n# A quagga.\nassert double(500) == 1000\n### END HIDDEN TESTS\n"
TESTS = {
    "visible": ("# Two and two.\nassert double(2) == 4\n# A hundred,\n# and no less.\nassert double(100) == 200", "It was about: A hundred, and no less."),
    "without": ("double(100)\n# Never reached.", ""),
    "hidden": (f"# Two and two.\nassert double(2) == 4\n{HIDDEN}", NOT_SHOWN),
    "after": (f"# Two and two.\nassert double(2) == 4\n{HIDDEN.replace('500', '50').replace('1000', '100')}double(100)", "It was about: Two and two."),
    "within": ("# A function.\ndef check():\n    # Inside.\n    double(100)\n\n# The call.\ncheck()", "It was about: The call."),
    "unreadable": ("# A test.\nx = (", "It was about: A test."),
    "kernel": ("# So\nraise SystemError('too')", "It was about: So"),
    "mistyped": ("# Added.\nassert add(1, 2) == 3", "It was about: Added."),
}  # fmt: skip


@pytest.fixture(scope="module", params=["Plain", "Context"])
def page(request) -> Page:
    """The page of a notebook in which every test failed; another answer, which is no Python, stands before the last."""
    cells = [graded(name, source, 1) for name, (source, _) in TESTS.items()]
    whole = notebook(answer("double", DOUBLE), *cells)
    whole.cells.insert(-1, answer("add", "def add(:\n    return"))
    mode = f"--InteractiveShell.xmode={request.param}"
    NotebookClient(whole, timeout=60, allow_errors=True, extra_arguments=[mode]).execute()
    tests = [record.Test(name, 0, 1, f"what {name} said") for name in TESTS]
    marks = {name: (0.0, 1.0) for name in TESTS}
    return Page(feedback_page(whole, tests, "Ada L.", marks, {}))


def said_of(page: Page, name: str) -> str:
    """What the page says at a test."""
    after = page.text.rsplit(f"what {name} said", 1)[1]
    return after.split("The tests that you could run")[0].strip()


@pytest.mark.parametrize("name", TESTS)
def test_the_comment_above_the_line_that_failed(page: Page, name: str):
    assert said_of(page, name) == TESTS[name][1]
    assert "quagga" not in page.html


def test_an_answer_that_did_not_run_is_named_at_its_test(page: Page):
    text = " ".join(page.text.split())
    assert "✗ SyntaxError: invalid syntax (line 1)" in text and not re.search(r"\d\.py", text)
    cause = "Your answer above did not run to its end: SyntaxError: invalid syntax (line 1). Mend that first."
    assert text.count(cause) == 1 and text.index(cause) < text.rindex("✗ what mistyped")
    assert_inert(page)


@pytest.mark.parametrize("line", ["9" * 5000, "0", "1234567", "-1"])
def test_a_traceback_that_a_student_made_up_stops_no_page(line: str):
    test = graded("double_test", "# Two and two.\nassert double(2) == 4", 2)
    test.execution_count = 1
    test.outputs = [raised("E", "", f"Cell In[1], line {line}", f"----> {line} x")]
    tests, marks = [record.Test("double_test", 0, 2, "E: no")], {"double_test": (0.0, 2.0)}
    page = Page(feedback_page(notebook(test), tests, "Ada L.", marks, {}))
    assert "It was about" not in page.text and "no" in page.text
