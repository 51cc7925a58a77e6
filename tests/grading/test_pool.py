"""Tasks over an executor: a worker that dies costs a retry, never a task, and never another's."""

import functools
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
import pytest

from grading.pool import TRIES, fitting_workers, processors, run_all

new_pool = functools.partial(ProcessPoolExecutor, 2)


def once_more(folder: str) -> int:
    """How often it was called with this folder, over all processes."""
    path = Path(folder)
    path.mkdir(exist_ok=True)
    (path / f"{os.getpid()}-{time.monotonic_ns()}").touch()
    return len(list(path.iterdir()))


def work(task: tuple[str, str, int]) -> str:
    """Return, die or raise, as often as the task says; then return."""
    what, folder, times = task
    if what == "slow":
        time.sleep(0.2)
    elif once_more(folder) <= times:
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("no kernel starts")
    return what


def results(tasks: dict[str, tuple], at_once: int = 2) -> dict[str, object]:
    return dict(run_all(tasks.items(), work, new_pool, at_once))


def tasks(tmp_path: Path, **kinds: tuple[str, int]) -> dict[str, tuple]:
    return {name: (what, str(tmp_path / name), times) for name, (what, times) in kinds.items()}


def test_every_task_has_its_result(tmp_path: Path):
    names = {f"s{number}": ("slow", 0) for number in range(7)}
    assert results(tasks(tmp_path, **names)) == dict.fromkeys(names, "slow")


@pytest.mark.parametrize("what", ["die", "raise"])
def test_what_fails_is_tried_again(tmp_path: Path, what: str):
    """A death that others look on at may cost one try more: whose it was is not known then."""
    mixed = tasks(tmp_path, a=("slow", 0), b=(what, TRIES - 1), c=("slow", 0), d=("slow", 0))
    assert results(mixed) == {"a": "slow", "b": what, "c": "slow", "d": "slow"}


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_one_that_always_kills_its_worker_fails_alone(tmp_path: Path, at_once: int):
    kinds = {f"s{number}": ("slow", 0) for number in range(5)} | {"bad": ("die", 99)}
    kinds |= {f"t{number}": ("slow", 0) for number in range(5)} | {"worse": ("die", 99)}
    done = results(tasks(tmp_path, **kinds), at_once)
    assert isinstance(done.pop("bad"), Exception) and isinstance(done.pop("worse"), Exception)
    assert set(done.values()) == {"slow"} and len(done) == 10
    assert len(list((tmp_path / "bad").iterdir())) <= 2 * TRIES


def test_what_always_fails_is_given_up_with_its_reason(tmp_path: Path):
    done = results(tasks(tmp_path, a=("raise", 99), b=("slow", 0)))
    assert str(done["a"]) == "no kernel starts" and done["b"] == "slow"
    assert len(list((tmp_path / "a").iterdir())) == TRIES


def test_workers_that_cannot_be_started_are_tried_again(monkeypatch):
    submit, failed = ProcessPoolExecutor.submit, []

    def fail_once(self, *task):
        if not failed:
            failed.append(task)
            raise EOFError("the fork server was killed")
        return submit(self, *task)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", fail_once)
    assert list(run_all([("a", 0.0)], time.sleep, new_pool, 2)) == [("a", None)] and failed


def test_tasks_are_read_as_there_is_room(tmp_path: Path):
    read = []

    def reading() -> Iterator:
        for number in range(20):
            read.append(number)
            yield f"s{number}", ("slow", str(tmp_path), 0)

    batch = run_all(reading(), work, new_pool, 2)
    next(batch)
    assert len(read) == 2
    batch.close()


def test_whoever_stops_early_waits_for_nobody_and_leaves_nobody():
    before = set(psutil.Process().children())
    batch = run_all([("quick", 0.0), ("long", 600.0), ("longer", 600.0)], time.sleep, new_pool, 2)
    assert next(batch) == ("quick", None)
    workers = set(psutil.Process().children()) - before
    batch.close()  # what Ctrl-C does
    assert len(workers) == 2 and not psutil.wait_procs(workers, timeout=30)[1]


def test_at_least_one_worker_fits():
    assert 1 <= fitting_workers() <= processors()
