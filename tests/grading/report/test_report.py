"""The report says what is so, to eyes and to screen readers, and a stranger's text in it does nothing."""

import csv
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import sync_playwright

from grading.report import Entry, write_report
from grading.report.page import duration, memory
from tests.browser.chromium import find_chromium
from tests.grading.parsed import Page, assert_inert, assert_readable
from tests.grading.report.classroom import HOSTILE, NOTHING, PAIRS, classroom, graded


@pytest.fixture
def report(tmp_path: Path):
    """Write the report of some entries; returns its page."""

    def write(entries, similar=()) -> Page:
        write_report(
            entries, f"Exercise {HOSTILE}", tmp_path / "report.html", tmp_path / "marks.csv", similar
        )  # fmt: skip
        return Page((tmp_path / "report.html").read_text(encoding="utf-8"))

    return write


@pytest.fixture
def page(report, tmp_path: Path) -> Page:
    return report(classroom(tmp_path), PAIRS)


def section(page: Page, heading: str) -> str:
    """The text below a heading, to the next one of the same rank."""
    headings = [
        "Needs a person",
        "Not run, or not to the end",
        "Questions",
        "Failures",
        "Findings",
        "Similar submissions",
    ]
    headings += ["Time and memory", "Marks"]
    body = page.text.split("Handed in nothing", 1)[1]  # after the list of links
    after = body.split(f"\n{heading}\n", 1)[1]
    ends = [after.find(f"\n{other}\n") for other in headings]
    return after[: min([end for end in ends if end >= 0], default=len(after))]


def test_nothing_runs_and_nothing_is_fetched(page: Page):
    assert_inert(page)
    assert "{{ 7 * 7 }}" in page.text and "<script>alert(2)</script>" in page.text


def test_a_screen_reader_finds_its_way(page: Page):
    assert_readable(page)
    assert len(page.all("svg")) == 4 and page.text.count("points: ") >= 4
    assert page.all("nav")[0]["aria-label"]


@pytest.mark.parametrize("entries", [[], [NOTHING]])
def test_a_class_without_marks(report, entries):
    page = report(entries)
    assert_inert(page), assert_readable(page)
    assert "Nothing was run." in page.text and "There are no marks yet." in page.text


def test_the_summary(page: Page):
    text = " ".join(page.text.split())
    assert "Students 9 Have a mark 5" in text
    assert "Mean 4 of 6 Median 6 of 6 Need a person 3 Handed in nothing 1" in text
    assert (
        "Students by points, after late penalties. 3 that wait for a person are not counted" in text
    )


def test_who_waits_for_a_person_counts_in_no_question(report, tmp_path: Path):
    waiting = [replace(entry, needs_person=True) for entry in classroom(tmp_path)[:2]]
    page = report([waiting[0], *classroom(tmp_path)[1:2]])
    assert "Mean 2 of 2 (100 %)" in page.text and "Mean 0 of 3 (0 %)" in page.text
    assert "1 that waits for a person is not counted" in page.text
    nobody = report(waiting)
    assert "No marks yet" in section(nobody, "Questions") and "Mean –" in " ".join(
        nobody.text.split()
    )
    assert_readable(nobody)


def test_who_needs_a_person_and_why(page: Page):
    text = section(page, "Needs a person")
    assert "Eve 3 – assert is patched; and 1 more" in " ".join(text.split())
    assert "Wait 5 5 an answer waits" in " ".join(text.split())
    assert "an answer waits for its mark" in text
    assert "passed; the gradebook has no mark: grade this submission again" in text
    assert "Ada" not in text and "Old" not in text


def test_withheld_points_are_no_zeros_and_the_finding_comes_first(page: Page):
    rows = " ".join(section(page, "Marks").split())
    told = "By its tests 3: Expected 3, but got 5."
    assert f"Eve eve look – – – – assert is patched; and 1 more. {told}" in rows
    assert "Wait wait look 5 2 3 0 no" in rows and "Old old 6 2 3 1 passed all 3 tests" in rows


def test_what_was_not_run_and_what_a_limit_stopped(report, page: Page):
    assert "Not run" not in page.text
    broken = graded("broken", [0, 0, 0], "tiny.ipynb is damaged", seconds=0.0, stopped=True)
    endless = graded("endless", [2, 0, 1], "it was stopped after 60 s", stopped=True)
    found = report([broken, endless])
    text = " ".join(section(found, "Not run, or not to the end").split())
    assert "No notebook that can be run (1) Broken Stopped by a limit (1) Endless" in text
    assert "stopped after" in section(found, "Failures")
    assert found.text.count("tiny.ipynb is damaged") == 1
    assert_readable(found)


