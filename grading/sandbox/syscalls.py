"""Which of Linux's calls no process in the jail may make: a filter that bubblewrap loads before it starts one.

They are what limits cannot count (memory without a file or an owner), what reaches other processes, and what no
notebook needs but faults of Linux are often found in.
"""

import platform
import struct

# Numbers by machine, from Linux's syscall tables: where a call is not in it, it is too new for an old header to matter.
NUMBERS = {
    "x86_64": {
        "shmget": 29, "ptrace": 101, "add_key": 248, "request_key": 249, "keyctl": 250, "perf_event_open": 298,
        "process_vm_readv": 310, "process_vm_writev": 311, "memfd_create": 319, "bpf": 321, "userfaultfd": 323,
        "io_uring_setup": 425, "memfd_secret": 447,
    },
    "aarch64": {
        "shmget": 194, "ptrace": 117, "add_key": 217, "request_key": 218, "keyctl": 219, "perf_event_open": 241,
        "process_vm_readv": 270, "process_vm_writev": 271, "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
        "io_uring_setup": 425, "memfd_secret": 447,
    },
}  # fmt: skip
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # as the kernel names them to a filter
FOREIGN = 0x40000000  # from here on, x86_64's numbers are another table's
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # the filter machine's instructions
NUMBER, MACHINE = 0, 4  # where a call's facts stand
ALLOW, NO_SUCH_CALL = 0x7FFF0000, 0x00050000 | 38  # ENOSYS: programs then look for another way


def program(machine: str = platform.machine()) -> bytes | None:
    """The filter for a machine; None where its numbers are not known here."""
    if machine not in NUMBERS:
        return None
    refused = NUMBERS[machine].values()
    to_the_end = len(refused) + 3  # instructions between the first test and the last one
    steps = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 0, to_the_end, MACHINES[machine]),  # calls of a 32-bit program: none of them
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, to_the_end - 2, 0, FOREIGN),
        *((EQUAL, len(refused) - at, 0, number) for at, number in enumerate(refused)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, NO_SUCH_CALL),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
