"""A student's page: what was wrong in the instructor's words; no hidden test, whatever the student's code printed; nothing active."""

import html
import json

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from playwright.sync_api import sync_playwright

from grading import record
from grading.feedback import feedback_page
from grading.feedback.cells import LEFT_OUT, LONGEST
from grading.feedback.hidden import split
from tests.browser.chromium import find_chromium
from tests.grading.feedback.graded_notebook import (
    DOUBLE_TEST,
    SECRETS,
    printed,
    raised,
    shown,
    worked,
)
from tests.grading.feedback.test_markup import ATTACKS, PNG, SVG
from tests.grading.parsed import Page, assert_inert, assert_readable
from tests.grading.tiny import answer, graded, notebook

MARKS = {"double_test": (0.0, 2.0), "add_test": (3.0, 3.0)}
SAID = "WrongAnswer: Expected double(2) to be 4, but got 6. Is it not twice?"
_, HIDDEN = split(DOUBLE_TEST)


def page_of(whole, said: str = SAID, marks=MARKS, comments=(), **facts) -> Page:
    tests = [record.Test("double_test", 0, 2, said), record.Test("add_test", 3, 3)]
    return Page(feedback_page(whole, tests, "Ada L.", marks, dict(comments), **facts))


def assert_secret(page: Page) -> None:
    """No word of the hidden tests stands anywhere in the file."""
    whole = html.unescape(page.html).casefold()
    assert [word for word in SECRETS if word in whole] == []


def test_the_student_reads_what_was_wrong_in_the_instructors_words():
    page = page_of(worked())
    text = " ".join(page.text.split())
    assert "3 of 5 points" in text and "Ada L." in text
    assert (
        text.count("Expected double(2) to be 4, but got 6. Is it not twice?") == 2
    )  # overview, and at the test
    assert text.count("✗ Expected double(2)") == 2 and "WrongAnswer" not in text
    assert "return 3 * x" in text and text.count("✓ passed") == 2
    assert_inert(page), assert_readable(page), assert_secret(page)


def test_the_visible_tests_are_shown_and_what_they_printed_is_not():
    text = page_of(worked()).text
    assert "assert double(2) == 4" in text and "printed within the test" not in text


def test_own_outputs_are_shown():
    page = page_of(
        worked(
            printed("hello \x1b[31mred\x1b[0m\n"),
            printed("careful", "stderr"),
            raised("ValueError", "my own mistake", "a traceback"),
            shown(text__plain="42"),
            shown(image__png=PNG, text__plain="<Figure>"),
        )
    )
    for part in ("hello red", "careful", "ValueError: my own mistake", "42"):
        assert part in page.text
    assert "a traceback" not in page.text and "<Figure>" not in page.text
    assert [image["src"][:21] for image in page.all("img")] == ["data:image/png;base64"]


def test_marks_come_in_the_notebooks_order():
    page = page_of(worked(), marks=dict(reversed(MARKS.items())))
    overview = page.text.split("What its tests said")[1]
    assert overview.index("The assignment (double)") < overview.index("The assignment (add)")
    links = [link["href"] for link in page.all("a")]
    places = [found["id"] for _, found in page.elements if found.get("id", "").startswith("mark-")]
    assert places == ["mark-1", "mark-2"]
    assert links == ["#mark-1", "#mark-2", "#marks", "#marks"]  # and back


