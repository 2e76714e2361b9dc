"""Routes of a team through the whole chain: from requests to the answer of each member."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from engine.catalogue import compile_catalogue
from engine.domain import (
    Activity,
    Constraints,
    Document,
    Form,
    Kind,
    Offering,
    Position,
)
from engine.errors import InputError
from engine.framework import load_framework
from engine.planning.checks import check_route
from engine.planning.solution import SolveStatus
from engine.planning.solver import solve
from engine.policy import load_policy
from engine.recommender import Recommender, RouteRequest
from engine.recommender.team import recommend_team
from engine.recommender.team_answer import TeamOutcome
from engine.recommender.team_assemble import readings_of
from engine.recommender.team_offerings import shared_activities, training_activities
from engine.recommender.team_request import TeamRequest, request_of_team
from engine.registers import Period, Team
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    OFFERINGS,
    ask,
    day,
    educator,
    meeting,
    score,
)

MANAGERS = (Position.HEAD, Position.DEPUTY_HEAD)
TEAM_ACTIVITIES = (
    Activity(
        "pk-quality",
        Kind.DPP_PK,
        "Внутренняя система оценки качества образования",
        18,
        Form.FORMAL,
        document=Document.CERTIFICATE_PK,
        positions=MANAGERS,
        coverage={"MAN.QUA.01": 1.0},
    ),
    Activity(
        "sem-staff",
        Kind.SEMINAR,
        "Кадровая политика школы",
        4,
        Form.NON_FORMAL,
        positions=MANAGERS,
        coverage={"MAN.HR.01": 1.0},
    ),
)
TEAM_OFFERINGS = (
    Offering("pk-quality-1", "pk-quality", day(10, 5), day(11, 15), seats_left=3),
    Offering("pk-quality-2", "pk-quality", day(10, 12), day(11, 22), seats_left=1),
    Offering(
        "sem-staff-1", "sem-staff", day(12, 9), day(12, 9), meetings=(meeting(day(12, 9), 16, 180),)
    ),
)
TEAM = Team("T1", "S1", "Команда", ("E1", "E2"))
WEAK_MANAGER = (score("MAN.QUA", 2), score("MAN.HR", 4), score("PSY", 3))


def recommender(**policy) -> Recommender:
    """The mini catalogue with three runs for managers; fields of the policy's team part."""
    found = Recommender(
        activities=(*ACTIVITIES, *TEAM_ACTIVITIES),
        offerings=(*OFFERINGS, *TEAM_OFFERINGS),
        mentors=MENTORS,
        framework=load_framework(),
    )
    own = found.policies["default"]
    found.policies["default"] = replace(own, team=replace(own.team, **policy))
    return found


def manager(i: str, position: Position = Position.DEPUTY_HEAD, **fields) -> RouteRequest:
    one = educator(i, position=position, subjects=(), **fields)
    return ask(educator=one, diagnostics=WEAK_MANAGER)


def plan(*members: RouteRequest, gap_rel: float = 0.0, **policy) -> TeamOutcome:
    request = TeamRequest(TEAM, members, deadline_ms=60_000, gap_rel=gap_rel, total_work=1_000.0)
    return recommend_team(recommender(**policy), request)


def test_the_team_takes_together_what_serves_it_best() -> None:
    """The plan's value is that of brute force over sets of shared runs, each solved by itself."""
    members = (manager("E1", Position.HEAD), manager("E2"))
    outcome = plan(*members, most_steps=2, bonus_together=50.0)
    engine = recommender()
    best = None
    for pins in (("pk-quality-1",), ("sem-staff-1",), ("pk-quality-1", "sem-staff-1")):
        total = 50.0 * 2 * len(pins)
        for request in members:
            pinned = replace(request, constraints=Constraints(pinned=pins), gap_rel=0.0)
            prepared = engine.prepare(pinned)
            solved = solve(prepared.compiled.problem, replace(prepared.options, work_milli=60_000))
            assert solved.status is SolveStatus.OPTIMAL
            total += solved.value_mpt / 1_000
        best = total if best is None else max(best, total)
    answer = outcome.recommendation
    assert answer.status == "OPTIMAL"
    assert answer.certificate.value == pytest.approx(best)
    assert [step.offering for step in answer.shared] == ["pk-quality-1", "sem-staff-1"]
    assert answer.together_points == 200.0


