"""Forbid an answer new user namespaces: in one of its own it is root, and can mount.

What it would mount is memory without limit. A filter of system calls for Linux on the
two usual processors; see seccomp(2) and, for the program's form, bpf(4).
"""

import ctypes
import errno
import platform
import struct

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # where the call's data has them
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NEW_USER = 0x10000000  # of the flags of clone(2)
OTHER_NUMBERS = 0x40000000  # from here on: the same calls again, on x86-64
NO_NEW_PRIVILEGES, FILTER = 38, 22  # of prctl(2)
# the architecture, and its numbers of clone, unshare and clone3
PROCESSORS = {
    "x86_64": (0xC000003E, 56, 272, 435),
    "aarch64": (0xC00000B7, 220, 97, 435),
}


def forbid_namespaces() -> None:
    """Let this process and its children make no user namespace, if it is known how."""
    if platform.system() == "Linux" and platform.machine() in PROCESSORS:
        program = b"".join(_program(*PROCESSORS[platform.machine()]))
        code = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
        prctl = ctypes.CDLL(None).prctl
        prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        prctl(FILTER, 2, described)


def _program(architecture: int, clone: int, unshare: int, clone3: int) -> list[bytes]:
    """Each line is an operation, how many lines to skip if so and if not, a number.

    ``clone3`` cannot be looked into: libraries that do not find it use ``clone``.
    """
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 0, 7, architecture),
        (LOAD, 0, 0, NUMBER),
        (JUMP_AT_LEAST, 5, 0, OTHER_NUMBERS),
        (JUMP_EQUAL, 4, 0, unshare),
        (JUMP_EQUAL, 4, 0, clone3),
        (JUMP_EQUAL, 0, 4, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_SET, 0, 2, NEW_USER),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
        (RETURN, 0, 0, ALLOW),
    ]
    return [struct.pack("HBBI", *line) for line in lines]
