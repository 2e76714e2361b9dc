"""Benchmark of planning: the engine against whole-catalogue solvers, on simulated regions.

::

    python -m tests.bench.planning                         # within 15 minutes
    python -m tests.bench.planning --full --out results    # resumable, hours

Every answer is a line of ``<out>/results.jsonl``; what stands there is not computed again. Peers
solve every tenth educator (``--peers-sample`` says how many of them), fixed before any run;
their problems are written as files: ``.json`` for the engine (``routes solve``) and ``.lp`` for
any solver.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.planning.checks import check_route
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import write_problem_file
from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench.chain import World, ask, build_world, compile_asked
from tests.bench.peers import PEERS, PeerAnswer, greedy_by_relevance, relative_gap_ppm
from tests.bench.report import parts, table
from tests.engine.planning.second_formulation import formulate

PEER_STEP = 10
"""Peers solve every tenth educator."""

WORK_MILLI = 1_000_000
"""No limit of work: the deadline alone ends a solve here."""


@dataclass(frozen=True)
class Set:
    """One row group of the table."""

    name: str
    activities: int
    saturated: bool

    def plan(self, educators: int) -> RegionPlan:
        return RegionPlan(self.activities, educators, saturated=self.saturated)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Options; ``--full`` is five seeds, a hundred educators each and all tenth for peers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, nargs="+", default=[300, 3_000])
    parser.add_argument("--generator", nargs="+", default=["realistic", "saturated"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--educators", type=int, default=30)
    parser.add_argument("--gap", type=float, nargs="+", default=[0.01])
    parser.add_argument("--deadline-ms", type=int, default=1_500)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--peers-sample", type=int, default=5, help="per set; 0 = all tenth")
    parser.add_argument("--peer-limit", type=float, default=60.0, help="seconds")
    parser.add_argument("--minutes", type=float, default=15.0, help="0 = no limit")
    parser.add_argument("--out", type=Path, default=Path("bench-planning"))
    parser.add_argument("--renew", nargs="*", default=[], help="methods to measure again")
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args(argv)
    if options.full:
        options.seeds, options.educators = [1, 2, 3, 4, 5], 100
        options.peers_sample, options.minutes = 0, 0.0
    return options


class Results:
    """The file of answers; a line is written as soon as its answer is there."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.records: list[dict[str, Any]] = []
        if path.exists():
            self.records = [json.loads(line) for line in path.read_text().splitlines()]

    def forget(self, methods: Sequence[str]) -> None:
        """Drop the answers of some methods, so that they are measured again."""
        kept = [r for r in self.records if r.get("method") not in methods]
        if len(kept) < len(self.records):
            self.records = kept
            lines = [json.dumps(r, ensure_ascii=False) + "\n" for r in kept]
            self.path.write_text("".join(lines), encoding="utf-8")

    def has(self, **key: object) -> bool:
        return any(all(r.get(k) == v for k, v in key.items()) for r in self.records)

    def add(self, record: dict[str, Any]) -> None:
        self.records.append(record)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


class Worlds:
    """Regions by set and seed, one kept at a time."""

    def __init__(self, educators: int) -> None:
        self.educators = educators
        self.kept: tuple[tuple[Set, int], World] | None = None

    def of(self, group: Set, seed: int) -> World:
        if self.kept is None or self.kept[0] != (group, seed):
            self.kept = ((group, seed), build_world(group.plan(self.educators), seed))
        return self.kept[1]


def main(argv: Sequence[str] | None = None) -> str:
    """Run what is missing and return the table."""
    options = arguments(argv)
    ends = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    results = Results(options.out / "results.jsonl")
    results.forget(options.renew)
    results.add({"kind": "run", **machine(), "options": _plain(vars(options))})
    worlds = Worlds(options.educators)
    sets = [
        Set(f"{generator} {size}", size, generator == "saturated")
        for generator in options.generator
        for size in sorted(options.activities)
        if generator == "realistic" or size >= 1_000 or len(options.activities) == 1
    ]
    for group in sets if not options.peers_only else ():
        for seed in options.seeds:
            run_engine(worlds.of(group, seed), group, seed, options, results)
    for group, seed, educator in peer_problems(sets, options):
        if time.monotonic() > ends:
            break
        run_peers(worlds, group, seed, educator, options, results, ends)
    return _report(results, options)


def peer_problems(
    sets: Sequence[Set], options: argparse.Namespace
) -> Iterator[tuple[Set, int, int]]:
    """Problems for the peers: every tenth educator, the sets taking turns."""
    tenth = [(s, e) for s in options.seeds for e in range(0, options.educators, PEER_STEP)]
    if options.peers_sample:
        tenth = tenth[: options.peers_sample]
    if options.full:
        yield from ((group, seed, e) for group in sets for seed, e in tenth)
    else:
        yield from ((group, seed, e) for seed, e in tenth for group in sets)


