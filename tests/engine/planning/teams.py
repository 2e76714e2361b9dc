"""Random teams, and brute force over every plan of one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, combinations, product

import numpy as np

from engine.planning.admissible import admissible, counted_gains
from engine.planning.problem import CandidateTable, RouteProblem
from engine.planning.team_problem import (
    NOT_SHARED,
    SharedResource,
    TeamMember,
    TeamOffering,
    TeamProblem,
)
from tests.engine.planning.oracle import routes_that_hold, valued_routes
from tests.engine.planning.problems import problem_of

SEATS = 4
"""Shared runs of a random team; a mentor's place and two slots follow them."""


@cache
def random_team(seed: int, most_members: int = 3) -> TeamProblem:
    """A small team in which every rule has a real chance to bind; made once a process."""
    rng = random.Random(seed)
    n = rng.randint(2, most_members)
    lively = [_lively(rng) for _ in range(n)]
    problems = [problem for problem, _ in lively]
    members = tuple(_member(rng, f"e{i}", problem) for i, problem in enumerate(problems))
    least = rng.choice((0, 1, 1, 1))
    offerings = tuple(_offerings(rng, lively))
    return TeamProblem(
        members=members,
        offerings=offerings,
        resources=tuple(
            SharedResource("seat" if r < SEATS else "mentor", f"r{r}", rng.choice((1, 1, n - 1)))
            for r in range(SEATS + 3)
        ),
        least_steps=least,
        most_steps=max(least, rng.choice((1, 2, 2))),
        excused_most=rng.choice((0, 0, 1)),
        bonus_mpt=rng.choice((0, 20_000, 300_000)),
        training=frozenset(y for y in range(len(offerings)) if rng.random() < 0.4),
        least_training=rng.choice((0, 0, 1)),
    )


def _lively(rng: random.Random) -> tuple[RouteProblem, list[int]]:
    """A problem of whose activities three can stand in routes, and those that can."""
    while True:
        problem = _counting(problem_of(rng, "tiny"))
        table = problem.candidates
        if len(np.unique(table.activity[admissible(problem)])) < 3:
            continue
        startable = _startable(problem)
        if len(startable) >= 3:
            return problem, startable


def _startable(problem: RouteProblem) -> list[int]:
    """Activities that some route has."""
    activity = problem.candidates.activity
    most = set(activity[admissible(problem)].tolist())
    found: set[int] = set()
    for route in routes_that_hold(problem):
        found |= {int(activity[j]) for j in route.chosen}
        if found == most:
            break
    return sorted(found)


def _counting(problem: RouteProblem) -> RouteProblem:
    """The problem without gains that do not count."""
    counts = counted_gains(problem)
    table = problem.candidates
    owner = np.repeat(np.arange(len(table)), np.diff(table.gains.indptr))
    records = []
    for j in range(len(table)):
        kept = table.gains.values[(owner == j) & counts]
        records.append(replace(table.record(j), gains=tuple((int(k), int(g)) for k, g in kept)))
    return replace(problem, candidates=CandidateTable.of(records))


def _member(rng: random.Random, label: str, problem: RouteProblem) -> TeamMember:
    table = problem.candidates
    seat = [rng.choice((NOT_SHARED, *range(SEATS))) for _ in range(len(table))]
    options = problem.mentor.options
    return TeamMember(
        label,
        problem,
        np.array([rng.random() < 0.2 for _ in range(len(table))]),
        np.array(seat, dtype=np.int64),
        tuple(rng.choice((NOT_SHARED, SEATS, SEATS)) for _ in options),
        tuple(
            tuple(rng.choice((NOT_SHARED, SEATS + 1, SEATS + 2)) for _ in o.slots) for o in options
        ),
    )


def _offerings(
    rng: random.Random, lively: Sequence[tuple[RouteProblem, list[int]]]
) -> Iterator[TeamOffering]:
    """One or two runs of each of three activities; a member's candidates are dealt among them."""
    problems = [problem for problem, _ in lively]
    own = [rng.sample(startable, 3) for _, startable in lively]
    for a in range(3):
        runs: list[list[list[int]]] = [[[] for _ in problems] for _ in range(rng.randint(1, 2))]
        for i, problem in enumerate(problems):
            for j in np.flatnonzero(problem.candidates.activity == own[i][a]).tolist():
                rng.choice(runs)[i].append(j)
        for r, run in enumerate(runs):
            seats = rng.choice((-1, -1, -1, len(problems) - 1))
            yield TeamOffering(f"o{a}.{r}", f"a{a}", tuple(map(tuple, run)), seats)


# --------------------------------------------------------------------------- brute force


@dataclass(frozen=True)
class Plain:
    """A route as far as the team's rules look at it."""

    taken: frozenset[int]
    team_only: frozenset[int]
    uses: frozenset[int]
    value: int


