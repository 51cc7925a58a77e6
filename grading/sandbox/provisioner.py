"""Jupyter's way to start kernels elsewhere: `course-sandbox` starts them in the jail.

nbgrader's commands use it through `grading.execute`; nbclient, nbconvert and nbval by the environment variable
JUPYTER_DEFAULT_PROVISIONER_NAME=course-sandbox.
"""

import asyncio
import shutil
import signal
import stat
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase

from grading.sandbox.inner import Limits
from grading.sandbox.jail import Kernel, jail

NAME = "course-sandbox"


class SandboxProvisioner(KernelProvisionerBase):
    """A kernel forked from the jail's warm process. It speaks over sockets that are files, for it has no network."""

    limits = Limits()
    kernel: Kernel | None = None
    room: Path | None = None
    ip = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and not waited for."""
        return self.kernel is not None

    @property
    def pid(self) -> int | None:
        """The first process of the kernel's namespace: all the others descend from it."""
        return self.kernel and self.kernel.init

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a room, write its connection file there, and copy the folder that it works in."""
        manager = self.parent
        self.room = jail().new_room()
        manager.transport, manager.ip = "ipc", str(self.room / "socket")
        manager.connection_file = str(self.room / "kernel.json")
        manager._connection_file_written = False
        for channel in ("shell", "iopub", "stdin", "control", "hb"):
            setattr(manager, f"{channel}_port", 0)  # a restarted kernel has another room
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        if folder := kwargs.get("cwd"):
            copy_plain_files(Path(folder), self.room / "files")
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork it."""
        self.kernel = await asyncio.to_thread(jail().fork, self.room, self.limits)
        return self.connection_info

    async def poll(self) -> int | None:
        """None while it runs."""
        return None if self.kernel and self.kernel.alive() else 0

    async def wait(self) -> int | None:
        """Wait for its end, and clear up."""
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        self._forget()
        return 0

    async def send_signal(self, signum: int) -> None:
        """A kill is for all its processes, everything else for the kernel's own."""
        if self.kernel:
            if signum == signal.SIGKILL:
                self.kernel.kill()
            else:
                self.kernel.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End all its processes, and see to it: the manager would look again only after a tenth of a second."""
        if self.kernel:
            self.kernel.kill()
            await asyncio.to_thread(self.kernel.wait, 1)

    async def terminate(self, restart: bool = False) -> None:
        """End all its processes."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave no process and no file behind."""
        self._forget()

    def _forget(self) -> None:
        if self.kernel:
            self.kernel.close()
            self.kernel = None
        if self.room:
            shutil.rmtree(self.room, ignore_errors=True)


def copy_plain_files(source: Path, target: Path) -> None:
    """Copy a folder's files and folders, and neither links nor anything that is not a file."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            copy_plain_files(path, target / path.name)
        elif stat.S_ISREG(mode):
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(0o644)
