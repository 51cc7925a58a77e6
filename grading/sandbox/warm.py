"""The warm process: imports once what notebooks import, and forks a kernel for each request. It runs inside the jail."""

import contextlib
import fcntl
import gc
import importlib
import importlib.util
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from grading.sandbox import bubblewrap, inner

HOME = Path(bubblewrap.HOME)
WORK = HOME / "work"


def main() -> None:
    """Import, or fork a kernel, for each request until the other side hangs up."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))  # a worker that started it has less
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, 65536, 1)
        if not message:
            return
        wanted, answers = json.loads(message), socket.socket(fileno=descriptors[0])
        if "imports" in wanted:
            warm_up(wanted["imports"])
            with contextlib.suppress(OSError):  # nobody waits for it
                answers.send(b"ready")
        else:
            child = os.fork()
            if child == 0:
                requests.close()
                _become_kernel(wanted, answers)
            os.waitpid(child, 0)
        answers.close()


def request(imports: Iterable[str]) -> dict:
    """What asks the warm process to import these."""
    return {"imports": [*imports]}


def warm_up(imports: list[str]) -> None:
    """Import, and run nothing that would start a thread: a thread does not survive a fork.

    Raises:
        RuntimeError: an import has started a thread.
    """
    for name in imports:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    threads = os.listdir("/proc/self/task")
    if len(threads) > 1:
        raise RuntimeError(f"{len(threads) - 1} threads run in the warm process: it cannot fork")
    gc.collect()
    gc.freeze()  # else each fork's collector would copy every page that it visits


def _become_kernel(request: dict, answers: socket.socket) -> None:
    """In the first child: make the namespaces, and leave the rest to their first process. Never returns."""
    try:
        inner.unshare()
        if os.fork() == 0:
            _be_init(request, answers)
    except BaseException as problem:
        answers.send(f"failed {problem}".encode())
    os._exit(0)


def _be_init(request: dict, answers: socket.socket) -> None:
    """The namespace's first process: furnishes it, starts the kernel, buries orphans; at its end all of them end."""
    room, limits = Path(request["room"]), inner.Limits(**request["limits"])
    try:
        answers.send(b"init")  # the other side reads who sends
        os.setsid()
        inner.furnish(room, request["kept"], HOME, limits)
        ready, started = os.pipe()
        kernel = os.fork()
        if kernel == 0:
            os.close(ready)
            inner.limit(limits)
            inner.drop_capabilities()
            answers.send(b"kernel")
            answers.close()
            _run_kernel(room, started)
        os.close(started)
        os.dup2(0, 1), os.dup2(0, 2)  # the student's code can open what its init has open
        inner.limit(limits)
        if os.read(ready, 1):  # its sockets stand, and none of the student's code has run
            inner.seal(room)
            inner.drop_capabilities()
            answers.send(b"ready")
    except BaseException as problem:
        answers.send(f"failed {problem}".encode())
        os._exit(1)
    _end_with(answers)
    while os.wait()[0] != kernel:
        pass
    os._exit(0)


def _end_with(other: socket.socket) -> None:
    """End this process, and with it the namespace, when the process that asked for the kernel ends or lets go of it."""
    signal.signal(signal.SIGIO, lambda *_: os._exit(1))
    fcntl.fcntl(other, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(other, fcntl.F_SETFL, fcntl.fcntl(other, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([other], [], [], 0)[0]:  # it has hung up already
        os._exit(1)


def _run_kernel(room: Path, started: int) -> None:
    """The kernel itself, in a copy of the student's folder."""
    os.dup2(started, 3)
    os.closerange(4, 65536)
    os.dup2(0, 1), os.dup2(0, 2)  # the warm process's complaints go to a file of the outside
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(room / "files", WORK, symlinks=True)
    WORK.mkdir(exist_ok=True)
    os.chdir(WORK)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[:] = [place for place in sys.path if place not in ("", str(WORK))]
    seed()
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    # Plain tracebacks: with colours, a recursion without end takes seconds.
    settings = ["--HistoryManager.enabled=False", "--InteractiveShell.xmode=Plain"]
    app.initialize(["-f", str(room / "kernel.json"), *settings])
    sys.path[:] = [place for place in sys.path if place] + [str(WORK)]  # their modules: after ours
    os.write(3, b"1")
    os.close(3)
    app.start()
    os._exit(0)


def seed() -> None:
    """The same seeds for everybody: run again, a submission does the same."""
    import random

    import numpy

    random.seed(0)
    numpy.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
    else:
        sys.meta_path.insert(0, SeedsTorch())


class SeedsTorch:
    """Seeds torch where it is imported after the fork: by itself it begins with a number of chance."""

    def find_spec(self, name: str, path=None, target=None):
        """Find torch as Python would, once."""
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        if spec := importlib.util.find_spec(name):
            load = spec.loader.exec_module

            def load_and_seed(module) -> None:
                load(module)
                module.manual_seed(0)

            spec.loader.exec_module = load_and_seed
        return spec


if __name__ == "__main__":
    main()
