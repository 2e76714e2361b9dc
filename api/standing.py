"""Collections of garbage need not walk through what stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Collect nothing while what stays is loaded: a start takes a quarter less."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def spare_what_stays() -> None:
    """Leave everything that is loaded out of later collections.

    A whole collection beside a catalogue of 3 000 activities stops the process for 0.2 to 0.4 s, in
    the middle of somebody's request. What is left out is still freed once nothing refers to it;
    rings of references would stay, and engines have none.
    """
    gc.collect()
    gc.freeze()
