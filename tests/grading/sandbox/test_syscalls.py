"""The filter of system calls: it stops what it lists, and nothing else."""

import platform
import struct

import pytest

from grading.sandbox import syscalls
from tests.grading.jails import TRY, inside, needs_jail


@needs_jail
@pytest.mark.slow
def test_calls_that_no_notebook_needs_are_refused():
    """The filter of system calls: memory that no limit counts, other processes' memory, keys."""
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"numbers = {[n for name, n in sorted(syscalls.NUMBERS[platform.machine()].items())]}\n"
        "print({libc.syscall(n, 0, 0, 0, 0, 0) + ctypes.get_errno() for n in numbers})\n"
        "print(attempt(lambda: os.memfd_create('x')))"
    )
    assert inside(TRY + code) == "{37}\nENOSYS"


def test_the_filter_stops_what_it_lists_and_nothing_else():
    """Followed by hand, for both machines: the numbers of another table, and those of a 32-bit program, are refused, too."""
    for machine, number in syscalls.MACHINES.items():
        steps = list(struct.iter_unpack("=HBBI", syscalls.program(machine)))
        refused = set(syscalls.NUMBERS[machine].values())
        for call in range(500):
            allowed = run_filter(steps, number, call) == syscalls.ALLOW
            assert allowed == (call not in refused), (machine, call)
        assert run_filter(steps, number + 1, 0) == syscalls.NO_SUCH_CALL
        assert run_filter(steps, number, syscalls.FOREIGN + 1) == syscalls.NO_SUCH_CALL
    assert syscalls.program("riscv64") is None


def run_filter(steps: list[tuple[int, int, int, int]], machine: int, call: int) -> int:
    """What Linux does with a filter."""
    facts, held, at = {syscalls.NUMBER: call, syscalls.MACHINE: machine}, 0, 0
    while True:
        what, if_so, if_not, value = steps[at]
        if what == syscalls.RETURN:
            return value
        if what == syscalls.LOAD:
            held, jump = facts[value], 0
        else:
            holds = held == value if what == syscalls.EQUAL else held >= value
            jump = if_so if holds else if_not
        at += 1 + jump
