"""A member's route of a team's plan can be built, asked about and revised from his request."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.domain import HistoryItem, Position
from engine.lifecycle.directives import Directives
from engine.lifecycle.earlier import Earlier
from engine.lifecycle.replan import records_of, replan
from engine.lifecycle.states import RouteProgress
from engine.planning.problem_json import problem_digest
from engine.recommendation import to_dict
from engine.recommender import (
    Recommender,
    RouteRequest,
    request_from_json,
    request_to_json,
)
from engine.recommender.request import apart
from engine.recommender.team import recommend_team
from engine.recommender.team_answer import TeamOutcome
from engine.recommender.team_part import TeamPart
from engine.recommender.team_request import TeamRequest
from tests.engine.recommender.mini import ask, day, educator
from tests.engine.recommender.test_team import TEAM, manager, recommender


def asked_again(member: RouteRequest, outcome: TeamOutcome, i: int) -> RouteRequest:
    """The request that gives a member's part of the plan, through its JSON text."""
    options = outcome.members[i].options
    told = replace(
        member,
        team=outcome.parts[i],
        gap_rel=options.gap_ppm / 1_000_000,
        deterministic_time=options.work_milli / 1_000,
        deadline_ms=options.deadline_ms,
        seed=options.seed,
    )
    return request_from_json(request_to_json(told))


def planned(
    *members: RouteRequest, engine: Recommender | None = None, **policy
) -> tuple[Recommender, TeamOutcome]:
    engine = engine or recommender(**policy)
    request = TeamRequest(TEAM, members, deadline_ms=60_000, gap_rel=0.0, total_work=1_000.0)
    return engine, recommend_team(engine, request)


MIXED = (manager("E1", Position.HEAD), ask(educator=educator("E2")))
"""A head, and a teacher who may take a programme for managers with the team alone."""
DONE = HistoryItem(day(3, 1), activity_id="pk-quality", title=None)
CASES = {
    "audience of the team": (MIXED, {"audience_of_team": True}),
    "two runs": (
        (manager("E1", Position.HEAD), manager("E2")),
        {"most_steps": 2, "bonus_together": 50.0},
    ),
    "one excused": (
        (manager("E1"), manager("E2"), replace(manager("E3"), history=(DONE,))),
        {"most_steps": 2, "excused_most": 1, "bonus_together": 1_000.0},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_kept_request_gives_the_same_answer_byte_for_byte(name: str) -> None:
    """Built again by himself from his request, each member gets the problem and the answer that
    the team's plan gave him."""
    members, policy = CASES[name]
    engine, outcome = planned(*members, **policy)
    assert outcome.recommendation.shared
    for i, (member, own) in enumerate(zip(members, outcome.members, strict=True)):
        again = engine.recommend(asked_again(member, outcome, i))
        assert problem_digest(again.problem) == problem_digest(own.problem)
        assert json.dumps(to_dict(again.recommendation)) == json.dumps(to_dict(own.recommendation))


def test_a_seat_that_was_left_to_another_member_stays_left() -> None:
    """Of two who both want the only seat of a run the loser's request says so: without his part
    he would take it."""
    from engine.framework import load_framework
    from tests.engine.recommender.mini import ACTIVITIES, OFFERINGS
    from tests.engine.recommender.test_team import TEAM_ACTIVITIES, TEAM_OFFERINGS

    engine = Recommender(
        activities=(*ACTIVITIES, *TEAM_ACTIVITIES),
        offerings=(*OFFERINGS, *(o for o in TEAM_OFFERINGS if o.id != "pk-quality-1")),
        mentors=(),
        framework=load_framework(),
    )
    members = (manager("E1"), manager("E2"))
    _, outcome = planned(*members, engine=engine)
    (loser,) = (i for i, part in enumerate(outcome.parts) if part.given_up)
    assert outcome.parts[loser].given_up == (("seat", "pk-quality-2"),)
    request = asked_again(members[loser], outcome, loser)
    for asked, taken in ((request, False), (replace(request, team=None), True)):
        route = engine.recommend(asked).recommendation.route
        assert route is not None
        assert ("pk-quality-2" in {s.offering for s in route.steps}) is taken


def test_a_question_is_about_the_problem_that_was_solved() -> None:
    """Why a run of the team is not in the teacher's route: he has it only where the team takes
    it. The digest is that of the kept problem."""
    engine, outcome = planned(*MIXED, audience_of_team=True, most_steps=1)
    request = asked_again(MIXED[1], outcome, 1)
    own = outcome.members[1]
    digest = own.recommendation.provenance.problem_digest
    (shared,) = outcome.recommendation.shared
    taken = engine.why_not(request, shared.activity, known=own.solution, digest=digest)
    assert taken.verdict == "in_route"
    (other,) = {"pk-quality", "sem-staff"} - {shared.activity}
    left = engine.why_not(request, other, known=own.solution, digest=digest)
    assert left.verdict in ("no_change_helps", "not_verified", "admitted_by")
    assert left.problem_digest == digest
    assert engine.explain(request, known=own.solution, digest=digest).steps


def test_a_revision_keeps_what_the_team_takes_together() -> None:
    """Planning a member's rest anew leaves the shared run in his route; a ban takes it out."""
    engine, outcome = planned(*MIXED, audience_of_team=True, most_steps=1)
    request, own = asked_again(MIXED[1], outcome, 1), outcome.members[1]
    (shared,) = outcome.recommendation.shared
    earlier = Earlier(request, own.problem, own.solution, own.recommendation)
    route = own.recommendation.route
    assert route is not None
    progress = RouteProgress(steps=records_of(route.steps))
    later = replan(engine, earlier, progress, request.as_of)
    assert shared.offering in {s.offering_id for s in later.steps}
    assert later.request.team is None
    assert shared.offering in later.request.constraints.pinned
    (step,) = (s.id for s in route.steps if s.offering == shared.offering)
    banned = replan(engine, earlier, progress, request.as_of, directives=Directives(bans=(step,)))
    assert shared.offering not in {s.offering_id for s in banned.steps}


def test_apart_pins_each_shared_run_once() -> None:
    """A run that was pinned anyway is not pinned twice; without a team nothing changes."""
    request = manager("E1")
    assert apart(request) is request
    constraints = replace(request.constraints, pinned=("b",))
    part = TeamPart((), (), ("a", "b"))
    found = apart(replace(request, constraints=constraints, team=part))
    assert found.constraints.pinned == ("b", "a")
    assert found.team is None