def test_each_member_gets_a_route_with_the_shared_steps_marked() -> None:
    """Every member's own answer holds the shared runs, says why, and replays to the same route."""
    outcome = plan(manager("E1", Position.HEAD), manager("E2"), gap_rel=0.01)
    answer = outcome.recommendation
    shared = {step.offering for step in answer.shared}
    for part, own in zip(answer.members, outcome.members, strict=True):
        route = part.recommendation.route
        assert route is not None
        steps = [s for s in route.steps if s.id in part.shared]
        assert {s.offering for s in steps} == shared
        assert all("team_step" in {r.code for r in s.reasons} for s in steps)
        assert not any(s.pinned for s in steps)
        assert own.solution.route is not None
        assert check_route(own.problem, own.solution.route).holds
        again = solve(own.problem, replace(own.options, deadline_ms=60_000))
        assert again.route == own.solution.route


def test_a_run_with_too_few_seats_is_shared_by_nobody() -> None:
    """Three members need three seats: the run with one is rejected for its seats."""
    people = [manager(f"E{i}") for i in (1, 2, 3)]
    answer = plan(*people).recommendation
    rejected = {step.offering: step for step in answer.rejected}
    assert rejected["pk-quality-2"].code == "seats"
    assert rejected["pk-quality-2"].seats_left == 1
    assert "pk-quality-2" not in {s.offering for s in answer.shared}


def test_the_last_seat_is_not_given_to_two_members() -> None:
    """Where the seminar is what is shared, only one member's own step is the run with one seat,
    though alone both would take it."""
    runs = [o for o in TEAM_OFFERINGS if o.id != "pk-quality-1"]
    engine = Recommender(
        activities=(*ACTIVITIES, *TEAM_ACTIVITIES),
        offerings=(*OFFERINGS, *runs),
        mentors=(),
        framework=load_framework(),
    )
    members = (manager("E1"), manager("E2"))
    alone = [engine.recommend(m).recommendation.route for m in members]
    assert all("pk-quality-2" in {s.offering for s in route.steps} for route in alone if route)
    request = TeamRequest(TEAM, members, deadline_ms=60_000, gap_rel=0.0, total_work=1_000.0)
    answer = recommend_team(engine, request).recommendation
    takers = [
        m.educator
        for m in answer.members
        if m.recommendation.route is not None
        and "pk-quality-2" in {s.offering for s in m.recommendation.route.steps}
    ]
    assert len(takers) == 1
    (other,) = (m for m in answer.members if m.educator not in takers)
    assert [left.label for left in other.left_to_others] == ["pk-quality-2"]


def test_whoever_is_in_the_team_is_sent_with_it_where_the_policy_says_so() -> None:
    """A teacher is no manager: with the team's audience he goes along and is named; without it
    nothing can be shared."""
    members = (manager("E1", Position.HEAD), ask(educator=educator("E2")))
    together = plan(*members, audience_of_team=True).recommendation
    assert together.shared
    assert {step.outside_audience for step in together.shared} == {("E2",)}
    strict = plan(*members, audience_of_team=False).recommendation
    assert strict.status == "INFEASIBLE"
    assert strict.members == ()
    codes = {r.code for step in strict.rejected for away in step.cannot for r in away.reasons}
    assert codes == {"audience_position"}


def test_a_member_who_has_completed_it_is_excused_where_one_may_be() -> None:
    """The programme is in his history: it is impossible for him, and shared without him only
    where the policy lets one member miss it."""
    from engine.domain import HistoryItem

    done = HistoryItem(day(3, 1), activity_id="pk-quality", title=None)
    people = [manager("E1"), manager("E2"), replace(manager("E3"), history=(done,))]
    strict = plan(*people, most_steps=2).recommendation
    assert "pk-quality" not in {step.activity for step in strict.shared}
    lenient = plan(*people, most_steps=2, excused_most=1, bonus_together=1_000.0).recommendation
    step = next(s for s in lenient.shared if s.activity == "pk-quality")
    assert step.members == ("E1", "E2")
    ((away, reasons),) = ((a.educator, a.reasons) for a in step.excused)
    assert (away, [r.code for r in reasons]) == ("E3", ["already_completed"])


def test_a_step_that_trains_is_shared_wherever_one_can_be() -> None:
    """With the rule on, the programme on quality is shared although the seminar is worth more."""
    seminar = {"bonus_together": 0.0, "most_steps": 1}
    members = (
        replace(manager("E1"), diagnostics=(score("MAN.HR", 1), score("MAN.QUA", 5))),
        replace(manager("E2"), diagnostics=(score("MAN.HR", 1), score("MAN.QUA", 5))),
    )
    trained = plan(*members, train_together=True, **seminar).recommendation
    assert [s.activity for s in trained.shared] == ["pk-quality"]
    assert all(s.trains for s in trained.shared)
    assert not trained.training_missing
    assert trained.trained[0].reading == "all_members"
    assert trained.trained[0].trained


