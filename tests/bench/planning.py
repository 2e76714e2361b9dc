"""Benchmark of planning: the engine against whole-catalogue solvers, on simulated regions.

::

    python -m tests.bench.planning                         # within 15 minutes
    python -m tests.bench.planning --full --out results    # resumable, hours

Every answer is a line of ``<out>/results.jsonl``; what stands there is not computed again unless
the code, the machine or the limits have changed since (``results.stamp``). Peers solve every tenth
educator (``--peers-sample`` says how many of them), fixed before any run; their problems are
written as files: ``.json`` for the engine (``routes solve``), ``.lp`` and ``.mps`` for any solver.

Everything is measured one after another in this process, HiGHS alone in one of its own while this
one waits: with two solves at a time neither time would mean anything.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.planning.checks import check_route
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import problem_digest, write_problem_file
from engine.planning.solution import SolveOptions
from engine.simulation import RegionPlan
from tests.bench import worker
from tests.bench.chain import World, ask, build_world, compile_asked
from tests.bench.first_route import timed_solve
from tests.bench.peers import (
    PEERS,
    USUAL_PEERS,
    PeerAnswer,
    greedy_by_relevance,
    peer_stamp,
    relative_gap_ppm,
)
from tests.bench.report import contradictions, current, parts, table
from tests.bench.results import Results, engine_stamp, machine
from tests.engine.planning.second_formulation import formulate

PEER_STEP = 10
"""Peers solve every tenth educator."""

WORK_MILLI = 1_000_000
"""No limit of work: the deadline alone ends a solve here."""

FILE_DEADLINE_MS = 60_000
"""Deadline in the written problem files: the peers' usual cap."""

RESERVE_S = 60
"""Left of ``--minutes`` for the peer that is under way and for the table."""