def run_engine(
    world: World, group: Set, seed: int, options: argparse.Namespace, results: Results
) -> None:
    """The engine and the greedy rule on every educator of a region."""
    warm = False
    for educator in range(options.educators):
        for gap in options.gap:
            key = {"kind": "answer", "set": group.name, "seed": seed, "educator": educator}
            if results.has(**key, gap=gap, method="ours"):
                continue
            if not warm:
                _engine(world, educator, gap, options.deadline_ms)
                warm = True
            record, greedy = _engine(world, educator, gap, options.deadline_ms)
            results.add({**key, "gap": gap, "method": "ours", **record})
            results.add({**key, "gap": gap, "method": "greedy", **asdict(greedy)})


def _engine(
    world: World, educator: int, gap: float, deadline_ms: int
) -> tuple[dict[str, Any], PeerAnswer]:
    asked = ask(world, educator)
    solve_options = SolveOptions(round(gap * 1_000_000), deadline_ms, WORK_MILLI)
    gc.collect()
    started = time.perf_counter()
    compiled = compile_asked(asked)
    between = time.perf_counter()
    solution = solve(compiled.problem, solve_options)
    ended = time.perf_counter()
    capped = solution.gap_ppm is None or solution.gap_ppm > solve_options.gap_ppm
    record = {
        "ms": 1000 * (ended - started),
        "compile_ms": 1000 * (between - started),
        "solve_ms": 1000 * (ended - between),
        "status": solution.status.value,
        "value_mpt": solution.value_mpt,
        "bound_mpt": solution.bound_mpt,
        "gap_ppm": solution.gap_ppm,
        "capped": capped and solution.status.value != "INFEASIBLE",
        "candidates": len(compiled.problem.candidates),
        "steps": len(solution.route.chosen) if solution.route else 0,
    }
    return record, _greedy(compiled.problem, compiled.facts.relevance, solution.bound_mpt, gap)


def _greedy(problem: RouteProblem, relevance: Any, bound: int | None, gap: float) -> PeerAnswer:
    """The greedy route against the engine's bound: it has none of its own."""
    started = time.perf_counter()
    route = greedy_by_relevance(problem, relevance)
    ms = 1000 * (time.perf_counter() - started)
    value = check_route(problem, route).value_mpt if route is not None else None
    reached = None
    if value is not None and bound is not None:
        reached = relative_gap_ppm(value, bound)
    capped = reached is None or reached > gap * 1_000_000
    return PeerAnswer(ms, "HEURISTIC", value, None, reached, capped)


def run_peers(
    worlds: Worlds,
    group: Set,
    seed: int,
    educator: int,
    options: argparse.Namespace,
    results: Results,
    ends: float,
) -> None:
    """Every peer on one problem; nobody starts after ``ends`` or overruns it."""
    key = {"kind": "answer", "set": group.name, "seed": seed, "educator": educator}
    for gap in options.gap:
        todo = [m for m in options.peers if not results.has(**key, gap=gap, method=m)]
        if not todo:
            continue
        problem = compile_asked(ask(worlds.of(group, seed), educator)).problem
        _write(problem, options.out / "problems", f"{group.name}-{seed}-{educator}", gap)
        for method in todo:
            # A run that the end of the benchmark would cut short is left for the next one.
            if time.monotonic() + options.peer_limit > ends:
                return
            answer = PEERS[method](problem, gap, options.peer_limit)
            results.add({**key, "gap": gap, "method": method, **asdict(answer)})


def _write(problem: RouteProblem, directory: Path, name: str, gap: float) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name.replace(" ", "-")
    if not path.with_suffix(".json").exists():
        options = SolveOptions(round(gap * 1_000_000), 30_000, WORK_MILLI)
        path.with_suffix(".json").write_bytes(write_problem_file(problem, options))
        formulate(problem).write_lp(path.with_suffix(".lp"))


def machine() -> dict[str, Any]:
    """Machine and versions, for the table's caption."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    packages = ("ortools", "highspy", "numpy", "scipy")
    return {
        "cpu": cpu,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in options.items()}


def _report(results: Results, options: argparse.Namespace) -> str:
    info = machine()
    text = [f"{info['cpu']}, Python {info['python']}, {info['versions']}", ""]
    for gap in options.gap:
        text += [f"Asked gap {100 * gap:g} %; peers' cap {options.peer_limit:g} s", ""]
        text += [table(results.records, gap), "", parts(results.records, gap), ""]
    return "\n".join(text)


if __name__ == "__main__":
    print(main())
