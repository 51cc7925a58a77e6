"""The server that a local pool's workers are forked from. It imports nbgrader once for all, while a command does so for itself."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext


def context() -> BaseContext:
    """How workers are started: not forked from this process, whose threads and event loops would be left half alive."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["grading.worker"])
    return forks


def begin() -> None:
    """Start the server before it is needed."""
    if context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        with _unstopped():
            ensure_running()


@contextmanager
def _unstopped() -> Iterator[None]:
    """A process that is started here lets Ctrl-C be its parent's to handle, from its first moment on."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
