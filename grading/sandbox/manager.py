"""The manager of a kernel in the jail, and the client that speaks to it."""

import time
from contextlib import suppress
from queue import Empty
from typing import Any

from jupyter_client import AsyncKernelClient, AsyncKernelManager
from traitlets import Type

from grading.sandbox.inner import Limits
from grading.sandbox.provisioner import SandboxProvisioner


class SandboxKernelClient(AsyncKernelClient):
    """Begins at once: the stock client listens for 0.2 s more, for a kernel that was not seen to open its sockets."""

    def start_channels(self, *channels: bool, **named: bool) -> None:
        """Open all but two: for questions, which nobody would answer or read; and for heartbeats, whose end is a tenth of a second away.

        Whether a kernel lives is known by its process.
        """
        super().start_channels(*channels, **{**named, "stdin": False, "hb": False})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until a request's end comes back over both channels.

        Raises:
            RuntimeError: it does not come in time.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < end:
            asked = self.kernel_info()
            with suppress(TimeoutError, Empty):  # asked before the channel of outputs was connected
                await self._async_recv_reply(asked, timeout=1)
                while not _is_end(await self.get_iopub_msg(timeout=0.2), asked):
                    pass
                return
            if not await self._async_is_alive():
                break
        raise RuntimeError("the kernel does not answer")


class SandboxKernelManager(AsyncKernelManager):
    """Starts its kernel in the jail, whatever the notebook and the machine's kernelspecs say."""

    client_factory = Type(SandboxKernelClient)
    limits = Limits()

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = SandboxProvisioner(parent=self, kernel_id=self.kernel_id)
            self.provisioner.kernel_spec = self.kernel_spec
            self.provisioner.limits = self.limits
        return await super()._async_pre_start_kernel(**kwargs)


def _is_end(message: dict[str, Any], asked: str) -> bool:
    """Whether the kernel is done with a request."""
    ours = message["parent_header"].get("msg_id") == asked
    return ours and message["content"].get("execution_state") == "idle"
