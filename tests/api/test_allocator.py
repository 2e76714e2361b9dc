"""Memory that comes and goes in a process of many threads gets back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading

import pytest

PROGRAM = """
import sys, threading
import psutil
if sys.argv[1] == "level":
    from api.allocator import keep_level
    assert keep_level()
kept = []

def work(number):
    for i in range(60):
        # large blocks that come and go, and a small one that stays
        large = [b"x" * (150_000 + 1_000 * ((i * 7 + number + k) % 90)) for k in range(20)]
        kept.append(bytearray(600))
        del large

def run():
    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

before = psutil.Process().memory_full_info().uss
run()
if sys.argv[1] == "level":
    from api.allocator import give_back
    give_back()
print((psutil.Process().memory_full_info().uss - before) / 2**20)
"""


def grown(how: str) -> float:
    command = [sys.executable, "-c", PROGRAM, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_large_blocks_get_back_to_the_system() -> None:
    """After 235 MB a thread has come and gone, 16 threads have kept a few MiB of small blocks."""
    assert grown("level") < 6


def test_what_the_environment_says_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that the user has set is left alone: the C library is asked for nothing."""
    from api import allocator

    asked: list[tuple[int, int]] = []

    class Library:
        def mallopt(self, parameter: int, value: int) -> int:
            asked.append((parameter, value))
            return 1

    monkeypatch.setattr(allocator.platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda name: Library())
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert allocator.keep_level()
    assert asked == [(-1, allocator.FREE_BYTES), (-3, allocator.LARGE_BYTES)]
    monkeypatch.setattr(allocator.platform, "libc_ver", lambda: ("", ""))
    assert not allocator.keep_level()


def test_memory_is_given_back_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what falls due, also where that fails."""
    from api import housekeeping

    asked = threading.Event()
    monkeypatch.setattr(housekeeping, "EVERY_S", 0.01)
    monkeypatch.setattr(housekeeping, "give_back", asked.set)

    def broken() -> tuple[str, ...]:
        raise RuntimeError("no database")

    with housekeeping.housekeeping(lambda tenant: pytest.fail(tenant), broken):
        assert asked.wait(10)
