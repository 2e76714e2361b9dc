"""The service beside the bare solver, under load and when it is read.

    python -m tests.bench.service [--activities 300] [--minutes 10] [--clients 8]

On the catalogue of the planning benchmark, gap asked 1 %:

1. one client: ``POST /routes`` beside ``Recommender.recommend`` of the same requests, taken in
   turns, so that a busy machine slows both;
2. ``--clients`` clients for ``--minutes``: routes per second beside what as many bare processes
   reach, measured before and after; errors, memory and the processor share of the load client;
3. ``GET /routes/{id}`` by one process beside an empty FastAPI endpoint, in turns.

``--minutes 0`` leaves the load out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import uvicorn
from fastapi import FastAPI

from engine.interchange import DataPackage, request_for
from engine.recommender import Recommender, RouteRequest
from tests.bench.results import machine
from tests.bench.serving import Client, Served, region_package, served

GAP_REL = 0.01
DEADLINE_MS = 1_500
SEED = 1


def main() -> None:
    """Run and print."""
    options = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = region_package(options.activities, options.educators, SEED, folder / "region")
        ids = [e.id for e in package.educators]
        print(f"{machine()}; {options.activities} activities, {len(package.offerings)} offerings")
        settings = {
            "workers": options.workers,
            "rate_limit_per_minute": 1_000_000,
            "rate_limit_solves_per_minute": 1_000_000,
        }
        with served(folder, "--package", "region", **settings) as service:
            _one_client(service, package, ids[: options.singles])
            _reads(service, options.reads)
            if options.minutes == 0:
                return
            before = bare_rate(package, options.workers, options.bare_s)
            load = run_load(service, ids, options.clients, 60 * options.minutes)
            after = bare_rate(package, options.workers, options.bare_s)
            load.print(statistics.mean((before, after)), (before, after))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activities", type=int, default=300)
    parser.add_argument("--educators", type=int, default=400)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--singles", type=int, default=200)
    parser.add_argument("--reads", type=int, default=5_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--bare-s", type=float, default=45.0)
    return parser.parse_args()


def asked(package: DataPackage, id: str) -> RouteRequest:
    """What a body of ``body`` means."""
    return replace(request_for(package, id), gap_rel=GAP_REL, deadline_ms=DEADLINE_MS)


def body(id: str, as_of: str) -> bytes:
    """Body of ``POST /routes``."""
    options = {"gap_rel": GAP_REL, "deadline_ms": DEADLINE_MS}
    return json.dumps({"educator": {"id": id}, "as_of": as_of, "options": options}).encode()


def _one_client(service: Served, package: DataPackage, ids: Sequence[str]) -> None:
    recommender = Recommender.from_package(package)
    as_of = package.as_of.isoformat()
    client = service.client()
    recommender.recommend(asked(package, ids[0]))
    client.ask("POST", "/routes", body(ids[0], as_of))
    bare, over = [], []
    for id in ids:
        bare.append(_ms(lambda id=id: recommender.recommend(asked(package, id))))  # type: ignore[misc]
        over.append(_ms(lambda id=id: _created(client, id, as_of)))  # type: ignore[misc]
    for title, quantile in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        own, peer = np.quantile(over, quantile), np.quantile(bare, quantile)
        print(f"one client {title}: POST {own:.0f} ms, recommend {peer:.0f} ms, +{own - peer:.0f}")
    added = np.array(over) - np.array(bare)
    print(f"one client, of the same request: median of the difference {np.median(added):.1f} ms")


def _created(client: Client, id: str, as_of: str) -> None:
    status, answer = client.ask("POST", "/routes", body(id, as_of))
    if status != 201:
        raise RuntimeError(f"{status}: {answer[:500]!r}")


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - started)


# ------------------------------------------------------------------------------ under load


@dataclass
class Load:
    """What a load run has seen."""

    seconds: float
    times_ms: list[float]
    errors: list[str]
    memory_mib: list[tuple[float, float]]
    client_cpu_s: float
    service_cpu_s: float
    per_minute: list[int] = field(default_factory=list)

    def print(self, bare: float, both: tuple[float, float]) -> None:
        """Print beside the rate of the bare solver."""
        rate = len(self.times_ms) / self.seconds
        p50, p99 = np.quantile(self.times_ms, [0.5, 0.99])
        first, last = self.memory_mib[0][1], self.memory_mib[-1][1]
        top = max(mib for _, mib in self.memory_mib)
        busy = self.client_cpu_s / (self.client_cpu_s + self.service_cpu_s)
        print(
            f"load: {rate:.1f} routes/s for {self.seconds:.0f} s, bare {bare:.1f}/s "
            f"({both[0]:.1f} before, {both[1]:.1f} after), ratio {rate / bare:.2f}; "
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms; errors {len(self.errors)}"
        )
        print(
            f"load: memory {first:.0f} → {last:.0f} MiB, at most {top:.0f}; the load client took "
            f"{busy:.1%} of the processor time of both; by the minute {self.per_minute}"
        )
        by_minute = {int(at // 60): f"{mib:.0f}" for at, mib in self.memory_mib}
        print(f"load: memory at the end of each minute, MiB: {' '.join(by_minute.values())}")
        for error in self.errors[:3]:
            print(f"  {error}")


def run_load(service: Served, ids: Sequence[str], clients: int, seconds: float) -> Load:
    """Routes of ``clients`` clients one after another, for so many seconds."""
    times: list[tuple[float, float]] = []
    errors: list[str] = []
    memory: list[tuple[float, float]] = []
    started = time.monotonic()
    as_of = time.strftime("2026-08-26T12:00:00+10:00")

    def work(number: int) -> None:
        client = service.client()
        at = number
        while time.monotonic() - started < seconds:
            ms = time.perf_counter()
            status, answer = client.ask("POST", "/routes", body(ids[at % len(ids)], as_of))
            if status == 201:
                elapsed = 1_000 * (time.perf_counter() - ms)
                times.append((time.monotonic() - started, elapsed))
            else:
                errors.append(f"{status} {answer[:300]!r}")
            at += clients
        client.close()

    own, theirs = time.process_time(), service.cpu_s()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        memory.append((time.monotonic() - started, service.memory_mib()))
        threads[0].join(min(15.0, seconds / 10))
    spent = time.monotonic() - started
    minutes = [int(at // 60) for at, _ in times]
    return Load(
        spent,
        [ms for _, ms in times],
        errors,
        memory,
        time.process_time() - own,
        service.cpu_s() - theirs,
        np.bincount(minutes).tolist() if minutes else [],
    )


def bare_rate(package: DataPackage, processes: int, seconds: float) -> float:
    """Routes per second of so many processes that do nothing but ``recommend``."""
    context = multiprocessing.get_context("spawn")
    go = context.Barrier(processes)
    counts = context.Queue()
    workers = [
        context.Process(target=_bare, args=(package, i, processes, seconds, go, counts))
        for i in range(processes)
    ]
    for worker in workers:
        worker.start()
    done = [counts.get() for _ in workers]
    for worker in workers:
        worker.join()
    return float(sum(n / spent for n, spent in done))


def _bare(package: DataPackage, first: int, step: int, seconds: float, go, counts) -> None:  # type: ignore[no-untyped-def]
    recommender = Recommender.from_package(package)
    ids = [e.id for e in package.educators]
    recommender.recommend(asked(package, ids[first]))
    go.wait()
    started, n = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        recommender.recommend(asked(package, ids[(first + n * step) % len(ids)]))
        n += 1
    counts.put((n, time.monotonic() - started))


# ---------------------------------------------------------------------------------- reads


def _reads(service: Served, count: int) -> None:
    """One kept route read again and again, by one connection and by several at once."""
    listed = json.loads(service.client().ask("GET", "/routes?limit=1")[1])
    path = f"/routes/{listed['items'][0]['id']}"
    with _empty() as port:
        for connections in (1, 4):
            rates: dict[str, list[float]] = {"read": [], "empty": []}
            readers = [service.client() for _ in range(connections)]
            others = [Client("127.0.0.1", port, "none") for _ in range(connections)]
            for _ in range(5):
                rates["read"].append(_rate(readers, path, count // 5))
                rates["empty"].append(_rate(others, "/", count // 5))
            read, bare = (statistics.median(rates[name]) for name in ("read", "empty"))
            print(
                f"read over {connections} connection(s): {read:.0f}/s, "
                f"empty endpoint {bare:.0f}/s, ratio {read / bare:.2f}"
            )


def _rate(clients: Sequence[Client], path: str, count: int) -> float:
    """Answers a second over all the connections, each kept busy by a thread of its own."""
    started = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as threads:
        share = count // len(clients)
        list(threads.map(lambda client: _asked_often(client, path, share), clients))
    return share * len(clients) / (time.perf_counter() - started)


def _asked_often(client: Client, path: str, count: int) -> None:
    for _ in range(count):
        status, answer = client.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{status}: {answer[:300]!r}")


class _empty:
    """An empty FastAPI application in a process of its own."""

    def __enter__(self) -> int:
        context = multiprocessing.get_context("spawn")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.process = context.Process(target=_serve_empty, args=(port,), daemon=True)
        self.process.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return port
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the empty endpoint has not started")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join()


def _serve_empty(port: int) -> None:
    app = FastAPI()

    @app.get("/")
    async def nothing() -> dict[str, str]:
        return {}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", timeout_keep_alive=75)


if __name__ == "__main__":
    main()
