"""Computations: one a question, kept while the data stand, and nobody is held for minutes."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from api.computing import flights
from api.computing.flights import Computations, Flight, Question, Run, StillComputing
from api.computing.waiting import patience
from api.solving.errors import Overloaded, Stopping
from api.state import Loading

AT = dt.datetime(2026, 9, 1, 6, 30, tzinfo=dt.UTC)


def question(version: object = 1, subject: str = "analysis", **more: Any) -> Question:
    return Question("t", subject, version, **more)


class Work:
    """Counts what was computed; each waits for its gate."""

    def __init__(self, open_: bool = True) -> None:
        self.gate = threading.Event()
        self.begun = threading.Semaphore(0)
        self.count = 0
        if open_:
            self.gate.set()

    def __call__(self, run: Run) -> int:
        self.count += 1
        self.begun.release()
        assert self.gate.wait(30)
        return self.count


@pytest.fixture
def computations() -> Computations:
    """Of a service without worker processes."""
    return Computations(Loading())


def result(computations: Computations, flight: Flight[Any], wait_s: float = 30) -> Any:
    return asyncio.run(computations.answer(flight, wait_s))


def test_two_callers_have_one_computation(computations: Computations) -> None:
    """Whoever asks while it goes on joins it; whoever asks later gets the kept result."""
    work = Work(open_=False)
    one, other = (computations.ask(question(), work, AT) for _ in range(2))
    work.gate.set()
    assert one is other
    assert result(computations, one) == result(computations, other) == 1
    assert result(computations, computations.ask(question(), work, AT)) == 1
    assert work.count == 1


def test_other_data_subjects_and_tenants_are_other_questions(computations: Computations) -> None:
    """Each is computed by itself."""
    work = Work()
    asked = (
        question(1), question(2), question(2, "report"), Question("other", "analysis", 2),
    )  # fmt: skip
    given = [result(computations, computations.ask(q, work, AT)) for q in asked]
    assert given == [1, 2, 3, 4]


def test_a_caller_is_held_no_longer_than_he_wants(computations: Computations) -> None:
    """Without patience he is told at once, and the computation goes on for the next caller."""
    work = Work(open_=False)
    flight = computations.ask(question(), work, AT)
    with pytest.raises(StillComputing) as told:
        result(computations, flight, 0)
    assert told.value.flight.asked_at == AT
    work.gate.set()
    assert result(computations, computations.ask(question(), work, AT)) == 1


def test_a_failure_is_told_to_all_who_wait_and_not_kept(computations: Computations) -> None:
    """Both callers get the error; the next one has it computed anew."""
    gate = threading.Event()

    def failing(run: Run) -> int:
        gate.wait(30)
        raise ZeroDivisionError("planted")

    both = [computations.ask(question(), failing, AT) for _ in range(2)]
    gate.set()
    for flight in both:
        with pytest.raises(ZeroDivisionError):
            result(computations, flight)
    assert result(computations, computations.ask(question(), Work(), AT)) == 1


def test_computations_of_a_lane_follow_one_another(computations: Computations) -> None:
    """The second large one begins when the first is over; a small one does not wait for them."""
    first, second, small = Work(open_=False), Work(), Work()
    one = computations.ask(question(), first, AT)
    assert first.begun.acquire(timeout=30)
    two = computations.ask(question(subject="report"), second, AT)
    part = question(subject="school", lane="organisation")
    assert result(computations, computations.ask(part, small, AT)) == 1
    assert (one.began is None, two.began is None, second.count) == (False, True, 0)
    first.gate.set()
    assert result(computations, two) == 1


def test_too_many_are_refused(computations: Computations, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is bounded; joining what goes on is always possible."""
    monkeypatch.setattr(flights, "OPEN_MOST", 1)
    work = Work(open_=False)
    flight = computations.ask(question(), work, AT)
    with pytest.raises(Overloaded) as refused:
        computations.ask(question(subject="report"), work, AT)
    assert int(refused.value.headers["Retry-After"]) >= 1
    assert computations.ask(question(), work, AT) is flight
    work.gate.set()
    result(computations, flight)


