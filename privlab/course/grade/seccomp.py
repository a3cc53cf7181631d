"""Forbid an answer what outlives it, and memory that no limit counts.

Kernel keyrings, shared memory and message queues would still be there for the next
answer; a file in memory can be of any size; and in a user namespace of its own an
answer is root, and can mount. A filter of system calls for Linux on the two usual
processors; see seccomp(2) and, for the program's form, bpf(4).
"""

import ctypes
import errno
import platform
import struct

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # where the call's data has them
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
REFUSED, UNKNOWN, ALLOWED = range(3)  # the program's last lines
ANSWERS = (REFUSE | errno.EPERM, REFUSE | errno.ENOSYS, ALLOW)
NEW_USER = 0x10000000  # of the flags of clone(2)
OTHER_NUMBERS = 0x40000000  # from here on: the same calls again, on x86-64
NO_NEW_PRIVILEGES, FILTER = 38, 22  # of prctl(2)
CLONE3 = 435
# the architecture, its clone, and what it calls unshare, shmget, semget, msgget,
# mq_open, add_key, request_key, keyctl, memfd_create and memfd_secret
PROCESSORS = {
    "x86_64": (0xC000003E, 56, (272, 29, 64, 68, 240, 248, 249, 250, 319, 447)),
    "aarch64": (0xC00000B7, 220, (97, 194, 190, 186, 180, 217, 218, 219, 279, 447)),
}


def forbid() -> None:
    """Refuse this process and its children those calls, if their numbers are known."""
    if platform.system() == "Linux" and platform.machine() in PROCESSORS:
        program = b"".join(_program(*PROCESSORS[platform.machine()]))
        code = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
        prctl = ctypes.CDLL(None).prctl
        prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        prctl(FILTER, 2, described)


def _program(architecture: int, clone: int, refused: tuple[int, ...]) -> list[bytes]:
    """Each line is an operation, how many lines to skip if so and if not, a number.

    ``clone3`` cannot be looked into: libraries that do not find it use ``clone``.
    """
    questions = [
        (LOAD, None, None, ARCHITECTURE),
        (JUMP_EQUAL, None, REFUSED, architecture),
        (LOAD, None, None, NUMBER),
        (JUMP_AT_LEAST, REFUSED, None, OTHER_NUMBERS),
        *((JUMP_EQUAL, REFUSED, None, number) for number in refused),
        (JUMP_EQUAL, UNKNOWN, None, CLONE3),
        (JUMP_EQUAL, None, ALLOWED, clone),
        (LOAD, None, None, FIRST_ARGUMENT),
        (JUMP_SET, REFUSED, ALLOWED, NEW_USER),
    ]
    lines = []
    for place, (code, if_so, if_not, number) in enumerate(questions, 1):
        skips = [
            0 if end is None else len(questions) - place + end
            for end in (if_so, if_not)
        ]
        lines.append(struct.pack("HBBI", code, *skips, number))
    return lines + [struct.pack("HBBI", RETURN, 0, 0, answer) for answer in ANSWERS]