@dataclass(frozen=True)
class Set:
    """One row group of the table."""

    name: str
    activities: int
    saturated: bool

    def plan(self, educators: int) -> RegionPlan:
        return RegionPlan(self.activities, educators, saturated=self.saturated)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Options; ``--full`` is five seeds of a hundred educators, and every tenth for peers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, nargs="+", default=[300, 3_000])
    parser.add_argument("--generator", nargs="+", default=["realistic", "saturated"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--educators", type=int, default=30)
    parser.add_argument("--gap", type=float, nargs="+", default=[0.01])
    parser.add_argument("--deadline-ms", type=int, default=1_500)
    parser.add_argument("--peers", nargs="*", default=list(USUAL_PEERS), choices=list(PEERS))
    parser.add_argument("--peers-sample", type=int, default=5, help="per set; 0 = all tenth")
    parser.add_argument("--peer-limit", type=float, default=60.0, help="seconds")
    parser.add_argument("--minutes", type=float, default=15.0, help="0 = no limit")
    parser.add_argument("--out", type=Path, default=Path("bench-planning"))
    parser.add_argument("--memory", type=int, default=10, help="solves of the memory run; 0 = none")
    parser.add_argument("--renew", nargs="*", default=[], help="methods to measure again")
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--full", action="store_true", help="five seeds, both gaps, no limit")
    options = parser.parse_args(argv)
    if options.full:
        options.seeds, options.educators = [1, 2, 3, 4, 5], 100
        options.gap, options.peers = [0.01, 0.005], list(PEERS)
        options.peers_sample, options.minutes = 0, 0.0
    return options


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
    ends = float("inf")
    if options.minutes:
        ends = time.monotonic() + 60 * options.minutes - RESERVE_S
    results = Results(options.out / "results.jsonl")
    results.forget(options.renew)
    results.add({"kind": "run", **machine(), "options": _plain(vars(options))})
    worlds = Worlds(options.educators)
    sets = _sets(options)
    for group in sets if not options.peers_only else ():
        for seed in options.seeds:
            run_engine(worlds, group, seed, options, results, ends)
        run_memory(group, options, results, ends)
    for group, seed, educator in peer_problems(sets, options):
        if time.monotonic() > ends:
            break
        run_peers(worlds, group, seed, educator, options, results, ends)
    return _report(results, options)


def _sets(options: argparse.Namespace) -> list[Set]:
    """Every size of every generator; a small catalogue is saturated only where asked alone."""
    return [
        Set(f"{generator} {size}", size, generator == "saturated")
        for generator in options.generator
        for size in sorted(options.activities)
        if generator == "realistic" or size >= 1_000 or len(options.activities) == 1
    ]


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
    worlds: Worlds,
    group: Set,
    seed: int,
    options: argparse.Namespace,
    results: Results,
    ends: float,
) -> None:
    """The engine and the greedy rule on every educator of a region."""
    warm = False
    of_run = {"stamp": engine_stamp(), "limit_s": options.deadline_ms / 1000}
    for educator in range(options.educators):
        for gap in options.gap:
            key = {"kind": "answer", "set": group.name, "seed": seed, "educator": educator}
            key |= {"gap": gap, **of_run}
            if results.has(**key, method="ours"):
                continue
            if time.monotonic() > ends:
                return
            world = worlds.of(group, seed)
            if not warm:
                _engine(world, educator, gap, options.deadline_ms)
                warm = True
            record, greedy = _engine(world, educator, gap, options.deadline_ms)
            key["problem"] = record.pop("problem")
            results.add({**key, "method": "greedy", **asdict(greedy)})
            results.add({**key, "method": "ours", **record})


def run_memory(group: Set, options: argparse.Namespace, results: Results, ends: float) -> None:
    """Peak memory of a worker with the set's first region, in a process of its own."""
    seed, gap = options.seeds[0], options.gap[0]
    key = {"kind": "memory", "set": group.name, "seed": seed, "stamp": engine_stamp()}
    key |= {"gap": gap, "solves": options.memory}
    if not options.memory or results.has(**key) or time.monotonic() > ends:
        return
    row = worker.in_child(
        activities=group.activities,
        generator="saturated" if group.saturated else "realistic",
        seed=seed,
        educators=options.memory,
        gap=gap,
        deadline_ms=options.deadline_ms,
    )
    results.add({**key, **row})


def _engine(
    world: World, educator: int, gap: float, deadline_ms: int
) -> tuple[dict[str, Any], PeerAnswer]:
    asked = ask(world, educator)
    solve_options = SolveOptions(round(gap * 1_000_000), deadline_ms, WORK_MILLI)
    gc.collect()
    started = time.perf_counter()
    compiled = compile_asked(asked)
    compile_ms = 1000 * (time.perf_counter() - started)
    solution, solve_ms, first_ms = timed_solve(compiled.problem, solve_options)
    capped = solution.gap_ppm is None or solution.gap_ppm > solve_options.gap_ppm
    record = {
        "problem": problem_digest(compiled.problem)[:16],
        "ms": compile_ms + solve_ms,
        "compile_ms": compile_ms,
        "solve_ms": solve_ms,
        "first_ms": first_ms,
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
    problem = compile_asked(ask(worlds.of(group, seed), educator)).problem
    key = {"kind": "answer", "set": group.name, "seed": seed, "educator": educator}
    key |= {"problem": problem_digest(problem)[:16], "limit_s": options.peer_limit}
    for gap in options.gap:
        _write(problem, options.out / "problems", f"{group.name}-{seed}-{educator}", gap)
        for method in options.peers:
            own = {**key, "gap": gap, "method": method, "stamp": peer_stamp(method)}
            if results.has(**own):
                continue
            # A run that the end of the benchmark would cut short is left for the next one.
            if time.monotonic() + options.peer_limit > ends:
                return
            gc.collect()
            results.add({**own, **asdict(PEERS[method](problem, gap, options.peer_limit))})


def _write(problem: RouteProblem, directory: Path, name: str, gap: float) -> None:
    """The problem for anybody's solver; a file of another problem under the name gives way."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name.replace(' ', '-')}-{gap:g}.json"
    options = SolveOptions(round(gap * 1_000_000), FILE_DEADLINE_MS, WORK_MILLI)
    data = write_problem_file(problem, options)
    program = directory / f"{name.replace(' ', '-')}.lp"
    if not path.exists() or path.read_bytes() != data or not program.exists():
        whole = formulate(problem)
        whole.write_lp(program)
        whole.write_mps(program.with_suffix(".mps"))
        path.write_bytes(data)


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in options.items()}


def _missing(records: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> int:
    """How many answers of peers the options ask for and the file does not hold."""
    names = ("set", "seed", "educator", "gap", "method")
    there = {tuple(r[n] for n in names) for r in records if r["kind"] == "answer"}
    wanted = {
        (group.name, seed, educator, gap, method)
        for group, seed, educator in peer_problems(_sets(options), options)
        for gap in options.gap
        for method in options.peers
    }
    return len(wanted - there)


def _report(results: Results, options: argparse.Namespace) -> str:
    info = machine()
    peers = {method: peer_stamp(method) for method in PEERS}
    limits = (options.deadline_ms / 1000, options.peer_limit)
    records = current(results.records, engine_stamp(), peers, limits)
    text = [f"{info['cpu']}, Python {info['python']}, {info['versions']}", ""]
    for gap in options.gap:
        of_gap = [r for r in records if r.get("gap") == gap]
        text += [f"Asked gap {100 * gap:g} %; peers' cap {options.peer_limit:g} s", ""]
        text += [table(of_gap, gap), "", parts(of_gap, gap), ""]
    missing = _missing(records, options)
    if missing:
        text += [f"Peers' answers that time did not suffice for: {missing}; run again to go on", ""]
    wrong = contradictions(records)
    text += [f"Contradictions between the methods' proofs: {len(wrong)}", *wrong]
    return "\n".join(text)


if __name__ == "__main__":
    print(main())