TRICKS = {
    "print(In)": printed(str(["", DOUBLE_TEST])),
    "print(In[-1])": printed(DOUBLE_TEST),
    "print(HIDDEN)": printed("found: " + HIDDEN),
    "repr": printed(repr(DOUBLE_TEST)),
    "json.dumps(In)": printed(json.dumps([DOUBLE_TEST])),
    "pprint": printed(DOUBLE_TEST.replace("\n", "\\n'\n '")),
    "line by line, with numbers": printed("\n".join(f"{n}: {line}" for n, line in enumerate(DOUBLE_TEST.split("\n")))),
    "a letter a line": printed("\n".join(HIDDEN)),
    "in capitals": printed(HIDDEN.upper()),
    "in colours": printed("".join(f"\x1b[3{n % 7}m{letter}" for n, letter in enumerate(HIDDEN))),
    "invisible characters": printed("\u200b".join(HIDDEN)),
    "to stderr": printed(HIDDEN, "stderr"),
    "a list of lines": new_code_cell().outputs or printed(HIDDEN.splitlines(keepends=True)),
    "a value": shown(text__plain=repr(HIDDEN)),
    "a value in lines": shown(text__plain=HIDDEN.splitlines(keepends=True)),
    "HTML": shown(text__html=f"<pre>{HIDDEN}</pre>", text__plain="a table"),
    "HTML alone": shown(text__html=f"<pre>{HIDDEN}</pre>"),
    "markdown": shown(text__markdown=HIDDEN),
    "SVG": shown(**{"image__svg+xml": f"<svg><text>{HIDDEN}</text></svg>"}),
    "JSON": shown(application__json={"In": HIDDEN}),
    "an error": raised("ValueError", HIDDEN),
    "an error's name": raised(HIDDEN, ""),
    "a traceback": raised("ValueError", "so", HIDDEN),
    "a picture that is none": shown(image__png=HIDDEN),
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_hidden_tests_stay_hidden(trick):
    page = page_of(worked(trick, printed("and something else")))
    assert_secret(page)
    assert "and something else" in page.text


def test_what_is_left_out_is_said():
    assert LEFT_OUT in page_of(worked(printed(HIDDEN))).text


@pytest.mark.parametrize(
    "said",
    [f"ValueError: {HIDDEN}", "ValueError: for quagga in range(987654, 987660):", repr(DOUBLE_TEST)],
)  # fmt: skip
def test_an_error_that_quotes_a_hidden_test_says_nothing(said: str):
    page = page_of(worked(), said)
    assert_secret(page)
    assert "It failed, and did not say why." in page.text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("AssertionError: the double of a large number", "the double of a large number"),
        ("AssertionError: ", "It failed, and did not say why."),
        ("NotImplementedError", "There is no answer yet."),
        ("it was stopped after 60 s", "✗ it was stopped after 60 s"),
        ("Stopped: it ended the kernel", "✗ it ended the kernel"),
        ("SyntaxError: no (3687892712.py, line 1)", "SyntaxError: no (line 1)"),
        ("SyntaxError: no (own.py, line 1)", "SyntaxError: no (own.py, line 1)"),
        ("x " * 145 + "words that are cut", "x x words…"),
        ("y" * 400, "y" * 300 + "…"),
        ("\x1b[2J<b>bold</b>\u202e", "<b>bold</b>"),
    ],
)
def test_what_a_test_said(said: str, read: str):
    page = page_of(worked(), said)
    assert read in page.text
    assert_inert(page), assert_secret(page)


def test_notes_quote_no_hidden_test_either():
    page = page_of(worked(), notes=[f"left out: {HIDDEN}", "two cells were put back"])
    assert_secret(page)
    assert "two cells were put back" in page.text


def test_what_a_limit_stopped_says_so_without_our_name_for_it():
    stop = raised("Stopped", "it was stopped after 60 s")
    page = page_of(worked(printed("so far"), raised("KeyboardInterrupt", ""), stop))
    text = " ".join(page.text.split())
    assert "so far✗ it was stopped after 60 s" in text.replace(" ✗", "✗")
    assert "did not run to its end: it was stopped after 60 s. Mend" in text
    assert "KeyboardInterrupt" not in text and "Stopped" not in text


def test_an_error_of_an_answer_is_no_cause_where_the_test_passed():
    whole = worked()
    whole.cells[3].outputs = [raised("NameError", "too late")]
    page = page_of(whole)
    assert "✗ NameError: too late" in page.text and "did not run" not in page.text


def test_the_page_is_called_as_the_notebook_is():
    page = page_of(worked(), title="01_tiny")
    assert "<h1>The assignment</h1>" in page.html and "01_tiny, Ada L." in page.text
    assert "<h1>01_tiny</h1>" in page_of(notebook(), title="01_tiny").html


def test_a_mark_is_no_landmark_and_no_stop_for_the_tab_key():
    page = page_of(worked())
    assert not page.all("section")
    assert not [found for _, found in page.elements if {"tabindex", "aria-label"} & found.keys()]


def test_what_could_not_be_run_says_why_once():
    fault = "tiny.ipynb is damaged: hand it in again"
    nothing = dict.fromkeys(MARKS, (0.0, 2.0))
    comments = {"double": "Come **and see** me."}
    page = page_of(worked(), fault, nothing, comments, fault=fault)
    assert page.text.count(fault) == 1 and "It has 0 points." in page.text
    assert "0 of 4 points" in " ".join(page.text.split())
    assert not page.all("pre") and not page.all("table") and "Double" not in page.text
    assert "<strong>and see</strong>" in page.html
    assert_inert(page), assert_readable(page)
    by_hand = page_of(worked(), fault, MARKS, fault=fault)
    assert "3 of 5 points" in " ".join(by_hand.text.split()) and "0 points" not in by_hand.text


def test_withheld_points_are_not_final_and_no_accusation():
    page = page_of(worked(), marks={name: (None, of) for name, (_, of) in MARKS.items()}, withheld=True)  # fmt: skip
    text = " ".join(page.text.split())
    assert "Ada L. not final" in text and "0 of" not in text and text.count("– of 2") == 2
    assert text.count("You need do nothing; this is no accusation.") == 1
    assert "passed" not in text and "to be marked" not in text
    assert_readable(page)


@pytest.mark.parametrize("mark", ["### BEGIN HIDDEN TESTS", "### BEGIN MARK SCHEME"])
def test_a_region_without_an_end_is_hidden(mark: str):
    whole = notebook(graded("double_test", f"assert True\n{mark}\nassert quagga == 987654", 2))
    assert_secret(page_of(whole))


