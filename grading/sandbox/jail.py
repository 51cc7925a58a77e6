"""A jail with its warm process, seen from outside; and the kernels that are forked in it."""

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from grading.sandbox import bubblewrap, syscalls, warm
from grading.sandbox.imports import KERNEL, KNOWN
from grading.sandbox.inner import Limits

PREFIX = "grade-"
PATIENCE = 120  # seconds for a warm process to import torch on a busy machine


class SandboxError(RuntimeError):
    """The sandbox cannot be had; the sentence says why and what to do."""


class Kernel:
    """One kernel and all its processes.

    Args:
        init: process of its namespace's init, as this process sees it: at its end all of them end.
        process: the kernel's.
        tie: a socket at whose end the namespace ends too.
    """

    def __init__(self, init: int, process: int, tie: socket.socket):
        self.init, self.process, self._tie = init, process, tie
        self._init, self._process = os.pidfd_open(init), os.pidfd_open(process)

    def alive(self) -> bool:
        """Whether any process of it is."""
        return not self.wait(0)

    def wait(self, seconds: float) -> bool:
        """Wait until all its processes have ended, so long at most; whether they have."""
        return self._init is None or bool(select.select([self._init], [], [], seconds)[0])

    def send_signal(self, number: int) -> None:
        """To the kernel's own process."""
        with contextlib.suppress(ProcessLookupError, TypeError):
            signal.pidfd_send_signal(self._process, number)

    def kill(self) -> None:
        """End all its processes."""
        with contextlib.suppress(ProcessLookupError, TypeError):
            signal.pidfd_send_signal(self._init, signal.SIGKILL)

    def close(self) -> None:
        """End it, and forget it."""
        self.kill()
        if self._init is not None:
            self.wait(10)
            os.close(self._init), os.close(self._process), self._tie.close()
        self._init = self._process = None


class Shared(NamedTuple):
    """A jail for another process: its folder, the socket for requests, and bubblewrap's process."""

    room: Path
    requests: socket.socket
    pid: int


