"""Files of the registry: whole or not at all, and one writer at a time."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.model_registry.records import refused

LOCK_FILE = "registry.lock"
LOCK_WAIT_S = 10.0
_PAUSE_S = 0.05


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one, even after a power cut."""
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)


@contextmanager
def one_writer(folder: Path, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
    """Hold the lock of a registry; a process that dies lets it go.

    Raises
    ------
    ArtefactError
        Another writer has held it for ``wait_s``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+b") as stream:
        deadline = time.monotonic() + wait_s
        while not _taken(stream.fileno()):
            if time.monotonic() >= deadline:
                detail = "реестр моделей занят другой командой; повторите, когда она закончит"
                raise refused("registry_busy", detail, LOCK_FILE)
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            _let_go(stream.fileno())


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
