"""Watch how much memory a process and its descendants hold and how many they are, and end them all when it is too much."""

import threading
from collections.abc import Callable, Iterable

import psutil

NOTICEABLE = 8 * 2**20  # bytes: a smaller change is not worth an exact look


def resident(processes: Iterable[psutil.Process]) -> int:
    """Bytes of memory that these processes hold together; what two of them share counts twice."""
    return sum(_held(process) for process in processes)


def proportional(processes: Iterable[psutil.Process]) -> int:
    """The same with what they share counted once, where the system knows it (Linux). Slower: it walks their pages."""
    return sum(_held(process, full=True) for process in processes)


def _held(process: psutil.Process, full: bool = False) -> int:
    for look in [process.memory_full_info] * full + [process.memory_info]:
        try:
            memory = look()
            return getattr(memory, "pss", memory.rss)
        except psutil.NoSuchProcess:
            return 0
        except psutil.AccessDenied:
            pass  # it has changed its user; or this is macOS, and the look a full one
    return 0


class FamilyWatch:
    """Within `with`, a process and its descendants are ended once they hold more than the limit; after it, none is left.

    Resident memory is what counts: torch reserves far more address space than it ever uses. What processes share,
    with a forked kernel's parent too, counts once in all.
    Descendants are remembered, so that one whose parent has ended is still counted and ended.

    Args:
        pid: the process.
        limit: bytes that the family may hold together.
        most: how many processes it may have.
        interval: seconds between two looks.

    Attributes:
        exceeded: what it had too much of; empty while it kept the limits.
        held: bytes that the family held at the last look.
        peak: the most bytes that a look found.
    """

    def __init__(self, pid: int, limit: int, most: int = 100, interval: float = 0.1):
        self.root, self.limit, self.most, self.interval = psutil.Process(pid), limit, most, interval
        self.family = frozenset({self.root})
        self.exceeded, self.peak, self.held, self._roughly = "", 0, 0, 0
        self._over = threading.Event()
        # Two, because weighing waits for each process's pages: a fork bomb would have time to grow.
        looks = (self._too_many, self._too_heavy)
        self._threads = [
            threading.Thread(target=self._watch, args=(look,), daemon=True) for look in looks
        ]

    def __enter__(self) -> "FamilyWatch":
        self._meet()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if not self.exceeded:
            self._too_heavy()  # for the peak of a short life
        self._end_all()

    def _watch(self, look: Callable[[], str]) -> None:
        while not self._over.wait(self.interval):
            try:
                too_much = look()
            except psutil.Error:  # a process changed while it was looked at: the next look comes
                continue
            if too_much:
                self.exceeded = self.exceeded or too_much
                self._over.set()
                self._end_all()

    def _too_many(self) -> str:
        self._meet()
        return f"{self.most} processes" if len(self.family) > self.most else ""

    def _too_heavy(self) -> str:
        family = self.family
        roughly = resident(family)
        # The exact number costs more. The rough one is never less, but hides when a child writes what it shared.
        if roughly > self.limit or abs(roughly - self._roughly) > NOTICEABLE:
            self._roughly, self.held = roughly, proportional(family)
        self.peak = max(self.peak, self.held)
        return f"{self.limit // 2**20} MiB of memory" if self.held > self.limit else ""

    def _meet(self) -> None:
        """Look for new descendants: of the root, and of those whose parent has ended."""
        known = {process for process in self.family if process.is_running()}
        pids, family = {process.pid for process in known}, set(known)
        for process in known:
            try:
                if process == self.root or process.ppid() not in pids:
                    family.update(process.children(recursive=True))
            except psutil.NoSuchProcess:
                pass
        self.family = frozenset(family)

    def _end_all(self) -> None:
        self._meet()
        for process in sorted(
            self.family, key=lambda p: p != self.root
        ):  # the root first: in a jail the rest dies with it
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(self.family - {self.root}, timeout=3)
