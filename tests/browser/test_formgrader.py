"""An instructor in Formgrader: marks by hand, nbgrader's own buttons, and what strangers' notebooks do in the browser."""

import csv
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from playwright.sync_api import Page, expect

from grading.__main__ import main
from grading.course import CourseFolder
from tests.browser.chromium import find_chromium
from tests.grading.configured import ASSIGNMENT, RIGHT, WRONG_ADD, answered, configure
from tests.grading.jails import needs_jail
from tests.lab import Lab, silence_news

pytestmark = [pytest.mark.slow, needs_jail]

ATTACK = "window.stolen = document.cookie"
ESSAY = f"Because $x < 2$.\n\n<script>{ATTACK}</script><img src='x' onerror='{ATTACK}'>\n\n[me](javascript:{ATTACK})"
SHOWN = f"""\
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<script>{ATTACK}</script>"), Javascript("{ATTACK}"), Markdown("<img src=x onerror='{ATTACK}'>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{ATTACK}'><script>{ATTACK}</script></svg>"))
display({{"image/png": "x"}}, raw=True, metadata={{"image/png": {{"width": "1 onerror={ATTACK.replace(" ", "")}"}}}})
"""
SPY = """\
import os
print(os.path.exists({place!r}), "COURSE_SECRET" in os.environ, os.getcwd())
def double(x): return 2 * x
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> CourseFolder:
    """A class of which ada, bob and mallory are graded, and spy is not yet."""
    find_chromium()  # before the work
    facts = {"grade_id": "essay", "schema_version": 3, "task": False, "grade": True, "solution": True, "locked": False, "points": 5}  # fmt: skip
    essay = new_markdown_cell("Why?", id="essay", metadata={"nbgrader": facts})
    course = configure(tmp_path_factory.mktemp("formgrader") / "course", essay)
    hand_in(course, "ada", RIGHT | {"essay": "Because."})
    hand_in(course, "bob", WRONG_ADD | {"essay": "Why not?"})
    hand_in(course, "mallory", RIGHT | {"essay": ESSAY}, new_code_cell(SHOWN), new_raw_cell(f"<script>{ATTACK}</script>"))  # fmt: skip
    command = ["run", ASSIGNMENT, "--jobs", "1", "--course", str(course.root)]
    assert main(command) == 0
    hand_in(course, "spy", RIGHT | {"double": SPY.format(place=str(course.root))})
    return course


def hand_in(course: CourseFolder, student: str, answers: dict[str, str], *more) -> None:
    whole = nbformat.reads(answered(course, answers), as_version=4)
    whole.cells += more
    path = course.notebook("submitted", student, ASSIGNMENT)
    path.parent.mkdir(parents=True)
    nbformat.write(whole, path)


@pytest.fixture(scope="module")
def lab(course, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    silence_news(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", "no student's business")
        lab = Lab(course.root, home)
    with lab:
        yield lab


@pytest.fixture
def page(browser, lab):
    """A page that is logged in; it gets nothing from elsewhere, MathJax of another host neither."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    context.route(re.compile(f"^(?!{re.escape(lab.address)})http"), lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{lab.address}/lab?token={lab.token}")  # here the browser gets its cookie
    yield page
    context.close()


def opened(page: Page, lab: Lab, course: CourseFolder, student: str) -> None:
    """Go from the list of submissions to a student's, by its link."""
    with course.open_gradebook() as book:
        id = book.find_submission_notebook("tiny", ASSIGNMENT, student).id
    page.goto(f"{lab.address}/formgrader/gradebook/{ASSIGNMENT}/tiny")
    with page.expect_response(re.compile("/api/comments")):
        page.locator(f"a.name-hidden[href$='{id}']").click()


def typed(page: Page, field: str, text: str) -> None:
    """Type into a field, leave it, and wait until the server has it."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.locator(f"#{field}").fill(text)
        page.locator(f"#{field}").dispatch_event("change")
    assert saved.value.ok


def test_marks_by_hand_reach_the_report_the_export_and_the_feedback(page, lab, course):
    opened(page, lab, course, "bob")
    expect(page.locator("#add_test")).to_have_attribute("placeholder", "0")
    typed(page, "add_test", "1.5")
    typed(page, "essay", "4")
    typed(page, "essay-comment", "Nearly *all* of it.")
    page.reload()
    expect(page.locator("#add_test")).to_have_value("1.5")
    expect(page.locator("#essay")).to_have_value("4")
    page.goto(f"{lab.address}/formgrader/gradebook/{ASSIGNMENT}/tiny")
    bob = page.locator("tr", has_text="7.5 / 10")
    expect(bob).to_be_visible()

    where = ["--course", str(course.root)]
    assert main(["feedback", ASSIGNMENT, *where]) == 0
    assert main(["export", ASSIGNMENT, "--to", "csv", *where]) == 0
    reports = course.root / "reports"
    assert row(reports / f"{ASSIGNMENT}.csv", "bob")["mark"] == "7.5"
    assert row(reports / f"{ASSIGNMENT}-csv.csv", "bob")[ASSIGNMENT] == "7.5"
    assert row(reports / f"{ASSIGNMENT}-csv.csv", "ada")[ASSIGNMENT] == ""  # her essay waits
    page.goto((course.stage("feedback") / "bob" / ASSIGNMENT / "tiny.html").as_uri())
    expect(page.locator("body")).to_contain_text("7.5 of 10")
    expect(page.locator("body")).to_contain_text("Nearly all of it.")


def row(table: Path, student: str) -> dict[str, str]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def test_nothing_of_a_submission_runs_in_the_instructors_browser(page, lab, course):
    opened(page, lab, course, "mallory")
    expect(page.locator("#essay")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Because")
    expect(page.locator("math")).to_have_count(1)  # formulas are drawn without MathJax
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.stolen") is None
    assert page.locator("a[href^='javascript:'], [onerror], [onload]").count() == 0


def test_the_autograde_button_runs_a_submission_in_the_jail(page, lab, course):
    press(page, lab, "spy", "autograde", "Successfully autograded")
    graded = nbformat.read(course.notebook("autograded", "spy", ASSIGNMENT), as_version=4)
    printed = [o.text for cell in graded.cells for o in cell.get("outputs", []) if "text" in o]
    assert printed == ["False False /home/student/work\n"]
    with course.open_gradebook() as book:
        assert book.find_submission(ASSIGNMENT, "spy").score == 5


def test_the_feedback_button_writes_our_page(page, lab, course):
    main(["feedback", ASSIGNMENT, "--course", str(course.root)])
    folder = course.stage("feedback") / "ada" / ASSIGNMENT
    ours = (folder / "tiny.html").read_text()
    (folder / "tiny.html").unlink()
    press(page, lab, "ada", "generate-feedback", "Successfully generated feedback")
    assert (folder / "tiny.html").read_text() == ours and "double(5)" not in ours
    assert not (folder / "record.json").exists()


def press(page: Page, lab: Lab, student: str, button: str, said: str) -> None:
    """Press a student's button in the list of submissions."""
    page.goto(f"{lab.address}/formgrader/manage_submissions/{ASSIGNMENT}")
    line = page.locator("tr", has=page.locator(".student-id", has_text=student))
    line.locator(f".{button} a").click()
    expect(page.locator(".modal-body")).to_contain_text(said, timeout=180_000)
