"""Kill -9 of the service or of a solver's worker under write load: is anything lost?

    python -m tests.bench.durability --rounds 100 --database sqlite|postgres

Writers build routes, agree them, and enrol people, each write with an idempotency key. In the
middle of it the service (even rounds) or one of its workers (odd rounds) is killed. Then, with
the service started again where it was killed:

- every write that was acknowledged is there, in the state that was acknowledged or a later one;
- a write that got no answer is sent again with its key, and is done once;
- no route is half: its steps, its revision and the numbers of its events fit each other;
- no seat, mentor or slot is held more often than there are;
- a killed worker costs no request its answer; the service is ready again within 10 s;
- what it started has ended with it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from engine.domain import Offering
from engine.interchange import DataPackage
from engine.lifecycle.holds import ClaimKind
from engine.lifecycle.states import StepState
from engine.storage import DEFAULT_TENANT, RouteFilter, open_store
from tests.bench.serving import Client, Served, region_package, start
from tests.postgres import running_postgres

READY_MOST_S = 10.0
AGAIN_MOST_S = 20.0
"""A key of a call that died with its service is free again after 10 s."""

WRITERS = 4
AHEAD = {"proposed": 0, "returned": 0, "agreed": 1, "active": 2, "completed": 3, "cancelled": 3}
"""How far a route has come; it never goes back within the days of a run."""


@dataclass
class Journal:
    """What writers were told.

    Parameters
    ----------
    routes
        State by route id, as the last acknowledged answer said it.
    enrolled
        Route and step of acknowledged enrolments.
    unanswered
        Key and body of builds that got no answer.
    built
        Route id by key of an acknowledged build.
    refused
        Statuses that are answers too, by code: 409 of a race, 412 of a stale version.
    failures
        What must not be.
    """

    routes: dict[str, str] = field(default_factory=dict)
    enrolled: set[tuple[str, str]] = field(default_factory=set)
    unanswered: dict[str, bytes] = field(default_factory=dict)
    built: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    writes: int = 0


@dataclass
class Round:
    """One kill."""

    whom: str
    ready_s: float | None
    writes: int
    unanswered: int


class Writer:
    """Builds, agrees and enrols until it is told to stop or its service has gone."""

    def __init__(self, client: Client, journal: Journal, ids: Sequence[str], as_of: str) -> None:
        self.client, self.journal, self.ids, self.as_of = client, journal, ids, as_of

    def run(self, rng: random.Random, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._route(rng)
            except (OSError, http.client.HTTPException):
                if not stop.is_set():
                    self.journal.failures.append("the connection broke although nothing was killed")
                return

    def _route(self, rng: random.Random) -> None:
        journal = self.journal
        key = f"{rng.getrandbits(64):016x}"
        body = json.dumps(
            {
                "educator": {"id": rng.choice(self.ids)},
                "as_of": self.as_of,
                "options": {"deadline_ms": 400, "gap_rel": 0.05},
            }
        ).encode()
        journal.unanswered[key] = body
        status, answer = self.client.ask("POST", "/routes", body, {"Idempotency-Key": key})
        del journal.unanswered[key]
        route = self._acknowledged(status, 201, answer)
        if route is None:
            return
        journal.built[key] = route["id"]
        if not (route["route"] or {}).get("steps"):
            return
        agreed = self._change(route, "decisions", {"decision": "agree"}, rng)
        if agreed is None or agreed["lifecycle"]["state"] == "proposed":
            return
        step = agreed["lifecycle"]["steps"][0]["step"]
        event = {"events": [{"step": step, "event": "enrolled"}]}
        if self._change(agreed, "progress", event, rng) is not None:
            journal.enrolled.add((route["id"], step))

    def _change(self, route: dict, what: str, body: object, rng: random.Random) -> dict | None:  # type: ignore[type-arg]
        headers = {
            "If-Match": f'"{route["lifecycle"]["version"]}"',
            "Idempotency-Key": f"{rng.getrandbits(64):016x}",
        }
        path = f"/routes/{route['id']}/{what}"
        status, answer = self.client.ask("POST", path, json.dumps(body).encode(), headers)
        return self._acknowledged(status, 200, answer)

    def _acknowledged(self, status: int, wanted: int, answer: bytes) -> dict | None:  # type: ignore[type-arg]
        told = json.loads(answer)
        if status == wanted:
            self.journal.writes += 1
            self.journal.routes[told["id"]] = told["lifecycle"]["state"]
            return told  # type: ignore[no-any-return]
        if status in (409, 412):
            self.journal.refused[told["code"]] += 1
        else:
            self.journal.failures.append(f"{status}: {answer[:300]!r}")
        return None


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    """Address of an empty database that keeps what it acknowledged."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/routes.db"
        return
    with running_postgres({"synchronous_commit": "on"}) as server:
        yield server.url(server.new_database())


def kill_rounds(
    kind: str, rounds: int, seed: int = 0, activities: int = 80
) -> tuple[list[Round], Journal]:
    """Kill so many times and check after each.

    Raises
    ------
    AssertionError
        Something was lost, doubled or half.
    """
    rng = random.Random(seed)
    done: list[Round] = []
    journal = Journal()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = region_package(activities, 60, 1, folder / "region")
        with databases(kind, folder) as url:
            arguments = ("--package", "region", "--database", url)
            settings = {
                "workers": 2,
                "rate_limit_per_minute": 1_000_000,
                "rate_limit_solves_per_minute": 1_000_000,
            }
            service = start(folder, *arguments, **settings)
            try:
                for number in range(rounds):
                    whole = number % 2 == 0
                    before = journal.writes
                    _under_load(service, package, journal, rng, whole=whole)
                    ready = None
                    unanswered = len(journal.unanswered)
                    if whole:
                        started = time.monotonic()
                        service = start(folder, *arguments, **settings)
                        ready = time.monotonic() - started
                    _send_again(service, journal)
                    _check(service, url, package, journal)
                    whom = "service" if whole else "worker"
                    done.append(Round(whom, ready, journal.writes - before, unanswered))
            finally:
                _end(service)
    return done, journal


