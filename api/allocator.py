"""How the C library hands out memory in a process that serves for weeks.

A service answers with hundreds of kilobytes at a time from many threads. glibc gives every thread
a heap of its own and, once it has seen large blocks come and go, takes them from these heaps too;
what is freed there stays behind small blocks, and the process grows with every answer (measured:
0.1 MiB a route on 3 000 activities). Large blocks from the system, which get back to it at once,
and few heaps keep it level.
"""

from __future__ import annotations

import ctypes
import os
import platform

LARGE_BYTES = 128 * 1024
"""Blocks from here on come from the system; glibc's own first value, kept where it is."""

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
    values = {_TRIM_THRESHOLD: LARGE_BYTES, _MMAP_THRESHOLD: LARGE_BYTES, _ARENA_MAX: ARENAS}
    return all(
        bool(mallopt(parameter, value))
        for parameter, value in values.items()
        if _BY_THE_USER[parameter] not in os.environ
    )
