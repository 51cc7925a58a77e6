"""The memory of a family of processes, and its end."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

from grading import memory
from grading.memory import FamilyWatch, proportional, resident

MIB = 2**20
# A process that holds 60 MiB, and a child that holds as much: they say when they do, and wait.
PAIR = """
import os, subprocess, sys, time
held = b"1" * 60 * 2**20
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, "-c", os.environ["PAIR"], "child"])
print("ready", flush=True)
time.sleep(600)
"""
# Three children of a fork hold the same 60 MiB.
FORKS = """
import os, time
held = b"1" * 60 * 2**20
for _ in range(3):
    if os.fork() == 0:
        break
print("ready", flush=True)
time.sleep(600)
"""


# A child holds what it shares with its parent, and writes it when it is told to.
WRITES = """
import os, signal, sys
held = bytearray(b"1") * (60 * 2**20)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
if os.fork() == 0:
    print("ready", flush=True)
    signal.sigwait([signal.SIGUSR1])
    for page in range(0, len(held), 4096):
        held[page] = 2
    print("ready", flush=True)
else:
    print("ready", flush=True)
signal.pause()
"""


def family_of(code: str, members: int) -> subprocess.Popen:
    """Start a family and wait until each of its members is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={"PAIR": PAIR}, stdout=subprocess.PIPE, text=True
    )
    for _ in range(members):
        assert process.stdout.readline() == "ready\n"
    return process


def wait_for(condition) -> None:
    while not condition():
        time.sleep(0.05)  # pytest is interrupted by hand, or by CI, if it never comes


def test_the_memory_of_a_family_is_counted_together_and_the_family_ended():
    process = family_of(PAIR, 2)
    child = psutil.Process(process.pid).children()[0]
    with FamilyWatch(process.pid, 100 * MIB) as watch:
        process.wait(60)
    assert watch.exceeded
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_look_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch):
    process, looks = family_of(PAIR, 2), []

    def fails_first(family):
        if not looks.append(1) and len(looks) == 1:
            raise psutil.AccessDenied
        return resident(family)

    monkeypatch.setattr(memory, "resident", fails_first)
    with FamilyWatch(process.pid, 100 * MIB, interval=0.01) as watch:
        process.wait(60)
    assert watch.exceeded


def test_below_the_limit_nothing_happens_until_the_end():
    process = family_of(PAIR, 2)
    with FamilyWatch(process.pid, 1000 * MIB, interval=0.01) as watch:
        wait_for(lambda: len(watch.family) == 2)
        assert process.poll() is None
    assert process.wait(60) != 0 and not watch.exceeded


def test_a_child_whose_parent_ended_is_still_known():
    process = family_of(PAIR, 2)
    with FamilyWatch(process.pid, 1000 * MIB, interval=0.01) as watch:
        wait_for(lambda: len(watch.family) == 2)
        (child,) = watch.family - {watch.root}
        process.kill()
        process.wait(60)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_what_a_child_shared_counts_from_when_it_writes_it():
    """Its resident memory does not change then."""
    process = family_of(WRITES, 2)
    with FamilyWatch(process.pid, 100 * MIB, interval=0.01) as watch:
        wait_for(lambda: len(watch.family) == 2 and watch.held > 60 * MIB)
        assert process.poll() is None
        (child,) = watch.family - {watch.root}
        child.send_signal(signal.SIGUSR1)
        process.wait(60)
    assert watch.exceeded


def test_what_processes_share_counts_once():
    on_linux = sys.platform == "linux"  # elsewhere nobody tells what is shared
    process = family_of(FORKS, 4)
    with FamilyWatch(process.pid, (150 if on_linux else 1000) * MIB, interval=0.01) as watch:
        wait_for(lambda: len(watch.family) == 4)
        assert resident(watch.family) > 240 * MIB
        assert (proportional(watch.family) < 150 * MIB) == on_linux
        time.sleep(0.2)  # many looks of the watch
    assert not watch.exceeded
