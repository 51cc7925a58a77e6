"""Watch what a process and its descendants hold in memory, and end them all when it is too much."""

import threading
from collections.abc import Iterable

import psutil


def resident(processes: Iterable[psutil.Process]) -> int:
    """Bytes of memory that these processes hold together; what two of them share counts twice."""
    return sum(_held(process) for process in processes)


def proportional(processes: Iterable[psutil.Process]) -> int:
    """The same with what they share counted once, where the system knows it (Linux). Slower: it walks their pages."""
    return sum(_held(process, full=True) for process in processes)


def _held(process: psutil.Process, full: bool = False) -> int:
    try:
        memory = process.memory_full_info() if full else process.memory_info()
        return getattr(memory, "pss", memory.rss)
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:  # a process that has changed its user, or macOS for full=True
        return process.memory_info().rss if full else 0


class FamilyWatch:
    """Within `with`, a process and its descendants are ended once they hold more than the limit; after it, none is left.

    Resident memory is what counts: torch reserves far more address space than it ever uses.
    Descendants are remembered, so that one whose parent has ended is still counted and ended.

    Args:
        pid: the process.
        limit: bytes that the family may hold together.
        interval: seconds between two looks.
    """

    def __init__(self, pid: int, limit: int, interval: float = 0.1):
        self.root, self.limit, self.interval = psutil.Process(pid), limit, interval
        self.family = {self.root}
        self.exceeded = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "FamilyWatch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        self._end_all()

    def _watch(self) -> None:
        while not self._over.wait(self.interval):
            self._meet()
            if resident(self.family) > self.limit and proportional(self.family) > self.limit:
                self.exceeded = True
                self._end_all()
                return

    def _meet(self) -> None:
        """Look for new descendants, and forget those that have ended."""
        for process in list(self.family):
            try:
                self.family.update(process.children(recursive=True))
            except psutil.NoSuchProcess:
                self.family.discard(process)

    def _end_all(self) -> None:
        self._meet()
        for process in self.family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(self.family - {self.root}, timeout=3)