def _under_load(
    service: Served, package: DataPackage, journal: Journal, rng: random.Random, *, whole: bool
) -> None:
    stop = threading.Event()
    ids = [e.id for e in package.educators]
    writers = [
        Writer(service.client(), journal, ids, package.as_of.isoformat()) for _ in range(WRITERS)
    ]
    seeds = [rng.getrandbits(32) for _ in writers]
    threads = [
        threading.Thread(target=w.run, args=(random.Random(seed), stop))
        for w, seed in zip(writers, seeds, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.5, 2.5))
    children = psutil.Process(service.process.pid).children(recursive=True)
    if whole:
        stop.set()
        service.process.kill()
        service.ended()
        _, alive = psutil.wait_procs(children, timeout=READY_MOST_S)
        assert not alive, f"{alive} outlive the service"
    else:
        workers = [c for c in children if _solves(c)]
        rng.choice(workers).send_signal(signal.SIGKILL)
        time.sleep(rng.uniform(0.5, 1.5))
        stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a client still waits for its answer"
    for writer in writers:
        writer.client.close()
    assert not journal.failures, journal.failures[:3]


def _solves(process: psutil.Process) -> bool:
    """Whether it is a worker: what helps ``multiprocessing`` has not loaded the engine."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.memory_info().rss > 100 * 2**20)
    return False


def _send_again(service: Served, journal: Journal) -> None:
    """Ask again for what got no answer, as a client does that is told when to come again."""
    client = service.client()
    for key, body in sorted(journal.unanswered.items()):
        for _ in range(2):
            until = time.monotonic() + AGAIN_MOST_S
            while True:
                status, answer = client.ask("POST", "/routes", body, {"Idempotency-Key": key})
                told = json.loads(answer)
                if told.get("code") != "idempotency_running" or time.monotonic() > until:
                    break
                time.sleep(1)
            assert status == 201, f"{status}: {answer[:300]!r}"
            assert journal.built.setdefault(key, told["id"]) == told["id"], "done twice"
            journal.routes.setdefault(told["id"], told["lifecycle"]["state"])
    journal.unanswered.clear()
    client.close()


def _check(service: Served, url: str, package: DataPackage, journal: Journal) -> None:
    client = service.client()
    for id, state in journal.routes.items():
        status, answer = client.ask("GET", f"/routes/{id}")
        assert status == 200, f"the acknowledged route {id} answers {status}"
        life = json.loads(answer)["lifecycle"]
        assert AHEAD[life["state"]] >= AHEAD[state], f"{id} was {state} and is {life['state']}"
        states = {s["step"]: s["state"] for s in life["steps"]}
        lost = [s for r, s in journal.enrolled if r == id and states[s] != StepState.ENROLLED]
        assert not lost, f"{id}: the enrolment in {lost} was acknowledged and is not there"
    client.close()
    _check_database(url, package, journal)


def _check_database(url: str, package: DataPackage, journal: Journal) -> None:
    offerings: dict[str, Offering] = {o.id: o for o in package.offerings}
    places = {m.id: m.capacity for m in package.mentors}
    store = open_store(url)
    held: Counter[tuple[str, str]] = Counter()
    try:
        with store.reading(DEFAULT_TENANT) as kept:
            ids, after = [], None
            while True:
                page = kept.routes.page(RouteFilter(), after, 200)
                ids += [summary.id for summary in page.items]
                after = page.next
                if after is None:
                    break
            assert set(ids) == set(journal.routes), "a route that nobody was told of"
            for id in ids:
                route = kept.routes.get(id)
                assert route is not None
                told = json.loads(route.answer)
                steps = [s["id"] for s in (told["route"] or {"steps": []})["steps"]]
                assert [s.step_id for s in route.steps] == steps, f"{id} is half"
                numbers = [e.seq for e in kept.routes.events(id)]
                assert numbers == list(range(1, len(numbers) + 1)), f"{id} lacks events"
                for claim, _ in kept.holds.of(id):
                    held[claim.kind.value, claim.resource] += 1
    finally:
        store.close()
    for (kind, resource), count in held.items():
        most = 1
        if kind == ClaimKind.SEAT:
            most = _seats(offerings[resource])
        elif kind == ClaimKind.MENTOR:
            most = places[resource]
        assert count <= most, f"{kind} {resource}: {count} hold what there is {most} of"


def _seats(offering: Offering) -> int:
    assert offering.seats_left is not None, "a hold on what has no limit"
    return offering.seats_left


def _end(service: Served) -> None:
    with suppress(ProcessLookupError):
        os.killpg(service.process.pid, signal.SIGKILL)
    service.ended()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = time.monotonic()
    rounds, journal = kill_rounds(options.database, options.rounds, options.seed)
    ready = sorted(r.ready_s for r in rounds if r.ready_s is not None)
    print(
        f"{options.database}: {len(rounds)} kills in {time.monotonic() - started:.0f} s; "
        f"{journal.writes} acknowledged writes, all there; {len(journal.routes)} routes, "
        f"{len(journal.enrolled)} enrolments; {sum(r.unanswered for r in rounds)} builds without "
        f"an answer sent again; refused {dict(journal.refused)}; ready after a restart "
        f"{ready[len(ready) // 2]:.1f} s at the median, {ready[-1]:.1f} at most"
    )
    if ready[-1] > READY_MOST_S:
        raise SystemExit(f"ready only after {ready[-1]:.1f} s")


if __name__ == "__main__":
    main()