def test_readings_of_a_trained_team() -> None:
    """Two of four trained, the head among them: half, any and head-and-one say yes, all says no;
    without the head head-and-one says no too."""
    two = readings_of(("a", "b"), {"a"}, 4)
    assert two == {
        "all_members": False,
        "half_members": True,
        "any_member": True,
        "head_and_one": True,
    }
    assert not readings_of(("b", "c"), {"a"}, 4)["head_and_one"]
    assert not readings_of(("a",), {"a"}, 4)["head_and_one"]
    assert readings_of(("a", "b"), {"a"}, 2)["all_members"]
    assert not any(readings_of((), {"a"}, 2).values())


def test_what_counts_as_a_team_offering() -> None:
    """By node with its share, by theme, by id and by an audience of managers alone; a share of
    exactly the least counts, one below it does not."""
    rows = [
        Activity("about", Kind.SEMINAR, "t", 2, Form.NON_FORMAL),
        Activity("less", Kind.SEMINAR, "t", 2, Form.NON_FORMAL),
        Activity("named", Kind.SEMINAR, "t", 2, Form.NON_FORMAL),
        Activity("themed", Kind.DPP_PK, "t", 2, Form.FORMAL, themes=("quality_management",)),
        Activity("heads", Kind.DPP_PK, "t", 2, Form.FORMAL, positions=(Position.HEAD,)),
        Activity(
            "mixed", Kind.SEMINAR, "t", 2, Form.FORMAL, positions=(Position.HEAD, Position.TEACHER)
        ),
    ]
    framework, catalogue = load_framework(), compile_catalogue(rows, ())
    coverage = np.zeros((len(rows), len(framework)))
    index = {a.id: k for k, a in enumerate(catalogue.activities)}
    coverage[index["about"], framework.index["MAN.QUA.01"]] = 0.5
    coverage[index["less"], framework.index["MAN.QUA.01"]] = 0.49
    import scipy.sparse as sp

    policy = replace(load_policy("default").team, activities=("named",))
    matrix = sp.csr_array(coverage)
    found = shared_activities(catalogue, matrix, framework, policy)
    assert {a.id for a, ok in zip(catalogue.activities, found, strict=True) if ok} == {
        "about",
        "named",
        "themed",
        "heads",
    }
    trains = training_activities(catalogue, matrix, framework, policy)
    assert {a.id for a, ok in zip(catalogue.activities, trains, strict=True) if ok} == {"themed"}
    anything = replace(policy, trained_nodes=())
    trains = training_activities(catalogue, matrix, framework, anything)
    assert {a.id for a, ok in zip(catalogue.activities, trains, strict=True) if ok} == {
        "themed",
        "heads",
    }


def test_what_is_no_team_is_refused_with_the_member_named() -> None:
    """One member, members of several moments, and a member without evidence are refused."""
    engine = recommender()

    def faults(*members: RouteRequest) -> list[tuple[str, str]]:
        with pytest.raises(InputError) as caught:
            recommend_team(engine, TeamRequest(TEAM, members))
        return [(f.code, f.pointer) for f in caught.value.faults]

    one, two = manager("E1"), manager("E2")
    assert faults(one) == [("team_too_small", "/team")]
    later = replace(two, as_of=AS_OF + dt.timedelta(days=1))
    assert faults(one, later) == [("team_differs", "/members")]
    assert faults(one, replace(two, diagnostics=())) == [("nothing_to_plan", "/members/1")]


def test_a_team_that_is_no_more_is_refused() -> None:
    """A team whose time is over on the day of planning has no plan."""
    over = replace(TEAM, exists=Period(until=day(8, 30)))
    with pytest.raises(InputError) as caught:
        request_of_team(over, (manager("E1"), manager("E2")), AS_OF)
    assert [f.code for f in caught.value.faults] == ["team_not_in_being"]
    assert request_of_team(TEAM, (manager("E1"), manager("E2")), AS_OF).team is TEAM


def test_the_same_request_gives_the_same_answer() -> None:
    """Two runs say the same, byte for byte."""
    from engine.cli.output import to_json

    members = (manager("E1", Position.HEAD), manager("E2"))
    first, second = (to_json(plan(*members, gap_rel=0.01).recommendation) for _ in range(2))
    assert first == second
