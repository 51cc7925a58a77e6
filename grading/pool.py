"""Run tasks over an executor of the shape of concurrent.futures; a worker that dies costs a retry, never a task."""

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from functools import partial
from typing import Any

import psutil

from grading import forks, worker
from grading.sandbox.imports import KERNEL, KNOWN
from grading.sandbox.jail import jail

TRIES = 3
PAUSE = 0.5  # seconds
MEMORY_OF_A_WORKER = 3 * 2**30  # bytes: torch, a submission at its limit, and room


def fitting_workers() -> int:
    """How many submissions this machine can run at once: by its processors and its free memory."""
    by_memory = psutil.virtual_memory().available // MEMORY_OF_A_WORKER
    return max(1, min(processors(), by_memory))


def processors() -> int:
    """How many this process may use: a container may have fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local_pool(
    jobs: int, sandbox: bool = True, imports: Iterable[str] = (*KERNEL, *KNOWN)
) -> ProcessPoolExecutor:
    """A pool of worker processes that share this process's jail, and end with it.

    Args:
        imports: what the jail's warm process imports, while the rest is made ready; everything that is known by default.
    """
    shared = None
    if sandbox:
        ours = jail(imports)
        ours.warm_up(imports)  # it may have begun with less
        shared = ours.share()
    return ProcessPoolExecutor(jobs, forks.context(), initializer=worker.start, initargs=(shared,))


def cluster(address: str) -> tuple[Callable[[], Executor], int]:
    """What makes executors over a Dask cluster, and how many threads it has.

    Raises:
        ImportError: dask.distributed is not installed.
        OSError: nobody answers at the address.
    """
    from distributed import Client

    client = Client(address, timeout=10)
    threads = sum(client.nthreads().values())
    return partial(client.get_executor, pure=False), threads


def run_all(
    tasks: Iterable[tuple[str, Any]],
    function: Callable[[Any], Any],
    new_executor: Callable[[], Executor],
    at_once: int,
) -> Iterator[tuple[str, Any]]:
    """Yield (name, result) for each (name, task), as they are done; the exception where a task failed `TRIES` times.

    Args:
        tasks: read one by one, as there is room: a large class is never in memory as a whole.
        function: what workers do with a task.
        new_executor: called at the start, and after a worker has died and left its executor broken.
        at_once: how many tasks are under way at the same time.
    """
    waiting, again, tried = iter(tasks), deque(), Counter()
    suspects: deque = (
        deque()
    )  # were under way when a worker died: each is run alone, so that none pays for another
    under_way: dict[Future, tuple[str, Any]] = {}
    executor = new_executor()
    try:
        while True:
            alone = bool(suspects)  # then nothing else is under way
            queue = suspects if alone else again
            while len(under_way) < (1 if alone else at_once):
                entry = queue.popleft() if queue else next(waiting, None)
                if entry is None:
                    break
                for left in reversed(range(TRIES)):
                    try:
                        under_way[executor.submit(function, entry[1])] = entry
                        break
                    except (
                        BrokenExecutor,
                        EOFError,
                        OSError,
                    ):  # nobody is there who starts workers
                        if not left:
                            raise
                        time.sleep(PAUSE)  # until its end is seen
                        executor = _replaced(executor, new_executor)
            if not under_way:
                return
            alone, broken = alone or at_once == 1, False
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                entry, problem = under_way.pop(future), future.exception()
                died = isinstance(problem, BrokenExecutor)
                broken = broken or died
                tried[entry[0]] += problem is not None and (alone or not died)
                if problem is None or tried[entry[0]] >= TRIES:
                    yield entry[0], future.result() if problem is None else problem
                else:
                    (suspects if died else again).append(entry)
            if broken:
                suspects.extend(under_way.values())  # they end with it
                under_way.clear()
                executor = _replaced(executor, new_executor)
    finally:
        _end(executor)


def _replaced(executor: Executor, new_executor: Callable[[], Executor]) -> Executor:
    _end(executor)
    return new_executor()


def _end(executor: Executor) -> None:
    """Let nothing of it go on: whoever types Ctrl-C does not wait for a slow submission."""
    workers = list((getattr(executor, "_processes", None) or {}).values())
    for process in workers:
        process.kill()  # a local pool's; Python 3.14's kill_workers does the same
    executor.shutdown(wait=bool(workers))  # a cluster's futures are cancelled where nobody waits
