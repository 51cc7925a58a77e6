"""The inner jail, one for each kernel: namespaces, mounts and limits, from inside the outer one. Standard library only."""

import contextlib
import ctypes
import fcntl
import os
import resource
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1,
    2,
    4,
    32,
    4096,
    16384,
    1 << 18,
)
CAPABILITIES_VERSION_3 = 0x20080522
MACHINE = (
    "sys",
    "irq",
    "bus",
    "fs",
    "acpi",
    "sysrq-trigger",
)  # what of /proc is about more than processes
BRAKE = 10
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What one kernel with all its processes may use.

    Args:
        disk: bytes of all its files together: they lie in memory.
        file: bytes of one file.
        processes: how many at once, by the watch's count. The system itself stops a bomb that is faster, at `BRAKE` times
            as many: it counts threads too, and in some kernels not those of the root user.
        open_files: for each process.
    """

    disk: int = 512 * 2**20
    file: int = 256 * 2**20
    processes: int = 100
    open_files: int = 1024


def unshare() -> None:
    """Leave the jail's namespaces for new ones: of users, processes (the next child is its init), mounts, shared memory, sockets."""
    uid, gid = os.getuid(), os.getgid()
    new = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET
    _call(_libc.unshare(new), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def furnish(room: Path, kept: list[str], home: Path, limits: Limits) -> None:
    """Give the new namespace its own /proc and one small disk in memory for /tmp, home and shared memory.

    Args:
        room: the kernel's own folder of the jail's; all the others disappear.
        kept: folders below /tmp that stay visible: a course may lie there.
        home: where the student's code finds itself.
    """
    own = {Path(folder): os.open(folder, os.O_PATH) for folder in (room, *kept)}
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"size={limits.disk},mode=1777")
    for folder, handle in own.items():
        folder.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", folder, None, MS_BIND)
        os.close(handle)
    for name, place in (("home", home), ("shm", Path("/dev/shm"))):
        folder = Path("/tmp", f".{name}")
        folder.mkdir()
        _mount(folder, place, None, MS_BIND)
    _mount("devpts", "/dev/pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=620")
    _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # no third jail inside this one
    with contextlib.suppress(OSError):  # Linux 6.14 and later; it refuses less than 301
        Path("/proc/sys/kernel/pid_max").write_text(str(max(BRAKE * limits.processes, 320)))
    for part in (
        MACHINE
    ):  # Linux lets the root user write there, whatever the namespace: a grader may be root
        if (place := Path("/proc", part)).exists():
            _mount(place, place, None, MS_BIND)
            seal(place)
    _connect_with_itself()


def _connect_with_itself() -> None:
    """Processes of one kernel can speak by 127.0.0.1, as multiprocessing and torch.distributed do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def seal(place: Path) -> None:
    """Make a mount read-only: a room is a folder of the outside, and has no limit of its size."""
    _mount("none", place, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)


def limit(limits: Limits) -> None:
    """Set what the system itself limits, for this process and its children."""
    os.nice(5)  # whoever watches them comes first, even in a fork bomb
    for what, most in (
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NPROC, BRAKE * limits.processes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def drop_capabilities() -> None:
    """Give up, for good, what the new namespace gave: after it no mount can be changed."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0)
    _call(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _mount(source: object, target: object, kind: str | None, flags: int, data: str = "") -> None:
    encoded = [None if text is None else os.fsencode(str(text)) for text in (source, target, kind)]
    flags = ctypes.c_ulong(flags)
    _call(_libc.mount(*encoded, flags, data.encode() or None), f"mount {target}")


def _call(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
