"""The pool over calls that solve nothing: what becomes of a call whatever becomes of workers."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from api.solving.errors import CallOverrun, Overloaded, Stopping, WorkerLost
from api.solving.pool import SolverPool
from api.solving.spec import EngineKey
from api.solving.worker import WorkerFault
from engine.errors import ConfigurationError, Fault, InputError, NothingToPlan
from engine.planning.solution import Progress
from engine.recommender import OutdatedRoute
from tests.api.solving.work import (
    KEY,
    Budget,
    Die,
    Gate,
    Plain,
    Raise,
    UntilStopped,
    WhoAmI,
    entered,
    until,
)

Start = Callable[..., SolverPool]


@pytest.fixture
def start() -> Iterator[Start]:
    """Makes pools with the plain engine, and closes them."""
    made: list[SolverPool] = []

    def make(workers: int = 1, queue_size: int = 8, **limits: float) -> SolverPool:
        pool = SolverPool(workers, queue_size, **limits)
        made.append(pool)
        pool.start(Plain())
        return pool

    yield make
    for pool in made:
        pool.close()


def gone(pid: int) -> bool:
    """Whether the process has ended (one that its parent has not looked at yet has, too)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


# ------------------------------------------------------------------------ calls and answers


def test_calls_are_done_by_other_processes(start: Start) -> None:
    """Two calls at a time are in two processes, neither of them this one."""
    pool = start(2)
    until(lambda: pool.stats().alive == 2)
    names, pids = zip(
        *(pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result() for _ in range(8)),
        strict=True,
    )
    assert set(names) == {"v1"}
    assert os.getpid() not in pids
    assert set(pids) <= set(pool.pids())


@pytest.mark.parametrize(
    "error",
    [
        InputError([Fault("unknown_node", "нет узла", pointer="/a/0", parameters={"a": 1})]),
        NothingToPlan([Fault("x", "y")], ["make a test"]),
        OutdatedRoute("d" * 64),
    ],
)
def test_errors_arrive_as_they_were_raised(start: Start, error: Exception) -> None:
    """Type, text and every attribute are the same, and the worker's traceback is with them."""
    with pytest.raises(type(error)) as caught:
        start().submit(Raise(error), key=KEY, deadline_ms=1_000).result()
    assert vars(caught.value).items() >= vars(error).items()
    assert str(caught.value) == str(error)
    assert "work.py" in "".join(caught.value.__notes__)


class Twisted(Exception):
    """Cannot be made again from its text."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__(f"{left} and {right}")


def test_an_error_that_cannot_cross_is_told(start: Start) -> None:
    """The worker does not die of it, and the text says what it was."""
    pool = start()
    with pytest.raises(WorkerFault, match="Twisted: 1 and 2"):
        pool.submit(_raises_twisted, key=KEY, deadline_ms=1_000).result()  # type: ignore[arg-type]
    assert pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result()[0] == "v1"
    assert pool.stats().restarts == 0


class _RaisesTwisted:
    def run(self, engine: object, on_progress: object = None) -> None:
        raise Twisted(1, 2)


_raises_twisted = _RaisesTwisted()


def test_a_call_that_was_given_up_is_not_done(start: Start, tmp_path: Path) -> None:
    """Cancelled in the line, it never reaches a worker."""
    pool = start()
    first = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=1_000)
    entered(tmp_path)
    given_up = pool.submit(Die(), key=KEY, deadline_ms=1_000)
    assert given_up.cancel()
    (tmp_path / "go").touch()
    first.result()
    assert pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result()[0] == "v1"
    with pytest.raises(CancelledError):
        given_up.result()
    assert pool.stats().restarts == 0


# ----------------------------------------------------------------------------------- deaths


def test_a_worker_killed_at_work_costs_nobody_an_answer(start: Start, tmp_path: Path) -> None:
    """kill -9 in the middle of a call: another process does it, and the pool is whole again."""
    pool = start(2)
    call = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=1_000)
    (victim,) = entered(tmp_path)
    os.kill(victim, signal.SIGKILL)
    entered(tmp_path, 2)
    (tmp_path / "go").touch()
    assert call.result() != victim
    until(lambda: pool.stats().alive == 2)
    assert pool.stats().restarts == 1
    assert gone(victim)


def test_the_second_death_is_an_answer(start: Start) -> None:
    """A call that kills whoever does it is tried twice and no more; others are done after it."""
    pool = start()
    with pytest.raises(WorkerLost) as caught:
        pool.submit(Die(), key=KEY, deadline_ms=1_000).result()
    assert caught.value.code == "worker_lost"
    assert pool.stats().restarts == 2
    assert pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result()[0] == "v1"


def test_a_worker_killed_at_rest_is_replaced(start: Start) -> None:
    """Nobody asked it anything: it is replaced all the same, and no call fails."""
    pool = start()
    (victim,) = pool.pids()
    os.kill(victim, signal.SIGKILL)
    assert pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result()[1] != victim
    os.kill(pool.pids()[0], signal.SIGKILL)
    until(lambda: pool.stats().restarts == 2 and pool.ready())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_to_the_group_do_not_end_a_solve(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    """When to end is the parent's to say."""
    pool = start()
    call = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=1_000)
    (pid,) = entered(tmp_path)
    os.kill(pid, number)
    (tmp_path / "go").touch()
    assert call.result() == pid


