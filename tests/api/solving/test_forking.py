"""What a process finds loaded that a fork server has started."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection

import pytest

from api.solving.forking import PRELOADED, start_context
from engine.planning.warm import warm


def tell(pipe: Connection) -> None:
    """Whether the modules were there before anything was asked, and the loops loaded."""
    pipe.send((PRELOADED in sys.modules, warm.cache_info().currsize))
    pipe.close()


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork server here"
)
def test_a_worker_begins_with_its_loops_loaded() -> None:
    """The module to preload exists (a fork server passes over one that does not), and the solver
    was warmed in it, not in each worker after its fork.
    """
    context = start_context()
    ours, theirs = context.Pipe()
    process = context.Process(target=tell, args=(theirs,))  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    assert ours.recv() == (True, 1)
    ours.close()
    process.join()
