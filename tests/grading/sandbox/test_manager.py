"""The client of a kernel in the jail: it listens for as long as it must, and no longer."""

import asyncio
from queue import Empty

import pytest

from grading.sandbox.manager import SandboxKernelClient


class Scripted(SandboxKernelClient):
    """One to whom these messages come: a request's number and a state, or an exception."""

    def __init__(self, *messages, alive: bool = True):
        super().__init__()
        self.messages, self.alive, self.asked = list(messages), alive, 0

    def kernel_info(self, reply=False, timeout=None):
        self.asked += 1
        return self.asked

    async def _async_recv_reply(self, msg_id, timeout=None, channel="shell"):
        return {}

    async def get_iopub_msg(self, timeout=None):
        message = self.messages.pop(0)
        if isinstance(message, Exception):
            raise message
        return {"parent_header": {"msg_id": message[0]}, "content": {"execution_state": message[1]}}

    async def _async_is_alive(self):
        return self.alive


def begin(client: Scripted) -> Scripted:
    asyncio.run(client.wait_for_ready(timeout=60))
    return client


def test_it_begins_when_its_request_is_done_and_waits_for_nothing_more():
    client = begin(Scripted((0, "starting"), (0, "idle"), (1, "busy"), (1, "idle"), ("later", "")))
    assert client.messages == [("later", "")] and client.asked == 1


def test_it_asks_again_where_outputs_were_not_connected_yet():
    client = begin(Scripted(Empty(), (1, "idle"), Empty(), (3, "busy"), (3, "idle")))
    assert client.messages == [] and client.asked == 3


def test_a_kernel_that_died_is_not_waited_for():
    client = Scripted(Empty(), alive=False)
    with pytest.raises(RuntimeError, match="does not answer"):
        begin(client)
    assert client.asked == 1