@dataclass(frozen=True)
class BestPlan:
    """The greatest value, by set of shared runs; empty = no plan holds."""

    by_set: dict[tuple[int, ...], int]

    @property
    def value(self) -> int | None:
        return max(self.by_set.values(), default=None)

    def with_offering(self, y: int) -> int | None:
        """The greatest value of a plan that shares a run."""
        return max((v for runs, v in self.by_set.items() if y in runs), default=None)


@cache
def best_plan(seed: int, most_members: int = 3) -> BestPlan:
    """Every plan of ``random_team``, tried one after another."""
    team = random_team(seed, most_members)
    n = len(team.members)
    routes = [list(_plain_routes(team, i)) for i in range(n)]
    alone = {
        (i, y): any(y in r.taken for r in routes[i])
        for i in range(n)
        for y in range(len(team.offerings))
    }
    found: dict[tuple[int, ...], int] = {}
    for short in _short_sets(team):
        bare = [list(_plain_routes(team, i, True)) if i in short else routes[i] for i in range(n)]
        for size in range(team.least_steps, team.most_steps + 1):
            for runs in combinations(range(len(team.offerings)), size):
                value = _best_with(team, runs, bare, alone)
                if value is not None:
                    found[runs] = max(value, found.get(runs, value))
    return BestPlan(found)


def _candidates(team: TeamProblem, i: int, runs: Sequence[int]) -> frozenset[int]:
    return frozenset(chain.from_iterable(team.offerings[y].candidates[i] for y in runs))


def _plain_routes(team: TeamProblem, i: int, without_mentor: bool = False) -> Iterator[Plain]:
    member = team.members[i]
    problem = member.problem
    if without_mentor:
        options = tuple(replace(o, capacity=0) for o in problem.mentor.options)
        problem = replace(problem, mentor=replace(problem.mentor, options=options))
    for route, value in valued_routes(problem):
        uses = {int(member.seat[j]) for j in route.chosen}
        if route.mentor is not None:
            uses.add(member.mentor[route.mentor])
            uses |= {member.slots[route.mentor][s] for s in route.slots}
        taken = (y for y in range(len(team.offerings)))
        yield Plain(
            frozenset(y for y in taken if set(route.chosen) & _candidates(team, i, [y])),
            frozenset(j for j in route.chosen if member.team_only[j]),
            frozenset(uses - {NOT_SHARED}),
            value,
        )


def _best_with(
    team: TeamProblem,
    runs: Sequence[int],
    routes: Sequence[Sequence[Plain]],
    alone: dict[tuple[int, int], bool],
) -> int | None:
    n = len(team.members)
    if len({team.offerings[y].activity for y in runs}) < len(runs):
        return None
    if sum(y in team.training for y in runs) < team.least_training:
        return None
    seats, choices = 0, []
    for y in runs:
        away = sum(not alone[i, y] for i in range(n))
        if away > team.excused_most or n - away < 2:
            return None
        if 0 <= team.offerings[y].seats < n - away:
            return None
    for i in range(n):
        own = [y for y in runs if alone[i, y]]
        seats += len(own)
        fitting: dict[frozenset[int], int] = {}
        for r in routes[i]:
            if set(own) <= r.taken and r.team_only <= _candidates(team, i, own):
                fitting[r.uses] = max(r.value, fitting.get(r.uses, r.value))
        choices.append(list(fitting.items()))
    best = None
    for plan in product(*choices):
        counts = Counter(chain.from_iterable(uses for uses, _ in plan))
        if all(c <= team.resources[r].capacity for r, c in counts.items()):
            value = sum(v for _, v in plan) + team.bonus_mpt * seats
            best = value if best is None else max(best, value)
    return best


def _short_sets(team: TeamProblem) -> list[frozenset[int]]:
    """Smallest sets of members without whom every other gets a place, by trying all places."""
    needing = [
        i
        for i, m in enumerate(team.members)
        if m.problem.mentor.required and any(o.capacity >= 1 for o in m.problem.mentor.options)
    ]
    for size in range(len(needing) + 1):
        sets = [
            frozenset(left)
            for left in combinations(needing, size)
            if _all_placed(team, [i for i in needing if i not in left])
        ]
        if sets:
            return sets
    raise AssertionError


def _all_placed(team: TeamProblem, needing: Sequence[int]) -> bool:
    places = [
        [r for o, r in zip(m.problem.mentor.options, m.mentor, strict=True) if o.capacity >= 1]
        for m in (team.members[i] for i in needing)
    ]
    for chosen in product(*places):
        counts = Counter(r for r in chosen if r != NOT_SHARED)
        if all(c <= team.resources[r].capacity for r, c in counts.items()):
            return True
    return False
