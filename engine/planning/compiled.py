"""Loops that numba compiles; the machine code is kept on disk between processes.

The inner loops of the search and of the separators are walks over small integers: as array
expressions each costs a few microseconds of overhead, and there are hundreds of thousands of
them in one solve. Compiled, the same integers come out at a fiftieth of the time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def _keep_on_disk() -> None:
    """Name the folder of machine code after the sources that it is made of.

    numba looks only at the file of the outermost function; a change in one that it calls from
    another file would go unnoticed.
    """
    folder = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(folder.glob("*.py")):
        text = source.read_bytes()
        if b"@compiled" in text or b"@inlined" in text:
            digest.update(text)
    kept = folder / "__pycache__" / f"compiled-{digest.hexdigest()[:16]}"
    config = cast(Any, numba.config)
    if config.CACHE_DIR or not os.access(folder, os.W_OK):
        return
    config.CACHE_DIR = str(kept)
    if not kept.exists():
        for outdated in kept.parent.glob("compiled-*"):
            shutil.rmtree(outdated, ignore_errors=True)


def is_cold() -> bool:
    """Whether machine code has still to be made, which takes some seconds."""
    folder = cast(Any, numba.config).CACHE_DIR
    return not folder or not any(Path(folder).rglob("*.nbi"))


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at the first call, in machine integers without overflow checks.

    Arguments are C-contiguous arrays of int64, float64 or bool, scalars of these, and named
    tuples of arrays. Where neither the package's folder nor the user's cache folder can be
    written to, every process compiles for itself.
    """
    return _jit(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile into its callers, without counting references: for what allocates no array.

    A call that passes tuples of arrays copies them all, and counting their references takes
    three quarters of the time of a search.
    """
    return _jit(function, forceinline=True, _nrt=False)


def _jit(function: Callable[P, R], **options: bool) -> Callable[P, R]:
    njit = cast(Any, numba.njit)
    for wanted in ({**options, "cache": True}, options, {}):
        try:
            return cast(Callable[P, R], njit(nogil=True, **wanted)(function))
        except (RuntimeError, KeyError):
            # No folder to keep machine code in, or a numba without one of the options.
            continue
    raise AssertionError("numba refuses a function without options")


_keep_on_disk()