@pytest.mark.parametrize(
    ("took_s", "after_s", "served"),
    [(2.0, 0.0, False), (40.0, 39.0, True), (40.0, 41.0, False), (9_000.0, 601.0, False)],
)
def test_a_long_one_is_found_by_whoever_comes_back(
    computations: Computations, monkeypatch: pytest.MonkeyPatch,
    took_s: float, after_s: float, served: bool,
) -> None:  # fmt: skip
    """Data have changed: what took 40 s is served for 40 s more, what took 9 000 s for 600, and
    what a caller could have waited for not at all."""
    work, start = Work(), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: start)
    computations.keep(question(1), "old", took_s)
    monkeypatch.setattr(time, "monotonic", lambda: start + after_s + 1e-6)
    given = computations.ask(question(2), work, AT).future.result(30)
    assert given == ("old" if served else 1)


def test_a_long_one_on_older_data_is_joined(
    computations: Computations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While data are written, a computation of minutes is not begun anew for each caller."""
    work = Work(open_=False)
    flight = computations.ask(question(1), work, AT)
    assert work.begun.acquire(timeout=30)
    fresh = computations.ask(question(2, "report"), work, AT)
    assert computations.ask(question(3, "report"), work, AT) is not fresh
    flight.asked -= flights.WAIT_S + 1
    assert computations.ask(question(2), work, AT) is flight
    work.gate.set()


def test_what_is_known_is_of_the_same_data(computations: Computations) -> None:
    """A result that another computation had on its way is not taken for other data."""
    computations.keep(question(1), "analysis")
    assert computations.known(question(1)) == "analysis"
    assert computations.known(question(2)) is None


def test_the_oldest_results_make_room(
    computations: Computations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more are kept than is said; what was asked for last stays."""
    monkeypatch.setattr(flights, "KEPT_MOST", 2)
    for subject in ("a", "b"):
        computations.keep(question(subject=subject), subject)
    computations.ask(question(subject="a"), Work(), AT)
    computations.keep(question(subject="c"), "c")
    assert [computations.known(question(subject=s)) for s in "abc"] == ["a", None, "c"]


def test_a_stop_lets_go_of_everybody() -> None:
    """Who waits is told at once, nothing new begins, and nothing is left that waits for a turn."""
    loading = Loading()
    computations = Computations(loading)
    work, waiting = Work(open_=False), Work()
    flight = computations.ask(question(), work, AT)
    assert work.begun.acquire(timeout=30)
    queued = computations.ask(question(subject="report"), waiting, AT)
    loading.stopping = True
    with pytest.raises(Stopping):
        result(computations, flight)
    computations.close()
    with pytest.raises(Stopping):
        computations.ask(question(), work, AT)
    work.gate.set()
    with pytest.raises(Stopping):
        queued.future.result(30)
    assert waiting.count == 0


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        (None, (10.0, "")),
        ("respond-async", (0.0, "respond-async")),
        ("return=minimal, Respond-Async;x=1", (0.0, "respond-async")),
        ("wait=3", (3.0, "wait=3")),
        ('wait="0"', (0.0, 'wait="0"')),
        ("wait=500", (10.0, "wait=500")),
        ("wait=-1, wait=x", (10.0, "")),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(
    prefer: str | None, expected: tuple[float, str]
) -> None:
    """Not to wait, or how long; nobody waits longer than the bound."""
    assert patience(prefer) == expected


def test_processes_do_it_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """With workers the heavy part goes to a process, without to the thread itself."""
    sent: list[object] = []

    def apart(self: Any, call: Callable[[], int]) -> str:
        sent.append(call)
        return "apart"

    monkeypatch.setattr(flights.Apart, "run", apart)

    class Own:
        def run(self) -> str:
            return "here"

    for pool, given in ((None, "here"), (object(), "apart")):
        computations = Computations(Loading(pool=pool))  # type: ignore[arg-type]
        flight = computations.ask(question(), lambda run: run(Own()), AT)
        assert flight.future.result(30) == given
    assert len(sent) == 1
