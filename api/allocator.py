"""How the C library hands out memory in a process that serves for weeks.

A service answers with hundreds of kilobytes at a time from many threads. glibc gives every thread
a heap of its own and, once it has seen large blocks come and go, takes ever larger ones from these
heaps; what is freed there stays behind small blocks, and the process grows with every answer
(measured: 0.1 MiB a route on 3 000 activities). Few heaps, a bound that does not move, and free
pages given back from time to time keep it level: without the last 466, 466, 466, 468 MiB after
800 to 1 400 routes.

The bound must lie above an answer. A block from the system costs a page fault for every 4 KiB of
it, each time anew: with glibc's first bound of 128 KiB a route of 3 000 activities was read 223
times a second, with the values below 293 to 330 times (``tests.bench.service``).
"""

from __future__ import annotations

import ctypes
import os
import platform

LARGE_BYTES = 2 * 2**20
"""Blocks from here on come from the system, and get back to it at once."""

FREE_BYTES = 16 * 2**20
"""What a heap may keep free at its end before it gives that back."""

ARENAS = 2
"""Heaps of all threads together; one of them works at a time under the interpreter's lock."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of mallopt(3)."""

_BY_THE_USER = {
    _TRIM_THRESHOLD: "MALLOC_TRIM_THRESHOLD_",
    _MMAP_THRESHOLD: "MALLOC_MMAP_THRESHOLD_",
    _ARENA_MAX: "MALLOC_ARENA_MAX",
}


def keep_level() -> bool:
    """Ask the C library to give memory back; whatever the environment says goes before.

    Must come before threads are started: heaps that exist stay.

    Returns
    -------
    bool
        Whether it was asked; ``False`` on a C library that is not glibc.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    values = {_TRIM_THRESHOLD: FREE_BYTES, _MMAP_THRESHOLD: LARGE_BYTES, _ARENA_MAX: ARENAS}
    return all(
        bool(mallopt(parameter, value))
        for parameter, value in values.items()
        if _BY_THE_USER[parameter] not in os.environ
    )


def give_back() -> bool:
    """Give free memory back to the system, also what lies between blocks in use.

    Returns
    -------
    bool
        Whether there was any; ``False`` on a C library that is not glibc.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).malloc_trim(0))
