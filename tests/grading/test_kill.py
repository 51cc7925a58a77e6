"""SIGKILL at any moment of a batch, of whatever takes part in it: run again, and it is as if nothing had happened."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grading import record
from grading.course import CourseFolder
from tests.grading.evenings import ASSIGNMENT, LIMITS, RIGHT, WRONG_ADD, hand_in, release, rows
from tests.grading.jails import needs_jail
from tests.lab import ROOT

pytestmark = needs_jail

JAIL = "grading.sandbox.warm"  # in the command lines of the jail's processes
VICTIMS = ("worker", "warm process", "grader")
KILLS = [(victim, moment) for moment in range(7) for victim in VICTIMS][:20]
FEW, MANY = KILLS[:5], KILLS[5:]

SLOW = RIGHT | {"double": "import time; time.sleep(0.3)\n" + RIGHT["double"]}
STUBBORN = RIGHT | {"add": "import os\ndef add(a, b): os._exit(1)"}
KINDS = (RIGHT, WRONG_ADD, SLOW, STUBBORN, {})


class Batch:
    """A grader at work on a course, in a process of its own."""

    def __init__(self, root: Path):
        command = [sys.executable, "-m", "tests.grading.batch", str(root), "2"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.seen: set[psutil.Process] = set()

    def find(self, victim: str) -> list[psutil.Process]:
        """The processes that play this part, as far as they live."""
        try:
            grader = psutil.Process(self.process.pid)
            family = grader.children(recursive=True)
            self.seen.update(family)
            if victim == "grader":
                return [grader]
            if victim == "worker":
                return [p for p in grader.children() if JAIL not in " ".join(p.cmdline())]
            below = [p for p in family if p.name() != "bwrap" and p.parent().name() == "bwrap"]
            return sorted(below, key=psutil.Process.create_time)[:1]  # the others are its kernels'
        except (psutil.Error, AttributeError):  # somebody has ended meanwhile
            return []

    def kill(self, victim: str, chance: random.Random) -> bool:
        """As soon as there is one; whether the batch went on until then."""
        while not (found := self.find(victim)) and self.process.poll() is None:
            time.sleep(0.05)
        alive = self.process.poll() is None
        if alive and found:
            chance.choice(sorted(found, key=lambda p: p.pid)).kill()
        return alive


def times(course: CourseFolder) -> dict[str, int]:
    """When each record was written that is there."""
    files = course.stage("autograded").glob(f"*/{ASSIGNMENT}/{record.FILE}")
    return {path.parts[-3]: path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def undisturbed(repository: Path, tmp_path_factory: pytest.TempPathFactory):
    """A class of 20 that is handed in; its rows after a run; and how long that took."""
    handed_in = tmp_path_factory.mktemp("class") / "course"
    course = release(handed_in, repository)
    for number in range(20):
        hand_in(course, f"s{number:02}", KINDS[number % len(KINDS)])
    graded = shutil.copytree(handed_in, handed_in.with_name("graded"))
    started = time.monotonic()
    assert Batch(graded).process.wait() == 0
    return handed_in, rows(CourseFolder(graded, LIMITS)), time.monotonic() - started


def as_if_nothing_had_happened(undisturbed, tmp_path: Path, victim: str, seed: int) -> None:
    handed_in, expected, seconds = undisturbed
    course = CourseFolder(shutil.copytree(handed_in, tmp_path / "course"), LIMITS)
    chance = random.Random(f"{victim} {seed}")
    first = Batch(course.root)
    first.find("grader")
    time.sleep(chance.uniform(0, seconds))
    first.find("grader")
    in_time = first.kill(victim, chance)
    status = first.process.wait()
    assert status == (-signal.SIGKILL if victim == "grader" and in_time else 0)
    _, alive = psutil.wait_procs(first.seen, timeout=30)
    assert not alive
    before = times(course)
    assert Batch(course.root).process.wait() == 0
    assert rows(course) == expected
    assert before.items() <= times(course).items()  # what was graded is not graded again


@pytest.mark.slow
@pytest.mark.parametrize(("victim", "moment"), FEW)
def test_a_kill(undisturbed, tmp_path: Path, victim: str, moment: int):
    as_if_nothing_had_happened(undisturbed, tmp_path, victim, moment)


@pytest.mark.long
@pytest.mark.parametrize(("victim", "moment"), MANY)
def test_more_kills(undisturbed, tmp_path: Path, victim: str, moment: int):
    as_if_nothing_had_happened(undisturbed, tmp_path, victim, moment)