# ----------------------------------------------------------------------- waiting and limits


def test_a_call_that_overruns_is_ended(start: Start, tmp_path: Path) -> None:
    """It is answered as such, tried only once, and its worker is replaced."""
    pool = start(grace_s=0.2)
    call = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=100)
    (victim,) = entered(tmp_path)
    with pytest.raises(CallOverrun):
        call.result()
    until(lambda: pool.ready() and gone(victim))
    assert len(list(tmp_path.glob("in-*"))) == 1
    assert pool.stats().restarts == 1


def test_a_stopped_process_is_ended_too(start: Start, tmp_path: Path) -> None:
    """One that does not even run any more (SIGSTOP) holds up nobody beyond the grace."""
    pool = start(grace_s=0.2)
    call = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=100)
    (victim,) = entered(tmp_path)
    os.kill(victim, signal.SIGSTOP)
    with pytest.raises(CallOverrun):
        call.result()
    until(lambda: gone(victim))


def test_a_full_line_turns_away(start: Start, tmp_path: Path) -> None:
    """One at work, two in the line: the fourth hears when to come again; the three are done."""
    pool = start(1, 2)
    calls = [pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)]
    entered(tmp_path)
    calls += [pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000) for _ in range(2)]
    with pytest.raises(Overloaded) as caught:
        pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)
    # nothing has ended yet, so a call counts as a second: two in the line and this one
    assert caught.value.retry_after_s == 3
    assert caught.value.headers == {"Retry-After": "3"}
    assert (pool.stats().waiting, pool.stats().overloaded) == (2, 1)
    (tmp_path / "go").touch()
    assert len({call.result() for call in calls}) == 1


def test_nobody_waits_for_ever(start: Start, tmp_path: Path) -> None:
    """After the longest wait a call in the line is turned away; the one at work goes on."""
    pool = start(wait_most_s=0.3)
    first = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)
    entered(tmp_path)
    with pytest.raises(Overloaded):
        pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000).result()
    assert not first.done()
    (tmp_path / "go").touch()
    first.result()


def test_waiting_shortens_the_solve(start: Start, tmp_path: Path) -> None:
    """Who did not wait has its deadline; who waited has what is left; nobody less than 200 ms."""
    pool = start()
    whole = pool.submit(Budget(), key=KEY, deadline_ms=5_000).result()
    assert 4_500 < whole <= 5_000
    first = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)
    entered(tmp_path)
    waited = pool.submit(Budget(), key=KEY, deadline_ms=5_000)
    too_long = pool.submit(Budget(), key=KEY, deadline_ms=300)
    tiny = pool.submit(Budget(), key=KEY, deadline_ms=50)
    time.sleep(0.4)
    (tmp_path / "go").touch()
    first.result()
    assert waited.result() <= 4_600
    assert 100 < too_long.result() <= 200
    assert tiny.result() <= 50


# -------------------------------------------------------------------------- stop, progress


def test_a_stop_ends_a_call_with_what_it_has(start: Start, tmp_path: Path) -> None:
    """Progress arrives while the call goes on; after the stop its result is the last of it."""
    pool = start()
    heard: list[Progress] = []
    call = pool.submit(
        UntilStopped(tmp_path), key=KEY, deadline_ms=60_000, on_progress=heard.append, job="j"
    )
    until(lambda: len(heard) >= 3)
    assert not pool.stop("another")
    assert pool.stop("j")
    best = call.result()
    assert [p.value_mpt for p in heard] == list(range(1, best + 1))
    assert not pool.stop("j")


def test_a_stop_reaches_a_call_in_the_line(start: Start, tmp_path: Path) -> None:
    """It is begun in its turn and ends at once."""
    pool = start()
    first = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)
    entered(tmp_path)
    second = pool.submit(UntilStopped(tmp_path), key=KEY, deadline_ms=60_000, job="j")
    assert pool.stop("j")
    (tmp_path / "go").touch()
    first.result()
    assert second.result() <= 100


def test_a_listener_that_fails_harms_nothing(start: Start, tmp_path: Path) -> None:
    """The call goes on to its end."""
    pool = start()

    def bad(progress: Progress) -> None:
        raise RuntimeError("listener")

    call = pool.submit(
        UntilStopped(tmp_path), key=KEY, deadline_ms=60_000, on_progress=bad, job="j"
    )
    entered(tmp_path)
    pool.stop("j")
    assert call.result() >= 0


