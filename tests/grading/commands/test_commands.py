"""`grade`: whom a command grades, what it prints, and what it returns."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import grading.__main__
from grading import commands, record
from grading.__main__ import main
from grading.course import CourseFolder
from grading.lines import listed, section
from grading.outputs import entries_of
from grading.record import Record
from grading.run import Run
from grading.sandbox.imports import EARLY
from tests.grading.configured import ASSIGNMENT, RIGHT, ROSTER, answered, download, duedate
from tests.grading.evenings import hand_in
from tests.grading.intake.downloads import zipped
from tests.lab import ROOT

COMMANDS = ["collect", "run", "report", "feedback", "export", "doctor", "demo"]


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


def test_who_was_collected_without_the_roster_is_told_and_leaves_as_it_says(course: CourseFolder, capsys):  # fmt: skip
    download(course)
    command = ["collect", ASSIGNMENT, "download.zip"]
    with_roster = [*command, "--roster", "roster.csv"]
    assert main(command) == 0 and main(with_roster) == 1
    said = capsys.readouterr().out
    assert "does not know (4): ada_lovelace, bob_hope, eve_sly, zoe_strange.\n" in said
    assert f"Remove their folders from {course.stage('submitted')}, " in said
    with course.open_gradebook() as book:
        book.add_student("ada_lovelace")
        with book.db.no_autoflush:
            book.add_submission(ASSIGNMENT, "ada_lovelace")
        book.db.commit()
    for student in ("ada_lovelace", "bob_hope", "eve_sly", "zoe_strange"):
        shutil.rmtree(course.stage("submitted") / student)
    remove = ["nbgrader", "db", "student", "remove", "ada_lovelace", "--force"]
    subprocess.run([sys.executable, "-m", *remove], check=True, capture_output=True)
    assert [entry.student for entry in entries_of(course, ASSIGNMENT)] == ["ada", "bob", "eve", "nina"]  # fmt: skip
    assert main(with_roster) == 1 and "does not know" not in capsys.readouterr().out


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
