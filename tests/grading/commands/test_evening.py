"""Whole evenings: commands that run submissions, one after the other, as an instructor types them."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grading import record
from grading.__main__ import main
from grading.course import CourseFolder
from grading.outputs import entries_of
from tests.grading.configured import ASSIGNMENT, RIGHT, WRONG_ADD, download
from tests.grading.evenings import hand_in
from tests.grading.jails import needs_jail
from tests.grading.parsed import Page
from tests.lab import ROOT

pytestmark = [pytest.mark.slow, needs_jail]


def table(path: Path) -> dict[str, dict[str, str]]:
    """A CSV file's rows, by their first cell."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def evening(released: Path, tmp_path_factory: pytest.TempPathFactory):
    """The course after a whole evening; and of each step the exit status, and what it said."""
    root, said = tmp_path_factory.mktemp("evening") / "course", {}
    shutil.copytree(released, root)
    course = CourseFolder.at(root)
    steps = {
        "collect": "collect 01_tiny download.zip --roster roster.csv --deadline 2031-05-04T23:59",
        "run": "run 01_tiny --jobs 2",
        "again": "run 01_tiny --jobs 2",
        "report": "report 01_tiny",
        "feedback": "feedback 01_tiny",
        "moodle": "export 01_tiny --to moodle --roster roster.csv",
        "canvas": "export 01_tiny --to canvas --roster roster.csv",
        "csv": "export 01_tiny --to csv",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("COLUMNS", "200")
        download(course)
        for step, command in steps.items():
            out, err = io.StringIO(), io.StringIO()
            patch.setattr(sys, "stdout", out), patch.setattr(sys, "stderr", err)
            status = main(command.split())
            said[step] = status, out.getvalue(), err.getvalue()
            said[f"times of {step}"] = _times(course)
    return course, said


def _times(course: CourseFolder) -> dict[str, int]:
    files = course.stage("autograded").glob(f"*/{ASSIGNMENT}/{record.FILE}")
    return {path.parts[-3]: path.stat().st_mtime_ns for path in files}


def test_each_step_of_an_evening_says_what_came_of_it(evening):
    course, said = evening
    assert all(said[step][2] == "" for step in said if not step.startswith("times"))
    status, printed, _ = said.pop("collect")
    assert status == 1 and printed.splitlines() == [
        "Zoe Strange_4  refused    the roster has no Zoe Strange (4)",
        "eve            collected  tiny.ipynb is damaged (cut off, or no notebook): hand it in again",
        "Nothing came from (1): nina.",
        "3 came without a time that can be read: nobody of them counts as late.",
        "3 collected, 1 missing, 1 refused.",
        "deadline  2031-05-04 23:59 +00:00",
    ]
    status, printed, _ = said["run"]
    assert status == 0 and printed.splitlines() == [
        "3 of 3 submissions are graded.",
        "Zero, for there is no notebook that can be run (1): eve.",
        f"report  {course.root / 'reports' / '01_tiny.html'}",
        f"log     {course.root / 'nbgrader.log'}",
    ]
    assert said["again"] == said["run"]
    assert len(said["times of run"]) == 3 and said["times of again"] == said["times of run"]
    assert said["feedback"][:2] == (0, f"3 pages in {course.root / 'feedback'}\n")
    assert [said[step][0] for step in ("report", "moodle", "canvas", "csv")] == [0, 0, 0, 0]
    assert "Nina Nobody has an empty cell: nothing was handed in." in said["csv"][1]


def test_the_same_marks_stand_everywhere(evening):
    course, _ = evening
    reports, marks = course.root / "reports", {"ada": 5.0, "bob": 2.0, "eve": 0.0, "nina": None}
    found = {entry.student: entry for entry in entries_of(course, ASSIGNMENT)}
    assert {student: entry.final for student, entry in found.items()} == marks
    texts = {who: "" if mark is None else f"{mark:g}" for who, mark in marks.items()}
    for name, column, key in (
        ("01_tiny.csv", "mark", "student"),
        ("01_tiny-csv.csv", ASSIGNMENT, "student"),
        ("01_tiny-moodle.csv", "Grade", "Email address"),
        ("01_tiny-canvas.csv", ASSIGNMENT, "Student"),
    ):
        rows = table(reports / name)
        by_name = {"Ada Lovelace": "ada", "Bob Hope": "bob", "Eve Sly": "eve", "Nina Nobody": "nina"}  # fmt: skip
        got = {row[key].removesuffix("@x.org"): row[column] for row in rows.values()}
        got = {by_name.get(who, who): mark for who, mark in got.items()}
        assert {who: got[who] for who in texts} == texts, name
    report = Page((reports / "01_tiny.html").read_text())
    links = {a["href"] for a in report.all("a") if a["href"].endswith("tiny.html")}
    assert links == {f"../feedback/{who}/01_tiny/tiny.html" for who in ("ada", "bob", "eve")}
    for student in ("ada", "bob", "eve"):
        page = course.stage("feedback") / student / ASSIGNMENT / "tiny.html"
        assert f"{texts[student]} of 5" in Page(page.read_text()).text


def hears_ctrl_c() -> None:
    """As from a terminal: what a shell starts in the background ignores it, and so does all that this starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_stops_at_once_leaves_no_process_and_loses_nothing(course: CourseFolder):
    hand_in(course, "ada")
    slow = RIGHT | {"double": "import time\ntime.sleep(50)\ndef double(x): return 2 * x"}
    hand_in(course, "bob", slow), hand_in(course, "cid", slow)
    command = [sys.executable, "-m", "grading", "run", ASSIGNMENT, "--jobs", "2", "--course", str(course.root)]  # fmt: skip
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    batch = subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=hears_ctrl_c, **pipes)  # fmt: skip
    kept = course.folder("autograded", "ada", ASSIGNMENT) / record.FILE
    for _ in range(2400):
        if kept.exists() or batch.poll() is not None:
            break
        time.sleep(0.1)
    family = psutil.Process(batch.pid).children(recursive=True)
    os.killpg(batch.pid, signal.SIGINT)  # as a terminal does it
    printed, said = batch.communicate(timeout=30)  # the two would have slept for longer
    assert (batch.returncode, printed) == (130, "")
    assert said == "Stopped. What is graded is kept: the same command goes on from here.\n"
    assert len(family) > 4 and not psutil.wait_procs(family, timeout=10)[1]
    assert record.read(kept.parent).reason == "passed all 2 tests"


def test_without_the_sandbox_the_report_says_so(course: CourseFolder, capsys):
    hand_in(course, "ada")
    assert main(["run", ASSIGNMENT, "--unsandboxed", "--jobs", "1"]) == 0
    assert "These submissions ran WITHOUT the sandbox.\n" in capsys.readouterr().out
    assert "Run without the sandbox" in (course.root / "reports" / "01_tiny.html").read_text()
    assert table(course.root / "reports" / "01_tiny.csv")["ada"]["sandboxed"] == "no"


def test_a_cluster_gives_the_same_marks(course: CourseFolder):
    """Two workers in processes and folders of their own; each has a jail, and so did its part."""
    distributed = pytest.importorskip("distributed")
    for number in range(6):
        hand_in(course, f"s{number}", WRONG_ADD if number % 2 else RIGHT)
    two = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**two) as cluster, distributed.Client(cluster) as client:
        options = ["--scheduler", cluster.scheduler_address, "--course", str(course.root)]
        command = [sys.executable, "-m", "grading", "run", ASSIGNMENT, *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        jails = client.run(number_of_jails)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("6 of 6 submissions are graded.\n")
    assert list(jails.values()) == [1, 1]
    marks = {entry.student: entry.final for entry in entries_of(course, ASSIGNMENT)}
    assert marks == {f"s{number}": 2 if number % 2 else 5 for number in range(6)}


def number_of_jails() -> int:
    from grading.sandbox import jail

    return sum(one.alive for one in jail._jails)
