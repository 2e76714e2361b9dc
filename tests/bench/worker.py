"""Memory of a worker: one process with a catalogue that compiles and solves educator by educator.

``python -m tests.bench.worker --activities 3000`` prints one JSON object. The region is drawn
before; the peak begins with what is resident then, so that it holds the records, the compiled
catalogue and every solve, and not the drawing.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench.chain import ask, build_world, compile_asked
from tests.bench.memory import forget_peak, peak_mib, resident_mib
from tests.bench.results import ROOT

WORK_MILLI = 1_000_000


def main(argv: Sequence[str] | None = None) -> str:
    """Measure in this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, default=3_000)
    parser.add_argument("--generator", default="realistic")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--educators", type=int, default=20)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--deadline-ms", type=int, default=1_500)
    return json.dumps(measure(parser.parse_args(argv)))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """MiB: with the drawing, resident with the catalogue, and the peak of serving."""
    plan = RegionPlan(
        options.activities, options.educators, saturated=options.generator == "saturated"
    )
    world = build_world(plan, options.seed)
    gc.collect()
    drawing = peak_mib()
    fresh = forget_peak()
    loaded = resident_mib()
    limits = SolveOptions(round(options.gap * 1_000_000), options.deadline_ms, WORK_MILLI)
    for educator in range(options.educators):
        solve(compile_asked(ask(world, educator)).problem, limits)
    return {
        "offerings": len(world.region.offerings),
        "solves": options.educators,
        "drawing_mib": round(drawing),
        "loaded_mib": round(loaded),
        "peak_mib": round(peak_mib()),
        "drawing_counted": not fresh,
    }


def in_child(**options: object) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.worker"]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    child = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    row: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    print(main())
