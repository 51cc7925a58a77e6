"""What the commands say to bad input: one sentence that says what to do."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from grading import commands, pool
from grading.__main__ import main
from grading.course import CourseFolder, GradingError
from tests.grading.configured import ASSIGNMENT, download, duedate
from tests.grading.evenings import hand_in


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


def test_a_gradebook_that_cannot_be_written_is_told_before_anything_is_done(course: CourseFolder, monkeypatch, capsys):  # fmt: skip
    hand_in(course, "ada"), download(course)
    monkeypatch.setattr(CourseFolder, "gradebook_fault", lambda self: "It is read-only: mend that")
    monkeypatch.setattr(commands, "grade", lambda *args: pytest.fail("it ran"))
    collect = f"collect {ASSIGNMENT} download.zip"
    for command in (f"run {ASSIGNMENT}", f"{collect} --deadline 2031-05-04T23:59", f"{collect} --roster roster.csv"):  # fmt: skip
        assert main(command.split()) == 2
        assert capsys.readouterr() == ("", "It is read-only: mend that.\n")
    assert course.students(ASSIGNMENT) == ["ada"] and duedate(course) == "None"


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
