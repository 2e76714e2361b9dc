"""Rate of ``routes batch`` and how it grows with processes.

``python -m tests.bench.batch --routes 10000`` answers lines of ids over the educators of a package
(the demo, unless ``--package`` names another) with 1 and with 2 processes. The rate is that of the
steady run, after each process has loaded its engine; the start is told apart. One process is this
one; its answers must be, byte by byte, those of two.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from engine.batch import Line, answers, open_cluster
from engine.cli.batch_input import by_id
from engine.cli.batch_spec import BatchSpec
from engine.cli.batch_worker import answer, given_up
from engine.cli.inputs import read
from engine.framework import load_framework

WARM_PER_JOB = 4
"""Lines before the clock of the steady run starts: each process has then loaded its engine."""


def main(argv: Sequence[str] | None = None) -> str:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--routes", type=int, default=1_000)
    parser.add_argument("--package", type=Path)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args(argv)
    spec = BatchSpec(package=options.package)
    runs = [measure(spec, options.routes, jobs) for jobs in options.jobs]
    if len({run["digest"] for run in runs}) != 1:
        raise AssertionError("the answers depend on the number of processes")
    scaling = runs[-1]["routes_per_s"] / runs[0]["routes_per_s"]
    return json.dumps({"runs": runs, "scaling": round(scaling, 2)}, indent=2)


def measure(spec: BatchSpec, routes: int, jobs: int) -> dict[str, Any]:
    """One run: seconds to the first answers, steady rate, digest of all answers."""
    digest = hashlib.sha256()
    warm = WARM_PER_JOB * jobs
    started = time.perf_counter()
    steady = started
    with open_cluster("loky", jobs) as cluster:
        work, lost = partial(answer, spec), partial(given_up, spec)
        found = answers(work, lines(spec, routes + warm), cluster, lost=lost)
        for number, (_, text) in enumerate(found, start=1):
            digest.update(text.encode() if number <= routes else b"")
            if number == warm:
                steady = time.perf_counter()
    ended = time.perf_counter()
    return {
        "jobs": jobs,
        "routes": routes,
        "start_s": round(steady - started, 2),
        "routes_per_s": round(routes / (ended - steady), 1),
        "digest": digest.hexdigest()[:16],
    }


def lines(spec: BatchSpec, count: int) -> list[Line]:
    """Lines over the educators of the package, again and again."""
    package = read(spec.package, load_framework()).accepted()
    ids = islice(cycle(e.id for e in package.educators), count)
    return [by_id(educator, number) for number, educator in enumerate(ids, start=1)]


if __name__ == "__main__":
    print(main())
