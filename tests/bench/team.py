"""Time and gap of team plans on simulated regions.

::

    python -m tests.bench.team [--activities 300 3000] [--members 3 6] [--teams 3]

Every twentieth activity of the region may be taken together. A line for each catalogue and size of
team: time to compile and to solve, gap reached, route problems solved, value of the plan and of the
first one that the search meets. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.planning.solution import SolveOptions
from engine.planning.team_explain import solve_team
from engine.planning.team_problem import TeamProblem
from engine.planning.team_search import TeamSearch
from engine.planning.team_solution import TeamLimits, TeamSolution
from engine.planning.warm import warm
from engine.recommender import RouteRequest
from engine.recommender.stages import Prepared
from engine.recommender.team_members import PreparedMember, team_problem, without_pins
from engine.simulation import RegionPlan
from tests.bench.chain import World, ask, build_world, compile_asked
from tests.bench.results import machine

STEP = 20
"""Every so many activities one may be taken together."""


@dataclass(frozen=True)
class Line:
    """One team."""

    compile_ms: float
    solve_ms: float
    candidates: int
    runs: int
    first: float | None
    solution: TeamSolution


def prepared_member(world: World, index: int, runs: Sequence[int]) -> PreparedMember:
    """Educator ``index`` of the region as a member, every shared run open to him."""
    asked = ask(world, index)
    person = world.region.educators[index]
    alone = compile_asked(asked)
    ids = tuple(world.catalogue.offering_ids[row] for row in runs)
    constraints = replace(person.constraints, pinned=ids)
    opened = compile_asked(
        replace(asked, arguments={**asked.arguments, "constraints": constraints, "measure": None})
    )

    def stands(compiled: object) -> Prepared:
        return Prepared(
            request=RouteRequest(person.educator, world.region.as_of),
            policy=world.policy,
            request_nodes={},
            deficits=asked.deficits,
            ranking=asked.ranking,
            calendar=asked.arguments["calendar"],  # type: ignore[arg-type]
            mentor_need=asked.need,
            compiled=compiled,  # type: ignore[arg-type]
            options=SolveOptions(),
        )

    before = stands(alone)
    return PreparedMember(before, without_pins(stands(opened), before), {}, frozenset())


def team_of(world: World, first: int, members: int) -> TeamProblem:
    """The problem of a team of neighbours."""
    catalogue = world.catalogue
    shared = np.arange(len(catalogue.activities)) % STEP == 0
    rows = np.flatnonzero(shared[catalogue.offering_activity] & ~catalogue.self_paced).tolist()
    people = [prepared_member(world, first + i, rows) for i in range(members)]
    offered = {o for m in people for o in m.opened.compiled.offering_ids}
    rows = [row for row in rows if catalogue.offering_ids[row] in offered]
    nothing = np.zeros(len(catalogue.activities), dtype=np.bool_)
    return team_problem(people, rows, catalogue, world.policy, nothing)


def measured(world: World, first: int, members: int, limits: TeamLimits) -> Line:
    """One team, compiled and solved."""
    started = time.perf_counter()
    team = team_of(world, first, members)
    team = replace(team, least_training=0)
    compiled = time.perf_counter()
    solution = solve_team(team, limits)
    ended = time.perf_counter()
    return Line(
        1000 * (compiled - started),
        1000 * (ended - compiled),
        sum(len(m.problem.candidates) for m in team.members),
        len(team.offerings),
        _first_plan(team, limits),
        solution,
    )


def _first_plan(team: TeamProblem, limits: TeamLimits) -> float | None:
    """Value of the first plan that the search meets, in points."""
    search = TeamSearch(team, replace(limits, gap_ppm=10**9))
    solution = search.run()
    return None if solution.value_mpt is None else solution.value_mpt / 1000


def main(argv: Sequence[str] | None = None) -> str:
    """Measure and return the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, nargs="+", default=[300, 3_000])
    parser.add_argument("--members", type=int, nargs="+", default=[3, 6])
    parser.add_argument("--teams", type=int, default=3)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--deadline-ms", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    warm()
    info = machine()
    limits = TeamLimits(round(1e6 * options.gap), options.deadline_ms, total_work_milli=10**9)
    lines = [f"{info['cpu']}, Python {info['python']}, {info['versions']}", ""]
    lines.append(
        "| activities | members | runs | candidates | compile ms | solve ms | gap % | solves"
    )
    for size in options.activities:
        world = build_world(RegionPlan(size, options.teams * max(options.members)), options.seed)
        for members in options.members:
            for k in range(options.teams):
                lines.append(_told(size, members, measured(world, k * members, members, limits)))
                print(lines[-1], flush=True)
    return "\n".join(lines)


def _told(size: int, members: int, line: Line) -> str:
    solution = line.solution
    gap = None if solution.gap_ppm is None else solution.gap_ppm / 10_000
    value = None if solution.value_mpt is None else solution.value_mpt / 1000
    return (
        f"| {size} | {members} | {line.runs} | {line.candidates} | {line.compile_ms:.0f} | "
        f"{line.solve_ms:.0f} | {gap} | {solution.solves} | {solution.status.value} "
        f"shared {len(solution.together)} value {value} first plan {line.first} "
        f"work {solution.work_milli}"
    )


if __name__ == "__main__":
    print(main())
