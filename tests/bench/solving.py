"""What a worker costs: a call through the pool beside the same work in this process.

    python -m tests.bench.solving [--educators N] [--rounds N]

Prints medians; nothing is asserted. The texts are made in both, so the difference is queue, two
threads, pickling and the pipe.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from api.service import build_service, engine_spec
from api.solving.calls import BuildCall
from api.solving.pool import SolverPool
from engine.interchange import request_for
from engine.planning.warm import warm
from engine.settings import Settings
from tests.api.solving.work import KEY, Plain, WhoAmI


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--educators", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    empty_calls()
    routes(given.educators, given.rounds)


def empty_calls() -> None:
    """A call that does nothing."""
    pool = SolverPool(1, 8)
    pool.start(Plain())
    call = WhoAmI()
    spent = [timed(lambda: pool.submit(call, key=KEY, deadline_ms=1).result()) for _ in range(500)]
    pool.close()
    print(f"empty call: {statistics.median(spent) * 1e6:.0f} µs")


def routes(educators: int, rounds: int) -> None:
    """Routes of the demo, in turns here and there."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        service = build_service(Settings(database_url=f"sqlite:///{folder}/routes.db"))
        pool = SolverPool(1, 8)
        spec = engine_spec(service)
        print(f"engine's recipe: {len(pickle.dumps(spec)) / 1e6:.2f} MB")
        print(f"start with engine: {timed(lambda: pool.start(spec)):.2f} s")
        people = sorted(e.id for e in service.package.educators)[:educators]
        asked = [
            replace(request_for(service.package, e), deadline_ms=30_000, gap_rel=0.2)
            for e in people
        ]
        calls = [BuildCall(request, "r") for request in asked]
        bound, rows = pool.bound(spec.key), []
        for call in calls * (rounds + 1):
            here = timed(lambda c=call: c.run(service.engine))  # type: ignore[misc]
            there = timed(lambda c=call: bound.submit(c, deadline_ms=30_000).result())  # type: ignore[misc]
            rows.append((here, there))
        show(rows[len(calls) :])
        sizes = [len(pickle.dumps(c.run(service.engine))) for c in calls]
        print(f"call {len(pickle.dumps(calls[0]))} B, answer {max(sizes) / 1000:.0f} kB at most")
        print(f"swap of the engine: {timed(lambda: pool.install(newer(spec))):.2f} s a worker")
        pool.close()
        service.store.close()


def newer(spec: Any) -> Any:
    """The same recipe under another name."""
    return replace(spec, key=replace(spec.key, revision=1))


def show(rows: Sequence[tuple[float, float]]) -> None:
    """Medians of both and of the difference."""
    here, there = (statistics.median(column) for column in zip(*rows, strict=True))
    extra = statistics.median(b - a for a, b in rows)
    print(
        f"route: here {here * 1000:.1f} ms, in a worker {there * 1000:.1f} ms, "
        f"difference {extra * 1000:+.1f} ms (n = {len(rows)})"
    )


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
