"""Every rule of the route problem binds for somebody of the demo package."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from engine.domain import Mentor, Offering, OfficialLevel
from engine.interchange import DataPackage
from engine.planning import rules
from engine.planning.formulate import build_kernel
from engine.planning.problem import RULES, RouteProblem
from engine.planning.solution import SolveOptions
from engine.planning.solver import run_cp_sat, solve
from engine.policy import PolicyProfile
from engine.recommender import Recommender, RouteRequest
from tests.data_demo.asking import request_for, unsolved

OPTIONS = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=8_000)

DROPPED_RULES = {
    "one_offering": ("E14", "default", {}),
    "tempo": ("E07", "default", {}),
    "workload": ("E01", "default", {}),
    "overlap": ("E13", "default", {}),
    "prerequisite": ("E14", "default", {}),
    "parallel": ("E09", "default", {}),
    "steps": ("E09", "default", {}),
    "budget": ("E12", "default", {}),
    "form_mix": ("E09", "default", {}),
    "transfer": ("E03", "volgodonsk", {}),
    "checkpoints": ("E12", "primorye", {}),
    "pinned": ("E12", "default", {"pinned": ("pk-himiya.autumn", "tr-vygoranie")}),
    "mentor_required": ("E05", "default", {}),
    "mentor_cadence": ("E05", "default", {}),
}
"""Rule → educator, policy and constraints for which a route without the rule is worth more."""

CHANGED_INPUT = ("daily_load", "form_by_level", "excluded", "mentor_capacity", "seats")
"""Rules that are settled before the solver; each has a test of its own below."""


def problem_of(recommender: Recommender, request: RouteRequest) -> RouteProblem:
    return recommender.recommend(unsolved(request)).problem


def bound_of(problem: RouteProblem) -> int:
    """A value that no route of the problem exceeds, in millipoints."""
    bound = solve(problem, OPTIONS).bound_mpt
    assert bound is not None
    return bound


def value_of(problem: RouteProblem) -> int:
    value = solve(problem, OPTIONS).value_mpt
    assert value is not None
    return value


def dropped_reason(recommender: Recommender, request: RouteRequest) -> dict[str, str]:
    chosen = recommender.recommend(unsolved(request)).recommendation.not_chosen
    return {activity: reason.code for activity, reason in chosen.items()}


def test_no_rule_is_forgotten() -> None:
    """Each rule of the problem is shown to bind below."""
    assert sorted([*DROPPED_RULES, *CHANGED_INPUT]) == sorted(RULES)


@pytest.mark.slow
@pytest.mark.parametrize("rule", DROPPED_RULES)
def test_rule_binds(
    rule: str, package: DataPackage, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rule there is a route above every route that keeps it."""
    educator, policy, constraints = DROPPED_RULES[rule]
    request = request_for(package, educator, **constraints)
    problem = problem_of(recommender, dataclasses.replace(request, policy=policy))
    kept = bound_of(problem)
    monkeypatch.setitem(rules.FORMULATION, rule, lambda kernel: None)
    loose = run_cp_sat(build_kernel(problem).model, OPTIONS, 20)
    assert loose.found
    assert loose.solver.objective_value > kept


def test_excluded_binds(package: DataPackage, recommender: Recommender) -> None:
    """A ban on the programme of the best route makes the route worth less."""
    free = problem_of(recommender, request_for(package, "E12"))
    banned = problem_of(recommender, request_for(package, "E12", excluded=("pk-himiya",)))
    assert bound_of(banned) < value_of(free)


def test_daily_load_drops_the_intensive(package: DataPackage, recommender: Recommender) -> None:
    """A day of nine hours is more than the policy's day holds."""
    request = request_for(package, "E01")
    assert dropped_reason(recommender, request)["ws-intensiv"] == "daily_load"


def test_form_by_level_binds(package: DataPackage, recommender: Recommender) -> None:
    """A policy that fills minimal deficits with programmes as well gives a better route."""
    request = request_for(package, "E11")
    assert "form_by_level" in dropped_reason(recommender, request).values()
    wider = with_policy(recommender, "default", admit_every_category)
    assert value_of(problem_of(wider, request)) > bound_of(problem_of(recommender, request))


def admit_every_category(policy: PolicyProfile) -> PolicyProfile:
    every = policy.form_by_level[OfficialLevel.HIGH]
    return dataclasses.replace(policy, form_by_level=dict.fromkeys(policy.form_by_level, every))


def test_seats_bind(package: DataPackage, recommender: Recommender) -> None:
    """With a seat in every full run there is a better route; a full programme is told as such."""
    assert dropped_reason(recommender, request_for(package, "E03"))["pk-logo"] == "seats"
    request = request_for(package, "E11")
    opened = tuple(with_seat(o) for o in package.offerings)
    roomy = Recommender.from_package(dataclasses.replace(package, offerings=opened))
    assert value_of(problem_of(roomy, request)) > bound_of(problem_of(recommender, request))


def test_mentor_capacity_binds(package: DataPackage, recommender: Recommender) -> None:
    """If the mentor without capacity could take one more, the route would be worth more."""
    request = request_for(package, "E05")
    kept = bound_of(problem_of(recommender, request))
    mentors = tuple(with_capacity(m) if m.id == "M09" else m for m in package.mentors)
    freer = Recommender.from_package(dataclasses.replace(package, mentors=mentors))
    assert value_of(problem_of(freer, request)) > kept


def with_seat(offering: Offering) -> Offering:
    return dataclasses.replace(offering, seats_left=1) if offering.seats_left == 0 else offering


def with_capacity(mentor: Mentor) -> Mentor:
    assert mentor.capacity == 0
    return dataclasses.replace(mentor, capacity=1)


def with_policy(
    recommender: Recommender, name: str, change: Callable[[PolicyProfile], PolicyProfile]
) -> Recommender:
    """A recommender that shares everything but one policy profile."""
    other = object.__new__(Recommender)
    other.__dict__.update(recommender.__dict__)
    other.policies = {**recommender.policies, name: change(recommender.policies[name])}
    return other


REASONS = {
    "E01": {"busy_time", "outside_hours", "tempo", "audience_subject", "hours_unknown"},
    "E02": {"already_completed", "form_by_level"},
    "E05": {"enrolment_closed", "forbidden_day"},
    "E10": {"online_not_possible"},
    "E11": {"outside_hours", "forbidden_day"},
    "E08": {"audience_position", "form_by_level"},
}


@pytest.mark.parametrize("educator", REASONS)
def test_reasons_of_dropped_activities(
    educator: str, package: DataPackage, recommender: Recommender
) -> None:
    """The educator meets the obstacles that the demo is to show with him."""
    found = dropped_reason(recommender, request_for(package, educator))
    assert REASONS[educator] <= set(found.values())


def test_transfer_tells_programmes_without_practice(
    package: DataPackage, recommender: Recommender
) -> None:
    """Where practice must follow, a programme that no practice follows is told as such."""
    request = dataclasses.replace(request_for(package, "E03"), policy="volgodonsk")
    assert "no_practice" in dropped_reason(recommender, request).values()
