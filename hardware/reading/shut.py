"""Shuts a process off from every network, by the kernel: from here on `socket` and `connect` are refused.

seccomp(2) with a filter of classic BPF. What is open already (the channel to the visit) goes on working. The process
that reads papers needs no socket ever; that a library would try to fetch something must not even be possible.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2  # prctl(2), seccomp(2)
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
# machine: (AUDIT_ARCH, numbers of socket, connect, bind, io_uring_setup); sendto stays: send(2) is made of it
CALLS = {
    "x86_64": (0xC000003E, (41, 42, 49, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 425)),
}


def shut_network() -> bool:
    """Whether it is shut; False on a machine whose calls are not known here or a kernel without filters."""
    known = CALLS.get(platform.machine())
    if known is None:
        return False
    arch, numbers = known
    last = len(numbers) + 2  # where "allow" stands after the two loads and the look at the architecture
    steps = [(LOAD, 0, 0, 4), (EQUAL, 0, last, arch), (LOAD, 0, 0, 0)]
    steps += [(EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) == 0)
