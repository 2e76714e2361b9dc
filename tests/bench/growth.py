"""How planning grows: 1 000 → 100 000 offerings, 12 → 104 weeks, and the memory of a worker.

``python -m tests.bench.growth`` prints one row a size; each size runs in a process of its own,
so that its peak memory is its own. Every row is a line of ``<out>/growth.jsonl`` and is not
measured again unless the code, the machine or the options have changed since.
"""

from __future__ import annotations

import argparse
import gc
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
from tests.bench.chain import World, ask, build_world, compile_asked
from tests.bench.memory import forget_peak, peak_mib
from tests.bench.results import ROOT, Results, engine_stamp

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
    "gap_p50": "gap p50 %",
    "gap_p95": "gap p95 %",
    "certified": "certified",
    "peak_mib": "peak MiB",
}
ASKED = ("educators", "seed", "gap", "deadline_ms")
"""Options that decide a row."""


def main(argv: Sequence[str] | None = None) -> str:
    """Measure every size and return the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offerings", type=int, nargs="*", default=list(OFFERINGS))
    parser.add_argument("--weeks", type=int, nargs="*", default=list(WEEKS))
    parser.add_argument("--educators", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--deadline-ms", type=int, default=1_500)
    parser.add_argument("--out", type=Path, default=Path("bench-planning"))
    parser.add_argument("--one", type=int, nargs=2, help="offerings and weeks, in this process")
    options = parser.parse_args(argv)
    if options.one:
        return json.dumps(measure(*options.one, options))
    results = Results(options.out / "growth.jsonl")
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|" + " --- |" * len(COLUMNS)]
    for size in sizes(options):
        row = _row(*size, options, results)
        lines.append("| " + " | ".join(str(row[name]) for name in COLUMNS) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def _row(
    offerings: int, weeks: int, options: argparse.Namespace, results: Results
) -> dict[str, Any]:
    """The row of a size: the kept one, or measured now."""
    key: dict[str, Any] = {"asked": [offerings, weeks, *(getattr(options, name) for name in ASKED)]}
    key["stamp"] = engine_stamp()
    if not results.has(**key):
        results.add({**key, **_in_child(offerings, weeks, options)})
    return next(r for r in results.records if all(r.get(k) == v for k, v in key.items()))


def sizes(options: argparse.Namespace) -> Iterator[tuple[int, int]]:
    """Offerings at the usual horizon, then horizons at the usual size."""
    yield from ((offerings, USUAL_WEEKS) for offerings in options.offerings)
    yield from ((USUAL_OFFERINGS, weeks) for weeks in options.weeks)


def measure(offerings: int, weeks: int, options: argparse.Namespace) -> dict[str, Any]:
    """One size: times over the educators and the peak memory of serving them here."""
    activities = max(20, round(offerings / OFFERINGS_PER_ACTIVITY))
    world = build_world(RegionPlan(activities, options.educators, weeks=weeks), options.seed)
    gc.collect()
    forget_peak()
    started = time.perf_counter()
    compile_catalogue(world.region.activities, world.region.offerings)
    catalogue_ms = 1000 * (time.perf_counter() - started)
    limits = SolveOptions(round(options.gap * 1_000_000), options.deadline_ms, 1_000_000)
    started = time.perf_counter()
    # The first request pays for what the catalogue prepares once, the first solve for loading.
    problem = compile_asked(ask(world, 0)).problem
    first_ms = 1000 * (time.perf_counter() - started)
    solve(problem, limits)
    rows = [_one(world, educator, limits) for educator in range(options.educators)]
    compile_ms, solve_ms = ([r[name] for r in rows] for name in ("compile_ms", "solve_ms"))
    gaps = [r["gap_ppm"] / 10_000 for r in rows if r["gap_ppm"] is not None]
    return {
        "offerings": len(world.region.offerings),
        "weeks": weeks,
        "candidates": round(float(np.median([r["candidates"] for r in rows]))),
        "catalogue_ms": round(catalogue_ms),
        "first_ms": round(first_ms),
        "compile_ms": round(float(np.median(compile_ms)), 1),
        "solve_p50": round(float(np.median(solve_ms))),
        "solve_p95": round(float(np.quantile(solve_ms, 0.95))),
        "gap_p50": round(float(np.median(gaps)), 2) if gaps else "–",
        "gap_p95": round(float(np.quantile(gaps, 0.95)), 2) if gaps else "–",
        "certified": f"{sum(r['certified'] for r in rows)}/{options.educators}",
        "peak_mib": round(peak_mib()),
    }


def _one(world: World, educator: int, limits: SolveOptions) -> dict[str, Any]:
    asked = ask(world, educator)
    gc.collect()
    started = time.perf_counter()
    problem = compile_asked(asked).problem
    between = time.perf_counter()
    solution = solve(problem, limits)
    ended = time.perf_counter()
    return {
        "compile_ms": 1000 * (between - started),
        "solve_ms": 1000 * (ended - between),
        "candidates": len(problem.candidates),
        "gap_ppm": solution.gap_ppm,
        "certified": solution.status.value in ("OPTIMAL", "WITHIN_GAP", "INFEASIBLE"),
    }


def _in_child(offerings: int, weeks: int, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.growth", "--one", str(offerings), str(weeks)]
    for name in ASKED:
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    child = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    row: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    print(main())