def test_a_long_reason_is_there_as_a_whole(report):
    said = f"failed 3 of 3 tests: {'so it is, ' * 60}the end"
    page = report([graded("ada", [0, 0, 0], said)])
    assert said in " ".join(section(page, "Marks").split())
    assert [found for tag, found in page.elements if "title" in found and tag != "abbr"] == []


def test_failures_are_grouped(page: Page):
    text = section(page, "Failures")
    assert "Expected 3, but got …." in text and "Bob" in text and "Eve" in text


def test_findings_and_notes(page: Page):
    text = section(page, "Findings")
    assert "assert is patched" in text and "looked at" in text and "1 submission" in text


def test_similar_submissions(page: Page):
    text = section(page, "Similar submissions")
    assert "99 %" in text and "80 %" in text and "never a mark" in text


def test_time_and_memory(page: Page):
    text = section(page, "Time and memory")
    assert "1 h 6 min" in text and "2.9 GiB" in text and "3.2 s" in text


def test_every_student_has_a_row(page: Page):
    text = section(page, "Marks")
    for name in ("Ada", "Bob", "Eve", "Wait", "Slow", "Old", "Half Saved", "Nobody"):
        assert name in text
    assert "late by 12 h 0 min: −1" in text and "nothing was handed in" in text


def test_links_lead_from_the_report_to_the_students_pages(page: Page, tmp_path: Path):
    ways = {a["href"] for a in page.all("a") if not a["href"].startswith("#")}
    (way,) = ways
    assert way == "feedback/a%20b%23c%2541%3F/01_tiny/tiny.html"
    assert (tmp_path / unquote(way)).read_text() == "a page"


def test_a_banner_where_submissions_ran_unsandboxed(report, tmp_path: Path):
    entries = classroom(tmp_path)
    assert "Run without the sandbox" not in report(entries).text
    entries[0] = replace(entries[0], record=replace(entries[0].record, sandboxed=False))
    assert "Run without the sandbox. 1 of 9" in " ".join(report(entries).text.split())


def test_the_table_says_the_same(page: Page, tmp_path: Path):
    with (tmp_path / "marks.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 9
    bob, eve, none = rows["bob"], rows["eve"], rows["none"]
    assert (bob["mark"], bob["of"], bob["add_test"], bob["late penalty"]) == ("2", "6", "0", "1")
    assert (bob["hours late"], eve["hours late"]) == ("12", "0")
    assert (eve["needs a person"], bob["needs a person"], eve["sandboxed"]) == ("yes", "no", "yes")
    assert eve["findings"].startswith("assert is patched; <img")
    assert (none["mark"], none["add_test"], none["reason"]) == ("", "", "nothing was handed in")


def test_questions_come_in_the_notebooks_order(report, tmp_path: Path):
    unordered = Entry(
        "aaa", "Aaa", 3, 6, dict(reversed([*classroom(tmp_path)[0].questions.items()]))
    )
    page = report([unordered, *classroom(tmp_path)])
    text = section(page, "Questions")
    assert text.index("1 double") < text.index("2 add")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0.0 s"),
        (9.96, "10 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (300_000, "3 days"),
    ],
)
def test_duration(seconds: float, said: str):
    assert duration(seconds) == said


def test_memory():
    assert (memory(312.4), memory(1434)) == ("312 MiB", "1.4 GiB")


@pytest.mark.slow
def test_a_browser_draws_it_from_the_disk_light_dark_and_on_paper(page: Page, tmp_path: Path):
    """No request, no error; dark where the reader wants it, white on paper; no wider than a telephone."""
    asked, errors = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        shown = browser.new_page(color_scheme="dark", viewport={"width": 400, "height": 800})
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: errors.append(message.text))
        shown.on("pageerror", lambda error: errors.append(str(error)))
        shown.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        address = (tmp_path / "report.html").as_uri()
        shown.goto(address)
        paper = "getComputedStyle(document.body).backgroundColor"
        dark = shown.evaluate(paper)
        wide = shown.evaluate("document.documentElement.scrollWidth")
        bars = shown.locator("svg rect").first.bounding_box()
        shown.emulate_media(media="print")
        printed = shown.evaluate(paper)
        browser.close()
    assert asked == [address] and errors == []
    assert dark == "rgb(19, 22, 27)" and printed == "rgb(255, 255, 255)"
    assert wide <= 400 and bars["height"] > 5
