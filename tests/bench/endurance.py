"""Many solves in one process: does memory stay flat, does every answer stay true?

``python -m tests.bench.endurance`` does 2 000 solves on 3 000 activities, a third of a second
each, and prints resident memory after 200, 1 000 and 2 000 of them. Every route is judged by the
checker; a crash is this process's end, so the caller looks at the exit code.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.planning.checks import check_route
from engine.planning.problem import RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench.chain import ask, build_world, compile_asked
from tests.bench.memory import resident_mib
from tests.bench.results import ROOT

WORK_MILLI = 1_000_000


@dataclass(frozen=True)
class Growth:
    """Resident memory by number of solves, and what the solves said."""

    resident_mib: dict[int, float]
    statuses: dict[str, int]
    faults: list[str]

    def rise_mib(self) -> float:
        """From the first mark to the last."""
        marks = list(self.resident_mib.values())
        return marks[-1] - marks[0]


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Options; ``--leak-kib`` keeps so much for each solve, to see that the marks tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--marks", type=int, nargs="+", default=[200, 1_000, 2_000])
    parser.add_argument("--activities", type=int, default=3_000)
    parser.add_argument("--educators", type=int, default=50)
    parser.add_argument("--deadline-ms", type=int, default=300)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leak-kib", type=int, default=0)
    return parser.parse_args(argv)


def measure(options: argparse.Namespace) -> Growth:
    """Solve in turn for every educator until the last mark."""
    limits = SolveOptions(round(options.gap * 1_000_000), options.deadline_ms, WORK_MILLI)
    marks: dict[int, float] = {}
    statuses: Counter[str] = Counter()
    faults: list[str] = []
    kept: list[bytearray] = []
    problems = _problems(options)
    for count in range(1, max(options.marks) + 1):
        problem = next(problems)
        solution = solve(problem, limits)
        statuses[solution.status.value] += 1
        faults += [f"{count}: {fault}" for fault in _faults(problem, solution)]
        if options.leak_kib:
            # Written to, so that the system really gives the pages.
            kept.append(bytearray(b"1" * (1024 * options.leak_kib)))
        if count in options.marks:
            gc.collect()
            marks[count] = round(resident_mib(), 1)
            print(f"{count} solves: {marks[count]} MiB", file=sys.stderr, flush=True)
    return Growth(marks, dict(statuses), faults)


def _problems(options: argparse.Namespace) -> Iterator[RouteProblem]:
    """Compiled anew each time, as for every request."""
    world = build_world(RegionPlan(options.activities, options.educators), options.seed)
    while True:
        for educator in range(options.educators):
            yield compile_asked(ask(world, educator)).problem


def _faults(problem: RouteProblem, solution: RouteSolution) -> Iterator[str]:
    if solution.route is None:
        return
    report = check_route(problem, solution.route)
    if report.violations or report.value_mpt != solution.value_mpt:
        yield f"{report.violations}, {report.value_mpt} != {solution.value_mpt}"
    if solution.bound_mpt is not None and solution.bound_mpt < report.value_mpt:
        yield f"bound {solution.bound_mpt} < {report.value_mpt}"


def in_child(argv: Sequence[str]) -> Growth:
    """The same in a process of its own.

    Raises
    ------
    subprocess.CalledProcessError
        It crashed.
    """
    command = [sys.executable, "-m", "tests.bench.endurance", *argv]
    child = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    row: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    row["resident_mib"] = {int(k): v for k, v in row["resident_mib"].items()}
    return Growth(**row)


if __name__ == "__main__":
    print(json.dumps(vars(measure(arguments()))))
