"""`grade`: what its commands print, what they return, and what they say to bad input."""

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
from sqlalchemy.exc import OperationalError

import grading.__main__
from grading import commands, pool, record
from grading.__main__ import main
from grading.course import CourseFolder, GradingError
from grading.lines import listed, section
from grading.outputs import entries_of
from grading.record import Record
from grading.run import Run
from grading.sandbox.imports import EARLY
from tests.grading.configured import ASSIGNMENT, RIGHT, WRONG_ADD, answered, configure
from tests.grading.intake.downloads import moodle, zipped
from tests.grading.jails import needs_jail
from tests.grading.parsed import Page
from tests.lab import ROOT

COMMANDS = ["collect", "run", "report", "feedback", "export", "doctor", "demo"]
ROSTER = (
    "id,first_name,last_name,email,username\nada,Ada,Lovelace,ada@x.org,al\nbob,Bob,Hope,bob@x.org,bh\n"
    "eve,Eve,Sly,eve@x.org,es\nnina,Nina,Nobody,nina@x.org,nn\n"
)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course without hand-ins: to release takes nbgrader two seconds."""
    return configure(tmp_path_factory.mktemp("released") / "course").root


@pytest.fixture
def course(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseFolder:
    """A copy of it, and the current folder."""
    root = tmp_path / "course"
    shutil.copytree(released, root)
    monkeypatch.chdir(root)
    return CourseFolder.at(root)


def hand_in(course: CourseFolder, student: str, answers: dict[str, str] = RIGHT) -> None:
    path = course.notebook("submitted", student, ASSIGNMENT)
    path.parent.mkdir(parents=True)
    path.write_text(answered(course, answers))


def download(course: CourseFolder) -> None:
    """A Moodle zip of ada, who is right, bob, who is half right, eve, whose file is damaged, and a stranger; and the roster."""
    files = {
        "Ada Lovelace_1": answered(course, RIGHT),
        "Bob Hope_2": answered(course, WRONG_ADD),
        "Eve Sly_3": '{"cells": [',
        "Zoe Strange_4": answered(course, RIGHT),
    }
    handed_in = {whose: {"tiny.ipynb": text.encode()} for whose, text in files.items()}
    Path("download.zip").write_bytes(zipped(moodle(handed_in)))
    Path("roster.csv").write_text(ROSTER)


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


@needs_jail
@pytest.mark.slow
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


@needs_jail
@pytest.mark.slow
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


@needs_jail
@pytest.mark.slow
def test_ctrl_c_stops_at_once_leaves_no_process_and_loses_nothing(course: CourseFolder):
    hand_in(course, "ada")
    slow = RIGHT | {"double": "import time\ntime.sleep(50)\ndef double(x): return 2 * x"}
    hand_in(course, "bob", slow), hand_in(course, "cid", slow)
    command = [sys.executable, "-m", "grading", "run", ASSIGNMENT, "--jobs", "2", "--course", str(course.root)]  # fmt: skip
    batch = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    kept = course.folder("autograded", "ada", ASSIGNMENT) / record.FILE
    for _ in range(2400):
        if kept.exists() or batch.poll() is not None:
            break
        time.sleep(0.1)
    family = psutil.Process(batch.pid).children(recursive=True)
    started = time.monotonic()
    os.killpg(batch.pid, signal.SIGINT)  # as a terminal does it
    printed, said = batch.communicate(timeout=30)
    assert time.monotonic() - started < 5  # a busy machine's; by itself it takes one second
    assert (batch.returncode, printed) == (130, "")
    assert said == "Stopped. What is graded is kept: the same command goes on from here.\n"
    assert len(family) > 4 and not psutil.wait_procs(family, timeout=10)[1]
    assert record.read(kept.parent).reason == "passed all 2 tests"


@needs_jail
@pytest.mark.slow
def test_without_the_sandbox_the_report_says_so(course: CourseFolder, capsys):
    hand_in(course, "ada")
    assert main(["run", ASSIGNMENT, "--unsandboxed", "--jobs", "1"]) == 0
    assert "These submissions ran WITHOUT the sandbox.\n" in capsys.readouterr().out
    assert "Run without the sandbox" in (course.root / "reports" / "01_tiny.html").read_text()
    assert table(course.root / "reports" / "01_tiny.csv")["ada"]["sandboxed"] == "no"


@needs_jail
@pytest.mark.slow
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


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0 and f"For example:\n  grade {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_stands_on_one_line_however_narrow_the_terminal(
    command: str, monkeypatch, capsys
):
    monkeypatch.setenv("COLUMNS", "40")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert len(capsys.readouterr().out.split("For example:\n")[1].splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("run 99_nothing", "99_nothing has 0 notebooks, and grading needs one"),
        ("report 99_nothing", "Assignments here: 01_tiny."),
        ("run 01_tiny", "Nobody handed in 01_tiny: grade collect"),
        ("run 01_tiny --course elsewhere", "elsewhere has no nbgrader_config.py"),
        ("collect 01_tiny none.zip", "There is no none.zip"),
        ("collect 01_tiny source", "looks like no download of Moodle or Canvas"),
        ("collect 01_tiny source --roster none.csv", "There is no roster none.csv: give its path"),
        ("collect 01_tiny source --deadline soon", "soon is no time: write it as 2031-"),
        ("collect 01_tiny source --deadline 04.05.2026", "04.05.2026 is no time: write it as 2031-"),
        ("export 01_tiny --to csv --output source/01_tiny/tiny.ipynb/x.csv", "cannot be read or written: "),
        ("export 01_tiny --to csv --output source", "source is a folder: name a file in it."),
        ("export 01_tiny --to csv --output source/01_tiny/tiny.ipynb", "is there already and no export of marks"),
        ("run 01_tiny/", "Nobody handed in 01_tiny: grade collect"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(course: CourseFolder, command: str, sentence: str, capsys):
    assert main(command.split()) == 2
    printed, said = capsys.readouterr()
    assert printed == "" and sentence in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("grade", "invalid choice: 'grade'"),
        ("run", "required: ASSIGNMENT; grade run --help explains it."),
        ("run 01_tiny --jobs none", "none is no number of submissions: give 1 or more"),
        ("run 01_tiny --jobs 0", "0 is no number of submissions"),
        ("run 01_tiny --only best", "invalid choice: 'best'"),
        ("export 01_tiny", "required: --to"),
    ],
)
def test_a_command_that_is_none_is_one_sentence(command: str, sentence: str, capsys):
    with pytest.raises(SystemExit) as left:
        main(command.split())
    printed, said = capsys.readouterr()
    assert left.value.code == 2 and printed == ""
    assert sentence in said and said.count("\n") == 1


def test_what_was_not_released_is_one_sentence(course: CourseFolder, capsys):
    shutil.copytree("source/01_tiny", "source/02_new")
    for command in ("run 02_new", "report 02_new", "feedback 02_new", "collect 02_new source"):
        assert main(command.split()) == 2
        said = capsys.readouterr().err
        assert "nbgrader generate_assignment 02_new --force enters it" in said
        assert said.count("\n") == 1


def test_settings_that_do_not_load_are_one_sentence(course: CourseFolder, capsys):
    Path("nbgrader_config.py").write_text("c = get_config(")
    assert main(["report", ASSIGNMENT]) == 2
    assert "nbgrader_config.py does not load: " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run 01_tiny", "report 01_tiny"])
def test_a_limit_of_the_wrong_kind_is_one_sentence(course: CourseFolder, command: str, capsys):
    with Path("nbgrader_config.py").open("a") as file:
        file.write("c.SandboxExecute.timeout = 'abc'\n")
    assert main(command.split()) == 2
    said = capsys.readouterr().err
    assert "nbgrader_config.py has a setting of the wrong kind: " in said and "'abc'" in said
    assert "timeout" in said and said.count("\n") == 1


def test_a_gradebook_in_use_is_one_sentence(course: CourseFolder, monkeypatch, capsys):
    def locked(options):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(commands, "report", locked)
    assert main(["report", ASSIGNMENT]) == 2
    said = capsys.readouterr().err
    assert "database is locked" in said and "grade doctor" in said and said.count("\n") == 1


def test_a_damaged_gradebook_wants_a_backup(course: CourseFolder, capsys):
    course.gradebook.write_text("not a database at all, but long enough to be looked at" * 9)
    for command in ("run", "report"):
        assert main([command, ASSIGNMENT]) == 2
        said = capsys.readouterr().err
        assert "is damaged (file is not a database): put a backup" in said and said.count("\n") == 1


def test_an_error_of_our_own_is_not_hidden(course: CourseFolder, monkeypatch):
    monkeypatch.setattr(commands, "report", lambda options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["report", ASSIGNMENT])


def test_without_namespaces_nothing_runs_unless_one_says_so(course: CourseFolder, monkeypatch, capsys):  # fmt: skip
    monkeypatch.setattr(commands.bubblewrap, "why_not", lambda: "there are none")
    hand_in(course, "ada")
    assert main(["run", ASSIGNMENT]) == 2
    said = capsys.readouterr().err
    assert "cannot be run safely: there are none." in said and "--unsandboxed" in said
    bare = CourseFolder.at(course.root, {"sandbox": False})
    job = Run(bare, ASSIGNMENT)
    new_executor, at_once = commands._local(job, 3)
    assert new_executor.args == (3, False, job.imports) and at_once == 3


def test_only_what_runs_submissions_here_starts_a_warm_process_early(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(grading.__main__, "jail", started.append)
    monkeypatch.setattr(grading.__main__.forks, "begin", lambda: None)
    nowhere = ["--course", str(tmp_path)]
    for more in (["run", "x", "--unsandboxed"], ["run", "x", "--scheduler", "tcp://x:1"], ["report", "x"]):  # fmt: skip
        assert main([*more, *nowhere]) == 2
    assert started == []
    assert main(["run", "x", *nowhere]) == 2
    assert started == [EARLY]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (ImportError(), "--scheduler needs Dask: pip install distributed."),
        (OSError("timed out"), "No Dask scheduler answers at tcp://x:1: timed out."),
        (ValueError("no port"), "No Dask scheduler answers at tcp://x:1: no port."),
        ((None, 0), "The Dask scheduler at tcp://x:1 has no workers"),
    ],
)
def test_a_cluster_that_is_none(course: CourseFolder, answer, sentence: str, monkeypatch, capsys):
    def cluster(address):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(pool, "cluster", cluster)
    hand_in(course, "ada")
    assert main(["run", ASSIGNMENT, "--scheduler", "tcp://x:1"]) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_names_and_the_deadline_go_to_the_gradebook(course: CourseFolder):
    download(course)
    command = ["collect", ASSIGNMENT, "download.zip", "--roster", "roster.csv"]
    assert main([*command, "--deadline", "2031-05-04T23:59+02:00"]) == 1
    with course.open_gradebook() as book:
        assert f"{book.find_assignment(ASSIGNMENT).duedate}" == "2031-05-04 21:59:00"
        ada = book.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Lovelace", "ada@x.org")
    assert main(command) == 1  # the gradebook's deadline stays
    with course.open_gradebook() as book:
        assert f"{book.find_assignment(ASSIGNMENT).duedate}" == "2031-05-04 21:59:00"


def duedate(course: CourseFolder) -> str:
    with course.open_gradebook() as book:
        return f"{book.find_assignment(ASSIGNMENT).duedate}"


def test_a_deadline_counts_in_its_own_collection_and_is_kept_when_that_succeeds(course: CourseFolder, capsys):  # fmt: skip
    late = {f"al+{ASSIGNMENT}+2031-05-04 22:00:00 UTC/tiny.ipynb": answered(course, RIGHT).encode()}
    Path("download.zip").write_bytes(zipped(late))
    Path("roster.csv").write_text(ROSTER)
    command = ["collect", ASSIGNMENT, "none.zip", "--deadline", "2031-05-04T23:59+02:00"]
    assert main(command) == 2 and duedate(course) == "None"
    assert main([*command, "--roster", "roster.csv"]) == 2 and duedate(course) == "None"
    capsys.readouterr()
    command[2] = "download.zip"
    assert main([*command, "--roster", "roster.csv"]) == 0
    assert duedate(course) == "2031-05-04 21:59:00"
    said = capsys.readouterr().out
    assert "ada  collected  late by 0:01:00" in said
    assert said.endswith("deadline  2031-05-04 23:59 +02:00\n")


def test_a_gradebook_that_cannot_be_written_is_told_before_anything_is_done(course: CourseFolder, monkeypatch, capsys):  # fmt: skip
    hand_in(course, "ada"), download(course)
    monkeypatch.setattr(CourseFolder, "gradebook_fault", lambda self: "It is read-only: mend that")
    monkeypatch.setattr(commands, "grade", lambda *args: pytest.fail("it ran"))
    collect = f"collect {ASSIGNMENT} download.zip"
    for command in (f"run {ASSIGNMENT}", f"{collect} --deadline 2031-05-04T23:59", f"{collect} --roster roster.csv"):  # fmt: skip
        assert main(command.split()) == 2
        assert capsys.readouterr() == ("", "It is read-only: mend that.\n")
    assert course.students(ASSIGNMENT) == ["ada"] and duedate(course) == "None"


def row(student: str, **facts) -> Record:
    return Record(student, ASSIGNMENT, **{"key": "k", "reason": "passed", "seconds": 1.0, **facts})


class Job:
    """A run whose submissions are done already."""

    def __init__(self, *rows: Record):
        self.rows = rows

    def grade(self, students, *_):
        yield from (row for row in self.rows if row.student in students)


def chosen(monkeypatch, command: str, *rows: Record) -> list[str]:
    """Whom a command grades; they get these rows."""
    asked = []

    def grade(job, students, new_executor, at_once, again):
        asked.extend([again, *students])
        return [row for row in rows if row.student in students]

    monkeypatch.setattr(commands, "grade", grade)
    monkeypatch.setattr(commands, "_local", lambda course, jobs: (None, jobs))
    asked.insert(0, main(command.split()))
    return asked


def test_whom_a_run_grades(course: CourseFolder, monkeypatch, capsys):
    for student, stopped in {"ada": False, "bob": True, "cid": None}.items():
        hand_in(course, student)
        if stopped is not None:
            folder = course.folder("autograded", student, ASSIGNMENT)
            folder.mkdir(parents=True)
            record.write(row(student, stopped=stopped), folder)
    rows = [row(student) for student in ("ada", "bob", "cid")]
    assert chosen(monkeypatch, "run 01_tiny", *rows) == [0, False, "ada", "bob", "cid"]
    assert chosen(monkeypatch, "run 01_tiny --only failed", *rows) == [0, True, "bob", "cid"]
    assert chosen(monkeypatch, "run 01_tiny --student ada", *rows) == [0, True, "ada"]
    assert chosen(monkeypatch, "run 01_tiny --only failed --student ada") == [0]
    assert "nothing to run again" in capsys.readouterr().out
    both = "run 01_tiny --student bob --student ada --only failed"
    assert chosen(monkeypatch, both, *rows) == [0, True, "bob"]
    capsys.readouterr()
    assert main(["run", ASSIGNMENT, "--student", "zoe"]) == 2
    those = "there are ada, bob, cid."
    assert capsys.readouterr().err == f"zoe handed in nothing for 01_tiny; {those}\n"
    for student in ("dan", "eva", "fay"):
        hand_in(course, student)
    assert main(["run", ASSIGNMENT, "--student", "zoe"]) == 2
    assert "; there are ada, bob, cid, dan, eva and 1 more.\n" in capsys.readouterr().err


def test_a_submission_without_a_mark_and_a_reason_is_no_success(course: CourseFolder, monkeypatch, capsys):  # fmt: skip
    hand_in(course, "ada"), hand_in(course, "bob"), hand_in(course, "cid")
    rows = row("ada"), row("bob", key="", reason="no mark: x"), row("cid", stopped=True)
    assert chosen(monkeypatch, "run 01_tiny", *rows)[0] == 1
    assert capsys.readouterr().out.splitlines()[:4] == [
        "2 of 3 submissions are graded.",
        "No worker could run these, which is not their fault: type the command again.",
        "  bob  no mark: x",
        "Stopped by a limit (1): cid.",
    ]


def test_a_finding_comes_first_until_a_person_has_marked_it(course: CourseFolder, monkeypatch, capsys):  # fmt: skip
    hand_in(course, "eve")
    folder = course.folder("autograded", "eve", ASSIGNMENT)
    folder.mkdir(parents=True)
    flagged = row("eve", flags=["it patched assert", "more"])
    record.write(flagged, folder)
    with course.open_gradebook() as book:
        book.add_student("eve")
        with book.db.no_autoflush:
            book.add_submission(ASSIGNMENT, "eve")
        book.db.commit()
    assert chosen(monkeypatch, "run 01_tiny", flagged)[0] == 0
    assert "Look at these first" in (printed := capsys.readouterr().out)
    assert "  eve  it patched assert\n" in printed
    with course.open_gradebook() as book:
        for grade in book.find_submission_notebook("tiny", ASSIGNMENT, "eve").grades:
            grade.manual_score = 0
        book.db.commit()
    assert chosen(monkeypatch, "run 01_tiny", flagged)[0] == 0
    assert "Look at these first" not in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("screen", [Terminal(), io.StringIO()])
def test_a_terminal_sees_how_far_it_is_and_how_long_it_takes(screen, monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen)
    job = Job(row("bob"), row("ada"))
    done = commands.grade(job, ["ada", "bob"], None, 1)
    assert [row.student for row in done] == ["ada", "bob"]
    shown = screen.getvalue()
    assert ("grading:" in shown and "0/2 [00:00<" in shown) if screen.isatty() else shown == ""


def test_long_lists_are_cut():
    names = [f"s{number:03}" for number in range(300)]
    (line,) = listed("Mark by hand", names)
    assert line.startswith("Mark by hand (300): s000, ") and line.endswith("s019 and 280 more.")
    lines = section("Look:", [(name, "why") for name in names], "in the report")
    assert len(lines) == 22 and lines[1] == "  s000  why"
    assert lines[-1] == "  and 280 more, in the report"
    assert listed("Mark by hand", []) == section("Look:", [], "") == []


def test_what_is_collected_and_not_graded_yet_is_called_so(course: CourseFolder, capsys):
    hand_in(course, "ada"), hand_in(course, "bob")
    with course.open_gradebook() as book:
        book.add_student("ada"), book.add_student("nina")
    assert main(["report", ASSIGNMENT]) == 0
    told = "Handed in, but grade run 01_tiny has not graded them yet (2): ada, bob."
    assert capsys.readouterr().out.splitlines()[0] == told
    assert main(["export", ASSIGNMENT, "--to", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "ada has an empty cell: handed in, not graded yet.",
        "bob has an empty cell: handed in, not graded yet.",
        "nina has an empty cell: nothing was handed in.",
    ]


@pytest.mark.parametrize("name", ["roster.csv", "link.csv"])
def test_an_export_does_not_overwrite_the_roster(course: CourseFolder, name: str, capsys):
    assert main(["export", ASSIGNMENT, "--to", "csv", "--output", "roster.csv"]) == 0
    Path("link.csv").symlink_to("roster.csv")
    Path("roster.csv").write_text(
        "student,name,email,01_tiny,of,late penalty\nada,Ada,a@x.org,1,5,0\n"
    )
    before = Path("roster.csv").read_bytes()
    capsys.readouterr()
    command = ["export", ASSIGNMENT, "--to", "csv", "--roster", "roster.csv", "--output", name]
    assert main(command) == 2 and Path("roster.csv").read_bytes() == before
    assert capsys.readouterr().err == f"{name} is the roster: give --output another name.\n"


@pytest.mark.parametrize("times", [1, 99_999], ids=["fits a buffer", "does not"])
def test_that_nobody_reads_on_is_no_error(times: int):
    """As after grade run A | head -3."""
    script = (
        "import sys; from grading import commands, __main__ as grade; "
        f"commands.report = lambda options: print('a line\\n' * {times}) or 0; "
        "sys.exit(grade.main(['report', 'x']))"
    )
    reader, writer = os.pipe()
    os.close(reader)
    buffered = os.environ | {"PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=buffered, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_another_broken_pipe_is_not_hidden(monkeypatch):
    def broken(options):
        raise BrokenPipeError("a worker's")

    monkeypatch.setattr(commands, "doctor", broken)
    with pytest.raises(BrokenPipeError):
        main(["doctor"])


def test_a_refusal_of_ours_is_a_sentence(monkeypatch, capsys):
    def refuse(options):
        raise GradingError("It cannot be done: do this.")

    monkeypatch.setattr(commands, "doctor", refuse)
    assert main(["doctor"]) == 2 and capsys.readouterr() == ("", "It cannot be done: do this.\n")
