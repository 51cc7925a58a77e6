"""`grade doctor`: each finding with its cure."""

import os
import shutil
import sqlite3
from collections import namedtuple
from pathlib import Path
from unittest import mock

import pytest

from grading import doctor
from grading.__main__ import main
from grading.course import CourseFolder
from grading.sandbox.jail import SandboxError
from tests.grading.configured import configure
from tests.grading.jails import needs_jail


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return configure(tmp_path_factory.mktemp("released") / "course").root


@pytest.fixture
def course(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CourseFolder:
    """A released course on a machine with a sandbox: to start one takes seconds."""
    monkeypatch.setenv("COLUMNS", "500")  # a long path would be broken over lines
    monkeypatch.setattr(doctor, "jail", lambda imports: mock.Mock())
    monkeypatch.setattr(doctor.bubblewrap, "executable", lambda: "/usr/bin/bwrap")
    return CourseFolder.at(shutil.copytree(released, tmp_path / "course"))


def found(course: CourseFolder, what: str) -> doctor.Finding:
    return {finding.what: finding for finding in doctor.examine(course.root)}[what]


def test_a_machine_that_can_grade(course: CourseFolder, capsys):
    assert main(["doctor", "--course", str(course.root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", part] for part in ("sandbox", "alembic", "course", "gradebook", "disk", "workers")
    ]
    assert lines[2].endswith("01_tiny") and "with up to 1000 MiB" in lines[5]


@needs_jail
@pytest.mark.slow
def test_the_sandbox_itself():
    finding = doctor._sandbox()
    assert finding.well and Path(finding.said.split(",")[0].split()[-1]).exists()


def test_no_sandbox(course: CourseFolder, monkeypatch, capsys):
    def fail(imports):
        raise SandboxError("there are no namespaces")

    monkeypatch.setattr(doctor, "jail", fail)
    assert main(["doctor", "--course", str(course.root)]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("NO  sandbox    there are no namespaces; or type grade run")


def test_alembic_off_the_path_or_broken(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert "activate the environment" in doctor._alembic().said
    for script in ("#!/bin/sh\nexit 3\n", "#!/no/such/python\n"):
        (tmp_path / "alembic").write_text(script)
        (tmp_path / "alembic").chmod(0o755)
        finding = doctor._alembic()
        assert not finding.well and finding.said.endswith("does not run: install it again")


def test_a_folder_that_is_no_course(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(doctor, "_sandbox", lambda: doctor.Finding("sandbox", True, ""))
    *_, last = doctor.examine(tmp_path)
    assert (last.what, last.well) == ("course", False) and "name it with --course" in last.said


def test_a_course_without_assignments(course: CourseFolder):
    shutil.rmtree(course.stage("source"))
    assert not found(course, "course").well


def test_a_gradebook_that_another_program_holds(course: CourseFolder):
    holder = sqlite3.connect(course.gradebook)
    holder.execute("BEGIN EXCLUSIVE")
    finding = found(course, "gradebook")
    holder.close()
    assert not finding.well and "(database is locked): close what else" in finding.said
    assert found(course, "gradebook").well


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch):
    """SQLite opens files as it does those that may only be read: their modes would not stop root."""
    connect = sqlite3.connect

    def only_reading(path, *args, **more):
        return connect(f"file:{path}?mode=ro", *args, uri=True, **more)

    monkeypatch.setattr("grading.course.sqlite3.connect", only_reading)


def test_a_gradebook_that_may_only_be_read(course: CourseFolder, read_only):
    finding = found(course, "gradebook")
    assert not finding.well and "cannot be written (attempt to write a readonly" in finding.said


def test_to_try_leaves_nothing_in_the_gradebook(course: CourseFolder):
    before = course.gradebook.read_bytes()
    assert found(course, "gradebook").well and course.gradebook.read_bytes() == before


def test_a_file_that_is_no_gradebook(course: CourseFolder):
    course.gradebook.write_text("not a database at all, but long enough to be looked at" * 9)
    said = found(course, "gradebook").said
    assert "is damaged (file is not a database): put a backup of it in its place" in said


def test_a_gradebook_with_a_page_that_was_overwritten(course: CourseFolder):
    content = course.gradebook.read_bytes()
    course.gradebook.write_bytes(content[:4096] + b"\xff" * 4096 + content[8192:])
    assert "is damaged (" in found(course, "gradebook").said


def test_no_gradebook_yet(course: CourseFolder, monkeypatch):
    course.gradebook.unlink()
    finding = found(course, "gradebook")
    assert finding.well and "generate_assignment" in finding.said
    assert not course.gradebook.exists()  # to look changes nothing
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    assert "you may not write to" in found(course, "gradebook").said


def test_a_full_disk(course: CourseFolder, monkeypatch):
    usage = namedtuple("usage", "total used free")(100, 99, 2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    finding = found(course, "disk")
    assert (finding.well, finding.said) == (False, "only 1.0 GiB free: make room for 2")