@pytest.mark.parametrize("attack", [*ATTACKS, "</pre></script>{{ 7 * 7 }}{% raw %}"])
def test_nothing_a_student_writes_is_active(attack: str):
    whole = worked(
        printed(attack),
        raised(attack, attack),
        shown(text__plain=attack),
        shown(text__html=attack, **{"image__svg+xml": attack}),
        shown(application__javascript=attack),
        shown(**{"application__vnd.jupyter.widget-view+json": {"model_id": attack}}),
        shown(text__latex=attack),
        source=f"x = 1  # {attack}",
    )
    whole.cells += [
        new_markdown_cell(attack),
        new_raw_cell(attack),
        answer("odd", attack),
        graded("odd_test", attack, 1),
    ]
    for cell in whole.cells[-2:]:
        cell.metadata.nbgrader.grade_id = attack
    whole.metadata["widgets"] = {"state": attack}
    marks = MARKS | {attack: (0.0, 1.0)}
    page = page_of(whole, attack, marks, {"double": attack}, title=attack, notes=[attack])
    assert_inert(page), assert_secret(page)


def test_formulas_and_pictures_without_a_network():
    whole = worked(shown(**{"image__svg+xml": SVG, "image__png": PNG}))
    page = page_of(whole)
    assert len(page.all("math")) == 1 and len(page.all("img")) == 1
    assert_inert(page)


def test_a_flood_is_cut():
    page = page_of(worked(printed("x" * 10 * LONGEST), printed("never seen")))
    assert len(page.html) < 2 * LONGEST + 30_000
    assert "[The rest is left out.]" in page.text and "never seen" not in page.text


def test_an_essay_waits_for_a_person_and_has_a_comment():
    whole = worked()
    essay = answer("essay", "x = 'my essay'")
    essay.metadata.nbgrader.update(grade=True, points=5)
    whole.cells.append(essay)
    waits = page_of(whole, marks=MARKS | {"essay": (None, 5.0)})
    assert "3 of 10 points so far" in " ".join(waits.text.split())
    assert "to be marked, of 5" in waits.text and "The mark is not final." in waits.text
    comments = {"essay": "Well **said**: $x^2$ <script>alert(1)</script>"}
    read = page_of(whole, marks=MARKS | {"essay": (4.5, 5.0)}, comments=comments)
    assert "7.5 of 10 points" in " ".join(read.text.split()) and "my essay" in read.text
    assert "<strong>said</strong>" in read.html and "From your instructor" in read.text
    assert "not final" not in read.text
    assert_inert(read), assert_readable(read)


def test_late_work_is_told_so_and_no_mark_is_below_zero():
    page = page_of(worked(), penalty=1.0)
    assert "2 of 5 points" in " ".join(page.text.split()) and "1 point was taken off" in page.text
    assert "0 of 5 points" in " ".join(page_of(worked(), penalty=9.0).text.split())


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 700])
def test_a_narrow_window_shows_every_mark(width: int, tmp_path):
    marks = {**MARKS, "a_name_without_a_heading_that_is_rather_long_for_a_telephone": (None, 5.0)}
    html = page_of(worked(), "NameError: " + "a_long_name" * 20, marks).html
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        shown = browser.new_page(viewport={"width": width, "height": 800})
        shown.goto((tmp_path / "page.html").as_uri())
        wide = shown.evaluate("document.documentElement.scrollWidth")
        cells = shown.locator(".overview tbody > tr > *").all()
        boxes = [cell.bounding_box() for cell in cells]
        browser.close()
    assert wide <= width and all(box["x"] + box["width"] <= width for box in boxes)
    one_below_the_other = len({box["x"] for box in boxes}) == 1
    assert one_below_the_other == (width < 400)


@pytest.mark.slow
def test_a_program_that_spies_on_its_tests_tells_nobody(tmp_path):
    """With a real kernel: an answer that prints, raises and keeps what it sees of the tests, and shows it later."""
    spy = (
        "import inspect, sys\nseen = []\n"
        "def double(x):\n"
        "    frame = sys._getframe(1)\n"
        "    seen.append(inspect.getsource(frame))\n"
        "    print(seen[-1])\n"
        "    return 2 * x if x < 100 else 1 / 0\n"
    )
    shows = "print(In)\nprint(seen)\nprint(*seen)\nseen"
    raises = "raise ValueError(In[2])"
    whole = notebook(
        answer("double", spy), graded("double_test", DOUBLE_TEST, 2), shows, "In", raises, "%history"
    )  # fmt: skip
    NotebookClient(whole, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()  # fmt: skip
    assert all(any(word in str(cell.outputs) for word in SECRETS) for cell in whole.cells[1:])
    page = page_of(whole, "ZeroDivisionError: division by zero")
    assert_secret(page), assert_inert(page)
    assert "division by zero" in page.text
