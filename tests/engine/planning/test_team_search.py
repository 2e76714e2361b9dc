"""Plans of teams against brute force, the checker, and planted cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.planning.problem import Limits, MentorRules, ProblemMentor
from engine.planning.solution import Route, SolveStatus
from engine.planning.team_bounds import sets_by_cost
from engine.planning.team_checks import check_team
from engine.planning.team_explain import solve_team
from engine.planning.team_problem import (
    NOT_SHARED,
    SharedResource,
    TeamMember,
    TeamOffering,
    TeamProblem,
    members_without_mentor,
)
from engine.planning.team_search import TeamSearch
from engine.planning.team_solution import (
    CANNOT,
    OUTRANKED,
    SEATS,
    TOGETHER,
    TeamLimits,
    TeamSolution,
)
from tests.engine.planning.problems import Candidate, candidate, make_problem
from tests.engine.planning.teams import best_plan, random_team

pytestmark = pytest.mark.slow

EXACT = TeamLimits(gap_ppm=0, deadline_ms=120_000, work_milli=60_000, total_work_milli=10**9)
SEEDS_PER_CASE = 6


def routes_hold(team: TeamProblem, solution: TeamSolution) -> bool:
    """Whether the checker lets the plan pass with the value that the search states."""
    report = check_team(
        team,
        solution.together,
        solution.excused,
        [m.route for m in solution.members],
        frozenset(m.case.member for m in solution.members if m.case.without_mentor),
    )
    return report.violations == () and report.value_mpt == solution.value_mpt


@pytest.mark.parametrize("first", range(0, 36, SEEDS_PER_CASE))
def test_search_finds_the_optimum_of_brute_force(first: int) -> None:
    """Asked for gap 0, status, value and bound are those of trying every plan of every member."""
    for seed in range(first, first + SEEDS_PER_CASE):
        team, best = random_team(seed), best_plan(seed)
        solution = TeamSearch(team, EXACT).run()
        if best.value is None:
            assert solution.status is SolveStatus.INFEASIBLE, seed
            continue
        assert solution.status is SolveStatus.OPTIMAL, seed
        assert solution.value_mpt == solution.bound_mpt == best.value, seed
        assert best.by_set[solution.together] == best.value, seed
        assert routes_hold(team, solution), seed


@pytest.mark.parametrize("first", range(0, 18, SEEDS_PER_CASE))
def test_what_is_said_of_rejected_runs_is_true_of_brute_force(first: int) -> None:
    """A run called impossible is in no plan, and the true loss lies in the interval told."""
    for seed in range(first, first + SEEDS_PER_CASE):
        team, best = random_team(seed), best_plan(seed)
        for verdict in solve_team(team, replace(EXACT, explained_most=3)).verdicts:
            value = best.with_offering(verdict.offering)
            if verdict.code in (CANNOT, SEATS, TOGETHER):
                assert value is None, (seed, verdict)
            if verdict.code == OUTRANKED and value is not None:
                assert best.value is not None
                assert verdict.loss_low_mpt is not None
                assert verdict.loss_low_mpt <= best.value - value, (seed, verdict)
                if verdict.loss_high_mpt is not None:
                    assert best.value - value <= verdict.loss_high_mpt, (seed, verdict)


def test_a_bound_is_true_however_early_the_search_ends() -> None:
    """With hardly any work no bound lies below the optimum, and no value above it."""
    for seed in range(12):
        best = best_plan(seed).value
        limits = replace(EXACT, work_milli=1, total_work_milli=seed)
        solution = TeamSearch(random_team(seed), limits).run()
        if best is not None:
            assert solution.bound_mpt is not None
            assert solution.bound_mpt >= best, seed
        if solution.value_mpt is not None:
            assert best is not None
            assert solution.value_mpt <= best, seed


# --------------------------------------------------------------------------- planted cases


def member(label: str, rows: Sequence[Candidate], seats: Sequence[int], **fields) -> TeamMember:
    """A member whose candidate j uses the shared resource ``seats[j]``."""
    problem = make_problem(rows, **fields)
    options = problem.mentor.options
    return TeamMember(
        label,
        problem,
        np.zeros(len(rows), dtype=np.bool_),
        np.array(seats, dtype=np.int64),
        tuple(0 for _ in options),
        tuple(tuple(NOT_SHARED for _ in o.slots) for o in options),
    )


def gaining(activity: int, units: int, day: int = 0) -> Candidate:
    """A candidate worth ``units`` points on the one demand, where it is not full."""
    return candidate(activity, day, day, gains=((0, units),))


SHARED = TeamOffering("together", "t", ((0,), (0,)))
TWO_STEPS = Limits(steps_max=2)
SEAT = (SharedResource("seat", "last", 1),)


def test_the_last_seat_goes_to_whoever_gains_most_by_it() -> None:
    """Of one seat that both want (900 and 700, instead 500 each), the first takes it: 2 · 100 of
    the shared step + 900 + 500 = 1 600 points; both at once would be 1 800."""
    rows = [[gaining(0, 100), gaining(1, g), gaining(2, 500)] for g in (900, 700)]
    team = TeamProblem(
        tuple(
            member(f"e{i}", own, (NOT_SHARED, 0, NOT_SHARED), limits=TWO_STEPS)
            for i, own in enumerate(rows)
        ),
        (SHARED,),
        SEAT,
    )
    solution = TeamSearch(team, EXACT).run()
    assert solution.value_mpt == 1_600_000
    assert [m.route.chosen for m in solution.members] == [(0, 1), (0, 2)]
    assert [m.case.given_up for m in solution.members] == [(), (0,)]
    unlimited = TeamSearch(replace(team, resources=(replace(SEAT[0], capacity=2),)), EXACT).run()
    assert unlimited.value_mpt == 1_800_000


def test_seats_of_a_shared_run_are_taken_together_or_not_at_all() -> None:
    """A run with two seats for three is shared by none, however much each would gain by it."""
    rows = [gaining(0, 900), gaining(1, 10)]
    people = tuple(member(f"e{i}", rows, (NOT_SHARED, NOT_SHARED)) for i in range(3))
    runs = (
        TeamOffering("two seats", "t", ((0,),) * 3, seats=2),
        TeamOffering("three seats", "u", ((1,),) * 3, seats=3),
    )
    solution = solve_team(TeamProblem(people, runs), EXACT)
    assert solution.together == (1,)
    assert [v.code for v in solution.verdicts] == [SEATS, "chosen"]


def test_a_further_shared_step_has_to_be_worth_what_it_takes() -> None:
    """Sharing a second run costs each of two members 30 points, so a bonus of 29 leaves it out
    and one of 31 takes it in."""
    rows = [gaining(0, 100), candidate(1, 1, 1, price_mpt=30_000)]
    people = tuple(member(f"e{i}", rows, (NOT_SHARED, NOT_SHARED)) for i in range(2))
    runs = (SHARED, TeamOffering("second", "u", ((1,), (1,))))
    for bonus, together in ((29_000, (0,)), (31_000, (0, 1))):
        team = TeamProblem(people, runs, most_steps=2, bonus_mpt=bonus)
        assert TeamSearch(team, EXACT).run().together == together


def test_a_run_that_trains_is_shared_where_one_must_be() -> None:
    """Of a run worth 900 and one that trains and is worth 100, the second is shared if asked."""
    rows = [gaining(0, 900), gaining(1, 100)]
    people = tuple(
        member(f"e{i}", rows, (NOT_SHARED, NOT_SHARED), limits=TWO_STEPS) for i in range(2)
    )
    runs = (SHARED, TeamOffering("second", "u", ((1,), (1,))))
    team = TeamProblem(people, runs, training=frozenset({1}), least_training=1, bonus_mpt=1)
    assert TeamSearch(team, EXACT).run().together == (1,)


def test_who_cannot_take_a_run_is_excused_only_where_that_is_allowed() -> None:
    """A busy third member makes the run impossible, or is excused where one may be."""
    at = candidate(0, 0, 0, gains=((0, 500),), meetings=((600, 660, -1),))
    people = [member(f"e{i}", [at], (NOT_SHARED,)) for i in range(3)]
    people[2] = member("e2", [at], (NOT_SHARED,), busy=((0, 1440),))
    run = TeamOffering("run", "t", ((0,),) * 3)
    strict = solve_team(TeamProblem(tuple(people), (run,)), EXACT)
    assert strict.status is SolveStatus.INFEASIBLE
    assert (strict.verdicts[0].code, strict.verdicts[0].cannot) == (CANNOT, (2,))
    lenient = solve_team(TeamProblem(tuple(people), (run,), excused_most=1), EXACT)
    assert lenient.excused == {0: (2,)}
    assert lenient.value_mpt == 1_000_000


def test_the_one_mentor_left_serves_whoever_fits_him_best() -> None:
    """Two who must have a mentor and one place: the better fit (300 of 100) has it, and the other
    is planned without."""
    option = ProblemMentor("m", 0, 0, 1, ())
    people = tuple(
        member(
            f"e{i}",
            [gaining(0, 100)],
            (NOT_SHARED,),
            mentor=MentorRules(required=True, options=(replace(option, fit_mpt=fit),)),
        )
        for i, fit in enumerate((100_000, 300_000))
    )
    team = TeamProblem(people, (SHARED,), (SharedResource("mentor", "m", 1),))
    assert members_without_mentor(team) == (frozenset({0}), frozenset({1}))
    solution = TeamSearch(team, EXACT).run()
    assert solution.value_mpt == 500_000
    assert [m.case.without_mentor for m in solution.members] == [True, False]


def test_the_checker_names_every_breach_of_the_teams_rules() -> None:
    """A member without the shared run, the last seat taken twice, and too many shared steps."""
    rows = [gaining(0, 100), gaining(1, 100)]
    people = tuple(member(f"e{i}", rows, (NOT_SHARED, 0)) for i in range(2))
    team = TeamProblem(people, (SHARED,), SEAT)

    def rules(routes: Sequence[tuple[int, ...]], together: Sequence[int] = (0,)) -> set[str]:
        report = check_team(team, together, {}, [Route(chosen) for chosen in routes])
        return {rule for rule, _ in report.violations}

    assert rules([(0,), (0, 1)]) == set()
    assert rules([(0,), ()]) == {"together"}
    assert rules([(0, 1), (0, 1)]) == {"shared"}
    assert rules([(0,), (0,)], ()) == {"team_steps"}
    assert check_team(team, (0,), {0: (1,)}, [Route((0,)), Route()]).violations == (
        ("excused", "together"),
        ("together", "together"),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-20, 20), max_size=7), st.integers(0, 3), st.data())
def test_sets_come_by_cost_and_all_of_them(
    costs: list[int], size: int, data: st.DataObject
) -> None:
    """Every set of runs of different activities comes once, the cheapest first."""
    kind = data.draw(st.lists(st.sampled_from("abcd"), min_size=len(costs), max_size=len(costs)))
    found = list(sets_by_cost(dict(enumerate(costs)), kind, size))
    wanted = [
        runs
        for runs in combinations(range(len(costs)), size)
        if len({kind[y] for y in runs}) == size
    ]
    assert sorted(runs for _, runs in found) == wanted
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert all(cost == sum(costs[y] for y in runs) for cost, runs in found)
