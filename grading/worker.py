"""Run one submission: a pure function on bytes, in this process or in another, on this machine or on another."""

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from grading.execute import SandboxExecute
from grading.sandbox.jail import Shared, adopt, own_prefix

MEMORY = 2**30  # bytes of a worker's own: outputs of a submission are kept within far less
_limited = False


@dataclass(frozen=True)
class Task:
    """What is to be run.

    Args:
        notebook: the file's bytes.
        files: the student's other files: contents by path, relative to the notebook's folder.
        limits: settings of `SandboxExecute`.
    """

    notebook: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of it: the executed notebook's bytes, how long it took, and the most memory that it held, in MiB."""

    notebook: bytes
    seconds: float
    mebibytes: float


def run(task: Task) -> Outcome:
    """Run a notebook under limits, in the jail.

    Raises:
        SandboxError: there is no jail to be had.
        RuntimeError: no kernel starts. Neither is the notebook's fault: try again, or elsewhere.
    """
    notebook = nbformat.reads(task.notebook.decode(), as_version=4)
    step = SandboxExecute(**task.limits)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=own_prefix()) as folder:
        for path, content in task.files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        try:
            step.preprocess(notebook, {"metadata": {"path": folder}})
        except MemoryError:
            if _limited:  # its heap is full of one submission: the next one gets a new worker
                os._exit(1)
            raise
    seconds = time.monotonic() - started
    return Outcome(nbformat.writes(notebook).encode(errors="replace"), seconds, step.peak)


def start(shared: Shared | None = None) -> None:
    """Prepare a worker process of a local pool: it ends with its parent, or when what a kernel says fills its memory.

    Args:
        shared: the parent's jail.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if shared:
        adopt(shared)
        _limit_memory()


def _limit_memory() -> None:
    """Of this process alone: what it starts may raise the limit again. Only Linux has jails."""
    import resource

    global _limited
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))
    _limited = True


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)
