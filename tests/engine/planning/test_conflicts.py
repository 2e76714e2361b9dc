"""Claims about infeasible requests: the conflict is minimal and the repairs repair."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.planning.checks import check_route
from engine.planning.conflicts import conflict_members, find_conflict
from engine.planning.feasibility import least_multiple
from engine.planning.problem import (
    RULES,
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemDemand,
    ProblemMentor,
)
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve
from tests.engine.planning.problems import activity, at, candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)


def pin(*candidates, label="p", code="pinned"):
    return Pin(code, label, tuple(candidates))


def codes(conflict):
    return sorted(m.code for m in conflict.members)


def test_two_pins_at_one_time_are_the_conflict():
    """Two pinned meetings that overlap contradict each other; a third pin is not blamed."""
    problem = make_problem(
        [
            candidate(0, meetings=((at(0, 10), at(0, 12), -1),), weekly=((0, 120),)),
            candidate(1, meetings=((at(0, 11), at(0, 13), -1),), weekly=((0, 120),)),
            candidate(2, meetings=((at(3, 11), at(3, 13), -1),), weekly=((0, 120),)),
        ],
        pins=(pin(0, label="x"), pin(1, label="y"), pin(2, label="z")),
    )
    conflict = find_conflict(problem, EXACT)
    assert conflict is not None
    assert conflict.minimal
    assert [(m.code, m.parameters["label"]) for m in conflict.members] == [
        ("pinned", "x"),
        ("pinned", "y"),
    ]
    assert sorted(r.code for r in conflict.repairs) == ["drop_pin", "drop_pin"]


def test_tempo_repair_is_the_least_multiple_of_half_an_hour():
    """200 minutes pinned against 120 a week need 80 more, so 90 in steps of 30."""
    problem = make_problem([candidate(0, weekly=((0, 200),))], tempo=120, pins=(pin(0),))
    conflict = find_conflict(problem, EXACT)
    assert codes(conflict) == ["pinned", "tempo"]
    more = next(r for r in conflict.repairs if r.code == "more_tempo")
    assert more.parameters == {"minutes": 90}


def test_blocked_week_is_told_apart_from_tempo():
    """A pin in a week without any tempo contradicts the blocked week, not the usual tempo."""
    problem = make_problem(
        [candidate(0, weekly=((1, 60),), start_day=7, end_day=8)],
        tempo=[300, 0, 300],
        n_weeks=3,
        pins=(pin(0),),
    )
    assert codes(find_conflict(problem, EXACT)) == ["blocked_weeks", "pinned"]


def test_steps_and_workload_repairs_count_exactly():
    """Three pins against one step need two more; 300 minutes against 100 need four hours more."""
    three = [candidate(a, weekly=((a, 100),), start_day=7 * a, end_day=7 * a) for a in range(3)]
    pins = tuple(pin(a, label=f"p{a}") for a in range(3))
    steps = find_conflict(make_problem(three, pins=pins, limits=Limits(steps_max=1)), EXACT)
    # Any two pins contradict one step; a single repair must also allow the third.
    assert "steps" in codes(steps)
    assert {r.code: r.parameters["steps"] for r in steps.repairs if r.code == "more_steps"} == {
        "more_steps": 2
    }
    work = find_conflict(make_problem(three, pins=pins, limits=Limits(workload_max_min=100)), EXACT)
    assert [r.parameters for r in work.repairs if r.code == "more_total"] == [{"minutes": 240}]


def test_a_ban_of_a_pinned_activity_is_named_with_the_pin():
    """Pinned and excluded at once: the pin and the ban are the conflict."""
    problem = make_problem([candidate(0, excluded=True)], pins=(pin(0, label="a0"),))
    assert codes(find_conflict(problem, EXACT)) == ["excluded", "pinned"]


def test_a_pin_without_any_candidate_stands_alone():
    """Nothing but the pin itself can be at fault where no run of it is left."""
    conflict = find_conflict(make_problem([candidate(0)], pins=(pin(label="gone"),)), EXACT)
    assert codes(conflict) == ["pinned"]
    assert [r.code for r in conflict.repairs] == ["drop_pin"]


def test_budget_repair_is_in_steps_of_500():
    """A pin of 1 300 roubles against 200 needs 1 100 more: 1 500 in steps of 500."""
    problem = make_problem(
        [candidate(0, source=0, cost_rub=1_300)],
        budget_sources=("own",),
        budget_rub=(200,),
        pins=(pin(0),),
    )
    conflict = find_conflict(problem, EXACT)
    assert codes(conflict) == ["budget", "pinned"]
    more = next(r for r in conflict.repairs if r.code == "more_budget")
    assert more.parameters == {"source": "own", "rub": 1_500}


def test_transfer_without_practice_blames_the_rule_and_the_pin():
    """A pinned programme that no practice can follow contradicts the transfer rule."""
    problem = make_problem(
        [candidate(0)],
        activities=(activity(0, needs_practice=True),),
        limits=Limits(transfer_weeks=8),
        pins=(pin(0),),
    )
    assert codes(find_conflict(problem, EXACT)) == ["pinned", "transfer"]


def test_two_independent_conflicts_are_repaired_together():
    """Where no single change helps, the least set of changes is given as one repair."""
    slots = [at(0, 10), at(1, 10)]
    rows = [candidate(a, meetings=((slots[a // 2], slots[a // 2] + 60, -1),)) for a in range(4)]
    problem = make_problem(rows, pins=tuple(pin(a, label=f"p{a}") for a in range(4)))
    conflict = find_conflict(problem, EXACT)
    assert len(conflict.members) == 2
    (repair,) = conflict.repairs
    assert repair.code == "together"
    assert [c["code"] for c in repair.parameters["changes"]] == ["drop_pin", "drop_pin"]
    assert repair.value_mpt is not None


def long_pair():
    """Two long programmes in the same weeks, both pinned."""
    rows = [candidate(a, start_day=0, end_day=20) for a in range(2)]
    return {
        "candidates": rows,
        "activities": tuple(activity(a, long=True) for a in range(2)),
        "pins": (pin(0, label="x"), pin(1, label="y")),
    }


def full_day():
    """One pinned day of 180 minutes of meetings."""
    meetings = ((at(0, 10), at(0, 13), 0),)
    return {"candidates": [candidate(0, meetings=meetings)], "pins": (pin(0),)}


def slot_problem(**rules):
    """A pinned step of two weeks, a mentor with one slot in the first of them."""
    mentor = ProblemMentor("m", 0, 0, 1, ((at(0, 10), at(0, 11), -1),))
    return {
        "candidates": [candidate(0, start_day=0, end_day=13)],
        "pins": (pin(0),),
        "mentor": MentorRules(required=True, cadence_weeks=1, options=(mentor,), **rules),
    }


BY_RULE = {
    "parallel": ({**long_pair(), "limits": Limits(parallel_max=1)}, "relax_rule"),
    "daily_load": ({**full_day(), "limits": Limits(daily_max_min=120)}, "relax_rule"),
    "form_mix": (
        {
            "candidates": [candidate(0, weekly=((0, 60),))],
            "pins": (pin(0),),
            "form_mix": (FormLimit(0, most_steps=0),),
        },
        "relax_rule",
    ),
    "form_by_level": (
        {
            # The practice has a gain that this level does not admit, and is in no pin.
            "candidates": [
                candidate(0, start_day=0, end_day=0),
                candidate(1, start_day=3, end_day=3, gains=((0, 100),)),
            ],
            "activities": (activity(0, needs_practice=True, practices=(1,)), activity(1, 0)),
            "demands": (ProblemDemand("d0", ((1_000, 1_000),), categories=0b1110),),
            "limits": Limits(transfer_weeks=8),
            "pins": (pin(0),),
        },
        "relax_rule",
    ),
    "mentor_required": (
        {"candidates": [], "mentor": MentorRules(required=True, refuse_without=True)},
        "relax_rule",
    ),
    "mentor_cadence": (slot_problem(missed_meeting_allowed=False), "relax_rule"),
    "formats": (
        {
            "candidates": [candidate(0, meetings=((at(0, 10), at(0, 11), -1),))],
            "pins": (pin(0),),
            "limits": Limits(online_allowed=False),
        },
        "allow_online",
    ),
    "transfer": (
        {
            "candidates": [candidate(0)],
            "activities": (activity(0, needs_practice=True),),
            "limits": Limits(transfer_weeks=8),
            "pins": (pin(0),),
        },
        "relax_rule",
    ),
    "steps": (
        {"candidates": [candidate(0)], "pins": (pin(0),), "limits": Limits(steps_max=0)},
        "more_steps",
    ),
    "required_theme": (
        {
            "candidates": [candidate(0, excluded=True)],
            "pins": (pin(0, label="burnout_prevention", code="required_theme"),),
        },
        "relax_rule",
    ),
    "required_activity": (
        {
            "candidates": [candidate(0, excluded=True)],
            "pins": (pin(0, label="a0", code="required_activity"),),
        },
        "relax_rule",
    ),
}


@pytest.mark.parametrize("rule", sorted(BY_RULE))
def test_every_rule_of_the_policy_can_be_a_member_with_a_repair_and_its_cost(rule):
    """Each rule is named where it contradicts, dropping it helps, and the repair has a value."""
    fields, code = BY_RULE[rule]
    rows = fields["candidates"]
    problem = make_problem(rows, **{k: v for k, v in fields.items() if k != "candidates"})
    assert solve(problem, EXACT).status is SolveStatus.INFEASIBLE
    conflict = find_conflict(problem, EXACT)
    assert rule in codes(conflict)
    assert conflict.minimal
    (member,) = (m for m in conflict.members if m.code == rule)
    assert solve(member.relax(problem), EXACT).route is not None
    repairs = [r for r in conflict.repairs if r.code == code]
    assert repairs
    assert all(r.value_mpt is not None for r in repairs)


def test_members_cover_everything_that_is_no_physical_fact():
    """Rules without a member are physical, or speak of content: listed here one by one."""
    physical = {"one_offering", "overlap", "seats", "mentor_capacity", "prerequisite"}
    by_kind = {"tempo", "workload", "budget", "excluded", "pinned", "checkpoints"}
    named = set(BY_RULE) - {"formats", "required_theme", "required_activity"}
    assert physical | by_kind | named == set(RULES)


def test_what_cannot_be_decided_is_no_repair():
    """A search for the least multiple that meets an undecided check ends without an answer."""
    asked = []

    def undecided(n):
        asked.append(n)
        return

    assert least_multiple(undecided, 1, 1_024) == (None, 1)
    assert asked == [1]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 8))
def test_the_least_multiple_is_found(least, most, first):
    """Of a monotone check the least multiple, or the greatest one tried where none admits."""
    verdict, n = least_multiple(lambda n: n >= least, first, most)
    assert (verdict, n) == ((True, least) if least <= most else (False, most))


def test_a_feasible_problem_has_no_conflict():
    """The empty route is a route."""
    assert find_conflict(make_problem([candidate(0)]), EXACT) is None


def infeasible_seeds():
    found = []
    for seed in range(400):
        problem = random_problem(seed, "small")
        if solve(problem, EXACT).status is SolveStatus.INFEASIBLE:
            found.append(seed)
        if len(found) == 12:
            break
    return found


@pytest.fixture(scope="module")
def seeds():
    found = infeasible_seeds()
    assert len(found) == 12
    return found


def test_dropping_any_member_of_a_random_conflict_makes_it_feasible(seeds):
    """Drop-one minimality: the conflict's members alone are infeasible, all but one are not."""
    for seed in seeds:
        problem = random_problem(seed, "small")
        conflict = find_conflict(problem, EXACT)
        assert conflict is not None
        kept = {(m.code, str(m.parameters)) for m in conflict.members}
        alone = problem
        for member in conflict_members(problem):
            if (member.code, str(member.parameters)) not in kept:
                alone = member.relax(alone)
        assert solve(alone, EXACT).status is SolveStatus.INFEASIBLE
        for member in conflict.members:
            without = member.relax(alone)
            solution = solve(without, EXACT)
            assert solution.route is not None, (seed, member.code)
            assert check_route(without, solution.route).holds


def test_every_repair_of_a_random_conflict_is_worth_what_it_says(seeds):
    """A conflict has at least one repair, and its value is that of a route that exists."""
    for seed in seeds:
        conflict = find_conflict(random_problem(seed, "small"), EXACT)
        assert conflict.repairs
        assert all(r.value_mpt is not None for r in conflict.repairs)


def test_checkpoints_and_tempo_contradict_where_the_offer_does_not_fit():
    """A final diagnostic on offer must be taken; if its week is full, the rule is blamed."""
    problem = make_problem(
        [candidate(0, end_day=6, weekly=((0, 60),))],
        tempo=[60, 30],
        n_weeks=2,
        pins=(pin(0),),
        checkpoints=CheckpointRules(final=True, offers=(CheckpointOffer("c", 8, 45),)),
    )
    conflict = find_conflict(problem, EXACT)
    assert set(codes(conflict)) == {"checkpoints", "pinned", "tempo"}
    relaxed = replace(problem, checkpoints=CheckpointRules())
    assert solve(relaxed, EXACT).route is not None
