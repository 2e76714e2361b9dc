"""What was acknowledged is there after the worst, and there is no half of anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.storage import Store, open_store
from tests.engine.storage.facts import TENANT
from tests.postgres import Server

ROUNDS = 3

WRITER = """
import sys
from dataclasses import replace
from engine.lifecycle.holds import Claim, ClaimKind
from engine.lifecycle.states import RouteEvent
from engine.storage import open_store
from tests.engine.storage.facts import AT, ROUTE, TENANT, after, sized_answer

store, turn = open_store(sys.argv[1]), sys.argv[2]
for i in range(100_000):
    name = f"{turn}-{i:05}"
    with store.writing(TENANT) as kept:
        kept.routes.add(replace(ROUTE, id=name, answer=sized_answer(20_000)))
        event = RouteEvent(AT, "u", "tutor", "agree", None, "proposed", "agreed")
        kept.routes.append(name, event)
        kept.holds.take(name, [Claim(ClaimKind.SEAT, name, 1, "s")], after(days=1), AT)
    print(name, flush=True)
"""
"""Writes routes, each with its history and a hold, and tells each one once it is kept."""

ROOT = Path(__file__).parents[3]


def start(url: str, turn: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, str(turn)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)


def first_told(writer: subprocess.Popen[str], n: int) -> list[str]:
    assert writer.stdout is not None
    return [writer.stdout.readline().strip() for _ in range(n)]


def rest_told(writer: subprocess.Popen[str]) -> list[str]:
    """Lines that were told before the end; the last one counts only if it is whole."""
    assert writer.stdout is not None
    lines = writer.stdout.read().split("\n")[:-1]
    writer.wait()
    writer.stdout.close()
    return lines


def check(store: Store, told: set[str]) -> None:
    """Every route that was told is there, and every route that is there is whole."""
    with store.reading(TENANT) as kept:
        there: set[str] = set()
        cursor: str | None = None
        while True:
            page = kept.routes.page(after=cursor, limit=1000)
            there |= {r.id for r in page.items}
            cursor = page.next
            if cursor is None:
                break
        assert told <= there
        # of each kill at most the one write that was under way is there without being told
        assert len(there - told) <= ROUNDS
        for name in there:
            assert len(kept.routes.events(name)) == 1
            assert len(kept.holds.of(name)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_killed_writer_of_sqlite_loses_nothing(url: str) -> None:
    """Killed at once while it writes, time after time: all it told is there, and no halves."""
    told: set[str] = set()
    for turn in range(ROUNDS):
        writer = start(url, turn)
        told |= set(first_told(writer, 5 + turn))
        writer.kill()
        told |= set(rest_told(writer))
        store = open_store(url)
        check(store, told)
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        store.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_a_killed_server_loses_nothing(own_server: Server) -> None:
    """The server dies while it is written to, time after time: the same holds once it is back."""
    url = own_server.url("postgres")
    first = open_store(url)
    first.upgrade()
    first.close()
    told: set[str] = set()
    for turn in range(ROUNDS):
        writer = start(url, turn)
        told |= set(first_told(writer, 5 + turn))
        own_server.kill()
        told |= set(rest_told(writer))
        own_server.start()
        store = open_store(url)
        check(store, told)
        store.close()
