"""How planning grows: 1 000 → 100 000 offerings, 12 → 104 weeks, and the memory of a worker.

``python -m tests.bench.growth`` prints one row a size; each size runs in a process of its own,
so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.catalogue import compile_catalogue
from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench.chain import ask, build_world, compile_asked

ROOT = Path(__file__).resolve().parents[2]
OFFERINGS = (1_000, 3_000, 10_000, 30_000, 100_000)
WEEKS = (12, 24, 36, 52, 104)
USUAL_OFFERINGS, USUAL_WEEKS = 20_000, 36
OFFERINGS_PER_ACTIVITY = 6.85

COLUMNS = {
    "offerings": "offerings",
    "weeks": "weeks",
    "candidates": "candidates p50",
    "catalogue_ms": "catalogue ms",
    "first_ms": "first request ms",
    "compile_ms": "compile p50 ms",
    "solve_p50": "solve p50 ms",
    "solve_p95": "solve p95 ms",
    "certified": "certified",
    "peak_mib": "peak MiB",
}


def main(argv: Sequence[str] | None = None) -> str:
    """Measure every size and return the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offerings", type=int, nargs="*", default=list(OFFERINGS))
    parser.add_argument("--weeks", type=int, nargs="*", default=list(WEEKS))
    parser.add_argument("--educators", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--deadline-ms", type=int, default=1_500)
    parser.add_argument("--one", type=int, nargs=2, help="offerings and weeks, in this process")
    options = parser.parse_args(argv)
    if options.one:
        return json.dumps(measure(*options.one, options))
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|" + " --- |" * len(COLUMNS)]
    for offerings, weeks in sizes(options):
        row = _in_child(offerings, weeks, options)
        lines.append("| " + " | ".join(str(row[name]) for name in COLUMNS) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def sizes(options: argparse.Namespace) -> Iterator[tuple[int, int]]:
    """Offerings at the usual horizon, then horizons at the usual size."""
    yield from ((offerings, USUAL_WEEKS) for offerings in options.offerings)
    yield from ((USUAL_OFFERINGS, weeks) for weeks in options.weeks)


def measure(offerings: int, weeks: int, options: argparse.Namespace) -> dict[str, Any]:
    """One size: times over the educators and the peak memory of this process."""
    activities = max(20, round(offerings / OFFERINGS_PER_ACTIVITY))
    world = build_world(RegionPlan(activities, options.educators, weeks=weeks), options.seed)
    started = time.perf_counter()
    compile_catalogue(world.region.activities, world.region.offerings)
    catalogue_ms = 1000 * (time.perf_counter() - started)
    limits = SolveOptions(round(options.gap * 1_000_000), options.deadline_ms, 1_000_000)
    compile_ms, solve_ms, candidates, certified = [], [], [], 0
    first_ms = None
    for educator in range(options.educators):
        asked = ask(world, educator)
        if first_ms is None:
            started = time.perf_counter()
            compile_asked(asked)
            first_ms = 1000 * (time.perf_counter() - started)
        started = time.perf_counter()
        problem = compile_asked(asked).problem
        between = time.perf_counter()
        solution = solve(problem, limits)
        solve_ms.append(1000 * (time.perf_counter() - between))
        compile_ms.append(1000 * (between - started))
        candidates.append(len(problem.candidates))
        proved = solution.status.value in ("OPTIMAL", "WITHIN_GAP", "INFEASIBLE")
        certified += proved
    return {
        "offerings": len(world.region.offerings),
        "weeks": weeks,
        "candidates": round(float(np.median(candidates))),
        "catalogue_ms": round(catalogue_ms),
        "first_ms": round(first_ms or 0.0),
        "compile_ms": round(float(np.median(compile_ms)), 1),
        "solve_p50": round(float(np.median(solve_ms))),
        "solve_p95": round(float(np.quantile(solve_ms, 0.95))),
        "certified": f"{certified}/{options.educators}",
        "peak_mib": peak_mib(),
    }


def peak_mib() -> int:
    """Most resident memory of this process so far, MiB."""
    status = Path("/proc/self/status").read_text()
    line = next(x for x in status.splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def _in_child(offerings: int, weeks: int, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.growth", "--one", str(offerings), str(weeks)]
    for name in ("educators", "seed", "gap", "deadline_ms"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    child = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    row: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    print(main())
