"""How worker processes are started, and what they find loaded; imports nothing of the engine."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

PRELOADED = "api.solving.preloaded"
"""Imported by the fork server, by nobody else."""


def start_context() -> BaseContext:
    """How processes are started: never by forking this one, which has threads.

    A fork server imports what workers need once, loads the solver's loops once, and has one
    thread, so a worker starts in milliseconds; where there is none, each starts from nothing.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    return context


def begin_importing() -> None:
    """Let the fork server import what workers need while this process does something else."""
    if start_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver  # not there where there is no fork server

        forkserver.ensure_running()