# ------------------------------------------------------------------------------- the engines


def test_another_engine_comes_without_a_pause(start: Start) -> None:
    """While it is built the old one answers; after that the new one does; no call is lost."""
    pool = start(2)
    newer = EngineKey("t", "v2")
    key, end = KEY, threading.Event()
    answers: list[tuple[str, str]] = []
    during: list[int] = []

    def ask() -> None:
        while not end.is_set():
            mine = key
            name, _ = pool.submit(WhoAmI(), key=mine, deadline_ms=1_000).result()
            answers.append((mine.catalogue, name))

    callers = [threading.Thread(target=ask) for _ in range(4)]
    for caller in callers:
        caller.start()
    until(lambda: len(answers) > 10)
    before = len(answers)
    pool.install(Plain(newer, takes_s=0.5))
    during.append(len(answers) - before)
    key = newer
    reached = len(answers)
    until(lambda: len(answers) > reached + 20)
    end.set()
    for caller in callers:
        caller.join()
    assert during[0] > 10
    assert all(asked == name for asked, name in answers)
    assert {name for _, name in answers} == {"v1", "v2"}
    assert pool.stats().restarts == 0


def test_an_engine_that_cannot_be_built_changes_nothing(start: Start) -> None:
    """The refusal is raised where it was asked for; the old engine goes on in the same worker."""
    pool = start()
    before = pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result()
    with pytest.raises(ConfigurationError, match="нет такого каталога"):
        pool.install(Plain(EngineKey("t", "v2"), refused=True))
    assert pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000).result() == before


def test_a_pool_that_cannot_begin_says_why() -> None:
    """What the engine raised in the workers comes out of the start, and nothing is left behind."""
    pool = SolverPool(2, 8)
    with pytest.raises(ConfigurationError, match="нет такого каталога"):
        pool.start(Plain(refused=True))
    assert not pool.ready()
    assert pool.pids() == []


def test_engines_of_tenants_live_side_by_side(start: Start) -> None:
    """More of them than a worker keeps: each call is answered by its own."""
    pool = start()
    keys = [EngineKey(f"t{i}", f"c{i}") for i in range(6)]
    for key in keys:
        pool.install(Plain(key))
    for key in itertools.chain(keys, reversed(keys)):
        assert pool.submit(WhoAmI(), key=key, deadline_ms=1_000).result()[0] == key.catalogue


def test_an_engine_of_long_ago_is_stood_in_for(start: Start) -> None:
    """A call that began two versions ago gets the newest of its tenant, never an error."""
    pool = start()
    for version in ("v2", "v3"):
        pool.install(Plain(EngineKey("t", version)))
    names = [
        pool.submit(WhoAmI(), key=EngineKey("t", v), deadline_ms=1_000).result()[0]
        for v in ("v1", "v2", "v3")
    ]
    assert names == ["v3", "v2", "v3"]


# ------------------------------------------------------------------------------------ the end


def test_draining_finishes_what_goes_on(start: Start, tmp_path: Path) -> None:
    """New calls are refused, those at work and in the line are done, no process is left."""
    pool = start()
    calls = [pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000)]
    (pid,) = entered(tmp_path)
    calls.append(pool.submit(Gate(tmp_path), key=KEY, deadline_ms=9_000))
    drain = threading.Thread(target=pool.drain, args=(60,))
    drain.start()
    until(lambda: not pool.ready())
    with pytest.raises(Stopping):
        pool.submit(WhoAmI(), key=KEY, deadline_ms=1_000)
    (tmp_path / "go").touch()
    drain.join()
    assert [call.result() for call in calls] == [pid, pid]
    until(lambda: gone(pid))


def test_draining_is_bounded_and_keeps_the_best(start: Start, tmp_path: Path) -> None:
    """At the end of the time a running solve gives its best, what waits is turned away."""
    pool = start()
    call = pool.submit(UntilStopped(tmp_path), key=KEY, deadline_ms=60_000)
    (pid,) = entered(tmp_path)
    waiting = pool.submit(WhoAmI(), key=KEY, deadline_ms=60_000)
    pool.drain(1)
    assert call.result() >= 0
    with pytest.raises(Stopping):
        waiting.result()
    until(lambda: gone(pid))


def test_closing_ends_even_a_call_that_will_not(start: Start, tmp_path: Path) -> None:
    """Its future fails, its process is gone, and the thread of the seat too."""
    pool = start()
    call = pool.submit(Gate(tmp_path), key=KEY, deadline_ms=60_000)
    (pid,) = entered(tmp_path)
    pool.close()
    with pytest.raises((Stopping, WorkerLost)):
        call.result()
    assert gone(pid)
    assert not [t for t in threading.enumerate() if t.name == "solver-seat" and t.is_alive()]
