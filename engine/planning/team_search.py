"""Solve the problem of a team: the best plan, and a bound that no plan exceeds.

Branch and bound, the highest bound first. A *node* says which runs are shared, who is excused,
whom no mentor serves, and which shared resources each member leaves to the others. Its bound is
the sum of its members' bounds: first from costs of one relaxation a member, then from relaxations
with the runs pinned, then from solves; each is made only when the node is the highest one left.
Where the members' best routes use more of a resource than there is, one of any ``capacity + 1``
users has to leave it to the others, so there is a node for each of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice

from engine.domain import IntArray
from engine.planning.cp_sat import PPM
from engine.planning.solution import SolveStatus
from engine.planning.solver import gap_ppm
from engine.planning.team_bounds import MemberCosts, sets_by_cost
from engine.planning.team_cases import Case
from engine.planning.team_evaluation import GUESSED, RELAXED, Evaluation, Evaluator
from engine.planning.team_problem import (
    TeamProblem,
    able_members,
    enough_together,
    may_be_shared,
    members_without_mentor,
    overbooked,
    trains_enough,
)
from engine.planning.team_solution import MemberPlan, TeamLimits, TeamSolution

POINT_MPT = 1_000
DIVES = 3
"""So many sets of shared runs of each kind are tried before the search by bound."""
LIKED_MOST = 6


@dataclass(frozen=True, slots=True)
class Node:
    """A part of all plans.

    Parameters
    ----------
    together
        Offerings, rising.
    excused
        (member, offering).
    without_mentor
        Members.
    given_up
        By member: resources that he leaves to the others, rising.
    """

    together: tuple[int, ...]
    excused: frozenset[tuple[int, int]]
    without_mentor: frozenset[int]
    given_up: tuple[tuple[int, ...], ...]

    def case(self, member: int) -> Case:
        """What the node decides of one member."""
        own = tuple(y for y in self.together if (member, y) not in self.excused)
        return Case(member, own, self.given_up[member], member in self.without_mentor)


class TeamSearch:
    """The state of one search."""

    def __init__(self, team: TeamProblem, limits: TeamLimits, until: float | None = None) -> None:
        self.team, self.limits = team, limits
        self.evaluator = Evaluator(team, limits, until)
        self.able = able_members(team)
        self.possible = {
            y: able for y, able in enumerate(self.able) if may_be_shared(team, y, len(able))
        }
        self.short_sets = members_without_mentor(team)
        self.best: tuple[int, Node] | None = None
        self.members: tuple[MemberPlan, ...] = ()
        self.value_with: dict[int, int] = {}
        self._tried: dict[Node, int] = {}
        self.infeasible = False
        self._left: int | None = None
        self._lists: list[tuple[int, dict[int, int]]] = []
        self._heap: list[tuple[int, int, Node]] = []
        self._number = count()
        self._sets: list[tuple[int, int, Iterator[tuple[int, Node]], Node]] = []

    # ------------------------------------------------------------------ what is known

    @property
    def value(self) -> int | None:
        """Of the best plan so far."""
        return None if self.best is None else self.best[0]

    @property
    def bound(self) -> int | None:
        """No plan is worth more; ``None`` = proved that there is none."""
        ends = [-self._heap[0][0]] if self._heap else []
        ends += [-self._sets[0][0]] if self._sets else []
        ends += [b for b in (self._left, self.value) if b is not None]
        return max(ends, default=None)

    @property
    def target(self) -> int | None:
        """Greatest bound that is near enough to the value."""
        if self.value is None:
            return None
        return self.value + max(POINT_MPT, abs(self.value)) * self.limits.gap_ppm // PPM

    def hopeless(self, bound: int) -> bool:
        """Whether a part of that bound may be left aside."""
        return self.target is not None and bound <= self.target

    # ------------------------------------------------------------------ the search

    def run(self) -> TeamSolution:
        """Search until the bound is near enough, nothing is left, or a limit is reached."""
        self._begin()
        for node in self._liked_sets():
            self._first_plan(node)
        for node in self._first_sets():
            self.dive(node)
        while (self._heap or self._sets) and not self.evaluator.spent:
            if self.bound is not None and self.hopeless(self.bound):
                break
            self._step()
        self._polish()
        return self._solution()

    def _first_sets(self) -> Iterator[Node]:
        """The first sets of the lists; they leave them."""
        for _ in range(DIVES):
            if self._sets and not self.evaluator.spent:
                node = self._next_set()
                if node is not None:
                    yield node

    def _step(self) -> None:
        """Look into the part of the highest bound."""
        if self._sets and (not self._heap or self._sets[0][0] <= self._heap[0][0]):
            node = self._next_set()
            if node is not None:
                self.push(node)
            return
        for following in self._expand(heapq.heappop(self._heap)[2]):
            self.push(following)

    def _begin(self) -> None:
        """Lists of sets of shared runs, one for each size and each way to miss mentors."""
        n = len(self.team.members)
        for short in self.short_sets:
            costs = [self.evaluator.open(i, i in short) for i in range(n)]
            outer = [max(known) for known in map(_known, costs) if known]
            if len(outer) < n:
                continue
            price = {y: self._price(y, [c for c, _ in costs]) for y in self.possible}
            self._lists.append((sum(outer), price))
            for size in range(self.team.least_steps, self.team.most_steps + 1):
                self._add_sets(self._nodes(short, price, size, sum(outer)))

    def _price(self, y: int, costs: list[MemberCosts]) -> int:
        """The least that sharing a run takes from the bound, whoever may yet be excused."""
        able = self.possible[y]
        terms = sorted((costs[i].cost.get(y, 0) - self.team.bonus_mpt for i in able), reverse=True)
        return sum(terms) - sum(max(0, term) for term in terms[: self._spare(y)])

    def _spare(self, y: int) -> int:
        """How many of those with a candidate may be excused."""
        return self.team.excused_most - (len(self.team.members) - len(self.possible[y]))

    def _nodes(
        self, short: frozenset[int], price: dict[int, int], size: int, start: int
    ) -> Iterator[tuple[int, Node]]:
        """Nodes of one size with bounds that fall."""
        kind = [offering.activity for offering in self.team.offerings]
        for cost, together in sets_by_cost(price, kind, size):
            if not trains_enough(self.team, together):
                continue
            yield start - cost, self._node(together, short)

    def _add_sets(self, nodes: Iterator[tuple[int, Node]]) -> None:
        found = next(nodes, None)
        if found is not None:
            bound, node = found
            heapq.heappush(self._sets, (-bound, next(self._number), nodes, node))

    def _next_set(self) -> Node | None:
        """The next set of shared runs with who is excused; ``None`` = it is no plan's."""
        bound, _, nodes, node = heapq.heappop(self._sets)
        self._add_sets(nodes)
        return self._settled(node, -bound)

    def _settled(self, node: Node, bound: int) -> Node | None:
        """The node with those excused who cannot take a run; ``None`` where too few are left."""
        excused = set(node.excused)
        for y in node.together:
            if self._spare(y) <= 0:
                if self._impossible(y):
                    return None
                continue
            for i in self.possible[y]:
                able = self.evaluator.can_take(i, y)
                if able is None:
                    self._leave(bound)
                    return None
                excused |= set() if able else {(i, y)}
            together = len(self.team.members) - sum(away == y for _, away in excused)
            if not enough_together(self.team, y, together):
                return None
        return replace(node, excused=frozenset(excused))

    def _impossible(self, y: int) -> bool:
        """Whether it is known that somebody cannot take a run from which nobody may be excused.

        Of a run that trains it is found out where one is asked for: few do, and whoever cannot
        take one takes away every set with it.
        """
        asked = self.team.least_training and y in self.team.training
        if asked and not self.evaluator.spent:
            return any(self.evaluator.can_take(i, y) is False for i in self.possible[y])
        return any(self.evaluator.ruled_out(i, y) for i in self.possible[y])

    def _liked_sets(self) -> Iterator[Node]:
        """Sets of runs that members' routes have by themselves, those of most members first."""
        if not self._lists:
            return
        start, price = self._lists[0]
        liked = self.evaluator.liked
        runs = sorted((y for y in price if liked.get(y)), key=lambda y: (-liked[y], price[y], y))
        kind = [offering.activity for offering in self.team.offerings]
        cost = {y: -liked[y] for y in runs[:LIKED_MOST]}
        for size in range(max(1, self.team.least_steps), self.team.most_steps + 1):
            sets = (
                runs for _, runs in sets_by_cost(cost, kind, size) if trains_enough(self.team, runs)
            )
            for together in islice(sets, DIVES):
                node = self._node(together, self.short_sets[0])
                settled = self._settled(node, start - sum(price[y] for y in together))
                if settled is not None:
                    yield settled

    def _node(self, together: tuple[int, ...], short: frozenset[int]) -> Node:
        n = len(self.team.members)
        excused = frozenset((i, y) for y in together for i in range(n) if i not in self.possible[y])
        return Node(together, excused, short, ((),) * n)

    def push(self, node: Node) -> None:
        """Keep a node for later, if it can still matter."""
        bound = self.node_bound(node)
        if bound is not None and self.hopeless(bound):
            self._leave(bound)
        elif bound is not None:
            heapq.heappush(self._heap, (-bound, next(self._number), node))

    def most_with(self, y: int) -> int | None:
        """No plan with the run is worth more, by costs alone; ``None`` = there is no such plan."""
        found = []
        for start, price in self._lists:
            if y in price:
                others = sorted(price[x] for x in price if x != y)
                for size in range(max(1, self.team.least_steps), self.team.most_steps + 1):
                    found.append(start - price[y] - sum(others[: size - 1]))
        return max(found, default=None)

    def follow(self, y: int) -> None:
        """Look for a plan whose only shared run is this one, where that is a plan at all."""
        if self.team.least_steps <= 1 <= self.team.most_steps and trains_enough(self.team, (y,)):
            self._first_plan(self._node((y,), self.short_sets[0]))

    def dive(self, node: Node) -> None:
        """Look for the first plan of a node that is not listed any more; the rest is kept."""
        bound = self.node_bound(node)
        if bound is not None and not self.hopeless(bound):
            node, others = self._first_plan(node)
            for part in (node, *others):
                self.push(part)
        elif bound is not None:
            self._leave(bound)

    def _first_plan(self, node: Node) -> tuple[Node, list[Node]]:
        """Follow the best part of a node until its routes are a plan.

        Returns
        -------
        node, others
            The part reached, which may be settled already, and the parts passed over.
        """
        others: list[Node] = []
        while not self.evaluator.spent and self._tried.get(node) is None:
            parts = self._expand(node)
            if not parts:
                break
            bounds = [self.node_bound(part) for part in parts]
            order = sorted(range(len(parts)), key=lambda k: -(bounds[k] or 0))
            others += [parts[k] for k in order[1:]]
            node = parts[order[0]]
        return node, others

    # ------------------------------------------------------------------ nodes

    def evaluations(self, node: Node) -> list[Evaluation]:
        """What is known of each member's case."""
        return [self.evaluator.of(node.case(i)) for i in range(len(self.team.members))]

    def seats(self, node: Node) -> int:
        """Members' seats in the shared runs."""
        return len(node.together) * len(self.team.members) - len(node.excused)

    def node_bound(self, node: Node) -> int | None:
        """No plan of the node is worth more; ``None`` = a member has no route."""
        bounds = [e.bound for e in self.evaluations(node)]
        known = [b for b in bounds if b is not None]
        if len(known) < len(bounds):
            return None
        return sum(known) + self.team.bonus_mpt * self.seats(node)

    def _expand(self, node: Node) -> list[Node]:
        """Find out one thing more: the node itself, its parts, or nothing where it is settled."""
        evaluations = self.evaluations(node)
        impossible = [e.case for e in evaluations if e.bound is None]
        if impossible:
            self._blame(impossible[0])
            return []
        for level in (GUESSED, RELAXED):
            for evaluation in evaluations:
                if evaluation.level == level:
                    self.evaluator.sharpen(evaluation)
                    return [node]
        solved = [e for e in evaluations if e.value is not None]
        if len(solved) == len(evaluations):
            resource = overbooked(self.team, [self._uses(e) for e in solved])
            if resource is not None:
                return self._shared(node, resource, solved)
            self._offer(node, solved)
        bound = self.node_bound(node)
        if bound is not None and self.hopeless(bound):
            self._leave(bound)
            return []
        return self._sharper(node, evaluations)

    def _blame(self, case: Case) -> None:
        """Find the run that a member cannot take at all, so that no other set has it either."""
        for y in case.together if not case.given_up else ():
            if not self.evaluator.spent and self.evaluator.can_take(case.member, y) is False:
                return

    def _sharper(self, node: Node, evaluations: list[Evaluation]) -> list[Node]:
        """The node with its least certain member solved again; settled where nothing is left."""
        blunt = [e for e in evaluations if not e.sharp]
        if blunt:
            self.evaluator.sharpen(max(blunt, key=_doubt))
            return [node]
        bound = self.node_bound(node)
        if bound is not None:
            self._leave(bound)
        return []

    def _leave(self, bound: int) -> None:
        """Count a part that is not looked into any more in the bound."""
        self._left = bound if self._left is None else max(self._left, bound)

    def _shared(self, node: Node, resource: int, solved: list[Evaluation]) -> list[Node]:
        """One node for each of ``capacity + 1`` users who may leave the resource to the others."""
        users = [i for i, e in enumerate(solved) if resource in self._uses(e)]
        bound_to = [i for i in users if self._needs(node.case(i), resource)]
        order = bound_to + [i for i in users if i not in bound_to]
        least = order[: self.team.resources[resource].capacity + 1]
        parts = []
        for i in sorted(set(least) - set(bound_to)):
            given_up = list(node.given_up)
            given_up[i] = tuple(sorted({*given_up[i], resource}))
            part = replace(node, given_up=tuple(given_up))
            self.evaluator.of(part.case(i), parent=node.case(i))
            parts.append(part)
        return parts

    def _needs(self, case: Case, resource: int) -> bool:
        """Whether a run that the member takes with the team is to be had with the resource only."""
        seat = self.team.members[case.member].seat
        own = (self.team.offerings[y].candidates[case.member] for y in case.together)
        return any(bool((seat[list(candidates)] == resource).all()) for candidates in own)

    @staticmethod
    def _uses(evaluation: Evaluation) -> IntArray:
        assert evaluation.built is not None
        assert evaluation.solution is not None
        assert evaluation.solution.route is not None
        return evaluation.built.uses(evaluation.solution.route)

    def _offer(self, node: Node, solved: list[Evaluation]) -> None:
        """Keep the node's routes if they are the best plan yet."""
        value = sum(e.value for e in solved if e.value is not None)
        value += self.team.bonus_mpt * self.seats(node)
        self._tried[node] = value
        for y in node.together:
            self.value_with[y] = max(value, self.value_with.get(y, value))
        if self.value is None or value >= self.value:
            self.best = value, node
            self.members = tuple(_plan(e) for e in solved)

    def _polish(self) -> None:
        """Routes of the best plan as good as was asked for, where so far they were only found.

        Whether the plan is near enough does not depend on it; what each member is told does.
        """
        node = None if self.best is None else self.best[1]
        if node is None:
            return
        evaluations = self.evaluations(node)
        for evaluation in evaluations:
            if not self.evaluator.spent:
                self.evaluator.settle(evaluation)
        if overbooked(self.team, [self._uses(e) for e in evaluations]) is None:
            self._offer(node, evaluations)

    def _solution(self) -> TeamSolution:
        value, bound = self.value, self.bound
        node = None if self.best is None else self.best[1]
        gap = None if value is None or bound is None else gap_ppm(value, bound)
        excused: dict[int, tuple[int, ...]] = {}
        for i, y in sorted(node.excused if node is not None else ()):
            excused[y] = (*excused.get(y, ()), i)
        return TeamSolution(
            status=self._status(gap),
            together=() if node is None else node.together,
            excused=excused,
            members=self.members,
            value_mpt=value,
            bound_mpt=bound,
            gap_ppm=gap,
            work_milli=self.evaluator.work_milli,
            solves=self.evaluator.solves,
            cut_by_clock=self.evaluator.cut_by_clock,
        )

    def _status(self, gap: int | None) -> SolveStatus:
        if self.best is None:
            return SolveStatus.INFEASIBLE if self.bound is None else SolveStatus.UNKNOWN
        if gap == 0:
            return SolveStatus.OPTIMAL
        near = gap is not None and gap <= self.limits.gap_ppm
        return SolveStatus.WITHIN_GAP if near else SolveStatus.FEASIBLE


def _known(told: tuple[MemberCosts, int | None]) -> list[int]:
    """Bounds of a member's routes with a step and of all that need no team; empty = no route."""
    costs, most = told
    return [bound for bound in (costs.bound, most) if bound is not None]


def _doubt(evaluation: Evaluation) -> int:
    """How far value and bound are apart."""
    if evaluation.bound is None:
        return 0
    return evaluation.bound - (evaluation.value if evaluation.value is not None else -(10**15))


def _plan(evaluation: Evaluation) -> MemberPlan:
    assert evaluation.built is not None
    assert evaluation.solution is not None
    assert evaluation.solution.route is not None
    assert evaluation.options is not None
    route = evaluation.built.own_route(evaluation.solution.route)
    built, solution, options = evaluation.built, evaluation.solution, evaluation.options
    return MemberPlan(evaluation.case, built, route, solution, options)