class Jail:
    """A jail with a warm process in it. Other processes can use it too: `share` and `adopt`.

    Args:
        imports: what the warm process imports. Nobody waits for it here: the first kernel does.

    Attributes:
        pid: bubblewrap's process.
        room: the folder of its kernels.

    Raises:
        SandboxError: this machine can build none.
    """

    def __init__(self, imports: Iterable[str] = (*KERNEL, *KNOWN)):
        if reason := bubblewrap.why_not():
            raise SandboxError(reason)
        _sweep()
        self._owner = os.getpid()
        self.room = Path(tempfile.mkdtemp(prefix=own_prefix()))
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = [sys.executable, "-P", "-m", warm.__name__, str(theirs.fileno())]
        self._log = tempfile.TemporaryFile()
        with theirs, tempfile.TemporaryFile() as refused:
            refused.write(syscalls.program() or b"")
            refused.seek(0)
            filters = [refused.fileno()] if syscalls.program() else []
            self._process = subprocess.Popen(
                bubblewrap.command(self.room, program, *filters),
                pass_fds=[theirs.fileno(), *filters],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
            )
        self.pid = self._process.pid
        self._running = os.pidfd_open(self.pid)
        atexit.register(self.close)
        self.warm_up(imports)

    @classmethod
    def of(cls, shared: Shared) -> "Jail":
        """Another process's jail, as this process sees it.

        Raises:
            ProcessLookupError: it has ended.
        """
        jail = cls.__new__(cls)
        jail.room, jail._requests, jail.pid = shared
        jail._running, jail._owner = os.pidfd_open(jail.pid), 0
        return jail

    def share(self) -> Shared:
        """What another process needs to use it: multiprocessing can hand it over."""
        return Shared(self.room, self._requests, self.pid)

    @property
    def alive(self) -> bool:
        """Whether it can fork."""
        return self._requests.fileno() >= 0 and not select.select([self._running], [], [], 0)[0]

    def new_room(self) -> Path:
        """An empty folder for the next kernel: its connection file, sockets and the student's files."""
        return Path(tempfile.mkdtemp(prefix="k", dir=self.room))

    def warm_up(self, imports: Iterable[str]) -> None:
        """Have the warm process import these, too, before it forks again. Who asks for a kernel waits, or hears that it has ended."""
        with contextlib.suppress(SandboxError):
            self._send(warm.request(imports)).close()

    def wait(self) -> None:
        """Wait until the warm process has imported everything.

        Raises:
            SandboxError: it does not start.
        """
        self._ask(warm.request([]))[0].close()

    def answers(self) -> bool:
        """Whether its warm process lives: asked when a kernel has died, a moment before the jail may be seen to end."""
        try:
            self.wait()
        except SandboxError:
            return False
        return True

    def fork(self, room: Path, limits: Limits) -> Kernel:
        """Start a kernel with the connection file and the files that lie in its room.

        Raises:
            SandboxError: it does not start.
        """
        kept = [path for path in bubblewrap.visible() if path.startswith("/tmp/")]
        answers, pids = self._ask({"room": str(room), "kept": kept, "limits": asdict(limits)})
        return Kernel(pids["init"], pids["kernel"], answers)

    def _ask(self, request: dict) -> tuple[socket.socket, dict[str, int]]:
        """Send a request; the socket that it is answered on, and who said what until one said that it is ready."""
        answers = self._send(request)
        pids: dict[str, int] = {}
        try:
            while "ready" not in pids:
                word, sender = _signed(answers)
                if word not in ("init", "kernel", "ready"):
                    raise self._no_kernel(word or self._last_words())
                pids[word] = sender
        except OSError as problem:
            answers.close()
            raise self._no_kernel(problem) from problem
        except SandboxError:
            answers.close()
            raise
        return answers, pids

    def _send(self, request: dict) -> socket.socket:
        """Send a request; the socket that it will be answered on."""
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        answers.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        answers.settimeout(PATIENCE)
        try:
            with theirs:
                socket.send_fds(self._requests, [json.dumps(request).encode()], [theirs.fileno()])
        except OSError as problem:
            answers.close()
            raise self._no_kernel(f"{problem}; {self._last_words()}") from problem
        return answers

    def _no_kernel(self, why: object) -> SandboxError:
        return SandboxError(f"no kernel starts in the sandbox: {why}")

    def close(self) -> None:
        """End everything in it, and remove its folder; where it is another process's, only let go of it."""
        if self._requests.fileno() < 0:
            return
        self._requests.close()
        os.close(self._running)
        if os.getpid() == self._owner:
            atexit.unregister(self.close)
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self.room, ignore_errors=True)
            self._log.close()

    def _last_words(self) -> str:
        if os.getpid() != self._owner:
            return "the sandbox has ended"
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "its warm process said nothing"


_lock = threading.Lock()
_jails: list[Jail] = []  # at most one


def jail(imports: Iterable[str] | None = None) -> Jail:
    """This process's jail: started at its first use, and again when it has ended.

    Args:
        imports: what its warm process imports, where it is started now; everything that is known by default.
    """
    with _lock:
        if not _jails or not _jails[-1].alive:
            for ended in _jails:
                ended.close()
            _jails[:] = [Jail() if imports is None else Jail(imports)]
        return _jails[-1]


def adopt(shared: Shared) -> None:
    """Have `jail` return another process's jail, for as long as that lives."""
    with contextlib.suppress(ProcessLookupError):
        _jails[:] = [Jail.of(shared)]


def own_prefix() -> str:
    """What the name of a temporary folder begins with that is to be removed also when this process is killed."""
    return f"{PREFIX}{os.getpid()}-"


def _sweep() -> None:
    """Remove the folders of processes that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _signed(answers: socket.socket) -> tuple[str, int]:
    """A message and the process that sent it, as this process sees it: the system says so, not the sender."""
    message, ancillary, _, _ = answers.recvmsg(4096, socket.CMSG_SPACE(12))
    for _, kind, data in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            return message.decode(), int.from_bytes(data[:4], sys.byteorder)
    return "", 0
